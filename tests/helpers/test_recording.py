"""Which ready-made computation runs is seen under whatever name it is called; what is written by hand is not."""

from collections import deque
from functools import partial
from types import SimpleNamespace

import pytest
import torch
from torch.nn import functional as F

from helpers.by_hand import BY_HAND, is_forbidden
from helpers.recording import Recording

X, W = torch.randn(3, 4), torch.randn(4, 2)


def leaf():
    return W.clone().requires_grad_()


def loss(w):
    return (X @ w).pow(2).sum()


def backward():
    loss(w := leaf()).backward()
    return w.grad


def engine():
    torch.autograd.Variable._execution_engine.run_backward(
        (loss(leaf()),), (torch.tensor(1.0),), False, False, (), allow_unreachable=True, accumulate_grad=True
    )


def dual():
    with torch.autograd.forward_ad.dual_level():
        torch.autograd.forward_ad.unpack_dual(loss(torch.autograd.forward_ad.make_dual(W, W)))


class Keeper:
    kept = torch.func.vjp


def step():
    w = torch.nn.Parameter(W.clone())
    w.grad = W
    torch.optim.SGD([w], lr=0.1).step()


READY_MADE = {
    "backward": backward,
    "autograd.grad": lambda: torch.autograd.grad(loss(w := leaf()), w),
    "autograd.backward": lambda: torch.autograd.backward([loss(leaf())]),
    "engine": engine,
    "func.grad": lambda: torch.func.grad(loss)(W),
    "func.vjp": lambda: torch.func.vjp(loss, W)[1](torch.tensor(1.0)),
    "func.jacrev": lambda: torch.func.jacrev(loss)(W),
    "func.jvp": lambda: torch.func.jvp(loss, (W,), (W,)),
    "functional.jacobian": lambda: torch.autograd.functional.jacobian(loss, W),
    "dual numbers": dual,
    "vjp in a deque": lambda: deque([torch.func.vjp])[0](loss, W),
    "vjp in a namespace": lambda: SimpleNamespace(f=torch.func.vjp).f(loss, W),
    "vjp in a class": lambda: Keeper.kept(loss, W),
    "vjp in a partial": lambda: partial(torch.func.vjp, loss)(W),
    "vjp by its name": lambda: getattr(torch.func, "v" + "jp")(loss, W),
    "linear": lambda: F.linear(X, W.T),
    "layer": lambda: torch.nn.Linear(4, 2)(X),
    "optimizer": step,
}


def used(function, forbidden=BY_HAND):
    with Recording() as recording:
        function()
    return sorted(name for name in recording.names if is_forbidden(name, forbidden))


@pytest.mark.parametrize("name", READY_MADE)
def test_ready_made_computation_is_seen(name):
    assert used(READY_MADE[name])


def softmax_by_hand():
    e = (X - X.max(1, keepdim=True).values).exp()
    return e / e.sum(1, keepdim=True)


def in_place():
    w = W.clone()
    w.sub_(X.T @ X @ W, alpha=0.1).mul_(0.5)
    with torch.no_grad():
        torch.nn.Parameter(W.clone()).sub_(0.1 * W)


def unused_gradient():
    return (X @ leaf()).detach()


BY_HAND_CODE = {
    "softmax": softmax_by_hand,
    "in place": in_place,
    "activation in place": lambda: torch.celu_(torch.threshold_(torch.relu_(X @ W), 0.1, 0.0)),
    "einsum": lambda: torch.einsum("ij,jk->ik", X, W),
    "requires a gradient that nobody computes": unused_gradient,
    "no_grad": torch.no_grad()(partial(loss, W)),
}


@pytest.mark.parametrize("name", BY_HAND_CODE)
def test_computation_by_hand_is_not(name):
    assert used(BY_HAND_CODE[name], (*BY_HAND, "softmax")) == []


@pytest.mark.parametrize("function", [lambda: torch.softmax(X, 1), lambda: X.softmax(1), lambda: F.softmax(X, 1)])
def test_operator_is_seen_under_each_of_its_names(function):
    assert used(function, ("softmax",))


def test_nothing_is_noted_once_it_is_over():
    with Recording() as recording:
        pass
    backward()
    assert recording.names == set()
