/* test_text.c - numbers and words as text, and what --help and manual pages are made of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zmqsweep/format.h"
#include "zmqsweep/manual.h"
#include "zmqsweep/text.h"

/* ---- words ---- */

static void nearest_names_are_near(void **state)
{
    static const char *const names[] = {"size", "sndhwm", "senders-per-receiver", "io-threads"};
    (void)state;
    assert_string_equal(text_nearest("sise", names, 4), "size");
    assert_string_equal(text_nearest("SIZE", names, 4), "size");
    assert_string_equal(text_nearest("senders-per-reciever", names, 4), "senders-per-receiver");
    assert_null(text_nearest("colour", names, 4));
    assert_null(text_nearest("", names, 4));
    assert_null(text_nearest("size", names, 0));
}

static void quotes_are_one_short_line(void **state)
{
    char quoted[TEXT_QUOTE_LENGTH], longest[200];
    (void)state;
    assert_string_equal(text_quote("64Q", quoted), "\"64Q\"");
    assert_string_equal(text_quote("a\nb\x7f", quoted), "\"a?b?\"");
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    text_quote(longest, quoted);
    assert_int_equal(strlen(quoted), TEXT_QUOTE_LENGTH - 1);
    assert_string_equal(quoted + strlen(quoted) - 5, "x...\"");
}

static void cut_text_has_whole_characters(void **state)
{
    char text[] = "Gr\xc3\xb6\xc3\x9f"
                  "enordnung",
         whole[] = "abc";
    (void)state;
    assert_int_equal(text_width(text), 13);
    text_shorten(text, 6);
    assert_string_equal(text, "Gr\xc3\xb6\xc3\x9f..");
    text_shorten(whole, 3);
    assert_string_equal(whole, "abc");
}

/* ---- numbers ---- */

static void numbers_are_short(void **state)
{
    char text[32];
    (void)state;
    assert_string_equal(format_bytes(65536, text, sizeof text), "64 KiB");
    assert_string_equal(format_bytes(100, text, sizeof text), "100 B");
    assert_string_equal(format_bytes(0, text, sizeof text), "0 B");
    assert_string_equal(format_bytes(1000, text, sizeof text), "1000 B");
    assert_string_equal(format_bytes(1048576, text, sizeof text), "1 MiB");
    assert_string_equal(format_bytes(1572864, text, sizeof text), "1.50 MiB");
    assert_string_equal(format_bytes(1048575, text, sizeof text), "1.00 MiB");
    assert_string_equal(format_bytes(INT64_MAX, text, sizeof text), "8.00 EiB");
    assert_string_equal(format_bytes(INT64_MIN, text, sizeof text), "-8 EiB");
    assert_string_equal(format_rate(9410.2, text, sizeof text), "9.41 Gbit/s");
    assert_string_equal(format_rate(941, text, sizeof text), "941 Mbit/s");
    assert_string_equal(format_rate(0.0123, text, sizeof text), "12.3 kbit/s");
    assert_string_equal(format_rate(999.6, text, sizeof text), "1.00 Gbit/s");
    assert_string_equal(format_rate((double)NAN, text, sizeof text), "-");
    assert_string_equal(format_per_s(1234567, text, sizeof text), "1.23 M/s");
    assert_string_equal(format_per_s(18000, text, sizeof text), "18.0 k/s");
    assert_string_equal(format_per_s(812, text, sizeof text), "812 /s");
    assert_string_equal(format_per_s((double)INFINITY, text, sizeof text), "-");
    assert_string_equal(format_per_s(812, text, 4), "812");
}

static void csv_fields_are_quoted_where_needed(void **state)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    (void)state;
    format_csv_text(out, "plain");
    fputc(',', out);
    format_csv_text(out, "a,\"b\"");
    fputc(',', out);
    format_csv_number(out, 0.1);
    fputc(',', out);
    format_csv_number(out, (double)NAN);
    fclose(out);
    assert_string_equal(text, "plain,\"a,\"\"b\"\"\",0.1,");
    free(text);
}

