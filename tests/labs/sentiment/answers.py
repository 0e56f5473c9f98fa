"""Answers to the lab on sentiment analysis, wrong and right, and what each must cost."""

from instructor.labs.answers import Answer

MEASURE = """
    model.eval()
    total_loss = num_right = num_examples = 0
    with torch.no_grad():
        for inputs, labels in batches:
            logits = model(inputs)
            total_loss += {loss} * len(labels)
            num_right += ((logits > 0) == labels).sum().item()
            num_examples += len(labels)
    return total_loss / num_examples, num_right / num_examples
"""
TRAIN = """
    model.train()
    total_loss = num_right = num_examples = 0
    for inputs, labels in batches:
        logits = model(inputs)
        loss = F.binary_cross_entropy_with_logits({logits}, labels.float())
        {zero_grad}
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * len(labels)
        num_right += ((logits > 0) == labels).sum().item()
        num_examples += len(labels)
    return total_loss / num_examples, num_right / num_examples
"""
LAYERS = """
    self.embedding = nn.Embedding({embedding})
    self.recurrent = {recurrent}
    self.dropout = nn.Dropout(dropout)
    self.output = nn.Linear(hidden_size, 1)
"""
ANY_CELL = "CELLS[cell](embedding_dim, hidden_size, num_layers, batch_first=True)"
WITH_PADDING = "vocab_size, embedding_dim, padding_idx=0"
LAYER_NORMS = """
    model.zero_grad()
    F.binary_cross_entropy_with_logits(model(ids), labels.float()).backward()
    {before}
    norms = gradient_norms(model.recurrent)
    model.zero_grad()
    return [sum(n**2 for name, n in norms.items() if {belongs}){root} for k in range(model.recurrent.num_layers)]
"""


def measure_with(loss="F.binary_cross_entropy_with_logits(logits, labels.float()).item()"):
    """Return an evaluation in which the loss may be wrong."""
    return MEASURE.format(loss=loss)


def train_with(logits="logits", zero_grad="optimizer.zero_grad()"):
    """Return a training epoch in which one line may be wrong."""
    return TRAIN.format(logits=logits, zero_grad=zero_grad)


def layers_with(embedding=WITH_PADDING, recurrent=ANY_CELL):
    """Return the layers of the recurrent model, one of which may be wrong."""
    return LAYERS.format(embedding=embedding, recurrent=recurrent)


def layer_norms_with(before="pass", belongs='name.endswith(f"_l{k}")', root=" ** 0.5"):
    """Return a `layer_norms` in which one step may be wrong."""
    return LAYER_NORMS.format(before=before, belongs=belongs, root=root)


