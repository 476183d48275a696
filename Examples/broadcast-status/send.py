#!/usr/bin/env python3
"""Sends a typed message over HTTP: send.py TOKEN TYPE MESSAGE [--to USER] [--times N]

TYPE is notification, data_update, status_update or user_activity. Prints the status and the answer of each.
"""

import argparse
import json
import os
import urllib.error
import urllib.parse
import urllib.request


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("token")
    arguments.add_argument("type")
    arguments.add_argument("message")
    arguments.add_argument("--to", metavar="USER", help="instead of everyone")
    arguments.add_argument("--times", type=int, default=1)
    options = arguments.parse_args()
    path = f"/events/send/{urllib.parse.quote(options.to)}" if options.to else "/events/broadcast"
    for _ in range(options.times):
        request = urllib.request.Request(
            f"http://127.0.0.1:{os.environ.get('PORT', 8000)}{path}",
            json.dumps({"type": options.type, "message": options.message}).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {options.token}"},
        )
        try:
            with urllib.request.urlopen(request) as answer:
                print(answer.status, answer.read().decode())
        except urllib.error.HTTPError as error:
            print(error.code, error.read().decode())


if __name__ == "__main__":
    main()
