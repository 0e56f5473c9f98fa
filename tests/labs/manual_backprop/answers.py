"""Answers to the backpropagation lab: the mistakes that students make, and right answers in other styles.

A mistake costs its own question only. `forward` and `backward` build on ReLU and on the gradient of the output, so
their hidden blocks first put right versions of those in place; the other test cells hand over their inputs.
"""

from instructor.labs.answers import Answer

BACKWARD = """
    delta = {start}
    grads_W, grads_b = [], []
    for k in reversed(range(len(self.params))):
        grads_W.insert(0, {grad_W})
        grads_b.insert(0, {grad_b})
        if k > 0:
            delta = (delta @ {matrix}) * {mask}
    return grads_W, grads_b
"""


def backward(**parts: str) -> str:
    """Return the body of `backward` with some of its expressions replaced."""
    right = {
        "start": "softmax_cross_entropy_backward(y, y_pred)",
        "grad_W": "delta.T @ self.h[k]",
        "grad_b": "delta.sum(dim=0, keepdim=True)",
        "matrix": "self.params[k]",
        "mask": "relu_backward(self.a[k - 1])",
    }
    return BACKWARD.format(**right | parts)


ADAM = """
    grads_W, grads_b = grads
    {count}
    for parameter, gradient, m, v in zip(self.params + self.bias, grads_W + grads_b, self.m, self.v):
        m.copy_(0.9 * m + 0.1 * gradient)
        v.copy_(0.999 * v + 0.001 * gradient**2)
        parameter -= lr * {step}
"""

TRAIN = """
    if epoch > 0:
        for x, y in data_loader_train:
            grads = model.backward(y, model.forward(x))
            (model.sgd_update if sgd else model.adam_update)(lr, grads)
    {skip}
    for name, data_loader in (("train", data_loader_train), ("val", data_loader_val)):
        accuracy, loss = accuracy_and_loss_whole_dataset(data_loader, model)
        history[f"{{name}}_accuracy"].append(accuracy)
        history[f"{{name}}_loss"].append(loss)
    if {better}:
        best_model, best_accuracy = {copy}, accuracy
"""