WRONG = [
    Answer(
        "punctuation_becomes_a_blank",
        "« It's » is split in two words: characters are replaced with a blank, not removed.",
        loses={"test_vocab": 0.5},
        blocks={"sol_vocab": ['return re.sub(r"[^a-z0-9]", " ", text.lower()).split()', None, None]},
    ),
    Answer(
        "ids_off_by_two",
        "Words are numbered from 0, over the two reserved numbers.",
        loses={"test_vocab": 0.5},
        blocks={
            "sol_vocab": [
                None,
                """
                counts = Counter(word for text in texts for word in tokenize(text))
                numbers = {word: index for index, (word, _) in enumerate(counts.most_common(max_size))}
                return {"<pad>": 0, "<unk>": 1} | numbers
                """,
                None,
            ]
        },
    ),
    Answer(
        "vocabulary_sees_the_test_set",
        "The words of the test reviews are counted too.",
        loses={"test_vocab": 0.5},
        blocks={
            "sol_vocab": [
                None,
                """
                counts = Counter(word for text in [*texts, *imdb.test.texts] for word in tokenize(text))
                words = ["<pad>", "<unk>", *(word for word, _ in counts.most_common(max_size))]
                return {word: index for index, word in enumerate(words)}
                """,
                None,
            ]
        },
    ),
    Answer(
        "evaluation_in_training_mode",
        "The model is not put in evaluation mode: dropout stays on.",
        loses={"test_train": 0.5},
        blocks={"sol_train": [None, measure_with().replace("model.eval()", "model.train()")]},
    ),
    Answer(
        "sigmoid_before_the_loss_with_logits",
        "Probabilities are given to a loss that takes logits, in both functions.",
        loses={"test_train": 1.5},
        blocks={
            "sol_train": [
                train_with(logits="torch.sigmoid(logits)"),
                measure_with("F.binary_cross_entropy_with_logits(torch.sigmoid(logits), labels.float()).item()"),
            ]
        },
    ),
    Answer(
        "gradients_never_cleared",
        "Gradients add up from one batch to the next.",
        loses={"test_train": 1},
        blocks={"sol_train": [train_with(zero_grad="pass"), None]},
    ),
    Answer(
        "mean_of_batch_means",
        "The last batch weighs as much as the others in the loss of the evaluation.",
        loses={"test_train": 0.5},
        blocks={
            "sol_train": [
                None,
                measure_with()
                .replace("* len(labels)", "* 1")
                .replace("total_loss / num_examples", "total_loss / len(batches)"),
            ]
        },
    ),
    Answer(
        "padding_counts_as_a_word",
        "The bag of words has a weight for <pad>, which learns.",
        loses={"test_baseline": 1},
        blocks={
            "sol_baseline": [
                """
                self.weights = nn.Embedding(vocab_size, 1)
                nn.init.zeros_(self.weights.weight)
                self.bias = nn.Parameter(torch.zeros(1))
                """,
                None,
            ]
        },
    ),
    Answer(
        "state_read_at_the_padding",
        "The state after the last step of the batch, padding or not.",
        loses={"test_rnn": 2},
        blocks={
            "sol_rnn": [
                None,
                """
                states, _ = self.recurrent(embedded)
                return self.output(self.dropout(states[:, -1])).squeeze(1)
                """,
                None,
            ]
        },
    ),
    Answer(
        "embedding_of_padding_learns",
        "The embedding layer does not know which number is <pad>.",
        loses={"test_rnn": 0.5},
        blocks={"sol_rnn": [layers_with(embedding="vocab_size, embedding_dim"), None, None]},
    ),
    Answer(
        "one_layer_whatever_is_asked",
        "`num_layers` is not given to the recurrent layer; the two models of question 6 have a layer too few.",
        loses={"test_rnn": 3, "test_lstm_gru": 0.5},
        blocks={
            "sol_rnn": [
                layers_with(recurrent="CELLS[cell](embedding_dim, hidden_size, batch_first=True)"),
                None,
                None,
            ]
        },
    ),
    Answer(
        "always_a_simple_cell",
        "`cell` is ignored.",
        loses={"test_lstm_gru": 0.5},
        blocks={
            "sol_rnn": [
                layers_with(recurrent="nn.RNN(embedding_dim, hidden_size, num_layers, batch_first=True)"),
                None,
                None,
            ]
        },
    ),
    Answer(
        "state_of_the_lstm_indexed_as_a_tensor",
        "The final state of a packed batch is right for RNN and GRU; for LSTM, its last item is the memory.",
        loses={"test_lstm_gru": 0.5},
        blocks={
            "sol_rnn": [
                None,
                """
                packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths.cpu(), True, enforce_sorted=False)
                _, state = self.recurrent(packed)
                return self.output(self.dropout(state[-1])).squeeze(-1)
                """,
                None,
            ]
        },
    ),
    Answer(
        "same_depth_every_time",
        "The models of the experiment differ in their name only.",
        loses={"test_depth": 1},
        blocks={
            "sol_depth": """
                results = {}
                for depth in depths:
                    torch.manual_seed(0)
                    model = SentimentRNN(len(vocab), EMBEDDING_DIM, HIDDEN_SIZE, cell=cell)
                    results[depth] = run(model, f"{cell} {depth}")
                return results
            """
        },
    ),
    Answer(
        "pair_of_the_lstm_used_as_a_tensor",
        "`detach` is called on the state of an LSTM, which is a pair.",
        loses={"test_lstm_gru": 0.5},
        blocks={
            "sol_lstm_gru": """
                state, logits = None, []
                for piece in model.embedding(ids).split(size, dim=1):
                    states, state = model.recurrent(piece, state)
                    state = state.detach()
                    logits.append(model.output(model.dropout(states[:, -1])))
                return torch.cat(logits, dim=1)
            """
        },
    ),
    Answer(
        "state_not_carried_over",
        "Each piece is read as if it were a review of its own.",
        loses={"test_lstm_gru": 1},
        blocks={
            "sol_lstm_gru": """
                logits = []
                for piece in model.embedding(ids).split(size, dim=1):
                    states, _ = model.recurrent(piece)
                    logits.append(model.output(model.dropout(states[:, -1])))
                return torch.cat(logits, dim=1)
            """
        },
    ),
    Answer(
        "glove_layer_not_frozen",
        "The vectors learn whatever `frozen` says.",
        loses={"test_glove": 0.5},
        blocks={
            "sol_glove": [
                None,
                """
                model.embedding = nn.Embedding.from_pretrained(matrix.clone(), freeze=False, padding_idx=0)
                return model
                """,
            ]
        },
    ),
    Answer(
        "matrix_shared_with_the_model",
        "Training the model changes the matrix that the next model starts from.",
        loses={"test_glove": 0.5},
        blocks={
            "sol_glove": [
                None,
                """
                model.embedding = nn.Embedding.from_pretrained(matrix, freeze=frozen, padding_idx=0)
                return model
                """,
            ]
        },
    ),
    Answer(
        "best_epoch_on_the_test_set",
        "The table shows the best epoch of each model, chosen on the test set.",
        loses={"test_compare": 1},
        blocks={
            "sol_compare": """
                rows = []
                for name, history in histories.items():
                    train, test = max(history["train_accuracy"]), max(history["test_accuracy"])
                    rows.append((name, train, test, train - test))
                return sorted(rows, key=lambda row: -row[2])
            """
        },
    ),
    Answer(
        "squares_without_the_root",
        "The sum of the squares of a gradient, not its norm.",
        loses={"test_gradients": 1},
        blocks={
            "sol_gradients": [
                "return {name: (p.grad**2).sum().item() for name, p in model.named_parameters() if p.grad is not None}",
                None,
            ]
        },
    ),
    Answer(
        "layer_norm_without_the_root",
        "The norms of a layer are squared and added, and nothing else.",
        loses={"test_gradients": 1},
        blocks={"sol_gradients": [None, layer_norms_with(root="")]},
    ),
    Answer(
        "gradients_read_after_zero_grad",
        "Gradients are cleared before they are read.",
        loses={"test_gradients": 1},
        blocks={"sol_gradients": [None, layer_norms_with(before="model.zero_grad()")]},
    ),
    Answer(
        "layer_one_takes_layer_eleven",
        "The name of a layer is looked for anywhere in the name of a parameter.",
        loses={"test_gradients": 1},
        blocks={"sol_gradients": [None, layer_norms_with(belongs='f"l{k}" in name')]},
    ),
    Answer(
        "gradient_of_the_logits",
        "The logits are derived, not the loss.",
        loses={"test_vanishing": 2},
        blocks={
            "sol_vanishing": """
                embedded = model.embedding(x).detach().requires_grad_()
                (gradient,) = torch.autograd.grad(model.read(embedded, (x != 0).sum(dim=1)).mean(), embedded)
                return gradient.norm(dim=(0, 2)).cpu()
            """
        },
    ),
    Answer(
        "gradient_kept_by_a_frozen_layer",
        "What a frozen layer gives has no gradient to keep.",
        loses={"test_vanishing": 0.5},
        blocks={
            "sol_vanishing": """
                embedded = model.embedding(x)
                embedded.retain_grad()
                logits = model.read(embedded, (x != 0).sum(dim=1))
                F.binary_cross_entropy_with_logits(logits, y.float()).backward()
                return embedded.grad.norm(dim=(0, 2)).cpu()
            """
        },
    ),
]

