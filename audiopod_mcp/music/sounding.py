"""Which of the styles that the studio plays a recording sounds most like, by what is measured in it."""

# ruff: noqa: E501 (tables: one entry a line)
# fmt: off

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.masks import drum_mask
from audiopod_mcp.music.matching import spectral_balance
from audiopod_mcp.music.model import Analysis, Audio, Report, silent
from audiopod_mcp.music.onsets import FPS, HIGH, KICK, SNARE, onset_envelopes
from audiopod_mcp.music.spectrum import RATE, downmix, magnitudes
from audiopod_mcp.music.styles import STYLES
from audiopod_mcp.music.theory import METRES
from audiopod_mcp.music.timbre import measure_timbre

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
"""What is compared, beside the 26 of :func:`colour`. Drums as their share of the power; brightness in octaves; bass and sub-bass as dB of the whole; strokes
as their strength at quarters of beats over the mean, alternating as how much every second beat differs."""
_MEAN = (3.64, 0.301, 0.171, 0.392, 11.3, -6.13, -8.84, 2.17, 1.17, 0.33, 0.566, 2.42, 0.927, 0.329, 0.246, 2.27, 1.2, 0.265, 0.161, 41.6, -15.8, -1.77, -2.74, 3.51, 0.206, 0.617, -0.436, 0.431, 0.792, 1.63, -0.354, -0.522, 19.3, 14.4, 9.46, 7.43, 6.53, 6.15, 5.77, 5.85, 6.29, 6.43, 6.29, 5.98, 5.59)
_SPREAD = (1.22, 0.162, 0.0757, 0.177, 0.426, 4.99, 8.91, 1.01, 0.896, 0.247, 0.338, 0.565, 0.461, 0.197, 0.18, 0.75, 0.614, 0.241, 0.173, 11.6, 14.4, 6.78, 6.71, 3.16, 3.06, 2.91, 2.47, 2.52, 2.75, 2.19, 2.33, 2.01, 5.45, 3.67, 2.4, 1.83, 1.96, 1.59, 1.36, 1.38, 1.53, 1.65, 1.88, 1.9, 1.72)
TYPICAL = {
    "pop": (-3, -6, -3, 1, 5, 4, 2, -6, 10, -7, 11, 8, 1, -12, 7, -1, 8, -9, -4, 6, 6, 6, 9, 1, -1, -5, -7, -6, 1, 5, 7, 5, -3, -8, -7, -4, -4, -3, -1, 5, 4, 4, 4, 1, -5),
    "rock": (0, -3, -1, -3, 5, 1, 1, -2, 3, 0, 6, 4, -1, -6, 9, 3, 4, -10, -6, -1, 4, 14, 3, 9, -9, -3, -1, 5, 3, 6, 10, 5, -14, -12, -7, -8, -3, -3, 0, -5, 0, -2, -2, -5, -5),
    "hip hop": (-4, 2, -4, 3, 8, 4, 7, -8, 3, 11, -3, 1, 0, -2, -3, -7, 4, 7, 4, -8, 4, -14, 3, 9, 13, 9, 9, -4, 3, 14, 11, 11, 11, 3, -2, -5, 6, 17, 20, 16, 14, 5, -5, -9, -7),
    "jazz": (-2, -8, -5, -8, 10, 5, 5, 16, -13, -10, -13, 2, -17, 17, 0, 18, -19, -3, -4, -8, 11, 3, 5, -2, 15, 4, -5, -12, -10, -3, -5, -8, -12, -1, -16, -14, -3, -2, -6, -1, 4, 11, 15, 17, 18),
    "classical": (-30, -17, -18, -17, -14, -13, -30, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -8, -17, -3, -9, 22, -2, 8, -15, -24, -26, -27, -22, -10, -9, -4, 10, 17, 25, 22, 18, 19, 17, 19, 24, 30, 30),
    "house": (0, 15, 14, 13, 8, 3, 6, 5, 0, -9, -13, -8, 15, -7, -10, -8, 16, -8, -5, -5, 5, -6, 5, 0, 10, 6, -1, -6, -2, 6, 8, 4, 8, 10, 10, -1, 3, 5, 0, -6, -7, -8, -10, -11, -9),
    "country": (2, 0, -7, -8, -4, 2, 3, 12, -7, -10, -7, 8, -7, -3, 9, -2, -2, 6, 2, 3, 0, -1, -5, 1, -8, -9, -6, 5, 16, 14, -2, -6, -5, -7, -3, 1, -2, -1, -7, -7, -4, 0, -2, -3, 0),
    "folk": (-9, -10, -16, -3, -9, -2, 2, 18, -13, -12, 13, -2, 12, -11, -9, 5, 2, -11, 16, -3, -12, -6, -6, -5, 1, -1, -1, 13, 15, 7, -12, -23, 12, 14, 19, 11, 2, -3, -4, 2, 9, 9, 8, 11, 14),
    "blues": (-6, -6, -5, -7, 10, 1, 0, 12, -13, -1, 6, 17, -19, -2, 1, 22, -19, -10, -2, -3, 5, 2, 5, -12, -2, -11, 2, 3, 2, 2, 3, -9, -15, -10, -9, -3, -7, -5, 3, 6, 8, 9, 10, 8, 5),
    "reggae": (-11, -13, 0, 5, -6, 3, 1, -8, 16, -12, 2, -9, 22, -12, 7, -6, 14, -8, -3, 11, -6, 11, -3, -7, -9, -9, -9, -6, -4, -2, -1, -2, 8, 10, 8, 14, 2, 0, 2, 6, 8, 10, 10, 4, 2),
    "latin": (0, 4, 5, -1, 10, -4, -3, -13, 3, 22, 0, -4, 0, 6, 2, -7, 2, 10, -7, -23, -3, -3, -1, -10, 17, 19, 10, -5, -8, -16, -13, -7, 9, 3, 8, 3, 3, 4, -4, 0, 1, 0, -2, 2, 2),
    "r&b": (0, 3, -6, 7, -1, 1, 4, -14, 10, 9, 11, 3, -3, 0, -4, -7, 1, 10, -1, -1, -6, -14, -3, 7, 6, 6, 13, 4, 0, -2, 4, 7, 13, 13, 18, 7, 1, -2, 0, -3, -7, -10, -8, -5, -2),
    "metal": (13, -2, 8, -2, 6, 6, 3, -10, -2, 24, -10, -9, 6, 6, 6, 14, -14, -5, -2, 1, 12, 16, 9, 4, -1, -6, -2, -3, -1, -5, 4, -1, -16, -10, -15, -13, -10, -9, -14, -17, -19, -18, -16, -16, -15),
    "electronic": (2, 8, 2, 12, 6, 5, 5, 0, -1, 2, -16, -10, 9, 4, -11, -6, 13, -7, -5, 4, 10, 0, 9, 7, 11, 5, 0, -4, -4, 0, 7, 9, 1, -2, 2, 7, 3, 10, 8, 8, 6, 2, -1, -1, 2),
    "ballad": (-20, -10, -12, -3, -9, 0, 0, 11, -5, -13, 11, 12, -4, -13, 3, 11, -5, -11, -2, 4, -7, 9, -6, 2, 7, 6, -6, 1, 0, -2, 7, 11, 9, 19, 20, 9, 1, -1, 7, 5, 4, 7, 9, 7, 4),
    "punk": (12, 2, 13, 0, 4, 5, 2, -4, 4, 1, -15, 9, -5, -7, -11, 0, 7, -10, -7, 0, 8, 15, 3, 3, -12, -6, -6, 1, 0, 1, 6, 1, -15, -14, -12, -10, -7, -10, -7, -10, -6, -9, -10, -11, -7),
    "trap": (22, 4, -9, 2, 7, 4, 7, -2, -2, 8, -14, -8, 21, -13, -10, -17, -1, 28, -1, -9, 2, 6, 16, -11, -1, -7, 8, 6, 13, 8, 6, 12, 7, 6, 4, 0, 6, 17, 25, 20, 15, 7, 1, -4, -6),
    "lo-fi": (-4, -3, -11, 12, -6, -1, 3, -8, 11, -4, 12, 7, -2, -7, -1, 3, 1, -5, -3, 2, -3, -12, -2, 9, 12, 7, 14, 16, 4, -4, -10, -7, 8, 2, 5, 5, 1, -6, -8, -6, -2, -2, 0, 6, 3),
    "swing": (2, -7, 0, -7, 10, 2, 3, 14, -13, -5, -13, 2, -12, 11, -3, 14, -19, 2, -2, -3, 7, -4, -1, -14, 8, -12, -4, 11, 14, 1, -2, -5, -18, -15, -16, -14, -10, -7, -3, 4, 2, 1, 2, 5, 4),
    "bossa nova": (10, 0, -4, -5, -6, 4, 3, 0, -5, 10, -11, -19, 9, 16, 13, -12, 7, 9, -1, 18, 6, 5, -3, -16, 7, 1, -11, 9, 11, 10, -14, -15, -1, -1, -8, 3, -7, -9, -6, -5, -7, -6, -2, 2, -2),
    "waltz": (-12, -16, -15, -16, -13, -5, -25, 7, -11, 6, -11, 5, -10, 4, -10, 11, -12, -2, 21, -1, -11, 7, -9, 21, -8, 5, -15, -21, -20, -20, -21, -18, -7, -1, 2, 8, 17, 12, 17, 16, 12, 17, 18, 29, 30),
    "cinematic": (-10, -4, -9, -8, -14, -1, 1, 6, -7, 0, 7, -15, 5, 17, 8, -4, -2, 8, 30, 14, -3, 9, -4, 0, -14, -2, -14, -15, -10, -4, -1, -2, -15, -13, -15, -11, -6, -1, -5, -6, -14, -14, -14, -12, -11),
    "ambient": (-26, -17, -14, -12, -19, -5, 1, 6, -4, -4, 4, -2, -2, 5, 2, -2, 0, 3, -2, 5, -12, -2, -5, 3, -5, 8, -15, -24, -12, -5, 0, 1, -1, 10, 1, -1, -6, -3, 0, 0, 0, -1, -3, 1, 12),
    "techno": (4, 13, 11, 6, 4, 4, 6, 6, -3, -7, -15, -8, 7, 2, -8, -12, 20, -8, -5, 1, 9, -3, 2, 5, 2, 3, 4, -5, 1, 0, 1, 1, 9, -3, 0, -7, -2, 3, -4, -9, -8, -11, -14, -13, -13),
    "trance": (19, 8, 5, 11, 3, 4, 6, -8, 3, 11, -14, -23, -1, 30, -13, -4, 8, -4, -4, 5, 8, -1, 7, 0, 7, 4, 3, 2, 2, 5, 10, 10, 2, 1, 5, -5, -1, 2, -2, -9, -9, -8, -11, -11, -10),
    "drum and bass": (9, 12, 7, 11, 6, 2, 5, -7, 7, 1, 5, 3, 1, -5, 15, -2, 3, 0, 10, -1, 3, -11, 1, 1, 9, 6, 11, -2, -2, 5, 8, 6, 8, -1, 6, -1, -3, -4, -8, -9, -11, -10, -10, -8, -4),
    "dubstep": (-1, 3, -1, 7, 1, 2, 5, -3, -5, 14, 1, -1, -2, 4, 23, -10, 0, 15, 30, -2, -3, 1, 5, -5, 3, 3, 4, 2, -3, -2, 9, 12, 18, 26, 10, 2, -6, -2, -5, -11, -12, -12, -11, -10, -7),
    "synthwave": (2, 3, 3, -3, 6, 4, 5, 0, -5, 10, -7, -13, -1, 20, 14, 2, 5, -10, 2, 6, 9, -2, 5, 3, 1, 3, 6, 3, 6, 8, 9, 8, 0, 1, -7, -8, -3, -1, -1, 1, -3, -1, -4, -4, -3),
    "chiptune": (19, 8, 29, 13, 5, 8, 0, -2, -1, 6, -5, -4, 2, 3, -12, -10, 3, 12, -5, 1, 15, 15, 15, 9, -5, -5, 3, 0, -7, -16, -11, 0, -5, -12, 0, 20, 30, 30, 24, 26, 30, 21, 17, 8, -1),
    "disco": (3, 0, 2, 12, 10, 4, 1, -19, 25, -5, -8, -18, 18, 4, -10, 5, -2, -6, -6, 1, 8, 3, 9, -4, 0, -7, 3, 1, 4, 4, 5, 2, -6, -10, -8, -9, -6, -7, -5, 5, 7, 8, 8, 8, 7),
    "soul": (-6, -7, -1, -1, 4, 2, -1, -4, 8, -6, 2, 8, -5, -6, -13, 0, 7, -9, -3, 7, 3, -5, -1, -3, 1, -15, -1, -4, -5, 3, 4, 3, -9, -10, -13, -7, -6, -8, -5, 1, 4, 9, 10, 8, 7),
    "funk": (8, 16, 12, -4, 12, 1, 0, 5, -3, -4, -11, -2, 6, -4, -1, -6, 6, 1, -5, -10, 4, -3, 5, -1, 2, -1, 10, 3, 0, -2, -4, -9, 7, 7, 8, 4, -5, -5, -8, -7, -7, -8, -8, -9, -7),
    "ska": (5, -6, 9, 1, 3, 6, 2, 13, -13, -5, 5, 2, 7, -11, 7, -4, 12, -8, -5, 8, 7, 12, 1, -6, -11, -11, 0, 5, 3, 4, 4, 2, 4, -6, 2, -6, -8, -5, 1, 6, 9, 11, 11, 3, -2),
    "gospel": (-10, -7, -2, 0, 7, 1, -1, 11, -12, -2, 7, 10, -15, 3, -2, 22, -19, -10, 5, 5, 4, -4, 6, -21, -11, -8, -7, -18, -5, -12, 4, 13, -17, -6, -13, -3, -6, -5, -3, 0, 0, -3, -1, -2, -3),
    "reggaeton": (-1, 2, -2, -2, 9, 4, 7, -12, 9, 8, 4, -8, 10, 0, 9, -8, 3, 9, 2, -6, 6, -7, 3, 2, 11, 17, 15, 6, 12, 17, 10, 5, 8, 7, 2, -5, 2, 16, 25, 20, 15, 6, -4, -6, -6),
    "march": (-1, 14, 0, -6, 1, 0, -1, 16, -13, -10, 11, 13, -9, -8, -7, 2, -1, -2, 10, -2, -2, -3, -7, -15, -15, -6, 0, 8, 5, 10, 3, -2, 9, -5, 0, -5, -6, -14, -12, -13, -8, -3, -2, -2, -1),
    "lullaby": (-15, 30, -17, -11, -22, -30, -30, 9, -3, -13, -13, 4, 3, -10, -7, 11, -9, -6, 0, -30, -30, -30, -30, 8, 11, 15, -6, -10, -18, -13, -1, 11, -4, -7, -9, 5, 16, 9, 2, 0, -4, -8, -3, -4, -5),
    "celtic": (6, -12, 6, -16, -17, -11, -2, 15, -12, -10, 11, 0, -14, 17, 6, -10, -5, 22, -1, 1, -14, -12, -19, -2, -17, 4, 13, 15, 12, 3, -11, -17, -4, -2, 4, 12, 4, -4, -3, -2, 4, 1, -2, -1, -3),
    "bluegrass": (12, -11, -12, -14, -14, -1, 3, 2, 4, -11, 13, -3, -1, 5, -12, -6, -6, 16, -3, -1, -9, 6, -12, 4, -11, 7, -7, 6, 20, 7, -12, -11, -5, -3, -2, 3, 7, -1, -2, -4, 4, 9, 7, 5, 7),
    "tango": (-13, 1, -7, -15, -14, -5, 1, 12, -13, 0, -11, 21, -18, -9, -2, 13, -12, -5, 16, 2, -10, 3, -12, 19, -1, 18, 7, 4, 3, 9, 1, -5, 0, -10, -10, -11, -5, -3, -5, -6, -1, 3, 5, 5, 2),
    "flamenco": (9, -11, -8, 22, -11, -12, -5, 13, -10, -8, 6, -9, 3, 9, -12, -7, 9, 0, -6, -3, -19, -12, -30, -2, -9, 2, -17, 2, 5, -7, -12, -15, 10, 7, 3, 12, 9, 5, -1, -5, -2, -1, -2, -2, -3),
    "klezmer": (1, 18, -1, -9, -6, 2, 0, -3, 1, 3, 13, -7, 8, 1, 9, -4, 2, 4, -3, 6, 1, 7, -8, 10, 6, -12, -4, 12, -2, -5, -7, -5, -3, -6, 2, -3, -3, -7, -7, -12, -16, -14, -10, -6, -3),
    "samba": (15, -6, 14, 19, 5, 1, -1, -6, 1, 11, 5, 3, 0, -4, 11, -6, 6, 2, -7, 9, 6, -4, 6, -24, -9, -11, 0, 9, 7, 1, -6, -5, -10, -9, -10, 0, -5, -7, -1, 3, 4, 6, 3, 3, 0),
    "cumbia": (0, -10, 25, 17, -5, 3, 2, -18, 25, -10, 13, -4, 6, 0, -11, -9, 6, 7, 1, 11, 6, 4, 2, 3, -2, 9, -3, 0, -6, -2, 4, 8, 2, 3, -4, 2, 2, 6, 1, -1, -4, -1, 4, 7, 6),
    "mariachi": (-7, -9, -13, -18, -14, 0, 2, 4, 3, -12, 8, 5, -4, -3, 3, 5, -5, -2, 4, 3, -5, 4, -20, -4, -20, -12, -12, 12, 16, 7, -10, -2, -7, -5, 2, 4, 3, 2, 5, 1, -2, 4, 6, 8, 9),
    "polka": (0, 14, 4, -4, 0, 2, 0, -20, 29, -11, 7, -4, 10, -7, 8, 2, 4, -8, -5, 5, 0, 1, -7, -2, 0, -14, -1, 10, -1, 1, 2, 0, 8, -6, 8, -2, -3, -9, -10, -10, -11, -8, -5, -6, -8),
    "afrobeat": (10, 7, 15, 3, 10, 0, -1, -13, 3, 21, 11, -6, -7, 17, -9, -13, 2, 18, -7, -3, 2, -6, 3, -7, -4, -8, 7, 0, -2, 1, -1, -2, 6, 5, 5, 2, -2, -6, -5, -7, -7, -9, -5, -4, -7),
    "boogie": (7, 6, 6, 13, -4, 7, 3, -5, 0, 10, -10, 10, -13, 1, -8, 6, -19, 16, -6, 17, 5, 9, 8, -3, 9, 4, 6, -2, -6, -3, -4, -9, 4, -2, -3, -10, -12, -9, -11, -6, -2, 4, 8, 10, 10),
    "rock and roll": (7, 6, 2, -5, 12, 4, 1, 8, -11, 2, -10, 17, -15, -7, 7, 17, -14, -8, -3, -4, 10, 3, 12, -5, 2, 2, 10, 1, -2, -8, 0, -5, -15, -14, -18, -18, -15, -13, -13, -9, -6, -1, 4, 7, 6),
    "ragtime": (-12, -16, -8, -12, -30, -8, -10, 17, -13, -13, 12, 17, -10, -12, 1, 10, -7, -6, -5, 26, -21, 4, -12, -1, -3, 6, -11, 0, -9, 6, -19, -2, 3, 30, 7, -3, 3, 1, 8, 11, 10, 15, 21, 10, 8),
    "gypsy jazz": (-4, -8, -3, -13, -20, 0, 4, 8, -13, 6, 8, 10, -9, -5, -2, 14, -12, -6, 7, 11, -8, 1, -15, 12, -2, -2, 2, 17, 20, 5, -5, -4, 0, 4, 7, 11, 4, -5, -8, -6, -4, -8, -3, 3, 9),
    "dub": (-8, -5, 2, 5, -1, 6, 3, -3, 10, -11, -10, 0, 9, -10, 2, 2, 3, -6, -5, 6, 4, 9, 3, 3, -9, -13, -5, 4, -2, -12, -7, 0, 16, 8, 10, 10, 4, 0, 2, 3, 5, 7, 6, -1, -7),
    "grime": (3, 6, 10, 16, -4, 4, 6, -7, -1, 15, -5, -11, 15, -1, -10, -9, 3, 11, 13, 21, 3, 2, 6, 7, 3, -10, 8, -2, -2, 2, 3, -1, 25, 12, 2, 4, 4, 1, -2, -3, -10, -11, -10, -8, -10),
    "phonk": (8, -4, 7, 3, 7, 0, 7, -10, 10, 2, 10, -7, 4, 6, 7, -9, 4, 10, -7, -18, 1, 12, 14, 8, -14, -7, -8, 3, -3, -7, -2, 7, 5, 1, -5, -10, -5, 6, 11, 13, 9, -2, -8, -9, -9),
    "trip hop": (-3, -2, -10, -7, -1, 0, 3, -6, 6, 2, -1, 7, -2, -8, 7, -4, 9, -4, -5, -8, -3, -3, -5, 8, 15, 17, 9, 3, -5, -1, 5, 1, 4, 6, 5, 2, -7, -7, -11, -9, -5, -6, -2, 0, 0),
    "uk garage": (4, 11, 17, 17, 1, 4, 6, -2, 1, 2, -14, -13, 17, -1, -11, -1, 2, -1, -5, 3, 3, -4, -1, -1, 0, 0, -5, -3, -2, -2, 5, 8, 14, 5, 5, 6, -1, 0, -1, -2, -8, -13, -11, -10, -8),
    "amapiano": (8, 10, 6, 8, 5, 3, 6, -11, 8, 9, 6, -12, 3, 14, -13, -7, 0, 11, -8, -6, -1, -8, 1, -1, 9, 13, 12, -1, -2, 2, -2, 2, 4, 12, 8, 3, 7, 10, 14, 14, 8, 0, -8, -8, -3),
    "hardstyle": (4, 14, 17, 12, 15, 4, 6, 6, -4, -4, -11, 6, -2, -7, -9, -18, 27, -7, 9, -7, 12, -3, 13, -11, -3, 7, 6, -4, 2, 3, 12, 13, 1, -5, 8, 1, -2, -3, -4, -12, -14, -13, -12, -10, -7),
    "future bass": (8, -2, -4, 7, 3, 4, 5, -6, 0, 11, 10, 3, 0, -5, 26, -7, 5, 4, 0, 0, 2, 1, 7, 1, 10, 8, 13, 11, 9, 12, 15, 16, 4, 0, 4, -1, 5, 7, 11, 8, 5, 5, 3, 3, 5),
    "k-pop": (8, 10, 4, 14, 4, 5, 5, -8, 4, 11, 6, -4, 5, 0, -11, -7, 2, 9, -6, -2, 5, 1, 5, 12, 11, 5, -1, -6, -2, 0, 5, 7, 12, 6, 2, -3, 4, 5, 4, 3, 3, 4, 1, -1, -2),
    "city pop": (3, 21, -4, -4, 7, 0, -1, -3, 5, -3, 5, -1, -2, 4, 7, -9, 6, 7, 1, -6, -1, -11, -1, 1, 7, -5, 7, -2, -8, -5, -4, -6, 5, 9, 11, 7, -5, -6, -7, -3, -3, -6, -6, -6, -5),
    "post-rock": (-6, -9, -2, -3, 11, 2, 1, 3, 1, -8, -11, 9, -2, -10, 9, 7, -3, -8, -8, -4, 8, 7, 11, -6, -1, -1, 1, -3, 6, 9, 17, 10, -13, -14, -15, -6, -4, -1, -1, 0, -1, -1, -1, -4, -6),
    "shoegaze": (-5, -3, -3, -2, 6, 2, 0, -3, 8, -9, 6, 3, -3, -1, 8, 2, 4, -9, -2, -2, 3, 4, 7, -5, -6, -5, 1, -4, 0, -1, 6, 3, -17, -5, -12, -4, -11, -6, -3, 3, 5, 4, 1, -1, -3),
    "grunge": (-3, -3, -3, 0, 7, 3, 2, -9, 10, 1, 2, -1, -2, 5, 8, 9, -13, 3, -7, 0, 8, 15, 9, -1, -5, -8, -2, -3, 0, 3, 8, 3, -13, -12, -11, -13, -3, 0, -2, 2, 2, -2, -7, -10, -9),
    "surf": (5, -2, 9, -4, 13, 4, 2, -2, 2, 1, 7, -1, 5, -5, 8, 5, -1, -7, -9, -5, 10, 4, 12, -4, -3, -6, 3, 3, 6, 6, 12, 8, -8, -9, -13, -4, -6, -7, -8, -10, -9, -7, -7, -7, -9),
    "baroque": (-14, -14, -16, -16, -8, -11, -28, -2, 0, 4, -8, -5, 0, 7, -4, 3, 2, -7, -4, -11, -13, -1, -16, 1, -10, -12, -23, -16, -17, -14, -1, -4, -2, 7, 26, 30, 30, 17, 19, 13, 10, 15, 14, 16, 18),
    "christmas": (-3, -3, -7, -6, 9, -1, 2, 13, -13, -4, 11, 19, -18, -6, -8, 23, -19, -11, 4, -7, -3, -6, 8, -8, 12, 16, 9, -2, -7, -6, -12, -10, -2, 11, 0, 3, -2, -3, -7, -7, -2, 4, 11, 8, 7),
}
"""Mean features of three pieces of 20 s in each style, in tenths of the spreads: ``tests.benchmarks.transforming DATA styles``."""


