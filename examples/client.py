"""A short MCP client: make a tune, watch its progress, save it.

Run it with a caption: ``python examples/client.py "lo-fi hip hop, rainy night, 80 BPM"``.
"""

import sys

import anyio
from mcp import Client, StdioServerParameters


async def progress(done: float, _total: float | None, message: str | None) -> None:
    print(f"{done:5.1f} %  {message or ''}")


async def main(caption: str) -> None:
    server = StdioServerParameters(command=sys.executable, args=["-m", "audiopod_mcp"])
    async with Client(server) as client:
        arguments = {"mode": "prompt2instrumental", "caption": caption, "duration": 20}
        result = await client.call_tool("generate_music", arguments, progress_callback=progress)
        print(result.content[0].text)
        if not result.is_error:
            saved = await client.call_tool("save_audio", {"job_id": result.structured_content["job_id"]})
            print(saved.content[0].text)


if __name__ == "__main__":
    anyio.run(main, sys.argv[1] if len(sys.argv) > 1 else "calm piano, 70 BPM, A minor")
