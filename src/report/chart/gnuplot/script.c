/* script.c - pieces of a gnuplot script that all panels share. */
#include "chart/gnuplot/script.h"

#include "zmqsweep/text.h"

#include <string.h>

/* Source: Okabe & Ito, Color Universal Design, 2008. */
const char *const script_palette[CHART_COLOURS] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                   "#e69f00", "#56b4e9", "#000000"};

/* ---- text and data ---- */

void script_string(FILE *out, const char *text)
{
    fputc('\'', out);
    for (; *text; text++) {
        if (*text == '\'')
            fputc('\'', out);
        fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
    }
    fputc('\'', out);
}

void script_field(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++)
        fputc((unsigned char)*text < ' ' || *text == '"' || *text == '\\' ? '\'' : *text, out);
    fputc('"', out);
}

size_t script_block_end(struct script *script)
{
    fprintf(script->data, "\n\n");
    return script->blocks++;
}

/* ---- the picture ---- */

double script_caption_inches(const struct script *script)
{
    return 0.5 + 0.18 * (double)script->chart->line_count;
}

/* Writes the caption. Its place is in inches from the top, so that it fits any size of picture. */
static void write_caption(const struct script *script)
{
    double height = script->picture->height, left = 0.12 / script->picture->width;
    fprintf(script->out, "set label 1 ");
    script_string(script->out, script->chart->title);
    fprintf(script->out, " at screen %.4f, screen %.4f left font ',12' front\n", left,
            1 - 0.22 / height);
    for (size_t i = 0; i < script->chart->line_count; i++) {
        fprintf(script->out, "set label %zu ", i + 2);
        script_string(script->out, script->chart->lines[i]);
        fprintf(script->out,
                " at screen %.4f, screen %.4f left font ',8' textcolor rgb '#555555' front\n", left,
                1 - (0.46 + 0.18 * (double)i) / height);
    }
}

static void write_terminal(const struct gnuplot_picture *picture, FILE *out)
{
    if (strcmp(picture->terminal, "png") == 0)
        fprintf(out,
                "set terminal pngcairo noenhanced color font 'sans,9' fontscale 1.9 linewidth 2 "
                "pointscale 1.6 background rgb 'white' size %.0f,%.0f\n",
                picture->width * 200, picture->height * 200);
    else if (strcmp(picture->terminal, "svg") == 0)
        fprintf(out,
                "set terminal svg noenhanced font 'sans-serif,9' fontscale 1.35 linewidth 1.2 "
                "dynamic background rgb 'white' size %.0f,%.0f\n",
                picture->width * 100, picture->height * 100);
    else
        fprintf(out,
                "set terminal pdfcairo noenhanced color font 'sans,9' fontscale 1 linewidth 1.5 "
                "size %.2fin,%.2fin\n",
                picture->width, picture->height);
}

/* Begins the script. Its variables `data` and `output` may be set from outside, as zmqreport does.
 */
void script_begin(struct script *script)
{
    const struct gnuplot_picture *picture = script->picture;
    const char *slash = strrchr(picture->path, '/');
    const char *name = slash ? slash + 1 : picture->path;
    const char *dot = strrchr(name, '.');
    char data[512];
    snprintf(data, sizeof data, "%.*s.dat", dot ? (int)(dot - name) : (int)strlen(name), name);
    fprintf(script->out, "# Made by zmqreport %s. Run gnuplot on this file in its folder to make ",
            ZMQSWEEP_VERSION);
    text_print(script->out, name);
    fprintf(script->out, " again.\nset encoding utf8\nif (!exists('data')) data = ");
    script_string(script->out, data);
    fprintf(script->out, "\nif (!exists('output')) output = ");
    script_string(script->out, name);
    fputc('\n', script->out);
    write_terminal(picture, script->out);
    fprintf(script->out, "set output output\nset multiplot\nset border 3 lc rgb '#444444'\n"
                         "set tics nomirror out scale 0.6\nset grid lc rgb '#e4e4e4' lt 1 lw 0.6\n"
                         "set errorbars 0.6\nunset key\n");
    write_caption(script);
}

void script_end(struct script *script)
{
    fprintf(script->out, "unset multiplot\n");
}

void script_margins(const struct script *script, double left, double right, double bottom,
                    double top)
{
    double width = script->picture->width, height = script->picture->height;
    fprintf(script->out,
            "set lmargin at screen %.4f; set rmargin at screen %.4f; set bmargin at screen %.4f; "
            "set tmargin at screen %.4f\n",
            left / width, 1 - right / width, bottom / height,
            1 - (script_caption_inches(script) + top) / height);
}

/* Writes the title of the y axis at the picture's edge, where no tick's label reaches. */
void script_y_title(const struct script *script, const char *title)
{
    fprintf(script->out, "set label 20 ");
    script_string(script->out, title);
    fprintf(script->out, " at screen %.4f, graph 0.5 center rotate by 90\n",
            0.2 / script->picture->width);
}

void script_panel_title(const struct script *script, const char *title)
{
    fprintf(script->out, "set label 30 ");
    script_string(script->out, title);
    fprintf(script->out, " at graph 0, graph 1 left offset 0,0.7 font ',9'\n");
}

void script_caption_end(const struct script *script)
{
    for (int label = 1; label <= CHART_CAPTION_LINES + 1; label++)
        fprintf(script->out, "unset label %d\n", label);
}
