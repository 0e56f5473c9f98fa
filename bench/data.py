"""Loading and batching, on the real data of `COURSE_DATA`: `COURSE_DATA=<folder> python -m bench.data`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import numpy as np

from bench import ours, usual
from bench.measure import Measure, measure
from helpers.datasets import load_glove

HEADER = ("work", "usual s", "ours s", "ratio", "target", "usual MB", "ours MB", "floor s")
WIDTHS = (46, 9, 9, 8, 8, 9, 9, 9)


def main() -> None:
    """Measure every case and print the table."""
    if not os.environ.get("COURSE_DATA"):
        sys.exit("bench: set COURSE_DATA to a folder of real data (course data fetch)")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start; epochs longer than 3 s in proportion")
    _print_row(HEADER)
    for bench in (_bench_noun_verb, _bench_glove, _bench_imdb, _bench_fashion_mnist):
        bench()


def _bench_fashion_mnist() -> None:
    floor = measure(ours.fashion_mnist_floor)
    for batch_size, target in ((1, "20"), (64, "8"), (1000, "")):
        after = measure(ours.fashion_mnist_epoch, batch_size)
        for num_workers in (4, 0):
            before = measure(usual.fashion_mnist_epoch, batch_size, num_workers)
            _compare(f"Fashion-MNIST epoch, {num_workers} workers, batch {batch_size}", before, after, target, floor)


def _bench_glove() -> None:
    glove = load_glove()  # the first use, not measured
    with tempfile.TemporaryDirectory() as folder:
        text, binary = Path(folder, "glove.txt"), Path(folder, "glove.npy")
        np.save(binary, glove.vectors)
        with text.open("w", encoding="utf-8") as file:
            for word, vector in zip(glove.index_to_key, glove.vectors.tolist(), strict=True):
                file.write(f"{word} {' '.join(f'{number:.5g}' for number in vector)}\n")
        before, floor = measure(usual.glove_text, text), measure(ours.glove_floor, binary)
        _compare("GloVe 50, dictionary of all words built", before, measure(ours.glove), "50", floor)
    _print_alone("  of which gensim's import, once a process", measure(ours.gensim_import))


def _bench_imdb() -> None:
    encoding = measure(ours.imdb_encoding)
    before, after = measure(usual.imdb_epoch, 64), measure(ours.imdb_epoch, 64)
    _compare("IMDB epoch, batch 64, already encoded", before, after)
    whole = Measure(encoding.seconds + 5 * after.seconds, after.megabytes)
    _compare("IMDB five epochs, encoding once included", Measure(5 * before.seconds, before.megabytes), whole)
    _print_alone("IMDB encoding of 25,000 reviews, once", encoding)


def _bench_noun_verb() -> None:
    before, after = measure(usual.noun_verb_epoch, 64), measure(ours.noun_verb_epoch, 64)
    _compare("Noun-verb epoch of batches, batch 64", before, after, "3")


def _compare(work: str, before: Measure, after: Measure, target: str = "", floor: Measure | None = None) -> None:
    _print_row(
        (
            work,
            f"{before.seconds:.3f}",
            f"{after.seconds:.3f}",
            f"x{before.seconds / after.seconds:.1f}",
            target and f"x{target}",
            f"{before.megabytes:.0f}",
            f"{after.megabytes:.0f}",
            f"{floor.seconds:.3f}" if floor else "",
        )
    )


def _print_alone(work: str, after: Measure) -> None:
    """Print the time of what the usual way does not have."""
    _print_row((work, "", f"{after.seconds:.3f}", "", "", "", "", ""))


def _print_row(cells: tuple[str, ...]) -> None:
    first, *others = zip(cells, WIDTHS, strict=True)
    print(f"{first[0]:{first[1]}}" + "".join(f"{cell:>{width}}" for cell, width in others), flush=True)


if __name__ == "__main__":
    main()
