"""Answers to the lab on tweets, wrong and right, and what each must cost."""

from instructor.labs.answers import Answer

SPLIT = """
    parts = [[] for _ in ratios]
    for label in {classes}:
        rows = {rows}
        {cuts}
        for part, piece in zip(parts, np.split(rows, cuts), strict=True):
            part.append(piece)
    return [np.concatenate(part) for part in parts]
"""
TOKENIZER = r"""
    pattern = rf"{pattern}"
    replaced = {replaced}
    return [{result} for match in re.finditer(pattern, {text})]
"""
LINK, USER, REST = r"(?P<url>(?:https?://|www\.)\S+)", r"(?P<user>@\w+)", r"{EMOTICON}|{WORD}|\S"
ITOS = """
    words = {words}
    self.itos = [{reserved}, *words[:{size}]]
    self.stoi = {{word: number for number, word in enumerate(self.itos)}}
"""
BUCKETS = """
    order = np.argsort({keys})
    {batches}
    return {result}
"""
FORWARD = """
    vectors = {vectors}
    states, (last_state, _) = self.lstm(vectors)
    read = {read}
    return {output}
"""
TRAIN = """
    {mode}
    total_loss = num_tweets = 0
    for ids, lengths, labels in batches:
        loss = F.cross_entropy(model(ids, lengths), labels)
        {zero_grad}
        loss.backward()
        optimizer.step()
        total_loss += {added}
        num_tweets += len(labels)
    return {mean}
"""
FIT = """
    best_loss, best_weights, num_waited = {start}, None, 0
    for _ in range(max_epochs):
        train_loss = train_once(model)
        val_loss, val_accuracy = validate(model)
        {kept}
        num_waited += 1
        if {progress}:
            best_loss, best_weights = val_loss, {weights}
            {reset}
        if {ends}:
            break
    {end}
    return history
"""
KEPT = "for name, value in zip(history, "
CLASSIFY = """
    {words}
    if not ids:
        {empty}
    {mode}
    with torch.no_grad():
        logits = model(torch.tensor([ids], device=device), torch.tensor([{length}], device=device))
    probability, label = logits.softmax(dim=1)[0].max(dim=0)
    return {name}, {probability}
"""
INSERTION = """
    {start}
    sources = [word for word in words if word in synonyms]
    for _ in range(n if sources else 0):
        {insert}
    return longer
"""
SWAP = """
    {start}
    for _ in range({times}):
        {pair}
        swapped[i], swapped[j] = swapped[j], swapped[i]
    return swapped
"""
DELETION = """
    kept = [word for word, draw in zip(words, generator.random(len(words)), strict=True) if {stays}]
    if {is_empty}:
        kept = {one}
    {end}
"""
REPAIR = r"""
    try:
        repaired = {decoded}
    except {error}:
        repaired = text
    {steps}
    return {result}
"""
ENLARGE = """
    versions, targets = [], []
    for words, label in zip(tweets, labels, strict=True):
        {versions}
        {targets}
    return versions, np.array(targets)
"""
RUN = """
    rows, generator = {rows}, np.random.default_rng(seed)
    near = {near}
    versions, targets = enlarge(
        [tokenized[row] for row in rows],
        {labels},
        num_variants,
        lambda words, generator: augment(words, near, generator, {alpha}),
        {generator},
    )
    model = {model}
    history = learn(model, [vocab.encode(words) for words in versions], targets, {batches})
    return {score}
"""


def repair_with(
    decoded='text.encode("latin-1").decode("utf-8")',
    error="UnicodeError",
    steps='repaired = html.unescape(repaired).replace("’", "\'")',
    result=r're.sub("[\x80-\x9f]", "", repaired)',
):
    """Return the blocks of question 1, with a `repair` in which one step may be wrong."""
    return [None, REPAIR.format(decoded=decoded, error=error, steps=steps, result=result)]


def enlarge_with(
    versions="versions += [words] + [vary(words, generator) for _ in range(num_variants)]",
    targets="targets += [label] * (num_variants + 1)",
):
    """Return the blocks of question 10, with an `enlarge` in which one step may be wrong."""
    return [ENLARGE.format(versions=versions, targets=targets), None, None]


def run_with(**steps):
    """Return the blocks of question 10, with a `run` in which one step may be wrong."""
    right = {
        "rows": "sample(share, seed)",
        "near": "synonyms_of(rows)",
        "labels": "labels[rows]",
        "alpha": "alpha",
        "generator": "generator",
        "model": "new_model(seed)",
        "batches": "seed",
        "score": "evaluate(model, val_batches)[1]",
    }
    return [None, RUN.format(**right | steps), None]


def split_with(
    classes="np.unique(labels)",
    rows="generator.permutation(np.flatnonzero(labels == label))",
    cuts="cuts = np.round(np.cumsum(ratios)[:-1] * len(rows)).astype(int)",
):
    """Return a stratified split in which one step may be wrong."""
    return SPLIT.format(classes=classes, rows=rows, cuts=cuts)


def tokenizer_with(
    pattern=f"{LINK}|{USER}|{REST}",
    replaced='{"url": "<url>", "user": "<user>"}',
    result="replaced.get(match.lastgroup, match[0])",
    text="tweet.lower()",
):
    """Return a tokenizer in which one step may be wrong."""
    return TOKENIZER.format(pattern=pattern, replaced=replaced, result=result, text=text)


def itos_with(
    words="sorted(counter, key=lambda word: (-counter[word], word))", reserved='"<pad>", "<unk>"', size="max_size"
):
    """Return the blocks of question 3, with a numbering in which one step may be wrong."""
    return [ITOS.format(words=words, reserved=reserved, size=size), None, None]


def buckets_with(
    keys="lengths + generator.random(len(lengths))",
    batches="batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]",
    result="[batches[rank] for rank in generator.permutation(len(batches))]",
):
    """Return a `bucket_batches` in which one step may be wrong."""
    return [None, BUCKETS.format(keys=keys, batches=batches, result=result)]


def layers_with(
    embedding="vocab_size, embedding_dim, padding_idx=0",
    lstm="nn.LSTM(embedding_dim, hidden_size, batch_first=True)",
    output="hidden_size, 2",
):
    """Return the layers of the model, one of which may be wrong."""
    return f"""
        self.embedding = nn.Embedding({embedding})
        self.lstm = {lstm}
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear({output})
    """


def output_of(layers):
    """Return the layers of the model, the last one made of several."""
    return layers_with().replace("nn.Linear(hidden_size, 2)", f"nn.Sequential({layers})")


def forward_with(
    vectors="self.dropout(self.embedding(ids))",
    read="states[torch.arange(len(ids)), lengths - 1]",
    output="self.output(self.dropout(read))",
):
    """Return the blocks of question 5, with a `forward` in which one step may be wrong."""
    return [None, FORWARD.format(vectors=vectors, read=read, output=output)]


def train_with(
    mode="model.train()",
    zero_grad="optimizer.zero_grad()",
    added="loss.item() * len(labels)",
    mean="total_loss / num_tweets",
):
    """Return the blocks of question 6, with a training epoch in which one line may be wrong."""
    return [TRAIN.format(mode=mode, zero_grad=zero_grad, added=added, mean=mean), None]


def fit_with(
    start="math.inf",
    kept=f"{KEPT}(train_loss, val_loss, val_accuracy)): history[name].append(value)",
    progress="val_loss < best_loss",
    weights="copy.deepcopy(model.state_dict())",
    reset="num_waited = 0",
    ends="num_waited == patience",
    end="model.load_state_dict(best_weights)",
):
    """Return the blocks of question 6, with an early stopping in which one step may be wrong."""
    return [
        None,
        FIT.format(start=start, kept=kept, progress=progress, weights=weights, reset=reset, ends=ends, end=end),
    ]


def classify_with(
    words="ids = vocab.encode(tokenize(tweet))",
    empty='raise ValueError("Tweet vide.")',
    mode="model.eval()",
    length="len(ids)",
    name="CLASS_NAMES[label.item()]",
    probability="probability.item()",
):
    """Return a `classify_tweet` in which one step may be wrong."""
    parts = {"words": words, "empty": empty, "mode": mode, "length": length, "name": name, "probability": probability}
    return CLASSIFY.format(**parts)


def insertion_with(
    start="longer = list(words)",
    near="synonyms[sources[generator.integers(len(sources))]]",
    synonym="near[generator.integers(len(near))]",
    place="generator.integers(len(longer) + 1)",
):
    """Return the blocks of question 8, with an insertion in which one step may be wrong."""
    insert = f"near = {near}\n        longer.insert({place}, {synonym})"
    return [INSERTION.format(start=start, insert=insert), None, None]


def swap_with(
    start="swapped = list(words)",
    times="n if len(words) > 1 else 0",
    pair="i, j = generator.choice(len(words), size=2, replace=False)",
):
    """Return the blocks of question 8, with a swap in which one step may be wrong."""
    return [None, SWAP.format(start=start, times=times, pair=pair), None]


def deletion_with(
    stays="draw >= p", is_empty="words and not kept", one="[words[generator.integers(len(words))]]", end="return kept"
):
    """Return the blocks of question 8, with a deletion in which one step may be wrong."""
    return [None, None, DELETION.format(stays=stays, is_empty=is_empty, one=one, end=end)]


