# The native part of the Kafka client, @confluentinc/kafka-javascript: install_native_client ROOT NODE.
# Taken from the per-user cache; else prebuilt where its publisher's site is within reach; else built from the package's
# own source. What was got is cached, so that the next clone is ready at once. Needs `say`, `step` and `work` of setup.sh.
install_native_client() {
  client=$1/node_modules/@confluentinc/kafka-javascript
  node=$2
  # Handed over, not written into the program: a folder's name may hold quotation marks.
  loads() { "$node" -e 'require(process.argv[1])' "$client" >/dev/null 2>&1; }
  reads_zstd() { "$node" -e "process.exit(require(process.argv[1]).features.includes('zstd') ? 0 : 1)" "$client" >/dev/null 2>&1; }
  # A client without zstd can't read what others compress with it: where it can be built with it, it isn't good enough.
  zstd=
  if has_zstd; then zstd=-zstd; fi
  good() { loads && { [ -z "$zstd" ] || reads_zstd; }; }
  if good; then return 0; fi

  key=$("$node" -p "
    const { platform, arch, versions, report } = process;
    const libc = platform === 'linux' ? (report.getReport().header.glibcVersionRuntime ? '-glibc' : '-musl') : '';
    'kafka-javascript-' + require(process.argv[1] + '/package.json').version + '-abi' + versions.modules + '-' + platform + '-' + arch + libc" "$client")$zstd
  cache=${XDG_CACHE_HOME:-$HOME/.cache}/live2vod
  if [ -d "$cache/$key" ]; then
    rm -rf "$client/build"
    cp -R "$cache/$key" "$client/build"
    if good; then return 0; fi
    say "The cached Kafka client in $cache/$key doesn't load here any more; getting it anew."
    rm -rf "$client/build" "${cache:?}/$key"
  fi

  # npm must run on the Node that will load the addon, and compile against that one's headers, whatever a user's own
  # configuration says. Its headers come with it; for the system's Node node-gyp finds them.
  headers=
  case $node in
    "$1"/*) headers=$(cd "$1/node_modules/.bin" && cd "$(dirname "$(readlink node)")/.." && pwd -P) ;;
  esac
  # The client's installer leaves one alone that is there. One that only lacks zstd is better than none.
  aside=$client/build.without-zstd
  rm -rf "$aside"
  if loads; then mv "$client/build" "$aside"; fi
  # In a shell of its own: a step that fails ends its shell.
  if ! (get_native_client "$1"); then
    [ -d "$aside" ] || exit 70
    rm -rf "$client/build"
    mv "$aside" "$client/build"
    say "The Kafka client stays as it was, without zstd: it can't read what others compress with it."
    return 0
  fi
  rm -rf "$aside"
  # Under zstd's key it would be taken for one that has it, in every clone.
  if [ -n "$zstd" ] && ! reads_zstd; then key=${key%-zstd}; fi
  cache_native_client
}

get_native_client() {
  step 'Getting the native Kafka client: prebuilt, or built from source (1 to 4 minutes, once per user)' \
    'To build it needs g++, make, Python 3 and the headers of OpenSSL and zstd (Debian: apt install g++ make python3 libssl-dev libzstd-dev).' \
    env PATH="$(dirname "$node"):$PATH" CKJS_LINKING=dynamic ${headers:+npm_config_nodedir="$headers"} \
    npm rebuild @confluentinc/kafka-javascript --ignore-scripts=false --foreground-scripts
  if ! loads; then
    "$node" -e 'require(process.argv[1])' "$client" 2>&1 | grep -m 1 Error >&2 || true
    say "The native Kafka client was built but doesn't load. The whole log: $log"
    exit 70
  fi
  reads_zstd || say "The Kafka client was built without zstd and can't read what others compress with it. To have it: apt install libzstd-dev, rm $1/node_modules/.live2vod-stamp, and start again."
}

# What librdkafka's configure asks, in the same way: whether a program that uses it compiles and links.
has_zstd() {
  mkdir -p "$work"
  echo '#include <zstd.h>
    int main(void) { return ZSTD_versionNumber() == 0; }' >"$work/has-zstd.c"
  cc -o "$work/has-zstd" "$work/has-zstd.c" -lzstd >/dev/null 2>&1
}

# Only what is needed at run time: the addon and the library beside it that it looks for by a relative path.
cache_native_client() {
  fresh=$cache/$key.$$
  mkdir -p "$fresh/Release" "$fresh/deps" 2>/dev/null || return 0
  cp "$client"/build/Release/*.node "$fresh/Release/"
  for library in "$client"/build/Release/lib*.so.* "$client"/build/Release/*.dylib; do
    [ ! -f "$library" ] || cp "$library" "$fresh/Release/"
  done
  for library in "$client"/build/deps/lib*.so.* "$client"/build/deps/*.dylib; do
    [ ! -f "$library" ] || cp "$library" "$fresh/deps/"
  done
  # Another run may have been faster; moving onto its folder would move into it.
  if [ -d "$cache/$key" ] || ! mv "$fresh" "$cache/$key" 2>/dev/null; then rm -rf "$fresh"; fi
}
