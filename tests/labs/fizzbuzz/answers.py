"""Answers to the FizzBuzz lab, wrong and right, and what each must cost."""

from instructor.labs.answers import Answer

TRAIN = """
    optimizer = torch.optim.SGD(model.parameters(), {settings})
    epoch_losses = []
    {before_epochs}
    for _ in range(num_epochs):
        batch_losses = []
        {before_epoch}
        for batch in {batches}:
            loss = F.cross_entropy({logits}, {labels})
            {zero_grad}
            loss.backward()
            {step}
            batch_losses.append({measure})
        epoch_losses.append({mean})
    return epoch_losses
"""
DRAWN_ORDER = "order = torch.randperm(len(X), generator=generator)"


def train_with(
    settings="lr=lr",
    before_epochs="pass",
    before_epoch=DRAWN_ORDER,
    batches="order.split(batch_size)",
    logits="model(X[batch])",
    labels="Y[batch]",
    zero_grad="optimizer.zero_grad()",
    step="optimizer.step()",
    measure="loss.item()",
    mean="sum(batch_losses) / len(batch_losses)",
):
    """Return a training loop in which one line may be wrong."""
    return {"sol_train": TRAIN.format(**locals())}


def tensors(to_chw=None, one_hot=None, row_argmax=None, normalize_columns=None, pairwise_sq_dist=None):
    """Return answers to question 1 in which some functions differ from the instructor's."""
    return {"sol_tensors": [to_chw, one_hot, row_argmax, normalize_columns, pairwise_sq_dist]}


def encode(fizz_buzz_encode=None, fizz_buzz=None, binary_encode=None):
    """Return answers to question 2 in which some functions differ from the instructor's."""
    return {"sol_encode": [fizz_buzz_encode, fizz_buzz, binary_encode]}


def dataset(make_dataset=None, split_dataset=None):
    """Return answers to question 3 in which a function differs from the instructor's."""
    return {"sol_dataset": [make_dataset, split_dataset]}


def better(width, optimizer, epochs, batch_size=256):
    """Return a recipe for question 9."""
    return {
        "sol_improve": f"""
            model = make_model(10, {width})
            optimizer = {optimizer}
            for _ in range({epochs}):
                for batch in torch.randperm(len(X), generator=generator).split({batch_size}):
                    optimizer.zero_grad()
                    F.cross_entropy(model(X[batch]), Y[batch]).backward()
                    optimizer.step()
            return model
        """
    }


def experiment(run=None, choice=None):
    """Return answers to question 8 in which the training, or the choice of settings, differs."""
    return {"sol_experiment": [run, choice]}


RUN = """
    torch.manual_seed({seed})
    model = make_model(10, {hidden_size})
    descent = {optimizer}(model.parameters(), lr={lr})
    for _ in range({num_epochs}):
        for batch in {order}.split({batch_size}):
            loss = F.cross_entropy({model}({X}[batch]), {Y}[batch])
            {zero_grad}
            loss.backward()
            {step}
    return share_right(model, {asked})
"""


def run_with(
    seed="seed",
    hidden_size="hidden_size",
    optimizer="optimizer",
    lr="lr",
    num_epochs="num_epochs",
    X="X_train",
    Y="Y_train",
    asked="X_val, Y_val",
    order="torch.randperm(len({X}))",
    batch_size="128",
    model="model",
    zero_grad="descent.zero_grad()",
    step="descent.step()",
):
    """Return a training of question 8 in which one line may be wrong."""
    order = order.format(X=X)
    return experiment(RUN.format(**locals()))


BLANK = "raise NotImplementedError"
LOSS = ["gradient", "large_logits", "mean_loss", "one_shift_per_row"]

TENSORS = [
    Answer(
        "reshape_instead_of_permute",
        "The shape of the image is right, its pixels are scrambled.",
        loses={"test_tensors": ["chw"]},
        blocks=tensors(to_chw="return image.reshape(image.shape[2], image.shape[0], image.shape[1])"),
    ),
    Answer(
        "height_and_width_swapped",
        "The order of all dimensions is reversed.",
        loses={"test_tensors": ["chw"]},
        blocks=tensors(to_chw="return image.permute(2, 1, 0)"),
    ),
    Answer(
        "three_channels_whatever_the_image",
        "The number of channels is written down.",
        loses={"test_tensors": ["chw"]},
        blocks=tensors(to_chw="return torch.stack([image[:, :, channel] for channel in range(3)])"),
    ),
    Answer(
        "as_many_columns_as_classes_seen",
        "num_classes is ignored: a class that no label holds has no column.",
        loses={"test_tensors": ["codes"]},
        blocks=tensors(one_hot="return torch.eye(int(labels.max()) + 1)[labels]"),
    ),
    Answer(
        "float_one_hot_of_the_classes_seen",
        "F.one_hot is left to guess the number of classes.",
        loses={"test_tensors": ["codes"]},
        blocks=tensors(one_hot="return F.one_hot(labels).float()"),
    ),
    Answer(
        "three_columns_whatever_is_asked",
        "num_classes is that of the visible test, written down.",
        loses={"test_tensors": ["codes"]},
        blocks=tensors(one_hot="return torch.eye(3)[labels]"),
    ),
    Answer(
        "integer_one_hot",
        "F.one_hot gives integers where floats were asked for.",
        loses={"test_tensors": ["codes_in_float32"]},
        blocks=tensors(one_hot="return F.one_hot(labels, num_classes)"),
    ),
    Answer(
        "one_hot_left_blank",
        "A blank function takes nothing from the others.",
        loses={"test_tensors": ["codes", "codes_in_float32"]},
        blocks=tensors(one_hot=BLANK),
    ),
    Answer(
        "a_one_in_each_column_seen",
        "A slice where a list of rows was needed: each row has all the ones.",
        loses={"test_tensors": ["codes"]},
        blocks=tensors(
            one_hot="""
                codes = torch.zeros(len(labels), num_classes)
                codes[:, labels] = 1
                return codes
            """
        ),
    ),
    Answer(
        "argmax_over_the_wrong_dimension",
        "The largest of each column, not of each row.",
        loses={"test_tensors": ["largest_of_rows"]},
        blocks=tensors(row_argmax="return x.argmax(dim=0)"),
    ),
    Answer(
        "largest_value_instead_of_its_place",
        "The maximum is returned, not where it stands.",
        loses={"test_tensors": ["largest_of_rows"]},
        blocks=tensors(row_argmax="return x.max(dim=1).values"),
    ),
    Answer(
        "squeezed_until_a_row_is_lost",
        "A single row gives a number, no longer a row of one.",
        loses={"test_tensors": ["largest_of_rows"]},
        blocks=tensors(row_argmax="return x.argmax(dim=1, keepdim=True).squeeze()"),
    ),
    Answer(
        "a_column_for_each_largest_value",
        "A row that holds its largest value twice counts twice.",
        loses={"test_tensors": ["largest_of_rows"]},
        blocks=tensors(row_argmax="return (x == x.amax(dim=1, keepdim=True)).nonzero()[:, 1]"),
    ),
    Answer(
        "population_deviation",
        "The denominator is n, not n - 1.",
        loses={"test_tensors": ["normal_columns"]},
        blocks=tensors(normalize_columns="return (x - x.mean(dim=0)) / x.std(dim=0, unbiased=False)"),
    ),
    Answer(
        "divided_by_the_largest_deviation",
        "A scale that three symmetric numbers do not tell from the deviation.",
        loses={"test_tensors": ["normal_columns"]},
        blocks=tensors(
            normalize_columns="""
                centred = x - x.mean(dim=0)
                return centred / centred.abs().max(dim=0).values
            """
        ),
    ),
    Answer(
        "rows_normalized",
        "Each row is normalised, not each column.",
        loses={"test_tensors": ["normal_columns"]},
        blocks=tensors(normalize_columns="return (x - x.mean(dim=1, keepdim=True)) / x.std(dim=1, keepdim=True)"),
    ),
    Answer(
        "normalized_in_place",
        "The values are right, and the caller's tensor is spoilt.",
        loses={"test_tensors": ["input_kept"]},
        blocks=tensors(
            normalize_columns="""
                x -= x.mean(dim=0)
                x /= x.std(dim=0)
                return x
            """
        ),
    ),
    Answer(
        "mean_subtracted_in_place",
        "The result is another tensor, but the mean was taken from the caller's.",
        loses={"test_tensors": ["input_kept"]},
        blocks=tensors(
            normalize_columns="""
                std = x.std(dim=0)
                return x.sub_(x.mean(dim=0)) / std
            """
        ),
    ),
    Answer(
        "product_taken_once",
        "The expanded square lacks the 2 of its double product.",
        loses={"test_tensors": ["squared_distances"]},
        blocks=tensors(pairwise_sq_dist="return a.pow(2).sum(1)[:, None] - a @ b.T + b.pow(2).sum(1)"),
    ),
    Answer(
        "squeezed_distances",
        "A single row of a or of b gives a dimension less.",
        loses={"test_tensors": ["squared_distances"]},
        blocks=tensors(pairwise_sq_dist="return ((a[:, None] - b) ** 2).sum(dim=2).squeeze()"),
    ),
    Answer(
        "square_root_of_the_distances",
        "Distances, not their squares.",
        loses={"test_tensors": ["squared_distances"]},
        blocks=tensors(pairwise_sq_dist="return torch.cdist(a, b)"),
    ),
    Answer(
        "distances_in_a_loop",
        "The distances are right, computed one row at a time.",
        loses={"test_tensors": ["no_loop"]},
        blocks=tensors(pairwise_sq_dist="return torch.stack([((row - b) ** 2).sum(dim=1) for row in a])"),
    ),
    Answer(
        "distances_between_lists",
        "The loop runs over Python's numbers, where PyTorch is not called at all.",
        loses={"test_tensors": ["no_loop"]},
        blocks=tensors(
            pairwise_sq_dist="""
                rows, others = a.tolist(), b.tolist()
                return torch.tensor([[sum((x - y) ** 2 for x, y in zip(p, q)) for q in others] for p in rows])
            """
        ),
    ),
    Answer(
        "other_functions_of_pytorch",
        "Slices that are stacked, ready-made functions, the expanded square.",
        blocks=tensors(
            "return torch.stack([image[:, :, channel] for channel in range(image.shape[2])])",
            "return F.one_hot(labels, num_classes).float()",
            "return torch.max(x, 1).indices",
            "return (x - x.mean(0, keepdim=True)) / torch.sqrt(x.var(0, keepdim=True))",
            "return a.pow(2).sum(1)[:, None] - 2 * a @ b.T + b.pow(2).sum(1)",
        ),
    ),
    Answer(
        "written_to_a_new_tensor",
        "movedim, an assignment by indices, a sort, copies changed in place, einsum.",
        blocks=tensors(
            "return image.movedim(-1, 0)",
            """
            out = torch.zeros(len(labels), num_classes)
            out[range(len(labels)), labels] = 1
            return out
            """,
            "return torch.sort(x, dim=-1, descending=True)[1][:, 0]",
            """
            copy = x.clone()
            copy -= x.mean(axis=0)
            copy /= ((copy**2).sum(axis=0) / (x.size(0) - 1)) ** 0.5
            return copy
            """,
            """
            difference = a.unsqueeze(1) - b.unsqueeze(0)
            return torch.einsum("nmd,nmd->nm", difference, difference)
            """,
        ),
    ),
    Answer(
        "loops_where_they_are_allowed",
        "einsum, comprehensions, a transposed view, and a loop over coordinates, as many as there are columns.",
        blocks=tensors(
            "return torch.einsum('hwc->chw', image)",
            "return torch.tensor([[float(label == k) for k in range(num_classes)] for label in labels])",
            "return torch.tensor([max(range(len(row)), key=lambda k: row[k]) for row in x.tolist()])",
            """
            columns = [(column - column.mean()) / column.std() for column in x.T]
            return torch.stack(columns, dim=1)
            """,
            """
            total = torch.zeros(len(a), len(b))
            for p, q in zip(a.T, b.T):
                total = total + (p[:, None] - q) ** 2
            return total
            """,
        ),
    ),
    Answer(
        "numpy_then_back",
        "The statement asks for tensors, not for how they are made; wider floats are as good.",
        blocks=tensors(
            "return torch.from_numpy(np.ascontiguousarray(np.transpose(image.numpy(), (2, 0, 1))))",
            "return torch.from_numpy(np.eye(num_classes, dtype=np.float32)[labels.numpy()])",
            "return torch.from_numpy(np.argmax(x.numpy(), axis=1))",
            """
            x = x.double()
            std, mean = torch.std_mean(x, dim=0)
            return (x - mean) / std
            """,
            "return torch.cdist(a, b) ** 2",
        ),
    ),
    Answer(
        "class_numbers_on_the_processor",
        "Labels on the processor, as in this lab, need no device.",
        blocks=tensors(one_hot="return (labels[:, None] == torch.arange(num_classes)).float()"),
    ),
]

