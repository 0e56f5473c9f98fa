"""Answers to the backpropagation lab: the mistakes that students make, and right answers in other styles."""

import textwrap

from instructor.labs.answers import Answer

GRADIENTS = ["biases", "hidden_weights", "inputs_kept", "no_hidden_layer", "nothing_else_read"]
GRADIENTS += ["one_example", "output_weights"]
FORWARD = ["large_logits", "last_batch_only", "layer_inputs", "no_hidden_layer", "pre_activations", "probabilities"]
ADAM = ["adam_averages", "adam_biases", "adam_correction", "adam_epsilon", "adam_grads_kept"]
SGD = ["sgd_biases", "sgd_grads_kept", "sgd_weights"]
NUMERICAL = ["centered", "dtype_kept", "every_shape", "float_function", "layer_of_a_network", "point_kept"]


def backward(**parts: str) -> str:
    """Return the body of `backward` with some of its expressions replaced."""
    right = {
        "start": "softmax_cross_entropy_backward(y, y_pred)",
        "before": "delta",
        "grad_W": "delta.T @ self.h[k]",
        "grad_b": "delta.sum(dim=0, keepdim=True)",
        "matrix": "self.params[k]",
        "mask": "relu_backward(self.a[k - 1])",
    }
    return """
        delta = {start}
        grads_W, grads_b = [], []
        for k in reversed(range(len(self.params))):
            grads_W.insert(0, {grad_W})
            grads_b.insert(0, {grad_b})
            if k > 0:
                delta = ({before} @ {matrix}) * {mask}
        return grads_W, grads_b
    """.format(**right | parts)


def adam(**parts: str) -> str:
    """Return the body of `adam_update` with some of its expressions replaced."""
    right = {
        "before": "self.t += 1",
        "m": "0.9 * m + 0.1 * gradient",
        "v": "0.999 * v + 0.001 * gradient**2",
        "step": "(m / (1 - 0.9**self.t)) / ((v / (1 - 0.999**self.t)).sqrt() + 1e-8)",
        "over": "zip(self.params + self.bias, grads_W + grads_b, self.m, self.v)",
        "after": "",
    }
    return """
        grads_W, grads_b = grads
        {before}
        for parameter, gradient, m, v in {over}:
            m.copy_({m})
            v.copy_({v})
            parameter -= lr * {step}
        {after}
    """.format(**right | parts)


def initial(**parts: str) -> str:
    """Return the body of `MLPModel.__init__` with some of its expressions replaced."""
    right = {
        "std": '(2 / n_in) ** 0.5 if init == "he" else 0.01',
        "weights": "std * torch.randn(n_out, n_in)",
        "bias": "torch.zeros(1, n_out)",
        "before": "",
        "after": "",
    }
    return """
        {before}
        widths = [n_features] + [n_hidden_features] * n_hidden_layers + [n_classes]
        self.params, self.bias = [], []
        for n_in, n_out in pairwise(widths):
            std = {std}
            self.params.append({weights})
            self.bias.append({bias})
        {after}
    """.format(**right | parts)


def forward(**parts: str) -> str:
    """Return the body of `forward` with some of its expressions replaced."""
    right = {
        "lists": "self.a, self.h = [], []",
        "linear": "h @ W.T + b",
        "a": "a",
        "h": "h",
        "after": "",
        "probabilities": "torch.softmax(a, dim=1)",
    }
    return """
        {lists}
        h = x
        for W, b in zip(self.params, self.bias):
            a = {linear}
            self.a.append({a})
            self.h.append({h})
            h = relu_forward(a)
        {after}
        return {probabilities}
    """.format(**right | parts)


def numerical(**parts: str) -> str:
    """Return the body of `numerical_gradient` with some of its expressions replaced."""
    right = {
        "point": "x.clone()",
        "above": "f(t)",
        "below": "f(t)",
        "down": "value - eps",
        "difference": "(above - below) / (2 * eps)",
        "restore": "t.view(-1)[i] = value",
        "result": "gradient",
    }
    return """
        gradient, t = torch.zeros_like(x), {point}
        for i in range(x.numel()):
            value = t.view(-1)[i].item()
            t.view(-1)[i] = value + eps
            above = {above}
            t.view(-1)[i] = {down}
            below = {below}
            {restore}
            gradient.view(-1)[i] = {difference}
        return {result}
    """.format(**right | parts)


def training(**parts: str) -> str:
    """Return the body of the loop of `train` with some of its expressions replaced."""
    right = {
        "when": "epoch > 0",
        "batches": "data_loader_train",
        "update": "(model.sgd_update if sgd else model.adam_update)(lr, grads)",
        "skip": "",
        "pairs": '(("train", data_loader_train), ("val", data_loader_val))',
        "evaluate": "accuracy_and_loss_whole_dataset(data_loader, model)",
        "score": 'history["val_accuracy"][-1]',
        "better": "score > best_accuracy",
        "copy": "copy.deepcopy(model)",
        "kept": "score",
    }
    return """
        if {when}:
            for x, y in {batches}:
                grads = model.backward(y, model.forward(x))
                {update}
        {skip}
        for name, data_loader in {pairs}:
            accuracy, loss = {evaluate}
            history[f"{{name}}_accuracy"].append(accuracy)
            history[f"{{name}}_loss"].append(loss)
        score = {score}
        if {better}:
            best_model, best_accuracy = {copy}, {kept}
    """.format(**right | parts)


def batch_shapes(**parts: str) -> str:
    """Return the body of `batch_shapes` with some of its shapes replaced."""
    right = {"delta": "(n, n_out)", "W": "(n_out, n_in)", "b": "(1, n_out)", "before": "(n, n_in)"} | parts
    keys = {"delta": "delta", "W": "grad_W", "b": "grad_b", "before": "delta_before"}
    pairs = ", ".join(f'"{keys[part]}": {shape}' for part, shape in right.items())
    return f"n_in, n_out = widths[layer - 1], widths[layer]\nreturn {{{pairs}}}"


WRONG_SHAPES = [
    Answer(
        "shapes_of_one_example",
        "The errors are rows, as if the batch were one example.",
        loses={"test_shapes": ["shapes_of_errors"]},
        blocks={"sol_shapes": batch_shapes(delta="(1, n_out)", before="(1, n_in)")},
    ),
    Answer(
        "error_before_as_wide_as_its_layer",
        "The error that goes back keeps the width of the layer that it leaves.",
        loses={"test_shapes": ["shapes_of_errors"]},
        blocks={"sol_shapes": batch_shapes(before="(n, n_out)")},
    ),
    Answer(
        "shape_of_the_weights_transposed",
        "The gradient of the weights is (in, out).",
        loses={"test_shapes": ["shapes_of_gradients"]},
        blocks={"sol_shapes": batch_shapes(W="(n_in, n_out)")},
    ),
    Answer(
        "a_gradient_of_the_bias_for_each_example",
        "The gradient of the bias is not summed over the batch.",
        loses={"test_shapes": ["shapes_of_gradients"]},
        blocks={"sol_shapes": batch_shapes(b="(n, n_out)")},
    ),
    Answer(
        "shapes_of_one_layer_only",
        "The widths are those of layer 2, whatever layer is asked.",
        loses={"test_shapes": ["shapes_of_errors", "shapes_of_gradients"]},
        blocks={"sol_shapes": batch_shapes().replace("widths[layer - 1], widths[layer]", "widths[1], widths[2]")},
    ),
]

WRONG_RELU = [
    Answer(
        "relu_is_the_absolute_value",
        "Negative numbers change sign instead of becoming 0.",
        loses={"test_relu": ["forward_values"]},
        blocks={"sol_relu": ["return x.abs()", None]},
    ),
    Answer(
        "relu_in_place",
        "ReLU overwrites its input, so that the pre-activations are lost.",
        loses={"test_relu": ["input_kept"]},
        blocks={"sol_relu": ["x[x < 0] = 0\nreturn x", None]},
    ),
    Answer(
        "relu_gives_back_what_is_positive",
        "Where nothing is negative, ReLU returns its input itself.",
        loses={"test_relu": ["input_kept"]},
        blocks={"sol_relu": ["return x if x.min() >= 0 else x.clamp_min(0)", None]},
    ),
    Answer(
        "relu_derivative_is_the_value",
        "The derivative of ReLU is confused with ReLU.",
        loses={"test_relu": ["derivative"]},
        blocks={"sol_relu": [None, "return x.clamp_min(0)"]},
    ),
    Answer(
        "relu_derivative_is_one_at_zero",
        "The derivative at 0 is 1, against the convention.",
        loses={"test_relu": ["at_zero"]},
        blocks={"sol_relu": [None, "return (x >= 0).to(x.dtype)"]},
    ),
    Answer(
        "relu_derivative_in_float32",
        "The derivative is float32 whatever the dtype of x.",
        loses={"test_relu": ["dtypes"]},
        blocks={"sol_relu": [None, "return (x > 0).float()"]},
    ),
    Answer(
        "relu_derivative_is_boolean",
        "The derivative is a mask of booleans.",
        loses={"test_relu": ["dtypes", "input_kept"]},
        blocks={"sol_relu": [None, "return x > 0"]},
    ),
    Answer(
        "relu_from_the_library",
        "ReLU is called in torch.nn, which is forbidden; its derivative is the student's.",
        loses={"test_relu": ["forward_values"]},
        blocks={"sol_relu": ["return torch.nn.functional.relu(x)", None]},
    ),
    Answer(
        "relu_derivative_by_autograd",
        "PyTorch derives ReLU.",
        loses={"test_relu": ["derivative"]},
        blocks={
            "sol_relu": [
                None,
                """
                t = x.clone().requires_grad_()
                torch.relu(t).sum().backward()
                return t.grad
                """,
            ]
        },
    ),
    Answer(
        "relu_of_usual_sizes_only",
        "ReLU is bounded by 6, and its derivative is 0 for the smallest positive numbers.",
        loses={"test_relu": ["derivative", "forward_values"]},
        blocks={"sol_relu": ["return x.clamp(0, 6)", "return (x > 1e-3).to(x.dtype)"]},
    ),
]

WRONG_OUTPUT = [
    Answer(
        "output_sign",
        "The gradient points the other way.",
        loses={"test_output": ["direction"]},
        blocks={"sol_output": "return (y - y_pred) / len(y)"},
    ),
    Answer(
        "no_division_by_the_batch_size",
        "The gradient of the sum of the losses instead of their mean.",
        loses={"test_output": ["scale"]},
        blocks={"sol_output": "return y_pred - y"},
    ),
    Answer(
        "mean_over_the_classes_too",
        "The error is divided by the number of its elements.",
        loses={"test_output": ["scale"]},
        blocks={"sol_output": "return (y_pred - y) / y.numel()"},
    ),
    Answer(
        "derivative_of_the_logarithm_only",
        "The derivative with respect to the probabilities, without the softmax.",
        loses={"test_output": ["direction", "scale"]},
        blocks={"sol_output": "return -y / y_pred / len(y)"},
    ),
    Answer(
        "output_in_place",
        "The probabilities are overwritten.",
        loses={"test_output": ["inputs_kept"]},
        blocks={"sol_output": "y_pred -= y\nreturn y_pred / len(y)"},
    ),
    Answer(
        "labels_in_place",
        "The labels are overwritten.",
        loses={"test_output": ["inputs_kept"]},
        blocks={"sol_output": "y -= y_pred\nreturn -y / len(y)"},
    ),
    Answer(
        "output_in_float32",
        "The gradient is float32 whatever the dtype of the probabilities.",
        loses={"test_output": ["inputs_kept"]},
        blocks={"sol_output": "return ((y_pred - y) / len(y)).float()"},
    ),
    Answer(
        "output_by_autograd",
        "The loss is derived by PyTorch from logits that give these probabilities.",
        loses={"test_output": ["direction", "scale"]},
        blocks={
            "sol_output": """
                logits = y_pred.log().requires_grad_()
                loss = -(y * torch.log_softmax(logits, dim=1)).sum(dim=1).mean()
                return torch.autograd.grad(loss, logits)[0]
            """
        },
    ),
    Answer(
        "output_through_the_probabilities",
        "The chain rule divides by the probabilities: one that is 0 gives NaN.",
        loses={"test_output": ["direction"]},
        blocks={
            "sol_output": """
                slope = -y / y_pred / len(y)
                return y_pred * (slope - (slope * y_pred).sum(dim=1, keepdim=True))
            """
        },
    ),
]

