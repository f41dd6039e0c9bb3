#!/bin/sh
# Makes .venv with lineage in it: `sh install.sh` to use it, `sh install.sh test` to run its tests as well.
# Needs Python 3.11 to 3.13. As root on Debian or Ubuntu it installs what is missing by apt; elsewhere it says what is.
set -eu
cd "$(dirname "$0")"

python=""
for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "install.sh: no Python 3.11, 3.12 or 3.13 found; set PYTHON to one" >&2
    exit 2
fi

root=""
if [ "$(id -u)" = 0 ]; then root="env"; elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then root="sudo"; fi
apt_install() {
    command -v apt-get >/dev/null 2>&1 && [ -n "$root" ] || return 1
    [ -n "${apt_updated:-}" ] || { $root apt-get update -qq >/dev/null 2>&1 || return 1; apt_updated=1; }
    $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1
}

if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c 'import pip' 2>/dev/null; then
    rm -rf .venv
    # Debian's python3 cannot make an environment with pip in it without the package python3-venv.
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        apt_install "python$version-venv" || apt_install python3-venv || {
            echo "install.sh: this Python cannot make a virtual environment; install python3-venv and run again" >&2
            exit 2
        }
    fi
    "$python" -m venv .venv
fi

# A picture with Chinese text wants graphviz and a Chinese font; without root the wheel of pygraphviz draws, and SVG needs no font.
if ! command -v dot >/dev/null 2>&1 || ! fc-list :lang=zh 2>/dev/null | grep -q .; then
    apt_install graphviz fontconfig fonts-noto-cjk || echo "install.sh: graphviz and a Chinese font are not installed; pictures are drawn by the pygraphviz wheel" >&2
fi

export PIP_DISABLE_PIP_VERSION_CHECK=1
if [ "${1:-}" = test ]; then
    # The report is looked at in a real browser; where there is none, and none can be had, those tests say so and are skipped.
    if ! command -v chromium >/dev/null 2>&1 && ! command -v google-chrome >/dev/null 2>&1; then
        apt_install chromium poppler-utils || echo "install.sh: no Chromium; the tests of the report in a browser are skipped" >&2
    fi
    if ! ldconfig -p 2>/dev/null | grep -q 'libatomic\.so\.1'; then
        apt_install libatomic1 || echo "install.sh: no libatomic1, which the browser's driver needs; those tests are skipped" >&2
    fi
    .venv/bin/python -m pip install -q --upgrade "pip>=25.1"
    .venv/bin/python -m pip install -q -e ".[render,zstd,fast,sdk,instrument,ledger,cel,evidence,documents]" \
        --group test --group instrumentations --group lint -r examples/gateway/requirements.txt
else
    .venv/bin/python -m pip install -q ".[render,zstd]"
fi
echo "installed: .venv/bin/lineage"