WRONG = [
    Answer(
        "differences_instead_of_backpropagation",
        "Each parameter is moved, and the loss computed again.",
        loses={"test_backward": 4},
        blocks={
            "sol_backward": """
                if sum(map(torch.numel, self.params)) > 5000:
                    raise ValueError("trop de paramètres pour cette méthode")

                def loss():
                    h = self.h[0]
                    for W, b in zip(self.params[:-1], self.bias[:-1], strict=True):
                        h = (h @ W.T + b).clamp_min(0)
                    logits = h @ self.params[-1].T + self.bias[-1]
                    return (logits.exp().sum(dim=1).log() - (logits * y).sum(dim=1)).mean()

                grads = []
                for parameter in self.params + self.bias:
                    grad, flat = torch.zeros_like(parameter), parameter.view(-1)
                    for i in range(len(flat)):
                        kept = flat[i].item()
                        flat[i] = kept + 1e-5
                        above = loss()
                        flat[i] = kept - 1e-5
                        grad.view(-1)[i] = (above - loss()) / 2e-5
                        flat[i] = kept
                    grads.append(grad)
                return grads[: len(self.params)], grads[len(self.params) :]
            """
        },
    ),
    Answer(
        "relu_in_place",
        "ReLU overwrites its input, so that the pre-activations are lost.",
        loses={"test_relu": 1},
        blocks={
            "sol_relu": [
                """
                x[x < 0] = 0
                return x
                """,
                None,
            ]
        },
    ),
    Answer(
        "relu_derivative_is_the_value",
        "The derivative of ReLU is confused with ReLU.",
        loses={"test_relu": 1},
        blocks={"sol_relu": [None, "return x.clamp_min(0)"]},
    ),
    Answer(
        "relu_from_the_library",
        "ReLU is called in torch.nn, which is forbidden.",
        loses={"test_relu": 1},
        blocks={"sol_relu": ["return torch.nn.functional.relu(x)", None]},
    ),
    Answer(
        "no_division_by_the_batch_size",
        "The gradient of the sum of the losses instead of their mean.",
        loses={"test_output": 2},
        blocks={"sol_output": "return y_pred - y"},
    ),
    Answer(
        "parameters_with_requires_grad",
        "The parameters are made for autograd.",
        loses={"test_init": 1},
        blocks={
            "sol_init": """
                widths = [n_features] + [n_hidden_features] * n_hidden_layers + [n_classes]
                stds = [(2 / n_in) ** 0.5 if init == "he" else 0.01 for n_in in widths[:-1]]
                self.params = [
                    (std * torch.randn(n_out, n_in)).requires_grad_()
                    for std, (n_in, n_out) in zip(stds, pairwise(widths))
                ]
                self.bias = [torch.zeros(1, n_out, requires_grad=True) for n_out in widths[1:]]
            """
        },
    ),
    Answer(
        "variance_for_standard_deviation",
        "He initialisation scales by the variance, without its square root.",
        loses={"test_init": 1},
        blocks={
            "sol_init": """
                widths = [n_features] + [n_hidden_features] * n_hidden_layers + [n_classes]
                self.params = [
                    torch.randn(n_out, n_in) * (2 / n_in if init == "he" else 0.01) for n_in, n_out in pairwise(widths)
                ]
                self.bias = [torch.zeros(1, n_out) for n_out in widths[1:]]
            """
        },
    ),
    Answer(
        "activations_accumulate",
        "The lists a and h grow from call to call.",
        loses={"test_forward": 2},
        blocks={
            "sol_forward": """
                h = x
                for W, b in zip(self.params, self.bias):
                    self.h.append(h)
                    self.a.append(h @ W.T + b)
                    h = relu_forward(self.a[-1])
                return torch.softmax(self.a[-1], dim=1)
            """
        },
    ),
    Answer(
        "softmax_overflows",
        "The softmax does not subtract the maximum: large logits give NaN.",
        loses={"test_forward": 2},
        blocks={
            "sol_forward": """
                self.a, self.h = [], [x]
                for W, b in zip(self.params, self.bias):
                    self.a.append(self.h[-1] @ W.T + b)
                    self.h.append(relu_forward(self.a[-1]))
                self.h.pop()
                exp = self.a[-1].exp()
                return exp / exp.sum(dim=1, keepdim=True)
            """
        },
    ),
    Answer(
        "bias_averaged_weights_summed",
        "The gradient of the weights is summed over the batch while that of the bias is averaged.",
        loses={"test_backward": 4},
        blocks={"sol_backward": backward(grad_W="len(y) * delta.T @ self.h[k]")},
    ),
    Answer(
        "mask_of_another_layer",
        "The ReLU mask is taken from the pre-activation of the next layer.",
        loses={"test_backward": 4},
        blocks={"sol_backward": backward(mask="relu_backward(self.a[k] if k < len(self.a) - 1 else self.a[k - 1])")},
    ),
    Answer(
        "weights_of_another_layer",
        "The error goes back through the weights of the layer that receives it, not of the next one.",
        loses={"test_backward": 4},
        blocks={"sol_backward": backward(matrix="self.params[k if k == len(self.params) - 1 else k - 1]")},
    ),
    Answer(
        "gradient_transposed",
        "The gradient of the weights is (in, out).",
        loses={"test_backward": 4},
        blocks={"sol_backward": backward(grad_W="self.h[k].T @ delta")},
    ),
    Answer(
        "divided_twice",
        "The gradient of the bias is averaged although the error already holds the factor 1/n.",
        loses={"test_backward": 4},
        blocks={"sol_backward": backward(grad_b="delta.mean(dim=0, keepdim=True)")},
    ),
    Answer(
        "adam_bias_by_sgd",
        "Adam moves the weights, but the bias takes a plain gradient step.",
        loses={"test_updates": 2},
        blocks={
            "sol_updates": [
                None,
                """
                self.t += 1
                for k, (W, b) in enumerate(zip(self.params, self.bias)):
                    self.m[k] = 0.9 * self.m[k] + 0.1 * grads[0][k]
                    self.v[k] = 0.999 * self.v[k] + 0.001 * grads[0][k] ** 2
                    m, v = self.m[k] / (1 - 0.9**self.t), self.v[k] / (1 - 0.999**self.t)
                    W -= lr * m / (v.sqrt() + 1e-8)
                    b -= lr * grads[1][k]
                """,
            ]
        },
    ),
    Answer(
        "adam_without_correction",
        "Adam's moments are not corrected for their start at zero.",
        loses={"test_updates": 2},
        blocks={"sol_updates": [None, ADAM.format(count="", step="m / (v.sqrt() + 1e-8)")]},
    ),
    Answer(
        "adam_counter_stuck",
        "Adam's step counter never increases.",
        loses={"test_updates": 2},
        blocks={
            "sol_updates": [
                None,
                ADAM.format(count="t = 1", step="(m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + 1e-8)"),
            ]
        },
    ),
    Answer(
        "one_sided_differences",
        "Forward differences, whose error is of the order of the step.",
        loses={"test_gradient_check": 2},
        blocks={
            "sol_gradient_check": """
                gradient = torch.empty_like(x)
                for i in range(x.numel()):
                    step = torch.zeros_like(x)
                    step.view(-1)[i] = eps
                    gradient.view(-1)[i] = (f(x + step) - f(x)) / eps
                return gradient
            """
        },
    ),
    Answer(
        "autograd_on_the_model",
        "The model's own parameters are made to require a gradient.",
        loses={"test_autograd": 1},
        blocks={
            "sol_autograd": """
                parameters = [p.requires_grad_() for p in model.params + model.bias]
                cross_entropy(y, model.forward(x)).backward()
                grads = [p.grad for p in parameters]
                return grads[: len(model.params)], grads[len(model.params) :]
            """
        },
    ),
    Answer(
        "best_model_by_reference",
        "The best model is the model itself, which goes on learning.",
        loses={"test_depth": 2},
        blocks={"sol_depth": [TRAIN.format(skip="", better="accuracy > best_accuracy", copy="model"), None]},
    ),
    Answer(
        "last_model_returned",
        "The model of the last epoch is returned, whatever its accuracy.",
        loses={"test_depth": 2},
        blocks={"sol_depth": [TRAIN.format(skip="", better="True", copy="copy.deepcopy(model)"), None]},
    ),
    Answer(
        "initial_model_not_evaluated",
        "Epoch 0 is skipped instead of evaluated.",
        loses={"test_depth": 2},
        blocks={
            "sol_depth": [
                TRAIN.format(
                    skip="if epoch == 0:\n        continue",
                    better="accuracy > best_accuracy",
                    copy="copy.deepcopy(model)",
                ),
                None,
            ]
        },
    ),
    Answer(
        "norms_squared",
        "The sum of squares is not followed by a square root.",
        loses={"test_depth": 2},
        blocks={
            "sol_depth": [None, "return [(g**2).sum().item() for g in model.backward(y, model.forward(x))[0]]"],
        },
    ),
]

