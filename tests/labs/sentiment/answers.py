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
    matrix = torch.zeros(len(vocab), vectors.vector_size)
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
        train, test = history["train_accuracy"][-1], history["val_accuracy"][-1]
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
    loss = F.binary_cross_entropy_with_logits(model.read(embedded, (x != 0).sum(dim=1)), y.float())
    (gradient,) = torch.autograd.grad(loss, embedded)
    return gradient.norm(dim=(0, 2)).cpu()
"""
WATCH = """
    measures = [measure(model)]
    for _ in range(num_epochs):
        model.train()
        for inputs, labels in batches:
            optimizer.zero_grad()
            loss = F.binary_cross_entropy_with_logits(model(inputs), labels.float())
            loss.backward()
            if max_norm is not None:
                nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
        measures.append(measure(model))
    return measures
"""
TRIAL = """
    torch.manual_seed(seed)
    drawn = [learnt[rank] for rank in torch.randperm(len(learnt))[:DRAW_SIZE].tolist()]
    train_part = encode_reviews(drawn, num_words, last_words)
    val_part = encode_reviews(held_out, num_words, last_words)
    batches = BucketedBatches(*train_part, 32, shuffle=True)
    model = SentimentRNN(len(vocab), EMBEDDING_DIM, HIDDEN_SIZE, num_layers, cell, dropout)
    if from_glove:
        use_vectors(model, glove_matrix, frozen=False)
    optimizer = torch.optim.Adam(model.to(device).parameters(), lr=lr)
    for _ in range(TRIAL_EPOCHS):
        train_epoch(model, batches, optimizer)
    return evaluate(model, BucketedBatches(*val_part, 256))[1]
"""
CHOICES = """
settings = {"les premiers mots": {}, "les derniers mots": {"last_words": True}}
seeds = [0, 1, 2]
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


NUM_BLOCKS = {"vocab": 3, "train": 2, "baseline": 2, "rnn": 3, "glove": 2, "gradients": 2, "experiment": 2}


def in_cells(blocks):
    """Return blocks by solution cell, `vocab_2=…` being the second block of a cell that keeps the others."""
    cells = {}
    for key, block in blocks.items():
        name, _, rank = key.partition("_")
        if rank.isdigit():
            cells[f"sol_{name}"] = [None if n != int(rank) else block for n in range(1, NUM_BLOCKS[name] + 1)]
        else:
            cells[f"sol_{key}"] = block
    return cells


def wrong(name, why, loses, **blocks):
    """Return a wrong answer; a dictionary of criteria by test where it shows in several questions."""
    cells = in_cells(blocks)
    if not isinstance(loses, dict):
        (cell,) = cells
        loses = {cell.replace("sol_", "test_"): loses.split()}
    return Answer(name, why, loses=loses, blocks=cells)


VOCAB = [
    wrong(
        "punctuation_becomes_a_blank",
        "« It's » is split in two words: characters are replaced with a blank, not removed.",
        "removed",
        vocab_1='return re.sub(r"[^a-z0-9]", " ", text.lower()).split()',
    ),
    wrong(
        "accents_and_underscores_kept",
        r"`\w` holds every letter of every language, and the underscore.",
        "removed",
        vocab_1=r'return re.sub(r"[^\w\s]", "", text.lower()).split()',
    ),
    wrong(
        "capitals_kept",
        "Words keep their capitals.",
        "lower_case",
        vocab_1=r'return re.sub(r"[^a-zA-Z0-9\s]", "", text).split()',
    ),
    wrong(
        "cut_at_single_spaces",
        "Two blanks hold an empty word; a tab is none.",
        "blanks",
        vocab_1=r'return re.sub(r"[^a-z0-9\s]", "", text.lower()).split(" ")',
    ),
    wrong(
        "only_spaces_are_blanks",
        "Tabs and line ends are removed: the words around them become one.",
        "blanks",
        vocab_1='return re.sub(r"[^a-z0-9 ]", "", text.lower()).split()',
    ),
    wrong(
        "ids_off_by_two",
        "Words are numbered from 0, over the two reserved numbers.",
        "frequent_first",
        vocab_2="""
        counts = Counter(word for text in texts for word in tokenize(text))
        numbers = {word: index for index, (word, _) in enumerate(counts.most_common(max_size))}
        return {"<pad>": 0, "<unk>": 1} | numbers
        """,
    ),
    wrong(
        "vocabulary_sees_the_test_set",
        "The words of the test reviews are counted too.",
        "frequent_first",
        vocab_2=VOCABULARY.format(words="tokenize(text)").replace("in texts", "in [*texts, *imdb.test.texts]"),
    ),
    wrong(
        "reserved_words_in_max_size",
        "The vocabulary holds max_size words in all.",
        "size",
        vocab_2=VOCABULARY.format(words="tokenize(text)").replace("(max_size)", "(max_size - 2)"),
    ),
    wrong(
        "pad_and_unk_swapped",
        "<unk> is 0 and <pad> 1.",
        "size",
        vocab_2=VOCABULARY.format(words="tokenize(text)").replace('"<pad>", "<unk>"', '"<unk>", "<pad>"'),
    ),
    wrong(
        "vocabulary_of_raw_words",
        "The texts are cut at blanks, signs included.",
        "same_words",
        vocab_2=VOCABULARY.format(words="text.lower().split()"),
    ),
    Answer(
        "counts_kept_from_one_call_to_the_next",
        "The counter is made once, outside of the function: each call adds its texts to those of the others.",
        loses={"test_vocab": ["frequent_first"]},
        cells={
            "sol_vocab": r"""
                COUNTS = Counter()


                def tokenize(text):
                    return re.sub(r"[^a-z0-9\s]", "", text.lower()).split()


                def build_vocab(texts, max_size):
                    for text in texts:
                        COUNTS.update(tokenize(text))
                    words = ["<pad>", "<unk>", *(word for word, _ in COUNTS.most_common(max_size))]
                    return {word: index for index, word in enumerate(words)}


                def encode_and_pad(text, vocab, max_len):
                    ids = [vocab.get(word, 1) for word in tokenize(text)[:max_len]]
                    return ids + [0] * (max_len - len(ids))
            """
        },
    ),
    wrong(
        "words_that_come_once_left_out",
        "A word that comes once has no number, whatever room there is.",
        "size",
        vocab_2=VOCABULARY.format(words="tokenize(text)").replace("(max_size))", "(max_size) if _ > 1)"),
    ),
    wrong(
        "padded_in_front",
        "Padding comes first.",
        "length",
        vocab_3="""
        ids = [vocab.get(word, 1) for word in tokenize(text)[:max_len]]
        return [0] * (max_len - len(ids)) + ids
        """,
    ),
    wrong(
        "unknown_words_left_out",
        "Words out of the vocabulary are skipped.",
        "unknown",
        vocab_3="""
        ids = [vocab[word] for word in tokenize(text) if word in vocab][:max_len]
        return ids + [0] * (max_len - len(ids))
        """,
    ),
    wrong(
        "texts_that_hold_a_word_counted",
        "A word counts once in each text, however often it comes.",
        "frequent_first",
        vocab_2=VOCABULARY.format(words="{*tokenize(text)}"),
    ),
    wrong(
        "carriage_returns_removed",
        "Only spaces, tabs and line feeds are blanks.",
        "blanks",
        vocab_1=r'return re.sub(r"[^a-z0-9 \t\n]", "", text.lower()).split()',
    ),
    wrong(
        "a_word_for_an_empty_text",
        "A text without a word is given an unknown one.",
        "length",
        vocab_3="""
        ids = [vocab.get(word, 1) for word in tokenize(text)[:max_len]] or [1]
        return ids + [0] * (max_len - len(ids))
        """,
    ),
    wrong(
        "unknown_words_added_to_the_vocabulary",
        "`setdefault` writes each unknown word into the vocabulary that was given.",
        "unknown",
        vocab_3="""
        ids = [vocab.setdefault(word, 1) for word in tokenize(text)[:max_len]]
        return ids + [0] * (max_len - len(ids))
        """,
    ),
]

