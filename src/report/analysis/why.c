/* why.c - what limits a point: a word, and the numbers on which it rests. Pure.
 *
 * A message goes through a pipeline: the sender's thread, its I/O thread, the connection, the
 * receiver's I/O thread, the receiver's thread, with a bounded queue before each. In a pipeline the
 * slowest stage has a full queue before it and an empty queue behind it.
 *
 * So the queues show on which side the limit is. The sender's side shows how long the sender was
 * blocked, on its socket or its ring, or whether it made more than was received. The receiver's
 * side shows how long the receiver found its queue empty.
 *
 * A stage's own time shows whether the stage itself is the limit. A thread counts as busy while it
 * runs, and while it is ready and waits for a core. On a processor that others use, too, no more
 * can be seen.
 *
 * A thread that is the limit, and for most of its bytes needs new pages from the kernel, is limited
 * by memory: its allocator returns the memory of each message to the kernel.
 */
#include "why.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The thresholds up to RUNQUEUE_LEAST are shares of the window. */
#define RARELY 0.2         /* a queue that is full, or empty, for a smaller share limits nobody */
#define OFTEN 0.3          /* the sender is often blocked, or the receiver often idle */
#define AT_WORK 0.7        /* a sending or receiving thread that is at work, not blocked */
#define SATURATED 0.8      /* a thread that can do no more */
#define RUNQUEUE_LEAST 0.1 /* a share in the run queue that is worth mentioning */
/* The share of a thread's bytes that lie in pages which the kernel has just made: worth mentioning
 * from FAULTS_LEAST on, memory-bound from FAULTS_LIMIT on. */
#define FAULTS_LEAST 0.1
#define FAULTS_LIMIT 0.5
/* The share of what the senders make that is not received: a publisher drops it, or it fills a
 * queue that is not full yet. */
#define SURPLUS 0.05
/* Shares of the raw TCP baseline. From AT_BASELINE on, the difference is within the spread of
 * repetitions. A point over OVER_BASELINE has another limit than the baseline, such as many small
 * messages in one write. */
#define AT_BASELINE 0.95
#define OVER_BASELINE 1.1
/* Shares of what TCP leaves of a link's speed with frames of 1538 bytes on the wire, 1448 of them
 * payload. From AT_LINK on the link is full if no thread is saturated, and from FULL_LINK on in any
 * case. Not even jumbo frames can carry more than OVER_LINK: the link's speed must be wrong. */
#define AT_LINK 0.93
#define FULL_LINK 0.97
#define OVER_LINK 1.06
/* The share of its rate that a sender on schedule keeps to. Below it, rate_missed is flagged. */
#define AT_RATE 0.99

__attribute__((format(printf, 2, 3))) static void add(struct why_verdict *verdict,
                                                      const char *format, ...)
{
    size_t used = strlen(verdict->evidence);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(verdict->evidence + used, sizeof verdict->evidence - used, format, arguments);
    va_end(arguments);
}

static double percent(double share)
{
    return 100 * fmin(fmax(share, 0), 1);
}

double why_busy(const struct why_thread *thread)
{
    return thread->cpu + (isnan(thread->runqueue) ? 0 : thread->runqueue);
}

/* The share of the window that a side really waited. A wait may be over while the thread still
 * waits for a core, and that time belongs to the core. So the wait counts for at most the time in
 * which the thread can have slept. */
static double waits(const struct why_side *side)
{
    return fmin(side->waits, fmax(0, 1 - why_busy(&side->app)));
}

/* "its thread 98 % busy (45 % waiting for a core, page faults for 60 % of its bytes)" */
static void add_thread(struct why_verdict *verdict, const char *name,
                       const struct why_thread *thread)
{
    bool waiting = thread->runqueue >= RUNQUEUE_LEAST, faults = thread->faults >= FAULTS_LEAST;
    add(verdict, "%s %.0f %% busy", name, percent(why_busy(thread)));
    if (waiting)
        add(verdict, " (%.0f %% waiting for a core", percent(thread->runqueue));
    if (faults)
        add(verdict, "%spage faults for %.0f %% of its bytes", waiting ? ", " : " (",
            percent(thread->faults));
    add(verdict, "%s", waiting || faults ? ")" : "");
}

static void add_sender_blocked(struct why_verdict *verdict, const struct why_facts *facts)
{
    if (facts->surplus >= SURPLUS)
        add(verdict,
            facts->drops ? "sender drops %.0f %%"
                         : "sender's queue grows by %.0f %% of what it makes",
            percent(facts->surplus));
    else
        add(verdict, "sender blocked %.0f %%", percent(waits(&facts->sender)));
}

static void add_receiver_idle(struct why_verdict *verdict, const struct why_facts *facts)
{
    add(verdict, "receiver's queue empty %.0f %%", percent(waits(&facts->receiver)));
}

static double sender_blocked(const struct why_facts *facts)
{
    return facts->surplus >= SURPLUS ? 1 : waits(&facts->sender);
}

static const struct why_thread *busiest_io_thread(const struct why_facts *facts)
{
    bool sender = why_busy(&facts->sender.io) >= why_busy(&facts->receiver.io);
    return sender ? &facts->sender.io : &facts->receiver.io;
}

