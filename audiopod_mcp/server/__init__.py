"""The MCP side: tools, resources, prompts and completions. Knows no audio and no HTTP paths."""

from .build import build_server
from .service import Service

__all__ = ["Service", "build_server"]
