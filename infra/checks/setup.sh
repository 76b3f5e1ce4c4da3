#!/bin/sh
# Makes .venv/checks with exactly what requirements-checks.txt locks: what those programs need contradicts what runs
# in .venv. Again only when the lock changed.
set -eu
cd "$(dirname "$0")/../.."

stamp=.venv/checks/lock
lock=$(cksum <requirements-checks.txt)
[ "$(cat "$stamp" 2>/dev/null)" = "$lock" ] && exit 0

printf 'Setting up .venv/checks …\n' >&2
log=.venv/checks.log
{
    .venv/bin/uv --no-config venv --quiet --clear --python .venv/bin/python .venv/checks &&
        .venv/bin/uv --no-config pip sync --quiet --python .venv/checks/bin/python --require-hashes requirements-checks.txt
} >"$log" 2>&1 || {
    printf 'The programs that check could not be installed: see %s; most often the network is missing.\n' "$(pwd)/$log" >&2
    exit 1
}
printf '%s\n' "$lock" >"$stamp"
