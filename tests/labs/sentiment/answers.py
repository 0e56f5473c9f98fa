"""Answers to the lab on sentiment analysis, wrong and right, and what each must cost."""

from instructor.labs.answers import Answer

MEASURE = """
    model.eval()
    total_loss = num_right = num_examples = 0
    with torch.no_grad():
        for inputs, labels in batches:
            logits = model(inputs)
            total_loss += F.binary_cross_entropy_with_logits(logits, labels.float(), reduction="sum").item()
            num_right += ((logits > 0) == labels).sum().item()
            num_examples += len(labels)
    return total_loss / num_examples, num_right / num_examples
"""
TRAIN = """
    model.train()
    total_loss = num_right = num_examples = 0
    for inputs, labels in batches:
        logits = model(inputs)
        loss = F.binary_cross_entropy_with_logits(logits, labels.float())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * len(labels)
        num_right += ((logits > 0) == labels).sum().item()
        num_examples += len(labels)
    return total_loss / num_examples, num_right / num_examples
"""
LAYERS = """
    self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
    self.recurrent = CELLS[cell](embedding_dim, hidden_size, num_layers, batch_first=True)
    self.dropout = nn.Dropout(dropout)
    self.output = nn.Linear(hidden_size, 1)
"""
READ = """
    states, _ = self.recurrent(embedded)
    last_states = states[torch.arange(len(lengths), device=lengths.device), lengths - 1]
    return self.output(self.dropout(last_states)).squeeze(1)
"""
DEPTH = """
    results = {}
    for depth in depths:
        torch.manual_seed(0)
        model = SentimentRNN(len(vocab), EMBEDDING_DIM, HIDDEN_SIZE, num_layers=depth, cell=cell)
        results[depth] = run(model, f"{cell}, profondeur {depth}")
    return results
"""
PIECES = """
    state, logits = None, []
    for piece in model.embedding(ids).split(size, dim=1):
        states, state = model.recurrent(piece, state)
        state = tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()
        logits.append(model.output(model.dropout(states[:, -1])))
    return torch.cat(logits, dim=1)
"""
MATRIX = """
    matrix = torch.zeros(len(vocab), vectors.dim)
    for word, index in vocab.items():
        if word in vectors:
            matrix[index] = torch.from_numpy(vectors[word])
    return matrix
"""
VECTORS = """
    model.embedding = nn.Embedding.from_pretrained(matrix.clone(), freeze=frozen, padding_idx=0)
    return model
"""
SUMMARY = """
    rows = []
    for name, history in histories.items():
        train, test = history["train_accuracy"][-1], history["test_accuracy"][-1]
        rows.append((name, train, test, train - test))
    return sorted(rows, key=lambda row: row[2], reverse=True)
"""
NORMS = "return {name: p.grad.norm().item() for name, p in model.named_parameters() if p.grad is not None}"
LAYER_NORMS = """
    model.zero_grad()
    loss = F.binary_cross_entropy_with_logits(model(ids), labels.float())
    loss.backward()
    norms = gradient_norms(model.recurrent)
    model.zero_grad()  # after
    return [
        sum(norm**2 for name, norm in norms.items() if name.endswith(f"_l{layer}")) ** 0.5
        for layer in range(model.recurrent.num_layers)
    ]
"""
OWN_LAYER_NORMS = LAYER_NORMS.replace(
    "gradient_norms(model.recurrent)", "{n: p.grad.norm().item() for n, p in model.recurrent.named_parameters()}"
)
BY_TIME = """
    embedded = model.embedding(x).detach().requires_grad_()
    lengths = (x != 0).sum(dim=1)
    loss = F.binary_cross_entropy_with_logits(model.read(embedded, lengths), y.float())
    (gradient,) = torch.autograd.grad(loss, embedded)
    return gradient.norm(dim=(0, 2)).cpu()
"""
COUNT = "counts = Counter(word for text in texts for word in {words})\n"
NUMBER = 'words = ["<pad>", "<unk>", *(word for word, _ in counts.most_common(max_size))]\n'
VOCABULARY = COUNT + NUMBER + "return {{word: index for index, word in enumerate(words)}}"


