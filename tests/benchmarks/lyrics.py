"""How well the lines of known lyrics are placed: ``python -m tests.benchmarks.lyrics DATA_DIR [GROUP ...]``.

Truth is known because the cases are made here: songs the studio composes with its guide voice, taken as
recordings; spoken lines (``espeak-ng``, where it is installed) over instrumental stems of ``DATA_DIR``, with
breaks and a chorus that returns; and the timed song, as it is and disturbed. ``dev`` cases may be looked at
while the method is changed, ``held`` ones (other styles, languages, backings) only report.
"""

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile
import soxr

from audiopod_mcp.music.lyric_alignment import align, hear
from audiopod_mcp.music.lyrics import from_lrc
from audiopod_mcp.music.making import make
from audiopod_mcp.music.model import Brief
from audiopod_mcp.music.syllables import count_syllables

RATE = 44_100
ENGLISH = (
    "The morning opens like a door\nand every window wants the sun\nI do not wait here any more\nmy walking days have just begun",
    "Carry me over the water\ncarry me home\nwherever the river may lead us\nyou are never alone",
    "A letter in a yellow coat\nthe kettle sings upon the stove\nthe harbour has another boat\nand I have nowhere else to go",
)
SPANISH = (
    "La luna baja por la calle\ny nadie sabe su canción\ntodas las puertas de la tarde\nse abren en mi corazón",
    "Ven conmigo hasta la orilla\nven a cantar\nque la noche es una silla\nfrente al mar",
    "Un tren se marcha sin nosotros\ny deja humo en la estación\nguardé tu nombre entre los otros\ncomo se guarda una razón",
)
GERMAN = (
    "Der Regen klopft an meine Scheibe\nund jede Straße glänzt im Licht\nich weiß nicht ob ich heute bleibe\ndenn bleiben kann ich lange nicht",
    "Komm wir gehen über Brücken\nkomm mit mir\nund die Sorgen auf dem Rücken\nlassen wir hier",
    "Am Bahnhof steht ein alter Koffer\nund niemand holt ihn jemals ab\nder Sommer war ein leises Opfer\nfür alles was es später gab",
)
SONGS = {"en": ENGLISH, "es": SPANISH, "de": GERMAN}


def song_text(language, tagged=True):
    verse, chorus, second = SONGS[language]
    parts = [("Verse 1", verse), ("Chorus", chorus), ("Verse 2", second), ("Chorus", chorus)]
    return "\n".join((f"[{tag}]\n" if tagged else "") + body for tag, body in parts)


def composed(held):
    """Mixes of composed songs: ``(name, audio, rate, lines of truth)``."""
    dev_styles = (("pop", "en", 104.0), ("rock", "de", 126.0), ("jazz", "es", 96.0))
    held_styles = (("folk", "es", 88.0), ("house", "en", 122.0), ("reggae", "de", 80.0))
    for number, (style, language, tempo) in enumerate(held_styles if held else dev_styles):
        brief = Brief(style, style, tempo=tempo, duration=90.0, lyrics=song_text(language), language=language)
        made = make(brief, seed=11 + number)
        yield (
            f"{style} {language} {tempo:.0f}",
            made.audio,
            made.rate,
            [(line.start, line.text) for line in made.lyrics],
        )


def say(line, language, folder, speed, pitch):
    file = folder / "line.wav"
    subprocess.run(
        ["espeak-ng", "-v", language, "-s", str(speed), "-p", str(pitch), "-w", str(file), line], check=True
    )
    voice, rate = soundfile.read(file, dtype="float32")
    loud = np.flatnonzero(np.abs(voice) > 0.03 * np.abs(voice).max())
    return soxr.resample(voice[loud[0] : loud[-1] + 1], rate, RATE)


def backing(folder, name):
    if name == "multitrack":
        parts = sorted((folder / name).glob("*.mp3"))
    else:
        parts = [p for n in ("drums", "other", "bass") if (p := folder / name / f"{n}.ogg").exists()]
    read = [soundfile.read(p, dtype="float32", always_2d=True)[0] for p in parts]
    length = min(len(part) for part in read)
    return sum(np.broadcast_to(part[:length], (length, 2)) for part in read)