WRONG = [
    Answer(
        "rows_cut_at_commas",
        "A tweet with a comma is cut at it.",
        loses={"test_repair": ["rows"]},
        blocks={
            "sol_repair": [
                """
                rows = [line.rstrip().split(",") for line in file]
                return [row[5] for row in rows], np.array([int(row[-1]) for row in rows])
                """,
                None,
            ]
        },
    ),
    Answer(
        "mojibake_kept",
        "What was read in the wrong encoding stays so.",
        loses={"test_repair": ["mojibake"]},
        blocks={"sol_repair": repair_with(decoded="text")},
    ),
    Answer(
        "entities_before_mojibake",
        "The entities are replaced first: what they make is no UTF-8 read as Latin-1.",
        loses={"test_repair": ["mojibake"]},
        blocks={
            "sol_repair": [
                None,
                r"""
                text = html.unescape(text)
                try:
                    text = text.encode("latin-1").decode("utf-8")
                except UnicodeError:
                    print("no mojibake")
                return re.sub("[\x80-\x9f]", "", text.replace("’", "'"))
                """,
            ]
        },
    ),
    Answer(
        "characters_ignored",
        "What cannot be encoded or decoded is left out.",
        loses={"test_repair": ["untouched"]},
        blocks={"sol_repair": repair_with(decoded='text.encode("latin-1", "ignore").decode("utf-8", "ignore")')},
    ),
    Answer(
        "only_decoding_may_fail",
        "A heart cannot be encoded in Latin-1, and that stops everything.",
        loses={"test_repair": ["untouched"]},
        blocks={"sol_repair": repair_with(error="UnicodeDecodeError")},
    ),
    Answer(
        "apostrophe_before_entities",
        "The apostrophe that an entity makes stays curly.",
        loses={"test_repair": ["entities"]},
        blocks={"sol_repair": repair_with(steps="""repaired = html.unescape(repaired.replace("’", "'"))""")},
    ),
    Answer(
        "control_characters_kept",
        "What cannot be seen stays.",
        loses={"test_repair": ["controls"]},
        blocks={"sol_repair": repair_with(result="repaired")},
    ),
    Answer(
        "controls_and_their_neighbours",
        "One character too many at each end: the delete character and the no-break space go too.",
        loses={"test_repair": ["untouched", "controls"]},
        blocks={"sol_repair": repair_with(result=r're.sub("[\x7f-\xa0]", "", repaired)')},
    ),
    Answer(
        "lost_character_removed",
        "What is lost already is removed.",
        loses={"test_repair": ["untouched"]},
        blocks={"sol_repair": repair_with(result=r're.sub("[\x80-\x9f\ufffd]", "", repaired)')},
    ),
    Answer(
        "opening_quote_straightened",
        "Another curly mark becomes an apostrophe too.",
        loses={"test_repair": ["untouched"]},
        blocks={
            "sol_repair": repair_with(
                steps="""repaired = html.unescape(repaired).replace("’", "'").replace("\u2018", "'")"""
            )
        },
    ),
    Answer(
        "score_for_a_label",
        "The label is guessed from the score.",
        loses={"test_repair": ["rows"]},
        blocks={
            "sol_repair": [
                """
                rows = list(csv.reader(file))
                return [row[5] for row in rows], np.array([int(row[0]) // 4 for row in rows])
                """,
                None,
            ]
        },
    ),
    Answer(
        "category_for_a_label",
        "The label is guessed from the category.",
        loses={"test_repair": ["rows"]},
        blocks={
            "sol_repair": [
                """
                rows = list(csv.reader(file))
                return [row[5] for row in rows], np.array([int(row[6]) // 4 for row in rows])
                """,
                None,
            ]
        },
    ),
    Answer(
        "insertion_among_distinct_words",
        "A word written three times is drawn as often as a word written once.",
        loses={"test_eda": ["insertion_synonyms"]},
        blocks={
            "sol_eda": [
                """
                longer, sources = list(words), sorted({word for word in words if word in synonyms})
                for _ in range(n if sources else 0):
                    near = synonyms[sources[generator.integers(len(sources))]]
                    longer.insert(generator.integers(len(longer) + 1), near[generator.integers(len(near))])
                return longer
                """,
                None,
                None,
            ]
        },
    ),
    Answer(
        "insertion_from_one_pool",
        "A word of many synonyms is drawn more often.",
        loses={"test_eda": ["insertion_synonyms"]},
        blocks={
            "sol_eda": [
                """
                longer, pool = list(words), [near for word in words for near in synonyms.get(word, [])]
                for _ in range(n if pool else 0):
                    longer.insert(generator.integers(len(longer) + 1), pool[generator.integers(len(pool))])
                return longer
                """,
                None,
                None,
            ]
        },
    ),
    Answer(
        "insertion_gives_the_list_back",
        "Without synonyms, the list received is the one given back.",
        loses={"test_eda": ["insertion_is_pure"]},
        blocks={
            "sol_eda": [
                "\n    if not any(word in synonyms for word in words):\n        return words" + insertion_with()[0],
                None,
                None,
            ]
        },
    ),
    Answer(
        "swap_gives_the_list_back",
        "With fewer than two words, the list received is the one given back.",
        loses={"test_eda": ["swap_is_pure"]},
        blocks={"sol_eda": [None, "\n    if len(words) < 2:\n        return words" + swap_with()[1], None]},
    ),
    Answer(
        "deletion_gives_the_list_back",
        "The list received is given back where it has one word.",
        loses={"test_eda": ["deletion_is_pure"]},
        blocks={"sol_eda": [None, None, "\n    if len(words) == 1:\n        return words" + deletion_with()[2]]},
    ),
    Answer(
        "buckets_rolled",
        "The same order at each call, shifted.",
        loses={"test_buckets": ["composition"]},
        blocks={
            "sol_buckets": [
                None,
                """
                order = np.roll(np.argsort(lengths, kind="stable"), int(generator.integers(len(lengths))))
                batches = np.split(order, range(batch_size, len(order), batch_size))
                return [batches[rank] for rank in generator.permutation(len(batches))]
                """,
            ]
        },
    ),
    Answer(
        "ties_drawn_for_odd_lengths",
        "The tweets of even lengths always travel together.",
        loses={"test_buckets": ["composition"]},
        blocks={
            "sol_buckets": buckets_with(
                keys="lengths + np.where(lengths % 2, generator.random(len(lengths)), 0), kind='stable'"
            )
        },
    ),
    Answer(
        "length_counted_in_the_numbers",
        "The state read is that of the last number that is not 0, whatever lengths says.",
        loses={"test_model": ["last_state"]},
        blocks={"sol_model": forward_with(read="states[torch.arange(len(ids)), (ids != 0).sum(1) - 1]")},
    ),
    Answer(
        "links_replaced_first",
        "A link is replaced wherever it begins, even in a word.",
        loses={"test_tokenizer": ["links"]},
        blocks={
            "sol_tokenizer": r"""
            text = re.sub(r"https?://\S+", " \x00 ", tweet.lower())
            pattern = rf"(?P<url>\x00|www\.\S+)|(?P<user>@\w+)|{EMOTICON}|{WORD}|\S"
            replaced = {"url": "<url>", "user": "<user>"}
            return [replaced.get(match.lastgroup, match[0]) for match in re.finditer(pattern, text)]
            """
        },
    ),
    Answer(
        "typed_user_is_a_token",
        "A tag that the author typed is taken for one of ours.",
        loses={"test_tokenizer": ["names"]},
        blocks={"sol_tokenizer": tokenizer_with(pattern=f"{LINK}|(?P<user>@\\w+|<user>)|{REST}")},
    ),
    Answer(
        "vocab_without_tags",
        "The words that begin like a tag are left out.",
        loses={"test_vocab": ["frequency"]},
        blocks={
            "sol_vocab": itos_with(
                words="sorted((w for w in counter if w[0] != '<'), key=lambda word: (-counter[word], word))"
            )
        },
    ),
    Answer(
        "two_splits_only",
        "The generator chooses one of two splits.",
        loses={"test_split": ["draws"]},
        blocks={"sol_split": "\n    generator = np.random.default_rng(generator.integers(2))" + split_with()},
    ),
    Answer(
        "best_loss_of_a_thousand",
        "A loss above a thousand is never the best: no weights are kept.",
        loses={"test_train": ["best_weights"]},
        blocks={"sol_train": fit_with(start="1000", end="if best_weights: model.load_state_dict(best_weights)")},
    ),
    Answer(
        "blank_message",
        "The error says nothing: a blank.",
        loses={"test_classify": ["empty"]},
        blocks={"sol_classify": classify_with(empty='raise ValueError(" ")')},
    ),
    Answer(
        "repaired_again",
        "The text, already repaired, is repaired once more.",
        loses={"test_classify": ["what_is_read"]},
        blocks={"sol_classify": classify_with(words="ids = vocab.encode(tokenize(repair(tweet)))")},
    ),
    Answer(
        "copies_thrown_away",
        "A version that is another one again is not learned: exact copies are none.",
        loses={"test_experiment": ["copies"]},
        blocks={
            "sol_experiment": [
                None,
                """
                rows, kept = sample(share, seed), {}
                near = synonyms_of(rows)
                found, targets = enlarge(
                    [tokenized[row] for row in rows],
                    labels[rows],
                    num_variants,
                    lambda words, generator: augment(words, near, generator, alpha),
                    np.random.default_rng(seed),
                )
                for words, target in zip(found, targets, strict=True):
                    kept[(*words, int(target))] = vocab.encode(words), int(target)
                model, (ids, targets) = new_model(seed), zip(*kept.values(), strict=True)
                learn(model, list(ids), np.array(targets), seed)
                return evaluate(model, val_batches)[1]
                """,
                None,
            ]
        },
    ),
    Answer(
        "score_of_no_training",
        "A number of its own, and no model.",
        loses={"test_experiment": ["learning", "measured", "variants", "copies", "repeated", "other_seed"]},
        blocks={
            "sol_experiment": [None, "return {0: 0.66, 1: 0.671}.get(seed, 0.658) + 0.012 * (num_variants > 0)", None]
        },
    ),
    Answer(
        "score_of_a_known_model",
        "A model of an earlier question is measured, the seed adds some noise.",
        loses={"test_experiment": ["learning", "measured", "variants", "copies", "repeated", "other_seed"]},
        blocks={
            "sol_experiment": [
                None,
                "return evaluate(best_model, val_batches)[1] - 0.01 * np.random.default_rng(seed).random()",
                None,
            ]
        },
    ),
    Answer(
        "variants_replaced_by_their_tweets",
        "As many tweets as versions, none of which is a variant.",
        loses={"test_experiment": ["variants"]},
        blocks={
            "sol_experiment": [
                None,
                run_with()[1].replace(
                    "[vocab.encode(words) for words in versions], targets",
                    "[encoded[row] for row in rows] * (num_variants + 1), np.tile(labels[rows], num_variants + 1)",
                ),
                None,
            ]
        },
    ),
    Answer(
        "strength_never_zero",
        "With 0, variants as usual: no exact copies.",
        loses={"test_experiment": ["copies"]},
        blocks={"sol_experiment": run_with(alpha="alpha or 0.1")},
    ),
    Answer(
        "best_of_three_models",
        "Three models are learned where there are variants, the best one is kept.",
        loses={"test_experiment": ["measured"]},
        blocks={
            "sol_experiment": [
                None,
                """
                rows, generator = sample(share, seed), np.random.default_rng(seed)
                near, scores = synonyms_of(rows), []
                versions, targets = enlarge(
                    [tokenized[row] for row in rows],
                    labels[rows],
                    num_variants,
                    lambda words, generator: augment(words, near, generator, alpha),
                    generator,
                )
                for rank in range(3 if num_variants else 1):
                    model = new_model(seed + 1000 * rank)
                    learn(model, [vocab.encode(words) for words in versions], targets, seed)
                    scores.append(evaluate(model, val_batches)[1])
                return max(scores)
                """,
                None,
            ]
        },
    ),
    Answer(
        "half_of_the_seed",
        "Two seeds in a row make the same trial.",
        loses={"test_experiment": ["other_seed"]},
        blocks={"sol_experiment": [None, "\n    seed = seed // 2" + run_with()[1], None]},
    ),
    Answer(
        "tweets_that_depend_on_the_setting",
        "The same seed draws other tweets where there are variants.",
        loses={"test_experiment": ["repeated"]},
        blocks={"sol_experiment": run_with(rows="sample(share, seed + 1000 * num_variants)")},
    ),
    Answer(
        "weights_that_depend_on_the_setting",
        "The same seed draws other weights where there are variants.",
        loses={"test_experiment": ["repeated"]},
        blocks={"sol_experiment": run_with(model="new_model(seed + 1000 * num_variants)")},
    ),
    Answer(
        "only_the_share_changed",
        "More tweets, and nothing on their variants.",
        loses={"test_experiment": ["one_change"]},
        blocks={
            "sol_experiment": [
                None,
                None,
                """
                settings = {"un douzième": {}, "un sixième": {"share": 1 / 6}}
                seeds = [0, 1, 2]
                """,
            ]
        },
    ),
    Answer(
        "argument_without_effect",
        "An argument that `run` never reads.",
        loses={"test_experiment": ["one_change"]},
        cells={
            "sol_experiment": """
            def enlarge(tweets, labels, num_variants, vary, generator):
                versions = []
                for words in tweets:
                    versions += [words, *(vary(words, generator) for _ in range(num_variants))]
                return versions, np.repeat(labels, num_variants + 1)


            def run(seed, num_variants=2, alpha=0.1, share=1 / 12, is_magic=False):
                rows, generator = sample(share, seed), np.random.default_rng(seed)
                near, drawn = synonyms_of(rows), [tokenized[row] for row in rows]
                vary = lambda words, generator: augment(words, near, generator, alpha)
                versions, targets = enlarge(drawn, labels[rows], num_variants, vary, generator)
                model = new_model(seed)
                learn(model, [vocab.encode(words) for words in versions], targets, seed)
                return evaluate(model, val_batches)[1]


            settings = {"sans": {}, "avec": {"is_magic": True}}
            seeds = [0, 1, 2]
            """
        },
    ),
    Answer(
        "tweets_left_out_of_their_variants",
        "Only the variants are kept.",
        loses={"test_experiment": ["versions"]},
        blocks={
            "sol_experiment": enlarge_with(
                versions="versions += [vary(words, generator) for _ in range(num_variants)]",
                targets="targets += [label] * num_variants",
            )
        },
    ),
    Answer(
        "tweets_counted_among_their_variants",
        "Every tweet comes twice: as itself, and as a first variant.",
        loses={"test_experiment": ["versions"]},
        blocks={
            "sol_experiment": enlarge_with(
                versions="versions += [words, words] + [vary(words, generator) for _ in range(num_variants)]",
                targets="targets += [label] * (num_variants + 2)",
            )
        },
    ),
    Answer(
        "labels_of_other_tweets",
        "The labels are repeated one after the other, the versions tweet by tweet.",
        loses={"test_experiment": ["targets"]},
        blocks={
            "sol_experiment": [
                """
                versions = []
                for words in tweets:
                    versions += [words, *(vary(words, generator) for _ in range(num_variants))]
                return versions, np.tile(labels, num_variants + 1)
                """,
                None,
                None,
            ]
        },
    ),
    Answer(
        "one_variant_several_times",
        "The same variant of a tweet is taken again and again.",
        loses={"test_experiment": ["drawn"]},
        blocks={
            "sol_experiment": enlarge_with(versions="versions += [words] + [vary(words, generator)] * num_variants")
        },
    ),
    Answer(
        "variants_of_a_generator_of_its_own",
        "Other generators give the same variants.",
        loses={"test_experiment": ["drawn"]},
        blocks={
            "sol_experiment": [
                """
                chance, versions = np.random.default_rng(0), []
                for words in tweets:
                    versions += [words, *(vary(words, chance) for _ in range(num_variants))]
                return versions, np.repeat(labels, num_variants + 1)
                """,
                None,
                None,
            ]
        },
    ),
    Answer(
        "share_ignored",
        "The sample is always a twelfth of the tweets.",
        loses={"test_experiment": ["learning"]},
        blocks={"sol_experiment": run_with(rows="sample(1 / 12, seed)")},
    ),
    Answer(
        "weights_not_seeded",
        "The weights are drawn anew whatever the seed: a trial made again gives another score.",
        loses={"test_experiment": ["repeated"]},
        blocks={"sol_experiment": run_with(model="new_model(int(np.random.default_rng().integers(2**31)))")},
    ),
    Answer(
        "seed_ignored",
        "Every seed makes the same trial.",
        loses={"test_experiment": ["other_seed"]},
        blocks={
            "sol_experiment": run_with(
                rows="sample(share, 0)", generator="np.random.default_rng(0)", model="new_model(0)", batches="0"
            )
        },
    ),
    Answer(
        "same_tweets_for_each_seed",
        "The seed decides of the weights and of the variants, not of the sample.",
        loses={"test_experiment": ["other_seed"]},
        blocks={"sol_experiment": run_with(rows="sample(share, 0)")},
    ),
    Answer(
        "same_weights_for_each_seed",
        "Every seed starts from the same weights.",
        loses={"test_experiment": ["other_seed"]},
        blocks={"sol_experiment": run_with(model="new_model(0)")},
    ),
    Answer(
        "same_variants_for_each_seed",
        "Every seed draws the same variants.",
        loses={"test_experiment": ["other_seed"]},
        blocks={"sol_experiment": run_with(generator="np.random.default_rng(0)")},
    ),
    Answer(
        "same_batches_for_each_seed",
        "Every seed draws the same batches.",
        loses={"test_experiment": ["other_seed"]},
        blocks={"sol_experiment": run_with(batches="0")},
    ),
    Answer(
        "variants_not_seeded",
        "The variants are drawn anew whatever the seed.",
        loses={"test_experiment": ["repeated"]},
        blocks={"sol_experiment": run_with(generator="np.random.default_rng()")},
    ),
    Answer(
        "labels_of_the_first_tweets",
        "The tweets that are drawn get the labels of the first ones.",
        loses={"test_experiment": ["learning"]},
        blocks={"sol_experiment": run_with(labels="train_labels[: len(rows)]")},
    ),
    Answer(
        "measured_on_the_test",
        "The test, which was to choose nothing, decides.",
        loses={"test_experiment": ["measured"]},
        blocks={"sol_experiment": run_with(score="evaluate(model, test_batches)[1]")},
    ),
    Answer(
        "best_accuracy_of_the_history",
        "The highest accuracy met, not that of the weights that are kept.",
        loses={"test_experiment": ["measured"]},
        blocks={"sol_experiment": run_with(score='max(history["val_accuracy"])')},
    ),
    Answer(
        "synonyms_of_all_training_tweets",
        "The labels of tweets that were not drawn decide of the synonyms.",
        loses={"test_experiment": ["variants"]},
        blocks={"sol_experiment": run_with(near="synonyms")},
    ),
    Answer(
        "synonyms_not_filtered",
        "The raw neighbours are taken for synonyms.",
        loses={"test_experiment": ["variants"]},
        blocks={"sol_experiment": run_with(near="raw_neighbours")},
    ),
    Answer(
        "alpha_not_passed_on",
        "The strength of the variants is always the same.",
        loses={"test_experiment": ["variants", "copies"]},
        blocks={"sol_experiment": run_with(alpha="0.1")},
    ),
    Answer(
        "one_seed",
        "A single trial for each setting.",
        loses={"test_experiment": ["enough_seeds"]},
        blocks={
            "sol_experiment": [
                None,
                None,
                """
                settings = {"sans": {"num_variants": 0}, "avec": {"num_variants": 4}}
                seeds = [0]
                """,
            ]
        },
    ),
    Answer(
        "one_seed_thrice",
        "The same seed, three times.",
        loses={"test_experiment": ["enough_seeds"]},
        blocks={
            "sol_experiment": [
                None,
                None,
                """
                settings = {"sans": {"num_variants": 0}, "avec": {"num_variants": 4}}
                seeds = [7, 7, 7]
                """,
            ]
        },
    ),
    Answer(
        "two_arguments_changed",
        "Variants and their strength change together.",
        loses={"test_experiment": ["one_change"]},
        blocks={
            "sol_experiment": [
                None,
                None,
                """
                settings = {"sans": {"num_variants": 0}, "avec": {"num_variants": 4, "alpha": 0.3}}
                seeds = [0, 1, 2]
                """,
            ]
        },
    ),
    Answer(
        "split_not_stratified",
        "The examples are shuffled and cut, whatever their class.",
        loses={"test_split": ["shares"]},
        blocks={
            "sol_split": """
                rows = generator.permutation(len(labels))
                return np.split(rows, np.round(np.cumsum(ratios)[:-1] * len(rows)).astype(int))
            """
        },
    ),
    Answer(
        "split_for_two_classes",
        "The classes are taken for 0 and 1.",
        loses={"test_split": ["shares"]},
        blocks={"sol_split": split_with(classes="(0, 1)")},
    ),
    Answer(
        "split_in_the_order_of_the_file",
        "The first tweets of each class are for training: nothing is drawn.",
        loses={"test_split": ["draws"]},
        blocks={"sol_split": split_with(rows="np.flatnonzero(labels == label)")},
    ),
    Answer(
        "split_by_a_generator_of_its_own",
        "The same parts for every generator.",
        loses={"test_split": ["draws"]},
        blocks={"sol_split": split_with(rows="np.random.default_rng(0).permutation(np.flatnonzero(labels == label))")},
    ),
    Answer(
        "split_by_the_global_generator",
        "Chance does not come from the generator that is given.",
        loses={"test_split": ["draws"]},
        blocks={"sol_split": split_with(rows="np.random.permutation(np.flatnonzero(labels == label))")},
    ),
    Answer(
        "split_sizes_rounded_down",
        "Every size is rounded down, and the last part takes what is left.",
        loses={"test_split": ["rounding"]},
        blocks={"sol_split": split_with(cuts="cuts = np.cumsum([int(ratio * len(rows)) for ratio in ratios])[:-1]")},
    ),
    Answer(
        "split_forgets_the_remainder",
        "Every size is rounded down, and what is left is in no part.",
        loses={"test_split": ["complete"]},
        blocks={
            "sol_split": """
                parts = [[] for _ in ratios]
                for label in np.unique(labels):
                    rows = generator.permutation(np.flatnonzero(labels == label))
                    for part, ratio in zip(parts, ratios, strict=True):
                        size = int(ratio * np.sum(labels == label) + 1e-9)
                        part.extend(rows[:size])
                        rows = rows[size:]
                return [np.array(part) for part in parts]
            """
        },
    ),
    Answer(
        "links_end_at_punctuation",
        "A link is made of letters, digits, points, colons and slashes only.",
        loses={"test_tokenizer": ["links"]},
        blocks={"sol_tokenizer": tokenizer_with(rf"(?P<url>(?:https?://|www\.)[\w./:]+)|{USER}|{REST}")},
    ),
    Answer(
        "user_names_before_links",
        "What follows @ in a link becomes <user>, by replacements one after another.",
        loses={"test_tokenizer": ["links", "names"]},
        blocks={
            "sol_tokenizer": r"""
                text = re.sub(r"@\w+", " <user> ", tweet.lower())
                text = re.sub(r"\b(?:https?://|www\.)\S+", " <url> ", text)
                return re.findall(rf"<url>|<user>|{EMOTICON}|{WORD}|\S", text)
            """
        },
    ),
    Answer(
        "any_character_after_www",
        "The point of the pattern stands for any character.",
        loses={"test_tokenizer": ["links"]},
        blocks={"sol_tokenizer": tokenizer_with(rf"(?P<url>(?:https?://|www.)\S+)|{USER}|{REST}")},
    ),
    Answer(
        "link_of_nothing",
        "A link may stop at its first characters.",
        loses={"test_tokenizer": ["links"]},
        blocks={"sol_tokenizer": tokenizer_with(rf"(?P<url>(?:https?://|www\.)\S*)|{USER}|{REST}")},
    ),
    Answer(
        "link_up_to_the_next_space",
        "A link goes over tabs and ends of lines.",
        loses={"test_tokenizer": ["links"]},
        blocks={"sol_tokenizer": tokenizer_with(rf"(?P<url>(?:https?://|www\.)[^ ]+)|{USER}|{REST}")},
    ),
    Answer(
        "user_names_kept",
        "Every user name stays a word of its own.",
        loses={"test_tokenizer": ["names"]},
        blocks={"sol_tokenizer": tokenizer_with(f"{LINK}|@\\w+|{REST}")},
    ),
    Answer(
        "emoticons_fall_apart",
        "Emoticons are read as punctuation marks.",
        loses={"test_tokenizer": ["faces"]},
        blocks={"sol_tokenizer": tokenizer_with(rf"{LINK}|{USER}|{{WORD}}|\S")},
    ),
    Answer(
        "single_characters_before_emoticons",
        "The rule of the single character comes before the emoticons'.",
        loses={"test_tokenizer": ["faces"]},
        blocks={"sol_tokenizer": tokenizer_with(rf"{LINK}|{USER}|[^\w\s']|{REST}")},
    ),
    Answer(
        "contractions_kept_whole",
        "A word is letters and apostrophes.",
        loses={"test_tokenizer": ["words"]},
        blocks={"sol_tokenizer": tokenizer_with(rf"{LINK}|{USER}|{{EMOTICON}}|\w+(?:'\w+)?|\S")},
    ),
    Answer(
        "hash_dropped",
        "`#` is taken for a blank.",
        loses={"test_tokenizer": ["marks"]},
        blocks={"sol_tokenizer": tokenizer_with(rf"{LINK}|{USER}|{{EMOTICON}}|{{WORD}}|[^\s#]")},
    ),
    Answer(
        "marks_kept_together",
        "Punctuation marks that touch are one element.",
        loses={"test_tokenizer": ["marks"]},
        blocks={"sol_tokenizer": tokenizer_with(rf"{LINK}|{USER}|{{EMOTICON}}|{{WORD}}|[^\w\s]+")},
    ),
    Answer(
        "entities_replaced_again",
        "What the tweet shows as an entity is read as its character.",
        loses={"test_tokenizer": ["marks"]},
        blocks={"sol_tokenizer": tokenizer_with(text="html.unescape(tweet).lower()")},
    ),
    Answer(
        "case_kept",
        "The tweet is not put in lower case.",
        loses={"test_tokenizer": ["lower_case"]},
        blocks={"sol_tokenizer": tokenizer_with(text="tweet")},
    ),
    Answer(
        "lower_case_at_the_end",
        "The elements are put in lower case once they are cut: `:D` and `N'T` are not seen.",
        loses={"test_tokenizer": ["lower_case"]},
        blocks={
            "sol_tokenizer": tokenizer_with(result="replaced.get(match.lastgroup, match[0].lower())", text="tweet")
        },
    ),
    Answer(
        "alphabetical_only",
        "The frequencies are not looked at.",
        loses={"test_vocab": ["frequency"]},
        blocks={"sol_vocab": itos_with("sorted(counter)")},
    ),
    Answer(
        "rarest_first",
        "The sign of the frequency is forgotten.",
        loses={"test_vocab": ["frequency"]},
        blocks={"sol_vocab": itos_with("sorted(counter, key=lambda word: (counter[word], word))")},
    ),
    Answer(
        "ties_in_order_of_arrival",
        "`most_common` leaves words of equal frequency in the order in which they came.",
        loses={"test_vocab": ["ties"]},
        blocks={"sol_vocab": itos_with("[word for word, _ in counter.most_common()]")},
    ),
    Answer(
        "ties_in_opposite_order",
        "Sorting backwards also reverses the alphabet.",
        loses={"test_vocab": ["ties"]},
        blocks={"sol_vocab": itos_with("sorted(counter, key=lambda word: (counter[word], word), reverse=True)")},
    ),
    Answer(
        "ties_without_case",
        "Capitals are put among the small letters.",
        loses={"test_vocab": ["ties"]},
        blocks={"sol_vocab": itos_with("sorted(counter, key=lambda word: (-counter[word], word.lower()))")},
    ),
    Answer(
        "ties_cut_by_arrival",
        "The words that are kept are chosen before they are sorted.",
        loses={"test_vocab": ["ties"]},
        blocks={
            "sol_vocab": itos_with(
                "sorted(dict(counter.most_common(max_size)), key=lambda word: (-counter[word], word))"
            )
        },
    ),
    Answer(
        "max_size_counts_the_reserved_words",
        "Two words too few: the reserved ones are counted in max_size.",
        loses={"test_vocab": ["size"]},
        blocks={"sol_vocab": itos_with(size="max(0, max_size - 2)")},
    ),
    Answer(
        "reserved_words_exchanged",
        "<unk> is 0, <pad> is 1.",
        loses={"test_vocab": ["inverse"]},
        blocks={"sol_vocab": itos_with(reserved='"<unk>", "<pad>"')},
    ),
    Answer(
        "unknown_words_are_padding",
        "An unknown word gets the number of <pad>.",
        loses={"test_vocab": ["encode"]},
        blocks={"sol_vocab": [None, "return [self.stoi.get(word, 0) for word in words]", None]},
    ),
    Answer(
        "unknown_words_left_out",
        "An unknown word gets no number.",
        loses={"test_vocab": ["encode"]},
        blocks={"sol_vocab": [None, "return [self.stoi[word] for word in words if word in self.stoi]", None]},
    ),
    Answer(
        "unknown_words_learnt",
        "A word that is read enters the vocabulary.",
        loses={"test_vocab": ["encode"]},
        blocks={"sol_vocab": [None, "return [self.stoi.setdefault(word, 1) for word in words]", None]},
    ),
    Answer(
        "dictionary_that_grows",
        "The same, by a dictionary with a default.",
        loses={"test_vocab": ["encode"]},
        blocks={
            "sol_vocab": [
                itos_with()[0]
                + "\n    from collections import defaultdict; self.stoi = defaultdict(lambda: 1, self.stoi)",
                "return [self.stoi[word] for word in words]",
                None,
            ]
        },
    ),
    Answer(
        "vocabulary_of_all_tweets",
        "The words of validation and test are counted too.",
        loses={"test_vocab": ["training_part"]},
        blocks={
            "sol_vocab": [None, None, "return Vocab(Counter(word for words in tokenized for word in words), max_size)"]
        },
    ),
    Answer(
        "tweets_counted_instead_of_words",
        "A word counts once a tweet.",
        loses={"test_vocab": ["training_part"]},
        blocks={
            "sol_vocab": [
                None,
                None,
                "return Vocab(Counter(word for row in train_rows for word in set(tokenized[row])), max_size)",
            ]
        },
    ),
    Answer(
        "first_tweet_always_counted",
        "The first tweet is counted, in the training part or not.",
        loses={"test_vocab": ["training_part"]},
        blocks={
            "sol_vocab": [
                None,
                None,
                """
                rows = {0, *train_rows.tolist()}
                return Vocab(Counter(word for row in rows for word in tokenized[row]), max_size)
                """,
            ]
        },
    ),
    Answer(
        "max_size_forgotten",
        "The vocabulary always has room for 20,000 words.",
        loses={"test_vocab": ["training_part"]},
        blocks={
            "sol_vocab": [
                None,
                None,
                "return Vocab(Counter(word for row in train_rows for word in tokenized[row]), 20_000)",
            ]
        },
    ),
    Answer(
        "mean_of_the_shares",
        "The padding of the batches is averaged, as if they all had as many cells.",
        loses={"test_buckets": ["share"]},
        blocks={
            "sol_buckets": [
                "return float(np.mean([1 - lengths[batch].mean() / lengths[batch].max() for batch in batches]))",
                None,
            ]
        },
    ),
    Answer(
        "no_batch_at_all",
        "No batch holds no padding.",
        loses={"test_buckets": ["complete", "sizes", "little_padding", "order", "composition", "generator"]},
        blocks={"sol_buckets": [None, "return []"]},
    ),
    Answer(
        "plain_batches_again",
        "The tweets are shuffled, and their lengths not looked at.",
        loses={"test_buckets": ["little_padding", "order", "composition"]},
        blocks={"sol_buckets": buckets_with(keys="generator.random(len(lengths))")},
    ),
    Answer(
        "jitter_of_eight",
        "Chance up to 8 is added to the lengths: more than a quarter of the padding stays.",
        loses={"test_buckets": ["little_padding"]},
        blocks={"sol_buckets": buckets_with(keys="lengths + 8 * generator.random(len(lengths))")},
    ),
    Answer(
        "last_examples_dropped",
        "The last batch is made only when it is full.",
        loses={"test_buckets": ["complete"]},
        blocks={
            "sol_buckets": buckets_with(
                batches="""batches = [
                    order[start : start + batch_size] for start in range(0, len(order) - batch_size + 1, batch_size)
                ]"""
            )
        },
    ),
    Answer(
        "batches_of_equal_sizes",
        "As many batches as it takes, of almost equal sizes.",
        loses={"test_buckets": ["sizes"]},
        blocks={
            "sol_buckets": buckets_with(batches="batches = np.array_split(order, math.ceil(len(order) / batch_size))")
        },
    ),
    Answer(
        "batches_in_sorted_order",
        "Short tweets first, long ones last, at every epoch.",
        loses={"test_buckets": ["order"]},
        blocks={"sol_buckets": buckets_with(result="batches")},
    ),
    Answer(
        "longest_batch_last",
        "All the batches are shuffled, but the last.",
        loses={"test_buckets": ["order"]},
        blocks={
            "sol_buckets": buckets_with(
                result="[batches[rank] for rank in generator.permutation(len(batches) - 1)] + batches[-1:]"
            )
        },
    ),
    Answer(
        "batches_rotated",
        "The sorted batches start from one that is drawn.",
        loses={"test_buckets": ["order"]},
        blocks={
            "sol_buckets": buckets_with(
                batches="""batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
    start = generator.integers(len(batches))""",
                result="batches[start:] + batches[:start]",
            )
        },
    ),
    Answer(
        "same_order_every_epoch",
        "The batches are shuffled, always in the same way.",
        loses={"test_buckets": ["order"]},
        blocks={
            "sol_buckets": buckets_with(
                result="[batches[rank] for rank in np.random.default_rng(0).permutation(len(batches))]"
            )
        },
    ),
    Answer(
        "same_batches_every_epoch",
        "A stable sort: tweets of equal lengths always travel together.",
        loses={"test_buckets": ["composition"]},
        blocks={"sol_buckets": buckets_with(keys='lengths, kind="stable"')},
    ),
    Answer(
        "buckets_by_the_global_generator",
        "Chance does not come from the generator that is given.",
        loses={"test_buckets": ["generator"]},
        blocks={
            "sol_buckets": buckets_with(
                keys="lengths + np.random.random(len(lengths))",
                result="[batches[rank] for rank in np.random.permutation(len(batches))]",
            )
        },
    ),
    Answer(
        "two_words_too_many",
        "The embedding layer has two rows for <pad> and <unk> again.",
        loses={"test_model": ["layers"]},
        blocks={"sol_model": [layers_with(embedding="vocab_size + 2, embedding_dim, padding_idx=0"), None]},
    ),
    Answer(
        "two_layers",
        "The LSTM has two layers.",
        loses={"test_model": ["layers"]},
        blocks={
            "sol_model": [layers_with(lstm="nn.LSTM(embedding_dim, hidden_size, num_layers=2, batch_first=True)"), None]
        },
    ),
    Answer(
        "steps_before_batch",
        "The LSTM reads the batch as if it were the steps.",
        loses={"test_model": ["layers"]},
        blocks={"sol_model": [layers_with(lstm="nn.LSTM(embedding_dim, hidden_size)"), None]},
    ),
    Answer(
        "both_directions",
        "The LSTM also reads from right to left.",
        loses={"test_model": ["layers"]},
        blocks={
            "sol_model": [
                layers_with(
                    lstm="nn.LSTM(embedding_dim, hidden_size, batch_first=True, bidirectional=True)",
                    output="2 * hidden_size, 2",
                ),
                None,
            ]
        },
    ),
    Answer(
        "vector_of_padding_learns",
        "The embedding layer does not know which number is <pad>.",
        loses={"test_model": ["vector_of_padding"]},
        blocks={"sol_model": [layers_with(embedding="vocab_size, embedding_dim"), None]},
    ),
    Answer(
        "vector_of_padding_drawn_again",
        "Small vectors are drawn for all words, <pad> included.",
        loses={"test_model": ["vector_of_padding"]},
        blocks={"sol_model": [layers_with() + "    nn.init.normal_(self.embedding.weight, std=0.1)", None]},
    ),
    Answer(
        "probabilities_instead_of_logits",
        "A softmax at the end.",
        loses={"test_model": ["one_word"]},
        blocks={"sol_model": forward_with(output="self.output(self.dropout(read)).softmax(dim=1)")},
    ),
    Answer(
        "memory_instead_of_state",
        "The memory of the last real word is read, not its state.",
        loses={"test_model": ["one_word"]},
        blocks={
            "sol_model": [
                None,
                """
                packed = nn.utils.rnn.pack_padded_sequence(
                    self.dropout(self.embedding(ids)), lengths.cpu(), batch_first=True, enforce_sorted=False
                )
                return self.output(self.dropout(self.lstm(packed)[1][1][-1]))
                """,
            ]
        },
    ),
    Answer(
        "relu_before_the_output",
        "Negative components of the state are lost.",
        loses={"test_model": ["one_word"]},
        blocks={"sol_model": forward_with(output="self.output(F.relu(self.dropout(read)))")},
    ),
    Answer(
        "relu_in_the_output",
        "The same, hidden in the output layer.",
        loses={"test_model": ["one_word"]},
        blocks={"sol_model": [output_of("nn.ReLU(), nn.Linear(hidden_size, 2)"), None]},
    ),
    Answer(
        "softmax_in_the_output",
        "The output layer ends with a softmax.",
        loses={"test_model": ["one_word"]},
        blocks={"sol_model": [output_of("nn.Linear(hidden_size, 2), nn.Softmax(dim=1)"), None]},
    ),
    Answer(
        "dropout_in_the_output",
        "Dropout comes after the last layer, in the same module.",
        loses={"test_model": ["dropout_of_state"]},
        blocks={
            "sol_model": [
                output_of("nn.Linear(hidden_size, 2), nn.Dropout(dropout)"),
                """
                states, _ = self.lstm(self.dropout(self.embedding(ids)))
                return self.output(states[torch.arange(len(ids)), lengths - 1])
                """,
            ]
        },
    ),
    Answer(
        "state_at_the_padding",
        "The state after the last step of the batch, padding or not.",
        loses={"test_model": ["last_state"]},
        blocks={"sol_model": forward_with(read="states[:, -1]")},
    ),
    Answer(
        "state_of_the_word_before",
        "Lengths start at 1, indices at 0: one word too early.",
        loses={"test_model": ["last_state"]},
        blocks={"sol_model": forward_with(read="states[torch.arange(len(ids)), lengths - 2]")},
    ),
    Answer(
        "mean_of_the_states",
        "The states are averaged, padding included.",
        loses={"test_model": ["last_state"]},
        blocks={"sol_model": forward_with(read="states.mean(dim=1)")},
    ),
    Answer(
        "mean_of_the_real_states",
        "The states of the real words are averaged.",
        loses={"test_model": ["last_state"]},
        blocks={
            "sol_model": forward_with(
                read="(states * (ids > 0)[:, :, None]).sum(dim=1) / lengths[:, None]",
            )
        },
    ),
    Answer(
        "rows_left_sorted",
        "The tweets are sorted by length, and never put back in their order.",
        loses={"test_model": ["last_state"]},
        blocks={
            "sol_model": [
                None,
                """
                order = lengths.argsort(descending=True, stable=True)
                vectors = self.dropout(self.embedding(ids[order]))
                packed = nn.utils.rnn.pack_padded_sequence(vectors, lengths[order], batch_first=True)
                return self.output(self.dropout(self.lstm(packed)[1][0][-1]))
                """,
            ]
        },
    ),
    Answer(
        "no_dropout_on_the_words",
        "Dropout acts on the state only.",
        loses={"test_model": ["dropout_of_words"]},
        blocks={"sol_model": forward_with(vectors="self.embedding(ids)")},
    ),
    Answer(
        "no_dropout_on_the_state",
        "Dropout acts on the words only.",
        loses={"test_model": ["dropout_of_state"]},
        blocks={"sol_model": forward_with(output="self.output(read)")},
    ),
    Answer(
        "dropout_on_the_logits",
        "Dropout comes after the last layer.",
        loses={"test_model": ["dropout_of_state"]},
        blocks={"sol_model": forward_with(output="self.dropout(self.output(read))")},
    ),
    Answer(
        "dropout_never_silent",
        "A functional dropout that does not know the mode.",
        loses={"test_model": ["dropout_of_words", "dropout_of_state"]},
        blocks={
            "sol_model": forward_with(
                vectors="F.dropout(self.embedding(ids), self.dropout.p)",
                output="self.output(F.dropout(read, self.dropout.p))",
            )
        },
    ),
    Answer(
        "loss_divided_by_the_number_of_batches",
        "A sum over the tweets, divided by the number of batches.",
        loses={"test_train": ["mean_loss"]},
        blocks={"sol_train": train_with(mean="total_loss / sum(1 for _ in batches)")},
    ),
    Answer(
        "mean_of_the_means",
        "The losses of the batches are averaged, the last smaller one too.",
        loses={"test_train": ["mean_loss"]},
        blocks={"sol_train": train_with(added="loss.item()", mean="total_loss / sum(1 for _ in batches)")},
    ),
    Answer(
        "loss_is_a_tensor",
        "The loss is never made a number.",
        loses={"test_train": ["python_number"]},
        blocks={"sol_train": train_with(added="loss.detach() * len(labels)")},
    ),
    Answer(
        "gradients_never_cleared",
        "Gradients add up from one batch to the next.",
        loses={"test_train": ["steps"]},
        blocks={"sol_train": train_with(zero_grad="pass")},
    ),
    Answer(
        "trained_in_the_mode_it_has",
        "The model is not put in training mode.",
        loses={"test_train": ["mode"]},
        blocks={"sol_train": train_with(mode="pass")},
    ),
    Answer(
        "best_weights_not_copied",
        "The dictionary of weights that is kept goes on learning.",
        loses={"test_train": ["best_weights"]},
        blocks={"sol_train": fit_with(weights="model.state_dict()")},
    ),
    Answer(
        "best_weights_copied_at_the_surface",
        "The dictionary is copied, not its tensors.",
        loses={"test_train": ["best_weights"]},
        blocks={"sol_train": fit_with(weights="dict(model.state_dict())")},
    ),
    Answer(
        "best_loss_starts_at_one",
        "A loss above 1 is never the best.",
        loses={"test_train": ["stop", "best_weights"]},
        blocks={"sol_train": fit_with(start="1.0")},
    ),
    Answer(
        "weights_of_the_last_epoch",
        "Training stops in time, and the model stays as the last epoch left it.",
        loses={"test_train": ["best_weights"]},
        blocks={"sol_train": fit_with(end="pass")},
    ),
    Answer(
        "weights_restored_only_when_stopped_early",
        "After max_epochs, the model stays as the last epoch left it.",
        loses={"test_train": ["best_weights"]},
        blocks={
            "sol_train": fit_with(
                ends="num_waited == patience and not model.load_state_dict(best_weights).missing_keys", end="pass"
            )
        },
    ),
    Answer(
        "compared_with_the_epoch_before",
        "An epoch counts as progress when it beats the one before it.",
        loses={"test_train": ["stop"]},
        blocks={"sol_train": fit_with(progress="len(history['val_loss']) < 2 or val_loss < history['val_loss'][-2]")},
    ),
    Answer(
        "patience_never_renewed",
        "Bad epochs are counted from the start: progress does not reset the count.",
        loses={"test_train": ["stop"]},
        blocks={"sol_train": fit_with(reset="num_waited -= 1")},
    ),
    Answer(
        "one_epoch_too_many",
        "Training waits for one more epoch than patience says.",
        loses={"test_train": ["stop"]},
        blocks={"sol_train": fit_with(ends="num_waited > patience")},
    ),
    Answer(
        "patience_of_two_at_least",
        "A patience of 1 is taken for 2.",
        loses={"test_train": ["stop"]},
        blocks={"sol_train": fit_with(ends="num_waited == max(patience, 2)")},
    ),
    Answer(
        "equal_is_better",
        "An epoch as good as the best counts as progress.",
        loses={"test_train": ["stop"]},
        blocks={"sol_train": fit_with(progress="val_loss <= best_loss")},
    ),
    Answer(
        "training_loss_forgotten",
        "The history keeps the validation only.",
        loses={"test_train": ["histories"]},
        blocks={
            "sol_train": fit_with(
                kept="history['val_loss'].append(val_loss); history['val_accuracy'].append(val_accuracy)"
            )
        },
    ),
    Answer(
        "loss_and_accuracy_exchanged",
        "The loss is kept under the name of the accuracy.",
        loses={"test_train": ["histories"]},
        blocks={
            "sol_train": fit_with(kept=f"{KEPT}(train_loss, val_accuracy, val_loss)): history[name].append(value)")
        },
    ),
    Answer(
        "length_in_characters",
        "The length given is the text's.",
        loses={"test_classify": ["what_is_read"]},
        blocks={"sol_classify": classify_with(length="len(tweet)")},
    ),
    Answer(
        "length_without_the_last_word",
        "The length starts at 0.",
        loses={"test_classify": ["what_is_read"]},
        blocks={"sol_classify": classify_with(length="len(ids) - 1")},
    ),
    Answer(
        "tweet_cut_at_blanks",
        "The tweet is not cut as the training tweets were.",
        loses={"test_classify": ["what_is_read"]},
        blocks={"sol_classify": classify_with(words="ids = vocab.encode(tweet.lower().split())")},
    ),
    Answer(
        "words_in_another_order",
        "The words are sorted.",
        loses={"test_classify": ["what_is_read"]},
        blocks={"sol_classify": classify_with(words="ids = sorted(vocab.encode(tokenize(tweet)))")},
    ),
    Answer(
        "classes_exchanged",
        "Class 0 is said to be positive.",
        loses={"test_classify": ["names"]},
        blocks={"sol_classify": classify_with(name="CLASS_NAMES[1 - label.item()]")},
    ),
    Answer(
        "probability_of_positive_whatever_the_answer",
        "A tweet found negative comes with the probability that it is positive.",
        loses={"test_classify": ["probabilities"]},
        blocks={"sol_classify": classify_with(probability="logits.softmax(dim=1)[0, 1].item()")},
    ),
    Answer(
        "probability_is_a_tensor",
        "The probability is never made a number.",
        loses={"test_classify": ["probabilities"]},
        blocks={"sol_classify": classify_with(probability="probability")},
    ),
    Answer(
        "model_left_in_training_mode",
        "Dropout still acts while the tweet is read.",
        loses={"test_classify": ["mode"]},
        blocks={"sol_classify": classify_with(mode="pass")},
    ),
    Answer(
        "empty_tweet_read_as_padding",
        "A tweet without words is completed with <pad>, and gets an answer.",
        loses={"test_classify": ["empty"]},
        blocks={"sol_classify": classify_with(empty="ids = [0]")},
    ),
    Answer(
        "empty_tweet_without_a_word",
        "The error says nothing.",
        loses={"test_classify": ["empty"]},
        blocks={"sol_classify": classify_with(empty="raise ValueError")},
    ),
    Answer(
        "marks_are_no_words",
        "A tweet without a letter is said to be empty.",
        loses={"test_classify": ["empty"]},
        blocks={
            "sol_classify": classify_with(
                words="ids = vocab.encode(tokenize(tweet)) if re.search(r'\\w', tweet) else []"
            )
        },
    ),
    Answer(
        "unknown_words_are_no_words",
        "A tweet of unknown words is said to be empty.",
        loses={"test_classify": ["empty"]},
        blocks={
            "sol_classify": classify_with(
                words="ids = vocab.encode(tokenize(tweet)); ids = ids if max(ids, default=0) > 1 else []"
            )
        },
    ),
    Answer(
        "unknown_word_is_no_word",
        "A single unknown word is said to be none.",
        loses={"test_classify": ["empty"]},
        blocks={
            "sol_classify": classify_with(words="ids = vocab.encode(tokenize(tweet)); ids = ids if ids != [1] else []")
        },
    ),
    Answer(
        "empty_tweet_is_another_error",
        "An assertion, not a ValueError.",
        loses={"test_classify": ["empty"]},
        blocks={"sol_classify": classify_with(empty="raise AssertionError('Tweet vide.')")},
    ),
    Answer(
        "insertion_once_a_word",
        "Each word of the tweet is drawn once: three insertions at most where five are asked.",
        loses={"test_eda": ["insertion_size"]},
        blocks={
            "sol_eda": [
                """
                longer = list(words)
                sources = [word for word in words if word in synonyms]
                for word in generator.permutation(sources)[:n]:
                    longer.insert(generator.integers(len(longer) + 1), str(generator.choice(synonyms[word])))
                return longer
                """,
                None,
                None,
            ]
        },
    ),
    Answer(
        "insertion_of_words_of_the_tweet",
        "A word of the tweet is inserted again, not a synonym.",
        loses={"test_eda": ["insertion_synonyms"]},
        blocks={"sol_eda": insertion_with(near="sources")},
    ),
    Answer(
        "insertion_of_one_source",
        "One word is drawn, and its synonyms inserted n times.",
        loses={"test_eda": ["insertion_synonyms"]},
        blocks={
            "sol_eda": insertion_with(
                start="longer = list(words); drawn = generator.random()",
                near="synonyms[sources[int(drawn * len(sources))]]",
            )
        },
    ),
    Answer(
        "insertion_from_the_growing_tweet",
        "Synonyms that were inserted are drawn in their turn.",
        loses={"test_eda": ["insertion_sources"]},
        blocks={
            "sol_eda": insertion_with(near="synonyms[generator.choice([word for word in longer if word in synonyms])]")
        },
    ),
    Answer(
        "insertion_at_the_end",
        "Synonyms are added after the last word.",
        loses={"test_eda": ["insertion_places"]},
        blocks={"sol_eda": insertion_with(place="len(longer)")},
    ),
    Answer(
        "insertion_by_the_global_generator",
        "Places come from NumPy's global generator.",
        loses={"test_eda": ["insertion_is_pure"]},
        blocks={"sol_eda": insertion_with(place="np.random.randint(len(longer) + 1)")},
    ),
    Answer(
        "swap_of_a_word_with_itself",
        "Two places are drawn independently: at times the same one.",
        loses={"test_eda": ["swap_once"]},
        blocks={"sol_eda": swap_with(pair="i, j = generator.integers(len(words), size=2)")},
    ),
    Answer(
        "swap_once_only",
        "n is not looked at.",
        loses={"test_eda": ["swap_often"]},
        blocks={"sol_eda": swap_with(times="len(words) > 1")},
    ),
    Answer(
        "swap_of_neighbours",
        "A word and the next.",
        loses={"test_eda": ["swap_places"]},
        blocks={"sol_eda": swap_with(pair="i = generator.integers(len(words) - 1); j = i + 1")},
    ),
    Answer(
        "swap_changes_its_input",
        "The words of the list that was given are exchanged.",
        loses={"test_eda": ["swap_is_pure"]},
        blocks={"sol_eda": swap_with(start="swapped = words")},
    ),
    Answer(
        "swap_by_the_standard_library",
        "Places come from Python's global generator.",
        loses={"test_eda": ["swap_is_pure"]},
        blocks={"sol_eda": swap_with(pair="import random; i, j = random.sample(range(len(words)), 2)")},
    ),
    Answer(
        "p_is_the_probability_to_keep",
        "Words stay with probability p.",
        loses={"test_eda": ["deletion_rate"]},
        blocks={"sol_eda": deletion_with(stays="draw < p")},
    ),
    Answer(
        "deletion_can_return_nothing",
        "When every word goes, nothing is left.",
        loses={"test_eda": ["never_empty"]},
        blocks={"sol_eda": deletion_with(is_empty="False")},
    ),
    Answer(
        "first_word_kept",
        "When every word goes, the first stays.",
        loses={"test_eda": ["kept_at_random"]},
        blocks={"sol_eda": deletion_with(one="words[:1]")},
    ),
    Answer(
        "deletion_drawn_again",
        "When every word goes, all are drawn again.",
        loses={"test_eda": ["kept_at_random"]},
        blocks={"sol_eda": deletion_with(is_empty="words and not kept", one="random_deletion(words, p, generator)")},
    ),
    Answer(
        "deletion_by_the_global_generator",
        "Chance comes from NumPy's global generator.",
        loses={"test_eda": ["deletion_is_pure"]},
        blocks={"sol_eda": deletion_with(stays="np.random.random() >= p")},
    ),
    Answer(
        "inputs_changed_and_global_generator",
        "The lists that were given change; the places exchanged come from NumPy's global generator.",
        loses={"test_eda": ["insertion_is_pure", "swap_is_pure", "deletion_is_pure"]},
        blocks={
            "sol_eda": [
                insertion_with(start="longer = words")[0],
                swap_with(pair="i, j = np.random.permutation(len(words))[:2]")[1],
                deletion_with(end="words[:] = kept; return words")[2],
            ]
        },
    ),
    Answer(
        "short_tweets_fail",
        "No synonym, one word, no word: an error.",
        loses={"test_eda": ["insertion_size", "swap_often", "never_empty"]},
        blocks={
            "sol_eda": [
                insertion_with()[0].replace("n if sources else 0", "n"),
                swap_with(times="n")[1],
                deletion_with(is_empty="not kept")[2],
            ]
        },
    ),
    Answer(
        "chance_within_limits",
        "The nearest synonym, two neighbours, and one draw for all the words.",
        loses={"test_eda": ["insertion_synonyms", "swap_places", "deletion_rate"]},
        blocks={
            "sol_eda": [
                insertion_with(synonym="near[0]")[0],
                swap_with(pair="j = generator.integers(1, len(words)); i = j - 1")[1],
                deletion_with()[2].replace("generator.random(len(words))", "[generator.random()] * len(words)"),
            ]
        },
    ),
    Answer(
        "bounds_one_too_low",
        "The last place is never drawn: `integers` stops before its end.",
        loses={"test_eda": ["insertion_places", "swap_places"]},
        blocks={
            "sol_eda": [
                insertion_with(place="generator.integers(len(longer))")[0],
                swap_with(pair="i, j = generator.permutation(max(2, len(words) - 1))[:2]")[1],
                None,
            ]
        },
    ),
    Answer(
        "tweets_written_twice_read_once",
        "The rows are kept by text: two tweets that say the same are one.",
        loses={"test_repair": ["rows"]},
        blocks={
            "sol_repair": [
                """
                rows = {row[5]: row for row in csv.reader(file)}.values()
                return [row[5] for row in rows], np.array([int(row[7]) for row in rows])
                """,
                None,
            ]
        },
    ),
    Answer(
        "mojibake_again_and_again",
        "What was repaired is repaired again, as long as it can be.",
        loses={"test_repair": ["mojibake"]},
        blocks={
            "sol_repair": [
                None,
                r"""
                while not text.isascii():
                    try:
                        text = text.encode("latin-1").decode("utf-8")
                    except UnicodeError:
                        break
                text = html.unescape(text).replace("’", "'")
                return re.sub("[\x80-\x9f]", "", text)
                """,
            ]
        },
    ),
    Answer(
        "entities_of_entities",
        "`&amp;lt;` is replaced twice.",
        loses={"test_repair": ["entities"]},
        blocks={
            "sol_repair": repair_with(steps="""repaired = html.unescape(html.unescape(repaired)).replace("’", "'")""")
        },
    ),
    Answer(
        "controls_before_entities",
        "The control character that an entity makes stays.",
        loses={"test_repair": ["controls"]},
        blocks={
            "sol_repair": repair_with(
                steps=r'repaired = re.sub("[\x80-\x9f]", "", repaired)',
                result="""html.unescape(repaired).replace("’", "'")""",
            )
        },
    ),
    Answer(
        "split_draws_in_one_class_only",
        "The rows of class 0 are shuffled, those of the others stay in the order of the file.",
        loses={"test_split": ["draws"]},
        blocks={
            "sol_split": """
            parts = [[] for _ in ratios]
            for label in np.unique(labels):
                rows = np.flatnonzero(labels == label)
                if label == 0:
                    generator.shuffle(rows)
                cuts = np.round(np.cumsum(ratios)[:-1] * len(rows)).astype(int)
                for part, piece in zip(parts, np.split(rows, cuts), strict=True):
                    part.append(piece)
            return [np.concatenate(part) for part in parts]
            """
        },
    ),
    Answer(
        "longest_batch_first",
        "All the batches are shuffled but the longest, which comes first.",
        loses={"test_buckets": ["order"]},
        blocks={
            "sol_buckets": [
                None,
                """
                order = np.argsort(lengths + generator.random(len(lengths)))
                batches = np.split(order, range(batch_size, len(order), batch_size))
                return [batches[-1], *(batches[rank] for rank in generator.permutation(len(batches) - 1))]
                """,
            ]
        },
    ),
    Answer(
        "whole_words_dropped",
        "Dropout takes away whole vectors of words, not some of their components.",
        loses={"test_model": ["dropout_of_words"]},
        blocks={"sol_model": forward_with(vectors="self.embedding(ids) * self.dropout(torch.ones(*ids.shape, 1))")},
    ),
    Answer(
        "dropout_twice_on_the_state",
        "Two dropouts in a row: three components out of four are lost, not two.",
        loses={"test_model": ["dropout_of_state"]},
        blocks={"sol_model": forward_with(output="self.output(self.dropout(self.dropout(read)))")},
    ),
    Answer(
        "batch_of_one_squeezed",
        "A batch of one tweet gets a vector of logits, not a row.",
        loses={"test_model": ["one_word"]},
        blocks={"sol_model": forward_with(output="self.output(self.dropout(read)).squeeze()")},
    ),
    Answer(
        "state_kept_from_batch_to_batch",
        "The LSTM starts from the state that a batch of the same size left.",
        loses={"test_model": ["one_word"]},
        blocks={
            "sol_model": [
                None,
                """
                start = getattr(self, "kept", None)
                if start is not None and start[0].shape[1] != len(ids):
                    start = None
                states, (h, c) = self.lstm(self.dropout(self.embedding(ids)), start)
                self.kept = h.detach(), c.detach()
                return self.output(self.dropout(states[torch.arange(len(ids)), lengths - 1]))
                """,
            ]
        },
    ),
    Answer(
        "small_progress_ignored",
        "A loss that is better by less than a thousandth is said to be no better.",
        loses={"test_train": ["stop"]},
        blocks={"sol_train": fit_with(progress="val_loss < best_loss - 1e-3")},
    ),
    Answer(
        "insertions_no_more_than_words",
        "A tweet of six words gets six insertions at most.",
        loses={"test_eda": ["insertion_size"]},
        blocks={
            "sol_eda": [
                """
                longer = list(words)
                sources = [word for word in words if word in synonyms]
                for _ in range(min(n, len(words)) if sources else 0):
                    near = synonyms[sources[generator.integers(len(sources))]]
                    longer.insert(generator.integers(len(longer) + 1), near[generator.integers(len(near))])
                return longer
                """,
                None,
                None,
            ]
        },
    ),
    Answer(
        "insertion_at_the_places_of_the_start",
        "The places are those of the tweet before any insertion: the end of a longer one is out of reach.",
        loses={"test_eda": ["insertion_places"]},
        blocks={"sol_eda": insertion_with(place="generator.integers(len(words) + 1)")},
    ),
    Answer(
        "swaps_no_more_than_pairs",
        "Two words are exchanged once, whatever n.",
        loses={"test_eda": ["swap_often"]},
        blocks={"sol_eda": swap_with(times="min(n, len(words) // 2)")},
    ),
    Answer(
        "deletion_of_every_occurrence",
        "A word that is drawn goes wherever it is written.",
        loses={"test_eda": ["deletion_rate"]},
        blocks={
            "sol_eda": [
                None,
                None,
                """
                gone = {word for word in dict.fromkeys(words) if generator.random() < p}
                kept = [word for word in words if word not in gone]
                if words and not kept:
                    kept = [words[generator.integers(len(words))]]
                return kept
                """,
            ]
        },
    ),
    Answer(
        "equal_variants_left_out",
        "A variant that is its tweet again is not kept.",
        loses={"test_experiment": ["versions"]},
        blocks={
            "sol_experiment": [
                """
                versions, targets = [], []
                for words, label in zip(tweets, labels, strict=True):
                    drawn = [vary(words, generator) for _ in range(num_variants)]
                    versions += [words, *(some for some in drawn if some != words)]
                    targets += [label] * (len(versions) - len(targets))
                return versions, np.array(targets)
                """,
                None,
                None,
            ]
        },
    ),
    Answer(
        "vary_has_a_generator_of_its_own",
        "The variants come from a generator whose seed is always 0, not from the one that `vary` receives.",
        loses={"test_experiment": ["other_seed"]},
        blocks={
            "sol_experiment": [
                None,
                """
                rows, near, own = sample(share, seed), synonyms_of(sample(share, seed)), np.random.default_rng(0)
                versions, targets = enlarge(
                    [tokenized[row] for row in rows],
                    labels[rows],
                    num_variants,
                    lambda words, generator: augment(words, near, own, alpha),
                    np.random.default_rng(seed),
                )
                model = new_model(seed)
                learn(model, [vocab.encode(words) for words in versions], targets, seed)
                return evaluate(model, val_batches)[1]
                """,
                None,
            ]
        },
    ),
    Answer(
        "words_seen_once_left_out",
        "A word that was met once is not kept, though there is room for it.",
        loses={"test_vocab": ["size"]},
        blocks={
            "sol_vocab": [
                ITOS.format(
                    words="sorted((w for w in counter if counter[w] > 1), key=lambda w: (-counter[w], w))",
                    reserved='"<pad>", "<unk>"',
                    size="max_size",
                ),
                None,
                None,
            ]
        },
    ),
    Answer(
        "sample_never_enlarged",
        "The number of variants is not handed on: the model learns from the sample alone.",
        loses={"test_experiment": ["variants"]},
        blocks={
            "sol_experiment": [
                None,
                """
                rows = sample(share, seed)
                near, generator = synonyms_of(rows), np.random.default_rng(seed)
                versions, targets = enlarge(
                    [tokenized[row] for row in rows],
                    labels[rows],
                    0,
                    lambda words, generator: augment(words, near, generator, alpha),
                    generator,
                )
                model = new_model(seed)
                learn(model, [vocab.encode(words) for words in versions], targets, seed)
                return evaluate(model, val_batches)[1]
                """,
                None,
            ]
        },
    ),
    Answer(
        "labels_are_booleans",
        "The labels are true or false: an index of a table of two rows they are not.",
        loses={"test_repair": ["rows"]},
        blocks={
            "sol_repair": [
                """
                rows = list(csv.reader(file))
                return [row[5] for row in rows], np.array([row[7] == "1" for row in rows])
                """,
                None,
            ]
        },
    ),
    Answer(
        "all_controls_removed",
        "Tabulations and ends of lines are controls too, of another range.",
        loses={"test_repair": ["untouched"]},
        blocks={"sol_repair": repair_with(result=r're.sub("[\x00-\x1f\x80-\x9f]", "", repaired)')},
    ),
    Answer(
        "apostrophe_before_mojibake",
        "The apostrophe is straightened first, and last: what was not Latin-1 becomes so.",
        loses={"test_repair": ["mojibake"]},
        blocks={"sol_repair": repair_with(decoded="""text.replace("’", "'").encode("latin-1").decode("utf-8")""")},
    ),
    Answer(
        "split_into_lists",
        "The parts are lists.",
        loses={"test_split": ["complete"]},
        blocks={"sol_split": split_with().replace("[np.concatenate(part) for", "[np.concatenate(part).tolist() for")},
    ),
    Answer(
        "links_after_a_blank_only",
        "A link after a bracket or a comma is none.",
        loses={"test_tokenizer": ["links"]},
        blocks={
            "sol_tokenizer": tokenizer_with(
                pattern=f"{LINK.replace('(?P<url>', '(?P<url>(?<!' + chr(92) + 'S)')}|{USER}|{REST}"
            )
        },
    ),
    Answer(
        "several_marks_of_one_name",
        "Two @ before a name are read as one.",
        loses={"test_tokenizer": ["names"]},
        blocks={"sol_tokenizer": tokenizer_with(pattern=rf"{LINK}|(?P<user>@+\w+)|{REST}")},
    ),
    Answer(
        "loss_weighted_by_words",
        "A batch weighs as many as its words.",
        loses={"test_train": ["mean_loss"]},
        blocks={
            "sol_train": [
                """
                model.train()
                total_loss = num_words = 0
                for ids, lengths, labels in batches:
                    loss = F.cross_entropy(model(ids, lengths), labels)
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    total_loss += loss.item() * lengths.sum().item()
                    num_words += lengths.sum().item()
                return total_loss / num_words
                """,
                None,
            ]
        },
    ),
    Answer(
        "one_epoch_beyond_the_last",
        "One more epoch than `max_epochs`, where patience does not end it.",
        loses={"test_train": ["stop"]},
        blocks={
            "sol_train": [
                None,
                fit_with()[1].replace("range(max_epochs)", "range(max_epochs + 1)"),
            ]
        },
    ),
    Answer(
        "ties_at_the_limit_kept",
        "All the words that are as frequent as the last one are kept.",
        loses={"test_vocab": ["size"]},
        blocks={
            "sol_vocab": [
                """
                ranked = sorted(counter, key=lambda word: (-counter[word], word))
                least = counter[ranked[min(max_size, len(ranked)) - 1]]
                self.itos = ["<pad>", "<unk>", *(word for word in ranked if counter[word] >= least)]
                self.stoi = {word: number for number, word in enumerate(self.itos)}
                """,
                None,
                None,
            ]
        },
    ),
    Answer(
        "last_training_tweet_forgotten",
        "The loop stops one tweet too early.",
        loses={"test_vocab": ["training_part"]},
        blocks={
            "sol_vocab": [
                None,
                None,
                """
                counter, rows = Counter(), sorted(train_rows)
                for place in range(len(rows) - 1):
                    counter.update(tokenized[rows[place]])
                return Vocab(counter, max_size)
                """,
            ]
        },
    ),
    Answer(
        "first_occurrence_removed",
        "`remove` takes the first of two equal words, whichever was to go.",
        loses={"test_eda": ["deletion_rate"]},
        blocks={
            "sol_eda": [
                None,
                None,
                """
                kept = list(words)
                for word in words:
                    if generator.random() < p:
                        kept.remove(word)
                return kept if kept or not words else [words[generator.integers(len(words))]]
                """,
            ]
        },
    ),
    Answer(
        "same_chance_for_each_variant",
        "`vary` makes a generator for each call: all the variants of a tweet are one.",
        loses={"test_experiment": ["variants"]},
        blocks={
            "sol_experiment": [
                None,
                run_with()[1].replace(
                    "augment(words, near, generator, alpha)",
                    "augment(words, near, np.random.default_rng(seed), alpha)",
                ),
                None,
            ]
        },
    ),
    Answer(
        "one_variant_at_most",
        "There are variants or not, however many are asked for.",
        loses={"test_experiment": ["variants"]},
        blocks={
            "sol_experiment": [None, run_with()[1].replace("    num_variants,\n", "    min(num_variants, 1),\n"), None],
        },
    ),
    Answer(
        "insertions_side_by_side",
        "The place is drawn once for all that is inserted.",
        loses={"test_eda": ["insertion_places"]},
        blocks={
            "sol_eda": insertion_with(
                start="longer, place = list(words), generator.integers(len(words) + 1)", place="place"
            )
        },
    ),
    Answer(
        "swap_of_different_words",
        "Two places whose words are equal are never drawn.",
        loses={"test_eda": ["swap_places"]},
        blocks={
            "sol_eda": [
                None,
                """
                swapped = list(words)
                pairs = [(i, j) for i in range(len(words)) for j in range(i) if words[i] != words[j]]
                for _ in range(n if pairs else 0):
                    i, j = pairs[generator.integers(len(pairs))]
                    swapped[i], swapped[j] = swapped[j], swapped[i]
                return swapped
                """,
                None,
            ]
        },
    ),
    Answer(
        "all_kept_when_all_go",
        "Where every word goes, the whole tweet comes back instead of one of its words.",
        loses={"test_eda": ["kept_at_random"]},
        blocks={"sol_eda": deletion_with(one="list(words)")},
    ),
    Answer(
        "kept_word_without_a_list",
        "The only word that is kept is returned as a text.",
        loses={"test_eda": ["kept_at_random"]},
        blocks={"sol_eda": deletion_with(one="words[generator.integers(len(words))]")},
    ),
    Answer(
        "labels_in_a_list",
        "The labels of the versions are a list.",
        loses={"test_experiment": ["targets"]},
        blocks={
            "sol_experiment": [
                enlarge_with()[0].replace("np.array(targets)", "[int(target) for target in targets]"),
                None,
                None,
            ]
        },
    ),
    Answer(
        "one_variant_at_least",
        "There is a variant even where none is asked for: the reference has variants too.",
        loses={"test_experiment": ["learning"]},
        blocks={
            "sol_experiment": [None, run_with()[1].replace("    num_variants,\n", "    max(num_variants, 1),\n"), None],
        },
    ),
    Answer(
        "variants_drawn_for_nothing",
        "The model learns from the sample, not from its variants.",
        loses={"test_experiment": ["variants"]},
        blocks={
            "sol_experiment": [
                None,
                run_with()[1].replace(
                    "[vocab.encode(words) for words in versions], targets,",
                    "[encoded[row] for row in rows], labels[rows],",
                ),
                None,
            ]
        },
    ),
    Answer(
        "strength_of_no_variant",
        "Two strengths of what is never done: without variants, `alpha` decides of nothing.",
        loses={"test_experiment": ["one_change"]},
        blocks={
            "sol_experiment": [
                None,
                None,
                """
                settings = {"alpha 0,1": {}, "alpha 0,3": {"alpha": 0.3}}
                seeds = [0, 1, 2]
                """,
            ]
        },
    ),
    Answer(
        "copies_and_their_number_changed",
        "Exact copies against nothing at all: both their number and their strength change.",
        loses={"test_experiment": ["one_change"]},
        blocks={
            "sol_experiment": [
                None,
                None,
                """
                settings = {"sans variante": {"num_variants": 0}, "4 copies": {"num_variants": 4, "alpha": 0}}
                seeds = [0, 1, 2]
                """,
            ]
        },
    ),
]

