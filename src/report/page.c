/* page.c - the subcommand html: one page that needs nothing but itself. */
#include "plot_internal.h"

#include "zmqsweep/config.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char style[] =
    ":root{color-scheme:light dark;--bg:#fff;--fg:#1b1b1b;--dim:#5a5a5a;--line:#d9d9d9;--card:#f6f7f9;"
    "--s0:#0072b2;--s1:#d55e00;--s2:#009e73;--s3:#b8578f;--s4:#c98500;--s5:#2f93d1;--s6:#1b1b1b;--bad:#"
    "b3261e;"
    "--warn:#8a5a00}\n"
    "@media(prefers-color-scheme:dark){:root{--bg:#16181c;--fg:#e8e8e8;--dim:#a5a9b0;--line:#3a3e46;--card:#"
    "1f2228;"
    "--s0:#4aa8e0;--s1:#ff8a3d;--s2:#2fc79a;--s3:#e39ac4;--s4:#f0b23c;--s5:#8fd0f7;--s6:#e8e8e8;--bad:#"
    "ff8a80;"
    "--warn:#f0b23c}}\n"
    "*{box-sizing:border-box}body{margin:0 "
    "auto;max-width:1280px;padding:16px;background:var(--bg);color:var(--fg);"
    "font:15px/1.45 system-ui,sans-serif;overflow-wrap:anywhere}\n"
    "h1{font-size:1.5rem;margin:.2em 0}h2{font-size:1.15rem;margin:1.6em 0 .5em}h3{font-size:1rem;margin:0 0 "
    ".3em}"
    "small,.dim{color:var(--dim);font-weight:400}p{margin:.3em 0}\n"
    ".grid2{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:16px}"
    ".card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px;min-width:0}\n"
    ".facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,190px),1fr));gap:12px;margin:"
    "12px "
    "0}.facts b{display:block;font-size:1.25rem}\n"
    "svg{width:100%;height:auto;display:block}svg text{font:13px "
    "system-ui,sans-serif;fill:var(--dim)}.grid{stroke:var(--line);stroke-width:.7}.axis{stroke:var(--dim)}"
    ".line{fill:none;stroke:var(--c);stroke-width:1.8}.dash .line{stroke-dasharray:6 4}.rest{fill:none;"
    "stroke:var(--line)}.bar{stroke:var(--c);stroke-width:1.4}.ideal{stroke:var(--c);stroke-dasharray:2 "
    "4}.dot{fill:"
    "var(--c)}.hit{fill:transparent}.hit:hover{fill:var(--c);fill-opacity:.3}\n"
    ".s0{--c:var(--s0)}.s1{--c:var(--s1)}.s2{--c:var(--s2)}.s3{--c:var(--s3)}.s4{--c:var(--s4)}.s5{--c:var(--"
    "s5)}"
    ".s6{--c:var(--s6)}.ceiling{--c:var(--dim)}\n"
    ".legend{list-style:none;margin:8px 0 "
    "0;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax("
    "min(100%,260px),1fr));gap:2px 14px;font-size:.87rem}.legend "
    "i{display:inline-block;width:18px;border-top:3px "
    "solid var(--c);vertical-align:middle;margin-right:6px}.legend .dash i{border-top-style:dashed}\n"
    ".wide{overflow-x:auto;border:1px solid "
    "var(--line);border-radius:8px}table{border-collapse:collapse;width:100%;"
    "font-size:.87rem;font-variant-numeric:tabular-nums}th,td{padding:4px "
    "10px;text-align:left;white-space:nowrap;"
    "border-bottom:1px solid var(--line)}tr:last-child "
    "td{border-bottom:0}.r{text-align:right}th{background:var("
    "--card)}th button{all:unset;cursor:pointer;font-weight:600}th button:focus-visible{outline:2px solid "
    "var(--s0)}th[aria-sort=ascending] button::after{content:' \\25B4'}th[aria-sort=descending] "
    "button::after{content:' \\25BE'}.bad td{color:var(--bad)}.warn td:last-child{color:var(--warn)}\n"
    "details{margin:.6em 0}summary{cursor:pointer}.env td{white-space:normal}.env "
    "td:first-child{white-space:nowrap}\n"
    "#tip{position:fixed;display:none;pointer-events:none;white-space:pre;background:var(--fg);color:var(--"
    "bg);"
    "padding:5px 9px;border-radius:6px;font-size:.85rem;z-index:9;max-width:92vw;overflow:hidden}\n"
    "@media(max-width:600px){svg text{font-size:16px}}@media print{body{max-width:none}.hit{display:none}}\n";