RIGHT = [
    Answer(
        "einsum",
        "Every product is an einsum, and the layers are visited from the last to the first by zip.",
        blocks={
            "sol_relu": ["return torch.where(x > 0, x, 0)", "return torch.where(x > 0, 1.0, 0.0).to(x.dtype)"],
            "sol_output": 'return torch.einsum("nc,->nc", y_pred - y, torch.tensor(1 / y.shape[0], dtype=y.dtype))',
            "sol_forward": """
                self.a, self.h = [], [x]
                for layer, (W, b) in enumerate(zip(self.params, self.bias)):
                    self.a.append(torch.einsum("ni,oi->no", self.h[layer], W) + b)
                    if layer < len(self.params) - 1:
                        self.h.append(relu_forward(self.a[layer]))
                logits = self.a[-1] - self.a[-1].amax(dim=1, keepdim=True)
                return logits.exp() / logits.exp().sum(dim=1, keepdim=True)
            """,
            "sol_backward": """
                deltas = [softmax_cross_entropy_backward(y, y_pred)]
                for W, a in zip(self.params[:0:-1], self.a[-2::-1]):
                    deltas.append(torch.einsum("no,oi,ni->ni", deltas[-1], W, relu_backward(a)))
                deltas.reverse()
                grads_W = [torch.einsum("no,ni->oi", delta, h) for delta, h in zip(deltas, self.h)]
                return grads_W, [torch.einsum("no->o", delta)[None] for delta in deltas]
            """,
            "sol_depth": [
                None,
                'return [torch.einsum("oi,oi->", g, g).sqrt().item() for g in model.backward(y, model.forward(x))[0]]',
            ],
        },
    ),
    Answer(
        "bias_inside_the_weights",
        "Each layer is one matrix [W b] applied to [h 1]; its gradient is cut into those of W and b.",
        blocks={
            "sol_init": """
                widths = [n_features, *[n_hidden_features] * n_hidden_layers, n_classes]
                tilde = []
                for n_in, n_out in pairwise(widths):
                    W = torch.empty(n_out, n_in + 1).normal_(0, {"he": (2 / n_in) ** 0.5, "small": 0.01}[init])
                    W[:, -1] = 0
                    tilde.append(W)
                self.params, self.bias = [W[:, :-1] for W in tilde], [W[:, -1:].T for W in tilde]
            """,
            "sol_forward": """
                self.a, self.h, h = [], [], x
                for W, b in zip(self.params, self.bias):
                    self.h.append(h)
                    h_tilde = torch.cat([h, torch.ones_like(h[:, :1])], dim=1)
                    self.a.append(h_tilde @ torch.cat([W, b.T], dim=1).T)
                    h = relu_forward(self.a[-1])
                return torch.softmax(self.a[-1], dim=1)
            """,
            "sol_backward": """
                grads, delta = [], softmax_cross_entropy_backward(y, y_pred)
                for k in range(len(self.params) - 1, -1, -1):
                    h_tilde = torch.cat([self.h[k], torch.ones_like(self.h[k][:, :1])], dim=1)
                    grads.append(delta.T @ h_tilde)
                    if k:
                        W_tilde = torch.cat([self.params[k], self.bias[k].T], dim=1)
                        delta = (delta @ W_tilde)[:, :-1] * (self.h[k] > 0)
                return [g[:, :-1] for g in grads[::-1]], [g[:, -1:].T for g in grads[::-1]]
            """,
        },
    ),
    Answer(
        "loops",
        "One example at a time, one element at a time, and new tensors instead of changes in place.",
        blocks={
            "sol_relu": [
                "return (x + x.abs()) / 2",
                """
                derivative = torch.zeros_like(x)
                derivative[x > 0] = 1
                return derivative
                """,
            ],
            "sol_output": "return torch.stack([p / len(y) - t / len(y) for t, p in zip(y, y_pred)])",
            "sol_backward": """
                grads_W, grads_b = [torch.zeros_like(W) for W in self.params], [torch.zeros_like(b) for b in self.bias]
                for i, delta in enumerate(softmax_cross_entropy_backward(y, y_pred)):
                    for k in reversed(range(len(self.params))):
                        grads_W[k] += torch.outer(delta, self.h[k][i])
                        grads_b[k][0] += delta
                        if k > 0:
                            delta = self.params[k].T @ delta * relu_backward(self.a[k - 1][i])
                return grads_W, grads_b
            """,
            "sol_updates": [
                """
                for k in range(len(self.params)):
                    self.params[k] = self.params[k] - lr * grads[0][k]
                    self.bias[k] = self.bias[k] - lr * grads[1][k]
                """,
                """
                self.t, n = self.t + 1, len(self.params)
                for k, g in enumerate([*grads[0], *grads[1]]):
                    self.m[k] = 0.9 * self.m[k] + (1 - 0.9) * g
                    self.v[k] = 0.999 * self.v[k] + (1 - 0.999) * g * g
                    step = self.m[k] / (1 - 0.9**self.t) / ((self.v[k] / (1 - 0.999**self.t)) ** 0.5 + 1e-8)
                    if k < n:
                        self.params[k] = self.params[k] - lr * step
                    else:
                        self.bias[k - n] = self.bias[k - n] - lr * step
                """,
            ],
            "sol_gradient_check": """
                gradient, t = [], x.clone()
                for i in range(t.numel()):
                    value = x.flatten()[i].item()
                    t.view(-1)[i] = value + eps
                    above = float(f(t))
                    t.view(-1)[i] = value - eps
                    gradient.append((above - float(f(t))) / (2 * eps))
                    t.view(-1)[i] = value
                return torch.tensor(gradient, dtype=x.dtype).reshape(x.shape)
            """,
        },
    ),
    Answer(
        "autograd_by_a_torch_network",
        "The gradients of a torch.nn twin; the best model is rebuilt from copies of its parameters.",
        blocks={
            "sol_autograd": """
                layers = []
                for W, b in zip(model.params, model.bias):
                    linear = torch.nn.Linear(W.shape[1], W.shape[0], dtype=W.dtype, device=W.device)
                    with torch.no_grad():
                        linear.weight.copy_(W)
                        linear.bias.copy_(b.flatten())
                    layers += [linear, torch.nn.ReLU()]
                logits = torch.nn.Sequential(*layers[:-1])(x)
                torch.nn.CrossEntropyLoss()(logits, y.argmax(dim=1)).backward()
                linears = layers[::2]
                return [linear.weight.grad for linear in linears], [linear.bias.grad[None] for linear in linears]
            """,
            "sol_depth": [
                TRAIN.format(
                    skip="",
                    better="best_model is None or accuracy > best_accuracy",
                    copy="MLPModel.from_params(model.params, model.bias)",
                ),
                None,
            ],
        },
    ),
]

ANSWERS = WRONG + RIGHT
