// A publisher over one keep-alive HTTP connection: POSTs notifications, so many unanswered at a time.
#include "bench.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static const char usage[] =
    "usage: httpload -a HOST:PORT -p PATH [options]\n"
    "  -p PATH  request target; {n} is the feed's number\n"
    "  -n N     notifications per feed (1)   -u N  feeds (1)\n"
    "  -r N     per second (0: as fast as possible)\n"
    "  -D N     unanswered requests (1)      -b N  bytes per notification (200)\n"
    "  -s N     first sequence number (1)\n";

enum { BODY_MAX = 65536, ANSWERS_MAX = 65536 };

static int connection;
static char answers[ANSWERS_MAX];
static size_t answers_length;

static void connect_to(struct sockaddr_in address) {
    struct timeval limit = {.tv_sec = 10};
    int one = 1;
    connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(connection, (struct sockaddr *)&address, sizeof address) != 0) die("connect: %s", strerror(errno));
}

static void send_all(const char *bytes, size_t length) {
    while (length) {
        ssize_t sent = send(connection, bytes, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) die("send: %s", strerror(errno));
        bytes += sent;
        length -= (size_t)sent;
    }
}

static void post(struct sockaddr_in address, const char *path, uint64_t feed, uint64_t seq, size_t size) {
    static char request[BODY_MAX + 2048];
    char target[1024];
    expand(target, sizeof target, path, feed);
    int length = snprintf(request, 2048,
                          "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nContent-Type: application/json\r\n"
                          "Content-Length: %zu\r\n\r\n",
                          target, ntohs(address.sin_port), size);
    write_notification(request + length, size, feed, seq, now_ns());
    send_all(request, (size_t)length + size);
}

/// Takes one whole answer off the front of `answers`; returns 0 where there is none yet. Anything but 2xx dies.
static int take_answer(void) {
    const char *end = memmem(answers, answers_length, "\r\n\r\n", 4);
    if (!end) return 0;
    size_t whole = (size_t)(end - answers) + 4;
    if (strncmp(answers, "HTTP/1.1 2", 10) != 0) die("the server answers %.12s", answers);
    for (const char *line = answers; line < end; line++) {
        if (*line == '\n' && strncasecmp(line + 1, "Content-Length:", 15) == 0) whole += strtoul(line + 16, NULL, 10);
        if (*line == '\n' && strncasecmp(line + 1, "Transfer-Encoding:", 18) == 0) die("a chunked answer is not read");
    }
    if (whole > sizeof answers) die("an answer of %zu bytes is too long", whole);
    if (whole > answers_length) return 0;
    answers_length -= whole;
    memmove(answers, answers + whole, answers_length);
    return 1;
}

static void await_answer(void) {
    while (!take_answer()) {
        ssize_t got = recv(connection, answers + answers_length, sizeof answers - answers_length, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) die("recv: %s", got ? strerror(errno) : "closed by the server");
        answers_length += (size_t)got;
    }
}

int main(int count, char **arguments) {
    struct sockaddr_in address = {0};
    const char *path = NULL;
    uint64_t per_feed = 1, feeds = 1, rate = 0, depth = 1, size = 200, first = 1;
    for (int option; (option = getopt(count, arguments, "a:p:n:u:r:D:b:s:")) != -1;) {
        char letter = (char)option;
        switch (option) {
        case 'a': address = ipv4_endpoint(optarg); break;
        case 'p': path = optarg; break;
        case 'n': per_feed = number_option(letter, optarg, 1, 10000000); break;
        case 'u': feeds = number_option(letter, optarg, 1, 10000000); break;
        case 'r': rate = number_option(letter, optarg, 0, 10000000); break;
        case 'D': depth = number_option(letter, optarg, 1, 1000); break;
        case 'b': size = number_option(letter, optarg, 96, BODY_MAX); break;
        case 's': first = number_option(letter, optarg, 1, 1000000000); break;
        default: fputs(usage, stderr); return 2;
        }
    }
    if (!address.sin_port || !path || optind != count) {
        fputs(usage, stderr);
        return 2;
    }
    connect_to(address);

    uint64_t start = now_ns(), total = per_feed * feeds, unanswered = 0;
    for (uint64_t i = 0; i < total; i++) {
        if (unanswered == depth) {
            await_answer();
            unanswered--;
        }
        pace(start, i, rate);
        post(address, path, i % feeds, first + i / feeds, size);
        unanswered++;
    }
    for (; unanswered; unanswered--) await_answer();
    double seconds = (double)(now_ns() - start) / (double)SECOND_NS;
    printf("{\"notifications\": %llu, \"seconds\": %.4f, \"per_s\": %.0f}\n", (unsigned long long)total, seconds,
           (double)total / seconds);
    close(connection);
    return 0;
}
