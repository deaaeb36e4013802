"""The logistic regression of :mod:`lead_voice`, fitted by ``python -m tests.benchmarks.lead_voice``."""

BIAS = -23.08
WEIGHTS = (
    (0.156, -0.4361),  # contrast
    (0.1477, -0.07207),  # salience
    (0.1261, 0.357),  # vibrato
    (0.878, -0.08961),  # glide
    (1.91, -11.05),  # leaps
    (0.652, 0.6347),  # vibrato 4-8 Hz
    (-0.831, 0.8793),  # roughness
    (0.05046, 0.1561),  # level
    (0.08561, 0.1877),  # harmonics
    (-0.1188, 0.1547),  # pitch
    (-0.002924, 0.04704),  # clear 150 Hz
    (-0.03889, -0.02266),  # clear 300 Hz
    (0.04786, 0.08946),  # clear 500 Hz
    (0.04945, 0.2505),  # clear 800 Hz
    (0.08408, 0.04898),  # clear 1200 Hz
    (0.04007, 0.1804),  # clear 1800 Hz
    (-0.1696, 0.1193),  # clear 2500 Hz
    (-0.1569, -0.04593),  # clear 3500 Hz
    (-0.04799, 0.009381),  # share 150 Hz
    (0.03487, 0.09248),  # share 300 Hz
    (0.0004758, -0.06602),  # share 500 Hz
    (0.00855, -0.1002),  # share 800 Hz
    (-0.01654, 0.2513),  # share 1200 Hz
    (-0.1103, -0.208),  # share 1800 Hz
    (0.08792, -0.02158),  # share 2500 Hz
    (0.2027, 0.03783),  # share 3500 Hz
    (0.09068, 0.0709),  # level 150 Hz
    (0.3693, -0.0007793),  # level 300 Hz
    (0.01132, 0.3052),  # level 500 Hz
    (-0.09697, -0.1448),  # level 800 Hz
    (0.02652, 0.4981),  # level 1200 Hz
    (-0.2446, 0.08645),  # level 1800 Hz
    (0.004776, 0.2122),  # level 2500 Hz
    (0.1032, 0.04726),  # level 3500 Hz
    (-0.4198, 2.113),  # centre 150 Hz
    (-2.349, -0.7491),  # centre 300 Hz
    (0.6745, -0.9487),  # centre 500 Hz
    (0.9707, -2.203),  # centre 800 Hz
    (-0.725, 1.399),  # centre 1200 Hz
    (1.63, 0.1488),  # centre 1800 Hz
    (1.875, -0.6074),  # centre 2500 Hz
    (0.7253, 0.4857),  # centre 3500 Hz
    (4.61, -0.7344),  # voice 0
    (-0.2167, -0.4965),  # voice 1
    (1.332, -0.5909),  # voice 2
    (0.7205, -2.018),  # voice 3
    (0.08919, -0.4526),  # voice 4
    (10.81, 14.89),  # voice 5
    (3.65, -1.588),  # voice 6
    (-0.3078, -2.092),  # voice 7
    (3.487, -1.999),  # voice 8
)
"""For each feature the weight of its value in a frame and that of its mean over the recording."""
