/* journal.c - the journal of a sweep while it runs: one line a point, each on disk before the next begins. */
#include "results_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define STARTS_WITH(text, length, prefix)                                                                    \
    ((length) >= sizeof(prefix) - 1 && memcmp(text, prefix, sizeof(prefix) - 1) == 0)

int journal_path(const char *output, char *path, size_t length)
{
    int needed = snprintf(path, length, "%s.journal", output);
    return needed >= 0 && (size_t)needed < length ? 0 : -1;
}

/* ---- reading lines ---- */

int journal_reader_open(struct journal_reader *reader, const char *path, struct error *error)
{
    struct stat status;
    memset(reader, 0, sizeof *reader);
    reader->file = fopen(path, "re");
    if (!reader->file)
        return error_set(error, "%s: %s", path, strerror(errno));
    if (fstat(fileno(reader->file), &status) == 0 && S_ISREG(status.st_mode))
        return 0;
    journal_reader_close(reader);
    return error_set(error, "%s: is not a regular file", path);
}

void journal_reader_close(struct journal_reader *reader)
{
    if (reader->file)
        fclose(reader->file);
    free(reader->text);
    memset(reader, 0, sizeof *reader);
}

int journal_reader_seek(struct journal_reader *reader, off_t offset)
{
    reader->offset = offset;
    return fseeko(reader->file, offset, SEEK_SET);
}

/* The kind of a line by how its data starts; a line with a good CRC is as its writer made it. */
static void classify(struct journal_line *line)
{
    static const char point[] = "{\"point\":[";
    char *end;
    if (STARTS_WITH(line->data, line->data_length, "{\"run\":{")) {
        line->kind = LINE_RUN;
    } else if (STARTS_WITH(line->data, line->data_length, "{\"session\":{")) {
        line->kind = LINE_SESSION;
    } else if (STARTS_WITH(line->data, line->data_length, point)) {
        const char *digits = line->data + sizeof point - 1;
        line->point_id = strtoll(digits, &end, 10);
        line->kind = end != digits && *end == ',' ? LINE_POINT : LINE_DAMAGED;
    }
}

int journal_reader_next(struct journal_reader *reader, struct journal_line *line)
{
    errno = 0;
    ssize_t length = getline(&reader->text, &reader->capacity, reader->file);
    if (length < 0)
        return feof(reader->file) && !ferror(reader->file) ? 0 : -1;
    memset(line, 0, sizeof *line);
    line->number = ++reader->number;
    line->offset = reader->offset;
    line->kind = LINE_DAMAGED;
    reader->offset += length;
    if (reader->text[length - 1] != '\n')
        line->kind = LINE_TORN;
    else if ((line->data = journal_line_decode(reader->text, (size_t)length, &line->data_length)) != NULL)
        classify(line);
    return 1;
}

int journal_line_point(const struct journal_line *line, const struct row_format *format,
                       struct point_rows *rows)
{
    if (json_to_point(line->data, line->data_length, format, rows))
        return -1;
    if (rows->point.point_id == line->point_id)
        return 0;
    point_rows_clear(rows);
    return -1;
}

/* ---- the lock ---- */

/* Who wrote the last run or session line. @return 0 or -1 when no line says it. */
static int find_writer(const char *path, char *host, size_t host_bytes, int64_t *pid)
{
    struct journal_reader reader;
    struct journal_line line;
    int found = -1;
    if (journal_reader_open(&reader, path, NULL))
        return -1;
    while (journal_reader_next(&reader, &line) > 0)
        if ((line.kind == LINE_RUN || line.kind == LINE_SESSION) &&
            json_to_writer(line.data, line.data_length, host, host_bytes, pid) == 0)
            found = 0;
    journal_reader_close(&reader);
    return found;
}

/* The last writer may be gone, and the lock another's. */
static bool may_live(const char *host, int64_t pid)
{
    char ours[256] = "";
    gethostname(ours, sizeof ours - 1);
    return strcmp(ours, host) != 0 || kill((pid_t)pid, 0) == 0 || errno != ESRCH;
}

