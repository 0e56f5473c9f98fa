"""Answers to the lab on logistic regression, with the criteria that each must lose."""

from instructor.labs.answers import Answer

# Right answers, of which many wrong ones change one thing.
ADAM_BLOCK = """
self.t += 1
self.m = beta1 * self.m + (1 - beta1) * grads
self.v = beta2 * self.v + (1 - beta2) * grads**2
m_hat, v_hat = self.m / (1 - beta1**self.t), self.v / (1 - beta2**self.t)
self.W -= lr * m_hat / (v_hat.sqrt() + eps)
"""
TRAIN_BLOCK = """
best_model, best_accuracy = None, -1.0
for epoch in range(nb_epochs + 1):
    if epoch > 0:
        update = model.sgd_update if sgd else model.adam_update
        for x, y in data_loader_train:
            update(lr, model.get_grads(y, model.forward(x), x))
    val_accuracy, val_loss = accuracy_and_loss_whole_dataset(data_loader_val, model)
    history["val_accuracy"].append(val_accuracy)
    history["val_loss"].append(val_loss)
    if val_accuracy > best_accuracy:
        best_model, best_accuracy = copy.deepcopy(model), val_accuracy
"""
SEARCH_BLOCK = """
new_model = LinearModel(num_features, num_classes)
batches = Batches(x_train, y_train, batch_size=batch_size, shuffle=True), Batches(x_val, y_val, batch_size=1000)
_, results[lr, batch_size], _ = train(new_model, lr, NUM_EPOCHS, sgd, *batches)
"""
PENALTY_BLOCK = """
grads = super().get_grads(y, y_pred, X)
grads[:-1] += self.l2 * self.W[:-1]
return grads
"""
RUN_BLOCK = """
torch.manual_seed(seed)
x, y = x_train[:num_images], y_train[:num_images]
loader = Batches(x, y, batch_size=batch_size, shuffle=True)
model = PenalisedModel(num_features, num_classes, l2)
return train(model, lr, RUN_EPOCHS, False, loader, loader_val)[1]
"""
SETTINGS_BLOCK = """
settings = {"sans": {"l2": 0.0}, "avec": {"l2": 0.01}}
seeds = [0, 1, 2]
"""

SOFTMAX = ["any_dimension", "any_axis", "large_scores", "constant_of_each_row", "input_unchanged"]
CROSS_ENTROPY = ["mean", "impossible_classes", "certain_and_wrong", "small_probability"]
GRADIENT = ["weights", "biases", "mean"]
SGD = ["steps", "grads_unchanged"]
ADAM = ["moving_averages", "correction", "epsilon"]
TRAIN = ["evaluations", "optimizer", "best_model", "best_accuracy", "initial_model"]


def change(text, *changes):
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


