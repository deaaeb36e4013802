"""Which of the styles that the studio plays a recording sounds most like, by what is measured in it."""

# ruff: noqa: E501 (tables: one entry a line)
# fmt: off

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.analysis.onsets import FPS, HIGH, KICK, SNARE, onset_envelopes
from audiopod_mcp.music.analysis.timbre import measure_timbre
from audiopod_mcp.music.effects.mix_matching import spectral_balance
from audiopod_mcp.music.model import Analysis, Audio, Progress, silent
from audiopod_mcp.music.separation.masks import drum_mask
from audiopod_mcp.music.signal.stft import RATE, downmix, magnitudes
from audiopod_mcp.music.styles import STYLES
from audiopod_mcp.music.theory import METRES

_LONGEST = 40.0
"""Seconds that are listened to, from the middle."""
_N_FFT, _HOP = 2048, 512
_FURTHEST = 3.0
"""Spreads of a feature from which on it is far, however far: recordings differ from synthesis in all of them."""
_TEMPO = 1.5
"""What an octave outside a style's range of tempi counts for, in spreads."""

FEATURES = (
    "onsets a second", "drums below 180 Hz", "drums 0.3 to 2 kHz", "drums above 2 kHz", "brightness", "bass", "sub-bass",
    "kick on beats", "kick between", "kick on sixteenths", "kick alternating", "snare on beats", "snare between",
    "snare on sixteenths", "snare alternating", "hat on beats", "hat between", "hat on sixteenths", "hat alternating",
)
"""What is compared, beside the 26 of :func:`timbre_statistics`. Drums as their share of the power; brightness in octaves; bass and sub-bass as dB of the whole; strokes
as their strength at quarters of beats over the mean, alternating as how much every second beat differs."""
_MEAN = (3.74, 0.305, 0.169, 0.399, 11.3, -6.19, -9.09, 2.21, 1.15, 0.321, 0.564, 2.38, 0.957, 0.333, 0.226, 2.27, 1.19, 0.272, 0.169, 41.6, -16, -1.9, -3.04, 3.19, 0.0954, 0.57, -0.536, 0.395, 0.785, 1.63, -0.378, -0.49, 19.4, 14.5, 9.51, 7.5, 6.55, 6.19, 5.82, 5.9, 6.36, 6.37, 6.11, 5.81, 5.53)
_SPREAD = (1.06, 0.161, 0.0754, 0.181, 0.428, 4.98, 8.9, 1.03, 0.897, 0.246, 0.339, 0.557, 0.458, 0.199, 0.171, 0.731, 0.597, 0.239, 0.178, 11.7, 14.3, 6.73, 6.6, 3.31, 3.22, 2.93, 2.46, 2.51, 2.7, 2.15, 2.32, 2.07, 5.5, 3.68, 2.34, 1.8, 1.96, 1.56, 1.35, 1.41, 1.55, 1.66, 1.86, 1.9, 1.72)
TYPICAL = {
    "pop": (-4, -5, -2, 0, 5, 3, 1, -6, 10, -7, 10, 8, 2, -13, 9, -1, 8, -9, -4, 7, 5, 5, 8, -3, -4, -7, -7, -4, 2, 6, 7, 4, -3, -8, -6, -3, -4, -2, -1, 2, 3, 2, 1, -2, -6),
    "rock": (-2, -2, 0, -3, 5, 2, 0, -2, 3, -2, 6, 4, -1, -5, 10, 3, 4, -10, -6, 0, 4, 13, 3, 7, -11, -5, -2, 4, 3, 6, 10, 6, -14, -12, -7, -8, -3, -3, 1, -4, 1, -2, -4, -7, -6),
    "hip hop": (-6, 2, -8, 6, 9, 4, 8, -9, 4, 11, -3, -2, 3, 0, -10, -7, 3, 6, 7, -9, 5, -13, 4, 11, 14, 9, 8, -5, 2, 13, 11, 12, 12, 4, -2, -6, 5, 17, 21, 16, 13, 5, -4, -7, -8),
    "jazz": (-3, -8, -6, -8, 9, 5, 5, 16, -13, -9, -14, 4, -18, 16, 3, 18, -19, -4, -5, -8, 11, 3, 6, 0, 16, 5, -4, -12, -10, -2, -4, -7, -13, -1, -17, -15, -3, -2, -7, 0, 5, 12, 16, 19, 18),
    "classical": (2, -17, -18, -17, -14, -13, -29, 10, -9, -6, 8, -5, 2, 4, -5, 4, -8, 3, 9, -8, -17, -3, -9, 22, -1, 8, -14, -24, -27, -27, -22, -10, -9, -4, 10, 17, 25, 22, 18, 19, 17, 19, 25, 30, 30),
    "house": (-1, 15, 14, 12, 8, 3, 6, 5, 0, -9, -13, -7, 15, -7, -10, -8, 17, -8, -5, -5, 5, -6, 5, 1, 10, 6, 0, -6, -2, 6, 8, 4, 8, 10, 10, -2, 3, 5, 0, -6, -8, -8, -9, -10, -9),
    "country": (2, 0, -7, -8, -4, 2, 3, 11, -7, -10, -7, 9, -8, -3, 10, -2, -2, 6, 2, 3, 0, -1, -5, 2, -7, -8, -6, 5, 16, 14, -2, -6, -5, -7, -3, 1, -2, -2, -7, -7, -5, 0, -1, -2, 0),
    "folk": (-11, -11, -16, -4, -9, -2, 2, 17, -13, -12, 13, -1, 11, -11, -8, 5, 2, -11, 15, -3, -12, -6, -6, -4, 1, -1, 0, 13, 15, 7, -12, -23, 12, 14, 19, 11, 2, -3, -4, 2, 8, 10, 9, 12, 14),
    "blues": (-8, -5, -4, -7, 9, 1, -1, 12, -13, -2, 7, 17, -20, -2, 4, 23, -20, -10, -2, -3, 5, 0, 4, -14, -3, -11, 4, 5, 2, 2, 3, -8, -14, -10, -9, -4, -8, -4, 5, 8, 8, 8, 8, 6, 4),
    "reggae": (-13, -13, 0, 4, -6, 2, -1, -5, 12, -11, -2, -7, 21, -14, 5, -4, 13, -9, -4, 11, -6, 10, -4, -9, -10, -10, -8, -4, -4, -3, -2, -2, 7, 10, 7, 13, 1, 0, 3, 7, 10, 8, 5, 1, 3),
    "latin": (0, 4, 5, -2, 10, -4, -2, -13, 3, 22, 1, -4, -1, 6, 3, -7, 2, 9, -7, -23, -3, -3, 0, -8, 17, 19, 10, -5, -8, -16, -13, -7, 8, 3, 7, 2, 3, 3, -4, 0, 1, 1, -1, 3, 2),
    "r&b": (-1, 2, -8, 11, 0, 2, 4, -14, 11, 10, 12, -2, -1, 3, -7, -7, 0, 10, 2, -2, -6, -14, -2, 9, 8, 6, 13, 3, -1, -3, 4, 8, 15, 13, 17, 6, 0, -1, 0, -4, -8, -10, -7, -4, -2),
    "metal": (12, -2, 9, -3, 6, 6, 3, -10, -2, 25, -10, -8, 5, 5, 6, 15, -14, -6, -2, 2, 12, 17, 9, 3, -2, -6, -3, -4, -2, -5, 4, 0, -16, -10, -16, -13, -8, -9, -15, -18, -17, -18, -17, -16, -15),
    "electronic": (1, 7, 2, 11, 6, 5, 5, -1, -1, 3, -15, -9, 8, 4, -10, -6, 13, -7, -5, 4, 10, 0, 10, 8, 11, 5, 1, -4, -4, 0, 7, 9, 1, -2, 1, 7, 3, 9, 8, 7, 5, 3, 0, 0, 2),
    "ballad": (-24, -10, -12, -4, -9, 0, -1, 10, -5, -13, 11, 13, -5, -13, 4, 11, -5, -11, -2, 5, -7, 8, -7, 0, 4, 4, -7, 0, 0, -1, 8, 12, 9, 19, 20, 9, 1, 0, 8, 6, 4, 7, 7, 5, 2),
    "punk": (12, 2, 13, 0, 3, 4, 2, -4, 5, -1, -15, 9, -5, -8, -11, 1, 7, -10, -8, 0, 7, 15, 1, 3, -14, -5, -6, 3, 1, 1, 5, 1, -14, -11, -13, -8, -6, -7, -6, -10, -7, -12, -13, -12, -8),
    "trap": (24, 4, -9, 1, 7, 4, 7, -3, -2, 9, -14, -8, 21, -13, -10, -17, -1, 28, -1, -9, 2, 6, 17, -9, -1, -6, 9, 6, 13, 8, 6, 12, 7, 5, 4, 0, 6, 17, 25, 20, 14, 8, 2, -3, -6),
    "lo-fi": (-6, -4, -11, 12, -6, 0, 3, -8, 11, -4, 12, 8, -3, -7, 1, 3, 1, -6, -3, 2, -3, -12, -2, 10, 12, 7, 14, 16, 4, -4, -10, -7, 8, 2, 5, 5, 1, -6, -8, -6, -2, -1, 1, 6, 3),
    "swing": (1, -7, 0, -7, 10, 2, 3, 13, -13, -5, -13, 3, -13, 10, -2, 14, -19, 2, -3, -3, 7, -4, -1, -12, 8, -11, -3, 12, 14, 2, -2, -5, -18, -15, -16, -15, -10, -7, -4, 3, 1, 1, 3, 6, 4),
    "bossa nova": (10, 0, -5, -5, -5, 4, 3, -1, -5, 12, -10, -18, 9, 16, 15, -12, 8, 9, -2, 17, 7, 6, -2, -13, 8, 0, -12, 8, 9, 9, -14, -14, -1, 0, -7, 1, -7, -9, -6, -5, -8, -6, 0, 4, -2),
    "waltz": (-15, -17, -14, -16, -13, -4, -25, 6, -11, 7, -11, 6, -11, 4, -11, 11, -12, -1, 24, -1, -11, 8, -8, 21, -7, 4, -16, -21, -20, -20, -22, -20, -7, -1, 3, 8, 17, 12, 15, 14, 13, 17, 19, 28, 30),
    "cinematic": (-14, -4, -9, -9, -15, -1, 2, 6, -7, 0, 7, -16, 7, 14, 6, -3, -2, 7, 30, 14, -3, 9, -5, -1, -11, 1, -15, -17, -11, -3, -1, -4, -15, -14, -15, -10, -6, -1, -5, -6, -14, -12, -12, -10, -11),
    "ambient": (-17, -17, -14, -12, -19, -5, 1, 11, -8, -8, 8, -8, 1, 10, 3, -4, 1, 6, -5, 5, -12, -2, -5, 4, -4, 8, -14, -24, -13, -5, 0, 1, -1, 9, 1, -2, -6, -3, 0, 0, -1, -1, -2, 2, 12),
    "techno": (4, 13, 10, 5, 4, 4, 7, 6, -3, -7, -15, -7, 7, 1, -8, -12, 21, -8, -5, 1, 10, -3, 2, 6, 3, 3, 4, -5, 0, 0, 1, 1, 8, -3, 0, -8, -2, 2, -4, -9, -8, -10, -13, -12, -12),
    "trance": (21, 7, 5, 10, 4, 4, 6, -8, 4, 11, -14, -22, -2, 30, -12, -4, 8, -4, -4, 5, 8, -1, 7, 1, 7, 4, 3, 2, 2, 6, 10, 10, 2, 0, 5, -6, -1, 2, -2, -9, -10, -8, -10, -10, -9),
    "drum and bass": (13, 12, 4, 13, 8, 3, 5, -7, 7, 1, 6, 1, 4, -6, 9, -3, 1, 3, 16, -3, 4, -11, 2, 4, 11, 6, 10, -3, -4, 3, 8, 7, 10, -1, 5, -1, -5, -5, -7, -10, -12, -10, -9, -7, -4),
    "dubstep": (-2, 3, -2, 9, 2, 2, 5, -3, -4, 15, 2, -2, -2, 4, 23, -9, 0, 15, 30, -2, -2, 1, 6, -3, 4, 3, 4, 2, -4, -2, 9, 12, 19, 26, 11, 2, -6, -3, -5, -11, -12, -12, -10, -9, -6),
    "synthwave": (1, 2, 0, -1, 7, 4, 6, 0, -5, 10, -8, -18, 0, 25, 6, 3, 4, -10, 5, 5, 9, -2, 5, 4, 2, 3, 6, 3, 6, 8, 9, 8, 0, 2, -7, -9, -3, -1, -1, 0, -3, -1, -3, -3, -3),
    "chiptune": (21, 8, 26, 13, 5, 8, 0, -2, -1, 6, -6, -6, 3, 5, -3, -10, 3, 12, -5, 1, 16, 16, 16, 10, -5, -6, 3, 0, -7, -15, -10, 0, -5, -12, 0, 20, 30, 30, 22, 25, 30, 22, 18, 9, -1),
    "disco": (2, 1, 3, 12, 10, 3, 0, -20, 26, -6, -7, -14, 15, 3, -10, 6, -2, -6, -7, 1, 8, 2, 8, -6, -2, -6, 5, 2, 4, 4, 4, 1, -5, -10, -8, -9, -7, -7, -4, 5, 6, 7, 6, 5, 5),
    "soul": (-8, -6, 0, -1, 4, 1, -1, -5, 8, -6, 2, 8, -4, -6, -12, 0, 7, -9, -3, 6, 2, -6, -2, -5, -1, -15, 0, -3, -4, 3, 3, 2, -9, -10, -13, -8, -6, -8, -4, 2, 5, 9, 9, 6, 6),
    "funk": (9, 16, 13, -4, 12, 1, 0, 5, -3, -5, -11, 0, 5, -5, -1, -6, 6, 1, -5, -10, 3, -3, 5, -2, 1, -2, 9, 2, 0, -2, -2, -7, 7, 6, 8, 3, -5, -6, -7, -6, -7, -8, -9, -9, -7),
    "ska": (5, -5, 9, 1, 2, 5, 1, 14, -12, -6, 6, 4, 5, -11, 9, -4, 12, -8, -5, 8, 6, 11, 0, -10, -12, -11, 3, 7, 4, 2, 2, 1, 4, -6, 3, -7, -8, -3, 5, 10, 9, 9, 6, -1, -2),
    "gospel": (-12, -7, -1, 0, 6, 0, -2, 11, -12, -1, 7, 11, -15, 2, -1, 23, -20, -11, 4, 5, 3, -5, 5, -22, -12, -9, -7, -17, -5, -12, 4, 11, -17, -7, -13, -3, -7, -5, -3, 0, 0, -4, -2, -3, -3),
    "reggaeton": (-2, 2, -6, 1, 10, 4, 8, -12, 9, 9, 4, -8, 15, -6, 5, -9, 2, 11, 5, -7, 7, -6, 4, 4, 13, 17, 15, 5, 11, 16, 9, 6, 8, 7, 1, -6, 1, 16, 26, 20, 15, 7, -2, -5, -6),
    "march": (-1, 15, 1, -5, 2, 1, -1, 15, -12, -9, 7, 8, -10, 1, -10, 1, -3, 3, 8, -3, -2, -2, -6, -13, -12, -6, 1, 6, 3, 9, 3, -3, 8, -5, -1, -5, -7, -14, -12, -12, -8, -5, -2, -2, 0),
    "lullaby": (-18, 29, -17, -11, -22, -30, -30, 9, -3, -13, -13, 5, 2, -10, -6, 12, -9, -6, -1, -30, -30, -30, -30, 9, 11, 15, -5, -10, -19, -13, -1, 11, -4, -8, -9, 4, 16, 9, 2, -1, -4, -8, -3, -3, -5),
    "celtic": (6, -12, 6, -16, -17, -10, -1, 15, -12, -10, 11, 1, -15, 17, 7, -10, -5, 22, -2, 1, -14, -12, -19, 0, -16, 4, 13, 15, 13, 3, -11, -17, -4, -2, 4, 12, 4, -5, -4, -3, 3, 1, -1, -1, -3),
    "bluegrass": (13, -11, -12, -14, -14, -1, 3, 2, 4, -11, 13, -2, -1, 4, -12, -6, -6, 16, -3, -1, -9, 6, -12, 4, -10, 7, -7, 6, 21, 7, -11, -11, -5, -3, -2, 2, 7, -2, -3, -4, 3, 10, 8, 6, 7),
    "tango": (-16, 1, -7, -15, -14, -5, 1, 11, -13, 0, -11, 22, -18, -10, -1, 14, -12, -5, 14, 2, -10, 3, -12, 20, 0, 18, 7, 4, 3, 9, 1, -6, 0, -11, -10, -12, -5, -4, -5, -6, -1, 4, 6, 6, 2),
    "flamenco": (10, -12, -8, 21, -11, -12, -5, 12, -10, -7, 6, -8, 3, 9, -12, -7, 9, -1, -7, -3, -19, -12, -30, -1, -9, 2, -17, 2, 5, -7, -12, -15, 9, 7, 3, 11, 9, 4, -2, -6, -2, 0, -1, -1, -3),
    "klezmer": (1, 18, -1, -9, -6, 3, 0, -3, 2, 4, 13, -6, 7, 1, 11, -4, 2, 4, -3, 6, 1, 7, -8, 10, 6, -12, -3, 12, -2, -5, -6, -5, -3, -7, 1, -3, -3, -7, -8, -12, -16, -14, -9, -5, -3),
    "samba": (16, -5, 14, 18, 5, 1, -2, -6, 2, 9, 5, 3, 0, -4, 12, -6, 6, 1, -7, 9, 5, -4, 5, -25, -9, -12, 0, 9, 7, 1, -6, -4, -10, -10, -10, -1, -5, -8, 0, 4, 4, 5, 2, 0, -1),
    "cumbia": (0, -10, 25, 16, -6, 3, 1, -18, 26, -9, 13, -4, 6, 0, -10, -9, 6, 6, 1, 11, 5, 4, 2, 0, -4, 8, -3, 2, -6, -3, 4, 10, 2, 3, -2, 4, 4, 6, 0, 0, 0, -2, -1, 2, 5),
    "mariachi": (-9, -9, -13, -18, -14, 0, 3, 3, 3, -12, 8, 6, -5, -3, 5, 5, -4, -2, 5, 3, -5, 4, -19, -3, -18, -12, -11, 12, 16, 8, -9, -2, -7, -6, 2, 4, 3, 1, 4, 1, -3, 4, 7, 9, 9),
    "polka": (-2, 13, 4, -3, 1, 2, 0, -21, 29, -11, 5, -6, 9, -2, 5, 0, 3, -4, -7, 4, 1, 1, -6, -1, 3, -12, -1, 10, 2, 6, 3, 0, 6, -7, 7, -4, -5, -11, -11, -10, -11, -9, -6, -6, -8),
    "afrobeat": (11, 8, 16, 3, 9, 0, -1, -13, 4, 21, 12, -5, -7, 15, -9, -13, 2, 18, -7, -3, 2, -6, 3, -8, -5, -9, 7, 0, -2, 1, 0, -2, 6, 4, 6, 1, -2, -6, -5, -6, -8, -10, -6, -4, -6),
    "boogie": (6, 6, 6, 12, -4, 7, 3, -4, -1, 11, -9, 11, -14, 1, -8, 6, -20, 16, -7, 17, 3, 9, 8, -1, 10, 5, 6, -2, -7, -4, -6, -9, 5, 5, -1, -8, -11, -7, -8, -7, -3, 6, 10, 11, 11),
    "rock and roll": (7, 6, 1, -6, 12, 4, 2, 9, -11, 3, -10, 18, -16, -8, 3, 15, -12, -8, -3, -5, 8, 2, 12, -4, 1, 4, 12, 2, -2, -7, -1, -6, -12, -4, -10, -10, -14, -13, -13, -9, -6, -1, 5, 7, 3),
    "ragtime": (-14, -16, -8, -12, -30, -7, -9, 17, -12, -13, 13, 18, -11, -13, 3, 11, -7, -7, -6, 26, -21, 5, -11, 0, -2, 6, -11, 1, -9, 6, -19, -2, 3, 29, 7, -4, 3, 1, 8, 10, 10, 15, 22, 11, 8),
    "gypsy jazz": (-6, -8, -3, -14, -20, 0, 4, 11, -12, -2, 1, 8, -1, -10, -6, 9, -4, -9, 7, 11, -8, 1, -17, 11, -4, -5, -1, 16, 19, 4, -6, -4, -2, 5, 8, 13, 7, -5, -7, -6, -5, -6, 0, 4, 9),
    "dub": (-10, -4, 3, 5, -2, 6, 2, -4, 10, -11, -9, 1, 7, -10, 3, 2, 3, -6, -6, 6, 3, 9, 3, 1, -9, -14, -5, 4, -2, -13, -7, 1, 16, 8, 11, 11, 4, 0, 2, 4, 8, 4, 0, -3, -3),
    "grime": (4, 6, 14, 17, -3, 4, 6, -7, 0, 15, -5, -11, 17, -4, -9, -10, 3, 11, 14, 23, 5, -2, 5, 1, 11, 1, 1, -7, 0, 5, 2, -3, 26, 13, 0, 7, 2, 3, -2, -6, -9, -9, -8, -7, -9),
    "phonk": (8, -4, 7, 2, 7, 0, 7, -10, 10, 2, 10, -7, 3, 6, 8, -9, 4, 9, -7, -18, 1, 12, 15, 9, -13, -7, -7, 3, -3, -7, -2, 7, 4, 0, -5, -10, -5, 6, 11, 12, 8, -2, -7, -8, -9),
    "trip hop": (-5, -3, -9, -7, -1, 0, 3, -7, 7, 2, -1, 8, -3, -8, 9, -4, 9, -5, -6, -8, -3, -3, -5, 8, 14, 17, 10, 3, -5, -1, 5, 1, 4, 5, 5, 1, -7, -7, -11, -9, -6, -6, -1, 1, 0),
    "uk garage": (3, 11, 18, 17, 1, 4, 6, -2, 1, 3, -14, -12, 16, -2, -10, -1, 2, -1, -5, 3, 3, -4, -1, 0, 1, 0, -4, -3, -2, -2, 5, 8, 14, 5, 5, 5, -1, 0, -2, -3, -9, -12, -10, -9, -8),
    "amapiano": (8, 10, 7, 8, 5, 3, 6, -12, 8, 10, 6, -11, 2, 13, -12, -7, 0, 11, -9, -6, -1, -8, 1, 0, 9, 13, 12, -1, -2, 2, -2, 2, 4, 11, 8, 2, 7, 10, 14, 13, 7, 0, -7, -7, -3),
    "hardstyle": (5, 14, 17, 12, 15, 4, 7, 5, -4, -3, -11, 7, -2, -8, -9, -18, 28, -6, 10, -7, 12, -2, 13, -10, -2, 7, 6, -4, 2, 3, 12, 13, 1, -5, 8, 1, -2, -3, -5, -12, -15, -12, -11, -9, -7),
    "future bass": (9, -2, -5, 8, 3, 4, 5, -6, 0, 12, 10, 3, 1, -5, 27, -7, 5, 4, 0, 0, 3, 1, 8, 2, 11, 8, 13, 11, 9, 12, 15, 16, 4, 0, 3, -1, 5, 7, 11, 8, 5, 5, 4, 4, 5),
    "k-pop": (8, 10, 4, 13, 4, 5, 6, -9, 4, 11, 6, -4, 4, 0, -11, -7, 2, 9, -6, -2, 5, 1, 5, 12, 11, 5, -1, -6, -3, 0, 6, 7, 12, 5, 2, -3, 4, 4, 4, 2, 2, 4, 2, 0, -1),
    "city pop": (3, 22, -3, -4, 7, 0, -1, -3, 5, -3, 6, -1, -1, 3, 9, -9, 6, 7, 0, -6, -2, -11, -2, 0, 6, -6, 7, -2, -8, -5, -3, -6, 5, 8, 11, 5, -6, -6, -6, -2, -4, -7, -7, -6, -6),
    "post-rock": (-7, -8, -1, -3, 11, 2, 0, 2, 2, -8, -11, 8, -2, -10, 10, 8, -3, -8, -8, -3, 8, 6, 10, -8, -3, -3, -1, -3, 6, 9, 18, 11, -13, -14, -14, -4, -2, 0, -1, 0, -1, -2, -3, -7, -7),
    "shoegaze": (-7, -2, -2, -2, 6, 2, 0, -4, 9, -9, 7, 4, -3, -2, 9, 3, 4, -9, -3, -2, 3, 4, 6, -7, -8, -7, 1, -3, 1, 0, 6, 2, -17, -5, -13, -5, -11, -5, -2, 5, 6, 3, -1, -3, -4),
    "grunge": (-4, -3, -3, 0, 6, 3, 1, -10, 10, 3, 2, 0, -3, 3, 8, 9, -13, 3, -7, 0, 8, 15, 9, -3, -7, -11, -4, -4, 1, 3, 9, 4, -13, -13, -11, -11, 0, 2, 0, 4, 4, -4, -10, -13, -8),
    "surf": (5, -1, 10, -4, 13, 3, 1, -2, 3, -1, 8, 0, 5, -6, 9, 6, -1, -8, -9, -4, 10, 4, 12, -6, -5, -7, 3, 3, 5, 5, 11, 9, -9, -9, -12, -2, -4, -8, -10, -11, -7, -7, -8, -10, -11),
    "baroque": (-8, -14, -16, -16, -8, -11, -28, -4, 0, 8, -13, -7, -2, 12, -4, 3, 5, -11, -6, -10, -13, -1, -16, 2, -9, -12, -23, -16, -17, -14, 0, -4, -3, 7, 26, 30, 30, 17, 18, 13, 9, 16, 15, 18, 18),
    "christmas": (-5, -4, -7, -7, 9, -1, 2, 12, -13, -2, 12, 19, -19, -6, -7, 23, -20, -11, 3, -7, -3, -6, 9, -7, 12, 16, 9, -3, -8, -6, -12, -11, -2, 11, 0, 3, -2, -3, -7, -7, -3, 4, 12, 9, 7),
}
"""Mean features of three pieces of 20 s in each style, in tenths of the spreads: ``tests.benchmarks.transforming DATA styles``."""


