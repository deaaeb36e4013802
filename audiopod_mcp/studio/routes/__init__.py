"""The REST endpoints of the studio."""
