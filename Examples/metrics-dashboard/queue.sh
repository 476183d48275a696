#!/bin/sh
# Reports how long a queue in Redis is, four times a second: queue.sh [TIMES]
set -eu
times=${1:-240}
redis="redis-cli -e -s ${EXAMPLE_DIR:-$(dirname "$0")/run}/data/redis.sock"
run=$(date +%s)

while [ "$times" -gt 0 ]; do
    # Somebody works: up to three jobs come, the oldest two go.
    for job in $(seq $(($(date +%S | sed 's/^0//') % 4))); do $redis RPUSH queue:mail "$job"; done > /dev/null
    $redis LPOP queue:mail 2 > /dev/null
    printf '%s\n' \
        "RPUSH metrics:queue '{\"id\":\"$run-$times\",\"value\":$($redis LLEN queue:mail)}'" \
        "LTRIM metrics:queue -100 -1" \
        "SET metrics:queue:changed 1" | $redis > /dev/null
    times=$((times - 1))
    sleep 0.25
done
