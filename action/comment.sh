#!/usr/bin/env bash
# Writes the result into one comment on the pull request, the same one each time. Never fails: the summary holds the result as well.
set -euo pipefail

leave() {
  echo "codeopt: no comment, as $1; the job's summary holds the result"
  exit 0
}

[[ "$INPUT_COMMENT" == true ]] || leave "none is wanted"
[[ "$PULL_REQUEST" =~ ^[0-9]+$ ]] || leave "this is no pull request"
[[ -n "${GH_TOKEN:-}" ]] || leave "there is no token"
command -v gh >/dev/null || leave "gh is not installed"

comments="repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
# Only the token's own comments: a comment of somebody else that begins alike is not touched.
mine='.[] | select(.user.login == "github-actions[bot]" and (.body | startswith("<!-- codeopt-check -->"))) | .id'
found="$(gh api --paginate "$comments?per_page=100" --jq "$mine")" || leave "the token may not read comments"
first="${found%%$'\n'*}"
if [[ -n "$first" ]]; then
  gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$first" -F "body=@$MARKDOWN" || leave "the token may not write comments"
else
  gh api --silent --method POST "$comments" -F "body=@$MARKDOWN" || leave "the token may not write comments (that of a fork never may)"
fi
