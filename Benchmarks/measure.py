"""The measurements: each starts a fresh server, runs ssebench against it and returns its figures."""

import contextlib
import http.client
import json
import os
import pathlib
import shlex
import sqlite3
import statistics
import subprocess
import tempfile
import time

from servers import LOAD_CORE, EpollFan, Flagpole, Nchan, Redis, Unavailable, pinned

NO_PINGS = {"ping_ms": 3600000}
EAGER = {"interval_ms": 100, "active_interval_ms": 100}
# Rules that let all notifications pass, one at a time and in order, so that what arrives can be checked. An inbox
# would tell of each that a newer one supersedes.
RULES = {"user": {"inbox": False, "where": {"member": "seq", "min": 0}, "coalesce": True, "keep": 1000,
                  "end_when": {"member": "status", "in": ["completed", "failed"]},
                  "max_per_second": 1000, "over_limit": "latest"}}


@contextlib.contextmanager
def running(kind, options, **config):
    with tempfile.TemporaryDirectory(prefix="flagpole-bench-") as name:
        server = kind(pathlib.Path(name), options, **config)
        try:
            yield server
        finally:
            server.stop()


def ssebench(server, options, streams, feeds, *more, publish=None, on_phase=None, watch=True):
    """Runs ssebench on the load core; `on_phase` is called with the name of each phase as it begins.

    Without `watch` the server's CPU and memory are not measured, so that it may be killed and started again.
    """
    command = [options.tools / "ssebench", "-a", f"127.0.0.1:{server.port}", "-p", server.path, "-n", streams,
               "-U", feeds, *more]
    if watch:
        command += ["-P", server.pid]
    if server.beside and watch:
        command += ["-B", server.beside.pid]
    if publish:
        command += ["-x", shlex.join(map(str, publish))]
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(pinned(LOAD_CORE, command), stdout=output, stderr=subprocess.PIPE, text=True)
        said = []
        for line in process.stderr:
            if line.startswith("phase ") and on_phase:
                on_phase(line.split()[1])
            elif not line.startswith(("phase ", "{")):
                said.append(line.strip())
        status = process.wait()
        output.seek(0)
        text = output.read()
    if status > 1 or not text:
        raise Unavailable(f"ssebench: {' | '.join(said) or status}")
    result = json.loads(text)
    if status == 1:
        faults = {**result["failures"], **result["sequence"], "command_status": result["run"]["command_status"]}
        raise Unavailable("ssebench: " + ", ".join(f"{key} {value}" for key, value in faults.items() if value))
    return result


def memory(kind, options, feeds):
    with running(kind, options, server=NO_PINGS) as server:
        result = ssebench(server, options, options.streams, feeds, *server.settle, "-g", 1 if options.quick else 3)
    found = result["memory"]
    return {"per_stream": found["pss_per_stream"], "per_stream_rss": found["rss_per_stream"],
            "process_rss": found["before"]["rss"] / 1e6, "process_pss": found["before"]["pss"] / 1e6}


def broadcast(kind, options, messages, rate, kinds=None):
    with running(kind, options, messages=messages, rate=rate, poll=EAGER, kinds=kinds or {}) as server:
        result = ssebench(server, options, options.streams, 1, *server.settle, "-k", messages, "-s", "-d", 120,
                          publish=server.publish(options.tools, messages, 1, rate))
    run = result["run"]
    return {"per_cpu_s": run["per_cpu_s"], "per_s": run["per_s"], "cpu_pct": run["server_cpu_pct"],
            "p50": result["latency_ms"]["p50"], "p99": result["latency_ms"]["p99"]}


