/* plan.c - the product of the dimensions, numbered; a point is computed from its number, never stored. */
#include "zmqsweep/plan.h"

#include <stdlib.h>
#include <string.h>

#define POINTS_LIMIT 10000000
#define WRITE_DIR_MOST 1000

/* The dimensions from the slowest to the fastest: sizes run innermost, as a person reads a table. */
static const enum option_id dimensions[] = {
    OPTION_PATTERN,
    OPTION_TRANSPORT,
    OPTION_SECURITY,
    OPTION_RECEIVERS_PER_SENDER,
    OPTION_SENDERS_PER_RECEIVER,
    OPTION_PAIRS,
    OPTION_IO_THREADS,
    OPTION_SNDHWM,
    OPTION_RCVHWM,
    OPTION_SNDBUF,
    OPTION_RCVBUF,
    OPTION_SENDER_CPUS,
    OPTION_RECEIVER_CPUS,
    OPTION_RECEIVE_MODE,
    OPTION_SEND_MODE,
    OPTION_COUNT,
    OPTION_DURATION,
    OPTION_RATE,
    OPTION_SIZE,
};
#define DIMENSIONS (sizeof dimensions / sizeof *dimensions)

/* In count mode the length of a window is no dimension. */
static size_t dimension_length(const struct settings *settings, enum option_id id)
{
    if (id == OPTION_DURATION && config_value(settings, OPTION_COUNT) != OPTION_KEYWORD) {
        return 1;
    }
    return settings->items[id].count;
}

/* Points of one step of the matrix; without a matrix there is one step. */
static int64_t points_a_step(const struct settings *settings)
{
    int64_t points = 1;
    for (size_t i = 0; i < DIMENSIONS && points <= POINTS_LIMIT; i++) {
        points *= (int64_t)dimension_length(settings, dimensions[i]);
    }
    return points;
}

/* The point's value of each option, as asked for. @return the step. */
static int64_t digits(const struct plan *plan, int64_t id, int64_t value[OPTION_TOTAL])
{
    for (size_t i = DIMENSIONS; i-- > 0;) {
        enum option_id option = dimensions[i];
        int64_t length = (int64_t)dimension_length(plan->settings, option);
        value[option] = plan->settings->items[option].values[id % length];
        id /= length;
    }
    return id;
}

int64_t plan_auto_hwm(int64_t size_bytes)
{
    int64_t fits = ((int64_t)64 << 20) / size_bytes;
    return fits > 1000 ? 1000 : fits < 4 ? 4 : fits;
}

static int64_t resolved_hwm(int64_t asked, int64_t size_bytes)
{
    return asked == OPTION_KEYWORD ? plan_auto_hwm(size_bytes) : asked;
}

/* Messages per second of messages of that size; 0 for `max`. */
static double resolved_rate(int64_t asked, int64_t size_bytes)
{
    struct config_rate rate = config_rate(asked);
    if (asked == OPTION_KEYWORD) {
        return 0;
    }
    return rate.bits ? (double)rate.per_s / (8 * (double)size_bytes) : (double)rate.per_s;
}

static int32_t host_count(const struct plan *plan)
{
    int32_t count = 1;
    for (int32_t rank = 0; plan->hosts && rank < plan->ranks; rank++) {
        count = plan->hosts[rank] >= count ? plan->hosts[rank] + 1 : count;
    }
    return count;
}

/* Hosts with a rank besides the coordinator. */
static int32_t busy_hosts(const struct plan *plan)
{
    int32_t busy = 0, hosts = host_count(plan);
    for (int32_t host = 0; host < hosts; host++) {
        bool found = false;
        for (int32_t rank = 1; rank < plan->ranks && !found; rank++) {
            found = (plan->hosts ? plan->hosts[rank] : 0) == host;
        }
        busy += found;
    }
    return busy;
}