RIGHT = [
    Answer(
        "honest_copies_second",
        "The variants first, exact copies as the setting compared with them.",
        blocks={
            "sol_experiment": [
                None,
                None,
                """
                settings = {"4 variantes": {"num_variants": 4}, "4 copies": {"num_variants": 4, "alpha": 0}}
                seeds = [0, 1, 2]
                """,
            ]
        },
    ),
    Answer(
        "honest_copies_of_its_own",
        "An argument of its own asks for exact copies, without `augment`.",
        cells={
            "sol_experiment": """
            def enlarge(tweets, labels, num_variants, vary, generator):
                versions, targets = list(tweets), list(labels)
                for words, label in zip(tweets, labels, strict=True):
                    for _ in range(num_variants):
                        versions.append(vary(words, generator))
                        targets.append(label)
                return versions, np.array(targets)


            def run(seed, num_variants=4, alpha=0.1, share=1 / 12, kind="variants"):
                rows, generator = sample(share, seed), np.random.default_rng(seed)
                near = synonyms_of(rows)

                def vary(words, generator):
                    return list(words) if kind == "copies" else augment(words, near, generator, alpha)

                drawn = [tokenized[row] for row in rows]
                versions, targets = enlarge(drawn, labels[rows], num_variants, vary, generator)
                model = new_model(seed)
                learn(model, [vocab.encode(words) for words in versions], targets, seed)
                return evaluate(model, val_batches)[1]


            settings = {"copies": {"kind": "copies"}, "variantes": {}}
            seeds = [4, 5, 6]
            """
        },
    ),
    Answer(
        "honest_memory",
        "Trials already made are remembered, a longer training is compared.",
        cells={
            "sol_experiment": """
            from functools import lru_cache


            def enlarge(tweets, labels, num_variants, vary, generator):
                versions = []
                for words in tweets:
                    versions += [words, *(vary(words, generator) for _ in range(num_variants))]
                return versions, np.repeat(labels, num_variants + 1)


            @lru_cache
            def run(seed, num_variants=2, alpha=0.1, share=1 / 12, lr=2e-3):
                rows, generator = sample(share, seed), np.random.default_rng(seed)
                near, drawn = synonyms_of(rows), [tokenized[row] for row in rows]
                vary = lambda words, generator: augment(words, near, generator, alpha)
                versions, targets = enlarge(drawn, labels[rows], num_variants, vary, generator)
                model = new_model(seed)
                learn(model, [vocab.encode(words) for words in versions], targets, seed, lr)
                return evaluate(model, val_batches)[1]


            settings = {"2e-3": {}, "1e-3": {"lr": 1e-3}}
            seeds = [0, 1, 2]
            """
        },
    ),
    Answer(
        "honest_two_stages",
        "The variants first, then the sample itself: two calls of `learn`.",
        blocks={
            "sol_experiment": [
                None,
                """
                rows, near = sample(share, seed), synonyms_of(sample(share, seed))
                own, model = [tokenized[row] for row in rows], new_model(seed)
                if num_variants:
                    versions, targets = enlarge(
                        own,
                        labels[rows],
                        num_variants,
                        lambda words, generator: augment(words, near, generator, alpha),
                        np.random.default_rng(seed),
                    )
                    learn(model, [vocab.encode(words) for words in versions], targets, seed)
                learn(model, [vocab.encode(words) for words in own], labels[rows], seed + 1, lr=1e-3)
                return evaluate(model, val_batches)[1]
                """,
                None,
            ]
        },
    ),
    Answer(
        "repair_by_fields",
        "Named columns, `suppress`, `translate`.",
        cells={
            "sol_repair": """
            from contextlib import suppress

            FIELDS = "score id date query user tweet category label".split()
            CONTROLS = dict.fromkeys(range(0x80, 0xA0))


            def read_tweets(file):
                rows = [*csv.DictReader(file, fieldnames=FIELDS)]
                return [row["tweet"] for row in rows], np.array([row["label"] for row in rows]).astype(int)


            def repair(text):
                with suppress(UnicodeEncodeError, UnicodeDecodeError):
                    text = str(bytes(text, "iso-8859-1"), "utf8")
                return html.unescape(text).translate(CONTROLS | {ord("’"): "'"})
            """
        },
    ),
    Answer(
        "repair_by_characters",
        "A loop, `zip`, characters kept one by one, a function of its own.",
        blocks={
            "sol_repair": [
                """
                texts, labels = [], []
                for *_, text, _, label in csv.reader(file):
                    texts.append(text)
                    labels.append(label == "1")
                return texts, np.asarray(labels, dtype=np.int64)
                """,
                r"""
                def back(text):
                    if max(map(ord, text), default=0) > 255:
                        return text
                    try:
                        return bytes(map(ord, text)).decode()
                    except UnicodeDecodeError:
                        return text

                text = html.unescape(back(text))
                return "".join("'" if c == "\u2019" else c for c in text if not 0x80 <= ord(c) <= 0x9F)
                """,
            ]
        },
    ),
    Answer(
        "honest_strength",
        "How strong should the changes be? Versions grouped by round, four seeds.",
        blocks={
            "sol_experiment": [
                """
                versions = [*tweets]
                for _ in range(num_variants):
                    versions.extend(vary(words, generator) for words in tweets)
                return versions, np.tile(labels, 1 + num_variants)
                """,
                None,
                """
                settings = {f"alpha = {alpha}": {"num_variants": 2, "alpha": alpha} for alpha in (0.1, 0.3)}
                seeds = range(10, 14)
                """,
            ]
        },
    ),
    Answer(
        "honest_fifth_operation",
        "A fifth operation, the halves of a tweet exchanged, against the four; an argument of its own.",
        cells={
            "sol_experiment": """
            def exchange_halves(words, generator):
                cut = int(generator.integers(len(words) + 1))
                return words[cut:] + words[:cut]


            def enlarge(tweets, labels, num_variants, vary, generator):
                pairs = [(list(words), int(label)) for words, label in zip(tweets, labels, strict=True)]
                pairs += [(vary(words, generator), label) for words, label in pairs for _ in range(num_variants)]
                return [words for words, _ in pairs], np.array([label for _, label in pairs])


            def run(seed, num_variants=2, alpha=0.1, share=1 / 12, operation="eda"):
                rows, generator = sample(share, seed), np.random.default_rng([seed, 1])
                near = synonyms_of(rows)
                vary = {
                    "eda": lambda words, generator: augment(words, near, generator, alpha),
                    "swap": lambda words, generator: random_swap(words, 1, generator),
                    "halves": exchange_halves,
                }[operation]
                versions, targets = enlarge([tokenized[r] for r in rows], labels[rows], num_variants, vary, generator)
                model = new_model(seed)
                learn(model, list(map(vocab.encode, versions)), targets, seed)
                return evaluate(model, val_batches)[1]


            settings = {"les quatre": {}, "échanger": {"operation": "swap"}, "moitiés": {"operation": "halves"}}
            seeds = (3, 1, 4)
            """
        },
    ),
    Answer(
        "honest_pretrained",
        "Does anything remain to be gained from GloVe? Without variants against with, a start of its own.",
        cells={
            "sol_experiment": """
            def enlarge(tweets, labels, num_variants, vary, generator):
                places = np.repeat(np.arange(len(tweets)), num_variants + 1)
                firsts = np.arange(len(places)) % (num_variants + 1) == 0
                pairs = zip(places.tolist(), firsts.tolist(), strict=True)
                versions = [tweets[k] if first else vary(tweets[k], generator) for k, first in pairs]
                return versions, labels[places]


            def run(seed, num_variants=0, alpha=0.1, share=1 / 12, start=matrix):
                generator = np.random.default_rng(seed)
                rows = sample(share, seed)
                synonyms = synonyms_of(rows)
                versions, targets = enlarge(
                    [tokenized[row] for row in rows],
                    labels[rows],
                    num_variants,
                    lambda words, chance: augment(words, synonyms, chance, alpha=alpha),
                    generator,
                )
                model = new_model(seed, start)
                learn(model, [vocab.encode(words) for words in versions], targets, seed)
                loss, accuracy = evaluate(model, val_batches)
                return accuracy


            settings = {"GloVe": {"num_variants": 0}, "GloVe et variantes": {"num_variants": 3}}
            seeds = [0, 1, 2]
            """
        },
    ),
    Answer(
        "honest_filter",
        "Raw neighbours unless asked otherwise, versions shuffled; the accuracy is read in the history.",
        cells={
            "sol_experiment": """
            def enlarge(tweets, labels, num_variants, vary, generator):
                pairs = [(words, label) for words, label in zip(tweets, labels, strict=True)]
                pairs += [(vary(words, generator), label) for words, label in pairs for _ in range(num_variants)]
                order = generator.permutation(len(pairs))
                return [pairs[k][0] for k in order], np.array([pairs[k][1] for k in order])


            def run(seed, num_variants=2, alpha=0.1, share=1 / 12, is_filtered=False):
                rows = sample(share, seed)
                near = synonyms_of(rows) if is_filtered else raw_neighbours
                chance = np.random.default_rng(np.random.SeedSequence(seed).spawn(1)[0])
                vary = lambda words, generator: augment(words, near, generator, alpha=alpha)
                drawn = [tokenized[row] for row in rows]
                versions, targets = enlarge(drawn, labels[rows], num_variants, vary, chance)
                history = learn(new_model(seed), [vocab.encode(words) for words in versions], targets, seed=seed)
                return history["val_accuracy"][int(np.argmin(history["val_loss"]))]


            settings = {"bruts": {}, "filtrés": {"is_filtered": True}}
            seeds = 2, 3, 5
            """
        },
    ),
    Answer(
        "honest_loop_of_its_own",
        "A loop over epochs in the place of `learn`, an accuracy counted by hand.",
        cells={
            "sol_experiment": """
            def enlarge(tweets, labels, num_variants, vary, generator):
                versions, targets = [], []
                for words, label in zip(tweets, labels, strict=True):
                    versions += [list(words)] + [vary(words, generator) for _ in range(num_variants)]
                    targets += [int(label)] * (1 + num_variants)
                return versions, np.array(targets)


            def run(seed, num_variants=0, alpha=0.1, share=1 / 12, num_epochs=3):
                generator = np.random.default_rng(seed)
                if share < 1:
                    rows = train_rows[stratified_split(train_labels, (share, 1 - share), generator)[0]]
                else:
                    rows = train_rows
                own = agreeing(raw_neighbours, word_scores([encoded[r] for r in rows], labels[rows], len(vocab)))
                versions, targets = enlarge(
                    [tokenized[r] for r in rows], labels[rows], num_variants,
                    lambda words, generator: augment(words, own, generator, alpha), generator,
                )
                model = new_model(seed)
                ids = [vocab.encode(words) for words in versions]
                batches = TweetBatches(ids, targets, BATCH_SIZE, bucket_batches, generator, UNKNOWN_SHARE)
                optimizer = torch.optim.Adam(model.parameters(), 4e-3)
                for _ in range(num_epochs):
                    train_epoch(model, batches, optimizer)
                model.eval()
                with torch.no_grad():
                    right = [(model(ids, sizes).argmax(1) == wanted).tolist() for ids, sizes, wanted in val_batches]
                return float(np.mean(sum(right, [])))


            settings = {"sans": {}, "une de chaque": {"num_variants": 1}}
            seeds = [0, 1, 2]
            """
        },
    ),
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
    Answer(
        "labels_on_32_bits",
        "Labels are integers, whatever their size.",
        blocks={
            "sol_repair": [
                """
                rows = list(csv.reader(file))
                return [row[5] for row in rows], np.array([row[7] for row in rows]).astype(np.int32)
                """,
                None,
            ]
        },
    ),
    Answer(
        "labels_on_8_bits",
        "Unsigned integers are integers.",
        blocks={
            "sol_repair": [
                """
                rows = list(csv.reader(file))
                labels = np.fromiter((int(row[-1]) for row in rows), dtype=np.uint8, count=len(rows))
                return [row[5] for row in rows], labels
                """,
                None,
            ]
        },
    ),
    Answer(
        "split_of_sorted_keys",
        "One sort for all the classes, lists of Python integers until the arrays that are returned.",
        blocks={
            "sol_split": [
                """
                order = np.lexsort((generator.random(len(labels)), labels))
                parts = [[] for _ in ratios]
                for label, size in zip(*np.unique(labels, return_counts=True), strict=True):
                    of_class, order = order[:size].tolist(), order[size:]
                    start = 0
                    for part, end in zip(parts, np.cumsum(ratios), strict=True):
                        stop = int(round(end * size))
                        part += of_class[start:stop]
                        start = stop
                return [np.array(part, dtype=int) for part in parts]
                """
            ]
        },
    ),
    Answer(
        "split_largest_remainders",
        "Sizes rounded down, the remainder given to the largest fractions; the rows are shuffled in place.",
        blocks={
            "sol_split": [
                """
                parts = [[] for _ in range(len(ratios))]
                for label in sorted(set(labels)):
                    rows = np.where(labels == label)[0]
                    generator.shuffle(rows)
                    fair = np.array(ratios) * rows.size
                    sizes = np.floor(fair + 1e-9).astype(int)
                    for part in np.argsort(sizes - fair)[: rows.size - sizes.sum()]:
                        sizes[part] += 1
                    for part, piece in zip(parts, np.split(rows, np.cumsum(sizes)[:-1]), strict=True):
                        part.extend(piece)
                return [np.asarray(part, dtype=int) for part in parts]
                """
            ]
        },
    ),
    Answer(
        "split_by_a_function_of_its_own",
        "A helper function, an optional argument, tensors.",
        cells={
            "sol_split": """
            def bounds_of(size, ratios):
                return [0, *(int(size * share + 0.5) for share in np.cumsum(ratios[:-1])), size]


            def stratified_split(labels, ratios, generator=None, *, shuffled=True):
                '''Split examples at random into parts in which every class keeps its share.'''
                rows_of = {}
                for row, label in enumerate(torch.as_tensor(labels).tolist()):
                    rows_of.setdefault(label, []).append(row)
                drawn = {label: generator.permutation(rows) if shuffled else rows for label, rows in rows_of.items()}
                cut = {label: bounds_of(len(rows), ratios) for label, rows in drawn.items()}
                return [
                    np.concatenate([rows[cut[label][k] : cut[label][k + 1]] for label, rows in drawn.items()])
                    for k in range(len(ratios))
                ]
            """
        },
    ),
    Answer(
        "tokenizer_by_a_table",
        "The table of the statement, one rule after another at each place.",
        blocks={
            "sol_tokenizer": [
                r"""
                rules = {r"(?:https?://|www\.)\S+": "<url>", r"@\w+": "<user>"} | dict.fromkeys((EMOTICON, WORD, r"\S"))
                text, place, elements = tweet.lower(), 0, []
                while place < len(text):
                    for pattern, name in rules.items():
                        match = re.compile(pattern).match(text, place)
                        if match:
                            elements.append(name or match.group())
                            place = match.end()
                            break
                    else:
                        place += 1
                return elements
                """
            ]
        },
    ),
    Answer(
        "tokenizer_by_blank_pieces",
        "Cut at blanks first, then each piece; replaced by comprehension.",
        blocks={
            "sol_tokenizer": [
                r"""
                def rename(element):
                    if len(element) > 1 and element[0] == "@":
                        return "<user>"
                    return "<url>" if re.match(r"(https?://|www\.).", element) else element

                rule = re.compile("|".join([r"https?://\S+", r"www\.\S+", r"@\w+", EMOTICON, WORD, r"\S"]))
                return [rename(element) for piece in tweet.lower().split() for element in rule.findall(piece)]
                """
            ]
        },
    ),
    Answer(
        "tokenizer_is_a_partial",
        "The pattern is compiled once, an optional argument holds it, and `sub` does the work.",
        cells={
            "sol_tokenizer": r"""
            from functools import partial

            EMOTICON = r"[:;=]['^-]?[)(\]\[dpo/\\|3*@]+(?!\w)|<3+(?!\w)|\^_*\^"
            WORD = r"\w+(?=n't\b)|n't\b|'(?:s|m|d|re|ve|ll)\b|\w+"
            RULE = re.compile(rf"((?:https?://|www\.)\S+)|(@\w+)|({EMOTICON}|{WORD}|\S)")


            def cut(tweet, rule=RULE):
                found = rule.findall(tweet.lower())
                return ["<url>" if url else "<user>" if user else other for url, user, other in found]


            tokenize = partial(cut, rule=RULE)
            """
        },
    ),
    Answer(
        "vocab_by_a_heap",
        "`heapq`, a dictionary that grows, `get`.",
        blocks={
            "sol_vocab": [
                """
                import heapq

                best = heapq.nsmallest(max_size, ((-count, word) for word, count in counter.items()))
                self.stoi = {"<pad>": 0}
                self.stoi["<unk>"] = 1
                for _, word in best:
                    self.stoi[word] = len(self.stoi)
                self.itos = list(self.stoi)
                """,
                """
                return list(map(lambda word: self.stoi.get(word, 1), words))
                """,
                """
                chosen = [tokenized[int(row)] for row in train_rows]
                return Vocab(Counter(sum(chosen, [])), max_size=max_size)
                """,
            ]
        },
    ),
    Answer(
        "vocab_dataclass",
        "A dataclass, a method of its own, `try`.",
        cells={
            "sol_vocab": """
            from dataclasses import dataclass, field


            @dataclass
            class Vocab:
                '''Words and their numbers.'''

                counter: Counter
                max_size: int = 20_000
                itos: list = field(default_factory=lambda: ["<pad>", "<unk>"])
                stoi: dict = None

                def __post_init__(self):
                    for count in sorted(set(self.counter.values()), reverse=True):
                        self.itos.extend(sorted(word for word in self.counter if self.counter[word] == count))
                    del self.itos[self.max_size + 2 :]
                    self.stoi = {self.itos[number]: number for number in range(len(self))}

                def __len__(self):
                    return len(self.itos)

                def number(self, word):
                    try:
                        return self.stoi[word]
                    except KeyError:
                        return self.stoi["<unk>"]

                def encode(self, words):
                    return [self.number(word) for word in words]


            def training_vocab(tokenized, train_rows, max_size):
                counts = {}
                for row in train_rows.tolist():
                    for word in tokenized[row]:
                        counts[word] = counts.get(word, 0) + 1
                return Vocab(counts, max_size)
            """
        },
    ),
    Answer(
        "vocab_stable_sort",
        "Two stable sorts, `setdefault`, a generator unpacked.",
        blocks={
            "sol_vocab": [
                """
                words = [word for word, _ in sorted(sorted(counter.items()), key=lambda pair: pair[1], reverse=True)]
                self.itos = "<pad> <unk>".split() + words[: min(max_size, len(words))]
                self.stoi = {}
                for word in self.itos:
                    self.stoi.setdefault(word, len(self.stoi))
                """,
                """
                return [*(self.stoi[word if word in self.stoi else "<unk>"] for word in words)]
                """,
                None,
            ]
        },
    ),
    Answer(
        "buckets_by_pairs",
        "Pairs of a length and a draw are sorted; lists of Python integers.",
        blocks={
            "sol_buckets": [
                """
                cells = np.sum([len(batch) * np.max(lengths[batch]) for batch in batches])
                empty = sum(int(lengths[batch].max() - lengths[row]) for batch in batches for row in batch)
                return empty / cells
                """,
                """
                keys = sorted((int(length), generator.random(), row) for row, length in enumerate(lengths))
                order = [row for _, _, row in keys]
                batches = []
                while order:
                    batches.append(order[:batch_size])
                    del order[:batch_size]
                generator.shuffle(batches)
                return batches
                """,
            ]
        },
    ),
    Answer(
        "buckets_by_pools",
        "Pools of twenty batches, drawn first; the small one may come anywhere.",
        blocks={
            "sol_buckets": [
                """
                full = np.concatenate([np.full(len(batch), lengths[batch].max()) for batch in batches])
                return np.float32((full - lengths[np.concatenate(batches)]).sum()) / np.float32(full.sum())
                """,
                """
                drawn = generator.permutation(len(lengths))
                pools = [drawn[start : start + 20 * batch_size] for start in range(0, len(drawn), 20 * batch_size)]
                batches = []
                for pool in pools:
                    pool = pool[lengths[pool].argsort()]
                    batches.extend(np.split(pool, range(batch_size, len(pool), batch_size)))
                return [batches[rank] for rank in generator.choice(len(batches), len(batches), replace=False)]
                """,
            ]
        },
    ),
    Answer(
        "buckets_of_a_shuffled_list",
        "Shuffled, then a stable sort by length; tensors of indices.",
        blocks={
            "sol_buckets": [
                """
                sizes = torch.tensor([len(batch) for batch in batches], dtype=torch.float64)
                widths = torch.tensor([int(lengths[batch].max()) for batch in batches], dtype=torch.float64)
                words = torch.tensor([int(lengths[batch].sum()) for batch in batches], dtype=torch.float64)
                return 1 - (words.sum() / (sizes @ widths)).item()
                """,
                """
                indices = list(range(len(lengths)))
                generator.shuffle(indices)
                indices.sort(key=lambda row: lengths[row], reverse=True)
                chunks = torch.tensor(indices).split(batch_size)
                return [chunks[rank].numpy() for rank in generator.permutation(len(chunks)).tolist()]
                """,
            ]
        },
    ),
    Answer(
        "model_one_tweet_after_another",
        "A loop over the tweets, each read up to its end.",
        blocks={
            "sol_model": [
                None,
                """
                rows = []
                for tweet, length in zip(ids, lengths.tolist(), strict=True):
                    vectors = self.dropout(self.embedding(tweet[:length]))
                    _, (state, _) = self.lstm(vectors[None])
                    rows.append(state[0, 0])
                return self.output(self.dropout(torch.stack(rows)))
                """,
            ]
        },
    ),
    Answer(
        "model_masked_sum",
        "A mask with a single one, an einsum, a functional dropout that knows the mode.",
        blocks={
            "sol_model": [
                None,
                """
                vectors = F.dropout(self.embedding(ids), self.dropout.p, self.training)
                states, _ = self.lstm(input=vectors)
                is_last = F.one_hot(lengths - 1, ids.shape[1]).to(states.dtype)
                read = torch.einsum("bt,bth->bh", is_last, states)
                read = F.dropout(read, p=self.dropout.p, training=self.training)
                return F.linear(read, self.output.weight, self.output.bias)
                """,
            ]
        },
    ),
    Answer(
        "model_with_methods_of_its_own",
        "Helper methods, `getattr`, default sizes, a row of <pad> kept null by a hook.",
        cells={
            "sol_model": """
            class OurFirstLSTM(nn.Module):
                '''Classifier of tweets: two logits from the state of an LSTM after the last real word.'''

                def __init__(self, hidden_size, embedding_dim, vocab_size, dropout=0.0, num_classes=2):
                    super().__init__()
                    for name, layer in {
                        "embedding": self.make_embedding(vocab_size, embedding_dim),
                        "lstm": getattr(nn, "LSTM")(embedding_dim, hidden_size=hidden_size, batch_first=True),
                        "dropout": nn.Dropout(p=dropout),
                        "output": nn.Linear(in_features=hidden_size, out_features=num_classes),
                    }.items():
                        setattr(self, name, layer)

                @staticmethod
                def make_embedding(vocab_size, embedding_dim):
                    embedding = nn.Embedding(vocab_size, embedding_dim)
                    embedding.weight.data[0].zero_()
                    is_word = torch.arange(vocab_size)[:, None] > 0
                    embedding.weight.register_hook(lambda gradient: gradient * is_word.to(gradient.device))
                    return embedding

                def read(self, states, lengths):
                    index = (lengths.view(-1, 1, 1) - 1).repeat(1, 1, self.lstm.hidden_size)
                    return torch.take_along_dim(states, index, dim=1).squeeze(1)

                def forward(self, ids, lengths):
                    states = self.lstm(self.dropout(self.embedding(ids)))[0]
                    return self.output(self.dropout(self.read(states, lengths)))
            """
        },
    ),
    Answer(
        "model_packed_in_order",
        "Sorted, packed, and put back in the order of the batch.",
        blocks={
            "sol_model": [
                None,
                """
                order = torch.argsort(lengths, descending=True)
                embedded = self.dropout(self.embedding(ids[order]))
                packed = torch.nn.utils.rnn.pack_padded_sequence(embedded, lengths[order].cpu(), batch_first=True)
                hidden = self.lstm(packed)[1][0]
                return self.output(self.dropout(hidden.squeeze(0)[order.argsort()]))
                """,
            ]
        },
    ),
    Answer(
        "train_saved_in_memory",
        "The best weights go through a buffer; sums kept in a tensor.",
        blocks={
            "sol_train": [
                """
                model.train(True)
                total = torch.zeros((), dtype=torch.float64)
                count = 0
                for batch in batches:
                    inputs, targets = batch[:-1], batch[-1]
                    model.zero_grad()
                    loss = nn.CrossEntropyLoss(reduction="mean")(model(*inputs), targets)
                    loss.backward()
                    optimizer.step()
                    total += targets.numel() * loss.detach().cpu()
                    count += targets.numel()
                return (total / count).item()
                """,
                """
                import io

                waited, best = 0, float("inf")
                for epoch in range(max_epochs):
                    history["train_loss"] += [train_once(model)]
                    loss, accuracy = validate(model)
                    history["val_loss"] += [loss]
                    history["val_accuracy"] += [accuracy]
                    if loss < best:
                        best, waited, buffer = loss, 0, io.BytesIO()
                        torch.save(model.state_dict(), buffer)
                    else:
                        waited += 1
                        if waited >= patience:
                            break
                buffer.seek(0)
                model.load_state_dict(torch.load(buffer))
                return history
                """,
            ]
        },
    ),
    Answer(
        "train_copies_the_model",
        "The whole model is copied; the number of bad epochs is found in the history.",
        blocks={
            "sol_train": [
                """
                model.train()
                losses = []
                for ids, lengths, labels in batches:
                    log_probabilities = model(ids, lengths).log_softmax(dim=-1)
                    each = -log_probabilities[torch.arange(len(labels)), labels]
                    optimizer.zero_grad(set_to_none=True)
                    each.mean().backward()
                    optimizer.step()
                    losses.extend(each.tolist())
                return sum(losses) / len(losses)
                """,
                """
                best_model = None
                while len(history["val_loss"]) < max_epochs:
                    history["train_loss"].append(train_once(model))
                    for name, value in zip(("val_loss", "val_accuracy"), validate(model), strict=True):
                        history[name].append(value)
                    best = int(np.argmin(history["val_loss"]))
                    if best == len(history["val_loss"]) - 1:
                        best_model = copy.deepcopy(model)
                    elif len(history["val_loss"]) - 1 - best >= patience:
                        break
                model.load_state_dict(best_model.state_dict())
                return history
                """,
            ]
        },
    ),
    Answer(
        "train_class_of_its_own",
        "A class that watches, weights copied in place.",
        cells={
            "sol_train": """
            class Watch:
                def __init__(self, model, patience):
                    self.model, self.patience, self.best, self.bad = model, patience, np.inf, 0

                def is_over(self, loss):
                    if loss < self.best:
                        self.best, self.bad = loss, 0
                        self.kept = [parameter.detach().clone() for parameter in self.model.parameters()]
                    else:
                        self.bad += 1
                    return self.bad >= self.patience

                @torch.no_grad()
                def restore(self):
                    for parameter, kept in zip(self.model.parameters(), self.kept, strict=True):
                        parameter.copy_(kept)


            def train_epoch(model, batches, optimizer, criterion=F.cross_entropy):
                model = model.train()
                weighted = []

                def closure():
                    optimizer.zero_grad()
                    loss = criterion(model(ids, lengths), labels)
                    loss.backward()
                    weighted.append((loss.item(), labels.shape[0]))
                    return loss

                for ids, lengths, labels in batches:
                    optimizer.step(closure)
                return math.fsum(loss * size for loss, size in weighted) / sum(size for _, size in weighted)


            def fit(model, train_once, validate, max_epochs, patience):
                rows, watch = [], Watch(model, patience)
                for _ in range(max_epochs):
                    rows.append((train_once(model), *validate(model)))
                    if watch.is_over(rows[-1][1]):
                        break
                watch.restore()
                return dict(zip(("train_loss", "val_loss", "val_accuracy"), map(list, zip(*rows)), strict=True))
            """
        },
    ),
    Answer(
        "classify_exponentials",
        "The exponentials one by one, the mode given back, an error of its own.",
        cells={
            "sol_classify": """
            class EmptyTweet(ValueError):
                pass


            @torch.inference_mode()
            def classify_tweet(model, vocab, tweet, names=("Negative", "Positive")):
                words = tokenize(tweet)
                if not words:
                    raise EmptyTweet(f"aucun mot dans {tweet!r}")
                was_training = model.training
                model.eval()
                ids = torch.LongTensor([vocab.encode(words)]).to(device)
                first, second = model(ids, torch.LongTensor([len(words)]).to(device)).squeeze(0).tolist()
                model.train(was_training)
                positive = 1 / (1 + math.exp(first - second))
                return (names[1], positive) if positive >= 0.5 else (names[0], 1.0 - positive)
            """
        },
    ),
    Answer(
        "classify_numpy",
        "NumPy after the model, `argmax`, a list.",
        blocks={
            "sol_classify": [
                """
                numbers = np.array(vocab.encode(tokenize(tweet)), dtype=np.int64)
                if numbers.size == 0:
                    raise ValueError("rien à classer")
                with torch.no_grad():
                    ids = torch.from_numpy(numbers)[None].to(device)
                    logits = model.eval()(ids, torch.tensor([numbers.size]).to(device))
                scores = np.exp(logits.cpu().numpy()[0].astype(float))
                label = scores.argmax()
                return CLASS_NAMES[label], float(scores[label] / scores.sum())
                """
            ]
        },
    ),
    Answer(
        "classify_through_a_distribution",
        "`F.softmax`, `topk`, an early check of the text.",
        blocks={
            "sol_classify": [
                """
                if tweet.strip() == "":
                    raise ValueError("Le tweet est vide.")
                model.eval()
                ids = torch.tensor(vocab.encode(tokenize(tweet))).to(device).reshape(1, -1)
                best = F.softmax(model(ids, torch.full((1,), ids.numel()).to(device)).detach(), dim=-1).topk(1)
                return ["Negative", "Positive"][best.indices.item()], best.values.item()
                """
            ]
        },
    ),
    Answer(
        "eda_slices_and_masks",
        "Slices, `compress`, pairs drawn among all pairs.",
        blocks={
            "sol_eda": [
                """
                result, known = words[:], list(filter(synonyms.__contains__, words))
                for _ in range(n):
                    if not known:
                        break
                    word = known[generator.integers(0, len(known))]
                    at = generator.integers(0, len(result) + 1)
                    result[at:at] = [synonyms[word][generator.integers(0, len(synonyms[word]))]]
                return result
                """,
                """
                from itertools import combinations

                result, pairs = [*words], list(combinations(range(len(words)), 2))
                for _ in range(n if pairs else 0):
                    i, j = pairs[generator.integers(len(pairs))]
                    result[i], result[j] = result[j], result[i]
                return result
                """,
                """
                from itertools import compress

                kept = list(compress(words, generator.random(len(words)) > p))
                return kept or [words[k] for k in generator.integers(len(words), size=1)] if words else []
                """,
            ]
        },
    ),
    Answer(
        "eda_copies_and_loops",
        "`copy.copy`, rejection of equal places, `binomial`, early returns.",
        blocks={
            "sol_eda": [
                """
                if not any(word in synonyms for word in words):
                    return words[:]
                new = copy.copy(words)
                for _ in range(n):
                    while True:
                        word = words[generator.integers(len(words))]
                        if word in synonyms:
                            break
                    new.insert(int(generator.uniform(0, len(new) + 1)), generator.choice(synonyms[word]))
                return new
                """,
                """
                if len(words) <= 1:
                    return words[:]
                new = copy.copy(words)
                for _ in range(n):
                    i = j = generator.integers(len(new))
                    while j == i:
                        j = generator.integers(len(new))
                    new[i], new[j] = new[j], new[i]
                return new
                """,
                """
                if not words:
                    return []
                stays = generator.binomial(1, 1 - p, size=len(words)).astype(bool)
                if stays.sum() == 0:
                    return [generator.choice(words)]
                return [words[k] for k in np.flatnonzero(stays)]
                """,
            ]
        },
    ),
    Answer(
        "eda_helpers_and_arrays",
        "Functions of its own, arrays of indices, NumPy texts.",
        cells={
            "sol_eda": """
            def pick(items, generator):
                return items[int(generator.integers(len(items)))]


            def random_insertion(words, n, synonyms, generator):
                sources = tuple(word for word in words if synonyms.get(word))
                added = [pick(synonyms[pick(sources, generator)], generator) for _ in range(n)] if sources else []
                longer = np.array(words, dtype=object)
                for synonym in added:
                    longer = np.insert(longer, generator.integers(longer.size + 1), synonym)
                return longer.tolist()


            def random_swap(words, n, generator):
                def swapped(words):
                    places = np.arange(len(words))
                    i = pick(places, generator)
                    j = pick(np.delete(places, i), generator)
                    places[[i, j]] = places[[j, i]]
                    return [words[place] for place in places]

                result = list(words)
                for _ in range(n * (len(words) > 1)):
                    result = swapped(result)
                return result


            def random_deletion(words, p, generator, keep=1):
                remaining = [word for word in words if generator.random() >= p]
                return remaining if remaining or not words else generator.choice(words, size=keep).tolist()
            """
        },
    ),
]

