"""What the students' machine has and a kernel that grades has not: Colab's modules, TensorBoard, windows for figures.

They do nothing, since nobody looks at a hand-in while it is graded; a notebook only has to live on. What Python itself
lacks is not made up: an import that fails says so to the student and to the teacher.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial, wraps
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

MODULES = ("google.colab", "ipympl", "tensorboard", "tensorboardX", "torch.utils.tensorboard")
WITHOUT_WINDOW = {"agg", "cairo", "pdf", "pgf", "ps", "svg", "template"}
# What reads or writes below the mounted drive, by the name of Python's audit event.
OPENING = {"open": os.path.dirname, "os.chdir": str, "os.listdir": str, "os.scandir": str}


class Nothing:
    """An object that takes whatever is asked of it, and does nothing."""

    def __init__(self, *arguments: object, **options: object) -> None:
        pass

    def __getattr__(self, name: str) -> Nothing:
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing()

    def __call__(self, *arguments: object, **options: object) -> Nothing:
        return self

    def __enter__(self) -> Nothing:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def __iter__(self) -> object:
        return iter(())


class StandIn(ModuleType):
    """A module that holds whatever is looked up in it: a class where the name begins like one, else nothing."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        full = f"{self.__name__}.{name}"
        if any(special.startswith(f"{full}.") for special in SPECIAL):
            return import_module(full)
        if not name[0].isupper():
            return SPECIAL.get(full, Nothing())
        setattr(self, name, type(name, (Exception if name.endswith("Error") else Nothing,), {}))
        return vars(self)[name]


class Finder(MetaPathFinder, Loader):
    """Give the stand-ins when they are imported, before any package that may be installed under their names."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        is_parent = name == "google" and PathFinder.find_spec(name) is None
        if is_parent or any(f"{name}.".startswith(f"{one}.") for one in MODULES):
            return ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


def mount(place: str, *arguments: object, **options: object) -> None:
    """Mount an empty drive: a folder is there as soon as it is named, since the student's own had it."""
    if not Path("/content").is_dir():  # outside the sandbox, where no trace is left on the machine
        return
    with suppress(OSError):
        Path(place, "MyDrive").mkdir(parents=True, exist_ok=True)
        sys.addaudithook(partial(make_folder, place))
        if torch := sys.modules.get("torch"):
            torch.save = announced(torch.save)


def make_folder(place: str, event: str, arguments: tuple) -> None:
    """Make the folder of a drive that is about to be used."""
    if event in OPENING and isinstance(arguments[0], str) and arguments[0].startswith(f"{place}/MyDrive/"):
        with suppress(OSError):
            Path(OPENING[event](arguments[0])).mkdir(parents=True, exist_ok=True)


def announced(save: Callable) -> Callable:
    """Return PyTorch's function, which opens its file out of Python's sight, so that hooks hear of it."""

    @wraps(save)
    def call(value: object, file: object, *arguments: object, **options: object) -> None:
        if isinstance(file, str | os.PathLike):
            sys.audit("open", os.fspath(file), "wb", 0)
        save(value, file, *arguments, **options)

    return call


def load_tensorboard(shell: object) -> None:
    """Answer `%load_ext tensorboard`: its magic shows nothing."""
    shell.register_magic_function(lambda line: None, magic_name="tensorboard")


SPECIAL = {
    "google.colab.drive.mount": mount,
    "google.colab.files.upload": lambda *arguments, **options: {},
    "google.colab.userdata.get": lambda *arguments, **options: "",
    "tensorboard.load_ipython_extension": load_tensorboard,
    # What Lightning's logger unpacks.
    "torch.utils.tensorboard.summary.hparams": lambda *arguments, **options: (None, None, None),
}


def install() -> None:
    """Put the stand-ins where this process imports from, and let its figures need no window."""
    sys.meta_path.insert(0, Finder())
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        show_figures_inline(pyplot)


def show_figures_inline(pyplot: ModuleType) -> None:
    """Turn every backend that opens a window, or draws in the browser, into the notebook's own."""
    from ipykernel.zmqshell import ZMQInteractiveShell

    switch, enable = pyplot.switch_backend, ZMQInteractiveShell.enable_matplotlib

    def switch_backend(name: object) -> None:
        switch(name if str(name).lower() in WITHOUT_WINDOW else "module://matplotlib_inline.backend_inline")

    pyplot.switch_backend = switch_backend
    ZMQInteractiveShell.enable_matplotlib = lambda shell, gui=None: enable(shell, "inline")
    ZMQInteractiveShell.enable_gui = lambda shell, gui=None: None
