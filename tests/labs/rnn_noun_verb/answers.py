"""Answers to the noun-verb lab, with the points that each must lose.

Most test cells give the share of their probes that match: a probe of `test_gru` is worth half a point, as is one of
`test_advanced` and of `test_dataset`, one of `test_preprocess` three quarters, one of `test_analogy` one point.
"""

from instructor.labs.answers import Answer

GRU_LAYERS = """
self.rnn = nn.GRU(embedding.embedding_dim, hidden_size, batch_first=True, bidirectional=True)
self.linear = nn.Linear(2 * hidden_size, 1)
"""
PACKED = """
packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
states, last = self.rnn(packed)
states, _ = pad_packed_sequence(states, batch_first=True)
"""
ADVANCED_FORWARD = """
packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
states, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
return self.head(states[torch.arange(len(ids), device=ids.device), indices])[:, 0]
"""


def gru(name: str, why: str, points: float, forward: str, layers: str = GRU_LAYERS) -> Answer:
    """Return an answer to question 5 that loses `points` there."""
    return Answer(name, why, loses={"test_gru": points} if points else {}, blocks={"sol_gru": [layers, forward]})


WRONG = [
    gru("nothing_at_all", "All logits are zero: they change with nothing.", 4, "return torch.zeros(len(ids))", "pass"),
    gru(
        "layer_that_is_never_called",
        "A bag of words beside a recurrent layer that is only there to be counted.",
        2.5,
        """
        keep = (torch.arange(ids.shape[1]) < lengths[:, None]).float()
        own = x[torch.arange(len(ids)), indices].sum(dim=1)
        return own + self.rnn.weight_hh_l0.abs().mean() * (x * keep[..., None]).sum(dim=(1, 2))
        """,
    ),
    gru(
        "state_of_the_last_step",
        "The state of each sentence's last word, whatever word is asked about.",
        1,
        PACKED + "return self.linear(states[torch.arange(len(ids)), lengths - 1]).squeeze(1)",
    ),
    gru(
        "last_column_of_the_batch",
        "The last column of the unpacked batch, zeros for the shorter sentences.",
        1.5,
        PACKED + "return self.linear(states[:, -1]).squeeze(1)",
    ),
    gru(
        "backward_half_read_at_the_first_word",
        "The forward state is the word's, the backward one is the end of its pass, at the first word.",
        1,
        PACKED
        + """
forward = states[torch.arange(len(ids)), indices, : self.rnn.hidden_size]
return self.linear(torch.cat([forward, last[1]], dim=1)).squeeze(1)
""",
    ),
    gru(
        "padding_not_masked",
        "The padded batch is given to the layer as it is: the backward pass starts on padding.",
        1.5,
        "return self.linear(self.rnn(x)[0][torch.arange(len(ids)), indices]).squeeze(1)",
    ),
    gru(
        "batch_first_forgotten_in_the_layer",
        "The unpacked padded batch is read along the wrong axis: sentences run into one another.",
        2,
        "return self.linear(self.rnn(x)[0][torch.arange(len(ids)), indices]).squeeze(1)",
        GRU_LAYERS.replace("batch_first=True, ", ""),
    ),
    gru(
        "lengths_left_on_the_gpu",
        "The lengths are not brought to the processor: an error on a GPU only.",
        0.5,
        PACKED.replace("lengths.cpu()", "lengths")
        + "return self.linear(states[torch.arange(len(ids)), indices]).squeeze(1)",
    ),
    gru(
        "hidden_size_not_doubled",
        "The linear layer expects the units of one direction: no prediction can be made.",
        4,
        PACKED + "return self.linear(states[torch.arange(len(ids)), indices]).squeeze(1)",
        GRU_LAYERS.replace("2 * hidden_size", "hidden_size"),
    ),
    gru(
        "squeeze_breaks_a_batch_of_one",
        "squeeze() without a dimension makes a batch of one a scalar.",
        0.5,
        PACKED + "return self.linear(states[torch.arange(len(ids)), indices]).squeeze()",
    ),
    Answer(
        "labels_swapped",
        "1 stands for a noun: the trivial model and the training do not suffer, the label does.",
        loses={"test_preprocess": 0.75},
        blocks={
            "sol_preprocess": """
                annotated = [(place, token.feats["POS"]) for place, token in enumerate(sentence) if token.feats]
                if len(annotated) != 1:
                    raise ValueError("one annotated word, please")
                ids = [vocabulary.get(token.form.lower(), vocabulary[UNKNOWN]) for token in sentence]
                return torch.tensor(ids), int("VERB" not in annotated[0][1]), annotated[0][0]
            """
        },
    ),
    Answer(
        "case_kept_and_second_annotation_ignored",
        "Capitals make known words unknown, and the first annotated word is taken without a look at the others.",
        loses={"test_preprocess": 1.5},
        blocks={
            "sol_preprocess": """
                ids = [vocabulary.get(token.form, vocabulary[UNKNOWN]) for token in sentence]
                for index, token in enumerate(sentence):
                    if token.feats:
                        return torch.tensor(ids), int("VERB" in token.feats["POS"]), index
                raise ValueError("no annotated word")
            """
        },
    ),
    Answer(
        "analogy_with_the_question_among_the_answers",
        "The three words are not excluded, and the product is not divided by the norms.",
        loses={"test_analogy": 1},
        blocks={
            "sol_analogy": [
                None,
                """
                target = embeddings[a] + (embeddings[b] - embeddings[c])
                return embeddings.words[int((embeddings.vectors @ target).argmax())]
                """,
            ]
        },
    ),
    Answer(
        "majority_of_the_labels_to_predict",
        "The majority class is counted on the labels that are to be predicted.",
        loses={"test_majority": 1},
        blocks={
            "sol_majority": [
                None,
                "return max(sum(labels), len(labels) - sum(labels)) / len(labels)",
            ]
        },
    ),
    Answer(
        "lengths_after_padding",
        "Every length is that of the padded batch: packing keeps the padding.",
        loses={"test_dataset": 0.5},
        blocks={
            "sol_dataset": [
                None,
                None,
                """
                ids, labels, indices = zip(*batch)
                padded = pad_sequence(ids, batch_first=True)
                lengths = torch.full((len(ids),), padded.shape[1])
                return padded, lengths, torch.tensor(labels).float(), torch.tensor(indices)
                """,
            ]
        },
    ),
    Answer(
        "validation_not_given",
        "The trainer never sees the validation batches.",
        loses={"test_train": 1},
        blocks={
            "sol_train": """
                logger = CSVLogger("lightning_logs", name=name)
                L.Trainer(max_epochs=num_epochs, logger=logger, **TRAINER_OPTIONS).fit(model, train_batches)
                return logger
            """
        },
    ),
    Answer(
        "unknown_type_accepted",
        "Any other type is silently a GRU, and the sizes are not counted.",
        loses={"test_advanced": 0.5},
        blocks={
            "sol_advanced": [
                """
                kind = {"rnn": nn.RNN, "lstm": nn.LSTM}.get(rnn_type, nn.GRU)
                sizes = [output_size_linear] * n_linear if isinstance(output_size_linear, int) else output_size_linear
                features = embedding.embedding_dim
                self.rnn = kind(features, hidden_size_rnn, n_rnn, batch_first=True, bidirectional=True)
                widths = [2 * hidden_size_rnn, *sizes]
                layers = []
                for before, after in zip(widths, widths[1:]):
                    layers += [nn.Linear(before, after), activation]
                self.head = nn.Sequential(*layers, nn.Linear(widths[-1], 1))
                """,
                ADVANCED_FORWARD,
            ]
        },
    ),
    Answer(
        "chosen_on_the_test",
        "The model is the best one on the test, which every model is measured on.",
        loses={"test_choose": 1},
        blocks={
            "sol_choose": """
                scores = {name: evaluate_on_test(name) for name in val_accuracy}
                name = max(scores, key=scores.get)
                return name, scores[name]
            """
        },
    ),
]

