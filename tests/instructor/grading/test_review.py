"""What a teacher is pointed at, and the honest code that is left in peace."""

import tracemalloc
from functools import reduce
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from instructor.course import Course
from instructor.grading.review import suspicious
from instructor.labs.answers import group_answers, load_answers
from instructor.notebooks import read_notebook

COURSE = Course(Path(__file__).resolve().parents[3])
# The answer, in the lab where everything is written by hand, that has the library do it under computed names.
CHEATS = "library_and_autograd"
HELPER = "def largest_gap(x, y):\n    return np.abs(x - y).max()"
TEST = """
assert abs(mean(np.ones(2)) - 1) < 1e-6
### BEGIN HIDDEN TESTS
from helpers import criterion

@criterion("l'écart", points=16)
def gap(rng):
    return largest_gap(mean(rng.normal(size=(2, 5))), 0)
### END HIDDEN TESTS
""".strip()

TRICKS = {
    # Nothing that IPython would run is left unread.
    "shell_assignment": "x = !true\nget_ipython().showtraceback = print",
    "help": "print?\nget_ipython().showtraceback = print",
    "line_separators": "#" + "\u2028" * 5000 + "\nget_ipython().showtraceback = print",
    "form_feeds": "#" + "\x0c" * 5000 + "\nget_ipython().showtraceback = print",
    "carriage_returns": "#" + "\r" * 5000 + "\nget_ipython().showtraceback = print",
    "prompts": ">>> import sys\n>>> sys.settrace(None)",
    "indented_cell": "    import sys\n    sys.settrace(None)",
    "quoting_escape": "/get_ipython",
    "another_grammar_for_the_cells_below": "from __future__ import barry_as_FLUFL",
    "too_deep": "x = " + "-" * 50_000 + "1",
    "too_long": "x = 1\n" * 500_000,
    "too_many_magics": "!x\n" * 490 + "y = 1\n" * 5000,
    "nested_timers": "%time " * 20_000 + "x",
    # Commands of IPython
    "shell": "!kill -9 $PPID",
    "shell_after_pip": "!pip install numpy; kill -9 1",
    "python_in_a_shell_command": "!pip install {get_ipython().user_ns}",
    "program_named_like_pip": "!pip-of-mine install",
    "seed_by_a_magic": "%env COURSE_SEED=1",
    "seed_behind_a_mode": "%env COURSE_MODEL COURSE_SEED",
    "config": "%config InteractiveShell.ast_node_interactivity = 'none'",
    "config_without_percent": "config InteractiveShell.ast_node_interactivity = 'none'",
    "edit_without_percent": "edit -x mine.py",
    "run_without_percent": "run -i mine.py",
    "macro_without_percent": "macro __x 1-2",
    "rerun": "rerun",
    "reset": "if True:\n    %reset -f",
    "run": "%run mine.py",
    "javascript": "%%javascript\nalert(1)",
    "bash": "%%bash\nkill 1",
    "writefile": "%%writefile helpers.py\nprobe = print",
    "timed": "%time sys.settrace(None)",
    "timed_without_percent": "time sys.settrace(None)",
    "timed_with_options": "%timeit -n 10 -r 1 sys.settrace(None)",
    "timed_with_an_unknown_option": "%timeit -v x sys.settrace(None)",
    "timed_cell": "%%time\nimport sys\n%timeit -n1 sys.settrace(None)",
    "timed_indented_cell": "%%time\n    import sys\n    sys.settrace(None)",
    "timed_indented_code": "get_ipython().run_line_magic('time', '  x = 1\\n  sys.settrace(None)')",
    "code_that_only_a_magic_reads": "%timeit -n 1 -v x sys.settrace(None)",
    "captured_cell": "%%capture out\nget_ipython().showtraceback = print",
    "magic_by_its_function": "get_ipython().run_line_magic('reset', '-f')",
    "magic_without_a_name": "get_ipython().run_line_magic()",
    # Modules, under whatever name
    "alias_of_sys": "import sys\ns = sys\ns.settrace(None)",
    "module_imported_under_another_name": "import sys as s\ns.settrace(None)",
    "sys_handed_over": "import sys\nprint(sys)",
    "sys_in_a_list": "import sys\n[sys][0].settrace(None)",
    "sys_of_another_module": "import logging\nlogging.sys.settrace(None)",
    "sys_from_another_module": "from logging import sys as s",
    "getattr_of_sys": "import sys\ngetattr(sys, 'set' + 'trace')(None)",
    "modules": "import sys\nsys.modules['helpers'] = None",
    "import_module": "import importlib\nimportlib.import_module('IPython')",
    "from_builtins": "from builtins import *",
    "atexit": "import atexit\natexit.register(print)",
    "thread": "import threading\nthreading.Timer(5, print).start()",
    "pool": "from concurrent.futures import ThreadPoolExecutor",
    "event_loop": "import asyncio\nasyncio.get_event_loop().call_later(5, print)",
    "mock": "from unittest import mock\nmock.patch('numpy.isclose', print).start()",
    "mock_under_its_full_name": "import unittest.mock\nunittest.mock.patch('numpy.isclose', print).start()",
    "replaced_function": "np.isclose = lambda *arguments: True",
    "replaced_function_under_an_alias": "import numpy as N\nN.isclose = lambda *arguments: True",
    "replaced_function_of_a_submodule": "np.testing.assert_allclose = lambda *arguments: None",
    "replaced_function_of_an_imported_submodule": "from torch import nn\nnn.functional.softmax = print",
    "replaced_function_of_os_path": "import os\nos.path.exists = lambda path: True",
    "replaced_function_of_another_module": "import json\nj = json\nj.dumps = lambda *arguments: '16'",
    "replaced_function_through_getattr": "getattr(np, 'testing').assert_allclose = print",
    "replaced_by_a_loop": "for np.isclose in [print]:\n    pass",
    "alias_of_numpy": "m = np\nm.isclose = 1",
    "numpy_handed_over": "def replace(module):\n    module.isclose = 1\n\nreplace(np)",
    "submodule_handed_over": "import torch\n\ndef replace(m):\n    m.relu = print\n\nreplace(torch.nn.functional)",
    "submodule_as_a_default": "from torch import nn\n\ndef replace(m=nn.functional):\n    m.relu = print",
    "history_of_the_main_module": "import __main__\nprint(__main__.Out)",
    "module_behind_a_module": "import posix\nposix._exit(0)",
    "code_in_a_text": "import timeit\ntimeit.timeit('import helpers', number=1)",
    "code_in_a_text_under_a_profiler": "import cProfile\ncProfile.run('import helpers')",
    "code_in_a_settings_file": "import logging.config\nlogging.config.dictConfig({'()': 'builtins.exec'})",
    "code_in_an_annotation": "import typing\ntyping.get_type_hints(mean)",
    "frames_of_the_stack": "import traceback\nprint(list(traceback.walk_stack(None)))",
    "numpy_of_another_module": "from gensim.matutils import np as q\nq.isclose = print",
    "method_of_the_class_of_an_array": "import torch\ntype(torch.ones(1)).std = print",
    "method_of_a_base_class": "import torch\nclass M(torch.nn.Module):\n    pass\nM.mro()[1].forward = print",
    "module_given_by_a_function": "(lambda: np)().isclose = print",
    "hook_of_every_layer": "from torch.nn.modules.module import register_module_forward_hook",
    "mode_of_torch": "from torch.utils._python_dispatch import TorchDispatchMode",
    "another_kind_of_tensor": "import torch\nclass T(torch.Tensor):\n    def detach(self):\n        return self",
    "pickled_array": "np.load('x.npy', allow_pickle=True)",
    "stream_of_the_kernel": "import sys\nout = sys.stdout\nout.session",
    "name_in_pieces_of_a_submodule": "import torch\ngetattr(torch.nn.functional, 're' + 'lu')",
    "variable_of_the_environment_forgotten": "import os\ndel os.environ['COURSE' + '_SEED']",
    "memory": "open('/proc/self/mem', 'r+b')",
    "unpickled": "import pickle\npickle.loads(b'x')",
    "setattr": "setattr(np, 'isclose', print)",
    "setattr_of_an_alias": "tools = np\nsetattr(tools, 'isclose', print)",
    "setattr_of_a_part": "setattr(torch.nn, 'ReLU', print)",
    "setattr_of_what_a_call_gives": "setattr(type(1.0), 'x', 1)",
    "vars_of_a_module": "vars(np)['isclose'] = print",
    "value_of_globals": "(x in [1]) in [globals()['np']]",
    "setattr_of_object": "object.__setattr__(np, 'isclose', print)",
    "setattr_of_type": "type.__setattr__(int, 'x', 1)",
    "deleted_helper": "import helpers\ndel helpers.x",
    # Names, frames and what is displayed
    "globals": "globals()['__run__'] = print",
    "locals": "locals()['__run__'] = print",
    "function_named_run": "def __run__(*arguments):\n    pass",
    "class_named_criterion": "class __criterion__:\n    pass",
    "run_assigned": "__run__ = print",
    "criterion_imported": "from helpers import criterion as c",
    "criterion_of_helpers": "import helpers\nhelpers.criterion.run(print, 'x')",
    "cell_of_the_history": "print(_i24)",
    "output_of_the_history": "print(_3)",
    "name_in_pieces": "import helpers\ngetattr(helpers, 'pro' + 'be')",
    "frame": "import sys\nsys._getframe(1)",
    "frame_of_a_generator": "(x for x in []).gi_frame.f_back.f_locals",
    "frame_of_an_error": "try:\n    1 / 0\nexcept Exception as error:\n    print(error.__traceback__.tb_frame)",
    "globals_of_a_function": "np.mean.__globals__",
    "globals_by_a_pattern": "match np.mean:\n    case object(__globals__=found):\n        found['x'] = 1",
    "globals_by_their_name": "getattr(np.mean, '__globals__')",
    "builtins_by_their_name": "__builtins__.abs = print",
    "subclasses": "object.__subclasses__()",
    "code": "mean.__code__ = print.__code__",
    "another_class": "x.__class__ = str",
    "equal_to_everything": "class Everything:\n    def __eq__(self, other):\n        return True",
    "equal_by_assignment": "class Everything:\n    __eq__ = lambda self, other: True",
    "published": "from IPython.display import publish_display_data",
    "raw_display": "display({'a' + 'b': 1}, raw=True)",
    "raw_display_of_a_module": "from IPython import display as d\nd.display({'a' + 'b': 1}, raw=True)",
    "mime_bundle": "class Forged:\n    def _repr_mimebundle_(self, **options):\n        return {}",
    "kind_of_a_probe": "kind = b'application/vnd.course.probe+json'",
    "seed": "name = f'COURSE_SEED{1}'",
    "environment_in_a_path": "import os\nos.path.expandvars('$COURSE' + '_SEED')",
    "environment": "import os\nprint(os.environ)",
    # What tests use
    "redefined_function_of_the_lab": "def largest_gap(x, y):\n    return 0",
    "redefined_by_assignment": "if True:\n    largest_gap = lambda x, y: 0",
    "redefined_by_import": "from math import dist as largest_gap",
    "redefined_by_a_pattern": "match print:\n    case largest_gap:\n        pass",
    "redefined_by_a_pattern_of_a_list": "match [print]:\n    case [*largest_gap]:\n        pass",
    "redefined_by_an_error": "try:\n    raise OSError\nexcept OSError as largest_gap:\n    pass",
    "redefined_in_a_function": "def mean(x):\n    global largest_gap\n    largest_gap = print",
    "redefined_builtin": "abs = lambda x: 0",
}