ENCODE = [
    Answer(
        "fizz_and_buzz_swapped",
        "The classes of 3 and of 5 are exchanged.",
        loses={"test_encode": ["classes"]},
        blocks=encode("return 3 if i % 15 == 0 else 1 if i % 5 == 0 else 2 if i % 3 == 0 else 0"),
    ),
    Answer(
        "fifteen_is_fizz",
        "Divisibility by 3 is tested first, so 15 never reaches its own class.",
        loses={"test_encode": ["fizzbuzz"]},
        blocks=encode("return 1 if i % 3 == 0 else 2 if i % 5 == 0 else 3 if i % 15 == 0 else 0"),
    ),
    Answer(
        "number_instead_of_text",
        "A plain number is said as a number.",
        loses={"test_encode": ["texts"]},
        blocks=encode(fizz_buzz='return [i, "fizz", "buzz", "fizzbuzz"][prediction]'),
    ),
    Answer(
        "prediction_ignored",
        "The text follows the rule, not what the network predicts.",
        loses={"test_encode": ["texts"]},
        blocks=encode(fizz_buzz='return [str(i), "fizz", "buzz", "fizzbuzz"][fizz_buzz_encode(i)]'),
    ),
    Answer(
        "fizz_and_buzz_said_for_each_other",
        "The texts of the classes 1 and 2 are exchanged.",
        loses={"test_encode": ["texts"]},
        blocks=encode(fizz_buzz='return [str(i), "buzz", "fizz", "fizzbuzz"][prediction]'),
    ),
    Answer(
        "highest_bit_first",
        "Bits in the order in which they are written on paper.",
        loses={"test_encode": ["ten_bits"]},
        blocks=encode(binary_encode="return np.array([i >> k & 1 for k in reversed(range(num_digits))])"),
    ),
    Answer(
        "always_ten_bits",
        "num_digits is ignored.",
        loses={"test_encode": ["other_widths"]},
        blocks=encode(binary_encode="return np.array([i >> k & 1 for k in range(10)])"),
    ),
    Answer(
        "all_bits_of_a_large_number",
        "A number that needs more bits than asked gets them.",
        loses={"test_encode": ["other_widths"]},
        blocks=encode(binary_encode='return np.array([int(bit) for bit in f"{i:0{num_digits}b}"[::-1]])'),
    ),
    Answer(
        "width_that_numpy_refuses",
        "NumPy's text of bits wants a width that holds the number.",
        loses={"test_encode": ["other_widths"]},
        blocks=encode(
            binary_encode="return np.array([int(bit) for bit in np.binary_repr(i, num_digits)[::-1][:num_digits]])"
        ),
    ),
    Answer(
        "bits_from_the_second_one",
        "The ranks start at 1: the lowest bit is missing.",
        loses={"test_encode": ["other_widths", "ten_bits"]},
        blocks=encode(binary_encode="return np.array([i >> k & 1 for k in range(1, num_digits + 1)])"),
    ),
    Answer(
        "no_zero_behind_the_highest_bit",
        "A small number has as many bits as it needs, not as many as asked.",
        loses={"test_encode": ["other_widths", "ten_bits"]},
        blocks=encode(binary_encode="return np.array([int(bit) for bit in bin(i)[2:][::-1]])"),
    ),
    Answer(
        "list_of_bits",
        "A list where an array was asked for.",
        loses={"test_encode": ["integer_array"]},
        blocks=encode(binary_encode="return [i >> k & 1 for k in range(num_digits)]"),
    ),
    Answer(
        "float_bits",
        "Bits are floats.",
        loses={"test_encode": ["integer_array"]},
        blocks=encode(binary_encode="return np.floor(i / 2.0 ** np.arange(num_digits)) % 2"),
    ),
    Answer(
        "arithmetic_on_booleans",
        "No branch: booleans are counted, powers of two divided.",
        blocks=encode(
            "return (i % 3 == 0) * 1 + (i % 5 == 0) * 2",
            """
            if prediction == 0:
                return f"{i}"
            return ("fizz" if prediction in (1, 3) else "") + ("buzz" if prediction >= 2 else "")
            """,
            "return (i // 2 ** np.arange(num_digits)) % 2",
        ),
    ),
    Answer(
        "dictionaries_and_small_integers",
        "A dictionary, match, a text of bits, and an array of bytes filled in place.",
        blocks=encode(
            "return {(True, True): 3, (True, False): 1, (False, True): 2}.get((not i % 3, not i % 5), 0)",
            """
            match int(prediction):
                case 1:
                    return "fizz"
                case 2:
                    return "buzz"
                case 3:
                    return "fizz" + "buzz"
            return repr(i)
            """,
            """
            bits = np.zeros(num_digits, dtype=np.uint8)
            for k in range(num_digits):
                bits[k], i = i % 2, i // 2
            return bits
            """,
        ),
    ),
]

