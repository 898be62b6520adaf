/* main.c - runs each file that is named, or that is in a folder that is named, once through a fuzz
 * target, so that the corpus is a test of any build. */
#include "fuzz.h"

#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>

static int run_file(const char *path)
{
    FILE *file = fopen(path, "rbe");
    struct stat status;
    if (!file || fstat(fileno(file), &status)) {
        perror(path);
        exit(1);
    }
    size_t size = (size_t)status.st_size;
    uint8_t *data = malloc(size + 1);
    require(data && fread(data, 1, size, file) == size, "a whole file", path);
    fclose(file);
    printf("%s\n", path);
    fflush(stdout); /* the last line names the input that stopped the program */
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 1;
}

static int run_folder(const char *path)
{
    char name[PATH_MAX];
    struct dirent **entries;
    int found = scandir(path, &entries, NULL, alphasort), count = 0;
    require(found >= 0, "a readable folder", path);
    for (int i = 0; i < found; i++) {
        snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            count += run_file(name);
        free(entries[i]);
    }
    free(entries);
    return count;
}

int main(int argc, char **argv)
{
    int count = 0;
    struct stat status;
    for (int i = 1; i < argc; i++)
        count += stat(argv[i], &status) == 0 && S_ISDIR(status.st_mode) ? run_folder(argv[i])
                                                                        : run_file(argv[i]);
    printf("%d inputs\n", count);
    return count > 0 ? 0 : 1;
}
