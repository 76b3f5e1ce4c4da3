#!/bin/sh
# Sees each program of secure.sh refuse something broken, for its reason: one that finds nothing could be one that looks
# at nothing.
set -eu
cd "$(dirname "$0")/../.."

broken=infra/checks/broken

# refuses "WORD …" PROGRAM …: it exits with a failure and says each of those words.
refuses() {
    words=$1
    shift
    said=$("$@" 2>&1) && stop "$words" "$*" "$said"
    for word in $words; do
        printf '%s' "$said" | grep -q -e "$word" || stop "$word" "$*" "$said"
    done
}

stop() {
    printf 'A check no longer refuses what is broken (%s was expected of %s):\n%s\n' "$@" >&2
    exit 1
}

refuses "Colour" .venv/checks/bin/python -m infra.checks.translate $broken/unknown-property.yaml build/broken.json
refuses "Handler" .venv/checks/bin/python -m infra.checks.translate $broken/no-handler.yaml build/broken.json
refuses "NightlyDaily" .venv/checks/bin/python -m infra.checks.translate $broken/unnamed-schedule.yaml build/broken.json
refuses "E3002 W2533 E3003" .venv/bin/cfn-lint $broken/unknown-property.yaml $broken/no-handler.yaml $broken/result.yaml
refuses "CKV_AWS_53" .venv/checks/bin/checkov --config-file .checkov.yaml --file $broken/result.yaml
printf 'eval(input())\n' | refuses "B307" .venv/checks/bin/bandit --quiet --configfile pyproject.toml -
