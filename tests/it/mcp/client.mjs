// A foreign client of the Model Context Protocol over both transports: what it is offered, what it is answered, what it is refused.
// Prints what it saw as JSON, on its last line.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const tools = process.env.SKEP_TEST_MCP;
const at = (path) => import(pathToFileURL(join(tools, "node_modules/@modelcontextprotocol/sdk/dist/esm", path)));
const { Client } = await at("client/index.js");
const { StdioClientTransport } = await at("client/stdio.js");
const { StreamableHTTPClientTransport } = await at("client/streamableHttp.js");
const order = JSON.parse(process.argv[2]);
const seen = {};

const over = async (name, transport, calls) => {
  const client = new Client({ name: "foreign", version: "1.0.0" });
  await client.connect(transport);
  const listed = await client.listTools();
  const said = {
    server: client.getServerVersion(),
    instructions: client.getInstructions(),
    tools: listed.tools.map((tool) => tool.name),
    readers: listed.tools.filter((tool) => tool.annotations?.readOnlyHint).map((tool) => tool.name),
    answers: [],
  };
  for (const [tool, args] of calls) {
    const answer = await client.callTool({ name: tool, arguments: args });
    said.answers.push({ tool, error: answer.isError === true, blocks: answer.content.map((block) => block.text) });
  }
  await client.close();
  seen[name] = said;
};

await over("stdio", new StdioClientTransport({
  command: order.program,
  args: ["mcp", "--admin", order.admin],
  env: { ...process.env, SKEP_ADMIN_TOKEN: order.token },
}), order.stdio);

const headers = (token) => ({ requestInit: { headers: { authorization: `Bearer ${token}` } } });
await over("http", new StreamableHTTPClientTransport(new URL(order.http), headers(order.token)), order.calls);
await over("reader", new StreamableHTTPClientTransport(new URL(order.http), headers(order.reader)), order.reading);

try {
  await over("stranger", new StreamableHTTPClientTransport(new URL(order.http), headers("skep_made_up")), []);
} catch (error) {
  seen.stranger = `${error.code} ${error}`;
}
console.log(JSON.stringify(seen));
