/* test_why.c - made-up shares of a window, and the word that they give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "analysis/why.h"

/* Nothing is busy, nobody waits, on one host. */
static struct why_facts quiet(void)
{
    return (struct why_facts){.known = true, .of_baseline = NAN, .of_link = NAN, .of_rate = NAN};
}

static void check(const struct why_facts *facts, const char *word, const char *evidence)
{
    struct why_verdict verdict;
    why_judge(facts, &verdict);
    assert_string_equal(verdict.word, word);
    if (!strstr(verdict.evidence, evidence)) {
        fail_msg("\"%s\" does not say \"%s\"", verdict.evidence, evidence);
    }
}

static void a_busy_sender_is_the_limit(void **state)
{
    (void)state;
    struct why_facts facts = quiet();
    facts.sender.app = (struct why_thread){0.97, 0.01, 0};
    facts.receiver.waits = 0.9;
    check(&facts, "sender-bound",
          "sender blocked 0 %, its thread 98 % busy; receiver's queue empty 90 %");
    facts.sender.app = (struct why_thread){0.5, 0.45, 0};
    check(&facts, "sender-bound", "95 % busy (45 % waiting for a core)");
    facts.sender.app.runqueue = NAN; /* then only what runs is known to be busy */
    check(&facts, "unclear", "neither 50 %");
    facts.sender.app = (struct why_thread){0.97, 0.01, 0};
    facts.sender.app.cpu = 0.75;
    facts.sender.waits = 0.21; /* a queue is full for a while */
    check(&facts, "unclear", "sender blocked 21 %");
    facts.sender.app.runqueue = 0.2; /* no: woken up, it got no core */
    check(&facts, "sender-bound",
          "sender blocked 5 %, its thread 95 % busy (20 % waiting for a core)");
    facts.sender.waits = 0;
    facts.receiver.waits = 0.29; /* the receiver hardly waits */
    check(&facts, "unclear", "empty 29 %");
}

/* Both ends wait, between hosts: yet it is not the network's speed. */
static void round_trips_are_bound_by_latency(void **state)
{
    (void)state;
    struct why_facts facts = quiet();
    facts.echoes = facts.across = true;
    facts.sender.waits = facts.receiver.waits = 0.9;
    facts.receiver.io = (struct why_thread){0.3, 0, 0};
    check(&facts, "latency-bound", "sender waits for it 90 %");
    check(&facts, "latency-bound", "receiver's I/O thread 30 % busy");
    facts.of_rate = 1;
    check(&facts, "rate-bound", "100.0 % of the rate");
}

/* A sender is no limit while it makes more than is received. */
static void a_sender_that_makes_too_much_is_no_limit(void **state)
{
    (void)state;
    struct why_facts facts = quiet();
    facts.sender.app = (struct why_thread){1, 0, 0};
    facts.receiver.waits = 0.9;
    facts.surplus = 0.04;
    check(&facts, "sender-bound", "blocked 0 %");
    facts.surplus = 0.4;
    check(&facts, "unclear", "sender's queue grows by 40 % of what it makes");
    facts.drops = true;
    check(&facts, "unclear", "sender drops 40 %");
    facts.sender.io = (struct why_thread){0.9, 0.05, 0};
    check(&facts, "io-thread-bound", "sender's I/O thread 95 % busy; sender drops 40 %");
    facts.receiver.waits = 0.9;
    facts.receiver.app = (struct why_thread){0.8, 0.1, 0};
    check(&facts, "receiver-bound",
          "sender drops 40 %; receiver's queue empty 10 %, its thread 90 % busy");
}

static void a_busy_receiver_is_the_limit(void **state)
{
    (void)state;
    struct why_facts facts = quiet();
    facts.sender.waits = 0.8;
    facts.receiver.waits = 0.02;
    facts.receiver.app = (struct why_thread){0.6, 0.38, 0};
    facts.receiver.io = (struct why_thread){0.9, 0, 0}; /* busy, but its queue is full */
    check(&facts, "receiver-bound",
          "sender blocked 80 %; receiver's queue empty 2 %, its thread 98 % busy (38 %");
    facts.receiver.app = (struct why_thread){0.2, 0.05, 0};
    check(&facts, "unclear", "its thread 25 % busy");
    facts.writes = true;
    facts.syncs = 0.3;
    check(&facts, "receiver-bound", "25 % busy, the rest on its disk (final sync 30 %)");
}

