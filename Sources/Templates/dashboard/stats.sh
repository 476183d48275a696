#!/bin/sh
# Prints one JSON object; what it prints is sent whenever it differs from what was printed before.
read -r load _ < /proc/loadavg
memory=$(awk '/^MemTotal/ { total = $2 } /^MemAvailable/ { free = $2 } END { printf "%.1f", 100 * (1 - free / total) }' /proc/meminfo)
printf '{"load":%s,"memory_percent":%s,"time":"%s"}\n' "$load" "$memory" "$(date -u +%H:%M:%S)"