def changed(block, *changes):
    """Return a block in which some texts, which it must hold, were replaced."""
    for old, new in changes:
        if old not in block:
            raise ValueError(f"{old!r} is not in the block")
        block = block.replace(old, new)
    return block


def wrong(name, why, loses, **blocks):
    """Return a wrong answer; a dictionary of criteria by test where it shows in several questions."""
    if not isinstance(loses, dict):
        (cell,) = blocks
        loses = {f"test_{cell}": loses.split()}
    return Answer(name, why, loses=loses, blocks={f"sol_{cell}": block for cell, block in blocks.items()})


VOCAB = [
    wrong(
        "punctuation_becomes_a_blank",
        "« It's » is split in two words: characters are replaced with a blank, not removed.",
        "removed",
        vocab=['return re.sub(r"[^a-z0-9]", " ", text.lower()).split()', None, None],
    ),
    wrong(
        "accents_and_underscores_kept",
        r"`\w` holds every letter of every language, and the underscore.",
        "removed",
        vocab=[r'return re.sub(r"[^\w\s]", "", text.lower()).split()', None, None],
    ),
    wrong(
        "capitals_kept",
        "Words keep their capitals.",
        "lower_case",
        vocab=[r'return re.sub(r"[^a-zA-Z0-9\s]", "", text).split()', None, None],
    ),
    wrong(
        "cut_at_single_spaces",
        "Two blanks hold an empty word; a tab is none.",
        "blanks",
        vocab=[r'return re.sub(r"[^a-z0-9\s]", "", text.lower()).split(" ")', None, None],
    ),
    wrong(
        "only_spaces_are_blanks",
        "Tabs and line ends are removed: the words around them become one.",
        "blanks",
        vocab=['return re.sub(r"[^a-z0-9 ]", "", text.lower()).split()', None, None],
    ),
    wrong(
        "ids_off_by_two",
        "Words are numbered from 0, over the two reserved numbers.",
        "frequent_first",
        vocab=[
            None,
            """
            counts = Counter(word for text in texts for word in tokenize(text))
            numbers = {word: index for index, (word, _) in enumerate(counts.most_common(max_size))}
            return {"<pad>": 0, "<unk>": 1} | numbers
            """,
            None,
        ],
    ),
    wrong(
        "vocabulary_sees_the_test_set",
        "The words of the test reviews are counted too.",
        "frequent_first",
        vocab=[
            None,
            VOCABULARY.format(words="tokenize(text)").replace("in texts", "in [*texts, *imdb.test.texts]"),
            None,
        ],
    ),
    wrong(
        "reserved_words_in_max_size",
        "The vocabulary holds max_size words in all.",
        "size",
        vocab=[None, VOCABULARY.format(words="tokenize(text)").replace("(max_size)", "(max_size - 2)"), None],
    ),
    wrong(
        "pad_and_unk_swapped",
        "<unk> is 0 and <pad> 1.",
        "size",
        vocab=[None, VOCABULARY.format(words="tokenize(text)").replace('"<pad>", "<unk>"', '"<unk>", "<pad>"'), None],
    ),
    wrong(
        "vocabulary_of_raw_words",
        "The texts are cut at blanks, signs included.",
        "same_words",
        vocab=[None, VOCABULARY.format(words="text.lower().split()"), None],
    ),
    wrong(
        "raw_words_encoded",
        "The text is cut at blanks, signs included.",
        "same_words",
        vocab=[
            None,
            None,
            """
            ids = [vocab.get(word, 1) for word in text.lower().split()[:max_len]]
            return ids + [0] * (max_len - len(ids))
            """,
        ],
    ),
    wrong(
        "padded_in_front",
        "Padding comes first.",
        "length",
        vocab=[
            None,
            None,
            """
            ids = [vocab.get(word, 1) for word in tokenize(text)[:max_len]]
            return [0] * (max_len - len(ids)) + ids
            """,
        ],
    ),
    wrong(
        "last_words_kept",
        "A long text keeps its last words.",
        "length",
        vocab=[
            None,
            None,
            """
            ids = [vocab.get(word, 1) for word in tokenize(text)[-max_len:]]
            return ids + [0] * (max_len - len(ids))
            """,
        ],
    ),
    wrong(
        "unknown_words_left_out",
        "Words out of the vocabulary are skipped.",
        "unknown",
        vocab=[
            None,
            None,
            """
            ids = [vocab[word] for word in tokenize(text) if word in vocab][:max_len]
            return ids + [0] * (max_len - len(ids))
            """,
        ],
    ),
]

