/* plan.c - makes a plan: checks the settings and counts steps, points and the baseline's points. */
#include "zmqsweep/plan.h"

#include "baseline.h"
#include "check.h"
#include "expand.h"

#include <stdlib.h>

static int32_t host_count(const struct plan *plan)
{
    int32_t count = 1;
    for (int32_t rank = 0; plan->hosts && rank < plan->ranks; rank++) {
        count = plan->hosts[rank] >= count ? plan->hosts[rank] + 1 : count;
    }
    return count;
}

/* Hosts with a rank besides the coordinator. */
static int32_t hosts_with_ranks(const struct plan *plan)
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

static int too_many_points(struct error *error)
{
    return error_set(error, "the sweep has over %d points; list fewer values", EXPAND_MOST_POINTS);
}

static int count_points(struct plan *plan, struct error *error)
{
    plan->points = plan->listed = plan->steps * expand_points_per_step(plan->settings);
    return plan->points > EXPAND_MOST_POINTS ? too_many_points(error) : 0;
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

/* Whether `all` is listed beside this number of pairs and comes to the same number. */
static bool is_all_pairs(const struct plan *plan, int64_t id, int64_t asked)
{
    struct point point = expand_listed(plan, id);
    return asked != OPTION_KEYWORD && lists_all_pairs(plan->settings) &&
           expand_all_pairs(plan, &point) == asked;
}

static int add_model(struct plan *plan, int64_t id, struct error *error)
{
    int64_t count = plan->points - plan->listed;
    if ((count & (count - 1)) == 0) { /* the array is full at each power of two */
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

/* Adds the points of the baseline, which follow the others. */
static int add_baseline(struct plan *plan, struct error *error)
{
    if (config_value(plan->settings, OPTION_BASELINE) == BASELINE_NONE) {
        return 0;
    }
    for (int64_t id = 0; id < plan->listed; id++) {
        int64_t value[OPTION_TOTAL] = {0};
        expand_values(plan, id, value);
        if (baseline_has_point_for(plan->settings, value) &&
            !is_all_pairs(plan, id, value[OPTION_PAIRS]) && add_model(plan, id, error)) {
            return -1;
        }
    }
    if (plan->points == plan->listed) {
        return error_set(
            error, "--baseline tcp: no point of this sweep has --transport tcp to compare with");
    }
    return plan->points > EXPAND_MOST_POINTS ? too_many_points(error) : 0;
}

/* Counts the steps of the matrix, which makes its pairs of hosts itself. */
static int count_steps(struct plan *plan, struct error *error)
{
    const struct settings *settings = plan->settings;
    int64_t matrix = config_value(settings, OPTION_MATRIX);
    plan->steps = 1;
    if (matrix == MATRIX_OFF) {
        return 0;
    }
    if (plan->unplaced) {
        return error_set(
            error, "--matrix: which hosts there are is known under mpirun only; start it there");
    }
    if (check_largest_group(settings) != 2 || settings->items[OPTION_PAIRS].count != 1 ||
        config_value(settings, OPTION_PAIRS) != OPTION_KEYWORD) {
        return error_set(error, "--matrix makes pairs of hosts itself; leave out --pairs, "
                                "--receivers-per-sender and --senders-per-receiver");
    }
    plan->matrix_hosts = hosts_with_ranks(plan);
    if (plan->matrix_hosts < 2) {
        return error_set(
            error,
            "--matrix: the ranks besides the coordinator are on %d host%s; two or more are needed",
            plan->matrix_hosts, plan->matrix_hosts == 1 ? "" : "s");
    }
    plan->steps = matrix == MATRIX_ROUNDS ? plan->matrix_hosts - 1
                                          : plan->matrix_hosts * (plan->matrix_hosts - 1);
    return 0;
}

/* Checks that there is a layout for every shape. Points differ in shape only by the slow
 * dimensions, from the slowest down to the pairs. */
static int check_layouts(const struct plan *plan, struct error *error)
{
    int64_t stride = expand_layout_stride(plan->settings);
    if (plan->unplaced) {
        return 0; /* placed as `listed`, on as many ranks as the shape takes */
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

int plan_make(const struct settings *settings, int32_t ranks, const int32_t *hosts, uint64_t seed,
              struct plan *plan, struct error *error)
{
    struct plan made = {
        .settings = settings, .ranks = ranks, .hosts = hosts, .seed = seed, .unplaced = ranks == 0};
    if (check_settings(settings, error)) {
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
    if (count_steps(&made, error) || count_points(&made, error) || check_layouts(&made, error)) {
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