static int locked_elsewhere(const char *path, struct error *error)
{
    char host[256];
    int64_t pid;
    const char *advice = "wait for it, or give another --output";
    if (find_writer(path, host, sizeof host, &pid) || !may_live(host, pid))
        return error_set(error, "%s is in use by another process; %s", path, advice);
    return error_set(error, "%s is in use by process %" PRId64 " on %s; %s", path, pid, host, advice);
}

/* A file system without locks is no reason to stop. */
static int lock(int fd, const char *path, struct error *error)
{
    while (flock(fd, LOCK_EX | LOCK_NB)) {
        if (errno == EWOULDBLOCK)
            return locked_elsewhere(path, error);
        if (errno == ENOLCK || errno == EOPNOTSUPP || errno == ENOSYS)
            return 0;
        if (errno != EINTR) {
            error_set(error, "%s: cannot be locked: %s", path, strerror(errno));
            return JOURNAL_FAILED;
        }
    }
    return 0;
}

int journal_lock_for_reading(const char *path, int *fd, struct error *error)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0)
        return 0;
    int failed = flock(*fd, LOCK_EX | LOCK_NB);
    if (failed && errno == EBADF) /* a network file system wants a descriptor that can write for this */
        failed = flock(*fd, LOCK_SH | LOCK_NB);
    if (!failed || errno != EWOULDBLOCK)
        return 0;
    close(*fd);
    *fd = -1;
    return locked_elsewhere(path, error);
}

bool journal_in_use(const char *path, struct error *error)
{
    int fd, rc = journal_lock_for_reading(path, &fd, error);
    if (fd >= 0)
        close(fd);
    return rc != 0;
}

/* False when another process replaced or removed the file between our open and our lock. */
static bool still_named(int fd, const char *path)
{
    struct stat ours, named;
    return fstat(fd, &ours) == 0 && stat(path, &named) == 0 && ours.st_dev == named.st_dev &&
           ours.st_ino == named.st_ino;
}

int journal_open_locked(const char *path, int flags, bool *exists, struct error *error)
{
    for (int attempt = 0; attempt < 10; attempt++) {
        int fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC | flags, 0666);
        *exists = fd < 0 && errno == EEXIST;
        if (fd < 0) {
            error_set(error, "%s: %s", path, strerror(errno));
            return JOURNAL_FAILED;
        }
        int rc = lock(fd, path, error);
        if (rc) {
            close(fd);
            return rc;
        }
        if (still_named(fd, path))
            return fd;
        close(fd);
    }
    return error_set(error, "%s: is being replaced by other processes", path);
}

/* ---- writing ---- */

int write_whole(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, text, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        text += written;
        length -= (size_t)written;
    }
    return 0;
}

/* Appends a line as one write and, with `sync`, brings it to disk. Takes `data` over. On error, -1 or
 * JOURNAL_FAILED, the file ends where it ended before. */
static int append_line(struct journal *journal, json_t *data, bool sync, struct error *error)
{
    size_t length;
    if (!data)
        return -1;
    char *line = journal_line_encode(data, &length);
    if (!line)
        return error_set(error, "%s: out of memory for a line", journal->path);
    int failed = write_whole(journal->fd, line, length) || (sync && fdatasync(journal->fd));
    free(line);
    if (!failed) {
        journal->end += (off_t)length;
        return 0;
    }
    error_set(error, "%s: cannot be written: %s", journal->path, strerror(errno));
    if (ftruncate(journal->fd, journal->end))
        error_set(error, "%s: cannot be written, and a torn line stays at its end: %s", journal->path,
                  strerror(errno));
    return JOURNAL_FAILED;
}

int sync_path(const char *path, int flags)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
    if (fd < 0)
        return -1;
    int failed = fsync(fd), cause = errno;
    close(fd);
    errno = cause;
    return failed;
}