EPOCH = [
    wrong(
        "evaluation_in_training_mode",
        "The model is not put in evaluation mode: dropout stays on.",
        "evaluation_mode",
        train=[None, changed(MEASURE, ("model.eval()", "pass"))],
    ),
    wrong(
        "training_in_evaluation_mode",
        "The model keeps the mode in which the last evaluation left it.",
        "training_mode",
        train=[changed(TRAIN, ("model.train()", "pass")), None],
    ),
    wrong(
        "sigmoid_before_the_loss_with_logits",
        "Probabilities are given to a loss that takes logits, in both functions.",
        "steps measured_on_the_way evaluation large_logits",
        train=[
            changed(TRAIN, ("with_logits(logits", "with_logits(torch.sigmoid(logits)")),
            changed(MEASURE, ("with_logits(logits", "with_logits(torch.sigmoid(logits)")),
        ],
    ),
    wrong(
        "logarithm_of_a_sigmoid",
        "The loss of probabilities, which are exactly 0 or 1 far from zero.",
        "large_logits",
        train=[
            changed(TRAIN, ("_with_logits(logits", "(torch.sigmoid(logits)")),
            changed(MEASURE, ("_with_logits(logits", "(torch.sigmoid(logits)")),
        ],
    ),
    wrong(
        "gradients_never_cleared",
        "Gradients add up from one batch to the next.",
        "steps",
        train=[changed(TRAIN, ("optimizer.zero_grad()", "pass")), None],
    ),
    wrong(
        "measured_after_the_step",
        "The model answers a second time, once it has learnt from the batch.",
        "measured_on_the_way",
        train=[
            changed(
                TRAIN,
                ("optimizer.step()", "optimizer.step()\n        logits = model(inputs)"),
                ("loss.item()", "F.binary_cross_entropy_with_logits(logits, labels.float()).item()"),
            ),
            None,
        ],
    ),
    wrong(
        "last_batch_as_heavy_in_training",
        "The mean of the means of the batches, while it trains.",
        "measured_on_the_way",
        train=[
            changed(TRAIN, ("* len(labels)", ""), ("total_loss / num_examples", "total_loss / len(batches)")),
            None,
        ],
    ),
    wrong(
        "mean_of_batch_means",
        "The last batch weighs as much as the others in the loss of the evaluation.",
        "evaluation",
        train=[
            None,
            changed(MEASURE, (', reduction="sum"', ""), ("total_loss / num_examples", "total_loss / len(batches)")),
        ],
    ),
    wrong(
        "favourable_above_one_half",
        "Logits are compared with 0.5, as if they were probabilities.",
        "measured_on_the_way evaluation",
        train=[changed(TRAIN, ("logits > 0", "logits > 0.5")), changed(MEASURE, ("logits > 0", "logits > 0.5"))],
    ),
    wrong(
        "evaluation_with_gradients",
        "The evaluation keeps a graph that nothing will use.",
        "no_gradient",
        train=[None, changed(MEASURE, ("with torch.no_grad():", "if True:"))],
    ),
    wrong(
        "tensors_returned",
        "Means are tensors of one number.",
        "python_floats",
        train=[
            changed(TRAIN, ("loss.item()", "loss.detach()")),
            changed(MEASURE, (".sum().item()", ".sum()")),
        ],
    ),
]

