/* journal.c - fuzz target: journals, read by zmqreport recover and by zmqsweep --resume.
 *
 * An input is a journal. A line that has no frame is given one with the right CRC, for otherwise no
 * change of an input would get past the CRC. The same goes for blocks: a line without a frame that
 * announces one, with "bytes":N and "crc32":"00000000", gets the CRC of the N bytes that follow.
 */
#include "fuzz.h"

#include "cli/task.h"

#include "zmqsweep/report.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#ifndef RECOVER_EVERY
#define RECOVER_EVERY 1
#endif
#define FRAME "{\"crc32\":\""

static char folder[256], output[300], journal_file[320];

static void remove_folder(void)
{
    unlink(output);
    unlink(journal_file);
    rmdir(folder);
}

static void make_folder(void)
{
    const char *parent = getenv("TMPDIR");
    if (*folder)
        return;
    snprintf(folder, sizeof folder, "%.200s/zmqsweep-fuzz-XXXXXX",
             parent && *parent ? parent : "/tmp");
    require(mkdtemp(folder) != NULL, "a folder", folder);
    snprintf(output, sizeof output, "%s/results.h5", folder);
    snprintf(journal_file, sizeof journal_file, "%s.journal", output);
    atexit(remove_folder);
}

static void write_line(FILE *file, const char *line, size_t length, bool whole)
{
    if (length >= sizeof FRAME - 1 && memcmp(line, FRAME, sizeof FRAME - 1) == 0)
        fwrite(line, 1, length, file);
    else
        fprintf(file, FRAME "%08lx\",\"data\":%.*s}",
                crc32_z(0, (const unsigned char *)line, length), (int)length, line);
    if (whole)
        fputc('\n', file);
}

#define MOST_BLOCK 65536

/* The bytes of a block that this line announces; 0: none. */
static size_t announced(const char *line, size_t length)
{
    static const char start[] = "{\"rows\":{", word[] = "\"bytes\":";
    if (length < sizeof start - 1 || memcmp(line, start, sizeof start - 1) != 0) {
        return 0;
    }
    const char *found = memmem(line, length, word, sizeof word - 1);
    size_t bytes = found ? strtoul(found + sizeof word - 1, NULL, 10) : 0;
    return bytes <= MOST_BLOCK ? bytes : 0;
}

/* The line with the CRC of the block in its place, and the block, of zeros where the input has no
 * more.
 * @return how many bytes of the input were the block. */
static size_t write_block(FILE *file, const char *line, size_t length, const char *rest,
                          size_t left, size_t bytes)
{
    static const char word[] = "\"crc32\":\"";
    char block[MOST_BLOCK] = "", *text = strndup(line, length), digits[9];
    size_t taken = left < bytes ? left : bytes;
    memcpy(block, rest, taken);
    char *place = text ? strstr(text, word) : NULL;
    if (place && strlen(place) >= sizeof word - 1 + 8) {
        snprintf(digits, sizeof digits, "%08lx", crc32_z(0, (const unsigned char *)block, bytes));
        memcpy(place + sizeof word - 1, digits, 8);
    }
    write_line(file, text ? text : "", text ? strlen(text) : 0, true);
    fwrite(block, 1, bytes, file);
    fputc('\n', file);
    free(text);
    return taken;
}

static void write_journal(const char *text, size_t size)
{
    FILE *file = fopen(journal_file, "we");
    require(file != NULL, "a file", journal_file);
    for (size_t at = 0; at < size;) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t length = end ? (size_t)(end - text) - at : size - at;
        size_t bytes = end ? announced(text + at, length) : 0;
        if (bytes > 0) {
            const char *rest = end + 1;
            at += length + 1 +
                  write_block(file, text + at, length, rest, size - (size_t)(rest - text), bytes);
        } else {
            write_line(file, text + at, length, end != NULL);
            at += length + 1;
        }
    }
    require(fclose(file) == 0, "a whole file", journal_file);
}

/* What was recovered is a file that zmqreport reads, with each point once and in order. */
static void check_results(void)
{
    struct results *results = NULL;
    struct error error = {""};
    int64_t last = INT64_MIN;
    require(results_open(output, &results, &error) == 0, "a recovered file can be read",
            error.text);
    for (int64_t row = 0; row < results_row_count(results, TABLE_POINTS); row++) {
        struct point_record point;
        require(results_read(results, TABLE_POINTS, row, 1, &point, &error) == 0,
                "its points can be read", error.text);
        require(row == 0 || point.point_id > last, "each point is there once, in order",
                point.status);
        last = point.point_id;
    }
    results_close(&results);
    unlink(output);
}

static void recover(void)
{
    char *argv[] = {(char[]){"recover"}, journal_file, (char[]){"-o"}, output,
                    (char[]){"--force"}, NULL};
    struct arguments arguments;
    struct error error = {""};
    const struct report_command *command = report_find("recover", &error);
    require(command && arguments_read(command, 5, argv, &arguments, &error) == 0, "recover",
            error.text);
    struct task task = {.arguments = &arguments, .out = fopen("/dev/null", "we")};
    require(task.out != NULL, "a file", "/dev/null");
    int code = command->run(&task, &error);
    fclose(task.out);
    arguments_free(&arguments);
    require(code == EXIT_OK || (code == EXIT_FAILED && *error.text),
            "recover works or says why not", error.text);
    if (code == EXIT_OK)
        check_results();
    require(access(output, F_OK) != 0, "nothing is left of a refusal", error.text);
}

static void count_repetition(void *data, const struct repetition_record *row)
{
    (void)row;
    ++*(long *)data;
}

/* @return how many repetitions there are, or -1 for a refusal, or where there is nothing to go on
 * from. */
static long resume(void)
{
    struct run_record run;
    struct journal *journal;
    struct error error = {""};
    long count = 0;
    const struct journal_visitor visitor = {&count, NULL, count_repetition, NULL, NULL};
    int rc = journal_reopen(output, &run, &visitor, &journal, &error);
    if (rc == 1) {
        require(access(journal_file, F_OK) != 0, "a journal of nothing is removed", journal_file);
        return -1;
    }
    if (rc) {
        require(*error.text != '\0', "a refusal says why", "journal_reopen");
        return -1;
    }
    journal_close(&journal);
    results_free_run(&run);
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    make_folder();
    char *text = fuzz_text(data, size);
    write_journal(text, size);
    free(text);
    if (crc32_z(0, data, size) % RECOVER_EVERY == 0)
        recover();
    long first = resume();
    require(first < 0 || resume() == first, "resuming keeps what was measured", journal_file);
    return 0;
}