RIGHT = [
    Answer(
        "packed_batches_and_hooks",
        "Packing, a sum of embeddings, a hook on the embedding layer, the usual loss objects.",
        blocks={
            "sol_vocab": [
                """
                kept = [c for c in text.lower() if c.isspace() or "a" <= c <= "z" or "0" <= c <= "9"]
                return "".join(kept).split()
                """,
                """
                counts = Counter(word for text in texts for word in tokenize(text))
                frequent = sorted(counts, key=counts.get, reverse=True)[:max_size]
                return {"<pad>": 0, "<unk>": 1} | {word: 2 + rank for rank, word in enumerate(frequent)}
                """,
                """
                ids = [0] * max_len
                for place, word in enumerate(tokenize(text)[:max_len]):
                    ids[place] = vocab.get(word, 1)
                return ids
                """,
            ],
            "sol_train": [
                """
                model.train()
                criterion = nn.BCEWithLogitsLoss(reduction="sum")
                losses, right, count = 0.0, 0, 0
                for x, y in batches:
                    optimizer.zero_grad()
                    scores = model(x)
                    loss = criterion(scores, y.to(scores.dtype))
                    (loss / len(y)).backward()
                    optimizer.step()
                    losses, count = losses + loss.item(), count + len(y)
                    right += int(((torch.sigmoid(scores) > 0.5).long() == y).sum())
                return losses / count, right / count
                """,
                """
                model.eval()
                with torch.inference_mode():
                    scores, y = zip(*((model(x), y) for x, y in batches), strict=True)
                scores, y = torch.cat(scores), torch.cat(y)
                accuracy = (scores.gt(0) == y.bool()).float().mean().item()
                return nn.BCEWithLogitsLoss()(scores, y.float()).item(), accuracy
                """,
            ],
            "sol_baseline": [
                """
                self.table = nn.EmbeddingBag(vocab_size, 1, mode="sum", padding_idx=0)
                self.table.weight.data.zero_()
                self.b = nn.Parameter(torch.zeros(()))
                """,
                "return self.table(ids).squeeze(-1) + self.b",
            ],
            "sol_rnn": [
                None,
                """
                packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths.cpu(), True, enforce_sorted=False)
                state = self.recurrent(packed)[1]
                if isinstance(self.recurrent, nn.LSTM):
                    state = state[0]
                return self.output(self.dropout(state[-1]))[:, 0]
                """,
                "return self.read(self.embedding(ids), torch.count_nonzero(ids, dim=1))",
            ],
            "sol_vanishing": """
                kept = []

                def keep(module, inputs, output):
                    kept.append(output.detach().requires_grad_())
                    return kept[0]

                handle = model.embedding.register_forward_hook(keep)
                loss = nn.BCEWithLogitsLoss()(model(x), y.float())
                handle.remove()
                gradient = torch.autograd.grad(loss, kept)[0]
                return (gradient**2).sum(dim=2).sum(dim=0).sqrt().detach().cpu()
            """,
        },
    ),
    Answer(
        "gathered_states_and_counts",
        "Word counts in a linear layer, `gather`, copies of parameters, norms from their definition.",
        blocks={
            "sol_baseline": [
                """
                self.linear = nn.Linear(vocab_size, 1)
                for parameter in self.parameters():
                    nn.init.zeros_(parameter)
                """,
                """
                counts = torch.zeros(len(ids), self.linear.in_features, device=ids.device)
                counts.scatter_add_(1, ids, (ids != 0).float())
                return self.linear(counts)[:, 0]
                """,
            ],
            "sol_rnn": [
                """
                self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
                layer = {"rnn": nn.RNN, "gru": nn.GRU}.get(cell, nn.LSTM)
                self.recurrent = layer(embedding_dim, hidden_size, num_layers=num_layers, batch_first=True)
                self.dropout, self.output = nn.Dropout(p=dropout), nn.Linear(hidden_size, 1)
                """,
                """
                states = self.recurrent(embedded)[0]
                place = (lengths - 1)[:, None, None].expand(-1, 1, states.shape[2])
                return self.output(self.dropout(states.gather(1, place)[:, 0])).flatten()
                """,
                """
                lengths = ids.ne(0).sum(1)
                return self.read(self.embedding(ids), lengths)
                """,
            ],
            "sol_depth": """
                def train_one(depth):
                    torch.manual_seed(0)
                    model = SentimentRNN(len(vocab), EMBEDDING_DIM, HIDDEN_SIZE, depth, cell)
                    return run(model, str(depth))

                return {depth: train_one(depth) for depth in depths}
            """,
            "sol_lstm_gru": """
                state, columns = None, []
                for start in range(0, ids.shape[1], size):
                    states, state = model.recurrent(model.embedding(ids[:, start : start + size]), state)
                    if type(state) is tuple:
                        state = (state[0].detach(), state[1].detach())
                    else:
                        state = state.detach()
                    columns.append(model.output(states[:, -1]).squeeze(1))
                return torch.stack(columns, dim=1)
            """,
            "sol_glove": [
                """
                words = sorted(vocab, key=vocab.get)
                rows = [vectors[word] if word in vectors else [0.0] * vectors.dim for word in words]
                return torch.stack([torch.as_tensor(row, dtype=torch.float32) for row in rows])
                """,
                """
                layer = nn.Embedding(*matrix.shape, padding_idx=0)
                with torch.no_grad():
                    layer.weight.copy_(matrix)
                layer.weight.requires_grad = not frozen
                model.embedding = layer
                return model
                """,
            ],
            "sol_compare": """
                last = {name: (h["train_accuracy"][-1], h["test_accuracy"][-1]) for name, h in histories.items()}
                best_first = sorted(last, key=lambda name: -last[name][1])
                return [(name, *last[name], last[name][0] - last[name][1]) for name in best_first]
            """,
            "sol_gradients": [
                """
                norms = {}
                for name, parameter in model.named_parameters():
                    if parameter.grad is not None:
                        norms[name] = float((parameter.grad**2).sum()) ** 0.5
                return norms
                """,
                """
                recurrent = model.recurrent
                loss = F.binary_cross_entropy_with_logits(model(ids), labels.float())
                names, weights = zip(*recurrent.named_parameters(), strict=True)
                gradients = dict(zip(names, torch.autograd.grad(loss, weights), strict=True))
                pieces = [[] for _ in range(recurrent.num_layers)]
                for name, gradient in gradients.items():
                    pieces[int(name.rsplit("_l", 1)[1])].append(gradient.flatten())
                return [torch.cat(layer).norm().item() for layer in pieces]
                """,
            ],
        },
    ),
]

ANSWERS = WRONG + RIGHT