BASELINE = [
    wrong(
        "padding_counts_as_a_word",
        "The bag of words has a weight for <pad>, which learns.",
        "padding",
        baseline=[
            """
            self.weights = nn.Embedding(vocab_size, 1)
            nn.init.zeros_(self.weights.weight)
            self.bias = nn.Parameter(torch.zeros(1))
            """,
            None,
        ],
    ),
    wrong(
        "each_word_counted_once",
        "A word that comes twice counts once.",
        "repeated_words",
        baseline=[
            """
            self.weights = nn.Parameter(torch.zeros(vocab_size))
            self.bias = nn.Parameter(torch.zeros(1))
            """,
            """
            found = torch.zeros(len(ids), len(self.weights), device=ids.device).scatter(1, ids, 1.0)
            found[:, 0] = 0
            return found @ self.weights + self.bias
            """,
        ],
    ),
    wrong(
        "no_bias",
        "The sum of the weights, without a bias.",
        "bias",
        baseline=[
            """
            self.weights = nn.Embedding(vocab_size, 1, padding_idx=0)
            nn.init.zeros_(self.weights.weight)
            """,
            "return self.weights(ids).sum(dim=(1, 2))",
        ],
    ),
    wrong(
        "weights_drawn_at_random",
        "PyTorch's own start.",
        "start",
        baseline=[
            """
            self.weights = nn.Embedding(vocab_size, 1, padding_idx=0)
            self.bias = nn.Parameter(torch.zeros(1))
            """,
            None,
        ],
    ),
    wrong(
        "a_column_of_logits",
        "Logits have shape (batch, 1).",
        "start",
        baseline=[None, "return self.weights(ids).sum(dim=1) + self.bias"],
    ),
]

NETWORK = [
    wrong(
        "state_read_at_the_padding",
        "The state after the last step of the batch, padding or not.",
        "padded_reviews read",
        rnn=[None, changed(READ, (", lengths - 1", ", -1")), None],
    ),
    wrong(
        "one_word_too_many",
        "Lengths are taken for ranks: the state after the first <pad>, clipped to the batch.",
        "padded_reviews read",
        rnn=[None, changed(READ, ("lengths - 1", "lengths.clamp(max=states.shape[1] - 1)")), None],
    ),
    wrong(
        "whole_width_counted",
        "`forward` gives the width of the batch for a length.",
        "padded_reviews",
        rnn=[None, None, "return self.read(self.embedding(ids), torch.full((len(ids),), ids.shape[1]))"],
    ),
    wrong(
        "batch_not_put_back_in_order",
        "Reviews are sorted by length for the packing, and stay so.",
        "any_order",
        rnn=[
            None,
            """
            order = lengths.argsort(descending=True, stable=True)
            states, _ = self.recurrent(embedded[order])
            last_states = states[torch.arange(len(lengths)), lengths[order] - 1]
            return self.output(self.dropout(last_states)).squeeze(1)
            """,
            None,
        ],
    ),
    wrong(
        "packing_asks_for_sorted_reviews",
        "`enforce_sorted` stays True: unsorted reviews stop the lab.",
        "any_order",
        rnn=[
            None,
            """
            packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths.cpu(), batch_first=True)
            state = self.recurrent(packed)[1]
            state = state[0] if isinstance(state, tuple) else state
            return self.output(self.dropout(state[-1])).squeeze(1)
            """,
            None,
        ],
    ),
    wrong(
        "logit_of_one_review_squeezed",
        "`squeeze` without a dimension takes that of the batch away too.",
        "alone",
        rnn=[None, changed(READ, ("squeeze(1)", "squeeze()")), None],
    ),
    wrong(
        "one_layer_whatever_is_asked",
        "`num_layers` is not given to the recurrent layer.",
        "layers",
        rnn=[changed(LAYERS, ("num_layers, ", "")), None, None],
    ),
    wrong(
        "batch_in_second_place",
        "The layer reads (steps, batch): its answers are right, later uses of it are not.",
        "attributes",
        rnn=[
            changed(LAYERS, (", batch_first=True", "")),
            changed(
                READ,
                ("states, _ = self.recurrent(embedded)", "states = self.recurrent(embedded.transpose(0, 1))[0]"),
                ("states[torch", "states.transpose(0, 1)[torch"),
            ),
            None,
        ],
    ),
    wrong(
        "embedding_of_padding_learns",
        "The embedding layer does not know which number is <pad>.",
        "row_of_padding",
        rnn=[changed(LAYERS, (", padding_idx=0", "")), None, None],
    ),
    wrong(
        "row_of_padding_drawn_again",
        "An initialization by hand writes over the row of zeros.",
        "row_of_padding",
        rnn=[LAYERS + "    nn.init.normal_(self.embedding.weight, std=0.1)\n", None, None],
    ),
    wrong(
        "dropout_on_the_vectors",
        "Components of the words are dropped, not of the state.",
        "dropout",
        rnn=[
            None,
            changed(READ, ("self.dropout(last_states)", "last_states"), ("(embedded)", "(self.dropout(embedded))")),
            None,
        ],
    ),
    wrong(
        "dropout_between_the_layers",
        "The probability is given to the recurrent layer, which has one layer only.",
        "dropout",
        rnn=[
            changed(LAYERS, ("batch_first", "dropout=dropout, batch_first"), ("Dropout(dropout)", "Dropout(0)")),
            None,
            None,
        ],
    ),
    wrong(
        "dropout_in_both_modes",
        "The function drops whatever the mode.",
        "dropout",
        rnn=[None, changed(READ, ("self.dropout(last_states)", "F.dropout(last_states, self.dropout.p)")), None],
    ),
    wrong(
        "lengths_guessed_from_the_vectors",
        "`read` counts the vectors that are not null, and forgets the lengths it is given.",
        "read",
        rnn=[None, "lengths = (embedded != 0).any(dim=2).sum(dim=1)\n" + changed(READ, ("\n    ", "\n")), None],
    ),
]

