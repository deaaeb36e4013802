"""Takes published tools into three agent frameworks, as their users do, and prints what each made of them."""

import json
import sys
from pathlib import Path

from agents.mcp import MCPServerStdio
from agents.mcp.util import MCPUtil
from google.genai._mcp_utils import mcp_to_gemini_tool
from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_mcp_adapters.tools import convert_mcp_tool_to_langchain_tool
from mcp.types import Tool

published = json.loads(Path(json.loads(sys.argv[1])).read_text(encoding="utf-8"))
tools = [Tool.model_validate(tool) for tool in published]
server = MCPServerStdio({"command": "audiopod-mcp"})

gemini = [mcp_to_gemini_tool(tool).model_dump(mode="json", exclude_none=True) for tool in tools]
langchain = [convert_to_openai_tool(convert_mcp_tool_to_langchain_tool(object(), tool)) for tool in tools]
agents = [MCPUtil.to_function_tool(tool, server, strict).name for strict in (True, False) for tool in tools]
print(json.dumps({"gemini": gemini, "langchain": langchain, "agents": agents}))
