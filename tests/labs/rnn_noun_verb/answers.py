"""Answers to the noun-verb lab, with the criteria that each must lose."""

import textwrap

from instructor.labs.answers import Answer

GRU_LAYERS = """
self.rnn = nn.GRU(embedding.embedding_dim, hidden_size, batch_first=True, bidirectional=True)
self.linear = nn.Linear(2 * hidden_size, 1)
"""
PACKED = """
packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
states, last = self.rnn(packed)
states, _ = pad_packed_sequence(states, batch_first=True)
rows = torch.arange(len(ids), device=ids.device)
"""
READ = "return self.linear(states[rows, indices]).squeeze(1)"
ALL_OF_GRU = ["units", "both_sides", "at_word", "logit", "padding", "order", "shape", "lengths_on_gpu"]

KIND = """
kinds = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
if rnn_type not in kinds:
    raise ValueError("rnn, lstm or gru")
"""
SIZES = """
sizes = [output_size_linear] * n_linear if isinstance(output_size_linear, int) else list(output_size_linear)
if len(sizes) != n_linear:
    raise ValueError("one size a layer")
"""
LAYERS = """
self.rnn = kinds[rnn_type](
    embedding.embedding_dim, hidden_size_rnn, num_layers=n_rnn, batch_first=True, bidirectional=True
)
"""
HEAD = """
widths, layers = [2 * hidden_size_rnn, *sizes], []
for before, after in zip(widths, widths[1:]):
    layers += [nn.Linear(before, after), activation]
self.head = nn.Sequential(*layers, nn.Linear(widths[-1], 1))
"""
READ_ADVANCED = "return self.head(states[rows, indices])[:, 0]"


# The reference's own text: `course mutate` compares what it changes with what is changed here.
REFERENCE_GRU = """
packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
states, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
at_word = states[torch.arange(len(ids), device=ids.device), indices]
return self.linear(at_word).squeeze(1)
"""
REFERENCE_ADVANCED = [
    """
    kinds = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
    if rnn_type not in kinds:
        raise ValueError(f"rnn_type : {rnn_type!r} n'est pas rnn, lstm ou gru")
    sizes = output_size_linear
    if isinstance(sizes, int):
        sizes = (sizes,) * n_linear
    if len(sizes) != n_linear:
        raise ValueError(f"{len(sizes)} tailles pour {n_linear} couches linéaires")
    self.rnn = kinds[rnn_type](
        embedding.embedding_dim, hidden_size_rnn, n_rnn, batch_first=True, bidirectional=True
    )
    layers, width = [], 2 * hidden_size_rnn
    for size in sizes:
        layers += [nn.Linear(width, size), activation]
        width = size
    self.head = nn.Sequential(*layers, nn.Linear(width, 1))
    """,
    """
    packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
    states, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
    rows = torch.arange(len(ids), device=ids.device)
    return self.head(states[rows, indices])[:, 0]
    """,
]


def joined(*parts: str) -> str:
    return "\n".join(textwrap.dedent(part) for part in parts)


def gru(
    name: str, why: str, forward: str = PACKED + READ, layers: str = GRU_LAYERS, loses: tuple | list = ()
) -> Answer:
    """Return an answer to question 5."""
    blocks = {"sol_gru": [layers, textwrap.dedent(forward)]}
    return Answer(name, why, loses={"test_gru": loses} if loses else {}, blocks=blocks)


def read_packed(name: str, why: str, read: str, loses: tuple | list = ()) -> Answer:
    """Return an answer to question 5 that packs, and reads the states in its own way."""
    return gru(name, why, joined(PACKED, read), loses=loses)


def advanced(
    name: str,
    why: str,
    kind: str = KIND,
    sizes: str = SIZES,
    layers: str = LAYERS,
    head: str = HEAD,
    forward: str = PACKED + READ_ADVANCED,
    loses: tuple | list = (),
) -> Answer:
    """Return an answer to question 8, in four parts and a forward pass."""
    blocks = {"sol_advanced": [joined(kind, sizes, layers, head), textwrap.dedent(forward)]}
    return Answer(name, why, loses={"test_advanced": loses} if loses else {}, blocks=blocks)


def answer(name: str, why: str, question: str, blocks: str | list, loses: tuple | list = ()) -> Answer:
    """Return an answer to a question of one solution cell."""
    test = {f"test_{question}": loses} if loses else {}
    return Answer(name, why, loses=test, blocks={f"sol_{question}": blocks})


def encoded(
    name: str,
    why: str,
    loses: tuple | list = (),
    ids: str = "[vocabulary.get(token.form.lower(), vocabulary[UNKNOWN]) for token in sentence]",
    check: str = "len(annotated) != 1",
    result: str = 'torch.tensor(ids), int("VERB" in tags), index',
) -> Answer:
    """Return an answer to question 2."""
    block = f"""
        annotated = [(place, token.feats["POS"]) for place, token in enumerate(sentence) if token.feats]
        if {check}:
            raise ValueError("one annotated word, please")
        index, tags = annotated[0] if annotated else (0, set())
        ids = {ids}
        return {result}
    """
    return answer(name, why, "preprocess", block, loses)


