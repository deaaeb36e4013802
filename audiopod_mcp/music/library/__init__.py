"""What the public functions of :mod:`audiopod_mcp.music` share: their arguments, checked."""
