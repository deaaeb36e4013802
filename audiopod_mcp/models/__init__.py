"""Trained models that a person chooses to fetch, into the data folder; no tool ever fetches one."""

from .registry import MODELS as MODELS
from .registry import Model as Model
from .store import ModelError as ModelError
from .store import find_model as find_model
