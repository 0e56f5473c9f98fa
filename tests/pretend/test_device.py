"""The controls of the pretended device: what must raise what CUDA raises, and what must not."""

import copy
import io

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from tests.pretend.device import PINNED, TO_GPU, TO_HOST, WAIT, PretendDevice
from tests.pretend.storage import GPU


@pytest.fixture(autouse=True)
def pretended():
    with PretendDevice() as device:
        yield device


def gpu(*shape):
    return torch.ones(*shape, device=GPU)


def kinds(device):
    return {kind: sum(n for (one, _), n in device.counts.items() if one == kind) for kind in (TO_GPU, TO_HOST, WAIT)}


def train_one_step(optimizer_class, **options):
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Dropout(0.2), nn.Linear(4, 2)).to(GPU)
    optimizer = optimizer_class(model.parameters(), lr=0.1, **options)
    for _ in range(2):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(gpu(5, 3)), torch.zeros(5, dtype=torch.long, device=GPU)).backward()
        optimizer.step()
    return model


def read_sentences(lengths, *, training=True):
    layer = nn.GRU(2, 3, batch_first=True, bidirectional=True).to(GPU).train(training)
    packed = pack_padded_sequence(gpu(2, 4, 2), lengths, batch_first=True, enforce_sorted=False)
    states, _ = pad_packed_sequence(layer(packed)[0], batch_first=True)
    return states[torch.arange(2, device=GPU), torch.tensor([1, 0], device=GPU)].sum()


MIXED = "same device"
RAISES = {
    "sum of both": (lambda: gpu(2) + torch.ones(2), MIXED),
    "sum onto the CPU": (lambda: torch.ones(2).add_(gpu(2)), MIXED),
    "sum onto a number of the CPU": (lambda: torch.tensor(0.0).add_(gpu(1).sum()), MIXED),
    "comparison": (lambda: gpu(2) == torch.ones(2), MIXED),
    "product of matrices": (lambda: gpu(2, 2) @ torch.ones(2, 2), MIXED),
    "concatenation": (lambda: torch.cat([gpu(2), torch.ones(2)]), MIXED),
    "stack of numbers": (lambda: torch.stack([gpu(1)[0], torch.tensor(1.0)]), MIXED),
    "layer on the CPU": (lambda: nn.Linear(2, 2)(gpu(1, 2)), MIXED),
    "batch on the CPU": (lambda: nn.Linear(2, 2).to(GPU)(torch.ones(1, 2)), MIXED),
    "labels on the CPU": (lambda: nn.functional.cross_entropy(gpu(2, 3), torch.tensor([0, 1])), MIXED),
    "numbers of words on the CPU": (lambda: nn.Embedding(3, 2).to(GPU)(torch.tensor([1, 2])), MIXED),
    "arange without its device": (lambda: gpu(4) * torch.arange(4), MIXED),
    "index on the GPU": (lambda: torch.ones(3)[torch.tensor([0], device=GPU)], "indices should be"),
    "equal": (lambda: torch.equal(gpu(2), torch.ones(2)), MIXED),
    "bare numpy": (lambda: gpu(2).numpy(), "copy the tensor to host"),
    "asarray": (lambda: np.asarray(gpu(2)), "copy the tensor to host"),
    "mean of a list": (lambda: np.mean([gpu(1)[0], gpu(1)[0]]), "copy the tensor to host"),
    "generator of the CPU": (lambda: torch.rand(2, device=GPU, generator=torch.Generator()), "'cuda' device type"),
    "generator of the GPU": (lambda: torch.randperm(2, generator=torch.Generator(GPU)), "'cpu' device type"),
    "drawn in place": (lambda: gpu(2).normal_(generator=torch.Generator()), "'cuda' device type"),
    "lengths on the GPU": (lambda: read_sentences(torch.tensor([4, 2], device=GPU)), "1D CPU int64"),
    "recurrent layer in evaluation": (
        lambda: read_sentences(torch.tensor([4, 2]), training=False).backward(),
        "training mode",
    ),
    "optimizer's memory": (
        lambda: torch._foreach_add_([gpu(2)], [torch.ones(2)]),
        MIXED,
    ),
}


@pytest.mark.parametrize("name", RAISES)
def test_what_cuda_refuses_is_refused(name):
    run, message = RAISES[name]
    with pytest.raises((RuntimeError, TypeError), match=message):
        run()


