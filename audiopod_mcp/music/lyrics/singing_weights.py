"""The logistic regression of :mod:`lead_voice`, fitted by ``python -m tests.benchmarks.lead_voice``."""

BIAS = -25.26
WEIGHTS = (
    (-0.9532, -0.5354),  # contrast
    (0.8346, -0.7448),  # salience
    (0.1066, 0.3195),  # vibrato
    (0.4197, 0.3778),  # glide
    (2.136, -10.95),  # leaps
    (0.5487, 0.6998),  # vibrato 4-8 Hz
    (-0.3104, 0.8176),  # roughness
    (0.1098, 0.2877),  # level
    (0.1536, 0.1943),  # harmonics
    (-0.2439, 0.185),  # pitch
    (-0.03341, -0.05508),  # clear 150 Hz
    (-0.02276, -0.09595),  # clear 300 Hz
    (0.1175, 0.1089),  # clear 500 Hz
    (-0.003033, 0.07785),  # clear 800 Hz
    (0.0297, -0.05999),  # clear 1200 Hz
    (0.08435, -0.02504),  # clear 1800 Hz
    (0.09615, 0.1646),  # clear 2500 Hz
    (-0.09527, 0.3934),  # clear 3500 Hz
    (-0.04529, 0.03447),  # share 150 Hz
    (0.07055, 0.1323),  # share 300 Hz
    (0.006177, -0.02968),  # share 500 Hz
    (0.09867, -0.1225),  # share 800 Hz
    (-0.1592, 0.1186),  # share 1200 Hz
    (-0.1936, -0.4477),  # share 1800 Hz
    (0.04476, -0.01582),  # share 2500 Hz
    (0.2566, 0.1069),  # share 3500 Hz
    (0.09334, 0.0819),  # level 150 Hz
    (0.4969, -0.1969),  # level 300 Hz
    (-0.08558, 0.4272),  # level 500 Hz
    (-0.1622, -0.1996),  # level 800 Hz
    (-0.1781, 0.5336),  # level 1200 Hz
    (-0.5321, -0.03331),  # level 1800 Hz
    (0.7233, 0.05043),  # level 2500 Hz
    (0.1022, 0.3429),  # level 3500 Hz
    (-0.7214, 3.426),  # centre 150 Hz
    (-3.379, -1.132),  # centre 300 Hz
    (1.222, -1.682),  # centre 500 Hz
    (1.295, -3.695),  # centre 800 Hz
    (1.799, 2.636),  # centre 1200 Hz
    (0.6969, 2.606),  # centre 1800 Hz
    (0.246, 1.232),  # centre 2500 Hz
    (2.488, -2.307),  # centre 3500 Hz
    (6.233, 0.6451),  # voice 0
    (0.5953, -3.389),  # voice 1
    (1.013, 0.1174),  # voice 2
    (0.5047, -2.591),  # voice 3
    (0.1641, -0.1188),  # voice 4
    (12.78, 12.13),  # voice 5
    (3.734, -1.182),  # voice 6
    (-0.6916, -0.9273),  # voice 7
    (3.701, -1.066),  # voice 8
)
"""For each feature the weight of its value in a frame and that of its mean over the recording."""
