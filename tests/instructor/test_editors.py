"""A hand-in is graded alike whichever editor saved it: Colab, VS Code, PyCharm, Kaggle, older Jupyters, and worse."""

import copy
import json

import nbformat
import pytest

from instructor.grading.repair import repair
from instructor.notebooks import NotebookError, grade_id, parse_notebook, to_text, why_rebuilt
from tests.instructor.grading.four_questions import RELEASE, RIGHT, SOURCE, student

PLAIN = json.loads(to_text(student(written_sense="Elle baisse, l'été.")))
FIGURE = {"image/png": "iVBORw0KGgo=", "text/plain": ["<Figure>"]}
SHOWN = {"output_type": "display_data", "data": FIGURE, "metadata": {}}
STREAM = {"output_type": "stream", "name": "stdout", "text": ["1\n", "2"]}
ERROR = {"output_type": "error", "ename": "ValueError", "evalue": "x", "traceback": ["a", "b"]}
SHAPES = {}


def shape(edit):
    """Add a way to write the same notebook: `edit` changes the JSON, or returns other JSON, or the bytes of a file."""
    SHAPES[edit.__name__] = edit
    return edit


def each(notebook, kind=None):
    return [cell for cell in notebook["cells"] if kind in (None, cell["cell_type"])]


def drop(key, kind):
    def edit(notebook):
        for cell in each(notebook, kind):
            cell.pop(key, None)

    edit.__name__ = f"no_{key}_in_{kind}"
    return shape(edit)


def put(kind, name, /, **entries):
    """Put entries in each cell of a kind; "" stands for the notebook itself."""

    def edit(notebook):
        for place in each(notebook, kind) if kind != "" else [notebook]:
            place.update(copy.deepcopy(entries))

    edit.__name__ = name
    return shape(edit)


def saved(name, save):
    def edit(notebook):
        return save(json.dumps(notebook, ensure_ascii=False))

    edit.__name__ = name
    return shape(edit)


def annotate(title, where, /, **entries):
    def edit(notebook):
        for place in [notebook] if where == "notebook" else each(notebook, where):
            place["metadata"].update(copy.deepcopy(entries))

    edit.__name__ = title
    return shape(edit)


drop("outputs", "code")
drop("execution_count", "code")
drop("id", "code")
put("code", "no_metadata_but_null_outputs", outputs=None)
put("markdown", "markdown_with_outputs", outputs=[], execution_count=None)
put(
    "code",
    "transient",
    outputs=[{"output_type": "display_data", "data": FIGURE, "metadata": {}, "transient": {"a": 1}}],
)
put("code", "stream_with_metadata", outputs=[STREAM | {"metadata": {"tags": []}}])
put("code", "stream_without_a_name", outputs=[{"output_type": "stream", "text": "x"}])
put(
    "code",
    "output_without_data",
    outputs=[{"output_type": "display_data"}, {"output_type": "execute_result", "data": {}}],
)
put("code", "output_of_a_kind_to_come", outputs=[{"output_type": "hologram"}, "x", None, ERROR])
put("code", "error_without_traceback", outputs=[{"output_type": "error", "ename": "E", "evalue": None}])
put(
    "code",
    "outputs_of_version_3",
    outputs=[{"output_type": "pyout", "text": ["3"], "prompt_number": 1, "metadata": {}}],
)
put("code", "cell_number_as_text", execution_count="3")
put(None, "keys_of_an_editor", outputExpanded=True, inputHidden=False, language="python", languageId="python")
put(None, "null_attachments", attachments=None)
put("", "keys_beside_the_cells", cellsOrder=[1, 2], widgets={}, version=3)
put("", "minor_version_two_with_ids", nbformat_minor=2)
put("", "minor_version_to_come", nbformat_minor=9)
put("", "version_as_text", nbformat="4", nbformat_minor="5")
put("", "no_version", nbformat=None)
put("", "null_metadata", metadata=None)
annotate("doubled_tags", None, tags=["a", "a", 3])
annotate("tags_in_a_text", None, tags="a")
annotate("nteract", None, inputHidden=False, outputHidden=False, outputExpanded=True, collapsed="false")
annotate("deepnote", None, cell_id="00000-x", deepnote_cell_type="code", execution_start=1.7e12, source_hash=None)
annotate("kaggle", None, _uuid="8f2839f25d086af736a60e9eeb907d3b93b6e0e5", trusted=True, _kg_hide_input=False)
annotate("colab", None, id="AbC", outputId="x", colab={"base_uri": "https://localhost:8080/"})
annotate("vs_code", None, vscode={"languageId": "python"}, name=None, jupyter=None, execution=[])
annotate("kernelspec_without_display_name", "notebook", kernelspec={"name": "python3", "language": "python"})
annotate("kernelspec_without_name", "notebook", kernelspec={"display_name": "Python 3"})
annotate("null_kernelspec", "notebook", kernelspec=None, language_info=None, title=3, authors="x", orig_nbformat="4")
annotate("language_without_name", "notebook", language_info={"version": "3.11"}, kaggle={"accelerator": "gpu"})
saved("trailing_nuls", lambda text: text.encode() + b"\0" * 512)
saved("tail_of_an_older_file", lambda text: text.encode() + b'": 0}\n ]\n}')
saved("windows_code_page", lambda text: text.replace("⎕", "").encode("cp1252", "replace"))
saved("byte_order_mark", lambda text: text.encode("utf-8-sig"))
saved("utf_16", lambda text: text.encode("utf-16"))
saved("utf_16_without_a_mark", lambda text: text.encode("utf-16-le"))
saved("escaped", lambda text: json.dumps(json.loads(text), ensure_ascii=True).encode())
saved("crlf_file", lambda text: json.dumps(json.loads(text), indent=1).replace("\n", "\r\n").encode())
saved("raw_line_ends_in_texts", lambda text: text.replace("\\n", "\n").encode())
saved("contents_of_a_server", lambda text: f'{{"type": "notebook", "content": {text}}}'.encode())
saved("bare_list_of_cells", lambda text: json.dumps(json.loads(text)["cells"]).encode())


