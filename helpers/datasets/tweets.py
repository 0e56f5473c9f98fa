"""Sentiment140: tweets labelled by the emoticon that they contained, removed since (Go, Bhayani and Huang, 2009)."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TextIO

import numpy as np

from helpers.datasets.download import locate
from helpers.datasets.folders import DataError
from helpers.datasets.synthetic.reviews import write_tweets
from helpers.datasets.texts import TextSet
from helpers.french import format_count
from helpers.machine import is_fast

FAST_SIZE = 2000
FILE = "train-processed-sample.csv"
NUM_COLUMNS, TEXT, LABEL = 8, 5, 7


def load_tweets() -> TextSet:
    """Load 10,000 tweets, about half of them positive, in random order.

    Returns
    -------
    The tweets; with `COURSE_MODE=fast`, 2,000 written by code.

    Raises
    ------
    DataError
        The file cannot be had or is damaged.
    """
    if is_fast():
        tweets, origin = TextSet(*write_tweets(FAST_SIZE)), "données synthétiques, COURSE_MODE=fast"
    else:
        path = _path()
        tweets, origin = read_tweets(path), f"fichier {path}"
    num_positive = int(tweets.labels.sum())
    print(f"Tweets : {format_count(len(tweets))}, dont {format_count(num_positive)} positifs ({origin})")
    return tweets


def open_tweets() -> TextIO:
    """Open the file that `load_tweets` reads: a CSV without header, read once by whoever asks how it is made.

    Its columns are score, id, date, query, user, tweet, category, label. Its texts are as they came from a web page:
    HTML entities stay, and about one in a hundred is UTF-8 that was read as Latin-1.

    Returns
    -------
    An open text file; with `COURSE_MODE=fast`, in memory, the tweets written by code, some of them damaged alike.

    Raises
    ------
    DataError
        The file cannot be had.
    """
    if not is_fast():
        path = _path()
        print(f"Tweets : fichier {path}")
        return path.open(encoding="utf-8", newline="")
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    for number, (text, label) in enumerate(zip(*write_tweets(FAST_SIZE), strict=True)):
        damaged = text + (" ♥".encode().decode("latin-1") if number % 50 == 0 else " &lt;3" if number % 50 == 1 else "")
        writer.writerow([4 * label, number, "", "NO_QUERY", f"user{number:05}", damaged, 4 * label, label])
    file.seek(0)
    print("Tweets : données synthétiques, COURSE_MODE=fast")
    return file


def _path() -> Path:
    return locate("tweets") / "sentiment140" / FILE


def read_tweets(path: Path) -> TextSet:
    """Read a CSV file without header: score, id, date, query, user, tweet, category, label."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    for number, row in enumerate(rows, start=1):
        if len(row) != NUM_COLUMNS or row[LABEL] not in ("0", "1"):
            raise DataError(f"Tweets : ligne {number} inattendue dans « {path} ». Supprimez ce fichier et relancez.")
    return TextSet([row[TEXT] for row in rows], np.array([int(row[LABEL]) for row in rows], dtype=np.int64))
