"""What the music says in words to whoever asked for it."""
