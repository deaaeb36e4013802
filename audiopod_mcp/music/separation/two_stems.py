"""A voice and what accompanies it, by two trained convolutional networks, in numpy alone.

Hennequin et al., "Spleeter: a fast and efficient music source separation tool with pre-trained models",
Journal of Open Source Software 5(50), 2020; each network is a U-Net (Jansson et al., ISMIR 2017). Its weights
are not in this package.
"""

from typing import Final

FILE: Final = "two_stems.safetensors"
"""Where :mod:`.two_stem_weights` has the weights."""
NETWORKS: Final = ("vocals", "accompaniment")
LEVELS: Final = 6
"""How often a network halves time and frequency, and doubles them again."""