static double busiest_io(const struct why_facts *facts)
{
    return why_busy(busiest_io_thread(facts));
}

/* How busy the busiest thread is that can be the limit. The sender's thread cannot be the limit
 * when it makes more than is received, however busy it is. */
static double busiest(const struct why_facts *facts)
{
    double sender = facts->surplus >= SURPLUS ? 0 : why_busy(&facts->sender.app);
    return fmax(busiest_io(facts), fmax(sender, why_busy(&facts->receiver.app)));
}

static void add_busiest_io(struct why_verdict *verdict, const struct why_facts *facts)
{
    const struct why_thread *thread = busiest_io_thread(facts);
    add_thread(verdict,
               thread == &facts->sender.io ? "sender's I/O thread" : "receiver's I/O thread",
               thread);
}

/* ---- the rules, the surest first: each adds its evidence and returns true, or returns false ----
 */

/* The asked rate is the limit when the sender keeps to it. Messages that are sent on time, and then
 * dropped or queued, have another limit. */
static bool rate_is_kept(const struct why_facts *facts, struct why_verdict *verdict)
{
    if (!(facts->of_rate >= AT_RATE) || facts->surplus >= SURPLUS || facts->backlog)
        return false;
    add(verdict, "no more was asked for: %.1f %% of the rate was sent; ", 100 * facts->of_rate);
    add_sender_blocked(verdict, facts);
    return true;
}

/* A sender whose message has not come back sends no other. However fast each stage is, their times
 * add up. */
static bool one_is_under_way(const struct why_facts *facts, struct why_verdict *verdict)
{
    if (!facts->echoes)
        return false;
    add(verdict, "one message is under way at a time: sender waits for it %.0f %%",
        percent(waits(&facts->sender)));
    add_thread(verdict, ", its thread", &facts->sender.app);
    add_thread(verdict, "; receiver's thread", &facts->receiver.app);
    add(verdict, "; ");
    add_busiest_io(verdict, facts);
    return true;
}

/* A core that both ends share and use up is the limit, whatever the stages would do with cores of
 * their own. */
static bool core_is_full(const struct why_facts *facts, struct why_verdict *verdict)
{
    if (!*facts->cpu || facts->cpu_use < SATURATED)
        return false;
    add(verdict, "sender and receiver share CPU %s and use %.0f %% of it: ", facts->cpu,
        percent(facts->cpu_use));
    add_thread(verdict, "sender's thread", &facts->sender.app);
    add_thread(verdict, ", receiver's thread", &facts->receiver.app);
    return true;
}

static bool link_is_full(const struct why_facts *facts, struct why_verdict *verdict)
{
    bool saturated = busiest(facts) >= SATURATED;
    if (facts->across && facts->of_link >= (saturated ? FULL_LINK : AT_LINK) &&
        facts->of_link <= OVER_LINK) {
        add(verdict, "%.0f %% of what TCP leaves of the link's speed", 100 * facts->of_link);
        return true;
    }
    if (facts->of_baseline >= AT_BASELINE && facts->of_baseline <= OVER_BASELINE && !saturated &&
        !facts->writes && sender_blocked(facts) > RARELY && waits(&facts->receiver) > RARELY) {
        add(verdict, "%.0f %% of raw TCP, no thread%s over %.0f %% busy", 100 * facts->of_baseline,
            facts->surplus >= SURPLUS ? " behind the sender" : "", percent(busiest(facts)));
        return true;
    }
    return false;
}

static bool sender_is_slow(const struct why_facts *facts, struct why_verdict *verdict)
{
    if (sender_blocked(facts) > RARELY || waits(&facts->receiver) < OFTEN ||
        why_busy(&facts->sender.app) < AT_WORK)
        return false;
    add_sender_blocked(verdict, facts);
    add_thread(verdict, ", its thread", &facts->sender.app);
    add(verdict, "; ");
    add_receiver_idle(verdict, facts);
    return true;
}

static bool receiver_is_slow(const struct why_facts *facts, struct why_verdict *verdict)
{
    bool works = why_busy(&facts->receiver.app) >= AT_WORK || facts->writes;
    if (sender_blocked(facts) < OFTEN || waits(&facts->receiver) > RARELY || !works)
        return false;
    add_sender_blocked(verdict, facts);
    add(verdict, "; ");
    add_receiver_idle(verdict, facts);
    add_thread(verdict, ", its thread", &facts->receiver.app);
    if (facts->writes)
        add(verdict, ", the rest on its disk (final sync %.0f %%)", percent(facts->syncs));
    return true;
}

static bool io_is_slow(const struct why_facts *facts, struct why_verdict *verdict)
{
    if (sender_blocked(facts) <= RARELY || waits(&facts->receiver) <= RARELY ||
        busiest_io(facts) < SATURATED)
        return false;
    add_busiest_io(verdict, facts);
    add(verdict, "; ");
    add_sender_blocked(verdict, facts);
    add(verdict, ", ");
    add_receiver_idle(verdict, facts);
    return true;
}

