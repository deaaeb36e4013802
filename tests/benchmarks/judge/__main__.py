"""The command: see :mod:`tests.benchmarks.judge`."""

import argparse
import json
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile

from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.model import SAMPLE_RATE
from audiopod_mcp.music.synthesis import mix, render
from tests.benchmarks import judge
from tests.benchmarks.judge.phrases import solo

DRUMS = ("drums", "beat", "beats")
SOLOS = {
    "piano": ("piano",), "harpsichord": ("harpsichord",), "acoustic guitar": ("guitar",), "nylon guitar": ("guitar",),
    "harp": ("harp",), "sitar": ("sitar",), "violin": ("violin", "strings"), "cello": ("cello", "strings"),
    "strings": ("strings", "violin"), "flute": ("flute",), "choir": ("choir", "choral", "voice"), "acoustic kit": DRUMS,
    "brushed kit": DRUMS,
}  # fmt: skip
"""The thirteen that count, with their tags: any of them is right."""
ALSO = {
    "electric guitar": ("guitar",), "distorted guitar": ("guitar", "metal", "rock"), "electric piano": ("piano",),
    "synth lead": ("synth",), "dusty kit": DRUMS, "electronic kit": DRUMS, "percussion": DRUMS,
}  # fmt: skip
"""Those that are printed beside them."""
SOUNDS = (
    "guitar", "strings", "drums", "piano", "violin", "vocal", "synth", "beat", "singing", "vocals", "harpsichord",
    "flute", "sitar", "choir", "voice", "beats", "harp", "cello", "choral", "electronic",
)  # fmt: skip
"""Tags that say what sounds, not how."""
GENRES = {
    "pop": ("pop",), "rock": ("rock", "classic rock"), "jazz": ("jazz",), "blues": ("blues",), "country": ("country",),
    "folk": ("folk",), "metal": ("metal", "heavy metal"), "punk": ("punk",), "funk": ("funk",), "hip hop": ("Hip-Hop",),
    "house": ("House",), "classical": ("classical",), "soul": ("soul",), "r&b": ("rnb",), "ambient": ("ambient",),
    "techno": ("techno",), "electronic": ("electronic",),
}  # fmt: skip
"""The first twelve count. Tags that only one data set has are asked of its network."""
COUNTED = list(GENRES)[:12]
Tags = dict[str, float]


class Judge:
    """Writes what is to be judged into a folder, and asks the networks of another environment about all of it."""

    def __init__(self, python: Path, folder: Path) -> None:
        self._python = python
        self._folder = folder

    def ask(self, network: str, sounds: dict[str, np.ndarray]) -> dict[str, Tags]:
        """The probability of every tag of a network, for each sound ``(samples, 2)`` by its name."""
        files = {name: self._folder / f"{name.replace(' ', '-').replace('&', 'n')}.flac" for name in sounds}
        for name, file in files.items():
            if not file.exists():
                soundfile.write(file, sounds[name], SAMPLE_RATE)
        command = [self._python, Path(__file__).with_name("tagging.py").resolve(), network, *files.values()]
        done = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"the judge did not answer:\n{done.stderr[-2000:]}")
        heard = json.loads(done.stdout.splitlines()[-1])
        rows = [dict(zip(heard["labels"], row, strict=True)) for row in heard["files"]]
        return dict(zip(sounds, rows, strict=True))


def mean_tags(rows: list[Tags]) -> Tags:
    return {tag: float(np.mean([row[tag] for row in rows])) for tag in rows[0]}


def strongest(tags: Tags, count: int = 4) -> str:
    first = sorted(tags, key=tags.__getitem__, reverse=True)[:count]
    return ", ".join(f"{tag} {tags[tag]:.2f}" for tag in first)


def rank(tags: Tags, right: tuple[str, ...], among: tuple[str, ...] | None = None) -> int:
    best = max(tags[tag] for tag in right)
    return 1 + sum(tags[tag] > best for tag in (among or tags) if tag not in right)


