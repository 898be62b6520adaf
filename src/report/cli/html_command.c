/* html_command.c - the subcommand html. */
#include "command.h"
#include "page/page.h"
#include "reading/filter.h"
#include "reading/load.h"
#include "task.h"

int html_command_run(struct task *task, struct error *error)
{
    struct filter filter;
    struct loaded *files;
    if (filter_read(arguments_text(task->arguments, NAME_WHERE), TABLE_POINTS, &filter, error))
        return EXIT_USAGE;
    if (arguments_load(task->arguments, &filter, &files, error))
        return EXIT_FAILED;
    page_write(task->out, arguments_text(task->arguments, NAME_TITLE), files,
               task->arguments->file_count);
    load_free_all(files, task->arguments->file_count);
    return EXIT_OK;
}
