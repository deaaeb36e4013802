"""Sound: in tune, clean, loud as intended; stems that are the mix; the same bytes from the same seed."""

from dataclasses import replace

import numpy as np
import pytest

from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.generation.generate import generate, generate_sample, rap_brief
from audiopod_mcp.music.model import SAMPLE_RATE, Brief, Note, Part, Rendering, Score, ignore_progress
from audiopod_mcp.music.signal.loudness import integrated_loudness, true_peak
from audiopod_mcp.music.synthesis import INSTRUMENTS, TRACKS, mix, record, render
from audiopod_mcp.music.synthesis.part_rendering import render_part

LYRICS = "[Verse]\nWalking down the empty street\nHear the sound of silver feet\n[Chorus]\nCarry me home\nCarry me home"


def piece(style: str = "pop", duration: float = 8.0, **changes: object) -> Score:
    return compose(replace(Brief("", style=style, duration=duration), **changes), seed=7)


def single(
    name: str, pitch: float, seconds: float = 1.5, velocity: int = 100, syllable: str | None = None
) -> np.ndarray:
    """One dry note of an instrument, mono."""
    note = Note(0.0, seconds, pitch, velocity, syllable)
    dry = render_part(
        Part(INSTRUMENTS[name].track, name, (note,)), int((seconds + 3) * SAMPLE_RATE), 1, ignore_progress
    )
    return dry if dry.ndim == 1 else dry.sum(axis=1)


def measured_pitch(wave: np.ndarray, expected: float) -> float:
    """MIDI pitch of the fundamental near ``expected``, from the centre of its spectral peak."""
    window = wave[int(0.1 * SAMPLE_RATE) : int(1.3 * SAMPLE_RATE)]
    spectrum = np.abs(np.fft.rfft(window * np.hanning(len(window)), 1 << 18))
    frequencies = np.fft.rfftfreq(1 << 18, 1 / SAMPLE_RATE)
    expected_hz = 440 * 2 ** ((expected - 69) / 12)
    near = np.abs(frequencies / expected_hz - 1) < 0.035
    power = spectrum[near] ** 2
    centre = (frequencies[near] * power).sum() / power.sum()
    return float(69 + 12 * np.log2(centre / 440))


PITCHED = [name for name, i in INSTRUMENTS.items() if not i.unpitched and name != "spoken voice"]


