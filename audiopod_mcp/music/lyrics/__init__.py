"""Lyrics as text, and when each line is sung."""