def judge_solos(asked: Judge, kinds: list[str]) -> None:
    rights = SOLOS | ALSO
    sounds = {f"{name} {i}": mix(render(score)) for name in rights for i, score in enumerate(solo(name))}
    heard = {network: asked.ask(network, sounds) for network in (f"MTT_{kind}" for kind in kinds)}
    print(
        "probability of the instrument's tag; its rank among tags of sounds, and among all; strongest tags (first network)"
    )
    print(f"{'':18}" + "".join(f"{kind:>15}" for kind in kinds))
    counted = []
    for name, right in rights.items():
        means = [
            mean_tags([found[sound] for sound in found if sound[:-2] == name]) for found in heard.values()
        ]
        row = [(max(m[tag] for tag in right), rank(m, right, SOUNDS), rank(m, right)) for m in means]
        if name in SOLOS:
            counted.append(row)
        cells = "".join(f"{p:7.2f}{among:4}{of_all:4}" for p, among, of_all in row)
        print(f"{name:18}{cells}   {strongest(means[0])}{'' if name in SOLOS else '   (not counted)'}")
    for at, network in enumerate(heard):
        probability, among, of_all = zip(*(row[at] for row in counted), strict=True)
        print(
            f"{network}: mean {np.mean(probability):.2f}; first among sounds {sum(r == 1 for r in among)}, first of all"
            f" {sum(r == 1 for r in of_all)}, among the first three {sum(r <= 3 for r in of_all)} of {len(counted)}"
        )


def piece(style: str, seed: int, seconds: float) -> np.ndarray:
    """A piece of the style as somebody would ask for it, without singing."""
    brief = replace(read_caption(style, duration=seconds, seed=seed, instrumental=True), style=style)
    return mix(render(compose(brief, seed=seed)))


def genre(style: str, heard: dict[str, Tags]) -> float:
    """The larger probability of the style's tags, from the network that has them: of MSD before MTT."""
    tags = next(tags for tags in heard.values() if GENRES[style][0] in tags)
    return max(tags[tag] for tag in GENRES[style])


def judge_styles(
    asked: Judge, styles: list[str], seeds: list[int], seconds: float, folder: Path | None, kinds: list[str]
) -> None:
    began = time.process_time()
    made = {f"{style}-{seed}": piece(style, seed, seconds) for style in styles for seed in seeds}
    print(f"{len(made)} pieces of {seconds:.0f} s, made in {time.process_time() - began:.0f} s of CPU")
    for file in sorted(folder.iterdir()) if folder else ():
        if file.suffix in (".ogg", ".flac", ".mp3", ".wav"):
            audio, rate = soundfile.read(
                file, dtype="float32", frames=int(seconds * SAMPLE_RATE), always_2d=True
            )
            assert rate == SAMPLE_RATE, f"{file} is not at {SAMPLE_RATE} Hz"
            made[f"{file.name.split('-')[0]}-real-{file.stem}"] = audio
    print(
        "mean probability of the genre's tags, and of each seed; real recordings of the genre; strongest tags (first network)"
    )
    print(f"{'':12}" + "".join(f"{kind:>9}" for kind in kinds))
    networks = {kind: [f"MSD_{kind}", f"MTT_{kind}"] for kind in kinds}
    answers = {name: asked.ask(name, made) for names in networks.values() for name in names}
    totals = {kind: {} for kind in networks}
    for style in styles:
        by_kind = {
            kind: {
                sound: genre(style, {n: answers[n][sound] for n in names})
                for sound in made
                if sound.split("-")[0] == style
            }
            for kind, names in networks.items()
        }
        for kind, found in by_kind.items():
            totals[kind][style] = np.mean([p for sound, p in found.items() if "-real-" not in sound])
        each = " ".join(f"{p:.2f}" for sound, p in by_kind[kinds[0]].items() if "-real-" not in sound)
        real = " ".join(f"{p:.2f}" for sound, p in by_kind[kinds[0]].items() if "-real-" in sound)
        tags = mean_tags([answers[f"MSD_{kinds[0]}"][f"{style}-{seed}"] for seed in seeds])
        print(
            f"{style:12}{''.join(f'{found[style]:9.2f}' for found in totals.values())}   ({each})"
            f" {f'real {real} ' if real else ''}  {strongest(tags)}"
        )
    for what, chosen in (("the twelve", COUNTED), ("all", styles)):
        if set(chosen) <= set(styles):
            print(
                f"mean of {what:10}"
                + "".join(
                    f"  {kind} {np.mean([found[s] for s in chosen]):.3f}" for kind, found in totals.items()
                )
            )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=judge.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("python", type=Path, help="the interpreter of an environment with musicnn")
    parser.add_argument("tables", nargs="*", default=["solos", "styles"])
    parser.add_argument("--styles", nargs="+", default=COUNTED, choices=GENRES)
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--networks", nargs="+", default=["musicnn", "vgg"], choices=("musicnn", "vgg"))
    parser.add_argument("--recordings", type=Path)
    parser.add_argument("--save", type=Path, help="an empty folder, where what was judged is kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.save or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        asked = Judge(options.python.absolute(), folder)
        for table in options.tables:
            if table == "solos":
                judge_solos(asked, options.networks)
            else:
                judge_styles(
                    asked,
                    options.styles,
                    options.seeds,
                    options.seconds,
                    options.recordings,
                    options.networks,
                )


if __name__ == "__main__":
    main()
