#!/usr/bin/env bash
# Surprise: wherever GitHub's description of its REST API offers a choice
#   (oneOf) for an error answer, an ordinary error fits more than one of the
#   choices, and so none as the word has it: three of three (a conflict when a
#   file is written, a blob and an organization that are refused). The other
#   shapes require no field, so that a message alone is all of them. A client
#   that checks answers against the description refuses GitHub's plain errors
#   there, and a union type made from it cannot tell its members apart.
# Good guess that was wrong: an error with message, documentation_url and status
#   fits exactly one choice everywhere.
# Package: @octokit/openapi 23.0.2, ajv 8.20.0 (npm)
# Date: 2026-11-30
# Source: found by running; "exactly one" is
#   json-schema.org/draft/2020-12/json-schema-core, 10.2.1.3
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund ajv@8.20.0 || { echo "could not install"; exit 2; }
# The package unpacks to 390 MB; one file of it is read.
npm pack --silent @octokit/openapi@23.0.2 >/dev/null || { echo "could not install"; exit 2; }
tar -xzf octokit-openapi-*.tgz --strip-components=1 package/generated/api.github.com.json
echo "ajv $(node -p "JSON.parse(fs.readFileSync('node_modules/ajv/package.json')).version"), $(ls octokit-openapi-*.tgz)"

cat >t.cjs <<'JS'
const fs = require("node:fs");
const Ajv = require("ajv").default;
const description = JSON.parse(fs.readFileSync("generated/api.github.com.json"));
const noise = new Set(["description", "example", "examples", "externalDocs", "format", "nullable", "title"]);
function resolved(schema) {
  if (Array.isArray(schema)) return schema.map(resolved);
  if (schema === null || typeof schema !== "object") return schema;
  if (schema.$ref) {
    const [kind, name] = schema.$ref.split("/").slice(2);
    return resolved(description.components[kind][name]);
  }
  const kept = Object.entries(schema).filter(([key]) => !noise.has(key));
  return Object.fromEntries(kept.map(([key, value]) => [key, resolved(value)]));
}

const ajv = new Ajv({ strict: false });
const error = { message: "Validation Failed", documentation_url: "https://docs.github.com/rest", status: "409" };
let choices = 0, severalFit = 0;
for (const [path, operations] of Object.entries(description.paths)) {
  for (const [method, operation] of Object.entries(operations)) {
    for (const [code, answer] of Object.entries(operation.responses ?? {})) {
      const schema = resolved(answer).content?.["application/json"]?.schema;
      if (!/^[45]/.test(code) || !schema?.oneOf) continue;
      choices++;
      const fits = schema.oneOf.filter((choice) => ajv.compile(choice)(error)).length;
      const whole = ajv.compile(schema)(error);
      if (fits > 1 && !whole) severalFit++;
      console.log(`${method} ${path} ${code}: an ordinary error fits ${fits} of ${schema.oneOf.length} choices, as a whole: ${whole}`);
    }
  }
}
console.log(`${choices} error answers with a choice, in ${severalFit} of them an ordinary error is refused`);
process.exit(choices >= 3 && severalFit === choices ? 0 : 1);
JS
node t.cjs
