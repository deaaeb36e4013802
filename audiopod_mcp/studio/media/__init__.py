"""Audio files: sources that come in, takes that are kept, links that lead to them."""
