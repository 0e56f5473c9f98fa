"""Answers to the image classification lab: the mistakes that students make, and right answers in other styles."""

from instructor.labs.answers import Answer

TRAIN = """
    for epoch in range(epochs):
        {mode}
        total, right, count, num_batches = 0.0, 0, 0, 0
        for images, labels in train_loader:
            images, labels = images{to}, labels{to}
            {zero}
            logits = model(images)
            loss = loss_fn(logits, labels)
            loss.backward()
            optimizer.step()
            total += loss.item() * {weight}
            right += (logits.argmax(1) == labels){right_by_batch}.sum().item()
            count += {weight}
            num_batches += 1
        history["train_loss"].append({train_loss})
        history["train_accuracy"].append(right / {train_examples})
        {evaluation}
        total, right, count, num_batches = {restart}
        {context}
            for images, labels in {val_loader}:
                images, labels = images{to}, labels{to}
                logits = model(images)
                total += loss_fn(logits, labels).item() * {weight}
                right += (logits.argmax(1) == labels){right_by_batch}.sum().item()
                count += {weight}
                num_batches += 1
        history["val_loss"].append(total / count)
        history["val_accuracy"].append(right / {val_examples})
"""


def train(**parts: str) -> str:
    """Return the body of `train` with some of its expressions replaced."""
    right = {
        "mode": "model.train()",
        "to": ".to(device)",
        "zero": "optimizer.zero_grad()",
        "weight": "len(labels)",
        "right_by_batch": "",
        "train_loss": "total / count",
        "train_examples": "count",
        "val_examples": "count",
        "evaluation": "model.eval()",
        "restart": "0.0, 0, 0, 0",
        "context": "with torch.no_grad():",
        "val_loader": "val_loader",
    }
    return TRAIN.format(**right | parts)


FIND_LR = """
    {keep}
    {mode}
    best = float("inf")
    for i, (images, labels) in enumerate(loader):
        lr = {lr}
        for group in optimizer.{groups}:
            group["lr"] = lr
        {zero}
        loss = loss_fn(model(images.to(device)), labels.to(device))
        {early}
        best = min(best, loss.item())
        {stop}
        lrs.append(lr)
        losses.append({loss})
        {backward}
        optimizer.step()
    {give_back}
"""


KEEP = "kept = copy.deepcopy((model.state_dict(), optimizer.state_dict(), model.training))"
GIVE_BACK = "model.load_state_dict(kept[0]); optimizer.load_state_dict(kept[1]); model.train(kept[2])"


STOP = "if not np.isfinite(loss.item()) or loss.item() > 4 * best: break"


def find_lr(**parts: str) -> str:
    """Return the body of `find_lr` with some of its lines replaced."""
    right = {
        "keep": KEEP,
        "mode": "model.train()",
        "lr": "init_value * (final_value / init_value) ** (i / (len(loader) - 1))",
        "groups": "param_groups",
        "zero": "optimizer.zero_grad()",
        "early": "",
        "stop": STOP,
        "loss": "loss.item()",
        "backward": "loss.backward()",
        "give_back": GIVE_BACK,
    }
    return FIND_LR.format(**right | parts)


SIMPLENET_LAYERS = """
    self.layers = nn.Sequential(
        nn.Flatten(), nn.Linear(12288, 84), nn.ReLU(), nn.Linear(84, {hidden}), nn.ReLU(), nn.Linear({hidden}, 2){end}
    )
"""


def simplenet(hidden: int = 50, end: str = "") -> list[str]:
    """Return both blocks of SimpleNet with another hidden width or more layers at the end."""
    return [SIMPLENET_LAYERS.format(hidden=hidden, end=end), "return self.layers(x)"]


CNN_LAYERS = """
    channels = [3, 64, {second}, 384, 256, 256]
    settings = [(11, {stride}, 2), (5, 1, {padding}), (3, 1, 1), (3, 1, 1), (3, 1, 1)]
    layers = []
    for i, (kernel, stride, padding) in enumerate(settings):
        layers += [nn.Conv2d(channels[i], channels[i + 1], kernel, stride, padding){relu}]
        if i in (0, 1, 4):
            layers.append({pool})
    layers += [nn.AdaptiveAvgPool2d(6), nn.Flatten()]
    for n_in, n_out in ((9216, 4096), (4096, 4096)):
        layers += [{before}nn.Linear(n_in, n_out), nn.ReLU(){after}]
    self.net = nn.Sequential(*layers, nn.Linear(4096, num_classes){end})
"""


def cnn(**parts: str) -> list[str]:
    """Return both blocks of CNNNet with some of its parts replaced."""
    right = {
        "second": "192",
        "stride": "4",
        "padding": "2",
        "relu": ", nn.ReLU(inplace=True)",
        "pool": "nn.MaxPool2d(3, 2)",
        "before": "nn.Dropout(0.5), ",
        "after": "",
        "end": "",
    }
    return [CNN_LAYERS.format(**right | parts), "return self.net(x)"]


DROPOUT_BY_FUNCTION = """
    for layer in self.net:
        if isinstance(layer, nn.Linear) and layer is not self.net[-1]:
            x = F.dropout(x, 0.5, {training})
        x = layer(x)
    return x
"""


GAP = """
    mode = model.training
    {context}
        {train}
        first = {train_gap}
        {evaluate}
        second = {eval_gap}
    {restore}
    return first, second
"""


def gap(**parts: str) -> str:
    """Return the body of `dropout_gap` with some of its lines replaced."""
    right = {
        "context": "with torch.no_grad():",
        "train": "model.train()",
        "evaluate": "model.eval()",
        "restore": "model.train(mode)",
        "train_gap": "(model(x) - model(x)).abs().max().item()",
        "eval_gap": "(model(x) - model(x)).abs().max().item()",
    }
    return GAP.format(**right | parts)


AUGMENT = """
    return v2.Compose(
        [
            {flip}
            v2.RandomResizedCrop((size, size){scale}),
            {jitter}
            {hsv}
            v2.ToImage(),
            v2.ToDtype({dtype}, scale=True),
            {end}
        ]
    )
"""


def augment(**parts: str) -> str:
    """Return the body of `make_augmentation` with some of its steps replaced."""
    right = {
        "flip": "v2.RandomHorizontalFlip(),",
        "scale": ", scale=(0.6, 1.0)",
        "jitter": "v2.ColorJitter(0.2, 0.2, 0.2),",
        "hsv": 'v2.RandomApply([v2.Lambda(lambda picture: picture.convert("HSV"))], p=0.1),',
        "dtype": "torch.float32",
        "end": "GaussianNoise(0.05), v2.Normalize(IMAGENET_MEAN, IMAGENET_STD),",
    }
    return AUGMENT.format(**right | parts)


def transforms(resize: str = "v2.Resize((size, size))", dtype: str = "torch.float32, scale=True", end: str = "") -> str:
    """Return the body of `make_transforms` with some of its steps replaced."""
    end = end or "v2.Normalize(IMAGENET_MEAN, IMAGENET_STD)"
    return f"return v2.Compose([{resize}, v2.ToImage(), v2.ToDtype({dtype}), {end}])"


LOADERS = """
    loaders = []
    for part in {parts}:
        folder = ImageFolder(Path(root) / part, {transform})
        loaders.append(DataLoader(folder, {batch_size}, shuffle={shuffle}, drop_last={drop_last}))
    return loaders
"""


def loaders(**parts: str) -> str:
    """Return the body of `make_loaders` with some of its expressions replaced."""
    right = {
        "parts": '("train", "val", "test")',
        "transform": "transform",
        "batch_size": "batch_size",
        "shuffle": 'part == "train"',
        "drop_last": "False",
    }
    return LOADERS.format(**right | parts)


PREDICT = """
    {mode}
    batch = transform(image){batch}.to(device)
    {context}
        logits = model(batch){row}
    probabilities = {softmax}
    best = probabilities.argmax().item()
    return {label}, {probability}
"""


def predict(**parts: str) -> str:
    """Return the body of `predict` with some of its expressions replaced."""
    right = {
        "mode": "model.eval()",
        "batch": "[None]",
        "context": "with torch.no_grad():",
        "row": "[0]",
        "softmax": "logits.softmax(dim=0)",
        "label": "labels[best]",
        "probability": "probabilities[best].item()",
    }
    return PREDICT.format(**right | parts)


TRANSFER = """
    for name, parameter in backbone.named_parameters():
        parameter.requires_grad = {learns}
    {before}
    n_in = backbone.fc.in_features
    backbone.fc = nn.Sequential(nn.Linear(n_in, {hidden}), {relu}{dropout}nn.Linear({hidden}, num_classes){end})
    {after}
    return backbone
"""
FREEZE = """for layer in backbone.modules():
        if not isinstance(layer, {kinds}):
            [p.requires_grad_(False) for p in layer.parameters(recurse=False)]"""


def transfer(**parts: str) -> str:
    """Return the body of `make_transfer_model` with some of its lines replaced."""
    right = {
        "learns": "True",
        "before": FREEZE.format(kinds="nn.BatchNorm2d"),
        "hidden": "500",
        "relu": "nn.ReLU(), ",
        "dropout": "nn.Dropout(0.5), ",
        "end": "",
        "after": "",
    }
    return TRANSFER.format(**right | parts)


GROUPS = """
    parts = {parts}
    {unfreeze}
    return [{{"params": part.parameters(), "lr": found_lr / divisor}} for part, divisor in zip(parts, {divisors})]
"""


def groups(**parts: str) -> str:
    """Return the body of `differential_lr` with some of its lines replaced."""
    right = {
        "parts": "(model.fc, model.layer4, model.layer3)",
        "unfreeze": "[part.requires_grad_(True) for part in parts]",
        "divisors": "(1, 3, 9)",
    }
    return GROUPS.format(**right | parts)


ENSEMBLE = """
    {context}
        outputs = torch.stack([{model}(x) for model in models])
    return {vote}
"""


def ensemble(**parts: str) -> str:
    """Return the body of `ensemble_predict` with some of its expressions replaced."""
    right = {
        "context": "with torch.no_grad():",
        "model": "model.eval()",
        "vote": "outputs.softmax(dim=2).mean(dim=0).argmax(dim=1)",
    }
    return ENSEMBLE.format(**right | parts)


TILES = """
    columns = F.unfold({images}, {tile}, stride={tile})
    order = torch.rand({shape}, generator={generator}).argsort(dim=2)
    mixed = F.fold(columns.gather(2, order.expand_as(columns)), images.shape[2:], {tile}, stride={tile})
    {end}
"""


def tiles(**parts: str) -> str:
    """Return the body of `shuffle_tiles` with some of its expressions replaced."""
    right = {
        "images": "images",
        "tile": "tile",
        "shape": "len(images), 1, columns.shape[2]",
        "generator": "generator",
        "end": "return mixed",
    }
    return TILES.format(**right | parts)


TRIAL = """
    {seed}
    generator = torch.Generator().manual_seed(seed)
    x_val, y_val = study["val"]
    if grey:
        x_val = x_val.mean(1, keepdim=True).expand_as(x_val)
    x_val = shuffle_tiles({x_val}, {tile}, generator)
    batches = list(DataLoader(TensorDataset(*study["{part}"]), {batch}, shuffle=True)){more}
    model = study_network()
    optimizer = torch.optim.Adam({network}.parameters(), lr=0.01)
    train(model, optimizer, F.cross_entropy, batches, [(x_val, y_val)], {epochs}, "cpu")
    with torch.no_grad():
        return {score}.item()
"""


def trial(**parts: str) -> str:
    """Return the body of `trial` with some of its lines replaced."""
    right = {
        "seed": "torch.manual_seed(seed)",
        "x_val": "x_val",
        "tile": "tile",
        "part": "train",
        "batch": "STUDY_BATCH",
        "more": "",
        "network": "model",
        "epochs": "STUDY_EPOCHS",
        "score": "(model.eval()(x_val).argmax(1) == y_val).float().mean()",
    }
    return TRIAL.format(**right | parts)


def wrong(name: str, why: str, cell: str, block: str | list, *loses: str) -> Answer:
    """Return a wrong answer to one question, and the criteria that it loses."""
    return Answer(name, why, loses={cell.replace("sol_", "test_"): loses}, blocks={cell: block})


LAST, EPOCH = 'history["val_accuracy"][-1]', 'history["val_accuracy"][{}]'


def edited(name: str, why: str, cell: str, passage: str, text: str, *loses: str) -> Answer:
    """Return the instructor's answer to one question with a passage replaced, and the criteria that it loses."""
    return Answer(name, why, loses={cell.replace("sol_", "test_"): loses}, edits={cell: [(passage, text)]})


