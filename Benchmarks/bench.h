// What the benchmark tools share: a clock, numbers, templates and the notification they send.
#ifndef BENCH_H
#define BENCH_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#define SECOND_NS 1000000000ull

/// CLOCK_MONOTONIC, which all processes of one machine share: a stamp of one tool is a latency in another.
uint64_t now_ns(void);

/// Prints `TOOL: message` and exits with status 2, the status of a benchmark that could not be run at all.
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/// A whole decimal number between `low` and `high`; anything else dies naming the option.
uint64_t number_option(char option, const char *text, uint64_t low, uint64_t high);

/// A duration in seconds, fractions allowed, at most an hour, in ns.
uint64_t seconds_option(char option, const char *text);

/// `A.B.C.D:PORT`; anything else dies.
struct sockaddr_in ipv4_endpoint(const char *text);

/// Copies `template` with every `{n}` replaced by `n`, NUL-terminated; dies where it does not fit. Returns the length.
size_t expand(char *out, size_t capacity, const char *template, uint64_t n);

/// Writes a notification of exactly `size` bytes (at least 96) with its sequence number and time stamp; no NUL.
void write_notification(char *out, size_t size, uint64_t feed, uint64_t seq, uint64_t t_ns);

/// Sleeps until item `index` of a series of `rate` per second begun at `start` is due; a rate of 0 never waits.
void pace(uint64_t start, uint64_t index, uint64_t rate);

#endif