@shape
def source_as_text(notebook):
    for cell in each(notebook):
        cell["source"] = "".join(cell["source"])


@shape
def lines_without_their_ends(notebook):
    for cell in each(notebook):
        cell["source"] = "".join(cell["source"]).split("\n")


@shape
def crlf_sources(notebook):
    for cell in each(notebook):
        cell["source"] = [line.replace("\n", "\r\n") for line in cell["source"]]


@shape
def null_cells_metadata(notebook):
    for cell in each(notebook):
        if "nbgrader" not in cell["metadata"]:
            cell["metadata"] = None


@shape
def ids_with_a_space_or_too_long(notebook):
    for number, cell in enumerate(each(notebook)):
        cell["id"] = ["a b", "x" * 100, 5, None, ""][number % 5]


@shape
def ids_all_alike(notebook):
    for cell in each(notebook):
        if "nbgrader" in cell["metadata"]:
            cell["id"] = "same"


@shape
def cells_that_are_none(notebook):
    notebook["cells"][1:1] = [None, "x", {}, 3]


@shape
def version_3(notebook):
    for cell in each(notebook, "code"):
        cell["input"] = cell.pop("source")
        cell["prompt_number"] = cell.pop("execution_count")
        cell["outputs"] = [{"output_type": "stream", "stream": "stdout", "text": "x"}]
    cells = notebook.pop("cells")
    notebook.update(nbformat=3, nbformat_minor=0, worksheets=[{"cells": cells[:4]}, None, {"cells": cells[4:]}, {}])


@shape
def kinds_in_capitals(notebook):
    for cell in each(notebook):
        cell["cell_type"] = cell["cell_type"].capitalize()


@shape
def code_of_a_kind_to_come(notebook):
    for cell in each(notebook, "code"):
        cell["cell_type"] = "sql"


def content_of(name):
    notebook = copy.deepcopy(PLAIN)
    changed = SHAPES[name](notebook)
    return changed if isinstance(changed, bytes) else json.dumps(notebook).encode()


def essence(notebook):
    return [(cell.cell_type, grade_id(cell), cell.source) for cell in notebook.cells]


EXPECTED = parse_notebook(json.dumps(PLAIN).encode(), "plain.ipynb")


def test_many_shapes_are_tried():
    assert len(SHAPES) >= 48
    assert RIGHT in [cell.source for cell in EXPECTED.cells]


@pytest.mark.parametrize("name", SHAPES)
def test_file_of_any_editor_is_read_alike(name):
    notebook = parse_notebook(content_of(name), "a.ipynb")
    nbformat.validate(notebook)
    assert essence(notebook) == essence(EXPECTED)
    graded, _ = repair(notebook, SOURCE, RELEASE)
    assert essence(graded) == essence(repair(EXPECTED, SOURCE, RELEASE)[0])
    assert essence(parse_notebook(to_text(notebook).encode(), "again.ipynb")) == essence(EXPECTED)


@pytest.mark.parametrize("name", ["no_outputs_in_code", "transient", "windows_code_page", "trailing_nuls", "utf_16"])
def test_what_was_rebuilt_is_said(name):
    assert why_rebuilt(content_of(name))


@pytest.mark.parametrize("name", ["source_as_text", "colab", "kaggle", "byte_order_mark", "escaped", "no_id_in_code"])
def test_nothing_is_said_of_what_the_format_allows(name):
    assert why_rebuilt(content_of(name)) == ""


def test_what_the_student_saw_is_kept():
    outputs = parse_notebook(content_of("stream_with_metadata"), "a.ipynb").cells[0].outputs
    assert outputs == [{"output_type": "stream", "name": "stdout", "text": "1\n2"}]
    (output,) = parse_notebook(content_of("transient"), "a.ipynb").cells[0].outputs
    assert output.data == {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure>"}


def test_one_bad_byte_spoils_no_accent_elsewhere():
    content = json.dumps(PLAIN, ensure_ascii=False).encode().replace("mé".encode(), b"m\xe9", 1)
    assert "été" in str(parse_notebook(content, "a.ipynb"))


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7", b"<html><body>lab</body></html>", b'{"url": "https://colab.research.google.com/x"}', b'{"cells": 3}'],
)
def test_what_holds_no_notebook_is_refused_with_the_reason(content):
    with pytest.raises(NotebookError, match="not JSON|holds no cells"):
        parse_notebook(content, "a.ipynb")


def test_half_of_a_file_is_no_notebook():
    content = json.dumps(PLAIN).encode()
    with pytest.raises(NotebookError, match="cut short"):
        parse_notebook(content[: len(content) // 2], "a.ipynb")