DATASET = [
    Answer(
        "ten_bits_whatever_is_asked",
        "num_digits is not passed on.",
        loses={"test_dataset": ["inputs"]},
        blocks=dataset(
            """
            X = np.array([binary_encode(i, 10) for i in range(start, stop)])
            return torch.tensor(X).float(), torch.tensor([fizz_buzz_encode(i) for i in range(start, stop)])
            """
        ),
    ),
    Answer(
        "labels_from_zero",
        "Labels are those of the rows' ranks.",
        loses={"test_dataset": ["labels"]},
        blocks=dataset(
            """
            X = np.array([binary_encode(i, num_digits) for i in range(start, stop)])
            return torch.tensor(X).float(), torch.tensor([fizz_buzz_encode(i) for i in range(len(X))])
            """
        ),
    ),
    Answer(
        "labels_as_float",
        "Labels are floats: the cross-entropy refuses them as class numbers.",
        loses={"test_dataset": ["types"]},
        blocks=dataset(
            """
            X = np.array([binary_encode(i, num_digits) for i in range(start, stop)])
            Y = np.array([fizz_buzz_encode(i) for i in range(start, stop)])
            return torch.tensor(X, dtype=torch.float32), torch.tensor(Y, dtype=torch.float32)
            """
        ),
    ),
    Answer(
        "stop_included",
        "The last integer is one too many.",
        loses={"test_dataset": ["inputs", "labels", "types"]},
        blocks=dataset(
            """
            numbers = range(start, stop + 1)
            X = np.array([binary_encode(i, num_digits) for i in numbers])
            return torch.tensor(X).float(), torch.tensor([fizz_buzz_encode(i) for i in numbers])
            """
        ),
    ),
    Answer(
        "validation_overlaps_training",
        "Validation and training are drawn separately, so they share examples.",
        loses={"test_dataset": ["nothing_lost"]},
        blocks=dataset(
            split_dataset="""
                val = torch.randperm(len(X), generator=generator)[:num_val]
                train = torch.randperm(len(X), generator=generator)[num_val:]
                return X[train], Y[train], X[val], Y[val]
            """
        ),
    ),
    Answer(
        "an_example_is_lost",
        "Training begins one too far.",
        loses={"test_dataset": ["nothing_lost"]},
        blocks=dataset(
            split_dataset="""
                order = torch.randperm(len(X), generator=generator)
                val, train = order[:num_val], order[num_val + 1 :]
                return X[train], Y[train], X[val], Y[val]
            """
        ),
    ),
    Answer(
        "shuffled_in_place",
        "The caller's examples and labels are shuffled.",
        loses={"test_dataset": ["nothing_lost"]},
        blocks=dataset(
            split_dataset="""
                order = torch.randperm(len(X), generator=generator)
                X[:], Y[:] = X[order], Y[order]
                return X[num_val:], Y[num_val:], X[:num_val], Y[:num_val]
            """
        ),
    ),
    Answer(
        "nothing_set_aside",
        "All examples serve twice.",
        loses={"test_dataset": ["nothing_lost", "drawn", "generator_decides"]},
        blocks={"sol_dataset": [None, "return X, Y, X, Y"]},
    ),
    Answer(
        "validation_of_185_whatever_is_asked",
        "num_val is this notebook's, written down.",
        loses={"test_dataset": ["nothing_lost"]},
        blocks=dataset(
            split_dataset="""
                order = torch.randperm(len(X), generator=generator)
                val, train = order[:185], order[185:]
                return X[train], Y[train], X[val], Y[val]
            """
        ),
    ),
    Answer(
        "a_fifth_for_validation",
        "A share of this notebook's, written down, in the place of num_val.",
        loses={"test_dataset": ["nothing_lost"]},
        blocks=dataset(
            split_dataset="""
                train, val = torch.randperm(len(X), generator=generator).tensor_split([int(0.8 * len(X))])
                return X[train], Y[train], X[val], Y[val]
            """
        ),
    ),
    Answer(
        "parts_exchanged",
        "num_val examples to learn from, the others for validation.",
        loses={"test_dataset": ["nothing_lost"]},
        blocks=dataset(
            split_dataset="""
                order = torch.randperm(len(X), generator=generator)
                return X[order[:num_val]], Y[order[:num_val]], X[order[num_val:]], Y[order[num_val:]]
            """
        ),
    ),
    Answer(
        "last_example_never_held_back",
        "A permutation of one index too few.",
        loses={"test_dataset": ["drawn"]},
        blocks=dataset(
            split_dataset="""
                order = torch.randperm(len(X) - 1, generator=generator)
                val, train = order[:num_val], torch.cat([order[num_val:], torch.tensor([len(X) - 1])])
                return X[train], Y[train], X[val], Y[val]
            """
        ),
    ),
    Answer(
        "same_split_for_all_generators",
        "The examples are drawn, by a seed that is written down.",
        loses={"test_dataset": ["generator_decides"]},
        blocks=dataset(
            split_dataset="""
                order = torch.randperm(len(X), generator=torch.Generator().manual_seed(42))
                return X[order[num_val:]], Y[order[num_val:]], X[order[:num_val]], Y[order[:num_val]]
            """
        ),
    ),
    Answer(
        "permutation_of_923",
        "The number of examples is this notebook's, written down.",
        loses={"test_dataset": ["drawn", "generator_decides", "labels_follow", "nothing_lost"]},
        blocks=dataset(
            split_dataset="""
                order = torch.randperm(923, generator=generator)
                val, train = order[:num_val], order[num_val:]
                return X[train], Y[train], X[val], Y[val]
            """
        ),
    ),
    Answer(
        "examples_told_apart_by_their_bits",
        "Training holds what equals no validation example: of two equal ones, one may be lost.",
        loses={"test_dataset": ["nothing_lost"]},
        blocks=dataset(
            split_dataset="""
                val = torch.randperm(len(X), generator=generator)[:num_val]
                held_back = X[val].tolist()
                train = [i for i, x in enumerate(X.tolist()) if x not in held_back]
                return X[train], Y[train], X[val], Y[val]
            """
        ),
    ),
    Answer(
        "examples_flattened",
        "Examples of any shape are split; these come back as rows.",
        loses={"test_dataset": ["nothing_lost"]},
        blocks=dataset(
            split_dataset="""
                order = torch.randperm(len(X), generator=generator)
                X = X.reshape(len(X), -1)
                return X[order[num_val:]], Y[order[num_val:]], X[order[:num_val]], Y[order[:num_val]]
            """
        ),
    ),
    Answer(
        "labels_drawn_apart",
        "Examples and labels are shuffled by two permutations.",
        loses={"test_dataset": ["labels_follow"]},
        blocks=dataset(
            split_dataset="""
                X = X[torch.randperm(len(X), generator=generator)]
                Y = Y[torch.randperm(len(Y), generator=generator)]
                return X[num_val:], Y[num_val:], X[:num_val], Y[:num_val]
            """
        ),
    ),
    Answer(
        "a_block_that_starts_anywhere",
        "Validation holds neighbours, from a drawn start.",
        loses={"test_dataset": ["drawn"]},
        blocks=dataset(
            split_dataset="""
                order = torch.arange(len(X)).roll(int(torch.randint(len(X), (1,), generator=generator)))
                val, train = order[:num_val], order[num_val:]
                return X[train], Y[train], X[val], Y[val]
            """
        ),
    ),
    Answer(
        "generator_not_used_to_split",
        "The draw does not come from the generator that was given.",
        loses={"test_dataset": ["generator_decides"]},
        blocks=dataset(
            split_dataset="""
                order = torch.randperm(len(X))
                val, train = order[:num_val], order[num_val:]
                return X[train], Y[train], X[val], Y[val]
            """
        ),
    ),
    Answer(
        "seed_of_the_generator_to_split",
        "The first seed of the generator is read, nothing is drawn from it: two calls give the same split.",
        loses={"test_dataset": ["generator_decides"]},
        blocks=dataset(
            split_dataset="""
                torch.manual_seed(generator.initial_seed())
                order = torch.randperm(len(X))
                return X[order[num_val:]], Y[order[num_val:]], X[order[:num_val]], Y[order[:num_val]]
            """
        ),
    ),
    Answer(
        "split_without_chance",
        "Every third example, whatever the generator.",
        loses={"test_dataset": ["drawn", "generator_decides"]},
        blocks=dataset(
            split_dataset="""
                step = len(X) // num_val
                order = torch.arange(len(X))
                is_val = (order % step == 1) & (order // step < num_val)
                return X[~is_val], Y[~is_val], X[is_val], Y[is_val]
            """
        ),
    ),
    Answer(
        "last_examples_for_validation",
        "Nothing is drawn: the validation set is the largest integers.",
        loses={"test_dataset": ["drawn", "generator_decides"]},
        blocks=dataset(split_dataset="return X[:-num_val], Y[:-num_val], X[-num_val:], Y[-num_val:]"),
    ),
    Answer(
        "shuffled_by_exchanges",
        "A list of indices whose elements are exchanged two by two, by integers that are drawn.",
        blocks=dataset(
            split_dataset="""
                order = list(range(len(X)))
                for i in reversed(range(1, len(order))):
                    j = torch.randint(i + 1, (), generator=generator).item()
                    order[i], order[j] = order[j], order[i]
                train, val = order[num_val:], order[:num_val]
                return X[train], Y[train], X[val], Y[val]
            """
        ),
    ),
    Answer(
        "numpy_seeded_by_a_draw",
        "NumPy shuffles, and its seed is drawn from the generator.",
        blocks=dataset(
            split_dataset="""
                seed = torch.randint(2**31, (), generator=generator).item()
                order = np.random.default_rng(seed).permutation(len(X))
                return X[order[num_val:]], Y[order[num_val:]], X[order[:num_val]], Y[order[:num_val]]
            """
        ),
    ),
    Answer(
        "bits_by_broadcasting",
        "Tensors from the beginning, and PyTorch's own split.",
        blocks=dataset(
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
        ),
    ),
    Answer(
        "lists_and_a_mask",
        "Rows gathered in lists; the end of a permutation, as a mask, in the order of the examples.",
        blocks=dataset(
            """
            X, Y = [], []
            for i in range(start, stop):
                X.append(torch.FloatTensor(binary_encode(i, num_digits)))
                Y.append(fizz_buzz_encode(i))
            return torch.stack(X), torch.LongTensor(Y)
            """,
            """
            is_val = torch.zeros(len(X), dtype=torch.bool)
            is_val[torch.rand(len(X), generator=generator).argsort()[-num_val:]] = True
            return [X[~is_val], Y[~is_val], X[is_val], Y[is_val]]
            """,
        ),
    ),
]