WRONG_INIT = [
    Answer(
        "weights_transposed",
        "The matrices are (in, out).",
        loses={"test_init": ["shapes"]},
        blocks={"sol_init": initial(weights="std * torch.randn(n_in, n_out)")},
    ),
    Answer(
        "bias_without_its_row",
        "The biases are vectors, not rows.",
        loses={"test_init": ["bias_zero", "shapes"]},
        blocks={"sol_init": initial(bias="torch.zeros(n_out)")},
    ),
    Answer(
        "hidden_layer_even_when_none_is_asked",
        "Without a hidden layer there still is one.",
        loses={"test_init": ["bias_zero", "plain_tensors", "shapes"]},
        blocks={"sol_init": initial(before="n_hidden_layers = max(1, n_hidden_layers)")},
    ),
    Answer(
        "variance_for_standard_deviation",
        "He initialisation scales by the variance, without its square root.",
        loses={"test_init": ["he_weights"]},
        blocks={"sol_init": initial(std='2 / n_in if init == "he" else 0.01')},
    ),
    Answer(
        "fan_out_for_fan_in",
        "The variance of He depends on the width of the output.",
        loses={"test_init": ["he_weights"]},
        blocks={"sol_init": initial(std='(2 / n_out) ** 0.5 if init == "he" else 0.01')},
    ),
    Answer(
        "glorot_for_he",
        "The variance is that of Glorot.",
        loses={"test_init": ["he_weights"]},
        blocks={"sol_init": initial(std='(2 / (n_in + n_out)) ** 0.5 if init == "he" else 0.01')},
    ),
    Answer(
        "weights_of_two_values",
        "The weights are the standard deviation with a random sign.",
        loses={"test_init": ["he_weights", "small_weights"]},
        blocks={"sol_init": initial(weights="std * (2 * torch.randint(2, (n_out, n_in)) - 1)")},
    ),
    Answer(
        "uniform_weights",
        "The law is uniform, of the right variance.",
        loses={"test_init": ["he_weights", "small_weights"]},
        blocks={"sol_init": initial(weights="std * 3**0.5 * (2 * torch.rand(n_out, n_in) - 1)")},
    ),
    Answer(
        "small_for_the_variance",
        "0.01 is taken for the variance.",
        loses={"test_init": ["small_weights"]},
        blocks={"sol_init": initial(std='(2 / n_in if init == "he" else 0.01) ** 0.5')},
    ),
    Answer(
        "small_never_used",
        "The argument init is ignored.",
        loses={"test_init": ["small_weights"]},
        blocks={"sol_init": initial(std="(2 / n_in) ** 0.5")},
    ),
    Answer(
        "seed_in_the_model",
        "The model sets the seed, so that all models start from the same weights.",
        loses={"test_init": ["own_draws"]},
        blocks={"sol_init": initial(before="torch.manual_seed(0)")},
    ),
    *(
        Answer(
            f"weights_drawn_by_{name}",
            "The weights come from NumPy, which `torch.manual_seed` does not seed.",
            loses={"test_init": ["own_draws"]},
            blocks={"sol_init": initial(weights=f"torch.from_numpy(std * {draw}).float()")},
        )
        for name, draw in (
            ("numpy", "np.random.randn(n_out, n_in)"),
            ("a_generator_without_a_seed", "np.random.default_rng().normal(size=(n_out, n_in))"),
        )
    ),
    Answer(
        "one_matrix_for_all_hidden_layers",
        "The hidden layers share one matrix.",
        loses={"test_init": ["own_draws"]},
        blocks={
            "sol_init": initial(after="self.params[2:-1] = self.params[1:2] * len(self.params[2:-1])"),
        },
    ),
    Answer(
        "random_bias",
        "The biases are drawn too.",
        loses={"test_init": ["bias_zero"]},
        blocks={"sol_init": initial(bias="0.01 * torch.randn(1, n_out)")},
    ),
    Answer(
        "parameters_with_requires_grad",
        "The parameters are made for autograd.",
        loses={"test_init": ["plain_tensors"]},
        blocks={
            "sol_init": initial(
                weights="(std * torch.randn(n_out, n_in)).requires_grad_()",
                bias="torch.zeros(1, n_out, requires_grad=True)",
            )
        },
    ),
    Answer(
        "weights_in_float64",
        "NumPy draws the weights, in its own dtype.",
        loses={"test_init": ["plain_tensors"]},
        blocks={"sol_init": initial(weights="std * torch.randn(n_out, n_in, dtype=torch.float64)")},
    ),
    Answer(
        "init_from_the_library",
        "The weights are those of torch.nn.init.",
        loses={"test_init": ["he_weights", "small_weights"]},
        blocks={
            "sol_init": initial(
                weights="torch.nn.init.kaiming_normal_(torch.empty(n_out, n_in), nonlinearity='relu') "
                'if init == "he" else torch.nn.init.normal_(torch.empty(n_out, n_in), std=0.01)'
            )
        },
    ),
    Answer(
        "one_bias_for_all_hidden_layers",
        "The biases of the hidden layers are one tensor.",
        loses={"test_init": ["bias_zero"]},
        blocks={"sol_init": initial(after="self.bias[:-1] = self.bias[:1] * len(self.bias[:-1])")},
    ),
    Answer(
        "hidden_width_for_the_input_of_a_lone_layer",
        "Without a hidden layer, the output layer is drawn for the width of the hidden ones.",
        loses={"test_init": ["he_weights"]},
        blocks={
            "sol_init": initial(
                after="""
        if init == "he" and not n_hidden_layers:
            self.params = [torch.randn(n_classes, n_features) * (2 / n_hidden_features) ** 0.5]
        """
            )
        },
    ),
    Answer(
        "bias_expanded_from_one_zero",
        "A bias is one number, seen several times: it cannot be changed in place.",
        loses={"test_init": ["bias_zero"]},
        blocks={"sol_init": initial(bias="torch.zeros(1, 1).expand(1, n_out)")},
    ),
]

WRONG_FORWARD = [
    Answer(
        "softmax_of_the_relu",
        "ReLU is applied to the logits too.",
        loses={"test_forward": ["probabilities"]},
        blocks={"sol_forward": forward(probabilities="torch.softmax(h, dim=1)")},
    ),
    Answer(
        "softmax_over_the_examples",
        "The softmax runs along the examples.",
        loses={"test_forward": ["large_logits", "no_hidden_layer", "probabilities"]},
        blocks={"sol_forward": forward(probabilities="torch.softmax(a, dim=0)")},
    ),
    Answer(
        "logits_returned",
        "The logits are returned, without a softmax.",
        loses={"test_forward": ["large_logits", "no_hidden_layer", "probabilities"]},
        blocks={"sol_forward": forward(probabilities="a")},
    ),
    Answer(
        "a_after_the_relu",
        "What is kept as pre-activation has gone through ReLU.",
        loses={"test_forward": ["pre_activations"]},
        blocks={"sol_forward": forward(a="relu_forward(a)")},
    ),
    Answer(
        "a_without_the_bias",
        "The bias is added after the pre-activation was kept.",
        loses={"test_forward": ["pre_activations"]},
        blocks={"sol_forward": forward(a="h @ W.T")},
    ),
    Answer(
        "no_bias",
        "The biases are forgotten.",
        loses={"test_forward": ["layer_inputs", "pre_activations", "probabilities"]},
        blocks={"sol_forward": forward(linear="h @ W.T")},
    ),
    Answer(
        "h_holds_the_output_too",
        "h has one tensor more than there are layers.",
        loses={"test_forward": ["layer_inputs"]},
        blocks={"sol_forward": forward(after="self.h.append(h)")},
    ),
    Answer(
        "h_holds_the_outputs",
        "h holds what leaves each layer, not what enters it.",
        loses={"test_forward": ["layer_inputs", "no_hidden_layer"]},
        blocks={"sol_forward": forward(h="relu_forward(a)")},
    ),
    Answer(
        "activations_accumulate",
        "The lists a and h grow from call to call.",
        loses={"test_forward": ["last_batch_only"]},
        blocks={"sol_forward": forward(lists="")},
    ),
    Answer(
        "softmax_overflows",
        "The softmax does not subtract the maximum: large logits give NaN.",
        loses={"test_forward": ["large_logits"]},
        blocks={"sol_forward": forward(probabilities="a.exp() / a.exp().sum(dim=1, keepdim=True)")},
    ),
    Answer(
        "forward_needs_a_hidden_layer",
        "The output layer reads the last hidden one, and there may be none.",
        loses={"test_forward": ["no_hidden_layer"]},
        blocks={
            "sol_forward": """
                self.a, self.h = [], [x]
                for W, b in zip(self.params[:-1], self.bias[:-1]):
                    self.a.append(self.h[-1] @ W.T + b)
                    self.h.append(relu_forward(self.a[-1]))
                last = relu_forward(self.a[-1])
                self.a.append(last @ self.params[-1].T + self.bias[-1])
                return torch.softmax(self.a[-1], dim=1)
            """
        },
    ),
    Answer(
        "forward_by_torch_nn",
        "The affine maps are those of torch.nn; what is kept is the student's.",
        loses={"test_forward": ["pre_activations", "probabilities"]},
        blocks={"sol_forward": forward(linear="torch.nn.functional.linear(h, W, b[0])")},
    ),
    Answer(
        "forward_by_the_helper",
        "The pass that checks the gradients is called instead of written.",
        loses={"test_forward": ["layer_inputs", "pre_activations", "probabilities"]},
        blocks={
            "sol_forward": """
                self.a, self.h, y_pred = reference_pass(self.params, self.bias, x)
                return y_pred
            """
        },
    ),
    Answer(
        "logits_clamped",
        "The logits are bounded so that their exponentials are finite.",
        loses={"test_forward": ["probabilities"]},
        blocks={"sol_forward": forward(probabilities="a.clamp(-80, 80).exp() / a.clamp(-80, 80).exp().sum(1, True)")},
    ),
    Answer(
        "probabilities_in_float32",
        "The probabilities are float32 whatever the dtype of x.",
        loses={"test_forward": ["probabilities"]},
        blocks={"sol_forward": forward(probabilities="torch.softmax(a, dim=1).float()")},
    ),
    Answer(
        "probabilities_squeezed",
        "A batch of one example loses its first dimension.",
        loses={"test_forward": ["probabilities"]},
        blocks={"sol_forward": forward(probabilities="torch.softmax(a, dim=1).squeeze()")},
    ),
    Answer(
        "first_batch_kept",
        "The lists are filled once: they keep the first batch for ever.",
        loses={"test_forward": ["last_batch_only"]},
        blocks={
            "sol_forward": """
                h = x
                for W, b in zip(self.params, self.bias):
                    a = h @ W.T + b
                    if len(self.a) < len(self.params):
                        self.a.append(a)
                        self.h.append(h)
                    h = relu_forward(a)
                return torch.softmax(a, dim=1)
            """
        },
    ),
    Answer(
        "softmax_with_a_small_number",
        "A small number is added to the sum of the exponentials.",
        loses={"test_forward": ["probabilities"]},
        blocks={
            "sol_forward": forward(
                after="e = (a - a.amax(dim=1, keepdim=True)).exp()",
                probabilities="e / (e.sum(dim=1, keepdim=True) + 1e-6)",
            )
        },
    ),
    Answer(
        "number_of_layers_kept_by_init",
        "`forward` reads what `__init__` alone has set, which a model of given parameters does not have.",
        loses={"test_forward": FORWARD},
        blocks={
            "sol_init": initial(after="self.n_layers = len(self.params)"),
            "sol_forward": """
                self.a, self.h = [], []
                for k in range(self.n_layers):
                    self.h.append(relu_forward(self.a[-1]) if k else x)
                    self.a.append(self.h[-1] @ self.params[k].T + self.bias[k])
                return torch.softmax(self.a[-1], dim=1)
            """,
        },
    ),
]

DIFFERENTIATED = """
    h = self.h[0]
    for W, b in zip(params[:-1], bias[:-1], strict=True):
        h = (h @ W.T + b).clamp_min(0)
    logits = h @ params[-1].T + bias[-1]
    return -(y * torch.log_softmax(logits, dim=1)).sum(dim=1).mean()
"""


def vjp_kept(keep: str, get: str, inside: str = "") -> str:
    """Return a `backward` cell that derives by `torch.func.vjp`, kept somewhere by `keep` and found again by `get`."""
    head = f"{keep}\n\n\ndef loss_of(self, y, params, bias):{DIFFERENTIATED}"
    body = f"""
def backward(self, y, y_pred):
    n = len(self.params)
    loss, pull = {get}(lambda *p: loss_of(self, y, p[:n], p[n:]), *self.params, *self.bias)
    grads = pull(torch.ones_like(loss))
    return list(grads[:n]), list(grads[n:])


MLPModel.backward = backward
{inside}
"""
    return head + body


