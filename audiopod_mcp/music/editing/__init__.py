"""Edits of finished music: what is asked, and each change of sound or form."""
