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
    from pyconll.conllu import Token

FAST_SIZES = {"train": 1200, "val": 300, "test": 300}


@dataclass(frozen=True)
class NounVerb:
    """Sentences in three parts, each a list of tokens as pyconll reads them.

    The annotated word of a sentence is its only token with features: `token.feats["POS"]` is `{"VERB"}` or
    `{"NON-VERB"}`, and `token.form` the word as written.
    """

    train: list[list[Token]]
    val: list[list[Token]]
    test: list[list[Token]]


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
        parts = {
            part: read_conll(write_conll(size, seed), part) for seed, (part, size) in enumerate(FAST_SIZES.items())
        }
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


def _read_parts(folder: Path) -> dict[str, list[list[Token]]]:
    dev, test = (read_sentences(folder / name) for name in ("dev.conll", "test.conll"))
    if (folder / "train.conll").exists():
        return {"train": read_sentences(folder / "train.conll"), "val": dev, "test": test}
    print(
        f"Noun-verb : train.conll est absent de « {folder} » ; on entraîne sur test.conll et on évalue sur dev.conll, "
        "partagé une phrase sur deux entre validation et test."
    )
    return {"train": test, "val": dev[::2], "test": dev[1::2]}


def read_sentences(path: Path) -> list[list[Token]]:
    """Read a CoNLL file."""
    return read_conll(path.read_text(encoding="utf-8"), str(path))


def read_conll(text: str, origin: str = "texte") -> list[list[Token]]:
    """Read sentences in the CoNLL format, whatever the version of pyconll: each is the list of its tokens.

    Raises
    ------
    DataError
        The text is not in this format; `origin` says where it comes from.
    """
    import pyconll

    try:
        if hasattr(pyconll, "load_from_string"):
            return [list(sentence) for sentence in pyconll.load_from_string(text)]
        from pyconll.conllu import conllu

        return [sentence.tokens for sentence in conllu.load_from_string(text)]
    except ValueError as error:
        raise DataError(f"Noun-verb : « {origin} » est illisible ({error}). Supprimez ce fichier.") from error
