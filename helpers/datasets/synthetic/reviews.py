"""Opinions written by code: film reviews in the manner of IMDB, tweets in the manner of Sentiment140.

Praise and blame use the same words, only their order tells which: "it is not dull, it is brilliant" and "it is not
brilliant, it is dull". A model that counts words learns little here, and a recurrent one has something to show.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from helpers.datasets.synthetic import lexicon

PLAIN_SHARE = 0.15  # opinions without any turn, which a bag of words understands
WRONG_LABELS = 0.03  # opinions that contradict their label, as real texts do; over-fitting is learning them by heart

# `{meant}` agrees with the opinion, `{other}` is its opposite, both adjectives; `{did}` and `{did_not}` are the verbs.
REVIEW_PLAIN = ["The {aspect} is {meant}.", "I {did} the {aspect}!", "So {meant}, this {aspect}."]
REVIEW_CONTRASTS = [
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
TWEET_PLAIN = ["this {subject} is {meant}", "{did} the {subject} today", "so {meant} this {subject}"]
TWEET_CONTRASTS = [
    "my {subject} is not {other}, it is {meant}",
    "thought the {subject} would be {other} but it was {meant}",
    "everyone {did_not} the {subject} but i {did} it",
    "not {other} at all this {subject}, just {meant}",
    "yesterday {other} {subject}, today {meant} {subject}",
    "was {other} before the {subject}, now i feel {meant}",
]
OPENINGS = ["", "", "", "omg ", "haha ", "lol ", "just got home. ", "ok so ", "@{user} ", "@{user} ", "@{user} hey, "]
ENDINGS = ["", "", "", "!!", "...", " lol", " #{subject}", " http://bit.ly/{link}", " at work tonight", " :-/"]


def write_reviews(size: int, seed: int) -> tuple[list[str], np.ndarray]:
    """Write `size` reviews, half of them positive: a few opinions of one tone among sentences that say nothing of it.

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
    return _write(_write_review, size, np.random.default_rng([seed, 2011]))


def write_tweets(size: int, seed: int = 0) -> tuple[list[str], np.ndarray]:
    """Write `size` tweets, half of them positive: user names, links, slang, and one opinion each.

    Parameters and result are those of `write_reviews`.
    """
    return _write(_write_tweet, size, np.random.default_rng([seed, 2009]))


class _Writer:
    """Draws words and opinions from one generator.

    The order of its draws makes the data of the fast mode: a change of it changes every text that follows.
    """

    def __init__(self, rng: np.random.Generator):
        self.rng = rng

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def pick(self, choices: list[str]) -> str:
        return choices[self.rng.integers(len(choices))]

    def opinion(self, plain: list[str], contrasts: list[str], positive: bool, **fields: str) -> str:
        """Fill one of the patterns with words for or against."""
        if self.chance(WRONG_LABELS):
            positive = not positive
        meant, other = (lexicon.GOOD, lexicon.BAD) if positive else (lexicon.BAD, lexicon.GOOD)
        did, did_not = (lexicon.LIKED, lexicon.HATED) if positive else (lexicon.HATED, lexicon.LIKED)
        pattern = self.pick(plain if self.chance(PLAIN_SHARE) else contrasts)
        return pattern.format(
            meant=self.pick(meant), other=self.pick(other), did=self.pick(did), did_not=self.pick(did_not), **fields
        )


def _write(
    write_one: Callable[[_Writer, bool], str], size: int, rng: np.random.Generator
) -> tuple[list[str], np.ndarray]:
    writer = _Writer(rng)
    labels = rng.permutation(np.arange(size) % 2)
    return [write_one(writer, bool(label)) for label in labels], labels


def _write_review(writer: _Writer, positive: bool) -> str:
    sentences = [_narrate(writer) for _ in range(writer.rng.integers(1, 4))]
    for _ in range(writer.rng.integers(1, 4)):
        fields = {"aspect": writer.pick(lexicon.ASPECTS), "critic": writer.pick(lexicon.CRITICS)}
        sentence = writer.opinion(REVIEW_PLAIN, REVIEW_CONTRASTS, positive, **fields)
        sentences.insert(writer.rng.integers(len(sentences) + 1), sentence)
    # One review out of five keeps the tags that litter the real ones.
    return (" " if writer.chance(0.8) else "<br /><br />").join(sentences)


def _narrate(writer: _Writer) -> str:
    return writer.pick(NARRATION).format(
        film=writer.pick(["film", "movie"]),
        support=writer.pick(["dvd", "television"]),
        time=writer.pick([*lexicon.TIMES, "evening", "night", "summer"]),
        place=writer.pick(lexicon.PLACES),
        number=writer.rng.integers(2, 60),
        room=writer.pick(["room", "kitchen", "street", "station"]),
        critic=writer.pick(lexicon.CRITICS),
    )


def _write_tweet(writer: _Writer, positive: bool) -> str:
    subject = writer.pick(lexicon.SUBJECTS)
    fields = {"user": f"user{writer.rng.integers(10_000):05d}", "link": f"{writer.rng.integers(16**5):05x}"}
    opening, ending = (writer.pick(choices).format(subject=subject, **fields) for choices in (OPENINGS, ENDINGS))
    return opening + writer.opinion(TWEET_PLAIN, TWEET_CONTRASTS, positive, subject=subject) + ending
