#!/bin/sh
# Bundles the console's page into web/dist: `sh page.sh ROOT`.
set -eu
root=$(CDPATH='' cd -- "$1" && pwd)
page=$root/web
log=$root/.live2vod/page.log
fresh=$root/.live2vod/page.$$
# For this user alone, as LIVE2VOD_HOME, which this folder is by default.
(umask 077 && mkdir -p "$root/.live2vod" && : >>"$log")

# shellcheck source=local/node.sh
. "$root/local/node.sh"
node=$(runtime_node "$root" "$(node -v)")
echo 'live2vod: Bundling the page …' >&2
# The bundler takes paths for addresses, in which `#`, `?` and the like end a path: it gets a name without any.
link=$(mktemp -d)
trap 'rm -rf "$link"' EXIT
ln -s "$root" "$link/clone"
# Beside and then moved in, so that a running console never serves half a bundle.
if ! (cd "$root" && "$node" node_modules/vite/bin/vite.js build "$link/clone/web" \
  --config "$page/vite.config.ts" --configLoader native --outDir "$fresh" --emptyOutDir) >"$log" 2>&1; then
  tail -n 15 "$log" >&2
  echo "live2vod: The page could not be bundled. The whole log: $log" >&2
  exit 70
fi
rm -rf "$page/dist"
# Another run may have been faster; moving onto its folder would move into it.
if [ -d "$page/dist" ] || ! mv "$fresh" "$page/dist"; then rm -rf "$fresh"; fi
