#!/usr/bin/env bash
# Surprise: gray-matter keeps a text in its cache BEFORE it has parsed it. Bad
#   front matter throws the first time; the second call with the same text
#   throws nothing and gives no data, with the raw "---" block as content. So
#   whatever reads a file twice (check, then use) misses the error.
# Good guess that was wrong: the same bad text throws every time.
# Package: gray-matter 4.0.3 (npm)
# Date: 2026-11-28
# Source: github.com/jonschlinkert/gray-matter issues 121 and 166 (open)
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund gray-matter@4.0.3 || { echo "could not install"; exit 2; }
echo "gray-matter $(node -p 'require("gray-matter/package.json").version')"

cat >t.cjs <<'JS'
const matter = require("gray-matter");
const text = "---\nrole: [review\n---\nLook at the change.\n"; // the bracket is left open
function read(...options) {
  try {
    const { data, content } = matter(text, ...options);
    return `no error, data ${JSON.stringify(data)}, content ${JSON.stringify(content)}`;
  } catch (e) {
    return `throws ${e.name}`;
  }
}
const first = read();
const second = read();
const uncached = read({}); // any options switch the cache off
console.log(`1st call:             ${first}`);
console.log(`2nd call:             ${second}`);
console.log(`with options, no cache: ${uncached}`);
const good = first.startsWith("throws") && second.startsWith("no error, data {}") && uncached.startsWith("throws");
process.exit(good ? 0 : 1);
JS
if node t.cjs; then
    echo "as described: the error is reported once only"
else
    echo "CHANGED: not as described"
    exit 1
fi
