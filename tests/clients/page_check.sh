#!/usr/bin/env bash
# Open a page in a real browser and print its DOM as it stands after its scripts ran.
#
#   tests/clients/page_check.sh URL TEXT      exit code 0 when TEXT is in the DOM, 1 when not, 2 when no page came
#
# LOGGIA_TEST_CHROMIUM names the browser (else: chromium in PATH). The browser speaks to nobody but URL.
set -euo pipefail

(($# == 2)) || {
    sed -n '2,/^set -euo/p' "${BASH_SOURCE[0]}" | sed -n 's/^# \{0,1\}//p' >&2
    exit 64
}
url=$1
text=$2
browser=${LOGGIA_TEST_CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
[[ -n $browser ]] || {
    echo "page_check: no Chromium: run scripts/install" >&2
    exit 2
}

profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT

# No sandbox: the tests may run as root, and the page is our own.
dom=$(HOME="$profile" timeout 60 "$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync --disable-dev-shm-usage \
    --user-data-dir="$profile/data" --virtual-time-budget=10000 --dump-dom "$url" 2>"$profile/log") || {
    echo "page_check: $browser failed on $url" >&2
    tail -n 20 "$profile/log" >&2
    exit 2
}
# A page that could not be loaded is Chromium's own error page.
if [[ -z $dom || $dom == *'id="main-frame-error"'* ]]; then
    echo "page_check: $url could not be loaded" >&2
    exit 2
fi
printf '%s\n' "$dom"
if ! grep -qF -- "$text" <<<"$dom"; then
    echo "page_check: the page does not show: $text" >&2
    exit 1
fi
