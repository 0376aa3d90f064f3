#!/usr/bin/env bash
# Surprise: @octokit/plugin-retry never looks at Retry-After. After a 503 that
#   says "Retry-After: 6" it is back after 1 second, then after 4 (the square
#   of the number of the try), for POST as for GET.
# Good guess that was wrong: a retry plugin waits at least as long as the
#   server's own Retry-After says.
# Package: @octokit/plugin-retry 8.1.1, @octokit/core 7.0.8 (npm)
# Date: 2026-11-28
# Source: found by running
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @octokit/plugin-retry@8.1.1 @octokit/core@7.0.8 || { echo "could not install"; exit 2; }
for p in plugin-retry core; do
    echo "@octokit/$p $(node -p "JSON.parse(fs.readFileSync('node_modules/@octokit/$p/package.json')).version")"
done

cat >t.mjs <<'JS'
import http from "node:http";
import { Octokit } from "@octokit/core";
import { retry } from "@octokit/plugin-retry";
const Retrying = Octokit.plugin(retry);
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

async function gaps(method) {
  const at = [];
  const server = http.createServer((req, res) => {
    req.resume();
    at.push(Date.now());
    // busy twice, then well
    res.writeHead(at.length < 3 ? 503 : 200, { "retry-after": "6", "content-type": "application/json" });
    res.end("{}");
  });
  await new Promise((r) => server.listen(0, "127.0.0.1", r));
  const octokit = new Retrying({ baseUrl: `http://127.0.0.1:${server.address().port}`, log: quiet });
  await octokit.request(`${method} /x`);
  server.close();
  server.closeAllConnections();
  return at.slice(1).map((t, i) => (t - at[i]) / 1000);
}
let early = true;
for (const method of ["GET", "POST"]) {
  const seen = await gaps(method);
  console.log(`${method}, 503 with Retry-After: 6 twice: came back after ${seen.map((s) => s.toFixed(1)).join(" s and ")} s`);
  early &&= seen.length === 2 && seen.every((s) => s < 5.9);
}
process.exit(early ? 0 : 1);
JS
if node t.mjs; then
    echo "as described: Retry-After is not heeded"
else
    echo "CHANGED: not as described"
    exit 1
fi
