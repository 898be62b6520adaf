/* fuzz.h - what the fuzz targets share. Each target is one file with one LLVMFuzzerTestOneInput;
 * libFuzzer calls it with inputs of its making, main.c with the files of the kept corpus. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* @return 0, always. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input; when it does not, the input is kept as for a crash. */
static inline void require(bool holds, const char *what, const char *detail)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s: %s\n", what, detail);
    abort();
}

/* The input as a string of its own, up to its first NUL; the caller frees it. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    require(text != NULL, "memory", "of an input");
    memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

#endif
