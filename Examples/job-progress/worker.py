#!/usr/bin/env python3
"""A worker that reports after each item: worker.py [JOB] [--items N] [--fail-at N]."""

import argparse
import hashlib
import json
import os
import pathlib
import time

import redis

DIRECTORY = pathlib.Path(os.environ.get("EXAMPLE_DIR", pathlib.Path(__file__).parent / "run"))


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("job", nargs="?", default="13")
    arguments.add_argument("--items", type=int, default=200)
    arguments.add_argument("--fail-at", type=int, default=0, metavar="ITEM")
    options = arguments.parse_args()
    connection = redis.Redis(unix_socket_path=str(DIRECTORY / "data/redis.sock"))
    run = time.time_ns()

    def report(item, status, message):
        entry = {"id": f"{run}-{item}", "percent": 100 * item // options.items, "status": status, "message": message}
        with connection.pipeline() as commands:
            commands.rpush(f"job:{options.job}:progress", json.dumps(entry))
            commands.expire(f"job:{options.job}:progress", 86400)
            commands.set(f"job:{options.job}:has_progress", 1)
            commands.execute()

    for item in range(1, options.items):
        hashlib.pbkdf2_hmac("sha256", b"the work", str(item).encode(), 1000)
        if item == options.fail_at:
            return report(item, "failed", f"item {item} cannot be read")
        report(item, "running", f"item {item} of {options.items}")
    report(options.items, "completed", f"all {options.items} items")


if __name__ == "__main__":
    main()