WRONG_BACKWARD = [
    Answer(
        "output_gradient_transposed",
        "The gradient of the output matrix, which is handled apart, is (in, out).",
        loses={"test_backward": ["output_weights"]},
        blocks={
            "sol_backward": backward(
                grad_W="self.h[k].T @ delta if k == len(self.params) - 1 else delta.T @ self.h[k]",
            )
        },
    ),
    Answer(
        "mask_after_the_weights",
        "The gradient of the hidden weights is taken before ReLU's mask.",
        loses={"test_backward": ["hidden_weights"]},
        blocks={
            "sol_backward": """
                delta = softmax_cross_entropy_backward(y, y_pred)
                grads_W, grads_b = [], []
                for k in reversed(range(len(self.params))):
                    grads_W.insert(0, delta.T @ self.h[k])
                    if k < len(self.params) - 1:
                        delta = delta * relu_backward(self.a[k])
                    grads_b.insert(0, delta.sum(dim=0, keepdim=True))
                    delta = delta @ self.params[k]
                return grads_W, grads_b
            """
        },
    ),
    Answer(
        "no_mask",
        "The error goes back as if there were no ReLU.",
        loses={"test_backward": ["biases", "hidden_weights"]},
        blocks={"sol_backward": backward(mask="1")},
    ),
    Answer(
        "mask_of_another_layer",
        "The ReLU mask is taken from the pre-activation of the next layer.",
        loses={"test_backward": ["biases", "hidden_weights"]},
        blocks={"sol_backward": backward(mask="relu_backward(self.a[k])")},
    ),
    Answer(
        "weights_of_another_layer",
        "The error goes back through the weights of the layer that receives it, not of the next one.",
        loses={"test_backward": ["biases", "hidden_weights"]},
        blocks={"sol_backward": backward(matrix="self.params[k - 1]")},
    ),
    Answer(
        "error_through_the_transposed_matrix",
        "The error goes back through W.T, which only square matrices allow.",
        loses={"test_backward": ["biases", "hidden_weights"]},
        blocks={"sol_backward": backward(matrix="self.params[k].T")},
    ),
    Answer(
        "layers_in_reverse_order",
        "The lists begin with the output layer.",
        loses={
            "test_backward": [
                "biases",
                "hidden_weights",
                "inputs_kept",
                "nothing_else_read",
                "one_example",
                "output_weights",
            ]
        },
        blocks={"sol_backward": backward().replace("return grads_W, grads_b", "return grads_W[::-1], grads_b[::-1]")},
    ),
    Answer(
        "gradient_transposed",
        "The gradient of the weights is (in, out).",
        loses={"test_backward": ["hidden_weights", "output_weights"]},
        blocks={"sol_backward": backward(grad_W="self.h[k].T @ delta")},
    ),
    Answer(
        "biases_averaged",
        "The gradient of the bias is averaged although the error already holds the factor 1/n.",
        loses={"test_backward": ["biases"]},
        blocks={"sol_backward": backward(grad_b="delta.mean(dim=0, keepdim=True)")},
    ),
    Answer(
        "biases_without_their_row",
        "The gradient of a bias has the shape (out,).",
        loses={"test_backward": ["biases"]},
        blocks={"sol_backward": backward(grad_b="delta.sum(dim=0)")},
    ),
    Answer(
        "weights_summed_over_the_batch",
        "The gradient of the weights is summed over the batch while that of the bias is averaged.",
        loses={
            "test_backward": ["hidden_weights", "inputs_kept", "no_hidden_layer", "nothing_else_read", "output_weights"]
        },
        blocks={"sol_backward": backward(grad_W="len(y) * delta.T @ self.h[k]")},
    ),
    Answer(
        "backward_needs_a_hidden_layer",
        "The last hidden layer is read before asking whether there is one.",
        loses={"test_backward": ["no_hidden_layer"]},
        blocks={
            "sol_backward": """
                delta = softmax_cross_entropy_backward(y, y_pred)
                grads_W, grads_b = [delta.T @ self.h[-1]], [delta.sum(dim=0, keepdim=True)]
                delta = (delta @ self.params[-1]) * relu_backward(self.a[-2])
                for k in range(len(self.params) - 2, -1, -1):
                    grads_W.insert(0, delta.T @ self.h[k])
                    grads_b.insert(0, delta.sum(dim=0, keepdim=True))
                    if k > 0:
                        delta = (delta @ self.params[k]) * relu_backward(self.a[k - 1])
                return grads_W, grads_b
            """
        },
    ),
    Answer(
        "one_example_squeezed",
        "A batch of one example loses its first dimension.",
        loses={"test_backward": ["one_example"]},
        blocks={"sol_backward": backward(start="softmax_cross_entropy_backward(y, y_pred).squeeze()")},
    ),
    Answer(
        "pre_activations_computed_again",
        "The masks come from the biases and weights as they are now.",
        loses={"test_backward": ["nothing_else_read"]},
        blocks={
            "sol_backward": backward(mask="relu_backward(self.h[k - 1] @ self.params[k - 1].T + self.bias[k - 1])")
        },
    ),
    Answer(
        "memory_masked_in_place",
        "The pre-activations that were kept become their masks.",
        loses={"test_backward": ["inputs_kept"]},
        blocks={"sol_backward": backward(mask="self.a[k - 1].copy_(relu_backward(self.a[k - 1]))")},
    ),
    Answer(
        "differences_instead_of_backpropagation",
        "Each parameter is moved, and the loss computed again: the layers behind a kink are wrong.",
        loses={"test_backward": ["biases", "hidden_weights", "nothing_else_read"]},
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
        "autograd_in_backward",
        "PyTorch derives the loss.",
        loses={"test_backward": GRADIENTS},
        blocks={
            "sol_backward": """
                params = [W.clone().requires_grad_() for W in self.params]
                bias = [b.clone().requires_grad_() for b in self.bias]
                h = self.h[0]
                for W, b in zip(params[:-1], bias[:-1]):
                    h = relu_forward(h @ W.T + b)
                logits = h @ params[-1].T + bias[-1]
                (-(y * torch.log_softmax(logits, dim=1)).sum(dim=1).mean()).backward()
                return [W.grad for W in params], [b.grad for b in bias]
            """
        },
    ),
    Answer(
        "vjp_in_a_deque",
        "torch.func.vjp is kept in a container, where no name calls it.",
        loses={"test_backward": GRADIENTS},
        cells={"sol_backward": vjp_kept("from collections import deque\nKEPT = deque([torch.func.vjp])", "KEPT[0]")},
    ),
    Answer(
        "vjp_in_another_method",
        "Another method of the class calls torch.func.vjp.",
        loses={"test_backward": GRADIENTS},
        cells={
            "sol_backward": vjp_kept(
                "def pull_back(self, *arguments):\n    return torch.func.vjp(*arguments)",
                "self.pull_back",
                "MLPModel.pull_back = pull_back",
            )
        },
    ),
    Answer(
        "mask_open_at_zero",
        "A pre-activation of 0 lets the error through.",
        loses={"test_backward": ["hidden_weights"]},
        blocks={"sol_backward": backward(mask="(self.a[k - 1] >= 0)")},
    ),
    Answer(
        "bias_of_one_example_without_its_row",
        "The sum over the examples is skipped where there is one, and the row with it.",
        loses={"test_backward": ["one_example"]},
        blocks={"sol_backward": backward(grad_b="delta.sum(dim=0, keepdim=True) if len(delta) > 1 else delta[0]")},
    ),
    Answer(
        "gradients_squeezed",
        "A layer of one neuron loses a dimension of its gradient.",
        loses={"test_backward": ["hidden_weights"]},
        blocks={"sol_backward": backward(grad_W="(delta.T @ self.h[k]).squeeze()")},
    ),
    Answer(
        "gradients_of_the_last_call_added",
        "The gradients accumulate from call to call, as those of PyTorch do.",
        loses={"test_backward": ["nothing_else_read"]},
        blocks={
            "sol_backward": """
                if not hasattr(self, "grads"):
                    self.grads = [torch.zeros_like(W) for W in self.params], [torch.zeros_like(b) for b in self.bias]
                delta = softmax_cross_entropy_backward(y, y_pred)
                for k in reversed(range(len(self.params))):
                    self.grads[0][k] += delta.T @ self.h[k]
                    self.grads[1][k] += delta.sum(dim=0, keepdim=True)
                    if k > 0:
                        delta = (delta @ self.params[k]) * relu_backward(self.a[k - 1])
                return self.grads
            """
        },
    ),
    Answer(
        "error_stops_after_three_layers",
        "The error goes back through three layers, however deep the network is.",
        loses={"test_backward": ["hidden_weights"]},
        blocks={"sol_backward": backward(mask="(relu_backward(self.a[k - 1]) if k > len(self.params) - 4 else 0)")},
    ),
]

WRONG_UPDATES = [
    Answer(
        "sgd_only",
        "SGD is right, and Adam is left blank.",
        loses={"test_updates": ADAM},
        blocks={"sol_updates": [None, "raise NotImplementedError"]},
    ),
    Answer(
        "adam_only",
        "Adam is right, and SGD does nothing.",
        loses={"test_updates": SGD},
        blocks={"sol_updates": ["pass", None]},
    ),
    Answer(
        "sgd_forgets_the_biases",
        "SGD moves the weights only.",
        loses={"test_updates": ["sgd_biases"]},
        blocks={"sol_updates": ["for W, g in zip(self.params, grads[0]):\n    W -= lr * g", None]},
    ),
    Answer(
        "sgd_binds_a_name",
        "The weights are bound to another name, and stay; the biases change in place.",
        loses={"test_updates": ["sgd_weights"]},
        blocks={
            "sol_updates": [
                """
                for W, b, gradient_W, gradient_b in zip(self.params, self.bias, *grads):
                    W = W - lr * gradient_W
                    b -= lr * gradient_b
                """,
                None,
            ]
        },
    ),
    Answer(
        "sgd_of_the_first_layers_only",
        "The weights of the output layer are left out.",
        loses={"test_updates": ["sgd_weights"]},
        blocks={
            "sol_updates": [
                """
                for W, gradient in zip(self.params[:-1], grads[0]):
                    W -= lr * gradient
                for b, gradient in zip(self.bias, grads[1]):
                    b -= lr * gradient
                """,
                None,
            ]
        },
    ),
    Answer(
        "sgd_climbs",
        "The gradient is added.",
        loses={"test_updates": ["sgd_biases", "sgd_weights"]},
        blocks={
            "sol_updates": ["for p, g in zip(self.params + self.bias, grads[0] + grads[1]):\n    p += lr * g", None]
        },
    ),
    Answer(
        "sgd_scales_the_gradients",
        "The gradients are multiplied by lr in place.",
        loses={"test_updates": ["sgd_grads_kept"]},
        blocks={
            "sol_updates": ["for p, g in zip(self.params + self.bias, grads[0] + grads[1]):\n    p -= g.mul_(lr)", None]
        },
    ),
    Answer(
        "sgd_from_the_library",
        "The step of SGD is that of torch.optim.",
        loses={"test_updates": ["sgd_biases", "sgd_weights"]},
        blocks={
            "sol_updates": [
                """
                parameters = self.params + self.bias
                for parameter, gradient in zip(parameters, grads[0] + grads[1]):
                    parameter.grad = gradient
                torch.optim.SGD(parameters, lr=lr).step()
                """,
                None,
            ]
        },
    ),
    Answer(
        "adam_from_the_library",
        "The step of Adam is that of torch.optim; SGD is the student's.",
        loses={"test_updates": ["adam_averages", "adam_biases", "adam_correction"]},
        blocks={
            "sol_updates": [
                None,
                """
                parameters = self.params + self.bias
                if self.t == 0:
                    self.optimizer = torch.optim.Adam(parameters, lr=lr)
                self.t += 1
                self.optimizer.param_groups[0]["lr"] = lr
                for parameter, gradient in zip(parameters, grads[0] + grads[1]):
                    parameter.grad = gradient.clone()
                self.optimizer.step()
                """,
            ]
        },
    ),
    Answer(
        "adam_bias_by_sgd",
        "Adam moves the weights, but the bias takes a plain gradient step.",
        loses={"test_updates": ["adam_biases"]},
        blocks={
            "sol_updates": [
                None,
                adam(
                    over="zip(self.params, grads_W, self.m, self.v)",
                    after="for b, g in zip(self.bias, grads_b):\n            b -= lr * g",
                ),
            ]
        },
    ),
    Answer(
        "adam_without_correction",
        "Adam's moments are not corrected for their start at zero.",
        loses={"test_updates": ["adam_correction", "adam_epsilon"]},
        blocks={"sol_updates": [None, adam(step="m / (v.sqrt() + 1e-8)")]},
    ),
    Answer(
        "adam_counter_stuck",
        "Adam's step counter never increases.",
        loses={"test_updates": ["adam_correction", "adam_epsilon"]},
        blocks={"sol_updates": [None, adam(before="self.t = 1")]},
    ),
    Answer(
        "adam_first_step_skipped",
        "The first call only fills the moving averages.",
        loses={"test_updates": ["adam_correction"]},
        blocks={"sol_updates": [None, adam(before="self.t += 1\n        lr = lr if self.t > 1 else 0")]},
    ),
    Answer(
        "adam_beta2_too_small",
        "The second moving average forgets ten times faster.",
        loses={"test_updates": ["adam_averages"]},
        blocks={"sol_updates": [None, adam(v="0.99 * v + 0.01 * gradient**2").replace("0.999**", "0.99**")]},
    ),
    Answer(
        "adam_betas_swapped",
        "The two rates of the moving averages are exchanged.",
        loses={"test_updates": ["adam_averages"]},
        blocks={
            "sol_updates": [
                None,
                adam(
                    m="0.999 * m + 0.001 * gradient",
                    v="0.9 * v + 0.1 * gradient**2",
                    step="(m / (1 - 0.999**self.t)) / ((v / (1 - 0.9**self.t)).sqrt() + 1e-8)",
                ),
            ]
        },
    ),
    Answer(
        "adam_without_epsilon",
        "ε is left out.",
        loses={"test_updates": ["adam_epsilon"]},
        blocks={"sol_updates": [None, adam(step="(m / (1 - 0.9**self.t)) / (v / (1 - 0.999**self.t)).sqrt()")]},
    ),
    Answer(
        "adam_epsilon_in_the_root",
        "ε is added under the square root.",
        loses={"test_updates": ["adam_epsilon"]},
        blocks={
            "sol_updates": [None, adam(step="(m / (1 - 0.9**self.t)) / (v / (1 - 0.999**self.t) + 1e-16 * 9).sqrt()")]
        },
    ),
    Answer(
        "adam_epsilon_of_its_size_in_the_root",
        "ε itself is added under the square root.",
        loses={"test_updates": ["adam_epsilon"]},
        blocks={"sol_updates": [None, adam(step="(m / (1 - 0.9**self.t)) / (v / (1 - 0.999**self.t) + 1e-8).sqrt()")]},
    ),
    Answer(
        "adam_epsilon_before_the_correction",
        "ε is added to the root of the moment that is not corrected yet.",
        loses={"test_updates": ["adam_epsilon"]},
        blocks={
            "sol_updates": [
                None,
                adam(step="(1 - 0.999**self.t) ** 0.5 / (1 - 0.9**self.t) * m / (v.sqrt() + 1e-8)"),
            ]
        },
    ),
    Answer(
        "adam_epsilon_too_large",
        "ε is 1e-6.",
        loses={"test_updates": ["adam_epsilon"]},
        blocks={
            "sol_updates": [
                None,
                adam(step="(m / (1 - 0.9**self.t)) / ((v / (1 - 0.999**self.t)).sqrt() + 1e-6)"),
            ]
        },
    ),
    Answer(
        "adam_squares_the_gradients",
        "The gradients are squared in place.",
        loses={"test_updates": ["adam_grads_kept"]},
        blocks={
            "sol_updates": [
                None,
                adam(v="0.999 * v + 0.001 * gradient.pow_(2)"),
            ]
        },
    ),
    Answer(
        "adam_bias_without_memory",
        "The biases move by the sign of their gradient: nothing is kept from step to step.",
        loses={"test_updates": ["adam_biases"]},
        blocks={
            "sol_updates": [
                None,
                adam(
                    over="zip(self.params, grads_W, self.m, self.v)",
                    after="for b, g in zip(self.bias, grads_b):\n            b -= lr * g / (g.abs() + 1e-8)",
                ),
            ]
        },
    ),
]

