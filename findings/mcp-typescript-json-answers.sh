#!/usr/bin/env bash
# Surprise: with enableJsonResponse an MCP server written with the TypeScript
#   SDK sends its progress notifications nowhere, and sending them still
#   succeeds. A client that keeps a long call alive by progress
#   (resetTimeoutOnProgress) gives up on it, while the same tool over the
#   default event stream is waited for.
# Good guess that was wrong: the option changes the form of the answer only;
#   progress still reaches the client.
# Package: @modelcontextprotocol/sdk 1.32.2, zod 4.1.12 (npm)
# Date: 2026-11-28
# Source: github.com/modelcontextprotocol/typescript-sdk issue 866 (meant so,
#   pull request 1309); what it does to the time-out was found by running
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @modelcontextprotocol/sdk@1.32.2 zod@4.1.12 || { echo "could not install"; exit 2; }
echo "@modelcontextprotocol/sdk $(node -p 'JSON.parse(fs.readFileSync("node_modules/@modelcontextprotocol/sdk/package.json")).version')"

cat >t.mjs <<'JS'
import http from "node:http";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));

async function longCall(enableJsonResponse) {
  const server = new McpServer({ name: "s", version: "1" });
  let sent = 0;
  server.registerTool("long", { inputSchema: {} }, async (_args, { _meta, sendNotification }) => {
    for (let progress = 1; progress <= 4; progress++) {
      await sleep(400);
      await sendNotification({ method: "notifications/progress", params: { progressToken: _meta.progressToken, progress } });
      sent++;
    }
    return { content: [{ type: "text", text: "done" }] };
  });
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => "session", enableJsonResponse });
  await server.connect(transport);
  const listener = http.createServer((req, res) => transport.handleRequest(req, res));
  await new Promise((r) => listener.listen(0, "127.0.0.1", r));
  const client = new Client({ name: "c", version: "1" });
  await client.connect(new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${listener.address().port}/`)));
  let got = 0;
  const result = await client
    .callTool({ name: "long", arguments: {} }, undefined, { timeout: 1000, resetTimeoutOnProgress: true, onprogress: () => got++ })
    .then((r) => r.content[0].text, (e) => `error ${e.code}`);
  await sleep(1200); // let the tool run to its end
  console.log(`enableJsonResponse ${enableJsonResponse}: ${result}; progress sent ${sent}, received ${got}`);
  await client.close();
  listener.close();
  listener.closeAllConnections();
  return { result, sent, got };
}
const stream = await longCall(false);
const json = await longCall(true);
const ok = stream.result === "done" && stream.got === 4 && json.result === "error -32001" && json.sent > 0 && json.got === 0;
process.exit(ok ? 0 : 1);
JS
if node t.mjs; then
    echo "as described: the progress is lost, and with it the call"
else
    echo "CHANGED: not as described"
    exit 1
fi
