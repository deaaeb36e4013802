"""A LangChain agent's hands: calls a tool through the adapters, prints what its model would be given."""

import asyncio
import json
import sys

from langchain_mcp_adapters.client import MultiServerMCPClient


async def main(server, name, arguments):
    client = MultiServerMCPClient({"audiopod": {"transport": "stdio", **server}})
    tools = {tool.name: tool for tool in await client.get_tools()}
    message = await tools[name].ainvoke(
        {"name": name, "args": arguments, "id": "call-1", "type": "tool_call"}
    )
    print(json.dumps(message.content))


asyncio.run(main(*map(json.loads, sys.argv[1:])))