ANALOGY = [
    answer(
        "similarity_without_its_sign",
        "Opposite vectors are as near as equal ones.",
        "analogy",
        ["return float(abs(x @ y) / (np.linalg.norm(x) * np.linalg.norm(y)))", None],
        ["cosine"],
    ),
    answer(
        "divided_by_one_norm_squared",
        "Right only for vectors of the same length.",
        "analogy",
        ["return float(x @ y / (x @ x))", None],
        ["cosine"],
    ),
    answer(
        "numpy_number",
        "The number is NumPy's: of type float32 for the vectors of GloVe.",
        "analogy",
        ["return x @ y / (np.linalg.norm(x) * np.linalg.norm(y))", None],
        ["python_float"],
    ),
    answer(
        "product_without_the_norms",
        "A product, for the similarity as for the analogy: long vectors win.",
        "analogy",
        [
            "return float(x @ y)",
            """
            scores = embeddings.vectors @ (embeddings[a] + embeddings[b] - embeddings[c])
            scores[[embeddings.key_to_index[word] for word in (a, b, c)]] = -np.inf
            return embeddings.index_to_key[int(scores.argmax())]
            """,
        ],
        ["cosine", "python_float", "nearest"],
    ),
    answer(
        "nearest_by_distance",
        "The nearest word by Euclidean distance.",
        "analogy",
        [
            None,
            """
            distances = np.linalg.norm(embeddings.vectors - embeddings[a] - embeddings[b] + embeddings[c], axis=1)
            distances[[embeddings.key_to_index[word] for word in (a, b, c)]] = np.inf
            return embeddings.index_to_key[int(distances.argmin())]
            """,
        ],
        ["nearest"],
    ),
    answer(
        "gensim_answers",
        "gensim's own method: it brings the three vectors to the same length first.",
        "analogy",
        [None, "return embeddings.most_similar(positive=[a, b], negative=[c], topn=1)[0][0]"],
        ["nearest"],
    ),
    answer(
        "difference_the_other_way",
        "a + (c - b).",
        "analogy",
        [
            None,
            """
            target = embeddings[a] + (embeddings[c] - embeddings[b])
            scores = embeddings.vectors @ target / np.linalg.norm(embeddings.vectors, axis=1)
            scores[[embeddings.key_to_index[word] for word in (a, b, c)]] = -np.inf
            return embeddings.index_to_key[int(scores.argmax())]
            """,
        ],
        ["nearest"],
    ),
    answer(
        "two_words_excluded",
        "The third word of the question may be the answer.",
        "analogy",
        [
            None,
            """
            target = embeddings[a] + (embeddings[b] - embeddings[c])
            scores = embeddings.vectors @ target / np.linalg.norm(embeddings.vectors, axis=1)
            scores[[embeddings.key_to_index[word] for word in (a, b)]] = -np.inf
            return embeddings.index_to_key[int(scores.argmax())]
            """,
        ],
        ["excluded"],
    ),
    answer(
        "question_among_the_answers",
        "The three words are not excluded, and the product is not divided by the norms.",
        "analogy",
        [
            None,
            """
            target = embeddings[a] + (embeddings[b] - embeddings[c])
            return embeddings.index_to_key[int((embeddings.vectors @ target).argmax())]
            """,
        ],
        ["nearest", "excluded"],
    ),
    answer(
        "norms_left_out_of_the_analogy",
        "The products are not divided by the norms: long vectors win.",
        "analogy",
        [
            None,
            """
            scores = embeddings.vectors @ (embeddings[a] + embeddings[b] - embeddings[c])
            scores[[embeddings.key_to_index[word] for word in (a, b, c)]] = -np.inf
            return embeddings.index_to_key[int(scores.argmax())]
            """,
        ],
        ["nearest"],
    ),
    answer(
        "norms_squared_in_the_analogy",
        "The products are divided by the squares of the norms: short vectors win.",
        "analogy",
        [
            None,
            """
            scores = embeddings.vectors @ (embeddings[a] + embeddings[b] - embeddings[c])
            scores /= (embeddings.vectors**2).sum(axis=1)
            scores[[embeddings.key_to_index[word] for word in (a, b, c)]] = -np.inf
            return embeddings.index_to_key[int(scores.argmax())]
            """,
        ],
        ["nearest"],
    ),
    answer(
        "one_word_excluded",
        "The second and the third word of the question may be the answer.",
        "analogy",
        [
            None,
            """
            target = embeddings[a] + (embeddings[b] - embeddings[c])
            scores = embeddings.vectors @ target / np.linalg.norm(embeddings.vectors, axis=1)
            scores[embeddings.key_to_index[a]] = -np.inf
            return embeddings.index_to_key[int(scores.argmax())]
            """,
        ],
        ["excluded"],
    ),
    *(
        answer(
            f"forbidden_words_at_{name}",
            "A score that beats those of words on the other side.",
            "analogy",
            [
                None,
                f"""
                target = embeddings[a] + (embeddings[b] - embeddings[c])
                scores = embeddings.vectors @ target / np.linalg.norm(embeddings.vectors, axis=1)
                scores[[embeddings.key_to_index[word] for word in (a, b, c)]] = {score}
                return embeddings.index_to_key[int(scores.argmax())]
                """,
            ],
            ["excluded"],
        )
        for name, score in (("zero", 0), ("minus_one", -1))
    ),
    answer(
        "best_so_far_above_zero",
        "No word is found where all scores are negative.",
        "analogy",
        [
            None,
            """
            target = embeddings[a] + (embeddings[b] - embeddings[c])
            found, best = None, 0
            scores = embeddings.vectors @ target / np.linalg.norm(embeddings.vectors, axis=1)
            for word, score in zip(embeddings.index_to_key, scores):
                if word not in (a, b, c) and score > best:
                    found, best = word, score
            return found
            """,
        ],
        ["excluded"],
    ),
    answer(
        "vectors_brought_to_length_one",
        "The arrays of the caller are divided by their norms.",
        "analogy",
        ["x /= np.linalg.norm(x)\ny /= np.linalg.norm(y)\nreturn float(x @ y)", None],
        ["python_float"],
    ),
    answer(
        "gensim_sorts_by_similarity",
        "The sum is one's own; gensim compares it with all words.",
        "analogy",
        [
            None,
            """
            target = embeddings[a] + (embeddings[b] - embeddings[c])
            found = embeddings.similar_by_vector(target, topn=4)
            return [word for word, _ in found if word not in (a, b, c)][0]
            """,
        ],
    ),
    answer(
        "words_in_order_of_similarity",
        "Sorted similarities, the first word that is not in the question.",
        "analogy",
        [
            "return float(np.dot(x, y) / np.sqrt(np.dot(x, x) * np.dot(y, y)))",
            """
            target = embeddings[a] - embeddings[c] + embeddings[b]
            norms = np.sqrt((embeddings.vectors**2).sum(axis=1)) * np.linalg.norm(target)
            order = np.argsort(-(embeddings.vectors @ target) / norms)
            return next(embeddings.index_to_key[row] for row in order if embeddings.index_to_key[row] not in {a, b, c})
            """,
        ],
    ),
    answer(
        "one_word_at_a_time",
        "A loop over the words, with the first function; slow, and right.",
        "analogy",
        [
            """
            def norm(v):
                return sum(float(number) ** 2 for number in v) ** 0.5

            return sum(float(i) * float(j) for i, j in zip(x, y)) / norm(x) / norm(y)
            """,
            """
            target = embeddings[a] + (embeddings[b] - embeddings[c])
            candidates = [word for word in embeddings.index_to_key[:2000] if word not in (a, b, c)]
            return max(candidates, key=lambda word: cosine_similarity(target, embeddings[word]))
            """,
        ],
    ),
    answer(
        "similarity_in_torch",
        "The functions of PyTorch, and a vocabulary without the three words.",
        "analogy",
        [
            "return torch.cosine_similarity(torch.as_tensor(x), torch.as_tensor(y), dim=0).item()",
            """
            target = torch.tensor(embeddings[a] + embeddings[b] - embeddings[c])
            scores = torch.nn.functional.cosine_similarity(torch.tensor(embeddings.vectors), target[None], dim=1)
            best = scores.topk(4).indices.tolist()
            return [embeddings.index_to_key[row] for row in best if embeddings.index_to_key[row] not in (a, b, c)][0]
            """,
        ],
    ),
]

PREPROCESS = [
    encoded(
        "punctuation_skipped",
        "What is not made of letters gets no number.",
        ["tensor"],
        ids="[vocabulary.get(t.form.lower(), vocabulary[UNKNOWN]) for t in sentence if t.form.isalpha()]",
    ),
    encoded(
        "punctuation_stripped",
        "A full stop becomes an empty word, which nothing knows.",
        ["tensor"],
        ids="[vocabulary.get(t.form.lower().strip('.,'), vocabulary[UNKNOWN]) for t in sentence]",
    ),
    encoded(
        "row_of_numbers",
        "The numbers make a batch of one sentence.",
        ["tensor"],
        result='torch.tensor([ids]), int("VERB" in tags), index',
    ),
    encoded(
        "labels_swapped",
        "1 stands for a noun: the trivial model and the training do not suffer, the label does.",
        ["label"],
        result='torch.tensor(ids), int("VERB" not in tags), index',
    ),
    encoded(
        "label_read_in_a_text",
        "The text of the set holds VERB in NON-VERB too.",
        ["label"],
        result='torch.tensor(ids), int("VERB" in str(tags)), index',
    ),
    encoded(
        "case_kept",
        "Capitals make known words unknown.",
        ["lower_case"],
        ids="[vocabulary.get(token.form, vocabulary[UNKNOWN]) for token in sentence]",
    ),
    encoded(
        "unknown_row_by_heart",
        "The row of unknown words is taken to be 1, whatever the vocabulary says.",
        ["unknown"],
        ids="[vocabulary.get(token.form.lower(), 1) for token in sentence]",
    ),
    encoded("ids_in_a_list", "The ids are a list.", ["tensor"], result='ids, int("VERB" in tags), index'),
    encoded(
        "ids_of_32_bits",
        "The ids are int32.",
        ["tensor"],
        result='torch.tensor(ids, dtype=torch.int32), int("VERB" in tags), index',
    ),
    encoded(
        "place_from_1",
        "The place is counted as CoNLL does.",
        ["place"],
        result='torch.tensor(ids), int("VERB" in tags), index + 1',
    ),
    encoded(
        "place_of_the_first_alike",
        "The word is searched by its form: the first one that is written like it is found.",
        ["place"],
        result='torch.tensor(ids), int("VERB" in tags), ids.index(ids[index])',
    ),
    encoded(
        "place_of_the_form",
        "The place of the first word of that form.",
        ["place"],
        result='torch.tensor(ids), int("VERB" in tags), [token.form for token in sentence].index(sentence[index].form)',
    ),
    encoded("second_annotation_ignored", "The first annotated word is taken.", ["several"], check="not annotated"),
    encoded("no_annotation_accepted", "Only several annotations are refused.", ["none"], check="len(annotated) > 1"),
    answer(
        "annotation_taken_out",
        "The tag is taken out of the sentence: it can be read once.",
        "preprocess",
        """
        [index] = [place for place, token in enumerate(sentence) if token.feats]
        ids = [vocabulary.get(token.form.lower(), vocabulary[UNKNOWN]) for token in sentence]
        return torch.tensor(ids), int(sentence[index].feats["POS"].pop() == "VERB"), index
        """,
        ["label"],
    ),
    encoded(
        "unknown_words_added",
        "Unknown words enter the vocabulary.",
        ["unknown"],
        ids="[vocabulary.setdefault(token.form.lower(), vocabulary[UNKNOWN]) for token in sentence]",
    ),
    answer(
        "type_left_to_torch",
        "A tensor of Python integers is int64 without a word about it.",
        "preprocess",
        """
        annotated = [place for place, token in enumerate(sentence) if token.feats]
        if len(annotated) != 1:
            raise ValueError(f"{len(annotated)} mots annotés, il en faut un")
        index = annotated[0]
        label = int("VERB" in sentence[index].feats["POS"])
        unknown = vocabulary[UNKNOWN]
        ids = [vocabulary.get(token.form.lower(), unknown) for token in sentence]
        return torch.tensor(ids), label, index
        """,
    ),
    answer(
        "annotation_unpacked",
        "Unpacking a list of another length than one raises ValueError by itself; the label is a boolean.",
        "preprocess",
        """
        [(index, token)] = [pair for pair in enumerate(sentence) if pair[1].feats]
        unknown = vocabulary[UNKNOWN]
        ids = torch.LongTensor([vocabulary.get(word.form.lower(), unknown) for word in sentence])
        return ids, token.feats["POS"] == {"VERB"}, index
        """,
    ),
    answer(
        "one_loop_over_the_tokens",
        "One loop, ids written in place, the place from the token's own number, a list returned.",
        "preprocess",
        """
        ids = torch.full((len(sentence),), vocabulary[UNKNOWN])
        index = label = None
        for i, token in enumerate(sentence):
            word = token.form.lower()
            if word in vocabulary:
                ids[i] = vocabulary[word]
            if "POS" in token.feats:
                if index is not None:
                    raise ValueError("two annotated words")
                index, label = int(token.id) - 1, 1 if "VERB" in token.feats["POS"] else 0
        if index is None:
            raise ValueError("no annotated word")
        return [ids, label, index]
        """,
    ),
    answer(
        "rows_through_numpy",
        "An array of rows, tensors for label and place, the tag of the fourth column.",
        "preprocess",
        """
        def row(token):
            try:
                return vocabulary[token.form.lower()]
            except KeyError:
                return vocabulary[UNKNOWN]

        places = np.flatnonzero([bool(token.feats) for token in sentence])
        if places.size != 1:
            raise ValueError(places)
        place = places.item()
        ids = torch.from_numpy(np.array(list(map(row, sentence)), dtype=np.int64))
        return ids, torch.tensor(float(sentence[place].upos == "VERB")), torch.tensor(place)
        """,
    ),
]

