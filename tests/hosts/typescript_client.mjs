// A client on a TypeScript SDK, given by the folder of its packages: makes the calls, prints what comes as JSON.
import {createRequire} from "node:module";
import {pathToFileURL} from "node:url";

const [modules, server, calls] = process.argv.slice(2).map(argument => JSON.parse(argument));
const resolve = createRequire(`${modules}/`).resolve;
const load = name => import(pathToFileURL(resolve(`@modelcontextprotocol/sdk/client/${name}.js`)));
const {Client} = await load("index");
const {StdioClientTransport} = await load("stdio");

const client = new Client({name: "test", version: "1"}, {capabilities: {}});
await client.connect(new StdioClientTransport(server));
const told = {tools: (await client.listTools()).tools.map(tool => tool.name), results: []};
await client.listResources();
for (const [name, args] of calls) {
  const result = await client.callTool({name, arguments: args});
  const content = result.content.map(block => block.type === "text" ? block.text : block.type);
  told.results.push({is_error: Boolean(result.isError), content});
}
await client.close();
console.log(JSON.stringify(told));
