#!/bin/sh
# Installs the npm packages and the native Kafka client: `sh setup.sh ROOT`. Only one run at a time works on ROOT.
set -eu
root=$1
work=$root/.live2vod
lock=$work/setup.lock
log=$work/setup.log
marker=$work/installing
# For this user alone, as LIVE2VOD_HOME, which this folder is by default.
(umask 077 && mkdir -p "$work" && : >>"$log")

say() { echo "live2vod: $*" >&2; }

# The lock is a link to its holder's process id: made and named in one step.
waiting=0
until ln -s $$ "$lock" 2>/dev/null; do
  holder=$(readlink "$lock" || true)
  if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then
    # Its holder died. One run at a time removes it, and looks again first: it may be another's new one by now.
    if mkdir "$lock.removal" 2>/dev/null; then
      holder=$(readlink "$lock" || true)
      if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then rm -f "$lock"; fi
      rmdir "$lock.removal"
      continue
    fi
  elif [ "$waiting" = 0 ]; then
    say "Another run (process ${holder:-unknown}) is installing; waiting for it …"
    waiting=1
  fi
  sleep 1
done
trap 'rm -f "$marker" "$lock"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# A line every 15 s while the marker is there. It isn't killed: a signal to a shell that has just forked can be lost.
tick() {
  seconds=0
  while sleep 1 && [ -e "$marker" ] && kill -0 $$ 2>/dev/null; do
    seconds=$((seconds + 1))
    [ $((seconds % 15)) -ne 0 ] || say "… $seconds s"
  done
}

# step WHAT HINT COMMAND…: runs it into the log and says how long it takes; on failure the log's end, its name and HINT.
step() {
  what=$1
  hint=$2
  shift 2
  began=$(date +%s)
  say "$what …"
  rm -f "$marker"
  marker=$work/installing.$began
  : >"$marker"
  tick &
  if ! "$@" >"$log" 2>&1; then
    rm -f "$marker"
    tail -n 15 "$log" >&2
    say "That failed after $(($(date +%s) - began)) s. $hint The whole log: $log"
    exit 70
  fi
  rm -f "$marker"
  say "… done ($(($(date +%s) - began)) s)."
}

cd "$root"
# From a set that was once complete npm changes only what differs. An interrupted run leaves no stamp: then all anew.
packages='npm ci'
[ ! -f node_modules/.live2vod-stamp ] || packages='npm install --no-save'
rm -f node_modules/.live2vod-stamp
# Scripts stay off: no package of ours needs one but the Kafka client, whose own step follows.
# shellcheck disable=SC2086
step 'Installing npm packages (about 250 MB the first time)' 'Is the npm registry within reach?' \
  $packages --ignore-scripts --no-audit --no-fund --loglevel=error

. "$root/local/node.sh"
node=$(runtime_node "$root" "$(node -v)")
if ! "$node" -e 0 2>>"$log"; then
  say "Node.js 24 from npm doesn't run on this system. Install Node.js 24 or newer."
  exit 69
fi

# shellcheck source=local/native-client.sh
. "$root/local/native-client.sh"
install_native_client "$root" "$node"