MAJORITY = [
    answer(
        "share_in_percent",
        "Between 0 and 100.",
        "majority",
        ["return 100 * sum(labels) / len(labels)", None],
        ["share"],
    ),
    answer(
        "always_the_verb",
        "The model answers 'verb' whatever the training labels.",
        "majority",
        [None, "return sum(labels) / len(labels)"],
        ["majority"],
    ),
    answer(
        "majority_of_the_labels_to_predict",
        "The majority class is counted on the labels that are to be predicted.",
        "majority",
        [None, "return max(sum(labels), len(labels) - sum(labels)) / len(labels)"],
        ["majority", "tie"],
    ),
    answer(
        "noun_in_case_of_a_tie",
        "More than one half of verbs is asked for.",
        "majority",
        [None, "return labels.count(int(2 * sum(train_labels) > len(train_labels))) / len(labels)"],
        ["tie"],
    ),
    answer(
        "first_of_the_most_common",
        "In case of a tie, a Counter gives the label that it met first.",
        "majority",
        [None, "return labels.count(Counter(train_labels).most_common(1)[0][0]) / len(labels)"],
        ["tie"],
    ),
    answer(
        "majority_with_numpy",
        "Means of arrays, the second function built on the first.",
        "majority",
        [
            "return np.mean(labels)",
            "return np.mean(np.array(labels) == (verb_share(train_labels) >= 0.5))",
        ],
    ),
    answer(
        "majority_with_a_counter",
        "Counted by class, in a Counter and in a tensor.",
        "majority",
        [
            "return torch.tensor(labels).float().mean()",
            """
            counts = Counter(train_labels)
            answer = max((1, 0), key=lambda label: counts[label])
            return len([label for label in labels if label == answer]) / len(labels)
            """,
        ],
    ),
]

COLLATED = """
ids, labels, indices = zip(*batch)
padded = pad_sequence(ids, batch_first=True)
lengths = torch.tensor([len(sentence) for sentence in ids])
"""


def collated(name: str, why: str, result: str, loses: tuple | list = ()) -> Answer:
    return answer(name, why, "dataset", [None, None, COLLATED + result], loses)


DATASET = [
    answer(
        "words_of_all_sentences",
        "The words are counted, not the sentences.",
        "dataset",
        ["return sum(len(sentence) for sentence in self.sentences)", None, None],
        ["length"],
    ),
    collated(
        "lengths_alone_sorted",
        "The lengths are sorted for packing, and nothing else is.",
        """
padded = pad_sequence(ids, batch_first=True)
return padded, lengths.sort(descending=True).values, torch.tensor(labels).float(), torch.tensor(indices)
""",
        ["order"],
    ),
    answer(
        "length_of_a_sentence",
        "The words of the first sentence.",
        "dataset",
        ["return len(self.examples[0][0])", None, None],
        ["length"],
    ),
    answer(
        "encoded_at_each_reading",
        "The sentence is encoded again each time it is read.",
        "dataset",
        [None, "return encode_sentence(self.sentences[idx], vocabulary)", None],
        ["items"],
    ),
    collated(
        "padded_on_the_left",
        "The zeros come first.",
        """
padded = pad_sequence(ids, batch_first=True, padding_side="left")
return padded, lengths, torch.tensor(labels).float(), torch.tensor(indices)
""",
        ["padded"],
    ),
    collated(
        "padded_with_another_row",
        "The padding is the row of unknown words.",
        """
padded = pad_sequence(ids, batch_first=True, padding_value=vocabulary[UNKNOWN])
return padded, lengths, torch.tensor(labels).float(), torch.tensor(indices)
""",
        ["padded"],
    ),
    collated(
        "time_first",
        "pad_sequence is not asked for the batch first.",
        "return pad_sequence(ids), lengths, torch.tensor(labels).float(), torch.tensor(indices)",
        ["padded", "order"],
    ),
    collated(
        "lengths_after_padding",
        "Every length is that of the padded batch: packing keeps the padding.",
        "return padded, torch.full((len(ids),), padded.shape[1]), torch.tensor(labels).float(), torch.tensor(indices)",
        ["lengths"],
    ),
    collated(
        "rows_as_floats",
        "An embedding refuses them.",
        "return padded.float(), lengths, torch.tensor(labels).float(), torch.tensor(indices)",
        ["padded"],
    ),
    collated(
        "lengths_as_floats",
        "Packing refuses them.",
        "return padded, lengths.float(), torch.tensor(labels).float(), torch.tensor(indices)",
        ["lengths"],
    ),
    collated(
        "labels_of_integers",
        "The loss refuses them.",
        "return padded, lengths, torch.tensor(labels), torch.tensor(indices)",
        ["labels"],
    ),
    collated(
        "labels_and_places_exchanged",
        "The two last tensors are returned in the wrong order.",
        "return padded, lengths, torch.tensor(indices), torch.tensor(labels).float()",
        ["labels", "indices"],
    ),
    collated(
        "places_as_floats",
        "A float cannot index.",
        "return padded, lengths, torch.tensor(labels).float(), torch.tensor(indices).float()",
        ["indices"],
    ),
    collated(
        "sorted_by_length",
        "The longest sentence first, as packing wanted it long ago.",
        """
order = lengths.argsort(descending=True, stable=True)
return padded[order], lengths[order], torch.tensor(labels).float()[order], torch.tensor(indices)[order]
""",
        ["order"],
    ),
    *(
        answer(
            f"zip_{name}_strict",
            "Triples have three elements: there is nothing for strict to check.",
            "dataset",
            [
                None,
                None,
                f"""
                ids, labels, indices = zip(*batch{written})
                lengths = torch.tensor([len(sentence) for sentence in ids])
                padded = pad_sequence(ids, batch_first=True)
                labels = torch.tensor(labels, dtype=torch.float32)
                return padded, lengths, labels, torch.tensor(indices)
                """,
            ],
        )
        for name, written in (("without", ""), ("not", ", strict=False"))
    ),
    answer(
        "zeros_filled_row_by_row",
        "A tensor of zeros, filled in a loop; the triple made again from its parts.",
        "dataset",
        [
            "return len(self.sentences)",
            """
            ids, label, index = self.examples[idx]
            return torch.as_tensor(ids), label, index
            """,
            """
            longest = max(len(ids) for ids, _, _ in batch)
            padded = torch.zeros(len(batch), longest, dtype=torch.int64)
            for row, (ids, _, _) in enumerate(batch):
                padded[row, : len(ids)] = ids
            lengths = torch.tensor([len(ids) for ids, _, _ in batch])
            labels = torch.tensor([float(label) for _, label, _ in batch])
            return padded, lengths, labels, torch.tensor([index for _, _, index in batch])
            """,
        ],
    ),
    answer(
        "padded_sentence_by_sentence",
        "Each sentence padded and stacked, a list of tensors returned, the triple in a list.",
        "dataset",
        [
            "return sum(1 for _ in self.examples)",
            "return list(self.examples.__getitem__(idx))",
            """
            longest = max(map(len, (triple[0] for triple in batch)))
            ids = torch.stack([nn.functional.pad(ids, (0, longest - ids.numel())) for ids, _, _ in batch])
            lengths = torch.LongTensor([ids.size(0) for ids, *_ in batch])
            return [ids, lengths, torch.FloatTensor([b[1] for b in batch]), torch.LongTensor([b[2] for b in batch])]
            """,
        ],
    ),
    answer(
        "padded_through_numpy",
        "Arrays first, tensors at the end.",
        "dataset",
        [
            None,
            None,
            """
            sizes = np.array([len(triple[0]) for triple in batch])
            ids = np.zeros((len(batch), sizes.max()), dtype=np.int64)
            ids[np.arange(sizes.max()) < sizes[:, None]] = np.concatenate([triple[0].numpy() for triple in batch])
            labels, indices = np.array([triple[1:] for triple in batch]).T
            rest = torch.from_numpy(sizes), torch.from_numpy(labels.astype("float32")), torch.from_numpy(indices)
            return torch.from_numpy(ids), *rest
            """,
        ],
    ),
]

