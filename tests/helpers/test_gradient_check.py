import numpy as np
import pytest

torch = pytest.importorskip("torch")

from helpers.gradient_check import central_differences, compare_gradients, reference_pass  # noqa: E402

NUM_EXAMPLES = 5


@pytest.fixture
def network():
    """Return (params, bias), (x, y) and the exact gradients of a network whose layers all have four neurons."""
    rng = np.random.default_rng(0)
    params = [torch.from_numpy(rng.normal(size=(4, 4))) for _ in range(3)]
    bias = [torch.from_numpy(rng.normal(size=(1, 4))) for _ in range(3)]
    x = torch.from_numpy(rng.normal(size=(NUM_EXAMPLES, 4)))
    y = torch.eye(4, dtype=torch.float64)[rng.integers(4, size=NUM_EXAMPLES)]
    leaves = [tensor.clone().requires_grad_() for tensor in params + bias]
    loss = torch.nn.functional.cross_entropy(reference_pass(leaves[:3], leaves[3:], x)[0][-1], y)
    grads = torch.autograd.grad(loss, leaves)
    return (params, bias), (x, y), (list(grads[:3]), list(grads[3:]))


def test_right_gradients_pass_with_a_tiny_error_for_every_layer(network):
    errors, diagnosis = compare_gradients(*network)
    assert diagnosis == ""
    assert set(errors) == {"W_1", "b_1", "W_2", "b_2", "W_3", "b_3"}
    assert max(errors.values()) < 1e-7


def test_the_parameters_are_put_back(network):
    before = [tensor.clone() for tensors in network[0] for tensor in tensors]
    compare_gradients(*network)
    assert all(map(torch.equal, before, [tensor for tensors in network[0] for tensor in tensors]))


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (lambda g: g.T, "il est transposé"),
        (lambda g: NUM_EXAMPLES * g, "il est sommé sur les 5 exemples"),
        (lambda g: g / NUM_EXAMPLES, "une fois de trop par le nombre d'exemples"),
        (lambda g: -g, "son signe est inversé"),
        (lambda g: 2.5 * g, "il vaut 2,5 fois"),
        (lambda g: g[:, :3], "sa forme est (4, 3)"),
        (lambda g: g * float("nan"), "NaN"),
        (lambda g: g + 1, "le gradient de b_2 est juste"),
    ],
)
def test_a_usual_mistake_is_named_with_its_layer(network, change, cause):
    parameters, batch, (grads_W, grads_b) = network
    grads_W[1] = change(grads_W[1])
    errors, diagnosis = compare_gradients(parameters, batch, (grads_W, grads_b))
    assert "Gradient de W_2" in diagnosis
    assert cause in diagnosis
    assert [name for name, error in errors.items() if not error < 1e-5] == ["W_2"]


def test_a_transposed_rectangle_is_recognised_by_its_shape(network):
    parameters, batch, (grads_W, grads_b) = network
    _, diagnosis = compare_gradients(parameters, batch, (grads_W, [grads_b[0].T, *grads_b[1:]]))
    assert "Gradient de b_1" in diagnosis
    assert "il est transposé, de forme (4, 1) au lieu de (1, 4)" in diagnosis


def test_the_wrong_layer_nearest_to_the_output_comes_first(network):
    parameters, batch, (grads_W, grads_b) = network
    wrong = [gradient + 1 for gradient in grads_W[:2]] + grads_W[2:]
    _, diagnosis = compare_gradients(parameters, batch, (wrong, [grads_b[0] + 1, grads_b[1] + 1, grads_b[2]]))
    assert diagnosis.startswith("Gradient de W_2")
    assert "masque de ReLU vient-il bien de a_2" in diagnosis


def test_reference_pass_keeps_the_input_and_the_pre_activation_of_every_layer(network):
    (params, bias), (x, _), _ = network
    pre_activations, inputs, probabilities = reference_pass(params, bias, x)
    assert inputs[0] is x
    assert torch.allclose(pre_activations[1], inputs[1] @ params[1].T + bias[1])
    assert torch.equal(inputs[2], pre_activations[1].clamp_min(0))
    assert torch.allclose(probabilities.sum(dim=1), torch.ones(NUM_EXAMPLES, dtype=torch.float64))


def test_central_differences_are_exact_for_a_parabola():
    point = torch.tensor([[1.0, -2.0]], dtype=torch.float64)
    gradient = central_differences(lambda: 3 + (point**2).sum(), point, step=0.5)
    assert torch.allclose(gradient, torch.tensor([[2.0, -4.0]], dtype=torch.float64))