BASELINE_AND_MODEL = [
    Answer(
        "majority_of_the_test_set",
        "The naive model chooses its class by looking at the test labels.",
        loses={"test_baseline": ["accuracy_of_majority"]},
        blocks={"sol_baseline": "return test_labels.bincount().max().item() / len(test_labels)"},
    ),
    Answer(
        "accuracy_on_training",
        "The share is that of the training labels.",
        loses={"test_baseline": ["accuracy_of_majority"]},
        blocks={"sol_baseline": "return (train_labels == train_labels.mode().values).float().mean().item()"},
    ),
    Answer(
        "largest_label_instead_of_most_frequent",
        "max is taken of the labels, not of their counts.",
        loses={"test_baseline": ["accuracy_of_majority"]},
        blocks={"sol_baseline": "return (test_labels == train_labels.max()).float().mean().item()"},
    ),
    Answer(
        "median_instead_of_most_frequent",
        "The median of the labels, which is also their majority where one label holds half of them.",
        loses={"test_baseline": ["accuracy_of_majority"]},
        blocks={"sol_baseline": "return (test_labels == train_labels.median()).float().mean().item()"},
    ),
    Answer(
        "rank_among_the_labels_seen",
        "The rank of the largest count is taken for its label, as if no label were missing.",
        loses={"test_baseline": ["accuracy_of_majority"]},
        blocks={
            "sol_baseline": """
                _, counts = train_labels.unique(return_counts=True)
                return (test_labels == counts.argmax()).float().mean().item()
            """
        },
    ),
    Answer(
        "rounded_accuracy",
        "The share is rounded to hundredths.",
        loses={"test_baseline": ["accuracy_of_majority"]},
        blocks={"sol_baseline": "return round((test_labels == train_labels.mode().values).float().mean().item(), 2)"},
    ),
    Answer(
        "accuracy_as_a_tensor",
        "No item: a tensor, not a number.",
        loses={"test_baseline": ["python_float"]},
        blocks={"sol_baseline": "return (test_labels == train_labels.mode().values).float().mean()"},
    ),
    Answer(
        "hidden_size_ignored",
        "A hundred units, whatever is asked.",
        loses={"test_model": ["sizes"]},
        blocks={"sol_model": "return nn.Sequential(nn.Linear(num_digits, 100), nn.ReLU(), nn.Linear(100, 4))"},
    ),
    Answer(
        "ten_inputs_whatever_is_asked",
        "num_digits is ignored.",
        loses={"test_model": ["sizes"]},
        blocks={"sol_model": "return nn.Sequential(nn.Linear(10, hidden_size), nn.ReLU(), nn.Linear(hidden_size, 4))"},
    ),
    Answer(
        "softmax_in_the_model",
        "The model gives probabilities to a loss that takes logits.",
        loses={"test_model": ["logits"]},
        blocks={
            "sol_model": """
                return nn.Sequential(
                    nn.Linear(num_digits, hidden_size), nn.ReLU(), nn.Linear(hidden_size, 4), nn.Softmax(dim=1)
                )
            """
        },
    ),
    Answer(
        "log_softmax_in_the_model",
        "Log-probabilities, which the loss normalises again: nothing is gained, and they are no logits of the layer.",
        loses={"test_model": ["logits"]},
        blocks={
            "sol_model": """
                return nn.Sequential(
                    nn.Linear(num_digits, hidden_size), nn.ReLU(), nn.Linear(hidden_size, 4), nn.LogSoftmax(dim=1)
                )
            """
        },
    ),
    Answer(
        "no_activation",
        "Two affine layers in a row are one.",
        loses={"test_model": ["logits"]},
        blocks={"sol_model": "return nn.Sequential(nn.Linear(num_digits, hidden_size), nn.Linear(hidden_size, 4))"},
    ),
    Answer(
        "activated_logits",
        "A ReLU behind the last layer: no score is negative.",
        loses={"test_model": ["logits"]},
        blocks={
            "sol_model": """
                return nn.Sequential(
                    nn.Linear(num_digits, hidden_size), nn.ReLU(), nn.Linear(hidden_size, 4), nn.ReLU()
                )
            """
        },
    ),
    Answer(
        "sigmoid_instead_of_relu",
        "Another activation.",
        loses={"test_model": ["logits"]},
        blocks={
            "sol_model": """
                return nn.Sequential(nn.Linear(num_digits, hidden_size), nn.Sigmoid(), nn.Linear(hidden_size, 4))
            """
        },
    ),
    Answer(
        "leaky_relu",
        "Negative numbers are reduced, not cancelled.",
        loses={"test_model": ["logits"]},
        blocks={
            "sol_model": """
                return nn.Sequential(nn.Linear(num_digits, hidden_size), nn.LeakyReLU(), nn.Linear(hidden_size, 4))
            """
        },
    ),
    Answer(
        "counted_with_unique",
        "NumPy's mean; a class for the network, its last layer declared first.",
        blocks={
            "sol_baseline": """
                classes, counts = torch.unique(train_labels, return_counts=True)
                return float(np.mean((test_labels == classes[counts.argmax()]).numpy()))
            """,
            "sol_model": """
                class FizzBuzzNet(nn.Module):
                    def __init__(self):
                        super().__init__()
                        self.out = nn.Linear(hidden_size, 4)
                        self.hidden = nn.Linear(num_digits, hidden_size)

                    def forward(self, x):
                        return self.out(F.relu(self.hidden(x)))

                return FizzBuzzNet()
            """,
        },
    ),
    Answer(
        "counted_with_a_dictionary",
        "Counter and a loop; weights of one's own, transposed, behind a clamp.",
        blocks={
            "sol_baseline": """
                from collections import Counter

                majority = Counter(train_labels.tolist()).most_common(1)[0][0]
                return sum(label == majority for label in test_labels.tolist()) / len(test_labels)
            """,
            "sol_model": """
                class Net(nn.Module):
                    def __init__(self, *sizes):
                        super().__init__()
                        pairs = list(zip(sizes, sizes[1:]))
                        self.weights = nn.ParameterList([torch.randn(n, m) / n**0.5 for n, m in pairs])
                        self.biases = nn.ParameterList([torch.zeros(m) for _, m in pairs])

                    def forward(self, x):
                        x = (x @ self.weights[0] + self.biases[0]).clamp(min=0)
                        return x @ self.weights[1] + self.biases[1]

                return Net(num_digits, hidden_size, 4)
            """,
        },
    ),
    Answer(
        "layers_that_find_their_width",
        "mode gives the majority; the first layer reads its width from the first batch.",
        blocks={
            "sol_baseline": "return test_labels.eq(train_labels.mode()[0]).double().mean().item()",
            "sol_model": """
                model = nn.Sequential()
                for name, layer in {"a": nn.LazyLinear(hidden_size), "b": nn.ReLU(), "c": nn.LazyLinear(4)}.items():
                    model.add_module(name, layer)
                model(torch.zeros(1, num_digits))
                return model
            """,
        },
    ),
]

