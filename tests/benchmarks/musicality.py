"""How musical the scores are, measured note by note, without rendering anything.

Run as a script: ``python tests/benchmarks/musicality.py [style …] [--seeds 20] [--sung]``. One row a style,
means over the seeds; what to expect of music stands in the last row. Steps and leaps: Vos & Troost (1989),
Huron, *Sweet Anticipation* (2006, ch. 5). Pitch-class entropy in bits: Temperley, *Music and Probability*.

``chord`` melody notes on beats that are chord tones, ``step`` melodic motion of one or two semitones, ``turn``
leaps of a fourth or more followed by motion back, ``range`` semitones, ``rest`` the share of beats in which no
tune sounds, ``end`` last notes of sections that are chord tones, ``cad`` section ends that close or half
close, ``hookR``/``hookP`` rhythm and contour that later choruses share with the first (1: a copy), ``seedC``/``seedT`` chords
and tune rhythm that two seeds share, ``H`` pitch-class entropy, ``par`` parallel fifths and octaves between bass and top voice per 100 chord changes, ``move`` semitones
a voice moves at a change, ``root`` changes with the bass on the root, ``arc`` loudness-weighted notes a second, chorus over
verse, ``fill`` strokes on snare and toms in a section's last beat over those in other bars' last beats, ``final`` pieces that end on a held
tonic, ``peak`` where the highest note lies, ``out`` notes outside the
instrument, ``rub`` semitone clashes of the tune with held chords on beats, ``bass`` tune notes on beats that lie a
semitone or a minor ninth over the bass, ``intro`` the share of the piece's instruments that play in the intro's first quarter, ``same`` bars that are
copies of the bar before in all parts, ``again`` strokes that a bar shares with the most alike of the four before it (rhythm of each part, sounds of the drums),
``swell`` spread of the bars' mean velocity within sections (dB, 10th to 90th percentile), ``lead-in`` fills that a downbeat with a cymbal or a boom follows;
with ``--heard``, which renders the first seed: ``LU`` loudness of choruses over verses, ``LRA`` loudness range (EBU Tech 3342); ``ms`` CPU time.
"""

import argparse
import time
from collections.abc import Iterable
from itertools import combinations, pairwise

import numpy as np

from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.composition.instrumentation import choose_band
from audiopod_mcp.music.model import SAMPLE_RATE, Brief, Note, Part, Score
from audiopod_mcp.music.signal.loudness import integrated_loudness
from audiopod_mcp.music.styles import STYLES
from audiopod_mcp.music.synthesis import mix, render
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS
from audiopod_mcp.music.theory import Chord, parse_chord, parse_key

LYRICS = """[Verse 1]
Walking down the empty street tonight
Every window holds a different light
Nobody remembers who I used to be
Only the river is talking to me
[Chorus]
Carry me over the water
Carry me home to the sea
[Verse 2]
Morning breaks above the silent town
All the leaves of summer tumble down
[Chorus]
Carry me over the water
Carry me home to the sea
[Bridge]
And if I fall, I fall alone
[Chorus]
Carry me over the water
Carry me home to the sea
"""
EXPECTED = {
    "chord": ".70-.95", "step": ".55-.75", "turn": ">.65", "range": "10-19", "rest": ".15-.45", "end": ">.9", "cad": ">.7",
    "hookR": ".7-.98", "hookP": ".7-.98", "seedC": "<.5", "seedT": "<.6", "H": "2.3-3.1", "par": "<8", "move": "<2.5",
    "root": ">.9", "arc": ">1.15", "fill": ">1.2", "final": "1", "peak": ".4-.85", "out": "0", "rub": "<.04", "bass": "<.02",
    "intro": ".2-.8", "same": "<.15", "again": ".5-.85", "swell": "1-6", "lead-in": ">.5", "LU": "1-4", "LRA": "3-12",
}  # fmt: skip
FILLS = (37, 38, 39, 45, 47, 50)
CHORUS = ("chorus", "drop")


def tune_of(score: Score) -> Part | None:
    """The part with the melody: the voice's, else the one of the band's lead."""
    brief = score.brief
    assert brief is not None
    if voices := [part for part in score.parts if part.track == "vocals"]:
        return voices[0]
    leads = [m.instrument for m in choose_band(brief, STYLES[brief.style], sings=False) if m.role == "lead"]
    for part in reversed(score.parts):
        starts = np.array([note.start for note in part.notes])
        if part.instrument in leads and len(starts) > 4 and (np.diff(starts) > 0.03).mean() > 0.97:
            return part
    return None