WRONG = [
    wrong(
        "opened_but_not_decoded",
        "Image.open reads the header only: a truncated file passes.",
        "sol_check_image",
        """
        try:
            Image.open(path)
        except OSError:
            return False
        return True
        """,
        "cut",
        "exceptions",
    ),
    wrong(
        "verified_but_not_decoded",
        "Image.verify looks at the structure of the file, not at its pixels.",
        "sol_check_image",
        """
        try:
            Image.open(path).verify()
        except Exception:
            return False
        return True
        """,
        "cut",
    ),
    wrong(
        "only_oserror_caught",
        "What a damaged PNG raises comes out.",
        "sol_check_image",
        """
        try:
            Image.open(path).load()
        except OSError:
            return False
        return True
        """,
        "exceptions",
    ),
    wrong(
        "value_error_comes_out",
        "Two classes of exceptions are caught, not the third.",
        "sol_check_image",
        """
        try:
            Image.open(path).load()
        except (OSError, SyntaxError):
            return False
        return True
        """,
        "exceptions",
    ),
    wrong(
        "jpeg_only",
        "A good image that is no JPEG is refused.",
        "sol_check_image",
        """
        try:
            image = Image.open(path)
            image.load()
        except Exception:
            return False
        return image.format == "JPEG"
        """,
        "whole",
        "cut",
    ),
    wrong(
        "paths_only",
        "A path that is a text has no method open.",
        "sol_check_image",
        """
        with path.open("rb") as file:
            try:
                Image.open(file).load()
            except Exception:
                return False
        return True
        """,
        "whole",
    ),
    wrong("every_file_accepted", "Nothing is read.", "sol_check_image", "return True", "cut", "exceptions", "whole"),
    wrong(
        "resize_keeps_the_proportions",
        "Resize(size) sets the smaller side only.",
        "sol_transforms",
        transforms(resize="v2.Resize(size)"),
        "size",
    ),
    wrong(
        "sides_cut_off",
        "The photograph is cropped to a square.",
        "sol_transforms",
        transforms(resize="v2.Resize(size), v2.CenterCrop(size)"),
        "size",
    ),
    wrong(
        "variance_for_deviation",
        "The channels are divided by the squares of the deviations.",
        "sol_transforms",
        transforms(end="v2.Normalize(IMAGENET_MEAN, [std**2 for std in IMAGENET_STD])"),
        "normalised",
    ),
    wrong(
        "pixels_not_scaled",
        "The pixels stay between 0 and 255.",
        "sol_transforms",
        transforms(dtype="torch.float32"),
        "normalised",
    ),
    wrong(
        "double_precision",
        "The pixels are float64.",
        "sol_transforms",
        transforms(dtype="torch.float64, scale=True"),
        "dtype",
    ),
    wrong(
        "validation_shuffled_and_cut",
        "Every loader is shuffled and drops its last batch.",
        "sol_loaders",
        loaders(shuffle="True", drop_last="True"),
        "others_in_order",
        "every_image",
    ),
    wrong(
        "validation_shuffled",
        "Every loader is shuffled, none is cut.",
        "sol_loaders",
        loaders(shuffle="True"),
        "others_in_order",
    ),
    wrong(
        "test_shuffled",
        "Validation alone comes in order.",
        "sol_loaders",
        loaders(shuffle='part != "val"'),
        "others_in_order",
    ),
    wrong(
        "never_shuffled",
        "The training images come in order: all cats, then all fish.",
        "sol_loaders",
        loaders(shuffle="False"),
        "training_shuffled",
    ),
    wrong(
        "shuffled_once",
        "The training images are put in another order once for all.",
        "sol_loaders",
        """
        sets = [ImageFolder(Path(root) / part, transform) for part in ("train", "val", "test")]
        sets[0] = Subset(sets[0], torch.randperm(len(sets[0])).tolist())
        return [DataLoader(part, batch_size) for part in sets]
        """,
        "training_shuffled",
    ),
    wrong(
        "last_training_batch_dropped",
        "The images of the last, smaller training batch are dropped.",
        "sol_loaders",
        loaders(drop_last='part == "train"'),
        "every_image",
    ),
    wrong(
        "last_test_batch_dropped",
        "The images of the last, smaller test batch are dropped.",
        "sol_loaders",
        loaders(drop_last='part == "test"'),
        "every_image",
    ),
    wrong(
        "validation_is_the_test",
        "Validation and test are exchanged.",
        "sol_loaders",
        loaders(parts='("train", "test", "val")'),
        "every_image",
    ),
    wrong(
        "batches_for_training_only",
        "The other loaders give one image at a time.",
        "sol_loaders",
        loaders(batch_size='batch_size if part == "train" else 1'),
        "batch_size",
    ),
    wrong(
        "transform_for_training_only",
        "Validation and test only become tensors.",
        "sol_loaders",
        loaders(transform='transform if part == "train" else to_tensor'),
        "transform",
    ),
    wrong(
        "softmax_in_the_model",
        "The model ends in a softmax although CrossEntropyLoss takes logits.",
        "sol_simplenet",
        simplenet(end=", nn.Softmax(dim=1)"),
        "logits",
    ),
    wrong(
        "log_softmax_in_the_model",
        "The model ends in the logarithm of a softmax, which CrossEntropyLoss computes.",
        "sol_simplenet",
        simplenet(end=", nn.LogSoftmax(dim=1)"),
        "logits",
    ),
    wrong(
        "no_relu",
        "Three affine layers in a row are one affine layer.",
        "sol_simplenet",
        [
            "self.a, self.b, self.c = nn.Linear(12288, 84), nn.Linear(84, 50), nn.Linear(50, 2)",
            "return self.c(self.b(self.a(x.flatten(1))))",
        ],
        "relu",
    ),
    wrong(
        "one_relu",
        "The second ReLU is missing.",
        "sol_simplenet",
        [
            "self.a, self.b, self.c = nn.Linear(12288, 84), nn.Linear(84, 50), nn.Linear(50, 2)",
            "return self.c(self.b(self.a(x.flatten(1)).relu()))",
        ],
        "relu",
    ),
    wrong("relu_on_the_logits", "A third ReLU cuts the logits.", "sol_simplenet", simplenet(end=", nn.ReLU()"), "relu"),
    wrong("other_width", "The second layer is larger.", "sol_simplenet", simplenet(hidden=64), "sizes"),
    wrong(
        "eval_forgotten",
        "The validation runs in training mode.",
        "sol_train",
        train(evaluation=""),
        "validation_mode",
    ),
    wrong("train_forgotten", "The training runs in evaluation mode.", "sol_train", train(mode=""), "training_mode"),
    wrong(
        "train_once",
        "The mode is set before the first epoch, and stays that of the validation afterwards.",
        "sol_train",
        train(mode="model.train(epoch == 0)"),
        "training_mode",
    ),
    wrong(
        "mean_of_the_batch_losses",
        "The last batch, smaller, weighs as much as the others.",
        "sol_train",
        train(
            weight="1",
            train_examples="sum(len(y) for _, y in train_loader)",
            val_examples="sum(len(y) for _, y in val_loader)",
        ),
        "losses",
    ),
    wrong(
        "mean_of_the_batch_accuracies",
        "The accuracies of the batches are averaged.",
        "sol_train",
        train(right_by_batch=".float().mean()", train_examples="num_batches", val_examples="num_batches"),
        "accuracies",
    ),
    wrong("gradients_accumulate", "The gradients are never set to zero.", "sol_train", train(zero=""), "steps"),
    wrong(
        "step_forgotten",
        "The gradients are computed, and no step is made.",
        "sol_train",
        train().replace("optimizer.step()", ""),
        "steps",
        "each_epoch",
        "on_device",
    ),
    wrong(
        "validation_accuracy_never_counted",
        "The accuracy in validation is always 0.",
        "sol_train",
        train().replace('["val_accuracy"].append(right / count)', '["val_accuracy"].append(0.0)'),
        "accuracies",
    ),
    wrong(
        "sums_never_restart",
        "The validation adds to what the training counted.",
        "sol_train",
        train(restart="total, right, count, num_batches"),
        "accuracies",
        "losses",
        "each_epoch",
        "validation_mode",
    ),
    wrong(
        "count_never_restarts",
        "The validation divides by the examples of the training too.",
        "sol_train",
        train(restart="0.0, 0, count, 0"),
        "accuracies",
        "losses",
        "each_epoch",
        "validation_mode",
    ),
    wrong(
        "two_classes_only",
        "The class is the second where its logit is larger than the first one's.",
        "sol_train",
        train().replace("logits.argmax(1)", "(logits[:, 1] > logits[:, 0])"),
        "accuracies",
    ),
    wrong(
        "validation_by_another_loss",
        "The validation takes the cross-entropy, whatever loss_fn is.",
        "sol_train",
        train().replace("total += loss_fn(", "total += F.cross_entropy("),
        "losses",
    ),
    wrong(
        "zero_after_the_step",
        "The gradients found on the model go into the first step.",
        "sol_train",
        train(zero="").replace("optimizer.step()", "optimizer.step(); optimizer.zero_grad()"),
        "steps",
    ),
    wrong(
        "measured_after_the_epoch",
        "The training loss is that of the last batch, once its step was made.",
        "sol_train",
        """
        def measured(loader):
            total = right = count = 0
            with torch.no_grad():
                for images, labels in loader:
                    logits, labels = model(images.to(device)), labels.to(device)
                    total += loss_fn(logits, labels).item() * len(labels)
                    right += (logits.argmax(1) == labels).sum().item()
                    count += len(labels)
            return total / count, right / count

        for _ in range(epochs):
            model.train()
            for images, labels in train_loader:
                optimizer.zero_grad()
                loss_fn(model(images.to(device)), labels.to(device)).backward()
                optimizer.step()
            values = measured(train_loader)
            model.eval()
            for name, value in zip(history, [*values, *measured(val_loader)]):
                history[name].append(value)
        """,
        "each_epoch",
    ),
    wrong(
        "validation_with_gradients",
        "The validation builds the graph for nothing.",
        "sol_train",
        train(context="if True:"),
        "no_gradient",
    ),
    wrong(
        "losses_kept_as_tensors",
        "A tensor of each epoch is kept.",
        "sol_train",
        train(train_loss="torch.tensor(total / count)"),
        "history",
    ),
    wrong("batches_not_moved", "The batches stay where they are.", "sol_train", train(to=""), "on_device"),
    wrong(
        "unsqueeze_forgotten",
        "The photograph is not made a batch of one.",
        "sol_predict",
        predict(batch="", row=""),
        "on_device",
        "label",
        "probability",
        "evaluation_mode",
        "no_gradient",
    ),
    wrong(
        "prediction_in_training_mode",
        "The dropout acts while the photograph is classified.",
        "sol_predict",
        predict(mode=""),
        "evaluation_mode",
    ),
    wrong(
        "transform_left_aside",
        "The photograph only becomes a tensor, whatever the transform is.",
        "sol_predict",
        predict().replace("transform(image)", "to_tensor(image)"),
        "label",
    ),
    wrong(
        "prediction_with_gradients",
        "The graph is built for nothing.",
        "sol_predict",
        predict(context="if True:"),
        "no_gradient",
    ),
    wrong("index_for_label", "The class is a number.", "sol_predict", predict(label="best"), "label"),
    wrong(
        "logit_for_probability",
        "The softmax is missing.",
        "sol_predict",
        predict(softmax="logits"),
        "probability",
    ),
    wrong(
        "softmax_over_a_batch_of_one",
        "Every probability is 1, and every class the first.",
        "sol_predict",
        predict(row="", softmax="logits.softmax(dim=0)[0]"),
        "label",
        "probability",
    ),
    wrong(
        "probability_is_a_tensor",
        "The probability is no Python number.",
        "sol_predict",
        predict(probability="probabilities[best]"),
        "probability",
    ),
    wrong(
        "whole_object_saved_and_read",
        "The model itself is pickled, and read with any code that it holds.",
        "sol_checkpoint",
        [
            "torch.save(model, path)",
            "return torch.load(path, map_location=device, weights_only=False)",
        ],
        "content",
        "in_place",
        "weights_only",
        "map_location",
    ),
    wrong(
        "whole_object_saved",
        "The model itself is pickled.",
        "sol_checkpoint",
        ["torch.save(model, path)", None],
        "content",
    ),
    wrong(
        "model_not_returned",
        "The weights are read, and nothing is returned.",
        "sol_checkpoint",
        [None, "model.load_state_dict(torch.load(path, map_location=device, weights_only=True))"],
        "in_place",
    ),
    wrong(
        "weights_only_left_to_the_version",
        "weights_only is not written: what it is depends on the version of PyTorch.",
        "sol_checkpoint",
        [
            None,
            """
            model.load_state_dict(torch.load(path, map_location=device))
            return model.to(device)
            """,
        ],
        "weights_only",
    ),
    wrong(
        "no_map_location",
        "What was saved on a GPU can be read on a GPU only.",
        "sol_checkpoint",
        [
            None,
            """
            model.load_state_dict(torch.load(path, weights_only=True))
            return model.to(device)
            """,
        ],
        "map_location",
    ),
    wrong(
        "no_plus_one",
        "The first position of the window is not counted.",
        "sol_conv_size",
        "return (n + 2 * padding - kernel) // stride",
        "start",
    ),
    wrong(
        "rounded_up",
        "The window is let out of the image at its last step.",
        "sol_conv_size",
        "return -(-(n + 2 * padding - kernel) // stride) + 1",
        "stride",
    ),
    wrong(
        "a_real_number_of_pixels",
        "The quotient is not rounded.",
        "sol_conv_size",
        "return (n + 2 * padding - kernel) / stride + 1",
        "stride",
    ),
    wrong(
        "padded_at_one_end",
        "The padding is counted once.",
        "sol_conv_size",
        "return (n + padding - kernel) // stride + 1",
        "padding",
    ),
    wrong(
        "stride_forgotten",
        "The first convolution moves by 1.",
        "sol_cnn",
        cnn(stride="1"),
        "geometry",
    ),
    wrong("padding_forgotten", "The second convolution has no padding.", "sol_cnn", cnn(padding="0"), "geometry"),
    wrong("mean_pooling", "The windows give means, not maxima.", "sol_cnn", cnn(pool="nn.AvgPool2d(3, 2)"), "geometry"),
    wrong("pooling_of_two", "The maxima are over 2 pixels.", "sol_cnn", cnn(pool="nn.MaxPool2d(2)"), "geometry"),
    wrong("fewer_channels", "The second convolution gives 128 channels.", "sol_cnn", cnn(second="128"), "layers"),
    wrong("convolutions_in_a_row", "No ReLU follows a convolution.", "sol_cnn", cnn(relu=""), "relu"),
    wrong(
        "affine_layers_in_a_row",
        "No ReLU follows an affine layer.",
        "sol_cnn",
        [cnn()[0].replace("nn.Linear(n_in, n_out), nn.ReLU()", "nn.Linear(n_in, n_out)"), "return self.net(x)"],
        "relu",
    ),
    wrong(
        "affine_cnn",
        "No layer is followed by a ReLU.",
        "sol_cnn",
        [cnn(relu="")[0].replace("nn.Linear(n_in, n_out), nn.ReLU()", "nn.Linear(n_in, n_out)"), "return self.net(x)"],
        "relu",
    ),
    wrong("relu_on_the_cnn", "An eighth ReLU cuts the logits.", "sol_cnn", cnn(end=", nn.ReLU()"), "relu"),
    wrong(
        "log_softmax_in_the_cnn",
        "The network ends in the logarithm of a softmax.",
        "sol_cnn",
        cnn(end=", nn.LogSoftmax(dim=1)"),
        "logits",
    ),
    wrong("softmax_in_the_cnn", "The network ends in a softmax.", "sol_cnn", cnn(end=", nn.Softmax(dim=1)"), "logits"),
    wrong("no_dropout", "The classifier has no dropout.", "sol_cnn", cnn(before=""), "dropout"),
    wrong("weak_dropout", "A fifth of the numbers go out.", "sol_cnn", cnn(before="nn.Dropout(0.2), "), "dropout"),
    wrong(
        "dropout_after_the_layers",
        "The dropouts follow the affine layers.",
        "sol_cnn",
        cnn(before="", after=", nn.Dropout(0.5)"),
        "dropout",
    ),
    wrong(
        "dropout_in_both_modes",
        "F.dropout is not told the mode: it acts in evaluation too.",
        "sol_cnn",
        [cnn(before="")[0], DROPOUT_BY_FUNCTION.format(training="True")],
        "dropout",
    ),
    wrong(
        "dropout_in_evaluation",
        "The two modes are exchanged: dropout is believed to act in evaluation.",
        "sol_dropout",
        gap(train="model.eval()", evaluate="model.train()"),
        "training_gap",
        "evaluation_gap",
    ),
    wrong("gap_as_found", "The first gap is that of the mode found.", "sol_dropout", gap(train=""), "training_gap"),
    wrong("gap_never_evaluated", "Both gaps are those of training.", "sol_dropout", gap(evaluate=""), "evaluation_gap"),
    wrong(
        "gap_with_a_sign",
        "The largest difference is taken, not the largest absolute one.",
        "sol_dropout",
        gap(train_gap="(model(x) - model(x)).max().item()", eval_gap="(model(x) - model(x)).max().item()"),
        "largest",
    ),
    wrong(
        "mean_gap",
        "The mean of the differences is taken.",
        "sol_dropout",
        gap(
            train_gap="(model(x) - model(x)).abs().mean().item()", eval_gap="(model(x) - model(x)).abs().mean().item()"
        ),
        "largest",
    ),
    wrong(
        "left_in_evaluation_mode",
        "The model does not come out in the mode it came in.",
        "sol_dropout",
        gap(restore=""),
        "mode",
    ),
    wrong(
        "gaps_with_gradients", "The graph is built for nothing.", "sol_dropout", gap(context="if True:"), "no_gradient"
    ),
    wrong(
        "model_left_trained",
        "Nothing is given back: the model stays as the sweep left it.",
        "sol_find_lr",
        find_lr(give_back=""),
        "model_back",
        "optimizer_back",
        "mode_back",
    ),
    wrong(
        "states_not_copied",
        "state_dict is kept without a copy: it follows the training.",
        "sol_find_lr",
        find_lr(keep="kept = model.state_dict(), optimizer.state_dict(), model.training"),
        "model_back",
        "optimizer_back",
    ),
    wrong(
        "weights_not_copied",
        "Only the state of the optimizer is copied.",
        "sol_find_lr",
        find_lr(keep="kept = model.state_dict(), copy.deepcopy(optimizer.state_dict()), model.training"),
        "model_back",
    ),
    wrong(
        "optimizer_kept",
        "The optimizer stays as the sweep left it.",
        "sol_find_lr",
        find_lr(give_back="model.load_state_dict(kept[0]); model.train(kept[2])"),
        "optimizer_back",
    ),
    wrong(
        "mode_not_given_back",
        "The model stays in training mode.",
        "sol_find_lr",
        find_lr(give_back="model.load_state_dict(kept[0]); optimizer.load_state_dict(kept[1])"),
        "mode_back",
    ),
    wrong(
        "left_at_the_stop",
        "A sweep that stops returns at once, and gives nothing back.",
        "sol_find_lr",
        find_lr(stop=STOP.replace("break", "return lrs, losses")),
        "model_back",
        "optimizer_back",
        "mode_back",
    ),
    wrong(
        "one_rate_given_back",
        "Every group is given the rate of the first.",
        "sol_find_lr",
        find_lr(
            keep="rate = optimizer.param_groups[0]['lr']\n    " + KEEP,
            give_back=GIVE_BACK + "\n    for group in optimizer.param_groups: group['lr'] = rate",
        ),
        "optimizer_back",
    ),
    wrong(
        "linear_sweep",
        "The learning rate grows by equal steps.",
        "sol_find_lr",
        find_lr(lr="init_value + (final_value - init_value) * i / (len(loader) - 1)"),
        "rates",
    ),
    wrong(
        "first_group_only",
        "The other groups of the optimizer keep their rate.",
        "sol_find_lr",
        find_lr(groups="param_groups[:1]"),
        "rates",
    ),
    wrong("sweep_accumulates", "The gradients are never set to zero.", "sol_find_lr", find_lr(zero=""), "steps"),
    wrong("sweep_as_found", "The model is not put in training mode.", "sol_find_lr", find_lr(mode=""), "training_mode"),
    wrong(
        "sweep_never_stops",
        "The sweep goes on while the loss explodes.",
        "sol_find_lr",
        find_lr(stop=""),
        "stop",
        "not_a_number",
        "not_passed_back",
    ),
    wrong(
        "four_times_the_first",
        "The loss is compared with the first one, not with the best.",
        "sol_find_lr",
        find_lr(stop="if not np.isfinite(loss.item()) or losses and loss.item() > 4 * losses[0]: break"),
        "stop",
    ),
    wrong(
        "last_loss_kept",
        "The loss that stops the sweep is kept.",
        "sol_find_lr",
        find_lr(stop=STOP.replace("break", "lrs.append(lr); losses.append(loss.item()); break")),
        "stop",
        "not_a_number",
    ),
    wrong(
        "rate_kept_before_the_test",
        "The rate of the loss that stops the sweep is kept, without the loss.",
        "sol_find_lr",
        find_lr(early="lrs.append(lr)").replace("    lrs.append(lr)\n        losses", "    losses"),
        "stop",
        "not_a_number",
    ),
    wrong(
        "nan_goes_on",
        "A comparison with NaN is false: the sweep goes on.",
        "sol_find_lr",
        find_lr(stop="if loss.item() > 4 * best: break"),
        "not_a_number",
    ),
    wrong(
        "passed_back_before_the_test",
        "The loss is looked at once the gradients are computed.",
        "sol_find_lr",
        find_lr(early="loss.backward()", backward=""),
        "not_passed_back",
    ),
    wrong(
        "one_noise_for_all",
        "A single number is drawn, and added to every pixel.",
        "sol_augment",
        ["return image + self.std * torch.randn(1)", None],
        "noise",
        "noise_level",
    ),
    wrong(
        "one_noise_a_pixel",
        "The three channels of a pixel have the same noise.",
        "sol_augment",
        ["return image + self.std * torch.randn(image.shape[1:])", None],
        "noise",
    ),
    wrong(
        "noise_in_place",
        "The image given changes.",
        "sol_augment",
        ["return image.add_(torch.randn_like(image), alpha=self.std)", None],
        "unchanged",
    ),
    wrong(
        "augmented_in_double_precision",
        "The pixels are float64.",
        "sol_augment",
        [None, augment(dtype="torch.float64")],
        "form",
    ),
    wrong(
        "means_reversed",
        "The means are those of the channels in another order.",
        "sol_augment",
        [None, augment(end="GaussianNoise(0.05), v2.Normalize(IMAGENET_MEAN[::-1], IMAGENET_STD),")],
        "normalised",
    ),
    wrong(
        "noise_after_normalisation",
        "The noise comes after the normalisation, a quarter as strong as asked.",
        "sol_augment",
        [None, augment(end="v2.Normalize(IMAGENET_MEAN, IMAGENET_STD), GaussianNoise(0.05),")],
        "noise_level",
    ),
    wrong("no_flip", "The images are never flipped.", "sol_augment", [None, augment(flip="")], "flip"),
    wrong(
        "upside_down",
        "The images are flipped from top to bottom.",
        "sol_augment",
        [None, augment(flip="v2.RandomVerticalFlip(),")],
        "flip",
    ),
    wrong(
        "tiny_crops",
        "The crops keep down to 8 % of the image, the default.",
        "sol_augment",
        [None, augment(scale="")],
        "crop",
    ),
    wrong(
        "no_crop",
        "The whole image is always kept.",
        "sol_augment",
        [None, augment().replace("v2.RandomResizedCrop((size, size), scale=(0.6, 1.0))", "v2.Resize((size, size))")],
        "crop",
    ),
    wrong("no_jitter", "The colours do not change.", "sol_augment", [None, augment(jitter="")], "jitter"),
    wrong(
        "strong_jitter",
        "The colours change by up to 80 %.",
        "sol_augment",
        [None, augment(jitter="v2.ColorJitter(0.8, 0.8, 0.8),")],
        "jitter",
    ),
    wrong(
        "brightness_only",
        "Contrast and saturation do not change.",
        "sol_augment",
        [None, augment(jitter="v2.ColorJitter(0.2),")],
        "jitter",
    ),
    wrong(
        "no_saturation",
        "The saturation does not change.",
        "sol_augment",
        [None, augment(jitter="v2.ColorJitter(0.2, 0.2),")],
        "jitter",
    ),
    wrong(
        "hue_too",
        "A fourth number changes the hue.",
        "sol_augment",
        [None, augment(jitter="v2.ColorJitter(0.2, 0.2, 0.2, 0.2),")],
        "jitter",
        "hsv",
    ),
    wrong("no_hsv", "The conversion to HSV is missing.", "sol_augment", [None, augment(hsv="")], "hsv"),
    wrong(
        "always_hsv",
        "The conversion to HSV is not random.",
        "sol_augment",
        [None, augment(hsv='v2.Lambda(lambda picture: picture.convert("HSV")),')],
        "hsv",
    ),
    wrong(
        "batch_norm_frozen_too",
        "Every layer of the body is frozen.",
        "sol_transfer",
        transfer(before="", learns="False"),
        "normalisations",
    ),
    wrong(
        "batch_norm_by_name",
        "Batch normalisations are told by the letters bn, which those inside the layers lack.",
        "sol_transfer",
        transfer(before="", learns='"bn" in name'),
        "normalisations",
    ),
    wrong(
        "every_normalisation",
        "Layer normalisations learn too.",
        "sol_transfer",
        transfer(before=FREEZE.format(kinds="nn.BatchNorm2d | nn.LayerNorm")),
        "frozen",
    ),
    wrong("nothing_frozen", "Everything learns.", "sol_transfer", transfer(before=""), "frozen", "normalisations"),
    wrong(
        "head_frozen",
        "The layers are frozen after the head was replaced.",
        "sol_transfer",
        transfer(before="", after=FREEZE.format(kinds="nn.BatchNorm2d")),
        "head_learns",
    ),
    wrong("affine_head", "The head has no ReLU.", "sol_transfer", transfer(relu=""), "head"),
    wrong("head_without_dropout", "The head has no dropout.", "sol_transfer", transfer(dropout=""), "dropout"),
    wrong(
        "softmax_in_the_head",
        "The head ends in a softmax.",
        "sol_transfer",
        transfer(end=", nn.Softmax(1)"),
        "head",
        "dropout",
    ),
    wrong("relu_on_the_head", "A second ReLU cuts the logits.", "sol_transfer", transfer(end=", nn.ReLU()"), "head"),
    wrong(
        "a_copy_adapted",
        "The network given does not change: a copy of it does.",
        "sol_transfer",
        "    backbone = copy.deepcopy(backbone)" + transfer(),
        "frozen",
    ),
    wrong(
        "only_what_was_frozen",
        "What learnt already is in no group.",
        "sol_param_groups",
        """
        groups = []
        for part, divisor in ((model.fc, 1), (model.layer4, 3), (model.layer3, 9)):
            params = [p for p in part.parameters() if not p.requires_grad]
            part.requires_grad_(True)
            groups.append({"params": params, "lr": found_lr / divisor})
        return groups
        """,
        "parts",
    ),
    wrong(
        "weights_without_biases",
        "The biases are neither unfrozen nor in a group.",
        "sol_param_groups",
        """
        groups = []
        for part, divisor in ((model.fc, 1), (model.layer4, 3), (model.layer3, 9)):
            params = [p.requires_grad_(True) for name, p in part.named_parameters() if "weight" in name]
            groups.append({"params": params, "lr": found_lr / divisor})
        return groups
        """,
        "parts",
        "unfrozen",
    ),
    wrong(
        "groups_still_frozen",
        "The parameters are grouped, not unfrozen.",
        "sol_param_groups",
        groups(unfreeze=""),
        "unfrozen",
    ),
    wrong(
        "rates_reversed",
        "The layers far from the output learn faster.",
        "sol_param_groups",
        groups(divisors="(9, 3, 1)"),
        "rates",
    ),
    wrong(
        "parts_in_another_order",
        "The groups of layer3 and layer4 are exchanged.",
        "sol_param_groups",
        groups(parts="(model.fc, model.layer3, model.layer4)"),
        "parts",
    ),
    wrong(
        "everything_unfrozen",
        "The whole network learns.",
        "sol_param_groups",
        groups(unfreeze="model.requires_grad_(True)"),
        "others",
    ),
    wrong(
        "the_rest_frozen_again",
        "Everything is frozen before the three parts are unfrozen.",
        "sol_param_groups",
        groups(unfreeze="model.requires_grad_(False); [part.requires_grad_(True) for part in parts]"),
        "others",
    ),
    wrong(
        "softmax_over_the_batch",
        "The softmax compares the examples, and the argmax is that of the flattened array.",
        "sol_ensemble",
        ensemble(vote="outputs.softmax(dim=1).mean(dim=0).argmax()"),
        "each_example",
        "mean",
    ),
    wrong(
        "softmax_over_the_batch_by_row",
        "The softmax compares the examples, though one label an example comes out.",
        "sol_ensemble",
        ensemble(vote="outputs.softmax(dim=1).mean(dim=0).argmax(dim=1)"),
        "each_example",
        "mean",
    ),
    wrong(
        "labels_squeezed",
        "The label of a single image has no dimension.",
        "sol_ensemble",
        ensemble(vote="outputs.softmax(dim=2).mean(dim=0).argmax(dim=1).squeeze()"),
        "each_example",
    ),
    wrong(
        "mean_of_the_logits",
        "The logits are averaged.",
        "sol_ensemble",
        ensemble(vote="outputs.mean(dim=0).argmax(dim=1)"),
        "mean",
    ),
    wrong(
        "majority",
        "Each model votes for a class.",
        "sol_ensemble",
        ensemble(vote="outputs.argmax(dim=2).mode(dim=0).values"),
        "mean",
    ),
    wrong(
        "surest_model",
        "The model that is surest of its class decides alone.",
        "sol_ensemble",
        ensemble(vote="outputs.softmax(dim=2).amax(dim=0).argmax(dim=1)"),
        "mean",
    ),
    wrong(
        "sigmoid_for_softmax",
        "Each logit becomes a number between 0 and 1 by itself.",
        "sol_ensemble",
        ensemble(vote="outputs.sigmoid().mean(dim=0).argmax(dim=1)"),
        "mean",
    ),
    wrong(
        "second_class_above_half",
        "There are only two classes.",
        "sol_ensemble",
        ensemble(vote="(outputs.softmax(dim=2).mean(dim=0)[:, 1] > 0.5).long()"),
        "each_example",
        "mean",
    ),
    wrong(
        "members_in_training_mode",
        "The members answer in the mode they are found in.",
        "sol_ensemble",
        ensemble(model="model"),
        "evaluation_mode",
    ),
    wrong(
        "vote_with_gradients",
        "The graphs are built for nothing.",
        "sol_ensemble",
        ensemble(context="if True:"),
        "no_gradient",
    ),
    wrong(
        "pixels_for_tiles",
        "Pixels are shuffled, whatever the side of the tiles.",
        "sol_tiles",
        tiles(tile="1"),
        "tiles",
    ),
    wrong(
        "channels_apart",
        "Each channel is cut and shuffled by itself.",
        "sol_tiles",
        """
        n, c, h, w = images.shape
        columns = F.unfold(images.reshape(n * c, 1, h, w), tile, stride=tile)
        order = torch.rand(n * c, 1, columns.shape[2], generator=generator).argsort(dim=2)
        return F.fold(columns.gather(2, order.expand_as(columns)), (h, w), tile, stride=tile).reshape(n, c, h, w)
        """,
        "tiles",
    ),
    wrong(
        "one_order_for_all",
        "The tiles of every image are shuffled in the same way.",
        "sol_tiles",
        tiles(shape="1, 1, columns.shape[2]"),
        "drawn_from_the_generator",
    ),
    wrong(
        "generator_left_aside",
        "The order is drawn from PyTorch's own generator.",
        "sol_tiles",
        tiles(generator="None"),
        "drawn_from_the_generator",
    ),
    wrong(
        "global_generator_seeded",
        "The seed of the generator given is that of PyTorch's own.",
        "sol_tiles",
        "    torch.manual_seed(generator.initial_seed())" + tiles(generator="None"),
        "drawn_from_the_generator",
    ),
    wrong(
        "tile_is_a_number_of_tiles",
        "The side of the tiles is taken for their number along the height.",
        "sol_tiles",
        tiles(tile="images.shape[2] // tile"),
        "tiles",
    ),
    wrong(
        "as_many_tiles_across",
        "The tiles are counted along the height, and taken as many across.",
        "sol_tiles",
        """
        new, count = images.clone(), images.shape[2] // tile
        square = new[..., : count * tile]
        columns = F.unfold(square, tile, stride=tile)
        order = torch.rand(len(images), 1, columns.shape[2], generator=generator).argsort(dim=2)
        mixed = F.fold(columns.gather(2, order.expand_as(columns)), square.shape[2:], tile, stride=tile)
        new[..., : count * tile] = mixed
        return new
        """,
        "tiles",
    ),
    wrong(
        "shuffled_in_place",
        "The images given are shuffled themselves.",
        "sol_tiles",
        tiles(end="return images.copy_(mixed)"),
        "unchanged",
    ),
    wrong(
        "one_seed",
        "A single seed says nothing of chance.",
        "sol_study",
        [None, 'settings, seeds = {"whole": {"tile": 64}, "cut": {"tile": 8}}, [0]'],
        "number_of_seeds",
    ),
    wrong(
        "too_many_trials",
        "Five settings, fifteen trainings.",
        "sol_study",
        [None, 'settings, seeds = {f"{tile}": {"tile": tile} for tile in (64, 32, 16, 8, 4)}, range(3)'],
        "number_of_seeds",
    ),
    wrong(
        "two_changes_at_once",
        "Tiles and colours change together.",
        "sol_study",
        [None, 'settings, seeds = {"whole": {"tile": 64}, "cut": {"tile": 8, "grey": True}}, range(3)'],
        "one_argument",
    ),
    wrong(
        "trial_in_percent",
        "The share of right answers is told in percent.",
        "sol_study",
        [trial(score="100 * (model.eval()(x_val).argmax(1) == y_val).float().mean()"), None],
        "share",
    ),
    wrong(
        "tile_ignored",
        "The images are measured whole, whatever the side of the tiles.",
        "sol_study",
        [trial(tile="64"), None],
        "share",
    ),
    wrong(
        "nothing_is_trained",
        "The accuracy of the last network of the notebook, whatever is asked.",
        "sol_study",
        ['return history["val_accuracy"][-1]', None],
        "learning",
        "share",
        "reproducible",
    ),
    wrong(
        "trained_on_validation",
        "The network learns from the images that measure it.",
        "sol_study",
        [trial(part="val"), None],
        "learning",
    ),
    wrong(
        "trained_one_by_one",
        "Each step sees one image.",
        "sol_study",
        [trial(batch="1"), None],
        "learning",
    ),
    wrong(
        "validation_learnt_too",
        "The network learns from the training images, then from those that measure it.",
        "sol_study",
        [trial(more='+ [(x, y) for x, y in DataLoader(TensorDataset(*study["val"]), STUDY_BATCH)]'), None],
        "learning",
    ),
    wrong("trained_once", "One epoch only.", "sol_study", [trial(epochs="1"), None], "learning"),
    wrong(
        "other_weights_learn",
        "The optimizer has the parameters of another network.",
        "sol_study",
        [trial(network="study_network()"), None],
        "learning",
    ),
    wrong(
        "trial_gives_its_training_accuracy",
        "The share of the training images that are right, instead of those of validation.",
        "sol_study",
        [trial(score='(model.eval()(study["train"][0]).argmax(1) == study["train"][1]).float().mean()'), None],
        "share",
    ),
    wrong(
        "trial_gives_its_loss",
        "The loss in validation instead of the accuracy.",
        "sol_study",
        [trial(score="F.cross_entropy(model.eval()(x_val), y_val)"), None],
        "share",
    ),
    wrong(
        "seed_ignored",
        "The weights and the batches do not depend on the seed.",
        "sol_study",
        [trial(seed=""), None],
        "reproducible",
    ),
    wrong(
        "told_by_the_name",
        "A good image under a name without a suffix is refused.",
        "sol_check_image",
        """
        if Path(path).suffix not in (".jpg", ".png"):
            return False
        try:
            Image.open(path).load()
        except (OSError, SyntaxError, ValueError):
            return False
        return True
        """,
        "whole",
    ),
    wrong(
        "never_enlarged",
        "A photograph smaller than the size asked stays as it is.",
        "sol_transforms",
        transforms("v2.Lambda(lambda image: image.resize((size, size)) if max(image.size) > size else image)"),
        "size",
    ),
    wrong(
        "root_is_a_path",
        "A root that is a text has no operator /.",
        "sol_loaders",
        loaders(transform="transform").replace("Path(root) / part", "root / part"),
        "transform",
    ),
    wrong(
        "logits_squeezed",
        "The logits of a single image have one dimension.",
        "sol_simplenet",
        [simplenet()[0], "return self.layers(x).squeeze()"],
        "logits",
    ),
    wrong(
        "accuracy_after_the_step",
        "The training accuracy is that of the logits computed again once the step was made.",
        "sol_train",
        train().replace("total += loss", "logits = model(images)\n            total += loss", 1),
        "each_epoch",
    ),
    wrong(
        "labels_in_alphabetical_order",
        "The labels are sorted before the class is looked up.",
        "sol_predict",
        predict(label="sorted(labels)[best]"),
        "label",
    ),
    wrong(
        "passes_seeded_alike",
        "PyTorch is seeded before each pass: the dropout puts out the same numbers twice.",
        "sol_dropout",
        gap(train_gap="(model(x) - (torch.manual_seed(0), model(x))[1]).abs().max().item()").replace(
            "model.train()\n", "model.train(); torch.manual_seed(0)\n", 1
        ),
        "training_gap",
    ),
    wrong(
        "noise_drawn_once",
        "Every image of a shape is given the noise of the first.",
        "sol_augment",
        [
            """
            if not hasattr(self, "noise") or self.noise.shape != image.shape:
                self.noise = self.std * torch.randn_like(image)
            return image + self.noise
            """,
            None,
        ],
        "noise",
    ),
    wrong(
        "noise_of_a_square",
        "The noise is as wide as it is high.",
        "sol_augment",
        ["return image + self.std * torch.randn(len(image), image.shape[1], image.shape[1])", None],
        "noise",
    ),
    wrong(
        "noise_of_three_channels",
        "The noise has three channels, whatever the image has.",
        "sol_augment",
        ["return image + self.std * torch.randn(3, *image.shape[1:])", None],
        "unchanged",
    ),
    wrong(
        "upside_down_too",
        "The images are flipped both ways.",
        "sol_augment",
        [None, augment(flip="v2.RandomHorizontalFlip(), v2.RandomVerticalFlip(),")],
        "flip",
    ),
    wrong(
        "whole_rows_and_columns",
        "Whole rows of tiles are shuffled, then whole columns: neighbours stay in line.",
        "sol_tiles",
        """
        images = images.clone()
        for image in images:
            for axis in (1, 2):
                order = torch.randperm(image.shape[axis] // tile, generator=generator)
                rows = (order[:, None] * tile + torch.arange(tile)).flatten()
                image.copy_(image.index_select(axis, rows))
        return images
        """,
        "any_order",
    ),
    wrong(
        "same_start_for_every_seed",
        "The weights and the batches are those of one seed, whichever is asked.",
        "sol_study",
        [trial(seed="torch.manual_seed(0)"), None],
        "reproducible",
    ),
    edited(
        "decoded_but_of_another_format",
        "An image that is neither JPEG nor PNG is refused.",
        "sol_check_image",
        "image.load()",
        "image.load()\n            if image.format not in ('JPEG', 'PNG'):\n                return False",
        "whole",
    ),
    edited(
        "crop_beyond_the_image",
        "The crops may be larger than the image.",
        "sol_augment",
        "scale=(0.6, 1.0)",
        "scale=(0.6, 1.6)",
        "crop",
    ),
    edited(
        "unscaled",
        "The pixels go from 0 to 255.",
        "sol_augment",
        "v2.ToDtype(torch.float32, scale=True)",
        "v2.ToDtype(torch.float32)",
        "form",
    ),
    edited("first_epoch", "The accuracy is that of the first epoch.", "sol_study", LAST, EPOCH.format(0), "share"),
    edited("epoch_before_last", "That of the epoch before last.", "sol_study", LAST, EPOCH.format(-2), "share"),
    edited(
        "second_epoch", "That of the second epoch, however many there are.", "sol_study", LAST, EPOCH.format(1), "share"
    ),
    edited("mean_of_each_column", "Grey is a mean over rows.", "sol_study", "mean(dim=1", "mean(dim=2", "share"),
    edited("mean_of_the_images", "Grey is a mean over images.", "sol_study", "mean(dim=1", "mean(dim=0", "share"),
    edited(
        "half_of_validation",
        "One image of validation in two is measured.",
        "sol_study",
        "DataLoader(TensorDataset(x_val, y_val), STUDY_BATCH)",
        "DataLoader(TensorDataset(x_val[::2], y_val[::2]), STUDY_BATCH)",
        "share",
    ),
    edited(
        "cats_then_fish",
        "The batches follow the folders: cats only, then fish only.",
        "sol_study",
        "shuffle=True",
        "shuffle=False",
        "learning",
    ),
    edited("always_grey", "Grey or not, the colours go.", "sol_study", "if grey", "if True", "share"),
    edited(
        "shuffled_for_nothing",
        "The shuffled images are left where they are, and whole ones measured.",
        "sol_study",
        "x_val = shuffle_tiles",
        "x_shuffled = shuffle_tiles",
        "share",
    ),
    edited(
        "tiles_of_no_seed",
        "The tiles are shuffled alike whatever the seed.",
        "sol_study",
        "torch.Generator().manual_seed(seed)",
        "torch.Generator()",
        "reproducible",
    ),
    wrong(
        "header_left_aside",
        "Opening is believed to raise OSError alone: what a false header raises comes out.",
        "sol_check_image",
        """
        try:
            image = Image.open(path)
        except OSError:
            return False
        try:
            image.load()
        except (OSError, SyntaxError, ValueError):
            return False
        return True
        """,
        "exceptions",
    ),
    wrong(
        "images_kept_in_a_list",
        "Every image is read and transformed once for all.",
        "sol_loaders",
        loaders(transform="transform").replace("DataLoader(folder", "DataLoader(list(folder)"),
        "each_pass",
    ),
    wrong(
        "gradients_left_off",
        "The gradients stay off after the last validation.",
        "sol_train",
        train(
            mode="model.train(); torch.set_grad_enabled(True)",
            context="torch.set_grad_enabled(False)\n        if True:",
        ),
        "no_gradient",
    ),
    wrong(
        "measured_by_another_pass",
        "The training is measured without gradients, then the batch goes through the model again for the step.",
        "sol_train",
        train().replace(
            "logits = model(images)\n            loss = loss_fn(logits, labels)\n            loss.backward()",
            "with torch.no_grad():\n                logits = model(images)\n            "
            "loss = loss_fn(model(images), labels)\n            loss.backward()",
            1,
        ),
        "each_epoch",
    ),
    wrong(
        "three_epochs_at_most",
        "Whatever is asked, three epochs at most.",
        "sol_train",
        "    epochs = min(epochs, 3)" + train(),
        "history",
    ),
    wrong(
        "stopped_early",
        "The training stops once the validation is worse two epochs in a row.",
        "sol_train",
        train()
        + """
        losses = history["val_loss"]
        if len(losses) > 2 and losses[-1] > losses[-2] > losses[-3]:
            break
        """,
        "history",
    ),
    wrong(
        "best_weights_put_back",
        "The model comes out with the weights of its best epoch.",
        "sol_train",
        "    best, kept = 0, None"
        + train()
        + """
        if history["val_accuracy"][-1] > best:
            best, kept = history["val_accuracy"][-1], copy.deepcopy(model.state_dict())
    model.load_state_dict(kept or model.state_dict())
""",
        "each_epoch",
    ),
    wrong(
        "image_not_moved",
        "The image stays where it is.",
        "sol_predict",
        predict().replace(".to(device)", ""),
        "on_device",
    ),
    wrong(
        "model_not_moved",
        "The weights are read on the device, and copied to where the model is.",
        "sol_checkpoint",
        [
            None,
            """
            model.load_state_dict(torch.load(path, map_location=device, weights_only=True))
            return model
            """,
        ],
        "in_place",
    ),
    wrong(
        "sweep_not_moved",
        "The batches stay where they are.",
        "sol_find_lr",
        find_lr().replace(".to(device)", ""),
        "on_device",
    ),
    wrong(
        "first_loss_kept_if_infinite",
        "Infinity is no more than four times itself.",
        "sol_find_lr",
        find_lr(stop="if not loss.item() <= 4 * best: break"),
        "not_a_number",
    ),
    wrong(
        "first_loss_kept_whatever_it_is",
        "The first loss is not looked at.",
        "sol_find_lr",
        find_lr(stop=STOP.replace("if ", "if losses and (").replace(": break", "): break")),
        "not_a_number",
    ),
    wrong(
        "rarely_flipped",
        "Three images in ten are flipped.",
        "sol_augment",
        [None, augment(flip="v2.RandomHorizontalFlip(0.3),")],
        "flip",
    ),
    wrong(
        "crops_of_a_half",
        "The crops keep down to half of the image.",
        "sol_augment",
        [None, augment(scale=", scale=(0.5, 1)")],
        "crop",
    ),
    wrong(
        "crops_too_wide",
        "The crops keep nine tenths of the image at least.",
        "sol_augment",
        [None, augment(scale=", scale=(0.9, 1)")],
        "crop",
    ),
    wrong(
        "jitter_of_thirty_percent",
        "The colours change by up to 30 %.",
        "sol_augment",
        [None, augment(jitter="v2.ColorJitter(0.3, 0.3, 0.3),")],
        "jitter",
    ),
    wrong(
        "hsv_too_often",
        "One image in five goes to HSV.",
        "sol_augment",
        [None, augment(hsv='v2.RandomApply([v2.Lambda(lambda picture: picture.convert("HSV"))], p=0.2),')],
        "hsv",
    ),
    wrong(
        "hsv_before_the_jitter",
        "The colours change after the conversion: the hue is scaled.",
        "sol_augment",
        [
            None,
            augment(
                jitter='v2.RandomApply([v2.Lambda(lambda picture: picture.convert("HSV"))], p=0.1),',
                hsv="v2.ColorJitter(0.2, 0.2, 0.2),",
            ),
        ],
        "hsv",
    ),
    wrong(
        "groups_by_letters",
        "Parameters are told by the letters of their names: a layer fc1 of another part is in the group of fc.",
        "sol_param_groups",
        """
        groups = []
        for part, divisor in (("fc", 1), ("layer4", 3), ("layer3", 9)):
            params = [p.requires_grad_(True) for name, p in model.named_parameters() if part in name]
            groups.append({"params": params, "lr": found_lr / divisor})
        return groups
        """,
        "parts",
        "others",
    ),
    wrong(
        "tiles_shifted",
        "The tiles follow one another in the same order, from another one on.",
        "sol_tiles",
        """
        columns = F.unfold(images, tile, stride=tile)
        shifts = torch.randint(columns.shape[2], (len(images),), generator=generator).tolist()
        mixed = torch.stack([one.roll(shift, 1) for one, shift in zip(columns, shifts)])
        return F.fold(mixed, images.shape[2:], tile, stride=tile)
        """,
        "any_order",
    ),
    edited("twice_the_epochs", "Too many epochs.", "sol_study", "STUDY_EPOCHS,", "2 * STUDY_EPOCHS,", "learning"),
    edited("epochs_by_heart", "Four epochs, whatever is imposed.", "sol_study", "STUDY_EPOCHS,", "4,", "learning"),
    edited(
        "two_seeds_in_three",
        "Of three seeds, two begin alike.",
        "sol_study",
        "torch.manual_seed(seed)\n    (x",
        "torch.manual_seed(seed % 2)\n    (x",
        "reproducible",
    ),
]

