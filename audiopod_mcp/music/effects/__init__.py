"""Changing how audio sounds: level, tone, space, time and pitch, and joining pieces of it."""
