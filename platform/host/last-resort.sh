#!/bin/sh
# Ends a process that can't end itself any more: `sh last-resort.sh PID PARENT SECONDS`.
# A shell of its own, since neither a blocked event loop nor an exit that hangs on a native thread leaves anything in the
# process itself that could act. Our stdin is a pipe that the process holds open: however it ends, the kernel closes the
# pipe, and we go too. A number as a line on it: the process is to be gone within so many seconds. PARENT, unless 0, is
# who started it: once the process has another parent, it is to be gone within SECONDS.
pid=$1
parent=$2
patience=$3
# A stop that is sent to the whole group must not take us first.
trap '' HUP INT TERM
exec 3<&0 </dev/null

kill_after() {
  left=$1
  while [ "$left" -gt 0 ]; do
    sleep 1
    left=$((left - 1))
  done
  kill -KILL "$pid"
}

# The number behind the process's state in its stat line; its name, in brackets, may hold anything.
parent_now() {
  read -r line <"/proc/$pid/stat" || return 1
  set -- ${line##*) }
  [ "$2" = "$parent" ]
}

watchers=
if [ "$parent" != 0 ] && [ -r "/proc/$pid/stat" ]; then
  (
    while parent_now; do sleep 2; done
    kill_after "$patience"
  ) &
  watchers=$!
fi
while read -r seconds <&3; do
  kill_after "$seconds" &
  watchers="$watchers $!"
done
# Ignored signals stay ignored in what a shell starts.
for watcher in $watchers; do kill -KILL "$watcher"; done
exit 0
