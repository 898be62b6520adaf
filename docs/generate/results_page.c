/* results_page.c - prints the generated part of docs/results.md from the tables of columns. Not
 * installed. Usage: results_page, after which docs/generate/update.sh puts its output into the
 * page. */
#include "zmqsweep/results.h"

static void format_type(const struct column *column, char text[32])
{
    static const char *const names[] = {[COLUMN_INT64] = "int64",
                                        [COLUMN_FLOAT64] = "float64",
                                        [COLUMN_UINT8] = "uint8",
                                        [COLUMN_STRING] = "string"};
    if (column->kind == COLUMN_STRING)
        snprintf(text, 32, "string %zu", column->width);
    else
        snprintf(text, 32, "%s", names[column->kind]);
}

static void print_table(const struct table_spec *table)
{
    printf("\n## `%s`\n\nIn this table: %s.\n\n", table->name, table->description);
    printf("| column | type | unit | meaning |\n| --- | --- | --- | --- |\n");
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];
        char type[32];
        format_type(column, type);
        printf("| `%s` | %s | %s | %s |\n", column->name, type, column->unit, column->long_name);
    }
}

int main(void)
{
    for (int table = 0; table < TABLE_TOTAL; table++)
        print_table(&result_tables[table]);
    return fflush(stdout) ? EXIT_FAILED : EXIT_OK;
}
