"""What the text of a notebook says of code that must be written by hand; how code is written is no evidence."""

from types import SimpleNamespace

import pytest

from helpers.by_hand import BY_HAND, find_uses, remind_by_hand

IMPORTS = "import torch\nimport numpy as np\nfrom torch.nn import functional as F\nimport torch.nn as nn"
FORBIDDEN = (*BY_HAND, "softmax")


def uses(answer, *others):
    return [(use.name, use.certain) for use in find_uses([answer], [IMPORTS, *others], FORBIDDEN)]


CERTAIN = {
    "by its name": ("def f(x):\n    return torch.softmax(x, 1)", []),
    "by an alias": ("def f(x):\n    return F.softmax(x, 1)", []),
    "by a string": ("def f(x):\n    return getattr(torch, 'softmax')(x, 1)", []),
    "in a helper of another cell": ("def f(x):\n    return g(x)", ["def g(x):\n    return torch.autograd.grad(x, x)"]),
    "in a method": ("class M:\n    def f(self, x):\n        return torch.func.vjp(g, x)", []),
    "imported in the function": ("def f(x):\n    from torch import softmax as s\n    return s(x, 1)", []),
    "of another library": ("def f(x):\n    from scipy.special import softmax\n    return softmax(x)", []),
    "by a lambda": ("f = lambda x: nn.functional.softmax(x, 1)", []),
    "over a helper defined twice": (
        "def f(x):\n    return g(x)",
        ["def g(x): return x", "def g(x): return F.softmax(x)"],
    ),
}


@pytest.mark.parametrize("name", CERTAIN)
def test_call_by_name_is_certain(name):
    answer, others = CERTAIN[name]
    assert any(certain for _, certain in uses(answer, *others))


HONEST = {
    "own method of that name": "class M:\n    def softmax(self, x): return x\n    def f(self): return self.softmax(1)",
    "own function of that name": "def softmax(x): return x.exp()\ndef f(x): return softmax(x)",
    "dataclass": "from dataclasses import dataclass\n@dataclass\nclass A:\n    t: int\n    def f(self): self.t += 1",
    "namedtuple": "from collections import namedtuple\nPair = namedtuple('Pair', 'a b')\ndef f(x): return Pair(x, x).a",
    "enum": "from enum import Enum\nclass Kind(Enum):\n    A = 1\ndef f(x): return x * Kind.A.value",
    "lru_cache": "from functools import lru_cache\n@lru_cache\ndef g(n): return n\ndef f(x): return x * g(2)",
    "partial": "from functools import partial\ndef g(a, x): return a * x\nf = partial(g, 2)",
    "callable object": "class G:\n    def __call__(self, x): return x.exp()\nf = G()",
    "getattr with a name that is computed": "def f(model, name, g): return getattr(model, name + '_update')(0.1, g)",
    "annotation": "def f(x: torch.nn.Module) -> nn.Module: return x",
    "lambda over lines": "f = (\n    lambda x:\n    x.exp()\n)",
    "in place with alpha": "def f(w, g, lr): w.sub_(g, alpha=lr)",
    "no_grad": "def f(x):\n    with torch.no_grad():\n        return x * 2",
    "backward of its own": "class M:\n    def backward(self, g): return g\ndef f(m, g): return m.backward(g)",
    "a comment and a text": "def f(x):\n    '''Unlike torch.softmax, by hand.'''\n    return x  # not F.softmax(x)",
    "a magic": "%timeit 1\ndef f(x): return x",
    "what cannot be read": "def f(x) return x",
}


@pytest.mark.parametrize("name", HONEST)
def test_honest_form_is_no_evidence(name):
    assert uses(HONEST[name]) == []


def test_own_check_in_another_cell_is_not_on_the_path_of_the_answer():
    assert uses("def f(x):\n    return x.exp()", "x = torch.softmax(torch.ones(3), 0)\nx.sum().backward()") == []


def test_names_that_other_questions_define_are_judged_there():
    answer, other = "def f(x):\n    return softmax(x)", "def softmax(x):\n    return torch.softmax(x, 1)"
    assert find_uses([answer], [IMPORTS, other], FORBIDDEN)
    assert find_uses([answer], [IMPORTS, other], FORBIDDEN, stop={"softmax"}) == []


DOUBTFUL = {
    "a thread": "from threading import Thread\ndef f(x):\n    Thread(target=print).start()",
    "a text that is run": "def f(x):\n    return eval('x')",
    "what records": "import helpers.recording\ndef f(x):\n    helpers.recording.Recording = None",
    "the core of PyTorch": "def f(x):\n    with torch._C._DisableTorchDispatch():\n        return x",
    "a method of nobody knows what": "def f(x):\n    return x.softmax(1)",
}


@pytest.mark.parametrize("name", DOUBTFUL)
def test_what_a_recording_may_miss_waits_for_a_person(name):
    found = uses(DOUBTFUL[name])
    assert found
    assert not any(certain for _, certain in found)


@pytest.mark.parametrize("source", ["!" * 1_000_000, "!x\n" * 30_000, "x = 1\n" * 500_000, "x = " + "-" * 90_000 + "1"])
def test_text_that_takes_hours_to_read_is_read_in_no_time_or_not_at_all(source):
    assert find_uses([source], [source]) == []


WITH_LIBRARY = "import torch\ndef softmax(x):\n    return torch.softmax(x, dim=-1)"
BY_STUDENT = "def softmax(x):\n    e = x.exp()\n    return e / e.sum(-1, keepdim=True)"


@pytest.mark.parametrize(
    ("cells", "reminded"),
    [
        ([WITH_LIBRARY], True),
        ([BY_STUDENT, WITH_LIBRARY], True),
        ([WITH_LIBRARY, BY_STUDENT], False),
        ([BY_STUDENT, WITH_LIBRARY, "softmax(x)", BY_STUDENT], False),  # run again: the last run counts
        (["x = 1"], False),
    ],
)
def test_student_is_reminded_of_what_ran_last(cells, reminded, monkeypatch, capsys):
    shell = SimpleNamespace(user_ns={"In": ["", *cells, "remind_by_hand('softmax')"]})
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    remind_by_hand("softmax", forbidden=(*BY_HAND, "softmax"))
    assert ("torch.softmax" in capsys.readouterr().out) == reminded