CROSS_ENTROPY = [
    Answer(
        "sum_instead_of_mean",
        "The losses of a batch are added.",
        loses={"test_loss": ["mean_loss"]},
        blocks={"sol_loss": "return (torch.logsumexp(logits, 1) - logits.gather(1, targets[:, None])[:, 0]).sum()"},
    ),
    Answer(
        "sign_forgotten",
        "The mean log-likelihood, which is to be as large as possible.",
        loses={"test_loss": ["mean_loss"]},
        blocks={"sol_loss": "return (logits.gather(1, targets[:, None])[:, 0] - logits.logsumexp(1)).mean()"},
    ),
    Answer(
        "a_loss_for_each_example",
        "No mean is taken.",
        loses={"test_loss": ["mean_loss"]},
        blocks={"sol_loss": "return torch.logsumexp(logits, 1) - logits[torch.arange(len(targets)), targets]"},
    ),
    Answer(
        "right_logit_detached",
        "The value is right, half of its derivative is lost.",
        loses={"test_loss": ["gradient"]},
        blocks={
            "sol_loss": """
                right = logits.detach()[torch.arange(len(targets)), targets]
                return (torch.logsumexp(logits, dim=1) - right).mean()
            """
        },
    ),
    Answer(
        "number_instead_of_tensor",
        "A Python number is no longer differentiable.",
        loses={"test_loss": ["gradient"]},
        blocks={
            "sol_loss": """
                right = logits[torch.arange(len(targets)), targets]
                return torch.tensor((torch.logsumexp(logits, dim=1) - right).mean().item())
            """
        },
    ),
    Answer(
        "logarithm_of_a_shifted_softmax",
        "The maximum is subtracted, but the logarithm is that of a probability, which is 0.",
        loses={"test_loss": ["large_logits"]},
        blocks={
            "sol_loss": """
                exp = (logits - logits.max(dim=1, keepdim=True).values).exp()
                p = exp / exp.sum(dim=1, keepdim=True)
                return -p[torch.arange(len(targets)), targets].log().mean()
            """
        },
    ),
    Answer(
        "probabilities_kept_from_zero",
        "Probabilities have a lower bound: large losses stop at its own.",
        loses={"test_loss": ["large_logits"]},
        blocks={
            "sol_loss": """
                p = torch.softmax(logits, dim=1)[torch.arange(len(targets)), targets]
                return -p.clamp(min=1e-30).log().mean()
            """
        },
    ),
    Answer(
        "logarithm_kept_from_zero",
        "A small number is added before the logarithm: large losses stop at its own.",
        loses={"test_loss": ["large_logits"]},
        blocks={
            "sol_loss": """
                p = torch.softmax(logits, dim=1)[torch.arange(len(targets)), targets]
                return -(p + 1e-12).log().mean()
            """
        },
    ),
    Answer(
        "one_maximum_for_the_batch",
        "The same m for all rows: those far below it underflow.",
        loses={"test_loss": ["one_shift_per_row"]},
        blocks={
            "sol_loss": """
                z = logits - logits.max()
                return (z.exp().sum(dim=1).log() - z[torch.arange(len(targets)), targets]).mean()
            """
        },
    ),
    Answer(
        "logarithm_of_softmax",
        "The formula is copied as it is and overflows.",
        loses={"test_loss": ["large_logits", "one_shift_per_row"]},
        blocks={
            "sol_loss": """
                p = logits.exp() / logits.exp().sum(dim=1, keepdim=True)
                return -p[torch.arange(len(targets)), targets].log().mean()
            """
        },
    ),
    Answer(
        "as_many_classes_as_seen",
        "F.one_hot is left to guess the number of classes.",
        loses={"test_loss": ["gradient", "large_logits", "one_shift_per_row"]},
        blocks={"sol_loss": "return (torch.logsumexp(logits, 1) - (logits * F.one_hot(targets)).sum(1)).mean()"},
    ),
    Answer(
        "ready_made_cross_entropy",
        "PyTorch's own function is called.",
        loses={"test_loss": LOSS},
        blocks={"sol_loss": "return F.cross_entropy(logits, targets)"},
    ),
    Answer(
        "ready_made_layer",
        "PyTorch's own layer is called.",
        loses={"test_loss": LOSS},
        blocks={"sol_loss": "return nn.CrossEntropyLoss()(logits, targets)"},
    ),
    Answer(
        "ready_made_log_softmax",
        "The delicate half is ready-made, as a method.",
        loses={"test_loss": LOSS},
        blocks={"sol_loss": "return -logits.log_softmax(dim=1)[torch.arange(len(targets)), targets].mean()"},
    ),
    Answer(
        "ready_made_log_softmax_layer",
        "The delicate half is ready-made, as a layer.",
        loses={"test_loss": LOSS},
        blocks={"sol_loss": "return -nn.LogSoftmax(dim=-1)(logits).gather(1, targets[:, None]).mean()"},
    ),
    Answer(
        "ready_made_distribution",
        "A distribution knows its logarithms.",
        loses={"test_loss": LOSS},
        blocks={"sol_loss": "return -torch.distributions.Categorical(logits=logits).log_prob(targets).mean()"},
    ),
    Answer(
        "logsumexp",
        "PyTorch's logarithm of a sum, which the statement does not forbid.",
        blocks={
            "sol_loss": """
                right = logits.gather(1, targets[:, None])[:, 0]
                return (torch.logsumexp(logits, dim=1) - right).sum() / len(targets)
            """
        },
    ),
    Answer(
        "logsumexp_minus_the_logit",
        "The shortest form, rounded as large float32 numbers are.",
        blocks={"sol_loss": "return (torch.logsumexp(logits, 1) - logits[torch.arange(len(logits)), targets]).mean()"},
    ),
    Answer(
        "added_one_by_one",
        "Large float32 numbers are rounded, a row at a time, and added before they are divided.",
        blocks={
            "sol_loss": """
                total = logits.new_zeros(())
                for row, target in zip(logits, targets):
                    total = total + row.logsumexp(dim=0) - row[target]
                return total / len(targets)
            """
        },
    ),
    Answer(
        "logarithms_added_by_pairs",
        "logaddexp, from column to column.",
        blocks={
            "sol_loss": """
                from functools import reduce

                total = reduce(torch.logaddexp, logits.unbind(dim=1))
                return (total - logits.take_along_dim(targets[:, None], dim=1)[:, 0]).mean()
            """
        },
    ),
    Answer(
        "maximum_added_again",
        "m + log of the sum, the right logit chosen by a product with one-hot labels; wider floats are as good.",
        blocks={
            "sol_loss": """
                z = logits.double()
                m = z.max(dim=1, keepdim=True).values
                log_sum = (m + (z - m).exp().sum(dim=1, keepdim=True).log())[:, 0]
                return (log_sum - (z * F.one_hot(targets, z.shape[1])).sum(dim=1)).mean()
            """
        },
    ),
    Answer(
        "row_by_row",
        "A loop, and a function of one's own within.",
        blocks={
            "sol_loss": """
                def log_sum_exp(z):
                    m = max(z)
                    return m + torch.log(sum(torch.exp(value - m) for value in z))

                losses = [log_sum_exp(z) - z[y] for z, y in zip(logits, targets)]
                return sum(losses) / len(losses)
            """
        },
    ),
    Answer(
        "masked_with_one_hot",
        "One-hot labels choose the right class; wider floats; a detached maximum.",
        blocks={
            "sol_loss": """
                z = logits.double()
                z = z - z.detach().amax(dim=-1, keepdim=True)
                nll = z.exp().sum(-1).log() - (z * F.one_hot(targets, z.shape[1])).sum(-1)
                return nll.mean().to(logits.dtype)
            """
        },
    ),
]

