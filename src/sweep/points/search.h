/* search.h - searches for the highest rate at which no more than a share of the messages is
 * lost. */
#ifndef SEARCH_H
#define SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#define SEARCH_RATES_MAX 40

struct search {
    double good_per_s, bad_per_s; /* the highest good rate and the lowest bad one so far; 0: none */
    double next_per_s;            /* the rate to try next */
    double step;                  /* factor to the next rate, while there is no bracket */
    int32_t good_tries, bad_tries; /* at next_per_s */
    int32_t rates;                 /* how many rates were decided */
};
/* Begins a search at `first_per_s`, in messages/s per sender, limited to 1 to 10^9. */
void search_begin(struct search *search, double first_per_s);
bool search_done(const struct search *search);
/* Tells the search whether the try at search->next_per_s was good. */
void search_record(struct search *search, bool good);
/* The highest good rate; if there is none, the lowest rate tried. */
double search_found_per_s(const struct search *search);
/* The next rate to measure at, when measurements at `per_s` missed the target. */
double search_lower_per_s(double per_s);
/* Is `lost` of `sent` over the target (in 1e-9)? */
bool search_loss_over(int64_t target_ppb, int64_t lost, int64_t sent);

#endif