/* Sorting by a click on a column's head; values beside their points, for mouse, pen and finger. */
static const char script[] =
    "'use strict';\n"
    "for(const th of document.querySelectorAll('th[data-sort]'))th.querySelector('button').onclick=()=>{\n"
    "const "
    "t=th.closest('table'),b=t.tBodies[0],i=th.cellIndex,up=th.getAttribute('aria-sort')!=='ascending';\n"
    "const v=r=>{const c=r.cells[i];return "
    "th.dataset.sort==='n'?(c.dataset.v===undefined||c.dataset.v===''?NaN:"
    "+c.dataset.v):c.textContent};\n"
    "const cmp=(p,q)=>{const x=v(p),y=v(q);if(x!==x||y!==y)return (x!==x)-(y!==y);return "
    "(x>y?1:x<y?-1:0)*(up?1:-1)};\n"
    "for(const r of[...b.rows].sort(cmp))b.append(r);\n"
    "for(const o of t.querySelectorAll('th'))o.removeAttribute('aria-sort');\n"
    "th.setAttribute('aria-sort',up?'ascending':'descending')};\n"
    "const tip=document.getElementById('tip');\n"
    "for(const h of document.querySelectorAll('.hit')){const "
    "n=h.querySelector('title'),s=n.textContent;n.remove();\n"
    "h.setAttribute('aria-label',s);\n"
    "h.onpointerenter=e=>{tip.textContent=s;tip.style.display='block';const w=tip.offsetWidth;\n"
    "tip.style.left=Math.max(4,Math.min(e.clientX+12,innerWidth-w-4))+'px';\n"
    "tip.style.top=Math.max(4,e.clientY-tip.offsetHeight-10)+'px'};\n"
    "h.onpointerleave=()=>{tip.style.display='none'}}\n";

void page_text(FILE *out, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
        }
}

/* ---- head and summary ---- */

static void write_head(FILE *out, const char *title)
{
    fprintf(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                 "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                 "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';style-src "
                 "'unsafe-inline';script-src 'unsafe-inline'\">\n<title>");
    page_text(out, title);
    fprintf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>", style);
    page_text(out, title);
    fprintf(out, "</h1>\n");
}

static void write_source(FILE *out, const struct loaded *file, bool labelled)
{
    char hosts[256];
    const char *libzmq = load_environment(file, "version.libzmq");
    fprintf(out, "<p class=\"dim\">");
    if (labelled) {
        fprintf(out, "<b>");
        page_text(out, file->label);
        fprintf(out, "</b>: ");
    }
    page_text(out, load_host_line(file, hosts, sizeof hosts));
    fprintf(out, ", ");
    page_text(out, file->run->created);
    fprintf(out, ", zmqsweep ");
    page_text(out, file->run->creator_version);
    fprintf(out, ", libzmq ");
    page_text(out, libzmq ? libzmq : "unknown");
    if (!results_complete(file->results))
        fprintf(out, "; <b>incomplete</b>: %" PRId64 " of %" PRId64 " points", file->points_in_file,
                file->run->points_planned);
    fprintf(out, "</p>\n");
}

struct totals {
    size_t points, failed, flagged;
    const struct point_record *fastest, *most;
    int64_t sent, lost;
};

