// What a process and all its descendants have used: CPU time and memory.
#ifndef PROCESS_H
#define PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct process_sample {
    uint64_t cpu_ns;    // user and system time of all threads, dead ones included
    uint64_t rss, pss;  // bytes; PSS counts shared pages once, so it is the one to add up over processes
    unsigned processes;
};

/// CPU time to the nanosecond (clock_getcpuclockid), cheap enough for the edges of a timed phase.
bool sample_cpu(pid_t root, struct process_sample *sample);

/// CPU time and memory; reading `smaps_rollup` takes the server's memory lock, so not inside a timed phase.
bool sample_cpu_and_memory(pid_t root, struct process_sample *sample);

#endif
