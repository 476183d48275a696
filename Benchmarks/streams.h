// The load generator's connections: thousands of SSE streams on one epoll loop, each checked as it is read.
#ifndef STREAMS_H
#define STREAMS_H

#include "histogram.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/// What to open and what to expect of it.
struct stream_plan {
    struct sockaddr_in server;
    const char *path;      // with {n}, the stream's number modulo `users`
    const char *headers;   // whole lines, each with its CRLF, {n} as in the path
    uint32_t count, users;
    uint32_t window;       // handshakes in flight
    uint32_t per_source;   // streams from each address 127.0.0.2, 127.0.0.3, ...
    const char *settle;    // a stream is settled by its first event of this name; NULL: by its head
    const char *ignored;   // names that do not count as events, comma-separated
    uint32_t need;         // counted events that satisfy a stream in the run; 0: none does
    uint32_t stalled;      // so many streams, the first ones, stop reading when the run begins
    uint32_t churn;        // streams closed and resumed per second of the run
    bool resume;           // a stream that the server closes, or refuses, comes back with its Last-Event-ID
    bool from_one;         // the first sequence number has to be 1
};

/// What was seen since the start; `run_*` and `latency` since the run began.
struct stream_tally {
    uint64_t events, ignored_events, comments, bytes;
    uint64_t run_events, run_first_event_ns, run_last_event_ns;
    uint32_t settled, satisfied, satisfied_awake;  // streams; `awake` are those that were not stalled
    uint32_t gone;                                 // streams that are closed for good
    uint64_t resumes;
    int64_t gaps;
    uint64_t duplicates, reorders;
    uint64_t connect_failures, bad_answers, closed_by_server, malformed;
    int first_bad_status;
    struct histogram latency;
};

extern struct stream_tally tally;

void streams_start(const struct stream_plan *plan);

/// Opens what is due, waits for the network at most 10 ms, and reads what came.
void streams_turn(void);

/// From here on events count towards `need`, latencies are taken, churn and stalls happen.
void streams_begin_run(void);

/// Lets the stalled streams read again, and ends the churn, so that every stream can be checked to its end.
void streams_wake(void);

#endif