HONEST = {
    "paths": "import os\nos.makedirs(os.path.join('a', 'b'), exist_ok=True)",
    "version": "import sys\nprint(sys.version, sys.version_info >= (3, 10))",
    "progress": "import sys\nsys.stdout.write('.')\nsys.stdout.flush()",
    "memory": "import gc\ngc.collect()\ntorch.cuda.empty_cache()",
    "workers": "import os\nloader = DataLoader(data, num_workers=os.cpu_count())",
    "figure_settings": "import matplotlib.pyplot as plt\nplt.rcParams['figure.figsize'] = (8, 3)",
    "determinism": "import torch\ntorch.backends.cudnn.deterministic = True\ntorch.manual_seed(0)\nnp.random.seed(0)",
    "warnings": "import warnings\nwarnings.filterwarnings('ignore')",
    "matplotlib": "%matplotlib inline\nimport matplotlib.pyplot as plt",
    "pip": '!pip install -q "torch>=2.0"\n%pip install tqdm',
    "pip_without_percent": "pip install tqdm",
    "mode": "%env COURSE_MODE=fast\n%env COURSE_DATA=../données",
    "gpu": "gpu = !nvidia-smi\nprint(gpu)",
    "help": "np.mean?",
    "variable_named_like_a_magic": "history",
    "elapsed": "time - start",
    "autoreload": "%load_ext autoreload\n%autoreload 2",
    "timed": "%time x = np.ones(3)\n%timeit -n 10 -r 3 np.mean(x)",
    "timed_cell": "%%time\nx = np.ones(3)\nx.mean()",
    "captured_cell": "%%capture\nx = np.ones(3)",
    "display": "from IPython.display import clear_output, display\ndisplay(x)\nclear_output(wait=True)",
    "array_on_disk": "np.load('x.npy', allow_pickle=False)",
    "errors_shown": "import traceback\ntry:\n    1 / 0\nexcept Exception:\n    traceback.print_exc()",
    "read_values": "import ast\nast.literal_eval('[1]')",
    "stopwatch": "from timeit import default_timer\nstart = default_timer()",
    "optimizer_by_name": "optimizer = getattr(torch.optim, 'A' + 'dam')(model.parameters())",
    "seed_everything": "import os\nos.environ['PYTHONHASHSEED'] = str(seed)",
    "error_stream": "import sys\nprint('x', file=sys.stderr)",
    "sharp_figures": "%config InlineBackend.figure_format = 'retina'",
    "download": "!wget -q https://example.org/data.zip\n!unzip -q data.zip\n%cd data",
    "removed_file": "import os\nos.remove('data.zip')",
    "optimizer": "from torch.optim.optimizer import Optimizer\n\nclass Momentum(Optimizer):\n    pass",
    "axis_of_a_figure": "import matplotlib.pyplot as plt\nplt.gca().title = 'x'",
    "weights": "model.weight.data = torch.ones(3)\nmodel.bias.grad = None",
    "attributes": "class Net:\n    def __init__(self, size):\n        self.size, self.signal, self.code = size, 1, 2",
    "layers_by_number": "class Net:\n    def __init__(self):\n        setattr(self, f'layer{1}', 2)",
    "attributes_set_by_name": "for name in 'ab':\n    setattr(model, name, 1)\ndelattr(model, 'a')",
    "options_of_an_object": "print(vars(options), vars(self.model)['a'])",
    "name_looked_for": "if 'model' not in globals() and 'x' in locals():\n    model = None",
    "name_that_a_test_gives_too": "def gap(x):\n    return x",
    "attributes_by_name": "values = [getattr(model, f'layer{i}') for i in range(3)]",
    "layers_by_name": "from torch import nn\nlayer = getattr(nn, 'ReLU')()\nhasattr(torch, 'compile')",
    "short_names": "import torch\nF = torch.nn.functional\nF.relu(torch.ones(2))",
    "name_of_the_class": "class Net:\n    def __repr__(self):\n        return self.__class__.__name__",
    "evaluation": "model.eval()\nmodel = torch.compile(model)",
    "variable_named_like_a_module": "signal = np.ones(3)\nprint(signal.shape, signal)",
    "variable_of_a_function_named_like_a_built_in": "def mean(x):\n    abs = 0\n    return abs",
    "comparison_of_arrays": "np.testing.assert_allclose(mean(np.ones(2)), 1)",
    "numpy_imported_again": "import numpy as np, math",
    "helper_of_the_lab_copied": HELPER,
    "visible_test_copied": TEST.split("\n", maxsplit=1)[0],
    "words_in_a_comment": "# the seed is in COURSE_SEED, the rest in sys.modules",
    "escape_sequence": "pattern = '\\d'",
    "half_written": "def mean(x):\n    return (",
    "prose": "Je ne sais pas !",
    "empty": "",
    "blank_lines": "\n" * 300_000 + "x = 1",
}