/* Does a side have only one CPU, and would its threads use more? Then that CPU limits the pipeline,
 * whichever thread is waiting for it at the moment. */
static bool cpu_is_full(const struct why_side *side)
{
    bool io_is_short_of_it = side->io.runqueue >= OFTEN && why_busy(&side->io) >= SATURATED;
    return side->one_cpu &&
           (io_is_short_of_it || side->app.runqueue + side->io.runqueue >= AT_WORK);
}

static void add_one_cpu(struct why_verdict *verdict, const struct why_facts *facts,
                        const char *name, const struct why_side *side)
{
    add(verdict, "%s has one CPU: ", name);
    add_thread(verdict, "its thread", &side->app);
    add_thread(verdict, ", its I/O thread", &side->io);
    add(verdict, "; ");
    add_sender_blocked(verdict, facts);
    add(verdict, ", ");
    add_receiver_idle(verdict, facts);
}

static bool sender_cpu_is_full(const struct why_facts *facts, struct why_verdict *verdict)
{
    const struct why_side *side = &facts->sender;
    if (!cpu_is_full(side) || busiest_io_thread(facts) != &side->io ||
        waits(&facts->receiver) < OFTEN)
        return false;
    add_one_cpu(verdict, facts, "sender", side);
    return true;
}

static bool receiver_cpu_is_full(const struct why_facts *facts, struct why_verdict *verdict)
{
    const struct why_side *side = &facts->receiver;
    if (!cpu_is_full(side) || busiest_io_thread(facts) != &side->io ||
        sender_blocked(facts) < OFTEN)
        return false;
    add_one_cpu(verdict, facts, "receiver", side);
    return true;
}

/* Between hosts, where both ends wait and no thread is near its limit, the network is the only
 * limit left. The exception is queues so short that everyone waits for everyone. */
static bool network_is_left(const struct why_facts *facts, struct why_verdict *verdict)
{
    if (!facts->across || facts->shallow || sender_blocked(facts) < OFTEN ||
        waits(&facts->receiver) < OFTEN || busiest(facts) >= AT_WORK)
        return false;
    add(verdict, "both ends wait for the network: ");
    add_sender_blocked(verdict, facts);
    add(verdict, ", ");
    add_receiver_idle(verdict, facts);
    if (!facts->plain) {
        add(verdict, ", ");
        add_busiest_io(verdict, facts);
    }
    if (!isnan(facts->of_link))
        add(verdict, ", %.0f %% of the link's speed", 100 * facts->of_link);
    return true;
}

static void add_all(const struct why_facts *facts, struct why_verdict *verdict)
{
    double idle = 1 - waits(&facts->sender) - why_busy(&facts->sender.app);
    add_sender_blocked(verdict, facts);
    add_thread(verdict, ", its thread", &facts->sender.app);
    if (idle >= OFTEN)
        add(verdict, ", neither %.0f %%", percent(idle));
    add(verdict, "; ");
    add_receiver_idle(verdict, facts);
    add_thread(verdict, ", its thread", &facts->receiver.app);
    if (!facts->plain) {
        add(verdict, "; ");
        add_busiest_io(verdict, facts);
    }
}

/* ---- */

static const struct why_thread *sender_thread(const struct why_facts *facts)
{
    return &facts->sender.app;
}

static const struct why_thread *receiver_thread(const struct why_facts *facts)
{
    return &facts->receiver.app;
}

static const struct {
    const char *word;
    bool (*rule)(const struct why_facts *facts, struct why_verdict *verdict);
    /* The thread that is the limit; NULL: the limit is not a thread. */
    const struct why_thread *(*limit)(const struct why_facts *facts);
} rules[] = {
    {"rate-bound", rate_is_kept, NULL},
    {"latency-bound", one_is_under_way, NULL},
    {"core-bound", core_is_full, NULL},
    {"link-bound", link_is_full, NULL},
    {"sender-bound", sender_is_slow, sender_thread},
    {"receiver-bound", receiver_is_slow, receiver_thread},
    {"sender-bound", sender_cpu_is_full, busiest_io_thread},
    {"receiver-bound", receiver_cpu_is_full, busiest_io_thread},
    {"io-thread-bound", io_is_slow, busiest_io_thread},
    {"link-bound", network_is_left, NULL},
};

/* Is the thread limited by memory? A thread that waits for a core more than it runs is limited by
 * the core. */
static bool is_short_of_memory(const struct why_thread *thread)
{
    return thread->faults >= FAULTS_LIMIT && !(thread->runqueue > thread->cpu);
}

void why_judge(const struct why_facts *facts, struct why_verdict *verdict)
{
    memset(verdict, 0, sizeof *verdict);
    verdict->word = "unclear";
    if (!facts->known) {
        add(verdict, "no processor time by thread in the file, or no valid repetition");
        return;
    }
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].rule(facts, verdict)) {
            bool memory = rules[i].limit && is_short_of_memory(rules[i].limit(facts));
            verdict->word = memory ? "memory-bound" : rules[i].word;
            return;
        }
    add_all(facts, verdict);
}
