"""The shape of the code: imports go one way, no two modules need each other, no file is too long to be read at once."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.instructor.conftest import ROOT

# From the top down. What is in a room of `instructor/` may import its own layer and those below; a file is a room too.
LAYERS = [
    {"cli", "demo", "plugins", "templates", "terminal"},
    {"lms"},
    {"pages"},
    {"labs"},
    {"grading"},
    {"gradebook"},
    {"course", "notebooks"},
    {"kernels"},
    {"budget", "errors", "files", "french", "rebuild", "stopping"},
    {"instructor", "helpers"},
]
MAX_LINES = 300


def modules(root: Path) -> dict[str, Path]:
    files = [path for package in ("helpers", "instructor") for path in (root / package).rglob("*.py")]
    named = {".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path for path in files}
    return dict(sorted(named.items()))


def imported(file: Path, known: dict[str, Path]) -> list[str]:
    """Return the modules of the repository that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file}: line {node.lineno}: a relative import, which this test cannot follow"
            full = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {name if name in known else node.module for name in full}
    return sorted(names & known.keys())


def layer(module: str) -> int:
    package, _, rest = module.partition(".")
    room = rest.split(".")[0] if package == "instructor" and rest else package
    found = [number for number, rooms in enumerate(LAYERS) if room in rooms]
    assert found, f"{module}: give the room '{room}' its place in LAYERS"
    return found[0]


def findings(root: Path) -> list[str]:
    known = modules(root)
    graph = {module: imported(file, known) for module, file in known.items()}
    found = [
        f"{module} imports {other}, which stands above it"
        for module, others in graph.items()
        for other in others
        if layer(other) < layer(module)
    ]
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found.append(f"a circle: {' <- '.join(error.args[1])}")
    lengths = {module: len(file.read_text(encoding="utf-8").splitlines()) for module, file in known.items()}
    return found + [f"{module} has {length} lines" for module, length in lengths.items() if length > MAX_LINES]


def test_imports_go_one_way_without_a_circle_and_no_file_is_too_long():
    assert findings(ROOT) == []


@pytest.mark.parametrize(
    ("planted", "code", "found"),
    [
        ("instructor/files.py", "import instructor.errors", []),
        (
            "instructor/grading/repair.py",
            "def show():\n    from instructor.pages import html",
            ["instructor.grading.repair imports instructor.pages.html, which stands above it"],
        ),
        (
            "helpers/probe.py",
            "import instructor.errors",
            ["helpers.probe imports instructor.errors, which stands above it"],
        ),
        (
            "instructor/errors.py",
            "from instructor.budget import MAX",
            ["a circle: instructor.budget <- instructor.errors <- instructor.budget"],
        ),
        ("instructor/lms/grades.py", "x = 1\n" * 301, ["instructor.lms.grades has 301 lines"]),
    ],
)
def test_what_breaks_the_order_is_found(tmp_path, planted, code, found):
    files = {"instructor/budget.py": "from instructor.errors import E", "instructor/pages/html.py": "", planted: code}
    for name in ("instructor/errors.py", "helpers/__init__.py"):
        files.setdefault(name, "")
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert findings(tmp_path) == found


def test_new_room_must_be_given_its_place(tmp_path):
    (tmp_path / "instructor" / "attic").mkdir(parents=True)
    (tmp_path / "instructor" / "attic" / "__init__.py").write_text("import instructor.attic")
    with pytest.raises(AssertionError, match="give the room 'attic' its place"):
        findings(tmp_path)