static void check_shortest(double value, const char *expected)
{
    char text[FORMAT_NUMBER_BYTES + 1] = "";
    text[format_shortest(value, text)] = '\0';
    assert_string_equal(text, expected);
}

static void shortest_numbers_are_known_ones(void **state)
{
    char text[FORMAT_NUMBER_BYTES + 1] = "";
    (void)state;
    check_shortest(0, "0");
    check_shortest(-0.1, "-0.1");
    check_shortest(12.5, "12.5");
    check_shortest(1e23, "1e+23");
    check_shortest(5e-324, "5e-324");
    check_shortest(1.7976931348623157e308, "1.7976931348623157e+308");
    text[format_integer(INT64_MIN, text)] = '\0';
    assert_string_equal(text, "-9223372036854775808");
}

/* ---- help and manual pages ---- */

static const struct help_option how = {.name = "matrix",
                                       .letter = 'm',
                                       .metavar = "HOW",
                                       .optional = true,
                                       .text = "Pairs of hosts.",
                                       .values = "Default: off."};
static const struct help_option sizes = {
    .name = "size", .metavar = "BYTES", .list = true, .text = "Sizes."};
static const struct help_entry entries[] = {
    {"0", "All well."}, {"show FILE", "A table of the points."}, {NULL, NULL}};

static void write_help(FILE *out)
{
    help_print_option(out, &how);
    help_print_option(out, &sizes);
    help_print_entries(out, "Names", entries, HELP_INDENT);
}

static void write_wrapped(FILE *out)
{
    text_wrap(out, "one two three", 2, 9);
    text_wrap(out, "longer-than-a-line and", 0, 9);
    assert_int_equal(text_wrap_from(out, "a bb", 4, 20, 2), 8);
}

static void write_manual(FILE *out)
{
    manual_print_title(out, "SHOW", "show", "2026-01-02", "1.0");
    manual_print_option(out, &how);
    manual_print_option(out, &sizes);
    manual_print_entries(out, entries, MANUAL_BOLD_ESCAPE);
    manual_print_entry(out, entries, MANUAL_BOLD_MACRO);
    manual_print_text(out, ".'\\\"`^~\n.");
}

static void check_written(void (*write)(FILE *out), const char *expected)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    write(out);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, expected);
    free(text);
}

static void words_are_wrapped(void **state)
{
    (void)state;
    check_written(write_wrapped, "  one two\n  three\nlonger-than-a-line\nand\n  a bb");
}

static void help_has_names_texts_and_values(void **state)
{
    (void)state;
    check_written(write_help,
                  "  -m, --matrix [HOW]\n      Pairs of hosts. Default: off.\n"
                  "  --size BYTES,...\n      Sizes.\n"
                  "\nNames:\n  0   All well.\n  show FILE\n      A table of the points.\n");
}

static void manual_pages_are_escaped(void **state)
{
    (void)state;
    check_written(write_manual, ".TH SHOW 1 \"2026\\-01\\-02\" \"show 1.0\"\n.nh\n.ad l\n"
                                ".TP\n\\fB\\-m\\fR, \\fB\\-\\-matrix\\fR [\\fIHOW\\fR]\n"
                                "Pairs of hosts.\nDefault: off.\n"
                                ".TP\n\\fB\\-\\-size\\fR \\fIBYTES\\fR,...\nSizes.\n"
                                ".TP\n\\fB0\\fR\nAll well.\n"
                                ".TP\n\\fBshow FILE\\fR\nA table of the points.\n"
                                ".TP\n.B \"0\"\nAll well.\n"
                                "\\&.\\(aq\\e\\(dq\\(ga\\(ha\\(ti .\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nearest_names_are_near),
        cmocka_unit_test(quotes_are_one_short_line),
        cmocka_unit_test(cut_text_has_whole_characters),
        cmocka_unit_test(numbers_are_short),
        cmocka_unit_test(csv_fields_are_quoted_where_needed),
        cmocka_unit_test(shortest_numbers_are_known_ones),
        cmocka_unit_test(words_are_wrapped),
        cmocka_unit_test(help_has_names_texts_and_values),
        cmocka_unit_test(manual_pages_are_escaped),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
