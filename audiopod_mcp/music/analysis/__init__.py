"""What is heard in a recording: tempo, beats, metre, key, chords, form, timbre, melody, voice."""
