/* filter.c - part of every unit test: TEST_FILTER picks tests by name, with * and ?. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

__attribute__((constructor)) static void filter_tests(void)
{
    const char *pattern = getenv("TEST_FILTER");
    if (pattern) {
        cmocka_set_test_filter(pattern);
    }
}
