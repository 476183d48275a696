// An application that writes notifications to Redis as fast as it can, or at a rate: RPUSH, EXPIRE, SET, pipelined.
#include "bench.h"

#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static const char usage[] =
    "usage: redisload -a HOST:PORT | -a SOCKET [options]\n"
    "  -n N         notifications per user (1)     -u N  users (1)\n"
    "  -r N         notifications per second (0: as fast as possible)\n"
    "  -D N         notifications per pipeline (64)\n"
    "  -b N         bytes per notification (200)\n"
    "  -l TEMPLATE  list key (notifications:user:{n})\n"
    "  -f TEMPLATE  flag key (user:{n}:has_new_notification); empty: no flag\n"
    "  -t SECONDS   EXPIRE of the list (604800; 0: none)\n"
    "  -s N         first sequence number (1)\n";

enum { KEY_MAX = 512, BODY_MAX = 65536 };

struct load {
    uint64_t per_user, users, rate, depth, size, ttl, first;
    const char *list, *flag;
};

static redisContext *connect_to(const char *address) {
    struct timeval limit = {.tv_sec = 10};
    redisContext *redis;
    if (strchr(address, '/')) {
        redis = redisConnectUnixWithTimeout(address, limit);
    } else {
        char host[64];
        const char *colon = strrchr(address, ':');
        if (!colon || (size_t)(colon - address) >= sizeof host) die("-a %s: HOST:PORT or a socket's path", address);
        snprintf(host, sizeof host, "%.*s", (int)(colon - address), address);
        redis = redisConnectWithTimeout(host, atoi(colon + 1), limit);
    }
    if (!redis || redis->err) die("%s: %s", address, redis ? redis->errstr : "out of memory");
    redisSetTimeout(redis, limit);
    return redis;
}

/// Appends one notification to the pipeline; returns how many replies it will have.
static unsigned append(redisContext *redis, const struct load *load, uint64_t user, uint64_t seq) {
    static char body[BODY_MAX];
    char key[KEY_MAX];
    unsigned commands = 1;
    write_notification(body, load->size, user, seq, now_ns());
    expand(key, sizeof key, load->list, user);
    redisAppendCommand(redis, "RPUSH %s %b", key, body, (size_t)load->size);
    if (load->ttl) {
        redisAppendCommand(redis, "EXPIRE %s %llu", key, (unsigned long long)load->ttl);
        commands++;
    }
    if (*load->flag) {
        expand(key, sizeof key, load->flag, user);
        redisAppendCommand(redis, "SET %s 1", key);
        commands++;
    }
    return commands;
}

static void collect(redisContext *redis, unsigned replies) {
    while (replies--) {
        redisReply *reply;
        if (redisGetReply(redis, (void **)&reply) != REDIS_OK) die("%s", redis->errstr);
        if (reply->type == REDIS_REPLY_ERROR) die("%s", reply->str);
        freeReplyObject(reply);
    }
}

static void read_options(int count, char **arguments, struct load *load, const char **address) {
    for (int option; (option = getopt(count, arguments, "a:n:u:r:D:b:l:f:t:s:")) != -1;) {
        char letter = (char)option;
        switch (option) {
        case 'a': *address = optarg; break;
        case 'n': load->per_user = number_option(letter, optarg, 1, 10000000); break;
        case 'u': load->users = number_option(letter, optarg, 1, 10000000); break;
        case 'r': load->rate = number_option(letter, optarg, 0, 10000000); break;
        case 'D': load->depth = number_option(letter, optarg, 1, 10000); break;
        case 'b': load->size = number_option(letter, optarg, 96, BODY_MAX); break;
        case 'l': load->list = optarg; break;
        case 'f': load->flag = optarg; break;
        case 't': load->ttl = number_option(letter, optarg, 0, 1000000000); break;
        case 's': load->first = number_option(letter, optarg, 1, 1000000000); break;
        default: fputs(usage, stderr); exit(2);
        }
    }
    if (!*address || optind != count) {
        fputs(usage, stderr);
        exit(2);
    }
}

int main(int count, char **arguments) {
    struct load load = {.per_user = 1, .users = 1, .depth = 64, .size = 200, .ttl = 604800, .first = 1,
                        .list = "notifications:user:{n}", .flag = "user:{n}:has_new_notification"};
    const char *address = NULL;
    read_options(count, arguments, &load, &address);
    redisContext *redis = connect_to(address);

    uint64_t start = now_ns(), total = load.per_user * load.users;
    unsigned replies = 0;
    for (uint64_t i = 0; i < total; i++) {
        // A paced load writes what is due: whatever is not due yet must not hold back what was appended before it.
        bool due = !load.rate || now_ns() >= start + i * SECOND_NS / load.rate;
        if (!due || (i && i % load.depth == 0)) {
            collect(redis, replies);
            replies = 0;
            pace(start, i, load.rate);
        }
        replies += append(redis, &load, i % load.users, load.first + i / load.users);
    }
    collect(redis, replies);
    double seconds = (double)(now_ns() - start) / (double)SECOND_NS;
    printf("{\"notifications\": %llu, \"seconds\": %.4f, \"per_s\": %.0f}\n", (unsigned long long)total, seconds,
           (double)total / seconds);
    redisFree(redis);
    return 0;
}