static void add_totals(struct totals *totals, const struct loaded *file)
{
    for (size_t i = 0; i < file->point_count; i++) {
        const struct point_record *point = &file->points[i];
        totals->points++;
        totals->failed += point->valid_repetitions == 0;
        totals->flagged += point->valid_repetitions > 0 && *point->flags;
        totals->sent += point->sent;
        totals->lost += point->lost;
        if (point->throughput_mbit_s > (totals->fastest ? totals->fastest->throughput_mbit_s : 0))
            totals->fastest = point;
        if (point->message_rate_per_s > (totals->most ? totals->most->message_rate_per_s : 0))
            totals->most = point;
    }
}

static void write_fact(FILE *out, const char *value, const char *what)
{
    fprintf(out, "<div class=\"card\"><b>");
    page_text(out, value);
    fprintf(out, "</b>");
    page_text(out, what);
    fprintf(out, "</div>\n");
}

static void write_record(FILE *out, const struct point_record *point, const char *value, const char *what)
{
    char line[256], size[CELL];
    snprintf(line, sizeof line, "%s: %s, %s, %s", what, point->pattern,
             format_bytes(point->message_size_bytes, size, sizeof size), point->send_mode);
    write_fact(out, value, line);
}

static void write_summary(FILE *out, const struct loaded *files, int count)
{
    struct totals totals = {0};
    char text[CELL], more[CELL + 64];
    for (int i = 0; i < count; i++)
        add_totals(&totals, &files[i]);
    fprintf(out, "<div class=\"facts\">\n");
    if (totals.fastest)
        write_record(out, totals.fastest, format_rate(totals.fastest->throughput_mbit_s, text, sizeof text),
                     "highest throughput");
    if (totals.most)
        write_record(out, totals.most, format_per_s(totals.most->message_rate_per_s, text, sizeof text),
                     "highest message rate");
    write_fact(out, format_loss(totals.lost, totals.sent, text), "of all messages lost");
    snprintf(text, sizeof text, "%zu points", totals.points);
    snprintf(more, sizeof more, "%zu without a valid repetition, %zu more with remarks", totals.failed,
             totals.flagged);
    write_fact(out, text, more);
    fprintf(out, "</div>\n");
}

static void write_warnings(FILE *out, const struct loaded *files, int count)
{
    for (int i = 0; i < count; i++)
        for (size_t k = 0; k < files[i].environment_count; k++)
            if (strncmp(files[i].environment[k].name, "warning.", 8) == 0) {
                fprintf(out, "<p><b>Warning:</b> ");
                page_text(out, files[i].environment[k].value);
                fprintf(out, "</p>\n");
            }
}

/* ---- charts ---- */

static bool any_lost(const struct loaded *files, int count)
{
    for (int i = 0; i < count; i++)
        for (size_t k = 0; k < files[i].point_count; k++)
            if (files[i].points[k].lost > 0)
                return true;
    return false;
}

static int write_chart(FILE *out, enum plot_kind_id kind, const struct loaded *files, int count,
                       struct error *error)
{
    struct chart chart;
    struct error none;
    char statistics[256];
    if (chart_make(&chart, kind, files, count, &none))
        return 0; /* a kind without a point has no chart */
    int failed = 0;
    if (kind != KIND_SCALING || chart.x_high > chart.x_low) {
        fprintf(out, "<section class=\"card\">\n");
        failed = svg_chart(out, &chart);
        fprintf(out, "<p><small>%s</small></p>\n</section>\n", caption_statistics(&chart, statistics));
    }
    chart_free(&chart);
    return failed ? error_set(error, "out of memory for the page") : 0;
}

static int write_charts(FILE *out, const struct loaded *files, int count, struct error *error)
{
    static const enum plot_kind_id kinds[] = {KIND_SIZE, KIND_RATE, KIND_SCALING, KIND_CPU, KIND_LOSS};
    fprintf(out, "<h2>Charts</h2>\n<div class=\"grid2\">\n");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if ((kinds[i] != KIND_LOSS || any_lost(files, count)) &&
            write_chart(out, kinds[i], files, count, error))
            return -1;
    fprintf(out, "</div>\n");
    return 0;
}

/* ---- the table ---- */

static void write_heading(FILE *out, const char *title, bool number)
{
    fprintf(out, "<th data-sort=\"%s\"%s><button type=\"button\">", number ? "n" : "t",
            number ? " class=\"r\"" : "");
    page_text(out, title);
    fprintf(out, "</button></th>");
}

