#!/usr/bin/env bash
# Surprise: undici's RetryAgent does not repeat a POST, and rightly so, but it
#   does not hand over the answer either: a 503 to a POST becomes an exception
#   (UND_ERR_REQ_RETRY) after the first try, with no body to read. Without the
#   RetryAgent the same call gives status and body. So to wrap a client "for
#   its GETs" changes what its POSTs see (throwOnError: false brings it back).
# Good guess that was wrong: what is not retried is passed through as it is.
# Package: undici 7.30.2 (npm; the newest line for Node 20)
# Date: 2026-11-28
# Source: found by running; github.com/nodejs/undici issues 3837 and 4080 tell
#   of the lost answer after the last try
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund undici@7.30.2 || { echo "could not install"; exit 2; }
echo "undici $(node -p 'require("undici/package.json").version'), node $(node --version)"

cat >t.mjs <<'JS'
import http from "node:http";
import { Agent, RetryAgent, request } from "undici";
let requests = 0;
const server = http.createServer((req, res) => {
  requests++;
  req.resume();
  res.writeHead(503, { "content-type": "application/json" });
  res.end('{"message":"the pull request is being made"}');
});
await new Promise((r) => server.listen(0, "127.0.0.1", r));
const url = `http://127.0.0.1:${server.address().port}`;

async function post(name, dispatcher) {
  requests = 0;
  let seen;
  try {
    const { statusCode, body } = await request(url, { dispatcher, method: "POST", body: "{}" });
    seen = `${statusCode} ${await body.text()}`;
  } catch (e) {
    seen = `exception ${e.code}`;
  }
  console.log(`POST, ${name}: ${requests} request(s), ${seen}`);
  return { requests, seen };
}
const plain = await post("Agent", new Agent());
const retry = await post("RetryAgent", new RetryAgent(new Agent(), { maxRetries: 2, minTimeout: 50 }));
server.close();
server.closeAllConnections();
const ok = plain.requests === 1 && plain.seen.startsWith("503 {") && retry.requests === 1 && retry.seen === "exception UND_ERR_REQ_RETRY";
process.exit(ok ? 0 : 1);
JS
if node t.mjs; then
    echo "as described: one try, and the answer is lost"
else
    echo "CHANGED: not as described"
    exit 1
fi
