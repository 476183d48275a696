#!/bin/sh
# Pretends to work, and reports as any program can: sh job.sh [JOB_ID]
job=${1:-12}
redis="redis-cli -s data/redis.sock"
percent=0
while [ "$percent" -le 100 ]; do
    if [ "$percent" -lt 100 ]; then status=running; else status=completed; fi
    $redis RPUSH "job:$job:progress" "{\"percent\":$percent,\"status\":\"$status\"}" > /dev/null
    $redis SET "job:$job:has_progress" 1 > /dev/null
    percent=$((percent + 5))
    sleep 0.2
done
