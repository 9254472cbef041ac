#!/usr/bin/env bash
# Refuses inputs that cannot be meant, before anything is installed or run: status 2, and one line that says which.
set -euo pipefail

number='^[0-9]+(\.[0-9]+)?$'
duration='^([0-9]+(\.[0-9]+)?[hms]?)+$'
commit='^[A-Za-z0-9_.@/][A-Za-z0-9_.@/{}^~+-]*$'
zeros='^0+$'

refuse() {
  local text="$2"
  text="${text//'%'/%25}"
  text="${text//$'\r'/%0D}"
  echo "::error title=codeopt%3A input $1::${text//$'\n'/%0A}"
  exit 2
}

matches() { # NAME VALUE PATTERN EXAMPLE
  [[ -z "$2" || "$2" =~ $3 ]] || refuse "$1" "'$2' cannot be used: write $4"
}

one_of() { # NAME VALUE CHOICE...
  local name="$1" value="$2"
  shift 2
  for choice in "$@"; do
    [[ "$value" == "$choice" ]] && return
  done
  refuse "$name" "'$value' cannot be used: write one of $*"
}

one_line() { # NAME VALUE
  [[ "$2" != *$'\n'* && "$2" != *$'\r'* ]] || refuse "$1" "it has more than one line"
}

known() { # NAME COMMIT
  git -C "$INPUT_PATH" rev-parse --verify --quiet "$2^{commit}" >/dev/null ||
    refuse "$1" "the commit '$2' is not in this checkout: give actions/checkout 'fetch-depth: 0'"
}

one_of sandbox "$INPUT_SANDBOX" auto docker local
one_of all "$INPUT_ALL" true false
one_of comment "$INPUT_COMMENT" true false
matches max-slowdown "$INPUT_MAX_SLOWDOWN" "$number" "a ratio such as 1.03"
matches confidence "$INPUT_CONFIDENCE" '^0?\.[0-9]+$' "a part of one such as 0.99"
matches budget "$INPUT_BUDGET" "$duration" "a duration such as 10s"
matches version "$INPUT_VERSION" '^[0-9][A-Za-z0-9.!+-]*$' "a version such as 0.1.0"
matches python-version "$INPUT_PYTHON_VERSION" '^3\.(1[1-9]|[2-9][0-9])(\.[0-9]+)?$' "3.11 or newer"
one_line benchmark "$INPUT_BENCHMARK"
one_line args "$INPUT_ARGS"
one_line path "$INPUT_PATH"

[[ -n "$INPUT_PYTHON_VERSION" ]] || refuse python-version "it is empty: write 3.11 or newer"
[[ -n "$INPUT_BASE" ]] || refuse base "this event ($GITHUB_EVENT_NAME) names no commit to compare with: set it"
[[ ! "$INPUT_BASE" =~ $zeros ]] || refuse base "this push made a new branch, so there is nothing before it: set it, or check pull requests alone"
matches base "$INPUT_BASE" "$commit" "a branch, a tag or a commit"
[[ -n "$INPUT_HEAD" ]] || refuse head "it is empty: write HEAD for what is checked out"
matches head "$INPUT_HEAD" "$commit" "a branch, a tag or a commit"
[[ "$INPUT_PATH" != -* && -d "$INPUT_PATH" ]] || refuse path "there is no folder '$INPUT_PATH' in $PWD: is actions/checkout a step before this one?"
git -C "$INPUT_PATH" rev-parse --git-dir >/dev/null || refuse path "'$INPUT_PATH' is no git repository that can be read: see the log"
known base "$INPUT_BASE"
known head "$INPUT_HEAD"
