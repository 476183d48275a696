// Opens many SSE streams, checks every byte of them, and measures the server meanwhile. One JSON object on stdout.
//
// Phases: sample the server, connect, grace, idle, run (a command, until every stream has what it needs), wake the
// stalled streams, linger. Each is announced on stderr, so that a script can look at other things meanwhile.
#include "bench.h"
#include "process.h"
#include "streams.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const char usage[] =
    "usage: ssebench -a HOST:PORT -p PATH [options]\n"
    "  -p PATH     request target; {n} is the stream's number modulo -U\n"
    "  -H LINE     request header, repeatable; {n} as above\n"
    "  -n N        streams (1000)             -U N   feeds (N: one each)\n"
    "  -W N        handshakes in flight (128) -S N   streams per source address (2500)\n"
    "  -w EVENT    a stream is settled by its first event of this name, `message` for unnamed (the head)\n"
    "  -L          short for -w live\n"
    "  -e NAMES    events that do not count (welcome,live,ping)\n"
    "  -c SECONDS  limit of the connect phase (60)\n"
    "  -g SECONDS  grace after it (0.5)       -i SECONDS  idle phase (0)\n"
    "  -x COMMAND  started at the beginning of the run\n"
    "  -k N        events per stream that end the run   -d SECONDS  limit of the run (30)\n"
    "  -l SECONDS  linger, for events too many (0.2)\n"
    "  -C N        streams closed and resumed per second of the run\n"
    "  -R          come back with Last-Event-ID when the server closes or refuses\n"
    "  -z N        streams that stop reading during the run and catch up after it\n"
    "  -s          the first sequence number of each stream has to be 1\n"
    "  -P PID      the server, with its descendants     -B PID  a process beside it (Redis)\n"
    "exit status: 0, 1 when something failed or was lost, 2 when it could not run\n";

struct phases {
    const char *command;
    uint64_t connect_limit, grace, idle, run_limit, linger;
    pid_t server, beside;
};

/// The CPU clocks of both watched processes and the time, at the edge of a phase.
struct edge {
    uint64_t at;
    struct process_sample server, beside;
};

struct results {
    struct process_sample before, settled, finished;
    double connect_s, connect_cpu_s;
    double idle_s, idle_cpu_s, idle_beside_s;
    double run_s, first_event_s, run_cpu_s, run_beside_s;
    uint32_t connected, left_unsatisfied;
    int command_status;
};

static double in_seconds(uint64_t ns) { return (double)ns / (double)SECOND_NS; }

static struct edge edge_of(const struct phases *phases) {
    struct edge edge = {.at = now_ns()};
    if (phases->server && !sample_cpu(phases->server, &edge.server)) die("the server (%d) is gone", phases->server);
    if (phases->beside && !sample_cpu(phases->beside, &edge.beside)) die("process %d is gone", phases->beside);
    return edge;
}

static void sample_memory(const struct phases *phases, struct process_sample *sample) {
    if (phases->server) sample_cpu_and_memory(phases->server, sample);
}

static void turn_for(uint64_t duration) {
    for (uint64_t end = now_ns() + duration; now_ns() < end;) streams_turn();
}

static void announce(const char *phase) { fprintf(stderr, "phase %s\n", phase); }

static void connect_phase(const struct phases *phases, const struct stream_plan *plan, struct results *results) {
    announce("connect");
    struct edge start = edge_of(phases);
    streams_start(plan);
    while (tally.settled + tally.gone < plan->count && now_ns() - start.at < phases->connect_limit) streams_turn();
    struct edge end = edge_of(phases);
    results->connected = tally.settled;
    results->connect_s = in_seconds(end.at - start.at);
    results->connect_cpu_s = in_seconds(end.server.cpu_ns - start.server.cpu_ns);
}

static void idle_phase(const struct phases *phases, struct results *results) {
    turn_for(phases->grace);
    if (phases->idle) {
        announce("idle");
        struct edge start = edge_of(phases);
        turn_for(phases->idle);
        struct edge end = edge_of(phases);
        announce("idle-end");
        results->idle_s = in_seconds(end.at - start.at);
        results->idle_cpu_s = in_seconds(end.server.cpu_ns - start.server.cpu_ns);
        results->idle_beside_s = in_seconds(end.beside.cpu_ns - start.beside.cpu_ns);
    }
    sample_memory(phases, &results->settled);
}

