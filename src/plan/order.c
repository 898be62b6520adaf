/* order.c - the order in which the points of a round run. */
#include "zmqsweep/plan.h"

/* xorshift64*, Vigna, ACM Trans. Math. Softw. 42 (2016) 30; seeded through splitmix64 so that a
 * seed of 0 works, too. */
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
