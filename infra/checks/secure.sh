#!/bin/sh
# Looks at the package in build/ as AWS will see it, and at our code. Nothing here needs network.
set -eu
cd "$(dirname "$0")/../.."

infra/checks/selftest.sh
.venv/checks/bin/python -m infra.checks.translate build/app.yaml build/translated.json
.venv/bin/cfn-lint infra/data.yaml build/app.yaml
# The translator has put parameters' values in place of some references, as it does on AWS: W2001 is a parameter unused.
.venv/bin/cfn-lint --ignore-checks W2001 -- build/translated.json
# It exits with 0 when nothing but the reasoned skips of .checkov.yaml is left.
.venv/checks/bin/checkov --config-file .checkov.yaml --file infra/data.yaml build/translated.json
.venv/checks/bin/bandit --quiet --configfile pyproject.toml --recursive app.py chalicelib infra examples
printf 'The SAM translator, cfn-lint, checkov and bandit find nothing.\n'
