/* search.c - searches for the highest rate at which no more than a share of the messages is lost.
 * Growing steps find a bracket, then bisection of the rate's logarithm narrows it. Pure: it gives
 * the rate to try next, and takes whether that try was good. It begins at the rate that an unpaced
 * sender delivered. On a link that is close to the result, so the first steps are small.
 *
 * A try is good if every sender kept the rate, the repetition is valid, no backlog grew, and the
 * loss is within the target. A rate is bad only if two of three tries are bad: a busy machine may
 * spoil one try, and a bad rate ends the search above it. The result is the highest good rate that
 * was tried. The lowest bad rate is at most SEARCH_RATIO times that, unless SEARCH_RATES_MAX rates
 * were tried before.
 */
#include "points/search.h"

#include <math.h>

#define SEARCH_RATIO 1.03
#define SLOWEST_PER_S 1.0
#define FASTEST_PER_S 1e9
#define STEP_WHEN_MISSED 0.985
#define FIRST_STEP 1.06

bool search_loss_over(int64_t target_ppb, int64_t lost, int64_t sent)
{
    return (long double)lost * 1e9L > (long double)target_ppb * (long double)sent;
}

void search_begin(struct search *search, double first_per_s)
{
    *search = (struct search){.next_per_s = fmin(fmax(first_per_s, SLOWEST_PER_S), FASTEST_PER_S),
                              .step = FIRST_STEP};
}

bool search_done(const struct search *search)
{
    bool narrow = search->good_per_s > 0 && search->bad_per_s > 0 &&
                  search->bad_per_s <= SEARCH_RATIO * search->good_per_s;
    bool at_an_end = search->good_per_s >= FASTEST_PER_S ||
                     (search->bad_per_s > 0 && search->bad_per_s <= SLOWEST_PER_S);
    return narrow || at_an_end || search->rates >= SEARCH_RATES_MAX;
}

/* Counts a try. @return whether the rate is decided: good after a good first try or two good ones,
 * bad after two bad ones. */
static bool is_decided(struct search *search, bool good)
{
    search->good_tries += good;
    search->bad_tries += !good;
    bool decided = search->bad_tries == 2 || search->good_tries == 2 || search->bad_tries == 0;
    if (decided) {
        search->good_tries = search->bad_tries = 0;
    }
    return decided;
}

void search_record(struct search *search, bool good)
{
    if (!is_decided(search, good)) {
        return;
    }
    search->rates++;
    if (good) {
        search->good_per_s = search->next_per_s;
    } else {
        search->bad_per_s = search->next_per_s;
    }
    if (search->good_per_s > 0 && search->bad_per_s > 0) {
        search->next_per_s = sqrt(search->good_per_s * search->bad_per_s);
    } else {
        double next_per_s =
            good ? search->next_per_s * search->step : search->next_per_s / search->step;
        search->next_per_s = fmin(fmax(next_per_s, SLOWEST_PER_S), FASTEST_PER_S);
        search->step *= search->step;
    }
}

double search_found_per_s(const struct search *search)
{
    double found = search->good_per_s > 0 ? search->good_per_s : search->bad_per_s;
    return found > 0 ? found : search->next_per_s;
}

double search_lower_per_s(double per_s)
{
    return fmax(per_s * STEP_WHEN_MISSED, SLOWEST_PER_S);
}
