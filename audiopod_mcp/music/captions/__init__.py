"""What a caption asks for: style, tempo, key, metre, instruments and form, read from words."""