WRONG_GRADIENT_CHECK = [
    Answer(
        "one_sided_differences",
        "Forward differences, whose error is of the order of the step.",
        loses={"test_gradient_check": ["centered"]},
        blocks={"sol_gradient_check": numerical(down="value", difference="(above - below) / eps")},
    ),
    Answer(
        "divided_by_one_step",
        "The two points are two steps apart, and the difference is divided by one.",
        loses={"test_gradient_check": ["centered"]},
        blocks={"sol_gradient_check": numerical(difference="(above - below) / eps")},
    ),
    Answer(
        "step_ignored",
        "The step is always the same.",
        loses={"test_gradient_check": ["centered"]},
        blocks={"sol_gradient_check": "eps = 1e-6\n" + textwrap.dedent(numerical()).strip()},
    ),
    Answer(
        "computed_in_float32",
        "What f returns is cut to float32, where small differences are lost.",
        loses={"test_gradient_check": ["layer_of_a_network"]},
        blocks={
            "sol_gradient_check": numerical(
                above="np.float32(f(t))", below="np.float32(f(t))", difference="float(above - below) / (2 * eps)"
            )
        },
    ),
    Answer(
        "rows_and_columns_only",
        "Two loops, over the rows and the columns.",
        loses={"test_gradient_check": ["every_shape"]},
        blocks={
            "sol_gradient_check": """
                gradient = torch.zeros_like(x)
                for i in range(x.shape[0]):
                    for j in range(x.shape[1]):
                        step = torch.zeros_like(x)
                        step[i, j] = eps
                        gradient[i, j] = (f(x + step) - f(x - step)) / (2 * eps)
                return gradient
            """
        },
    ),
    Answer(
        "function_of_tensors_only",
        "What f returns must have `.item`.",
        loses={"test_gradient_check": ["float_function"]},
        blocks={"sol_gradient_check": numerical(difference="(above - below).item() / (2 * eps)")},
    ),
    Answer(
        "point_moved",
        "The last element of x does not take its value again.",
        loses={"test_gradient_check": ["point_kept"]},
        blocks={
            "sol_gradient_check": numerical(
                point="x", restore="if i < x.numel() - 1:\n                t.view(-1)[i] = value"
            )
        },
    ),
    Answer(
        "numerical_gradient_in_float32",
        "The result is float32.",
        loses={"test_gradient_check": ["dtype_kept"]},
        blocks={"sol_gradient_check": numerical(result="gradient.float()")},
    ),
    Answer(
        "numerical_gradient_in_float64",
        "The result is float64, whatever x is.",
        loses={"test_gradient_check": ["dtype_kept"]},
        blocks={"sol_gradient_check": numerical(result="gradient.double()")},
    ),
    Answer(
        "numerical_gradient_by_autograd",
        "PyTorch derives f.",
        loses={"test_gradient_check": ["centered", "every_shape", "float_function", "layer_of_a_network"]},
        blocks={
            "sol_gradient_check": """
                t = x.clone().requires_grad_()
                return torch.autograd.grad(f(t), t)[0]
            """
        },
    ),
    Answer(
        "numerical_gradient_by_the_helper",
        "The differences of the helper are called instead of written.",
        loses={"test_gradient_check": ["centered", "every_shape", "float_function", "layer_of_a_network"]},
        blocks={
            "sol_gradient_check": """
                from helpers.gradient_check import central_differences

                t = x.clone()
                return central_differences(lambda: torch.as_tensor(f(t)), t, eps)
            """
        },
    ),
]

WRONG_AUTOGRAD = [
    Answer(
        "backward_of_a_copy",
        "The gradients written by hand are those of a copy: autograd has not run.",
        loses={"test_autograd": ["biases", "weights"]},
        blocks={"sol_autograd": "twin = copy.deepcopy(model)\nreturn twin.backward(y, twin.forward(x))"},
    ),
    Answer(
        "autograd_on_transposed_leaves",
        "The leaves are the transposed matrices, and so are their gradients.",
        loses={"test_autograd": ["weights"]},
        blocks={
            "sol_autograd": """
                params = [W.T.clone().requires_grad_() for W in model.params]
                bias = [b.clone().requires_grad_() for b in model.bias]
                h = x
                for W, b in zip(params[:-1], bias[:-1]):
                    h = torch.relu(h @ W + b)
                torch.nn.functional.cross_entropy(h @ params[-1] + bias[-1], y).backward()
                return [W.grad for W in params], [b.grad for b in bias]
            """
        },
    ),
    Answer(
        "autograd_bias_without_its_row",
        "The gradients of the biases are those of nn.Linear, without their row.",
        loses={"test_autograd": ["biases"]},
        blocks={
            "sol_autograd": """
                params = [W.clone().requires_grad_() for W in model.params]
                bias = [b[0].clone().requires_grad_() for b in model.bias]
                h = x
                for W, b in zip(params[:-1], bias[:-1]):
                    h = torch.relu(torch.nn.functional.linear(h, W, b))
                logits = torch.nn.functional.linear(h, params[-1], bias[-1])
                torch.nn.functional.cross_entropy(logits, y).backward()
                return [W.grad for W in params], [b.grad for b in bias]
            """
        },
    ),
    Answer(
        "autograd_of_the_sum",
        "The loss is summed over the batch.",
        loses={"test_autograd": ["biases", "weights"]},
        blocks={
            "sol_autograd": """
                twin = MLPModel.from_params(model.params, model.bias)
                twin.params = [W.requires_grad_() for W in twin.params]
                twin.bias = [b.requires_grad_() for b in twin.bias]
                loss = len(x) * cross_entropy(y, twin.forward(x))
                grads = torch.autograd.grad(loss, twin.params + twin.bias)
                return list(grads[: len(twin.params)]), list(grads[len(twin.params) :])
            """
        },
    ),
    Answer(
        "autograd_on_the_model",
        "The model's own parameters are made to require a gradient, and its memory is overwritten.",
        loses={"test_autograd": ["memory_kept", "params_kept"]},
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
        "parameters_left_with_a_grad",
        "The model's own parameters require a gradient, then no more: what autograd put in .grad stays.",
        loses={"test_autograd": ["params_kept"]},
        blocks={
            "sol_autograd": """
                kept = model.a, model.h
                parameters = [p.requires_grad_() for p in model.params + model.bias]
                cross_entropy(y, model.forward(x)).backward()
                grads = [p.requires_grad_(False).grad.clone() for p in parameters]
                model.a, model.h = kept
                return grads[: len(model.params)], grads[len(model.params) :]
            """
        },
    ),
    Answer(
        "parameters_left_with_requires_grad",
        "The computation is apart, but the model's own parameters require a gradient.",
        loses={"test_autograd": ["params_kept"]},
        blocks={
            "sol_autograd": """
                params, bias = [p.requires_grad_() for p in model.params], [p.requires_grad_() for p in model.bias]
                h = x
                for W, b in zip(params[:-1], bias[:-1]):
                    h = torch.relu(h @ W.T + b)
                loss = torch.nn.functional.cross_entropy(h @ params[-1].T + bias[-1], y)
                return torch.autograd.grad(loss, params, retain_graph=True), torch.autograd.grad(loss, bias)
            """
        },
    ),
    Answer(
        "memory_of_the_model_overwritten",
        "The forward pass of the model itself leaves its trace.",
        loses={"test_autograd": ["memory_kept"]},
        blocks={
            "sol_autograd": """
                kept = model.params, model.bias
                model.params = [W.clone().requires_grad_() for W in model.params]
                model.bias = [b.clone().requires_grad_() for b in model.bias]
                loss = cross_entropy(y, model.forward(x))
                grads = torch.autograd.grad(loss, model.params + model.bias)
                model.params, model.bias = kept
                return list(grads[: len(kept[0])]), list(grads[len(kept[0]) :])
            """
        },
    ),
]

