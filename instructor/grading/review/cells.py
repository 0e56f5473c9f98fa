"""Read cells as IPython does: what becomes Python, and what magics and shell commands run."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable
from functools import lru_cache

from IPython.core import magics
from IPython.core.inputtransformer2 import TransformerManager

PREFIXES = {"run_line_magic": "%", "run_cell_magic": "%%", "system": "!", "getoutput": "!"}
# What these magics run is reviewed as code. The harmless ones hold no `$`, `{` or `;`: something would run after them.
RUN_PYTHON = {"capture", "time", "timeit"}
TIMEIT_OPTIONS = re.compile(r"\A\s*(-[nrpqcto]\s*\d*\s+)+")
HARMLESS_COMMAND = re.compile(
    r"(%(autoreload|cd|config InlineBackend\.figure_formats?|env(?= (COURSE_(DATA|MODE)|XDG_CACHE_HOME)\b)"
    r"|load_ext (autoreload|tensorboard)|ls|matplotlib"
    r"|pinfo2?|pip|precision|pwd|tensorboard|who|whos)"
    r"|%%(latex|markdown)|!(ls|nvidia-smi|pip3?|pwd|unzip|wget))( [\w .,:=<>~@#/\[\]\"'*+-]*)?"
)
# In a cell of one line, a magic needs no `%`, unless an operator follows its name or a variable bears it.
GROUPS = [getattr(magics, name) for name in dir(magics)]
MAGICS = {name for group in GROUPS if getattr(group, "registered", False) for name in group.magics["line"]}
AUTOMAGIC = re.compile(
    rf"({'|'.join(sorted(MAGICS | {'ed', 'hist', 'rep'}))})\s+([^\s!=()<>,+*/%^&|-]|-\w).*"
    r"|pylab|recall|rerun"
)
# Reading a cell costs its length times the number of places that IPython may have to transform.
TRANSFORMED = re.compile(r"[%!?]|\s[,;/]")
MAX_CACHED = 10_000  # characters
MAX_WORK = 400_000  # some 350 MB and ten seconds at worst

Finding = tuple[str, str]
Piece = tuple[ast.Module, list[str], str]


def read_cells(cells: Iterable[str]) -> tuple[list[Piece], list[Finding]]:
    """Parse the cells, and the code that their magics run, into trees with lines and text; say what could not be read.

    A cell that IPython cannot make Python of never runs: it is left out. What a magic is given may run all the same.
    """
    pieces, unread, work = [], [], 0
    waiting = list(cells)
    num_cells = len(waiting)
    for index, code in enumerate(waiting):
        work += len(code) * (1 + len(TRANSFORMED.findall(code)))
        if work > MAX_WORK:
            return pieces, [*unread, ("is too long to be reviewed", code.strip()[:120])]
        try:
            tree, lines = (_parse_cached if len(code) <= MAX_CACHED else _parse)(code)
        except (RecursionError, MemoryError):
            unread.append(("is too deep to be reviewed", code.strip()[:120]))
        except Exception:  # whatever IPython meets
            if index >= num_cells:
                unread.append(("is given to a magic and cannot be reviewed", code.strip()[:120]))
        else:
            pieces.append((tree, lines, code))
            waiting += [inner for node in ast.walk(tree) for inner in _python_run_by(command_of(node))]
    return pieces, unread


def _parse(code: str) -> tuple[ast.Module, list[str]]:
    """Parse what IPython makes of a cell; the lines are those that `ast` counts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the student's escape sequences
        text = TransformerManager().transform_cell(code).replace("\r\n", "\n").replace("\r", "\n")
        if AUTOMAGIC.fullmatch(text.strip()):
            text = TransformerManager().transform_cell(f"%{text.strip()}")
        return ast.parse(text), text.split("\n")


# Most cells of a hand-in are those of its lab.
_parse_cached = lru_cache(maxsize=256)(_parse)


def command_of(node: ast.AST) -> list[str]:
    """Return the prefix, the words and the body of the IPython line that was turned into `node`, if it was."""
    match node:
        case ast.Call(ast.Attribute(ast.Call(ast.Name("get_ipython"), [], []), method), [_, *_] as words, []):
            texts = [word.value for word in words if isinstance(word, ast.Constant) and isinstance(word.value, str)]
            if method in PREFIXES and len(texts) == len(words):
                return [PREFIXES[method], *texts]
    return []


def _python_run_by(command: list[str]) -> list[str]:
    """Return the Python code that a magic runs, without the options of `%timeit`."""
    if command[:1] not in (["%"], ["%%"]) or command[1] not in RUN_PYTHON:
        return []
    return [TIMEIT_OPTIONS.sub("", text) for text in command[2:]]


def is_harmless(command: list[str]) -> bool:
    if code := _python_run_by(command):
        return not code[0].lstrip().startswith("-")  # an option that was not understood
    prefix, *words = command
    return bool(HARMLESS_COMMAND.fullmatch(prefix + " ".join(words[:2]).strip()))