static void a_busy_io_thread_is_the_limit(void **state)
{
    (void)state;
    struct why_facts facts = quiet();
    facts.sender.waits = 0.6;
    facts.receiver.waits = 0.5;
    facts.sender.io = (struct why_thread){0.5, 0, 0};
    facts.receiver.io = (struct why_thread){0.96, 0.02, 0};
    check(&facts, "io-thread-bound", "receiver's I/O thread 98 % busy; sender blocked 60 %");
    facts.receiver.io.cpu = 0.7;
    check(&facts, "unclear", "receiver's I/O thread 72 % busy");
}

/* Whoever is the limit, memory is when half of its bytes are in new pages. */
static void memory_is_the_limit_where_half_of_it_is_new(void **state)
{
    (void)state;
    struct why_facts facts = quiet();
    facts.sender.app = (struct why_thread){0.8, 0.15, 0.49};
    facts.receiver.waits = 0.9;
    check(&facts, "sender-bound",
          "95 % busy (15 % waiting for a core, page faults for 49 % of its bytes)");
    facts.sender.app.faults = 0.5;
    check(&facts, "memory-bound",
          "its thread 95 % busy (15 % waiting for a core, page faults for 50 % of its");
    facts.sender.app.runqueue = NAN;
    check(&facts, "memory-bound", "its thread 80 % busy (page faults for 50 % of its bytes); ");
    facts.sender.app = (struct why_thread){0.3, 0.65, 1}; /* it is the core that is short */
    check(&facts, "sender-bound",
          "95 % busy (65 % waiting for a core, page faults for 100 % of its bytes)");
    facts = quiet();
    facts.sender.waits = 0.6;
    facts.receiver.waits = 0.5;
    facts.sender.io = (struct why_thread){0.5, 0, 1}; /* not the limit */
    facts.receiver.io = (struct why_thread){0.96, 0.02, 0.09};
    check(&facts, "io-thread-bound", "receiver's I/O thread 98 % busy; ");
    facts.receiver.io.faults = 0.9;
    check(&facts, "memory-bound",
          "receiver's I/O thread 98 % busy (page faults for 90 % of its bytes); sender");
    facts.receiver.waits = 0.1;
    facts.receiver.app = (struct why_thread){0.9, 0, 0.2};
    check(&facts, "receiver-bound", "90 % busy (page faults for 20 % of its bytes)");
    facts.receiver.app.faults = 0.6;
    check(&facts, "memory-bound", "90 % busy (page faults for 60 % of its bytes)");
}

/* Threads with one CPU between them. */
static void threads_that_share_a_cpu_are_core_bound(void **state)
{
    (void)state;
    struct why_facts facts = quiet();
    facts.sender.waits = 0.6;
    facts.receiver.waits = 0.5;
    facts.sender.io = (struct why_thread){0.2, 0.7, 0};
    facts.sender.app = (struct why_thread){0.1, 0.15, 0};
    facts.receiver.io = (struct why_thread){0.5, 0, 0};
    check(&facts, "io-thread-bound", "sender's I/O thread 90 % busy (70 % waiting for a core)");
    facts.sender.one_cpu = true;
    check(&facts, "sender-bound",
          "sender has one CPU: its thread 25 % busy (15 % waiting for a core), its I/O thread 90 % "
          "busy (70 %");
    facts.sender.app = (struct why_thread){0.13, 0.41, 0};
    facts.sender.io =
        (struct why_thread){0.16, 0.51, 0}; /* neither is busy all the time, together they are */
    check(&facts, "sender-bound", "its thread 54 % busy (41 % waiting for a core)");
    facts.receiver.waits = 0.1; /* the sender is fast enough */
    check(&facts, "unclear", "");
    facts.receiver.waits = 0.5;
    facts.sender.io.runqueue = 0.05;
    facts.receiver.io.runqueue = 0.45;
    facts.receiver.one_cpu = true;
    check(&facts, "receiver-bound",
          "receiver has one CPU: its thread 0 % busy, its I/O thread 95 % busy (45 %");
    strcpy(facts.cpu, "3");
    facts.cpu_use = 0.5;
    check(&facts, "receiver-bound", "");
    facts.cpu_use = 0.98;
    check(&facts, "core-bound", "sender and receiver share CPU 3 and use 98 % of it");
}