WRONG_DEPTH = [
    Answer(
        "last_small_batch_dropped",
        "A last batch that is smaller than the first is skipped.",
        loses={"test_depth": ["updates"]},
        blocks={
            "sol_depth": [
                training(
                    batches="[b for b in data_loader_train if len(b[0]) == len(next(iter(data_loader_train))[0])]"
                ),
                None,
            ]
        },
    ),
    Answer(
        "always_adam",
        "The argument sgd is ignored.",
        loses={"test_depth": ["optimizer"]},
        blocks={"sol_depth": [training(update="model.adam_update(lr, grads)"), None]},
    ),
    Answer(
        "learning_rate_ignored",
        "The learning rate is a constant.",
        loses={"test_depth": ["optimizer", "updates"]},
        blocks={"sol_depth": [training(update="(model.sgd_update if sgd else model.adam_update)(0.01, grads)"), None]},
    ),
    Answer(
        "initial_epoch_trains",
        "Epoch 0 trains like the others.",
        loses={"test_depth": ["best_copy", "histories", "optimizer", "updates"]},
        blocks={"sol_depth": [training(when="True"), None]},
    ),
    Answer(
        "initial_model_not_evaluated",
        "Epoch 0 is skipped instead of evaluated.",
        loses={"test_depth": ["histories"]},
        blocks={"sol_depth": [training(skip="if epoch == 0:\n            continue"), None]},
    ),
    Answer(
        "mean_of_the_batches",
        "The validation is the mean of the means of its batches, of which the last is smaller.",
        loses={"test_depth": ["best_validation", "histories"]},
        blocks={
            "sol_depth": [
                training(
                    evaluate="np.mean([accuracy_and_loss_whole_dataset([b], model) for b in data_loader], axis=0)"
                ),
                None,
            ]
        },
    ),
    Answer(
        "train_and_validation_swapped",
        "The two loaders are exchanged in the evaluation, and the best model is chosen on the training.",
        loses={"test_depth": ["best_copy", "best_validation", "first_of_equals", "histories"]},
        blocks={
            "sol_depth": [
                training(pairs='(("val", data_loader_train), ("train", data_loader_val))'),
                None,
            ]
        },
    ),
    Answer(
        "training_accuracy_of_the_validation",
        "The accuracy in training is filled from the validation.",
        loses={"test_depth": ["histories"]},
        blocks={
            "sol_depth": [
                training(score='history["train_accuracy"][-1] = history["val_accuracy"][-1]'),
                None,
            ]
        },
    ),
    Answer(
        "losses_swapped",
        "The losses of the two sets are exchanged.",
        loses={"test_depth": ["histories"]},
        blocks={
            "sol_depth": [
                training()
                + """
        train_losses, val_losses = history["train_loss"], history["val_loss"]
        train_losses[-1], val_losses[-1] = val_losses[-1], train_losses[-1]
                """,
                None,
            ]
        },
    ),
    Answer(
        "best_on_the_training_set",
        "The best model is chosen on its training accuracy.",
        loses={"test_depth": ["best_copy", "best_validation", "first_of_equals"]},
        blocks={"sol_depth": [training(score='history["train_accuracy"][-1]'), None]},
    ),
    Answer(
        "best_on_the_loss",
        "The best model is that of the lowest validation loss.",
        loses={"test_depth": ["best_copy", "best_validation"]},
        blocks={
            "sol_depth": [
                training(better='history["val_loss"][-1] == min(history["val_loss"])'),
                None,
            ]
        },
    ),
    Answer(
        "last_model_returned",
        "The model of the last epoch is returned, whatever its accuracy.",
        loses={"test_depth": ["best_copy", "best_validation", "first_of_equals"]},
        blocks={"sol_depth": [training(better="True"), None]},
    ),
    Answer(
        "last_accuracy_returned",
        "The accuracy returned is that of the training at the best epoch.",
        loses={"test_depth": ["best_validation"]},
        blocks={
            "sol_depth": [
                training(
                    better='score > max([-1, *history["val_accuracy"][:-1]])', kept='history["train_accuracy"][-1]'
                ),
                None,
            ]
        },
    ),
    Answer(
        "best_model_by_reference",
        "The best model is the model itself, which goes on learning.",
        loses={"test_depth": ["best_copy", "first_of_equals"]},
        blocks={"sol_depth": [training(copy="model"), None]},
    ),
    Answer(
        "best_model_copied_at_the_surface",
        "The lists of the copy hold the tensors of the model, which change in place.",
        loses={"test_depth": ["best_copy", "first_of_equals"]},
        blocks={"sol_depth": [training(copy="copy.copy(model)"), None]},
    ),
    Answer(
        "biases_of_the_best_model_not_copied",
        "The weights are copied, the biases shared.",
        loses={"test_depth": ["best_copy"]},
        blocks={
            "sol_depth": [
                training(better="score > best_accuracy", copy="copy.copy(model)")
                + """
            best_model.params = [W.clone() for W in model.params]
                """,
                None,
            ]
        },
    ),
    Answer(
        "moments_of_the_best_model_not_copied",
        "Weights and biases are copied, the moments shared.",
        loses={"test_depth": ["best_copy"]},
        blocks={
            "sol_depth": [
                training(better="score > best_accuracy", copy="copy.copy(model)")
                + """
            best_model.params = [W.clone() for W in model.params]
            best_model.bias = [b.clone() for b in model.bias]
                """,
                None,
            ]
        },
    ),
    Answer(
        "best_accuracy_is_a_tensor",
        "The best accuracy is a tensor.",
        loses={"test_depth": ["best_validation"]},
        blocks={"sol_depth": [training(kept="torch.tensor(score)"), None]},
    ),
    Answer(
        "last_of_equals",
        "Of equal accuracies, the last wins.",
        loses={"test_depth": ["first_of_equals"]},
        blocks={"sol_depth": [training(better="score >= best_accuracy"), None]},
    ),
    Answer(
        "norms_squared",
        "The sum of squares is not followed by a square root.",
        loses={"test_depth": ["norms"]},
        blocks={
            "sol_depth": [None, "return [(g**2).sum().item() for g in model.backward(y, model.forward(x))[0]]"],
        },
    ),
    Answer(
        "norms_by_autograd",
        "The gradients come from autograd.",
        loses={"test_depth": ["norms"]},
        blocks={"sol_depth": [None, "return [g.norm().item() for g in autograd_gradients(model, x, y)[0]]"]},
    ),
    Answer(
        "norms_are_tensors",
        "The norms are tensors.",
        loses={"test_depth": ["norms_are_floats"]},
        blocks={"sol_depth": [None, "return [g.norm() for g in model.backward(y, model.forward(x))[0]]"]},
    ),
    Answer(
        "loader_of_known_length",
        "The batches are counted by `len`, which not every iterable has.",
        loses={"test_depth": ["updates"]},
        blocks={"sol_depth": [training(batches="list(data_loader_train)[: len(data_loader_train)]"), None]},
    ),
    Answer(
        "norms_of_swapped_arguments",
        "`backward` receives the probabilities for the labels.",
        loses={"test_depth": ["norms"]},
        blocks={
            "sol_depth": [None, "return [g.norm().item() for g in model.backward(model.forward(x), y)[0]]"],
        },
    ),
    Answer(
        "initial_model_never_the_best",
        "Epoch 0 is evaluated, but its model is never kept.",
        loses={"test_depth": ["best_copy"]},
        blocks={"sol_depth": [training(better="epoch > 0 and score > best_accuracy"), None]},
    ),
    Answer(
        "training_evaluated_on_the_last_batch",
        "After the initial epoch, the training is evaluated on the last batch that trained.",
        loses={"test_depth": ["histories"]},
        blocks={
            "sol_depth": [
                training(pairs='(("train", [(x, y)] if epoch else data_loader_train), ("val", data_loader_val))'),
                None,
            ]
        },
    ),
]


def momentum(**parts: str) -> str:
    """Return the body of `momentum_update` with some of its expressions replaced."""
    right = {
        "over": "zip(self.params + self.bias, grads[0] + grads[1], self.m)",
        "m": "0.9 * m + 0.1 * gradient",
        "after": "",
    }
    return """
        for parameter, gradient, m in {over}:
            m.copy_({m})
            parameter -= lr * m
        {after}
    """.format(**right | parts)


def trial(**parts: str) -> str:
    """Return the body of `run` with some of its expressions replaced."""
    right = {"seed": "torch.manual_seed(seed)", "init": "init", "scale": "", "factor": "", "images": "few_val"}
    return """
        {seed}
        update, lr = rule
        model = MLPModel(784, 100, 5, 10, {init}).to(device)
        {scale}
        for _ in range(few_epochs):
            for x, y in few_batches:
                getattr(model, update)(lr, model.backward(y, model.forward(x)))
        return {factor}accuracy_and_loss_whole_dataset({images}, model)[0]
    """.format(**right | parts)


WRONG_MOMENTUM = [
    Answer(
        "momentum_of_the_weights_only",
        "The biases take a plain gradient step.",
        loses={"test_momentum": ["momentum_biases"]},
        blocks={
            "sol_momentum": momentum(
                over="zip(self.params, grads[0], self.m)",
                after="for b, g in zip(self.bias, grads[1]):\n            b -= lr * g",
            )
        },
    ),
    Answer(
        "momentum_of_the_biases_only",
        "The weights take a plain gradient step.",
        loses={"test_momentum": ["momentum_weights"]},
        blocks={
            "sol_momentum": momentum(
                over="zip(self.bias, grads[1], self.m[len(self.params) :])",
                after="for W, g in zip(self.params, grads[0]):\n            W -= lr * g",
            )
        },
    ),
    Answer(
        "momentum_without_memory",
        "The average is forgotten from step to step.",
        loses={"test_momentum": ["momentum_biases", "momentum_weights"]},
        blocks={"sol_momentum": momentum(m="0.1 * gradient")},
    ),
    Answer(
        "momentum_that_sums",
        "The gradients are summed, with no factor 0.1.",
        loses={"test_momentum": ["momentum_biases", "momentum_weights"]},
        blocks={"sol_momentum": momentum(m="0.9 * m + gradient")},
    ),
    Answer(
        "momentum_corrected",
        "The average is corrected for its start at zero, as Adam's is.",
        loses={"test_momentum": ["momentum_biases", "momentum_weights"]},
        blocks={
            "sol_momentum": """
                self.t += 1
                for parameter, gradient, m in zip(self.params + self.bias, grads[0] + grads[1], self.m):
                    m.copy_(0.9 * m + 0.1 * gradient)
                    parameter -= lr * m / (1 - 0.9**self.t)
            """
        },
    ),
    Answer(
        "momentum_scales_the_gradients",
        "The gradients are multiplied in place.",
        loses={"test_momentum": ["momentum_grads_kept"]},
        blocks={"sol_momentum": momentum(m="0.9 * m + gradient.mul_(0.1)")},
    ),
    Answer(
        "momentum_from_the_library",
        "The step is that of torch.optim.",
        loses={"test_momentum": ["momentum_biases", "momentum_weights"]},
        blocks={
            "sol_momentum": """
                parameters = self.params + self.bias
                if not hasattr(self, "optimizer"):
                    self.optimizer = torch.optim.SGD(parameters, lr=lr, momentum=0.9, dampening=0.9)
                    for p, m in zip(parameters, self.m):
                        self.optimizer.state[p]["momentum_buffer"] = m
                self.optimizer.param_groups[0]["lr"] = lr
                for parameter, gradient in zip(parameters, grads[0] + grads[1]):
                    parameter.grad = gradient.clone()
                self.optimizer.step()
            """
        },
    ),
]

FROM_HE = """
    settings = {name: {"rule": (f"{name}_update", 0.1), "init": "he"} for name in ("sgd", "momentum")}
    seeds = [0, 1, 2, 3]
"""

