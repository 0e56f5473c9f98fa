"""Answers to the lab on tweets, wrong and right, and what each must cost."""

from instructor.labs.answers import Answer

SPLIT = """
    parts = [[] for _ in ratios]
    for label in np.unique(labels):
        rows = {rows}
        {cuts}
        for part, piece in zip(parts, np.split(rows, cuts), strict=True):
            part.append(piece)
    return [np.concatenate(part) for part in parts]
"""
BUCKETS = """
    order = np.argsort({keys})
    batches = [order[start : start + batch_size] for start in range(0, {end}, batch_size)]
    return {result}
"""
TRAIN = """
    model.train()
    total_loss = num_tweets = 0
    for ids, lengths, labels in batches:
        loss = F.cross_entropy(model(ids, lengths), labels)
        {zero_grad}
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * len(labels)
        num_tweets += len(labels)
    return total_loss / {divisor}
"""
FIT = """
    best_loss, best_weights, num_waited = math.inf, None, 0
    for _ in range(max_epochs):
        history["train_loss"].append(train_once(model))
        val_loss, val_accuracy = validate(model)
        history["val_loss"].append(val_loss)
        history["val_accuracy"].append(val_accuracy)
        num_waited += 1
        if val_loss < {reference}:
            best_loss, best_weights = val_loss, {weights}
            {reset}
        if num_waited == patience:
            break
    {end}
    return history
"""
LAYERS = """
    self.embedding = nn.Embedding({embedding})
    self.lstm = nn.LSTM({lstm}, batch_first=True)
    self.dropout = nn.Dropout(dropout)
    self.output = nn.Linear(hidden_size, 2)
"""


def split_with(
    rows="generator.permutation(np.flatnonzero(labels == label))",
    cuts="cuts = np.round(np.cumsum(ratios)[:-1] * len(rows)).astype(int)",
):
    """Return a stratified split in which one step may be wrong."""
    return SPLIT.format(rows=rows, cuts=cuts)


def buckets_with(
    keys="lengths + generator.random(len(lengths))",
    end="len(order)",
    result="[batches[rank] for rank in generator.permutation(len(batches))]",
):
    """Return a `bucket_batches` in which one step may be wrong."""
    return [None, BUCKETS.format(keys=keys, end=end, result=result)]


def train_with(zero_grad="optimizer.zero_grad()", divisor="num_tweets"):
    """Return the blocks of question 6, with a training epoch in which one line may be wrong."""
    return [TRAIN.format(zero_grad=zero_grad, divisor=divisor), None]


def fit_with(
    reference="best_loss",
    weights="copy.deepcopy(model.state_dict())",
    reset="num_waited = 0",
    end="model.load_state_dict(best_weights)",
):
    """Return the blocks of question 6, with an early stopping in which one step may be wrong."""
    return [None, FIT.format(reference=reference, weights=weights, reset=reset, end=end)]


def layers_with(embedding="vocab_size, embedding_dim, padding_idx=0", lstm="embedding_dim, hidden_size"):
    """Return the layers of the model, one of which may be wrong."""
    return LAYERS.format(embedding=embedding, lstm=lstm)