int sync_folder_of(const char *path)
{
    char folder[PATH_BYTES];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    return sync_path(folder, O_DIRECTORY) && errno != EINVAL && errno != EACCES ? -1 : 0;
}

static int refuse_existing(const char *path, struct error *error)
{
    if (journal_in_use(path, error))
        return -1;
    return error_set(error, "%s already exists: --resume goes on with it, --force starts over", path);
}

/* Makes the file `path` with the line of `run`. The lock comes before the old content goes. */
static int create_at(const char *path, const struct run_record *run, bool replace, struct journal **journal,
                     struct error *error)
{
    bool exists;
    int rc = JOURNAL_FAILED;
    struct journal *made = calloc(1, sizeof *made);
    if (!made)
        return error_set(error, "%s: out of memory", path);
    snprintf(made->path, sizeof made->path, "%s", path);
    made->fd = journal_open_locked(path, O_CREAT | (replace ? 0 : O_EXCL), &exists, error);
    if (made->fd < 0) {
        rc = exists ? refuse_existing(path, error) : made->fd;
        goto free_journal;
    }
    if (ftruncate(made->fd, 0)) {
        error_set(error, "%s: cannot be emptied: %s", path, strerror(errno));
        goto close_file;
    }
    rc = append_line(made, json_from_run(run, error), true, error);
    if (rc)
        goto remove_file;
    if (sync_folder_of(path)) {
        error_set(error, "%s: its folder cannot be synced: %s", path, strerror(errno));
        rc = JOURNAL_FAILED;
        goto remove_file;
    }
    *journal = made;
    return 0;
remove_file:
    unlink(path);
close_file:
    close(made->fd);
free_journal:
    free(made);
    return rc;
}

int journal_create(const char *output, const struct run_record *run, bool replace, struct journal **journal,
                   struct error *error)
{
    char path[PATH_BYTES];
    if (journal_path(output, path, sizeof path))
        return error_set(error, "%.200s...: the name is too long", output);
    return create_at(path, run, replace, journal, error);
}

int journal_append_session(struct journal *journal, const struct run_record *run, struct error *error)
{
    return append_line(journal, json_from_session(run, false, error), true, error);
}

int journal_append_notes(struct journal *journal, const struct run_record *run, struct error *error)
{
    return append_line(journal, json_from_session(run, true, error), true, error);
}

int journal_append(struct journal *journal, const struct point_rows *rows, struct error *error)
{
    return append_line(journal, json_from_point(rows, error), true, error);
}

void journal_close(struct journal **journal)
{
    if (!*journal)
        return;
    close((*journal)->fd);
    free(*journal);
    *journal = NULL;
}

/* ---- going on ---- */

struct seen {
    struct journal_entry entry;
    int64_t line;
    bool finished; /* not interrupted */
};

struct resume {
    struct run_record *run;
    struct row_format format;
    struct seen *seen;
    size_t count, capacity;
    off_t end;    /* where a new line goes */
    bool nothing; /* not one line of it is whole */
};

static int note_point(struct resume *resume, const struct journal_line *line)
{
    struct point_rows rows;
    if (resume->count == resume->capacity) {
        size_t capacity = resume->capacity ? 2 * resume->capacity : 64;
        struct seen *grown = realloc(resume->seen, capacity * sizeof *grown);
        if (!grown)
            return -1;
        resume->seen = grown;
        resume->capacity = capacity;
    }
    if (journal_line_point(line, &resume->format, &rows))
        return 0; /* damaged: the point will be run again */
    struct seen *seen = &resume->seen[resume->count++];
    seen->entry.point_id = rows.point.point_id;
    seen->entry.failed = strcmp(rows.point.status, "failed") == 0;
    seen->finished = strcmp(rows.point.stop_reason, "interrupted") != 0;
    seen->line = line->number;
    point_rows_clear(&rows);
    return 0;
}