/* A cell that sorts by `value`; NaN sorts last. */
static void write_number(FILE *out, double value, const char *text)
{
    fprintf(out, "<td class=\"r\" data-v=\"");
    format_csv_number(out, value);
    fprintf(out, "\">");
    page_text(out, text);
    fprintf(out, "</td>");
}

static void write_word(FILE *out, const char *text)
{
    fprintf(out, "<td>");
    page_text(out, text);
    fprintf(out, "</td>");
}

static bool is_shown(const struct dimension *dimension, const struct loaded *files, int count)
{
    bool several = strcmp(dimension->title, "size") == 0;
    for (int i = 0; i < count && !several; i++)
        several = dimension_varies(dimension, files[i].points, files[i].point_count) ||
                  (files[i].point_count && files[0].point_count &&
                   dimension_compare(dimension, files[0].points, files[i].points) != 0);
    return several;
}

static void write_dimension(FILE *out, const struct dimension *dimension, const struct point_record *point)
{
    char cell[CELL];
    dimension_format(dimension, point, cell);
    if (dimension->right && dimension->column)
        write_number(
            out,
            column_number(column_named(TABLE_POINTS, dimension->column, strlen(dimension->column)), point),
            cell);
    else
        write_word(out, cell);
}

/* The columns that not every page has. */
struct shown {
    const struct dimension *dimensions[MOST_DIMENSIONS];
    size_t count;
    bool labels, shares;
};

static void write_row(FILE *out, const struct loaded *file, const struct point_record *point,
                      const struct shown *shown)
{
    char text[CELL], notes[NOTES];
    double loss = point->sent > 0 ? (double)point->lost / (double)point->sent : NAN;
    bool failed = point->valid_repetitions == 0;
    fprintf(out, "<tr%s>", failed ? " class=\"bad\"" : *point->flags ? " class=\"warn\"" : "");
    if (shown->labels)
        write_word(out, file->label);
    for (size_t i = 0; i < shown->count; i++)
        write_dimension(out, shown->dimensions[i], point);
    write_number(out, point->throughput_mbit_s, format_rate(point->throughput_mbit_s, text, sizeof text));
    write_number(out, point->throughput_low_mbit_s,
                 format_interval(point->throughput_mbit_s, point->throughput_low_mbit_s,
                                 point->throughput_high_mbit_s, text));
    if (shown->shares)
        write_number(out, baseline_share(file, point),
                     baseline_format_share(baseline_share(file, point), text));
    write_number(out, point->message_rate_per_s, format_per_s(point->message_rate_per_s, text, sizeof text));
    write_number(out, loss, format_loss(point->lost, point->sent, text));
    write_number(out, point->cpu_ns_per_message, format_nanoseconds(point->cpu_ns_per_message, text));
    snprintf(text, sizeof text, "%" PRId64 "/%" PRId64, point->valid_repetitions, point->repetitions);
    write_number(out, (double)point->valid_repetitions, text);
    write_word(out, point_notes(point, notes));
    fprintf(out, "</tr>\n");
}

static void write_points(FILE *out, const struct loaded *files, int count)
{
    static const char *const measures[] = {"throughput", "interval",    "of TCP", "messages",
                                           "loss",       "cpu/message", "valid"};
    struct shown shown = {.count = 0, .labels = count > 1};
    for (size_t i = 0; i < dimension_count; i++)
        if (is_shown(&dimensions[i], files, count))
            shown.dimensions[shown.count++] = &dimensions[i];
    for (int i = 0; i < count; i++)
        shown.shares = shown.shares || files[i].baseline_count > 0;
    fprintf(out, "<h2>Points <small>a click on a heading sorts</small></h2>\n<div "
                 "class=\"wide\"><table><thead><tr>");
    if (count > 1)
        write_heading(out, "file", false);
    for (size_t i = 0; i < shown.count; i++)
        write_heading(out, shown.dimensions[i]->title,
                      shown.dimensions[i]->right && shown.dimensions[i]->column);
    for (size_t i = 0; i < sizeof measures / sizeof *measures; i++)
        if (shown.shares || strcmp(measures[i], "of TCP") != 0)
            write_heading(out, measures[i], true);
    write_heading(out, "notes", false);
    fprintf(out, "</tr></thead><tbody>\n");
    for (int i = 0; i < count; i++)
        for (size_t k = 0; k < files[i].point_count; k++)
            write_row(out, &files[i], &files[i].points[k], &shown);
    fprintf(out, "</tbody></table></div>\n");
}

