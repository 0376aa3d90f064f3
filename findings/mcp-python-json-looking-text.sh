#!/usr/bin/env bash
# Surprise: an MCP tool in Python whose parameter is `str | None` cannot be
#   given a text that happens to be a JSON object or list: the SDK parses it
#   before validation and then refuses it as "not a string". The text "null"
#   silently becomes None. The same parameter as plain `str` takes all three.
# Good guess that was wrong: `str | None` takes any text, as its published
#   schema ({"type": "string"} or null) says.
# Package: mcp 2.3.0 (PyPI), Python 3.11
# Date: 2026-11-28
# Source: github.com/modelcontextprotocol/python-sdk issue 381 and
#   github.com/blockscout/mcp-server issue 224 (both for 1.x); still so in
#   2.3.0, found by running
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check mcp==2.3.0 || { echo "could not install"; exit 2; }
echo "mcp $(v/bin/python -c 'import importlib.metadata as m; print(m.version("mcp"))'), $(python3 --version)"

cat >t.py <<'PY'
import asyncio, logging, sys
from mcp import Client
from mcp.server import MCPServer

logging.disable(logging.CRITICAL)
server = MCPServer("notes")

@server.tool()
def optional(text: str | None = None) -> str:
    return repr(text)

@server.tool()
def plain(text: str) -> str:
    return repr(text)

async def main():
    seen = {}
    async with Client(server) as client:
        for tool in ("plain", "optional"):
            for text in ('{"a": 1}', "[1, 2]", "null"):
                result = await client.call_tool(tool, {"text": text})
                seen[tool, text] = "refused" if result.is_error else result.content[0].text
                print(f"{tool}(text={text!r}): {seen[tool, text]}")
    plain_ok = all(seen["plain", t] == repr(t) for t in ('{"a": 1}', "[1, 2]", "null"))
    odd = seen["optional", '{"a": 1}'] == seen["optional", "[1, 2]"] == "refused" and seen["optional", "null"] == "None"
    return plain_ok and odd

sys.exit(0 if asyncio.run(main()) else 1)
PY
if v/bin/python t.py; then
    echo "as described: an optional text must not look like JSON"
else
    echo "CHANGED: not as described"
    exit 1
fi
