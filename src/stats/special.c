/* special.c - digamma, trigamma, and quantiles of Student's distribution. */
#include "special.h"

#include <math.h>

/* From this argument on, the asymptotic series have 12 digits. */
#define ASYMPTOTIC 10.0
#define MOST_STEPS 500
/* Degrees of freedom beyond which a series in their reciprocal has 12 digits. */
#define NEARLY_NORMAL 1e4
#define MOST_MOVE 20.0

double special_digamma(double x)
{
    double sum = 0;
    for (; x < ASYMPTOTIC; x++) {
        sum -= 1 / x;
    }
    double f = 1 / (x * x);
    double series = f * (1.0 / 12 - f * (1.0 / 120 - f * (1.0 / 252 - f * (1.0 / 240 - f / 132))));
    return sum + log(x) - 0.5 / x - series;
}

double special_trigamma(double x)
{
    double sum = 0;
    for (; x < ASYMPTOTIC; x++) {
        sum += 1 / (x * x);
    }
    double f = 1 / (x * x);
    double series = f * (1.0 / 6 - f * (1.0 / 30 - f * (1.0 / 42 - f * (1.0 / 30 - f * 5.0 / 66))));
    return sum + 1 / x + 0.5 * f + series / x;
}

/* 1 / trigamma is convex and nearly linear, so that a few steps from 0.5 + 1 / y suffice. */
double special_trigamma_inverse(double y)
{
    if (y > 1e7) {
        return 1 / sqrt(y);
    }
    if (y < 1e-6) {
        return 1 / y;
    }
    double x = 0.5 + 1 / y;
    for (int step = 0; step < 50; step++) {
        double here = special_trigamma(x),
               slope = (special_trigamma(x * 1.0001) - here) / (x * 0.0001);
        double move = here * (1 - here / y) / slope;
        x += move;
        if (fabs(move) < 1e-10 * x) {
            break;
        }
    }
    return x;
}

/* Keeps a denominator off 0, as Lentz's method wants. */
static double off_zero(double x)
{
    return fabs(x) < 1e-300 ? 1e-300 : x;
}

/* The continued fraction of the incomplete beta function, by Lentz's method. */
static double beta_fraction(double a, double b, double x)
{
    double c = 1, d = 1 / off_zero(1 - (a + b) * x / (a + 1)), value = d;
    for (int m = 1; m < MOST_STEPS; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / off_zero(1 + even * d);
        c = off_zero(1 + even / c);
        value *= c * d;
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / off_zero(1 + odd * d);
        c = off_zero(1 + odd / c);
        value *= c * d;
        if (fabs(c * d - 1) < 1e-15) {
            break;
        }
    }
    return value;
}

/* log of gamma(a + 1/2) / gamma(a) / gamma(1/2). Beyond some a the gammas would cancel; Abramowitz
 * & Stegun 6.1.41 gives the series of their ratio. */
static double log_ratio(double a)
{
    double half_log_pi = 0.5 * log(M_PI), f = 1 / (a * a);
    return a < 50 ? lgamma(a + 0.5) - lgamma(a) - half_log_pi
                  : 0.5 * log(a) - (1.0 / 8 - f * (1.0 / 192 - f / 640)) / a - half_log_pi;
}

/* P(|T| > t), t > 0, and minus its slope over log t. */
static double student_beyond(double t, double freedom, double *slope)
{
    double a = 0.5 * freedom, whole = freedom + t * t, x = freedom / whole, y = t * t / whole;
    double front = exp(log_ratio(a) + a * log(x) + 0.5 * log(y));
    *slope = 2 * front;
    return x < (a + 1) / (a + 2.5) ? front * beta_fraction(a, 0.5, x) / a
                                   : 1 - front * beta_fraction(0.5, a, y) / 0.5;
}

static double normal_beyond(double t, double *slope)
{
    *slope = 2 * t * exp(-0.5 * t * t) / sqrt(2 * M_PI);
    return erfc(t / M_SQRT2);
}

/* Newton's method on log P over log t, which is concave: after the first step it comes from above.
 */
static double solve(double beyond, double freedom)
{
    double t = 1;
    for (int step = 0; step < MOST_STEPS; step++) {
        double slope,
            p = isinf(freedom) ? normal_beyond(t, &slope) : student_beyond(t, freedom, &slope);
        double move = log(p / beyond) * p / slope;
        t *= exp(fmin(MOST_MOVE, fmax(-MOST_MOVE, move)));
        if (fabs(move) < 1e-12) {
            break;
        }
    }
    return t;
}

/* Source of the series: Abramowitz & Stegun 26.7.5. */
double special_t_quantile(double share, double freedom)
{
    if (share <= 0) {
        return 0;
    }
    if (freedom <= NEARLY_NORMAL) {
        return solve(1 - share, freedom);
    }
    double z = solve(1 - share, INFINITY), square = z * z;
    return z + z * (square + 1) / (4 * freedom) +
           z * (5 * square * square + 16 * square + 3) / (96 * freedom * freedom);
}
