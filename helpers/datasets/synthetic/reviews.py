"""Film reviews in the manner of IMDB: a few opinions of one tone among sentences that say nothing of it."""

from __future__ import annotations

import numpy as np

from helpers.datasets.synthetic import lexicon
from helpers.datasets.synthetic.opinions import Writer

PLAIN = ["The {aspect} is {meant}.", "I {did} the {aspect}!", "So {meant}, this {aspect}."]
CONTRASTS = [
    "The {aspect} is not {other}, it is really {meant}.",
    "I expected the {aspect} to be {other} but found it {meant}.",
    "My {critic} {did_not} the {aspect} but I {did} it.",
    "Far from {other}, the {aspect} is simply {meant}.",
    "The {aspect} looked {other} at first and then it was {meant}.",
    "Some say the {aspect} is {other}; no, it is {meant}.",
]
NARRATION = [
    "I watched this {film} on {support} last {time}.",
    "It was late and the {place} was quiet.",
    "The actors talked for {number} minutes in the {room}.",
    "We went to the cinema with my {critic} and waited {number} minutes.",
    "The scene in the {room} is the first one.",
    "The book came out {number} years before the {film}.",
]


def write_reviews(size: int, seed: int) -> tuple[list[str], np.ndarray]:
    """Write `size` reviews, half of them positive.

    Parameters
    ----------
    size
        Number of reviews.
    seed
        The same seed gives the same reviews.

    Returns
    -------
    The texts, and the labels, int64 (size,), 0 negative and 1 positive.
    """
    writer = Writer(np.random.default_rng([seed, 2011]))
    labels = writer.draw_labels(size)
    return [_write_review(writer, bool(label)) for label in labels], labels


def _write_review(writer: Writer, positive: bool) -> str:
    sentences = [_narrate(writer) for _ in range(writer.rng.integers(1, 4))]
    for _ in range(writer.rng.integers(1, 4)):
        fields = {"aspect": writer.pick(lexicon.ASPECTS), "critic": writer.pick(lexicon.CRITICS)}
        sentence = writer.opinion(PLAIN, CONTRASTS, positive, **fields)
        sentences.insert(writer.rng.integers(len(sentences) + 1), sentence)
    return (" " if writer.chance(0.8) else "<br /><br />").join(sentences)


def _narrate(writer: Writer) -> str:
    return writer.pick(NARRATION).format(
        film=writer.pick(["film", "movie"]),
        support=writer.pick(["dvd", "television"]),
        time=writer.pick([*lexicon.TIMES, "evening", "night", "summer"]),
        place=writer.pick(lexicon.PLACES),
        number=writer.rng.integers(2, 60),
        room=writer.pick(["room", "kitchen", "street", "station"]),
        critic=writer.pick(lexicon.CRITICS),
    )