GRU = [
    read_packed(
        "place_of_the_first_sentence",
        "All sentences are read at the place of the first one's word.",
        "return self.linear(states[:, indices[0]])[:, 0]",
        loses=["at_word"],
    ),
    read_packed(
        "place_within_the_shortest",
        "No place goes beyond the end of the shortest sentence of the batch.",
        "return self.linear(states[rows, indices.clamp(max=lengths.min() - 1)])[:, 0]",
        loses=["at_word"],
    ),
    read_packed(
        "states_without_gradient",
        "The states are detached: the recurrent layer learns nothing.",
        "return self.linear(states[rows, indices].detach())[:, 0]",
        loses=["logit"],
    ),
    gru(
        "layers_without_biases",
        "Neither layer has biases, which nobody asks for.",
        layers="""
self.rnn = nn.GRU(embedding.embedding_dim, hidden_size, batch_first=True, bidirectional=True, bias=False)
self.linear = nn.Linear(2 * hidden_size, 1, bias=False)
""",
    ),
    read_packed(
        "one_hot_places",
        "The place as a row of zeros and a 1, and a sum over the words.",
        """
        marks = nn.functional.one_hot(indices, states.size(1)).to(states.dtype)
        return self.linear(torch.einsum("btd,bt->bd", states, marks)).view(-1)
        """,
    ),
    gru(
        "layer_that_is_never_called",
        "A bag of words beside a recurrent layer that is only there to be counted.",
        """
        keep = (torch.arange(ids.shape[1]) < lengths[:, None]).float()
        own = x[torch.arange(len(ids)), indices].sum(dim=1)
        return own + self.rnn.weight_hh_l0.abs().mean() * (x * keep[..., None]).sum(dim=(1, 2))
        """,
        loses=ALL_OF_GRU[1:],
    ),
    gru(
        "one_way",
        "The layer reads from left to right only.",
        layers=GRU_LAYERS.replace(", bidirectional=True", "").replace("2 * hidden_size", "hidden_size"),
        loses=["units", "both_sides"],
    ),
    read_packed(
        "forward_half_twice",
        "The forward states stand in the place of the backward ones.",
        """
        forward = states[rows, indices, : self.rnn.hidden_size]
        return self.linear(torch.cat([forward, forward], dim=1)).squeeze(1)
        """,
        ["both_sides"],
    ),
    read_packed(
        "state_of_the_last_step",
        "The state of each sentence's last word, whatever word is asked about.",
        "return self.linear(states[rows, lengths - 1]).squeeze(1)",
        ["at_word"],
    ),
    read_packed(
        "last_column_of_the_batch",
        "The last column of the unpacked batch, zeros for the shorter sentences.",
        "return self.linear(states[:, -1]).squeeze(1)",
        ["at_word", "padding"],
    ),
    read_packed(
        "backward_half_read_at_the_first_word",
        "The forward state is the word's, the backward one is the end of its pass, at the first word.",
        """
        forward = states[rows, indices, : self.rnn.hidden_size]
        return self.linear(torch.cat([forward, last[1]], dim=1)).squeeze(1)
        """,
        ["at_word"],
    ),
    gru(
        "padding_not_masked",
        "The padded batch is given to the layer as it is: the backward pass starts on padding.",
        "return self.linear(self.rnn(x)[0][torch.arange(len(ids)), indices]).squeeze(1)",
        loses=["padding", "lengths_on_gpu"],
    ),
    gru(
        "cut_at_the_longest_sentence",
        "The batch is cut at its longest sentence and not packed: the logits depend on the other sentences.",
        "return self.linear(self.rnn(x[:, : int(lengths.max())])[0][torch.arange(len(ids)), indices]).squeeze(1)",
        loses=["padding"],
    ),
    gru(
        "batch_first_forgotten_in_the_layer",
        "The unpacked padded batch is read along the wrong axis: sentences run into one another.",
        "return self.linear(self.rnn(x)[0][torch.arange(len(ids)), indices]).squeeze(1)",
        GRU_LAYERS.replace("batch_first=True, ", ""),
        loses=ALL_OF_GRU[1:],
    ),
    gru(
        "batch_first_forgotten_in_packing",
        "Packing takes the words for the batch, and says that a length exceeds the dimension.",
        (PACKED + READ).replace("lengths.cpu(), batch_first=True", "lengths.cpu()"),
        loses=ALL_OF_GRU[1:],
    ),
    gru(
        "sorted_lengths_wanted",
        "Packing is not told that the lengths come in any order.",
        (PACKED + READ).replace(", enforce_sorted=False", ""),
        loses=["order"],
    ),
    gru(
        "lengths_left_on_the_gpu",
        "The lengths are not brought to the processor: an error on a GPU only.",
        (PACKED + READ).replace("lengths.cpu()", "lengths"),
        loses=["lengths_on_gpu"],
    ),
    gru(
        "lengths_through_numpy",
        "NumPy reads no tensor of a GPU: an error there only.",
        (PACKED + READ).replace("lengths.cpu()", "lengths.numpy()"),
        loses=["lengths_on_gpu"],
    ),
    gru(
        "hidden_size_not_doubled",
        "The linear layer expects the units of one direction: no prediction can be made.",
        layers=GRU_LAYERS.replace("2 * hidden_size", "hidden_size"),
        loses=ALL_OF_GRU,
    ),
    gru(
        "hidden_size_by_heart",
        "Always 100 units.",
        layers=GRU_LAYERS.replace("hidden_size", "100"),
        loses=["units"],
    ),
    read_packed(
        "squeeze_breaks_a_batch_of_one",
        "squeeze() without a dimension makes a batch of one a scalar.",
        "return self.linear(states[rows, indices]).squeeze()",
        ["shape"],
    ),
    read_packed(
        "probability_for_a_logit",
        "A sigmoid that the loss applies once more.",
        "return torch.sigmoid(self.linear(states[rows, indices])).squeeze(1)",
        ["logit"],
    ),
    read_packed(
        "logit_between_minus_one_and_one",
        "A hyperbolic tangent after the linear layer: a logit close to zero is hardly changed.",
        "return torch.tanh(self.linear(states[rows, indices])).squeeze(1)",
        ["logit"],
    ),
    gru(
        "size_of_vectors_by_heart",
        "The vectors are taken to be of dimension 50, as those of the notebook are.",
        layers=GRU_LAYERS.replace("embedding.embedding_dim", "50"),
        loses=["units"],
    ),
    gru(
        "word_gathered",
        "Lengths as a list, the word picked with gather.",
        """
        packed = pack_padded_sequence(x, lengths.tolist(), True, False)
        states = pad_packed_sequence(self.rnn(packed)[0], batch_first=True)[0]
        places = indices[:, None, None].expand(-1, 1, states.shape[2])
        return self.linear(states.gather(1, places)[:, 0]).view(-1)
        """,
    ),
    read_packed(
        "word_masked",
        "A mask and a sum instead of an index; the linear layer is applied everywhere first.",
        """
        is_word = torch.arange(states.shape[1], device=ids.device) == indices[:, None]
        return (self.linear(states).squeeze(-1) * is_word).sum(dim=1)
        """,
    ),
    gru(
        "word_contracted_in_a_method",
        "A method of one's own, einsum with one-hot places, dropout before the linear layer, names of one's own.",
        """
        one_hot = nn.functional.one_hot(indices, ids.size(1)).to(x.dtype)
        return self.score(torch.einsum("bt,bth->bh", one_hot, self.states_of(x, lengths)))
        """,
        """
        self.bigru = nn.GRU(input_size=50 if embedding is None else embedding.embedding_dim, hidden_size=hidden_size,
                            batch_first=True, bidirectional=True)
        self.out = nn.Sequential(nn.Dropout(0.2), nn.Linear(hidden_size * 2, 1), nn.Flatten(0))

        def states_of(x, lengths):
            packed = pack_padded_sequence(x, lengths.to("cpu"), batch_first=True, enforce_sorted=False)
            return pad_packed_sequence(self.bigru(packed)[0], batch_first=True, total_length=x.shape[1])[0]

        self.states_of, self.score = states_of, self.out
        """,
    ),
    gru(
        "batch_first_and_device_left_out",
        "A layer that is given packed sequences has no use for batch_first; rows on the processor index any device.",
        (PACKED + READ).replace(", device=ids.device", ""),
        GRU_LAYERS.replace("batch_first=True, ", ""),
    ),
    *(
        gru(
            f"batch_first_{name}_in_the_layer",
            "A layer that is given packed sequences has no use for batch_first.",
            REFERENCE_GRU,
            GRU_LAYERS.replace("batch_first=True, ", written),
        )
        for name, written in (("left_out", ""), ("false", "batch_first=False, "))
    ),
    gru(
        "rows_on_the_processor",
        "Rows on the processor index any device.",
        REFERENCE_GRU.replace(", device=ids.device", ""),
    ),
    gru(
        "sorted_by_hand",
        "Sorted by length and put back in order; time first, in the layer and after it.",
        """
        sizes, order = lengths.cpu().sort(descending=True)
        packed = pack_padded_sequence(x[order].transpose(0, 1), sizes)
        states = pad_packed_sequence(self.rnn(packed)[0])[0][:, order.argsort()]
        return self.linear(states[indices, torch.arange(len(ids), device=ids.device)])[..., 0]
        """,
        GRU_LAYERS.replace("batch_first=True, ", ""),
    ),
    *(
        gru(
            f"sorted_where_they_are_{name}",
            "Lengths sorted on their device, then brought to the processor.",
            f"""
            {order}
            packed = pack_padded_sequence({packed}, batch_first=True)
            states = pad_packed_sequence(self.rnn(packed)[0], batch_first=True)[0][order.argsort()]
            return self.linear(states[torch.arange(len(ids), device=ids.device), indices]).squeeze(1)
            """,
        )
        for name, order, packed in (
            ("argsort", "order = lengths.argsort(descending=True)", "x[order], lengths[order].cpu()"),
            ("sort", "ordered, order = lengths.sort(descending=True)", "x[order], ordered.cpu()"),
            ("list", "order = lengths.argsort(descending=True)", "x[order], lengths[order].tolist()"),
            (
                "select",
                "_, order = torch.sort(lengths, descending=True)",
                "x.index_select(0, order), lengths.index_select(0, order).cpu()",
            ),
        )
    ),
    gru(
        "sorted_and_left_on_the_gpu",
        "Sorted lengths that stay on the GPU.",
        """
        ordered, order = lengths.sort(descending=True)
        packed = pack_padded_sequence(x[order], ordered, batch_first=True)
        states = pad_packed_sequence(self.rnn(packed)[0], batch_first=True)[0][order.argsort()]
        return self.linear(states[torch.arange(len(ids), device=ids.device), indices]).squeeze(1)
        """,
        loses=["lengths_on_gpu"],
    ),
    gru(
        "linear_of_a_size_to_come",
        "A linear layer that finds the number of its inputs.",
        layers=GRU_LAYERS.replace("nn.Linear(2 * hidden_size, 1)", "nn.LazyLinear(1)"),
    ),
    gru(
        "sentence_by_sentence",
        "No padding at all: one sentence at a time, a list stacked at the end.",
        """
        logits = []
        for vectors, length, index in zip(x, lengths.tolist(), indices.tolist()):
            states = self.rnn(vectors[:length])[0]
            logits.append(self.linear(states[index])[0])
        return torch.stack(logits)
        """,
    ),
]

