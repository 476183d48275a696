#!/bin/sh
# sh sign-in.sh NAME TICKET: lets somebody into a ticket for an hour, as the application does that signs them in, and
# prints the page's address.
set -eu
name=${1:-ann} ticket=${2:-7}
token=$(od -An -N 24 -tx1 /dev/urandom | tr -d ' \n')
redis-cli -s "${EXAMPLE_DIR:-$(dirname "$0")/run}/data/redis.sock" SET "flagpole:token:$token" \
    "{\"identity\":\"$name\",\"feeds\":[\"chat:$ticket\",\"typing:$ticket\"]}" EX 3600 > /dev/null
echo "http://127.0.0.1:${PORT:-8000}/?ticket_id=$ticket&token=$token"