def spoken(folder, held):
    """Spoken lines over a backing nobody sings in; the voice so many dB above or below it."""
    if not shutil.which("espeak-ng"):
        return
    backs = ("lithium", "potassium") if held else ("hydrogen", "multitrack")
    for number, (name, language, decibels) in enumerate(
        (back, language, decibels)
        for back, language in zip(backs, ("es", "de") if held else ("en", "de"), strict=True)
        for decibels in (-6, 0, 6)
    ):
        rng = np.random.default_rng(100 * held + number)
        music = np.tile(backing(folder, name), (3, 1))[: 130 * RATE]
        music = music * (0.1 / np.sqrt(np.square(music).mean()))
        at, truth = float(rng.uniform(6, 14)), []
        period = float(rng.uniform(2.8, 4.2))
        with tempfile.TemporaryDirectory() as home:
            for index, line in enumerate(song_text(language, tagged=False).splitlines()):
                voice = say(line, language, Path(home), int(rng.integers(95, 130)), 40 + 10 * (index % 3))
                voice *= 0.1 * 10 ** (decibels / 20) / np.sqrt(np.square(voice).mean())
                first = round(at * RATE)
                if first + len(voice) > len(music):
                    break
                music[first : first + len(voice)] += voice[:, None]
                truth.append((at, line))
                at += max(period, len(voice) / RATE + 0.2)
                at += float(rng.uniform(4, 14)) if index % 4 == 3 else float(rng.uniform(0, 0.3))
        yield f"{name} {language} {decibels:+d} dB", music.astype(np.float32), RATE, truth


def disturbed(audio, rate):
    """The same recording, changed as recordings are: ``(name, audio, rate, offset, time factor)``."""
    noise = np.random.default_rng(5).standard_normal(audio.shape).astype(np.float32)
    yield "as it is", audio, rate, 0.0, 1.0
    yield "0.9 of the gain", 0.9 * audio, rate, 0.0, 1.0
    yield "22.05 kHz", soxr.resample(audio, rate, 22_050), 22_050, 0.0, 1.0
    yield "48 kHz", soxr.resample(audio, rate, 48_000), 48_000, 0.0, 1.0
    yield "0.73 s later", np.pad(audio, ((round(0.73 * rate), 0), (0, 0))), rate, 0.73, 1.0
    yield "noise, -40 dB", audio + 0.01 * np.sqrt(np.square(audio).mean()) * 100**0.5 * noise, rate, 0.0, 1.0
    yield "3 % faster", soxr.resample(audio, 1.03 * rate, rate), rate, 0.0, 1 / 1.03
    yield "mono", audio.mean(axis=1, keepdims=True), rate, 0.0, 1.0


def timed(folder):
    for file in sorted(folder.glob("*/*.lrc")):
        audio, rate = soundfile.read(next(file.parent.glob("*.ogg")), dtype="float32", always_2d=True)
        lines = from_lrc(file.read_text("utf-8"))
        for name, changed, at, later, factor in disturbed(audio, rate):
            yield name, changed, at, [(line.start * factor + later, line.text) for line in lines]
        truth = [(line.start, line.text) for line in lines]
        yield "a line missing", audio, rate, truth[:4] + truth[5:]


def cases(folder, group):
    kind, _, part = group.partition("-")
    if kind == "timed":
        return timed(folder)
    if kind == "composed":
        return composed(part == "held")
    return spoken(folder, part == "held")


GROUPS = ("composed-dev", "composed-held", "spoken-dev", "spoken-held", "timed")


def summary(errors):
    return (
        f"median {np.median(errors):6.2f} s, 90th {np.percentile(errors, 90):6.2f} s, "
        f"within 0.3 s {np.mean(errors < 0.3):4.0%}, within 1 s {np.mean(errors < 1):4.0%}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("groups", nargs="*", default=GROUPS)
    wanted = parser.parse_args()
    for group in wanted.groups:
        pooled = []
        for name, audio, rate, truth in cases(wanted.data, group):
            counts = np.asarray([max(1, count_syllables(text)) for _, text in truth], np.intp)
            words = ["".join(filter(str.isalnum, text.lower())) for _, text in truth]
            ours = align(hear(audio, rate, len(counts)), words, counts)
            errors = np.abs([line[0] - start for line, (start, _) in zip(ours, truth, strict=True)])
            pooled.append(errors)
            print(f"  {name:24}{summary(errors)}", flush=True)
        if pooled:
            print(f"{group:26}{summary(np.concatenate(pooled))}", flush=True)


if __name__ == "__main__":
    main()
