"""Songs of the composer, with lyrics whose sections are tagged, and what they truly are: ``python -m tests.benchmarks.songs
FOLDER``.

Styles, metres, keys and forms are drawn at random; a guide voice sings two in three. Written as
``tests.benchmarks.corpus`` writes, for ``listening`` and ``training.metrical_level``: ``groove`` is the style.
"""

import argparse
import json
import random
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import soundfile

from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.model import Brief, Refused
from audiopod_mcp.music.styles import STYLES
from audiopod_mcp.music.synthesis import mix, render

WORDS = [
    "morning light is on the river",
    "I am walking to the sea",
    "nobody can tell the hour",
    "every road comes back to me",
    "all the windows in the city",
    "hold a candle to the rain",
    "we were young and we were sorry",
    "and we never said the same",
    "turn around and face the weather",
    "let the wind undo your hair",
    "there are letters in the kitchen",
    "there is no one on the stair",
    "give me one more summer evening",
    "give me one more song to sing",
    "what the water took in winter",
    "it will carry back in spring",
]
FORMS = [
    "intro verse chorus verse chorus outro", "intro verse chorus verse chorus bridge chorus outro",
    "verse chorus verse chorus chorus", "intro verse verse chorus verse chorus outro",
    "chorus verse chorus verse bridge chorus", "intro verse chorus bridge verse chorus outro", "verse verse bridge verse",
]  # fmt: skip


def lyrics(form, dice):
    """Tagged lyrics: verses of their own lines, a chorus that returns word for word."""
    lines = dice.sample(WORDS, len(WORDS))
    chorus = lines[:4]
    rest = lines[4:] * 2
    text = []
    for section in form.split():
        text.append(f"[{section}]")
        if section == "chorus":
            text += chorus
        elif section in ("verse", "bridge"):
            text += [rest.pop(0) for _ in range(4 if section == "verse" else 2)]
    return "\n".join(text)


def make(case):
    folder, number, style, metre, seed = case
    dice = random.Random(f"{seed} {number} {style}")
    data = STYLES[style]
    tempo = dice.uniform(*data.tempo) if metre == data.timesignature else None
    if tempo is None:
        tempo = dice.uniform(50, 100) if metre == "6/8" else dice.uniform(76, 150)
    form = dice.choice(FORMS)
    sung = dice.random() < 0.67
    brief = Brief(
        "", style=style, tempo=round(tempo, 1), timesignature=metre, duration=round(dice.uniform(75, 130), 1),
        key=dice.choice(["C", "D", "E", "F", "G", "A", "Bb", "Eb", "F#", "B"]) + dice.choice([" major", " minor"]), energy=data.energy,
        lyrics=lyrics(form, dice) if sung else None, instrumental=not sung,
    )  # fmt: skip
    try:
        score = compose(brief, seed=number)
    except Refused:
        return None
    name = f"{style.replace(' ', '-').replace('&', 'n')}-{metre.replace('/', '')}-{number}.flac"
    if not (folder / name).exists():
        soundfile.write(folder / name, mix(render(score)), 44100)
    spans = {
        part: [[s.start, s.end, s.label] for s in getattr(score, part)] for part in ("chords", "sections")
    }
    truth = {
        "bpm": score.tempo, "timesig": score.timesignature, "key": score.key, "beats": score.beats,
        "downbeats": score.downbeats, **spans, "kind": "song" if sung else "mix",
    }  # fmt: skip
    return json.dumps({"file": name, "groove": style, **truth}) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--each", type=int, default=1, help="songs a style (1)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    dice = random.Random(arguments.seed)
    cases = []
    for number, style in enumerate(list(STYLES) * arguments.each):
        own = STYLES[style].timesignature
        metre = dice.choice([own, own, "2/4", "3/4", "4/4", "6/8"])
        cases.append((arguments.folder, number, style, metre, arguments.seed))
    with ProcessPoolExecutor(arguments.processes) as pool:
        lines = [line for line in pool.map(make, cases) if line is not None]
    (arguments.folder / "truth.jsonl").write_text("".join(lines), "utf-8")
    print(f"{len(lines)} songs")


if __name__ == "__main__":
    main()
