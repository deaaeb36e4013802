"""The MCP side: tools, resources, prompts and completions. Knows no audio and no HTTP paths."""

from .build import build_server
from .keeping import Keeper
from .service import Service

__all__ = ["Keeper", "Service", "build_server"]
