"""Tweets in the manner of Sentiment140: user names, links, slang, and one opinion each."""

from __future__ import annotations

import numpy as np

from helpers.datasets.synthetic import lexicon
from helpers.datasets.synthetic.opinions import Writer

PLAIN = ["this {subject} is {meant}", "{did} the {subject} today", "so {meant} this {subject}"]
CONTRASTS = [
    "my {subject} is not {other}, it is {meant}",
    "thought the {subject} would be {other} but it was {meant}",
    "everyone {did_not} the {subject} but i {did} it",
    "not {other} at all this {subject}, just {meant}",
    "yesterday {other} {subject}, today {meant} {subject}",
    "was {other} before the {subject}, now i feel {meant}",
]
OPENINGS = ["", "", "", "omg ", "haha ", "lol ", "just got home. ", "ok so ", "@{user} ", "@{user} ", "@{user} hey, "]
ENDINGS = ["", "", "", "!!", "...", " lol", " #{subject}", " http://bit.ly/{link}", " at work tonight", " :-/"]


def write_tweets(size: int, seed: int = 0) -> tuple[list[str], np.ndarray]:
    """Write `size` tweets, half of them positive.

    Parameters
    ----------
    size
        Number of tweets.
    seed
        The same seed gives the same tweets.

    Returns
    -------
    The texts, and the labels, int64 (size,), 0 negative and 1 positive.
    """
    writer = Writer(np.random.default_rng([seed, 2009]))
    labels = writer.draw_labels(size)
    return [_write_tweet(writer, bool(label)) for label in labels], labels


def _write_tweet(writer: Writer, positive: bool) -> str:
    subject = writer.pick(lexicon.SUBJECTS)
    fields = {"user": f"user{writer.rng.integers(10_000):05d}", "link": f"{writer.rng.integers(16**5):05x}"}
    opening, ending = (writer.pick(choices).format(subject=subject, **fields) for choices in (OPENINGS, ENDINGS))
    return opening + writer.opinion(PLAIN, CONTRASTS, positive, subject=subject) + ending
