"""Every sentence of the grader that a student reads, and numbers as French readers write them.

Callers hand over values, `Fate`s and `RepairKind`s; words are chosen here, once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

HOLE = "[…]"  # in the message of a visible test, what the run put there
MANY = 4  # questions: from then on they are not listed
NOT_ANSWERED = "cette question n'est pas traitée."
# By the value of a `Fate`.
FATES = {
    "earned": "",
    "doubtful": "votre enseignant regardera si c'est écrit à la main, comme l'énoncé le demande.",
    "ready-made": "l'énoncé demande de l'écrire à la main",
    "wrong values": "les valeurs ne sont pas celles attendues.",
    "wrong shape": "la forme n'est pas celle attendue",
    "another kind of value": "le résultat n'est pas de la nature attendue (un nombre, un tableau, un texte…).",
    "not finite": "le résultat contient des NaN ou des infinis.",
    "out of bounds": "le résultat sort de l'intervalle attendu.",
    "raised": "votre code a levé une exception",
    "too long": "l'exécution a été interrompue : elle durait trop longtemps (boucle sans fin ?).",
    "ended the kernel": "l'exécution a arrêté le noyau.",
    "not reached": "non évalué : le noyau s'était arrêté plus haut.",
    "not published": "le résultat n'a pas pu être lu.",
    "not answered": NOT_ANSWERED,
}
# By the value of a `RepairKind`; {cell} is the question's title, or the number of a cell.
REPAIRS = {
    "file": "Le fichier n'était pas tel que Jupyter l'écrit : il a été remis en forme, vos cellules sont intactes.",
    "order": "Les cellules n'étaient plus dans l'ordre du sujet : il a été rétabli.",
    "metadata": "Réponse à « {cell} » : les métadonnées de la cellule, perdues, ont été rétablies.",
    "lost answer": "Réponse à « {cell} » : absente du rendu, elle compte comme non traitée.",
    "lost test": "Test de « {cell} » : absent du rendu, il a été remis.",
    "changed test": "Test de « {cell} » : différent de celui du sujet, qui l'a remplacé.",
    "copies": "« {cell} » : présente {count} fois. Les versions ont été exécutées dans l'ordre du carnet ; si des "
    "points manquaient, une version plus ancienne a aussi été essayée, et la meilleure compte.",
    "parts": "Réponse à « {cell} » : retrouvée autour de sa place ({count} cellules) et remise dans sa cellule.",
    "kind of cell": "Réponse à « {cell} » : écrite dans une cellule d'un autre type, lue comme du code.",
    "given cells": "Des cellules fournies par le sujet manquaient ou avaient changé ({count}) : les questions qui "
    "perdaient des points ont aussi été jugées avec celles du sujet.",
    "no GPU": "Votre notebook demande un GPU, et la correction n'en a pas : ce calcul s'est fait sur le processeur. "
    "Rien n'est retiré pour cela.",
    "ended the kernel": "La cellule n° {cell} arrêtait le noyau : le rendu a aussi été exécuté sans elle.",
}


def in_words(fate: str, facts: Sequence[str] = ()) -> str:
    """Say what became of a criterion, in words that hold nothing the graded run could have chosen."""
    fate = str(getattr(fate, "value", fate))
    words = FATES[fate]
    if fate == "wrong shape":
        return f"{words} : {facts[0]} au lieu de {facts[1]}." if len(facts) == 2 else f"{words}."
    if fate == "raised":
        return f"{words} ({facts[0]})." if facts else f"{words}."
    if fate == "ready-made":
        return f"{words}, sans {', '.join(_readable(name) for name in facts[:3])}." if facts else f"{words}."
    return words


def _readable(name: str) -> str:
    """Return a name as students know it, without what PyTorch adds to its operators."""
    return name.removeprefix("aten.").strip("_")


def repair_in_words(kind: str, title: str, count: int) -> str:
    """Say what was done to a hand-in."""
    return REPAIRS[str(getattr(kind, "value", kind))].format(cell=title, count=count)


def chosen_in_words(kept: str, left: Sequence[str]) -> str:
    """Say which of a student's files was graded."""
    others = joined([f"« {name} »" for name in left])
    return (
        f"Vous aviez déposé {len(left) + 1} notebooks : « {kept} » a été noté, {others} ne "
        f"l'{'a' if len(left) == 1 else 'ont'} pas été. Si ce n'est pas le bon, dites-le à votre enseignant."
    )


def visible_in_words(message: str) -> str:
    """Say that a visible test failed, and its message where that holds nothing of what the run chose."""
    if HOLE in message:
        return "Le test du sujet échoue aussi : relancez-le, il dit ce qu'il a reçu."
    return f"Le test du sujet disait : « {message} »" if message else ""


def judged_after(titles: Sequence[str], world: int) -> str:
    """Say on top of what a criterion was judged; empty for the notebook as it was handed in."""
    if world == 1:
        return ""
    if not titles:
        return "jugé avec les cellules fournies par le sujet"
    numbers = [match[1] if (match := re.match(r"Question (\d+)", title)) else f"« {title} »" for title in titles]
    if len(numbers) == 1:
        return f"jugé avec une réponse juste à la question {numbers[0]}"
    if len(numbers) >= MANY:
        return "jugé avec des réponses justes aux questions précédentes"
    return f"jugé avec des réponses justes aux questions {joined(numbers)}"


def points_in_words(points: float) -> str:
    """Write « 1 point », « 1,5 point », « 2 points »: French counts from two on."""
    return f"{french(points)}\N{NO-BREAK SPACE}point{'s' if points >= 2 else ''}"


def joined(names: Sequence[str]) -> str:
    """Write a list: « 1, 2 et 3 »."""
    *first, last = names
    return f"{', '.join(first)} et {last}" if first else last


def french(number: float) -> str:
    """Write a mark: at most three decimals, for a sixteenth of two points has as many; a comma."""
    return f"{number:.3f}".rstrip("0").rstrip(".").replace(".", ",")


def format_minutes(minutes: int) -> str:
    """Return a duration as students read it: 45 min, 2 h, 3 h 15."""
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02d}".removesuffix(" 00") if hours else f"{rest} min"