/* A kill or a power failure before the first line was on disk leaves this. */
static bool holds_nothing(struct journal_reader *reader)
{
    struct journal_line next;
    bool begun = journal_line_begun(reader->text, (size_t)reader->offset);
    return begun && journal_reader_next(reader, &next) == 0;
}

static int refuse_first_line(const char *path, struct error *error)
{
    return error_set(error,
                     "%s: its first line, which describes the run, is damaged; `zmqreport recover` "
                     "saves its points, --force starts over",
                     path);
}

/* Rows have no names: new ones of other columns would be read as damaged. */
static int refuse_columns(const char *path, const struct run_record *run, struct error *error)
{
    return error_set(error,
                     "%s: was begun by zmqsweep %s, with other columns; go on with that, `zmqreport recover` "
                     "saves its points, --force starts over",
                     path, run->creator_version);
}

/* Reads what is there. `resume->end` is before a last line that has no end or is damaged. */
static int read_lines(struct resume *resume, const char *path, struct error *error)
{
    struct journal_reader reader;
    struct journal_line line = {.kind = LINE_DAMAGED};
    int more, failed = 0;
    if (journal_reader_open(&reader, path, error))
        return -1;
    while (!failed && (more = journal_reader_next(&reader, &line)) > 0) {
        bool bad = line.kind == LINE_DAMAGED || line.kind == LINE_TORN;
        resume->end = bad ? line.offset : reader.offset;
        if (line.number == 1 && bad && holds_nothing(&reader))
            resume->nothing = true;
        else if (line.number == 1 && line.kind != LINE_RUN)
            failed = refuse_first_line(path, error);
        else if (line.number == 1)
            failed = json_to_run(line.data, line.data_length, path, resume->run, &resume->format, error);
        else if (line.kind == LINE_SESSION)
            (void)json_add_session(line.data, line.data_length, &resume->format, resume->run);
        else if (line.kind == LINE_POINT && note_point(resume, &line))
            failed = error_set(error, "%s: out of memory for its points", path);
    }
    if (!failed && more < 0)
        failed = error_set(error, "%s: cannot be read: %s", path, strerror(errno));
    resume->nothing = resume->nothing || reader.number == 0;
    if (!failed && !resume->nothing && !row_format_is_ours(&resume->format))
        failed = refuse_columns(path, resume->run, error);
    journal_reader_close(&reader);
    return failed;
}

