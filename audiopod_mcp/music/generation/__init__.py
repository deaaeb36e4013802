"""New music and new versions of music: songs, covers, references, retakes, repaints, extensions."""