/* The most groups that the placement can seat. */
static int32_t all_pairs(const struct plan *plan, const struct point *point)
{
    struct point trial = *point;
    int32_t members = point->receivers_per_sender + point->senders_per_receiver;
    for (trial.pairs = (plan->ranks - 1) / members; trial.pairs > 1; trial.pairs--) {
        struct plan_layout layout;
        if (plan_layout_make(&trial, plan->hosts, plan->ranks, &layout, NULL) == 0) {
            plan_layout_free(&layout);
            break;
        }
    }
    return trial.pairs > 1 ? trial.pairs : 1;
}

static int32_t resolved_pairs(const struct plan *plan, const struct point *point, int64_t asked)
{
    if (point->matrix != MATRIX_OFF) {
        return point->matrix == MATRIX_ALONE ? 1 : plan->matrix_hosts;
    }
    return asked == OPTION_KEYWORD ? all_pairs(plan, point) : (int32_t)asked;
}

static int32_t resolved_placement(const struct plan *plan)
{
    int64_t asked = config_value(plan->settings, OPTION_PLACEMENT);
    if (plan->unplaced) {
        return PLACEMENT_LISTED;
    }
    if (asked != PLACEMENT_AUTO) {
        return (int32_t)asked;
    }
    return plan->host_count > 1 ? PLACEMENT_ACROSS : PLACEMENT_LISTED;
}

bool plan_echoes(const struct point *point)
{
    return point->pattern == PATTERN_REQ_REP || point->pattern == PATTERN_PAIR;
}

/* A point of the dimensions' product. */
static struct point listed_point(const struct plan *plan, int64_t id)
{
    const struct settings *settings = plan->settings;
    int64_t value[OPTION_TOTAL] = {0};
    struct point point;
    memset(&point, 0, sizeof point);
    point.step = (int32_t)digits(plan, id, value);
    point.id = id;
    point.pattern = (int32_t)value[OPTION_PATTERN];
    point.transport = (int32_t)value[OPTION_TRANSPORT];
    point.security = (int32_t)value[OPTION_SECURITY];
    point.send_mode = (int32_t)value[OPTION_SEND_MODE];
    point.receive_mode = (int32_t)value[OPTION_RECEIVE_MODE];
    point.bind = (int32_t)config_value(settings, OPTION_BIND);
    point.receivers_per_sender = (int32_t)value[OPTION_RECEIVERS_PER_SENDER];
    point.senders_per_receiver = (int32_t)value[OPTION_SENDERS_PER_RECEIVER];
    point.placement = resolved_placement(plan);
    point.matrix = (int32_t)config_value(settings, OPTION_MATRIX);
    point.pairs = resolved_pairs(plan, &point, value[OPTION_PAIRS]);
    point.sender_cpus = value[OPTION_SENDER_CPUS];
    point.receiver_cpus = value[OPTION_RECEIVER_CPUS];
    point.io_cpus = config_value(settings, OPTION_IO_CPUS);
    point.write_buffer_bytes = config_value(settings, OPTION_WRITE_BUFFER);
    point.ports = config_value(settings, OPTION_PORT_RANGE);
    point.io_threads = (int32_t)value[OPTION_IO_THREADS];
    point.repetitions = (int32_t)config_value(settings, OPTION_REPETITIONS);
    if (config_value(settings, OPTION_PRECISION) != OPTION_KEYWORD) {
        point.repetitions = (int32_t)config_value(settings, OPTION_MAX_REPETITIONS);
        point.min_repetitions = (int32_t)config_value(settings, OPTION_MIN_REPETITIONS);
        point.precision_ppm = (int32_t)config_value(settings, OPTION_PRECISION);
        point.max_time_ns = config_value(settings, OPTION_MAX_TIME);
    }
    point.size_bytes = value[OPTION_SIZE];
    point.sndhwm = resolved_hwm(value[OPTION_SNDHWM], point.size_bytes);
    point.rcvhwm = resolved_hwm(value[OPTION_RCVHWM], point.size_bytes);
    point.sndbuf_bytes = value[OPTION_SNDBUF];
    point.rcvbuf_bytes = value[OPTION_RCVBUF];
    point.rate_per_s = resolved_rate(value[OPTION_RATE], point.size_bytes);
    point.find_loss_ppb = config_value(settings, OPTION_FIND_RATE);
    if (config_value(settings, OPTION_LATENCY) != OPTION_KEYWORD) {
        point.latency_every = config_value(settings, OPTION_LATENCY);
    }
    point.interval_ns = config_value(settings, OPTION_INTERVAL);
    point.timeout_ns = config_value(settings, OPTION_TIMEOUT);
    if (value[OPTION_COUNT] != OPTION_KEYWORD) {
        point.count = value[OPTION_COUNT];
    } else {
        point.duration_ns = value[OPTION_DURATION];
        point.warmup_ns = config_value(settings, OPTION_WARMUP);
    }
    return point;
}

