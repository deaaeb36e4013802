"""What is gained by keeping what was made of a sound: ``python -m tests.benchmarks.caching FILE … [--seconds 60] [--data DIR]``.

Every operation is done three times on the first ``--seconds`` of each recording, as a worker does it: without a cache;
with one in which all operations above it in the table left what they made; and once more. Seconds are those of CPU,
median over the recordings; the ratio is the first column's to the column's own. That the results are the same is checked.
``--data`` is a data folder whose models are used.
"""

import argparse
import hashlib
import tempfile
import time
from pathlib import Path
from statistics import median

from audiopod_mcp.studio.engines.base import Work
from audiopod_mcp.studio.jobs.task import Order, perform
from audiopod_mcp.studio.media.audio_files import read_audio, write_audio
from audiopod_mcp.studio.media.cache import ResultCache

OPERATIONS = [
    ("analyze", {}),
    ("extract_stem", {"track_name": "vocals"}),
    ("extract_stem", {"track_name": "drums"}),
    ("separate_stems", {"mode": "four"}),
    ("lrc", {"lyrics": "one and two\nthree and four"}),
    ("edit", {"edit_target_prompt": "softer vocals", "seed": 1}),
    ("cover", {"caption": "bossa nova", "seed": 1}),
    ("repaint", {"repainting_start": 10.0, "repainting_end": 15.0, "seed": 1}),
    ("extend", {"right_extend_length": 8.0, "seed": 1}),
]


def done(task, params, source, cache, environment):
    """Seconds of CPU, and what tells the result from others."""
    with tempfile.TemporaryDirectory() as folder:
        (result := Path(folder, "result")).mkdir()
        work = Work(task, params, {"src_audio_url": source}, None, result)
        order = Order(work, "local", environment=environment, cache=cache)
        start = time.process_time()
        made = perform(order)
        seconds = time.process_time() - start
        digest = hashlib.sha256(repr((made.error, made.outcome)).encode())
        for file in sorted(result.rglob("*.flac")):
            digest.update(file.read_bytes())
        return seconds, digest.hexdigest()


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("files", nargs="+", type=Path)
    options.add_argument("--seconds", type=float, default=60.0)
    options.add_argument("--data", type=Path)
    chosen = options.parse_args()
    environment = {"AUDIOPOD_DATA_DIR": str(chosen.data)} if chosen.data else {}
    seconds = {number: [] for number in range(len(OPERATIONS))}
    same = True
    with tempfile.TemporaryDirectory() as scratch:
        done("analyze", {}, chosen.files[0], None, {})  # imports what is heavy
        for place, file in enumerate(chosen.files):
            audio, rate, _ = read_audio(file)
            source = Path(scratch, f"{place}.ogg")
            write_audio(source, audio[: round(chosen.seconds * rate)], rate)
            cache = ResultCache(Path(scratch, f"cache{place}"), 4 * 10**9)
            for number, (task, params) in enumerate(OPERATIONS):
                runs = [done(task, params, source, used, environment) for used in (None, cache, cache)]
                seconds[number].append([spent for spent, _ in runs])
                same &= len({digest for _, digest in runs}) == 1
            kept = [path.stat().st_size for path in cache.folder.iterdir()]
            print(f"{file.name}: {len(kept)} results kept, {sum(kept) / 1e6:.0f} MB")
    print(f"results are the same: {same}\n")
    print("operation, on what was worked on by those above it | without | with | ratio | again | ratio")
    for number, (task, params) in enumerate(OPERATIONS):
        without, first, again = (median(column) for column in zip(*seconds[number], strict=True))
        name = " ".join(
            [task, *(str(value) for key, value in params.items() if key in ("track_name", "mode"))]
        )
        print(
            f"{name:28} | {without:6.2f} | {first:6.2f} | {without / first:5.1f} | {again:6.2f} | {without / again:5.1f}"
        )


if __name__ == "__main__":
    main()
