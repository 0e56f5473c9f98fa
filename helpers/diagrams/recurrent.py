"""Recurrent layers: inside a gated unit, in both directions, and with sequences of unequal lengths."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from matplotlib.axes import Axes

from helpers.diagrams._shapes import (
    BLUE,
    FAINT,
    GREEN,
    GREY,
    ORANGE,
    arrow,
    box,
    canvas,
    disc,
    dot,
    fit,
    label,
    rectangle,
)
from helpers.french import format_decimal
from helpers.plotting import display
from helpers.plotting.style import WIDTH, style

MAX_WORDS = 8
ROW = 0.42  # inches
SENTENCE = ("Ils", "veulent", "marcher", "vite")
SENTENCES = (("Le", "film", "est", "vraiment", "bon"), ("Quel", "ennui"), ("Jamais", "vu", "pire"))


def gru_cell() -> None:
    """Display the inside of a gated recurrent unit (GRU; Cho et al., 2014), in the variant that PyTorch computes."""
    top, gates, low, bottom = 3.75, 1.95, 1.05, 0.45
    z, r, product, n, out = 2.5, 4.6, 6.25, 7.2, 8.55
    with style():
        figure, ax = canvas(WIDTH, 4.1)
        arrow(ax, [(0.9, top), (z - 0.2, top)], GREEN)
        arrow(ax, [(1.4, top), (1.4, low), (product - 1.08, low)], GREEN)
        arrow(ax, [(product - 0.42, low), (product - 0.2, low)], GREEN)
        dot(ax, (1.4, top), GREEN)
        arrow(ax, [(0.9, bottom), (n + 0.3, bottom), (n + 0.3, gates - 0.35)], BLUE)
        for x in (z, r):
            arrow(ax, [(x - 0.3, low), (x - 0.3, gates - 0.35)], GREEN)
            arrow(ax, [(x + 0.3, bottom), (x + 0.3, gates - 0.35)], BLUE, bridge=True)
            dot(ax, (x - 0.3, low), GREEN)
            dot(ax, (x + 0.3, bottom), BLUE)
        arrow(ax, [(product + 0.2, low), (n - 0.3, low), (n - 0.3, gates - 0.35)])
        arrow(ax, [(r, gates + 0.35), (r, gates + 0.65), (product, gates + 0.65), (product, low + 0.2)])
        arrow(ax, [(z, gates + 0.35), (z, top - 0.2)])
        arrow(ax, [(z, 3.1), (n - 0.2, 3.1)])
        dot(ax, (z, 3.1), GREY)
        arrow(ax, [(n, gates + 0.35), (n, 2.9)])
        arrow(ax, [(n, 3.3), (n, top - 0.2)])
        arrow(ax, [(z + 0.2, top), (n - 0.2, top)], GREEN)
        arrow(ax, [(n + 0.2, top), (out - 0.4, top)], GREEN)
        for x, text in ((z, "$\\sigma$\nmise à jour"), (r, "$\\sigma$\nremise à zéro"), (n, "tanh\ncandidat")):
            box(ax, (x, gates), text, ORANGE, width=1.35, height=0.7)
        box(ax, (product - 0.75, low), "$W_{hn}$", ORANGE, width=0.66, height=0.45)
        box(ax, (r, 3.1), r"$1-\cdot$", GREY, width=0.7, height=0.4)
        for centre in ((z, top), (product, low), (n, 3.1)):
            disc(ax, centre, r"$\odot$")
        disc(ax, (n, top), "$+$")
        box(ax, (0.5, top), "$h_{t-1}$", GREEN, size=15)
        box(ax, (0.5, bottom), "$x_t$", BLUE, size=15)
        box(ax, (out, top), "$h_t$", GREEN, size=15)
        for centre, name in (((z + 0.22, 2.7), "z_t"), ((r + 0.22, 2.42), "r_t"), ((n + 0.25, 2.6), "n_t")):
            label(ax, centre, f"${name}$", size=15)
    display.show(
        figure,
        "Cellule GRU. L'entrée x_t et l'état précédent h_{t-1} entrent dans deux portes sigmoïdes : mise à jour z_t et "
        "remise à zéro r_t. r_t multiplie, terme à terme, le produit de W_hn par h_{t-1} ; avec x_t et une tangente "
        "hyperbolique, cela donne l'état candidat n_t. Le nouvel état h_t est la somme de z_t fois h_{t-1} et de "
        "(1 - z_t) fois n_t.",
    )


def bidirectional_layer(words: Sequence[str] = SENTENCE) -> None:
    """Display a bidirectional layer unrolled on a sentence: two passes, and their states joined at each word.

    Parameters
    ----------
    words
        Words of the sentence, two to eight.

    Raises
    ------
    ValueError
        There are fewer than two words or more than eight.
    """
    _check_sentence(words)
    with style():
        figure, ax = canvas(WIDTH, 4.15)
        _draw_directions(ax, words, range(len(words)), range(len(words)), range(len(words)))
    display.show(
        figure,
        f"Couche récurrente bidirectionnelle déroulée sur « {' '.join(words)} ». Une première suite d'états lit la "
        "phrase de gauche à droite, une seconde de droite à gauche ; la sortie à chaque mot est la concaténation des "
        "deux états de ce mot.",
    )


def states_at_word(words: Sequence[str] = SENTENCE, index: int = 2) -> None:
    """Display the two states of a bidirectional layer picked at one word, and what each has read.

    Parameters
    ----------
    words
        Words of the sentence, two to eight.
    index
        Place of the word of interest, from 0.

    Raises
    ------
    ValueError
        There are fewer than two words or more than eight, or no word has this index.
    """
    _check_sentence(words)
    if not 0 <= index < len(words):
        raise ValueError(f"states_at_word : aucun mot d'indice {index} ; choisissez entre 0 et {len(words) - 1}.")
    with style():
        figure, ax = canvas(WIDTH, 5.2)
        x = _draw_directions(ax, words, range(index + 1), range(index, len(words)), [index])[index]
        arrow(ax, [(x, 4.08), (x, 4.52)])
        box(ax, (x, 4.82), "linéaire\n→ logit", GREY, width=0.9, height=0.6)
    display.show(
        figure,
        f"Couche bidirectionnelle sur « {' '.join(words)} » : seuls les deux états du mot « {words[index]} » sont "
        f"gardés. L'état aller a lu « {' '.join(words[: index + 1])} », l'état retour a lu, depuis la fin, "
        f"« {' '.join(words[index:])} ». Leur concaténation passe dans une couche linéaire qui donne un logit.",
    )


def padding_and_packing(sentences: Sequence[Sequence[str]] = SENTENCES) -> None:
    """Display a batch of sentences completed with padding, with their lengths, and the same batch packed.

    Parameters
    ----------
    sentences
        Two to six sentences of one to eight words, at least one shorter than the longest to show padding.

    Raises
    ------
    ValueError
        There are too few or too many sentences or words.
    """
    if any(isinstance(words, str) for words in sentences):
        raise ValueError("padding_and_packing : chaque phrase doit être une liste de mots (`phrase.split()`).")
    if not 2 <= len(sentences) <= 6 or not all(1 <= len(words) <= MAX_WORDS for words in sentences):
        raise ValueError(f"padding_and_packing : donnez de 2 à 6 phrases de 1 à {MAX_WORDS} mots chacune.")
    lengths = [len(words) for words in sentences]
    steps, rows = max(lengths), len(sentences)
    batch_sizes = [sum(length > step for length in lengths) for step in range(steps)]
    left, cell = 0.1, min(1.1, 6.4 / steps)
    right = left + steps * cell + 0.15
    with style():
        figure, ax = canvas(WIDTH, 1.75 + 2 * ROW * rows)
        y = 1.55 + 2 * ROW * rows
        label(ax, (left, y), "Lot complété par des <pad>", size=13, align="left")
        label(ax, (right, y), "longueur réelle", align="left")
        for words in sentences:
            y -= ROW
            for step in range(steps):
                is_real = step < len(words)
                _cell(ax, (left + step * cell, y), words[step] if is_real else "<pad>", cell, is_real)
            label(ax, (right, y), str(len(words)), align="left")
        y -= 0.75
        label(ax, (left, y), "Le même lot empaqueté, phrases rangées par longueur", size=13, align="left")
        for words in sorted(sentences, key=len, reverse=True):
            y -= ROW
            for step, word in enumerate(words):
                _cell(ax, (left + step * cell, y), word, cell, True)
        y -= ROW
        for step, size in enumerate(batch_sizes):
            label(ax, (left + (step + 0.5) * cell, y), str(size))
        label(ax, (right, y), "phrases lues à ce pas", align="left")
    display.show(
        figure,
        f"Lot de {rows} phrases de longueurs {_listed(lengths)}, complété par des <pad> jusqu'à {steps} mots. "
        f"Empaqueté, le même lot n'a plus de <pad> : pas après pas, le réseau lit {_listed(batch_sizes)} phrases.",
    )


def vanishing_gradient(factor: float = 0.5, steps: int = 7) -> None:
    """Display a layer unrolled in time, the gradient that comes back from the loss, and what each word receives of it.

    Parameters
    ----------
    factor
        What a step multiplies the norm of the gradient by, between 0 and 1.
    steps
        Words of the sequence, three to eight.

    Raises
    ------
    ValueError
        The factor or the number of steps is out of its range.
    """
    if not 0 < factor < 1 or not 3 <= steps <= MAX_WORDS:
        raise ValueError(f"vanishing_gradient : un facteur entre 0 et 1, et de 3 à {MAX_WORDS} pas.")
    received = [factor ** (steps - t) for t in range(1, steps + 1)]
    left, pitch, y_bar, y_word, y_state, y_back = 1.55, 6.1 / (steps - 1), 0.5, 1.95, 2.95, 3.75
    columns = [left + t * pitch for t in range(steps)]
    with style():
        figure, ax = canvas(WIDTH, 4.2)
        for y, name in ((y_bar + 0.45, "gradient reçu\npar le mot"), (y_word, "mots"), (y_state, "états")):
            label(ax, (0.05, y), name, align="left")
        for t, (x, share) in enumerate(zip(columns, received, strict=True), start=1):
            box(ax, (x, y_word), f"$x_{t}$", GREY, width=0.6)
            box(ax, (x, y_state), f"$h_{t}$", BLUE, width=0.6)
            arrow(ax, [(x, y_word + 0.28), (x, y_state - 0.28)])
            rectangle(ax, (x - 0.2, y_bar), 0.4, share, ORANGE)
            label(ax, (x, y_bar - 0.2), format_decimal(share, 2), size=11)
        box(ax, (columns[-1] + 1, y_state), "$L$", ORANGE, width=0.5)
        arrow(ax, [(columns[-1] + 0.3, y_state), (columns[-1] + 0.75, y_state)])
        arrow(
            ax,
            [(columns[-1] + 1, y_state + 0.28), (columns[-1] + 1, y_back), (columns[-1] + 0.12, y_back)],
            ORANGE,
            width=3,
        )
        for (here, there), share in zip(itertools.pairwise(columns), received, strict=False):
            arrow(ax, [(here + 0.3, y_state), (there - 0.3, y_state)])
            # Never so thin that the arrow is lost: the bars give the exact share.
            arrow(ax, [(there - 0.12, y_back), (here + 0.12, y_back)], ORANGE, width=0.4 + 2.6 * share / factor)
            label(ax, ((here + there) / 2, y_back + 0.22), f"× {format_decimal(factor, 1)}", ORANGE, size=11)
    shares = " ; ".join(format_decimal(share, 2) for share in received)
    display.show(
        figure,
        f"Couche récurrente dépliée sur {steps} mots. La perte L est calculée après le dernier état ; son gradient "
        f"revient d'état en état, multiplié à chaque pas par {format_decimal(factor, 1)}. Part reçue par les mots, du "
        f"premier au dernier : {shares}.",
    )


def _check_sentence(words: Sequence[str]) -> None:
    if isinstance(words, str) or not 2 <= len(words) <= MAX_WORDS:
        raise ValueError(f"Schéma : donnez la phrase comme une liste de 2 à {MAX_WORDS} mots.")


def _draw_directions(ax: Axes, words: Sequence[str], forward: Sequence, backward: Sequence, joined: Sequence) -> list:
    """Draw both passes, faint where a column is not in `forward`, `backward` or `joined`; return the columns' x."""
    margin = 0.9
    pitch = min(2.0, (WIDTH - margin) / len(words))
    shift, width = 0.24 * pitch, 0.4 * pitch
    columns = [margin + (t + 0.5) * pitch for t in range(len(words))]
    y_word, y_forward, y_backward, y_joined = 0.35, 1.55, 2.65, 3.8
    for y, name in ((y_word, "mots"), (y_forward, "aller"), (y_backward, "retour"), (y_joined, "sorties")):
        label(ax, (0.05, y), name, align="left")
    for t, x in enumerate(columns):
        blue, orange = (BLUE if t in forward else FAINT), (ORANGE if t in backward else FAINT)
        arrow(ax, [(x - shift, y_word + 0.28), (x - shift, y_forward - 0.28)], blue)
        arrow(ax, [(x + shift, y_word + 0.28), (x + shift, y_backward - 0.28)], orange)
        arrow(ax, [(x - shift, y_forward + 0.28), (x - shift, y_joined - 0.28)], BLUE if t in joined else FAINT)
        arrow(ax, [(x + shift, y_backward + 0.28), (x + shift, y_joined - 0.28)], ORANGE if t in joined else FAINT)
        box(ax, (x, y_word), fit(words[t], 0.9 * pitch), GREY, width=0.9 * pitch)
        box(ax, (x - shift, y_forward), rf"$\overrightarrow{{h}}_{t + 1}$", blue, width=width)
        box(ax, (x + shift, y_backward), rf"$\overleftarrow{{h}}_{t + 1}$", orange, width=width)
        both = rf"$[\overrightarrow{{h}}_{t + 1}\,;\,\overleftarrow{{h}}_{t + 1}]$"
        box(ax, (x, y_joined), both, GREEN if t in joined else FAINT, width=0.9 * pitch)
    for t, (here, there) in enumerate(itertools.pairwise(columns)):
        blue, orange = (BLUE if t + 1 in forward else FAINT), (ORANGE if t in backward else FAINT)
        ends = (here - shift + width / 2, y_forward), (there - shift - width / 2, y_forward)
        arrow(ax, ends, blue, bridge=True)
        ends = (there + shift - width / 2, y_backward), (here + shift + width / 2, y_backward)
        arrow(ax, ends, orange, bridge=True)
    return columns


def _cell(ax: Axes, left_middle: tuple[float, float], word: str, width: float, is_real: bool) -> None:
    corner = (left_middle[0], left_middle[1] - 0.19)
    rectangle(ax, corner, width - 0.05, 0.38, BLUE if is_real else GREY, dotted=not is_real)
    centre = (left_middle[0] + width / 2 - 0.025, left_middle[1])
    label(ax, centre, fit(word, width - 0.05, 11), "black" if is_real else GREY, size=11)


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:-1])) + f" et {numbers[-1]}" if len(numbers) > 1 else str(numbers[0])
