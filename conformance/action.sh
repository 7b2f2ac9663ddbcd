#!/usr/bin/env bash
# What the GitHub Action runs: annotations to the log, a summary to the job's page, files where they are asked for.
set -uo pipefail

lines() { # Reads one argument a line into the array `found`, leaving out empty ones.
  found=()
  while IFS= read -r line; do
    [[ -n $line ]] && found+=("$line")
  done <<<"$1"
}

arguments=(--fail-on "$FAIL_ON" --undecided "$UNDECIDED")
[[ -n ${ACCEPT:-} ]] && arguments+=(--accept "$ACCEPT")
[[ -n ${REPAIRS:-} ]] && arguments+=(--repairs "$REPAIRS")
lines "${POLICY:-}"
for switch in ${found[@]+"${found[@]}"}; do arguments+=(--policy "$switch"); done
lines "${ARGUMENTS:-}"
arguments+=(${found[@]+"${found[@]}"})

report() { "$CONFORM" diff "${arguments[@]}" --format "$@" -- "$BASE" "$REVISION"; }

report github
code=$?
# A document that cannot be read has been named already; the other formats would only say so again.
if ((code == 0 || code == 1 || code == 4)); then
  [[ -n ${GITHUB_STEP_SUMMARY:-} ]] && report markdown >>"$GITHUB_STEP_SUMMARY"
  [[ -n ${SARIF:-} ]] && report sarif --output "$SARIF"
  [[ -n ${HTML:-} ]] && report html --output "$HTML"
fi
exit "$code"
