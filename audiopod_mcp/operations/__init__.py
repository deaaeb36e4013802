"""The vocabulary: every operation of AudioPod's music API declared once, and what comes back."""

from .arguments import Arguments
from .editing import Edit, Extend, ExtractStem, Repaint, Retake
from .generation import Advanced, Cover, GenerateMusic, Reference
from .jobs import JobFilters, JobQuery
from .listening import Analyze, GenerateLrc
from .operation import API_PREFIX, Endpoint, Operation
from .results import FINISHED, Analysis, Job, KeptResult, Lrc, NotDone, Result, Section
from .validation import error_line, error_lines

OPERATIONS: list[type[Operation]] = [
    GenerateMusic,
    Cover,
    Reference,
    Analyze,
    ExtractStem,
    Retake,
    Repaint,
    Extend,
    Edit,
    GenerateLrc,
]
"""Every operation there is. A server or studio that is built has those that are in here by then."""

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
    "error_line",
    "error_lines",
]