def nearest_styles(
    audio: Audio, rate: int, analysis: Analysis, count: int, report: Report = silent
) -> tuple[str, ...]:
    """The names of the styles nearest to ``audio``, in the metre and near the tempo that were heard in it."""
    return nearest_to(features(audio, rate, analysis, report), analysis, count)


def nearest_to(found: npt.NDArray[np.float64], analysis: Analysis, count: int) -> tuple[str, ...]:
    """The names of the styles nearest to what has these :func:`features`: by mean distance in spreads of how it
    is played and of its colour, and by how far its tempo is from theirs.
    """
    own = (found - np.asarray(_MEAN)) / np.asarray(_SPREAD)
    known = ~np.isnan(own)
    metre = METRES.get(analysis.timesignature or "4/4", METRES["4/4"])

    def far(name: str) -> float:
        apart = np.minimum(np.abs(np.clip(own, -3, 3) - np.asarray(TYPICAL[name]) / 10), _FURTHEST)
        played, coloured = apart[: len(FEATURES)][known[: len(FEATURES)]], apart[len(FEATURES) :]
        low, high = STYLES[name].tempo
        tempo = analysis.tempo or 100.0
        outside = min(max(np.log2(low / (tempo * by)), np.log2(tempo * by / high), 0.0) for by in (0.5, 1.0, 2.0))
        triple = (METRES[STYLES[name].timesignature].beats == 3) != (metre.beats == 3)
        return float(played.mean() + coloured.mean() + _TEMPO * outside + 0.3 * triple)

    return tuple(sorted((name for name in TYPICAL if name in STYLES), key=far)[:count])


def colour(audio: Audio, rate: int) -> npt.NDArray[np.float64]:
    """The colour of the sound, ``(26,)``: mean and spread of cepstral coefficients of its band levels, dB."""
    measured = measure_timbre(downmix(audio, rate)[0])
    bands = measured.bands[measured.energy >= 1e-4 * measured.energy.max()].astype(np.float64)
    count = bands.shape[1]
    basis = np.cos(np.pi / count * (np.arange(count) + 0.5)[:, None] * np.arange(1, 14)) / np.sqrt(count / 2)
    cepstra = bands @ basis
    return np.concatenate((cepstra.mean(axis=0), cepstra.std(axis=0)))


def features(audio: Audio, rate: int, analysis: Analysis, report: Report = silent) -> npt.NDArray[np.float64]:
    """:data:`FEATURES` of a recording, then its :func:`colour`, ``(45,)``; the strokes' are NaN without a pulse."""
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
    return np.concatenate((found, colour(audio, rate)))


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
