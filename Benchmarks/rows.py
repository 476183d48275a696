"""The table: which measurement gives which figure, in what unit, against which budget."""

from dataclasses import dataclass, field
from typing import Callable

import measure


@dataclass
class Budget:
    """What flagpole's figure has to reach, from the peer's figure in the same run where it is relative."""

    text: str
    limit: Callable  # of the peer's median, or None where the peer was not measured
    at_most: bool = True

    def verdict(self, value, peer):
        limit = self.limit(peer)
        if limit is None:
            return "no peer"
        return "met" if (value <= limit if self.at_most else value >= limit) else "**not met**"

    def share(self, value, peer):
        limit = self.limit(peer)
        return value / limit if limit else None


def at_most(limit, text):
    return Budget(text, lambda _: limit)


def at_least(limit, text):
    return Budget(text, lambda _: limit, at_most=False)


def times_peer(factor):
    return Budget(f"≥ {factor} x nchan", lambda peer: factor * peer if peer else None, at_most=False)


@dataclass
class Figure:
    key: str
    title: str
    unit: str
    budget: Budget | None = None


@dataclass
class Row:
    key: str
    title: str
    how: str
    servers: list
    measure: Callable  # (server kind, options) -> {figure key: value}
    figures: list = field(default_factory=list)


FLAGPOLE, NCHAN, RAW = "flagpole", "nchan", "epollfan"


