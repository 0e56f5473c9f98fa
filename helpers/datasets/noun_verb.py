"""Google's noun-verb challenge: is the annotated word of a sentence a verb? (Elkahky and others, 2018)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.datasets.download import locate
from helpers.datasets.folders import DataError
from helpers.datasets.synthetic.sentences import write_conll
from helpers.french import format_count
from helpers.machine import is_fast

if TYPE_CHECKING:
    from pyconll.unit.sentence import Sentence

FAST_SIZES = {"train": 1200, "val": 300, "test": 300}


@dataclass(frozen=True)
class NounVerb:
    """Sentences as pyconll reads them, in three parts.

    The annotated word of a sentence is its only token with features: `token.feats["POS"]` is `{"VERB"}` or
    `{"NON-VERB"}`, and `token.form` the word as written.
    """

    train: list[Sentence]
    val: list[Sentence]
    test: list[Sentence]


def load_noun_verb() -> NounVerb:
    """Load the noun-verb data set: 23,458 training, 2,367 validation and 5,907 test sentences.

    Returns
    -------
    The three parts. Where the data folder has no `train.conll`, `test.conll` is the training part and `dev.conll` is
    shared between validation (sentences 1, 3, 5…) and test (2, 4, 6…). With `COURSE_MODE=fast`, sentences from a small
    grammar.

    Raises
    ------
    DataError
        The files cannot be had or are damaged.
    """
    if is_fast():
        parts = {part: _parse(write_conll(size, seed), part) for seed, (part, size) in enumerate(FAST_SIZES.items())}
        origin = "données synthétiques, COURSE_MODE=fast"
    else:
        folder = locate("noun_verb") / "noun-verb"
        parts, origin = _read_parts(folder), f"dossier {folder}"
    data = NounVerb(**parts)
    print(
        f"Noun-verb : {format_count(len(data.train))} phrases d'entraînement, {format_count(len(data.val))} de "
        f"validation, {format_count(len(data.test))} de test ({origin})"
    )
    return data


def _read_parts(folder: Path) -> dict[str, list[Sentence]]:
    dev, test = (read_sentences(folder / name) for name in ("dev.conll", "test.conll"))
    if (folder / "train.conll").exists():
        return {"train": read_sentences(folder / "train.conll"), "val": dev, "test": test}
    print(
        f"Noun-verb : train.conll est absent de « {folder} » ; on entraîne sur test.conll et on évalue sur dev.conll, "
        "partagé une phrase sur deux entre validation et test."
    )
    return {"train": test, "val": dev[::2], "test": dev[1::2]}


def read_sentences(path: Path) -> list[Sentence]:
    """Read a CoNLL file."""
    return _parse(path.read_text(encoding="utf-8"), str(path))


def _parse(text: str, origin: str) -> list[Sentence]:
    import pyconll

    try:
        return list(pyconll.load_from_string(text))
    except pyconll.exception.ParseError as error:
        raise DataError(f"Noun-verb : « {origin} » est illisible ({error}). Supprimez ce fichier.") from error