TRAINING = [
    Answer(
        "labels_do_not_follow",
        "Examples are shuffled, their labels are not.",
        loses={"test_train": ["gradient_steps"]},
        blocks=train_with(labels="Y[: len(batch)]"),
    ),
    Answer(
        "rate_that_decreases",
        "A schedule that nobody asked for.",
        loses={"test_train": ["gradient_steps"]},
        blocks=train_with(before_epoch=f"optimizer.param_groups[0]['lr'] = lr / (1 + _); {DRAWN_ORDER}"),
    ),
    Answer(
        "first_layer_only",
        "The optimiser has the first two parameters, those of a network of one layer.",
        loses={"test_train": ["gradient_steps"]},
        blocks=train_with(before_epochs="optimizer = torch.optim.SGD([*model.parameters()][:2], lr=lr)"),
    ),
    Answer(
        "gradients_cleared_once_an_epoch",
        "Gradients add up from one batch to the next.",
        loses={"test_train": ["one_step_per_batch"]},
        blocks=train_with(before_epoch=f"optimizer.zero_grad(); {DRAWN_ORDER}", zero_grad="pass"),
    ),
    Answer(
        "no_zero_grad",
        "Gradients add up from one step to the next.",
        loses={"test_train": ["gradient_steps"]},
        blocks=train_with(zero_grad="pass"),
    ),
    Answer(
        "momentum",
        "SGD has a setting that the statement excludes.",
        loses={"test_train": ["gradient_steps"]},
        blocks=train_with(settings="lr=lr, momentum=0.9"),
    ),
    Answer(
        "another_optimizer",
        "Adam, where SGD was asked for.",
        loses={"test_train": ["gradient_steps"]},
        blocks=train_with(before_epochs="optimizer = torch.optim.Adam(model.parameters(), lr=lr)"),
    ),
    Answer(
        "rate_of_the_recipe",
        "The rate is written down.",
        loses={"test_train": ["gradient_steps"]},
        blocks=train_with(settings="lr=0.05"),
    ),
    Answer(
        "losses_added_before_the_step",
        "The gradient is that of the sum of a batch, the loss that is told is its mean.",
        loses={"test_train": ["gradient_steps"]},
        blocks=train_with(step="[p.grad.mul_(len(batch)) for p in model.parameters()]; optimizer.step()"),
    ),
    Answer(
        "step_forgotten",
        "Gradients are computed, and no step is made.",
        loses={"test_train": ["gradient_steps", "one_step_per_batch"]},
        blocks=train_with(step="pass"),
    ),
    Answer(
        "cleared_between_backward_and_step",
        "Each step is made with gradients that were just forgotten.",
        loses={"test_train": ["gradient_steps", "one_step_per_batch"]},
        blocks=train_with(zero_grad="pass", step="optimizer.zero_grad(); optimizer.step()"),
    ),
    Answer(
        "all_examples_in_one_batch",
        "batch_size is ignored.",
        loses={"test_train": ["one_step_per_batch"]},
        blocks=train_with(batches="[order]"),
    ),
    Answer(
        "batches_of_like_sizes",
        "As many batches as asked, of sizes evened out.",
        loses={"test_train": ["one_step_per_batch"]},
        blocks=train_with(batches="order.chunk(-(-len(X) // batch_size))"),
    ),
    Answer(
        "last_batch_dropped",
        "The last, smaller batch is left out.",
        loses={"test_train": ["every_example"]},
        blocks=train_with(batches="order[: len(X) // batch_size * batch_size].split(batch_size)"),
    ),
    Answer(
        "small_batch_not_learnt",
        "The last, smaller batch is measured, and no step follows.",
        loses={"test_train": ["every_example"]},
        blocks=train_with(step="if len(batch) == batch_size: optimizer.step()"),
    ),
    Answer(
        "drawn_with_replacement",
        "Some examples come twice in an epoch, others never.",
        loses={"test_train": ["every_example", "gradient_steps"]},
        blocks=train_with(before_epoch="order = torch.randint(len(X), (len(X),), generator=generator)"),
    ),
    Answer(
        "losses_never_cleared",
        "The mean is taken over all epochs so far.",
        loses={"test_train": ["losses_before_steps"]},
        blocks=train_with(before_epochs="seen = []", mean="seen.extend(batch_losses) or sum(seen) / len(seen)"),
    ),
    Answer(
        "measured_behind_the_step",
        "Each loss is measured with the weights that its step gave.",
        loses={"test_train": ["losses_before_steps"]},
        blocks=train_with(measure="F.cross_entropy(model(X[batch]), Y[batch]).item()"),
    ),
    Answer(
        "mean_over_examples",
        "A smaller batch weighs less.",
        loses={"test_train": ["mean_of_batches"]},
        blocks=train_with(measure="loss.item() * len(batch)", mean="sum(batch_losses) / len(X)"),
    ),
    Answer(
        "divided_by_the_full_batches",
        "The sum is divided by one batch too few.",
        loses={"test_train": ["mean_of_batches"]},
        blocks=train_with(mean="sum(batch_losses) / (len(X) // batch_size)"),
    ),
    Answer(
        "sum_of_the_batches",
        "Losses are added, not averaged.",
        loses={"test_train": ["mean_of_batches"]},
        blocks=train_with(mean="sum(batch_losses)"),
    ),
    Answer(
        "loss_of_the_last_batch",
        "The last batch speaks for the epoch.",
        loses={"test_train": ["mean_of_batches"]},
        blocks=train_with(mean="batch_losses[-1]"),
    ),
    Answer(
        "losses_as_tensors",
        "No item: the graph stays in memory.",
        loses={"test_train": ["python_floats"]},
        blocks=train_with(measure="loss"),
    ),
    Answer(
        "softmax_before_the_cross_entropy",
        "Probabilities are given to a loss that takes logits.",
        loses={"test_train": ["gradient_steps"]},
        blocks=train_with(logits="model(X[batch]).softmax(dim=1)"),
    ),
    Answer(
        "batches_shuffled_not_examples",
        "The same batches of neighbours, in another order.",
        loses={"test_train": ["shuffled"]},
        blocks=train_with(
            before_epoch="order = list(torch.arange(len(X)).split(batch_size))",
            batches="[order[k] for k in torch.randperm(len(order), generator=generator)]",
        ),
    ),
    Answer(
        "shifted_instead_of_shuffled",
        "Each epoch starts elsewhere, in the same order.",
        loses={"test_train": ["shuffled"]},
        blocks=train_with(
            before_epoch="order = torch.arange(len(X)).roll("
            "int(torch.randint(1, len(X) + 1, (1,), generator=generator)))"
        ),
    ),
    Answer(
        "shuffled_once",
        "Examples are shuffled before the first epoch only.",
        loses={"test_train": ["shuffled_every_epoch"]},
        blocks=train_with(before_epochs=DRAWN_ORDER, before_epoch="pass"),
    ),
    Answer(
        "generator_ignored",
        "The order does not come from the generator that was given.",
        loses={"test_train": ["generator_decides"]},
        blocks=train_with(before_epoch="order = torch.randperm(len(X))"),
    ),
    Answer(
        "seed_of_the_generator",
        "The first seed of the generator is read, nothing is drawn from it: two calls shuffle alike.",
        loses={"test_train": ["generator_decides"]},
        blocks=train_with(before_epochs="generator = torch.Generator().manual_seed(generator.initial_seed())"),
    ),
    Answer(
        "generator_seeded_again",
        "The same seed at each epoch, whatever is given.",
        loses={"test_train": ["generator_decides", "shuffled_every_epoch"]},
        blocks=train_with(before_epoch="order = torch.randperm(len(X), generator=generator.manual_seed(0))"),
    ),
    Answer(
        "no_shuffling",
        "Mini-batches are always the same, in the order of the examples.",
        loses={"test_train": ["generator_decides", "shuffled", "shuffled_every_epoch"]},
        blocks=train_with(before_epoch="order = torch.arange(len(X))"),
    ),
    Answer(
        "loader_without_the_generator",
        "A loader that shuffles as it likes, and drops the last batch.",
        loses={"test_train": ["every_example", "generator_decides"]},
        blocks=train_with(
            before_epochs="loader = torch.utils.data.DataLoader(range(len(X)), batch_size, True, drop_last=True)",
            batches="loader",
        ),
    ),
    Answer(
        "closure_and_generator_function",
        "Each step calls a closure, and a generator gives the losses of an epoch.",
        blocks={
            "sol_train": """
                optimizer = torch.optim.SGD([{"params": model.parameters()}], lr)

                def epoch():
                    order = torch.rand(len(X), generator=generator).argsort()
                    for x, y in zip(X[order].split(batch_size), Y[order].split(batch_size)):

                        def closure():
                            optimizer.zero_grad()
                            loss = F.cross_entropy(model(x), y)
                            loss.backward()
                            return loss

                        yield optimizer.step(closure).item()

                return [float(np.mean([*epoch()])) for _ in range(num_epochs)]
            """
        },
    ),
    Answer(
        "forward_called_by_its_name",
        "The network's method, instead of the network itself.",
        blocks=train_with(logits="model.forward(X[batch])"),
    ),
    Answer(
        "data_loader",
        "PyTorch's data loader and its layer for the loss.",
        blocks={
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
            """
        },
    ),
    Answer(
        "steps_by_hand",
        "Slices of a permutation, gradient steps without an optimiser, NumPy's mean.",
        blocks={
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
            """
        },
    ),
    Answer(
        "helper_that_measures_too",
        "An inner function, all examples measured at the end of an epoch, copies shuffled, an array for the losses.",
        blocks={
            "sol_train": """
                sgd = getattr(torch.optim, "SGD")(model.parameters(), lr=lr)

                def step(x, y):
                    sgd.zero_grad(set_to_none=False)
                    (loss := F.cross_entropy(model(x), y)).backward()
                    sgd.step()
                    return float(loss.detach())

                def epoch():
                    model.train()
                    order = torch.rand(len(X), generator=generator).argsort()
                    pairs = zip(torch.split(X[order], batch_size), torch.split(Y[order], batch_size))
                    losses = np.array([step(x, y) for x, y in pairs])
                    model.eval()
                    F.cross_entropy(model(X), Y)
                    return losses.mean().item()

                return [epoch() for _ in range(num_epochs)]
            """
        },
    ),
]

