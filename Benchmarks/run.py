#!/usr/bin/env python3
"""Measures flagpole beside its peers and writes the table. Builds nothing; see README.md."""

import argparse
import pathlib
import resource
import sys
import time

sys.dont_write_bytecode = True  # a run leaves nothing in the source tree

import measure
import report
import rows
from servers import Unavailable

ROOT = pathlib.Path(__file__).resolve().parent.parent


def parsed_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flagpole", type=pathlib.Path, default=ROOT / ".build/release/flagpole", help="binary")
    parser.add_argument("--tools", type=pathlib.Path, default=ROOT / ".build/benchmarks", help="folder of the tools")
    parser.add_argument("--out", type=pathlib.Path, help="report (docs/benchmarks.md; with --quick or --only: none)")
    parser.add_argument("--repeat", type=int, default=3, help="runs per figure, of which the median counts")
    parser.add_argument("--only", action="append", metavar="ROW", help="rows whose name begins so, repeatable")
    parser.add_argument("--server", action="append", choices=measure.SERVERS, help="measure only these servers")
    parser.add_argument("--streams", type=int, help="streams per measurement (10,000)")
    parser.add_argument("--quick", action="store_true", help="small counts, once: only shows that it works")
    options = parser.parse_args()
    options.streams = options.streams or (500 if options.quick else 10000)
    options.idle = 2 if options.quick else 20
    options.seconds = 1 if options.quick else 10
    options.rate = options.streams if options.quick else 2000
    if options.quick:
        options.repeat = 1
    if not options.out and not options.quick and not options.only:
        options.out = ROOT / "docs/benchmarks.md"
    options.tools = options.tools.resolve()
    options.flagpole = options.flagpole.resolve()
    return options


def raise_descriptor_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def measured(row, name, options):
    """Each figure's values of all runs, or why there are none."""
    values = {}
    for turn in range(options.repeat):
        began = time.monotonic()
        try:
            figures = row.measure(measure.SERVERS[name], options)
        except Unavailable as reason:
            print(f"  {name} {turn + 1}/{options.repeat}: {reason}", flush=True)
            return str(reason)
        said = ", ".join(f"{key} {value:.4g}" for key, value in figures.items())
        print(f"  {name} {turn + 1}/{options.repeat}: {said} ({time.monotonic() - began:.1f} s)", flush=True)
        for key, value in figures.items():
            values.setdefault(key, []).append(value)
    return values


def main():
    options = parsed_options()
    if not (options.tools / "ssebench").exists():
        sys.exit(f"no ssebench in {options.tools}: run make in Benchmarks first, or name the folder with --tools")
    raise_descriptor_limit()
    chosen = [row for row in rows.rows(options) if not options.only or any(row.key.startswith(k) for k in options.only)]
    if not chosen:
        sys.exit(f"no such row; there are: {', '.join(row.key for row in rows.rows(options))}")
    results = []
    for row in chosen:
        print(f"{row.key}: {row.title}", flush=True)
        names = [name for name in row.servers if not options.server or name in options.server]
        results.append((row, {name: measured(row, name, options) for name in names}))
    print()
    print(report.table(results))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(report.document(results, options))
        print(f"\nwritten to {options.out}")
    failed = [row.key for row, by_server in results if isinstance(by_server.get("flagpole"), str)]
    missed = report.missed(results)
    if failed:
        print(f"failed: {', '.join(failed)}")
    if missed:
        print(f"budget not met: {', '.join(missed)}")
    # With --quick the figures mean nothing, so only a failure counts.
    sys.exit(1 if failed or (missed and not options.quick) else 0)


if __name__ == "__main__":
    main()
