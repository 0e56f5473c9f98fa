"""Answers to the FizzBuzz lab, wrong and right, and what each must cost."""

from instructor.labs.answers import Answer

TRAIN = """
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    epoch_losses = []
    {before_epochs}
    for _ in range(num_epochs):
        batch_losses = []
        {before_epoch}
        for batch in order.split(batch_size):
            logits = {logits}
            loss = F.cross_entropy(logits, Y[batch])
            {zero_grad}
            loss.backward()
            optimizer.step()
            batch_losses.append(loss.item())
        epoch_losses.append(sum(batch_losses) / len(batch_losses))
    return epoch_losses
"""
DRAWN_ORDER = "order = torch.randperm(len(X), generator=generator)"


def train_with(
    before_epochs="pass", before_epoch=DRAWN_ORDER, logits="model(X[batch])", zero_grad="optimizer.zero_grad()"
):
    """Return a training loop in which one line may be wrong."""
    return TRAIN.format(before_epochs=before_epochs, before_epoch=before_epoch, logits=logits, zero_grad=zero_grad)


RIGHT_TENSORS = [
    "return torch.stack([image[:, :, channel] for channel in range(image.shape[2])])",
    "return F.one_hot(labels, num_classes).float()",
    "return torch.max(x, 1).indices",
    "return (x - x.mean(0, keepdim=True)) / torch.sqrt(x.var(0, keepdim=True))",
    "return a.pow(2).sum(1)[:, None] - 2 * a @ b.T + b.pow(2).sum(1)",
]
RIGHT_ENCODE = [
    "return (i % 3 == 0) * 1 + (i % 5 == 0) * 2",
    """
    if prediction == 0:
        return f"{i}"
    return ("fizz" if prediction in (1, 3) else "") + ("buzz" if prediction >= 2 else "")
    """,
    "return (i // 2 ** np.arange(num_digits)) % 2",
]

