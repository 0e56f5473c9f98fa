"""Answers to the image classification lab: the mistakes that students make, and right answers in other styles.

A mistake costs its own question only: the test cells bring their own models, images and batches.
"""

from instructor.labs.answers import Answer

TRAIN = """
    for epoch in range(epochs):
        model.train()
        total, right, count = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            {zero}
            logits = model(images)
            loss = loss_fn(logits, labels)
            loss.backward()
            optimizer.step()
            total += loss.item() * {weight}
            right += (logits.argmax(1) == labels).sum().item()
            count += {weight}
        history["train_loss"].append(total / count)
        history["train_accuracy"].append(right / {examples})
        {evaluation}
        total, right, count = 0.0, 0, 0
        {context}
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                logits = model(images)
                total += loss_fn(logits, labels).item() * {weight}
                right += (logits.argmax(1) == labels).sum().item()
                count += {weight}
        history["val_loss"].append(total / count)
        history["val_accuracy"].append(right / {val_examples})
"""


def train(**parts: str) -> str:
    """Return the body of `train` with some of its expressions replaced."""
    right = {
        "zero": "optimizer.zero_grad()",
        "weight": "len(labels)",
        "examples": "count",
        "val_examples": "count",
        "evaluation": "model.eval()",
        "context": "with torch.no_grad():",
    }
    return TRAIN.format(**right | parts)


FIND_LR = """
    {keep}
    model.train()
    best = float("inf")
    for i, (images, labels) in enumerate(loader):
        lr = {lr}
        for group in optimizer.param_groups:
            group["lr"] = lr
        optimizer.zero_grad()
        loss = loss_fn(model(images.to(device)), labels.to(device))
        best = min(best, loss.item())
        {stop}
        lrs.append(lr)
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
    {give_back}
"""


def find_lr(**parts: str) -> str:
    """Return the body of `find_lr` with some of its lines replaced."""
    right = {
        "keep": "kept = copy.deepcopy((model.state_dict(), optimizer.state_dict(), model.training))",
        "lr": "init_value * (final_value / init_value) ** (i / (len(loader) - 1))",
        "stop": "if not loss.item() <= 4 * best: break",
        "give_back": "model.load_state_dict(kept[0]); optimizer.load_state_dict(kept[1]); model.train(kept[2])",
    }
    return FIND_LR.format(**right | parts)


SIMPLENET_LAYERS = """
    self.layers = nn.Sequential(
        nn.Flatten(), nn.Linear(12288, 84), nn.ReLU(), nn.Linear(84, 50), nn.ReLU(), nn.Linear(50, 2){end}
    )
"""

CNN_LAYERS = """
    channels = [3, 64, 192, 384, 256, 256]
    settings = [(11, {stride}, 2), (5, 1, 2), (3, 1, 1), (3, 1, 1), (3, 1, 1)]
    layers = []
    for i, (kernel, stride, padding) in enumerate(settings):
        layers += [nn.Conv2d(channels[i], channels[i + 1], kernel, stride, padding), nn.ReLU(inplace=True)]
        if i in (0, 1, 4):
            layers.append(nn.MaxPool2d(3, 2))
    layers += [nn.AdaptiveAvgPool2d(6), nn.Flatten()]
    for n_in, n_out in ((9216, 4096), (4096, 4096)):
        layers += [{dropout}nn.Linear(n_in, n_out), nn.ReLU()]
    self.net = nn.Sequential(*layers, nn.Linear(4096, num_classes))
"""


def cnn(**parts: str) -> list[str]:
    """Return both blocks of CNNNet with some of its parts replaced."""
    right = {"stride": "4", "dropout": "nn.Dropout(0.5), "}
    return [CNN_LAYERS.format(**right | parts), "return self.net(x)"]


AUGMENT = """
    return v2.Compose(
        [
            {flip}
            v2.RandomResizedCrop((size, size), scale=(0.6, 1.0)),
            v2.ColorJitter(0.2, 0.2, 0.2),
            {hsv}
            v2.ToImage(),
            v2.ToDtype(torch.float32, scale=True),
            {end}
        ]
    )
"""


