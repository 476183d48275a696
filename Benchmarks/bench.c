#include "bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

_Noreturn void die(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s: ", program_invocation_short_name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(2);
}

uint64_t number_option(char option, const char *text, uint64_t low, uint64_t high) {
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno || end == text || *end || *text == '-' || value < low || value > high)
        die("-%c %s: a number from %llu to %llu is wanted", option, text, (unsigned long long)low,
            (unsigned long long)high);
    return value;
}

uint64_t seconds_option(char option, const char *text) {
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end || !(value >= 0 && value <= 3600))
        die("-%c %s: seconds, 0 to 3600, are wanted", option, text);
    return (uint64_t)(value * (double)SECOND_NS);
}

struct sockaddr_in ipv4_endpoint(const char *text) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    char host[INET_ADDRSTRLEN];
    const char *colon = strrchr(text, ':');
    size_t length = colon ? (size_t)(colon - text) : sizeof host;
    if (length >= sizeof host) die("%s: an address such as 127.0.0.1:8080 is wanted", text);
    memcpy(host, text, length);
    host[length] = 0;
    char *end;
    unsigned long port = strtoul(colon + 1, &end, 10);
    if (*end || port < 1 || port > 65535 || inet_pton(AF_INET, host, &address.sin_addr) != 1)
        die("%s: an address such as 127.0.0.1:8080 is wanted", text);
    address.sin_port = htons((uint16_t)port);
    return address;
}

size_t expand(char *out, size_t capacity, const char *template, uint64_t n) {
    size_t length = 0;
    for (const char *from = template; *from && length < capacity;) {
        if (strncmp(from, "{n}", 3) == 0) {
            length += (size_t)snprintf(out + length, capacity - length, "%llu", (unsigned long long)n);
            from += 3;
        } else {
            out[length++] = *from++;
        }
    }
    if (length >= capacity) die("%s: too long", template);
    out[length] = 0;
    return length;
}

void write_notification(char *out, size_t size, uint64_t feed, uint64_t seq, uint64_t t_ns) {
    char head[128];
    int length = snprintf(head, sizeof head, "{\"id\":\"%llu-%llu\",\"seq\":%llu,\"t_ns\":%llu,\"pad\":\"",
                          (unsigned long long)feed, (unsigned long long)seq, (unsigned long long)seq,
                          (unsigned long long)t_ns);
    if ((size_t)length + 2 > size) die("a notification of %zu bytes is too small for its own numbers", size);
    memcpy(out, head, (size_t)length);
    memset(out + length, 'x', size - (size_t)length - 2);
    memcpy(out + size - 2, "\"}", 2);
}

void pace(uint64_t start, uint64_t index, uint64_t rate) {
    if (rate == 0) return;
    uint64_t due = start + index * SECOND_NS / rate;
    struct timespec until = {.tv_sec = (time_t)(due / SECOND_NS), .tv_nsec = (long)(due % SECOND_NS)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {}
}
