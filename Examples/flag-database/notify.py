"""python3 notify.py USER TITLE...: inserts a row for each title, then raises the user's flag."""

import json
import os
import sqlite3
import sys

import redis

directory = os.environ.get("EXAMPLE_DIR") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "run")
user, *titles = sys.argv[1:] or ["42", "Backup done"]

# The bridge writes too: whoever comes second waits.
database = sqlite3.connect(f"{directory}/data/flagpole.sqlite3", timeout=5)
with database:
    database.executemany(
        "INSERT INTO notifications (feed, body) VALUES (?, ?)",
        [(f"user:{user}", json.dumps({"title": title})) for title in titles],
    )
database.close()

redis.Redis(unix_socket_path=f"{directory}/data/redis.sock").set(f"user:{user}:has_new_notification", 1)
