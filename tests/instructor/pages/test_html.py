"""What the sanitiser lets through: nothing active, nothing that looks like the page, no more than can be parsed."""

import re
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup

from instructor.pages import html
from instructor.pages.html import clean

pytestmark = pytest.mark.xdist_group("pages")

TEMPLATES = Path(html.__file__).parents[1] / "templates"

PICTURE = "data:image/png;base64,AAAA"
RUN = "document.title='taken'"
# What a parser could take for text here and for a tag there, or an address for another.
HOSTILE = [
    # A tag hidden in what one reading closes and another does not.
    f'<noscript><p title="</noscript><img src=x onerror={RUN}>">',
    f'<svg></p><style><a id="</style><img src=1 onerror={RUN}>">',
    f"<math><mtext><table><mglyph><style><!--</style><img title='--><img src=1 onerror={RUN}>'>",
    f"<form><math><mtext></form><form><mglyph><style></math><img src onerror={RUN}>",
    f"<template><svg><template><img src=x onerror={RUN}></template></svg></template>",
    f"<svg><desc><noscript><img src=x onerror={RUN}></noscript></desc><foreignObject><script>{RUN}</script>",
    f"<math><annotation-xml encoding='text/html'><style><img src=x onerror={RUN}></style></annotation-xml></math>",
    f"<select><template><style><!--</style><a rel='--></style><img src=x onerror={RUN}>'>",
    f"<table><td><style></td></table><img src=x onerror={RUN}></style><script>{RUN}</script>",
    f"<textarea></textarea><title></title><xmp><img title='</xmp><img src=x onerror={RUN}>'></xmp>",
    f"<plaintext><script>{RUN}</script>",
    # Comments and sections that end elsewhere than they seem to.
    f"<!--><img src=x onerror={RUN}>-->",
    f"<!-- --!><img src=x onerror={RUN}> -->",
    f"<![CDATA[><img src=x onerror={RUN}>]]>",
    f"<svg><![CDATA[><img src=x onerror={RUN}>]]></svg>",
    f"<?xml ><img src=x onerror={RUN}>?><!doctype x [<img src=x onerror={RUN}>]>",
    # Tags that never close, or are written as few would.
    f"<img src=x onerror={RUN} <p>",
    f"<<script>{RUN}//<</script>",
    f"<scr<script>ipt>{RUN}</script>",
    f"<SCRIPT/x>{RUN}</SCRIPT\n>",
    f"<img/src=x/onerror={RUN}>",
    f"<b\x00 onclick={RUN}><\x00img src=x onerror={RUN}>",
    f"<img\x0bsrc=x onerror={RUN}><img\x0csrc=x\x0conerror={RUN}>",
    f"<img src='{PICTURE}' alt='\" onload={RUN} x=\"'>",
    f"<img alt='<img src=x onerror={RUN}>' src=y>",
    f"<th scope='<img src=x onerror={RUN}>' rowspan='\"><script>{RUN}</script>'>",
    f"<img alt='$a$ <h1 onclick={RUN}>' src='{PICTURE}' onload={RUN}>",
    # Addresses.
    f"<a href=javascript:{RUN}>x</a>",
    f"<a href=' &#1; JaVa&#9;scr&#10;ipt&colon;{RUN}'>x</a>",
    f"<a href='java\nscript:{RUN}'>x</a><a href='\x01javascript:{RUN}'>x</a>",
    f"<a href='vbscript:{RUN}'>x</a><a href='data:text/html,<script>{RUN}</script>'>x</a><a href='{PICTURE}'>x</a>",
    "<a href='//x.invalid'>x</a><a href='/x'>x</a><a href='#x'>x</a><a href=' https:x'>x</a><a href='blob:x'>x</a>",
    "<img src='data:image/svg+xml;base64,PHN2Zz4='><img src='data:text/html;base64,AAAA'><img src='DATA:image/png,x'>",
    f"<img src='{PICTURE},x'><img src='http://x.invalid/x.png'><img src='//x.invalid'><img srcset='http://x.invalid/x'>",
    f"<img src='{PICTURE}' srcset='http://x.invalid/x 1x' sizes=1 lowsrc=x dynsrc=x longdesc=x usemap=#x>",
    # Everything else that acts.
    f"<p style='position: fixed; background: url(http://x.invalid)' onclick={RUN} id=x name=x tabindex=1>x</p>",
    f"<details open ontoggle={RUN}><summary onfocus={RUN} autofocus>x</summary></details>",
    f"<body onload={RUN}><html onclick={RUN}><base href=http://x.invalid><link rel=stylesheet href=http://x.invalid>",
    f"<iframe srcdoc='<script>{RUN}</script>'></iframe><object data=x></object><embed src=x><form action=x><button>x",
    f"<p><i><p><script>{RUN}</script><table><b><tr><td></b><a href=http://x.invalid><a href=javascript:{RUN}>",
]
FOUND = """
return [...document.querySelectorAll('main *')].map(one => [one.localName, one.namespaceURI.slice(-5),
    Object.fromEntries([...one.attributes].map(({name, value}) => [name, value]))])
"""


def show(browser, path, body: str) -> str:
    """Open a page that holds `body`, click on all it has, and return the title it then has."""
    path.write_text(f"<!doctype html><meta charset=utf-8><title>free</title><main>{body}</main>", encoding="utf-8")
    browser.get(path.as_uri())
    for _ in range(2):  # as it was written, and as the browser would write it
        browser.execute_script("document.querySelectorAll('main :not(a[href^=http])').forEach(one => one.click?.())")
        browser.execute_script("document.body.innerHTML = document.body.innerHTML")
    return browser.title