def nearest_styles(
    audio: Audio, rate: int, analysis: Analysis, count: int, report: Progress = silent
) -> tuple[str, ...]:
    """The names of the styles nearest to a recording, in the metre and near the tempo that were heard in it.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
    rate : int
        Sample rate, Hz.
    analysis : Analysis
        What was heard in it.
    count : int
        How many.

    Returns
    -------
    tuple of str
        The nearest first.
    """
    return nearest_to(features(audio, rate, analysis, report), analysis, count)


def nearest_to(found: npt.NDArray[np.float64], analysis: Analysis, count: int) -> tuple[str, ...]:
    """The names of the ``count`` styles nearest to what has these :func:`features`.

    The distance is the mean distance, in spreads, of how it is played and of its timbre; a tempo outside the
    style's range and another metre are added to it.
    """
    own = (found - np.asarray(_MEAN)) / np.asarray(_SPREAD)
    known = ~np.isnan(own)
    metre = METRES.get(analysis.timesignature or "4/4", METRES["4/4"])

    def distance(name: str) -> float:
        apart = np.minimum(np.abs(np.clip(own, -3, 3) - np.asarray(TYPICAL[name]) / 10), _FURTHEST)
        played, coloured = apart[: len(FEATURES)][known[: len(FEATURES)]], apart[len(FEATURES) :]
        low, high = STYLES[name].tempo
        tempo = analysis.tempo or 100.0
        outside = min(max(np.log2(low / (tempo * by)), np.log2(tempo * by / high), 0.0) for by in (0.5, 1.0, 2.0))
        triple = (METRES[STYLES[name].timesignature].beats == 3) != (metre.beats == 3)
        return float(played.mean() + coloured.mean() + _TEMPO * outside + 0.3 * triple)

    return tuple(sorted((name for name in TYPICAL if name in STYLES), key=distance)[:count])