def connect(kind, options, feeds, backlog):
    with running(kind, options) as server:
        settle = server.settle_with_backlog if backlog else server.settle
        if backlog:
            publisher = server.publish(options.tools, 1, feeds)
            subprocess.run(pinned(LOAD_CORE, publisher), check=True, stdout=subprocess.DEVNULL)
        # A first round warms the server up, and makes it take the messages in where they are to be its backlog.
        ssebench(server, options, options.streams, feeds, *settle, "-g", 1 if options.quick else 2)
        # Closing those streams is work too, and none of what is measured.
        time.sleep(0.5 if options.quick else 3)
        result = ssebench(server, options, options.streams, feeds, *settle)
    if backlog and result["all"]["events"] != options.streams:
        raise Unavailable(f"{result['all']['events']} backlog events, {options.streams} wanted")
    return {"per_cpu_s": result["connect"]["per_cpu_s"], "per_s": result["connect"]["per_s"]}


def deliver(kind, options, per_feed, kinds=None):
    feeds = options.streams
    with running(kind, options, poll=EAGER, kinds=kinds or {}) as server:
        result = ssebench(server, options, feeds, feeds, *server.settle, "-k", per_feed, "-s", "-d", 120,
                          publish=server.publish(options.tools, per_feed, feeds))
    run = result["run"]
    figures = {"per_s": run["per_s"], "per_cpu_s": run["per_cpu_s"], "first_ms": run["first_event_s"] * 1000,
               "seconds": run["seconds"]}
    return {**figures, "redis_cpu_s": run["beside_cpu_s"]} if server.beside else figures


def idle_poll(kind, options, pings, kinds=None):
    feeds = options.streams
    with running(kind, options, server={} if pings else NO_PINGS, kinds=kinds or {}) as server:
        counted = []

        def count_commands(phase):
            if phase in ("idle", "idle-end"):
                counted.append(server.redis.command_calls())

        result = ssebench(server, options, feeds, feeds, *server.settle, "-g", 1 if options.quick else 3,
                          "-i", options.idle, on_phase=count_commands)
    calls = {name: counted[1][name] - counted[0].get(name, 0) for name in counted[1]}
    idle = result["idle"]
    per_second = {name: count / idle["seconds"] for name, count in calls.items() if count and name != "info"}
    return {"cpu": idle["server_cpu_pct"], "redis_cpu": idle["beside_cpu_pct"],
            "total_cpu": idle["server_cpu_pct"] + idle["beside_cpu_pct"],
            "flag_commands": per_second.get("exists", 0) + per_second.get("mget", 0),
            "all_commands": sum(per_second.values()), **({} if pings else {"redis_alone": redis_alone(options)})}


