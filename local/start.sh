#!/bin/sh
# Runs the command line on a Node: start.sh NODE ARGUMENTS. What has to be told to Node at its start stands here, for every way of starting a role.
set -eu
node=$1
shift

# A processor's states outlive the collections of young objects. The less room those have, the sooner a state is moved to where it stays,
# and the shorter is each collection (docs/decisions/021-memory-of-a-processor.md).
flags=
if [ "${1:-} ${2:-}" = 'run processor' ]; then flags=--max-semi-space-size=16; fi

exec "$node" ${flags:+"$flags"} "${0%/*}/../cli/main.ts" "$@"
