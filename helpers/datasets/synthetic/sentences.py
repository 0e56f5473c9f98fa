"""Sentences with one annotated word, noun or verb, in the format of the noun-verb data set.

A sentence joins two clauses around ambiguous words, most often a verb in one and a noun in the other, and annotates one
of the two: the set of its words says little of the answer. In "the company plans …" what follows
decides: "plans a trip" is a verb, "plans failed" a noun. After another noun group the rule is the reverse: "the bridge
the company plans failed" is a verb, "they showed the guests the company plans a week later" a noun. Elsewhere what
precedes decides: "often plans in the garden", "likes the plans in the garden".
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from helpers.datasets.synthetic import lexicon

VERB_SHARE = 0.6
# Always opposite, the other clause would give the answer away; independent, the set of words would.
OPPOSITE_SHARE = 0.75
WRONG_ANNOTATIONS = 0.03  # people disagree on real sentences too; a model that over-fits learns these by heart
Pick = Callable[[list[str]], str]


def write_conll(size: int, seed: int) -> str:
    """Write `size` sentences in CoNLL, one annotated word each.

    Parameters
    ----------
    size
        Number of sentences.
    seed
        The same seed gives the same sentences.
    """
    rng = np.random.default_rng([seed, 2018])
    return "".join(_to_conll(*_make_sentence(rng), number) for number in range(size))


def _make_sentence(rng: np.random.Generator) -> tuple[list[str], int, bool]:
    """Return the words, the place of the annotated one, and whether it is a verb."""

    def pick(words: list[str]) -> str:
        return words[rng.integers(len(words))]

    is_verb, comes_first = rng.random() < VERB_SHARE, rng.random() < 0.5
    left, right = pick(FRAMES)(pick, is_verb)
    other_is_verb = is_verb != (rng.random() < OPPOSITE_SHARE)
    other = " {} ".join(pick(FRAMES)(pick, other_is_verb)).format(pick(lexicon.AMBIGUOUS))
    joined = f", {pick(['and', 'but', 'while', 'when'])}"
    left, right = (left, f"{right} {joined} {other}") if comes_first else (f"{other} {joined} {left}", right)
    words = [*left.split(), pick(lexicon.AMBIGUOUS), *right.split(), "."]
    words[0] = words[0][0].upper() + words[0][1:]
    return words, len(left.split()), is_verb != (rng.random() < WRONG_ANNOTATIONS)


def _group(pick: Pick, article: str, nouns: list[str]) -> str:
    """Return an article and a noun, with an adjective one time out of three."""
    adjective = pick([f"{pick(lexicon.ADJECTIVES)} ", "", ""])
    return f"{article} {adjective}{pick(nouns)}"


def _subject(pick: Pick) -> str:
    group = _group(pick, "the", lexicon.OWNERS)
    return pick([group, group, pick(lexicon.NAMES)])


def _after_one_group(pick: Pick, is_verb: bool) -> tuple[str, str]:
    if is_verb:
        return _subject(pick), _group(pick, "a", pick([lexicon.THINGS, lexicon.TIMES]))
    return _subject(pick), pick(lexicon.FAILURES)


def _after_two_groups(pick: Pick, is_verb: bool) -> tuple[str, str]:
    if is_verb:
        return f"{_group(pick, 'the', lexicon.THINGS)} {_subject(pick)}", pick(lexicon.FAILURES)
    gave = pick(["showed", "gave", "sent", "sold", "handed"])
    return f"they {gave} {_group(pick, 'the', lexicon.GUESTS)} {_subject(pick)}", f"a {pick(lexicon.TIMES)} later"


def _decided_by_left(pick: Pick, is_verb: bool) -> tuple[str, str]:
    place = f"{pick(['in', 'near', 'behind'])} {_group(pick, 'the', lexicon.PLACES)}"
    if is_verb:
        return f"{_subject(pick)} {pick(['often', 'sometimes', 'always', 'never'])}", place
    return f"{_subject(pick)} {pick(['likes', 'keeps', 'needs'])} the", place


FRAMES = [_after_one_group, _after_one_group, _after_two_groups, _decided_by_left]


def _to_conll(words: list[str], index: int, is_verb: bool, number: int) -> str:
    tag = "VERB" if is_verb else "NON-VERB"
    plain, annotation = "_\t_\t_", f"{tag}\t{tag}\tPOS={tag}|fPOS={tag}"
    rows = [
        f"{place + 1}\t{word}\t_\t{annotation if place == index else plain}\t-1\t_\t_\t_"
        for place, word in enumerate(words)
    ]
    return f"# sent_id = synthetic-{number}\n" + "\n".join(rows) + "\n\n"
