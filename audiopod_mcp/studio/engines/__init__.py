"""What makes the music: an engine takes a :class:`~.base.Work` and leaves its takes in a folder."""
