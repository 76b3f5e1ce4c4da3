#!/bin/sh
# Makes .venv with exactly what the locks name. Done again only when a lock or the interpreter changed.
set -eu
cd "$(dirname "$0")/.."

stop() {
    printf '%s\n' "$1" >&2
    exit 1
}

stamp=.venv/locks
locks=$(cat requirements-uv.txt requirements-dev.txt | cksum)
if [ "$(cat "$stamp" 2>/dev/null)" = "$locks" ] && .venv/bin/python -c '' 2>/dev/null; then
    exit 0
fi

new_enough='import sys; sys.exit(sys.version_info < (3, 11))'
for python in "${PYTHON:-python3}" python3.13 python3.12 python3.11 none; do
    "$python" -c "$new_enough" 2>/dev/null && break
done
[ "$python" != none ] || stop "Python 3.11 or newer is missing: install it, or name it with PYTHON=/path/to/python3."
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    stop "python3-venv is missing: install it (on Debian and Ubuntu: apt-get install python3-venv) and try again."
mkdir -p .venv 2>/dev/null && [ -w .venv ] || stop "No write access to $(pwd): make it yours, or work on a copy that is."

printf 'Setting up .venv …\n' >&2
"$python" -m venv --clear .venv >/dev/null 2>&1 || stop "No .venv could be made in $(pwd): is the disk full, or read-only?"
log=.venv/setup.log
{
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.txt &&
        .venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes requirements-uv.txt requirements-dev.txt
} >"$log" 2>&1 || stop "The packages could not be installed: see $(pwd)/$log; most often the network is missing."
printf '%s\n' "$locks" >"$stamp"
