"""The MCP side: tools, resources, prompts and completions. Knows no audio and no HTTP paths."""

from .app import build_server
from .autosave import AutoSaver
from .service import Service

__all__ = ["AutoSaver", "Service", "build_server"]