/* The point of the product that a point is made after: itself, but for the baseline's. */
static int64_t model_of(const struct plan *plan, int64_t id)
{
    return id < plan->listed ? id : plan->models[id - plan->listed];
}

struct point plan_point(const struct plan *plan, int64_t id)
{
    struct point point = listed_point(plan, model_of(plan, id));
    if (id >= plan->listed) {
        point = plan_baseline_of(&point);
        point.id = id;
    }
    return point;
}

static int64_t largest(const struct settings *settings, enum option_id id)
{
    const struct setting *setting = &settings->items[id];
    int64_t most = setting->values[0];
    for (size_t i = 1; i < setting->count; i++) {
        most = setting->values[i] > most ? setting->values[i] : most;
    }
    return most;
}

/* Pairs, where `all` stands for the one group that must at least be there. */
static int64_t largest_pairs(const struct settings *settings)
{
    int64_t most = largest(settings, OPTION_PAIRS);
    return most == OPTION_KEYWORD ? 1 : most;
}

static int64_t largest_group(const struct settings *settings)
{
    return largest(settings, OPTION_RECEIVERS_PER_SENDER) + largest(settings, OPTION_SENDERS_PER_RECEIVER);
}

int32_t plan_fewest_ranks(const struct settings *settings)
{
    int64_t ranks = 1 + largest_pairs(settings) * largest_group(settings);
    return ranks > INT32_MAX ? INT32_MAX : (int32_t)ranks;
}

int32_t plan_ranks_needed(const struct plan *plan)
{
    int32_t most = 0;
    for (int64_t id = 0; id < plan->points; id++) {
        struct point point = plan_point(plan, id);
        int32_t ranks = 1 + plan_ranks_in_use(&point);
        most = ranks > most ? ranks : most;
    }
    return most;
}

static int check_shape(const struct settings *settings, struct error *error)
{
    int64_t receivers = largest(settings, OPTION_RECEIVERS_PER_SENDER);
    int64_t senders = largest(settings, OPTION_SENDERS_PER_RECEIVER);
    if (receivers > 1 && senders > 1) {
        return error_set(
            error,
            "--receivers-per-sender %lld with --senders-per-receiver %lld: one of the two must be 1 "
            "in every group; sweep them in two runs",
            (long long)receivers, (long long)senders);
    }
    if (largest_pairs(settings) > (INT32_MAX - 1) / largest_group(settings)) {
        return error_set(error, "--pairs %lld: more ranks than MPI can number; say fewer",
                         (long long)largest_pairs(settings));
    }
    return 0;
}

static int check_writing(const struct settings *settings, struct error *error)
{
    const struct setting *modes = &settings->items[OPTION_RECEIVE_MODE];
    if (strlen(config_text(settings, OPTION_WRITE_DIR)) > WRITE_DIR_MOST) {
        return error_set(error, "--write-dir: the name is longer than %d characters", WRITE_DIR_MOST);
    }
    for (size_t i = 0; i < modes->count; i++) {
        if (modes->values[i] == RECEIVE_WRITE && !*config_text(settings, OPTION_WRITE_DIR)) {
            return error_set(error, "--receive-mode write: say where the files go: --write-dir DIR");
        }
    }
    return 0;
}

