"""Sentiment140: tweets labelled by the emoticon that they contained, removed since (Go, Bhayani and Huang, 2009)."""

from __future__ import annotations

import csv
from pathlib import Path

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
        path = locate("tweets") / "sentiment140" / FILE
        tweets, origin = read_tweets(path), f"fichier {path}"
    num_positive = int(tweets.labels.sum())
    print(f"Tweets : {format_count(len(tweets))}, dont {format_count(num_positive)} positifs ({origin})")
    return tweets


def read_tweets(path: Path) -> TextSet:
    """Read a CSV file without header: score, id, date, query, user, tweet, category, label."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    for number, row in enumerate(rows, start=1):
        if len(row) != NUM_COLUMNS or row[LABEL] not in ("0", "1"):
            raise DataError(f"Tweets : ligne {number} inattendue dans « {path} ». Supprimez ce fichier et relancez.")
    return TextSet([row[TEXT] for row in rows], np.array([int(row[LABEL]) for row in rows], dtype=np.int64))