def latency(kind, options):
    feeds, rate = options.streams, options.rate
    per_feed = max(1, rate * options.seconds // feeds)
    with running(kind, options, poll=EAGER) as server:
        result = ssebench(server, options, feeds, feeds, *server.settle, "-k", per_feed, "-s", "-d", 60,
                          publish=server.publish(options.tools, per_feed, feeds, rate))
    return {"p50": result["latency_ms"]["p50"], "p99": result["latency_ms"]["p99"], "max": result["latency_ms"]["max"],
            "cpu_pct": result["run"]["server_cpu_pct"]}


def lossless(kind, options, streams, feeds, per_feed, rate):
    """Churn and stalled readers; whatever is lost, repeated or out of order fails ssebench itself."""
    with running(kind, options, poll=EAGER) as server:
        result = ssebench(server, options, streams, feeds, *server.settle, "-k", per_feed, "-s", "-d", 120, "-l", 1,
                          "-C", max(1, streams // 10), "-z", max(1, streams // 100),
                          publish=server.publish(options.tools, per_feed, feeds, rate))
    return {"faults": sum(result["sequence"].values()), "resumes": result["all"]["resumes"],
            "events": result["all"]["events"]}


def herd(kind, options):
    """kill -9 and a new start while notifications arrive: all streams come back at once, each with its cursor."""
    streams, figures = options.streams, {}
    per_feed = max(1, options.rate * options.seconds // streams)

    with running(kind, options, poll=EAGER) as server:

        def strike(phase):
            if phase != "run":
                return
            time.sleep(options.seconds / 4)
            server.kill()
            server.start()
            began, ages = time.monotonic(), []
            while time.monotonic() - began < 30:
                found = server.metrics()
                ages.append(found["flagpole_last_tick_age_seconds"])
                if found["flagpole_streams"] >= streams:
                    break
                time.sleep(0.02)
            figures.update(back_s=time.monotonic() - began, tick_age_ms=max(ages) * 1000)

        result = ssebench(server, options, streams, streams, *server.settle, "-R", "-k", per_feed, "-s", "-d", 60,
                          "-l", 1, publish=server.publish(options.tools, per_feed, streams, options.rate),
                          on_phase=strike, watch=False)
    return {**figures, "resumes": result["all"]["resumes"], "faults": sum(result["sequence"].values())}


def sweep(kind, options, keys):
    """What the sweep costs in a Redis that is full of another application's keys."""
    with running(kind, options, server=NO_PINGS) as server:
        if keys:
            server.redis.add_foreign_keys(keys)
        # The sweep's pace is set at its beginning.
        server.kill()
        server.start()
        before = server.redis.command_calls()
        result = ssebench(server, options, 1, 1, *server.settle, "-g", 1, "-i", options.idle)
        after = server.redis.command_calls()
    idle = result["idle"]
    scans = after.get("scan", 0) - before.get("scan", 0)
    return {"cpu": idle["server_cpu_pct"], "redis_cpu": idle["beside_cpu_pct"], "scans": scans / (idle["seconds"] + 1)}


def inbox(kind, options, stored, in_feed):
    """How long the unread count and a page of history take, with so many notifications in all and so many in the feed."""
    with running(kind, options, server=NO_PINGS) as server:
        server.kill()
        store_notifications(server.database, stored, in_feed)
        server.start()
        figures = {}
        for name, path in (("unread", "unread"), ("page", "notifications?limit=50"),
                           ("unread_page", "notifications?unread=1&limit=50")):
            figures |= timed_requests(server, name, f"/v1/feeds/user:big/{path}", 200 if options.quick else 2000)
    return figures


def store_notifications(path, stored, in_feed, feeds=10_000):
    """Stores what years would: the last feed's notifications lie among those of all others, and are unread."""
    every = stored // in_feed
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.executescript(f"""
            INSERT INTO feeds (id, name, position, tail)
                WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {feeds - 1})
                SELECT i + 1, 'user:' || i, 0, x'' FROM n;
            INSERT INTO feeds (id, name, position, tail) VALUES ({feeds + 1}, 'user:big', 0, x'');
            INSERT INTO notifications (seq, feed, id, body)
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {stored})
                SELECT i, iif(i % {every} = 0, 'user:big', 'user:' || (i % {feeds})), 'n' || i,
                    json_object('id', 'n' || i, 'title', 'New order', 'message', printf('%0100d', i)) FROM n;
            INSERT INTO log (pos, feed, kind, notification)
                SELECT seq, iif(seq % {every} = 0, {feeds + 1}, seq % {feeds} + 1), 1, seq FROM notifications;
            UPDATE bridge SET last = {stored};
        """)


def timed_requests(server, name, path, count):
    """Requests one after the other on one connection: round trip as the client sees it, CPU of the server."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    times = []
    before = cpu_seconds(server.pid)
    for _ in range(count):
        began = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        times.append(time.perf_counter() - began)
        if answer.status != 200:
            raise Unavailable(f"{path} answers {answer.status}: {body[:200]}")
    spent = cpu_seconds(server.pid) - before
    connection.close()
    return {f"{name}_ms": statistics.median(times) * 1000, f"{name}_cpu_ms": spent / count * 1000}


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def redis_alone(options):
    """The CPU share, in %, of a redis-server that nobody asks anything."""
    with running(EpollFan, options) as bare, running(lambda folder, _: Redis(folder), options) as redis:
        bare.beside = redis
        return ssebench(bare, options, 1, 1, "-i", min(5, options.idle))["idle"]["beside_cpu_pct"]


SERVERS = {"flagpole": Flagpole, "nchan": Nchan, "epollfan": EpollFan}
