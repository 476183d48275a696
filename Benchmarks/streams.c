#include "streams.h"

#include "bench.h"
#include "eventstream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

enum {
    READ_SIZE = 256 * 1024,
    TAIL_MAX = 1024 * 1024,    // the longest head or block
    REQUEST_MAX = 4096,
    STALLED_BUFFER = 4096,     // receive buffer of a stream that will stop reading
    SEQUENCE_WINDOW = 64,      // how far back a late number is told from a repeated one
};
static const uint64_t retry_after_ns = SECOND_NS / 10;

enum phase { WAITING, CONNECTING, HEAD, OPEN, GONE };

struct stream {
    int fd;
    uint8_t phase;
    bool settled, chunked, stalled;
    uint32_t tail_length;
    uint32_t run_events;
    struct dechunker chunks;
    char *tail;         // the unfinished head or block, NULL when there is none
    char *last_id;      // of the last whole block, kept only where streams are resumed
    uint64_t last_seq;  // 0 before the first
    uint64_t seen;      // bit i: number last_seq - i was seen
    uint64_t due;       // not opened before this time
};

struct stream_tally tally;

static const struct stream_plan *plan;
static struct stream *streams;
static uint32_t *waiting, waiting_first, waiting_count;  // a ring of numbers of streams to be opened
static uint32_t in_flight, churn_next;
static uint64_t run_start, churned;
static bool running, awake;
static int poller;
static char buffer[TAIL_MAX + READ_SIZE];

static void enqueue(struct stream *stream, uint64_t due) {
    stream->phase = WAITING;
    stream->due = due;
    waiting[(waiting_first + waiting_count++) % plan->count] = (uint32_t)(stream - streams);
}

static void watch(struct stream *stream, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.u32 = (uint32_t)(stream - streams)};
    if (epoll_ctl(poller, operation, stream->fd, &event) != 0) die("epoll_ctl: %s", strerror(errno));
}

/// Closes a stream; it comes back where that is wanted, and is gone otherwise.
static void drop(struct stream *stream, bool again, uint64_t due) {
    if (stream->fd >= 0) close(stream->fd);
    if (!stream->settled) in_flight--;
    free(stream->tail);
    stream->fd = -1;
    stream->tail = NULL;
    stream->tail_length = 0;
    stream->chunks = (struct dechunker){0};
    if (stream->settled) tally.settled--;
    stream->settled = false;
    if (again) {
        tally.resumes++;
        enqueue(stream, due);
    } else {
        stream->phase = GONE;
        tally.gone++;
    }
}

static void fail(struct stream *stream, uint64_t *failures, bool may_resume) {
    // A server that is being restarted is no failure of a client that comes back.
    bool again = plan->resume && may_resume;
    if (!again) ++*failures;
    drop(stream, again, now_ns() + retry_after_ns);
}

