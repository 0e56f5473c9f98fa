"""What must be written by hand is recognised, however it is spelt."""

from functools import partial, partialmethod, wraps
from operator import methodcaller

import pytest
import torch
import torch.nn.functional as F
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from torch import nn
from torch.nn.functional import one_hot
from torch.nn.functional import softmax as ready_made

from helpers.syntax import assert_by_hand, forbidden_uses


def softmax(x, axis=-1):
    """Use neither torch.nn nor backward: a docstring is no code."""
    with torch.no_grad():
        exp = torch.exp(x - x.max(dim=axis, keepdim=True).values)
    return exp / exp.sum(dim=axis, keepdim=True)


def uses_full_name(x):
    return torch.nn.functional.softmax(x, dim=-1)


def uses_global_alias(x):
    return F.softmax(x, dim=-1)


def uses_package_alias(x):
    return nn.Softmax(dim=-1)(x)


def uses_name_of_the_function(x):
    return ready_made(x, dim=-1)


def uses_compiled_function(y):
    return one_hot(y)


def imports_inside(x):
    import torch.nn.functional as G

    return G.softmax(x, dim=-1)


def imports_from_inside(x):
    from torch import nn as layers

    return layers.Softmax(dim=-1)(x)


def renames_torch(x):
    t = torch
    return t.nn.functional.softmax(x, dim=-1)


def asks_by_string(x):
    return getattr(torch, "nn").functional.softmax(x, dim=-1)  # noqa: B009


def imports_by_string(x):
    return __import__("torch.nn").nn.functional.softmax(x, dim=-1)


def hides_in_a_helper(x):
    return uses_global_alias(x)


def calls_backward(x):
    (x**2).sum().backward()
    return x.grad


def asks_for_gradients(x):
    return torch.zeros(3, requires_grad=True)


def turns_gradients_on(x):
    return x.requires_grad_()


def takes_autograd(x):
    return torch.autograd.grad(x.sum(), x)


def takes_functional_gradient(x):
    return torch.func.grad(torch.sum)(x)


layer = nn.Softmax(dim=-1)
BY_NAME = {"softmax": F.softmax}
along_rows = partial(F.softmax, dim=-1)


def uses_a_layer(x):
    return layer(x)


def takes_it_out_of_a_dictionary(x):
    return BY_NAME["softmax"](x, dim=-1)


def uses_a_partial_function(x):
    return along_rows(x)


def made_with(function):
    def made(x):
        return function(x, dim=-1)

    return made


uses_what_it_was_made_with = made_with(F.softmax)


@wraps(softmax)
def looks_like_another(x, axis=-1):
    return F.softmax(x, dim=axis)


class Hidden:
    def __call__(self, x):
        return F.softmax(x, dim=-1)


hidden = Hidden()
KIT = [[F.softmax]]


class Tools:
    make = F.softmax


class Holder:
    def __init__(self):
        self.tool = F.softmax


holder = Holder()


def takes_it_out_of_a_nested_list(x):
    return KIT[0][0](x, dim=-1)


def takes_it_from_a_class(x):
    return Tools.make(x, dim=-1)


def takes_it_from_an_object(x):
    return holder.tool(x, dim=-1)


def computes_the_name(x):
    return getattr(torch, "op" + "tim")


def calls_by_name(x):
    return methodcaller("back" + "ward")(x)


def calls_by_constant_name(x):
    return methodcaller("backward")(x)


def uses_an_object_of_the_notebook(x):
    return hidden(x)


CHEATS = [
    uses_a_layer,
    takes_it_out_of_a_dictionary,
    uses_a_partial_function,
    uses_what_it_was_made_with,
    looks_like_another,
    uses_an_object_of_the_notebook,
    takes_it_out_of_a_nested_list,
    takes_it_from_a_class,
    takes_it_from_an_object,
    computes_the_name,
    calls_by_name,
    calls_by_constant_name,
    uses_full_name,
    uses_global_alias,
    uses_package_alias,
    uses_name_of_the_function,
    uses_compiled_function,
    imports_inside,
    imports_from_inside,
    renames_torch,
    asks_by_string,
    imports_by_string,
    hides_in_a_helper,
    calls_backward,
    asks_for_gradients,
    turns_gradients_on,
    takes_autograd,
    takes_functional_gradient,
]