static void the_link_is_the_limit_where_both_ends_wait(void **state)
{
    (void)state;
    struct why_facts facts = quiet();
    facts.sender.waits = facts.receiver.waits = 0.95;
    facts.sender.io.cpu = 0.1;
    check(&facts, "unclear", "sender blocked 95 %"); /* on one host there is no link */
    facts.across = true;
    check(&facts, "link-bound", "both ends wait for the network: sender blocked 95 %");
    facts.of_link = 0.5;
    check(&facts, "link-bound", "50 % of the link's speed");
    facts.of_link = 0.99;
    check(&facts, "link-bound", "99 % of what TCP leaves of the link's speed");
    facts.sender.io.cpu = 0.85;
    check(&facts, "link-bound", "99 % of what TCP leaves of the link's speed");
    facts.of_link = 0.95; /* frames may be jumbo: then there is room left */
    check(&facts, "io-thread-bound", "sender's I/O thread 85 % busy");
    facts.of_link = 1.5; /* the speed is not the link's */
    check(&facts, "io-thread-bound", "sender's I/O thread 85 % busy");
    facts.sender.io.cpu = 0.1;
    facts.of_link = NAN;
    facts.sender.waits = facts.receiver.waits = 0.4;
    check(&facts, "link-bound", "both ends wait for the network: sender blocked 40 %");
    facts.shallow = true;
    check(&facts, "unclear", "sender blocked 40 %");
    facts.shallow = false;
    facts.receiver.app.cpu = 0.75;
    check(&facts, "unclear", "its thread 75 % busy");
    facts.receiver.app.cpu = 0;
    facts.sender.waits = facts.receiver.waits = 0.95;
    facts.of_link = 0.99;
    facts.across = false;
    check(&facts, "unclear", "");
    facts.of_baseline = 0.97;
    check(&facts, "link-bound", "97 % of raw TCP, no thread over 10 % busy");
    facts.of_baseline = 0.9;
    check(&facts, "unclear", "");
    facts.of_baseline = 1.4; /* small messages, many in a write */
    check(&facts, "unclear", "");
    facts.of_baseline = 0.97;
    facts.writes = true;
    check(&facts, "unclear", "");
    facts.writes = false;
    facts.sender.app.cpu = 1; /* a publisher that drops most of what it makes */
    facts.surplus = 0.7;
    check(&facts, "link-bound", "97 % of raw TCP, no thread behind the sender over 10 % busy");
    facts.surplus = facts.sender.app.cpu = 0;
    facts.receiver.io.cpu = 1; /* raw TCP had the same trouble with the processor */
    check(&facts, "io-thread-bound", "receiver's I/O thread 100 % busy");
}

/* A sender that keeps to a schedule is neither busy nor blocked. */
static void a_paced_sender_is_neither_busy_nor_blocked(void **state)
{
    (void)state;
    struct why_facts facts = quiet();
    facts.receiver.waits = 0.99;
    facts.sender.app.cpu = 0.02;
    check(&facts, "unclear", "neither 98 %");
    facts.of_rate = 0.98;
    check(&facts, "unclear", "neither 98 %");
    facts.of_rate = 0.999;
    check(&facts, "rate-bound", "99.9 % of the rate was sent");
    facts.backlog = true; /* however little it grows */
    check(&facts, "unclear", "neither 98 %");
    facts.backlog = false;
    facts.surplus = 0.4; /* on time, and then dropped */
    check(&facts, "unclear", "queue grows by 40 %");
    facts.known = false;
    check(&facts, "unclear", "no processor time by thread");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_busy_sender_is_the_limit),
        cmocka_unit_test(round_trips_are_bound_by_latency),
        cmocka_unit_test(a_sender_that_makes_too_much_is_no_limit),
        cmocka_unit_test(a_busy_receiver_is_the_limit),
        cmocka_unit_test(a_busy_io_thread_is_the_limit),
        cmocka_unit_test(memory_is_the_limit_where_half_of_it_is_new),
        cmocka_unit_test(threads_that_share_a_cpu_are_core_bound),
        cmocka_unit_test(the_link_is_the_limit_where_both_ends_wait),
        cmocka_unit_test(a_paced_sender_is_neither_busy_nor_blocked)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
