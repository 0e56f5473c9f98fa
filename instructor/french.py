"""Every sentence of the grader that a student reads, and numbers as French readers write them."""

from __future__ import annotations

NOT_ANSWERED = "Cette question n'est pas traitée."


def french(number: float) -> str:
    """Write a mark: at most two decimals, a comma."""
    return f"{number:.2f}".rstrip("0").rstrip(".").replace(".", ",")
