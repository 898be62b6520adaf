/* arguments.c - options given to other ranks than rank 0. `mpirun -n 1 zmqsweep --size 1K : -n 2
 * zmqsweep --size 64` starts ranks with words of their own, which nobody would read. */
#include "zmqsweep/sweep.h"

#include <string.h>

/* Words that fit; the rest is not compared word by word. */
#define WORDS_BYTES 16384

/* FNV-1a, 64 bits (RFC 9923), of the words and the ends of words; cut to 62 bits, so that its
 * negative is another number. */
int64_t sweep_hash_arguments(int argc, char **argv)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (int i = 1; i < argc; i++) {
        for (size_t at = 0; at <= strlen(argv[i]); at++) {
            hash = (hash ^ (unsigned char)argv[i][at]) * 0x100000001b3;
        }
    }
    return (int64_t)(hash >> 2);
}

/* Copies the words one after the other, each with its NUL, and an empty one at the end. */
static void pack_words(int argc, char **argv, char words[WORDS_BYTES])
{
    size_t used = 0;
    memset(words, 0, WORDS_BYTES);
    for (int i = 1; i < argc && used + strlen(argv[i]) + 2 < WORDS_BYTES; i++) {
        memcpy(words + used, argv[i], strlen(argv[i]) + 1);
        used += strlen(argv[i]) + 1;
    }
}

static void describe_difference(const struct cluster *cluster, const char *first, int argc,
                                char **argv, struct error *error)
{
    const int32_t rank = cluster_rank(cluster);
    const char *host = cluster_host(cluster, cluster_hosts(cluster)[rank])->name;
    static const char right[] = "every rank takes those of rank 0: give them to all, or to rank 0";
    int at = 1;
    while (*first && at < argc && strcmp(first, argv[at]) == 0) {
        first += strlen(first) + 1;
        at++;
    }
    if (at == argc) {
        error_set(error, "rank %d on %s was started without \"%.100s\", which rank 0 has; %s", rank,
                  host, first, right);
        return;
    }
    const bool value = at > 1 && argv[at][0] != '-' && argv[at - 1][0] == '-';
    error_set(error, "rank %d on %s was started with \"%.40s%s%.100s\"%s%s%.100s%s; %s", rank, host,
              value ? argv[at - 1] : "", value ? " " : "", argv[at],
              *first ? " where rank 0 has " : ", which rank 0 has not", *first ? "\"" : "", first,
              *first ? "\"" : "", right);
}

int sweep_compare_arguments(struct cluster *cluster, int argc, char **argv, struct error *error)
{
    char words[WORDS_BYTES];
    int64_t hash = sweep_hash_arguments(argc, argv), first = hash;
    pack_words(argc, argv, words);
    cluster_broadcast(cluster, words, sizeof words);
    cluster_broadcast(cluster, &first, sizeof first);
    if (argc <= 1 || hash == first) {
        return 0;
    }
    describe_difference(cluster, words, argc, argv, error);
    return -1;
}
