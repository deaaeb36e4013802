"""Songs whose lines are known because they are made here: composed, spoken over music, and sung by a synthetic
singer over music.

Each is a :class:`Case`. ``dev`` cases may be looked at while a method is changed or fitted; ``held`` ones, of
other styles, voices and accompaniments, only report.
"""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile
import soxr
from scipy.signal import fftconvolve

from audiopod_mcp.music.generation.generate import generate
from audiopod_mcp.music.lyrics.syllables import count_syllables
from audiopod_mcp.music.model import Brief

RATE = 44_100
SONGS = {  # verse, chorus, second verse
    "en": (
        "The morning opens like a door\nand every window wants the sun\nI do not wait here any more\nmy walking days have just begun",
        "Carry me over the water\ncarry me home\nwherever the river may lead us\nyou are never alone",
        "A letter in a yellow coat\nthe kettle sings upon the stove\nthe harbour has another boat\nand I have nowhere else to go",
    ),
    "es": (
        "La luna baja por la calle\ny nadie sabe su canción\ntodas las puertas de la tarde\nse abren en mi corazón",
        "Ven conmigo hasta la orilla\nven a cantar\nque la noche es una silla\nfrente al mar",
        "Un tren se marcha sin nosotros\ny deja humo en la estación\nguardé tu nombre entre los otros\ncomo se guarda una razón",
    ),
    "de": (
        "Der Regen klopft an meine Scheibe\nund jede Straße glänzt im Licht\nich weiß nicht ob ich heute bleibe\ndenn bleiben kann ich lange nicht",
        "Komm wir gehen über Brücken\nkomm mit mir\nund die Sorgen auf dem Rücken\nlassen wir hier",
        "Am Bahnhof steht ein alter Koffer\nund niemand holt ihn jemals ab\nder Sommer war ein leises Opfer\nfür alles was es später gab",
    ),
    "fr": (
        "Le matin frappe à ma fenêtre\net la lumière entre sans bruit\nje ne sais plus qui je veux être\nquand tu t'en vas avec la nuit",
        "Marche avec moi sous la pluie\nmarche avec moi\nle monde est une mélodie\nchantée tout bas",
        "Un vieux manteau sur une chaise\nle chat qui dort près du café\nla mer est loin de la falaise\net rien ne peut nous arriver",
    ),
    "it": (
        "La strada sale verso il mare\ne il vento porta una canzone\nnon ho più voglia di aspettare\nil treno fermo alla stazione",
        "Portami via con le tue mani\nportami via\nnon chiedermi cosa è domani\nanima mia",
        "Un bicchiere sopra il tavolo\nla radio parla di partire\nio scrivo il nome sopra il muro\nper non doverlo mai dire",
    ),
    "ru": (
        "Утро стучится в мои окна\nи солнце смотрит на порог\nдорога снова вся промокла\nи я сегодня одинок",
        "Пой со мной над рекою\nпой со мной\nя возьму тебя с собою\nмы вернёмся домой",
        "Письмо лежит на белом стуле\nи чайник песни нам поёт\nсады сегодня не уснули\nи завтра новый день придёт",
    ),
    "pt": (
        "A noite desce na cidade\ne a chuva canta no jardim\neu guardo ainda uma saudade\nde tudo que falou de mim",
        "Vem dançar até o mar\nvem dançar\nque a vida é curta pra esperar\no sol chegar",
        "Um barco velho na areia\no vento leva o meu chapéu\na lua hoje está cheia\ne mora só no nosso céu",
    ),
}
COMPOSED = {  # style, language, tempo, seconds, form, seed
    "dev": (
        ("pop", "en", 104, 90, "VCWC", 11), ("rock", "de", 126, 90, "VCWC", 12), ("jazz", "es", 96, 90, "VCWC", 13),
        ("country", "en", 100, 120, "VCWCBC", 21), ("electronic", "es", 118, 120, "VCWC", 22),
        ("r&b", "de", 72, 120, "VCWC", 23), ("soul", "fr", 84, 150, "VCWCXC", 24), ("disco", "it", 116, 120, "VCWCC", 25),
        ("punk", "ru", 160, 75, "VCWCBC", 26), ("ballad", "pt", 66, 150, "VCWC", 27),
        ("bossa nova", "pt", 124, 120, "VWCXC", 28), ("trance", "en", 136, 150, "VCWC", 29),
        ("waltz", "de", 140, 90, "VCWC", 30), ("city pop", "fr", 108, 180, "VCWCBCC", 31),
        ("trip hop", "en", 82, 120, "VWC", 32), ("celtic", "it", 112, 100, "VCWCXC", 33),
        ("cinematic", "ru", 90, 120, "VCWC", 34), ("hip hop", "fr", 88, 90, "VCWC", 35),
        ("synthwave", "de", 100, 140, "VCWCBC", 36), ("gospel", "en", 92, 120, "VCWCC", 37),
    ),
    "held": (
        ("folk", "es", 88, 90, "VCWC", 11), ("house", "en", 122, 90, "VCWC", 12), ("reggae", "de", 80, 90, "VCWC", 13),
        ("blues", "en", 80, 120, "VCWC", 41), ("latin", "es", 104, 120, "VCWCBC", 42),
        ("metal", "de", 140, 100, "VCWCXC", 43), ("k-pop", "fr", 118, 150, "VCWCC", 44),
        ("shoegaze", "en", 96, 150, "VCWC", 45), ("swing", "it", 150, 90, "VCWCC", 46),
        ("lullaby", "ru", 76, 120, "VWC", 47), ("funk", "pt", 104, 120, "VCWCXC", 48), ("ambient", "es", 70, 150, "VCWC", 49),
    ),
}  # fmt: skip
SINGERS = {
    "dev": (("en", "en"), ("de", "de+f2"), ("es", "es+m3"), ("fr", "fr+f4"), ("en", "en-us+f3"), ("pt", "pt+m2"),
            ("it", "it"), ("ru", "ru+f1")),
    "held": (("en", "en+Alicia"), ("de", "de+m7"), ("es", "es+Antonio"), ("fr", "fr+m5"), ("it", "it+Linda"),
             ("ru", "ru+m4"), ("pt", "pt+Mario"), ("en", "en-us+Michael")),
}  # fmt: skip
WOMEN = ("f1", "f2", "f3", "f4", "Alicia", "Linda")