TRAINING_STEP = """
ids, lengths, labels, indices = batch
loss = nn.functional.binary_cross_entropy_with_logits(self(ids, lengths, indices), labels)
self.log("train_loss", loss, on_step=False, on_epoch=True)
return loss
"""
VALIDATION_STEP = """
ids, lengths, labels, indices = batch
logits = self(ids, lengths, indices)
self.log("val_loss", nn.functional.binary_cross_entropy_with_logits(logits, labels))
self.log("val_accuracy", ((logits > 0) == labels).float().mean())
"""
ADAM = "return torch.optim.Adam(self.parameters(), lr=self.learning_rate)"


def module(
    name: str,
    why: str,
    loses: tuple | list = (),
    training: str = TRAINING_STEP,
    validation: str = VALIDATION_STEP,
    optimizer: str = ADAM,
) -> Answer:
    """Return an answer to question 6."""
    return answer(name, why, "module", [training, validation, optimizer], loses)


MODULE = [
    module(
        "bias_left_out",
        "Adam is given the weights of the linear layer, without its bias.",
        ["optimizer"],
        optimizer="return torch.optim.Adam([self.linear.weight], lr=self.learning_rate)",
    ),
    module(
        "sigmoid_before_a_loss_of_logits",
        "Probabilities where the loss wants logits.",
        ["loss"],
        training=TRAINING_STEP.replace("self(ids, lengths, indices)", "torch.sigmoid(self(ids, lengths, indices))"),
    ),
    module(
        "summed_loss",
        "The loss is a sum: its gradient grows with the batch.",
        ["loss"],
        training=TRAINING_STEP.replace(", labels)\n", ", labels, reduction='sum')\n"),
    ),
    module(
        "each_batch_logged",
        "Without its options, log writes the loss of a batch now and then.",
        ["logged_loss"],
        training=TRAINING_STEP.replace(", on_step=False, on_epoch=True", ""),
    ),
    module(
        "batch_and_epoch_logged",
        "Two columns instead of one, and none is named train_loss.",
        ["logged_loss"],
        training=TRAINING_STEP.replace("on_step=False", "on_step=True"),
    ),
    module(
        "threshold_of_a_probability",
        "A logit is compared with one half.",
        ["validation"],
        validation=VALIDATION_STEP.replace("> 0", "> 0.5"),
    ),
    module(
        "validation_loss_named_otherwise",
        "The loss is logged as valid_loss.",
        ["validation"],
        validation=VALIDATION_STEP.replace('"val_loss"', '"valid_loss"'),
    ),
    module(
        "validation_through_the_training_step",
        "The training loss is logged in validation too.",
        ["validation"],
        validation="""
        ids, lengths, labels, indices = batch
        self.log("val_loss", self.training_step(batch, batch_idx))
        self.log("val_accuracy", ((self(ids, lengths, indices) > 0) == labels).float().mean())
        """,
    ),
    module(
        "metric_given_logits",
        "torchmetrics takes for probabilities logits that all lie between 0 and 1.",
        ["validation"],
        validation=VALIDATION_STEP.replace(
            "((logits > 0) == labels).float().mean()", "binary_accuracy(logits, labels.int())"
        ).replace("\n", "\nfrom torchmetrics.functional.classification import binary_accuracy\n", 1),
    ),
    module(
        "metric_given_probabilities",
        "The same metric after a sigmoid.",
        validation=VALIDATION_STEP.replace(
            "((logits > 0) == labels).float().mean()", "binary_accuracy(logits.sigmoid(), labels.int())"
        ).replace("\n", "\nfrom torchmetrics.functional.classification import binary_accuracy\n", 1),
    ),
    module(
        "weights_that_decay",
        "Adam, with a penalty that is not asked for.",
        ["optimizer"],
        optimizer="return torch.optim.Adam(self.parameters(), lr=self.learning_rate, weight_decay=1e-4)",
    ),
    module(
        "adamw",
        "Adam with decoupled weight decay.",
        ["optimizer"],
        optimizer="return torch.optim.AdamW(self.parameters(), lr=self.learning_rate)",
    ),
    module(
        "plain_gradient_descent",
        "SGD, not Adam.",
        ["optimizer"],
        optimizer="return torch.optim.SGD(self.parameters(), lr=self.learning_rate)",
    ),
    module(
        "learning_rate_by_heart",
        "Adam with its own step.",
        ["optimizer"],
        optimizer="return torch.optim.Adam(self.parameters())",
    ),
    module(
        "loss_by_hand_in_a_dictionary",
        "Probabilities and logarithms, log_dict, a dictionary returned, the optimiser in a list.",
        training="""
        ids, lengths, labels, indices = batch
        p = torch.sigmoid(self.forward(ids, lengths, indices))
        loss = -(labels * p.log() + (1 - labels) * (1 - p).log()).mean()
        self.log_dict({"train_loss": loss}, on_epoch=True, on_step=False, batch_size=labels.numel(), prog_bar=True)
        return {"loss": loss}
        """,
        validation="""
        *inputs, labels, places = batch
        logits = self(*inputs, places)
        right = torch.sigmoid(logits).round() == labels
        loss = nn.BCEWithLogitsLoss()(logits, labels)
        self.log_dict({"val_accuracy": right.sum() / len(labels), "val_loss": loss}, batch_size=len(labels))
        return loss
        """,
        optimizer="return [torch.optim.Adam(self.linear.parameters(), self.learning_rate)], []",
    ),
    module(
        "zero_is_a_verb",
        "A logit that is exactly zero answers verb, where the statement wants it above zero.",
        ["validation"],
        training="""
        ids, lengths, labels, indices = batch
        logits = self(ids, lengths, indices)
        loss = nn.functional.binary_cross_entropy_with_logits(logits, labels)
        self.log("train_loss", loss, on_step=False, on_epoch=True)
        return loss
        """,
        validation="""
        ids, lengths, labels, indices = batch
        logits = self(ids, lengths, indices)
        loss = nn.functional.binary_cross_entropy_with_logits(logits, labels)
        self.log("val_loss", loss)
        self.log("val_accuracy", ((logits >= 0) == labels).float().mean())
        """,
    ),
]

