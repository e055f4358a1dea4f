#!/usr/bin/env bash
# Executes the notebooks on a fresh run of the sample, in a virtual environment of their own.
# Needs python3 with its venv module (Debian: python3-venv); everything else it installs under target/.
#
#   notebooks/check.sh             check only: the notebooks stay as they are
#   notebooks/check.sh --update    write the outputs into the notebooks
#
# A check tries one seed with the dev build; an update twenty, with the release build.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
venv=$target/notebooks-venv
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv"
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r notebooks/requirements.txt

# The dev build is there after the tests.
cargo run --quiet -- detect pipelines/sample.toml --out "$work/sample" > "$work/list.txt"

program=$(realpath "$target/debug/hashwatt") seeds=1
if [ "${1:-}" = "--update" ]; then
    cargo build --quiet --release
    program=$(realpath "$target/release/hashwatt") seeds=20
fi

for notebook in notebooks/*.ipynb; do
    out=$work/$(basename "$notebook")
    if [ "${1:-}" = "--update" ]; then
        out=$notebook
    fi
    HASHWATT=$program HASHWATT_SEEDS=$seeds HASHWATT_RUN=$work/sample "$venv/bin/python" notebooks/execute.py "$notebook" "$out"
done
