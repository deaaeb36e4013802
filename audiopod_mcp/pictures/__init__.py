"""Waveforms and spectrograms as PNG; drawn in a worker, without MCP."""