def timbre_statistics(audio: Audio, rate: int) -> npt.NDArray[np.float64]:
    """Describe the timbre of a recording.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
    rate : int
        Sample rate, Hz.

    Returns
    -------
    float64 array, shape (26,)
        The means, then the standard deviations, of 13 cepstral coefficients of its band levels (dB), over the
        frames that are not silent.
    """
    measured = measure_timbre(downmix(audio, rate)[0])
    bands = measured.bands[measured.energy >= 1e-4 * measured.energy.max()].astype(np.float64)
    count = bands.shape[1]
    basis = np.cos(np.pi / count * (np.arange(count) + 0.5)[:, None] * np.arange(1, 14)) / np.sqrt(count / 2)
    cepstra = bands @ basis
    return np.concatenate((cepstra.mean(axis=0), cepstra.std(axis=0)))


def features(audio: Audio, rate: int, analysis: Analysis, report: Progress = silent) -> npt.NDArray[np.float64]:
    """:data:`FEATURES` of a recording, then its :func:`timbre_statistics`, ``(45,)``; the strokes' are NaN without a pulse."""
    start = max(0.0, (len(audio) / rate - _LONGEST) / 2)
    audio = audio[round(start * rate) : round((start + _LONGEST) * rate)]
    mid, _ = downmix(audio, rate)
    level = np.concatenate([block for _, block in magnitudes(mid, _N_FFT, _HOP)]) + np.float32(1e-9)
    report(0.3, "listening to the style")
    frequency = np.arange(level.shape[1], dtype=np.float32) * (RATE / _N_FFT)
    drums, power = drum_mask(level, frequency, RATE / _HOP), np.square(level)

    def share(low: float, high: float) -> float:
        band = (frequency >= low) & (frequency < high)
        return float((drums[:, band] * power[:, band]).sum() / (power[:, band].sum() + 1e-9))

    balance = spectral_balance(audio, rate)
    energy = 10 ** (balance / 10) if balance is not None else np.ones(19)
    rate_of_onsets = analysis.density * (analysis.tempo or 60.0) / 60
    found = [
        rate_of_onsets, share(30, 180), share(300, 2_000), share(2_000, 9_000), float(np.log2(max(50.0, analysis.brightness))),
        *(float(10 * np.log10(energy[low:high].sum() / energy.sum() + 1e-6)) for low, high in ((2, 5), (0, 3))),
    ]
    report(0.6, "listening to the style")
    envelopes = onset_envelopes(mid)
    beats = np.asarray([beat - start for beat in analysis.beats if start <= beat < start + len(audio) / rate])
    for row in (KICK, SNARE, HIGH):
        found += _strokes(envelopes[row], beats) if len(beats) > 8 else [np.nan] * 4
    return np.concatenate((found, timbre_statistics(audio, rate)))


def _strokes(strength: npt.NDArray[np.float32], beats: npt.NDArray[np.float64]) -> list[float]:
    """Strength on beats, half way, on the other sixteenths, over the mean; and how beats differ in turn."""
    quarters = []
    for part in (0.0, 0.25, 0.5, 0.75):
        times = np.interp(np.arange(len(beats) - 1) + part, np.arange(len(beats)), beats)
        near = np.round(times * FPS).astype(int)[:, None] + np.arange(-2, 3)
        quarters.append(strength[np.clip(near, 0, len(strength) - 1)].max(axis=1))
    on, early, half, late = (float(quarter.mean()) for quarter in quarters)
    mean = (on + early + half + late) / 4 + 1e-6
    one, other = float(quarters[0][::2].mean()), float(quarters[0][1::2].mean())
    return [on / mean, half / mean, (early + late) / mean / 2, abs(one - other) / (one + other + 1e-6)]
