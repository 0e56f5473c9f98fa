"""A ready-made operator is seen, whatever it is called by."""

from operator import methodcaller

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from helpers.operators import RecordReadyMade

X, LABELS = torch.randn(3, 4), torch.tensor([0, 1, 2])


def by_hand(x):
    exp = (x - x.max(dim=1, keepdim=True).values).exp()
    return exp / exp.sum(dim=1, keepdim=True)


def fused_adam():
    tensors = [[torch.ones(2)] for _ in range(4)]
    options = {"lr": 0.1, "beta1": 0.9, "beta2": 0.99, "weight_decay": 0.0, "eps": 1e-8}
    torch._fused_adam_(*tensors, [], [torch.tensor(1.0)], amsgrad=False, maximize=False, **options)


WAYS = {
    "function": lambda: torch.softmax(X, 1),
    "layer": lambda: nn.Softmax(dim=1)(X),
    "name_in_pieces": lambda: getattr(torch, "soft" + "max")(X, 1),
    "methodcaller": lambda: methodcaller("softmax", 1)(X),
    "distribution": lambda: torch.distributions.Categorical(logits=X).probs,
    "loss": lambda: F.cross_entropy(X, LABELS),
    "private": lambda: torch._C._nn.cross_entropy_loss(X, LABELS, None, 1),
    "fused_adam": fused_adam,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_ready_made_operator_is_noted(way):
    with RecordReadyMade() as ran:
        way()
    assert ran.names


def test_code_by_hand_runs_as_usual_and_is_not_noted():
    x = X.clone().requires_grad_()
    with RecordReadyMade() as ran:
        rows = by_hand(x)
        rows[:, 0].sum().backward()
    assert torch.allclose(rows.sum(dim=1), torch.ones(3))
    assert x.grad is not None
    assert ran.names == set()
