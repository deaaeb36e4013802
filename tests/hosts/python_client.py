"""A client on an SDK of 2025, run by an interpreter that has one: makes the calls, prints what comes as JSON."""

import asyncio
import json
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client


async def main(server, calls):
    parameters = StdioServerParameters(**server)
    async with stdio_client(parameters) as (read, write), ClientSession(read, write) as session:
        told = {"version": (await session.initialize()).protocolVersion}
        told["tools"] = [tool.name for tool in (await session.list_tools()).tools]
        await session.list_resources()
        told["results"] = []
        for name, arguments in calls:
            result = await session.call_tool(name, arguments)
            blocks = [block.text if block.type == "text" else block.type for block in result.content]
            told["results"].append({"is_error": bool(result.isError), "content": blocks})
        print(json.dumps(told))


asyncio.run(main(*map(json.loads, sys.argv[1:])))
