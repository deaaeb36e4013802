"""The vocabulary: every operation of AudioPod's music API declared once, and what comes back."""

from .arguments import Arguments
from .editing import Edit, Extend, ExtractStem, Repaint, Retake, SeparateStems
from .generation import Advanced, Cover, GenerateMusic, Reference
from .jobs import JobFilters, JobQuery
from .listening import Analyze, GenerateLrc
from .normalize import as_meant
from .operation import API_PREFIX, Endpoint, Operation
from .results import FINISHED, Analysis, Job, KeptResult, Lrc, NotDone, Result, Section
from .validation import error_line, error_lines

OPERATIONS: list[type[Operation]] = [
    GenerateMusic,
    Cover,
    Reference,
    Analyze,
    ExtractStem,
    SeparateStems,
    Retake,
    Repaint,
    Extend,
    Edit,
    GenerateLrc,
]
"""Every operation there is. A server or studio that is built has those that are in here by then."""


def operation_of(task: str) -> type[Operation] | None:
    """The operation whose jobs have that task, by whichever of its names."""
    for operation in OPERATIONS:
        if task in (*operation.other_tasks, *(endpoint.task for endpoint in operation.endpoints())):
            return operation
    return None


def names_of_task(task: str) -> tuple[str, ...]:
    """``task`` first, then the other names that a service may list the same jobs under."""
    task = task.lower().replace("-", "_")
    for operation in OPERATIONS:
        for endpoint in operation.endpoints():
            names = (endpoint.task, *operation.other_tasks)
            if task in names:
                return (task, *(name for name in names if name != task))
    return (task,)


__all__ = [
    "API_PREFIX",
    "FINISHED",
    "OPERATIONS",
    "Advanced",
    "Analysis",
    "Analyze",
    "Arguments",
    "Cover",
    "Edit",
    "Endpoint",
    "Extend",
    "ExtractStem",
    "GenerateLrc",
    "GenerateMusic",
    "Job",
    "JobFilters",
    "JobQuery",
    "KeptResult",
    "Lrc",
    "NotDone",
    "Operation",
    "Reference",
    "Repaint",
    "Result",
    "Retake",
    "Section",
    "SeparateStems",
    "as_meant",
    "error_line",
    "error_lines",
    "names_of_task",
    "operation_of",
]
