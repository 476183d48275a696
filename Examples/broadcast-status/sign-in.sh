#!/bin/sh
# What an application does at sign-in: makes a token for a user, and prints it: sign-in.sh USER [staff]
# Everyone may read status:all and what is theirs; staff may also write to any user.
set -eu
socket=${EXAMPLE_DIR:-$(dirname "$0")/run}/data/redis.sock
token=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
case ${2-} in
    staff) feeds='"status:all","user:*"' ;;
    *) feeds='"status:all"' ;;
esac
answer=$(printf '%s\n' "SET flagpole:token:$token '{\"identity\":\"$1\",\"feeds\":[$feeds]}' EX 86400" |
    redis-cli -s "$socket" 2>&1)
[ "$answer" = OK ] || { echo "$answer" >&2; exit 1; }
echo "$token"