def augment(**parts: str) -> str:
    """Return the body of `make_augmentation` with some of its steps replaced."""
    right = {
        "flip": "v2.RandomHorizontalFlip(),",
        "hsv": 'v2.RandomApply([v2.Lambda(lambda picture: picture.convert("HSV"))], p=0.1),',
        "end": "GaussianNoise(0.05), v2.Normalize(IMAGENET_MEAN, IMAGENET_STD),",
    }
    return AUGMENT.format(**right | parts)


TRANSFER = """
    for name, parameter in backbone.named_parameters():
        parameter.requires_grad = {learns}
    n_in = backbone.fc.in_features
    backbone.fc = nn.Sequential(nn.Linear(n_in, 500), nn.ReLU(), nn.Dropout(0.5), nn.Linear(500, num_classes))
    {after}
    return backbone
"""

WRONG = [
    Answer(
        "opened_but_not_decoded",
        "Image.open reads the header only: a truncated file passes.",
        loses={"test_check_image": 1},
        blocks={
            "sol_check_image": """
                try:
                    Image.open(path)
                except OSError:
                    return False
                return True
            """
        },
    ),
    Answer(
        "verified_but_not_decoded",
        "Image.verify looks at the structure of the file, not at its pixels.",
        loses={"test_check_image": 1},
        blocks={
            "sol_check_image": """
                try:
                    Image.open(path).verify()
                except Exception:
                    return False
                return True
            """
        },
    ),
    Answer(
        "resize_keeps_the_proportions",
        "Resize(size) sets the smaller side only.",
        loses={"test_transforms": 1},
        blocks={
            "sol_transforms": """
                steps = [v2.Resize(size), v2.ToImage(), v2.ToDtype(torch.float32, scale=True)]
                return v2.Compose([*steps, v2.Normalize(IMAGENET_MEAN, IMAGENET_STD)])
            """
        },
    ),
    Answer(
        "variance_for_deviation",
        "The channels are divided by the squares of the deviations.",
        loses={"test_transforms": 1},
        blocks={
            "sol_transforms": """
                steps = [v2.Resize((size, size)), v2.ToImage(), v2.ToDtype(torch.float32, scale=True)]
                return v2.Compose([*steps, v2.Normalize(IMAGENET_MEAN, [std**2 for std in IMAGENET_STD])])
            """
        },
    ),
    Answer(
        "validation_shuffled_and_cut",
        "Every loader is shuffled and drops its last batch.",
        loses={"test_loaders": 2},
        blocks={
            "sol_loaders": """
                parts = [ImageFolder(Path(root) / part, transform) for part in ("train", "val", "test")]
                return [DataLoader(part, batch_size, shuffle=True, drop_last=True) for part in parts]
            """
        },
    ),
    Answer(
        "validation_shuffled",
        "Every loader is shuffled, none is cut.",
        loses={"test_loaders": 2},
        blocks={
            "sol_loaders": """
                parts = [ImageFolder(Path(root) / part, transform) for part in ("train", "val", "test")]
                return [DataLoader(part, batch_size, shuffle=True) for part in parts]
            """
        },
    ),
    Answer(
        "softmax_in_the_model",
        "The model ends in a softmax although CrossEntropyLoss takes logits.",
        loses={"test_simplenet": 1},
        blocks={"sol_simplenet": [SIMPLENET_LAYERS.format(end=", nn.Softmax(dim=1)"), "return self.layers(x)"]},
    ),
    Answer(
        "no_relu",
        "Three affine layers in a row are one affine layer.",
        loses={"test_simplenet": 1},
        blocks={
            "sol_simplenet": [
                "self.a, self.b, self.c = nn.Linear(12288, 84), nn.Linear(84, 50), nn.Linear(50, 2)",
                "return self.c(self.b(self.a(x.flatten(1))))",
            ]
        },
    ),
    Answer(
        "eval_forgotten",
        "The validation runs in training mode.",
        loses={"test_train": 3},
        blocks={"sol_train": train(evaluation="")},
    ),
    Answer(
        "mean_of_the_batch_means",
        "The last batch, smaller, weighs as much as the others.",
        loses={"test_train": 3},
        blocks={
            "sol_train": train(
                weight="1",
                examples="sum(len(y) for _, y in train_loader)",
                val_examples="sum(len(y) for _, y in val_loader)",
            )
        },
    ),
    Answer(
        "gradients_accumulate",
        "The gradients are never set to zero.",
        loses={"test_train": 3},
        blocks={"sol_train": train(zero="")},
    ),
    Answer(
        "validation_with_gradients",
        "The validation builds the graph for nothing.",
        loses={"test_train": 3},
        blocks={"sol_train": train(context="if True:")},
    ),
    Answer(
        "unsqueeze_forgotten",
        "The photograph is not made a batch of one.",
        loses={"test_predict": 1},
        blocks={
            "sol_predict": """
                model.eval()
                with torch.no_grad():
                    probabilities = model(transform(image).to(device)).softmax(dim=-1)
                return labels[probabilities.argmax().item()], probabilities.max().item()
            """
        },
    ),
    Answer(
        "prediction_in_training_mode",
        "The dropout acts while the photograph is classified.",
        loses={"test_predict": 1},
        blocks={
            "sol_predict": """
                with torch.no_grad():
                    probabilities = model(transform(image)[None].to(device)).softmax(dim=1)[0]
                return labels[probabilities.argmax().item()], probabilities.max().item()
            """
        },
    ),
    Answer(
        "whole_object_saved",
        "The model itself is pickled, and read with any code that it holds.",
        loses={"test_checkpoint": 1},
        blocks={
            "sol_checkpoint": [
                "torch.save(model, path)",
                "return torch.load(path, map_location=device, weights_only=False)",
            ]
        },
    ),
    Answer(
        "weights_only_left_to_the_version",
        "weights_only is not written: what it is depends on the version of PyTorch.",
        loses={"test_checkpoint": 1},
        blocks={
            "sol_checkpoint": [
                None,
                """
                model.load_state_dict(torch.load(path, map_location=device))
                return model.to(device)
                """,
            ]
        },
    ),
    Answer(
        "no_plus_one",
        "The first position of the window is not counted.",
        loses={"test_conv_size": 1},
        blocks={"sol_conv_size": "return (n + 2 * padding - kernel) // stride"},
    ),
    Answer(
        "rounded_up",
        "The window is let out of the image at its last step.",
        loses={"test_conv_size": 1},
        blocks={"sol_conv_size": "return -(-(n + 2 * padding - kernel) // stride) + 1"},
    ),
    Answer(
        "stride_forgotten",
        "The first convolution moves by 1.",
        loses={"test_cnn": 2},
        blocks={"sol_cnn": cnn(stride="1")},
    ),
    Answer(
        "no_dropout",
        "The classifier has no dropout.",
        loses={"test_cnn": 2},
        blocks={"sol_cnn": cnn(dropout="")},
    ),
    Answer(
        "dropout_in_evaluation",
        "The two modes are exchanged: dropout is believed to act in evaluation.",
        loses={"test_dropout": 1},
        blocks={
            "sol_dropout": """
                mode, gaps = model.training, []
                with torch.no_grad():
                    for call in (model.eval, model.train):
                        call()
                        gaps.append((model(x) - model(x)).abs().max().item())
                model.train(mode)
                return tuple(gaps)
            """
        },
    ),
    Answer(
        "left_in_evaluation_mode",
        "The model does not come out in the mode it came in.",
        loses={"test_dropout": 1},
        blocks={
            "sol_dropout": """
                with torch.no_grad():
                    model.train()
                    first = (model(x) - model(x)).abs().max().item()
                    model.eval()
                    return first, (model(x) - model(x)).abs().max().item()
            """
        },
    ),
    Answer(
        "model_left_trained",
        "Nothing is given back: the model stays as the sweep left it.",
        loses={"test_find_lr": 2},
        blocks={"sol_find_lr": find_lr(give_back="")},
    ),
    Answer(
        "state_not_copied",
        "state_dict is kept without a copy: it follows the training.",
        loses={"test_find_lr": 2},
        blocks={"sol_find_lr": find_lr(keep="kept = model.state_dict(), optimizer.state_dict(), model.training")},
    ),
    Answer(
        "linear_sweep",
        "The learning rate grows by equal steps.",
        loses={"test_find_lr": 2},
        blocks={"sol_find_lr": find_lr(lr="init_value + (final_value - init_value) * i / (len(loader) - 1)")},
    ),
    Answer(
        "sweep_never_stops",
        "The sweep goes on while the loss explodes.",
        loses={"test_find_lr": 2},
        blocks={"sol_find_lr": find_lr(stop="")},
    ),
    Answer(
        "one_noise_for_all",
        "A single number is drawn, and added to every pixel.",
        loses={"test_augment": 1},
        blocks={"sol_augment": ["return image + self.std * torch.randn(1)", None]},
    ),
    Answer(
        "always_hsv",
        "The conversion to HSV is not random.",
        loses={"test_augment": 1},
        blocks={"sol_augment": [None, augment(hsv='v2.Lambda(lambda picture: picture.convert("HSV")),')]},
    ),
    Answer(
        "noise_after_normalisation",
        "The noise comes after the normalisation, a quarter as strong as asked.",
        loses={"test_augment": 1},
        blocks={"sol_augment": [None, augment(end="v2.Normalize(IMAGENET_MEAN, IMAGENET_STD), GaussianNoise(0.05),")]},
    ),
    Answer(
        "batch_norm_frozen_too",
        "Every layer of the body is frozen.",
        loses={"test_transfer": 1},
        blocks={"sol_transfer": TRANSFER.format(learns="False", after="")},
    ),
    Answer(
        "head_frozen",
        "The layers are frozen after the head was replaced.",
        loses={"test_transfer": 1},
        blocks={
            "sol_transfer": TRANSFER.format(
                learns="True",
                after="for m in backbone.modules():\n"
                "        if not isinstance(m, nn.BatchNorm2d):\n"
                "            [p.requires_grad_(False) for p in m.parameters(recurse=False)]",
            )
        },
    ),
    Answer(
        "batch_norm_by_name",
        "Batch normalisations are told by the letters bn, which those inside the layers lack.",
        loses={"test_transfer": 1},
        blocks={"sol_transfer": TRANSFER.format(learns='"bn" in name', after="")},
    ),
    Answer(
        "groups_still_frozen",
        "The parameters are grouped, not unfrozen.",
        loses={"test_param_groups": 1},
        blocks={
            "sol_param_groups": """
                parts = zip((model.fc, model.layer4, model.layer3), (1, 3, 9))
                return [{"params": part.parameters(), "lr": found_lr / divisor} for part, divisor in parts]
            """
        },
    ),
    Answer(
        "rates_reversed",
        "The layers far from the output learn faster.",
        loses={"test_param_groups": 1},
        blocks={
            "sol_param_groups": """
                groups = []
                for part, divisor in ((model.fc, 9), (model.layer4, 3), (model.layer3, 1)):
                    part.requires_grad_(True)
                    groups.append({"params": part.parameters(), "lr": found_lr / divisor})
                return groups
            """
        },
    ),
    Answer(
        "softmax_over_the_batch",
        "The softmax compares the examples, and the argmax is that of the flattened array.",
        loses={"test_ensemble": 1},
        blocks={
            "sol_ensemble": """
                with torch.no_grad():
                    return torch.stack([model.eval()(x).softmax(dim=0) for model in models]).mean(dim=0).argmax()
            """
        },
    ),
    Answer(
        "softmax_over_the_batch_by_row",
        "The softmax compares the examples, though one label an example comes out.",
        loses={"test_ensemble": 1},
        blocks={
            "sol_ensemble": """
                with torch.no_grad():
                    return sum(model.eval()(x).softmax(dim=0) for model in models).argmax(dim=1)
            """
        },
    ),
    Answer(
        "members_in_training_mode",
        "The members answer in the mode they are found in.",
        loses={"test_ensemble": 1},
        blocks={
            "sol_ensemble": """
                with torch.no_grad():
                    return sum(model(x).softmax(dim=1) for model in models).argmax(dim=1)
            """
        },
    ),
]

RIGHT = [
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
            "sol_simplenet": [SIMPLENET_LAYERS.format(end=""), "return self.layers(x)"],
            "sol_train": train(),
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
            "sol_find_lr": find_lr(),
            "sol_augment": ["return image + torch.randn(image.shape, dtype=image.dtype) * self.std", augment()],
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
            "sol_predict": """
                model.eval()
                with torch.inference_mode():
                    logits = model(torch.stack([transform(image)]).to(device))
                probability, index = torch.nn.functional.softmax(logits, dim=-1).squeeze(0).max(dim=0)
                return labels[index], float(probability)
            """,
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
                    if best is not None and (value > 4 * best or value != value):
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
        },
    ),
]

ANSWERS = WRONG + RIGHT
