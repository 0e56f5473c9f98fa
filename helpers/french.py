"""Numbers as French readers write them: a decimal comma, thousands and « % » set off by a narrow no-break space."""

from __future__ import annotations

NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
MOST_DIGITS = 10


def format_decimal(number: float, digits: int = 2, sign: str = "") -> str:
    """Write a number with this many decimals: 0.5 becomes « 0,50 », and « +0,50 » where the sign is "+"."""
    return _french(f"{number:{sign}.{digits}f}")


def format_apart(found: float, expected: float, digits: int = 2) -> tuple[str, str]:
    """Write two numbers with this many decimals, or those it takes to tell them apart: « 0,6670 » and « 0,6667 ».

    Where the first ten are the same, they stay as they are.
    """
    for more in (*range(digits, MOST_DIGITS + 1), digits):
        texts = format_decimal(found, more), format_decimal(expected, more)
        if texts[0] != texts[1]:
            break
    return texts


def format_percent(share: float, digits: int = 1) -> str:
    """Write a share as a percentage: 0.864 becomes « 86,4 % »."""
    return f"{format_decimal(100 * share, digits)}{NARROW_SPACE}%"


def format_count(number: int) -> str:
    """Write an integer with its thousands apart: 25000 becomes « 25 000 »."""
    return f"{number:,}".replace(",", NARROW_SPACE)


def format_short(number: float, digits: int = 6) -> str:
    """Write a number with at most this many significant digits and no useless zero: 0.5 becomes « 0,5 »."""
    return _french(f"{number:.{digits}g}")


def format_scientific(number: float, digits: int = 1) -> str:
    """Write a number with a power of ten: 0.00012 becomes « 1,2e−04 »."""
    return _french(f"{number:.{digits}e}").replace("inf", "∞")


def _french(text: str) -> str:
    return text.replace(".", ",").replace("-", MINUS)


def decimal_comma(value: float, position: object = None) -> str:
    """Format a tick of an axis, as matplotlib calls a formatter: 0.5 becomes « 0,5 »."""
    return format_short(value)
