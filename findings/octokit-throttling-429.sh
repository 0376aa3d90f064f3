#!/usr/bin/env bash
# Surprise: @octokit/plugin-throttling does not recognise a plain
#   "429 Too Many Requests" with Retry-After. It looks for the words
#   "secondary rate" in the message, or for x-ratelimit-remaining: 0; without
#   either no hook is called, nothing is waited for, the error goes straight up.
# Good guess that was wrong: 429 + Retry-After is the clearest form of a limit,
#   so onSecondaryRateLimit (or onRateLimit) is called.
# Package: @octokit/plugin-throttling 11.0.5, @octokit/core 7.0.8 (npm)
# Date: 2026-11-28
# Source: found by running; the words it looks for came with
#   github.com/octokit/plugin-throttling.js pull request 438
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @octokit/plugin-throttling@11.0.5 @octokit/core@7.0.8 || { echo "could not install"; exit 2; }
for p in plugin-throttling core; do
    echo "@octokit/$p $(node -p "JSON.parse(fs.readFileSync('node_modules/@octokit/$p/package.json')).version")"
done

cat >t.mjs <<'JS'
import http from "node:http";
import { Octokit } from "@octokit/core";
import { throttling } from "@octokit/plugin-throttling";
const Throttled = Octokit.plugin(throttling);
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

async function ask(name, status, headers, message) {
  let requests = 0;
  const server = http.createServer((req, res) => {
    requests++;
    res.writeHead(status, { ...headers, "content-type": "application/json" });
    res.end(JSON.stringify({ message }));
  });
  await new Promise((r) => server.listen(0, "127.0.0.1", r));
  const hooks = [];
  const hook = (kind) => (after, options, octokit, tries) => {
    hooks.push(`${kind} ${after}s`);
    return tries < 1;
  };
  const octokit = new Throttled({
    baseUrl: `http://127.0.0.1:${server.address().port}`,
    log: quiet,
    throttle: { onRateLimit: hook("primary"), onSecondaryRateLimit: hook("secondary") },
  });
  await octokit.request("GET /x").catch(() => {});
  server.close();
  server.closeAllConnections();
  console.log(`${name}: ${requests} request(s), hooks called: ${hooks.join(", ") || "none"}`);
  return requests;
}
const worded = await ask("403, 'secondary rate limit', retry-after 1", 403, { "retry-after": "1" }, "You have exceeded a secondary rate limit");
const plain = await ask("429, 'Too many requests', retry-after 1", 429, { "retry-after": "1" }, "Too many requests");
process.exit(worded === 2 && plain === 1 ? 0 : 1);
JS
if node t.mjs; then
    echo "as described: the plain 429 is not seen as a limit"
else
    echo "CHANGED: not as described"
    exit 1
fi
