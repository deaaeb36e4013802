"""A music studio for AI assistants: AudioPod's music operations as MCP tools."""

__version__ = "0.1.0"