def test_hostile_page_acts_when_nothing_is_sanitised(browser, tmp_path):
    assert show(browser, tmp_path / "raw.html", f"<svg onload={RUN}></svg>") == "taken"


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_active_is_left_as_a_browser_reads_it(hostile, browser, tmp_path):
    assert show(browser, tmp_path / "clean.html", clean(f"<p>a</p>{hostile}")) == "free"
    for name, namespace, attributes in browser.execute_script(FOUND):
        assert name in html.TAGS
        assert namespace == "xhtml"
        assert attributes.keys() <= html.ATTRIBUTES.get(name, set())
        assert attributes.get("href", "https://").startswith(("http://", "https://", "mailto:"))
        assert attributes.get("src", PICTURE) == PICTURE


def test_script_style_template_and_noscript_go_with_their_content():
    assert clean("a<script>b</script><style>c</style><template>d</template><noscript>e</noscript>f") == "af"


def test_what_is_no_tag_of_ours_is_read_as_it_was_typed():
    assert clean("List<int>, a<b, <u>u</u>") == "List&lt;int&gt;, a&lt;b, &lt;u&gt;u&lt;/u&gt;"
    assert clean("si i <p et i <b alors") == "si i &lt;p et i &lt;b alors"


def test_headings_go_down_two_levels_and_text_that_looks_like_one_stays():
    page = "<h1>a</h1><h2>b</h2><h5>c</h5><h6>d</h6><p>&lt;h1&gt; h1></p>"
    assert clean(page) == "<h3>a</h3><h4>b</h4><h6>c</h6><h6>d</h6><p>&lt;h1&gt; h1&gt;</p>"


@pytest.mark.parametrize("address", ["http://x.fr/?a=1&amp;b", "https://x.fr/#a", "mailto:a@x.fr"])
def test_links_out_are_kept(address):
    assert clean(f'<a href="{address}" target="_blank">x</a>') == f'<a href="{address}">x</a>'


def test_pictures_are_described_and_those_from_elsewhere_become_their_description():
    assert clean(f"<img src='{PICTURE}'>") == f'<img src="{PICTURE}" alt="image sans description">'
    assert clean(f"<img src='{PICTURE}' alt='{html.NOT_DESCRIBED}'>") == clean(f"<img src='{PICTURE}'>")
    assert clean(f"<img alt='' width=3 src='{PICTURE}'>") == f'<img alt="" width="3" src="{PICTURE}">'
    assert clean("<img src='x.png' alt='une \"courbe\" &lt;b>'>") == "[une &quot;courbe&quot; &lt;b&gt;]"
    assert clean("<img src='x.png'>") == "[image sans description]"


def test_lines_of_a_picture_become_one():
    assert clean(f"<img alt='a' src='{PICTURE}\r\nAAAA\n'>") == f'<img alt="a" src="{PICTURE}AAAA">'


def test_only_the_classes_of_highlighted_code_and_of_a_cells_parts_are_kept():
    page = "<div class='highlight marks total'><p class='k'><span class='points mi'>20 / 20</span></p></div>"
    kept = BeautifulSoup(clean(page), "html.parser")
    assert [" ".join(tag.get("class", [])) for tag in kept(True)] == ["highlight", "", "mi"]


def test_no_rule_of_the_page_that_draws_a_mark_reaches_what_a_student_wrote():
    style = re.search("<style>(.*?){{", (TEMPLATES / "feedback.html").read_text(encoding="utf-8"), re.DOTALL)[1]
    inside = "".join(f"<{tag} class='marks points criteria total comment'>x</{tag}>" for tag in html.TAGS)
    forged = "<table class=marks><caption>x<tr class=full><th scope=row>x<td class=points>20 / 20</table><h2>x</h2>"
    page = BeautifulSoup(f"<main><div class=notebook>{clean(inside + forged)}</div></main>", "html.parser")
    selectors = [
        one.strip()
        for rule in re.findall(r"([^{}]+){", re.sub(r"/\*.*?\*/|@media", "", style))
        for one in rule.split(",")
    ]
    own = [
        one for one in selectors if re.match(r"\.(marks|criteria|total|comment)|main > h2|h\d|table|th|td|caption", one)
    ]
    assert len(own) > 10
    assert [one for one in own if page.select(one)] == []
    assert page.select(".notebook td")


@pytest.mark.parametrize(
    "body",
    ["<div>" * (html.MAX_TAGS + 1), "</p>" * (html.MAX_TAGS + 1), "x" * (html.MAX_BODY + 1)],
    ids=["nested", "closing", "long"],
)
def test_what_no_signal_could_interrupt_is_refused_before_it_begins(body, monkeypatch):
    monkeypatch.setattr(html, "CLEANER", SimpleNamespace(clean=pytest.fail))
    with pytest.raises(ValueError, match="more than 30000 tags or 500000 characters"):
        clean(body)


def test_what_grows_too_long_is_refused():
    with pytest.raises(ValueError, match="more than"):
        clean("&" * 200_000)


def test_large_picture_is_not_too_long():
    assert len(clean(f'<img src="{PICTURE}{"A" * 2 * html.MAX_BODY}">')) > 2 * html.MAX_BODY


@pytest.mark.parametrize("tag", ["b", "code", "em", "i", "strong", "B", "a"])
@pytest.mark.parametrize("blank", [" ", "\n", "\f", "/"])
def test_what_one_paragraph_leaves_open_does_not_fill_those_that_follow(tag, blank):
    numbers = count()
    bomb = "".join(f"<p><{tag}{blank}x{next(numbers)}>" for _ in range(1000))
    assert len(clean(bomb)) < 10 * len(bomb)  # it would be some hundred times
