"""Memory and disk that a song takes: ``python -m tests.benchmarks.footprint [SECONDS …]``.

Each song is made by the local engine in a process of its own, whose peak memory (Linux) is told, with its CPU time,
and the bytes of what lies in the take's folder as a multiple of the master.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CAPTIONS = (
    "orchestral pop with piano, strings, brass, electric guitar, choir",
    "deep house",
    "jazz trio",
)


def make(seconds, caption, folder):
    """Make one song in this process; one line of a table about it."""
    import resource

    from audiopod_mcp.studio.engines.base import Work
    from audiopod_mcp.studio.engines.local import LocalEngine

    params = {"caption": caption, "audio_duration": seconds, "seed": 5, "instrumental": True}
    began = time.process_time()
    take = LocalEngine().run(Work("text2music", params, {}, None, folder), lambda *_: None).takes[0]
    cpu = time.process_time() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    files = [path for path in (folder / take.name).rglob("*") if path.is_file()]
    size, master = sum(path.stat().st_size for path in files), take.master(folder).stat().st_size
    return f"| {caption} | {seconds:g} | {len(take.stems)} | {memory:.0f} | {cpu:.1f} | {master / 1e6:.1f} | {size / master:.2f} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", nargs="*", type=float, default=[5, 60, 180, 600])
    parser.add_argument("--caption", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.caption:
        with tempfile.TemporaryDirectory() as folder:
            print(make(options.seconds[0], options.caption, Path(folder)))
        return
    print("| song | s | stems | peak MiB | CPU s | master MB | folder / master |")
    print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for caption in CAPTIONS:
        for seconds in options.seconds:
            command = [sys.executable, "-m", "tests.benchmarks.footprint", str(seconds), "--caption", caption]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
