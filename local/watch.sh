#!/bin/sh
# Runs a command that may not outlive its parent: `sh watch.sh COMMAND ARGUMENT…`.
# Our stdin is a pipe that the parent holds open and never writes to. However the parent goes (kill -9 included), the
# kernel closes the pipe, and we end the command: politely, then for good. The first line on stdout is its pid.
exec 3<&0
"$@" </dev/null 3<&- >&2 &
child=$!
echo "$child"
exec >/dev/null
(
  while read -r _ <&3; do :; done
  kill -TERM "$child"
  for _ in 1 2 3 4 5; do
    sleep 1
    kill -0 "$child" || exit 0
  done
  kill -KILL "$child"
) 2>/dev/null &
watcher=$!
wait "$child"
status=$?
kill "$watcher" 2>/dev/null
exit "$status"