RIGHT = [
    Answer(
        "steps_by_closure",
        "The optimizer calls a closure, and gives back its loss.",
        blocks={
            "sol_train": train().replace(
                "logits = model(images)\n            loss = loss_fn(logits, labels)\n            loss.backward()\n"
                "            optimizer.step()",
                "seen = []\n\n            def closure():\n                optimizer.zero_grad()\n"
                "                seen.append(model(images))\n                loss = loss_fn(seen[-1], labels)\n"
                "                loss.backward()\n                return loss\n\n"
                "            loss, logits = optimizer.step(closure), seen[-1]",
                1,
            ),
        },
    ),
    Answer(
        "two_passes_to_validate",
        "Two functions measure the loss and the accuracy, each with passes of its own.",
        blocks={
            "sol_train": """
                def mean_of(measure, loader):
                    total = count = 0
                    for images, labels in loader:
                        images, labels = images.to(device), labels.to(device)
                        total += measure(model(images), labels) * len(labels)
                        count += len(labels)
                    return float(total) / count

                def accuracy(logits, labels):
                    return (logits.argmax(1) == labels).float().mean()

                for _ in range(epochs):
                    model.train()
                    seen = []
                    for images, labels in train_loader:
                        images, labels = images.to(device), labels.to(device)
                        optimizer.zero_grad()
                        logits = model(images)
                        loss = loss_fn(logits, labels)
                        loss.backward()
                        optimizer.step()
                        seen.append((len(labels), loss.item(), accuracy(logits, labels).item()))
                    sizes, losses, accuracies = map(np.array, zip(*seen))
                    history["train_loss"].append(float(losses @ sizes / sizes.sum()))
                    history["train_accuracy"].append(float(accuracies @ sizes / sizes.sum()))
                    model.eval()
                    with torch.no_grad():
                        history["val_loss"].append(mean_of(loss_fn, val_loader))
                        history["val_accuracy"].append(mean_of(accuracy, val_loader))
            """
        },
    ),
    Answer(
        "sums_in_other_places",
        "Gradients by torch.autograd.grad, losses weighed by NumPy, a logarithm of sums of exponentials.",
        blocks={
            "sol_train": """
                parameters = [p for group in optimizer.param_groups for p in group["params"]]

                def measure(loader, after):
                    found = []
                    for images, labels in loader:
                        logits = model(images.to(device))
                        loss = loss_fn(logits, labels := labels.to(device))
                        after(loss)
                        found.append((loss.item(), (logits.argmax(-1) == labels).double().mean().item(), len(labels)))
                    losses, shares, sizes = zip(*found, strict=True)
                    return [float(np.average(values, weights=sizes)) for values in (losses, shares)]

                def step(loss):
                    for p, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
                        p.grad = gradient
                    optimizer.step()

                while len(history["val_loss"]) < epochs:
                    numbers = measure(train_loader, step) if model.train() else None
                    with torch.inference_mode():
                        numbers += measure(val_loader, lambda loss: None) if model.eval() else []
                    for values, number in zip(history.values(), numbers, strict=True):
                        values.append(number)
            """,
            "sol_conv_size": """
                room = n + 2 * padding - kernel
                return 1 if room < stride else 1 + conv_output_size(n - stride, kernel, stride, padding)
            """,
            "sol_ensemble": """
                with torch.inference_mode():
                    logs = torch.stack([F.log_softmax(model.eval()(x), dim=-1) for model in models])
                    return logs.logsumexp(0).max(1).indices
            """,
        },
    ),
    Answer(
        "two_loops",
        "Separate loops for training and validation, Sequential everywhere, transforms of the first version.",
        blocks={
            "sol_check_image": """
                try:
                    Image.open(path).convert("RGB")
                    return True
                except Exception:
                    return False
            """,
            "sol_transforms": """
                from torchvision import transforms

                steps = [transforms.Resize([size, size]), transforms.ToTensor()]
                return transforms.Compose([*steps, transforms.Normalize(IMAGENET_MEAN, IMAGENET_STD)])
            """,
            "sol_loaders": """
                from torch.utils.data import RandomSampler

                sets = [ImageFolder(f"{root}/{part}", transform) for part in ("train", "val", "test")]
                train_loader = DataLoader(sets[0], batch_size=batch_size, sampler=RandomSampler(sets[0]))
                return train_loader, DataLoader(sets[1], batch_size), DataLoader(sets[2], batch_size)
            """,
            "sol_simplenet": simplenet(),
            "sol_train": train(),
            "sol_predict": predict(),
            "sol_checkpoint": [
                """
                with open(path, "wb") as file:
                    torch.save(model.state_dict(), file)
                """,
                """
                state = torch.load(path, device, weights_only=True)
                model.load_state_dict(state)
                model.to(device)
                return model
                """,
            ],
            "sol_conv_size": "return len(range(0, n + 2 * padding - kernel + 1, stride))",
            "sol_cnn": cnn(),
            "sol_dropout": gap(),
            "sol_find_lr": find_lr(),
            "sol_augment": ["return image + torch.randn(image.shape, dtype=image.dtype) * self.std", augment()],
            "sol_transfer": transfer(),
            "sol_param_groups": groups(),
            "sol_ensemble": """
                total = 0
                for model in models:
                    model.eval()
                    with torch.inference_mode():
                        total = total + torch.softmax(model(x), dim=-1)
                return (total / len(models)).max(dim=-1).indices
            """,
        },
    ),
    Answer(
        "copies_and_modules",
        "The sweep runs on copies, layers are told by their modules, transforms work on tensors.",
        blocks={
            "sol_check_image": """
                try:
                    np.asarray(Image.open(path))
                except BaseException:
                    decoded = False
                else:
                    decoded = True
                return decoded
            """,
            "sol_transforms": """
                return v2.Compose(
                    [
                        v2.PILToTensor(),
                        v2.Resize((size, size), antialias=True),
                        v2.ConvertImageDtype(torch.float32),
                        v2.Normalize(IMAGENET_MEAN, IMAGENET_STD),
                    ]
                )
            """,
            "sol_loaders": """
                from functools import partial

                load = partial(DataLoader, batch_size=batch_size, num_workers=0)
                sets = {path.name: ImageFolder(path, transform) for path in Path(root).iterdir() if path.is_dir()}
                return load(sets["train"], shuffle=True), load(sets["val"]), load(dataset=sets["test"])
            """,
            "sol_simplenet": [
                """
                widths = [3 * 64**2, 84, 50, 2]
                self.layers = nn.ModuleList(nn.Linear(n_in, n_out) for n_in, n_out in pairwise(widths))
                """,
                """
                x = x.reshape(x.shape[0], -1)
                for layer in self.layers[:-1]:
                    x = torch.clamp(layer(x), min=0)
                return self.layers[-1](x)
                """,
            ],
            "sol_train": """
                def run(loader, learn):
                    model.train() if learn else model.eval()
                    losses, hits, sizes = [], [], []
                    for batch in loader:
                        images, labels = (part.to(device, non_blocking=True) for part in batch)
                        out = model(images)
                        loss = loss_fn(out, labels)
                        if learn:
                            loss.backward()
                            optimizer.step()
                            optimizer.zero_grad(set_to_none=True)
                        losses.append(loss.item())
                        hits += (out.max(1).indices == labels).tolist()
                        sizes.append(labels.size(0))
                    return float(np.average(losses, weights=sizes)), sum(hits) / len(hits)

                optimizer.zero_grad()
                for epoch in range(epochs):
                    loss, accuracy = run(train_loader, True)
                    history["train_loss"] += [loss]
                    history["train_accuracy"] += [accuracy]
                    with torch.inference_mode():
                        loss, accuracy = run(val_loader, False)
                    history["val_loss"] += [loss]
                    history["val_accuracy"] += [accuracy]
            """,
            "sol_predict": """
                model.eval()
                with torch.inference_mode():
                    logits = model(torch.stack([transform(image)]).to(device))
                probability, index = torch.nn.functional.softmax(logits, dim=-1).squeeze(0).max(dim=0)
                return labels[index], float(probability)
            """,
            "sol_checkpoint": [
                "torch.save({name: value.cpu() for name, value in model.state_dict().items()}, str(path))",
                """
                with open(path, "rb") as file:
                    read = torch.load(file, map_location=lambda storage, place: storage, weights_only=True)
                model.load_state_dict(read, strict=True)
                return model.to(device)
                """,
            ],
            "sol_conv_size": "return divmod(n - kernel + 2 * padding, stride)[0] + 1",
            "sol_cnn": [
                """
                self.conv1 = nn.Conv2d(3, 64, 11, 4, 2)
                self.conv2 = nn.Conv2d(64, 192, 5, padding=2)
                self.conv3 = nn.Conv2d(192, 384, 3, padding=1)
                self.conv4 = nn.Conv2d(384, 256, 3, padding=1)
                self.conv5 = nn.Conv2d(256, 256, 3, padding=1)
                self.drop1, self.drop2 = nn.Dropout(), nn.Dropout()
                self.fc1, self.fc2 = nn.Linear(9216, 4096), nn.Linear(4096, 4096)
                self.fc3 = nn.Linear(4096, num_classes)
                """,
                """
                x = F.max_pool2d(F.relu(self.conv1(x)), 3, 2)
                x = F.max_pool2d(F.relu(self.conv2(x)), 3, 2)
                x = F.relu(self.conv4(F.relu(self.conv3(x))))
                x = F.max_pool2d(F.relu(self.conv5(x)), 3, 2)
                x = F.adaptive_avg_pool2d(x, 6).reshape(len(x), -1)
                x = F.relu(self.fc1(self.drop1(x)))
                return self.fc3(F.relu(self.fc2(self.drop2(x))))
                """,
            ],
            "sol_dropout": """
                mode = model.training
                gap = lambda: float((model(x) - model(x)).abs().max())
                with torch.inference_mode():
                    model.eval()
                    eval_gap = gap()
                    model.train()
                    train_gap = gap()
                model.train(mode)
                return [train_gap, eval_gap]
            """,
            "sol_find_lr": """
                model, optimizer = copy.deepcopy((model, optimizer))
                model.train()
                factor = (final_value / init_value) ** (1 / (len(loader) - 1))
                lr, best = init_value, None
                for images, labels in loader:
                    for group in optimizer.param_groups:
                        group["lr"] = lr
                    optimizer.zero_grad()
                    loss = loss_fn(model(images.to(device)), labels.to(device))
                    value = loss.item()
                    if abs(value) == float("inf") or value != value or best is not None and value > 4 * best:
                        return lrs, losses
                    best = value if best is None else min(best, value)
                    losses += [value]
                    lrs += [lr]
                    loss.backward()
                    optimizer.step()
                    lr *= factor
            """,
            "sol_augment": ["return torch.normal(image, self.std)", None],
            "sol_transfer": """
                backbone.requires_grad_(False)
                for module in backbone.modules():
                    if isinstance(module, nn.modules.batchnorm._BatchNorm):
                        module.requires_grad_(True)
                head = [nn.Linear(backbone.fc.weight.shape[1], 500), nn.ReLU(), nn.Dropout(p=0.5)]
                backbone.fc = nn.Sequential(*head, nn.Linear(500, num_classes))
                return backbone
            """,
            "sol_param_groups": """
                groups = []
                for depth, name in enumerate(("fc", "layer4", "layer3")):
                    for parameter in getattr(model, name).parameters():
                        parameter.requires_grad = True
                    groups.append(dict(params=getattr(model, name).parameters(), lr=found_lr / 3**depth))
                return groups
            """,
            "sol_ensemble": """
                answers = []
                with torch.no_grad():
                    for model in models:
                        model.train(False)
                        answers.append(F.log_softmax(model(x), dim=1))
                return torch.logsumexp(torch.stack(answers), dim=0).argmax(dim=-1)
            """,
        },
    ),
    Answer(
        "classes_of_ones_own",
        "Transforms, layers, heads and datasets are classes written for the lab.",
        blocks={
            "sol_check_image": """
                try:
                    with open(path, "rb") as file, Image.open(file) as image:
                        image.tobytes()
                    return True
                except (OSError, SyntaxError, ValueError):
                    return False
            """,
            "sol_transforms": """
                from dataclasses import dataclass

                @dataclass
                class ToNormalised:
                    side: int

                    def __call__(self, image):
                        pixels = np.array(image.convert("RGB").resize((self.side, self.side)), dtype=np.float32) / 255
                        pixels = (pixels - np.array(IMAGENET_MEAN)) / np.array(IMAGENET_STD)
                        return torch.from_numpy(pixels).permute(2, 0, 1).float()

                return ToNormalised(size)
            """,
            "sol_loaders": """
                from torch.utils.data import BatchSampler, RandomSampler

                class Photographs(torch.utils.data.Dataset):
                    def __init__(self, part):
                        self.folder = ImageFolder(Path(root, part))

                    def __len__(self):
                        return len(self.folder)

                    def __getitem__(self, i):
                        image, label = self.folder[i]
                        return transform(image), label

                sets = [Photographs(part) for part in ("train", "val", "test")]
                batches = BatchSampler(RandomSampler(sets[0]), batch_size, drop_last=False)
                return [DataLoader(sets[0], batch_sampler=batches), *(DataLoader(s, batch_size) for s in sets[1:])]
            """,
            "sol_simplenet": [
                """
                def affine(n_in, n_out):
                    weight = nn.Parameter(torch.randn(n_out, n_in) / n_in**0.5)
                    return nn.ParameterList([weight, nn.Parameter(torch.zeros(n_out))])

                self.first, self.second, self.third = affine(12288, 84), affine(84, 50), affine(50, 2)
                """,
                """
                x = torch.einsum("nchw->nchw", x).flatten(1)
                for weight, bias in (self.first, self.second):
                    x = (x @ weight.T + bias).relu()
                return torch.einsum("ni,oi->no", x, self.third[0]) + self.third[1]
                """,
            ],
            "sol_train": """
                class Meter:
                    def __init__(self):
                        self.loss, self.right, self.count = 0.0, 0, 0

                    def add(self, loss, logits, labels):
                        self.loss += loss.detach() * labels.shape[0]
                        self.right += torch.eq(logits.argmax(-1), labels).sum()
                        self.count += labels.shape[0]

                    def write(self, part):
                        history[f"{part}_loss"].append(float(self.loss / self.count))
                        history[f"{part}_accuracy"].append(float(self.right / self.count))

                def forward(batch, meter):
                    images, labels = [tensor.to(device) for tensor in batch]
                    logits = model(images)
                    loss = loss_fn(logits, labels)
                    meter.add(loss, logits, labels)
                    return loss

                for epoch in range(epochs):
                    model.train()
                    meter = Meter()
                    for batch in train_loader:
                        loss = forward(batch, meter)
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                    meter.write("train")
                    model.eval()
                    meter = Meter()
                    torch.set_grad_enabled(False)
                    for batch in val_loader:
                        forward(batch, meter)
                    torch.set_grad_enabled(True)
                    meter.write("val")
            """,
            "sol_predict": """
                @torch.no_grad()
                def probabilities():
                    exp = torch.exp(model.eval()(transform(image).to(device)[None]))
                    return (exp / exp.sum()).flatten().tolist()

                return max(zip(labels, probabilities()), key=lambda pair: pair[1])
            """,
            "sol_checkpoint": [
                """
                import io

                buffer = io.BytesIO()
                torch.save(dict(model.state_dict()), buffer)
                Path(path).write_bytes(buffer.getvalue())
                """,
                """
                for name, value in torch.load(path, map_location="cpu", weights_only=True).items():
                    model.state_dict()[name].copy_(value)
                return model.to(device)
                """,
            ],
            "sol_conv_size": """
                import math

                return math.floor((n + 2 * padding - kernel) / stride + 1)
            """,
            "sol_cnn": [
                """
                class Block(nn.Module):
                    def __init__(self, c_in, c_out, kernel, pool=False, **settings):
                        super().__init__()
                        self.convolution = nn.Conv2d(c_in, c_out, kernel, **settings)
                        self.pool = nn.MaxPool2d(3, 2) if pool else nn.Identity()

                    def forward(self, x):
                        return self.pool(torch.relu(self.convolution(x)))

                self.features = nn.Sequential(
                    Block(3, 64, 11, pool=True, stride=4, padding=2),
                    Block(64, 192, 5, pool=True, padding="same"),
                    Block(192, 384, 3, padding="same"),
                    Block(384, 256, 3, padding="same"),
                    Block(256, 256, 3, pool=True, padding="same"),
                )
                self.avgpool = nn.AdaptiveAvgPool2d(6)
                self.out, self.first, self.last = nn.Dropout(0.5), nn.Linear(9216, 4096), nn.Linear(4096, num_classes)
                self.out_again, self.second = nn.Dropout(0.5), nn.Linear(4096, 4096)
                """,
                """
                x = self.avgpool(self.features(x)).view(x.size(0), 9216)
                for dropout, layer in ((self.out, self.first), (self.out_again, self.second)):
                    x = torch.relu(layer(dropout(x)))
                return self.last(x)
                """,
            ],
            "sol_dropout": """
                class Mode:
                    def __init__(self, training):
                        self.training = training

                    def __enter__(self):
                        self.before = model.training
                        model.train(self.training)

                    def __exit__(self, *error):
                        model.train(self.before)

                def gap(training):
                    with Mode(training), torch.no_grad():
                        first, second = (model(x).flatten().tolist() for _ in range(2))
                    return max(abs(a - b) for a, b in zip(first, second))

                return gap(True), gap(False)
            """,
            "sol_find_lr": """
                class Undo:
                    def __enter__(self):
                        self.mode = model.training
                        self.model = {name: value.clone() for name, value in model.state_dict().items()}
                        self.optimizer = copy.deepcopy(optimizer.state_dict())

                    def __exit__(self, *error):
                        model.train(self.mode)
                        with torch.no_grad():
                            for name, value in model.state_dict().items():
                                value.copy_(self.model[name])
                        optimizer.load_state_dict(self.optimizer)

                with Undo():
                    model.train()
                    for lr, (images, labels) in zip(np.geomspace(init_value, final_value, len(loader)), loader):
                        loss = loss_fn(model(images.to(device)), labels.to(device))
                        value = float(loss)
                        if not np.isfinite(value) or value > 4 * min(losses, default=value):
                            break
                        lrs.append(float(lr))
                        losses.append(value)
                        for group in optimizer.param_groups:
                            group.update(lr=float(lr))
                        model.zero_grad()
                        loss.backward()
                        optimizer.step()
            """,
            "sol_augment": [
                """
                noise = np.random.normal(0, self.std, size=tuple(image.shape))
                return image + torch.from_numpy(noise).to(image.dtype)
                """,
                """
                import random

                class SometimesHSV:
                    def __call__(self, image):
                        return image.convert("HSV") if random.random() < 0.1 else image

                steps = [v2.RandomHorizontalFlip(0.5), v2.RandomResizedCrop(size, scale=(0.6, 1))]
                steps += [v2.ColorJitter((0.8, 1.2), (0.8, 1.2), (0.8, 1.2)), SometimesHSV()]
                steps += [v2.PILToTensor(), v2.ConvertImageDtype(torch.float32), GaussianNoise(std=0.05)]
                return v2.Compose([*steps, v2.Normalize(IMAGENET_MEAN, IMAGENET_STD)])
                """,
            ],
            "sol_transfer": """
                class Head(nn.Module):
                    def __init__(self, n_in):
                        super().__init__()
                        self.hidden, self.out = nn.Linear(n_in, 500), nn.Linear(500, num_classes)
                        self.dropout = nn.Dropout()

                    def forward(self, x):
                        return self.out(self.dropout(self.hidden(x).relu()))

                for parameter in backbone.parameters():
                    parameter.requires_grad = False
                for layer in filter(lambda layer: type(layer) is nn.BatchNorm2d, backbone.modules()):
                    layer.weight.requires_grad = layer.bias.requires_grad = True
                backbone.fc = Head(backbone.fc.in_features)
                return backbone
            """,
            "sol_param_groups": """
                rates = {"fc": found_lr, "layer4": found_lr / 3, "layer3": found_lr / 9}
                groups = {part: [] for part in rates}
                for name, parameter in model.named_parameters():
                    part = name.partition(".")[0]
                    if part in rates:
                        parameter.requires_grad_()
                        groups[part].append(parameter)
                return [{"lr": rates[part], "params": parameters} for part, parameters in groups.items()]
            """,
            "sol_ensemble": """
                def probabilities(model):
                    model.eval()
                    with torch.no_grad():
                        return model(x).double().softmax(-1).numpy()

                return torch.from_numpy(np.mean([*map(probabilities, models)], axis=0).argmax(axis=1))
            """,
        },
    ),
    Answer(
        "other_spellings",
        "The same in other words: nearest pixels, lazy layers, closures, context managers, restored in finally.",
        blocks={
            "sol_check_image": """
                try:
                    pixels = Image.open(Path(path)).getdata()
                    return len(pixels) > 0
                except Exception:
                    return False
            """,
            "sol_transforms": """
                nearest = v2.InterpolationMode.NEAREST
                mean, std = (torch.tensor(values)[:, None, None] for values in (IMAGENET_MEAN, IMAGENET_STD))
                to_image = v2.Compose([v2.Resize([size, size], nearest), v2.ToImage(), v2.ToPureTensor()])
                return lambda image: to_image(image).float().div(255).sub(mean).div(std)
            """,
            "sol_loaders": """
                def one(part):
                    data = ImageFolder(str(Path(root).joinpath(part)), transform=transform)
                    return DataLoader(data, batch_size=batch_size, shuffle=(part == "train"), pin_memory=False)

                return one("train"), one("val"), one("test")
            """,
            "sol_simplenet": [
                """
                self.net = nn.Sequential()
                for n_in, n_out in ((12288, 84), (84, 50)):
                    self.net.extend([nn.Linear(n_in, n_out), nn.ReLU(inplace=True)])
                self.net.append(nn.Linear(50, 2))
                """,
                "return self.net(x.view(-1, 3 * 64 * 64))",
            ],
            "sol_train": """
                from collections import defaultdict

                sums = defaultdict(float)
                for epoch in range(epochs):
                    sums.clear()
                    for part, loader in {"train": train_loader, "val": val_loader}.items():
                        getattr(model, {"train": "train", "val": "eval"}[part])()
                        for x, y in loader:
                            x, y = x.to(device=device), y.to(device=device)
                            if part == "train":
                                for parameter in model.parameters():
                                    parameter.grad = None
                                z = model(x)
                                loss = loss_fn(z, y)
                                loss.backward()
                                optimizer.step()
                            else:
                                with torch.no_grad():
                                    z = model(x)
                                    loss = loss_fn(z, y)
                            sums[part + "_loss"] += float(loss) * y.numel()
                            sums[part + "_accuracy"] += float((torch.argmax(z, 1) == y).float().sum())
                            sums[part] += y.numel()
                    for name in history:
                        history[name].append(sums[name] / sums[name.split("_")[0]])
            """,
            "sol_predict": """
                model.train(False)
                with torch.set_grad_enabled(False):
                    out = model(transform(image).to(device).reshape(1, *transform(image).shape))
                values = dict(zip(labels, F.softmax(out, 1)[0].cpu().numpy()))
                best = max(values, key=values.get)
                return best, float(values[best])
            """,
            "sol_checkpoint": [
                "torch.save(obj=model.state_dict(), f=path)",
                """
                state = torch.load(f=path, map_location=str(device), weights_only=True)
                missing = model.load_state_dict(state)
                assert not missing.missing_keys
                return model.to(device=device)
                """,
            ],
            "sol_conv_size": """
                places, first = 0, -padding
                while first + kernel <= n + padding:
                    places += 1
                    first += stride
                return places
            """,
            "sol_dropout": """
                gaps, mode = {}, model.training
                try:
                    for name in ("train", "eval"):
                        getattr(model, name)()
                        with torch.set_grad_enabled(False):
                            two = torch.stack([model(x), model(x)])
                        gaps[name] = (two.amax(0) - two.amin(0)).max().item()
                finally:
                    model.train(mode=mode)
                return gaps["train"], gaps["eval"]
            """,
            "sol_find_lr": """
                from functools import partial

                mode, memory = model.training, copy.deepcopy(optimizer.state_dict())
                twin = copy.deepcopy(model)
                rate = partial(np.interp, xp=[0, len(loader) - 1], fp=np.log10([init_value, final_value]))
                try:
                    model.train()
                    for i, batch in enumerate(loader):
                        lr = float(10 ** rate(i))
                        [group.__setitem__("lr", lr) for group in optimizer.param_groups]
                        x, y = map(lambda part: part.to(device), batch)
                        loss = loss_fn(model(x), y)
                        if not torch.isfinite(loss) or losses and loss.item() > 4 * min(losses):
                            break
                        optimizer.zero_grad(set_to_none=False)
                        loss.backward()
                        optimizer.step()
                        lrs, losses = lrs + [lr], losses + [loss.item()]
                finally:
                    model.load_state_dict(twin.state_dict())
                    optimizer.load_state_dict(memory)
                    model.train(mode)
            """,
            "sol_augment": [
                "return torch.add(image, torch.empty_like(image).normal_(), alpha=self.std)",
                augment(
                    flip="v2.RandomApply([v2.RandomHorizontalFlip(p=1.0)], p=0.5),",
                    hsv="v2.RandomChoice([v2.Identity(), v2.Lambda(lambda i: i.convert('HSV'))], p=[0.9, 0.1]),",
                ),
            ],
            "sol_transfer": """
                from collections import OrderedDict

                def freeze(layer):
                    for parameter in layer.parameters(recurse=False):
                        parameter.requires_grad_(isinstance(layer, nn.BatchNorm2d))

                backbone.apply(freeze)
                names = ("hidden", "relu", "dropout", "out")
                layers = (nn.LazyLinear(500), nn.ReLU(True), nn.Dropout(0.5), nn.Linear(500, num_classes))
                layers[0](torch.zeros(1, backbone.fc.in_features))
                backbone.fc = nn.Sequential(OrderedDict(zip(names, layers)))
                return backbone
            """,
            "sol_param_groups": """
                lr = found_lr
                for name in ("fc", "layer4", "layer3"):
                    model.get_submodule(name).requires_grad_()
                return tuple(
                    {"params": [*model.get_submodule(name).parameters()], "lr": lr * factor}
                    for name, factor in (("fc", 1), ("layer4", 1 / 3), ("layer3", 1 / 9))
                )
            """,
            "sol_ensemble": """
                with torch.no_grad():
                    every = [F.softmax(member.eval()(x), 1) for member in models]
                mean = torch.einsum("mnc->nc", torch.stack(every)) / len(models)
                return torch.tensor([int(row.argmax()) for row in mean])
            """,
        },
    ),
    # Three honest experiments on other questions.
    Answer(
        "honest_learned_without_shape",
        "Training and validation are cut in the same way, with loops; four seeds, the reference has no argument.",
        blocks={
            "sol_tiles": """
                out = torch.empty_like(images)
                places = [(r, c) for r in range(0, images.shape[2], tile) for c in range(0, images.shape[3], tile)]
                for image, new in zip(images, out):
                    order = torch.randperm(len(places), generator=generator).tolist()
                    for (r, c), (to_r, to_c) in zip(places, [places[i] for i in order]):
                        new[:, to_r : to_r + tile, to_c : to_c + tile] = image[:, r : r + tile, c : c + tile]
                return out
            """,
            "sol_study": [
                """
                torch.manual_seed(seed)
                generator = torch.Generator().manual_seed(1000 + seed)
                loaders = []
                for part in ("train", "val"):
                    x, y = study[part]
                    x = shuffle_tiles(x, tile, generator)
                    loaders.append(DataLoader(TensorDataset(x, y), STUDY_BATCH, shuffle=part == "train"))
                model = study_network()
                optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
                return train(model, optimizer, nn.CrossEntropyLoss(), *loaders, STUDY_EPOCHS, "cpu")["val_accuracy"][-1]
                """,
                """
                settings = {"entières": {}, "carreaux": {"tile": 16}, "pixels": {"tile": 1}}
                seeds = [3, 1, 4, 15]
                """,
            ],
        },
    ),
    Answer(
        "honest_grey_first",
        "The reference is grey; colours and tiles are given back one at a time; the loop is the student's own.",
        blocks={
            "sol_tiles": """
                n, c, h, w = images.shape
                cut = images.reshape(n, c, h // tile, tile, w // tile, tile).permute(0, 2, 4, 1, 3, 5).flatten(1, 2)
                mixed = torch.stack([one[torch.randperm(len(one), generator=generator)] for one in cut])
                mixed = mixed.unflatten(1, (h // tile, w // tile)).permute(0, 3, 1, 4, 2, 5)
                return mixed.reshape(images.shape)
            """,
            "sol_study": [
                """
                def alter(x):
                    x = v2.functional.rgb_to_grayscale(x, num_output_channels=3) if grey else x
                    return shuffle_tiles(x, tile, generator)

                with torch.random.fork_rng():
                    torch.manual_seed(seed)
                    generator = torch.Generator()
                    generator.manual_seed(seed)
                    model = study_network()
                    optimizer = torch.optim.AdamW(model.parameters())
                    x, y = alter(study["train"][0]), study["train"][1]
                    for _ in range(STUDY_EPOCHS):
                        for rows in torch.randperm(len(x)).split(STUDY_BATCH):
                            optimizer.zero_grad()
                            F.cross_entropy(model(x[rows]), y[rows]).backward()
                            optimizer.step()
                model.eval()
                with torch.no_grad():
                    right = model(alter(study["val"][0])).argmax(1) == study["val"][1]
                return float(right.float().mean())
                """,
                """
                reference = dict(tile=64, grey=True)
                settings = {"grises": reference}
                settings["en couleurs"] = {**reference, "grey": False}
                settings["grises, carreaux"] = reference | {"tile": 4}
                seeds = range(10, 13)
                """,
            ],
        },
    ),
    Answer(
        "honest_argument_of_ones_own",
        "What is altered (training, validation) is an argument of the trial, and the only one that changes.",
        cells={
            "sol_tiles": """
                def shuffle_tiles(images, tile, generator):
                    columns = F.unfold(images, tile, stride=tile)
                    orders = [torch.randperm(columns.shape[2], generator=generator) for _ in images]
                    mixed = torch.stack([one[:, order] for one, order in zip(columns, orders)])
                    return F.fold(mixed, tuple(images.shape[-2:]), tile, stride=tile)
            """,
            "sol_study": """
                def trial(seed, tile=8, altered=()):
                    torch.manual_seed(seed)
                    parts = {}
                    for number, (part, (x, y)) in enumerate(study.items()):
                        generator = torch.Generator().manual_seed(2 * seed + number)
                        parts[part] = (shuffle_tiles(x, tile, generator) if part in altered else x), y
                    model = study_network().to(device)
                    batches = DataLoader(list(zip(*parts["train"])), STUDY_BATCH, shuffle=True)
                    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
                    train(model, optimizer, nn.CrossEntropyLoss(), batches, [parts["val"]], STUDY_EPOCHS, device)
                    probabilities, y = probabilities_of(model, [parts["val"]])
                    return (probabilities.argmax(1) == y).sum().item() / len(y)


                settings = {
                    "rien": dict(altered=()),
                    "validation seule": dict(altered=("val",)),
                    "entraînement seul": dict(altered=("train",)),
                    "les deux": dict(altered=("train", "val")),
                }
                seeds = (7, 8, 9)
            """,
        },
    ),
    Answer(
        "one_dropout_twice",
        "The same layer of dropout stands before both affine layers.",
        blocks={
            "sol_cnn": [
                "    self.out = nn.Dropout(0.5)" + cnn(before="self.out, ")[0],
                "return self.net(x)",
            ]
        },
    ),
    Answer(
        "dropout_by_function",
        "F.dropout, told the mode, in the place of layers.",
        blocks={"sol_cnn": [cnn(before="")[0], DROPOUT_BY_FUNCTION.format(training="self.training")]},
    ),
    Answer(
        "images_moved_to_the_models",
        "The images are moved to where the parameters of each model are.",
        blocks={
            "sol_ensemble": ensemble(model="model.eval()").replace("(x)", "(x.to(next(model.parameters()).device))")
        },
    ),
    # What a changed reference keeps, and rightly: no bar of progress, a tensor of one number where Python takes it for
    # the number, each layer visited again below its parent, the sign of a symmetric noise, and gradients that the next
    # backward pass finds at zero anyway.
    Answer(
        "changes_that_change_nothing",
        "No bar, no item(), no recurse=False, noise subtracted, no last zero_grad, the model moved first.",
        blocks={
            "sol_train": """
                for epoch in range(epochs):
                    for part, loader in (("train", train_loader), ("val", val_loader)):
                        model.train(part == "train")
                        total = right = count = 0
                        with torch.set_grad_enabled(part == "train"):
                            for images, labels in loader:
                                images, labels = images.to(device), labels.to(device)
                                logits = model(images)
                                loss = loss_fn(logits, labels)
                                if part == "train":
                                    optimizer.zero_grad()
                                    loss.backward()
                                    optimizer.step()
                                total += float(loss) * len(labels)
                                right += int((logits.argmax(dim=1) == labels).sum())
                                count += len(labels)
                        history[f"{part}_loss"].append(total / count)
                        history[f"{part}_accuracy"].append(right / count)
            """,
            "sol_predict": """
                model.eval()
                with torch.no_grad():
                    probabilities = model(transform(image).unsqueeze(0).to(device)).softmax(dim=1)[0]
                best = probabilities.argmax()
                return labels[best], probabilities[best].item()
            """,
            "sol_checkpoint": [
                None,
                """
                model.to(device).load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
                return model
                """,
            ],
            "sol_find_lr": find_lr(
                stop="if not loss.isfinite() or loss > 4 * best: break",
                give_back="optimizer.load_state_dict(kept[1]); model.load_state_dict(kept[0]); model.train(kept[2])",
            ),
            "sol_augment": ["return image - self.std * torch.randn_like(image)", None],
            "sol_transfer": """
                for layer in backbone.modules():
                    for parameter in layer.parameters():
                        parameter.requires_grad = isinstance(layer, nn.BatchNorm2d)
                hidden = nn.Linear(backbone.fc.in_features, 500)
                backbone.fc = nn.Sequential(hidden, nn.ReLU(), nn.Dropout(0.5), nn.Linear(500, num_classes))
                return backbone
            """,
        },
    ),
    Answer(
        "best_weights_back",
        "Validation on the CPU; the weights of the best epoch are put back, then measured; only validation is altered.",
        blocks={
            "sol_train": """
                for epoch in range(epochs):
                    model.train()
                    total = right = count = 0
                    for x, y in train_loader:
                        optimizer.zero_grad()
                        out = model(x.to(device))
                        loss = loss_fn(out, y.to(device))
                        loss.backward()
                        optimizer.step()
                        total += loss.item() * len(y)
                        right += (out.cpu().argmax(1) == y).sum().item()
                        count += len(y)
                    history["train_loss"].append(total / count)
                    history["train_accuracy"].append(right / count)
                    model.eval()
                    with torch.no_grad():
                        pairs = [(model(x.to(device)).cpu(), y) for x, y in val_loader]
                    total = sum(loss_fn(out, y).item() * len(y) for out, y in pairs)
                    right = sum((out.argmax(1) == y).sum().item() for out, y in pairs)
                    count = sum(len(y) for _, y in pairs)
                    history["val_loss"].append(total / count)
                    history["val_accuracy"].append(right / count)
            """,
            "sol_study": [
                """
                def accuracy():
                    model.eval()
                    with torch.no_grad():
                        answers = torch.cat([model(part.to(device)).argmax(1).cpu() for part in x_val.split(10)])
                    return (answers == y_val).float().mean().item()

                torch.manual_seed(seed)
                x_val, y_val = study["val"]
                if grey:
                    x_val = v2.functional.rgb_to_grayscale(denormalize(x_val), 3)
                    x_val = v2.functional.normalize(x_val, IMAGENET_MEAN, IMAGENET_STD)
                x_val = shuffle_tiles(images=x_val, tile=tile, generator=torch.Generator().manual_seed(seed))
                model = study_network().to(device)
                optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
                best, kept = -1, None
                for _ in range(STUDY_EPOCHS):
                    model.train()
                    for x, y in DataLoader(TensorDataset(*study["train"]), STUDY_BATCH, shuffle=True, drop_last=True):
                        optimizer.zero_grad()
                        F.cross_entropy(model(x.to(device)), y.to(device)).backward()
                        optimizer.step()
                    if (found := accuracy()) > best:
                        best, kept = found, copy.deepcopy(model.state_dict())
                model.load_state_dict(kept)
                return accuracy()
                """,
                None,
            ],
        },
    ),
    # Each of these edits is right alone. Without a GPU, a network is where it must go; Python takes a tensor of one
    # number for the number; the next backward pass finds gradients at zero anyway; a rate, and the batches of
    # validation, are free.
    Answer(
        "edits_that_change_nothing",
        "Moved in other words, no item(), a sum that keeps its graph, no last zero_grad, noise subtracted, a rate.",
        edits={
            "sol_train": [("loss.detach()", "loss")],
            "sol_predict": [(".unsqueeze(0).to(device)", "[None].to(device)"), (".argmax().item()", ".argmax()")],
            "sol_find_lr": [
                ("images.to(device)", "images.to(device=device)"),
                ("labels.to(device)", "labels.to(device=device)"),
                ("optimizer.zero_grad()\n    model.load", "pass\n    model.load"),
            ],
            "sol_augment": [("image + self.std", "image - self.std")],
            "sol_transfer": [("parameters(recurse=False)", "parameters()")],
            "sol_tiles": [("argsort(dim=2)", "argsort()")],
            "sol_study": [
                ("x_val, y_val), STUDY_BATCH)", "x_val, y_val))"),
                ("study_network().to(device)", "study_network()"),
                (", lr=3e-3", ""),
            ],
        },
    ),
    Answer(
        "other_edits_that_change_nothing",
        "The same passages, changed in another way.",
        edits={
            "sol_find_lr": [("optimizer.zero_grad()\n    model.load", "optimizer\n    model.load")],
            "sol_transfer": [("recurse=False", "recurse=True")],
            "sol_study": [("lr=3e-3", "lr=1.003"), ("torch.Generator().manual", "torch.manual")],
        },
    ),
]

ANSWERS = WRONG + RIGHT
