/* presets.c - named sets of options for questions that come up again and again. */
#include "zmqsweep/plan.h"

static const char *const short_pairs[][2] = {
    {"size", "64,1K,64K,1M"}, {"send-mode", "copy,zero-copy"},
    {"duration", "200ms"},    {"warmup", "50ms"},
    {"interval", "50ms"},     {NULL, NULL}};

static const char *const pyzmq_bench_pairs[][2] = {{"size", "64,256,1K,4K,16K,64K,256K,1M,4M,10M"},
                                                   {"count", "100001"},
                                                   {"send-mode", "copy,zero-copy"},
                                                   {"sndhwm", "100"},
                                                   {"rcvhwm", "100"},
                                                   {NULL, NULL}};

static const char *const libzmq_pairs[][2] = {{"size", "64,256,1K,4K,16K,64K"},
                                              {"count", "1000000"},
                                              {"send-mode", "untouched"},
                                              {"receive-mode", "message"},
                                              {"sndhwm", "1000"},
                                              {"rcvhwm", "1000"},
                                              {NULL, NULL}};

static const char *const daq_pairs[][2] = {
    {"size", "1M"},     {"send-mode", "zero-copy"},    {"sndhwm", "1000"},
    {"rcvhwm", "1000"}, {"senders-per-receiver", "2"}, {NULL, NULL},
};

const struct preset plan_presets[] = {
    {"short", "four sizes, windows of 200 ms: a first look in half a minute", short_pairs},
    {"pyzmq-bench",
     "what pyzmq-bench sweeps: ten sizes, 100001 messages, zero-copy on and off, HWM 100",
     pyzmq_bench_pairs},
    {"libzmq",
     "what libzmq's local_thr and remote_thr do: payload untouched, a million messages, HWM 1000",
     libzmq_pairs},
    {"daq", "detector read-out: 1 MiB frames, zero-copy, HWM 1000, two senders into each receiver",
     daq_pairs},
    {NULL, NULL, NULL},
};
