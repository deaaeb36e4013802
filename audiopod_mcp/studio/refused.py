"""What an engine says when it can't do something."""


class EngineRefused(Exception):
    """Why an engine does not do a piece of work: one line for the person: what, why, what instead."""
