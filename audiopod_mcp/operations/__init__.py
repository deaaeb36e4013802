"""The vocabulary: every operation of AudioPod's music API declared once, and what comes back."""

from .editing import Edit, Extend, ExtractStem, Repaint, Retake
from .generation import Advanced, Cover, GenerateMusic, Reference
from .jobs import FINISHED, Job, JobFilters, JobQuery
from .listening import Analysis, Analyze, GenerateLrc, Lrc, Section
from .operation import API_PREFIX, Arguments, Operation
from .validation import error_line, error_lines

OPERATIONS: tuple[type[Operation], ...] = (
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
)

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
    "Extend",
    "ExtractStem",
    "GenerateLrc",
    "GenerateMusic",
    "Job",
    "JobFilters",
    "JobQuery",
    "Lrc",
    "Operation",
    "Reference",
    "Repaint",
    "Retake",
    "Section",
    "error_line",
    "error_lines",
]
