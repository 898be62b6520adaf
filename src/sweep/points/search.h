/* search.h - the highest rate that loses no more than a share: which rate to try next. */
#ifndef SEARCH_H
#define SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#define SEARCH_RATES_MAX 40

struct search {
    double good_per_s, bad_per_s; /* the highest good rate and the lowest bad one so far; 0: none */
    double next_per_s;            /* to be tried next */
    double step;                  /* factor to the next one, while there is no bracket */
    int32_t good_tries, bad_tries; /* of that */
    int32_t rates;                 /* tried */
};
/* Begins at a rate (messages/s per sender, from 1 to 10^9; else the nearer of these). */
void search_begin(struct search *search, double first_per_s);
bool search_done(const struct search *search);
/* How the try at search->next_per_s went. */
void search_record(struct search *search, bool good);
/* The highest good rate; without one the lowest rate tried. */
double search_found_per_s(const struct search *search);
/* The next rate to measure at, when measurements at `per_s` missed the target. */
double search_lower_per_s(double per_s);
/* Is `lost` of `sent` over the target (in 1e-9)? */
bool search_loss_over(int64_t target_ppb, int64_t lost, int64_t sent);

#endif