def at(spans: Iterable, time: float) -> str:
    return next((span.label for span in spans if span.start - 0.03 <= time < span.end - 0.03), "")


def measure(score: Score) -> dict[str, float]:
    """The figures of one piece; NaN where there is nothing to measure."""
    found: dict[str, float] = {}
    tune = tune_of(score)
    beats = np.array(score.beats)
    notes = list(tune.notes) if tune else []
    if len(notes) > 4:
        _melody(score, notes, beats, found)
    _harmony(score, found)
    _form(score, found)
    _texture(score, notes, beats, found)
    ranges = [
        not INSTRUMENTS[p.instrument].low <= n.pitch <= INSTRUMENTS[p.instrument].high
        for p in score.parts if not INSTRUMENTS[p.instrument].unpitched for n in p.notes
    ]  # fmt: skip
    found["out"] = float(np.mean(ranges)) if ranges else np.nan
    return found


def chord_at(score: Score, time: float) -> Chord | None:
    return parse_chord(at(score.chords, time) or "N")


def _melody(score: Score, notes: list[Note], beats: np.ndarray, found: dict[str, float]) -> None:
    strong = [note for note in notes if np.abs(beats - note.start).min() < 0.04]
    tones = [(note, chord) for note in strong if (chord := chord_at(score, note.start + 0.04))]
    found["chord"] = float(np.mean([round(n.pitch) % 12 in chord.tones for n, chord in tones]))
    beat = float(np.median(np.diff(beats)))
    steps = [(b.pitch - a.pitch) for a, b in pairwise(notes) if b.start - a.start < 3 * beat]
    moving = np.abs([s for s in steps if s])
    found["step"] = float((moving <= 2).mean()) if len(moving) else np.nan
    leaps = [(x, y) for x, y in pairwise(steps) if abs(x) >= 5]
    found["turn"] = float(np.mean([x * y <= 0 and abs(y) < abs(x) for x, y in leaps])) if leaps else np.nan
    pitches = np.array([note.pitch for note in notes])
    found["range"] = float(np.ptp(pitches))
    found["peak"] = float(np.mean([n.start for n in notes if n.pitch == pitches.max()]) / score.duration)
    sounding = np.zeros(max(1, int(score.duration * 20)))
    spans = [s for s in score.sections if any(s.start - 0.03 <= n.start < s.end - 0.03 for n in notes)]
    for note in notes:
        sounding[int(note.start * 20) : int((note.start + note.duration) * 20) + 1] = 1
    inside = np.concatenate([sounding[int(s.start * 20) : int(s.end * 20)] for s in spans])
    found["rest"] = float(1 - inside.mean())
    counts = np.bincount(np.round(pitches).astype(int) % 12, minlength=12) / len(pitches)
    found["H"] = float(-(counts[counts > 0] * np.log2(counts[counts > 0])).sum())
    ends = []
    for span in spans:
        last = [n for n in notes if span.start - 0.03 <= n.start < span.end - 0.03][-1]
        chord = chord_at(score, last.start + 0.04)
        ends.append(chord is not None and round(last.pitch) % 12 in chord.tones)
    found["end"] = float(np.mean(ends))
    held = [
        p
        for p in score.parts
        if p.track not in ("drums", "percussion", "fx", "bass") and p.notes and notes[0] not in p.notes
    ]
    rubs = []
    for note in strong:
        others = [
            o.pitch
            for p in held
            for o in p.notes
            if o.start <= note.start + 0.03 < o.start + o.duration - 0.02
        ]
        rubs.append(any(abs(note.pitch - other) in (1, 13) for other in others))
    found["rub"] = float(np.mean(rubs)) if rubs else np.nan
    choruses = [s for s in score.sections if s.label in CHORUS]
    if len(choruses) > 1:
        shapes = [_shape(notes, s.start, beat, choruses[0].end - choruses[0].start) for s in choruses]
        pairs = [_likeness(shapes[0], other) for other in shapes[1:] if other]
        if shapes[0] and pairs:
            found["hookR"], found["hookP"] = (float(np.mean(c)) for c in zip(*pairs, strict=True))