EXPERIMENT = [
    wrong(
        "same_depth_every_time",
        "The models of the experiment differ in their name only.",
        "depth",
        depth=changed(DEPTH, ("num_layers=depth, ", "")),
    ),
    wrong(
        "depths_sorted",
        "The dictionary is not in the order of the depths asked for.",
        "results",
        depth=changed(DEPTH, ("in depths", "in sorted(depths)")),
    ),
    wrong("cell_forgotten", "A simple cell, always.", "setting", depth=changed(DEPTH, (", cell=cell)", ")"))),
    wrong(
        "dimensions_of_ones_own",
        "The size of the state is written in full.",
        "setting",
        depth=changed(DEPTH, ("HIDDEN_SIZE", "32")),
    ),
    wrong(
        "seeded_once",
        "The seed is set before the loop: the second model starts elsewhere.",
        "seed",
        depth="torch.manual_seed(0)" + changed(DEPTH, ("torch.manual_seed(0)", "pass")).replace("\n    ", "\n"),
    ),
]

# What is wrong in the module for two cells shows in the next question only: its own answer is there unchanged.
CELLS = [
    wrong(
        "always_a_simple_cell",
        "`cell` is ignored.",
        {"test_lstm_gru": ["lstm", "gru", "pair"], "test_vanishing": ["any_cell"]},
        rnn=[changed(LAYERS, ("CELLS[cell]", "nn.RNN")), None, None],
        lstm_gru=PIECES,
        vanishing=BY_TIME,
    ),
    wrong(
        "no_gru",
        "Whatever is not an LSTM is a simple cell.",
        {"test_lstm_gru": ["gru"], "test_vanishing": ["any_cell"]},
        rnn=[changed(LAYERS, ("CELLS[cell]", '(nn.LSTM if cell == "lstm" else nn.RNN)')), None, None],
        lstm_gru=PIECES,
        vanishing=BY_TIME,
    ),
    wrong(
        "state_of_the_lstm_indexed_as_a_tensor",
        "The final state of a packed batch is right for RNN and GRU; for LSTM, its last item is the memory.",
        {"test_lstm_gru": ["lstm"], "test_vanishing": ["any_cell"]},
        rnn=[
            None,
            """
            packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths.cpu(), True, enforce_sorted=False)
            _, state = self.recurrent(packed)
            return self.output(self.dropout(state[-1])).squeeze(-1)
            """,
            None,
        ],
        lstm_gru=PIECES,
        vanishing=BY_TIME,
    ),
    wrong(
        "pair_of_the_lstm_used_as_a_tensor",
        "`detach` is called on the state of an LSTM, which is a pair.",
        "pair",
        lstm_gru=changed(
            PIECES, ("tuple(part.detach() for part in state) if isinstance(state, tuple) else state", "state")
        ),
    ),
    wrong(
        "memory_of_the_lstm_not_cut",
        "Of the pair, what the cell shows is detached, what it remembers is not.",
        "pair",
        lstm_gru=changed(PIECES, ("tuple(part.detach() for part in state)", "(state[0].detach(), state[1])")),
    ),
    wrong(
        "memory_of_the_lstm_forgotten",
        "Of the pair, only what the cell shows is carried over.",
        "pair",
        lstm_gru=changed(
            PIECES, ("tuple(part.detach() for part in state)", "(state[0].detach(), torch.zeros_like(state[1]))")
        ),
    ),
    wrong(
        "state_not_carried_over",
        "Each piece is read as if it were a review of its own.",
        "pieces pair",
        lstm_gru=changed(PIECES, ("(piece, state)", "(piece)")),
    ),
    wrong(
        "last_short_piece_dropped",
        "Only whole pieces are read.",
        "pieces",
        lstm_gru=changed(PIECES, ("ids).split", "ids[:, : ids.shape[1] // size * size]).split")),
    ),
    wrong(
        "state_cut_for_the_pair_only",
        "The state of the simple cell and of the GRU keeps its gradient.",
        "cut",
        lstm_gru=changed(PIECES, ("else state.detach()", "else state")),
    ),
    wrong(
        "gradient_never_cut",
        "The whole review is in the graph.",
        "cut pair",
        lstm_gru=changed(PIECES, ("part.detach()", "part"), ("else state.detach()", "else state")),
    ),
]