WRONG = [
    Answer(
        "library_and_autograd",
        "PyTorch's own functions, derivatives and optimizers, some under names put together at run time.",
        loses={
            "test_softmax": SOFTMAX,
            "test_cross_entropy": CROSS_ENTROPY,
            "test_gradient": ["forward", *GRADIENT],
            "test_sgd": SGD,
            "test_adam": ADAM,
        },
        blocks={
            "sol_softmax": """
                return getattr(torch, "soft" + "max")(x, dim=axis)
            """,
            "sol_cross_entropy": """
                losses = vars(torch.nn)["functional"]
                return losses.nll_loss(torch.log(y_pred.clamp_min(1e-12)), y.argmax(dim=1))
            """,
            "sol_gradient": [
                """
                kept = vars(torch.nn)["functional"]
                return kept.linear(x, self.W[:-1].T, self.W[-1]).softmax(dim=1)
                """,
                """
                from collections import deque

                def loss(W):
                    probs = softmax(inputs_tilde(X) @ W)
                    return -(y * torch.log(probs)).sum(dim=1).mean()

                tools = deque([getattr(torch, "fu" + "nc")])
                return tools[0].grad(loss)(self.W)
                """,
            ],
            "sol_sgd": """
                W = self.W.requires_grad_()
                W.grad = grads.clone()
                vars(torch)["optim"].SGD([W], lr=lr).step()
                self.W = W.detach()
            """,
            "sol_adam": """
                if not hasattr(self, "optimizer"):
                    self.W.requires_grad_()
                    self.optimizer = vars(torch)["optim"].Adam([self.W], lr=lr)
                for group in self.optimizer.param_groups:
                    group["lr"] = lr
                self.W.grad = grads.clone()
                self.optimizer.step()
            """,
        },
    ),
    Answer(
        "softmax_of_a_distribution",
        "PyTorch's own softmax, under another name.",
        loses={"test_softmax": SOFTMAX},
        blocks={
            "sol_softmax": """
                from torch.distributions.utils import logits_to_probs
                return logits_to_probs(x.movedim(axis, -1)).movedim(-1, axis)
            """
        },
    ),
    Answer(
        "softmax_ready_made",
        "torch.nn.functional does the work, under an alias.",
        loses={"test_softmax": SOFTMAX},
        blocks={
            "sol_softmax": """
                import torch.nn.functional as F

                return F.log_softmax(x, dim=axis).exp()
            """
        },
    ),
    Answer(
        "softmax_without_maximum",
        "The exponentials overflow, and those of very low scores are all 0.",
        loses={"test_softmax": ["large_scores", "constant_of_each_row"]},
        blocks={
            "sol_softmax": """
                exp = torch.exp(x)
                return exp / exp.sum(dim=axis, keepdim=True)
            """
        },
    ),
    Answer(
        "softmax_less_the_minimum",
        "The smallest score becomes 0, and the exponential of the largest overflows.",
        loses={"test_softmax": ["large_scores"]},
        blocks={
            "sol_softmax": """
                exp = torch.exp(x - x.amin(dim=axis, keepdim=True))
                return exp / exp.sum(dim=axis, keepdim=True)
            """
        },
    ),
    Answer(
        "softmax_always_on_last_axis",
        "The argument `axis` is ignored.",
        loses={"test_softmax": ["any_axis"]},
        blocks={
            "sol_softmax": """
                exp = torch.exp(x - x.amax(dim=-1, keepdim=True))
                return exp / exp.sum(dim=-1, keepdim=True)
            """
        },
    ),
    Answer(
        "softmax_shifted_along_another_axis",
        "The maximum is that of the last axis, the sum that of the axis asked for.",
        loses={"test_softmax": ["any_axis"]},
        blocks={
            "sol_softmax": """
                exp = torch.exp(x - x.amax(dim=-1, keepdim=True))
                return exp / exp.sum(dim=axis, keepdim=True)
            """
        },
    ),
    Answer(
        "softmax_broadcast_over_the_wrong_axis",
        "The axis goes first instead of being kept: beyond matrices, the others change places.",
        loses={"test_softmax": ["any_dimension"]},
        blocks={
            "sol_softmax": """
                exp = torch.exp(x - x.amax(dim=axis, keepdim=True))
                return (exp.transpose(axis, 0) / exp.sum(dim=axis)).transpose(axis, 0)
            """
        },
    ),
    Answer(
        "softmax_of_rows_or_columns",
        "The first axis is a transposition away, any other axis is taken for the last.",
        loses={"test_softmax": ["any_axis"]},
        blocks={
            "sol_softmax": """
                if axis == 0:
                    return softmax(x.T).T
                exp = torch.exp(x - x.amax(dim=-1, keepdim=True))
                return exp / exp.sum(dim=-1, keepdim=True)
            """
        },
    ),
    Answer(
        "softmax_shifted_by_one_maximum",
        "The maximum of the whole tensor is subtracted: rows far below it become 0 / 0.",
        loses={"test_softmax": ["constant_of_each_row"]},
        blocks={
            "sol_softmax": """
                exp = torch.exp(x - x.max())
                return exp / exp.sum(dim=axis, keepdim=True)
            """
        },
    ),
    Answer(
        "softmax_in_place",
        "The caller's scores are changed.",
        loses={"test_softmax": ["input_unchanged"]},
        blocks={
            "sol_softmax": """
                x -= x.amax(dim=axis, keepdim=True)
                return torch.exp(x) / torch.exp(x).sum(dim=axis, keepdim=True)
            """
        },
    ),
    Answer(
        "loss_averaged_twice",
        "The mean of the batch is divided again by its length.",
        loses={"test_cross_entropy": ["mean"]},
        blocks={"sol_cross_entropy": "return -(y * torch.log(y_pred.clamp_min(1e-12))).sum(dim=1).mean() / len(y)"},
    ),
    Answer(
        "loss_averaged_over_classes_too",
        "`mean` over the whole matrix divides by the number of classes.",
        loses={"test_cross_entropy": ["mean", "impossible_classes", "small_probability"]},
        blocks={"sol_cross_entropy": "return -(y * torch.log(y_pred.clamp_min(1e-12))).mean()"},
    ),
    Answer(
        "loss_of_zero_probability",
        "0 log 0 is NaN.",
        loses={"test_cross_entropy": ["impossible_classes", "certain_and_wrong"]},
        blocks={"sol_cross_entropy": "return -(y * torch.log(y_pred)).sum(dim=1).mean()"},
    ),
    Answer(
        "loss_of_the_right_class_only",
        "No 0 log 0, but the logarithm of a right class of probability 0 is infinite.",
        loses={"test_cross_entropy": ["certain_and_wrong"]},
        blocks={"sol_cross_entropy": "return -torch.log(y_pred[y == 1]).mean()"},
    ),
    Answer(
        "loss_that_is_no_number_made_large",
        "NaN is replaced by a large loss, though the prediction may be perfect.",
        loses={"test_cross_entropy": ["impossible_classes"]},
        blocks={
            "sol_cross_entropy": """
                losses = -(y * torch.log(y_pred)).sum(dim=1)
                return torch.where(losses.isfinite(), losses, 100.0).mean()
            """
        },
    ),
    Answer(
        "loss_of_zero_probability_nearly_infinite",
        "nan_to_num makes each loss the largest of numbers: two of them sum to infinity.",
        loses={"test_cross_entropy": ["certain_and_wrong"]},
        blocks={"sol_cross_entropy": "return -torch.nan_to_num(y * torch.log(y_pred)).sum(dim=1).mean()"},
    ),
    Answer(
        "loss_that_raises_the_floor_in_place",
        "The caller's probabilities are changed.",
        loses={"test_cross_entropy": ["small_probability"]},
        blocks={"sol_cross_entropy": "return -(y * torch.log(y_pred.clamp_(min=1e-12))).sum(dim=1).mean()"},
    ),
    Answer(
        "loss_with_a_high_floor",
        "Probabilities that could be compared all become 0.0001.",
        loses={"test_cross_entropy": ["small_probability"]},
        blocks={"sol_cross_entropy": "return -(y * torch.log(y_pred.clamp_min(1e-4))).sum(dim=1).mean()"},
    ),
    Answer(
        "loss_ready_made",
        "PyTorch's own loss, from its list of classes.",
        loses={"test_cross_entropy": CROSS_ENTROPY},
        blocks={"sol_cross_entropy": "return torch.nn.NLLLoss()(torch.log(y_pred.clamp_min(1e-12)), y.argmax(dim=1))"},
    ),
    Answer(
        "accuracy_is_a_tensor",
        "The share is a tensor.",
        loses={"test_accuracy": ["python_numbers"]},
        blocks={
            "sol_accuracy": """
                right = y.argmax(dim=1) == y_pred.argmax(dim=1)
                return right.float().mean(), (right.sum().item(), len(y))
            """
        },
    ),
    Answer(
        "accuracy_along_examples",
        "The largest of each column instead of each row.",
        loses={"test_accuracy": ["share", "counts", "python_numbers"]},
        blocks={
            "sol_accuracy": """
                num_right = (y.argmax(dim=0) == y_pred.argmax(dim=0)).sum().item()
                return num_right / len(y), (num_right, len(y))
            """
        },
    ),
    Answer(
        "accuracy_counts_swapped",
        "The pair is the wrong way round, which the evaluation and the training after it do not pay for.",
        loses={"test_accuracy": ["counts"]},
        blocks={
            "sol_accuracy": """
                num_right = (y.argmax(dim=1) == y_pred.argmax(dim=1)).sum().item()
                return num_right / len(y), (len(y), num_right)
            """
        },
    ),
    Answer(
        "accuracy_of_ties_all_right",
        "An answer is right when none is more probable: without training, all are.",
        loses={"test_accuracy": ["share"]},
        blocks={
            "sol_accuracy": """
                num_right = ((y * y_pred).sum(dim=1) == y_pred.max(dim=1).values).sum().item()
                return num_right / len(y), (num_right, len(y))
            """
        },
    ),
    Answer(
        "accuracy_rounded",
        "Two decimals are kept.",
        loses={"test_accuracy": ["share"]},
        blocks={
            "sol_accuracy": """
                num_right = (y.argmax(dim=1) == y_pred.argmax(dim=1)).sum().item()
                return round(num_right / len(y), 2), (num_right, len(y))
            """
        },
    ),
    Answer(
        "accuracy_in_percent",
        "A percentage is not a share.",
        loses={"test_accuracy": ["share"]},
        blocks={
            "sol_accuracy": """
                num_right = (y.argmax(dim=1) == y_pred.argmax(dim=1)).sum().item()
                return 100 * num_right / len(y), (num_right, len(y))
            """
        },
    ),
    Answer(
        "bias_column_forgotten",
        "The inputs are left as they are.",
        loses={"test_inputs_tilde": ["any_dimension", "any_axis", "dtype"]},
        blocks={"sol_inputs_tilde": "return x"},
    ),
    Answer(
        "bias_column_first",
        "The 1 comes first, so the biases would be the first row.",
        loses={"test_inputs_tilde": ["any_dimension", "any_axis", "dtype"]},
        blocks={"sol_inputs_tilde": "return torch.cat([torch.ones_like(x.narrow(axis, 0, 1)), x], dim=axis)"},
    ),
    Answer(
        "bias_always_on_last_axis",
        "The argument `axis` is ignored.",
        loses={"test_inputs_tilde": ["any_axis"]},
        blocks={"sol_inputs_tilde": "return torch.cat([x, torch.ones_like(x[..., :1])], dim=-1)"},
    ),
    Answer(
        "bias_on_the_last_axis_when_counted_from_the_end",
        "-1 is the last axis, any other number the first.",
        loses={"test_inputs_tilde": ["any_axis"]},
        blocks={
            "sol_inputs_tilde": """
                shape = (*x.shape[:-1], 1) if axis == -1 else (1, *x.shape[1:])
                return torch.cat([x, x.new_ones(shape)], dim=axis)
            """
        },
    ),
    Answer(
        "bias_of_matrices_only",
        "A row or a column: vectors and cubes have neither.",
        loses={"test_inputs_tilde": ["any_dimension", "any_axis"]},
        blocks={
            "sol_inputs_tilde": """
                if axis == 0:
                    return torch.cat([x, x.new_ones(1, x.shape[1])])
                return torch.cat([x, x.new_ones(x.shape[0], 1)], dim=1)
            """
        },
    ),
    Answer(
        "bias_on_the_second_axis_for_the_last",
        "-1 is taken for 1, which vectors lack and which is not the last axis of a cube.",
        loses={"test_inputs_tilde": ["any_dimension"]},
        blocks={
            "sol_inputs_tilde": """
                if axis == 0:
                    return torch.cat([x, torch.ones_like(x[:1])])
                return torch.cat([x, torch.ones_like(x[:, :1])], dim=1)
            """
        },
    ),
    Answer(
        "bias_by_transposition",
        "The first axis is a transposition away, any other axis is taken for the last.",
        loses={"test_inputs_tilde": ["any_axis"]},
        blocks={
            "sol_inputs_tilde": """
                if axis == 0:
                    return inputs_tilde(x.T).T
                return torch.cat([x, torch.ones_like(x[..., :1])], dim=-1)
            """
        },
    ),
    Answer(
        "bias_of_another_type",
        "The ones are float32, and integers become float32 with them.",
        loses={"test_inputs_tilde": ["dtype"]},
        blocks={"sol_inputs_tilde": "return torch.cat([x, torch.ones(x.narrow(axis, 0, 1).shape)], dim=axis)"},
    ),
    Answer(
        "forward_without_bias",
        "The last row of the weights is not used.",
        loses={"test_gradient": ["forward"]},
        blocks={"sol_gradient": ["return softmax(x @ self.W[:-1])", None]},
    ),
    Answer(
        "gradient_summed",
        "Summed over the examples, not averaged.",
        loses={"test_gradient": ["mean"]},
        blocks={"sol_gradient": [None, "return inputs_tilde(X).T @ (y_pred - y)"]},
    ),
    Answer(
        "gradient_climbs",
        "The sign is wrong.",
        loses={"test_gradient": ["weights", "biases"]},
        blocks={"sol_gradient": [None, "return inputs_tilde(X).T @ (y - y_pred) / len(X)"]},
    ),
    Answer(
        "gradient_without_bias",
        "The gradient of the biases stays at zero.",
        loses={"test_gradient": ["biases"]},
        blocks={
            "sol_gradient": [
                None,
                """
                grads = torch.zeros_like(self.W)
                grads[:-1] = X.T @ (y_pred - y) / len(X)
                return grads
                """,
            ]
        },
    ),
    Answer(
        "gradient_reshaped_instead_of_transposed",
        "The weights' gradient has the right shape, but its numbers are in the wrong places.",
        loses={"test_gradient": ["weights"]},
        blocks={
            "sol_gradient": [
                None,
                """
                error = (y_pred - y) / len(X)
                return torch.vstack([(error.T @ X).reshape(X.shape[1], -1), error.sum(dim=0)])
                """,
            ]
        },
    ),
    Answer(
        "gradient_transposed",
        "One row a class.",
        loses={"test_gradient": GRADIENT},
        blocks={"sol_gradient": [None, "return (y_pred - y).T @ inputs_tilde(X) / len(X)"]},
    ),
    Answer(
        "gradient_that_changes_the_predictions",
        "The caller's predictions become errors.",
        loses={"test_gradient": ["mean"]},
        blocks={
            "sol_gradient": [
                None,
                """
                y_pred -= y
                return inputs_tilde(X).T @ y_pred / len(X)
                """,
            ]
        },
    ),
    Answer(
        "gradient_by_autograd",
        "PyTorch derives in the student's place, and the forward pass is right.",
        loses={"test_gradient": GRADIENT},
        blocks={
            "sol_gradient": [
                None,
                """
                W = self.W.clone().requires_grad_()
                loss = -(y * torch.log(softmax(inputs_tilde(X) @ W))).sum(dim=1).mean()
                loss.backward()
                return W.grad
                """,
            ]
        },
    ),
    Answer(
        "sgd_climbs",
        "The step follows the gradient.",
        loses={"test_sgd": SGD},
        blocks={"sol_sgd": "self.W += lr * grads"},
    ),
    Answer(
        "sgd_updates_a_local_variable",
        "The new weights are lost.",
        loses={"test_sgd": SGD},
        blocks={"sol_sgd": "W = self.W - lr * grads"},
    ),
    Answer(
        "sgd_at_one_rate",
        "`lr` is not used.",
        loses={"test_sgd": SGD},
        blocks={"sol_sgd": "self.W = self.W - 0.1 * grads"},
    ),
    Answer(
        "sgd_with_momentum",
        "The first step is right, the others remember it.",
        loses={"test_sgd": ["steps"]},
        blocks={
            "sol_sgd": """
                self.m = 0.9 * self.m + grads
                self.W -= lr * self.m
            """
        },
    ),
    Answer(
        "sgd_scales_the_gradient_in_place",
        "The caller's gradient is changed.",
        loses={"test_sgd": ["grads_unchanged"]},
        blocks={
            "sol_sgd": """
                grads *= lr
                self.W -= grads
            """
        },
    ),
    Answer(
        "adam_without_bias_correction",
        "The running means are used as they are.",
        loses={"test_adam": ["correction"]},
        blocks={"sol_adam": change(ADAM_BLOCK, (" / (1 - beta1**self.t)", ""), (" / (1 - beta2**self.t)", ""))},
    ),
    Answer(
        "adam_counter_stuck",
        "The correction is always that of the first step.",
        loses={"test_adam": ["correction"]},
        blocks={"sol_adam": change(ADAM_BLOCK, ("self.t += 1", "self.t = 1"))},
    ),
    Answer(
        "adam_keeps_corrected_means",
        "The corrected means overwrite the running ones, so they are corrected again and again.",
        loses={"test_adam": ["moving_averages", "correction"]},
        blocks={
            "sol_adam": change(ADAM_BLOCK, ("m_hat, v_hat", "self.m, self.v"), ("m_hat", "self.m"), ("v_hat", "self.v"))
        },
    ),
    Answer(
        "adam_without_momentum",
        "The last gradient instead of the mean of them (RMSProp).",
        loses={"test_adam": ["moving_averages"]},
        blocks={"sol_adam": change(ADAM_BLOCK, ("* m_hat", "* grads"))},
    ),
    Answer(
        "adam_without_epsilon",
        "A pixel that is always black has a gradient of 0: 0 / 0.",
        loses={"test_adam": ["epsilon"]},
        blocks={"sol_adam": change(ADAM_BLOCK, (" + eps", ""))},
    ),
    Answer(
        "adam_at_one_rate",
        "`lr` is not used.",
        loses={"test_adam": ["correction"]},
        blocks={"sol_adam": change(ADAM_BLOCK, ("-= lr", "-= 0.1"))},
    ),
    Answer(
        "adam_that_squares_the_gradient_in_place",
        "The caller's gradient is changed.",
        loses={"test_adam": ["epsilon"]},
        blocks={"sol_adam": change(ADAM_BLOCK, ("grads**2", "grads.pow_(2)"))},
    ),
    Answer(
        "adam_with_epsilon_under_the_root",
        "Small gradients get small steps.",
        loses={"test_adam": ["epsilon"]},
        blocks={"sol_adam": change(ADAM_BLOCK, ("(v_hat.sqrt() + eps)", "(v_hat + eps).sqrt()"))},
    ),
    Answer(
        "evaluation_averages_batch_means",
        "The last batch counts as much as the others though it is smaller.",
        loses={"test_evaluate": ["share", "loss"]},
        blocks={
            "sol_evaluate": """
                accuracies, losses = [], []
                for x, y in data_loader:
                    y_pred = model.forward(x)
                    accuracies.append(accuracy(y, y_pred)[0])
                    losses.append(cross_entropy(y, y_pred).item())
                return sum(accuracies) / len(accuracies), sum(losses) / len(losses)
            """
        },
    ),
    Answer(
        "evaluation_averages_batch_losses",
        "The right answers are counted, but the losses of the batches are averaged.",
        loses={"test_evaluate": ["loss"]},
        blocks={
            "sol_evaluate": """
                num_right, num_examples, losses = 0, 0, []
                for x, y in data_loader:
                    y_pred = model.forward(x)
                    _, (right, n) = accuracy(y, y_pred)
                    num_right, num_examples = num_right + right, num_examples + n
                    losses.append(cross_entropy(y, y_pred).item())
                return num_right / num_examples, sum(losses) / len(losses)
            """
        },
    ),
    Answer(
        "evaluation_averages_batch_accuracies",
        "The losses are weighted, but the accuracies of the batches are averaged.",
        loses={"test_evaluate": ["share"]},
        blocks={
            "sol_evaluate": """
                accuracies, loss, n = [], 0.0, 0
                for x, y in data_loader:
                    y_pred = model.forward(x)
                    accuracies.append(accuracy(y, y_pred)[0])
                    loss, n = loss + cross_entropy(y, y_pred).item() * len(y), n + len(y)
                return sum(accuracies) / len(accuracies), loss / n
            """
        },
    ),
    Answer(
        "evaluation_returns_a_tensor",
        "The loss is a tensor.",
        loses={"test_evaluate": ["python_floats"]},
        blocks={
            "sol_evaluate": """
                num_right, num_examples, sum_of_losses = 0, 0, 0.0
                for x, y in data_loader:
                    y_pred = model.forward(x)
                    num_right += accuracy(y, y_pred)[1][0]
                    num_examples += len(y)
                    sum_of_losses += cross_entropy(y, y_pred) * len(y)
                return num_right / num_examples, sum_of_losses / num_examples
            """
        },
    ),
    Answer(
        "evaluation_that_counts_on_an_attribute",
        "The number of examples is an attribute of `Batches`, which a list of batches lacks.",
        loses={"test_evaluate": ["python_floats"]},
        blocks={
            "sol_evaluate": """
                num_right, loss = 0, 0.0
                for x, y in data_loader:
                    y_pred = model.forward(x)
                    num_right += accuracy(y, y_pred)[1][0]
                    loss += cross_entropy(y, y_pred).item() * len(y)
                return num_right / data_loader.num_examples, loss / data_loader.num_examples
            """
        },
    ),
    Answer(
        "evaluation_of_the_whole_tensors",
        "The batches are not read.",
        loses={"test_evaluate": ["python_floats"]},
        blocks={
            "sol_evaluate": """
                x, y = data_loader.tensors
                y_pred = model.forward(x)
                return accuracy(y, y_pred)[0], cross_entropy(y, y_pred).item()
            """
        },
    ),
    Answer(
        "evaluation_without_the_last_batch",
        "A batch that is smaller than the first is skipped.",
        loses={"test_evaluate": ["share", "loss"]},
        blocks={
            "sol_evaluate": """
                batches = list(data_loader)
                batches = [batch for batch in batches if len(batch[0]) == len(batches[0][0])]
                x, y = (torch.cat(parts) for parts in zip(*batches))
                y_pred = model.forward(x)
                return accuracy(y, y_pred)[0], cross_entropy(y, y_pred).item()
            """
        },
    ),
    Answer(
        "best_model_by_reference",
        "The best model is the model itself, hence the last one.",
        loses={"test_train": ["best_model", "initial_model"]},
        blocks={"sol_train": change(TRAIN_BLOCK, ("copy.deepcopy(model)", "model"))},
    ),
    Answer(
        "training_of_a_copy",
        "The model received never changes: training on, epoch by epoch, trains nothing.",
        loses={"test_train": ["initial_model"]},
        blocks={"sol_train": "model = copy.deepcopy(model)" + TRAIN_BLOCK},
    ),
    Answer(
        "best_weights_put_back_in_the_model",
        "The best model is the one received, which loses its last steps.",
        loses={"test_train": ["initial_model"]},
        blocks={
            "sol_train": change(
                TRAIN_BLOCK, ("best_model, best", "best_W, best"), ("copy.deepcopy(model)", "model.W.clone()")
            )
            + "model.W = best_W\nbest_model = model\n"
        },
    ),
    Answer(
        "training_averages_batch_accuracies",
        "The last validation batch counts as much as the others though it is smaller.",
        loses={"test_train": ["evaluations", "best_accuracy"]},
        blocks={
            "sol_train": change(
                TRAIN_BLOCK,
                (
                    "val_accuracy, val_loss = accuracy_and_loss_whole_dataset(data_loader_val, model)",
                    "pairs = [accuracy_and_loss_whole_dataset([batch], model) for batch in data_loader_val]\n"
                    "    val_accuracy, val_loss = (sum(values) / len(values) for values in zip(*pairs))",
                ),
            )
        },
    ),
    Answer(
        "training_without_epoch_zero",
        "The initial model is not evaluated.",
        loses={"test_train": ["evaluations", "initial_model"]},
        blocks={"sol_train": change(TRAIN_BLOCK, ("range(nb_epochs + 1)", "range(1, nb_epochs + 1)"))},
    ),
    Answer(
        "initial_model_no_candidate",
        "The initial model is evaluated, but only a trained one can be the best.",
        loses={"test_train": ["initial_model"]},
        blocks={
            "sol_train": change(
                TRAIN_BLOCK, ("if val_accuracy > best_accuracy:", "if epoch > 0 and val_accuracy > best_accuracy:")
            )
        },
    ),
    Answer(
        "best_epoch_chosen_on_the_loss",
        "The epoch of the smallest validation loss.",
        loses={"test_train": ["best_model", "best_accuracy"]},
        blocks={
            "sol_train": change(
                TRAIN_BLOCK, ("if val_accuracy > best_accuracy:", 'if val_loss <= min(history["val_loss"]):')
            )
        },
    ),
    Answer(
        "best_epoch_chosen_on_the_loss_beside_the_best_accuracy",
        "The accuracy is the largest, the model that of the smallest validation loss.",
        loses={"test_train": ["best_model"]},
        blocks={
            "sol_train": change(
                TRAIN_BLOCK,
                (
                    "if val_accuracy > best_accuracy:",
                    'best_accuracy = max(history["val_accuracy"])\n    if val_loss <= min(history["val_loss"]):',
                ),
                ("best_model, best_accuracy = copy.deepcopy(model), val_accuracy", "best_model = copy.deepcopy(model)"),
            )
        },
    ),
    Answer(
        "last_accuracy_returned",
        "The model is the best, the accuracy that of the last epoch.",
        loses={"test_train": ["best_accuracy"]},
        blocks={
            "sol_train": change(
                TRAIN_BLOCK,
                (
                    "if val_accuracy > best_accuracy:",
                    'if val_accuracy > max(history["val_accuracy"][:-1], default=-1):',
                ),
                (
                    "best_model, best_accuracy = copy.deepcopy(model), val_accuracy",
                    "best_model = copy.deepcopy(model)\n    best_accuracy = val_accuracy",
                ),
            )
        },
    ),
    Answer(
        "history_of_the_training_loss",
        "The loss that is kept is that of the training batches.",
        loses={"test_train": ["evaluations"]},
        blocks={
            "sol_train": change(
                TRAIN_BLOCK,
                ("append(val_loss)", "append(accuracy_and_loss_whole_dataset(data_loader_train, model)[1])"),
            )
        },
    ),
    Answer(
        "history_of_accuracies_twice",
        "The losses that are kept are accuracies.",
        loses={"test_train": ["evaluations"]},
        blocks={"sol_train": change(TRAIN_BLOCK, ("append(val_loss)", "append(val_accuracy)"))},
    ),
    Answer(
        "training_with_predictions_as_labels",
        "The first two arguments of `get_grads` change places: each step climbs.",
        loses={"test_train": ["evaluations", "optimizer", "best_model", "best_accuracy"]},
        blocks={"sol_train": change(TRAIN_BLOCK, ("(y, model.forward(x), x)", "(model.forward(x), y, x)"))},
    ),
    Answer(
        "best_epoch_chosen_on_training_examples",
        "The validation examples are not used.",
        loses={"test_train": ["evaluations", "optimizer", "best_model", "best_accuracy"]},
        blocks={"sol_train": change(TRAIN_BLOCK, ("(data_loader_val,", "(data_loader_train,"))},
    ),
    Answer(
        "always_sgd",
        "The argument `sgd` is ignored.",
        loses={"test_train": ["optimizer"]},
        blocks={"sol_train": change(TRAIN_BLOCK, (" if sgd else model.adam_update", ""))},
    ),
    Answer(
        "trained_by_an_optimizer",
        "torch.optim makes the steps.",
        loses={"test_train": TRAIN},
        blocks={
            "sol_train": """
                kind = torch.optim.SGD if sgd else torch.optim.Adam
                optimizer = kind([model.W.requires_grad_()], lr=lr)
                best_model, best_accuracy = None, -1.0
                for epoch in range(nb_epochs + 1):
                    if epoch > 0:
                        for x, y in data_loader_train:
                            with torch.no_grad():
                                model.W.grad = model.get_grads(y, model.forward(x), x)
                            optimizer.step()
                    val_accuracy, val_loss = accuracy_and_loss_whole_dataset(data_loader_val, model)
                    history["val_accuracy"].append(val_accuracy)
                    history["val_loss"].append(val_loss)
                    if val_accuracy > best_accuracy:
                        best_model, best_accuracy = LinearModel(*model.W.shape), val_accuracy
                        best_model.W = model.W.detach().clone()
            """
        },
    ),
    Answer(
        "grid_reuses_the_model",
        "One model goes through all the trainings.",
        loses={"test_search": ["new_models"]},
        blocks={"sol_search": change(SEARCH_BLOCK, ("new_model = ", "if not results:\n    new_model = "))},
    ),
    Answer(
        "grid_without_training",
        "Nothing is trained, every accuracy is 0.",
        loses={"test_search": ["accuracies", "optimizer", "new_models"]},
        blocks={"sol_search": "results[lr, batch_size] = 0.0"},
    ),
    Answer(
        "grid_judged_on_training_images",
        "The validation images are not used.",
        loses={"test_search": ["accuracies"]},
        blocks={"sol_search": change(SEARCH_BLOCK, ("Batches(x_val, y_val,", "Batches(x_train, y_train,"))},
    ),
    Answer(
        "grid_without_shuffling",
        "The batches are the same at each epoch.",
        loses={"test_search": ["shuffled_batches"]},
        blocks={"sol_search": change(SEARCH_BLOCK, ("batch_size=batch_size, shuffle=True", "batch_size=batch_size"))},
    ),
    Answer(
        "grid_keeps_the_last_accuracy",
        "The accuracy of the last epoch, not the best.",
        loses={"test_search": ["accuracies"]},
        blocks={
            "sol_search": change(
                SEARCH_BLOCK,
                ("_, results[lr, batch_size], _", "*_, history"),
                ("*batches)", '*batches)\nresults[lr, batch_size] = history["val_accuracy"][-1]'),
            )
        },
    ),
    Answer(
        "grid_of_one_epoch",
        "NUM_EPOCHS is not used.",
        loses={"test_search": ["accuracies", "optimizer"]},
        blocks={"sol_search": change(SEARCH_BLOCK, ("NUM_EPOCHS", "1"))},
    ),
    Answer(
        "grid_of_five_epochs",
        "NUM_EPOCHS is written as a number.",
        loses={"test_search": ["optimizer"]},
        blocks={"sol_search": change(SEARCH_BLOCK, ("NUM_EPOCHS", "5"))},
    ),
    Answer(
        "grid_of_sgd_only",
        "The argument `sgd` is ignored.",
        loses={"test_search": ["optimizer"]},
        blocks={"sol_search": change(SEARCH_BLOCK, ("sgd, *", "True, *"))},
    ),
    Answer(
        "penalty_of_the_biases_too",
        "The last row is penalised like the others.",
        loses={"test_penalty": ["free_biases"]},
        blocks={
            "sol_penalty": change(PENALTY_BLOCK, ("grads[:-1] += self.l2 * self.W[:-1]", "grads += self.l2 * self.W"))
        },
    ),
    Answer(
        "penalty_twice_too_strong",
        "The derivative of λ w², not of λ w² / 2.",
        loses={"test_penalty": ["penalty_of_weights"]},
        blocks={"sol_penalty": change(PENALTY_BLOCK, ("+= self.l2", "+= 2 * self.l2"))},
    ),
    Answer(
        "penalty_itself_added",
        "The penalty is added to each component of the gradient, not its derivative.",
        loses={"test_penalty": ["penalty_of_weights"]},
        blocks={
            "sol_penalty": change(PENALTY_BLOCK, ("self.l2 * self.W[:-1]", "self.l2 / 2 * (self.W[:-1] ** 2).sum()"))
        },
    ),
    Answer(
        "penalty_that_zeroes_the_biases",
        "The biases are set to 0 in the model, not in a copy.",
        loses={"test_penalty": ["free_biases"]},
        blocks={
            "sol_penalty": """
                W = self.W
                W[-1] = 0
                return super().get_grads(y, y_pred, X) + self.l2 * W
            """
        },
    ),
    Answer(
        "penalty_by_autograd",
        "PyTorch derives the penalised loss.",
        loses={"test_penalty": ["penalty_of_weights", "free_biases"]},
        blocks={
            "sol_penalty": """
                W = self.W.clone().requires_grad_()
                probs = softmax(inputs_tilde(X) @ W)
                loss = -(y * torch.log(probs.clamp_min(1e-12))).sum(dim=1).mean()
                (loss + self.l2 / 2 * (W[:-1] ** 2).sum()).backward()
                return W.grad
            """
        },
    ),
    Answer(
        "run_without_the_penalty",
        "`l2` goes no further than the arguments of `run`.",
        loses={"test_experiment": ["score"]},
        blocks={"sol_experiment": [change(RUN_BLOCK, ("num_classes, l2)", "num_classes)")), None]},
    ),
    Answer(
        "run_judged_on_training_images",
        "The validation images are not used.",
        loses={"test_experiment": ["score"]},
        blocks={"sol_experiment": [change(RUN_BLOCK, ("loader_val)", "loader)")), None]},
    ),
    Answer(
        "run_on_all_the_images",
        "`num_images` is ignored.",
        loses={"test_experiment": ["score"]},
        blocks={"sol_experiment": [change(RUN_BLOCK, ("[:num_images]", "")), None]},
    ),
    Answer(
        "run_on_random_images",
        "As many images as asked, but not the first ones.",
        loses={"test_experiment": ["score"]},
        blocks={
            "sol_experiment": [
                change(
                    RUN_BLOCK,
                    (
                        "x, y = x_train[:num_images], y_train[:num_images]",
                        "rows = torch.randperm(len(x_train))[:num_images]\nx, y = x_train[rows], y_train[rows]",
                    ),
                ),
                None,
            ]
        },
    ),
    Answer(
        "run_on_the_last_images",
        "As many images as asked, but the last ones.",
        loses={"test_experiment": ["score"]},
        blocks={"sol_experiment": [RUN_BLOCK.replace("[:num_images]", "[-num_images:]"), None]},
    ),
    Answer(
        "run_that_returns_the_last_accuracy",
        "The accuracy of the last epoch, not the best.",
        loses={"test_experiment": ["score"]},
        blocks={"sol_experiment": [change(RUN_BLOCK, ("loader_val)[1]", 'loader_val)[2]["val_accuracy"][-1]')), None]},
    ),
    Answer(
        "run_at_one_rate",
        "`lr` is ignored.",
        loses={"test_experiment": ["score"]},
        blocks={"sol_experiment": [change(RUN_BLOCK, ("train(model, lr,", "train(model, 0.001,")), None]},
    ),
    Answer(
        "run_with_batches_of_one_size",
        "`batch_size` is ignored.",
        loses={"test_experiment": ["score"]},
        blocks={"sol_experiment": [change(RUN_BLOCK, ("batch_size=batch_size", "batch_size=200")), None]},
    ),
    Answer(
        "run_of_one_epoch",
        "RUN_EPOCHS is not used.",
        loses={"test_experiment": ["score"]},
        blocks={"sol_experiment": [change(RUN_BLOCK, ("RUN_EPOCHS", "1")), None]},
    ),
    Answer(
        "run_with_sgd",
        "SGD instead of Adam.",
        loses={"test_experiment": ["score"]},
        blocks={"sol_experiment": [change(RUN_BLOCK, ("False", "True")), None]},
    ),
    Answer(
        "run_that_ignores_its_seed",
        "Nothing is seeded: the record cannot be had again.",
        loses={"test_experiment": ["draws"]},
        blocks={"sol_experiment": [change(RUN_BLOCK, ("torch.manual_seed(seed)\n", "")), None]},
    ),
    Answer(
        "run_always_seeded_alike",
        "Whatever the seed, the same draw: three trials are one.",
        loses={"test_experiment": ["draws"]},
        blocks={"sol_experiment": [change(RUN_BLOCK, ("manual_seed(seed)", "manual_seed(0)")), None]},
    ),
    Answer(
        "experiment_of_one_seed",
        "One training a setting.",
        loses={"test_experiment": ["enough_seeds"]},
        blocks={"sol_experiment": [None, change(SETTINGS_BLOCK, ("[0, 1, 2]", "[0]"))]},
    ),
    Answer(
        "experiment_of_one_seed_three_times",
        "The same seed again and again.",
        loses={"test_experiment": ["enough_seeds"]},
        blocks={"sol_experiment": [None, change(SETTINGS_BLOCK, ("[0, 1, 2]", "[7, 7, 7]"))]},
    ),
    Answer(
        "two_changes_at_once",
        "The penalty and the learning rate change together: neither can be thanked.",
        loses={"test_experiment": ["one_change"]},
        blocks={"sol_experiment": [None, change(SETTINGS_BLOCK, ('{"l2": 0.01}', '{"l2": 0.01, "lr": 0.01}'))]},
    ),
    Answer(
        "variant_that_changes_nothing",
        "The value given is the default one.",
        loses={"test_experiment": ["one_change"]},
        blocks={"sol_experiment": [None, change(SETTINGS_BLOCK, ('{"l2": 0.01}', '{"lr": 0.001}'))]},
    ),
    Answer(
        name="accuracy_of_ties_to_the_last_class",
        why="Among equal probabilities the last counts.",
        loses={"test_accuracy": ["share"]},
        blocks={
            "sol_accuracy": """
                last = y.shape[1] - 1
                num_right = int((y.argmax(dim=1) == last - y_pred.flip(1).argmax(dim=1)).sum())
                return num_right / len(y), (num_right, len(y))
            """
        },
    ),
    Answer(
        name="bias_of_long_integers",
        why="The ones are int64: floats stay as they are, shorter integers do not.",
        loses={"test_inputs_tilde": ["dtype"]},
        blocks={
            "sol_inputs_tilde": """
                ones = torch.ones(x.narrow(axis, 0, 1).shape, dtype=torch.long)
                return torch.cat([x, ones], dim=axis)
            """
        },
    ),
    Answer(
        name="training_on_the_batches_of_the_first_epoch",
        why="The batches are read once for all: nothing is shuffled again.",
        loses={"test_train": ["optimizer"]},
        blocks={
            "sol_train": "batches = list(data_loader_train)"
            + change(TRAIN_BLOCK, ("in data_loader_train", "in batches"))
        },
    ),
    Answer(
        name="training_that_restarts_adam",
        why="Adam's averages and counter go back to zero at each epoch.",
        loses={"test_train": ["optimizer"]},
        blocks={
            "sol_train": change(
                TRAIN_BLOCK,
                (
                    "        update = model",
                    "        model.m, model.v, model.t = model.m * 0, model.v * 0, 0\n        update = model",
                ),
            )
        },
    ),
    Answer(
        name="axes_counted_from_the_end_taken_for_the_last",
        why="-1 is the last axis, and so are -2 and -3.",
        loses={"test_softmax": ["any_axis"], "test_inputs_tilde": ["any_axis"]},
        blocks={
            "sol_softmax": """
                dim = max(axis, -1) % x.dim()
                exp = torch.exp(x - x.amax(dim=dim, keepdim=True))
                return exp / exp.sum(dim=dim, keepdim=True)
            """,
            "sol_inputs_tilde": """
                shape = list(x.shape)
                shape[max(axis, -1)] = 1
                return torch.cat([x, x.new_ones(shape)], dim=max(axis, -1))
            """,
        },
    ),
    Answer(
        name="accuracy_of_ties_to_class_0",
        why="Where two classes are equally probable, the answer is class 0, be it one of them or not.",
        loses={"test_accuracy": ["share"]},
        blocks={
            "sol_accuracy": """
                is_best = y_pred == y_pred.amax(dim=1, keepdim=True)
                guesses = torch.where(is_best.sum(dim=1) == 1, y_pred.argmax(dim=1), 0)
                num_right = int((guesses == y.argmax(dim=1)).sum())
                return num_right / len(y), (num_right, len(y))
            """
        },
    ),
    Answer(
        name="adam_with_a_large_epsilon",
        why="A hundred times too large: small gradients get small steps.",
        loses={"test_adam": ["epsilon"]},
        blocks={"sol_adam": change(ADAM_BLOCK, ("+ eps", "+ 1e-6"))},
    ),
    Answer(
        name="adam_counter_of_all_models",
        why="The counter belongs to the class: a new model goes on where another stopped.",
        loses={"test_adam": ["correction"]},
        blocks={
            "sol_adam": change(
                ADAM_BLOCK, ("self.t += 1", 'LinearModel.t = getattr(LinearModel, "t", 0) + 1\nself.t = LinearModel.t')
            )
        },
    ),
    Answer(
        name="last_epoch_no_candidate",
        why="A model is compared with the best before its steps: the last one never is.",
        loses={"test_train": ["optimizer"]},
        blocks={
            "sol_train": change(
                TRAIN_BLOCK,
                ("if val_accuracy > best_accuracy:", "if epoch < nb_epochs and val_accuracy > best_accuracy:"),
            )
        },
    ),
    Answer(
        name="best_epoch_better_than_the_one_before",
        why="An epoch is compared with the one before it, not with the best.",
        loses={"test_train": ["best_model", "best_accuracy"]},
        blocks={
            "sol_train": change(
                TRAIN_BLOCK,
                (
                    "if val_accuracy > best_accuracy:",
                    'if epoch == 0 or val_accuracy > history["val_accuracy"][-2]:',
                ),
            )
        },
    ),
    Answer(
        name="loss_of_the_product_of_all_likelihoods",
        why="The product of many probabilities is 0 in float32.",
        loses={"test_cross_entropy": ["mean"]},
        blocks={"sol_cross_entropy": "return -torch.log((y_pred**y).prod().clamp_min(1e-30)) / len(y)"},
    ),
    Answer(
        name="training_on_the_validation_batches",
        why="The loaders change places in the loop of the steps.",
        loses={"test_train": ["evaluations", "optimizer", "best_model", "best_accuracy"]},
        blocks={"sol_train": change(TRAIN_BLOCK, ("y in data_loader_train", "y in data_loader_val"))},
    ),
    Answer(
        name="run_that_returns_the_best_of_its_last_call",
        why="`train` is called epoch by epoch, and only its last answer is kept.",
        loses={"test_experiment": ["score"]},
        blocks={
            "sol_experiment": [
                change(
                    RUN_BLOCK,
                    (
                        "return train(model, lr, RUN_EPOCHS, False, loader, loader_val)[1]",
                        "for _ in range(RUN_EPOCHS):\n"
                        "    _, best, _ = train(model, lr, 1, False, loader, loader_val)\n"
                        "return best",
                    ),
                ),
                None,
            ]
        },
    ),
]

