"""What the visible tests watch answers with: small models that note how they are called, tiny files, snapshots."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import torch
from PIL import Image
from torch import Tensor, nn
from torch.optim.optimizer import register_optimizer_step_pre_hook

from helpers.datasets import Batches, read_conll

Batch = tuple[Tensor, Tensor]


class Spy(nn.Module):
    """An affine model, of bias 0 at first, that notes at each call its mode and whether gradients are on.

    Parameters
    ----------
    weight
        Shape (classes, features).
    """

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.linear, self.calls = nn.Linear(weight.shape[1], weight.shape[0]), []
        self.linear.weight.data, self.linear.bias.data = weight.clone(), torch.zeros(len(weight))

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits, of shape (n, classes), of examples of shape (n, features)."""
        self.calls.append([self.training, torch.is_grad_enabled()])
        return self.linear(x)


class Moody(nn.Module):
    """A model whose logits are four times the mean of each channel, after a dropout.

    It notes, at each call, its mode and whether gradients are on.
    """

    def __init__(self) -> None:
        super().__init__()
        self.scale, self.dropout = nn.Parameter(torch.tensor(4.0)), nn.Dropout(0.5)
        self.modes, self.gradients = [], []

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits, of shape (n, channels), of images of shape (n, channels, height, width)."""
        self.modes.append(self.training)
        self.gradients.append(torch.is_grad_enabled())
        if x.dim() != 4:
            raise ValueError(f"le modèle attend un lot (n, 3, hauteur, largeur), et reçoit {tuple(x.shape)}")
        return self.scale * self.dropout(x).mean(dim=(2, 3))


class Growing(nn.Module):
    """A model that gives once more of its input at each pass; it notes, at each, if gradients are on."""

    def __init__(self) -> None:
        super().__init__()
        self.gradients: list[bool] = []

    def forward(self, x: Tensor) -> Tensor:
        """Return as many times `x`, whatever its shape, as there were passes, this one counted."""
        self.gradients.append(torch.is_grad_enabled())
        return len(self.gradients) * x


class Scripted(nn.Module):
    """A model of imposed logits, opposite ones in training mode; it notes, at each call, if gradients are on.

    Parameters
    ----------
    logits
        Shape (examples, classes): an example is the number of its row.
    """

    def __init__(self, logits: object) -> None:
        super().__init__()
        self.logits, self.gradients = nn.Parameter(torch.as_tensor(logits)), []

    def forward(self, x: Tensor) -> Tensor:
        """Return the rows whose numbers are in `x`, of shape (n,) or (n, 1)."""
        self.gradients.append(torch.is_grad_enabled())
        rows = self.logits[x.long().flatten().to(self.logits.device)]
        return -rows if self.training else rows


class Elsewhere(Tensor):
    """A tensor that must be moved before it is computed with, as if it were on another device."""

    def to(self, *args: object, **kwargs: object) -> Tensor:
        """Return it as any other tensor."""
        return self.as_subclass(Tensor).to(*args, **kwargs)


class There(Tensor):
    """What a model gives; it may be brought back to where the labels are."""

    def cpu(self) -> Tensor:
        """Return it as any other tensor."""
        return self.as_subclass(Tensor).cpu()


class Placed(nn.Sequential):
    """Layers that refuse what was not moved to where they are."""

    def forward(self, x: Tensor) -> Tensor:
        """Return what the layers make of `x`."""
        if isinstance(x, Elsewhere):
            raise RuntimeError("le modèle et les images ne sont pas au même endroit : images.to(device)")
        return super().forward(x).as_subclass(There)


def placed_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the cross-entropy of what is in one place."""
    if isinstance(logits, There) and isinstance(labels, Elsewhere):
        raise RuntimeError("les logits et les étiquettes ne sont pas au même endroit : labels.to(device)")
    return nn.functional.cross_entropy(logits, labels)


def elsewhere(batches: Iterable[Batch]) -> list[Batch]:
    """Return batches that must be moved before they are computed with."""
    return [(x.as_subclass(Elsewhere), y.as_subclass(Elsewhere)) for x, y in batches]


class Movable(nn.Sequential):
    """Layers that note whether they were moved, even to where they were."""

    moved = False

    def to(self, *args: object, **kwargs: object) -> Movable:
        """Move, and note it."""
        self.moved = True
        return super().to(*args, **kwargs)