@pytest.mark.slow
@pytest.mark.parametrize("name", PITCHED)
def test_every_instrument_is_in_tune(name: str) -> None:
    instrument = INSTRUMENTS[name]
    for pitch in (instrument.low + 2, (instrument.low + instrument.high) // 2):
        wave = single(name, pitch, syllable="la" if name == "voice" else None)
        # A second of a low, detuned bass can't be measured any better.
        assert abs(measured_pitch(wave, pitch) - pitch) < (0.2 if pitch < 36 else 0.06)


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_every_note_is_clean(name: str) -> None:
    instrument = INSTRUMENTS[name]
    pitch = 38 if instrument.unpitched else (instrument.low + instrument.high) // 2
    wave = single(name, pitch, 0.5)
    assert np.isfinite(wave).all()
    assert 0.01 < np.abs(wave).max() < 2.5
    assert abs(wave.mean()) < 0.002 * np.abs(wave).max() + 1e-5
    assert wave[-100:].max() < 1e-4, "nothing rings on for ever"
    # No click where the key goes up: no sample-to-sample jump that the note itself doesn't have.
    end = int(0.5 * SAMPLE_RATE)
    jumps = np.abs(np.diff(wave, n=2))
    if not instrument.unpitched:
        assert jumps[end - 50 : end + 200].max() <= 1.3 * jumps[:end].max()


@pytest.mark.parametrize("name", ["piano", "acoustic guitar", "vibraphone", "upright bass"])
def test_struck_notes_die_away_and_blown_ones_last(name: str) -> None:
    wave = single(name, 48, 2.0)
    early, late = (np.sqrt(np.mean(wave[int(a * SAMPLE_RATE) :][:8000] ** 2)) for a in (0.1, 1.6))
    assert late < 0.8 * early
    held = single("flute", 72, 2.0)
    early, late = (np.sqrt(np.mean(held[int(a * SAMPLE_RATE) :][:8000] ** 2)) for a in (0.2, 1.6))
    assert late > 0.8 * early


def test_louder_is_brighter() -> None:
    def bright(wave: np.ndarray) -> float:
        spectrum = np.abs(np.fft.rfft(wave[: SAMPLE_RATE // 2])) ** 2
        return float(spectrum[500:].sum() / spectrum.sum())

    for name in ("piano", "trumpet", "electric piano", "acoustic guitar"):
        assert bright(single(name, 60, velocity=120)) > 1.2 * bright(single(name, 60, velocity=40)), name


def test_a_singer_slides_from_the_note_before() -> None:
    def beginning(first: float) -> float:
        """MIDI pitch of the second note, 95 to 155 ms after it began."""
        notes = (Note(0.0, 0.5, first, 100, "ah"), Note(0.5, 1.0, 60, 100, "ah"))
        wave = render_part(Part("vocals", "voice", notes), 2 * SAMPLE_RATE, 1, ignore_progress)
        at = SAMPLE_RATE // 2
        # What the first note leaves behind is gone after its release.
        window = wave[at + 4200 : at + 4200 + 2646]
        power = np.abs(np.fft.rfft(window * np.hanning(len(window)), 1 << 18)) ** 2
        hertz = np.fft.rfftfreq(1 << 18, 1 / SAMPLE_RATE)
        near = np.flatnonzero((hertz > 220) & (hertz < 310))
        return float(69 + 12 * np.log2(hertz[near[power[near].argmax()]] / 440))

    assert beginning(64) > beginning(57) + 0.05


@pytest.mark.parametrize("name", ["violin", "flute"])
def test_a_step_is_slurred_and_a_repeated_note_begun_anew(name: str) -> None:
    def dip(second: float) -> float:
        """Lowest level around the change of note, over that of what comes before."""
        notes = (Note(0.0, 0.57, 69, 90), Note(0.6, 0.57, second, 90))
        wave = render_part(Part(INSTRUMENTS[name].track, name, notes), 2 * SAMPLE_RATE, 1, ignore_progress)
        level = np.sqrt(np.mean(wave.reshape(-1, 441) ** 2, axis=1))
        return float(level[52:72].min() / level[40:55].mean())

    assert dip(69) < 0.5 < 0.7 < dip(71)


def levels(wave: np.ndarray, pitch: float, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies and power of partials 1 … ``count`` in the second half second."""
    window = wave[int(0.3 * SAMPLE_RATE) :][:SAMPLE_RATE]
    power = np.abs(np.fft.rfft(window * np.blackman(len(window)), 1 << 18)) ** 2
    hertz = np.fft.rfftfreq(1 << 18, 1 / SAMPLE_RATE)
    f = 440 * 2 ** ((pitch - 69) / 12)
    near = [np.flatnonzero(np.abs(hertz - k * f) < 0.35 * f) for k in range(1, count + 1)]
    peaks = [bins[power[bins].argmax()] for bins in near]
    return hertz[peaks], power[peaks]


def attack(wave: np.ndarray) -> float:
    """Seconds from 10 % to 90 % of the level half a second later (or of the peak, if that's lower)."""
    level = np.sqrt(np.mean(wave[: SAMPLE_RATE // 220 * 220].reshape(-1, 220) ** 2, axis=1))
    whole = min(level.max(), np.median(level[80:140]))
    return float(((level > 0.9 * whole).argmax() - (level > 0.1 * whole).argmax()) * 220 / SAMPLE_RATE)


def test_a_piano_string_is_stiff_and_dies_in_two_stages() -> None:
    wave = single("piano", 45, 4.0)
    hertz, _ = levels(wave, 45, 8)
    stretch = (hertz[7] / (8 * hertz[0])) ** 2 - 1
    assert 1e-5 < stretch / 63 < 4e-4  # B of A2 on grands: up to 3e-4
    wave = single("piano", 64, 4.0)
    level = [20 * np.log10(np.std(wave[int(t * SAMPLE_RATE) :][:8820])) for t in (0.1, 0.6, 2.0, 3.0)]
    assert (level[0] - level[1]) / 0.5 > 1.3 * (level[2] - level[3])


def test_a_clarinet_has_odd_partials_and_an_oboe_all() -> None:
    for name, low, high in (("clarinet", -60, -15), ("oboe", -8, 12)):
        _, power = levels(single(name, 62), 62, 6)
        assert low < 10 * np.log10(power[1] / power[[0, 2]].mean()) < high, name


def test_strings_are_bowed_slowly_and_plucked_at_once() -> None:
    assert 0.025 < attack(single("violin", 69)) < 0.15
    assert 0.04 < attack(single("strings", 67)) < 0.25
    assert attack(single("acoustic guitar", 60)) < 0.015


def test_strings_that_tremble_swell_or_die_and_a_kettle_in_tune() -> None:
    def late(name: str) -> float:
        """Level of a held note's second second over its first half."""
        wave = single(name, 69, 2.0)
        return float(np.std(wave[SAMPLE_RATE : 2 * SAMPLE_RATE]) / np.std(wave[: SAMPLE_RATE // 2]))

    assert late("mandolin") > 0.5 > 0.2 > late("ukulele")
    assert late("pedal steel") > 0.5
    assert 0.04 < attack(single("pedal steel", 64)) < 0.25
    hertz, power = levels(
        single("timpani", 45), 45 - 12, 6
    )  # partials of the octave below: 2, 3, 4 and 5 sound
    assert np.allclose(hertz[1:5] / hertz[1], (1, 1.5, 1.99, 2.44), rtol=0.02)
    assert power[0] < 0.01 * power[1]


@pytest.mark.parametrize(("name", "pitch"), [("piano", 60), ("acoustic kit", 42), ("violin", 69)])
def test_a_repeated_note_is_not_the_same_twice(name: str, pitch: float) -> None:
    notes = tuple(Note(float(i), 0.4, pitch, 100) for i in range(2))
    dry = render_part(Part(INSTRUMENTS[name].track, name, notes), 2 * SAMPLE_RATE, 1, ignore_progress)
    first, second = dry[: SAMPLE_RATE // 3], dry[SAMPLE_RATE:][: SAMPLE_RATE // 3]
    assert np.abs(first - second).max() > 0.05 * np.abs(first).max()
    assert 0.7 < np.std(first) / np.std(second) < 1.4


def test_a_closed_hat_ends_an_open_one() -> None:
    def ringing(*notes: Note) -> float:
        wave = render_part(Part("drums", "acoustic kit", notes), SAMPLE_RATE, 1, ignore_progress)
        return float(np.std(wave[int(0.42 * SAMPLE_RATE) : int(0.6 * SAMPLE_RATE)]))

    opened, pedal = Note(0.0, 0.1, 46, 100), Note(0.25, 0.1, 44, 60)
    assert ringing(opened, pedal) < 0.1 * ringing(opened)


def test_a_ride_is_one_cymbal_however_it_is_hit() -> None:
    def modes(key: int, velocity: int) -> np.ndarray:
        note = Note(0.0, 0.5, key, velocity)
        wave = render_part(Part("drums", "acoustic kit", (note,)), 2 * SAMPLE_RATE, 1, ignore_progress)
        spectrum = np.log(np.abs(np.fft.rfft(wave.mean(axis=1)[4410:48510]))[1500:6000:1] + 1e-9)
        return spectrum - np.convolve(spectrum, np.ones(101) / 101, "same")

    def alike(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.corrcoef(a, b)[0, 1])

    soft, hard = modes(51, 50), modes(51, 120)
    assert alike(soft, hard) > 0.2 > alike(hard, modes(59, 120)) + 0.03


def test_drums_are_skins_and_plates() -> None:
    def hit(key: int, velocity: int = 110) -> np.ndarray:
        drums = Part("drums", "acoustic kit", (Note(0.0, 0.3, key, velocity),))
        return render_part(drums, 2 * SAMPLE_RATE, 1, ignore_progress).mean(axis=1)

    def share(wave: np.ndarray, low: float, high: float) -> float:
        spectrum = np.abs(np.fft.rfft(wave)) ** 2
        hertz = np.fft.rfftfreq(len(wave), 1 / SAMPLE_RATE)
        return float(spectrum[(hertz > low) & (hertz < high)].sum() / spectrum.sum())

    def falls(wave: np.ndarray, decibels: float) -> float:
        """Seconds until the level stays below its peak by so much."""
        level = 20 * np.log10(np.sqrt(np.mean(wave[:88_000].reshape(-1, 440) ** 2, axis=1)) + 1e-9)
        return float(np.flatnonzero(level > level.max() - decibels)[-1] * 440 / SAMPLE_RATE)

    kick, tom, ride, crash, opened = (hit(key) for key in (36, 41, 51, 49, 46))
    assert share(kick[:1500], 90, 400) > 3 * share(kick[4000:9000], 90, 400)  # the pitch falls
    assert 0.1 < falls(kick, 40) < 0.5 < falls(tom, 40) < 1.2
    for cymbal in (ride, crash, opened):
        assert share(cymbal, 300, 3000) > 0.02
        assert falls(cymbal, 40) > 0.9
    assert share(crash[:1323], 4000, 16_000) < share(crash[2205:6615], 4000, 16_000)  # and rises into a crash
    assert share(hit(38, 120), 3000, 16_000) > 1.2 * share(hit(38, 40), 3000, 16_000)


def test_vowels_differ() -> None:
    def band(wave: np.ndarray, low: float, high: float) -> float:
        spectrum = np.abs(np.fft.rfft(wave[8000:60_000])) ** 2
        frequencies = np.fft.rfftfreq(52_000, 1 / SAMPLE_RATE)
        return float(spectrum[(frequencies > low) & (frequencies < high)].sum() / spectrum.sum())

    see, saw, soon = (single("voice", 57, syllable=text) for text in ("ee", "ah", "oo"))
    assert band(see, 1900, 2700) > 3 * band(soon, 1900, 2700)
    assert band(saw, 650, 1400) > 2 * band(see, 650, 1400)


@pytest.mark.slow
@pytest.mark.parametrize("style", ["pop", "jazz", "metal", "classical", "techno", "lo-fi"])
def test_stems_are_the_mix_and_the_mix_is_mastered(style: str) -> None:
    score = piece(style, 5.0)
    stems = render(score)
    assert set(stems) == {part.track for part in score.parts} <= set(TRACKS)
    total = mix(stems)
    assert total.dtype == np.float32
    assert total.shape == (5 * SAMPLE_RATE, 2)
    for stem in stems.values():
        assert stem.shape == total.shape
        assert stem.flags.c_contiguous
        assert np.abs(stem).max() > 1e-3
    assert np.allclose(np.sum(list(stems.values()), axis=0), total, atol=1e-5)
    assert -14.5 < integrated_loudness(total, SAMPLE_RATE) < -13.5
    assert true_peak(total, SAMPLE_RATE) <= -1.0
    assert np.abs(total.mean(axis=0)).max() < 1e-3
    assert np.abs(total[-3:]).max() < 0.01


@pytest.mark.slow
@pytest.mark.parametrize("duration", [0.7, 1.0, 2.77, 3.000011])
def test_audio_is_exact_to_the_sample(duration: float) -> None:
    audio = mix(render(piece(duration=duration)))
    assert len(audio) == round(duration * SAMPLE_RATE)


@pytest.mark.slow
def test_the_low_end_is_the_same_in_mono() -> None:
    spectrum = np.fft.rfft(mix(render(piece("pop", 4.0))), axis=0)
    low = spectrum[: (120 * 4)]
    middle, side = (np.sum(np.abs(low @ sides) ** 2) for sides in (np.array([1, 1]), np.array([1, -1])))
    assert side < 0.005 * middle


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes() -> None:
    score = piece(duration=2.0)
    first, again, other = render(score), render(score), render(score, seed=8)
    assert all(first[track].tobytes() == again[track].tobytes() for track in first)
    assert any(first[track].tobytes() != other[track].tobytes() for track in first)


def test_bagpipes_drone_on_the_tonic() -> None:
    tune = tuple(Note(i * 0.5, 0.48, pitch, 100) for i, pitch in enumerate((76, 78, 81, 79)))
    score = replace(piece(duration=6.0), key="D major", parts=(Part("woodwinds", "bagpipes", tune),))
    wave = render(score)["woodwinds"].mean(axis=1)
    (hertz, *_), (drone, *_) = levels(wave, 50, 1)
    assert abs(hertz - 146.8) < 1
    assert drone > 0.01 * levels(wave, 76, 1)[1][0]
    off = 440 * 2 ** ((np.array([49, 51]) - 69) / 12)
    spectrum = np.abs(np.fft.rfft(wave[: 4 * SAMPLE_RATE] * np.hanning(4 * SAMPLE_RATE))) ** 2
    assert spectrum[np.round(off * 4).astype(int)].max() < 0.01 * spectrum[580:595].max()


def test_some_tracks_alone() -> None:
    stems = render(piece(), tracks=("drums", "bass"))
    assert set(stems) == {"drums", "bass"}


@pytest.mark.slow
def test_sections_differ_in_loudness() -> None:
    score = piece("pop", 30.0)
    audio = mix(render(score))
    span = {s.label: audio[int(s.start * SAMPLE_RATE) : int(s.end * SAMPLE_RATE)] for s in score.sections}
    intro, chorus = (integrated_loudness(span[label], SAMPLE_RATE) for label in ("intro", "chorus"))
    assert intro < chorus - 2


@pytest.mark.slow
def test_rendering_reports_often_and_may_be_stopped() -> None:
    heard: list[float] = []
    render(piece(duration=4.0), report=lambda fraction, _: heard.append(fraction))
    assert len(heard) > 30
    assert heard == sorted(heard)
    assert heard[-1] == 1.0

    def stop(fraction: float, doing: str) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        render(piece(), report=stop)


@pytest.mark.slow
def test_the_guide_voice_begins_where_the_lyrics_say() -> None:
    rendering = generate(read_caption("folk at 90 bpm", lyrics=LYRICS), seed=2, tracks={"vocals"})
    voice = np.abs(rendering.stems["vocals"]).max(axis=1)
    assert rendering.lyrics
    for line in rendering.lyrics:
        at = int(line.start * SAMPLE_RATE)
        after = voice[at : at + 6000].max()
        assert after > 0.02
        assert voice[max(0, at - 800) : at].max() < 0.7 * after
    assert any("guide" in note for note in rendering.notes)


@pytest.mark.slow
def test_a_rap_is_spoken_over_a_beat() -> None:
    rendering = generate(rap_brief(read_caption("about cats", lyrics=LYRICS, duration=6)), seed=2)
    assert rendering.score is not None
    assert rendering.score.brief.style == "hip hop"
    assert {"vocals", "drums", "bass"} <= set(rendering.stems)


@pytest.mark.slow
def test_vocals_alone_are_a_cappella() -> None:
    rendering = generate(read_caption("pop", lyrics=LYRICS, duration=12), seed=2, tracks={"vocals"})
    assert set(rendering.stems) == {"vocals"}
    assert np.array_equal(rendering.stems["vocals"], rendering.audio)


def seam(rendering: Rendering) -> tuple[float, float]:
    """The jump from the last sample to the first, and the largest ordinary one."""
    audio = rendering.audio
    return float(np.abs(audio[0] - audio[-1]).max()), float(np.abs(np.diff(audio, axis=0)).max())


@pytest.mark.slow
@pytest.mark.parametrize(
    "caption", ["house loop at 124 bpm", "lo-fi loop", "ambient pad loop", "6/8 folk guitar loop"]
)
def test_a_loop_is_whole_bars_without_a_seam(caption: str) -> None:
    rendering = generate_sample(read_caption(caption, duration=7.0), "loop", seed=3)
    score = rendering.score
    assert score is not None
    bars = len(score.downbeats)
    assert bars in (1, 2, 4, 8, 16)
    bar = score.duration / bars
    assert np.allclose(np.diff(score.downbeats), bar)
    assert len(rendering.audio) == round(score.duration * SAMPLE_RATE)
    jump, ordinary = seam(rendering)
    assert jump <= ordinary
    # What rings at the end rings on at the start.
    edge = np.sqrt(np.mean(rendering.audio[-2000:] ** 2))
    assert edge > 1e-3 or "house" in caption


@pytest.mark.slow
def test_a_drum_loop_is_drums() -> None:
    rendering = generate_sample(read_caption("techno drum loop", duration=4), "loop", seed=3)
    assert set(rendering.stems) <= {"drums", "percussion"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("caption", "track"),
    [
        ("808 kick", "drums"),
        ("snare", "drums"),
        ("piano chord", "keyboard"),
        ("brass stab", "brass"),
        ("cowbell", "percussion"),
        ("riser", "fx"),
        ("violin note", "strings"),
        ("crash cymbal", "drums"),
    ],
)
def test_a_one_shot_is_one_sound_of_what_was_named(caption: str, track: str) -> None:
    rendering = generate_sample(read_caption(caption, duration=3, key="C major"), "one-shot", seed=3)
    assert set(rendering.stems) == {track}
    assert 0.05 < len(rendering.audio) / SAMPLE_RATE <= 3.01
    assert np.abs(rendering.audio[:4000]).max() > 1e-4
    count = len(rendering.score.parts[0].notes)
    assert count >= 3 if "chord" in caption or "stab" in caption else count == 1
    assert true_peak(rendering.audio, SAMPLE_RATE) == pytest.approx(-1.0, abs=0.1)
    left, right = 10 * np.log10((rendering.audio**2).mean(axis=0))
    assert abs(left - right) < 1.5


@pytest.mark.slow
def test_what_is_kept_is_not_played_again_and_sounds_the_same():
    score, kept = piece(duration=3.0), {}
    record(score, kept=kept)
    count = len(kept)
    fewer = [replace(part, notes=part.notes[1:]) if part.track == "drums" else part for part in score.parts]
    other = replace(score, parts=tuple(fewer))
    again = record(other, kept=kept)
    assert count == len(again.tracks)
    assert len(kept) == count + 1
    assert np.abs(again.mix - record(other).mix).max() < 1e-6
