"""Turns the values of all runs into the table and the page."""

import datetime
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess

from servers import LOAD_CORE, SERVER_CORE

TITLES = {"flagpole": "flagpole", "nchan": "nchan", "epollfan": "bare epoll"}


def number(value, unit):
    if value == 0:
        text = "0"
    elif abs(value) >= 1000:
        text = f"{value:,.0f}"
    elif abs(value) >= 100:
        text = f"{value:.0f}"
    else:
        text = f"{value:.3g}"
    return f"{text} {unit}".strip()


def median(by_server, name, key):
    values = by_server.get(name)
    return statistics.median(values[key]) if isinstance(values, dict) and key in values else None


def cell(by_server, name, figure):
    values = by_server.get(name)
    if isinstance(values, str):
        return "failed"
    middle = median(by_server, name, figure.key)
    if middle is None:
        return ""
    found = values[figure.key]
    spread = f" ({number(min(found), '')}–{number(max(found), '')})" if min(found) < max(found) else ""
    return number(middle, figure.unit) + spread


def judged(figure, by_server):
    """Ratio to the peer, budget, ratio to the budget and verdict, as texts."""
    own, peer = (median(by_server, name, figure.key) for name in ("flagpole", "nchan"))
    ratio = f"{own / peer:.2f}" if own is not None and peer else ""
    if not figure.budget:
        return ratio, "", "", ""
    if own is None:
        failed = isinstance(by_server.get("flagpole"), str)
        return ratio, figure.budget.text, "", "failed" if failed else "not measured"
    share = figure.budget.share(own, peer)
    return ratio, figure.budget.text, f"{share:.2f}" if share is not None else "", figure.budget.verdict(own, peer)


def table(results):
    lines = ["| row | figure | flagpole | nchan | bare epoll | ratio to nchan | budget | ratio to budget | |",
             "|---|---|---|---|---|---|---|---|---|"]
    for row, by_server in results:
        for figure in row.figures:
            cells = [cell(by_server, name, figure) for name in TITLES]
            lines.append("| " + " | ".join([row.key, figure.title, *cells, *judged(figure, by_server)]) + " |")
    return "\n".join(lines)


def missed(results):
    return [f"{row.key} ({figure.title})" for row, by_server in results for figure in row.figures
            if "not met" in judged(figure, by_server)[3]]


def first_line(*command):
    if not shutil.which(str(command[0])):
        return None
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[0] if done.returncode == 0 and lines else None


def machine():
    facts = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*:\s*(.+)", facts)
    memory = re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())
    virtual = "virtual, " if " hypervisor" in facts else ""
    system = re.search(r'PRETTY_NAME="(.+)"', pathlib.Path("/etc/os-release").read_text())
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    nchan = first_line("dpkg-query", "-W", "-f", "nchan ${Version}", "libnginx-mod-nchan")
    versions = [first_line("redis-server", "--version"), nginx and first_line(nginx, "-v"), nchan,
                first_line("swift", "--version"), first_line("cc", "--version")]
    return "\n".join([
        f"- {model.group(1) if model else platform.machine()}, {virtual}{os.cpu_count()} cores, "
        f"{int(memory.group(1)) / 1048576:.0f} GiB, {system.group(1)}, Linux {platform.release()}",
        *[f"- {version}" for version in versions if version],
        f"- {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}"])


def document(results, options):
    hows = "\n".join(f"- **{row.key}**, {row.title}: {row.how}" for row, _ in results)
    faults = [f"- {row.key}, {TITLES[name]}: {values}" for row, by_server in results
              for name, values in by_server.items() if isinstance(values, str)]
    missing = "Failed:\n\n" + "\n".join(faults) + "\n" if faults else ""
    core = "Redis and the load share core" if LOAD_CORE != SERVER_CORE else "there is only one core, so all share core"
    runs = (f"Median of {options.repeat} runs, with the smallest and the largest in parentheses."
            if options.repeat > 1 else "One run of each.")
    return f"""# Benchmarks

Written by `Benchmarks/run.py`; do not edit by hand.

## Machine

{machine()}

## Figures

{runs} Every run starts a fresh server.
{options.streams:,} streams, 200 bytes of data per event, loopback. The server has core {SERVER_CORE} to itself;
{core} {LOAD_CORE}. A ratio to the budget is the figure divided by the budget.

{table(results)}

{missing}
## How each was taken

{hows}

"CPU-second" is one second of user and system time of the server's processes, with all threads and children, from the
process's own clock. A run in which a stream failed, was closed, or had a gap, a repeat or a wrong order counts as failed.
On loopback the kernel does the receiving end's work partly in the sender's name, so all servers pay for it alike.
Compare the columns of one table, not figures of two machines: a virtual machine varies by 10 to 20 % between runs.

`Benchmarks/README.md` tells how to repeat each by hand.
"""