WRONG_EXPERIMENT = [
    Answer(
        "one_seed",
        "The experiment has one seed, and the record is refused.",
        loses={"test_experiment": ["plan"]},
        blocks={"sol_experiment": [None, 'settings = {"SGD": {}, "He": {"init": "he"}}\nseeds = [0]']},
    ),
    Answer(
        "more_runs_than_the_budget",
        "Two settings and eleven seeds: twenty-two runs.",
        loses={"test_experiment": ["plan"]},
        blocks={"sol_experiment": [None, 'settings = {"SGD": {}, "He": {"init": "he"}}\nseeds = range(11)']},
    ),
    Answer(
        "two_things_changed_at_once",
        "A setting changes the rule and the weights.",
        loses={"test_experiment": ["one_change"]},
        blocks={
            "sol_experiment": [
                None,
                """
                settings = {"SGD": {}, "tout": {"init": "he", "rule": ("momentum_update", 0.1)}}
                seeds = [0, 1, 2]
                """,
            ]
        },
    ),
    *(
        Answer(name, what, loses={"test_experiment": lost}, blocks={"sol_experiment": [body, settings]})
        for name, what, lost, body, settings in (
            (
                "seed_ignored",
                "Nothing sets the seed: the record cannot be had again.",
                ["draws"],
                trial(seed=""),
                FROM_HE,
            ),
            (
                "seed_set_after_the_weights",
                "The seed decides the order of the batches only.",
                ["draws"],
                trial(seed="", scale="torch.manual_seed(seed)"),
                FROM_HE,
            ),
            (
                "the_same_seed_always",
                "Every run sets seed 0: the seeds are copies of one another.",
                ["draws"],
                trial(seed="torch.manual_seed(0)"),
                FROM_HE,
            ),
            (
                "the_same_weights_for_every_seed",
                "Seed 0 draws the weights, and the seed the order of the batches.",
                ["draws"],
                trial(seed="torch.manual_seed(0)", scale="torch.manual_seed(seed)"),
                FROM_HE,
            ),
            (
                "the_same_batches_for_every_seed",
                "The seed draws the weights, and seed 0 the order of the batches.",
                ["draws"],
                trial(scale="torch.manual_seed(0)"),
                FROM_HE,
            ),
            (
                "run_of_zero",
                "A number, without a network.",
                ["arguments", "draws", "fixed_part", "measured"],
                "return 0.0",
                None,
            ),
            (
                "scores_invented",
                "Nothing is trained: numbers that look like shares.",
                ["arguments", "draws", "fixed_part", "measured"],
                'return (200 + seed + 60 * (rule[0] != "sgd_update")) / few_val.num_examples',
                None,
            ),
            (
                "score_of_one_setting_invented",
                "All is trained, and the score of one setting is another number.",
                ["measured"],
                trial(factor='0.77 if rule[0] == "momentum_update" else '),
                FROM_HE,
            ),
            (
                "accuracy_in_percent",
                "The score is not a share.",
                ["measured"],
                trial(factor="100 * "),
                FROM_HE,
            ),
            (
                "accuracy_on_the_training",
                "The score is measured on the images that trained.",
                ["measured"],
                trial(images="few_batches"),
                FROM_HE,
            ),
            (
                "accuracy_on_the_test",
                "The score is measured on the test images.",
                ["measured"],
                trial(images="test_batches"),
                FROM_HE,
            ),
            (
                "accuracy_on_a_part_of_the_validation",
                "Only half the images are measured.",
                ["measured"],
                trial(images="[[t[: len(t) // 2] for t in few_val.tensors]]"),
                FROM_HE,
            ),
            (
                "best_epoch_for_one_setting_only",
                "SGD is measured at its last epoch, momentum at its best.",
                ["measured"],
                """
                torch.manual_seed(seed)
                model, (update, lr), scores = MLPModel(784, 100, 5, 10, init).to(device), rule, []
                for _ in range(few_epochs):
                    for x, y in few_batches:
                        getattr(model, update)(lr, model.backward(y, model.forward(x)))
                    scores.append(accuracy_and_loss_whole_dataset(few_val, model)[0])
                return scores[-1] if update == "sgd_update" else max(scores)
                """,
                FROM_HE,
            ),
            (
                "four_layers_of_fifty",
                "The network is not the one that is fixed.",
                ["fixed_part"],
                trial().replace("100, 5, 10", "50, 4, 10"),
                FROM_HE,
            ),
            (
                "one_epoch_more",
                "The loop over the epochs counts the epoch 0 of `train`.",
                ["fixed_part"],
                trial().replace("range(few_epochs)", "range(few_epochs + 1)"),
                FROM_HE,
            ),
            (
                "other_images",
                "The network trains on other images than those of few_batches.",
                ["arguments", "draws", "fixed_part"],
                trial().replace(
                    "in few_batches", "in Batches(x_train[-num_few:], y_train[-num_few:], batch_size=100, shuffle=True)"
                ),
                FROM_HE,
            ),
            (
                "half_the_batches_for_one_setting",
                "Momentum reads one batch of two.",
                ["fixed_part"],
                trial().replace("in few_batches", 'in list(few_batches)[:: 1 + (update == "momentum_update")]'),
                FROM_HE,
            ),
            (
                "nothing_is_trained",
                "The gradients are computed, and no update follows.",
                ["arguments", "fixed_part"],
                trial().replace("getattr(model, update)", "(lambda *_: None)"),
                FROM_HE,
            ),
            (
                "gradients_of_an_experiment_by_autograd",
                "`run` lets autograd compute the gradients.",
                ["arguments", "draws", "fixed_part"],
                trial().replace("model.backward(y, model.forward(x))", "autograd_gradients(model, x, y)"),
                FROM_HE,
            ),
            (
                "argument_without_effect",
                "`run` ignores the initialisation that a setting asks for.",
                ["arguments"],
                trial(init='"he"'),
                'settings = {"small": {}, "He": {"init": "he"}}\nseeds = [0, 1, 2]',
            ),
            (
                "init_not_given_to_the_model",
                "`run` forgets its argument init: all start from He's weights, the reference too.",
                ["arguments"],
                trial().replace("100, 5, 10, init", "100, 5, 10"),
                'settings = {"SGD": {}, "momentum": {"rule": ("momentum_update", 0.1)}}\nseeds = [0, 1, 2]',
            ),
            (
                "rule_ignored",
                "Every rule is SGD.",
                ["arguments"],
                trial().replace("getattr(model, update)", "model.sgd_update"),
                FROM_HE,
            ),
            (
                "rate_ignored",
                "The rate is always the same.",
                ["arguments"],
                trial().replace("(lr, model.", "(0.1, model."),
                FROM_HE,
            ),
            (
                "rate_of_the_reference_divided",
                "SGD alone learns at a thousandth of its rate.",
                ["arguments"],
                trial(scale='lr *= 1e-3 if update == "sgd_update" else 1'),
                FROM_HE,
            ),
            (
                "better_weights_for_one_rule",
                "With another rule than SGD, the weights are He's.",
                ["arguments"],
                trial(init='init if update == "sgd_update" else "he"'),
                'settings = {"SGD": {}, "momentum": {"rule": ("momentum_update", 0.1)}}\nseeds = [0, 1, 2]',
            ),
            (
                "better_weights_for_a_rule_of_ones_own",
                "With the student's own rule, which no other criterion names, the weights are He's.",
                ["arguments"],
                "MLPModel.own_update = MLPModel.sgd_update\n"
                + textwrap.dedent(trial(init='"he" if update == "own_update" else init')).strip(),
                'settings = {"SGD": {}, "la mienne": {"rule": ("own_update", 0.1)}}\nseeds = [0, 1, 2]',
            ),
        )
    ),
    *(
        Answer(
            f"{argument}_as_an_argument",
            "A setting changes what is fixed.",
            loses={"test_experiment": ["fixed_part"]},
            cells={
                "sol_experiment": f"""
                    def run(
                        seed, rule=("sgd_update", 0.1), init="he", width=100, nb_epochs=few_epochs, batches=few_batches
                    ):
                        torch.manual_seed(seed)
                        model = MLPModel(784, width, 5, 10, init).to(device)
                        for _ in range(nb_epochs):
                            for x, y in batches:
                                getattr(model, rule[0])(rule[1], model.backward(y, model.forward(x)))
                        return accuracy_and_loss_whole_dataset(few_val, model)[0]


                    settings = {{"He": {{}}, "mieux": {{"{argument}": {value}}}}}
                    seeds = [0, 1, 2]
                    trials = run_trials(run, settings, seeds)
                """
            },
        )
        for argument, value in (
            ("width", "300"),
            ("nb_epochs", "3 * few_epochs"),
            ("batches", "Batches(*few_batches.tensors, batch_size=10, shuffle=True)"),
        )
    ),
]

WRONG = [
    *WRONG_MOMENTUM,
    *WRONG_EXPERIMENT,
    *WRONG_SHAPES,
    *WRONG_RELU,
    *WRONG_OUTPUT,
    *WRONG_INIT,
    *WRONG_FORWARD,
    *WRONG_BACKWARD,
    *WRONG_UPDATES,
    *WRONG_GRADIENT_CHECK,
    *WRONG_AUTOGRAD,
    *WRONG_DEPTH,
]

