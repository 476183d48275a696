#!/usr/bin/env python3
"""A shop that counts its orders, many times a second: orders.py [--seconds S] [--per-second N]."""

import argparse
import json
import os
import pathlib
import random
import time

import redis

DIRECTORY = pathlib.Path(os.environ.get("EXAMPLE_DIR", pathlib.Path(__file__).parent / "run"))


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--per-second", type=int, default=100)
    options = arguments.parse_args()
    connection = redis.Redis(unix_socket_path=str(DIRECTORY / "data/redis.sock"))
    run = time.time_ns()
    orders = 0
    for number in range(int(options.seconds * options.per_second)):
        orders += random.randint(0, 2)
        with connection.pipeline() as commands:
            commands.rpush("metrics:orders", json.dumps({"id": f"{run}-{number}", "value": orders}))
            commands.ltrim("metrics:orders", -100, -1)
            commands.set("metrics:orders:changed", 1)
            commands.execute()
        time.sleep(1 / options.per_second)
    print(orders)


if __name__ == "__main__":
    main()