static pid_t start_command(const char *command) {
    pid_t pid = fork();
    if (pid < 0) die("fork: %s", strerror(errno));
    if (pid == 0) {
        setpgid(0, 0);
        dup2(STDERR_FILENO, STDOUT_FILENO);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    setpgid(pid, pid);
    return pid;
}

/// The command's exit status; one that does not end within two seconds of the run is killed with its children.
static int end_command(pid_t pid) {
    int status;
    for (uint64_t limit = now_ns() + 2 * SECOND_NS; now_ns() < limit; streams_turn())
        if (waitpid(pid, &status, WNOHANG) == pid) return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    kill(-pid, SIGKILL);
    waitpid(pid, &status, 0);
    return 128 + SIGKILL;
}

static void run_phase(const struct phases *phases, const struct stream_plan *plan, struct results *results) {
    if (!phases->command && !plan->need) return;
    announce("run");
    uint32_t awake = plan->count - plan->stalled;
    streams_begin_run();
    struct edge start = edge_of(phases);
    pid_t command = phases->command ? start_command(phases->command) : 0;
    while (now_ns() - start.at < phases->run_limit && (!plan->need || tally.satisfied_awake + tally.gone < awake))
        streams_turn();
    struct edge end = edge_of(phases);
    uint64_t last = plan->need && tally.run_last_event_ns ? tally.run_last_event_ns : end.at;
    results->run_s = in_seconds(last - start.at);
    results->first_event_s = tally.run_events ? in_seconds(tally.run_first_event_ns - start.at) : 0;
    results->run_cpu_s = in_seconds(end.server.cpu_ns - start.server.cpu_ns);
    results->run_beside_s = in_seconds(end.beside.cpu_ns - start.beside.cpu_ns);
    sample_memory(phases, &results->finished);
    announce("run-end");
    if (command) results->command_status = end_command(command);
}

/// After the run: churned and stalled streams catch up, so that what they lost would show.
static void catch_up(const struct phases *phases, const struct stream_plan *plan, struct results *results) {
    streams_wake();
    uint64_t limit = now_ns() + phases->run_limit;
    while (now_ns() < limit && ((plan->need && tally.satisfied + tally.gone < plan->count) ||
                                tally.settled + tally.gone < plan->count))
        streams_turn();
    turn_for(phases->linger);
    results->left_unsatisfied = plan->need ? plan->count - tally.satisfied : 0;
}

static double ratio(double amount, double by) { return by > 0 ? amount / by : 0; }

static void print_process(const char *name, const struct process_sample *sample) {
    printf("    \"%s\": {\"rss\": %llu, \"pss\": %llu, \"processes\": %u},\n", name, (unsigned long long)sample->rss,
           (unsigned long long)sample->pss, sample->processes);
}

static void report(const struct stream_plan *plan, const struct results *results, uint64_t run_events) {
    struct rusage own;
    getrusage(RUSAGE_SELF, &own);
    double own_s = (double)(own.ru_utime.tv_sec + own.ru_stime.tv_sec) +
                   (double)(own.ru_utime.tv_usec + own.ru_stime.tv_usec) / 1e6;
    double streams = results->connected ? results->connected : 1;
    double events = (double)run_events;
    printf("{\n  \"streams\": %u,\n", plan->count);
    printf("  \"connect\": {\"seconds\": %.4f, \"server_cpu_s\": %.4f, \"per_s\": %.0f, \"per_cpu_s\": %.0f},\n",
           results->connect_s, results->connect_cpu_s, ratio(results->connected, results->connect_s),
           ratio(results->connected, results->connect_cpu_s));
    printf("  \"memory\": {\n");
    print_process("before", &results->before);
    print_process("settled", &results->settled);
    print_process("finished", &results->finished);
    printf("    \"rss_per_stream\": %.1f,\n    \"pss_per_stream\": %.1f\n  },\n",
           ((double)results->settled.rss - (double)results->before.rss) / streams,
           ((double)results->settled.pss - (double)results->before.pss) / streams);
    printf("  \"idle\": {\"seconds\": %.3f, \"server_cpu_pct\": %.3f, \"beside_cpu_pct\": %.3f},\n", results->idle_s,
           ratio(100 * results->idle_cpu_s, results->idle_s), ratio(100 * results->idle_beside_s, results->idle_s));
    printf("  \"run\": {\"seconds\": %.4f, \"first_event_s\": %.4f, \"events\": %llu, \"per_s\": %.0f, "
           "\"per_cpu_s\": %.0f, \"server_cpu_s\": %.4f, \"server_cpu_pct\": %.2f, \"beside_cpu_s\": %.4f, "
           "\"command_status\": %d},\n",
           results->run_s, results->first_event_s, (unsigned long long)run_events, ratio(events, results->run_s),
           ratio(events, results->run_cpu_s), results->run_cpu_s, ratio(100 * results->run_cpu_s, results->run_s),
           results->run_beside_s, results->command_status);
    printf("  \"latency_ms\": {\"samples\": %llu, \"p50\": %.3f, \"p99\": %.3f, \"max\": %.3f},\n",
           (unsigned long long)tally.latency.count, (double)histogram_quantile(&tally.latency, 0.5) / 1e6,
           (double)histogram_quantile(&tally.latency, 0.99) / 1e6, (double)tally.latency.max / 1e6);
    printf("  \"sequence\": {\"gaps\": %lld, \"duplicates\": %llu, \"reorders\": %llu},\n", (long long)tally.gaps,
           (unsigned long long)tally.duplicates, (unsigned long long)tally.reorders);
    printf("  \"all\": {\"events\": %llu, \"not_counted\": %llu, \"comments\": %llu, \"bytes\": %llu, "
           "\"resumes\": %llu},\n",
           (unsigned long long)tally.events, (unsigned long long)tally.ignored_events,
           (unsigned long long)tally.comments, (unsigned long long)tally.bytes, (unsigned long long)tally.resumes);
    printf("  \"failures\": {\"not_connected\": %u, \"connect\": %llu, \"bad_answer\": %llu, \"first_bad_status\": %d, "
           "\"closed_by_server\": %llu, \"malformed\": %llu, \"unsatisfied\": %u},\n",
           plan->count - results->connected, (unsigned long long)tally.connect_failures,
           (unsigned long long)tally.bad_answers, tally.first_bad_status, (unsigned long long)tally.closed_by_server,
           (unsigned long long)tally.malformed, results->left_unsatisfied);
    printf("  \"client_cpu_s\": %.3f\n}\n", own_s);
}

static bool all_went_well(const struct stream_plan *plan, const struct results *results) {
    return results->connected == plan->count && tally.gone == 0 && results->left_unsatisfied == 0 && tally.gaps == 0 &&
           tally.duplicates == 0 && tally.reorders == 0 && results->command_status == 0;
}

static void read_options(int count, char **arguments, struct stream_plan *plan, struct phases *phases) {
    static char headers[2048];
    bool addressed = false;
    for (int option; (option = getopt(count, arguments, "a:p:H:n:U:W:S:w:Le:c:g:i:x:k:d:l:C:Rz:sP:B:")) != -1;) {
        char letter = (char)option;
        switch (option) {
        case 'a': plan->server = ipv4_endpoint(optarg); addressed = true; break;
        case 'p': plan->path = optarg; break;
        case 'H':
            if (strlen(headers) + strlen(optarg) + 3 > sizeof headers) die("-H: too many headers");
            strcat(strcat(headers, optarg), "\r\n");
            break;
        case 'n': plan->count = (uint32_t)number_option(letter, optarg, 1, 1000000); break;
        case 'U': plan->users = (uint32_t)number_option(letter, optarg, 1, 1000000); break;
        case 'W': plan->window = (uint32_t)number_option(letter, optarg, 1, 100000); break;
        case 'S': plan->per_source = (uint32_t)number_option(letter, optarg, 1, 60000); break;
        case 'w': plan->settle = optarg; break;
        case 'L': plan->settle = "live"; break;
        case 'e': plan->ignored = optarg; break;
        case 'c': phases->connect_limit = seconds_option(letter, optarg); break;
        case 'g': phases->grace = seconds_option(letter, optarg); break;
        case 'i': phases->idle = seconds_option(letter, optarg); break;
        case 'x': phases->command = optarg; break;
        case 'k': plan->need = (uint32_t)number_option(letter, optarg, 1, 100000000); break;
        case 'd': phases->run_limit = seconds_option(letter, optarg); break;
        case 'l': phases->linger = seconds_option(letter, optarg); break;
        case 'C': plan->churn = (uint32_t)number_option(letter, optarg, 1, 100000); plan->resume = true; break;
        case 'R': plan->resume = true; break;
        case 'z': plan->stalled = (uint32_t)number_option(letter, optarg, 0, 1000000); break;
        case 's': plan->from_one = true; break;
        case 'P': phases->server = (pid_t)number_option(letter, optarg, 1, 1 << 22); break;
        case 'B': phases->beside = (pid_t)number_option(letter, optarg, 1, 1 << 22); break;
        default: fputs(usage, stderr); exit(2);
        }
    }
    if (!addressed || !plan->path || optind != count) {
        fputs(usage, stderr);
        exit(2);
    }
    plan->headers = headers;
    if (!plan->users) plan->users = plan->count;
    if (plan->stalled > plan->count) die("-z: more stalled streams than streams");
}

/// One descriptor a stream: the soft limit is raised to the hard one, and a plan beyond that is refused at once.
static void raise_descriptor_limit(uint32_t streams) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (streams + 64ull > limit.rlim_max)
        die("-n %u: at most %llu descriptors", streams, (unsigned long long)limit.rlim_max);
}

int main(int count, char **arguments) {
    struct stream_plan plan = {.count = 1000, .window = 128, .per_source = 2500, .ignored = "welcome,live,ping"};
    struct phases phases = {.connect_limit = 60 * SECOND_NS,
                            .grace = SECOND_NS / 2,
                            .run_limit = 30 * SECOND_NS,
                            .linger = SECOND_NS / 5};
    struct results results = {0};
    read_options(count, arguments, &plan, &phases);
    raise_descriptor_limit(plan.count);
    signal(SIGPIPE, SIG_IGN);

    sample_memory(&phases, &results.before);
    connect_phase(&phases, &plan, &results);
    if (results.connected == plan.count) {
        idle_phase(&phases, &results);
        run_phase(&phases, &plan, &results);
    }
    uint64_t run_events = tally.run_events;
    if (results.connected == plan.count) catch_up(&phases, &plan, &results);
    report(&plan, &results, run_events);
    return all_went_well(&plan, &results) ? 0 : 1;
}