RIGHT = [
    Answer(
        "honest_batch_sizes",
        "Not the penalty but the size of the batches, on five seeds, with a generator for each run.",
        blocks={
            "sol_penalty": """
                mask = torch.ones_like(self.W)
                mask[-1] = 0
                return LinearModel.get_grads(self, y, y_pred, X) + self.l2 * self.W * mask
            """,
            "sol_experiment": [
                """
                order = torch.Generator().manual_seed(seed)
                images = Batches(
                    x_train[:num_images], y_train[:num_images], batch_size=batch_size, shuffle=True, generator=order
                )
                model = PenalisedModel(num_features=num_features, num_classes=num_classes, l2=l2)
                _, best, _ = train(model, lr, RUN_EPOCHS, False, images, Batches(x_val, y_val, batch_size=500))
                return best
                """,
                """
                settings = {"lots de 200": {}, "lots de 20": {"batch_size": 20}, "lots de 1000": {"batch_size": 1000}}
                seeds = range(5)
                """,
            ],
        },
    ),
    Answer(
        "honest_decay",
        "An argument of one's own: the learning rate decreases from one epoch to the next.",
        blocks={
            "sol_penalty": """
                grads = super().get_grads(y, y_pred, X)
                return torch.cat([grads[:-1] + self.l2 * self.W[:-1], grads[-1:]])
            """
        },
        cells={
            "sol_experiment": """
                def run(seed, l2=0.0, lr=0.001, batch_size=200, num_images=5000, decay=1.0):
                    torch.manual_seed(seed)
                    images = Batches(x_train[:num_images], y_train[:num_images], batch_size=batch_size, shuffle=True)
                    model, scores = PenalisedModel(num_features, num_classes, l2), []
                    for epoch in range(RUN_EPOCHS):
                        scores.append(train(model, lr * decay**epoch, 1, False, images, loader_val)[1])
                    return max(scores)


                settings = {"lr = 0,01": dict(lr=0.01), "lr = 0,01, puis moins": dict(lr=0.01, decay=0.8)}
                seeds = (3, 14, 15, 92)
            """
        },
    ),
    Answer(
        "honest_few_images",
        "Does the penalty help where images are few? The settings share an argument that is not the default one.",
        blocks={
            "sol_experiment": [
                None,
                """
                few = {"num_images": 300}
                settings = {"300 images": few, "300 images, pénalisées": few | {"l2": 0.03}}
                seeds = [1, 2, 3]
                """,
            ]
        },
    ),
    Answer(
        "honest_centring",
        "Another argument of one's own, on the pixels of training and validation images alike.",
        cells={
            "sol_experiment": """
                def run(seed, l2=0.0, lr=0.001, batch_size=200, num_images=5000, **options):
                    generator = torch.Generator().manual_seed(1000 + seed)
                    x, shift = x_train[:num_images], 0.0
                    if options.get("centred"):
                        shift = x.mean(dim=0)
                    loader = Batches(
                        x - shift, y_train[:num_images], batch_size=batch_size, shuffle=True, generator=generator
                    )
                    model = PenalisedModel(num_features, num_classes, l2)
                    return train(model, lr, RUN_EPOCHS, False, loader, [(x_val - shift, y_val)])[1]


                settings = {"pixels": {}, "pixels centrés un par un": {"centred": True}}
                seeds = [0, 1, 2]
            """
        },
    ),
    Answer(
        "right_with_einsum_and_logarithms",
        "logsumexp, gather, einsum, and Adam in the reordered form of section 2 of its paper, in place.",
        blocks={
            "sol_softmax": "return torch.exp(x - torch.logsumexp(x, dim=axis, keepdim=True))",
            "sol_cross_entropy": """
                right = y_pred.gather(1, y.argmax(dim=1, keepdim=True))
                return -(right + 1e-10).log().mean()
            """,
            "sol_accuracy": """
                num_right = int(y.gather(1, y_pred.argmax(dim=1, keepdim=True)).sum())
                return num_right / y.shape[0], (num_right, y.shape[0])
            """,
            "sol_inputs_tilde": """
                shape = list(x.shape)
                shape[axis] = 1
                return torch.cat((x, x.new_ones(shape)), axis)
            """,
            "sol_gradient": [
                "return softmax(torch.einsum('nd,dk->nk', inputs_tilde(x), self.W))",
                "return torch.einsum('nd,nk->dk', inputs_tilde(X), (y_pred - y) / y.shape[0])",
            ],
            "sol_sgd": "self.W = self.W - lr * grads",
            "sol_adam": """
                self.t += 1
                self.m.mul_(beta1).add_(grads, alpha=1 - beta1)
                self.v.mul_(beta2).addcmul_(grads, grads, value=1 - beta2)
                correction = (1 - beta2**self.t) ** 0.5
                step = lr * correction / (1 - beta1**self.t)
                self.W.addcdiv_(self.m, self.v.sqrt() + eps * correction, value=-step)
            """,
        },
    ),
    Answer(
        "right_with_loops",
        "Example by example and number by number; the predictions of all the batches are put together first.",
        blocks={
            "sol_softmax": """
                x = x.transpose(axis, -1)
                flat = x.reshape(-1, x.shape[-1])
                rows = [torch.exp(row - max(row.tolist())) for row in flat]
                probs = torch.stack([row / row.sum() for row in rows]).reshape(x.shape)
                return probs.transpose(axis, -1)
            """,
            "sol_cross_entropy": """
                total = torch.zeros(())
                for labels, probs in zip(y, y_pred):
                    total = total - torch.log(probs[labels.argmax()].clamp(min=1e-30))
                return total / len(y)
            """,
            "sol_accuracy": """
                num_right = sum(int(labels[probs.argmax()] == 1) for labels, probs in zip(y, y_pred))
                return num_right / len(y), (num_right, len(y))
            """,
            "sol_gradient": [
                None,
                """
                grads = torch.zeros_like(self.W)
                for label, prob, x in zip(y, y_pred, X):
                    grads += torch.outer(inputs_tilde(x), prob - label)
                return grads / len(X)
                """,
            ],
            "sol_evaluate": """
                labels, probs = [], []
                for x, y in data_loader:
                    labels.append(y)
                    probs.append(model.forward(x))
                labels, probs = torch.cat(labels), torch.cat(probs)
                return accuracy(labels, probs)[0], float(cross_entropy(labels, probs))
            """,
            "sol_search": """
                model, scores = LinearModel(num_features, num_classes), []
                loader = Batches(x_train, y_train, batch_size=batch_size, shuffle=True)
                for _ in range(NUM_EPOCHS):
                    scores.append(train(model, lr, 1, sgd, loader, loader_val)[1])
                results[lr, batch_size] = max(scores)
            """,
        },
    ),
    Answer(
        "right_with_biases_apart",
        "Weights and biases are used separately, Adam keeps its own state, and the best weights are cloned.",
        blocks={
            "sol_gradient": [
                "return softmax(x @ self.W[:-1] + self.W[-1])",
                """
                error = (y_pred - y) / len(X)
                return torch.vstack([X.T @ error, error.sum(dim=0)])
                """,
            ],
            "sol_adam": """
                if not hasattr(self, "moments"):
                    self.moments = [torch.zeros_like(grads), torch.zeros_like(grads)]
                    self.betas_to_the_t = [1.0, 1.0]
                corrected = []
                for i, (beta, value) in enumerate(((beta1, grads), (beta2, grads.square()))):
                    self.moments[i] = torch.lerp(value, self.moments[i], beta)
                    self.betas_to_the_t[i] *= beta
                    corrected.append(self.moments[i] / (1 - self.betas_to_the_t[i]))
                self.W = self.W - lr * corrected[0] / (torch.sqrt(corrected[1]) + eps)
            """,
            "sol_train": """
                def evaluate():
                    val_accuracy, val_loss = accuracy_and_loss_whole_dataset(data_loader_val, model)
                    history["val_accuracy"].append(val_accuracy)
                    history["val_loss"].append(val_loss)
                    return val_accuracy

                best_accuracy, best_weights = evaluate(), model.W.clone()
                for _ in range(nb_epochs):
                    for x, y in data_loader_train:
                        grads = model.get_grads(y=y, y_pred=model.forward(x), X=x)
                        model.sgd_update(lr, grads) if sgd else model.adam_update(lr, grads)
                    val_accuracy = evaluate()
                    if val_accuracy > best_accuracy:
                        best_accuracy, best_weights = val_accuracy, model.W.clone()
                best_model = LinearModel(model.W.shape[0] - 1, model.W.shape[1])
                best_model.W = best_weights
            """,
            "sol_search": """
                results[lr, batch_size] = train(
                    model=LinearModel(x_train.shape[1], y_train.shape[1]),
                    lr=lr,
                    nb_epochs=NUM_EPOCHS,
                    sgd=sgd,
                    data_loader_train=Batches(x_train, y_train, batch_size=batch_size, shuffle=True),
                    data_loader_val=Batches(x_val, y_val, batch_size=batch_size),
                )[1]
            """,
        },
    ),
    Answer(
        "right_with_names_looked_up",
        "`sub_` with alpha, methods by `getattr`, a dataclass that adds up, the best of many copies at the end.",
        blocks={
            "sol_softmax": """
                exp = x.sub(x.max(dim=axis, keepdim=True).values).exp_()
                return exp.div_(exp.sum(axis, keepdim=True))
            """,
            "sol_cross_entropy": """
                return torch.einsum("nk,nk->n", y, -(y_pred + 1e-8).log()).mean()
            """,
            "sol_accuracy": """
                counts = sum(int(a == b) for a, b in zip(y.argmax(1).tolist(), y_pred.argmax(1).tolist())), y.size(0)
                return counts[0] / counts[1], list(counts)
            """,
            "sol_inputs_tilde": """
                return torch.stack([*x.unbind(axis), torch.ones_like(x.select(axis, 0))], dim=axis)
            """,
            "sol_sgd": "self.W.sub_(grads, alpha=lr)",
            "sol_adam": """
                self.t = self.t + 1
                for name, beta, value in (("m", beta1, grads), ("v", beta2, grads * grads)):
                    setattr(self, name, getattr(self, name).lerp(value, 1 - beta))
                m_hat = self.m.div(1 - beta1**self.t)
                v_hat = self.v.div(1 - beta2**self.t)
                self.W.sub_(m_hat / v_hat.sqrt().add(eps), alpha=lr)
            """,
            "sol_evaluate": """
                from dataclasses import dataclass

                @dataclass
                class Total:
                    right: int = 0
                    examples: int = 0
                    loss: float = 0.0

                    def add(self, y, y_pred):
                        self.right += accuracy(y, y_pred)[1][0]
                        self.loss += float(cross_entropy(y, y_pred)) * len(y)
                        self.examples += len(y)

                total = Total()
                for batch in data_loader:
                    total.add(batch[1], model.forward(batch[0]))
                return total.right / total.examples, total.loss / total.examples
            """,
            "sol_train": """
                name = "sgd_update" if sgd else "adam_update"
                copies = [copy.deepcopy(model)]
                for _ in range(nb_epochs):
                    for x, y in data_loader_train:
                        getattr(model, name)(lr=lr, grads=model.get_grads(y, model.forward(x), x))
                    copies.append(copy.deepcopy(model))
                scores = [accuracy_and_loss_whole_dataset(data_loader_val, one) for one in copies]
                history = {"val_accuracy": [a for a, _ in scores], "val_loss": [b for _, b in scores], "lr": lr}
                best_accuracy = max(history["val_accuracy"])
                best_model = copies[history["val_accuracy"].index(best_accuracy)]
            """,
            "sol_search": """
                rows = torch.randperm(len(x_train))
                loaders = (
                    Batches(x_train[rows], y_train[rows], batch_size=batch_size),
                    Batches(x_val, y_val, batch_size=7, shuffle=True),
                )
                best = train(LinearModel(num_features, num_classes), lr, NUM_EPOCHS, sgd, *loaders)
                results.update({(lr, batch_size): best[1]})
            """,
        },
    ),
    Answer(
        "right_with_numpy_and_double_precision",
        "NumPy where no derivative is asked, float64 inside, partial functions and lambdas.",
        blocks={
            "sol_softmax": """
                wide = x.double() - x.double().amax(axis, True)
                return (wide - wide.exp().sum(axis, True).log()).exp().to(x.dtype)
            """,
            "sol_cross_entropy": """
                floor = torch.finfo(y_pred.dtype).tiny
                logs = torch.where(y > 0, y_pred.clip(floor).log(), 0.0)
                return -logs.double().sum() / y.shape[0]
            """,
            "sol_accuracy": """
                import numpy as np

                right = np.argmax(y.numpy(), axis=1) == np.argmax(y_pred.numpy(), axis=1)
                return float(right.mean()), (int(right.sum()), right.size)
            """,
            "sol_inputs_tilde": """
                import numpy as np

                ones = np.ones_like(np.take(x.numpy(), [0], axis=axis))
                return torch.from_numpy(np.concatenate([x.numpy(), ones], axis=axis))
            """,
            "sol_sgd": """
                with torch.no_grad():
                    self.W.copy_((self.W.double() - lr * grads.double()).to(self.W.dtype))
            """,
            "sol_adam": """
                mix = lambda old, new, beta: beta * old.double() + (1 - beta) * new.double()
                self.t, self.m, self.v = self.t + 1, mix(self.m, grads, beta1), mix(self.v, grads**2, beta2)
                m_hat, v_hat = (
                    mean / (1 - beta**self.t) for mean, beta in ((self.m, beta1), (self.v, beta2))
                )
                self.W = self.W - (lr * m_hat / (v_hat**0.5 + eps)).float()
            """,
            "sol_evaluate": """
                import numpy as np

                parts = [(len(y), accuracy(y, p := model.forward(x))[0], cross_entropy(y, p)) for x, y in data_loader]
                sizes, shares, losses = (np.array([float(number) for number in column]) for column in zip(*parts))
                return float(np.average(shares, weights=sizes)), float(np.average(losses, weights=sizes))
            """,
            "sol_train": """
                from functools import partial

                step = partial(model.sgd_update if sgd else model.adam_update, lr)
                best_accuracy = float("-inf")
                for epoch in range(nb_epochs + 1):
                    for x, y in data_loader_train if epoch else ():
                        step(model.get_grads(y, model.forward(x), x))
                    for name, value in zip(history, accuracy_and_loss_whole_dataset(data_loader_val, model)):
                        history[name] += [value]
                    if best_accuracy < history["val_accuracy"][-1]:
                        best_accuracy, best_model = history["val_accuracy"][-1], copy.copy(model)
                        best_model.W = model.W.clone()
            """,
            "sol_search": """
                settings = {"lr": lr, "nb_epochs": NUM_EPOCHS, "sgd": sgd}
                generator = torch.Generator().manual_seed(12)
                settings["data_loader_train"] = Batches(
                    x_train, y_train, batch_size=batch_size, shuffle=True, generator=generator
                )
                settings["data_loader_val"] = [(x_val, y_val)]
                results[(lr, batch_size)] = train(LinearModel(num_features, num_classes), **settings)[1]
            """,
        },
    ),
    Answer(
        "right_with_a_class_of_ones_own",
        "The model is a dataclass with helper methods and optional arguments, kept by the training in a closure.",
        cells={
            "sol_gradient": """
                from dataclasses import dataclass
                from functools import lru_cache


                @dataclass(eq=False)
                class LinearModel:
                    num_features: int
                    num_classes: int
                    t: int = 0

                    def __post_init__(self):
                        shape = self.num_features + 1, self.num_classes
                        self.W, self.m, self.v = (torch.zeros(shape) for _ in range(3))

                    @property
                    def shape(self):
                        return tuple(self.W.shape)

                    def softmax(self, z):
                        return softmax(z, axis=1)

                    def logits(self, x, bias=True):
                        return torch.addmm(self.W[-1], x, self.W[:-1]) if bias else x @ self.W[:-1]

                    def backward(self, error, X):
                        return torch.cat([X.T @ error, error.sum(dim=0, keepdim=True)])

                    def forward(self, x, return_logits=False):
                        logits = self.logits(x)
                        return logits if return_logits else self.softmax(logits)

                    def get_grads(self, y, y_pred, X, l2=0.0):
                        return self.backward(y_pred - y, X).div(X.size(0)) + l2 * self.W
            """
        },
        blocks={
            "sol_softmax": """
                z = x - torch.max(x, axis, True)[0]
                return torch.pow(torch.e, z) / torch.pow(torch.e, z).sum(axis, True)
            """,
            "sol_cross_entropy": """
                return torch.stack([-row.clamp(min=1e-20).log()[label == 1][0] for label, row in zip(y, y_pred)]).mean()
            """,
            "sol_evaluate": """
                class Mean:
                    def __init__(self):
                        self.total, self.n = 0.0, 0

                    def __call__(self, value, n):
                        self.total, self.n = self.total + value * n, self.n + n

                    def __float__(self):
                        return self.total / self.n

                share, loss = Mean(), Mean()
                for x, y in data_loader:
                    y_pred = model.forward(x)
                    share(accuracy(y, y_pred)[0], len(x))
                    loss(cross_entropy(y, y_pred).item(), len(x))
                return float(share), float(loss)
            """,
            "sol_train": """
                best = {"accuracy": -1.0}

                def evaluate(epoch):
                    val_accuracy, val_loss = accuracy_and_loss_whole_dataset(data_loader_val, model)
                    history["val_accuracy"].append(val_accuracy)
                    history["val_loss"].append(val_loss)
                    if val_accuracy >= best["accuracy"]:
                        best.update(accuracy=val_accuracy, W=model.W.clone(), epoch=epoch)

                evaluate(0)
                epoch = 0
                while (epoch := epoch + 1) <= nb_epochs:
                    for x, y in data_loader_train:
                        grads = model.get_grads(y, model.forward(x), x)
                        if sgd:
                            type(model).sgd_update(model, lr, grads)
                        else:
                            type(model).adam_update(model, lr, grads)
                    evaluate(epoch)
                best_model, best_accuracy = copy.deepcopy(model), best["accuracy"]
                best_model.W = best["W"]
            """,
        },
    ),
    Answer(
        "right_with_list_comprehensions",
        "Number by number, as one would without tensors.",
        blocks={
            "sol_softmax": """
                import math

                def of_list(row):
                    exps = [math.exp(value - max(row)) for value in row]
                    return [exp / math.fsum(exps) for exp in exps]

                moved = x.movedim(axis, -1)
                rows = [of_list(row) for row in moved.reshape(-1, moved.shape[-1]).tolist()]
                return torch.tensor(rows, dtype=x.dtype).reshape(moved.shape).movedim(-1, axis)
            """,
            "sol_cross_entropy": """
                import math

                losses = [
                    -sum(math.log(max(p, 1e-15)) for p, label in zip(probs, labels) if label)
                    for probs, labels in zip(y_pred.tolist(), y.tolist())
                ]
                return torch.tensor(sum(losses) / len(losses))
            """,
            "sol_inputs_tilde": """
                result = x.new_empty([n + (i == axis % x.dim()) for i, n in enumerate(x.shape)])
                result.narrow(axis, 0, x.shape[axis]).copy_(x)
                result.narrow(axis, -1, 1).fill_(1)
                return result
            """,
            "sol_gradient": [
                "return torch.stack([softmax(self.W.T @ inputs_tilde(row)) for row in x])",
                """
                rows = range(len(X))
                return sum(inputs_tilde(X[i])[:, None] * (y_pred[i] - y[i])[None] for i in rows) / len(rows)
                """,
            ],
            "sol_sgd": """
                for i in range(len(self.W)):
                    self.W[i] = self.W[i] - lr * grads[i]
            """,
            "sol_adam": """
                self.history = [*getattr(self, "history", []), grads]
                t = len(self.history)
                ages = range(t - 1, -1, -1)
                m_hat = sum(beta1**age * g for age, g in zip(ages, self.history)) / sum(beta1**age for age in ages)
                v_hat = sum(beta2**age * g**2 for age, g in zip(ages, self.history)) / sum(beta2**age for age in ages)
                self.W = self.W - lr * m_hat / (torch.sqrt(v_hat) + eps)
            """,
        },
    ),
    Answer(
        "right_with_padding",
        "The padding of torch.nn.functional appends a 1: question 4 does not ask for a calculation by hand.",
        blocks={
            "sol_inputs_tilde": """
                import torch.nn.functional as F

                return F.pad(x.movedim(axis, -1), (0, 1), value=1).movedim(-1, axis)
            """
        },
    ),
    Answer(
        "right_with_epsilon_before_the_correction",
        "The order of section 2 of Adam's paper, where epsilon is not corrected.",
        blocks={
            "sol_adam": """
                self.t += 1
                self.m = beta1 * self.m + (1 - beta1) * grads
                self.v = beta2 * self.v + (1 - beta2) * grads**2
                step = lr * (1 - beta2**self.t) ** 0.5 / (1 - beta1**self.t)
                self.W -= step * self.m / (self.v.sqrt() + eps)
            """
        },
    ),
    Answer(
        "right_with_shallow_copies_and_the_largest_of_a_history",
        "Steps that make a new W let `copy.copy` keep the old one; the best accuracy is the largest of the history.",
        blocks={
            "sol_sgd": "self.W = self.W - lr * grads",
            "sol_adam": change(ADAM_BLOCK, ("self.W -= lr", "self.W = self.W - lr")),
            "sol_train": change(TRAIN_BLOCK, ("copy.deepcopy(model)", "copy.copy(model)")),
            "sol_search": change(
                SEARCH_BLOCK,
                ("_, results[lr, batch_size], _", "*_, history"),
                ("*batches)", '*batches)\nresults[lr, batch_size] = max(history["val_accuracy"])'),
            ),
            "sol_experiment": [
                """
                torch.manual_seed(seed)
                model = PenalisedModel(num_features, num_classes)
                model.l2 = l2
                loader = Batches(x_train[:num_images], y_train[:num_images], batch_size=batch_size, shuffle=True)
                best, _, history = train(model, lr, RUN_EPOCHS, False, loader, loader_val)
                return accuracy_and_loss_whole_dataset(loader_val, best)[0]
                """,
                None,
            ],
        },
    ),
    Answer(
        "right_with_a_floor_of_a_millionth",
        "The statement sets no floor: this one still tells small probabilities apart.",
        blocks={"sol_cross_entropy": "return -(y * torch.log(y_pred.clamp_min(1e-6))).sum(dim=1).mean()"},
    ),
    Answer(
        "right_with_lists_in_the_place_of_tuples",
        "Two results, and a pair, in lists.",
        blocks={
            "sol_accuracy": """
                num_right = int((y.argmax(dim=1) == y_pred.argmax(dim=1)).sum())
                return [num_right / len(y), [num_right, len(y)]]
            """
        },
    ),
    Answer(
        "right_with_the_last_of_equal_epochs",
        "Of two epochs of the same accuracy, each is the best.",
        blocks={"sol_train": change(TRAIN_BLOCK, ("val_accuracy > best", "val_accuracy >= best"))},
    ),
    Answer(
        "right_from_below_every_accuracy",
        "Any number below 0 starts the search of the largest; the size of the validation batches changes nothing.",
        blocks={
            "sol_train": change(TRAIN_BLOCK, ("-1.0", "-2.0")),
            "sol_search": change(SEARCH_BLOCK, ("batch_size=1000", "batch_size=1001")),
        },
    ),
    Answer(
        "right_from_an_accuracy_of_zero",
        "A model whose every answer is wrong, at all epochs, is nowhere in the lab, and no best one.",
        blocks={"sol_train": change(TRAIN_BLOCK, ("-1.0", "-0.0"))},
    ),
    Answer(
        name="right_with_inputs_kept_from_forward",
        why="`get_grads` uses the inputs that `forward` kept, those that its predictions come from.",
        blocks={
            "sol_gradient": [
                "self.inputs = inputs_tilde(x)\nreturn softmax(self.inputs @ self.W)",
                "return self.inputs.T @ (y_pred - y) / len(y)",
            ]
        },
    ),
    Answer(
        name="right_with_a_generator_and_running_means",
        why="Evaluations come from a generator, means are updated batch by batch, and orders have their own generator.",
        blocks={
            "sol_evaluate": """
                seen, share, loss = 0, 0.0, 0.0
                for x, y in data_loader:
                    seen += (n := x.shape[0])
                    y_pred = model.forward(x)
                    share += (accuracy(y, y_pred)[0] - share) * n / seen
                    loss += (cross_entropy(y, y_pred).item() - loss) * n / seen
                return share, loss
            """,
            "sol_train": """
                def epochs():
                    yield accuracy_and_loss_whole_dataset(data_loader_val, model)
                    for _ in range(nb_epochs):
                        for x, y in data_loader_train:
                            grads = model.get_grads(y, model.forward(x), x)
                            getattr(model, "sgd_update" if sgd else "adam_update")(lr, grads)
                        yield accuracy_and_loss_whole_dataset(data_loader_val, model)

                best_model = best_accuracy = None
                for share, loss in epochs():
                    for name, value in (("val_accuracy", share), ("val_loss", loss)):
                        history[name] = [*history[name], value]
                    if best_accuracy is None or share > best_accuracy:
                        best_accuracy, best_model = share, copy.deepcopy(model)
            """,
            "sol_experiment": [
                change(
                    RUN_BLOCK,
                    ("torch.manual_seed(seed)", "generator = torch.Generator().manual_seed(seed)"),
                    ("shuffle=True", "shuffle=True, generator=generator"),
                ),
                None,
            ],
        },
    ),
    Answer(
        name="right_with_a_new_argument_first",
        why="The argument that is added to `run` comes before those that were given, which are passed by name.",
        cells={
            "sol_experiment": """
                def run(seed, decay=1.0, l2=0.0, lr=0.001, batch_size=200, num_images=5000):
                    torch.manual_seed(seed)
                    loader = Batches(x_train[:num_images], y_train[:num_images], batch_size=batch_size, shuffle=True)
                    model = PenalisedModel(num_features, num_classes, l2)
                    scores = []
                    for epoch in range(RUN_EPOCHS):
                        scores.append(train(model, lr * decay**epoch, 1, False, loader, loader_val)[1])
                    return max(scores)


                settings = {"fixe": {}, "décroît": {"decay": 0.8}}
                seeds = [0, 1, 2]
            """
        },
    ),
]

ANSWERS = WRONG + RIGHT