RIGHT = [
    Answer(
        "effects_that_come_late_or_never",
        "A rate that falls from the second epoch on, a clipping that never acts, averaged weights.",
        cells={
            "sol_experiment": """
                def run(seed, rule=("sgd_update", 0.1), init="small", decay=1.0, clip=None, average=False):
                    torch.manual_seed(seed)
                    model = MLPModel(784, 100, 5, 10, init=init).to(device)
                    (update, lr), ends = rule, []
                    for epoch in range(few_epochs):
                        for x, y in few_batches:
                            grads = model.backward(y, model.forward(x))
                            norm = sum((g**2).sum() for g in [*grads[0], *grads[1]]) ** 0.5
                            if clip is not None and norm > clip:
                                grads = [[g * clip / norm for g in kind] for kind in grads]
                            getattr(model, update)(lr * decay**epoch, grads)
                        ends.append(copy.deepcopy([model.params, model.bias]))
                    if average:
                        model = MLPModel.from_params(
                            *([sum(kept) / len(ends) for kept in zip(*kind)] for kind in zip(*ends))
                        )
                    right = sum((model.forward(x).argmax(1) == y.argmax(1)).sum().item() for x, y in few_val)
                    return right / few_val.num_examples


                settings = {
                    "référence": {"decay": 1.0},
                    "décroissance": {"decay": 0.5},
                    "écrêtage": {"clip": 5},
                    "moyenne": {"average": True},
                }
                seeds = [0, 1, 2]
                trials = run_trials(run, settings, seeds)
            """
        },
    ),
    Answer(
        "honest_momentum_with_he",
        "From He's weights, momentum at several rates against SGD, each setting written in full.",
        blocks={
            "sol_momentum": """
                for k, gradient in enumerate([*grads[0], *grads[1]]):
                    self.m[k] = torch.lerp(self.m[k], gradient, 0.1)
                    kind, place = (self.params, k) if k < len(self.params) else (self.bias, k - len(self.params))
                    kind[place] = kind[place] - lr * self.m[k]
            """,
            "sol_experiment": [
                trial(),
                """
                settings = {"SGD 0,1": {"rule": ("sgd_update", 0.1), "init": "he"}}
                for lr in (0.1, 0.3):
                    settings[f"momentum {lr}"] = {"rule": ("momentum_update", lr), "init": "he"}
                seeds = range(10, 14)
                """,
            ],
        },
    ),
    Answer(
        "honest_adagrad",
        "AdaGrad and RMSProp are methods of the class, and the memory of momentum is the student's own.",
        blocks={
            "sol_momentum": """
                if not hasattr(self, "velocity"):
                    self.velocity = [torch.zeros_like(p) for p in self.params + self.bias]
                for p, g, velocity in zip(self.params + self.bias, list(grads[0]) + list(grads[1]), self.velocity):
                    velocity += 0.1 * (g - velocity)
                    p.sub_(velocity, alpha=lr)
            """,
        },
        cells={
            "sol_experiment": """
                def adagrad_update(self, lr, grads, keep=1, new=1):
                    for p, g, v in zip(self.params + self.bias, grads[0] + grads[1], self.v):
                        v.mul_(keep).add_(new * g * g)
                        p -= lr * g / (v.sqrt() + 1e-8)


                def rmsprop_update(self, lr, grads):
                    self.adagrad_update(lr, grads, keep=0.9, new=0.1)


                MLPModel.adagrad_update, MLPModel.rmsprop_update = adagrad_update, rmsprop_update


                def run(seed, *, rule=("sgd_update", 0.1), init="small"):
                    torch.manual_seed(seed)
                    model = MLPModel(784, 100, 5, 10, init).to(device)
                    step = getattr(model, rule[0])
                    for _ in range(few_epochs):
                        for x, y in list(few_batches):
                            step(rule[1], model.backward(y, model.forward(x)))
                    return accuracy_and_loss_whole_dataset(few_val, model)[0]


                rates = {"sgd": 0.1, "adagrad": 0.01, "rmsprop": 0.001}
                settings = {name: {"rule": (f"{name}_update", lr)} for name, lr in rates.items()}
                seeds = (3, 1, 4)
                trials = run_trials(run, settings, seeds)
            """
        },
    ),
    Answer(
        "best_epoch_in_a_loop_of_ones_own",
        "The score is the best of all epochs, the untrained one too, as `train` returns it.",
        blocks={
            "sol_experiment": [
                """
                torch.manual_seed(seed)
                model, (update, lr) = MLPModel(784, 100, 5, 10, init).to(device), rule
                scores = [accuracy_and_loss_whole_dataset(few_val, model)[0]]
                for _ in range(few_epochs):
                    for x, y in few_batches:
                        getattr(model, update)(lr, model.backward(y, model.forward(x)))
                    scores.append(accuracy_and_loss_whole_dataset(few_val, model)[0])
                return max(scores)
                """,
                None,
            ]
        },
    ),
    Answer(
        "gradients_in_tuples",
        "The gradients come out of `zip`, as tuples.",
        blocks={
            "sol_backward": """
                delta, pairs = softmax_cross_entropy_backward(y, y_pred), []
                for k in reversed(range(len(self.params))):
                    pairs.append((delta.T @ self.h[k], delta.sum(dim=0, keepdim=True)))
                    if k > 0:
                        delta = (delta @ self.params[k]) * relu_backward(self.a[k - 1])
                grads_W, grads_b = zip(*reversed(pairs))
                return grads_W, grads_b
            """
        },
    ),
    Answer(
        "honest_xavier",
        "Xavier's weights against He's, by an argument of one's own; `train` trains, where it knows the rule.",
        cells={
            "sol_experiment": """
                def run(seed, rule=("sgd_update", 0.1), init="he", gain=2.0, **options):
                    torch.manual_seed(seed)
                    model = MLPModel(784, 100, 5, 10, init).to(device)
                    for W in model.params:
                        W *= (gain / 2) ** 0.5
                    if rule[0] in ("sgd_update", "adam_update"):
                        return train(model, rule[1], few_epochs, "sgd" in rule[0], few_batches, few_val)[1]
                    scores = []
                    for _ in range(few_epochs):
                        for x, y in few_batches:
                            getattr(model, rule[0])(rule[1], model.backward(y, model.forward(x)))
                        correct = [(model.forward(x).argmax(1) == y.argmax(1)).float() for x, y in few_val]
                        scores.append(torch.cat(correct).mean())
                    return max(scores)


                settings = {"He": {"gain": 2.0}, "Xavier": {"gain": 1.0}}
                seeds = [0, 1, 2]
                trials = run_trials(run, settings, seeds)
            """
        },
    ),
    Answer(
        "zip_without_strict",
        "The lists have the same length by contract: `strict` adds nothing.",
        blocks={
            "sol_shapes": """
                rows = dict.fromkeys(("delta", "delta_before"), n) | {"grad_W": widths[layer], "grad_b": 1}
                out = {"delta_before": widths[layer - 1], "grad_W": widths[layer - 1]}
                return {key: [rows[key], out.get(key, widths[layer])] for key in rows}
            """,
            "sol_forward": """
                self.a, self.h = [], []
                for W, b in zip(self.params, self.bias):
                    self.h.append(relu_forward(self.a[-1]) if self.a else x)
                    self.a.append(self.h[-1] @ W.T + b)
                return torch.softmax(self.a[-1], dim=1)
            """,
            "sol_updates": [
                """
                parameters, gradients = self.params + self.bias, grads[0] + grads[1]
                for parameter, gradient in zip(parameters, gradients):
                    parameter.sub_(lr * gradient)
                """,
                """
                self.t += 1
                parameters, gradients = self.params + self.bias, grads[0] + grads[1]
                moments = zip(parameters, gradients, self.m, self.v)
                for parameter, gradient, m, v in moments:
                    m.mul_(0.9).add_(gradient, alpha=0.1)
                    v.mul_(0.999).addcmul_(gradient, gradient, value=0.001)
                    scale = (v / (1 - 0.999**self.t)).sqrt_().add_(1e-8)
                    parameter.addcdiv_(m, scale, value=-lr / (1 - 0.9**self.t))
                """,
            ],
            "sol_autograd": """
                params = [W.clone().requires_grad_() for W in model.params]
                bias = [b.clone().requires_grad_() for b in model.bias]
                h = x
                for W, b in zip(params[:-1], bias[:-1]):
                    h = torch.relu(h @ W.T + b)
                loss = torch.nn.functional.cross_entropy(h @ params[-1].T + bias[-1], y)
                grads = torch.autograd.grad(loss, params + bias)
                return list(grads[: len(params)]), list(grads[len(params) :])
            """,
            "sol_momentum": """
                parameters, gradients = self.params + self.bias, grads[0] + grads[1]
                for parameter, gradient, m in zip(parameters, gradients, self.m):
                    m.mul_(0.9).add_(gradient, alpha=0.1)
                    parameter.sub_(lr * m)
            """,
        },
    ),
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
                training(
                    better="best_model is None or score > best_accuracy",
                    copy="MLPModel.from_params(model.params, model.bias)",
                ),
                None,
            ],
        },
    ),
    Answer(
        "dataclasses",
        "Data classes hold a layer, its gradient, and what Adam remembers.",
        cells={
            "sol_relu": """
                from dataclasses import dataclass


                @dataclass
                class Relu:
                    threshold: float = 0.0

                    def __call__(self, x):
                        return x.clamp(min=self.threshold)

                    def backward(self, x):
                        return x.gt(self.threshold).type_as(x)


                relu_forward = Relu()
                relu_backward = relu_forward.backward
            """,
            "sol_backward": """
                from dataclasses import dataclass, field


                @dataclass
                class LayerGradient:
                    delta: torch.Tensor
                    h: torch.Tensor
                    W: torch.Tensor = field(init=False)
                    b: torch.Tensor = field(init=False)

                    def __post_init__(self):
                        self.W, self.b = self.delta.T @ self.h, self.delta.sum(0, keepdim=True)


                def backward(self, y, y_pred):
                    delta, layers = softmax_cross_entropy_backward(y, y_pred), []
                    for k in range(len(self.params))[::-1]:
                        layers.append(LayerGradient(delta, self.h[k]))
                        if k:
                            delta = delta @ self.params[k] * relu_backward(self.a[k - 1])
                    return [layer.W for layer in layers[::-1]], [layer.b for layer in layers[::-1]]


                MLPModel.backward = backward
            """,
            "sol_updates": """
                from dataclasses import dataclass


                @dataclass
                class Moments:
                    m: torch.Tensor
                    v: torch.Tensor
                    t: int = 0

                    def step(self, g):
                        self.t += 1
                        self.m = torch.lerp(g, self.m, 0.9)
                        self.v = torch.lerp(g * g, self.v, 0.999)
                        return (self.m / (1 - 0.9**self.t)) / ((self.v / (1 - 0.999**self.t)).sqrt() + 1e-8)


                def sgd_update(self, lr, grads):
                    for kind, gradients in zip(("params", "bias"), grads):
                        setattr(self, kind, [p - lr * g for p, g in zip(getattr(self, kind), gradients)])


                def adam_update(self, lr, grads):
                    flat = [*grads[0], *grads[1]]
                    if self.t == 0:
                        self.moments = [Moments(torch.zeros_like(g), torch.zeros_like(g)) for g in flat]
                    self.t += 1
                    for p, g, moments in zip([*self.params, *self.bias], flat, self.moments):
                        p.sub_(moments.step(g), alpha=lr)


                MLPModel.sgd_update, MLPModel.adam_update = sgd_update, adam_update
            """,
        },
    ),
    Answer(
        "data_class_of_the_whole_model",
        "The model is a data class whose fields are drawn by factories.",
        cells={
            "sol_init": """
                from dataclasses import dataclass


                @dataclass(init=False, eq=False)
                class MLPModel(Model):
                    params: list
                    bias: list

                    def __init__(self, n_features, n_hidden_features, n_hidden_layers, n_classes, init="he"):
                        widths = (n_features, *(n_hidden_features,) * n_hidden_layers, n_classes)
                        self.params = [self.draw(n_in, n_out, init) for n_in, n_out in zip(widths, widths[1:])]
                        self.bias = [torch.zeros((1, n_out)) for n_out in widths[1:]]
                        self.reset()

                    @staticmethod
                    def draw(n_in, n_out, init):
                        std = {"he": np.sqrt(2 / n_in), "small": 1e-2}[init]
                        return torch.normal(0.0, float(std), size=(n_out, n_in))
            """
        },
    ),
    Answer(
        "optional_arguments",
        "Functions take more than they are asked, with a default.",
        cells={
            "sol_relu": """
                def relu_forward(x, slope=0.0):
                    return torch.where(x > 0, x, slope * x)


                def relu_backward(x, slope=0.0, *, at_zero=0.0):
                    derivative = torch.full_like(x, slope)
                    derivative[x > 0] = 1
                    derivative[x == 0] = at_zero
                    return derivative
            """,
            "sol_output": """
                def softmax_cross_entropy_backward(y, y_pred, reduction="mean"):
                    return (y_pred - y) / {"mean": y.size(0), "sum": 1}[reduction]
            """,
            "sol_forward": """
                def forward(self, x, temperature=1.0, keep=True):
                    a, h = [], [x]
                    for W, b in zip(self.params, self.bias):
                        a.append(torch.addmm(b, h[-1], W.t()))
                        h.append(relu_forward(a[-1]))
                    if keep:
                        self.a, self.h = a, h[:-1]
                    return (a[-1] / temperature).softmax(-1)


                MLPModel.forward = forward
            """,
            "sol_gradient_check": """
                def numerical_gradient(f, x, eps=1e-6, dtype=None):
                    moves = eps * torch.eye(x.numel(), dtype=x.dtype).reshape(-1, *x.shape)
                    slopes = [float(f(x + move)) - float(f(x - move)) for move in moves]
                    return torch.tensor(slopes, dtype=dtype or x.dtype).div(2 * eps).view_as(x)
            """,
        },
    ),
    Answer(
        "lambdas_and_partials",
        "Functions are lambdas, partial functions and attributes looked up by name.",
        cells={
            "sol_relu": """
                from functools import partial

                relu_forward = partial(torch.clamp, min=0)
                relu_backward = lambda x: torch.heaviside(x, torch.zeros((), dtype=x.dtype))
            """,
            "sol_output": "softmax_cross_entropy_backward = lambda y, y_pred: y_pred.sub(y).div(len(y_pred))",
            "sol_gradient_check": """
                from functools import lru_cache


                def numerical_gradient(f, x, eps=1e-6):
                    @lru_cache(maxsize=None)
                    def value(i, sign):
                        t = x.detach().clone().flatten()
                        t[i] += sign * eps
                        return float(f(t.reshape(x.shape)))

                    slopes = map(lambda i: (value(i, 1) - value(i, -1)) / (2 * eps), range(x.numel()))
                    return torch.tensor(list(slopes), dtype=x.dtype).reshape(x.shape)
            """,
        },
        blocks={
            "sol_init": """
                widths = [n_features] + n_hidden_layers * [n_hidden_features] + [n_classes]
                std = (lambda n_in: (2 / n_in) ** 0.5) if init == "he" else (lambda n_in: 0.01)
                law = torch.distributions.Normal
                self.params = [law(0.0, std(n_in)).sample((n_out, n_in)) for n_in, n_out in pairwise(widths)]
                self.bias = list(map(lambda n_out: torch.zeros(1, n_out), widths[1:]))
            """,
            "sol_depth": [
                """
                step = getattr(model, "sgd_update" if sgd else "adam_update")
                for x, y in data_loader_train if epoch else ():
                    step(lr, model.backward(y, model.forward(x)))
                for name, loader in dict(train=data_loader_train, val=data_loader_val).items():
                    for quantity, value in zip(("accuracy", "loss"), accuracy_and_loss_whole_dataset(loader, model)):
                        history["_".join((name, quantity))].append(value)
                if history["val_accuracy"][-1] == max(history["val_accuracy"]) > best_accuracy:
                    best_accuracy, best_model = max(history["val_accuracy"]), copy.deepcopy(model)
                """,
                "return list(map(lambda g: float(torch.linalg.norm(g)), model.backward(y, model.forward(x))[0]))",
            ],
        },
    ),
    Answer(
        "numpy",
        "The computations are NumPy's, on the memory of the tensors or on copies.",
        blocks={
            "sol_relu": [
                "return torch.from_numpy(np.maximum(x.cpu().numpy(), 0)).to(x.device)",
                "return torch.from_numpy((x.cpu().numpy() > 0).astype(x.cpu().numpy().dtype)).to(x.device)",
            ],
            "sol_output": "return torch.from_numpy((y_pred.numpy() - y.numpy()) / y.shape[0])",
            "sol_init": """
                widths = np.array([n_features] + [n_hidden_features] * n_hidden_layers + [n_classes])
                draws = np.random.default_rng(torch.randint(2**31, (1,)).item())
                self.params, self.bias = [], []
                for n_in, n_out in zip(widths[:-1], widths[1:]):
                    W = draws.normal(0, np.sqrt(2 / n_in) if init == "he" else 0.01, (n_out, n_in))
                    self.params.append(torch.tensor(W, dtype=torch.float32))
                    self.bias.append(torch.from_numpy(np.zeros((1, n_out), dtype=np.float32)))
            """,
            "sol_backward": """
                delta = softmax_cross_entropy_backward(y, y_pred).numpy()
                grads_W, grads_b = [None] * len(self.params), [None] * len(self.params)
                for k in range(len(self.params) - 1, -1, -1):
                    grads_W[k] = torch.from_numpy(delta.T @ self.h[k].numpy())
                    grads_b[k] = torch.from_numpy(delta.sum(axis=0)[np.newaxis])
                    if k > 0:
                        delta = (delta @ self.params[k].numpy()) * (self.a[k - 1].numpy() > 0)
                return grads_W, grads_b
            """,
            "sol_updates": [
                """
                for parameter, gradient in zip(self.params + self.bias, grads[0] + grads[1]):
                    parameter.numpy()[...] -= lr * gradient.numpy()
                """,
                None,
            ],
            "sol_gradient_check": """
                shifted, gradient = np.array(x, copy=True), np.zeros(tuple(x.shape))
                for index in np.ndindex(*x.shape):
                    ends = []
                    for sign in (1, -1):
                        shifted[index] = x[index] + sign * eps
                        ends.append(float(f(torch.tensor(shifted))))
                    shifted[index] = x[index]
                    gradient[index] = (ends[0] - ends[1]) / (2 * eps)
                return torch.tensor(gradient, dtype=x.dtype)
            """,
            "sol_depth": [
                None,
                "return [float(np.linalg.norm(g.cpu().numpy())) for g in model.backward(y, model.forward(x))[0]]",
            ],
        },
    ),
    Answer(
        "methods_of_ones_own",
        "Methods share the work, and a recursion goes back through the layers.",
        cells={
            "sol_forward": """
                def layer(self, k, h):
                    self.h.append(h)
                    self.a.append(h.matmul(self.params[k].transpose(0, 1)).add(self.bias[k]))
                    return self.a[k]


                def softmax(self, logits):
                    return torch.exp(logits - torch.logsumexp(logits, dim=1, keepdim=True))


                def forward(self, x):
                    self.a, self.h = [], []
                    *hidden, last = range(len(self.params))
                    for k in hidden:
                        x = relu_forward(self.layer(k, x))
                    return self.softmax(self.layer(last, x))


                MLPModel.layer, MLPModel.softmax, MLPModel.forward = layer, softmax, forward
            """,
            "sol_backward": """
                def back_from(self, k, delta):
                    here = [delta.T @ self.h[k]], [delta.sum(dim=0).unsqueeze(0)]
                    if k == 0:
                        return here
                    before = self.back_from(k - 1, relu_backward(self.a[k - 1]) * (delta @ self.params[k]))
                    return before[0] + here[0], before[1] + here[1]


                def backward(self, y, y_pred):
                    return self.back_from(len(self.params) - 1, softmax_cross_entropy_backward(y, y_pred))


                MLPModel.back_from, MLPModel.backward = back_from, backward
            """,
            "sol_updates": """
                def parameters_with(self, grads):
                    yield from zip(self.params + self.bias, list(grads[0]) + list(grads[1]))


                def sgd_update(self, lr, grads):
                    for parameter, gradient in self.parameters_with(grads):
                        parameter.add_(gradient, alpha=-lr)


                def adam_update(self, lr, grads, betas=(0.9, 0.999), eps=1e-8):
                    self.t += 1
                    first, second = (1 - beta**self.t for beta in betas)
                    for k, (parameter, gradient) in enumerate(self.parameters_with(grads)):
                        self.m[k].lerp_(gradient, 1 - betas[0])
                        self.v[k].lerp_(gradient.square(), 1 - betas[1])
                        # Both corrections in the rate, and ε at the scale of the root.
                        rate = lr * second**0.5 / first
                        parameter -= rate * self.m[k] / (self.v[k].sqrt() + eps * second**0.5)


                MLPModel.parameters_with = parameters_with
                MLPModel.sgd_update = sgd_update
                MLPModel.adam_update = adam_update
            """,
            "sol_autograd": """
                class Twin(MLPModel):
                    def leaves(self):
                        return [p.requires_grad_(True) for p in self.params + self.bias]


                def autograd_gradients(model, x, y):
                    twin = Twin.from_params(model.params, model.bias)
                    leaves = twin.leaves()
                    loss = cross_entropy(y, twin.forward(x))
                    loss.backward()
                    return [p.grad for p in leaves[: len(twin.params)]], [p.grad for p in leaves[len(twin.params) :]]
            """,
        },
    ),
    Answer(
        "functional_autograd",
        "torch.func derives a function of the lists of parameters, which have no memory.",
        blocks={
            "sol_relu": [
                "return x * (x > 0)",
                "return torch.sign(relu_forward(x))",
            ],
            "sol_output": """
                gradient = y_pred.clone()
                gradient[range(len(y)), y.argmax(dim=1)] -= 1
                gradient /= len(y)
                return gradient
            """,
            "sol_init": """
                sizes = [n_features]
                for _ in range(n_hidden_layers):
                    sizes.append(n_hidden_features)
                sizes.append(n_classes)
                self.params, self.bias = [], []
                for k in range(len(sizes) - 1):
                    W = torch.zeros(sizes[k + 1], sizes[k])
                    torch.randn(W.shape, out=W)
                    W *= 0.01 if init == "small" else torch.tensor(2.0 / sizes[k]).sqrt()
                    self.params += [W]
                    self.bias += [W.new_zeros((1, W.shape[0]))]
            """,
            "sol_autograd": """
                def loss(params, bias):
                    h = x
                    for W, b in zip(params[:-1], bias[:-1]):
                        h = torch.relu(h @ W.T + b)
                    return -(y * torch.log_softmax(h @ params[-1].T + bias[-1], dim=1)).sum(dim=1).mean()

                return torch.func.grad(loss, argnums=(0, 1))(model.params, model.bias)
            """,
            "sol_depth": [
                """
                if epoch != 0:
                    for batch in data_loader_train:
                        grads = model.backward(batch[1], model.forward(batch[0]))
                        if sgd:
                            model.sgd_update(lr, grads)
                        else:
                            model.adam_update(lr, grads)
                train_accuracy, train_loss = accuracy_and_loss_whole_dataset(data_loader_train, model)
                val_accuracy, val_loss = accuracy_and_loss_whole_dataset(data_loader_val, model)
                for values, value in zip(history.values(), (train_accuracy, val_accuracy, train_loss, val_loss)):
                    values.append(value)
                if best_model is None or val_accuracy > best_accuracy:
                    best_accuracy = float(val_accuracy)
                    best_model = copy.copy(model)
                    for name in ("params", "bias", "m", "v"):
                        if hasattr(model, name):
                            setattr(best_model, name, [tensor.clone() for tensor in getattr(model, name)])
                """,
                """
                grads_W, _ = model.backward(y, model.forward(x))
                norms = []
                for gradient in grads_W:
                    norms.append(sum(number**2 for number in gradient.flatten().tolist()) ** 0.5)
                return norms
                """,
            ],
        },
    ),
    Answer(
        "no_grad_everywhere",
        "Decorators forbid autograd, gradients are tuples, and lists are filled from the end.",
        cells={
            "sol_forward": """
                @torch.no_grad()
                def forward(self, x):
                    pre_activations, inputs = [], []
                    for W, b in zip(self.params, self.bias):
                        inputs.append(x)
                        pre_activations.append(x @ W.mT + b.expand(len(x), -1))
                        x = relu_forward(pre_activations[-1])
                    self.a, self.h = pre_activations, inputs
                    shifted = self.a[-1] - self.a[-1].max(dim=1, keepdim=True).values
                    return shifted.exp() / shifted.exp().sum(1, keepdim=True)


                MLPModel.forward = forward
            """,
            "sol_backward": """
                @torch.inference_mode(False)
                @torch.no_grad()
                def backward(self, y, y_pred):
                    n = len(self.params)
                    deltas = [None] * (n - 1) + [softmax_cross_entropy_backward(y, y_pred)]
                    for k in range(n - 1, 0, -1):
                        deltas[k - 1] = torch.where(self.a[k - 1] > 0, deltas[k] @ self.params[k], 0)
                    ones = torch.ones(1, len(y), dtype=y_pred.dtype, device=y.device)
                    return [d.mT @ h for d, h in zip(deltas, self.h)], [ones @ d for d in deltas]


                MLPModel.backward = backward
            """,
            "sol_updates": """
                @torch.no_grad()
                def sgd_update(self, lr, grads):
                    grads_W, grads_b = grads
                    for W, b, gW, gb in zip(self.params, self.bias, grads_W, grads_b):
                        W -= lr * gW
                        b -= lr * gb


                @torch.no_grad()
                def adam_update(self, lr, grads):
                    self.t = self.t + 1
                    everything = tuple(self.params) + tuple(self.bias), tuple(grads[0]) + tuple(grads[1])
                    for k, (parameter, g) in enumerate(zip(*everything)):
                        self.m[k] = self.m[k] + (1 - 0.9) * (g - self.m[k])
                        self.v[k] = self.v[k] + (1 - 0.999) * (g**2 - self.v[k])
                        m_hat, v_hat = self.m[k] / (1 - 0.9**self.t), self.v[k] / (1 - 0.999**self.t)
                        parameter.copy_(parameter - lr * m_hat / (torch.sqrt(v_hat) + 1e-8))


                MLPModel.sgd_update = sgd_update
                MLPModel.adam_update = adam_update
            """,
        },
    ),
    Answer(
        "experiment_on_the_processor",
        "The network stays where it is made.",
        blocks={
            "sol_experiment": [
                """
                torch.manual_seed(seed)
                model, (update, lr) = MLPModel(784, 100, 5, 10, init), rule
                for _ in range(few_epochs):
                    for x, y in few_batches:
                        grads = model.backward(y, model.forward(x))
                        getattr(model, update)(lr, grads)
                return accuracy_and_loss_whole_dataset(few_val, model)[0]
                """,
                None,
            ]
        },
    ),
    Answer(
        "lists_of_tensors_at_once",
        "The updates take whole lists, `backward` calls itself, x is moved by additions that leave an error "
        "of rounding; the experiment computes two gradients a batch, and follows the norms.",
        cells={
            "sol_shapes": """
                def batch_shapes(n, widths, layer):
                    W = np.empty((widths[layer], widths[layer - 1]))
                    delta = np.empty((n, len(W)))
                    before = delta @ W
                    return {
                        "delta": delta.shape,
                        "grad_W": (delta.T @ before).shape,
                        "grad_b": delta.sum(axis=0, keepdims=True).shape,
                        "delta_before": before.shape,
                    }
            """,
            "sol_relu": """
                def relu_forward(x):
                    return x.clamp(min=0)


                def relu_backward(x):
                    return torch.heaviside(x, x.new_zeros(()))
            """,
            "sol_forward": """
                def forward(self, x):
                    self.a.clear()
                    self.h.clear()
                    for k, (W, b) in enumerate(zip(self.params, self.bias), start=1):
                        self.h.append(x)
                        self.a.append(torch.addmm(b, x, W.t()))
                        x = relu_forward(self.a[-1]) if k < len(self.params) else self.a[-1]
                    return (x - x.logsumexp(dim=1, keepdim=True)).exp().clamp_min(1e-7)


                MLPModel.forward = forward
            """,
            "sol_backward": """
                def backward(self, y, y_pred):
                    def descend(k, delta):
                        if k < 0:
                            return [], []
                        before = torch.where(self.a[k - 1] > 0, delta @ self.params[k], 0.0) if k else None
                        grads_W, grads_b = descend(k - 1, before)
                        return [*grads_W, delta.mT @ self.h[k]], [*grads_b, delta.new_ones(1, len(y)) @ delta]

                    return descend(len(self.params) - 1, softmax_cross_entropy_backward(y, y_pred))


                MLPModel.backward = backward
            """,
            "sol_updates": """
                def sgd_update(self, lr, grads):
                    torch._foreach_add_(self.params + self.bias, grads[0] + grads[1], alpha=-lr)


                def adam_update(self, lr, grads):
                    g = [*grads[0], *grads[1]]
                    self.t += 1
                    torch._foreach_lerp_(self.m, g, 0.1)
                    torch._foreach_mul_(self.v, 0.999)
                    torch._foreach_addcmul_(self.v, g, g, 0.001)
                    root = torch._foreach_sqrt(torch._foreach_div(self.v, 1 - 0.999**self.t))
                    torch._foreach_add_(root, 1e-8)
                    torch._foreach_addcdiv_(self.params + self.bias, self.m, root, -lr / (1 - 0.9**self.t))


                MLPModel.sgd_update = sgd_update
                MLPModel.adam_update = adam_update
            """,
            "sol_gradient_check": """
                def numerical_gradient(f, x, eps=1e-6):
                    gradient = torch.empty_like(x)
                    for place in product(*map(range, x.shape)):
                        x[place] += eps
                        above = float(f(x))
                        x[place] -= 2 * eps
                        gradient[place] = (above - float(f(x))) / (2 * eps)
                        x[place] += eps
                    return gradient
            """,
            "sol_experiment": """
                def run(seed, rule=("sgd_update", 0.1), init="he", radius=0.0):
                    torch.manual_seed(seed)
                    model, followed = MLPModel(784, 100, 5, 10, init).to(device), []
                    for _ in range(few_epochs):
                        for x, y in few_batches:
                            grads = model.backward(y, model.forward(x))
                            if radius:
                                model.sgd_update(-radius, grads)
                                second = model.backward(y, model.forward(x))
                                model.sgd_update(radius, grads)
                                grads = second
                            getattr(model, rule[0])(rule[1], grads)
                            followed.append(gradient_norms(model, x_train[:50], y_train[:50]))
                    return accuracy_and_loss_whole_dataset(few_val, model)[0]


                settings = {"SGD": {}, "deux gradients": {"radius": 0.05}, "petits": {"init": "small"}}
                seeds = [5, 6, 7]
                trials = run_trials(run, settings, seeds)
            """,
        },
    ),
    Answer(
        "weights_scaled_by_a_first_batch",
        "A setting divides each layer by what it gives of a first batch.",
        cells={
            "sol_experiment": """
                def run(seed, rule=("sgd_update", 0.1), init="small", scaled=False):
                    torch.manual_seed(seed)
                    model = MLPModel(784, 100, 5, 10, init).to(device)
                    if scaled:
                        x, _ = next(iter(few_batches))
                        for k in range(len(model.params)):
                            model.forward(x)
                            model.params[k] /= model.a[k].std()
                    for _ in range(few_epochs):
                        for x, y in few_batches:
                            getattr(model, rule[0])(rule[1], model.backward(y, model.forward(x)))
                    return accuracy_and_loss_whole_dataset(few_val, model)[0]


                settings = {"petits": {}, "mis à l'échelle": {"scaled": True}}
                seeds = [0, 1, 2]
                trials = run_trials(run, settings, seeds)
            """,
        },
    ),
]

ANSWERS = WRONG + RIGHT