FIT = """
logger = CSVLogger("lightning_logs", name=name)
trainer = L.Trainer(max_epochs=num_epochs, logger=logger, **TRAINER_OPTIONS)
trainer.fit(model, train_batches, val_batches)
return logger
"""


def trained(name: str, why: str, loses: tuple | list, change: tuple[str, str]) -> Answer:
    """Return the usual answer to question 7 with one text replaced."""
    return answer(name, why, "train", FIT.replace(*change), loses)


TRAIN = [
    trained("validation_not_given", "The trainer never sees the validation.", ["validation"], (", val_batches)", ")")),
    trained(
        "parts_exchanged",
        "Trained on the validation, validated on the training.",
        ["weights", "validation"],
        ("train_batches, val_batches)", "val_batches, train_batches)"),
    ),
    trained(
        "validated_on_the_training",
        "What is logged as validation is measured on the training sentences.",
        ["validation"],
        ("train_batches, val_batches)", "train_batches, train_batches)"),
    ),
    trained("epochs_of_the_lab", "Those of the lab.", ["weights", "validation"], ("=num_epochs", "=NUM_EPOCHS")),
    trained("epochs_by_heart", "Always two epochs.", ["weights", "validation"], ("=num_epochs", "=2")),
    trained(
        "stopped_early",
        "Training stops where validation no longer improves.",
        ["weights"],
        ("=num_epochs", "=num_epochs, callbacks=[L.pytorch.callbacks.EarlyStopping('val_loss')]"),
    ),
    trained(
        "ten_batches_an_epoch",
        "A limit that was there to try.",
        ["weights"],
        ("=num_epochs", "=num_epochs, limit_train_batches=10"),
    ),
    trained("name_ignored", "Every run has the same name.", ["journal"], ("name=name", 'name="essai"')),
    trained("trainer_returned", "The trainer, not its log.", ["journal"], ("return logger", "return trainer")),
    trained(
        "journal_not_given",
        "The trainer does not know the log.",
        ["validation", "journal", "nothing_else"],
        ("logger=logger", "logger=False"),
    ),
    trained(
        "weights_written",
        "An option of TRAINER_OPTIONS is overridden: the weights are written beside the log.",
        ["nothing_else"],
        ("**TRAINER_OPTIONS", '**{**TRAINER_OPTIONS, "enable_checkpointing": True}'),
    ),
    trained("options_forgotten", "Lightning's own bar, and weights.", ["nothing_else"], (", **TRAINER_OPTIONS", "")),
    answer(
        "best_weights_kept",
        "The weights of the best epoch in validation are put back.",
        "train",
        """
        best = {"loss": float("inf")}

        class Keep(L.Callback):
            def on_validation_epoch_end(self, trainer, module):
                loss = float(trainer.callback_metrics["val_loss"])
                if loss < best["loss"]:
                    best.update(loss=loss, weights={k: v.clone() for k, v in module.state_dict().items()})

        logger = CSVLogger("lightning_logs", name=name)
        L.Trainer(max_epochs=num_epochs, logger=logger, callbacks=[Keep()], **TRAINER_OPTIONS).fit(
            model, train_batches, val_batches
        )
        model.load_state_dict(best["weights"])
        return logger
        """,
        ["weights"],
    ),
    answer(
        "options_in_a_dictionary",
        "Keyword arguments gathered in a dictionary, a version of the log, the log taken back from the trainer.",
        "train",
        """
        options = dict(TRAINER_OPTIONS, max_epochs=num_epochs)
        options["logger"] = [CSVLogger(save_dir="lightning_logs", name=name, flush_logs_every_n_steps=1)]
        trainer = L.Trainer(**options)
        trainer.fit(model=model, train_dataloaders=train_batches, val_dataloaders=[val_batches])
        return trainer.logger
        """,
    ),
]

