"""Small models that note how they are called, or that refuse what was not moved to where they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

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
