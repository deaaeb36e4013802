"""Metadata of saved audio files: title, lyrics, tempo, key and where it came from."""