ADVANCED = [
    advanced(
        "states_without_gradient_advanced",
        "The states are detached: the recurrent layers learn nothing.",
        forward=PACKED + "return self.head(states[rows, indices].detach())[:, 0]",
        loses=["kinds"],
    ),
    advanced(
        "sequential_by_recursion",
        "A recursive function lists the layers, and the time comes first.",
        layers="""
        self.rnn = kinds[rnn_type](embedding.embedding_dim, hidden_size_rnn, n_rnn, bidirectional=True)
        """,
        head="""
        def build(width, rest):
            if not rest:
                return [nn.Linear(width, 1), nn.Flatten(0)]
            first, *others = rest
            return [nn.Linear(width, first), activation, *build(first, others)]


        self.head = nn.Sequential(*build(2 * hidden_size_rnn, sizes))
        """,
        forward="""
        packed = pack_padded_sequence(x.transpose(0, 1), lengths.cpu(), enforce_sorted=False)
        states, _ = pad_packed_sequence(self.rnn(packed)[0])
        return self.head(states[indices, torch.arange(len(indices), device=states.device)])
        """,
    ),
    advanced(
        "unknown_type_accepted",
        "Any other type is silently a GRU.",
        kind='kinds = {"rnn": nn.RNN, "lstm": nn.LSTM}\nkinds.setdefault(rnn_type, nn.GRU)',
        loses=["unknown_type"],
    ),
    advanced(
        "type_in_capitals_accepted",
        "The type is brought to lower case first.",
        kind="rnn_type = rnn_type.lower()\n" + KIND,
        loses=["unknown_type"],
    ),
    advanced(
        "type_found_by_its_name",
        "The name in capitals is looked for among the layers of PyTorch.",
        kind="""
        kind = getattr(nn, rnn_type.upper(), None)
        if kind is None:
            raise ValueError(rnn_type)
        """,
        layers=LAYERS.replace("kinds[rnn_type]", "kind"),
        loses=["unknown_type"],
    ),
    advanced(
        "sizes_not_counted_without_layers",
        "A size is accepted where no hidden layer is asked for.",
        sizes=SIZES.replace("if len", "if n_linear and len") + "sizes = sizes[:n_linear]\n",
        loses=["wrong_length"],
    ),
    advanced(
        "sizes_not_counted",
        "A tuple of any length is taken as it is.",
        sizes="sizes = [output_size_linear] * n_linear if isinstance(output_size_linear, int) else output_size_linear",
        loses=["wrong_length"],
    ),
    advanced(
        "longer_tuple_accepted",
        "Only the first sizes of a longer tuple are read.",
        sizes=SIZES.replace("!= n_linear", "< n_linear") + "sizes = sizes[:n_linear]\n",
        loses=["wrong_length"],
    ),
    advanced(
        "advanced_one_way",
        "The layers read from left to right only.",
        layers=LAYERS.replace(", bidirectional=True", ""),
        head=HEAD.replace("2 * hidden_size_rnn", "hidden_size_rnn"),
        loses=["at_word", "padding"],
    ),
    advanced(
        "advanced_state_of_the_last_step",
        "The state of each sentence's last word.",
        forward=(PACKED + READ_ADVANCED).replace("[rows, indices]", "[rows, lengths - 1]"),
        loses=["at_word", "padding"],
    ),
    advanced(
        "lstm_read_at_its_ends",
        "The last states of an LSTM, whatever word is asked about; those of the others are read at the word.",
        forward=joined(
            PACKED,
            """
            if isinstance(last, tuple):
                return self.head(torch.cat([last[0][-2], last[0][-1]], dim=1))[:, 0]
            """,
            READ_ADVANCED,
        ),
        loses=["at_word"],
    ),
    advanced(
        "advanced_logits_in_a_column",
        "One column too many.",
        forward=(PACKED + READ_ADVANCED).replace("[:, 0]", ""),
        loses=["at_word"],
    ),
    advanced(
        "advanced_padding_not_masked",
        "The padded batch is given to the layer as it is.",
        forward="return self.head(self.rnn(x)[0][torch.arange(len(ids)), indices])[:, 0]",
        loses=["padding"],
    ),
    advanced(
        "kinds_exchanged",
        "RNN and LSTM stand for one another.",
        kind=KIND.replace('"rnn": nn.RNN, "lstm": nn.LSTM', '"lstm": nn.RNN, "rnn": nn.LSTM'),
        loses=["kinds"],
    ),
    advanced(
        "gru_for_lstm",
        "An LSTM is a GRU.",
        kind=KIND.replace('"lstm": nn.LSTM', '"lstm": nn.GRU'),
        loses=["kinds"],
    ),
    advanced("always_one_layer", "n_rnn is ignored.", layers=LAYERS.replace("n_rnn", "1"), loses=["depth"]),
    advanced(
        "advanced_size_of_vectors_by_heart",
        "The vectors are taken to be of dimension 50, as those of the notebook are.",
        layers=LAYERS.replace("embedding.embedding_dim", "50"),
        loses=["kinds"],
    ),
    advanced(
        "one_way_after_the_first_layer",
        "The first layer reads both ways, the others from left to right.",
        layers="""
        self.rnn = kinds[rnn_type](embedding.embedding_dim, hidden_size_rnn, batch_first=True, bidirectional=True)
        self.rest = nn.ModuleList()
        for rank in range(1, n_rnn):
            width = hidden_size_rnn if rank > 1 else 2 * hidden_size_rnn
            self.rest.append(kinds[rnn_type](width, hidden_size_rnn, batch_first=True))
        """,
        head=HEAD.replace("[2 * hidden_size_rnn", "[hidden_size_rnn if n_rnn > 1 else 2 * hidden_size_rnn"),
        forward="""
        packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
        packed, _ = self.rnn(packed)
        for layer in self.rest:
            packed, _ = layer(packed)
        states, _ = pad_packed_sequence(packed, batch_first=True)
        return self.head(states[torch.arange(len(ids)), indices])[:, 0]
        """,
        loses=["at_word"],
    ),
    advanced(
        "one_hidden_layer_repeated",
        "Hidden layers of one shape are one and the same layer: a list of modules is multiplied.",
        head="""
        widths, same, layers = [2 * hidden_size_rnn, *sizes], {}, []
        for pair in zip(widths, widths[1:]):
            layers += [same.setdefault(pair, nn.Linear(*pair)), activation]
        self.head = nn.Sequential(*layers, nn.Linear(widths[-1], 1))
        """,
        loses=["same_size"],
    ),
    advanced(
        "layers_in_a_list",
        "A Python list hides the hidden layers from the optimiser.",
        head="""
        widths = [2 * hidden_size_rnn, *sizes]
        self.hidden = [nn.Linear(before, after) for before, after in zip(widths, widths[1:])]
        self.last, self.activation = nn.Linear(widths[-1], 1), activation
        """,
        forward=joined(
            PACKED,
            """
            h = states[rows, indices]
            for layer in self.hidden:
                h = self.activation(layer(h))
            return self.last(h)[:, 0]
            """,
        ),
        loses=["same_size", "sizes", "activations"],
    ),
    advanced(
        "one_layer_for_an_integer",
        "An integer stands for one hidden layer.",
        sizes=SIZES.replace("[output_size_linear] * n_linear", "[output_size_linear][:n_linear]").replace(
            "if len(sizes) != n_linear", "if len(sizes) != n_linear and not isinstance(output_size_linear, int)"
        ),
        loses=["same_size"],
    ),
    advanced(
        "sizes_in_the_other_order",
        "The last size comes first.",
        head=HEAD.replace("*sizes", "*sizes[::-1]"),
        loses=["sizes"],
    ),
    advanced(
        "no_activation",
        "The linear layers follow one another.",
        head=HEAD.replace(", activation]", "]"),
        loses=["activations"],
    ),
    advanced(
        "activation_between_layers_only",
        "The last hidden layer has no activation.",
        head=HEAD.replace("Sequential(*layers,", "Sequential(*layers[:-1],"),
        loses=["activations"],
    ),
    advanced(
        "another_activation_of_the_type",
        "An activation is built again without what was given to it.",
        head="activation = type(activation)()\n" + HEAD,
        loses=["activations"],
    ),
    advanced(
        "activation_copied",
        "Each hidden layer has its own copy.",
        head="import copy\n" + HEAD.replace(", activation]", ", copy.deepcopy(activation)]"),
    ),
    advanced(
        "linear_layers_of_sizes_to_come",
        "Linear layers that find the number of their inputs.",
        head="""
        layers = []
        for size in sizes:
            layers += [nn.LazyLinear(size), activation]
        self.head = nn.Sequential(*layers, nn.LazyLinear(1))
        """,
    ),
    advanced(
        "advanced_squeeze_breaks_a_batch_of_one",
        "squeeze() without a dimension makes a batch of one a scalar.",
        forward=(PACKED + READ_ADVANCED).replace("[:, 0]", ".squeeze()"),
        loses=["padding"],
    ),
    advanced(
        "activation_after_the_last_layer",
        "The logit goes through the activation.",
        head=HEAD.replace("nn.Linear(widths[-1], 1))", "nn.Linear(widths[-1], 1), activation)"),
        loses=["activations", "no_hidden_layer"],
    ),
    advanced(
        "at_least_one_hidden_layer",
        "An integer makes a hidden layer even where none is asked for.",
        sizes=SIZES.replace("* n_linear", "* max(1, n_linear)").replace(
            "!= n_linear", "!= n_linear and not isinstance(output_size_linear, int)"
        ),
        loses=["no_hidden_layer"],
    ),
    advanced(
        "built_of_the_first_network",
        "A class found by its name, modules in a ModuleList, layers named in the loop.",
        kind="""
        if rnn_type not in ("rnn", "lstm", "gru"):
            raise ValueError(rnn_type)
        kind = getattr(nn, rnn_type.upper())
        """,
        layers=LAYERS.replace("kinds[rnn_type]", "kind"),
        head="""
        self.activation, self.hidden = activation, nn.ModuleList()
        width = hidden_size_rnn * 2
        for size in sizes:
            self.hidden.append(nn.Linear(width, size))
            width = size
        self.output = nn.Linear(width, 1)
        """,
        forward=joined(
            PACKED,
            """
            h = states[rows, indices]
            for layer in self.hidden:
                h = self.activation(layer(h))
            return self.output(h).flatten()
            """,
        ),
    ),
    advanced(
        "one_module_a_layer",
        "One recurrent module a layer, packed all along; kinds in a match; sizes by repetition.",
        kind="""
        match rnn_type:
            case "rnn":
                kind = nn.RNN
            case "lstm":
                kind = nn.LSTM
            case "gru":
                kind = nn.GRU
            case _:
                raise ValueError(rnn_type)
        """,
        sizes="""
        if isinstance(output_size_linear, tuple):
            if len(output_size_linear) != n_linear:
                raise ValueError(output_size_linear)
            sizes = output_size_linear
        else:
            sizes = [output_size_linear for _ in range(n_linear)]
        """,
        layers="""
        inputs = [embedding.embedding_dim] + [2 * hidden_size_rnn] * (n_rnn - 1)
        self.layers = nn.ModuleList(kind(size, hidden_size_rnn, bidirectional=True) for size in inputs)
        """,
        head="""
        modules = nn.Sequential()
        for i, size in enumerate(sizes):
            modules.add_module(f"linear_{i}", nn.Linear(sizes[i - 1] if i else 2 * hidden_size_rnn, size))
            modules.add_module(f"activation_{i}", activation)
        modules.add_module("last", nn.Linear(sizes[-1] if n_linear else 2 * hidden_size_rnn, 1))
        self.head = modules
        """,
        forward="""
        states = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
        for layer in self.layers:
            states, _ = layer(states)
        states = pad_packed_sequence(states, batch_first=True)[0]
        return self.head(torch.stack([states[i, int(place)] for i, place in enumerate(indices)])).squeeze(1)
        """,
    ),
    *(
        answer(
            name,
            "Packing has no use for batch_first, rows index any device, lengths on a GPU are paid in question 5.",
            "advanced",
            [block.replace(old, new, 1) for block in REFERENCE_ADVANCED[:1]] + REFERENCE_ADVANCED[1:]
            if where == 0
            else REFERENCE_ADVANCED[:1] + [REFERENCE_ADVANCED[1].replace(old, new, 1)],
        )
        for name, where, old, new in (
            ("advanced_batch_first_left_out", 0, "batch_first=True, ", ""),
            ("advanced_batch_first_false", 0, "batch_first=True", "batch_first=False"),
            ("advanced_rows_on_the_processor", 1, ", device=ids.device", ""),
            ("advanced_lengths_as_they_come", 1, "lengths.cpu()", "lengths"),
        )
    ),
    advanced(
        "what_packing_or_question_5_decides",
        "batch_first changes nothing to packed sequences; lengths on a GPU are paid in question 5.",
        layers=LAYERS.replace("batch_first=True, ", ""),
        forward=(PACKED + READ_ADVANCED).replace("lengths.cpu()", "lengths").replace(", device=ids.device", ""),
    ),
]

