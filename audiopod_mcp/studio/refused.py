"""What is said where something can't be done."""


class EngineRefused(Exception):
    """Why an engine does not do a piece of work: one line for the person: what, why, what instead."""


class CanNotRun(Exception):
    """Why something can't even begin; one line for the person."""