static int by_point_then_line(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;
    if (x->entry.point_id != y->entry.point_id)
        return x->entry.point_id < y->entry.point_id ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

/* The last line of a point counts. A point that was interrupted is not finished and will be run again. */
static int finished_points(struct resume *resume, struct journal_entry **done, size_t *done_count)
{
    struct journal_entry *entries = malloc((resume->count + 1) * sizeof *entries);
    size_t count = 0;
    if (!entries)
        return -1;
    if (resume->count > 0)
        qsort(resume->seen, resume->count, sizeof *resume->seen, by_point_then_line);
    for (size_t i = 0; i < resume->count; i++) {
        const struct seen *seen = &resume->seen[i];
        bool last = i + 1 == resume->count || resume->seen[i + 1].entry.point_id != seen->entry.point_id;
        if (last && seen->finished)
            entries[count++] = seen->entry;
    }
    *done = entries;
    *done_count = count;
    return 0;
}

int journal_reopen(const char *output, struct run_record *run, struct journal_entry **done,
                   size_t *done_count, struct journal **journal, struct error *error)
{
    bool exists;
    int rc = -1;
    struct resume resume = {.run = run};
    struct journal *opened = calloc(1, sizeof *opened);
    memset(run, 0, sizeof *run);
    *done = NULL;
    *done_count = 0;
    if (!opened)
        return error_set(error, "%s: out of memory", output);
    if (journal_path(output, opened->path, sizeof opened->path)) {
        error_set(error, "%.200s...: the name is too long", output);
        goto free_journal;
    }
    opened->fd = journal_open_locked(opened->path, 0, &exists, error);
    if (opened->fd < 0)
        goto free_journal;
    if (read_lines(&resume, opened->path, error))
        goto free_lines;
    if (resume.nothing) {
        rc = unlink(opened->path) ? error_set(error, "%s: %s", opened->path, strerror(errno)) : 1;
        goto free_lines;
    }
    opened->end = resume.end;
    if (ftruncate(opened->fd, opened->end)) {
        error_set(error, "%s: its torn last line cannot be cut off: %s", opened->path, strerror(errno));
        rc = JOURNAL_FAILED;
        goto free_lines;
    }
    if (finished_points(&resume, done, done_count)) {
        error_set(error, "%s: out of memory for its points", opened->path);
        goto free_lines;
    }
    free(resume.seen);
    *journal = opened;
    return 0;
free_lines:
    free(resume.seen);
    results_free_run(run);
    close(opened->fd);
free_journal:
    free(opened);
    return rc;
}

/* ---- from a file back to a journal ---- */

/* Rows of one table, read forward. */
struct cursor {
    enum table_id table;
    int64_t next, first, count; /* next row; the rows in the buffer */
    char *buffer;
};
#define CURSOR_ROWS 1024

static const char *cursor_row(struct cursor *cursor, struct results *results, struct error *error,
                              int *failed)
{
    int64_t left = results_row_count(results, cursor->table) - cursor->next;
    if (left <= 0)
        return NULL;
    if (cursor->next >= cursor->first + cursor->count) {
        cursor->first = cursor->next;
        cursor->count = left < CURSOR_ROWS ? left : CURSOR_ROWS;
        *failed = results_read(results, cursor->table, cursor->first, cursor->count, cursor->buffer, error);
        if (*failed)
            return NULL;
    }
    size_t row = (size_t)(cursor->next - cursor->first);
    return cursor->buffer + row * result_tables[cursor->table].record_bytes;
}

/* Takes the rows of a point, which come next; every record starts with its point_id. */
static int take_rows(struct cursor *cursor, struct results *results, int64_t point, void **rows,
                     size_t *count, struct error *error)
{
    size_t bytes = result_tables[cursor->table].record_bytes, capacity = 0;
    int failed = 0;
    const char *row;
    while ((row = cursor_row(cursor, results, error, &failed)) != NULL && *(const int64_t *)row == point) {
        if (*count == capacity) {
            capacity = capacity ? 2 * capacity : 64;
            void *grown = realloc(*rows, capacity * bytes);
            if (!grown)
                return error_set(error, "out of memory for the rows of point %" PRId64, point);
            *rows = grown;
        }
        memcpy((char *)*rows + (*count)++ * bytes, row, bytes);
        cursor->next++;
    }
    return failed;
}

static int copy_point(struct results *results, struct cursor cursors[TABLE_LATENCY + 1],
                      const struct point_record *point, struct journal *journal, struct error *error)
{
    struct point_rows rows = {.point = *point};
    void *repetitions = NULL, *ranks = NULL, *intervals = NULL, *latencies = NULL;
    int64_t id = point->point_id;
    int failed =
        take_rows(&cursors[TABLE_REPETITIONS], results, id, &repetitions, &rows.repetition_count, error) ||
        take_rows(&cursors[TABLE_RANKS], results, id, &ranks, &rows.rank_count, error) ||
        take_rows(&cursors[TABLE_INTERVALS], results, id, &intervals, &rows.interval_count, error) ||
        take_rows(&cursors[TABLE_LATENCY], results, id, &latencies, &rows.latency_count, error);
    rows.repetitions = repetitions;
    rows.ranks = ranks;
    rows.intervals = intervals;
    rows.latencies = latencies;
    if (!failed)
        failed = append_line(journal, json_from_point(&rows, error), false, error);
    point_rows_clear(&rows);
    return failed;
}

static int copy_points(struct results *results, const char *output, struct journal *journal,
                       struct error *error)
{
    struct cursor cursors[TABLE_LATENCY + 1] = {{0}};
    int failed = 0;
    for (int t = TABLE_POINTS; t <= TABLE_LATENCY && !failed; t++) {
        cursors[t].table = (enum table_id)t;
        cursors[t].buffer = malloc(CURSOR_ROWS * result_tables[t].record_bytes);
        if (!cursors[t].buffer)
            failed = error_set(error, "%s: out of memory", output);
    }
    const char *point;
    while (!failed && (point = cursor_row(&cursors[TABLE_POINTS], results, error, &failed)) != NULL) {
        failed = copy_point(results, cursors, (const struct point_record *)point, journal, error);
        cursors[TABLE_POINTS].next++;
    }
    for (int t = TABLE_POINTS; t <= TABLE_LATENCY; t++) {
        if (!failed && cursors[t].next < results_row_count(results, (enum table_id)t))
            failed = error_set(error, "%s: table %s has rows that belong to no point", output,
                               result_tables[t].name);
        free(cursors[t].buffer);
    }
    return failed;
}

/* Every row has been read in order by now. */
static int verify_tables(struct results *results, struct error *error)
{
    for (int t = 0; t < TABLE_TOTAL; t++)
        if (results_verify_read(results, (enum table_id)t, error))
            return -1;
    return 0;
}

static int read_machines(struct results *results, struct run_record *run, struct error *error)
{
    int64_t hosts = results_row_count(results, TABLE_HOSTS);
    int64_t environment = results_row_count(results, TABLE_ENVIRONMENT);
    run->hosts = calloc((size_t)hosts + 1, sizeof *run->hosts);
    run->environment = calloc((size_t)environment + 1, sizeof *run->environment);
    if (!run->hosts || !run->environment)
        return error_set(error, "out of memory for the hosts of the run");
    run->host_count = (size_t)hosts;
    run->environment_count = (size_t)environment;
    if (results_read(results, TABLE_HOSTS, 0, hosts, run->hosts, error))
        return -1;
    return results_read(results, TABLE_ENVIRONMENT, 0, environment, run->environment, error);
}

/* Gives the finished journal its name, unless there is one: link() does not replace. */
static int publish(const char *partial, const char *path, struct error *error)
{
    if (link(partial, path) == 0) {
        unlink(partial);
        return 0;
    }
    bool no_links = errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS || errno == EMLINK;
    if (errno == EEXIST || (no_links && access(path, F_OK) == 0))
        return refuse_existing(path, error);
    if (no_links && rename(partial, path) == 0)
        return 0;
    return error_set(error, "%s: %s", path, strerror(errno));
}

/* The journal gets its name only when it is whole: a half of it would hide the points of the file. */
static int write_journal(struct results *results, const struct run_record *run, const char *output,
                         struct error *error)
{
    char path[PATH_BYTES], partial[PATH_BYTES + 16];
    struct journal *journal = NULL;
    if (journal_path(output, path, sizeof path - 16))
        return error_set(error, "%.200s...: the name is too long", output);
    if (access(path, F_OK) == 0)
        return refuse_existing(path, error);
    snprintf(partial, sizeof partial, "%s.partial", path);
    int failed = create_at(partial, run, true, &journal, error);
    if (failed)
        return failed;
    failed = copy_points(results, output, journal, error);
    if (!failed)
        failed = verify_tables(results, error);
    if (!failed && fsync(journal->fd))
        failed = error_set(error, "%s: cannot be synced: %s", partial, strerror(errno));
    if (!failed)
        failed = publish(partial, path, error);
    if (failed)
        unlink(partial);
    journal_close(&journal);
    (void)sync_folder_of(path);
    return failed;
}

int results_to_journal(const char *output, struct error *error)
{
    struct results *results = NULL;
    if (results_open(output, &results, error))
        return -1;
    struct run_record run = *results_run(results);
    int failed = read_machines(results, &run, error);
    if (!failed)
        failed = write_journal(results, &run, output, error);
    results_free_run(&run);
    results_close(&results);
    return failed;
}
