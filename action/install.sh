#!/usr/bin/env bash
# Installs codeopt into an environment of its own, which sees what earlier steps installed: the local sandbox runs on it.
set -euo pipefail

environment="$RUNNER_TEMP/codeopt-action"
python -m venv --system-site-packages "$environment"
if [[ -n "$INPUT_VERSION" ]]; then
  what="codeopt==$INPUT_VERSION"
else
  what="$GITHUB_ACTION_PATH"
fi
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check "$what"