EXPERIMENT = [
    Answer(
        "hidden_size_of_the_recipe",
        "The width is the recipe's, whatever the setting says.",
        loses={"test_experiment": ["obeys"]},
        blocks=run_with(hidden_size="100"),
    ),
    Answer(
        "always_gradient_descent",
        "The optimiser of the setting is not used: its variant is the reference again.",
        loses={"test_experiment": ["obeys"]},
        blocks=run_with(optimizer="torch.optim.SGD"),
    ),
    Answer(
        "one_epoch_fewer",
        "The last epoch is not run.",
        loses={"test_experiment": ["obeys"]},
        blocks=run_with(num_epochs="max(1, num_epochs - 1)"),
    ),
    Answer(
        "optimizer_made_anew_at_each_epoch",
        "What Adam and Adagrad remember of the steps is lost at each epoch.",
        loses={"test_experiment": ["obeys"]},
        edits={
            "sol_experiment": [
                (
                    "    descent = optimizer(model.parameters(), lr=lr)\n    for _ in range(num_epochs):\n",
                    "    for _ in range(num_epochs):\n        descent = optimizer(model.parameters(), lr=lr)\n",
                )
            ]
        },
    ),
    Answer(
        "no_step",
        "Gradients are computed, and nothing is learnt.",
        loses={"test_experiment": ["obeys"]},
        blocks=run_with(step="pass"),
    ),
    Answer(
        "forward_of_the_network_called",
        "model.forward(x), which no hook of PyTorch's sees.",
        blocks=run_with(model="model.forward"),
    ),
    Answer(
        "batches_always_the_same",
        "Nothing is shuffled.",
        loses={"test_experiment": ["learns"]},
        blocks=run_with(order="torch.arange(len(X_train))"),
    ),
    Answer(
        "gradients_of_an_experiment_add_up",
        "Gradients are never reset in the training of question 8.",
        loses={"test_experiment": ["learns"]},
        blocks=run_with(zero_grad="pass"),
    ),
    Answer(
        "all_examples_at_once",
        "A step an epoch where batches were asked for.",
        loses={"test_experiment": ["learns"]},
        blocks=run_with(batch_size="len(X_train)"),
    ),
    Answer(
        "one_step_an_epoch",
        "Gradients are computed for each batch, and a step is made for the last one.",
        loses={"test_experiment": ["learns"]},
        blocks=run_with(step="if len(batch) < 128: descent.step()"),
    ),
    Answer(
        "probabilities_given_to_the_loss_of_an_experiment",
        "A softmax before a loss that takes logits.",
        loses={"test_experiment": ["learns"]},
        blocks=run_with(model="(lambda x: model(x).softmax(dim=1))"),
    ),
    Answer(
        "validation_learnt_too",
        "The network learns from all examples, validation included.",
        loses={"test_experiment": ["learns"]},
        blocks=run_with(X="X", Y="Y"),
    ),
    Answer(
        "labels_of_other_examples",
        "Examples are shuffled, their labels are not.",
        loses={"test_experiment": ["learns"]},
        blocks=run_with(Y="Y_train.roll(1)"),
    ),
    Answer(
        "scored_on_what_it_learnt",
        "The score is that of the training examples.",
        loses={"test_experiment": ["scores"]},
        blocks=run_with(asked="X_train, Y_train"),
    ),
    Answer(
        "best_score_of_all_epochs",
        "The score is that of the best epoch, not of the last one.",
        loses={"test_experiment": ["scores"]},
        blocks=experiment(
            """
            torch.manual_seed(seed)
            model = make_model(10, hidden_size)
            descent = optimizer(model.parameters(), lr=lr)
            best = 0.0
            for _ in range(num_epochs):
                for batch in torch.randperm(len(X_train)).split(128):
                    descent.zero_grad()
                    F.cross_entropy(model(X_train[batch]), Y_train[batch]).backward()
                    descent.step()
                best = max(best, share_right(model, X_val, Y_val))
            return best
            """
        ),
    ),
    Answer(
        "scored_from_1_to_100",
        "The score is that of the test, kept for the end.",
        loses={"test_experiment": ["scores"]},
        blocks=run_with(asked="X_test, Y_test"),
    ),
    Answer(
        "shuffled_by_numpy",
        "The seed is PyTorch's alone, and NumPy draws the order.",
        loses={"test_experiment": ["reproducible"]},
        blocks=run_with(order="torch.from_numpy(np.random.permutation(len(X_train)))"),
    ),
    Answer(
        "same_shuffles_for_all_seeds",
        "The seed decides the first weights only: the order is drawn by a generator that is seeded apart.",
        loses={"test_experiment": ["reproducible"]},
        blocks=run_with(
            seed="seed)\n    generator = torch.Generator().manual_seed(0",
            order="torch.randperm(len({X}), generator=generator)",
        ),
    ),
    Answer(
        "seed_ignored",
        "Nothing is seeded: no trial can be run again.",
        loses={"test_experiment": ["reproducible"]},
        blocks=run_with(seed="torch.seed()"),
    ),
    Answer(
        "same_seed_for_all",
        "Every trial has the same draws: three seeds are worth one.",
        loses={"test_experiment": ["reproducible"]},
        blocks=run_with(seed="0"),
    ),
    Answer(
        "two_changes_at_once",
        "A variant changes the optimiser and its rate: which of the two helped, nobody knows.",
        loses={"test_experiment": ["one_change"]},
        blocks=experiment(
            choice="""
                settings = {
                    "recette ordinaire": ORDINARY,
                    "Adam": {**ORDINARY, "optimizer": torch.optim.Adam, "lr": 0.01},
                }
                seeds = [0, 1, 2]
            """
        ),
    ),
    Answer(
        "one_seed",
        "A score that was obtained once is a draw.",
        loses={"test_experiment": ["budget"]},
        blocks=experiment(
            choice="""
                settings = {"recette ordinaire": ORDINARY, "grand taux": {**ORDINARY, "lr": 0.5}}
                seeds = [0]
            """
        ),
    ),
    Answer(
        "over_budget",
        "Fifteen trainings where twelve are allowed.",
        loses={"test_experiment": ["budget"]},
        blocks=experiment(
            choice="""
                settings = {f"largeur {n}": {**ORDINARY, "hidden_size": n} for n in (50, 100, 200, 400, 800)}
                seeds = [0, 1, 2]
            """
        ),
    ),
    Answer(
        "honest_more_epochs",
        "Longer trainings, four seeds; batches from a loader and a generator of one's own, the score counted by hand.",
        blocks=experiment(
            """
            torch.manual_seed(seed)
            model = make_model(10, hidden_size)
            data = torch.utils.data.TensorDataset(X_train, Y_train)
            draws = torch.Generator().manual_seed(seed)
            loader = torch.utils.data.DataLoader(data, 64, shuffle=True, generator=draws)
            descent = optimizer(model.parameters(), lr)
            for _ in range(num_epochs):
                for x, y in loader:
                    descent.zero_grad()
                    nn.CrossEntropyLoss()(model(x), y).backward()
                    descent.step()
            with torch.no_grad():
                right = sum(int(model(x[None]).argmax() == y) for x, y in zip(X_val, Y_val))
            return right / len(X_val)
            """,
            """
            settings = {f"{n} époques": {**ORDINARY, "num_epochs": n} for n in (1000, 500, 2000)}
            seeds = (3, 5, 8, 13)
            """,
        ),
    ),
    Answer(
        "honest_other_reference",
        "Widths of a recipe of one's own; three batches an epoch, and validation followed as it goes.",
        blocks=experiment(
            """
            torch.manual_seed(1000 + seed)
            model = make_model(10, hidden_size)
            steps = optimizer([{"params": [weight]} for weight in model.parameters()], lr=lr)
            scores = [share_right(model, X_val, Y_val)]
            for _ in range(num_epochs):
                for batch in torch.randperm(len(X_train)).chunk(3):
                    steps.zero_grad()
                    F.cross_entropy(model(X_train[batch]), Y_train[batch]).backward()
                    steps.step()
                scores.append(share_right(model, X_val, Y_val))
            return scores[-1]
            """,
            """
            mine = dict(hidden_size=100, optimizer=torch.optim.AdamW, lr=0.01, num_epochs=300)
            settings = {"largeur 100": mine, "largeur 400": {**mine, "hidden_size": 400}}
            settings["largeur 1000"] = {**mine, "hidden_size": 1000}
            seeds = range(4)
            """,
        ),
    ),
    Answer(
        "honest_momentum",
        "One variant and six seeds: descent with momentum, which a function makes.",
        blocks=experiment(
            choice="""
                def with_momentum(parameters, lr):
                    return torch.optim.SGD(parameters, lr=lr, momentum=0.9)

                settings = {"sans inertie": ORDINARY, "avec inertie": {**ORDINARY, "optimizer": with_momentum}}
                seeds = [0, 1, 2, 3, 4, 5]
            """
        ),
    ),
    Answer(
        "whole_step_in_a_closure",
        "Gradients are reset, and computed, inside the closure that the step calls.",
        blocks=experiment(
            """
            torch.manual_seed(seed)
            model = make_model(10, hidden_size)
            descent = optimizer(model.parameters(), lr=lr)
            for _ in range(num_epochs):
                for batch in torch.randperm(len(X_train)).split(128):

                    def closure():
                        descent.zero_grad()
                        loss = F.cross_entropy(model(X_train[batch]), Y_train[batch])
                        loss.backward()
                        return loss

                    descent.step(closure)
            return share_right(model, X_val, Y_val)
            """
        ),
    ),
    Answer(
        "settings_that_leave_out_what_run_knows",
        "run has default arguments, those of the recipe, and a setting tells only what it changes.",
        edits={
            "sol_experiment": [
                (
                    "def run(seed, hidden_size, optimizer, lr, num_epochs):",
                    "def run(seed, hidden_size=100, optimizer=torch.optim.SGD, lr=0.05, num_epochs=1000):",
                ),
            ]
        },
        blocks=experiment(
            choice="""
                settings = {"ordinaire": {}, "grand taux": {"lr": 0.5}, "courte": {"num_epochs": 500}}
                seeds = [0, 1, 2]
            """
        ),
    ),
]

