"""The MCP side: tools, resources, prompts and completions. Knows no audio and no HTTP paths."""

from .app import build_server
from .autosave import Keeper
from .service import Service

__all__ = ["Keeper", "Service", "build_server"]
