#!/bin/sh
# What writes without asking anyone, as a deployment script does: it can reach Redis: deploy.sh VERSION
set -eu
socket=${EXAMPLE_DIR:-$(dirname "$0")/run}/data/redis.sock
version=${1:-1.0}
run=$(date +%s)

# Usage: send TYPE MESSAGE DATA
send() {
    redis-cli -e -s "$socket" RPUSH status:all \
        "{\"id\":\"$run-$2\",\"event\":\"$1\",\"type\":\"$1\",\"message\":\"$2\",\"data\":$3,\"from\":\"deploy\"}"
    redis-cli -e -s "$socket" SET status:all:changed 1
}

{
    send status_update "deploying" '{"state":"maintenance"}'
    sleep 1 # the work
    send data_update "version" "{\"version\":\"$version\"}"
    send status_update "deployed" '{"state":"operational"}'
} > /dev/null
