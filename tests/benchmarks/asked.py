"""Whether independent ears hear the key, the metre and the tempo that were asked for: ``python -m
tests.benchmarks.asked``.

Sixty pieces of 36 s, one a style, in keys, metres and tempi drawn at random; half of them ask in the caption, half by
parameter; ``--draw`` draws others, of every style. Styles fall into two halves by their place in the alphabet: the first is for looking at while composition is
changed, the second, printed apart and made with other seeds, only reports. ``--score`` reads the notes instead of
listening (keys alone, takes seconds), of ``--seeds`` pieces a style; ``--modes`` asks for church modes, judged twice: by
their tonic and third to ears that know major and minor alone, and by tonic and mode to ears that know the modes too.

The ears are none of the engine's. Key: the mean of librosa's chroma (or what the notes last), correlated with the
profiles of Krumhansl & Kessler (1982), Temperley (2001) and Albrecht & Shanahan (2013), by majority; the relative key counts
half. The profiles of the modes are those of major and minor with the two degrees exchanged by which a mode differs.
Metre: the autocorrelation of librosa's onset strength at thirds and halves of the beat, and at three and four beats;
2/4 and 4/4 count as one. Tempo: librosa's, within 4 %, strictly and allowing for another metrical level. Strictly it is an
ear that expects 120 BPM: of 46 real recordings of whole songs and drum tracks with exactly known tempo it hears 83 % right
(96 % of another level), missing mostly those up to 80 and from 150 on. ``tonic``,
``fifth`` and ``bass`` are shares of the time: of the tonic and the fifth in all notes, and of the tonic in the bass;
``chords`` counts the different chords of a piece.
"""

import argparse
import random
from collections import Counter
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.model import SAMPLE_RATE, Brief, Score
from audiopod_mcp.music.styles import STYLES
from audiopod_mcp.music.synthesis import mix, render
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS
from audiopod_mcp.music.theory import METRES, MODES, parse_key

