"""Turn the formulas of a page into MathML, which browsers and screen readers read without any script."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from xml.etree import ElementTree

from latex2mathml.converter import convert_to_element

# As Pandoc tells formulas from prices: no space within the dollars, no digit behind them.
FORMULA = r"\$\$(?P<block>[^$<]+)\$\$|(?<![\\$])\$(?P<inline>(?!\s)[^$<]+(?<!\s))\$(?!\d)"
# Read from the left, so that what is in code, or in a tag, is passed over.
FORMULA_OR_MARKUP = re.compile(rf"<(?P<code>code|pre)\b.*?</(?P=code)>|<[^>]*>|{FORMULA}", re.DOTALL)
MAX_CHARACTERS = 3000
# Presentation elements of MathML Core, https://www.w3.org/TR/mathml-core/; none fetches, links or runs anything.
TAGS = {
    *("math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt", "mroot", "mstyle", "mphantom"),
    *("msub", "msup", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd"),
}
ATTRIBUTES = {
    *("display", "displaystyle", "scriptlevel", "accent", "stretchy", "fence", "form", "minsize", "maxsize", "width"),
}
ALPHABETS = {"bold": "BOLD", "double-struck": "DOUBLE-STRUCK", "script": "SCRIPT", "fraktur": "FRAKTUR"}


def with_formulas(page: str) -> str:
    """Return a sanitised HTML fragment in which every `$…$` and `$$…$$` outside code has become MathML.

    What cannot be read as a formula stays as it was written. Only elements and attributes that draw are kept, so a
    formula adds nothing active to a page that held nothing active. In what the sanitiser returns, angle brackets are
    those of tags alone and every tag is closed, so that no parser is needed.
    """
    return FORMULA_OR_MARKUP.sub(_drawn_or_same, page)


def _drawn_or_same(found: re.Match) -> str:
    latex = found["block"] or found["inline"]
    mathml = latex and _mathml(html.unescape(latex), "block" if found["block"] else "inline")
    return mathml or found[0]


@lru_cache(maxsize=4096)
def _mathml(latex: str, display: str) -> str | None:
    if len(latex) > MAX_CHARACTERS:
        return None
    latex = re.sub(r"\\begin{aligned}", r"\\begin{array}{rlrl}", latex).replace(r"\end{aligned}", r"\end{array}")
    try:
        drawn = ElementTree.tostring(_drawn(convert_to_element(latex, display=display)), encoding="unicode")
    except Exception:  # whatever a student typed between two dollars: the page shows it as typed
        return None
    return drawn


def _drawn(element: ElementTree.Element) -> ElementTree.Element:
    """Return a copy with only what draws; the library writes characters as entities, and letters as variants."""
    tag = element.tag.rpartition("}")[2]
    kept = ElementTree.Element(tag if tag in TAGS else "mrow")
    kept.attrib = {name: value for name, value in element.attrib.items() if name in ATTRIBUTES}
    if element.text:
        kept.text = _in_alphabet(html.unescape(element.text), element.get("mathvariant"))
        if tag == "mi" and element.get("mathvariant") == "normal":
            kept.set("mathvariant", "normal")
    kept.extend(_drawn(child) for child in element)
    return kept


def _in_alphabet(text: str, variant: str | None) -> str:
    """Return the letters in the alphabet that `mathvariant` names: browsers know only `normal`."""
    alphabet = ALPHABETS.get(variant or "")
    if alphabet is None:
        return text
    return "".join(_letter(character, alphabet) for character in text)


def _letter(character: str, alphabet: str) -> str:
    kind, _, name = unicodedata.name(character, "").removeprefix("LATIN ").partition(" LETTER ")
    for letter in (f"MATHEMATICAL {alphabet} {kind} {name}", f"{alphabet} {kind} {name}"):
        try:
            return unicodedata.lookup(letter)
        except KeyError:
            continue
    return character
