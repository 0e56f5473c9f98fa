"""Compare gradients written by hand with central differences, and say which layer is wrong and the usual cause.

The differences are taken in float64: truncation and rounding then leave a relative error around 1e-9, far below that
of any mistake in a formula.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from helpers.french import format_scientific, format_short

if TYPE_CHECKING:
    import torch

TOLERANCE = 1e-5
# A shorter step loses digits in the subtraction, a longer one bends: near the cube root of float64's precision both are
# small.
STEP = 1e-6


def reference_pass(
    params: Sequence[torch.Tensor], bias: Sequence[torch.Tensor], x: torch.Tensor
) -> tuple[list[torch.Tensor], list[torch.Tensor], torch.Tensor]:
    """Run a ReLU network with softmax output, to check a backward pass even where the student's forward pass is wrong.

    Parameters
    ----------
    params, bias
        One matrix (out, in) and one row (1, out) a layer.
    x
        Inputs, shape (n, in).

    Returns
    -------
    The pre-activations of every layer, (n, out) each; the inputs of every layer, (n, in) each; the probabilities.
    """
    import torch
    from torch.nn import functional as F

    pre_activations, inputs = [], [x]
    for weight, row in zip(params, bias, strict=True):
        pre_activations.append(F.linear(inputs[-1], weight, row.flatten()))
        inputs.append(F.relu(pre_activations[-1]))
    return pre_activations, inputs[:-1], torch.softmax(pre_activations[-1], dim=1)


def compare_gradients(
    network: tuple[Sequence[torch.Tensor], Sequence[torch.Tensor]],
    batch: tuple[torch.Tensor, torch.Tensor],
    grads: tuple[Sequence[torch.Tensor], Sequence[torch.Tensor]],
) -> tuple[dict[str, float], str]:
    """Compare the gradients of the mean cross-entropy of a ReLU network, softmax output, with central differences.

    Parameters
    ----------
    network
        The parameters (params, bias), as for `reference_pass`, in float64.
    batch
        The inputs, shape (n, in), and the one-hot labels, shape (n, classes).
    grads
        Gradients to check: (grads_W, grads_b), each in the order of the layers.

    Returns
    -------
    errors
        The relative error of each gradient by name (``"W_1"``, ``"b_1"``…): its largest gap to the central difference,
        over the largest element of the central difference.
    diagnosis
        Empty when every error is below 1e-5. Else, in French, the wrong layer nearest to the output, since those before
        it inherit its error, and the usual cause.
    """
    import torch

    (params, bias), (x, y), (grads_W, grads_b) = network, batch, grads

    def loss() -> torch.Tensor:
        return -(y * torch.log_softmax(reference_pass(params, bias, x)[0][-1], dim=1)).sum(dim=1).mean()

    errors, causes = {}, {}
    for layer in reversed(range(len(params))):
        for letter, tensor, gradient in (("W", params[layer], grads_W[layer]), ("b", bias[layer], grads_b[layer])):
            key, expected = f"{letter}_{layer + 1}", central_differences(loss, tensor)
            errors[key] = relative_error(gradient, expected)
            # Not `>=`: a NaN must count as wrong.
            if not errors[key] < TOLERANCE:
                causes[key] = _simple_cause(gradient, expected, len(x))
    return dict(reversed(errors.items())), _diagnosis(errors, causes, len(params)) if causes else ""


def central_differences(loss: Callable[[], torch.Tensor], tensor: torch.Tensor, step: float = STEP) -> torch.Tensor:
    """Return (loss(t + step) - loss(t - step)) / (2 step) for every element t of a tensor that `loss` reads."""
    import torch

    differences = torch.empty_like(tensor)
    for index in range(tensor.numel()):
        element = tensor.view(-1)[index]  # a view: filling it changes the tensor that `loss` reads
        value = element.item()
        element.fill_(value + step)
        above = loss().item()
        element.fill_(value - step)
        below = loss().item()
        element.fill_(value)
        differences.view(-1)[index] = (above - below) / (2 * step)
    return differences


def relative_error(gradient: torch.Tensor, expected: torch.Tensor) -> float:
    """Return max |gradient - expected| / max |expected|; infinite where the shapes differ."""
    if gradient.shape != expected.shape:
        return float("inf")
    return ((gradient - expected).abs().max() / expected.abs().max()).item()


def _diagnosis(errors: dict[str, float], causes: dict[str, str | None], num_layers: int) -> str:
    first = next(iter(causes))
    layer = int(first[2:])
    cause = causes[first] or _cause_by_layer(layer, num_layers, causes)
    names = sorted(errors, key=lambda name: (int(name[2:]), name))
    written = {name: format_scientific(errors[name], 0) for name in names}
    tolerance = format_scientific(TOLERANCE, 0)
    lines = [
        f"Gradient de {first} : erreur relative {written[first]}, on attend moins de {tolerance}.",
        f"Cause fréquente : {cause}",
        f"Erreur par couche : {' · '.join(f'{name} {error}' for name, error in written.items())}.",
    ]
    if layer > 1:
        lines.append("Corrigez d'abord cette couche : celles d'avant peuvent hériter de son erreur.")
    return "\n".join(lines)


def _simple_cause(gradient: torch.Tensor, expected: torch.Tensor, num_examples: int) -> str | None:
    """Recognise a gradient that is right but for its shape or a factor."""
    if gradient.shape != expected.shape:
        if gradient.shape == expected.T.shape:
            return f"il est transposé, de forme {tuple(gradient.shape)} au lieu de {tuple(expected.shape)}."
        return f"sa forme est {tuple(gradient.shape)} ; celle du paramètre est {tuple(expected.shape)}."
    if not gradient.isfinite().all():
        return "il contient des NaN ou des infinis."
    if len(set(expected.shape)) == 1 and relative_error(gradient.T, expected) < TOLERANCE:
        return "il est transposé : la ligne est le neurone de sortie, la colonne celui d'entrée."
    # The least-squares factor between the two.
    factor = ((gradient * expected).sum() / expected.square().sum()).item()
    if factor == 0 or relative_error(gradient / factor, expected) > TOLERANCE:
        return None
    if abs(factor - num_examples) < TOLERANCE:
        return f"il est sommé sur les {num_examples} exemples au lieu d'être moyenné."
    if abs(factor * num_examples - 1) < TOLERANCE:
        return f"il est divisé une fois de trop par le nombre d'exemples, {num_examples}."
    if abs(factor + 1) < TOLERANCE:
        return "son signe est inversé."
    return f"il vaut {format_short(factor, 3)} fois le bon gradient."


def _cause_by_layer(layer: int, num_layers: int, causes: dict[str, str | None]) -> str:
    """Say what is worth a look when only the place of the mistake is known."""
    both = f"W_{layer}" in causes and f"b_{layer}" in causes
    if f"W_{layer}" in causes and not both:
        return (
            f"le gradient de b_{layer} est juste, donc l'erreur δ aussi : c'est h qui n'est pas l'entrée de la couche."
        )
    if not both:
        return f"le gradient de W_{layer} est juste : c'est la somme de δ sur les exemples qui manque pour le biais."
    if layer == num_layers:
        return "l'erreur δ de la couche de sortie est fausse."
    return (
        f"l'erreur δ de la couche {layer} est fausse alors que celle de la couche {layer + 1} est juste. Le masque de "
        f"ReLU vient-il bien de a_{layer}, et la matrice qui propage l'erreur est-elle bien W_{layer + 1} ?"
    )