static bool lists(const struct settings *settings, enum option_id id, int64_t value)
{
    const struct setting *setting = &settings->items[id];
    bool found = false;
    for (size_t i = 0; i < setting->count; i++) {
        found = found || setting->values[i] == value;
    }
    return found;
}

/* What the patterns that send messages back cannot do. */
static int check_echoes(const struct settings *settings, struct error *error)
{
    bool pair = lists(settings, OPTION_PATTERN, PATTERN_PAIR);
    if (!pair && !lists(settings, OPTION_PATTERN, PATTERN_REQ_REP)) {
        return 0;
    }
    if (pair && largest_group(settings) != 2) {
        return error_set(error, "--pattern pair: a pair socket has one peer; leave out "
                                "--receivers-per-sender and --senders-per-receiver");
    }
    if (lists(settings, OPTION_RECEIVE_MODE, RECEIVE_WRITE)) {
        return error_set(error, "--receive-mode write is for push-pull and pub-sub; in req-rep and pair the "
                                "receiver sends the message back");
    }
    if (config_value(settings, OPTION_BASELINE) != BASELINE_NONE) {
        return error_set(error,
                         "--baseline tcp sends one way only: it is nothing to compare req-rep and pair "
                         "with; sweep them in two runs");
    }
    return 0;
}

/* Where messages go one way, those that are timed carry their send time. */
static int check_latency(const struct settings *settings, struct error *error)
{
    const struct setting *sizes = &settings->items[OPTION_SIZE];
    bool one_way = lists(settings, OPTION_PATTERN, PATTERN_PUSH_PULL) ||
                   lists(settings, OPTION_PATTERN, PATTERN_PUB_SUB);
    for (size_t i = 0; i < sizes->count; i++) {
        if (one_way && config_value(settings, OPTION_LATENCY) != OPTION_KEYWORD &&
            sizes->values[i] < PLAN_STAMP_BYTES) {
            return error_set(
                error,
                "--latency: a message of %lld byte%s cannot carry its send time, which takes %d; "
                "say --size %d or more",
                (long long)sizes->values[i], sizes->values[i] == 1 ? "" : "s", PLAN_STAMP_BYTES,
                PLAN_STAMP_BYTES);
        }
    }
    return 0;
}

static int check_find_rate(const struct settings *settings, struct error *error)
{
    const struct setting *patterns = &settings->items[OPTION_PATTERN];
    if (config_value(settings, OPTION_FIND_RATE) == OPTION_KEYWORD) {
        return 0;
    }
    for (size_t i = 0; i < patterns->count; i++) {
        if (patterns->values[i] != PATTERN_PUB_SUB) {
            return error_set(error,
                             "--find-rate is for pub-sub: no other pattern loses anything; say --pattern "
                             "pub-sub");
        }
    }
    if (settings->items[OPTION_RATE].count > 1 || config_value(settings, OPTION_RATE) != OPTION_KEYWORD) {
        return error_set(error, "--find-rate and --rate exclude each other; give one of them");
    }
    if (config_value(settings, OPTION_COUNT) != OPTION_KEYWORD) {
        return error_set(error, "--find-rate measures in windows; leave out --count");
    }
    return 0;
}

/* Messages that one `count` stands for in a repetition, of the point with the most. */
static int64_t most_copies(const struct settings *settings, int32_t ranks)
{
    const struct setting *receivers = &settings->items[OPTION_RECEIVERS_PER_SENDER];
    const struct setting *senders = &settings->items[OPTION_SENDERS_PER_RECEIVER];
    const struct setting *pairs = &settings->items[OPTION_PAIRS];
    int64_t most = 1;
    for (size_t r = 0; r < receivers->count; r++) {
        for (size_t s = 0; s < senders->count; s++) {
            for (size_t p = 0; p < pairs->count; p++) {
                int64_t to = receivers->values[r], from = senders->values[s];
                int64_t groups =
                    pairs->values[p] == OPTION_KEYWORD ? (ranks - 1) / (to + from) : pairs->values[p];
                int64_t copies = (groups > 0 ? groups : 1) * to * from;
                most = copies > most ? copies : most;
            }
        }
    }
    return most;
}

