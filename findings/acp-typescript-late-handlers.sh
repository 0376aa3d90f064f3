#!/usr/bin/env bash
# Surprise: in the TypeScript ACP SDK the answer to session/prompt is there
#   before the handlers of the session/update messages that came ahead of it
#   have finished, if they wait for anything (a database, a file). So "the
#   turn is over" is seen while updates of that turn are not yet stored. The
#   Python SDK finishes the handlers first.
# Good guess that was wrong: what came first on the wire is through first.
# Package: @agentclientprotocol/sdk 2.4.0 (npm), agent-client-protocol 0.12.1
#   (PyPI)
# Date: 2026-11-28
# Source: found by running; for Python see
#   github.com/agentclientprotocol/python-sdk pull request 129
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @agentclientprotocol/sdk@2.4.0 || { echo "could not install"; exit 2; }
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check agent-client-protocol==0.12.1 || { echo "could not install"; exit 2; }
echo "@agentclientprotocol/sdk $(node -p 'JSON.parse(fs.readFileSync("node_modules/@agentclientprotocol/sdk/package.json")).version')"
echo "agent-client-protocol $(v/bin/python -c 'import importlib.metadata as m; print(m.version("agent-client-protocol"))')"

cat >agent.py <<'PY'
# a small agent: two updates, then the answer to the prompt
import json, sys
def out(**o): print(json.dumps({"jsonrpc": "2.0", **o}), flush=True)
answers = {"initialize": {"protocolVersion": 1, "agentCapabilities": {}}, "session/new": {"sessionId": "s"}, "session/prompt": {"stopReason": "end_turn"}}
for line in sys.stdin:
    m = json.loads(line)
    if m["method"] == "session/prompt":
        for text in ("one", "two"):
            update = {"sessionUpdate": "agent_message_chunk", "content": {"type": "text", "text": text}}
            out(method="session/update", params={"sessionId": "s", "update": update})
    out(id=m["id"], result=answers[m["method"]])
PY
cat >client.mjs <<'JS'
import { spawn } from "node:child_process";
import { Readable, Writable } from "node:stream";
import * as acp from "@agentclientprotocol/sdk";
const agent = spawn("python3", ["agent.py"], { stdio: ["pipe", "pipe", "inherit"] });
const seen = [];
const app = acp.client({ name: "c" }).onNotification(acp.methods.client.session.update, async ({ params }) => {
  await new Promise((r) => setTimeout(r, 200)); // store it somewhere
  seen.push(params.update.content.text);
});
const { initialize, session } = acp.methods.agent;
await app.connectWith(acp.ndJsonStream(Writable.toWeb(agent.stdin), Readable.toWeb(agent.stdout)), async (ctx) => {
  await ctx.request(initialize, { protocolVersion: 1, clientCapabilities: {} });
  const { sessionId } = await ctx.request(session.new, { cwd: process.cwd(), mcpServers: [] });
  const { stopReason } = await ctx.request(session.prompt, { sessionId, prompt: [{ type: "text", text: "hi" }] });
  console.log([...seen, stopReason].join(" "));
});
agent.kill();
process.exit();
JS
cat >client.py <<'PY'
import asyncio, os, sys
import acp
seen = []
class Client(acp.Client):
    async def session_update(self, session_id, update, **kwargs):
        await asyncio.sleep(0.2)
        seen.append(update.content.text)
async def main():
    async with acp.spawn_agent_process(Client(), sys.executable, "agent.py") as (agent, _process):
        await agent.initialize(protocol_version=1)
        session = await agent.new_session(cwd=os.getcwd(), mcp_servers=[])
        result = await agent.prompt(session_id=session.session_id, prompt=[acp.text_block("hi")])
        print(*seen, result.stop_reason)
asyncio.run(main())
PY
ts=$(node client.mjs)
py=$(v/bin/python client.py)
echo "stored when the turn was over, and the turn's end:"
echo "  TypeScript: $ts"
echo "  Python:     $py"
if [ "$ts" = end_turn ] && [ "$py" = "one two end_turn" ]; then
    echo "as described: in TypeScript nothing was stored yet"
else
    echo "CHANGED: not as described"
    exit 1
fi