RIGHT = [
    gru(
        "gather_and_two_layers_of_lengths_as_a_list",
        "Lengths as a list, the word picked with gather, the two halves named.",
        0,
        """
        packed = pack_padded_sequence(x, lengths.tolist(), True, False)
        states = pad_packed_sequence(self.rnn(packed)[0], batch_first=True)[0]
        places = indices[:, None, None].expand(-1, 1, states.shape[2])
        return self.linear(states.gather(1, places)[:, 0]).view(-1)
        """,
    ),
    Answer(
        "loops_and_one_sentence_at_a_time",
        "Loops instead of tensors, and a mask instead of an index for the word.",
        blocks={
            "sol_analogy": [
                "return float(np.dot(x, y) / np.sqrt(np.dot(x, x) * np.dot(y, y)))",
                """
                target = embeddings[a] - embeddings[c] + embeddings[b]
                norms = np.sqrt((embeddings.vectors**2).sum(axis=1)) * np.linalg.norm(target)
                order = np.argsort(-(embeddings.vectors @ target) / norms)
                return next(embeddings.words[row] for row in order if embeddings.words[row] not in {a, b, c})
                """,
            ],
            "sol_dataset": [
                None,
                None,
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
            "sol_gru": [
                GRU_LAYERS,
                PACKED
                + """
is_word = torch.arange(states.shape[1], device=ids.device) == indices[:, None]
return self.linear((states * is_word[:, :, None]).sum(dim=1)).flatten()
""",
            ],
            "sol_choose": """
                name, best = None, -1.0
                for candidate, accuracy in val_accuracy.items():
                    if accuracy > best:
                        name, best = candidate, accuracy
                return name, evaluate_on_test(name)
            """,
        },
    ),
]

ANSWERS = WRONG + RIGHT
