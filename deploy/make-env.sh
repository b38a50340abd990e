#!/bin/sh
# Makes .env for docker-compose.yml: a password or token of its own for each that is needed. `sh deploy/make-env.sh [FILE]`
# A file that is there stays as it is: its passwords are in the volumes by then.
set -eu
file=${1:-.env}
if [ -e "$file" ]; then
  echo "$file is there already and stays as it is" >&2
  exit 0
fi
umask 077
secret() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
for name in CLICKHOUSE_WRITER_PASSWORD CLICKHOUSE_READER_PASSWORD CLICKHOUSE_GRAFANA_PASSWORD GRAFANA_ADMIN_PASSWORD \
  CONSOLE_READ_TOKEN CONSOLE_TOKEN; do
  echo "$name=$(secret)"
done >"$file.$$"
mv "$file.$$" "$file"
echo "$file has new passwords and tokens" >&2