/* ---- provenance ---- */

static void write_pair(FILE *out, const char *name, const char *value)
{
    fprintf(out, "<tr>");
    write_word(out, name);
    write_word(out, value);
    fprintf(out, "</tr>\n");
}

static void write_hosts(FILE *out, const struct loaded *file)
{
    char text[CELL];
    fprintf(
        out,
        "<div class=\"wide\"><table><thead><tr><th>host</th><th>address</th><th class=\"r\">cores</th><th "
        "class=\"r\">memory</th><th class=\"r\">link</th><th>kernel</th><th>processor</th></tr></thead>"
        "<tbody>\n");
    for (size_t i = 0; i < file->host_count; i++) {
        const struct host_record *host = &file->hosts[i];
        fprintf(out, "<tr>");
        write_word(out, host->name);
        write_word(out, host->address);
        fprintf(out, "<td class=\"r\">%" PRId64 "</td><td class=\"r\">%s</td>", host->cores,
                format_bytes(host->memory_bytes, text, sizeof text));
        fprintf(out, "<td class=\"r\">%s</td>", format_rate(host->link_mbit_s, text, sizeof text));
        write_word(out, host->kernel);
        write_word(out, host->cpu_model);
        fprintf(out, "</tr>\n");
    }
    fprintf(out, "</tbody></table></div>\n");
}

static void write_provenance(FILE *out, const struct loaded *file)
{
    fprintf(out, "<details%s><summary>", file->host_count <= 8 ? " open" : "");
    page_text(out, file->label);
    fprintf(out, ": hosts</summary>\n");
    write_hosts(out, file);
    fprintf(out, "</details>\n<details><summary>");
    page_text(out, file->label);
    fprintf(out, ": command, versions, options, environment</summary>\n<div class=\"wide\"><table "
                 "class=\"env\"><tbody>\n");
    write_pair(out, "command", file->run->command_line);
    write_pair(out, "started", file->run->created);
    write_pair(out, "uuid", file->run->uuid);
    for (size_t i = 0; i < file->environment_count; i++)
        write_pair(out, file->environment[i].name, file->environment[i].value);
    fprintf(out, "</tbody></table></div></details>\n");
}

/* ---- the subcommand ---- */

static int write_page(FILE *out, const char *title, const struct loaded *files, int count,
                      struct error *error)
{
    write_head(out, title ? title : files[0].run->title);
    for (int i = 0; i < count; i++)
        write_source(out, &files[i], count > 1);
    write_summary(out, files, count);
    write_warnings(out, files, count);
    if (write_charts(out, files, count, error))
        return -1;
    write_points(out, files, count);
    fprintf(out, "<h2>Where the numbers come from</h2>\n");
    for (int i = 0; i < count; i++)
        write_provenance(out, &files[i]);
    fprintf(out, "<div id=\"tip\" role=\"status\"></div>\n<script>\n%s</script>\n</body>\n</html>\n", script);
    return 0;
}

int html_run(struct task *task, struct error *error)
{
    struct filter filter;
    struct loaded *files;
    if (filter_read(arguments_text(task->arguments, NAME_WHERE), TABLE_POINTS, &filter, error))
        return EXIT_USAGE;
    if (arguments_load(task->arguments, &filter, &files, error))
        return EXIT_FAILED;
    int failed = write_page(task->out, arguments_text(task->arguments, NAME_TITLE), files,
                            task->arguments->file_count, error);
    load_free_all(files, task->arguments->file_count);
    return failed ? EXIT_FAILED : EXIT_OK;
}