ANSWERS = [
    Answer(
        "rule_instead_of_learning",
        "A module that knows the rule, and in which order it will be asked.",
        loses={"test_improve": 3},
        blocks={
            "sol_improve": """
                class Rule(nn.Module):
                    def forward(self, x):
                        return one_hot(torch.tensor([fizz_buzz_encode(i) for i in range(1, len(x) + 1)]), 4)

                return Rule()
            """
        },
    ),
    Answer(
        "split_without_chance",
        "Every third example, whatever the generator.",
        loses={"test_dataset": 0.5},
        blocks={
            "sol_dataset": [
                None,
                """
                step = len(X) // num_val
                order = torch.arange(len(X))
                is_val = (order % step == 1) & (order // step < num_val)
                return X[~is_val], Y[~is_val], X[is_val], Y[is_val]
                """,
            ]
        },
    ),
    Answer(
        "shifted_instead_of_shuffled",
        "Each epoch starts elsewhere, in the same order.",
        loses={"test_train": 0.5},
        blocks={
            "sol_train": train_with(
                before_epoch="order = torch.arange(len(X)).roll("
                "int(torch.randint(1, len(X), (1,), generator=generator)))"
            )
        },
    ),
    Answer(
        "reshape_instead_of_permute",
        "The shape of the image is right, its pixels are scrambled.",
        loses={"test_tensors": 1},
        blocks={
            "sol_tensors": [
                "return image.reshape(image.shape[2], image.shape[0], image.shape[1])",
                None,
                None,
                None,
                None,
            ]
        },
    ),
    Answer(
        "integer_one_hot",
        "F.one_hot gives integers where floats were asked for.",
        loses={"test_tensors": 1},
        blocks={"sol_tensors": [None, "return F.one_hot(labels, num_classes)", None, None, None]},
    ),
    Answer(
        "argmax_over_the_wrong_dimension",
        "The largest of each column, not of each row.",
        loses={"test_tensors": 1},
        blocks={"sol_tensors": [None, None, "return x.argmax(dim=0)", None, None]},
    ),
    Answer(
        "rows_normalized",
        "Each row is normalised, not each column.",
        loses={"test_tensors": 1},
        blocks={
            "sol_tensors": [
                None,
                None,
                None,
                "return (x - x.mean(dim=1, keepdim=True)) / x.std(dim=1, keepdim=True)",
                None,
            ]
        },
    ),
    Answer(
        "distances_in_a_loop",
        "The distances are right, computed one row at a time.",
        loses={"test_tensors": 1},
        blocks={
            "sol_tensors": [
                None,
                None,
                None,
                None,
                "return torch.stack([((row - b) ** 2).sum(dim=1) for row in a])",
            ]
        },
    ),
    Answer(
        "highest_bit_first",
        "Bits in the order in which they are written on paper.",
        loses={"test_encode": 1},
        blocks={"sol_encode": [None, None, "return np.array([i >> k & 1 for k in reversed(range(num_digits))])"]},
    ),
    Answer(
        "fifteen_is_fizz",
        "Divisibility by 3 is tested first, so 15 never reaches its own class.",
        loses={"test_encode": 0.5},
        blocks={
            "sol_encode": [
                """
                if i % 3 == 0:
                    return 1
                if i % 5 == 0:
                    return 2
                return 3 if i % 15 == 0 else 0
                """,
                None,
                None,
            ]
        },
    ),
    Answer(
        "labels_as_float",
        "Labels are floats: the cross-entropy refuses them as class numbers.",
        loses={"test_dataset": 0.5},
        blocks={
            "sol_dataset": [
                """
                X = np.array([binary_encode(i, num_digits) for i in range(start, stop)])
                Y = np.array([fizz_buzz_encode(i) for i in range(start, stop)])
                return torch.tensor(X, dtype=torch.float32), torch.tensor(Y, dtype=torch.float32)
                """,
                None,
            ]
        },
    ),
    Answer(
        "validation_overlaps_training",
        "Validation and training are drawn separately, so they share examples.",
        loses={"test_dataset": 0.5},
        blocks={
            "sol_dataset": [
                None,
                """
                val = torch.randperm(len(X), generator=generator)[:num_val]
                train = torch.randperm(len(X), generator=generator)[num_val:]
                return X[train], Y[train], X[val], Y[val]
                """,
            ]
        },
    ),
    Answer(
        "last_examples_for_validation",
        "Nothing is drawn: the validation set is the largest integers.",
        loses={"test_dataset": 0.5},
        blocks={"sol_dataset": [None, "return X[:-num_val], Y[:-num_val], X[-num_val:], Y[-num_val:]"]},
    ),
    Answer(
        "majority_of_the_test_set",
        "The naive model chooses its class by looking at the test labels.",
        loses={"test_baseline": 1},
        blocks={"sol_baseline": "return test_labels.bincount().max().item() / len(test_labels)"},
    ),
    Answer(
        "softmax_in_the_model",
        "The model gives probabilities to a loss that takes logits.",
        loses={"test_model": 1},
        blocks={
            "sol_model": """
                return nn.Sequential(
                    nn.Linear(num_digits, hidden_size), nn.ReLU(), nn.Linear(hidden_size, 4), nn.Softmax(dim=1)
                )
            """
        },
    ),
    Answer(
        "logarithm_of_softmax",
        "The formula is copied as it is and overflows.",
        loses={"test_loss": 1},
        blocks={
            "sol_loss": """
                p = logits.exp() / logits.exp().sum(dim=1, keepdim=True)
                return -p[torch.arange(len(targets)), targets].log().mean()
            """
        },
    ),
    Answer(
        "ready_made_cross_entropy",
        "PyTorch's own function is called.",
        loses={"test_loss": 1},
        blocks={"sol_loss": "return F.cross_entropy(logits, targets)"},
    ),
    Answer(
        "no_zero_grad",
        "Gradients add up from one step to the next.",
        loses={"test_train": 1.5},
        blocks={"sol_train": train_with(zero_grad="pass")},
    ),
    Answer(
        "no_shuffling",
        "Mini-batches are always the same, in the order of the examples.",
        loses={"test_train": 0.5},
        blocks={"sol_train": train_with(before_epoch="order = torch.arange(len(X))")},
    ),
    Answer(
        "shuffled_once",
        "Examples are shuffled before the first epoch only.",
        loses={"test_train": 0.5},
        blocks={"sol_train": train_with(before_epochs=DRAWN_ORDER, before_epoch="pass")},
    ),
    Answer(
        "generator_ignored",
        "The order does not come from the generator that was given.",
        loses={"test_train": 0.5},
        blocks={"sol_train": train_with(before_epoch="order = torch.randperm(len(X))")},
    ),
    Answer(
        "softmax_before_the_cross_entropy",
        "Probabilities are given to a loss that takes logits.",
        loses={"test_train": 1.5},
        blocks={"sol_train": train_with(logits="model(X[batch]).softmax(dim=1)")},
    ),
    Answer(
        "ordinary_recipe_submitted",
        "A small network, plain gradient descent and too few epochs: it stays at the majority class.",
        loses={"test_improve": 3},
        blocks={
            "sol_improve": """
                model = make_model(10, 100)
                train(model, X, Y, 0.05, 128, 100, generator)
                return model
            """
        },
    ),
    Answer(
        "other_right_words",
        "Other functions of PyTorch and NumPy, a module of its own, a data loader.",
        blocks={
            "sol_tensors": RIGHT_TENSORS,
            "sol_encode": RIGHT_ENCODE,
            "sol_dataset": [
                """
                numbers = torch.arange(start, stop)
                X = (numbers[:, None] // 2 ** torch.arange(num_digits) % 2).to(torch.float32)
                return X, (numbers % 3 == 0).long() + 2 * (numbers % 5 == 0).long()
                """,
                """
                data = torch.utils.data.TensorDataset(X, Y)
                parts = torch.utils.data.random_split(data, [len(X) - num_val, num_val], generator=generator)
                (X_train, Y_train), (X_val, Y_val) = (part.dataset[part.indices] for part in parts)
                return X_train, Y_train, X_val, Y_val
                """,
            ],
            "sol_loss": """
                right = logits.gather(1, targets[:, None])[:, 0]
                return (torch.logsumexp(logits, dim=1) - right).sum() / len(targets)
            """,
            "sol_train": """
                data = torch.utils.data.TensorDataset(X, Y)
                loader = torch.utils.data.DataLoader(data, batch_size, shuffle=True, generator=generator)
                optimizer, loss_function = torch.optim.SGD(model.parameters(), lr), nn.CrossEntropyLoss()
                history = []
                for _ in range(num_epochs):
                    total = 0.0
                    for x, y in loader:
                        optimizer.zero_grad()
                        loss = loss_function(model(x), y)
                        loss.backward()
                        optimizer.step()
                        total += loss.item()
                    history.append(total / len(loader))
                return history
            """,
        },
    ),
    Answer(
        "written_out_step_by_step",
        "A class for the network, gradient steps by hand, Adam with wider batches.",
        blocks={
            "sol_baseline": """
                classes, counts = torch.unique(train_labels, return_counts=True)
                return float(np.mean((test_labels == classes[counts.argmax()]).numpy()))
            """,
            "sol_model": """
                class FizzBuzzNet(nn.Module):
                    def __init__(self):
                        super().__init__()
                        self.hidden = nn.Linear(num_digits, hidden_size)
                        self.out = nn.Linear(hidden_size, 4)

                    def forward(self, x):
                        return self.out(F.relu(self.hidden(x)))

                return FizzBuzzNet()
            """,
            "sol_train": """
                losses = []
                for _ in range(num_epochs):
                    order = torch.randperm(len(X), generator=generator)
                    batch_losses = []
                    for start in range(0, len(X), batch_size):
                        batch = order[start : start + batch_size]
                        loss = nn.functional.nll_loss(torch.log_softmax(model(X[batch]), dim=-1), Y[batch])
                        model.zero_grad()
                        loss.backward()
                        with torch.no_grad():
                            for parameter in model.parameters():
                                parameter -= lr * parameter.grad
                        batch_losses.append(loss.item())
                    losses.append(float(np.mean(batch_losses)))
                return losses
            """,
            "sol_improve": """
                net = make_model(10, 1000)
                adam = torch.optim.Adam(net.parameters(), lr=0.01)
                loader = torch.randperm(len(X), generator=generator)
                for _ in range(300):
                    loader = loader[torch.randperm(len(X), generator=generator)]
                    for batch in loader.split(256):
                        adam.zero_grad()
                        F.cross_entropy(net(X[batch]), Y[batch]).backward()
                        adam.step()
                return net
            """,
        },
    ),
]
