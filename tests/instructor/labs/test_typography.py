"""French spaces: in prose, and nowhere else."""

import pytest

from instructor.labs.typography import french_spaces


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Pourquoi ? Parce que ; voilà !", "Pourquoi\u202f? Parce que\u202f; voilà\u202f!"),
        ("**Durée** : 5 % de « tout »", "**Durée**\u00a0: 5\u202f% de «\u00a0tout\u00a0»"),
        ("`x` : une forme, et $a$ ; rien", "`x`\u00a0: une forme, et $a$\u202f; rien"),
        ("<summary>Indice 1 · « forme »</summary>", "<summary>Indice 1 · «\u00a0forme\u00a0»</summary>"),
    ],
)
def test_space_before_a_double_sign_does_not_break(typed, shown):
    assert french_spaces(typed) == shown
    assert french_spaces(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        "`a : b ; c`",
        "```\nif x : y ; « z »\n```",
        "$P(A \\mid B) : x ; y$",
        "$$\na : b\n$$",
        "https://example.org/?a=1",
        "| a | b |\n| :--- | ---: |\n| : | ; |",
        "* ligne\n  : suite",
        '<img alt="une figure : la loi">',
    ],
)
def test_code_formulas_and_tables_are_left_alone(text):
    assert french_spaces(text) == text