CHOOSE = [
    answer(
        "chosen_on_the_test",
        "The model is the best one on the test, which every model is measured on.",
        "choose",
        """
        scores = {name: evaluate_on_test(name) for name in val_accuracy}
        name = max(scores, key=scores.get)
        return name, scores[name]
        """,
        ["best", "tie", "once"],
    ),
    answer(
        "last_name",
        "The largest of the names.",
        "choose",
        """
        name = max(val_accuracy)
        return name, evaluate_on_test(name)
        """,
        ["best", "tie"],
    ),
    answer(
        "chosen_on_rounded_accuracies",
        "The accuracies are compared as they are printed.",
        "choose",
        """
        name = max(val_accuracy, key=lambda name: round(val_accuracy[name], 2))
        return name, evaluate_on_test(name)
        """,
        ["best"],
    ),
    answer(
        "last_of_the_best",
        "The opposite rule where two models are equal.",
        "choose",
        """
        best = max(val_accuracy.values())
        name = [name for name in val_accuracy if val_accuracy[name] == best][-1]
        return name, evaluate_on_test(name)
        """,
        ["tie"],
    ),
    answer(
        "best_pair",
        "Pairs of accuracy and name are compared: the name decides where accuracies are equal.",
        "choose",
        """
        name = max((accuracy, name) for name, accuracy in val_accuracy.items())[1]
        return name, evaluate_on_test(name)
        """,
        ["tie"],
    ),
    answer(
        "measured_twice",
        "The test is read to print, and once more to return.",
        "choose",
        """
        name = max(val_accuracy, key=val_accuracy.get)
        print(f"test : {evaluate_on_test(name):.1%}")
        return name, evaluate_on_test(name)
        """,
        ["once"],
    ),
    answer(
        "validation_accuracy_returned",
        "The test is read, the validation returned.",
        "choose",
        """
        name = max(val_accuracy, key=val_accuracy.get)
        evaluate_on_test(name)
        return name, val_accuracy[name]
        """,
        ["accuracy"],
    ),
    answer(
        "best_so_far_above_none",
        "No model is chosen where no accuracy is above zero.",
        "choose",
        """
        name, best = None, 0
        for candidate, accuracy in val_accuracy.items():
            if accuracy > best:
                name, best = candidate, accuracy
        return name, evaluate_on_test(name)
        """,
        ["tie"],
    ),
    answer(
        "best_taken_out",
        "The chosen model is taken out of the table.",
        "choose",
        """
        name = max(val_accuracy, key=val_accuracy.get)
        val_accuracy.pop(name)
        return name, evaluate_on_test(name)
        """,
        ["best"],
    ),
    answer(
        "test_accuracy_rounded",
        "The accuracy is returned as it is printed.",
        "choose",
        """
        name = max(val_accuracy, key=val_accuracy.get)
        return name, round(evaluate_on_test(name), 3)
        """,
        ["accuracy"],
    ),
    answer(
        "best_so_far",
        "A loop that keeps the best so far; a list is returned.",
        "choose",
        """
        name, best = None, -1.0
        for candidate, accuracy in val_accuracy.items():
            if accuracy > best:
                name, best = candidate, accuracy
        return [name, evaluate_on_test(name)]
        """,
    ),
    answer(
        "sorted_accuracies",
        "A stable sort, in decreasing order.",
        "choose",
        """
        ((name, _), *_) = sorted(val_accuracy.items(), key=lambda item: -item[1])
        return name, np.float64(evaluate_on_test(name))
        """,
    ),
    answer(
        "argmax_of_an_array",
        "The first of the largest, with NumPy.",
        "choose",
        """
        names = list(val_accuracy)
        name = names[int(np.argmax([val_accuracy[name] for name in names]))]
        return name, float(evaluate_on_test(name))
        """,
    ),
]

OF_SEVERAL_QUESTIONS = [
    Answer(
        "error_of_ones_own",
        "A class derived from ValueError is raised; the recurrent layers are without biases, which nobody asks for.",
        blocks={
            "sol_preprocess": """
            class AnnotationError(ValueError):
                pass


            notes = {place: token.feats["POS"] for place, token in enumerate(sentence) if token.feats}
            if len(notes) != 1:
                raise AnnotationError(notes)
            ((index, tags),) = notes.items()
            ids = [vocabulary.get(token.form.casefold(), vocabulary[UNKNOWN]) for token in sentence]
            return torch.tensor(ids), {"VERB": 1}.get(*tags, 0), index
            """,
            "sol_advanced": [
                joined(
                    "class OptionError(ValueError):\n    pass\n\n",
                    (KIND + SIZES).replace("raise ValueError", "raise OptionError"),
                    LAYERS.replace("bidirectional=True", "bidirectional=True, bias=False"),
                    HEAD,
                ),
                PACKED + READ_ADVANCED,
            ],
        },
    ),
    Answer(
        "one_function_for_two_questions",
        "Question 8 calls the function that question 5 reads its states with, as its statement allows.",
        cells={
            "sol_gru": """
                def states_at_word(layer, x, lengths, indices):
                    packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
                    states, _ = pad_packed_sequence(layer(packed)[0], batch_first=True)
                    return states[torch.arange(len(x), device=x.device), indices]


                class RecurrentNeuralNetwork(WordClassifier):
                    def __init__(self, embedding=embedding, hidden_size=100):
                        super().__init__(embedding)
                        self.rnn = nn.GRU(
                            embedding.embedding_dim, hidden_size, batch_first=True, bidirectional=True
                        )
                        self.linear = nn.Linear(2 * hidden_size, 1)

                    def forward(self, ids, lengths, indices):
                        return self.linear(states_at_word(self.rnn, self.embedding(ids), lengths, indices))[:, 0]
            """
        },
        blocks={
            "sol_advanced": [
                joined(KIND, SIZES, LAYERS, HEAD),
                "return self.head(states_at_word(self.rnn, x, lengths, indices))[:, 0]",
            ]
        },
    ),
    Answer(
        "helpers_with_plain_names",
        "Functions of one's own, beside the ones asked for, under names that anyone would choose.",
        cells={
            "sol_preprocess": """
                def encode(sentence, vocabulary):
                    return [vocabulary.get(token.form.lower(), vocabulary[UNKNOWN]) for token in sentence]


                def label(token):
                    return int("VERB" in token.feats["POS"])


                def encode_sentence(sentence, vocabulary):
                    annotated = [place for place, token in enumerate(sentence) if token.feats]
                    if len(annotated) != 1:
                        raise ValueError("one annotated word, please")
                    return torch.tensor(encode(sentence, vocabulary)), label(sentence[annotated[0]]), annotated[0]
            """,
            "sol_dataset": """
                def lengths(sentences):
                    return torch.tensor([len(sentence) for sentence in sentences])


                def logits(network, states):
                    return network(states)[:, 0]


                class NounVerbDataset(Dataset):
                    def __init__(self, sentences, vocabulary, encode=encode_sentence):
                        self.sentences = sentences
                        self.examples = [encode(sentence, vocabulary) for sentence in sentences]

                    def __len__(self):
                        return len(self.examples)

                    def __getitem__(self, idx):
                        return self.examples[idx]


                def collate(batch):
                    ids, labels, indices = zip(*batch)
                    padded = pad_sequence(ids, batch_first=True)
                    return padded, lengths(ids), torch.tensor(labels).float(), torch.tensor(indices)
            """,
        },
        blocks={
            "sol_gru": [GRU_LAYERS, joined(PACKED, "return logits(self.linear, states[rows, indices])")],
        },
    ),
]

ANSWERS = [*ANALOGY, *PREPROCESS, *MAJORITY, *DATASET, *GRU, *MODULE, *TRAIN, *ADVANCED, *CHOOSE, *OF_SEVERAL_QUESTIONS]