class TinyBackbone(nn.Module):
    """A network with the parts and the names of a ResNet, and few parameters."""

    def __init__(self, width: int = 3) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, width, 3, bias=False), nn.BatchNorm2d(width)
        for i in range(1, 5):
            setattr(self, f"layer{i}", nn.Sequential(nn.Conv2d(width, width, 1), nn.BatchNorm2d(width)))
        self.fc = nn.Linear(width, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits, of shape (n, 10), of images of shape (n, 3, height, width)."""
        x = nn.functional.relu(self.bn1(self.conv1(x)))
        return self.fc(self.layer4(self.layer3(self.layer2(self.layer1(x)))).mean(dim=(2, 3)))


class ScriptedModel:
    """A model without a network: after k updates it gets right `train[k]` of ten examples, `val[k]` of ten others.

    It is less and less sure of its answers. `sgd_update` counts for two updates. The last `y` and `lr` that it was
    given are kept.
    """

    def __init__(self, train: Sequence[float], val: Sequence[float]) -> None:
        self.scripts = train, val
        self.params, self.bias = [torch.zeros(2, 1)], [torch.zeros(1, 2)]

    @classmethod
    def from_params(cls, params: Sequence[Tensor], bias: Sequence[Tensor]) -> ScriptedModel:
        """Return a model with copies of these parameters, and no script."""
        model = cls([], [])
        model.params, model.bias = [W.clone() for W in params], [b.clone() for b in bias]
        return model

    def forward(self, x: Tensor) -> Tensor:
        """Return the probabilities, of shape (n, 2), of examples that are numbers, of shape (n, 1)."""
        k = int(self.params[0][0, 0])
        train, val = (script[min(k, len(script) - 1)] for script in self.scripts)
        right = x % 10 < torch.where(x < 10, train, val) - 0.5
        sure = 0.4 * 0.6**k
        first = 0.5 - sure + 2 * sure * right
        return torch.cat([first, 1 - first], dim=1)

    def backward(self, y: Tensor, y_pred: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Return gradients that are always the same, of two matrices and of one row."""
        self.y = y
        matrices = [[3.0], [4.0]], [[2.0, 3.0], [6.0, 0.0]]
        return list(map(torch.tensor, matrices)), [torch.ones(1, 2)]

    def adam_update(self, lr: float, grads: object) -> None:
        """Count one update."""
        self._count(lr, 1)

    def sgd_update(self, lr: float, grads: object) -> None:
        """Count two updates."""
        self._count(lr, 2)

    def _count(self, lr: float, updates: int) -> None:
        self.lr = lr
        for parameter in self.params + self.bias:
            parameter.add_(updates)


class Bare:
    """An iterable of batches, and nothing more: no length."""

    def __init__(self, batches: Iterable[Batch]) -> None:
        self._batches = batches

    def __iter__(self) -> Iterator[Batch]:
        return iter(self._batches)


def scripted_batches(batch_size: int, first: int = 0) -> Batches:
    """Return a loader of the ten examples of `ScriptedModel`, from number 0 for `train`, 10 for `val`."""
    numbers = torch.arange(first, first + 10.0)[:, None]
    return Batches(numbers, torch.eye(2)[torch.zeros(10, dtype=torch.long)], batch_size=batch_size)


@torch.no_grad()
def fill(model: nn.Module) -> nn.Module:
    """Give a model weights that depend only on their shapes, and that keep the scale of the signal; return it."""
    for parameter in model.parameters():
        if parameter.dim() == 1:
            parameter.fill_(0.1)
        else:
            generator = torch.Generator().manual_seed(parameter.numel())
            parameter.normal_(0, (2 / parameter[0].numel()) ** 0.5, generator=generator)
    return model


def cut(x: Tensor, y: Tensor, size: int) -> list[Batch]:
    """Return examples as a list of batches of `size`, the last one smaller."""
    return list(zip(x.split(size), y.split(size), strict=True))


def learning(model: nn.Module) -> list[str]:
    """Return the names of the parameters that learn, those of `fc` aside."""
    return [name for name, p in model.named_parameters() if p.requires_grad and not name.startswith("fc.")]


def convolutions(model: nn.Module) -> list[list[int]]:
    """Return channels in, channels out, window, stride and padding of every convolution of a model, in order."""
    layers = [layer for layer in model.modules() if isinstance(layer, nn.Conv2d)]
    return [[one.in_channels, one.out_channels, one.kernel_size[0], one.stride[0], one.padding[0]] for one in layers]


@torch.no_grad()
def zeros_received(model: nn.Module, x: Tensor) -> list[float]:
    """Return the share of zeros in what each affine layer of a model receives."""
    shares = []

    def look(layer: nn.Module, received: tuple[Tensor]) -> None:
        shares.append((received[0] == 0).float().mean().item())

    hooks = [layer.register_forward_pre_hook(look) for layer in model.modules() if isinstance(layer, nn.Linear)]
    model(x)
    for hook in hooks:
        hook.remove()
    return shares


def make_sentence(words: Sequence[str], tags: Mapping[int, str]) -> list[object]:
    """Return a sentence as `read_conll` reads it; `tags` gives "VERB" or "NON-VERB" by place, from 0."""
    notes = {place: f"{tag}\t{tag}\tPOS={tag}|fPOS={tag}" for place, tag in tags.items()}
    blank = "_\t_\t_"
    rows = [f"{i + 1}\t{word}\t_\t{notes.get(i, blank)}\t-1\t_\t_\t_" for i, word in enumerate(words)]
    return read_conll("\n".join(rows) + "\n")[0]


def noisy_problem(seed: int) -> tuple[list[Batch], nn.Module]:
    """Return ten batches of eight of a problem of two classes that no model solves, and a small model for it."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(80, 4, generator=generator)
    y = (x[:, 0] + 0.5 * torch.randn(80, generator=generator) > 0).long()
    return cut(x, y, 8), fill(nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 2)))


class Snapshot(NamedTuple):
    """What a sweep must give back: tensors of model and optimizer, rates of the groups, modes of the layers."""

    tensors: list[Tensor]
    rates: list[float]
    modes: list[bool]


def snapshot(model: nn.Module, optimizer: torch.optim.Optimizer) -> Snapshot:
    """Return what a model and an optimizer are made of, copied."""
    states = optimizer.state_dict()["state"].values()
    memory = [value for state in states for value in state.values() if value is not None]
    tensors = [torch.as_tensor(value).clone().float() for value in [*model.state_dict().values(), *memory]]
    rates = [group["lr"] for group in optimizer.param_groups]
    return Snapshot(tensors, rates, [layer.training for layer in model.modules()])


def same(before: list[Tensor], after: list[Tensor]) -> bool:
    """Tell whether two lists of tensors are equal."""
    return len(before) == len(after) and all(map(torch.equal, before, after))


def sweep_of(
    find_lr: Callable[..., tuple[list[float], list[float]]], values: list[float]
) -> tuple[list[float], list[float], list[float]]:
    """Return the rates and the losses that a sweep keeps where the losses of the batches are these values.

    Then those of the losses that it went back from.
    """
    model, passed = nn.Linear(2, 2), []
    batches = [(torch.ones(3, 2), torch.full((3,), float(value))) for value in values]

    def loss_fn(logits: Tensor, labels: Tensor) -> Tensor:
        loss = 0 * logits.sum() + labels.mean()
        if loss.requires_grad:
            loss.register_hook(lambda _: passed.append(labels[0].item()))
        return loss

    lrs, losses = find_lr(model, loss_fn, torch.optim.SGD(model.parameters(), lr=0.1), batches, 1e-4, 1e-2)
    return lrs, losses, passed


class Lot(NamedTuple):
    """What a network was given in one pass."""

    size: int
    num_parameters: int
    learns: bool
    """Whether it was in training mode, with gradients."""


def watch_images(run: Callable[[], object]) -> tuple[object, list[Lot]]:
    """Call `run`; return its result, and what each network that has parameters was given: batches of images."""
    lots, inside = [], []

    def enter(module: nn.Module, inputs: tuple) -> None:
        is_images = bool(inputs) and torch.is_tensor(inputs[0]) and inputs[0].dim() == 4
        count = sum(one.numel() for one in module.parameters()) if is_images and not inside else 0
        if count:
            inside.append(module)
            lots.append(Lot(len(inputs[0]), count, module.training and torch.is_grad_enabled()))

    def leave(module: nn.Module, *_: object) -> None:
        if inside[-1:] == [module]:
            inside.pop()

    hooks = [
        nn.modules.module.register_module_forward_pre_hook(enter),
        nn.modules.module.register_module_forward_hook(leave, always_call=True),
    ]
    try:
        return run(), lots
    finally:
        for hook in hooks:
            hook.remove()


class Pass(NamedTuple):
    """What a recurrent network read, what it answered, and what it was then."""

    ids: Tensor
    """Numbers of words, of shape (n, steps)."""
    logits: Tensor
    """Of shape (n,)."""
    training: bool
    """Whether it was in training mode."""
    table: Tensor
    """A copy of its vectors of words, of shape (words, size)."""
    layer: nn.RNNBase
    weights: Tensor
    """A copy of the first parameter of its recurrent layer."""
    dropout: float


class Step(NamedTuple):
    """A step of an optimizer, and the pass that it learns from."""

    optimizer: str
    rates: set[float]
    bias_gradients: list[float]
    """Those of parameters of one number: the mean of σ(z) - y over a batch, where they are the bias of logits z."""
    learnt: Pass


def watch_reading(run: Callable[[], object]) -> tuple[object, list[Pass], list[Step]]:
    """Call `run`; return its result, every pass of a network of words, and every step.

    A pass goes through an embedding, a recurrent layer, a dropout and an affine layer, however they are called. A step
    learns from the last pass in training mode.
    """
    passes, steps, parts = [], [], {}

    def note(layer: nn.Module, args: tuple, kwargs: Mapping[str, object], output: object) -> None:
        if isinstance(layer, nn.Embedding):
            parts.update(
                ids=next(iter((*args, *kwargs.values()))).detach().clone(), table=layer.weight.detach().clone()
            )
            parts["training"] = layer.training
        elif isinstance(layer, nn.RNNBase):
            parts.update(layer=layer, weights=next(layer.parameters()).detach().clone())
        elif isinstance(layer, nn.Dropout):
            parts["dropout"] = layer.p
        elif isinstance(layer, nn.Linear) and len(parts) == len(Pass._fields) - 1:
            passes.append(Pass(logits=output.detach().flatten(), **parts))
            parts.clear()

    def note_step(optimizer: torch.optim.Optimizer, args: object, kwargs: object) -> None:
        groups = optimizer.param_groups
        of_one = [one.grad for group in groups for one in group["params"] if one.numel() == 1 and one.grad is not None]
        learnt = next((one for one in reversed(passes) if one.training), None)
        if learnt is not None:
            gradients = [gradient.item() for gradient in of_one]
            steps.append(Step(type(optimizer).__name__, {group["lr"] for group in groups}, gradients, learnt))

    hooks = [
        nn.modules.module.register_module_forward_hook(note, with_kwargs=True),
        register_optimizer_step_pre_hook(note_step),
    ]
    try:
        return run(), passes, steps
    finally:
        for hook in hooks:
            hook.remove()


class Training(NamedTuple):
    """What a run did to a network written by hand, and the score that it returned."""

    score: object
    widths: set[tuple[int, ...]]
    """Widths of the layers of every network that went back through a batch."""
    start: list[Tensor]
    """Parameters of the first of these networks."""
    end: list[Tensor]
    """Parameters of the last one."""
    batches: list[Tensor]
    """Every batch given by the loader that such a network went back through, in order."""
    updates: list[tuple[str, float]]
    """Name and rate of every update."""


def imposed(epochs: int, val: Batches) -> float:
    """Return the share of `val` that networks get right in `watch_training` after this many epochs: 1 is the best."""
    shares = 0.3, 0.8, 0.7, 0.6, 0.5, 0.4
    return round(shares[min(epochs, len(shares) - 1)] * val.num_examples) / val.num_examples


def watch_training(run: Callable[[], object], network: type, batches: Batches, val: Batches) -> Training:
    """Call `run`, which trains a network of this class on `batches`; tell what it did.

    Whatever the network has learnt, its answers on the examples of `val` are `imposed`: the first of them are right,
    as many as the epoch says. So the score tells which of them were read, and when.
    """
    labels = val.tensors[1]
    places = {row: place for place, row in enumerate(_rows(val.tensors[0]))}
    given, trained, networks, widths, updates, nested = set(), [], [], set(), [], []
    last: list[Tensor] = []
    kept = {name: getattr(network, name) for name in dir(network) if name.endswith("_update")}
    forward, backward, iterate = network.forward, network.backward, Batches.__iter__

    def read(self: Batches) -> Iterator[tuple[Tensor, ...]]:
        for batch in iterate(self):
            if self is batches:
                given.add(hash(b"".join(_rows(batch[0]))))
            yield batch

    def answer(self: object, x: Tensor, *args: object, **kwargs: object) -> Tensor:
        y_pred, last[:] = forward(self, x, *args, **kwargs), [x.clone()]
        asked = [places.get(row) for row in _rows(x)]
        if None in asked:
            return y_pred
        wrong = torch.tensor(asked) >= imposed(len(trained) // len(batches), val) * val.num_examples - 0.5
        classes = (labels[asked].argmax(1).cpu() + wrong.long()) % labels.shape[1]
        return (0.01 + 0.9 * torch.eye(labels.shape[1])[classes]).to(y_pred)

    def go_back(self: object, *args: object, **kwargs: object) -> object:
        numbers = [p.detach().clone() for p in [*self.params, *self.bias]]
        widths.add(tuple(len(W) for W in self.params))
        networks[1:] = [numbers]  # the first one, and the last
        if last and hash(b"".join(_rows(last[0]))) in given and not (trained and torch.equal(trained[-1], last[0])):
            trained.append(last[0])
        return backward(self, *args, **kwargs)

    def noted(name: str) -> Callable[..., object]:
        def update(self: object, lr: float, *args: object, **kwargs: object) -> object:
            if not nested:  # an update that calls another one is one update
                updates.append((name, lr))
            nested.append(name)
            try:
                return kept[name](self, lr, *args, **kwargs)
            finally:
                nested.pop()

        return update

    spies = {"forward": answer, "backward": go_back} | {name: noted(name) for name in kept}
    with patch.multiple(network, **spies), patch.object(Batches, "__iter__", read):
        score = run()
    start, end = (networks[0], networks[-1]) if networks else ([], [])
    return Training(score, widths, start, end, trained, updates)


def _rows(x: Tensor) -> list[bytes]:
    return [row.tobytes() for row in x.detach().float().cpu().numpy()]


class Lesson(NamedTuple):
    """A pass of a model in training mode, with gradients: the model, and each text it read, without its padding."""

    model: nn.Module
    texts: list[tuple[int, ...]]


def watch_lessons(run: Callable[[], object], kind: type[nn.Module]) -> tuple[object, list[Lesson], int]:
    """Call `run`; return its result, every training pass of models of a class, and the number of steps made.

    The first argument of these models is of shape (n, steps), and 0 is the number of the padding.
    """
    lessons, steps = [], []

    def note(model: nn.Module, args: tuple, kwargs: Mapping[str, object], output: object) -> None:
        if isinstance(model, kind) and model.training and torch.is_grad_enabled():
            ids = next(iter((*args, *kwargs.values())))
            lessons.append(Lesson(model, [tuple(filter(None, text)) for text in ids.tolist()]))

    hooks = [
        nn.modules.module.register_module_forward_hook(note, with_kwargs=True),
        register_optimizer_step_pre_hook(lambda *_: steps.append(1)),
    ]
    try:
        return run(), lessons, len(steps)
    finally:
        for hook in hooks:
            hook.remove()


def write_tiny_folder(root: str | Path, counts: Mapping[str, int]) -> Path:
    """Write, for each part, `counts[part]` images a class, each of a colour of its own; return the folder."""
    for place, (part, count) in enumerate(counts.items()):
        for label, name in enumerate(("cat", "fish")):
            folder = Path(root, part, name)
            folder.mkdir(parents=True)
            for i in range(count):
                Image.new("RGB", (4, 4), (50 * place, 100 * label, i)).save(folder / f"{i:02d}.png")
    return Path(root)


def colours(loader: object) -> list[list[list[int]]]:
    """Return the colour of every image of such a folder that a loader gives, batch by batch."""
    return [images[:, :, 0, 0].mul(255).round().int().tolist() for images, _ in loader]


class _Trap:
    """An object that makes a folder when pickle reads it: any other code could run as well."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.folder),)


def runs_code(load: Callable[[nn.Module, Path, torch.device], object]) -> bool:
    """Tell whether a function that reads weights runs the code that a file holds."""
    unsafe = {"TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1"}  # the default before PyTorch 2.6
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, unsafe):
        path, sprung = Path(folder, "trap.pt"), Path(folder, "sprung")
        torch.save(_Trap(sprung), path)
        with suppress(Exception):  # it is refused, or what it holds are no weights
            load(nn.Linear(1, 1), path, torch.device("cpu"))
        return sprung.exists()


def write_as_from_gpu(state: Mapping[str, Tensor], path: Path) -> None:
    """Write weights as if they came from a GPU that is not here."""
    torch.save(dict(state), path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            # The name of the device, after its length.
            archive.writestr(name, part.replace(b"\3\0\0\0cpu", b"\7\0\0\0cuda:99"))
