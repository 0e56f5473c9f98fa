from bs4 import BeautifulSoup

from instructor.pages.formulas import ATTRIBUTES, TAGS, with_formulas


def test_formulas_become_mathml_and_code_stays():
    page = BeautifulSoup(with_formulas(r"<p>Soit $\mathbf y \in \mathbb R^K$</p><pre>$x$</pre>"), "html.parser")
    assert page.math.get_text() == "𝐲∈ℝK"
    assert page.pre.get_text() == "$x$"


def test_displayed_formula_keeps_its_aligned_lines():
    page = BeautifulSoup(
        with_formulas(r"<p>$$\begin{aligned} a &amp;= \alpha \\ b &amp;= 2 \end{aligned}$$"), "html.parser"
    )
    assert page.math["display"] == "block"
    assert [row.get_text() for row in page("mtr")] == ["a=α", "b=2"]


def test_prices_are_not_formulas():
    page = "<p>Il coûte 5$ et 6$, ou $5 et $6.</p>"
    assert with_formulas(page) == page


def test_what_cannot_be_read_stays_as_typed():
    page = "<p>$a^b^c$ et $" + "{" * 2000 + "$</p>"
    assert with_formulas(page) == page


def test_hostile_formula_draws_and_does_nothing_else():
    formula = r"\href{javascript:alert(1)}{x} \text{&lt;img src=x onerror=alert(1)&gt;} \class{a}{b} \style{x}{y}"
    page = BeautifulSoup(with_formulas(f"<p>${formula}$</p>"), "html.parser")
    assert {tag.name for tag in page.math.find_all(True)} <= TAGS
    assert {name for tag in page.math.find_all(True) for name in tag.attrs} <= ATTRIBUTES
    assert "javascript" not in str(page)