EPOCH = [
    wrong(
        "evaluation_in_training_mode",
        "The model is not put in evaluation mode: dropout stays on.",
        "evaluation_mode",
        train_2=changed(MEASURE, ("model.eval()", "pass")),
    ),
    wrong(
        "training_in_evaluation_mode",
        "The model keeps the mode in which the last evaluation left it.",
        "training_mode",
        train_1=changed(TRAIN, ("model.train()", "pass")),
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
        train_1=changed(TRAIN, ("optimizer.zero_grad()", "pass")),
    ),
    wrong(
        "measured_after_the_step",
        "The model answers a second time, once it has learnt from the batch.",
        "measured_on_the_way",
        train_1=changed(
            TRAIN,
            ("optimizer.step()", "optimizer.step()\n        logits = model(inputs)"),
            ("loss.item()", "F.binary_cross_entropy_with_logits(logits, labels.float()).item()"),
        ),
    ),
    wrong(
        "last_batch_as_heavy_in_training",
        "The mean of the means of the batches, while it trains.",
        "measured_on_the_way",
        train_1=changed(TRAIN, ("* len(labels)", ""), ("total_loss / num_examples", "total_loss / len(batches)")),
    ),
    wrong(
        "mean_of_batch_means",
        "The last batch weighs as much as the others in the loss of the evaluation.",
        "evaluation",
        train_2=changed(MEASURE, (', reduction="sum"', ""), ("total_loss / num_examples", "total_loss / len(batches)")),
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
        train_2=changed(MEASURE, ("with torch.no_grad():", "if True:")),
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
    wrong(
        "logits_of_one_example_squeezed",
        "`squeeze` takes the dimension of a batch of one example away.",
        "evaluation",
        train_2=changed(MEASURE, ("model(inputs)", "model(inputs).squeeze()")),
    ),
]

BASELINE = [
    wrong(
        "padding_counts_as_a_word",
        "The bag of words has a weight for <pad>, which learns.",
        "padding",
        baseline_1="""
        self.weights = nn.Embedding(vocab_size, 1)
        nn.init.zeros_(self.weights.weight)
        self.bias = nn.Parameter(torch.zeros(1))
        """,
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
        "bias_never_used",
        "The bias is made, and added to nothing.",
        "bias",
        baseline_2="return self.weights(ids).sum(dim=(1, 2))",
    ),
    wrong(
        "weights_drawn_at_random",
        "PyTorch's own start.",
        "start",
        baseline_1="""
        self.weights = nn.Embedding(vocab_size, 1, padding_idx=0)
        self.bias = nn.Parameter(torch.zeros(1))
        """,
    ),
    wrong(
        "a_column_of_logits",
        "Logits have shape (batch, 1).",
        "start",
        baseline_2="return self.weights(ids).sum(dim=1) + self.bias",
    ),
    wrong(
        "logit_of_one_bag_squeezed",
        "One review alone has a logit without the dimension of the batch.",
        "start",
        baseline_2="return (self.weights(ids).sum(dim=1) + self.bias).squeeze()",
    ),
    wrong(
        "probability_of_a_bag",
        "A sigmoid makes a probability of the logit, which the loss takes for a logit.",
        "start",
        baseline_2="return torch.sigmoid(self.weights(ids).sum(dim=(1, 2)) + self.bias)",
    ),
    wrong(
        "mean_of_the_weights",
        "The sum is divided by the number of words.",
        "repeated_words",
        baseline_2="return self.weights(ids).sum(dim=(1, 2)) / (ids != 0).sum(dim=1) + self.bias",
    ),
    wrong(
        "mean_over_the_width",
        "The sum is divided by the width of the batch, which <pad> makes larger.",
        "repeated_words padding",
        baseline_2="return self.weights(ids).mean(dim=(1, 2)) + self.bias",
    ),
    wrong(
        "words_never_read",
        "The logit is the bias.",
        "repeated_words padding",
        baseline_2="return 0 * self.weights(ids).sum(dim=(1, 2)) + self.bias",
    ),
    wrong(
        "a_bias_for_each_word",
        "The bias is added before the sum, once a word.",
        "bias",
        baseline_2="return ((self.weights(ids).squeeze(2) + self.bias) * (ids != 0)).sum(dim=1)",
    ),
]

NETWORK = [
    wrong(
        "state_read_at_the_padding",
        "The state after the last step of the batch, padding or not.",
        "padded_reviews read",
        rnn_2=changed(READ, (", lengths - 1", ", -1")),
    ),
    wrong(
        "whole_width_counted",
        "`forward` gives the width of the batch for a length.",
        "padded_reviews",
        rnn_3="return self.read(self.embedding(ids), torch.full((len(ids),), ids.shape[1]))",
    ),
    wrong(
        "packing_asks_for_sorted_reviews",
        "`enforce_sorted` stays True: unsorted reviews stop the lab.",
        "any_order",
        rnn_2="""
        packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths.cpu(), batch_first=True)
        state = self.recurrent(packed)[1]
        state = state[0] if isinstance(state, tuple) else state
        return self.output(self.dropout(state[-1])).squeeze(1)
        """,
    ),
    wrong(
        "logit_of_one_review_squeezed",
        "`squeeze` without a dimension takes that of the batch away too.",
        "alone",
        rnn_2=changed(READ, ("squeeze(1)", "squeeze()")),
    ),
    wrong(
        "one_layer_whatever_is_asked",
        "`num_layers` is not given to the recurrent layer.",
        "layers",
        rnn_1=changed(LAYERS, ("num_layers, ", "")),
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
        rnn_1=changed(LAYERS, (", padding_idx=0", "")),
    ),
    wrong(
        "dropout_on_the_vectors",
        "Components of the words are dropped, not of the state.",
        "dropout",
        rnn_2=changed(READ, ("self.dropout(last_states)", "last_states"), ("(embedded)", "(self.dropout(embedded))")),
    ),
    wrong(
        "lengths_guessed_from_the_vectors",
        "`read` counts the vectors that are not null, and forgets the lengths it is given.",
        "read",
        rnn_2="lengths = (embedded != 0).any(dim=2).sum(dim=1)\n" + changed(READ, ("\n    ", "\n")),
    ),
    wrong(
        "dropout_between_the_layers_too",
        "The recurrent layers drop components of their own.",
        "dropout",
        rnn_1=changed(LAYERS, ("batch_first=True", "batch_first=True, dropout=dropout if num_layers > 1 else 0.0")),
    ),
    wrong(
        "dropout_never_applied",
        "The layer is made, and never called.",
        "dropout",
        rnn_2=changed(READ, ("self.dropout(last_states)", "last_states")),
    ),
    wrong(
        "dropout_in_both_modes",
        "`F.dropout` drops components in evaluation too.",
        "dropout",
        rnn_2=changed(READ, ("self.dropout(last_states)", "F.dropout(last_states, self.dropout.p)")),
    ),
    wrong(
        "lengths_changed_in_place",
        "The lengths that the caller gave are one less afterwards.",
        "read",
        rnn_2="lengths -= 1\n" + changed(READ, ("lengths - 1", "lengths"), ("\n    ", "\n")),
    ),
    wrong(
        "vectors_changed_in_place",
        "The vectors after the last word are set to zero, in the tensor of the caller.",
        "read",
        rnn_2="embedded.data[torch.arange(embedded.shape[1]) >= lengths[:, None].cpu()] = 0\n"
        + READ.replace("\n    ", "\n"),
    ),
    wrong(
        "probability_of_dropout_kept_aside",
        "The layer is made, but another number is used, that nobody can change later.",
        "dropout",
        rnn=[
            LAYERS + "    self.p = dropout\n",
            changed(READ, ("self.dropout(last_states)", "F.dropout(last_states, self.p, self.training)")),
            None,
        ],
    ),
    wrong(
        "dropout_on_the_vectors_too",
        "Components of the words are dropped, and of the state too.",
        "dropout",
        rnn_2=changed(READ, ("self.recurrent(embedded)", "self.recurrent(self.dropout(embedded))")),
    ),
    wrong(
        "dropout_applied_twice",
        "A component stays one time in four, four times too large.",
        "dropout",
        rnn_2=changed(READ, ("self.dropout(last_states)", "self.dropout(self.dropout(last_states))")),
    ),
    wrong(
        "one_dropout_for_the_whole_batch",
        "All reviews of a batch lose the same components.",
        "dropout",
        rnn_2=changed(
            READ, ("self.dropout(last_states)", "last_states * self.dropout(torch.ones_like(last_states[0]))")
        ),
    ),
    wrong(
        "state_of_the_word_before",
        "Lengths are counted from 0: the last word is never read.",
        "padded_reviews",
        rnn_2=changed(READ, ("lengths - 1", "(lengths - 2).clamp(min=0)")),
    ),
    wrong(
        "mean_of_the_states",
        "The states of all real words are averaged.",
        "padded_reviews",
        rnn_2="""
        states, _ = self.recurrent(embedded)
        real = torch.arange(states.shape[1], device=states.device) < lengths[:, None]
        mean = (states * real[..., None]).sum(dim=1) / lengths[:, None]
        return self.output(self.dropout(mean)).squeeze(1)
        """,
    ),
    wrong(
        "probability_instead_of_a_logit",
        "A sigmoid makes a probability of the logit, which the loss takes for a logit.",
        "padded_reviews",
        rnn_2=changed(
            READ,
            (
                "self.output(self.dropout(last_states)).squeeze(1)",
                "self.output(self.dropout(last_states))[:, 0].sigmoid()",
            ),
        ),
    ),
    wrong(
        "a_column_of_network_logits",
        "Logits have shape (batch, 1).",
        "padded_reviews",
        rnn_2=changed(READ, (".squeeze(1)", "")),
    ),
    wrong(
        "same_logit_for_all",
        "The logit is the bias of the output layer, whatever is read.",
        "padded_reviews any_order alone layers dropout read",
        rnn_2=changed(READ, ("self.dropout(last_states)", "0 * self.dropout(last_states)")),
    ),
    wrong(
        "unknown_words_not_counted",
        "Lengths count the words that the vocabulary holds.",
        "padded_reviews",
        rnn_3="return self.read(self.embedding(ids), (ids > 1).sum(dim=1))",
    ),
    wrong(
        "hidden_layer_before_the_logit",
        "`output` is a network of two layers.",
        "padded_reviews attributes",
        rnn_1=changed(
            LAYERS,
            ("nn.Linear(hidden_size, 1)", "nn.Sequential(nn.Linear(hidden_size, 8), nn.ReLU(), nn.Linear(8, 1))"),
        ),
    ),
    wrong(
        "state_of_the_first_layer",
        "Of the final states, one a layer, the first is read: with one layer it is the right one.",
        "layers",
        rnn_2="""
        packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths.cpu(), True, enforce_sorted=False)
        state = self.recurrent(packed)[1]
        state = state[0] if isinstance(state, tuple) else state
        return self.output(self.dropout(state[0])).squeeze(1)
        """,
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
    wrong(
        "dropout_nobody_asked_for",
        "The models drop components, as those of the gates do.",
        "setting",
        depth=changed(DEPTH, ("cell=cell)", "cell=cell, dropout=0.3)")),
    ),
    wrong(
        "depth_for_a_name",
        "The name given to `run` is a number.",
        "results",
        depth=changed(DEPTH, ('f"{cell}, profondeur {depth}"', "depth")),
    ),
]

# What is wrong in the module for two cells shows in the next question only: its own answer is there unchanged.
CELLS = [
    wrong(
        "always_a_simple_cell",
        "`cell` is ignored.",
        {"test_lstm_gru": ["lstm", "gru", "pair"], "test_vanishing": ["any_cell"]},
        rnn_1=changed(LAYERS, ("CELLS[cell]", "nn.RNN")),
        lstm_gru=PIECES,
        vanishing=BY_TIME,
    ),
    wrong(
        "no_gru",
        "Whatever is not an LSTM is a simple cell.",
        {"test_lstm_gru": ["gru"], "test_vanishing": ["any_cell"]},
        rnn_1=changed(LAYERS, ("CELLS[cell]", '(nn.LSTM if cell == "lstm" else nn.RNN)')),
        lstm_gru=PIECES,
        vanishing=BY_TIME,
    ),
    wrong(
        "state_of_the_lstm_indexed_as_a_tensor",
        "The final state of a packed batch is right for RNN and GRU; for LSTM, its last item is the memory.",
        {"test_lstm_gru": ["lstm"], "test_vanishing": ["any_cell"]},
        rnn_2="""
        packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths.cpu(), True, enforce_sorted=False)
        _, state = self.recurrent(packed)
        return self.output(self.dropout(state[-1])).squeeze(-1)
        """,
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
        "gradient_of_the_last_piece_only",
        "Only the last piece is read with a graph: the logits of the others teach nothing.",
        "cut",
        lstm_gru="""
        state, logits = None, []
        pieces = ids.split(size, dim=1)
        for rank, piece in enumerate(pieces, start=1):
            with torch.set_grad_enabled(rank == len(pieces)):
                states, state = model.recurrent(model.embedding(piece), state)
                logits.append(model.output(model.dropout(states[:, -1])))
        return torch.cat(logits, dim=1)
        """,
    ),
    wrong(
        "as_many_pieces_as_words_in_one",
        "`chunk` takes a number of pieces, not a size.",
        "pieces",
        lstm_gru=changed(PIECES, (".split(", ".chunk(")),
    ),
    wrong(
        "pieces_in_lines",
        "The logits are given piece by piece, not review by review.",
        "pieces cut pair",
        lstm_gru=changed(PIECES, ("torch.cat(logits, dim=1)", "torch.cat(logits, dim=1).T")),
    ),
    wrong(
        "gradient_never_cut",
        "The whole review is in the graph.",
        "cut pair",
        lstm_gru=changed(PIECES, ("part.detach()", "part"), ("else state.detach()", "else state")),
    ),
    wrong(
        "pieces_without_dropout",
        "The logits are read without the dropout.",
        "dropout",
        lstm_gru=changed(PIECES, ("model.dropout(states[:, -1])", "states[:, -1]")),
    ),
    wrong(
        "dropout_on_the_words_of_a_piece",
        "Components of the words are dropped, and of the state too.",
        "dropout",
        lstm_gru=changed(PIECES, ("model.recurrent(piece", "model.recurrent(model.dropout(piece)")),
    ),
    wrong(
        "read_in_evaluation_mode",
        "The model is put in evaluation mode, whatever its mode was.",
        "dropout",
        lstm_gru="model.eval()\n" + PIECES.replace("\n    ", "\n"),
    ),
    wrong(
        "read_in_training_mode",
        "The model is put in training mode, whatever its mode was.",
        "dropout",
        lstm_gru="model.train()\n" + PIECES.replace("\n    ", "\n"),
    ),
    wrong(
        "logits_of_one_review_squeezed",
        "One review alone has logits without the dimension of the batch.",
        "pieces",
        lstm_gru=changed(PIECES, ("states[:, -1])))", "states[:, -1])).squeeze())"), ("torch.cat(", "torch.stack(")),
    ),
]

GLOVE = [
    wrong(
        "vectors_in_double_precision",
        "The matrix is float64: no recurrent layer takes it.",
        "rows",
        glove_1=changed(MATRIX, ("vectors.vector_size)", "vectors.vector_size, dtype=torch.float64)")),
    ),
    wrong(
        "rows_in_the_order_of_the_dictionary",
        "Rows follow the dictionary, not the numbers.",
        "numbers",
        glove_1=changed(MATRIX, ("word, index in vocab.items()", "index, word in enumerate(vocab)")),
    ),
    wrong(
        "unknown_words_drawn_at_random",
        "Words without a vector get one.",
        "unknown_words",
        glove_1=changed(MATRIX, ("torch.zeros", "0.1 * torch.randn")),
    ),
    wrong(
        "matrix_never_copied",
        "A new layer of the right size, with vectors of its own.",
        "start",
        glove_2="""
        model.embedding = nn.Embedding(*matrix.shape, padding_idx=0)
        model.embedding.weight.requires_grad_(not frozen)
        return model
        """,
    ),
    wrong(
        "glove_layer_not_frozen",
        "The vectors learn whatever `frozen` says.",
        "frozen_layer",
        glove_2=changed(VECTORS, ("freeze=frozen", "freeze=False")),
    ),
    wrong(
        "glove_layer_always_frozen",
        "The vectors never learn: `from_pretrained` freezes unless it is told not to.",
        "tuned_layer",
        glove_2=changed(VECTORS, ("freeze=frozen, ", "")),
    ),
    wrong(
        "padding_of_the_new_layer_learns",
        "`padding_idx` was given to the first layer, not to the one that takes its place.",
        "row_of_padding",
        glove_2=changed(VECTORS, (", padding_idx=0", "")),
    ),
    wrong(
        "matrix_shared_with_the_model",
        "Training the model changes the matrix that the next model starts from.",
        "matrix_kept",
        glove_2=changed(VECTORS, ("matrix.clone()", "matrix")),
    ),
    wrong(
        "vectors_for_a_copy_of_the_model",
        "A copy of the model is given the vectors; the model itself is not.",
        "start",
        glove_2="import copy\n\nmodel = copy.deepcopy(model)\n" + VECTORS.replace("\n    ", "\n"),
    ),
    wrong(
        "whole_model_frozen",
        "Every parameter is frozen with the vectors: nothing can learn.",
        "frozen_layer",
        glove_2=changed(
            VECTORS,
            (
                "    return",
                "    for parameter in model.parameters():\n        parameter.requires_grad_(not frozen)\n    return",
            ),
        ),
    ),
    wrong(
        "frozen_for_ever",
        "A layer that was frozen before stays so.",
        "tuned_layer",
        glove_2="""
        model.embedding.weight.data.copy_(matrix)
        if frozen:
            model.embedding.weight.requires_grad_(False)
        return model
        """,
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
                train, test = max(history["train_accuracy"]), max(history["val_accuracy"])
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
    wrong(
        "rounded_to_two_decimals",
        "Accuracies are rounded before rows are sorted.",
        "last_epoch order gap",
        compare=changed(
            SUMMARY,
            ('history["train_accuracy"][-1]', 'round(history["train_accuracy"][-1], 2)'),
            ('history["val_accuracy"][-1]', 'round(history["val_accuracy"][-1], 2)'),
        ),
    ),
    wrong(
        "rounded_to_four_decimals",
        "Accuracies are rounded as they are shown.",
        "last_epoch",
        compare=changed(SUMMARY, ("(name, train, test, ", "(name, round(train, 4), round(test, 4), ")),
    ),
    wrong(
        "sorted_on_rounded_accuracies",
        "Two trainings that differ by less than a point stay in the order in which they came.",
        "order",
        compare=changed(SUMMARY, ("row[2]", "round(row[2], 2)")),
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
    wrong(
        "one_row_by_accuracy",
        "Rows are kept by accuracy: of two trainings that end on the same one, only the last has a row.",
        "last_epoch",
        compare="""
        by_accuracy = {history["val_accuracy"][-1]: name for name, history in histories.items()}
        rows = []
        for val, name in sorted(by_accuracy.items(), reverse=True):
            train = histories[name]["train_accuracy"][-1]
            rows.append((name, train, val, train - val))
        return rows
        """,
    ),
    wrong(
        "last_epoch_taken_out",
        "`pop` takes the last epoch out of the histories.",
        "last_epoch",
        compare=SUMMARY.replace("[-1]", ".pop()"),
    ),
]

GRADIENTS = [
    wrong(
        "squares_without_the_root",
        "The sum of the squares of a gradient, not its norm.",
        "norms",
        gradients_1=changed(NORMS, ("p.grad.norm()", "(p.grad**2).sum()")),
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
        gradients_1="return {n: 0.0 if p.grad is None else p.grad.norm().item() for n, p in model.named_parameters()}",
    ),
    wrong(
        "every_trainable_parameter_read",
        "A parameter that was not used has no gradient to read.",
        "without_gradient",
        gradients_1=changed(NORMS, ("p.grad is not None", "p.requires_grad")),
    ),
    wrong(
        "norms_as_tensors",
        "Norms are tensors of one number.",
        "python_floats",
        gradients_1=changed(NORMS, (".item()", "")),
    ),
    wrong(
        "layer_norm_without_the_root",
        "The norms of a layer are squared and added, and nothing else.",
        "layers",
        gradients_2=changed(LAYER_NORMS, (" ** 0.5", "")),
    ),
    wrong(
        "padding_read_by_the_measure",
        "The measure reads all reviews up to the end of the batch.",
        "layers",
        gradients_2=changed(
            LAYER_NORMS, ("model(ids)", "model.read(model.embedding(ids), torch.full((len(ids),), ids.shape[1]))")
        ),
    ),
    wrong(
        "gradients_read_after_zero_grad",
        "Gradients are cleared before they are read.",
        "layers eleven_layers earlier_gradients",
        gradients_2=changed(LAYER_NORMS, ("loss.backward()", "loss.backward()\n    model.zero_grad()")),
    ),
    wrong(
        "norms_of_a_layer_added",
        "The norms of the parameters of a layer are added as they are.",
        "layers",
        gradients_2=changed(LAYER_NORMS, ("norm**2", "norm"), (" ** 0.5", "")),
    ),
    wrong(
        "last_layer_first",
        "The layers come from the last to the first.",
        "layers eleven_layers",
        gradients_2=changed(
            LAYER_NORMS, ("range(model.recurrent.num_layers)", "reversed(range(model.recurrent.num_layers))")
        ),
    ),
    wrong(
        "layer_one_takes_layer_eleven",
        "The name of a layer is looked for anywhere in the name of a parameter.",
        "eleven_layers",
        gradients_2=changed(LAYER_NORMS, ('name.endswith(f"_l{layer}")', 'f"l{layer}" in name')),
    ),
    wrong(
        "earlier_gradients_not_cleared",
        "What an earlier backward pass left is counted.",
        "earlier_gradients",
        gradients_2=changed(LAYER_NORMS, ("    model.zero_grad()\n    loss", "    loss")),
    ),
    wrong(
        "gradients_left_behind",
        "The gradients of the measure stay in the model.",
        "nothing_left",
        gradients_2=changed(LAYER_NORMS, ("model.zero_grad()  # after", "pass")),
    ),
    wrong(
        "evaluation_mode_never_undone",
        "The model is put in evaluation mode for the measure, and stays there.",
        "model_kept",
        gradients_2=changed(LAYER_NORMS, ("    loss =", "    model.eval()\n    loss =")),
    ),
    wrong(
        "gradients_of_zero_left_out",
        "A gradient of zero is taken for none.",
        "without_gradient",
        gradients_1=changed(NORMS, ("p.grad is not None", "p.grad is not None and p.grad.any()")),
    ),
    wrong(
        "embedding_frozen_by_the_measure",
        "The embedding layer is frozen for the measure, and stays so.",
        "model_kept",
        gradients_2="model.embedding.requires_grad_(False)\n" + LAYER_NORMS.replace("\n    ", "\n"),
    ),
    wrong(
        "every_parameter_made_to_learn",
        "A frozen layer learns after the measure.",
        "model_kept",
        gradients_2="model.requires_grad_(True)\n" + LAYER_NORMS.replace("\n    ", "\n"),
    ),
    wrong(
        "gradients_cleared_by_the_reading",
        "The gradients are cleared once their norms are read.",
        "norms",
        gradients_1="norms"
        + NORMS.removeprefix("return").replace(" {", " = {", 1)
        + "\nmodel.zero_grad()\nreturn norms",
    ),
]

VANISHING = [
    wrong(
        "gradient_of_the_logits",
        "The logits are derived, not the loss.",
        "steps",
        vanishing=changed(BY_TIME, ("F.binary_cross_entropy_with_logits(", ""), (", y.float())", ".mean()")),
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
                "loss =",
                "packed = nn.utils.rnn.pack_padded_sequence(embedded, (x != 0).sum(1), True, enforce_sorted=False)\n"
                "    _, state = model.recurrent(packed)\n"
                "    loss =",
            ),
            ("model.read(embedded, (x != 0).sum(dim=1))", "model.output(model.dropout(state[-1])).squeeze(1)"),
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
            model.zero_grad()
            return embedded.grad.norm(dim=(0, 2)).cpu()
        """,
    ),
    wrong(
        "frozen_layer_left_unfrozen",
        "The table is made to take a gradient, and never frozen again.",
        "frozen_embedding",
        vanishing="""
            model.embedding.weight.requires_grad_(True)
            embedded = model.embedding(x)
            logits = model.read(embedded, (x != 0).sum(dim=1))
            loss = F.binary_cross_entropy_with_logits(logits, y.float())
            (gradient,) = torch.autograd.grad(loss, embedded)
            return gradient.norm(dim=(0, 2)).cpu()
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
    wrong(
        "gradients_left_in_the_parameters",
        "A backward pass writes into every parameter, and nothing clears what it wrote.",
        "detached",
        vanishing=changed(
            BY_TIME,
            ("(gradient,) = torch.autograd.grad(loss, embedded)", "loss.backward()"),
            ("gradient.norm", "embedded.grad.norm"),
        ),
    ),
    wrong(
        "every_parameter_frozen_for_good",
        "No parameter can learn after the measure.",
        "detached",
        vanishing=changed(BY_TIME, ("    return", "    model.requires_grad_(False)\n    return")),
    ),
    wrong(
        "frozen_after_the_measure",
        "The embedding layer is made to take a gradient, then frozen, whatever it was.",
        "detached",
        vanishing=changed(
            BY_TIME,
            ("model.embedding(x).detach().requires_grad_()", "model.embedding.requires_grad_(True)(x)"),
            ("    return", "    model.embedding.requires_grad_(False)\n    return"),
        ),
    ),
    wrong(
        "norms_of_the_vectors",
        "The vectors are measured, not what comes back to them.",
        "steps mean_loss any_cell padded_reviews frozen_embedding mode_kept",
        vanishing="return model.embedding(x).detach().norm(dim=(0, 2)).cpu()",
    ),
    wrong(
        "a_norm_for_each_review",
        "The dimensions of the norm are those of the steps, not of the batch.",
        "steps any_cell padded_reviews frozen_embedding",
        vanishing=changed(BY_TIME, ("dim=(0, 2)", "dim=(1, 2)")),
    ),
    wrong(
        "largest_component_of_each_step",
        "The largest component, not the norm of all.",
        "steps any_cell padded_reviews",
        vanishing=changed(BY_TIME, ("gradient.norm(dim=(0, 2))", "gradient.abs().amax(dim=(0, 2))")),
    ),
    wrong(
        "measured_in_training_mode",
        "The mode is restored, but the measure is made in training mode.",
        "mode_kept",
        vanishing="training = model.training\nmodel.train()"
        + changed(BY_TIME, ("    return", "    model.train(training)\n    return")).replace("\n    ", "\n"),
    ),
    wrong(
        "share_of_each_step",
        "The norms are divided by that of the whole gradient.",
        "steps",
        vanishing=changed(BY_TIME, (".cpu()", ".cpu() / gradient.norm().cpu()")),
    ),
    wrong(
        "mean_of_the_squares_over_the_batch",
        "Squares are averaged over the reviews, not added.",
        "steps",
        vanishing=changed(BY_TIME, ("gradient.norm(dim=(0, 2))", "gradient.square().sum(dim=2).mean(dim=0).sqrt()")),
    ),
    wrong(
        "squares_of_the_norms_by_time",
        "The root is forgotten.",
        "steps",
        vanishing=changed(BY_TIME, (".cpu()", ".square().cpu()")),
    ),
]

WATCHED = [
    wrong(
        "no_measure_before_the_first_epoch",
        "The untrained model is not measured.",
        "measures",
        watch=changed(WATCH, ("[measure(model)]", "[]")),
    ),
    wrong(
        "last_measure_missing",
        "The model is measured before each epoch, and not after the last.",
        "measures",
        watch=changed(WATCH, ("return measures", "return measures[:-1]")),
    ),
    wrong(
        "gradients_add_up_while_watched",
        "Gradients add up from one batch to the next.",
        "steps",
        watch=changed(WATCH, ("optimizer.zero_grad()", "pass")),
    ),
    wrong(
        "sum_of_the_losses_while_watched",
        "The losses of the batch are added, not averaged.",
        "steps short_kept",
        watch=changed(WATCH, ("labels.float())", 'labels.float(), reduction="sum")')),
    ),
    wrong(
        "mode_left_by_the_measure",
        "The model learns in the mode in which the measure left it.",
        "training_mode",
        watch=changed(WATCH, ("model.train()", "pass")),
    ),
    wrong(
        "training_mode_set_once",
        "The mode is set before the first epoch only: the measures in between undo it.",
        "training_mode",
        watch="model.train()" + changed(WATCH, ("model.train()", "pass")).replace("\n    ", "\n"),
    ),
    wrong(
        "each_component_bounded",
        "Every component of the gradient is cut, which changes its direction.",
        "bounded",
        watch=changed(WATCH, ("clip_grad_norm_", "clip_grad_value_")),
    ),
    wrong(
        "each_parameter_bounded",
        "The gradient of each parameter has a bound of its own.",
        "bounded",
        watch=changed(
            WATCH,
            (
                "nn.utils.clip_grad_norm_(model.parameters(), max_norm)",
                "[nn.utils.clip_grad_norm_(p, max_norm) for p in model.parameters()]",
            ),
        ),
    ),
    wrong(
        "bounded_after_the_step",
        "The gradient is bounded once it has been used.",
        "bounded",
        watch=changed(
            WATCH,
            (
                "            if max_norm is not None:\n"
                "                nn.utils.clip_grad_norm_(model.parameters(), max_norm)\n"
                "            optimizer.step()\n",
                "            optimizer.step()\n"
                "            if max_norm is not None:\n"
                "                nn.utils.clip_grad_norm_(model.parameters(), max_norm)\n",
            ),
        ),
    ),
    wrong(
        "every_gradient_stretched_to_the_bound",
        "A short gradient is lengthened to the bound.",
        "short_kept",
        watch=changed(
            WATCH,
            (
                "nn.utils.clip_grad_norm_(model.parameters(), max_norm)",
                "norm = sum(p.grad.pow(2).sum() for p in model.parameters()) ** 0.5\n"
                "                [p.grad.mul_(max_norm / norm) for p in model.parameters()]",
            ),
        ),
    ),
    wrong(
        "bound_of_zero_taken_for_none",
        "Zero is false, as None is.",
        "bounded",
        watch=changed(WATCH, ("if max_norm is not None", "if max_norm")),
    ),
    wrong(
        "measures_made_numbers",
        "What is measured must be a number: anything else stops the training.",
        "measures",
        watch=changed(WATCH, ("measure(model)", "float(measure(model))")),
    ),
]

TRIALS = [
    wrong(name, why, loses, experiment_1=changed(TRIAL, change))
    for name, why, loses, change in [
        (
            "trial_of_one_cell",
            "The cell that is asked for is not passed on.",
            "built",
            ("num_layers, cell, dropout", 'num_layers, "gru", dropout'),
        ),
        (
            "trial_always_of_one_layer",
            "The depth that is asked for is not passed on.",
            "built",
            ("num_layers, cell", "1, cell"),
        ),
        (
            "trial_without_dropout",
            "The dropout that is asked for is not passed on.",
            "built",
            ("cell, dropout)", "cell)"),
        ),
        (
            "trial_always_from_glove",
            "The vectors of GloVe are used without being asked for.",
            "built",
            ("if from_glove:", "if True:"),
        ),
        ("trial_with_frozen_vectors", "The vectors of GloVe do not learn.", "built", ("frozen=False", "frozen=True")),
        (
            "trial_measured_on_the_first_words",
            "The reviews of validation are not read as those that were learnt.",
            "read",
            ("encode_reviews(held_out, num_words, last_words)", "encode_reviews(held_out, num_words)"),
        ),
        (
            "trial_that_ignores_last_words",
            "Both parts are read from the start.",
            "read",
            ("num_words, last_words)\n", "num_words)\n"),
        ),
        (
            "trial_that_draws_with_replacement",
            "A review may be drawn twice.",
            "read",
            ("torch.randperm(len(learnt))[:DRAW_SIZE]", "torch.randint(len(learnt), (DRAW_SIZE,))"),
        ),
        (
            "trial_that_learns_held_out_reviews",
            "Drawn among all reviews, some are those of validation.",
            "read",
            (
                "[learnt[rank] for rank in torch.randperm(len(learnt))",
                "[rank for rank in torch.randperm(len(shuffled))",
            ),
        ),
        (
            "trial_measured_on_part_of_the_validation",
            "Only half of the reviews of validation are read.",
            "read",
            ("encode_reviews(held_out,", "encode_reviews(held_out[::2],"),
        ),
        (
            "trial_measured_with_its_dropout",
            "Validation in training mode.",
            "measure",
            (
                "    return evaluate(model, BucketedBatches(*val_part, 256))[1]",
                "    model.train()\n"
                "    with torch.no_grad():\n"
                "        found = [((model(x) > 0) == y).sum() for x, y in BucketedBatches(*val_part, 256)]\n"
                "    return sum(found).item() / len(held_out)",
            ),
        ),
        (
            "trial_of_reviews_apart_from_their_labels",
            "The reviews are shuffled, their labels are not.",
            "learns",
            (
                "    batches = Buck",
                "    train_part = train_part[0][torch.randperm(DRAW_SIZE)], train_part[1]\n    batches = Buck",
            ),
        ),
        (
            "trial_whose_recurrent_layer_learns_nothing",
            "The optimizer has the vectors of words and the output only.",
            "learns",
            ("model.to(device).parameters()", "[*model.to(device).embedding.parameters(), *model.output.parameters()]"),
        ),
        (
            "trial_that_trains_longer_on_last_words",
            "One argument is changed, and the number of epochs with it.",
            "learns",
            ("range(TRIAL_EPOCHS)", "range(TRIAL_EPOCHS * (1 + last_words))"),
        ),
        (
            "trial_of_three_epochs",
            "The number of epochs is a number of its own.",
            "learns",
            ("range(TRIAL_EPOCHS)", "range(3)"),
        ),
        ("trial_of_smaller_batches", "Batches of 16.", "learns", ("32, shuffle", "16, shuffle")),
        (
            "trial_of_null_vectors",
            "Vectors of zeros where they are to be drawn.",
            "built",
            (
                "use_vectors(model, glove_matrix, frozen=False)",
                "use_vectors(model, glove_matrix, frozen=False)\n"
                "    else:\n"
                "        use_vectors(model, 0 * glove_matrix, frozen=False)",
            ),
        ),
        (
            "trial_by_sgd",
            "Plain gradient descent in the place of Adam.",
            "learns",
            ("torch.optim.Adam", "torch.optim.SGD"),
        ),
        ("trial_at_one_rate", "The rate that is asked for is not used.", "learns", ("lr=lr", "lr=2e-3")),
        (
            "trial_of_one_epoch_more",
            "An epoch too many.",
            "learns",
            ("range(TRIAL_EPOCHS)", "range(TRIAL_EPOCHS + 1)"),
        ),
        ("trial_by_large_batches", "Batches of 64 reviews.", "learns", ("32, shuffle", "64, shuffle")),
        ("trial_in_order", "The batches come in one order at every epoch.", "learns", (", 32, shuffle=True", ", 32")),
        (
            "trial_of_the_best_epoch",
            "The best epoch is returned, not the last.",
            "measure",
            (
                "    for _ in range(TRIAL_EPOCHS):\n"
                "        train_epoch(model, batches, optimizer)\n"
                "    return evaluate(model, BucketedBatches(*val_part, 256))[1]",
                "    found = []\n"
                "    for _ in range(TRIAL_EPOCHS):\n"
                "        train_epoch(model, batches, optimizer)\n"
                "        found.append(evaluate(model, BucketedBatches(*val_part, 256))[1])\n"
                "    return max(found)",
            ),
        ),
        (
            "trial_in_per_cent",
            "A percentage, not a share.",
            "measure",
            ("return evaluate", "return 100 * evaluate"),
        ),
        ("trial_that_returns_the_loss", "The loss comes first.", "measure", ("256))[1]", "256))[0]")),
        (
            "trial_of_training_accuracy",
            "The accuracy of training, while that of validation is measured too.",
            "measure",
            (
                "        train_epoch(model, batches, optimizer)\n    return evaluate",
                "        learnt_well = train_epoch(model, batches, optimizer)\n"
                "    return learnt_well[1] + 0 * evaluate",
            ),
        ),
        ("trial_without_a_seed", "Nothing is seeded.", "draws", ("torch.manual_seed(seed)\n", "\n")),
        ("trial_of_one_seed", "Always the same draw.", "draws", ("manual_seed(seed)", "manual_seed(0)")),
        ("trial_of_two_seeds", "Odd seeds are alike.", "draws", ("manual_seed(seed)", "manual_seed(seed % 2)")),
        (
            "trial_always_of_the_same_reviews",
            "The first reviews, in the place of a draw.",
            "draws",
            ("torch.randperm(len(learnt))[:DRAW_SIZE].tolist()", "range(DRAW_SIZE)"),
        ),
        (
            "trial_whose_weights_are_not_seeded",
            "Only the reviews depend on the seed.",
            "draws",
            ("\n    train_part", "\n    torch.seed()\n    train_part"),
        ),
    ]
] + [
    wrong(name, why, "fair", experiment_2=changed(CHOICES, change))
    for name, why, change in [
        ("two_seeds", "Two seeds.", ("[0, 1, 2]", "[0, 1]")),
        ("a_seed_given_twice", "The same seed twice, which `run_trials` refuses.", ("[0, 1, 2]", "[0, 1, 2, 2]")),
        ("an_argument_that_trial_has_not", "`run_trials` would stop.", ('{"last_words": True}', '{"size": 3}')),
        ("one_seed_thrice", "The same seed three times.", ("[0, 1, 2]", "[5, 5, 5]")),
        ("two_changes_at_once", "A variant changes two things.", ("True}", 'True, "num_words": 50}')),
        ("a_variant_that_changes_nothing", "A variant has the default value.", ("True}", "False}")),
    ]
]

WRONG = VOCAB + EPOCH + BASELINE + NETWORK + EXPERIMENT + CELLS + GLOVE + COMPARE + GRADIENTS + VANISHING + WATCHED
WRONG += TRIALS

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
                    columns.append(model.output(model.dropout(states[:, -1])).squeeze(1))
                return torch.stack(columns, dim=1)
            """,
            "sol_glove": [
                """
                words = sorted(vocab, key=vocab.get)
                rows = [vectors[word] if word in vectors else [0.0] * vectors.vector_size for word in words]
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
                last = {name: (h["train_accuracy"][-1], h["val_accuracy"][-1]) for name, h in histories.items()}
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


def right(name, why, cells=None, **blocks):
    """Return a right answer; `cells` holds whole cells, by question."""
    return Answer(
        name,
        why,
        blocks=in_cells(blocks),
        cells={f"sol_{cell}": text for cell, text in (cells or {}).items()},
    )


ADDED = (
    (".sum().item()", ".sum()"),
    ("total_loss / num_examples, num_right / num", "total_loss.item() / num_examples, num_right.item() / num"),
)
TRAIN_LATE = changed(TRAIN, ("loss.item()", "loss.detach()"), *ADDED)
MEASURE_LATE = changed(MEASURE, ('"sum").item()', '"sum")'), *ADDED)

# Changes of the reference that are right too (`course mutate`).
SAME = [
    right(
        "ties_at_zero_and_the_other_sign_of_a_bias",
        "A logit of exactly zero may go either way; a bias that is subtracted learns the opposite; indices made on the "
        "processor, and a result that is there already.",
        train=[changed(TRAIN_LATE, ("logits > 0", "logits >= 0")), None],
        baseline=[None, "return self.weights(ids).sum(dim=(1, 2)) - self.bias"],
        rnn=[None, changed(READ, (", device=lengths.device", "")), None],
        vanishing=changed(BY_TIME, (".cpu()", "")),
    ),
    right(
        "ties_at_zero_and_gradient_of_a_vector_not_detached",
        "A logit of exactly zero may go either way; the gradient of what the layer gives needs no copy: a layer that "
        "is frozen gives a leaf.",
        train=[None, changed(MEASURE_LATE, ("logits > 0", "logits >= 0"))],
        vanishing=changed(BY_TIME, (".detach()", "")),
    ),
    right(
        "vectors_copied_into_the_layer_of_the_model",
        "The layer that the model has is of the right size: the matrix is copied into it; losses are added with their "
        "graph, which the number that is returned has not.",
        train=[changed(TRAIN_LATE, (".detach()", "")), None],
        glove=[
            None,
            """
            model.embedding.weight.data.copy_(matrix)
            model.embedding.weight.requires_grad_(not frozen)
            return model
            """,
        ],
    ),
]

STYLES = [
    right(
        "a_model_with_methods_of_its_own",
        "The model has helper methods, properties and optional arguments; later answers go through them.",
        cells={
            "rnn": """
                CELLS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


                class SentimentRNN(nn.Module):
                    def __init__(self, vocab_size, embedding_dim, hidden_size, num_layers=1, cell="rnn", dropout=0.0):
                        super().__init__()
                        self.sizes = (vocab_size, embedding_dim, hidden_size)
                        self.output = nn.Linear(hidden_size, 1)
                        self.dropout = nn.Dropout(dropout)
                        self.recurrent = self.make_recurrent(cell, num_layers)
                        self.set_table(nn.Embedding(vocab_size, embedding_dim, padding_idx=0))

                    def make_recurrent(self, cell, num_layers):
                        return CELLS[cell](*self.sizes[1:], num_layers=num_layers, batch_first=True)

                    def set_table(self, table):
                        self.embedding = table
                        return self

                    @staticmethod
                    def count_words(ids):
                        return ids.ne(0).sum(dim=-1)

                    def logit(self, state):
                        return self.output(self.dropout(state)).squeeze(-1)

                    def step(self, vectors, state=None):
                        states, state = self.recurrent(vectors, state)
                        return states, self.cut(state)

                    def cut(self, state):
                        return tuple(map(self.cut, state)) if isinstance(state, tuple) else state.detach()

                    def read(self, embedded, lengths):
                        states, _ = self.step(embedded)
                        return self.logit(torch.stack([row[n - 1] for row, n in zip(states, lengths, strict=True)]))

                    def forward(self, ids, lengths=None):
                        return self.read(self.embedding(ids), self.count_words(ids) if lengths is None else lengths)

                    def loss(self, vectors, lengths, labels):
                        return F.binary_cross_entropy_with_logits(self.read(vectors, lengths), labels.float())
            """
        },
        lstm_gru="""
            state, logits = None, []
            for start in range(0, ids.shape[1], size):
                states, state = model.step(model.embedding(ids[:, start : start + size]), state)
                logits.append(model.logit(states[:, -1]))
            return torch.stack(logits, dim=1)
        """,
        glove=[
            None,
            "return model.set_table(nn.Embedding.from_pretrained(matrix.clone(), freeze=frozen, padding_idx=0))",
        ],
        gradients=[
            None,
            """
            model.zero_grad(set_to_none=False)
            model.loss(model.embedding(ids), model.count_words(ids), labels).backward()
            norms = [sum(float(w.grad.pow(2).sum()) for w in layer) ** 0.5 for layer in model.recurrent.all_weights]
            model.zero_grad(set_to_none=False)
            return norms
            """,
        ],
        vanishing="""
            vectors = model.embedding(x).detach().clone().requires_grad_(True)
            (gradient,) = torch.autograd.grad(model.loss(vectors, model.count_words(x), y), [vectors])
            return torch.einsum("ntd,ntd->t", gradient, gradient).sqrt().cpu()
        """,
    ),
    right(
        "loops_and_lists",
        "Everything with loops, lists and dictionaries.",
        watch="""
        measures = []
        for epoch in range(num_epochs + 1):
            if epoch > 0:
                model.train()
                for x, y in batches:
                    for parameter in model.parameters():
                        parameter.grad = None
                    nn.BCEWithLogitsLoss()(model(x), y.float()).backward()
                    with_gradient = [p for p in model.parameters() if p.grad is not None]
                    norm = math.sqrt(sum(p.grad.pow(2).sum().item() for p in with_gradient))
                    if max_norm is not None and norm > max_norm:
                        for parameter in with_gradient:
                            parameter.grad *= max_norm / norm
                    optimizer.step()
            measures += [measure(model)]
        return measures
        """,
        vocab=[
            """
            words, word = [], ""
            for character in text.lower() + " ":
                if character.isspace():
                    if word:
                        words.append(word)
                    word = ""
                elif character in "abcdefghijklmnopqrstuvwxyz0123456789":
                    word += character
            return words
            """,
            """
            counts = {}
            for text in texts:
                for word in tokenize(text):
                    counts[word] = counts.get(word, 0) + 1
            ranked = [word for number, word in sorted((-number, word) for word, number in counts.items())]
            vocab = {word: rank for rank, word in enumerate(ranked[:max_size], start=2)}
            vocab["<unk>"], vocab["<pad>"] = 1, 0
            return vocab
            """,
            """
            words = tokenize(text)
            ids = []
            for place in range(max_len):
                if place >= len(words):
                    ids.append(0)
                elif words[place] in vocab:
                    ids.append(vocab[words[place]])
                else:
                    ids.append(1)
            return ids
            """,
        ],
        train=[
            """
            model.train()
            losses, rights = [], []
            for inputs, labels in batches:
                for parameter in model.parameters():
                    parameter.grad = None
                logits = model(inputs)
                each = F.binary_cross_entropy_with_logits(logits, labels.float(), reduction="none")
                each.mean().backward()
                optimizer.step()
                losses += each.tolist()
                rights += [float((logit > 0) == (label == 1)) for logit, label in zip(logits, labels, strict=True)]
            return sum(losses) / len(losses), sum(rights) / len(rights)
            """,
            """
            model.eval()
            losses, rights = [], []
            torch.set_grad_enabled(False)
            try:
                for inputs, labels in batches:
                    logits = model(inputs)
                    losses += F.binary_cross_entropy_with_logits(logits, labels.float(), reduction="none").tolist()
                    rights += [(logit > 0) == bool(label) for logit, label in zip(logits.tolist(), labels, strict=True)]
            finally:
                torch.set_grad_enabled(True)
            return sum(losses) / len(losses), sum(rights) / len(rights)
            """,
        ],
        baseline=[
            """
            self.theta, self.b = nn.Parameter(torch.zeros(vocab_size)), nn.Parameter(torch.tensor(0.0))
            """,
            """
            logits = []
            for review in ids:
                logit = self.b
                for word in review:
                    if word != 0:
                        logit = logit + self.theta[word]
                logits.append(logit)
            return torch.stack(logits)
            """,
        ],
        rnn=[
            """
            self.embedding = nn.Embedding(vocab_size, embedding_dim)
            self.embedding.weight.data[0] = 0
            keep = torch.ones(vocab_size, 1)
            keep[0] = 0
            self.embedding.weight.register_hook(lambda gradient: gradient * keep.to(gradient))
            self.recurrent = getattr(nn, cell.upper())(embedding_dim, hidden_size, num_layers, batch_first=True)
            self.dropout = nn.Dropout(dropout)
            self.output = nn.Linear(hidden_size, 1, bias=True)
            """,
            """
            logits = []
            for vectors, length in zip(embedded, lengths, strict=True):
                states, _ = self.recurrent(vectors[None, :length])
                logits.append(self.output(self.dropout(states[0, -1]))[0])
            return torch.stack(logits)
            """,
            """
            lengths = torch.tensor([sum(1 for word in review if word != 0) for review in ids.tolist()])
            return self.read(self.embedding(ids), lengths.to(ids.device))
            """,
        ],
        depth="""
            histories = []
            for depth in depths:
                torch.random.manual_seed(0)
                network = SentimentRNN(
                    vocab_size=len(vocab),
                    embedding_dim=EMBEDDING_DIM,
                    hidden_size=HIDDEN_SIZE,
                    num_layers=depth,
                    cell=cell,
                )
                histories.append((depth, run(model=network, name=str(depth))))
            return dict(histories)
        """,
        lstm_gru="""
            logits, state = torch.empty(len(ids), 0, device=ids.device), None
            while ids.shape[1] > 0:
                states, state = model.recurrent(model.embedding(ids[:, :size]), state)
                if isinstance(model.recurrent, nn.LSTM):
                    hidden, memory = state
                    state = hidden.detach(), memory.detach()
                else:
                    state = state.detach()
                logits = torch.cat([logits, model.output(model.dropout(states[:, -1:, :])).squeeze(2)], dim=1)
                ids = ids[:, size:]
            return logits
        """,
        glove=[
            """
            rows = [[0.0] * vectors.vector_size for _ in vocab]
            for word in vocab:
                if word in vectors:
                    rows[vocab[word]] = vectors[word].tolist()
            return torch.tensor(rows)
            """,
            """
            layer = nn.Embedding(len(matrix), matrix.shape[1], padding_idx=0)
            layer.weight.data = matrix.detach().clone()
            if frozen:
                for parameter in layer.parameters():
                    parameter.requires_grad = False
            model.embedding = layer
            return model
            """,
        ],
        compare="""
            rows = []
            for name in histories:
                *_, train = histories[name]["train_accuracy"]
                *_, test = histories[name]["val_accuracy"]
                place = 0
                while place < len(rows) and rows[place][2] >= test:
                    place += 1
                rows.insert(place, (name, train, test, -(test - train)))
            return rows
        """,
        gradients=[
            """
            norms = {}
            for name, parameter in model.named_parameters():
                if parameter.grad is None:
                    continue
                total = 0.0
                for value in parameter.grad.double().flatten().tolist():
                    total += value * value
                norms[name] = math.sqrt(total)
            return norms
            """,
            """
            for parameter in model.parameters():
                parameter.grad = None
            nn.BCEWithLogitsLoss()(model(ids), labels.float()).backward()
            norms = []
            for layer in range(model.recurrent.num_layers):
                pieces = []
                for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
                    pieces.append(getattr(model.recurrent, f"{kind}_l{layer}").grad.norm().item())
                norms.append(math.hypot(*pieces))
            for parameter in model.parameters():
                parameter.grad = None
            return norms
            """,
        ],
        vanishing="""
            vectors = model.embedding(x).detach()
            vectors.requires_grad = True
            F.binary_cross_entropy_with_logits(model.read(vectors, (x != 0).sum(1)), y.float()).backward()
            model.zero_grad()
            return torch.tensor([vectors.grad[:, step].norm().item() for step in range(x.shape[1])])
        """,
    ),
    right(
        "classes_and_partial_functions",
        "A dataclass that counts, a partial function, a lambda, a callable object, generators.",
        cells={
            "vocab": r"""
                from dataclasses import dataclass, field
                from functools import lru_cache, partial
                from itertools import chain, islice, repeat


                @dataclass
                class Tokenizer:
                    pattern: re.Pattern = field(default_factory=partial(re.compile, r"[^a-z\d\s]+", re.ASCII | re.I))

                    def __call__(self, text):
                        return re.sub(r"[^a-z0-9\s]+", "", text.lower()).split()


                tokenize = Tokenizer()


                def build_vocab(texts, max_size, reserved=("<pad>", "<unk>")):
                    counts = Counter(chain.from_iterable(map(tokenize, texts)))
                    words = chain(reserved, islice((word for word, _ in counts.most_common()), max_size))
                    return dict(map(reversed, enumerate(words)))


                encode_and_pad = lambda text, vocab, max_len: list(
                    islice(chain((vocab.get(word, 1) for word in tokenize(text)), repeat(0)), max_len)
                )
            """,
            "train": """
                from dataclasses import dataclass


                @dataclass
                class Means:
                    loss: float = 0.0
                    right: int = 0
                    count: int = 0

                    def add(self, logits, labels):
                        losses = F.softplus(logits) - labels * logits
                        self.loss += losses.double().sum().item()
                        self.right += int(logits.gt(0).eq(labels.bool()).sum())
                        self.count += labels.numel()
                        return losses.mean()

                    @property
                    def both(self):
                        return self.loss / self.count, self.right / self.count


                def run_over(model, batches, optimizer=None):
                    means = Means()
                    model.train(optimizer is not None)
                    with torch.set_grad_enabled(optimizer is not None):
                        for inputs, labels in batches:
                            loss = means.add(model(inputs), labels)
                            if optimizer:
                                loss.backward()
                                optimizer.step()
                                optimizer.zero_grad()
                    return means.both


                def train_epoch(model, batches, optimizer):
                    return run_over(model, batches, optimizer)


                evaluate = partial(run_over) if "partial" in globals() else run_over
            """,
        },
        baseline=[
            "self.weights = nn.Parameter(torch.zeros(vocab_size, 1)); self.bias = nn.Parameter(torch.zeros(1))",
            "return F.embedding(ids, self.weights, padding_idx=0).squeeze(-1).sum(-1) + self.bias * 1",
        ],
        rnn=[
            None,
            """
            states, _ = self.recurrent(embedded)
            is_last = torch.arange(embedded.shape[1], device=lengths.device) == lengths[:, None] - 1
            return (self.output(self.dropout(states[is_last]))).reshape(-1)
            """,
            "return self.read(embedded=self.embedding(ids), lengths=torch.sign(ids).sum(dim=1))",
        ],
        depth="""
            def train(depth):
                sizes = len(vocab), EMBEDDING_DIM, HIDDEN_SIZE, depth
                return run((torch.manual_seed(0), SentimentRNN(*sizes, cell))[1], f"{depth}")

            depths = list(depths)
            return dict(zip(depths, map(train, depths), strict=True))
        """,
        lstm_gru="""
            class Reader:
                def __init__(self):
                    self.state = None

                def __call__(self, vectors):
                    states, state = model.recurrent(vectors, self.state)
                    self.state = state.detach() if torch.is_tensor(state) else [part.detach() for part in state]
                    return model.dropout(states)[:, -1]

            reader = Reader()
            return model.output(torch.stack(list(map(reader, model.embedding(ids).split(size, 1))), 1)).squeeze(-1)
        """,
        glove=[
            """
            import numpy as np

            zero = np.zeros(vectors.vector_size, dtype=np.float32)
            table = np.empty((len(vocab), vectors.vector_size), dtype=np.float32)
            for word, number in vocab.items():
                table[number] = vectors[word] if word in vectors else zero
            return torch.from_numpy(table)
            """,
            """
            weight = nn.Parameter(matrix.clone(), requires_grad=not frozen)
            table = nn.Embedding(*weight.shape, padding_idx=0, _weight=weight)
            table.weight.requires_grad_(not frozen)
            setattr(model, "embedding", table)
            return model
            """,
        ],
        compare="""
            from operator import itemgetter
            from typing import NamedTuple

            class Row(NamedTuple):
                name: str
                train: float
                test: float
                gap: float

            ends = ((name, h["train_accuracy"][-1], h["val_accuracy"][-1]) for name, h in histories.items())
            return sorted((Row(*end, end[1] - end[2]) for end in ends), key=itemgetter(2))[::-1]
        """,
        gradients=[
            """
            pairs = ((name, parameter.grad) for name, parameter in model.named_parameters())
            return {name: float(torch.linalg.vector_norm(gradient)) for name, gradient in pairs if gradient is not None}
            """,
            """
            model.zero_grad()
            F.binary_cross_entropy_with_logits(model(ids), labels.to(torch.float32)).backward()
            squares = Counter()
            for name, norm in gradient_norms(model.recurrent).items():
                squares[int(re.search(r"_l(\\d+)$", name)[1])] += norm**2
            model.zero_grad()
            return [math.sqrt(squares[layer]) for layer in range(model.recurrent.num_layers)]
            """,
        ],
        vanishing="""
            lengths = torch.count_nonzero(x, dim=1)

            def loss(vectors):
                return nn.BCEWithLogitsLoss()(model.read(vectors, lengths), y.to(vectors.dtype))

            gradient = torch.func.grad(loss)(model.embedding(x).detach())
            return gradient.transpose(0, 1).flatten(1).norm(dim=1).detach().cpu()
        """,
    ),
    right(
        "sorted_batch_put_back_in_order",
        "Packing by hand, in order of length and back; `F.dropout` with its mode; an optional argument.",
        vocab=[
            None,
            """
            import heapq

            counts = Counter(word for text in texts for word in tokenize(text))
            best = heapq.nlargest(max_size, counts.items(), key=lambda item: item[1])
            return dict(zip(["<pad>", "<unk>"] + [word for word, _ in best], range(max_size + 2)))
            """,
            """
            ids = torch.zeros(max_len, dtype=torch.long)
            words = tokenize(text)[:max_len]
            ids[: len(words)] = torch.tensor([vocab.get(word, 1) for word in words], dtype=torch.long)
            return ids.tolist()
            """,
        ],
        train=[
            """
            import numpy as np

            model.train()
            means, sizes = [], []
            for inputs, labels in batches:
                optimizer.zero_grad(set_to_none=False)
                scores = model(inputs)
                loss = F.binary_cross_entropy_with_logits(input=scores, target=labels.to(scores))
                loss.backward()
                optimizer.step()
                accuracy = (scores.sign() == 2 * labels - 1).double().mean()
                means.append([loss.item(), accuracy.item()])
                sizes.append(len(labels))
            loss, accuracy = np.average(means, axis=0, weights=sizes)
            return loss, accuracy
            """,
            """
            model.train(False)
            loss = right = count = torch.zeros((), dtype=torch.float64)
            for x, y in batches:
                with torch.no_grad():
                    z = model(x).detach()
                y = y.float()
                loss = loss + (z.clamp(min=0) - z * y + torch.log1p(torch.exp(-z.abs()))).sum()
                right = right + torch.eq(z > 0, y > 0.5).sum()
                count = count + y.shape[0]
            return float(loss / count), float(right / count)
            """,
        ],
        baseline=[
            """
            self.linear = nn.Linear(vocab_size, 1)
            self.linear.weight.data.zero_()
            self.linear.bias.data.fill_(0)
            """,
            """
            counts = F.one_hot(ids, self.linear.in_features).float()
            counts[..., 0] = 0
            return torch.einsum("ntv,ov->n", counts, self.linear.weight) + self.linear.bias
            """,
        ],
        rnn=[
            """
            layers = dict(num_layers=num_layers, batch_first=True)
            if cell == "lstm":
                self.recurrent = nn.LSTM(embedding_dim, hidden_size, **layers)
            elif cell == "gru":
                self.recurrent = nn.GRU(embedding_dim, hidden_size, **layers)
            else:
                self.recurrent = nn.RNN(embedding_dim, hidden_size, nonlinearity="tanh", **layers)
            self.output = nn.Linear(hidden_size, 1)
            self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
            self.dropout = nn.Dropout(dropout)
            """,
            """
            order = lengths.argsort(descending=True)
            packed = nn.utils.rnn.pack_padded_sequence(embedded[order], lengths[order].cpu(), batch_first=True)
            states, sizes = nn.utils.rnn.pad_packed_sequence(self.recurrent(packed)[0], batch_first=True)
            last = states[range(len(sizes)), sizes - 1][order.argsort()]
            last = F.dropout(last, self.dropout.p, self.training)
            return torch.matmul(last, self.output.weight[0]) + self.output.bias
            """,
            """
            is_word = ids.bool()
            return self.read(self.embedding(ids), is_word.long().cumsum(dim=1)[:, -1])
            """,
        ],
        depth="""
            results = {}
            for number, depth in enumerate(depths, start=1):
                torch.manual_seed(seed=0)
                network = SentimentRNN(len(vocab), EMBEDDING_DIM, HIDDEN_SIZE, cell=cell, num_layers=depth, dropout=0)
                results.setdefault(depth, run(network.to(device), f"{number}. {cell} × {depth}"))
            return results
        """,
        lstm_gru="""
            def read(start, state):
                if start >= ids.shape[1]:
                    return []
                states, state = model.recurrent(model.embedding(ids[:, start : start + size]), state)
                with torch.no_grad():
                    kept = (state[0].clone(), state[1].clone()) if type(state) is tuple else state.clone()
                return [model.output(model.dropout(states[:, -1])), *read(start + size, kept)]

            return torch.hstack(read(0, None))
        """,
        glove=[
            """
            names = sorted(vocab, key=vocab.__getitem__)
            known = {word: torch.tensor(vectors[word]) for word in names if word in vectors}
            return torch.vstack([known.get(word, torch.zeros(vectors.vector_size)) for word in names]).float()
            """,
            """
            import copy

            model.embedding = nn.Embedding.from_pretrained(copy.deepcopy(matrix), freeze=True, padding_idx=0)
            model.embedding.requires_grad_(not frozen)
            return model
            """,
        ],
        compare="""
            import numpy as np

            names = list(histories)
            train = np.array([histories[name]["train_accuracy"][-1] for name in names])
            test = np.array([histories[name]["val_accuracy"][-1] for name in names])
            return [(names[i], float(train[i]), float(test[i]), float(train[i] - test[i])) for i in np.argsort(-test)]
        """,
        gradients=[
            """
            return {
                name: parameter.grad.pow(2).sum().sqrt().tolist()
                for name, parameter in model.named_parameters()
                if getattr(parameter, "grad", None) is not None
            }
            """,
            """
            model.zero_grad()
            loss = F.binary_cross_entropy_with_logits(model(ids), labels.float(), reduction="sum") / len(labels)
            loss.backward()
            layers = [[] for _ in range(model.recurrent.num_layers)]
            for name, parameter in model.recurrent.named_parameters():
                layers[int(name.split("_l")[-1])].append(parameter.grad.detach().clone().ravel())
            model.zero_grad()
            return [torch.cat(layer).norm().item() for layer in layers]
            """,
        ],
        vanishing="""
            steps = [model.embedding(x[:, step]).detach().requires_grad_() for step in range(x.shape[1])]
            logits = model.read(torch.stack(steps, dim=1), x.ne(0).sum(dim=1))
            loss = F.binary_cross_entropy_with_logits(logits, y.float())
            gradients = torch.autograd.grad(loss, steps, allow_unused=True)
            return torch.stack([g.detach().double().norm().float() for g in gradients]).cpu()
        """,
    ),
    right(
        "decorators_hooks_and_copies",
        "Decorators, hooks that are taken away, measures made on a copy of the model, partial functions.",
        watch="""
        parameters = [p for group in optimizer.param_groups for p in group["params"]]

        def bound(*_):
            nn.utils.clip_grad_norm_(parameters, float("inf") if max_norm is None else max_norm)

        measures, handle = [measure(model)], optimizer.register_step_pre_hook(bound)
        for _ in range(num_epochs):
            train_epoch(model, batches, optimizer)
            measures.append(measure(model))
        handle.remove()
        return measures
        """,
        cells={
            "train": """
                def mean(values, weights):
                    return math.fsum(v * w for v, w in zip(values, weights, strict=True)) / math.fsum(weights)


                def measure(model, inputs, labels):
                    logits = model(inputs)
                    right = (logits.detach().sigmoid().round() == labels).float().mean()
                    loss = nn.functional.binary_cross_entropy_with_logits(logits, 1.0 * labels)
                    return loss, right.item(), len(labels)


                def train_epoch(model, batches, optimizer):
                    model.train()
                    measures = []
                    for batch in batches:
                        loss, *others = measure(model, *batch)
                        gradients = torch.autograd.grad(loss, list(model.parameters()))
                        for parameter, gradient in zip(model.parameters(), gradients, strict=True):
                            parameter.grad = gradient
                        optimizer.step()
                        measures.append((float(loss.detach()), *others))
                    losses, rights, sizes = zip(*measures, strict=True)
                    return mean(losses, sizes), mean(rights, sizes)


                @torch.no_grad()
                def evaluate(model, batches):
                    model.eval()
                    losses, rights, sizes = zip(*(measure(model, *batch) for batch in batches), strict=True)
                    return mean(map(float, losses), sizes), mean(rights, sizes)
            """
        },
        rnn_2="""
        states = self.recurrent(embedded)[0].flatten(0, 1)
        starts = embedded.shape[1] * torch.arange(len(embedded), device=embedded.device)
        return self.output(self.dropout(states.index_select(0, starts + lengths - 1))).view(len(lengths))
        """,
        depth="""
        from functools import partial

        make = partial(SentimentRNN, len(vocab), EMBEDDING_DIM, HIDDEN_SIZE, cell=cell)
        results = {depth: None for depth in depths}
        for depth in results:
            torch.manual_seed(0)
            results[depth] = run(make(num_layers=depth), f"profondeur {depth}")
        return results
        """,
        compare="""
        parts = "train_accuracy", "val_accuracy"
        table = [[name, *(history[part][-1] for part in parts)] for name, history in histories.items()]
        table.sort(key=lambda row: -row[-1])
        return [tuple(row + [row[1] - row[2]]) for row in table]
        """,
        gradients_2="""
        import copy

        twin = copy.deepcopy(model)
        twin.zero_grad()
        F.binary_cross_entropy_with_logits(twin(ids), labels.float()).backward()
        parts = [[w.grad.flatten() for w in layer] for layer in twin.recurrent.all_weights]
        model.zero_grad()
        return [float(torch.cat(part).norm()) for part in parts]
        """,
        vanishing="""
        import copy

        twin, kept = copy.deepcopy(model), {}
        twin.embedding.weight.requires_grad_(True)
        twin.embedding.register_forward_hook(lambda _, inputs, made: kept.setdefault("vectors", made).retain_grad())
        F.binary_cross_entropy_with_logits(twin(x), y.float()).backward()
        return kept["vectors"].grad.square().sum(dim=(0, 2)).sqrt()
        """,
    ),
    right(
        "masks_and_numpy",
        "NumPy for what needs no gradient, masks for the last word, a closure, double precision for the norms.",
        train_1="""
        model.train()
        seen = []
        for inputs, labels in batches:

            def closure():
                optimizer.zero_grad()
                z = model(inputs)
                loss = F.binary_cross_entropy_with_logits(z, labels.float())
                loss.backward()
                seen.append((loss.item() * len(z), ((z > 0) == labels).sum().item(), len(z)))
                return loss

            optimizer.step(closure)
        loss, right, count = (sum(column) for column in zip(*seen, strict=True))
        return loss / count, right / count
        """,
        rnn_2="""
        states, _ = self.recurrent(embedded)
        mask = F.one_hot(lengths - 1, embedded.shape[1]).to(states.dtype)
        return torch.einsum("nt,nt->n", mask, self.output(self.dropout(states))[..., 0])
        """,
        lstm_gru="""
        def cut(state):
            return tuple(map(cut, state)) if isinstance(state, tuple) else state.data

        state, logits = None, []
        for words in torch.split(ids, size, dim=-1):
            last = None
            for word in words.unbind(dim=1):
                states, state = model.recurrent(model.embedding(word)[:, None], state)
                last = states[:, 0]
            state = cut(state)
            logits += [model.output(model.dropout(last))[:, 0]]
        return torch.stack(logits).T
        """,
        glove=[
            """
            import numpy as np

            found = [(number, vectors[word]) for word, number in vocab.items() if word in vectors]
            matrix = np.zeros((len(vocab), vectors.vector_size))
            if found:
                numbers, rows = zip(*found, strict=True)
                matrix[list(numbers)] = np.stack(rows)
            return torch.as_tensor(matrix, dtype=torch.float32)
            """,
            """
            model.embedding = nn.Embedding(*matrix.size(), padding_idx=0)
            model.embedding.load_state_dict({"weight": matrix})
            for parameter in model.embedding.parameters():
                parameter.requires_grad_(not frozen)
            return model
            """,
        ],
        gradients=[
            """
            import numpy as np

            gradients = {name: p.grad.cpu().numpy() for name, p in model.named_parameters() if p.grad is not None}
            return {name: float(np.sqrt(np.square(g, dtype=np.float64).sum())) for name, g in gradients.items()}
            """,
            """
            for parameter in model.parameters():
                parameter.grad = None
            z = model(ids)
            (F.softplus(z) - labels * z).mean().backward()
            found = gradient_norms(model)
            for parameter in model.parameters():
                parameter.grad = None
            keys = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            layers = range(model.recurrent.num_layers)
            return [math.dist([0] * 4, [found[f"recurrent.{key}_l{k}"] for key in keys]) for k in layers]
            """,
        ],
        vanishing="""
        nudge = torch.zeros(*x.shape, model.embedding.embedding_dim, device=x.device, requires_grad=True)
        z = model.read(model.embedding(x) + nudge, (x > 0).sum(dim=1))
        gradient = torch.autograd.grad((F.softplus(z) - y * z).mean(), nudge)[0]
        return torch.stack([torch.linalg.norm(step) for step in gradient.unbind(dim=1)])
        """,
    ),
    right(
        "accumulated_readings_and_a_match",
        "`accumulate`, `match`, `fromkeys`, a generator, a bound that is infinite, an iterator over the gradients.",
        vocab_2="""
        import itertools

        counts = Counter(itertools.chain.from_iterable(map(tokenize, texts)))
        numbers = dict.fromkeys(["<pad>", "<unk>"])
        numbers.update(dict.fromkeys(word for word, _ in counts.most_common(max_size)))
        for number, word in enumerate(numbers):
            numbers[word] = number
        return numbers
        """,
        rnn_2="""
        packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths.cpu(), batch_first=True, enforce_sorted=False)
        match self.recurrent(packed)[1]:
            case (h, _) if self.recurrent.mode == "LSTM":
                last = h[-1]
            case h:
                last = h[-1]
        return self.output(self.dropout(last))[..., 0]
        """,
        lstm_gru="""
        from itertools import accumulate

        def step(before, piece):
            return model.recurrent(model.embedding(piece), cut(before[1]))

        def cut(state):
            if isinstance(state, tuple):
                return tuple(map(cut, state))
            return None if state is None else state.detach()

        readings = accumulate(torch.split(ids, size, 1), step, initial=(None, None))
        next(readings)
        last = torch.stack([states[:, -1, :] for states, _ in readings], dim=1)
        return model.output(model.dropout(last)).squeeze(-1)
        """,
        gradients_2="""
        by_layer = model.recurrent.all_weights
        loss = F.binary_cross_entropy_with_logits(model(ids), labels.float())
        gradients = iter(torch.autograd.grad(loss, [weight for layer in by_layer for weight in layer]))
        model.zero_grad()
        return [math.hypot(*(next(gradients).norm().item() for _ in layer)) for layer in by_layer]
        """,
        vanishing="""
        vectors = model.embedding(x).data.clone()
        vectors.requires_grad = True
        loss = F.binary_cross_entropy_with_logits(model.read(vectors, x.sign().sum(1)), y.type_as(vectors))
        (g,) = torch.autograd.grad(loss, vectors)
        return torch.einsum("btd,btd->t", g, g).sqrt().cpu()
        """,
        watch="""
        def one_epoch():
            model.train()
            for inputs, labels in batches:
                model.zero_grad()
                nn.BCEWithLogitsLoss()(model(inputs), labels.to(torch.float)).backward()
                nn.utils.clip_grad_norm_(model.parameters(), math.inf if max_norm is None else max_norm)
                optimizer.step()

        def measures():
            yield measure(model)
            for _ in range(num_epochs):
                one_epoch()
                yield measure(model)

        return [*measures()]
        """,
    ),
    right(
        "norms_in_double_precision",
        "The norms by time step are computed, and left, in double precision.",
        vanishing=changed(BY_TIME, ("gradient.norm", "gradient.double().norm")),
    ),
    right(
        "helpers_with_everyday_names",
        "Helpers of the student's own, called like what given cells might show: accuracy, loss, encode, count, norm.",
        cells={
            "vocab": r"""
                def encode(words, vocab):
                    return [vocab[word] if word in vocab else 1 for word in words]


                def count(words):
                    return Counter(words)


                def tokenize(text):
                    return re.sub(r"[^a-z0-9\s]", "", text.lower()).split()


                def build_vocab(texts, max_size):
                    counts = count(word for text in texts for word in tokenize(text))
                    words = ["<pad>", "<unk>", *(word for word, _ in counts.most_common(max_size))]
                    return {word: index for index, word in enumerate(words)}


                def encode_and_pad(text, vocab, max_len):
                    ids = encode(tokenize(text)[:max_len], vocab)
                    return ids + [0] * (max_len - len(ids))
            """,
            "train": """
                def accuracy(logits, labels):
                    return ((logits > 0) == labels).float().mean().item()


                def loss(logits, labels):
                    return F.binary_cross_entropy_with_logits(logits, labels.float())


                def mean(values, sizes):
                    return sum(value * size for value, size in zip(values, sizes, strict=True)) / sum(sizes)


                def step(model, ids, labels, optimizer=None):
                    logits = model(ids)
                    value = loss(logits, labels)
                    if optimizer is not None:
                        optimizer.zero_grad()
                        value.backward()
                        optimizer.step()
                    return value.item(), accuracy(logits, labels), len(labels)


                def epoch(model, batches, optimizer=None):
                    losses, right, sizes = zip(*(step(model, *batch, optimizer) for batch in batches), strict=True)
                    return mean(losses, sizes), mean(right, sizes)


                def train_epoch(model, batches, optimizer):
                    return epoch(model.train(), batches, optimizer)


                def evaluate(model, batches):
                    with torch.no_grad():
                        return epoch(model.eval(), batches)
            """,
            "gradients": """
                def norm(gradients):
                    return torch.cat([gradient.flatten() for gradient in gradients]).norm().item()


                def gradient_norms(model):
                    return {name: norm([p.grad]) for name, p in model.named_parameters() if p.grad is not None}


                def layer_norms(model, ids, labels):
                    model.zero_grad()
                    loss(model(ids), labels).backward()
                    norms = [norm([w.grad for w in layer]) for layer in model.recurrent.all_weights]
                    model.zero_grad()
                    return norms
            """,
        },
    ),
    right(
        "trials_in_other_ways",
        "Random numbers of another library, a loop of one's own that validates at each epoch, a function of one's own; "
        "an argument more, and settings as lists of pairs.",
        cells={
            "experiment": """
                import random


                def share_right(model, part):
                    model.eval()
                    with torch.no_grad():
                        answers = torch.cat([model(ids) for ids in part[0].split(50)]) > 0
                    return (answers == part[1].bool()).float().mean().item()


                def trial(seed, cell="gru", num_layers=1, from_glove=True, num_words=100, last_words=False, dropout=0.0,
                          lr=2e-3, size=HIDDEN_SIZE):
                    draw = random.Random(seed)
                    torch.manual_seed(seed)
                    parts = [
                        encode_reviews(rows, num_words, last_words)
                        for rows in (draw.sample(learnt, DRAW_SIZE), held_out)
                    ]
                    model = SentimentRNN(len(vocab), EMBEDDING_DIM, size, num_layers, cell, dropout=dropout).to(device)
                    if from_glove:
                        model = use_vectors(model, glove_matrix.to(device), False)
                    adam = torch.optim.Adam(model.parameters(), lr)
                    for epoch in range(TRIAL_EPOCHS):
                        model.train()
                        order = list(range(DRAW_SIZE))
                        draw.shuffle(order)
                        for start in range(0, DRAW_SIZE, 32):
                            rows = torch.tensor(order[start : start + 32], device=device)
                            logits = model(parts[0][0][rows])
                            loss = F.binary_cross_entropy_with_logits(logits, parts[0][1][rows].float())
                            adam.zero_grad()
                            loss.backward()
                            adam.step()
                        accuracy = share_right(model, parts[1])
                    return accuracy


                settings = dict([("une couche", dict(cell="lstm")), ("deux", dict(cell="lstm", num_layers=2))])
                seeds = (4, 8, 15, 16)
            """,
        },
    ),
]

STYLES += [
    Answer(
        "trial_that_measures_more_than_it_is_asked",
        "Before training, on what was learnt, and twice at the end; kept in memory.",
        edits={
            "sol_experiment": [
                ("def trial(\n", "import functools\n\n\n@functools.cache\ndef trial(\n"),
                (
                    "    for _ in range(TRIAL_EPOCHS):\n",
                    "    evaluate(model, BucketedBatches(*val_part, 256))\n    for _ in range(TRIAL_EPOCHS):\n",
                ),
                (
                    "    return evaluate(",
                    "    evaluate(model, BucketedBatches(*val_part, 100))\n"
                    "    evaluate(model, BucketedBatches(*train_part, 256))\n"
                    "    return evaluate(",
                ),
            ]
        },
    ),
    Answer(
        "trial_with_arguments_for_what_is_fixed",
        "Numbers of epochs and of reviews are arguments, whose default values change nothing.",
        edits={
            "sol_experiment": [
                (
                    "    lr=2e-3,\n):",
                    "    lr=2e-3,\n    num_epochs=TRIAL_EPOCHS,\n    num_reviews=DRAW_SIZE,\n):",
                ),
            ]
        },
    ),
    Answer(
        "trial_that_looks_at_its_gradient_at_the_end",
        "gradient_by_time goes through the model once more, after the score.",
        edits={
            "sol_experiment": [
                (
                    "    return evaluate(model, BucketedBatches(*val_part, 256))[1]",
                    "    score = evaluate(model, BucketedBatches(*val_part, 256))[1]\n"
                    "    model(val_part[0][:2]).sum().backward()\n"
                    "    return score",
                )
            ]
        },
    ),
    Answer(
        "trial_of_two_groups_of_parameters",
        "The vectors of words have a rate of their own, which is the same.",
        edits={
            "sol_experiment": [
                (
                    "model.to(device).parameters(), lr=lr",
                    '[{"params": model.to(device).embedding.parameters(), "lr": lr}, {"params": [p for name, p in '
                    'model.named_parameters() if not name.startswith("embedding")]}], lr=lr',
                )
            ]
        },
    ),
]

RIGHT += SAME + STYLES
ANSWERS = WRONG + RIGHT
