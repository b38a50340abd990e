#!/bin/sh
# Runs the command line on a Node: start.sh NODE ARGUMENTS. What has to be told to Node at its start stands here, for every way of starting a role.
set -eu
node=$1
shift

# What outlives a collection of young objects is copied by it. The less room those have, the shorter is each collection, and the
# less memory it holds (docs/decisions/021-memory-of-a-processor.md).
flags=
if [ "${1:-} ${2:-}" = 'run processor' ]; then flags=--max-semi-space-size=16; fi

exec "$node" ${flags:+"$flags"} "${0%/*}/../cli/main.ts" "$@"