GLOVE = [
    wrong(
        "vectors_in_double_precision",
        "The matrix is float64: no recurrent layer takes it.",
        "rows",
        glove=[changed(MATRIX, ("vectors.dim)", "vectors.dim, dtype=torch.float64)")), None],
    ),
    wrong(
        "rows_in_the_order_of_the_dictionary",
        "Rows follow the dictionary, not the numbers.",
        "numbers",
        glove=[changed(MATRIX, ("word, index in vocab.items()", "index, word in enumerate(vocab)")), None],
    ),
    wrong(
        "unknown_words_drawn_at_random",
        "Words without a vector get one.",
        "unknown_words",
        glove=[changed(MATRIX, ("torch.zeros", "0.1 * torch.randn")), None],
    ),
    wrong(
        "matrix_never_copied",
        "A new layer of the right size, with vectors of its own.",
        "start",
        glove=[
            None,
            """
            model.embedding = nn.Embedding(*matrix.shape, padding_idx=0)
            model.embedding.weight.requires_grad_(not frozen)
            return model
            """,
        ],
    ),
    wrong(
        "glove_layer_not_frozen",
        "The vectors learn whatever `frozen` says.",
        "frozen_layer",
        glove=[None, changed(VECTORS, ("freeze=frozen", "freeze=False"))],
    ),
    wrong(
        "glove_layer_always_frozen",
        "The vectors never learn: `from_pretrained` freezes unless it is told not to.",
        "tuned_layer",
        glove=[None, changed(VECTORS, ("freeze=frozen, ", ""))],
    ),
    wrong(
        "padding_of_the_new_layer_learns",
        "`padding_idx` was given to the first layer, not to the one that takes its place.",
        "row_of_padding",
        glove=[None, changed(VECTORS, (", padding_idx=0", ""))],
    ),
    wrong(
        "matrix_shared_with_the_model",
        "Training the model changes the matrix that the next model starts from.",
        "matrix_kept",
        glove=[None, changed(VECTORS, ("matrix.clone()", "matrix"))],
    ),
]