SECONDS = 36.0
PROFILES = (
    # Major and minor: Krumhansl & Kessler, Temperley, Albrecht & Shanahan.
    ((6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
     (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)),
    ((5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0),
     (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0)),
    ((0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081),
     (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052)),
)  # fmt: skip
EXCHANGED = {"dorian": (8, 9), "phrygian": (1, 2), "lydian": (5, 6), "mixolydian": (10, 11)}
"""The degrees, in semitones, that a mode exchanges in the major or minor profile with the same third."""
NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


@dataclass(frozen=True)
class Asked:
    """One piece of the table: what is asked, and how."""

    style: str
    key: str
    metre: str
    tempo: int
    seed: int
    in_caption: bool

    def brief(self) -> Brief:
        if self.in_caption:
            metre = "" if self.metre == STYLES[self.style].timesignature else f", in {self.metre}"
            caption = f"{self.style} in {self.key}, {self.tempo} BPM{metre}"
            return read_caption(caption, duration=SECONDS, seed=self.seed, instrumental=True)
        return read_caption(
            f"{self.style} instrumental", key=self.key, tempo=self.tempo, timesignature=self.metre,
            duration=SECONDS, seed=self.seed, instrumental=True,
        )  # fmt: skip


def pieces(half: int, seeds: int = 1, modal: bool = False, draw: int = 0) -> list[Asked]:
    """The pieces of one half; styles that have a metre of their own keep it."""
    found = []
    for number, style in enumerate(sorted(STYLES)[half::2][: None if seeds > 1 or draw else 30]):
        for again in range(draw, draw + seeds):
            chance = random.Random(f"{half} {style} {again} {modal}")
            mode = chance.choice(list(MODES)[:4]) if modal else ("major", "minor")[(number + again) % 2]
            metre = STYLES[style].timesignature
            if metre == "4/4" and (number + again) % 3 == 2:
                metre = ("3/4", "6/8")[(number + again) // 3 % 2]
            slow, fast = STYLES[style].tempo
            tempo = round(chance.uniform(slow, fast) * (2 / 3 if metre == "6/8" and slow > 90 else 1))
            key = f"{chance.choice(NAMES)} {mode}"
            found.append(
                Asked(
                    style,
                    key,
                    metre,
                    tempo,
                    1000 * half + 10 * number + again,
                    (number // 2 + again) % 2 == 0,
                )
            )
    return found


def heard_key(classes: np.ndarray, modal: bool = False) -> str:
    """The key by majority of three profiles; the best correlation decides where they disagree."""
    names = ("major", "minor", *EXCHANGED) if modal else ("major", "minor")
    votes, fits = [], np.zeros(12 * len(names))
    for pair in PROFILES:
        profiles = [_profile(pair, name) for name in names]
        fit = [np.corrcoef(classes, np.roll(profile, k))[0, 1] for profile in profiles for k in range(12)]
        votes.append(int(np.argmax(fit)))
        fits += fit
    best, count = Counter(votes).most_common(1)[0]
    best = best if count > 1 else int(np.argmax(fits))
    return f"{NAMES[best % 12]} {names[best // 12]}"


def _profile(pair: tuple[tuple[float, ...], tuple[float, ...]], name: str) -> list[float]:
    """The profile of a mode, of those of major and minor."""
    profile = list(pair[name == "minor" or (name in MODES and MODES[name][1])])
    if name in EXCHANGED:
        one, other = EXCHANGED[name]
        profile[one], profile[other] = profile[other], profile[one]
    return profile


def key_mark(heard: str, asked: str) -> tuple[float, str]:
    """1 for the key, 0.5 for its relative; and how a wrong one lies to it."""
    wanted, got = parse_key(asked), parse_key(heard)
    assert wanted is not None
    assert got is not None
    step = (got.tonic - wanted.tonic) % 12
    if got.minor == wanted.minor:
        mark = 1.0 if step == 0 else 0.0
        return mark, {0: "", 7: "fifth", 5: "fourth"}.get(step, "other")
    if step == (3 if wanted.minor else 9):
        return 0.5, "relative"
    return 0.0, "parallel" if step == 0 else "other"


def note_classes(score: Score) -> np.ndarray:
    """How long each pitch class sounds in all parts together, s."""
    classes = np.zeros(12)
    for part in score.parts:
        if not INSTRUMENTS[part.instrument].unpitched:
            for note in part.notes:
                classes[round(note.pitch) % 12] += note.duration
    return classes


def bass_share(score: Score, tonic: int) -> float:
    """The share of the bass's time in which it is on the tonic."""
    notes = [note for part in score.parts if part.track == "bass" for note in part.notes]
    total = sum(note.duration for note in notes)
    return sum(n.duration for n in notes if round(n.pitch) % 12 == tonic) / total if total else np.nan


def heard_metre(strength: np.ndarray, rate: float, beat: float) -> str:
    """The metre in which onsets come back, among 4/4 (or 2/4), 3/4 and 6/8.

    Parameters
    ----------
    strength
        Onset strength. It is smoothed, so that a lag between two frames counts as much as one on a frame.
    rate
        Its frames a second.
    beat
        The beat, s.

    """
    strength = gaussian_filter1d(strength - strength.mean(), 0.025 * rate)
    spectrum = np.abs(np.fft.rfft(strength, 2 * len(strength))) ** 2
    ac = np.fft.irfft(spectrum)[: len(strength)] / np.arange(len(strength), 0, -1)

    def at(*beats: float) -> float:
        lags = np.array(beats) * beat * rate
        return float(np.interp(lags, np.arange(len(ac)), ac).mean() / ac[0])

    # In six eighths all three parts of a beat are struck; a swung beat has two, and is no compound one.
    thirds, halves = at(1 / 3, 2 / 3, 4 / 3, 5 / 3), at(1 / 4, 1 / 2, 3 / 4, 3 / 2)
    three, four = at(3, 6, 9), at(2, 4, 8)
    if thirds > max(halves, 0.4 * at(1)) and four >= three:
        return "6/8"
    return "3/4" if three > four else "4/4"


def listen(score: Score, asked: Asked) -> dict[str, object]:
    """What the ears hear of a score that is played."""
    import librosa

    audio = mix(render(score)).mean(axis=1)
    signal = librosa.resample(audio, orig_sr=SAMPLE_RATE, target_sr=22050)
    chroma = librosa.feature.chroma_cqt(y=signal, sr=22050).mean(axis=1)
    strength = librosa.onset.onset_strength(y=signal, sr=22050)
    fine = librosa.onset.onset_strength(y=signal, sr=22050, hop_length=256)
    tempo = float(np.atleast_1d(librosa.feature.tempo(onset_envelope=strength, sr=22050))[0])
    beat = METRES[asked.metre].beat_seconds(asked.tempo)
    metre = heard_metre(fine, 22050 / 256, beat)
    errors = {
        level: abs(tempo / (level * asked.tempo) - 1) < 0.04
        for level in (1, 2, 1 / 2, 3, 1 / 3, 3 / 2, 2 / 3)
    }
    return {
        "heard": heard_key(chroma), "mode": heard_key(chroma, modal=True) == asked.key, "metre": metre, "bpm": tempo, "tempo": errors[1], "level": any(errors.values()),
        "metre right": metre == {"2/4": "4/4"}.get(asked.metre, asked.metre),
    }  # fmt: skip


def judge(asked: Asked, score_only: bool) -> dict[str, object]:
    score = compose(asked.brief(), seed=asked.seed)
    classes, key = note_classes(score), parse_key(asked.key)
    assert key is not None
    row: dict[str, object] = {
        "written": heard_key(classes), "written mode": heard_key(classes, modal=True) == asked.key, "tonic": classes[key.tonic] / classes.sum(),
        "fifth": classes[(key.tonic + 7) % 12] / classes.sum(), "bass": bass_share(score, key.tonic),
        "chords": len({span.label for span in score.chords}), "style": score.brief.style if score.brief else "",
    }  # fmt: skip
    row["written mark"], row["written off"] = key_mark(str(row["written"]), asked.key)
    if not score_only:
        row |= listen(score, asked)
        row["mark"], row["off"] = key_mark(str(row["heard"]), asked.key)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--score", action="store_true", help="read the notes, don't listen")
    parser.add_argument("--seeds", type=int, default=1, help="pieces a style, with --score")
    parser.add_argument(
        "--draw", type=int, default=0, help="other keys, metres, tempi and seeds, of all styles"
    )
    parser.add_argument("--modes", action="store_true", help="church modes; their tonic and third count")
    parser.add_argument("--half", type=int, choices=(0, 1), help="one half alone")
    parser.add_argument("--brief", action="store_true", help="the sums alone")
    options = parser.parse_args()
    for half in (0, 1) if options.half is None else (options.half,):
        print(f"\n{'for changing' if half == 0 else 'only reporting'}")
        if not options.brief:
            print(
                f"{'style':16}{'key':14}{'metre':6}{'BPM':>4} {'by':10}{'written':10}{'off':9}{'tonic':>6}{'fifth':>6}{'bass':>6}{'chords':>7}"
                + ("" if options.score else f"  {'heard':10}{'off':9}{'metre':6}{'BPM':>6}")
            )
        rows = []
        for asked in pieces(half, options.seeds if options.score else 1, options.modes, options.draw):
            row = judge(asked, options.score)
            rows.append((asked, row))
            if options.brief:
                continue
            line = (
                f"{asked.style:16}{asked.key:14}{asked.metre:6}{asked.tempo:4} {'caption' if asked.in_caption else 'parameter':10}"
                f"{row['written']:10}{row['written off']:9}{row['tonic']:6.2f}{row['fifth']:6.2f}{row['bass']:6.2f}{row['chords']:7}"
            )
            if not options.score:
                line += f"  {row['heard']:10}{row['off']:9}{row['metre']:6}{row['bpm']:6.1f}{'' if row['level'] else '  wrong'}"
            print(line, flush=True)
        report(rows, options.score, options.modes)


def report(rows: list[tuple[Asked, dict[str, object]]], score_only: bool, modal: bool) -> None:
    """Print the sums of one half."""

    def mean(name: str, chosen: list[dict[str, object]]) -> float:
        return float(np.nanmean([float(row[name]) for row in chosen])) if chosen else np.nan  # type: ignore[arg-type]

    def sums(title: str, mark: str, off: str) -> None:
        parts = [f"{title}: {100 * mean(mark, [r for _, r in rows]):.0f} %"]
        for name, choose in (
            ("caption", lambda a: a.in_caption), ("parameter", lambda a: not a.in_caption),
            ("major", lambda a: a.key.endswith("major")), ("minor", lambda a: a.key.endswith("minor")),
        ):  # fmt: skip
            parts.append(f"{name} {100 * mean(mark, [r for a, r in rows if choose(a)]):.0f}")
        wrong = Counter(str(row[off]) for _, row in rows if row[off])
        print("; ".join([*parts, ", ".join(f"{count} {name}" for name, count in wrong.most_common())]))

    sums("keys on paper", "written mark", "written off")
    if modal:
        for name in ("written mode",) if score_only else ("written mode", "mode"):
            print(f"tonic and {name}: {100 * mean(name, [r for _, r in rows]):.0f} %")
    means = ", ".join(
        f"{name} {mean(name, [r for _, r in rows]):.3f}" for name in ("tonic", "fifth", "bass", "chords")
    )
    over = np.mean([float(row["tonic"]) > float(row["fifth"]) for _, row in rows])  # type: ignore[arg-type]
    print(f"{len(rows)} pieces: {means}; tonic over fifth in {100 * over:.0f} %")
    if score_only:
        return
    sums("keys heard", "mark", "off")
    for name in ("metre right", "tempo", "level"):
        print(f"{name}: {100 * mean(name, [r for _, r in rows]):.0f} %", end="; ")
    for metre in ("4/4", "2/4", "3/4", "6/8"):
        chosen = [row for asked, row in rows if asked.metre == metre]
        if chosen:
            print(f"{metre} {sum(bool(r['metre right']) for r in chosen)} of {len(chosen)}", end=", ")
    print()


if __name__ == "__main__":
    main()
