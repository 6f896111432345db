#!/bin/sh
# What Maven calls: `check` builds and tests the client, `browser` tests it in Chromium against the jar.
set -eu
cd "$(dirname "$0")/.."

for tool in node npm; do
  if ! command -v "$tool" >/dev/null 2>&1; then
    echo "The TypeScript client is tested with $tool, which isn't on this machine." >&2
    echo "Install Node.js 18 or newer with npm, or leave the client out: mvn -Pno-node verify" >&2
    exit 1
  fi
done

# Installed again only when the lock file has changed.
if ! cmp -s package-lock.json node_modules/.installed-lock.json; then
  npm ci --no-fund --no-audit --loglevel=error
  cp package-lock.json node_modules/.installed-lock.json
fi

reports="${2:-../target}/vitest-reports"
mkdir -p "$reports"
case "$1" in
  check) VITEST_REPORT="$reports/client.xml" npm run --silent check ;;
  browser)
    npm run --silent build
    VITEST_REPORT="$reports/browser.xml" npm run --silent browser
    ;;
  *)
    echo "check or browser?" >&2
    exit 2
    ;;
esac