# What many write without a thought of the grading: the table of ordinary habits.
HABITS = {
    "folder_of_modules": "import sys\nsys.path.append('/content/drive/MyDrive')\nsys.path.insert(0, '..')",
    "variable_of_the_environment": "import os\nnum_workers = int(os.environ.get('NUM_WORKERS', 2))\nos.getenv('HOME')",
    "variable_set": "import os\nos.environ['CUDA_LAUNCH_BLOCKING'] = '1'\nos.environ.setdefault('X', '1')",
    "environment_magic": "%env CUDA_VISIBLE_DEVICES=0",
    "folder_made": "!mkdir -p out && ls -la out",
    "packages_listed": "!pip list | head -20\n!pip freeze | grep torch",
    "package_installed": "import subprocess, sys\nsubprocess.run([sys.executable, '-m', 'pip', 'install', 'einops'])",
    "git": "!git clone https://example.org/repo.git",
    "shell_cell": "%%bash\nls -l\ndf -h",
    "file_written": "%%writefile notes.py\nx = 1",
    "script_run": "%run notes.py",
    "javascript": "%%javascript\nconsole.log(1)",
    "hypertext": "%%html\n<style>.output { font-size: 14px }</style>",
    "pause": "import asyncio\nawait asyncio.sleep(0.1)",
    "threads": "from concurrent.futures import ThreadPoolExecutor as Pool\nPool().map(abs, [1])",
    "thread": "import threading\nlock = threading.Lock()",
    "processes": "from multiprocessing import Pool, freeze_support\nPool(2)",
    "start_of_processes": "import torch.multiprocessing as mp\nmp.set_start_method('spawn', force=True)",
    "pickle": "import pickle\nwith open('x.pkl', 'wb') as file:\n    pickle.dump([1], file)",
    "pickled_array": "np.load('x.npy', allow_pickle=True)",
    "source_shown": "import inspect\nprint(inspect.getsource(mean))\ninspect.signature(mean)",
    "formula": "from IPython.display import Math, Latex, SVG\ndisplay(Math('x^2'))",
    "display_of_the_core": "from IPython.core.display import display, HTML\ndisplay(HTML('<b>x</b>'))",
    "every_expression_shown": (
        "from IPython.core.interactiveshell import InteractiveShell\nInteractiveShell.ast_node_interactivity = 'all'"
    ),
    "comparison_of_one_s_own": "class Point:\n    def __eq__(self, other):\n        return self.x == other.x",
    "destructor": "class File:\n    def __del__(self):\n        print('closed')",
    "options_by_dictionary": "class Options:\n    def __init__(self, **all):\n        self.__dict__.update(all)",
    "attribute_dictionary": "class Bunch(dict):\n    __getattr__ = dict.get\n    __setattr__ = dict.__setitem__",
    "is_it_colab": "import sys\n'google.colab' in sys.modules or 'google.colab' in str(get_ipython())",
    "kind_of_shell": "shell = get_ipython().__class__.__name__\nprint('IPKernelApp' in get_ipython().config)",
    "magic_of_a_script": "get_ipython().run_line_magic('matplotlib', 'inline')\nget_ipython().system(f'ls {folder}')",
    "expression_read": "x = eval('1 + 1')\nexec('y = 2')",
    "names_by_number": "for i in range(3):\n    globals()[f'layer{i}'] = i\nprint(len(locals()), dir())",
    "reloaded": "import importlib, helpers\nimportlib.reload(helpers)",
    "help": "help(np)\nprint(dir(torch), np)",
    "sum_as_a_variable": "sum = 0\nlist = [1, 2]\nfor max in list:\n    sum = sum + max\nabs = None",
    "helper_of_one_s_own": "def largest_gap(x, y):\n    return max(abs(a - b) for a, b in zip(x, y))",
    "old_names_of_numpy": "import numpy as np\nnp.int = int\nnp.bool = bool",
    "shape_in_the_repr": "import torch\ntorch.Tensor.__repr__ = lambda tensor: str(tuple(tensor.shape))",
    "trusted_file": "import torch, functools\ntorch.load = functools.partial(torch.load, weights_only=False)",
    "certificates": "import ssl\nssl._create_default_https_context = ssl._create_unverified_context",
    "first_parameter_frozen": "next(model.parameters()).requires_grad = False\nlist(model.children())[0].bias = None",
    "traces_of_an_error": "import sys, traceback\ntry:\n    1 / 0\nexcept Exception:\n    print(sys.exc_info()[0])",
    "leaving": "import sys, os, atexit\natexit.register(print)\nif False:\n    sys.exit()",
    "memory_of_variables": "import gc, sys\nprint(sys.getsizeof([]), gc.isenabled())\n%whos",
    "timer_and_profile": "import cProfile, timeit\ncProfile.run('mean(x)')\ntimeit.timeit('1 + 1')\n%prun mean(x)",
    "signal": "import signal, psutil\nprint(psutil.virtual_memory())",
    "socket": "import socket\nprint(socket.gethostname())",
    "recursion": "import sys\nsys.setrecursionlimit(10_000)\nsys.stdout.reconfigure()",
    "types": "import types, typing\nnet.forward = types.MethodType(mean, net)\ntyping.get_type_hints(mean)",
    "last_results": "print(_, _3)\n_1, _2 = 1, 2",
    "main": "def main():\n    pass\n\nif __name__ == '__main__':\n    main()",
    "progress_bars": "from functools import partial\nfrom tqdm import tqdm\ntqdm = partial(tqdm, leave=True)",
    "hooks": "handle = model.register_forward_hook(lambda *a: None)\nhandle.remove()",
    "printed_class": "print(type(model).__name__, model.__class__.__bases__, type(model).mro())",
}

