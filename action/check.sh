#!/usr/bin/env bash
# Runs the check, fills the job's summary and the outputs, and ends with codeopt's own status.
set -euo pipefail

environment="$RUNNER_TEMP/codeopt-action"
results="$RUNNER_TEMP/codeopt-check"
PATH="$environment/bin:$PATH"
rm -rf "$results"
mkdir -p "$results"

# The base that an event names may be older than the one that was merged for this checkout; then what others changed would be
# laid at this pull request's door. The merge itself knows.
base="$INPUT_BASE"
if [[ -n "$EVENT_HEAD" && "$base" == "$EVENT_BASE" && "$INPUT_HEAD" == HEAD ]]; then
  if [[ "$(git -C "$INPUT_PATH" rev-parse --verify --quiet HEAD^2 || true)" == "$EVENT_HEAD" ]]; then
    base="$(git -C "$INPUT_PATH" rev-parse --verify HEAD^1)"
  fi
fi

words=(check "$INPUT_PATH" --base "$base" --head "$INPUT_HEAD" --sandbox "$INPUT_SANDBOX" --annotations)
words+=(--json "$results/check.json" --markdown "$results/check.md" --junit "$results/check.xml")
[[ -z "$INPUT_BENCHMARK" ]] || words+=(--benchmark "$INPUT_BENCHMARK")
[[ -z "$INPUT_MAX_SLOWDOWN" ]] || words+=(--max-slowdown "$INPUT_MAX_SLOWDOWN")
[[ -z "$INPUT_BUDGET" ]] || words+=(--budget "$INPUT_BUDGET")
[[ "$INPUT_ALL" != true ]] || words+=(--all)
[[ -z "$INPUT_CONFIDENCE" ]] || export CODEOPT_CONFIDENCE="$INPUT_CONFIDENCE"
if [[ -n "$INPUT_ARGS" ]]; then
  # Words as a shell splits them, and nothing else that a shell would do with them.
  further="$(python3 -c 'import shlex, sys; print("\n".join(shlex.split(sys.argv[1])))' "$INPUT_ARGS" 2>/dev/null)" || {
    echo "::error title=codeopt%3A input args::a quote is not closed"
    exit 2
  }
  mapfile -t more <<<"$further"
  words+=("${more[@]}")
fi

status=0
codeopt "${words[@]}" || status=$?

outcome=""
if [[ -s "$results/check.json" ]]; then
  outcome="$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1], encoding="utf-8"))["outcome"])' "$results/check.json")"
fi
if [[ ! -s "$results/check.md" ]]; then
  printf '%s\n\n' '<!-- codeopt-check -->' '## codeopt check: not finished' "It ended with status $status and without a result: the job's log says why." >"$results/check.md"
fi
cat "$results/check.md" >>"$GITHUB_STEP_SUMMARY"
{
  echo "outcome=$outcome"
  echo "json=$results/check.json"
  echo "junit=$results/check.xml"
  echo "markdown=$results/check.md"
} >>"$GITHUB_OUTPUT"
exit "$status"
