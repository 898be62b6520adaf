/* progress.c - prints a line per round and per point, and on a terminal a live line below them. */
#include "console/progress.h"

#include "process/log.h"

#include "zmqsweep/config.h"
#include "zmqsweep/format.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int64_t total;
static const struct settings *asked;
static bool live, live_shown;

/* mpirun gives its ranks a pipe for stderr, even if its own stderr is a terminal. So this function
 * looks at the launcher's stderr as well. */
static bool stderr_is_terminal(void)
{
    char path[64], target[64];
    snprintf(path, sizeof path, "/proc/%d/fd/2", (int)getppid());
    ssize_t length = readlink(path, target, sizeof target - 1);
    target[length > 0 ? length : 0] = '\0';
    return isatty(STDERR_FILENO) || strncmp(target, "/dev/pts/", 9) == 0 ||
           strncmp(target, "/dev/tty", 8) == 0;
}

void progress_start(const struct settings *settings, int64_t points)
{
    total = points;
    asked = settings;
    live = log_enabled(LOG_INFO) && !log_enabled(LOG_DEBUG) && stderr_is_terminal();
}

static void clear_live_line(void)
{
    if (live_shown) {
        fputs("\r\033[K", stderr);
        live_shown = false;
    }
}

static const char *time_left_text(double seconds, char *text, size_t length)
{
    if (isnan(seconds)) {
        snprintf(text, length, "?");
    } else if (seconds < 100) {
        snprintf(text, length, "%.0f s", seconds);
    } else if (seconds < 6000) {
        snprintf(text, length, "%.0f min", seconds / 60);
    } else {
        snprintf(text, length, "%.1f h", seconds / 3600);
    }
    return text;
}

void progress_repetition(int64_t done, const struct point *point,
                         const struct repetition_record *row, double seconds_left)
{
    char size[32], rate[32], left[32];
    if (!live) {
        return;
    }
    fprintf(stderr, "\r\033[K%lld/%lld done, last %s: repetition %lld of %s%d, %s, %s left",
            (long long)done, (long long)total, format_bytes(point->size_bytes, size, sizeof size),
            (long long)row->repetition + 1, point->precision_ppm ? "at most " : "",
            point->repetitions, format_rate(row->throughput_mbit_s, rate, sizeof rate),
            time_left_text(seconds_left, left, sizeof left));
    fflush(stderr);
    live_shown = true;
}

/* "9.41 Gbit/s [9.20, 9.55]": the interval's ends in the median's unit. */
static const char *rate_text(const struct point_record *row, char *text, size_t length)
{
    char rate[32];
    double unit = row->throughput_mbit_s >= 1000 ? 1000 : row->throughput_mbit_s >= 1 ? 1 : 0.001;
    format_rate(row->throughput_mbit_s, rate, sizeof rate);
    if (isnan(row->throughput_mbit_s)) {
        snprintf(text, length, "no valid repetition");
    } else if (isnan(row->throughput_low_mbit_s)) {
        snprintf(text, length, "%12s", rate);
    } else {
        snprintf(text, length, "%12s [%.4g, %.4g]", rate, row->throughput_low_mbit_s / unit,
                 row->throughput_high_mbit_s / unit);
    }
    return text;
}

/* Prints "lost 0 %" and "lost 100 %" only if exactly none or all messages were lost. */
static void print_loss(const struct point_record *row)
{
    double percent = 100 * (double)row->lost / (double)row->sent;
    if (row->lost > 0 && percent < 0.01) {
        fputs("  lost <0.01 %", stderr);
    } else if (row->lost < row->sent && percent > 99.99) {
        fputs("  lost >99.99 %", stderr);
    } else {
        fprintf(stderr, "  lost %.4g %%", percent);
    }
}

/* Does every line show this option in a column of its own? */
static bool has_column(enum option_id id)
{
    return id == OPTION_PATTERN || id == OPTION_TRANSPORT || id == OPTION_SIZE ||
           id == OPTION_SEND_MODE;
}

/* Does this setting differ between points? The step of the matrix is not the value of an option. */
static bool varies(const char *name)
{
    enum option_id id = config_find(name);
    if (id == OPTION_TOTAL) {
        return strcmp(name, "step") == 0;
    }
    return !has_column(id) && asked->items[id].count > 1;
}

/* Prints those settings of "pattern=push-pull ... sndhwm=100 ..." by which points differ, so that
 * no two lines look alike. */
static void print_varying(const char *settings)
{
    char text[PLAN_KEY_LENGTH], *rest = NULL;
    snprintf(text, sizeof text, "%s", settings);
    for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        char *equals = strchr(word, '=');
        if (equals) {
            *equals = '\0';
            if (varies(word)) {
                fprintf(stderr, "  %s %s", word, equals + 1);
            }
        }
    }
}

/* Prints why a point has not got the precision or the repetitions asked for. */
static void print_stop(const struct point_record *row)
{
    if (row->precision > 0 && strcmp(row->stop_reason, "precision") != 0) {
        fprintf(stderr, "  precision not reached (%s)", row->stop_reason);
    } else if (strcmp(row->stop_reason, "interrupted") == 0) {
        fprintf(stderr, "  %lld of %lld repetitions", (long long)row->repetitions,
                (long long)row->planned_repetitions);
    }
}

static void print_flags(const struct round_summary *summary)
{
    const char *before = " (";
    for (int flag = 0; flag < FLAGS; flag++) {
        if (summary->flagged[flag] > 0) {
            fprintf(stderr, "%s%s %lld", before, flags_word(flag),
                    (long long)summary->flagged[flag]);
            before = ", ";
        }
    }
    fputs(*before == ',' ? ")" : "", stderr);
}

void progress_round(const struct round_summary *summary)
{
    char left[32], of[32] = "";
    if (!log_enabled(LOG_INFO)) {
        return;
    }
    clear_live_line();
    if (summary->round < summary->rounds) {
        snprintf(of, sizeof of, " of %lld", (long long)summary->rounds);
    }
    fprintf(stderr, "round %lld%s: %lld point%s", (long long)summary->round + 1, of,
            (long long)summary->measured, summary->measured == 1 ? "" : "s");
    if (summary->invalid > 0) {
        fprintf(stderr, ", %lld not valid", (long long)summary->invalid);
        print_flags(summary);
    }
    if (summary->open > 0) {
        fprintf(stderr, ", %s left", time_left_text(summary->seconds_left, left, sizeof left));
    }
    fputc('\n', stderr);
}

void progress_point(int64_t done, const struct point_record *row)
{
    char size[32], rate[96], count[32];
    if (!log_enabled(LOG_INFO)) {
        return;
    }
    clear_live_line();
    fprintf(stderr, "%*lld/%lld  %-9s %-7s %9s %-9s %-30s %11s", total > 999 ? 5 : 3,
            (long long)done, (long long)total, row->pattern, row->transport,
            format_bytes(row->message_size_bytes, size, sizeof size), row->send_mode,
            rate_text(row, rate, sizeof rate),
            format_per_s(row->message_rate_per_s, count, sizeof count));
    if (row->sent > 0) {
        print_loss(row);
    }
    print_varying(row->settings);
    if (row->loss_target >= 0) { /* the rate was found, not asked for */
        fprintf(stderr, "  at %s", format_per_s(row->rate_per_s, count, sizeof count));
    }
    print_stop(row);
    fprintf(stderr, "%s%s\n", *row->flags ? "  " : "", row->flags);
}