/* Once the ranks are known to be enough: a point has a pair at least. */
static int check_volume(const struct settings *settings, int32_t ranks, struct error *error)
{
    int64_t count = largest(settings, OPTION_COUNT), size = largest(settings, OPTION_SIZE);
    if (count != OPTION_KEYWORD && count > INT64_MAX / size / most_copies(settings, ranks)) {
        return error_set(
            error,
            "--count %lld with --size %lld: the bytes of one repetition do not fit into 63 bits; "
            "say a smaller count",
            (long long)count, (long long)size);
    }
    return 0;
}

static int check_ranks(const struct settings *settings, int32_t ranks, struct error *error)
{
    int32_t fewest = plan_fewest_ranks(settings);
    if (ranks >= fewest) {
        return 0;
    }
    return error_set(
        error,
        "%d rank%s: a coordinator and %lld group%s of %lld senders and receivers need %d; start it as: "
        "mpirun -n %d zmqsweep ...",
        ranks, ranks == 1 ? "" : "s", (long long)largest_pairs(settings),
        largest_pairs(settings) == 1 ? "" : "s", (long long)largest_group(settings), fewest, fewest);
}

static int too_many_points(struct error *error)
{
    return error_set(error, "the sweep has over %d points; list fewer values", POINTS_LIMIT);
}

static int count_points(struct plan *plan, struct error *error)
{
    plan->points = plan->listed = plan->steps * points_a_step(plan->settings);
    return plan->points > POINTS_LIMIT ? too_many_points(error) : 0;
}

static bool lists_all_pairs(const struct settings *settings)
{
    const struct setting *pairs = &settings->items[OPTION_PAIRS];
    bool found = false;
    for (size_t i = 0; i < pairs->count; i++) {
        found = found || pairs->values[i] == OPTION_KEYWORD;
    }
    return found;
}

/* Is this number of pairs also what the `all` beside it comes to? */
static bool is_all_pairs(const struct plan *plan, int64_t id, int64_t asked)
{
    struct point point = listed_point(plan, id);
    return asked != OPTION_KEYWORD && lists_all_pairs(plan->settings) && all_pairs(plan, &point) == asked;
}

static int add_model(struct plan *plan, int64_t id, struct error *error)
{
    int64_t count = plan->points - plan->listed;
    if ((count & (count - 1)) == 0) { /* full: at each power of two */
        uint32_t *more = realloc(plan->models, (count ? 2 * (size_t)count : 1) * sizeof *more);
        if (!more) {
            return error_set(error, "no memory for the points of the baseline");
        }
        plan->models = more;
    }
    plan->models[count] = (uint32_t)id;
    plan->points++;
    return 0;
}

/* The baseline's points follow the others. */
static int add_baseline(struct plan *plan, struct error *error)
{
    if (config_value(plan->settings, OPTION_BASELINE) == BASELINE_NONE) {
        return 0;
    }
    for (int64_t id = 0; id < plan->listed; id++) {
        int64_t value[OPTION_TOTAL] = {0};
        digits(plan, id, value);
        if (plan_is_model(plan->settings, value) && !is_all_pairs(plan, id, value[OPTION_PAIRS]) &&
            add_model(plan, id, error)) {
            return -1;
        }
    }
    if (plan->points == plan->listed) {
        return error_set(error, "--baseline tcp: no point of this sweep has --transport tcp to compare with");
    }
    return plan->points > POINTS_LIMIT ? too_many_points(error) : 0;
}