WORKS = {
    "a number of the CPU": lambda: gpu(2) * torch.tensor(2.0) + 1,
    "two numbers": lambda: gpu(2).sum() + torch.tensor(2.0),
    "index on the CPU": lambda: gpu(3)[torch.tensor([0, 2])],
    "numbers follow where": lambda: torch.where(gpu(2) > 0, torch.tensor(1.0), gpu(2)),
    "factories that follow": lambda: torch.zeros_like(gpu(2)) + gpu(2).new_ones(2) + torch.rand_like(gpu(2)),
    "a tensor of data": lambda: torch.tensor([1.0, 2.0], device="cuda") + gpu(2),
    "there and back": lambda: (gpu(2).cpu() + torch.ones(2)).to("cuda") + torch.ones(2).cuda(),
    "like another": lambda: torch.ones(2).to(gpu(1)) + gpu(2),
    "one hot": lambda: nn.functional.one_hot(torch.tensor([0, 1], device=GPU), 2) + gpu(2, 2),
    "generator of the GPU": lambda: torch.rand(2, device=GPU, generator=torch.Generator(GPU).manual_seed(0)) + gpu(2),
    "lengths on the CPU": lambda: read_sentences(torch.tensor([4, 2])).backward(),
    "Adam": lambda: train_one_step(torch.optim.Adam),
    "Adam, fused": lambda: train_one_step(torch.optim.AdamW, fused=True),
    "SGD with momentum": lambda: train_one_step(torch.optim.SGD, momentum=0.9),
    "a copy": lambda: copy.deepcopy(nn.Linear(2, 2).to(GPU))(gpu(1, 2)),
    "inference, packed": lambda: torch.inference_mode()(read_sentences)(torch.tensor([4, 2]), training=False),
    "inference": lambda: torch.inference_mode()(nn.GRU(2, 3).to(GPU).eval())(gpu(4, 1, 2)),
}


@pytest.mark.parametrize("name", WORKS)
def test_what_cuda_accepts_is_accepted(name):
    WORKS[name]()


def test_a_tensor_says_where_it_is():
    assert gpu(2).device == GPU and gpu(2).is_cuda and not torch.ones(2).is_cuda
    assert gpu(2)[:1].device == (gpu(2) * 2).device == GPU
    assert gpu(2).cpu().device == torch.ones(2).device == torch.device("cpu")
    assert torch.rand(3).device == torch.device("cpu")


def test_gradients_travel_back_to_where_their_leaf_is():
    leaf = torch.ones(2, requires_grad=True)
    (leaf.to(GPU) * gpu(2)).sum().cpu().backward()
    assert leaf.grad.device == torch.device("cpu") and leaf.grad.tolist() == [1, 1]
    model = train_one_step(torch.optim.Adam)
    assert {p.grad.device for p in model.parameters()} == {GPU}


def test_the_two_devices_draw_from_two_generators():
    torch.manual_seed(0)
    host, there = torch.rand(3), torch.rand(3, device=GPU)
    torch.manual_seed(0)
    assert torch.rand(3, device=GPU).tolist() == there.tolist() != host.tolist()
    assert torch.rand(3).tolist() == host.tolist()


def test_weights_are_read_to_the_device_that_is_asked():
    file = io.BytesIO()
    torch.save(nn.Linear(2, 2).to(GPU).state_dict(), file)
    for where in (GPU, torch.device("cpu")):
        file.seek(0)
        assert torch.load(file, map_location=where)["weight"].device == where


def test_copies_and_waiting_are_counted(pretended):
    x = torch.ones(1000, 1000).to(GPU)
    assert kinds(pretended) == {TO_GPU: 1, TO_HOST: 0, WAIT: 0} and pretended.megabytes[TO_GPU] == 4
    x.to(GPU), x + 1, copy.deepcopy(x), torch.ones(2).cpu().tolist()
    assert kinds(pretended) == {TO_GPU: 1, TO_HOST: 0, WAIT: 0}
    x.sum().item(), bool(x.sum() > 0), x[0].tolist(), x[x > 2]
    assert kinds(pretended) == {TO_GPU: 1, TO_HOST: 0, WAIT: 4}
    torch.ones(2).copy_(x[0, :2]), str(x.cpu())
    assert kinds(pretended) == {TO_GPU: 1, TO_HOST: 2, WAIT: 4}


def test_a_pinned_batch_of_a_loader_does_not_block(pretended):
    for pin_memory, kind in ((False, TO_GPU), (True, PINNED)):
        pretended.counts.clear()
        (batch,) = torch.utils.data.DataLoader(torch.arange(4.0), 4, pin_memory=pin_memory)
        assert batch.to(GPU, non_blocking=True).device == GPU
        assert [one for one, _ in pretended.counts] == [kind]


def test_outside_nothing_is_pretended(pretended):
    pretended.__exit__()
    assert not torch.cuda.is_available() and torch.ones(2).to("cpu").numpy().tolist() == [1, 1]
    pretended.__enter__()