# The tricks that look like a habit: they are folded.
FOLDED = {"quoting_escape", "another_grammar_for_the_cells_below", "shell", "shell_after_pip"}
FOLDED |= {"python_in_a_shell_command", "program_named_like_pip", "config", "config_without_percent"}
FOLDED |= {"edit_without_percent", "run_without_percent", "macro_without_percent", "rerun", "reset", "run"}
FOLDED |= {"javascript", "bash", "writefile", "timed_with_an_unknown_option", "code_that_only_a_magic_reads"}
FOLDED |= {"magic_by_its_function", "magic_without_a_name", "sys_handed_over", "sys_from_another_module"}
FOLDED |= {"getattr_of_sys", "import_module", "from_builtins", "atexit", "thread", "pool", "event_loop"}
FOLDED |= {"replaced_function_of_os_path", "replaced_function_of_another_module", "numpy_handed_over"}
FOLDED |= {"submodule_handed_over", "submodule_as_a_default", "module_behind_a_module", "code_in_a_text"}
FOLDED |= {"code_in_a_text_under_a_profiler", "code_in_a_settings_file", "code_in_an_annotation"}
FOLDED |= {"frames_of_the_stack", "numpy_of_another_module", "method_of_a_base_class", "module_given_by_a_function"}
FOLDED |= {"pickled_array", "stream_of_the_kernel", "name_in_pieces_of_a_submodule"}
FOLDED |= {"variable_of_the_environment_forgotten", "unpickled", "setattr_of_what_a_call_gives", "vars_of_a_module"}
FOLDED |= {"value_of_globals", "setattr_of_object", "setattr_of_type", "output_of_the_history", "name_in_pieces"}
FOLDED |= {"another_class", "equal_to_everything", "equal_by_assignment", "raw_display", "raw_display_of_a_module"}
FOLDED |= {"environment_in_a_path", "environment", "redefined_function_of_the_lab", "redefined_by_assignment"}
FOLDED |= {"redefined_by_import", "redefined_by_a_pattern", "redefined_by_a_pattern_of_a_list"}
FOLDED |= {"redefined_by_an_error", "redefined_in_a_function", "redefined_builtin"}


