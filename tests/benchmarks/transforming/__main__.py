"""The command: see :mod:`tests.benchmarks.transforming`."""

import argparse
from pathlib import Path

from tests.benchmarks import transforming
from tests.benchmarks.transforming.covers import cover_table
from tests.benchmarks.transforming.extensions import ending_table, extend_table, likeness_table
from tests.benchmarks.transforming.loops import loop_table
from tests.benchmarks.transforming.references import reference_table, sources
from tests.benchmarks.transforming.seams import repaint_table
from tests.benchmarks.transforming.songs import pieces, recordings
from tests.benchmarks.transforming.takes import retake_table, scores_table


def main():
    parser = argparse.ArgumentParser(description=transforming.__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument(
        "tables", nargs="*", default=["retake", "cover", "reference", "extend", "repaint", "likeness"]
    )
    parser.add_argument("--seconds", type=float, default=32.0)
    parser.add_argument("--only", choices=("recordings", "pieces"))
    parser.add_argument("--seeds", type=int, nargs="*", default=[9])
    parser.add_argument("--windows", type=int, default=14, help="of each song to repaint")
    arguments = parser.parse_args()
    heard = [] if arguments.only == "pieces" else list(recordings(arguments.data, arguments.seconds))
    made = [] if arguments.only == "recordings" else list(pieces(arguments.seconds))
    for name in arguments.tables:
        if name == "retake":
            scores_table(arguments.seeds)
            for songs in (made, heard):
                if songs:
                    retake_table(songs, arguments.seeds)
        elif name == "cover":
            cover_table([*made[:3], *heard])
        elif name == "reference":
            reference_table([*heard, *sources(arguments.seeds[0])])
        elif name == "extend":
            extend_table([*heard, *made[:2]])
            ending_table([*heard, *made[:2]])
        elif name == "repaint":
            repaint_table([*heard, *made], arguments.windows, arguments.seeds[0])
        elif name == "loop":
            loop_table([*heard, *made[:2]])
        elif name == "likeness":
            likeness_table(heard)


if __name__ == "__main__":
    main()
