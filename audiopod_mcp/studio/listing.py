"""What a list of jobs can be asked for."""

from __future__ import annotations

from audiopod_mcp.operations.jobs import JobFilters


class Listing(JobFilters):
    """Which jobs, in which order, and what is told of them."""

    include_interactions: bool = False
    """Also say which jobs are liked"""
