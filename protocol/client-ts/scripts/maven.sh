#!/bin/sh
# What Maven calls: `check` builds and tests the client, `browser` tests it in Chromium against the jar.
set -eu
cd "$(dirname "$0")/.."

lacks() {
  echo "The TypeScript client is built and tested with Node.js 20 or newer and npm; $1." >&2
  echo "Install them, or leave the client out: mvn -Pno-node verify" >&2
  exit 1
}
command -v node >/dev/null 2>&1 || lacks "there is no node here"
command -v npm >/dev/null 2>&1 || lacks "there is no npm here"
node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' || lacks "this is $(node --version)"

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
    # Built by `check` a moment ago, unless only this is run.
    if [ ! -f dist/index.js ] || [ -n "$(find src -newer dist/index.js -print -quit)" ]; then
      npm run --silent build
    fi
    VITEST_REPORT="$reports/browser.xml" npm run --silent browser
    ;;
  *)
    echo "check or browser?" >&2
    exit 2
    ;;
esac