@pytest.mark.parametrize("cheat", CHEATS, ids=lambda function: function.__name__)
def test_forbidden_name_is_found(cheat):
    assert forbidden_uses(cheat)


def test_only_the_longest_name_is_told():
    assert forbidden_uses(uses_full_name) == ["torch.nn.functional.softmax"]
    assert forbidden_uses(uses_global_alias) == ["torch.nn.functional.softmax"]


class ByHand:
    """Its attributes look like the forbidden names without being them."""

    def __init__(self):
        self.optim = [nn_like for nn_like in range(3)]

    def forward(self, x):
        nn = {"backward": x}
        return softmax(nn["backward"])

    @torch.no_grad()
    def update(self, optim):
        return getattr(self, "optim") is optim.copy()  # noqa: B009


class Inherits(nn.Module):
    pass


class HoldsALayer:
    layer = nn.Linear(3, 3)


class CheatsInAStaticMethod:
    @staticmethod
    def forward(x):
        return F.relu(x)


def test_code_by_hand_is_accepted():
    assert forbidden_uses(softmax, ByHand) == []
    assert_by_hand(softmax, ByHand)


@pytest.mark.parametrize("cheat", [Inherits, HoldsALayer, CheatsInAStaticMethod])
def test_class_is_read_whole(cheat):
    assert forbidden_uses(cheat)


def test_ready_made_function_under_the_asked_name_is_found():
    assert forbidden_uses(F.softmax) == ["torch.nn.functional.softmax"]
    with pytest.raises(AssertionError, match="« def »"):
        forbidden_uses(torch.softmax)


def test_helper_checked_elsewhere_is_not_blamed_twice():
    assert forbidden_uses(hides_in_a_helper, already_checked=[uses_global_alias]) == []


def test_attribute_can_be_forbidden_of_anything():
    def method(x):
        return x.softmax(-1)

    assert forbidden_uses(method, forbidden=[".softmax"]) == ["?.softmax"]
    assert forbidden_uses(softmax, forbidden=[".softmax"]) == []
    assert forbidden_uses(lambda x: torch._softmax(x, -1, False), forbidden=[".softmax"]) == ["torch._softmax"]


def test_message_names_the_function_and_the_call():
    with pytest.raises(AssertionError, match=r"uses_global_alias : .*torch\.nn\.functional\.softmax.*à la main"):
        assert_by_hand(uses_global_alias)


class MadeOfAnother:
    forward = partialmethod(uses_a_layer)


class LooksLikeAnother:
    """An object that can be called, and says that it stands for a function written by hand."""

    __wrapped__ = staticmethod(softmax)

    def __call__(self, x):
        return F.softmax(x, dim=-1)


@pytest.mark.parametrize("subject", [MadeOfAnother.forward, LooksLikeAnother()])
def test_what_is_no_function_of_the_notebook_is_refused(subject):
    with pytest.raises(AssertionError, match="« def »"):
        forbidden_uses(subject)


def test_source_that_cannot_be_found_is_refused():
    scope = {"__name__": __name__}
    exec("def generated(x):\n    return x", scope)
    with pytest.raises(AssertionError, match="introuvable"):
        forbidden_uses(scope["generated"])


def test_cells_of_a_notebook_are_read():
    cells = [
        "import torch\nfrom torch import nn\nimport torch.nn.functional as F",
        "class Model:\n    def forward(self, x):\n        return nn.Linear(2, 2)(x)\n\n"
        "def helper(x):\n    return F.relu(x)\n\ndef clean(x):\n    return x.exp()\n\n"
        "def cheat(x):\n    return helper(x)",
        "from helpers.syntax import forbidden_uses\n"
        "print(forbidden_uses(clean), forbidden_uses(cheat), forbidden_uses(Model))",
    ]
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    printed = notebook.cells[-1].outputs[0].text
    assert printed.strip() == "[] ['torch.nn.functional.relu'] ['torch.nn.Linear']"
