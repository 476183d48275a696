// The bare epoll server, the machine's limit: it answers any request with an SSE head and, on SIGUSR1, writes one
// series of events to every connection, one write per event and socket. No routes, no timeouts, nothing to learn from
// but the price of the kernel's share.
#include "bench.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

static const char usage[] =
    "usage: epollfan -a HOST:PORT [-m MESSAGES] [-r PER_SECOND] [-b BYTES]\n"
    "  -m N  events of one series (100)   -r N  series paced to N events per second (0: one after the other)\n"
    "  -b N  bytes of data per event (200)\n"
    "SIGUSR1 starts the series, SIGTERM ends the server.\n";

static const char answer[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n\r\n: hi\n\n";

enum { CONNECTIONS_MAX = 65536 };

struct connection {
    bool open, greeted, blocked;
    uint32_t next;    // the event to be written next
    uint32_t offset;  // how much of it a full socket has already taken
};

static struct connection connections[CONNECTIONS_MAX];  // by descriptor
static int highest, poller, listener, signals;
static uint32_t messages = 100, written;  // `written`: events of the series that are under way
static uint64_t rate, series_start;
static bool in_series;
static size_t data_size = 200, frame_size;
static char *frames;  // all events of the series, so that a full socket can go on later

static void watch(int descriptor, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.fd = descriptor};
    if (epoll_ctl(poller, operation, descriptor, &event) != 0) die("epoll_ctl: %s", strerror(errno));
}

static void shut(int descriptor) {
    close(descriptor);
    connections[descriptor] = (struct connection){0};
}

static void accept_all(void) {
    for (int descriptor; (descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
        if (descriptor >= CONNECTIONS_MAX) {
            close(descriptor);
            continue;
        }
        if (descriptor > highest) highest = descriptor;
        connections[descriptor] = (struct connection){.open = true, .next = written};
        watch(descriptor, EPOLL_CTL_ADD, EPOLLIN | EPOLLRDHUP);
    }
}

/// Writes what is due, one event per call of send; a full socket is asked again when it says so.
static void write_due(int descriptor) {
    struct connection *connection = &connections[descriptor];
    while (connection->next < written) {
        const char *frame = frames + connection->next * frame_size;
        size_t left = frame_size - connection->offset;
        ssize_t sent = send(descriptor, frame + connection->offset, left, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) {
            shut(descriptor);
            return;
        }
        if (sent == (ssize_t)left) {
            connection->next++;
            connection->offset = 0;
            continue;
        }
        if (sent > 0) connection->offset += (uint32_t)sent;
        if (!connection->blocked) watch(descriptor, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT | EPOLLRDHUP);
        connection->blocked = true;
        return;
    }
    if (connection->blocked) watch(descriptor, EPOLL_CTL_MOD, EPOLLIN | EPOLLRDHUP);
    connection->blocked = false;
}

static void serve(int descriptor, uint32_t events) {
    struct connection *connection = &connections[descriptor];
    if (!connection->open) return;
    char request[4096];
    ssize_t got = events & EPOLLIN ? recv(descriptor, request, sizeof request, 0) : 0;
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR) || (got <= 0 && events & EPOLLIN)) {
        shut(descriptor);
    } else if (got > 0 && !connection->greeted) {
        connection->greeted = true;
        if (send(descriptor, answer, sizeof answer - 1, MSG_NOSIGNAL) != sizeof answer - 1) shut(descriptor);
    } else if (events & EPOLLOUT) {
        write_due(descriptor);
    }
}

static void begin_series(void) {
    if (in_series) return;
    in_series = true;
    written = 0;
    series_start = now_ns();
    for (int descriptor = 0; descriptor <= highest; descriptor++) connections[descriptor].next = 0;
}

static void broadcast_next(void) {
    char *frame = frames + written * frame_size;
    memcpy(frame, "data: ", 6);
    write_notification(frame + 6, data_size, 0, written + 1, now_ns());
    memcpy(frame + 6 + data_size, "\n\n", 2);
    written++;
    for (int descriptor = 0; descriptor <= highest; descriptor++)
        if (connections[descriptor].greeted && !connections[descriptor].blocked) write_due(descriptor);
    if (written == messages) in_series = false;
}

/// How long epoll may wait: not at all when an event is due, else until the next one is, else for ever.
static int wait_ms(void) {
    if (!in_series) return -1;
    if (rate == 0) return 0;
    uint64_t due = series_start + written * SECOND_NS / rate, now = now_ns();
    return due <= now ? 0 : (int)((due - now + 999999) / 1000000);
}

static void listen_at(struct sockaddr_in address) {
    int one = 1;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 4096) != 0)
        die("cannot listen: %s", strerror(errno));
    watch(listener, EPOLL_CTL_ADD, EPOLLIN);
}

static void listen_for_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    watch(signals, EPOLL_CTL_ADD, EPOLLIN);
}

static bool take_signals(void) {
    for (struct signalfd_siginfo signal; read(signals, &signal, sizeof signal) == sizeof signal;) {
        if (signal.ssi_signo != SIGUSR1) return false;
        begin_series();
    }
    return true;
}

int main(int count, char **arguments) {
    struct sockaddr_in address = {0};
    for (int option; (option = getopt(count, arguments, "a:m:r:b:")) != -1;) {
        switch (option) {
        case 'a': address = ipv4_endpoint(optarg); break;
        case 'm': messages = (uint32_t)number_option('m', optarg, 1, 100000); break;
        case 'r': rate = number_option('r', optarg, 0, 1000000); break;
        case 'b': data_size = number_option('b', optarg, 96, 65536); break;
        default: fputs(usage, stderr); return 2;
        }
    }
    if (!address.sin_port || optind != count) {
        fputs(usage, stderr);
        return 2;
    }
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    frame_size = data_size + 8;
    frames = malloc(messages * frame_size);
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (!frames || poller < 0) die("out of memory");
    listen_at(address);
    listen_for_signals();

    for (;;) {
        struct epoll_event events[512];
        int ready = epoll_wait(poller, events, 512, wait_ms());
        for (int i = 0; i < ready; i++) {
            if (events[i].data.fd == listener) accept_all();
            else if (events[i].data.fd == signals && !take_signals()) return 0;
            else if (events[i].data.fd != signals) serve(events[i].data.fd, events[i].events);
        }
        if (in_series && wait_ms() == 0) broadcast_next();
    }
}