WRONG = [
    Answer(
        "no_batch_at_all",
        "No batch holds no padding.",
        loses={"test_buckets": 2.5},
        blocks={"sol_buckets": [None, "return []"]},
    ),
    Answer(
        "split_not_stratified",
        "The examples are shuffled and cut, whatever their class.",
        loses={"test_split": 1},
        blocks={
            "sol_split": """
                rows = generator.permutation(len(labels))
                return np.split(rows, np.round(np.cumsum(ratios)[:-1] * len(rows)).astype(int))
            """
        },
    ),
    Answer(
        "split_in_the_order_of_the_file",
        "The first tweets of each class are for training: nothing is drawn.",
        loses={"test_split": 0.5},
        blocks={"sol_split": split_with(rows="np.flatnonzero(labels == label)")},
    ),
    Answer(
        "split_sizes_rounded_down",
        "Every size is rounded down, and the last part takes what is left: too much with four parts.",
        loses={"test_split": 0.5},
        blocks={
            "sol_split": split_with(
                cuts="cuts = np.cumsum([int(ratio * len(rows)) for ratio in ratios])[:-1]",
            )
        },
    ),
    Answer(
        "words_split_at_blanks_and_punctuation_only",
        "Emoticons fall apart in punctuation marks.",
        loses={"test_tokenizer": 0.5},
        blocks={
            "sol_tokenizer": r"""
                pattern = rf"(?P<url>(?:https?://|www\.)\S+)|(?P<user>@\w+)|{WORD}|\S"
                replaced = {"url": "<url>", "user": "<user>"}
                return [replaced.get(match.lastgroup, match[0]) for match in re.finditer(pattern, tweet.lower())]
            """
        },
    ),
    Answer(
        "case_kept",
        "The tweet is not put in lower case: words, links and emoticons with a capital letter change.",
        loses={"test_tokenizer": 1.5},
        blocks={
            "sol_tokenizer": r"""
                pattern = rf"(?P<url>(?:https?://|www\.)\S+)|(?P<user>@\w+)|{EMOTICON}|{WORD}|\S"
                replaced = {"url": "<url>", "user": "<user>"}
                return [replaced.get(match.lastgroup, match[0]) for match in re.finditer(pattern, tweet)]
            """
        },
    ),
    Answer(
        "user_names_kept",
        "Every user name stays a word of its own, also in links that hold none.",
        loses={"test_tokenizer": 0.5},
        blocks={
            "sol_tokenizer": r"""
                pattern = rf"(?P<url>(?:https?://|www\.)\S+)|@\w+|{EMOTICON}|{WORD}|\S"
                replaced = {"url": "<url>"}
                return [replaced.get(match.lastgroup, match[0]) for match in re.finditer(pattern, tweet.lower())]
            """
        },
    ),
    Answer(
        "vocabulary_of_all_tweets",
        "The words of validation and test are counted too.",
        loses={"test_vocab": 0.5},
        blocks={
            "sol_vocab": [
                None,
                None,
                """
                counter = Counter(word for words in tokenized for word in words)
                return Vocab(counter, max_size)
                """,
            ]
        },
    ),
    Answer(
        "ties_in_order_of_arrival",
        "`most_common` leaves words of equal frequency in the order in which they came.",
        loses={"test_vocab": 0.5},
        blocks={
            "sol_vocab": [
                """
                self.itos = ["<pad>", "<unk>", *(word for word, _ in counter.most_common(max_size))]
                self.stoi = {word: number for number, word in enumerate(self.itos)}
                """,
                None,
                None,
            ]
        },
    ),
    Answer(
        "max_size_counts_the_reserved_words",
        "Two words too few: the reserved ones are counted in max_size.",
        loses={"test_vocab": 1},
        blocks={
            "sol_vocab": [
                """
                words = sorted(counter, key=lambda word: (-counter[word], word))
                self.itos = ["<pad>", "<unk>", *words][:max_size]
                self.stoi = {word: number for number, word in enumerate(self.itos)}
                """,
                None,
                None,
            ]
        },
    ),
    Answer(
        "unknown_words_are_padding",
        "An unknown word gets the number of <pad>.",
        loses={"test_vocab": 0.5},
        blocks={"sol_vocab": [None, "return [self.stoi.get(word, 0) for word in words]", None]},
    ),
    Answer(
        "last_examples_dropped",
        "The last batch is made only when it is full.",
        loses={"test_buckets": 1},
        blocks={"sol_buckets": buckets_with(end="len(order) - batch_size + 1")},
    ),
    Answer(
        "batches_in_sorted_order",
        "Short tweets first, long ones last, at every epoch.",
        loses={"test_buckets": 0.5},
        blocks={"sol_buckets": buckets_with(result="batches")},
    ),
    Answer(
        "same_batches_every_epoch",
        "A stable sort: tweets of equal lengths always travel together.",
        loses={"test_buckets": 0.5},
        blocks={"sol_buckets": buckets_with(keys='lengths, kind="stable"')},
    ),
    Answer(
        "plain_batches_again",
        "The tweets are shuffled, and their lengths not looked at.",
        loses={"test_buckets": 0.5},
        blocks={"sol_buckets": buckets_with(keys="generator.random(len(lengths))")},
    ),
    Answer(
        "mean_of_the_shares",
        "The padding of the batches is averaged, as if they all had the same number of cells.",
        loses={"test_buckets": 0.5},
        blocks={
            "sol_buckets": [
                "return float(np.mean([1 - lengths[batch].mean() / lengths[batch].max() for batch in batches]))",
                None,
            ]
        },
    ),
    Answer(
        "state_at_the_padding",
        "The state after the last step of the batch, padding or not.",
        loses={"test_model": 1},
        blocks={
            "sol_model": [
                None,
                """
                states, _ = self.lstm(self.dropout(self.embedding(ids)))
                return self.output(self.dropout(states[:, -1]))
                """,
            ]
        },
    ),
    Answer(
        "state_of_the_word_before",
        "Lengths start at 1, indices at 0: one word too early where the tweet has two at least.",
        loses={"test_model": 2},
        blocks={
            "sol_model": [
                None,
                """
                states, _ = self.lstm(self.dropout(self.embedding(ids)))
                return self.output(self.dropout(states[torch.arange(len(ids)), lengths - 2]))
                """,
            ]
        },
    ),
    Answer(
        "vector_of_padding_learns",
        "The embedding layer does not know which number is <pad>.",
        loses={"test_model": 0.5},
        blocks={"sol_model": [layers_with(embedding="vocab_size, embedding_dim"), None]},
    ),
    Answer(
        "no_dropout_on_the_words",
        "Dropout acts on the state only.",
        loses={"test_model": 0.5},
        blocks={
            "sol_model": [
                None,
                """
                states, _ = self.lstm(self.embedding(ids))
                return self.output(self.dropout(states[torch.arange(len(ids)), lengths - 1]))
                """,
            ]
        },
    ),
    Answer(
        "loss_divided_by_the_number_of_batches",
        "A sum over the tweets, divided by the number of batches.",
        loses={"test_train": 0.5},
        blocks={"sol_train": train_with(divisor="sum(1 for _ in batches)")},
    ),
    Answer(
        "gradients_never_cleared",
        "Gradients add up from one batch to the next: the loss met on the way changes too.",
        loses={"test_train": 1},
        blocks={"sol_train": train_with(zero_grad="pass")},
    ),
    Answer(
        "best_weights_not_copied",
        "The dictionary of weights that is kept goes on learning.",
        loses={"test_train": 0.5},
        blocks={"sol_train": fit_with(weights="model.state_dict()")},
    ),
    Answer(
        "weights_of_the_last_epoch",
        "Training stops in time, and the model stays as the last epoch left it.",
        loses={"test_train": 0.5},
        blocks={"sol_train": fit_with(end="pass")},
    ),
    Answer(
        "compared_with_the_epoch_before",
        "An epoch counts as progress when it beats the one before it.",
        loses={"test_train": 1},
        blocks={"sol_train": fit_with(reference="([math.inf] + history['val_loss'])[-2]")},
    ),
    Answer(
        "patience_never_renewed",
        "Bad epochs are counted from the start: progress does not reset the count.",
        loses={"test_train": 1},
        blocks={"sol_train": fit_with(reset="num_waited -= 1")},
    ),
    Answer(
        "model_left_in_training_mode",
        "Dropout still acts while the tweet is read.",
        loses={"test_classify": 0.25},
        blocks={
            "sol_classify": """
                ids = vocab.encode(tokenize(tweet))
                if not ids:
                    raise ValueError("Tweet vide.")
                with torch.no_grad():
                    logits = model(torch.tensor([ids], device=device), torch.tensor([len(ids)], device=device))
                probability, label = logits.softmax(dim=1)[0].max(dim=0)
                return CLASS_NAMES[label.item()], probability.item()
            """
        },
    ),
    Answer(
        "probability_of_positive_whatever_the_answer",
        "A tweet found negative comes with the probability that it is positive.",
        loses={"test_classify": 0.25},
        blocks={
            "sol_classify": """
                ids = vocab.encode(tokenize(tweet))
                if not ids:
                    raise ValueError("Tweet vide.")
                model.eval()
                logits = model(torch.tensor([ids], device=device), torch.tensor([len(ids)], device=device))
                positive = logits.softmax(dim=1)[0, 1].item()
                return CLASS_NAMES[int(positive > 0.5)], positive
            """
        },
    ),
    Answer(
        "empty_tweet_read_as_padding",
        "A tweet without words is completed with <pad>, and gets an answer.",
        loses={"test_classify": 0.25},
        blocks={
            "sol_classify": """
                ids = vocab.encode(tokenize(tweet)) or [0]
                model.eval()
                with torch.no_grad():
                    logits = model(torch.tensor([ids], device=device), torch.tensor([len(ids)], device=device))
                probability, label = logits.softmax(dim=1)[0].max(dim=0)
                return CLASS_NAMES[label.item()], probability.item()
            """
        },
    ),
    Answer(
        "insertion_at_the_end",
        "Synonyms are added after the last word.",
        loses={"test_eda": 0.5},
        blocks={
            "sol_eda": [
                """
                sources = [word for word in words if word in synonyms]
                added = []
                for _ in range(n if sources else 0):
                    near = synonyms[sources[generator.integers(len(sources))]]
                    added.append(near[generator.integers(len(near))])
                return words + added
                """,
                None,
                None,
            ]
        },
    ),
    Answer(
        "insertion_of_words_of_the_tweet",
        "A word of the tweet is inserted again, not a synonym.",
        loses={"test_eda": 1},
        blocks={
            "sol_eda": [
                """
                longer = list(words)
                sources = [word for word in words if word in synonyms]
                for _ in range(n if sources else 0):
                    longer.insert(generator.integers(len(longer) + 1), sources[generator.integers(len(sources))])
                return longer
                """,
                None,
                None,
            ]
        },
    ),
    Answer(
        "swap_changes_its_input",
        "The words of the list that was given are exchanged.",
        loses={"test_eda": 0.5},
        blocks={
            "sol_eda": [
                None,
                """
                for _ in range(n if len(words) > 1 else 0):
                    i, j = generator.choice(len(words), size=2, replace=False)
                    words[i], words[j] = words[j], words[i]
                return words
                """,
                None,
            ]
        },
    ),
    Answer(
        "swap_of_a_word_with_itself",
        "Two places are drawn independently: at times the same one.",
        loses={"test_eda": 0.5},
        blocks={
            "sol_eda": [
                None,
                """
                swapped = list(words)
                for _ in range(n if len(words) > 1 else 0):
                    i, j = generator.integers(len(words), size=2)
                    swapped[i], swapped[j] = swapped[j], swapped[i]
                return swapped
                """,
                None,
            ]
        },
    ),
    Answer(
        "deletion_can_return_nothing",
        "When every word goes, nothing is left.",
        loses={"test_eda": 0.5},
        blocks={
            "sol_eda": [
                None,
                None,
                "return [word for word, draw in zip(words, generator.random(len(words)), strict=True) if draw >= p]",
            ]
        },
    ),
    Answer(
        "p_is_the_probability_to_keep",
        "Words stay with probability p: nothing is left where nothing should go.",
        loses={"test_eda": 1},
        blocks={
            "sol_eda": [
                None,
                None,
                """
                kept = [word for word, draw in zip(words, generator.random(len(words)), strict=True) if draw < p]
                return kept or [words[generator.integers(len(words))]]
                """,
            ]
        },
    ),
    Answer(
        "global_generator",
        "Chance comes from NumPy's global generator in the three functions.",
        loses={"test_eda": 0.5},
        blocks={
            "sol_eda": [
                """
                longer = list(words)
                sources = [word for word in words if word in synonyms]
                for _ in range(n if sources else 0):
                    near = synonyms[sources[np.random.randint(len(sources))]]
                    longer.insert(np.random.randint(len(longer) + 1), near[np.random.randint(len(near))])
                return longer
                """,
                """
                swapped = list(words)
                for _ in range(n if len(words) > 1 else 0):
                    i, j = np.random.permutation(len(words))[:2]
                    swapped[i], swapped[j] = swapped[j], swapped[i]
                return swapped
                """,
                """
                kept = [word for word in words if np.random.rand() >= p]
                return kept or [words[np.random.randint(len(words))]]
                """,
            ]
        },
    ),
]

