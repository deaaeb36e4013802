"""How to ask for many jobs."""

from typing import Annotated, Literal

from pydantic import Field

from .arguments import Arguments, between
from .vocabulary import SongType, Status

Text = Annotated[str, between(1, 255)]


class JobQuery(Arguments):
    """Which jobs, in which order."""

    skip: Annotated[int, Field(ge=0)] = Field(default=0, description="Passed over")
    limit: Annotated[int, Field(ge=1, le=100)] = Field(default=20, description="How many at most")
    task: Text | None = Field(default=None, description="e.g. 'cover'")
    status: Status | None = Field(default=None, description="Only this status")
    search: Text | None = Field(default=None, description="Words in title or caption")


class JobFilters(JobQuery):
    """The filters that the protocol knows beyond those that people ask for, and its own length of a page."""

    limit: Annotated[int, Field(ge=1, le=100)] = 50
    song_type: SongType | None = None
    liked: bool | None = None
    language: Text | None = None
    genre: Text | None = None
    emotion: Text | None = None
    occasion: Text | None = None
    sort_by: Literal["created_at", "display_name", "audio_duration", "status"] = "created_at"
    sort_order: Literal["asc", "desc"] = "desc"
    include_interactions: bool = False
    """Also say which jobs are liked"""
    before_id: Annotated[int, Field(ge=1)] | None = Field(
        default=None,
        description="Only jobs made before this one; with sort_by created_at, pages that stay right while "
        "jobs come in (not in AudioPod's cloud)",
    )