def _shape(notes: list[Note], start: float, beat: float, length: float) -> dict[int, float]:
    """``{sixteenth: pitch}`` from the start of a section."""
    return {
        round(4 * (n.start - start) / beat): n.pitch
        for n in notes
        if start - 0.03 <= n.start < start + length - 0.03
    }


def _likeness(first: dict[int, float], second: dict[int, float]) -> tuple[float, float]:
    shared = sorted(set(first) & set(second))
    rhythm = len(shared) / max(1, len(set(first) | set(second)))
    turns = [np.sign(first[b] - first[a]) == np.sign(second[b] - second[a]) for a, b in pairwise(shared)]
    return rhythm, float(np.mean(turns)) if turns else 0.0


def _harmony(score: Score, found: dict[str, float]) -> None:
    key = parse_key(score.key)
    assert key is not None
    bass = [n for p in score.parts if p.track == "bass" or p.instrument == "tuba" for n in p.notes]
    right, parallels, moves = [], [], []
    held = max(
        (p for p in score.parts if p.track not in ("drums", "percussion", "fx", "bass", "vocals") and p is not tune_of(score) and not INSTRUMENTS[p.instrument].drive),
        key=lambda p: len({round(n.start, 1) for n in p.notes}) and len(p.notes) / len({round(n.start, 1) for n in p.notes}),
        default=None,
    )  # fmt: skip
    previous: tuple[float, list[float]] | None = None
    for span in score.chords:
        chord = parse_chord(span.label)
        first = [n for n in bass if span.start - 0.06 <= n.start < span.start + 0.3]
        if first and chord:
            right.append(round(first[0].pitch) % 12 == chord.root)
        middle = span.start + min(0.3, (span.end - span.start) / 2)
        above = (
            sorted(n.pitch for n in held.notes if n.start <= middle < n.start + n.duration) if held else []
        )
        low = [n.pitch for n in bass if n.start <= middle < n.start + n.duration + 0.2]
        if low and len(above) > 1:
            now = (low[0], above)
            if previous and previous[0] != now[0]:
                before, after = (previous[1][-1] - previous[0]) % 12, (now[1][-1] - now[0]) % 12
                same = (now[0] - previous[0]) * (now[1][-1] - previous[1][-1]) > 0
                parallels.append(before == after and before in (0, 7) and same)
            if previous and len(previous[1]) == len(above):
                moves.append(float(np.mean(np.abs(np.array(previous[1]) - np.array(above)))))
            previous = now
    found["root"] = float(np.mean(right)) if right else np.nan
    found["par"] = 100 * float(np.mean(parallels)) if parallels else np.nan
    found["move"] = float(np.mean(moves)) if moves else np.nan
    closes = []
    for section, following in pairwise(score.sections):
        last, first = chord_at(score, section.end - 0.1), chord_at(score, following.start + 0.05)
        if last and first:
            degree, next_degree = (last.root - key.tonic) % 12, (first.root - key.tonic) % 12
            closes.append(
                degree in (7, 10) or (degree == 5 and next_degree == 0) or (degree == 0) or degree == 1
            )
    found["cad"] = float(np.mean(closes)) if closes else np.nan


def _form(score: Score, found: dict[str, float]) -> None:
    key = parse_key(score.key)
    everything = [n for p in score.parts for n in p.notes]

    def loud(labels: tuple[str, ...]) -> float:
        spans = [s for s in score.sections if s.label in labels]
        inside = [n.velocity for n in everything if any(s.start <= n.start < s.end for s in spans)]
        return sum(inside) / sum(s.end - s.start for s in spans) if spans else np.nan

    found["arc"] = loud(CHORUS) / loud(("verse", "build", "intro"))
    drums = [n.start for p in score.parts if p.track == "drums" for n in p.notes if n.pitch in FILLS]
    if drums:
        ends = [s.end for s in score.sections[:-1]]
        others = [d for d in score.downbeats[1:] if min((abs(d - e) for e in ends), default=9) > 0.1]
        beat = 60 / score.tempo

        def before(times: list[float]) -> float:
            return (
                float(np.mean([sum(t - beat - 0.03 <= d < t - 0.03 for d in drums) for t in times]))
                if times
                else np.nan
            )

        found["fill"] = before(ends) / max(before(others), 0.1)
    last = max(note.start for note in everything)
    final = parse_chord(score.chords[-1].label)
    rings = max(n.start + n.duration for n in everything if n.start > last - 3)
    found["final"] = float(
        final is not None
        and key is not None
        and final.root == key.tonic
        and rings - last > 0.7
        and score.duration - rings < 1.2
    )