/* A matrix has pairs of its own making. */
static int count_steps(struct plan *plan, struct error *error)
{
    const struct settings *settings = plan->settings;
    int64_t matrix = config_value(settings, OPTION_MATRIX);
    plan->steps = 1;
    if (matrix == MATRIX_OFF) {
        return 0;
    }
    if (plan->unplaced) {
        return error_set(error, "--matrix: which hosts there are is known under mpirun only; start it there");
    }
    if (largest_group(settings) != 2 || settings->items[OPTION_PAIRS].count != 1 ||
        config_value(settings, OPTION_PAIRS) != OPTION_KEYWORD) {
        return error_set(
            error, "--matrix makes pairs of hosts itself; leave out --pairs, --receivers-per-sender and "
                   "--senders-per-receiver");
    }
    plan->matrix_hosts = busy_hosts(plan);
    if (plan->matrix_hosts < 2) {
        return error_set(
            error, "--matrix: the ranks besides the coordinator are on %d host%s; two or more are needed",
            plan->matrix_hosts, plan->matrix_hosts == 1 ? "" : "s");
    }
    plan->steps =
        matrix == MATRIX_ROUNDS ? plan->matrix_hosts - 1 : plan->matrix_hosts * (plan->matrix_hosts - 1);
    return 0;
}

/* Can every shape be seated? Shapes differ only in the slow dimensions, down to the pairs. */
static int check_seats(const struct plan *plan, struct error *error)
{
    int64_t stride = 1;
    if (plan->unplaced) {
        return 0; /* `listed`, with as many ranks as that takes */
    }
    for (size_t i = DIMENSIONS; i-- > 0 && dimensions[i] != OPTION_PAIRS;) {
        stride *= (int64_t)dimension_length(plan->settings, dimensions[i]);
    }
    for (int64_t id = 0; id < plan->listed; id += stride) {
        struct point point = plan_point(plan, id);
        struct plan_layout layout;
        if (plan_layout_make(&point, plan->hosts, plan->ranks, &layout, error)) {
            return -1;
        }
        plan_layout_free(&layout);
    }
    return 0;
}

/* xorshift64*, Vigna, ACM Trans. Math. Softw. 42 (2016) 30; seeded through splitmix64 so that 0 will do too.
 */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545F4914F6CDD1DULL;
}

static uint64_t seeded(uint64_t seed)
{
    uint64_t z = seed + 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    z ^= z >> 31;
    return z ? z : 1;
}

/* Fisher-Yates. */
static void shuffle(uint32_t *order, int64_t n, uint64_t state)
{
    for (int64_t i = n - 1; i > 0; i--) {
        int64_t j = (int64_t)((next_random(&state) >> 11) % (uint64_t)(i + 1));
        uint32_t swap = order[i];
        order[i] = order[j];
        order[j] = swap;
    }
}

bool plan_has_rounds(const struct plan *plan)
{
    return config_value(plan->settings, OPTION_ORDER) != ROUNDS_NONE;
}

void plan_order(const struct plan *plan, uint64_t seed, int64_t round, uint32_t *order)
{
    for (int64_t i = 0; i < plan->points; i++) {
        order[i] = (uint32_t)i;
    }
    if (config_value(plan->settings, OPTION_ORDER) != ROUNDS_LISTED) {
        shuffle(order, plan->points, seeded(seed + (uint64_t)round * 0xD1B54A32D192ED03ULL));
    }
}

static int check_order(const struct settings *settings, struct error *error)
{
    if (config_value(settings, OPTION_ORDER) == ROUNDS_NONE &&
        config_value(settings, OPTION_SPREAD) != OPTION_KEYWORD) {
        return error_set(error, "--spread is between rounds, which --order points has not; leave out one of "
                                "the two");
    }
    return 0;
}