def _code(source: str, **metadata) -> NotebookNode:
    return new_code_cell(source, metadata={"nbgrader": metadata} if metadata else {})


def make_lab(*student: str, given: str = f"import numpy as np\n\n{HELPER}") -> NotebookNode:
    """Return a lab of one question, with the cells of a student before its test."""
    answer = _code("def mean(x):\n    return x.mean()", grade_id="sol_mean", grade=False, solution=True)
    test = _code(TEST, grade_id="test_mean", grade=True, solution=False, points=1)
    return new_notebook(cells=[_code(given), answer, *map(_code, student), test])


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_teacher_is_pointed_at_a_trick(trick):
    assert any(suspicious(make_lab(trick), make_lab()))


@pytest.mark.parametrize("trick", [code for name, code in TRICKS.items() if name not in FOLDED])
def test_what_no_habit_explains_is_shown_and_not_folded(trick):
    telling, _ = suspicious(make_lab(trick), make_lab())
    assert telling


@pytest.mark.parametrize("code", HABITS.values(), ids=HABITS)
def test_a_habit_is_mentioned_at_most(code):
    telling, _ = suspicious(make_lab(code), make_lab())
    assert telling == []


@pytest.mark.parametrize("code", HONEST.values(), ids=HONEST)
def test_honest_code_is_left_in_peace(code):
    assert suspicious(make_lab(code), make_lab()) == ([], [])