def _texture(score: Score, tune: list[Note], beats: np.ndarray, found: dict[str, float]) -> None:
    low = [n for p in score.parts if p.track == "bass" for n in p.notes]
    under = [
        [
            round(n.pitch - b.pitch) % 12 == 1
            for b in low
            if b.start <= n.start + 0.03 < b.start + b.duration - 0.02
        ]
        for n in tune
        if np.abs(beats - n.start).min() < 0.04
    ]
    clashes = [any(pairs) for pairs in under if pairs]
    found["bass"] = float(np.mean(clashes)) if clashes else np.nan
    first = score.sections[0]
    if first.label == "intro" and first.end - first.start > 4:
        quarter = first.start + (first.end - first.start) / 4 - 0.1
        parts = [p for p in score.parts if p.track != "fx" and p.notes]
        found["intro"] = float(np.mean([p.notes[0].start < quarter for p in parts]))
    starts = [*score.downbeats, score.duration]
    bars = [
        {
            (number, round(n.pitch), round(8 * (n.start - a) / (b - a)))
            for number, p in enumerate(score.parts) if p.track != "fx"
            for n in p.notes if a - 0.04 <= n.start < b - 0.04
        }
        for a, b in pairwise(starts)
    ]  # fmt: skip
    found["same"] = float(np.mean([a == b for a, b in pairwise(bars)])) if len(bars) > 2 else np.nan
    rhythms = [
        {
            (number, round(n.pitch) if INSTRUMENTS[p.instrument].unpitched else 0, round(16 * (n.start - a) / (b - a)))
            for number, p in enumerate(score.parts) if p.track != "fx"
            for n in p.notes if a - 0.04 <= n.start < b - 0.04
        }
        for a, b in pairwise(starts)
    ]  # fmt: skip
    likeness = [
        max(len(bar & other) / max(1, len(bar | other)) for other in rhythms[max(0, i - 4) : i])
        for i, bar in enumerate(rhythms)
        if i
    ]
    found["again"] = float(np.mean(likeness)) if likeness else np.nan
    _swell(score, starts, found)


def _swell(score: Score, bars: list[float], found: dict[str, float]) -> None:
    """How far loudness moves within sections, and what follows fills."""
    everything = [n for p in score.parts if p.track != "fx" for n in p.notes]
    within: dict[int, list[float]] = {}
    for a, b in pairwise(bars):
        section = next((i for i, s in enumerate(score.sections) if s.start - 0.03 <= a < s.end - 0.03), 0)
        struck = [n.velocity for n in everything if a - 0.04 <= n.start < b - 0.04]
        if struck:
            within.setdefault(section, []).append(32 * np.log10(np.mean(struck) / 100))
    levels = [level - np.mean(own) for own in within.values() if len(own) > 2 for level in own]
    if levels:
        found["swell"] = float(np.percentile(levels, 90) - np.percentile(levels, 10))
    drums = [n for p in score.parts if p.track == "drums" for n in p.notes]
    booms = [n.start for p in score.parts if p.track == "fx" and p.instrument == "impact" for n in p.notes]
    if drums:
        beat = 60 / score.tempo
        filled = [
            t for t in bars[1:-1]
            if sum(n.pitch in FILLS and t - beat - 0.03 <= n.start < t - 0.03 for n in drums) >= 3
        ]  # fmt: skip
        hits = booms + [n.start for n in drums if n.pitch == 49]
        if filled:
            found["lead-in"] = float(np.mean([any(abs(hit - t) < 0.06 for hit in hits) for t in filled]))


