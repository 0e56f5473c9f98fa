"""Answers to the lab on logistic regression, with the points that each must lose.

Most test cells hand their inputs to one function and use no earlier answer. The exceptions, each seen below: `forward`
calls `softmax` and `inputs_tilde`, and the evaluation calls `accuracy` and `cross_entropy`. The evaluation gives half
its points for the accuracy and half for the loss; `train` reads the accuracy only.
"""

from instructor.labs.answers import Answer

WRONG = [
    Answer(
        "softmax_of_a_distribution",
        "PyTorch's own softmax, under another name.",
        loses={"test_softmax": 2},
        blocks={
            "sol_softmax": """
                from torch.distributions.utils import logits_to_probs
                return logits_to_probs(x.movedim(axis, -1)).movedim(-1, axis)
            """
        },
    ),
    Answer(
        "softmax_without_maximum",
        "The exponentials overflow.",
        loses={"test_softmax": 2},
        blocks={
            "sol_softmax": """
                exp = torch.exp(x)
                return exp / exp.sum(dim=axis, keepdim=True)
            """
        },
    ),
    Answer(
        "softmax_always_on_last_axis",
        "The argument `axis` is ignored.",
        loses={"test_softmax": 2},
        blocks={
            "sol_softmax": """
                exp = torch.exp(x - x.amax(dim=-1, keepdim=True))
                return exp / exp.sum(dim=-1, keepdim=True)
            """
        },
    ),
    Answer(
        "softmax_shifted_by_one_maximum",
        "The maximum of the whole tensor is subtracted: rows far below it become 0 / 0.",
        loses={"test_softmax": 2},
        blocks={
            "sol_softmax": """
                exp = torch.exp(x - x.max())
                return exp / exp.sum(dim=axis, keepdim=True)
            """
        },
    ),
    Answer(
        "softmax_ready_made",
        "torch.nn.functional does the work, under an alias.",
        loses={"test_softmax": 2},
        blocks={
            "sol_softmax": """
                import torch.nn.functional as F

                return F.softmax(x, dim=axis)
            """
        },
    ),
    Answer(
        "loss_averaged_twice",
        "The mean of the batch is divided again by its length; the loss of the evaluation falls with it.",
        loses={"test_cross_entropy": 2, "test_evaluate": 1},
        blocks={
            "sol_cross_entropy": "return -(y * torch.log(y_pred.clamp_min(1e-12))).sum(dim=1).mean() / len(y)",
        },
    ),
    Answer(
        "loss_averaged_over_classes_too",
        "`mean` over the whole matrix divides by the number of classes; the loss of the evaluation falls with it.",
        loses={"test_cross_entropy": 2, "test_evaluate": 1},
        blocks={"sol_cross_entropy": "return -(y * torch.log(y_pred.clamp_min(1e-12))).mean()"},
    ),
    Answer(
        "loss_of_zero_probability",
        "0 log 0 is NaN.",
        loses={"test_cross_entropy": 2},
        blocks={"sol_cross_entropy": "return -(y * torch.log(y_pred)).sum(dim=1).mean()"},
    ),
    Answer(
        "accuracy_is_a_tensor",
        "The share is a tensor; the counts, which the evaluation adds up, are right.",
        loses={"test_accuracy": 1},
        blocks={
            "sol_accuracy": """
                right = y.argmax(dim=1) == y_pred.argmax(dim=1)
                return right.float().mean(), (right.sum().item(), len(y))
            """
        },
    ),
    Answer(
        "accuracy_along_examples",
        "The largest of each column instead of each row; everything that counts right answers falls with it.",
        loses={"test_accuracy": 1, "test_evaluate": 1, "test_train": 2},
        blocks={
            "sol_accuracy": """
                num_right = (y.argmax(dim=0) == y_pred.argmax(dim=0)).sum().item()
                return num_right / len(y), (num_right, len(y))
            """
        },
    ),
    Answer(
        "bias_column_forgotten",
        "The inputs are left as they are; the forward pass and the gradient, which call the function, fall with it.",
        loses={"test_inputs_tilde": 1, "test_gradient": 3},
        blocks={"sol_inputs_tilde": "return x"},
    ),
    Answer(
        "bias_column_first",
        "The 1 comes first, so the biases would be the first row; forward and gradient fall with it.",
        loses={"test_inputs_tilde": 1, "test_gradient": 3},
        blocks={"sol_inputs_tilde": "return torch.cat([torch.ones_like(x.narrow(axis, 0, 1)), x], dim=axis)"},
    ),
    Answer(
        "gradient_summed",
        "Summed over the examples, not averaged.",
        loses={"test_gradient": 3},
        blocks={"sol_gradient": [None, "return inputs_tilde(X).T @ (y_pred - y)"]},
    ),
    Answer(
        "gradient_climbs",
        "The sign is wrong.",
        loses={"test_gradient": 3},
        blocks={"sol_gradient": [None, "return inputs_tilde(X).T @ (y - y_pred) / len(X)"]},
    ),
    Answer(
        "gradient_without_bias",
        "The gradient of the biases stays at zero.",
        loses={"test_gradient": 3},
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
        "gradient_by_autograd",
        "PyTorch derives in the student's place.",
        loses={"test_gradient": 3},
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
        loses={"test_sgd": 1},
        blocks={"sol_sgd": "self.W += lr * grads"},
    ),
    Answer(
        "sgd_updates_a_local_variable",
        "The new weights are lost.",
        loses={"test_sgd": 1},
        blocks={"sol_sgd": "W = self.W - lr * grads"},
    ),
    Answer(
        "adam_without_bias_correction",
        "The running means are used as they are.",
        loses={"test_adam": 2},
        blocks={
            "sol_adam": """
                self.t += 1
                self.m = beta1 * self.m + (1 - beta1) * grads
                self.v = beta2 * self.v + (1 - beta2) * grads**2
                self.W -= lr * self.m / (self.v.sqrt() + eps)
            """
        },
    ),
    Answer(
        "adam_counter_stuck",
        "The correction is always that of the first step.",
        loses={"test_adam": 2},
        blocks={
            "sol_adam": """
                t = self.t + 1
                self.m = beta1 * self.m + (1 - beta1) * grads
                self.v = beta2 * self.v + (1 - beta2) * grads**2
                m_hat, v_hat = self.m / (1 - beta1**t), self.v / (1 - beta2**t)
                self.W -= lr * m_hat / (v_hat.sqrt() + eps)
            """
        },
    ),
    Answer(
        "adam_keeps_corrected_means",
        "The corrected means overwrite the running ones, so they are corrected again and again.",
        loses={"test_adam": 2},
        blocks={
            "sol_adam": """
                self.t += 1
                self.m = (beta1 * self.m + (1 - beta1) * grads) / (1 - beta1**self.t)
                self.v = (beta2 * self.v + (1 - beta2) * grads**2) / (1 - beta2**self.t)
                self.W -= lr * self.m / (self.v.sqrt() + eps)
            """
        },
    ),
    Answer(
        "evaluation_averages_batch_means",
        "The last batch counts as much as the others though it is smaller.",
        loses={"test_evaluate": 2},
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
        "best_model_by_reference",
        "The best model is the model itself, hence the last one.",
        loses={"test_train": 2},
        blocks={
            "sol_train": """
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
                        best_model, best_accuracy = model, val_accuracy
            """
        },
    ),
    Answer(
        "training_without_epoch_zero",
        "The initial model is not evaluated.",
        loses={"test_train": 2},
        blocks={
            "sol_train": """
                best_model, best_accuracy = None, -1.0
                for _ in range(nb_epochs):
                    update = model.sgd_update if sgd else model.adam_update
                    for x, y in data_loader_train:
                        update(lr, model.get_grads(y, model.forward(x), x))
                    val_accuracy, val_loss = accuracy_and_loss_whole_dataset(data_loader_val, model)
                    history["val_accuracy"].append(val_accuracy)
                    history["val_loss"].append(val_loss)
                    if val_accuracy > best_accuracy:
                        best_model, best_accuracy = copy.deepcopy(model), val_accuracy
            """
        },
    ),
    Answer(
        "grid_reuses_the_model",
        "One model goes through all the trainings.",
        loses={"test_search": 1},
        blocks={
            "sol_search": """
                if not results:
                    model = LinearModel(num_features, num_classes)
                loader_train = Batches(x_train, y_train, batch_size=batch_size, shuffle=True)
                loader_val = Batches(x_val, y_val, batch_size=1000)
                _, results[lr, batch_size], _ = train(model, lr, NUM_EPOCHS, sgd, loader_train, loader_val)
            """
        },
    ),
    Answer(
        "grid_judged_on_training_images",
        "The validation images are not used.",
        loses={"test_search": 1},
        blocks={
            "sol_search": """
                model = LinearModel(num_features, num_classes)
                loader_train = Batches(x_train, y_train, batch_size=batch_size, shuffle=True)
                loader_val = Batches(x_train, y_train, batch_size=1000)
                _, results[lr, batch_size], _ = train(model, lr, NUM_EPOCHS, sgd, loader_train, loader_val)
            """
        },
    ),
]

RIGHT = [
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
]

ANSWERS = WRONG + RIGHT