@pytest.mark.filterwarnings("error")
def test_student_s_escape_sequences_warn_nobody():
    assert suspicious(make_lab("x = '\\d'\nimport os"), make_lab()) == ([], [])


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("# \u2028\x0c\rx = 1\n  \nif x:\n    np.isclose = 1", "replaces numpy.isclose: np.isclose = 1"),
        ("x = 1\n%reset -f", "runs %reset -f: get_ipython().run_line_magic('reset', '-f')"),
        ("%%time\nx = 1\nnp.isclose = x", "replaces numpy.isclose: np.isclose = x"),
        ("np.isclose = [\n    1,\n]", "replaces numpy.isclose: np.isclose = ["),
    ],
)
def test_teacher_reads_the_line_that_is_meant(code, shown):
    telling, mentioned = suspicious(make_lab(code), make_lab())
    assert telling + mentioned == [shown]


def test_alias_of_another_cell_is_followed():
    assert any(suspicious(make_lab("import json as j", "j.dumps = print"), make_lab()))


def test_a_flood_of_findings_is_cut():
    flood = "\n".join(f"np.x{number} = 1" for number in range(1000))
    telling, mentioned = suspicious(make_lab(flood), make_lab())
    assert (len(telling), mentioned) == (100, [])


BOMBS = {
    "meanings": "x = np\n" + "x = x.a\nx = x.b\n" * 500,
    "long_names": "x = np\n" + "x = x.a\n" * 2000,
    "imports": "\n".join(f"from torch import a{i} as np" for i in range(3000)) + "\nnp.x" * 1000,
    "one_line": ";".join(["np.x = 1"] * 5000),
    "one_statement": "f(\n" + "    np.f(raw=np),\n" * 3000 + ")",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_what_a_review_takes_is_bounded(bomb):
    lab = make_lab(bomb + "\nnp.isclose = 1")
    tracemalloc.start()
    assert any(suspicious(lab, make_lab()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50_000_000


def test_what_the_lab_does_is_not_held_against_a_student():
    given = "import sys\n\nsys.setrecursionlimit(5000)\n!tar xf data.tar"
    assert suspicious(make_lab(given=given), make_lab(given=given)) == ([], [])


def test_a_line_of_the_lab_excuses_no_other():
    given = "import sys\n\nsys.setrecursionlimit(5000)"
    _, mentioned = suspicious(make_lab("sys.setrecursionlimit(10**9)", given=given), make_lab(given=given))
    assert len(mentioned) == 1


def test_hidden_tests_excuse_nothing():
    telling, _ = suspicious(make_lab("from helpers import criterion"), make_lab())
    assert telling


@pytest.mark.parametrize("lab", COURSE.labs)
def test_no_answer_to_a_lab_is_suspected(lab):
    source = read_notebook(COURSE.source(lab))
    answers = load_answers(COURSE.root / "tests" / "labs" / lab / "answers.py")
    honest = [answer for answer in answers if answer.name != CHEATS]
    # Answers to different questions share a notebook.
    found = [
        suspicious(reduce(lambda one, answer: answer.apply(one), group, source), source)
        for group in group_answers(honest, source)
    ]
    found.append(suspicious(read_notebook(COURSE.release(lab)), source))
    assert [one for one in found if any(one)] == []