IMPROVE = [
    Answer(
        "ordinary_recipe_submitted",
        "A small network, plain gradient descent and too few epochs: it stays at the majority class.",
        loses={"test_improve": ["from_1_to_100", "held_out"]},
        blocks={
            "sol_improve": """
                model = make_model(10, 100)
                train(model, X, Y, 0.05, 128, 100, generator)
                return model
            """
        },
    ),
    Answer(
        "too_narrow",
        "A hundred units learn everything by heart, and answer about 90 of 100.",
        loses={"test_improve": ["from_1_to_100"]},
        blocks=better(100, "torch.optim.Adam(model.parameters(), lr=0.01)", 200),
    ),
    Answer(
        "number_of_examples_written_down",
        "The number of examples is the notebook's, not that of those given.",
        loses={"test_improve": ["held_out"]},
        blocks={
            "sol_improve": """
                model = make_model(10, 1000)
                optimizer = torch.optim.AdamW(model.parameters(), lr=0.005)
                for _ in range(200):
                    for batch in torch.randperm(923, generator=generator).split(256):
                        optimizer.zero_grad()
                        F.cross_entropy(model(X[batch]), Y[batch]).backward()
                        optimizer.step()
                return model
            """
        },
    ),
    Answer(
        "rule_instead_of_learning",
        "A module that knows the rule, and in which order it will be asked.",
        loses={"test_improve": ["from_1_to_100", "held_out"]},
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
        "rule_read_from_the_bits",
        "A module that reads the number in its bits, and follows the rule.",
        loses={"test_improve": ["from_1_to_100", "held_out"]},
        blocks={
            "sol_improve": """
                class Rule(nn.Module):
                    def forward(self, x):
                        numbers = (x @ 2.0 ** torch.arange(10)).long()
                        return one_hot(torch.tensor([fizz_buzz_encode(i) for i in numbers.tolist()]), 4)

                return Rule()
            """
        },
    ),
    Answer(
        "momentum_and_a_decreasing_rate",
        "Plain descent with momentum, a wide layer, a schedule.",
        blocks={
            "sol_improve": """
                net = nn.Sequential(nn.Linear(10, 500), nn.ReLU(), nn.Linear(500, 4))
                adam = torch.optim.Adam(net.parameters(), lr=0.01)
                schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adam, 200)
                data = torch.utils.data.TensorDataset(X, Y)
                for _ in range(200):
                    for x, y in torch.utils.data.DataLoader(data, 256, shuffle=True, generator=generator):
                        adam.zero_grad()
                        F.cross_entropy(net(x), y).backward()
                        adam.step()
                    schedule.step()
                return net
            """
        },
    ),
    Answer(
        "dropout_until_it_answers",
        "A network that is left in training mode, and is still once it answers.",
        blocks={
            "sol_improve": """
                net = nn.Sequential(nn.Linear(10, 1000), nn.ReLU(), nn.Dropout(0.1), nn.Linear(1000, 4)).train()
                adam = torch.optim.Adam(net.parameters(), lr=0.01)
                for _ in range(200):
                    for batch in torch.randperm(len(X), generator=generator).split(256):
                        adam.zero_grad()
                        F.cross_entropy(net(X[batch]), Y[batch]).backward()
                        adam.step()
                return net
            """
        },
    ),
    Answer(
        "unusual_tools",
        "vmap and sparse tensors, bytes, a gcd, a draw of several, a derivative written down, gradients asked for.",
        blocks={
            **tensors(
                one_hot="""
                    places = torch.stack([torch.arange(len(labels)), labels])
                    codes = torch.sparse_coo_tensor(places, torch.ones(len(labels)), (len(labels), num_classes))
                    return codes.to_dense()
                """,
                row_argmax="return x.topk(1, dim=1).indices.flatten()",
                normalize_columns="return torch.vmap(lambda c: (c - c.mean()) / c.std(), in_dims=1, out_dims=1)(x)",
                pairwise_sq_dist="return torch.vmap(lambda p: torch.vmap(lambda q: (p - q) @ (p - q))(b))(a)",
            ),
            **encode(
                fizz_buzz_encode="return {1: 0, 3: 1, 5: 2, 15: 3}[np.gcd(i, 15)]",
                binary_encode="""
                    raw = np.frombuffer(int(i).to_bytes(8, "little"), dtype=np.uint8)
                    return np.unpackbits(raw, bitorder="little", count=num_digits)
                """,
            ),
            **dataset(
                split_dataset="""
                    val = torch.multinomial(torch.ones(len(X)), num_val, generator=generator)
                    is_val = torch.zeros(len(X), dtype=torch.bool).index_fill(0, val, True)
                    return X[~is_val], Y[~is_val], X[val], Y[val]
                """
            ),
            "sol_loss": """
                class CrossEntropy(torch.autograd.Function):
                    @staticmethod
                    def forward(ctx, z, y):
                        log_sum = z.logsumexp(1, keepdim=True)
                        ctx.save_for_backward((z - log_sum).exp(), y)
                        return (log_sum - z.gather(1, y[:, None])).mean()

                    @staticmethod
                    def backward(ctx, gradient):
                        p, y = ctx.saved_tensors
                        return gradient * (p - F.one_hot(y, p.shape[1])) / len(p), None

                return CrossEntropy.apply(logits, targets)
            """,
            "sol_train": """
                optimizer, told = torch.optim.SGD(model.parameters(), lr=lr), []
                orders = [torch.randperm(len(X), generator=generator) for _ in range(num_epochs)]
                for order in orders:
                    losses = []
                    for batch in order.split(batch_size):
                        losses.append(F.cross_entropy(model(X[batch]), Y[batch]))
                        gradients = torch.autograd.grad(losses[-1], [*model.parameters()])
                        for parameter, gradient in zip(model.parameters(), gradients):
                            parameter.grad = gradient
                        optimizer.step()
                    told.append(torch.stack(losses).mean().item())
                return told
            """,
        },
    ),
    Answer(
        "module_within_a_module",
        "The network is a class that holds a Sequential.",
        blocks={
            "sol_model": """
                class Net(nn.Module):
                    def __init__(self):
                        super().__init__()
                        self.layers = nn.Sequential(
                            nn.Linear(num_digits, hidden_size), nn.ReLU(), nn.Linear(hidden_size, 4)
                        )

                    def forward(self, x):
                        return self.layers(x)

                return Net()
            """
        },
        edits={"sol_experiment": [("split(128)", "split(128, dim=0)")]},
    ),
    Answer(
        "loss_of_one",
        "A number that depends on nothing.",
        loses={"test_loss": ["mean_loss", "gradient", "large_logits", "one_shift_per_row"]},
        blocks={"sol_loss": "return torch.tensor(1.0)"},
    ),
    Answer(
        "other_sizes_and_lengths",
        "Batches and epochs of other numbers; batches drawn from the seed of the weights.",
        edits={
            "sol_experiment": [("split(128)", "split(129)")],
            "sol_improve": [
                ("range(200)", "range(201)"),
                ("len(X), generator=generator", "len(X)"),
                ("split(256)", "split(257)"),
            ],
        },
    ),
]

ANSWERS = [*TENSORS, *ENCODE, *DATASET, *BASELINE_AND_MODEL, *CROSS_ENTROPY, *TRAINING, *EXPERIMENT, *IMPROVE]
