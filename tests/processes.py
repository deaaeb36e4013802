"""What Linux tells of processes, for tests that look at servers from outside."""

from pathlib import Path


def children(pid):
    """The processes that ``pid`` started and that are still there."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split() if is_alive(child)]


def descendants(pid):
    """The processes that ``pid`` started, and theirs."""
    return [found for child in children(pid) for found in (child, *descendants(child))]


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def catches(pid, number):
    """Whether the process has a handler of its own for the signal."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    caught = next(line for line in lines if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (number - 1) & 1)