int plan_make(const struct settings *settings, int32_t ranks, const int32_t *hosts, uint64_t seed,
              struct plan *plan, struct error *error)
{
    struct plan made = {
        .settings = settings, .ranks = ranks, .hosts = hosts, .seed = seed, .unplaced = ranks == 0};
    if (check_shape(settings, error) || check_writing(settings, error) || check_find_rate(settings, error) ||
        check_echoes(settings, error) || check_latency(settings, error) || check_order(settings, error)) {
        return -1;
    }
    if (ranks == 0) {
        made.ranks = plan_fewest_ranks(settings);
    } else if (check_ranks(settings, ranks, error)) {
        return -1;
    }
    if (check_volume(settings, made.ranks, error)) {
        return -1;
    }
    made.host_count = host_count(&made);
    if (count_steps(&made, error) || count_points(&made, error) || check_seats(&made, error)) {
        return -1;
    }
    if (add_baseline(&made, error)) {
        plan_free(&made);
        return -1;
    }
    *plan = made;
    return 0;
}

void plan_free(struct plan *plan)
{
    free(plan->models);
    plan->models = NULL;
}

static const char *key_word(const struct point *point, int option, int64_t value,
                            char word[CONFIG_WORD_LENGTH])
{
    switch (option) {
    case OPTION_PATTERN:
        return plan_pattern_word(point->pattern);
    case OPTION_TRANSPORT:
        return plan_transport_word(point->transport);
    default:
        return config_format((enum option_id)option, value, word);
    }
}

const char *plan_key(const struct plan *plan, int64_t id, char key[PLAN_KEY_LENGTH])
{
    int64_t value[OPTION_TOTAL] = {0};
    char word[CONFIG_WORD_LENGTH];
    struct point point = plan_point(plan, id);
    size_t used = 0;
    digits(plan, model_of(plan, id), value);
    value[OPTION_SEND_MODE] = point.send_mode;
    value[OPTION_RECEIVE_MODE] = point.receive_mode;
    value[OPTION_IO_THREADS] = point.io_threads;
    value[OPTION_SNDHWM] = point.sndhwm;
    value[OPTION_RCVHWM] = point.rcvhwm;
    value[OPTION_PAIRS] = point.pairs;
    for (int option = 0; option <= OPTION_RECEIVER_CPUS && used < PLAN_KEY_LENGTH; option++) {
        if (option == (point.count ? OPTION_DURATION : OPTION_COUNT) ||
            (option == OPTION_RATE && value[option] == OPTION_KEYWORD) ||
            (option == OPTION_SECURITY && point.security == SECURITY_NONE)) {
            continue; /* worded as before there was a choice */
        }
        used += (size_t)snprintf(key + used, PLAN_KEY_LENGTH - used, "%s=%s ", config_options[option].name,
                                 key_word(&point, option, value[option], word));
    }
    if (used < PLAN_KEY_LENGTH) {
        used += (size_t)snprintf(key + used, PLAN_KEY_LENGTH - used, "bind=%s",
                                 config_format(OPTION_BIND, point.bind, word));
    }
    if (used < PLAN_KEY_LENGTH && point.receive_mode == RECEIVE_WRITE) {
        used += (size_t)snprintf(key + used, PLAN_KEY_LENGTH - used, " write-buffer=%s",
                                 config_format(OPTION_WRITE_BUFFER, point.write_buffer_bytes, word));
    }
    if (used < PLAN_KEY_LENGTH && point.find_loss_ppb != OPTION_KEYWORD) {
        used += (size_t)snprintf(key + used, PLAN_KEY_LENGTH - used, " find-rate=%s",
                                 config_format(OPTION_FIND_RATE, point.find_loss_ppb, word));
    }
    if (used < PLAN_KEY_LENGTH && point.latency_every) {
        used += (size_t)snprintf(key + used, PLAN_KEY_LENGTH - used, " latency=%s",
                                 config_format(OPTION_LATENCY, point.latency_every, word));
    }
    if (used < PLAN_KEY_LENGTH && point.matrix != MATRIX_OFF) {
        snprintf(key + used, PLAN_KEY_LENGTH - used, " matrix=%s step=%d",
                 config_format(OPTION_MATRIX, point.matrix, word), point.step);
    }
    return key;
}
