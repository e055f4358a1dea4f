#!/bin/sh
# Builds echarts.min.js, beside this file, from the versions that package.json names.
# Needs npm; hashwatt itself does not: the built file is committed.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$here/entry.js" "$here/lang-kz.js" "$work/"
cd "$work"
npm install --no-audit --no-fund --no-package-lock --ignore-scripts
node_modules/.bin/esbuild entry.js --bundle --minify --format=iife --global-name=echarts \
  --target=es2018 --charset=utf8 --legal-comments=none \
  --define:process.env.NODE_ENV='"production"' \
  --banner:js="/*! Apache ECharts $(node -p 'require("./node_modules/echarts/package.json").version'), Apache-2.0; zrender $(node -p 'require("./node_modules/zrender/package.json").version'), BSD-3-Clause; tslib $(node -p 'require("./node_modules/tslib/package.json").version'), 0BSD. See vendor/README.md. */" \
  --outfile=echarts.min.js
# A script element ends at this text, wherever it stands.
if grep -q '</script' echarts.min.js; then echo "the bundle closes its script element" >&2; exit 1; fi
mkdir -p "$here/licences"
cp node_modules/echarts/LICENSE "$here/licences/echarts-LICENSE.txt"
cp node_modules/echarts/NOTICE "$here/licences/echarts-NOTICE.txt"
for file in node_modules/echarts/licenses/*; do cp "$file" "$here/licences/echarts-$(basename "$file").txt"; done
cp node_modules/zrender/LICENSE "$here/licences/zrender-LICENSE.txt"
cp node_modules/tslib/LICENSE.txt "$here/licences/tslib-LICENSE.txt"
for file in "$here"/licences/*.txt; do
  text=$(tr -d '\r' < "$file" | sed 's/[ \t]*$//')
  printf '%s\n' "$text" > "$file"
done
cp echarts.min.js "$here/echarts.min.js"
wc -c "$here/echarts.min.js"
