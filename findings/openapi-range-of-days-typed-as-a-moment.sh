#!/usr/bin/env bash
# Surprise: GitHub's description of its REST API types the filter `created` of
#   both lists of workflow runs as one moment (format date-time), while the same
#   line says that it takes a range in the syntax of GitHub's search. None of the
#   ranges that syntax has (a bound, two ends, a plain day) is valid by the type;
#   only what is no range is. A client that checks what it sends against the
#   description cannot ask for "since", and a typed client takes a date there.
# Good guess that was wrong: the filter is a plain string, as such ranges are
#   elsewhere in the description.
# Package: @octokit/openapi 23.0.2, ajv 8.20.0, ajv-formats 3.0.1 (npm)
# Date: 2026-11-30
# Source: found by running; the ranges are those of docs.github.com,
#   "Understanding the search syntax", query for dates
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund ajv@8.20.0 ajv-formats@3.0.1 || { echo "could not install"; exit 2; }
# The package unpacks to 390 MB; one file of it is read.
npm pack --silent @octokit/openapi@23.0.2 >/dev/null || { echo "could not install"; exit 2; }
tar -xzf octokit-openapi-*.tgz --strip-components=1 package/generated/api.github.com.json
version() { node -p "JSON.parse(fs.readFileSync('node_modules/$1/package.json')).version"; }
echo "ajv $(version ajv), ajv-formats $(version ajv-formats), $(ls octokit-openapi-*.tgz)"

cat >t.cjs <<'JS'
const fs = require("node:fs");
const Ajv = require("ajv").default;
const formats = require("ajv-formats").default;
const description = JSON.parse(fs.readFileSync("generated/api.github.com.json"));
const ajv = new Ajv({ strict: false });
formats(ajv);
const ranges = [">=2026-11-01T00:00:00Z", "2026-11-01..2026-11-30", "<2026-11-01", "2026-11-01"];
const moment = "2026-11-01T00:00:00Z";
let lists = 0, asFound = 0;
for (const [path, operations] of Object.entries(description.paths)) {
  for (const listed of operations.get?.parameters ?? []) {
    const parameter = listed.$ref ? description.components.parameters[listed.$ref.split("/").pop()] : listed;
    if (parameter.name !== "created") continue;
    lists++;
    const valid = ajv.compile(parameter.schema);
    const taken = ranges.filter((range) => valid(range));
    const says = /date-time range/.test(parameter.description);
    if (says && taken.length === 0 && valid(moment)) asFound++;
    console.log(`get ${path}: ${JSON.stringify(parameter.schema)}, says it is a range: ${says}, ranges that are valid: ${taken.length} of ${ranges.length}, a moment: ${valid(moment)}`);
  }
}
process.exit(lists === 2 && asFound === 2 ? 0 : 1);
JS
node t.cjs
