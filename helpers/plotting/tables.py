"""Tables drawn as coloured cells with their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter

from helpers.french import decimal_comma, format_count, format_decimal, format_percent, format_short
from helpers.plotting import display
from helpers.plotting.style import COLORS, LIGHT_BLUE, SEQUENTIAL, WIDTH, style
from helpers.plotting.values import to_numpy

Table = Mapping[tuple[object, object], float]


def heat_map(
    tables: Table | Mapping[str, Table],
    *,
    rows: str,
    columns: str,
    values: str = "Exactitude en validation",
    percent: bool = True,
    title: str | None = None,
    alt: str | None = None,
) -> None:
    """Draw the results of a search over two hyper-parameters; the best cell of each table is framed.

    Parameters
    ----------
    tables
        (row, column) → value, such as `{(0.1, 20): 0.84, (0.1, 200): 0.82}`; or several of them by name, drawn side by
        side on one colour scale. A missing or non-finite value (a run that diverged) is a grey cell.
    rows, columns, values
        What a row, a column and a value are: « Taux d'apprentissage », « Taille de lot »…
    percent
        Write the values as percentages with one decimal; otherwise as they are, with three.
    title, alt
        Title above the tables; alternative text, by default with the best and the worst cell of each table.

    Raises
    ------
    ValueError
        A table is empty, or its keys are not pairs.
    """
    named = _named_tables(tables)
    scale = 100 if percent else 1
    grids = {name: _grid(table, name) for name, table in named.items()}
    finite = np.concatenate([grid[np.isfinite(grid)] for grid, _, _ in grids.values()]) * scale
    low, high = (finite.min(), finite.max()) if finite.size else (0, 1)
    most_columns = max(grid.shape[1] for grid, _, _ in grids.values())
    most_rows = max(grid.shape[0] for grid, _, _ in grids.values())
    width = WIDTH if len(grids) > 1 else min(WIDTH, 2.5 + 0.9 * most_columns)
    with style():
        figure = Figure(figsize=(width, 1.6 + 0.55 * most_rows), layout="constrained")
        axes = figure.subplots(1, len(grids), squeeze=False)[0]
        for ax, (name, (grid, row_names, column_names)) in zip(axes, grids.items(), strict=True):
            texts = [[format_decimal(value, 1 if percent else 3) for value in row] for row in grid * scale]
            image = _cells(ax, grid * scale, texts, low, high)
            _ticks(ax, row_names, column_names)
            ax.set(xlabel=columns, title=name)
            if np.isfinite(grid).any():
                i, j = np.unravel_index(np.nanargmax(np.where(np.isfinite(grid), grid, np.nan)), grid.shape)
                ax.add_patch(
                    Rectangle(
                        (j - 0.5, i - 0.5), 1, 1, fill=False, edgecolor=COLORS["orange"], linewidth=3, clip_on=False
                    )
                )
        axes[0].set_ylabel(rows)
        figure.colorbar(
            image, ax=axes, label=f"{values} (%)" if percent else values, format=FuncFormatter(decimal_comma)
        )
        if title:
            figure.suptitle(title)
    described = " ".join(_describe_grid(name, *grid, percent) for name, grid in grids.items())
    heading = f"{title} : tableau" if title else "Tableau"
    display.show(
        figure,
        alt or f"{heading} de « {values} » selon {rows.lower()} (ligne) et {columns.lower()} (colonne). {described}",
    )


def confusion_matrix(
    labels: object,
    predictions: object,
    class_names: Sequence[str],
    *,
    title: str | None = None,
    alt: str | None = None,
) -> None:
    """Count true against predicted classes; a cell's colour is its share of the true class.

    Parameters
    ----------
    labels, predictions
        True and predicted class numbers, shape (n,).
    class_names
        Name of each class, in the order of the numbers.
    title, alt
        Title; alternative text, by default with the accuracy and the three most frequent confusions.

    Raises
    ------
    ValueError
        The two have different shapes, or a number has no name.
    """
    true, predicted = _class_numbers(labels, predictions, len(class_names))
    counts = np.zeros((len(class_names), len(class_names)), dtype=int)
    np.add.at(counts, (true, predicted), 1)
    shares = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    size = min(WIDTH, 3.2 + 0.58 * len(class_names))
    with style():
        figure = Figure(figsize=(size, 0.85 * size), layout="constrained")
        ax = figure.subplots()
        image = _cells(ax, shares, [[str(count) if count else "" for count in row] for row in counts], 0, 100)
        _ticks(ax, class_names, class_names)
        if max(len(name) for name in class_names) > 4 and len(class_names) > 4:
            ax.tick_params(axis="x", rotation=45)
            for tick in ax.get_xticklabels():
                tick.set(horizontalalignment="right", rotation_mode="anchor")
        ax.set(xlabel="Classe prédite", ylabel="Vraie classe", title=title or "Matrice de confusion")
        figure.colorbar(image, ax=ax, label="Part de la vraie classe (%)")
    display.show(figure, alt or f"{title or 'Matrice de confusion'} : {_describe_confusions(counts, class_names)}")


def answer_grid(
    answers: Sequence[object],
    correct: object,
    *,
    columns: int = 10,
    title: str | None = None,
    alt: str | None = None,
) -> None:
    """Write each answer in a cell, row by row; a wrong one is orange and marked with a cross.

    Parameters
    ----------
    answers
        What to write in the cells.
    correct
        Whether each answer is right, booleans of shape (n,).
    columns
        Cells in a row.
    title, alt
        Title; alternative text, by default with the number of right answers and the wrong ones.

    Raises
    ------
    ValueError
        The two have different lengths, or there is no answer.
    """
    right = to_numpy(correct).astype(bool)
    if right.shape != (len(answers),) or not len(answers):
        raise ValueError(
            f"Réponses : {len(answers)} réponses pour un tableau `correct` de forme {right.shape} ; "
            "il faut au moins une réponse, et un booléen pour chacune."
        )
    rows = -(-len(answers) // columns)
    with style():
        figure = Figure(figsize=(WIDTH, 0.5 + 0.42 * rows), layout="constrained")
        ax = figure.subplots()
        for index, (answer, is_right) in enumerate(zip(answers, right, strict=True)):
            i, j = divmod(index, columns)
            ax.add_patch(Rectangle((j, i), 1, 1, facecolor=LIGHT_BLUE if is_right else "#F6D3BC", edgecolor="white"))
            ax.text(j + 0.5, i + 0.5, f"{answer}" if is_right else f"{answer} ✗", ha="center", va="center", fontsize=11)
        ax.set(xlim=(0, columns), ylim=(rows, 0), title=title or f"{right.sum()} réponses justes sur {len(right)}")
        ax.set_axis_off()
    wrong = ", ".join(f"{answer} en position {i + 1}" for i, answer in enumerate(answers) if not right[i])
    summary = f"{right.sum()} réponses justes sur {len(right)}. {f'Fausses : {wrong}.' if wrong else 'Aucune erreur.'}"
    display.show(figure, alt or f"{title or 'Grille de réponses'} : {summary}")


def _named_tables(tables: Table | Mapping[str, Table]) -> Mapping[str, Table]:
    if isinstance(tables, Mapping) and tables:
        if all(isinstance(key, tuple) and len(key) == 2 for key in tables):
            return {"": tables}
        if all(isinstance(table, Mapping) and table for table in tables.values()):
            for table in tables.values():
                _named_tables(table)
            return tables
    raise ValueError(
        "Carte de chaleur : on attend un dictionnaire non vide (ligne, colonne) → valeur, par exemple "
        "{(0.1, 20): 0.84}, ou plusieurs par leur nom."
    )


def _grid(table: Table, name: str) -> tuple[np.ndarray, list, list]:
    """Return the values as a matrix (NaN where missing), with the names of its rows and columns in order of arrival."""
    rows, columns = (list(dict.fromkeys(names)) for names in zip(*table, strict=True))
    grid = np.full((len(rows), len(columns)), np.nan)
    for (row, column), value in table.items():
        number = to_numpy(value)
        if number.size != 1:
            raise ValueError(f"Carte de chaleur {name}: la case {(row, column)} n'est pas un nombre.")
        grid[rows.index(row), columns.index(column)] = number.item()
    return grid, rows, columns


def _cells(ax: Axes, values: np.ndarray, texts: Sequence[Sequence[str]], low: float, high: float):
    colormap = mpl.colormaps[SEQUENTIAL].with_extremes(bad="#D9D9D9")
    image = ax.imshow(np.ma.masked_invalid(values), cmap=colormap, vmin=low, vmax=high, aspect="auto")
    ax.grid(False)
    for (i, j), value in np.ndenumerate(values):
        # The colour map is dark at its low end.
        is_dark = np.isfinite(value) and image.norm(value) < 0.5
        text = texts[i][j] if np.isfinite(value) else "—"
        ax.text(j, i, text, ha="center", va="center", color="white" if is_dark else "black", fontsize=11)
    return image


def _ticks(ax: Axes, rows: Sequence[object], columns: Sequence[object]) -> None:
    ax.set_yticks(range(len(rows)), [_name(row) for row in rows])
    ax.set_xticks(range(len(columns)), [_name(column) for column in columns])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def _name(value: object) -> str:
    return format_short(value) if isinstance(value, float) else str(value)


def _describe_grid(name: str, grid: np.ndarray, rows: list, columns: list, percent: bool) -> str:
    def cell(index: int) -> str:
        i, j = np.unravel_index(index, grid.shape)
        value = format_percent(grid[i, j]) if percent else format_decimal(grid[i, j], 3)
        return f"{value} pour ({_name(rows[i])} ; {_name(columns[j])})"

    # An infinite value is neither the best nor the worst.
    finite = np.where(np.isfinite(grid), grid, np.nan)
    prefix = f"{name} : " if name else "Valeurs : "
    if np.isnan(finite).all():
        return f"{prefix}aucune valeur finie."
    missing = int(np.isnan(finite).sum())
    ending = f" ; cases sans valeur : {missing}." if missing else "."
    return f"{prefix}au mieux {cell(np.nanargmax(finite))}, au pire {cell(np.nanargmin(finite))}{ending}"


def _class_numbers(labels: object, predictions: object, num_classes: int) -> tuple[np.ndarray, np.ndarray]:
    true, predicted = to_numpy(labels), to_numpy(predictions)
    if true.shape != predicted.shape or true.ndim != 1 or true.size == 0:
        raise ValueError(
            f"Matrice de confusion : étiquettes de forme {true.shape} et prédictions de forme {predicted.shape} ; "
            "il faut deux listes de même longueur (`argmax(1)` donne des classes à partir de scores)."
        )
    for numbers in (true, predicted):
        if numbers.dtype.kind not in "biu" or numbers.min() < 0 or numbers.max() >= num_classes:
            raise ValueError(
                f"Matrice de confusion : les classes doivent être des entiers de 0 à {num_classes - 1}, "
                f"comme les {num_classes} noms donnés."
            )
    return true.astype(int), predicted.astype(int)


def _describe_confusions(counts: np.ndarray, names: Sequence[str]) -> str:
    wrong = counts - np.diag(np.diag(counts))
    worst = [divmod(int(index), len(names)) for index in np.argsort(-wrong, axis=None, kind="stable")[:3]]
    confusions = ", ".join(f"{names[j]} au lieu de {names[i]} ({wrong[i, j]})" for i, j in worst if wrong[i, j])
    total = format_count(int(counts.sum()))
    if not confusions:
        return f"les {total} exemples sont bien classés."
    return (
        f"{format_percent(np.trace(counts) / counts.sum())} des {total} exemples bien classés. "
        f"Confusions les plus fréquentes : {confusions}."
    )
