"""What an edit prompt asks for, read from words."""