def rows(options):
    many = options.streams
    saturating = 20 if options.quick else 200
    stalled = 1500 if options.quick else 5000
    connects = [Figure("per_cpu_s", "connects per CPU-second", "", times_peer(0.7)),
                Figure("per_s", "connects per second", "")]
    lossless = [Figure("faults", "gaps, duplicates and reorders", "", at_most(0, "0")),
                Figure("events", "events checked", ""), Figure("resumes", "resumes", "")]
    paced = 5 if options.quick else 50
    stored, in_feed = (50_000, 5_000) if options.quick else (1_000_000, 10_000)
    foreign = 10_000 if options.quick else 1_000_000
    return [
        Row("memory-one", f"{many:,} idle streams on one feed",
            "Change of the server's PSS (all processes) from before the first stream until all are settled and 3 s "
            "have passed. The process itself is sampled when it is ready and nobody is connected.",
            [FLAGPOLE, NCHAN, RAW], lambda kind, opts: measure.memory(kind, opts, 1),
            [Figure("per_stream", "memory per stream, PSS", "B", at_most(1024, "1 KB")),
             Figure("process_rss", "idle process, RSS", "MB", at_most(15, "15 MB")),
             Figure("process_pss", "idle process, PSS", "MB")]),
        Row("memory-many", f"{many:,} idle streams on {many:,} feeds", "As above, each stream on a feed of its own.",
            [FLAGPOLE, NCHAN], lambda kind, opts: measure.memory(kind, opts, many),
            [Figure("per_stream", "memory per stream, PSS", "B", at_most(1024, "1 KB"))]),
        Row("broadcast-paced", f"broadcast to {many:,} streams, 5 messages/s",
            f"{paced} messages at 5 per second, below the saturation of all, so that each is polled, stored and sent "
            "by itself. Events received per second of the server's CPU.",
            [FLAGPOLE, NCHAN, RAW], lambda kind, opts: measure.broadcast(kind, opts, paced, 5),
            [Figure("per_cpu_s", "events per CPU-second", "", times_peer(1.2)),
             Figure("cpu_pct", "server CPU", "%"), Figure("p99", "latency p99", "ms")]),
        Row("broadcast-burst", f"broadcast to {many:,} streams, saturating",
            f"{saturating} messages as fast as the publisher can. flagpole finds many of them at one poll and sends "
            "them with one write per stream; nchan (16 requests in flight) and epollfan write each event by itself, "
            "which is what this figure compares: not the same number of writes.",
            [FLAGPOLE, NCHAN, RAW], lambda kind, opts: measure.broadcast(kind, opts, saturating, 0),
            [Figure("per_cpu_s", "events per CPU-second", "", times_peer(1.2)),
             Figure("per_s", "events per second", "")]),
        Row("connect-one", f"{many:,} streams connect to one feed",
            "128 handshakes in flight; a stream of flagpole counts when it has its welcome, one notification of "
            "backlog and `live`, one of the peers when it has its head: their best case, for with a message to send "
            "first nchan is slower on one channel than on many. A round of streams before it, long closed, is not counted.",
            [FLAGPOLE, NCHAN, RAW], lambda kind, opts: measure.connect(kind, opts, 1, backlog=kind is measure.Flagpole),
            connects),
        Row("connect-many", f"{many:,} streams connect to {many:,} feeds",
            "As above, each stream with a feed and a notification of its own, nchan's too.",
            [FLAGPOLE, NCHAN], lambda kind, opts: measure.connect(kind, opts, many, backlog=True), connects),
        *[Row(f"deliver-{per_feed}", f"{per_feed} notification{'s' * (per_feed > 1)} to each of {many:,} users",
              "From the start of the publisher to the last event received; poll interval 100 ms, so the wait for the "
              "first poll is inside. flagpole: out of Redis, SQLite commit included; nchan: in memory, by POST, 64 in "
              "flight.",
              [FLAGPOLE, NCHAN], lambda kind, opts, per_feed=per_feed: measure.deliver(kind, opts, per_feed),
              [Figure("per_s", "deliveries per second", "", at_least(20000, "20,000")),
               Figure("per_cpu_s", "deliveries per CPU-second", ""),
               Figure("redis_cpu_s", "Redis CPU", "s")])
          for per_feed in (1, 10)],
        Row("idle-poll", f"idle poll of {many:,} watched feeds at 1 Hz",
            f"{options.idle} s with nothing new, heartbeats off. Commands are from INFO commandstats before and after. "
            "The total includes what Redis uses when nobody asks it anything, which is measured by itself.",
            [FLAGPOLE], lambda kind, opts: measure.idle_poll(kind, opts, False),
            [Figure("total_cpu", "CPU, flagpole and Redis", "%", at_most(0.7, "0.7 %")),
             Figure("cpu", "CPU, flagpole", "%"), Figure("redis_cpu", "CPU, Redis", "%"),
             Figure("redis_alone", "CPU, Redis that nobody asks", "%"),
             Figure("flag_commands", "flag commands (EXISTS, MGET) per tick", "", at_most(20, "20")),
             Figure("all_commands", "all commands per second", "")]),
        Row("idle-default", f"the same with heartbeats, {many:,} streams",
            "As above with the default `ping_ms` of 15 s: each stream gets an event every 15 s.",
            [FLAGPOLE], lambda kind, opts: measure.idle_poll(kind, opts, True),
            [Figure("total_cpu", "CPU, flagpole and Redis", "%"), Figure("cpu", "CPU, flagpole", "%")]),
        Row("rules-idle", "idle poll as above, of a kind with five rules",
            "`where`, `coalesce`, `end_when`, `keep` and `max_per_second`, such that all notifications pass.",
            [FLAGPOLE], lambda kind, opts: measure.idle_poll(kind, opts, False, measure.RULES),
            [Figure("total_cpu", "CPU, flagpole and Redis", "%", at_most(0.7, "0.7 %")),
             Figure("cpu", "CPU, flagpole", "%"), Figure("redis_cpu", "CPU, Redis", "%")]),
        Row("rules-deliver", f"1 notification to each of {many:,} users of a kind with five rules", "As `deliver-1`.",
            [FLAGPOLE], lambda kind, opts: measure.deliver(kind, opts, 1, measure.RULES),
            [Figure("per_s", "deliveries per second", "", at_least(20000, "20,000")),
             Figure("per_cpu_s", "deliveries per CPU-second", "")]),
        Row("rules-broadcast", f"broadcast to {many:,} streams of a kind with five rules, 5 messages/s",
            "As `broadcast-paced`.",
            [FLAGPOLE, NCHAN], lambda kind, opts: measure.broadcast(kind, opts, paced, 5, measure.RULES),
            [Figure("per_cpu_s", "events per CPU-second", "", times_peer(1.2)),
             Figure("p99", "latency p99", "ms")]),
        Row("latency", f"{options.rate:,} notifications/s to {many:,} users, polled every 100 ms",
            f"{options.seconds} s, users in turn; from the stamp made before RPUSH to the event read. nchan is pushed "
            "to and does not poll: its figure is the transport's share.",
            [FLAGPOLE, NCHAN], measure.latency,
            [Figure("p50", "latency p50", "ms", at_most(70, "T/2 + 20 ms")),
             Figure("p99", "latency p99", "ms", at_most(150, "T + 50 ms")),
             Figure("max", "latency, largest", "ms"), Figure("cpu_pct", "server CPU", "%")]),
        Row("churn", f"{many // 5:,} streams on as many feeds, churned",
            "A tenth of the streams is closed and resumed each second while notifications arrive, and a hundredth "
            "stops reading until the end; every stream is checked to have each notification once and in order.",
            [FLAGPOLE],
            lambda kind, opts: measure.lossless(kind, opts, many // 5, many // 5, 5 if opts.quick else 20, many // 2),
            lossless),
        Row("herd", f"{many:,} streams come back after kill -9",
            f"The server is killed and started again while {options.rate:,} notifications/s arrive; every stream comes "
            "back at once with its cursor, and is checked as above.",
            [FLAGPOLE], measure.herd,
            [Figure("back_s", "until all streams are open again", "s"),
             Figure("tick_age_ms", "longest time between two ticks meanwhile", "ms", at_most(1000, "1 s")),
             Figure("resumes", "streams resumed", ""), *lossless[:1]]),
        Row("sweep", f"a Redis with {foreign:,} keys of others",
            f"One stream, {options.idle} s; the sweep looks through all keys every 600 s (`poll.sweep_interval_ms`).",
            [FLAGPOLE], lambda kind, opts: measure.sweep(kind, opts, foreign),
            [Figure("cpu", "CPU, flagpole", "%"), Figure("redis_cpu", "CPU, Redis", "%"),
             Figure("scans", "SCANs per second", "")]),
        Row("sweep-none", "the same without keys of others", "As above.",
            [FLAGPOLE], lambda kind, opts: measure.sweep(kind, opts, 0),
            [Figure("cpu", "CPU, flagpole", "%"), Figure("redis_cpu", "CPU, Redis", "%")]),
        Row("inbox", f"an inbox of {in_feed:,} unread among {stored:,} notifications",
            "2,000 requests one after the other on one connection; the median round trip, as a client in Python sees it, "
            "and the server's CPU time per request.",
            [FLAGPOLE], lambda kind, opts: measure.inbox(kind, opts, stored, in_feed),
            [Figure("unread_ms", "unread count", "ms", at_most(1, "1 ms")),
             Figure("page_ms", "newest 50", "ms", at_most(1, "1 ms")),
             Figure("unread_page_ms", "newest 50 that are unread", "ms", at_most(1, "1 ms")),
             Figure("unread_cpu_ms", "unread count, CPU", "ms"), Figure("page_cpu_ms", "newest 50, CPU", "ms"),
             Figure("unread_page_cpu_ms", "newest 50 that are unread, CPU", "ms")]),
        Row("stalled", f"{many // 50:,} streams on one feed, some stalled for {stalled:,} messages",
            "As above on one feed with 1,000 messages/s, so that a stalled stream's share goes far beyond what sockets "
            "and `max_pending_bytes` hold, and has to come from disk.",
            [FLAGPOLE], lambda kind, opts: measure.lossless(kind, opts, many // 50, 1, stalled, 1000), lossless),
    ]