COMPARE = [
    wrong(
        "best_epoch_on_the_test_set",
        "The table shows the best epoch of each model, chosen on the test set.",
        "last_epoch order",
        compare="""
            rows = []
            for name, history in histories.items():
                train, test = max(history["train_accuracy"]), max(history["test_accuracy"])
                rows.append((name, train, test, train - test))
            return sorted(rows, key=lambda row: -row[2])
        """,
    ),
    wrong(
        "best_epoch_in_training",
        "The accuracy in training is that of the best epoch.",
        "last_epoch",
        compare=changed(SUMMARY, ('history["train_accuracy"][-1]', 'max(history["train_accuracy"])')),
    ),
    wrong("worst_first", "Rows go from worst to best.", "order", compare=changed(SUMMARY, (", reverse=True", ""))),
    wrong(
        "sorted_by_training",
        "Rows are sorted by accuracy in training.",
        "order",
        compare=changed(SUMMARY, ("row[2]", "row[1]")),
    ),
    wrong(
        "gap_without_its_sign",
        "A model better on the test than in training has a positive gap.",
        "gap",
        compare=changed(SUMMARY, ("train - test)", "abs(train - test))")),
    ),
]

GRADIENTS = [
    wrong(
        "squares_without_the_root",
        "The sum of the squares of a gradient, not its norm.",
        "norms layers eleven_layers",
        gradients=[changed(NORMS, ("p.grad.norm()", "(p.grad**2).sum()")), None],
    ),
    wrong(
        "sum_of_absolute_values",
        "Another norm, in the first function only.",
        "norms",
        gradients=[changed(NORMS, (".norm()", ".abs().sum()")), OWN_LAYER_NORMS],
    ),
    wrong(
        "zero_for_no_gradient",
        "A parameter without a gradient is given a norm of zero.",
        "without_gradient",
        gradients=[
            "return {n: 0.0 if p.grad is None else p.grad.norm().item() for n, p in model.named_parameters()}",
            None,
        ],
    ),
    wrong(
        "every_trainable_parameter_read",
        "A parameter that was not used has no gradient to read.",
        "without_gradient",
        gradients=[changed(NORMS, ("p.grad is not None", "p.requires_grad")), None],
    ),
    wrong(
        "norms_as_tensors",
        "Norms are tensors of one number.",
        "python_floats",
        gradients=[changed(NORMS, (".item()", "")), None],
    ),
    wrong(
        "layer_norm_without_the_root",
        "The norms of a layer are squared and added, and nothing else.",
        "layers eleven_layers",
        gradients=[None, changed(LAYER_NORMS, (" ** 0.5", ""))],
    ),
    wrong(
        "padding_read_by_the_measure",
        "The measure reads all reviews up to the end of the batch.",
        "layers",
        gradients=[
            None,
            changed(
                LAYER_NORMS, ("model(ids)", "model.read(model.embedding(ids), torch.full((len(ids),), ids.shape[1]))")
            ),
        ],
    ),
    wrong(
        "gradients_read_after_zero_grad",
        "Gradients are cleared before they are read.",
        "layers eleven_layers earlier_gradients nothing_left model_kept",
        gradients=[None, changed(LAYER_NORMS, ("loss.backward()", "loss.backward()\n    model.zero_grad()"))],
    ),
    wrong(
        "layer_one_takes_layer_eleven",
        "The name of a layer is looked for anywhere in the name of a parameter.",
        "eleven_layers",
        gradients=[None, changed(LAYER_NORMS, ('name.endswith(f"_l{layer}")', 'f"l{layer}" in name'))],
    ),
    wrong(
        "earlier_gradients_not_cleared",
        "What an earlier backward pass left is counted.",
        "earlier_gradients",
        gradients=[None, changed(LAYER_NORMS, ("    model.zero_grad()\n    loss", "    loss"))],
    ),
    wrong(
        "gradients_left_behind",
        "The gradients of the measure stay in the model.",
        "nothing_left",
        gradients=[None, changed(LAYER_NORMS, ("model.zero_grad()  # after", "pass"))],
    ),
    wrong(
        "evaluation_mode_never_undone",
        "The model is put in evaluation mode for the measure, and stays there.",
        "model_kept",
        gradients=[None, changed(LAYER_NORMS, ("    loss =", "    model.eval()\n    loss ="))],
    ),
]