def loudness_range(audio: np.ndarray) -> float:
    """The loudness range, LU: from the 10th to the 95th percentile of what three seconds are loud."""
    starts = range(0, len(audio) - 3 * SAMPLE_RATE, SAMPLE_RATE)
    found = [integrated_loudness(audio[a : a + 3 * SAMPLE_RATE], SAMPLE_RATE) for a in starts]
    levels = np.array([level for level in found if level is not None])
    gate = 10 * np.log10(np.mean(10 ** (levels / 10))) - 20
    levels = levels[levels >= gate]
    return float(np.percentile(levels, 95) - np.percentile(levels, 10))


def heard(score: Score) -> tuple[float, float]:
    """Loudness of choruses over verses in the rendered piece, and its loudness range, LU."""
    audio = mix(render(score))

    def loud(labels: tuple[str, ...]) -> float:
        spans = [s for s in score.sections if s.label in labels]
        found = [
            integrated_loudness(audio[int(s.start * SAMPLE_RATE) : int(s.end * SAMPLE_RATE)], SAMPLE_RATE)
            for s in spans
        ]
        return float(np.mean([level for level in found if level is not None])) if spans else np.nan

    return loud((*CHORUS, "solo")) - loud(("verse", "build")), loudness_range(audio)


def alike(first: Score, second: Score) -> tuple[float, float]:
    """The shares of chords (by bar, as degrees) and of the tune's rhythm that two pieces have in common."""

    def degrees(score: Score) -> list[int]:
        tonic = parse_key(score.key).tonic
        return [(chord.root - tonic) % 12 for d in score.downbeats if (chord := chord_at(score, d + 0.05))]

    a, b = degrees(first), degrees(second)
    chords = float(np.mean([x == y for x, y in zip(a, b, strict=False)]))
    tunes = [tune_of(score) for score in (first, second)]
    if None in tunes:
        return chords, np.nan
    beat = [60 / first.tempo, 60 / second.tempo]
    grids = [{round(4 * n.start / w) for n in t.notes} for t, w in zip(tunes, beat, strict=True)]
    return chords, len(grids[0] & grids[1]) / max(1, len(grids[0] | grids[1]))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("styles", nargs="*", default=list(STYLES))
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=100.0)
    parser.add_argument("--sung", action="store_true", help="with lyrics; the tune is the voice's")
    parser.add_argument("--heard", action="store_true", help="render the first seed of each style, too")
    options = parser.parse_args()
    print(f"{'style':13}" + "".join(f"{name:>8}" for name in (*EXPECTED, "ms")))
    rows = []
    for name in options.styles or list(STYLES):
        style = STYLES[name]
        scores, cpu = [], []
        for seed in range(options.seeds):
            brief = Brief(
                "", style=name, tempo=round(sum(style.tempo) / 2), timesignature=style.timesignature, energy=style.energy,
                key="A minor" if (seed % 10 + 0.5) / 10 < style.minor_share else "C major", duration=options.seconds,
                lyrics=LYRICS if options.sung else None,
            )  # fmt: skip
            begun = time.process_time()
            scores.append(compose(brief, seed=seed))
            cpu.append(1000 * (time.process_time() - begun))
        figures = [measure(score) for score in scores]
        row = {
            k: float(np.nanmean([f.get(k, np.nan) for f in figures]))
            if any(not np.isnan(f.get(k, np.nan)) for f in figures)
            else np.nan
            for k in EXPECTED
        }
        shared = [alike(a, b) for a, b in combinations(scores[:6], 2) if a.key == b.key]
        row["seedC"], row["seedT"] = (
            (float(np.nanmean(c)) if not np.isnan(c).all() else np.nan for c in zip(*shared, strict=True))
            if shared
            else (np.nan, np.nan)
        )
        if options.heard:
            row["LU"], row["LRA"] = heard(scores[0])
        row["ms"] = float(np.mean(cpu))
        rows.append(row)
        print(f"{name:13}" + "".join(_figure(row[k]) for k in (*EXPECTED, "ms")), flush=True)
    print(f"{'median':13}" + "".join(_figure(_median([row[k] for row in rows])) for k in (*EXPECTED, "ms")))
    print(f"{'expected':13}" + "".join(f"{EXPECTED[k]:>8}" for k in EXPECTED))


def _median(values: list[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return float(np.median(known)) if known else np.nan


def _figure(value: float) -> str:
    return f"{value:8.0f}" if abs(value) >= 20 else f"{value:8.2f}"


if __name__ == "__main__":
    main()