class Case(NamedTuple):
    """A recording, the start (seconds) and text of its lines, which of them begin a stanza (``None``: the text
    doesn't tell), and the voice's level every 10 ms, ``None`` where it is not known.
    """

    name: str
    audio: np.ndarray
    rate: int
    truth: list
    parted: list | None
    level: np.ndarray | None


def song_text(language, form="VCWC", tagged=True):
    verse, chorus, second = SONGS[language]
    parts = {
        "V": ("Verse 1", verse),
        "C": ("Chorus", chorus),
        "W": ("Verse 2", second),
        "X": ("Verse 3", "\n".join(reversed(verse.splitlines()))),
        "B": ("Bridge", "\n".join(second.splitlines()[:2])),
    }
    return "\n".join((f"[{parts[k][0]}]\n" if tagged else "") + parts[k][1] for k in form)


def stanza_starts_of(form):
    return [line == 0 for k in form for line in range(2 if k == "B" else 4)]


def voice_level(voice, rate):
    """The level of a voice every 10 ms."""
    mono = voice.mean(axis=1) if voice.ndim > 1 else voice
    n = round(rate * 0.01)
    return np.sqrt(np.square(mono[: len(mono) // n * n].reshape(-1, n)).mean(axis=1))


def composed(half):
    """Mixes of songs composed by the studio, its guide voice singing."""
    for style, language, tempo, seconds, form, seed in COMPOSED[half]:
        brief = Brief(
            style, style, tempo=float(tempo), duration=float(seconds), lyrics=song_text(language, form),
            language=language,
        )  # fmt: skip
        made = generate(brief, seed=seed)
        truth = [(line.start, line.text) for line in made.lyrics]
        parted = stanza_starts_of(form)[: len(truth)]
        level = voice_level(made.stems["vocals"], made.rate)
        yield Case(f"{style} {language} {tempo}", made.audio, made.rate, truth, parted, level)


def say(line, voice, speed, pitch, rate=RATE):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "line.wav"
        subprocess.run(
            ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "-w", str(file), line], check=True
        )
        said, original = soundfile.read(file, dtype="float32")
    loud = np.flatnonzero(np.abs(said) > 0.03 * np.abs(said).max())
    return soxr.resample(said[loud[0] : loud[-1] + 1], original, rate)


def backing(folder, name):
    if name == "multitrack":
        parts = sorted((folder / name).glob("*.mp3"))
    else:
        parts = [p for n in ("drums", "other", "bass") if (p := folder / name / f"{n}.ogg").exists()]
    read = [soundfile.read(p, dtype="float32", always_2d=True)[0] for p in parts]
    length = min(len(part) for part in read)
    return sum(np.broadcast_to(part[:length], (length, 2)) for part in read)


def spoken(folder, half):
    """Spoken lines over a backing nobody sings in; the voice so many dB above or below it."""
    if not shutil.which("espeak-ng"):
        return
    held = half == "held"
    backs = ("lithium", "potassium") if held else ("hydrogen", "multitrack")
    for number, (name, language, decibels) in enumerate(
        (back, language, decibels)
        for back, language in zip(backs, ("es", "de") if held else ("en", "de"), strict=True)
        for decibels in (-6, 0, 6)
    ):
        rng = np.random.default_rng(100 * held + number)
        music = np.tile(backing(folder, name), (3, 1))[: 130 * RATE]
        music = music * (0.1 / np.sqrt(np.square(music).mean()))
        voices = np.zeros(len(music), np.float32)
        at, truth = float(rng.uniform(6, 14)), []
        period = float(rng.uniform(2.8, 4.2))
        for index, line in enumerate(song_text(language, tagged=False).splitlines()):
            voice = say(line, language, int(rng.integers(95, 130)), 40 + 10 * (index % 3))
            voice *= 0.1 * 10 ** (decibels / 20) / np.sqrt(np.square(voice).mean())
            first = round(at * RATE)
            if first + len(voice) > len(music):
                break
            voices[first : first + len(voice)] += voice
            truth.append((at, line))
            at += max(period, len(voice) / RATE + 0.2)
            at += float(rng.uniform(4, 14)) if index % 4 == 3 else float(rng.uniform(0, 0.3))
        audio = (music + voices[:, None]).astype(np.float32)
        yield Case(f"{name} {language} {decibels:+d} dB", audio, RATE, truth, None, voice_level(voices, RATE))


def sung(corpus, half):
    """A synthetic singer over pieces of :mod:`tests.benchmarks.corpus`: speech of ``espeak-ng`` brought to notes
    of their chords by the WORLD vocoder (``pyworld``). Nothing without either.
    """
    try:
        import pyworld  # noqa: F401
    except ImportError:
        return
    if not shutil.which("espeak-ng") or not (corpus / "truth.jsonl").exists():
        return
    truths = {}
    for row in map(json.loads, (corpus / "truth.jsonl").read_text("utf-8").splitlines()):
        truths[Path(row["file"]).stem] = row
    pieces = sorted(p for p, row in truths.items() if row["kind"] != "drums" and 50 < row["beats"][-1] < 110)
    np.random.default_rng(1).shuffle(pieces)
    forms = ("VCWC", "VCWCC", "VWC", "VCWCXC", "VCWCBC")
    first, chosen = (100, pieces[:16]) if half == "dev" else (300, pieces[16:28])
    for number, piece in enumerate(chosen):
        language, voice = SINGERS[half][number % 8]
        low = 57 if voice.endswith(WOMEN) else 48
        decibels = (-4, 0, 4)[number % 3]
        song = Singer(voice, low, np.random.default_rng(first + number))
        audio, rate = soundfile.read(corpus / truths[piece]["file"], dtype="float32", always_2d=True)
        form = forms[number % 5]
        yield song.over(
            audio, rate, truths[piece], language, form, decibels, f"{piece} {voice} {decibels:+d} dB"
        )


class Singer:
    """Sings lines of text on the notes of given chords, each line so many whole bars after the last."""

    def __init__(self, voice, low, rng):
        self.voice, self.low, self.rng = voice, low, rng
        self.vibrato = rng.uniform(4.8, 6.3), rng.uniform(20, 70)

    def over(self, audio, rate, truth, language, form, decibels, name):
        rng = self.rng
        cut = truth["downbeats"][-1]
        whole, once = np.asarray(truth["beats"]), audio[: round(cut * rate)]
        audio = np.concatenate((once, once, audio))
        before = whole[whole < cut - 1e-3]
        beats = np.concatenate((before, before + cut, whole + 2 * cut))
        chords = [
            (a + late, b + late, label) for late in (0, cut, 2 * cut) for a, b, label in truth["chords"]
        ]
        beat = float(np.median(np.diff(whole)))
        bar = max(2, round(float(np.median(np.diff(truth["downbeats"]))) / beat))
        span = bar * max(1, round(rng.uniform(2.6, 5.5) / (bar * beat)))
        voices = np.zeros(len(audio))
        place, pitch, habits, lines = bar * int(rng.integers(2, 5)), self.low + 5, {}, []
        bodies = [song_text(language, k, tagged=False).splitlines() for k in form]
        for stanza, (kind, body) in enumerate(
            zip(form.translate({ord("W"): "V", ord("X"): "V"}), bodies, strict=True)
        ):
            if stanza and rng.random() < 0.8:
                place += bar * int(rng.choice([0, 1, 2, 4, 4, 8]))
            early, fill, taste = habits.setdefault(
                kind, (rng.choice([0, 0, 0.5, 1, -0.5, -1]), rng.choice([0.6, 0.75, 0.85, 0.93]), int(rng.integers(1 << 30)))
            )  # fmt: skip
            for index, line in enumerate(body):
                if place + span + 2 >= len(beats):
                    break
                notes = _rhythm(
                    max(1, count_syllables(line)), span * fill, np.random.default_rng(taste + index % 2)
                )
                onsets = np.interp(place + early + notes, np.arange(len(beats)), beats)
                stop = float(
                    np.interp(place + early + max(span * fill, notes[-1] + 0.8), np.arange(len(beats)), beats)
                )
                hertz = []
                for onset in onsets:
                    label = next((label for a, b, label in chords if a <= onset < b), "C")
                    choices = [p for p in range(self.low, self.low + 15) if p % 12 in _classes(label)]
                    aim = pitch + rng.normal(0, 3)
                    pitch = min(choices, key=lambda p: abs(p - aim))
                    hertz.append(440 * 2 ** ((pitch - 69) / 12))
                sound, late = self.sing(line, onsets - onsets[0], stop - onsets[0], hertz, rate)
                start = max(0.0, onsets[0] + late)
                first = round(start * rate)
                sound = sound[: len(voices) - first] / np.sqrt(np.square(sound).mean())
                voices[first : first + len(sound)] += sound
                lines.append((start, line, index == 0, start + len(sound) / rate))
                place += span
        length = min(len(audio), round((lines[-1][3] + rng.uniform(4, 15)) * rate))
        audio, voices = audio[:length], voices[:length]
        decay = (
            rng.normal(0, 1, (int(0.9 * rate), 2))
            * np.exp(-np.arange(int(0.9 * rate)) / (0.22 * rate))[:, None]
        )
        decay /= np.sqrt(np.square(decay).sum(axis=0))
        room = np.stack([fftconvolve(voices, decay[:, side])[:length] for side in (0, 1)], axis=1)
        gain = 10 ** (decibels / 20) / np.sqrt(np.square(voices).sum() / np.count_nonzero(voices))
        mixed = audio / np.sqrt(np.square(audio).mean()) + gain * (voices[:, None] + 0.25 * room)
        truth = [(start, line) for start, line, _, _ in lines]
        parted = [begins for _, _, begins, _ in lines]
        return Case(name, (0.1 * mixed).astype(np.float32), rate, truth, parted, voice_level(voices, rate))

    def sing(self, line, onsets, stop, hertz, rate):
        """The sound of a line and when it sets in relative to its first note: consonants keep their length,
        vowels are held.
        """
        import pyworld

        said = np.pad(say(line, self.voice, 150, 50, rate).astype(np.float64), 400)
        f0, times = pyworld.harvest(said, rate, frame_period=5)
        envelope = pyworld.cheaptrick(said, f0, times, rate)
        breath = pyworld.d4c(said, f0, times, rate)
        around = [np.square(said[max(0, int(t * rate) - 220) : int(t * rate) + 220]).sum() for t in times]
        energy = np.convolve(np.asarray(around) * (f0 > 0), np.hanning(15) / 7.5, "same")
        vowels = _vowels(energy, len(onsets))
        if len(vowels) < len(onsets):
            keep = np.round(np.linspace(0, len(onsets) - 1, len(vowels))).astype(int)
            onsets, hertz = onsets[keep], [hertz[i] for i in keep]
        stops = [*onsets[1:], stop]
        source, target = [], []
        for i, (a, b) in enumerate(_extents(energy, vowels)):
            source += [a * 0.005, b * 0.005]
            target += [onsets[i], stops[i]]
        for i in range(len(vowels)):  # leave room for the consonants before the next vowel
            last = i + 1 == len(vowels)
            gap = (times[-1] if last else source[2 * i + 2]) - source[2 * i + 1]
            target[2 * i + 1] = max(target[2 * i] + 0.04, stops[i] - min(gap, 0.25 if last else 0.22))
        target = list(np.maximum.accumulate(np.asarray(target) + 0.005 * np.arange(len(target)))
                      - 0.005 * np.arange(len(target)) + 1e-6 * np.arange(len(target)))  # fmt: skip
        tail = min(0.25, times[-1] - source[-1])
        target = [target[0] - source[0], *target, target[-1] + tail]
        source = [0.0, *source, times[-1]]
        at = target[0] + 0.005 * np.arange(int((target[-1] - target[0]) / 0.005))
        where = np.interp(at, target, source) / 0.005
        low = np.clip(where.astype(int), 0, len(times) - 2)
        part = (where - low)[:, None]
        shape = np.exp((1 - part) * np.log(envelope[low]) + part * np.log(envelope[low + 1]))
        airy = (1 - part) * breath[low] + part * breath[low + 1]
        voiced = np.interp(where, np.arange(len(f0)), (f0 > 0).astype(float)) > 0.5
        tune = np.where(voiced, 2 ** self._tune(at, onsets, hertz), 0.0)
        sound = pyworld.synthesize(tune, np.ascontiguousarray(shape), np.ascontiguousarray(airy), rate, 5)
        loud = np.flatnonzero(np.abs(sound) > 0.03 * np.abs(sound).max())
        return sound[loud[0] : loud[-1] + 1], target[0] + loud[0] / rate

    def _tune(self, at, onsets, hertz):
        octaves, since = np.full(len(at), np.log2(hertz[0])), np.zeros(len(at))
        for onset, f in zip(onsets, hertz, strict=True):
            octaves[at >= onset - 0.02] = np.log2(f)
            since[at >= onset] = at[at >= onset] - onset
        octaves = np.convolve(np.pad(octaves, 12, mode="edge"), np.hanning(25) / 12, "valid")[: len(at)]
        rate, cents = self.vibrato
        swing = np.sin(2 * np.pi * rate * at + self.rng.uniform(0, 6.28))
        drift = np.cumsum(self.rng.normal(0, 1, len(at)))
        drift -= np.convolve(np.pad(drift, 100, mode="edge"), np.ones(201) / 201, "valid")[: len(at)]
        return (
            octaves
            + cents / 1200 * np.clip((since - 0.2) / 0.3, 0, 1) * swing
            + 6 / 1200 * drift / (drift.std() + 1e-9)
        )


def _rhythm(count, span, rng):
    """Beats of ``count`` syllables within ``span`` beats, on half beats where they fit."""
    step = 0.5 if count <= span * 2 else 0.25
    slots = int(span / step)
    if count > slots:
        return np.arange(count) * span / count
    free = np.concatenate(([0], np.sort(rng.permutation(np.arange(1, slots))[: count - 1]))) * step
    even = np.round(np.arange(count) * min(span / count, 1.5 / step * step) / step) * step
    return even if rng.random() < 0.6 and len(set(even)) == count else free


def _classes(label):
    names = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
    root = next((name for name in sorted(names, key=len, reverse=True) if label.startswith(name)), "C")
    minor = label[len(root) :].startswith("m") and "maj" not in label
    return {(names.index(root) + step) % 12 for step in (0, 3 if minor else 4, 7)}


def _vowels(energy, count):
    """Frames (5 ms) of the ``count`` strongest peaks, 90 ms apart."""
    peaks = [i for i in range(1, len(energy) - 1) if energy[i - 1] <= energy[i] > energy[i + 1]]
    chosen = []
    for peak in sorted(peaks or [int(energy.argmax())], key=lambda i: -energy[i]):
        if len(chosen) < count and all(abs(peak - other) >= 18 for other in chosen):
            chosen.append(peak)
    return sorted(chosen)


def _extents(energy, vowels):
    """First and last frame of each vowel."""
    extents = []
    for i, peak in enumerate(vowels):
        first, last = peak, peak
        least = vowels[i - 1] if i else 0
        most = vowels[i + 1] if i + 1 < len(vowels) else len(energy) - 1
        while first > least and energy[first - 1] > 0.35 * energy[peak]:
            first -= 1
        while last < most and energy[last + 1] > 0.5 * energy[peak]:
            last += 1
        extents.append((first, max(last, first + 3)))
    return extents