VANISHING = [
    wrong(
        "gradient_of_the_logits",
        "The logits are derived, not the loss.",
        "steps",
        vanishing=changed(
            BY_TIME,
            (
                "F.binary_cross_entropy_with_logits(model.read(embedded, lengths), y.float())",
                "model.read(embedded, lengths).mean()",
            ),
        ),
    ),
    wrong(
        "norms_of_the_reviews_added",
        "A norm for each review, then their sum.",
        "steps",
        vanishing=changed(BY_TIME, ("norm(dim=(0, 2))", "norm(dim=2).sum(dim=0)")),
    ),
    wrong(
        "sum_of_the_losses",
        "The losses of the batch are added.",
        "mean_loss",
        vanishing=changed(BY_TIME, ("y.float())", 'y.float(), reduction="sum")')),
    ),
    wrong(
        "own_reading_of_the_state",
        "The measure reads the final state by itself: an LSTM's last item is its memory.",
        "any_cell",
        vanishing=changed(
            BY_TIME,
            (
                "loss = F",
                "packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths, True, enforce_sorted=False)\n"
                "    _, state = model.recurrent(packed)\n"
                "    loss = F",
            ),
            ("model.read(embedded, lengths)", "model.output(model.dropout(state[-1])).squeeze(1)"),
        ),
    ),
    wrong(
        "padding_read_to_the_end",
        "All reviews are read up to the end of the batch.",
        "padded_reviews",
        vanishing=changed(BY_TIME, ("(x != 0).sum(dim=1)", "torch.full((len(x),), x.shape[1])")),
    ),
    wrong(
        "gradient_kept_by_a_frozen_layer",
        "What a frozen layer gives has no gradient to keep.",
        "frozen_embedding",
        vanishing="""
            embedded = model.embedding(x)
            embedded.retain_grad()
            logits = model.read(embedded, (x != 0).sum(dim=1))
            F.binary_cross_entropy_with_logits(logits, y.float()).backward()
            return embedded.grad.norm(dim=(0, 2)).cpu()
        """,
    ),
    wrong(
        "evaluation_mode_never_undone_by_time",
        "The model is put in evaluation mode for the measure, and stays there.",
        "mode_kept",
        vanishing="model.eval()" + BY_TIME.replace("\n    ", "\n"),
    ),
    wrong(
        "measured_in_evaluation_mode",
        "The mode is restored, but the measure is made in evaluation mode, which cuDNN refuses.",
        "mode_kept",
        vanishing="training = model.training\nmodel.eval()"
        + changed(BY_TIME, ("    return", "    model.train(training)\n    return")).replace("\n    ", "\n"),
    ),
    wrong(
        "graph_of_the_gradient_kept",
        "The result can be derived again, and holds all that this takes.",
        "detached",
        vanishing=changed(BY_TIME, ("(loss, embedded)", "(loss, embedded, create_graph=True)")),
    ),
]

WRONG = VOCAB + EPOCH + BASELINE + NETWORK + EXPERIMENT + CELLS + GLOVE + COMPARE + GRADIENTS + VANISHING

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
