#!/bin/sh
# A job that is a shell loop, and reports after each step: job.sh [JOB]
set -eu
job=${1:-12}
socket=${EXAMPLE_DIR:-$(dirname "$0")/run}/data/redis.sock
run=$(date +%s)

# Usage: report PERCENT STATUS MESSAGE
report() {
    printf '%s\n' \
        "RPUSH job:$job:progress '{\"id\":\"$run-$1\",\"percent\":$1,\"status\":\"$2\",\"message\":\"$3\"}'" \
        "EXPIRE job:$job:progress 86400" \
        "SET job:$job:has_progress 1" | redis-cli -e -s "$socket" > /dev/null
}

step=0
while [ "$step" -lt 20 ]; do
    report $((step * 5)) running "step $((step + 1)) of 20"
    sleep 0.15 # the work
    step=$((step + 1))
done
report 100 completed "all 20 steps"
