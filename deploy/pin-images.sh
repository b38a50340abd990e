#!/bin/sh
# Pins the images of docker-compose.yml and the Dockerfile by digest, so that a tag that is moved changes nothing here.
#   sh deploy/pin-images.sh          asks the registries, writes deploy/images.lock.yml
#   sh deploy/pin-images.sh --check  asks again: exit status 1 where a tag is another image by now
# Then: docker compose -f docker-compose.yml -f deploy/images.lock.yml up
# Needs Docker with buildx. The file isn't shipped: only the registry knows the digests.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd -P)
lock=$root/deploy/images.lock.yml
fresh=$lock.$$
trap 'rm -f "$fresh"' EXIT

pinned() {
  digest=$(docker buildx imagetools inspect --format '{{.Manifest.Digest}}' "$1")
  case $digest in
    sha256:????????????????????????????????????????????????????????????????) echo "$1@$digest" ;;
    *)
      echo "pin-images: no digest for $1: $digest" >&2
      exit 1
      ;;
  esac
}

{
  echo '# Written by deploy/pin-images.sh.'
  node_image=$(sed -n 's/^ARG NODE_IMAGE=//p' "$root/Dockerfile")
  node_pinned=$(pinned "$node_image")
  echo 'services:'
  # Two blanks: a service; four: its image.
  sed -n '/^services:/,/^[a-z]*:$/{s/^  \([a-z]*\):$/service \1/p;s/^    image: \(.*\)$/image \1/p;s/^    <<: \*live2vod$/image live2vod/p;}' \
    "$root/docker-compose.yml" |
    while read -r kind value; do
      if [ "$kind" = service ]; then
        service=$value
      elif [ "$value" = live2vod ]; then
        printf '  %s: { build: { args: { NODE_IMAGE: "%s" } } }\n' "$service" "$node_pinned"
      else
        image=$(pinned "$value")
        printf '  %s: { image: "%s" }\n' "$service" "$image"
      fi
    done
} >"$fresh"

if [ "${1:-}" = --check ]; then
  if diff "$lock" "$fresh"; then
    echo 'every tag is the image that is pinned' >&2
  else
    echo 'pin-images: a tag is another image by now; look at why before you pin it anew' >&2
    exit 1
  fi
else
  mv "$fresh" "$lock"
  echo "pinned in $lock" >&2
fi