RIGHT = [
    Answer(
        "one_step_after_another",
        "Loops, successive replacements, pools, packed batches, weights copied one by one, index arithmetic.",
        blocks={
            "sol_split": """
                parts = [[] for _ in ratios]
                for label in set(labels.tolist()):
                    rows = [row for row in range(len(labels)) if labels[row] == label]
                    generator.shuffle(rows)
                    start, share = 0, 0.0
                    for part, ratio in zip(parts, ratios, strict=True):
                        share += ratio
                        stop = int(share * len(rows) + 0.5)
                        part.extend(rows[start:stop])
                        start = stop
                return [np.array(sorted(part)) for part in parts]
            """,
            "sol_tokenizer": r"""
                words = re.findall(rf"(?:https?://|www\.)\S+|@\w+|{EMOTICON}|{WORD}|[^\s]", tweet.lower())
                for place, word in enumerate(words):
                    if word[0] == "@" and len(word) > 1:
                        words[place] = "<user>"
                    elif re.match(r"(https?://|www\.)\S", word):
                        words[place] = "<url>"
                return words
            """,
            "sol_vocab": [
                """
                alphabetical = sorted(counter)
                words = sorted(alphabetical, key=counter.get, reverse=True)
                self.itos = ["<pad>", "<unk>"] + words[:max_size]
                self.stoi = dict(zip(self.itos, range(len(self.itos)), strict=True))
                """,
                """
                unknown = self.stoi["<unk>"]
                return [self.stoi[word] if word in self.stoi else unknown for word in words]
                """,
                "return Vocab(Counter(word for row in train_rows for word in tokenized[row]), max_size)",
            ],
            "sol_buckets": [
                """
                words = cells = 0
                for batch in batches:
                    sizes = [lengths[row] for row in batch]
                    words, cells = words + sum(sizes), cells + len(sizes) * max(sizes)
                return float((cells - words) / cells)
                """,
                """
                shuffled = generator.permutation(len(lengths))
                batches = []
                for start in range(0, len(shuffled), 100 * batch_size):
                    pool = sorted(shuffled[start : start + 100 * batch_size], key=lambda row: lengths[row])
                    batches += [pool[k : k + batch_size] for k in range(0, len(pool), batch_size)]
                generator.shuffle(batches)
                return [np.array(batch) for batch in batches]
                """,
            ],
            "sol_model": [
                layers_with(),
                """
                packed = nn.utils.rnn.pack_padded_sequence(
                    self.dropout(self.embedding(ids)), lengths.cpu(), batch_first=True, enforce_sorted=False
                )
                _, (state, _) = self.lstm(packed)
                return self.output(self.dropout(state[-1]))
                """,
            ],
            "sol_train": [
                """
                model.train()
                losses, sizes = [], []
                for ids, lengths, labels in batches:
                    optimizer.zero_grad()
                    loss = nn.CrossEntropyLoss()(model(ids, lengths), labels)
                    loss.backward()
                    optimizer.step()
                    losses.append(loss.item())
                    sizes.append(len(labels))
                return float(np.average(losses, weights=sizes))
                """,
                """
                best_epoch, best_weights = -1, {}
                for epoch in range(max_epochs):
                    train_loss = train_once(model)
                    val_loss, val_accuracy = validate(model)
                    for name, value in zip(history, (train_loss, val_loss, val_accuracy), strict=True):
                        history[name].append(value)
                    if best_epoch < 0 or val_loss < history["val_loss"][best_epoch]:
                        best_epoch = epoch
                        best_weights = {name: value.clone() for name, value in model.state_dict().items()}
                    if epoch - best_epoch >= patience:
                        break
                model.load_state_dict(best_weights)
                return history
                """,
            ],
            "sol_classify": """
                words = tokenize(tweet)
                if len(words) == 0:
                    raise ValueError("Ce tweet ne contient aucun mot.")
                ids = torch.tensor(vocab.encode(words), device=device).unsqueeze(0)
                with torch.inference_mode():
                    positive = model.eval()(ids, torch.tensor([ids.shape[1]], device=device)).softmax(1)[0, 1].item()
                return ("Positive", positive) if positive > 0.5 else ("Negative", 1 - positive)
            """,
            "sol_eda": [
                """
                new_words = words[:]
                chosen = [word for word in words if synonyms.get(word)]
                while chosen and len(new_words) < len(words) + n:
                    synonym = generator.choice(synonyms[generator.choice(chosen)])
                    place = int(generator.random() * (len(new_words) + 1))
                    new_words = new_words[:place] + [str(synonym)] + new_words[place:]
                return new_words
                """,
                """
                new_words = words.copy()
                if len(words) < 2:
                    return new_words
                for _ in range(n):
                    i = int(generator.integers(len(words)))
                    j = (i + int(generator.integers(1, len(words)))) % len(words)
                    new_words[i], new_words[j] = new_words[j], new_words[i]
                return new_words
                """,
                """
                if len(words) <= 1:
                    return list(words)
                kept = []
                for word in words:
                    if generator.uniform() > p:
                        kept.append(word)
                return kept if kept else [str(generator.choice(words))]
                """,
            ],
        },
    ),
    Answer(
        "arrays_and_torch",
        "Arrays all along, gathered states, a loss summed over the tweets, a mask, one draw for all.",
        blocks={
            "sol_split": """
                part_of = np.zeros(len(labels), dtype=int)
                bounds = np.cumsum(ratios)[:-1]
                order = generator.permutation(len(labels))
                for label in np.unique(labels):
                    rows = order[labels[order] == label]
                    part_of[rows] = np.searchsorted(bounds, (np.arange(len(rows)) + 0.5) / len(rows))
                return [np.flatnonzero(part_of == k) for k in range(len(ratios))]
            """,
            "sol_vocab": [
                """
                pairs = sorted(counter.items(), key=lambda pair: (-pair[1], pair[0]))
                self.itos = ["<pad>", "<unk>"]
                self.stoi = {"<pad>": 0, "<unk>": 1}
                for word, _ in pairs[:max_size]:
                    self.stoi[word] = len(self.itos)
                    self.itos.append(word)
                """,
                None,
                None,
            ],
            "sol_buckets": [
                """
                rectangles = np.array([[len(batch), lengths[batch].max()] for batch in batches]).prod(axis=1)
                return 1 - float(lengths[np.concatenate(batches)].sum() / rectangles.sum())
                """,
                """
                order = np.lexsort([generator.permutation(len(lengths)), lengths])
                pieces = np.split(order, np.arange(batch_size, len(order), batch_size))
                return [pieces[k] for k in generator.choice(len(pieces), size=len(pieces), replace=False)]
                """,
            ],
            "sol_model": [
                None,
                """
                states = self.lstm(self.dropout(self.embedding(ids)))[0]
                places = (lengths - 1)[:, None, None].expand(-1, 1, states.shape[2])
                return self.output(self.dropout(states.gather(1, places)[:, 0]))
                """,
            ],
            "sol_train": [
                """
                model.train()
                total, count = 0.0, 0
                for ids, lengths, labels in batches:
                    summed = F.cross_entropy(model(ids, lengths), labels, reduction="sum")
                    optimizer.zero_grad()
                    (summed / len(labels)).backward()
                    optimizer.step()
                    total, count = total + summed.item(), count + len(labels)
                return total / count
                """,
                None,
            ],
            "sol_eda": [
                """
                sources = [word for word in words if word in synonyms]
                result = list(words)
                if not sources:
                    return result
                for word in generator.choice(sources, size=n):
                    synonym = generator.choice(synonyms[word]).item()
                    result.insert(generator.integers(0, len(result), endpoint=True), synonym)
                return result
                """,
                """
                order = np.arange(len(words))
                for _ in range(n * (len(words) >= 2)):
                    pair = generator.permutation(len(words))[:2]
                    order[pair] = order[pair[::-1]]
                return [words[place] for place in order]
                """,
                """
                mask = generator.random(len(words)) >= p
                if len(words) and not mask.any():
                    mask[generator.integers(len(words))] = True
                return [word for word, stays in zip(words, mask, strict=True) if stays]
                """,
            ],
        },
    ),
]

ANSWERS = WRONG + RIGHT