static void open_stream(struct stream *stream) {
    uint32_t number = (uint32_t)(stream - streams);
    struct sockaddr_in source = {.sin_family = AF_INET};
    source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + number / plan->per_source);
    int one = 1, small = STALLED_BUFFER;
    in_flight++;
    stream->phase = CONNECTING;
    stream->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (stream->fd < 0) die("socket: %s (%u streams)", strerror(errno), number);
    if (number < plan->stalled) setsockopt(stream->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    setsockopt(stream->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    // The port is chosen at connect, by the whole four-tuple: quick, and a source address can be used up.
    setsockopt(stream->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    bool loopback = (ntohl(plan->server.sin_addr.s_addr) >> 24) == 127;
    if (loopback && bind(stream->fd, (struct sockaddr *)&source, sizeof source) != 0) die("bind: %s", strerror(errno));
    if (connect(stream->fd, (const struct sockaddr *)&plan->server, sizeof plan->server) != 0 &&
        errno != EINPROGRESS) {
        fail(stream, &tally.connect_failures, true);
        return;
    }
    watch(stream, EPOLL_CTL_ADD, EPOLLOUT);
}

static void send_request(struct stream *stream) {
    char request[REQUEST_MAX], path[1024], headers[1024];
    uint32_t number = (uint32_t)(stream - streams);
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) {
        fail(stream, &tally.connect_failures, true);
        return;
    }
    expand(path, sizeof path, plan->path, number % plan->users);
    expand(headers, sizeof headers, plan->headers, number % plan->users);
    bool cursor = stream->last_id != NULL;
    int length = snprintf(request, sizeof request,
                          "GET %s HTTP/1.1\r\nHost: %s:%u\r\nAccept: text/event-stream\r\n%s%s%s%s\r\n", path,
                          inet_ntoa(plan->server.sin_addr), ntohs(plan->server.sin_port), headers,
                          cursor ? "Last-Event-ID: " : "", cursor ? stream->last_id : "", cursor ? "\r\n" : "");
    if ((size_t)length >= sizeof request) die("the request is longer than %d bytes", REQUEST_MAX);
    if (send(stream->fd, request, (size_t)length, MSG_NOSIGNAL) != length) {
        fail(stream, &tally.connect_failures, true);
        return;
    }
    stream->phase = HEAD;
    watch(stream, EPOLL_CTL_MOD, EPOLLIN);
}

static void settle(struct stream *stream) {
    if (stream->settled) return;
    stream->settled = true;
    tally.settled++;
    in_flight--;
}

static void check_sequence(struct stream *stream, uint64_t seq) {
    if (stream->last_seq == 0) {
        if (plan->from_one) tally.gaps += (int64_t)seq - 1;
        stream->seen = plan->from_one ? 1 : ~0ull;
        stream->last_seq = seq;
    } else if (seq > stream->last_seq) {
        uint64_t ahead = seq - stream->last_seq;
        tally.gaps += (int64_t)ahead - 1;
        stream->seen = (ahead < SEQUENCE_WINDOW ? stream->seen << ahead : 0) | 1;
        stream->last_seq = seq;
    } else {
        // Late, so it was counted as a gap; or seen before. Beyond the window it is taken for the latter.
        uint64_t behind = stream->last_seq - seq;
        if (behind < SEQUENCE_WINDOW && !(stream->seen >> behind & 1)) {
            stream->seen |= 1ull << behind;
            tally.gaps--;
            tally.reorders++;
        } else {
            tally.duplicates++;
        }
    }
}

static bool listed(const char *list, const char *name, size_t length) {
    for (const char *item = list; *item;) {
        size_t item_length = strcspn(item, ",");
        if (item_length == length && memcmp(item, name, length) == 0) return true;
        item += item_length + (item[item_length] == ',');
    }
    return false;
}

static void count_event(struct stream *stream, const struct event_block *block, uint64_t now) {
    tally.events++;
    const char *end = block->data + block->data_length, *from = block->data;
    uint64_t number;
    while (next_number(&from, end, "\"seq\":", &number)) check_sequence(stream, number);
    if (!running) return;
    from = block->data;
    while (next_number(&from, end, "\"t_ns\":", &number))
        if (number < now) histogram_add(&tally.latency, now - number);
    if (tally.run_events++ == 0) tally.run_first_event_ns = now;
    tally.run_last_event_ns = now;
    if (++stream->run_events == plan->need) {
        tally.satisfied++;
        if (!stream->stalled) tally.satisfied_awake++;
    }
}

static void take_block(struct stream *stream, const struct event_block *block, uint64_t now) {
    bool keep_id = plan->resume || plan->churn;
    if (keep_id && block->has_id) {
        free(stream->last_id);
        stream->last_id = block->id_length ? strndup(block->id, block->id_length) : NULL;
    }
    if (!block->has_data) {
        tally.comments++;
        return;
    }
    const char *name = block->has_name ? block->name : "message";
    size_t length = block->has_name ? block->name_length : strlen("message");
    if (plan->settle && strlen(plan->settle) == length && memcmp(plan->settle, name, length) == 0) settle(stream);
    if (block->has_name && listed(plan->ignored, name, length)) tally.ignored_events++;
    else count_event(stream, block, now);
}

static void keep_tail(struct stream *stream, const char *rest, size_t length) {
    free(stream->tail);
    stream->tail = NULL;
    stream->tail_length = (uint32_t)length;
    if (length == 0) return;
    if (!(stream->tail = malloc(length))) die("out of memory");
    memcpy(stream->tail, rest, length);
}

/// Takes the head off `text`. Returns false where it is not whole yet or no good; `text` is then dealt with.
static bool take_head(struct stream *stream, char **text, size_t *length) {
    struct response_head head;
    int found = read_head(*text, *length, &head);
    if (found == 0) {
        if (*length > TAIL_MAX) fail(stream, &tally.malformed, false);
        else keep_tail(stream, *text, *length);
        return false;
    }
    if (found < 0 || head.status != 200 || !head.event_stream) {
        if (!tally.first_bad_status) tally.first_bad_status = found < 0 ? -1 : head.status;
        fail(stream, &tally.bad_answers, false);
        return false;
    }
    stream->chunked = head.chunked;
    stream->phase = OPEN;
    *text += head.length;
    *length -= head.length;
    if (!plan->settle) settle(stream);
    return true;
}

static void read_stream(struct stream *stream) {
    size_t old = stream->tail_length;
    ssize_t got = recv(stream->fd, buffer + old, READ_SIZE, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
        fail(stream, &tally.closed_by_server, true);
        return;
    }
    uint64_t now = now_ns();
    tally.bytes += (uint64_t)got;
    if (old) memcpy(buffer, stream->tail, old);
    char *text = buffer;
    size_t length = old + (size_t)got;
    if (stream->phase == HEAD) {
        if (!take_head(stream, &text, &length)) return;
        old = 0;
    }
    if (stream->chunked) {
        ssize_t content = dechunk(&stream->chunks, text + old, length - old);
        if (content < 0) {
            fail(stream, &tally.malformed, false);
            return;
        }
        length = old + (size_t)content;
    }
    struct event_block block;
    for (size_t taken; (taken = next_block(text, length, &block)); text += taken, length -= taken)
        take_block(stream, &block, now);
    if (length > TAIL_MAX) fail(stream, &tally.malformed, false);
    else if (stream->chunked && dechunked_all(&stream->chunks)) fail(stream, &tally.closed_by_server, true);
    else if (length || stream->tail) keep_tail(stream, text, length);
}

static void open_due(void) {
    while (waiting_count && in_flight < plan->window) {
        struct stream *stream = &streams[waiting[waiting_first]];
        if (stream->due && stream->due > now_ns()) return;
        waiting_first = (waiting_first + 1) % plan->count;
        waiting_count--;
        open_stream(stream);
    }
}

static void churn_due(void) {
    uint64_t due = (now_ns() - run_start) * plan->churn / SECOND_NS;
    for (uint32_t looked = 0; churned < due && looked < plan->count; looked++) {
        struct stream *stream = &streams[churn_next++ % plan->count];
        if (stream->phase != OPEN || !stream->settled || stream->stalled) continue;
        drop(stream, true, 0);
        churned++;
    }
}

void streams_start(const struct stream_plan *chosen) {
    plan = chosen;
    streams = calloc(plan->count, sizeof *streams);
    waiting = calloc(plan->count, sizeof *waiting);
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (!streams || !waiting || poller < 0) die("cannot hold %u streams", plan->count);
    for (uint32_t i = 0; i < plan->count; i++) {
        streams[i].fd = -1;
        enqueue(&streams[i], 0);
    }
}

void streams_turn(void) {
    struct epoll_event events[512];
    open_due();
    if (running && plan->churn && !awake) churn_due();
    int count = epoll_wait(poller, events, 512, 10);
    for (int i = 0; i < count; i++) {
        struct stream *stream = &streams[events[i].data.u32];
        if (stream->phase == CONNECTING) send_request(stream);
        else if (stream->phase == HEAD || stream->phase == OPEN) read_stream(stream);
    }
}

void streams_begin_run(void) {
    running = true;
    run_start = now_ns();
    for (uint32_t i = 0; i < plan->stalled; i++) {
        streams[i].stalled = true;
        if (streams[i].phase == OPEN) watch(&streams[i], EPOLL_CTL_DEL, 0);
    }
}

void streams_wake(void) {
    awake = true;
    for (uint32_t i = 0; i < plan->stalled; i++)
        if (streams[i].phase == OPEN) watch(&streams[i], EPOLL_CTL_ADD, EPOLLIN);
}
