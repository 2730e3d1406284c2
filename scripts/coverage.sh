#!/usr/bin/env bash
# Runs the tests with V8's own coverage, which child processes write too (tap's test files, the gateways that tests
# start; not those that a test kills), and holds it against the floors. `--report` judges the last run again.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${1:-}" != --report ]; then
  # A file that was deleted stays in dist and would count as never run.
  rm -rf dist coverage
  npm run --silent build
  NODE_V8_COVERAGE="$PWD/coverage/raw" node dist/test/run.js > coverage.tap || { grep -E '^(not ok| +\|)' coverage.tap; rm -f coverage.tap; echo 'coverage: tests failed' >&2; exit 1; }
  tail -n 3 coverage.tap
  rm -f coverage.tap
fi

# `--all` shows files that no test loads, at 0 %. Files of types alone compile to nothing and are left out.
common=(--temp-directory coverage/raw --all --src dist/src --src dist/adapters)
while IFS= read -r file; do
  grep -qvE '^(export \{\};|//.*|/\*.*| \*.*|[[:space:]]*)$' "$file" || common+=(--exclude "$file")
done < <(find dist/src dist/adapters -name '*.js')
all=(--include 'dist/src/**/*.js' --include 'dist/adapters/**/*.js')
strict=(--include 'dist/src/operations/deliver/**/*.js' --include 'dist/src/adapter-kit/**/*.js' --include 'dist/adapters/*/mapping.js' --include 'dist/adapters/*/mapping/**/*.js')

npx --no-install c8 report "${common[@]}" "${all[@]}" --reporter text --reporter lcovonly --reports-dir coverage
failed=0
echo 'floor: 95 % of all lines'
npx --no-install c8 check-coverage "${common[@]}" "${all[@]}" --lines 95 --branches 0 --functions 0 --statements 0 || failed=1
echo 'floor: every line of src/operations/deliver, src/adapter-kit and adapters/*/mapping'
npx --no-install c8 check-coverage "${common[@]}" "${strict[@]}" --lines 100 --branches 0 --functions 0 --statements 0 || failed=1
exit "$failed"
