"""How fast each style is composed and rendered, and how loud it comes out.

Run as a script: ``python tests/benchmarks/composition.py [style …]``. "x" is times real time: of the wall
clock, and of this process's own CPU time, which doesn't depend on what else the machine is doing.
"""

import argparse
import statistics
import time

from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.model import SAMPLE_RATE, Brief
from audiopod_mcp.music.signal.loudness import integrated_loudness, true_peak
from audiopod_mcp.music.styles import STYLES
from audiopod_mcp.music.synthesis import record


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("styles", nargs="*", default=list(STYLES))
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    record(compose(Brief("", duration=3.0), seed=0))  # imports and tables
    print(f"{'style':14} {'x wall':>7} {'x CPU':>7} {'parts':>6} {'notes':>6} {'LUFS':>6} {'dBTP':>6}")
    ratios = []
    for name in options.styles:
        style = STYLES[name]
        brief = Brief(
            "", style=name, tempo=round(sum(style.tempo) / 2), timesignature=style.timesignature,
            duration=options.seconds, energy=style.energy,
        )  # fmt: skip
        wall, cpu = time.perf_counter(), time.process_time()
        score = compose(brief, seed=1)
        audio = record(score).mix
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        ratios.append(options.seconds / cpu)
        print(
            f"{name:14} {options.seconds / wall:7.1f} {ratios[-1]:7.1f} {len(score.parts):6}"
            f" {sum(len(part.notes) for part in score.parts):6} {integrated_loudness(audio, SAMPLE_RATE):6.1f}"
            f" {true_peak(audio, SAMPLE_RATE):6.2f}"
        )
    print(f"{'median':14} {'':7} {statistics.median(ratios):7.1f}")


if __name__ == "__main__":
    main()
