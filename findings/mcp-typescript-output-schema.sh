#!/usr/bin/env bash
# Surprise: the TypeScript MCP client checks a tool's result against the
#   tool's outputSchema only if the tools were listed before on that client.
#   The very same bad result is handed over without a word before listTools()
#   and is an error (-32602) after it.
# Good guess that was wrong: callTool always checks, or never does.
# Package: @modelcontextprotocol/sdk 1.32.2 (npm)
# Date: 2026-11-28
# Source: found by running; that the checks are filled by listTools() is told
#   in github.com/modelcontextprotocol/typescript-sdk issue 2612
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @modelcontextprotocol/sdk@1.32.2 || { echo "could not install"; exit 2; }
echo "@modelcontextprotocol/sdk $(node -p 'JSON.parse(fs.readFileSync("node_modules/@modelcontextprotocol/sdk/package.json")).version')"

cat >t.mjs <<'JS'
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";

const outputSchema = { type: "object", properties: { count: { type: "integer" } }, required: ["count"] };
const server = new Server({ name: "s", version: "1" }, { capabilities: { tools: {} } });
server.setRequestHandler(ListToolsRequestSchema, () => ({
  tools: [{ name: "count", inputSchema: { type: "object" }, outputSchema }],
}));
server.setRequestHandler(CallToolRequestSchema, () => ({
  content: [{ type: "text", text: "seven" }],
  structuredContent: { count: "seven" }, // a text where the schema wants a number
}));

const client = new Client({ name: "c", version: "1" });
const [here, there] = InMemoryTransport.createLinkedPair();
await Promise.all([server.connect(there), client.connect(here)]);
const call = () => client.callTool({ name: "count" }).then(
  (r) => `taken: ${JSON.stringify(r.structuredContent)}`,
  (e) => `refused: ${e.code}`,
);
const before = await call();
await client.listTools();
const after = await call();
console.log(`before listTools(): ${before}`);
console.log(`after listTools():  ${after}`);
await client.close();
process.exit(before.startsWith("taken") && after.startsWith("refused") ? 0 : 1);
JS
if node t.mjs; then
    echo "as described: the check depends on whether the tools were listed"
else
    echo "CHANGED: not as described"
    exit 1
fi
