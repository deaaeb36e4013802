"""Edits of a track as data: small typed changes, and the one English sentence that says each of them."""

from .english import parse_edits as parse_edits
from .english import render_edits as render_edits
from .model import TrackEdit as TrackEdit