# What `course mutate` found to keep every point, and why that is right.
SPLIT_OF_THE_REFERENCE = """
    parts = [[] for _ in ratios]
    for label in np.unique(labels):
        rows = generator.permutation(np.flatnonzero(labels == label))
        cuts = np.round(np.cumsum(ratios)[:-1] * len(rows)).astype(int)
        for part, piece in zip(parts, np.split(rows, cuts){strict}):
            part.append(piece)
    return [generator.permutation(np.concatenate(part)) for part in parts]
"""
CLASSIFY_OF_THE_REFERENCE = """
    ids = vocab.encode(tokenize(tweet))
    if not ids:
        raise ValueError("Tweet vide : aucun mot, il n'y a rien à classer.")
    model.eval()
    with torch.no_grad():
        lengths = torch.tensor([len(ids)]{length})
        logits = model(torch.tensor([ids]{ids}), lengths)
    probability, label = logits.softmax(dim=1)[0].max(dim=0)
    return CLASS_NAMES[{label}], probability.item()
"""
DELETION_OF_THE_REFERENCE = """
    draws = generator.random(len(words))
    kept = [word for word, draw in zip(words, draws{strict}) if draw {sign} p]
    if words and not kept:
        kept = [words[generator.integers(len(words))]]
    return kept
"""
ON_DEVICE = ", device=device"
SURVIVORS = [
    Answer(
        "split_zip_not_strict",
        "The pieces are as many as the parts: `strict` changes nothing.",
        blocks={"sol_split": SPLIT_OF_THE_REFERENCE.format(strict="")},
    ),
    Answer(
        "split_zip_said_not_strict",
        "The same, said.",
        blocks={"sol_split": SPLIT_OF_THE_REFERENCE.format(strict=", strict=False")},
    ),
    Answer(
        "buckets_minus_a_draw",
        "A draw taken away from the lengths parts the ties as well as a draw added.",
        blocks={
            "sol_buckets": [
                None,
                """
                order = np.argsort(lengths - generator.random(len(lengths)))
                batches = np.split(order, range(batch_size, len(order), batch_size))
                return [batches[rank] for rank in generator.permutation(len(batches))]
                """,
            ]
        },
    ),
    Answer(
        "model_rows_on_the_processor",
        "Indices may stay on the processor.",
        blocks={
            "sol_model": [
                None,
                """
                states, _ = self.lstm(self.dropout(self.embedding(ids)))
                last_states = states[torch.arange(len(ids)), lengths - 1]
                return self.output(self.dropout(last_states))
                """,
            ]
        },
    ),
    Answer(
        "model_output_in_a_sequence",
        "The last layer is a sequence of one.",
        blocks={"sol_model": [output_of("nn.Linear(hidden_size, 2)"), None]},
    ),
    Answer(
        "classify_ids_without_device",
        "On a processor, where hand-ins are graded, there is no other device.",
        blocks={"sol_classify": CLASSIFY_OF_THE_REFERENCE.format(ids="", length=ON_DEVICE, label="label.item()")},
    ),
    Answer(
        "classify_length_without_device",
        "The same for the length.",
        blocks={"sol_classify": CLASSIFY_OF_THE_REFERENCE.format(ids=ON_DEVICE, length="", label="label.item()")},
    ),
    Answer(
        "classify_label_is_a_tensor",
        "A tensor of one integer is an index.",
        blocks={"sol_classify": CLASSIFY_OF_THE_REFERENCE.format(ids=ON_DEVICE, length=ON_DEVICE, label="label")},
    ),
    Answer(
        "insertion_twice_as_often_at_the_end",
        "`insert` takes a place beyond the end for the end: all places may come, none is promised a share.",
        blocks={
            "sol_eda": [
                """
                longer = list(words)
                sources = [word for word in words if word in synonyms]
                for _ in range(n if sources else 0):
                    near = synonyms[sources[generator.integers(len(sources))]]
                    synonym = near[generator.integers(len(near))]
                    longer.insert(generator.integers(len(longer) + 2), synonym)
                return longer
                """,
                None,
                None,
            ]
        },
    ),
    Answer(
        "deletion_zip_not_strict",
        "There is a draw for each word: `strict` changes nothing.",
        blocks={"sol_eda": [None, None, DELETION_OF_THE_REFERENCE.format(strict="", sign=">=")]},
    ),
    Answer(
        "deletion_zip_said_not_strict",
        "The same, said.",
        blocks={"sol_eda": [None, None, DELETION_OF_THE_REFERENCE.format(strict=", strict=False", sign=">=")]},
    ),
    Answer(
        "deletion_draws_above_p",
        "No draw equals p.",
        blocks={"sol_eda": [None, None, DELETION_OF_THE_REFERENCE.format(strict=", strict=True", sign=">")]},
    ),
    Answer(
        "train_loss_not_detached",
        "The sum keeps the graphs of the batches, and ends as the same number.",
        blocks={
            "sol_train": [
                """
                model.train()
                total_loss = num_seen = 0
                for ids, lengths, labels in batches:
                    loss = F.cross_entropy(model(ids, lengths), labels)
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    total_loss += loss * len(labels)
                    num_seen += len(labels)
                return total_loss.item() / num_seen
                """,
                None,
            ]
        },
    ),
]

ANSWERS = WRONG + RIGHT + SURVIVORS
