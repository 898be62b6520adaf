/* provenance.c - where the numbers of a page come from: a line above, and hosts and settings below.
 */
#include "page/provenance.h"
#include "chart/svg/markup.h"
#include "reading/columns.h"
#include "reading/load.h"

#include "zmqsweep/format.h"

#include <inttypes.h>

void provenance_write_source(FILE *out, const struct loaded *file, bool labelled)
{
    char hosts[256];
    const char *libzmq = load_environment(file, "version.libzmq");
    fprintf(out, "<p class=\"dim\">");
    if (labelled) {
        fprintf(out, "<b>");
        markup_text(out, file->label);
        fprintf(out, "</b>: ");
    }
    markup_text(out, load_host_line(file, hosts, sizeof hosts));
    fprintf(out, ", ");
    markup_text(out, file->run->created);
    fprintf(out, ", zmqsweep ");
    markup_text(out, file->run->creator_version);
    fprintf(out, ", libzmq ");
    markup_text(out, libzmq ? libzmq : "unknown");
    if (!results_complete(file->results))
        fprintf(out, "; <b>incomplete</b>: %" PRId64 " of %" PRId64 " points", file->points_in_file,
                file->run->points_planned);
    fprintf(out, "</p>\n");
}

/* ---- provenance ---- */

static void write_pair(FILE *out, const char *name, const char *value)
{
    fprintf(out, "<tr>");
    markup_cell(out, name);
    markup_cell(out, value);
    fprintf(out, "</tr>\n");
}

static void write_hosts(FILE *out, const struct loaded *file)
{
    char text[CELL];
    fprintf(out, "<div class=\"wide\"><table><thead><tr><th>host</th><th>address</th><th "
                 "class=\"r\">cores</th><th class=\"r\">memory</th><th "
                 "class=\"r\">link</th><th>kernel</th><th>processor</th></tr></thead>"
                 "<tbody>\n");
    for (size_t i = 0; i < file->host_count; i++) {
        const struct host_record *host = &file->hosts[i];
        fprintf(out, "<tr>");
        markup_cell(out, host->name);
        markup_cell(out, host->address);
        fprintf(out, "<td class=\"r\">%" PRId64 "</td><td class=\"r\">%s</td>", host->cores,
                format_bytes(host->memory_bytes, text, sizeof text));
        fprintf(out, "<td class=\"r\">%s</td>", format_rate(host->link_mbit_s, text, sizeof text));
        markup_cell(out, host->kernel);
        markup_cell(out, host->cpu_model);
        fprintf(out, "</tr>\n");
    }
    fprintf(out, "</tbody></table></div>\n");
}

void provenance_write(FILE *out, const struct loaded *file)
{
    fprintf(out, "<details%s><summary>", file->host_count <= 8 ? " open" : "");
    markup_text(out, file->label);
    fprintf(out, ": hosts</summary>\n");
    write_hosts(out, file);
    fprintf(out, "</details>\n<details><summary>");
    markup_text(out, file->label);
    fprintf(out, ": command, versions, options, environment</summary>\n<div class=\"wide\"><table "
                 "class=\"env\"><tbody>\n");
    write_pair(out, "command", file->run->command_line);
    write_pair(out, "started", file->run->created);
    write_pair(out, "uuid", file->run->uuid);
    for (size_t i = 0; i < file->environment_count; i++)
        write_pair(out, file->environment[i].name, file->environment[i].value);
    fprintf(out, "</tbody></table></div></details>\n");
}
