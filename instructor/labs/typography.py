"""The spaces of French: what stands before a double sign, or inside guillemets, never begins or ends a line."""

from __future__ import annotations

import re

# Code, formulas, tags and addresses, and what separates the columns of a table, are left as they are.
SPACE = re.compile(
    r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$\n]*\$|<[^>\n]*>|https?://\S+"
    r"|(?<=[^\s|])(?P<narrow> )(?=[;!?%])|(?<=[^\s|])(?P<wide> )(?=[:»](?!-))|(?<=«)(?P<inside> )",
    re.S,
)
NO_BREAK = {"narrow": "\u202f", "wide": "\u00a0", "inside": "\u00a0"}


def french_spaces(text: str) -> str:
    """Return Markdown with no-break spaces where ordinary ones were typed, narrow before « ; ! ? % »."""
    return SPACE.sub(lambda found: NO_BREAK.get(found.lastgroup, found[0]), text)
