"""The names that student code has no need of, those that look like them, and the few that no habit explains."""

import re
import sys

# What tests are made of: nobody needs to replace a part of it, or to hand it over as a value.
TESTED = {"helpers", "numpy", "numpy.testing", "torch", "torch.testing"}
# Of Python's own modules, those that a lab may need. The others lead to the interpreter, or run what they are given.
EVERYDAY = {"abc", "argparse", "array", "base64", "binascii", "bisect", "bz2", "calendar", "cmath", "codecs"}
EVERYDAY |= {"collections", "colorsys", "configparser", "contextlib", "copy", "csv", "dataclasses", "datetime"}
EVERYDAY |= {"decimal", "difflib", "email", "enum", "fnmatch", "fractions", "functools", "getpass", "glob"}
EVERYDAY |= {"graphlib", "gzip", "hashlib", "heapq", "hmac", "html", "http", "io", "itertools", "json", "keyword"}
EVERYDAY |= {"locale", "logging", "lzma", "math", "mimetypes", "numbers", "operator", "pathlib", "platform", "pprint"}
EVERYDAY |= {"queue", "random", "re", "secrets", "shutil", "sqlite3", "statistics", "string", "struct", "tarfile"}
EVERYDAY |= {"tempfile", "textwrap", "time", "tokenize", "typing", "unicodedata", "unittest", "urllib", "uuid"}
EVERYDAY |= {"warnings", "wave", "xml", "zipfile", "zlib", "zoneinfo"}
MACHINERY = set(sys.stdlib_module_names) - EVERYDAY
MACHINERY |= {"IPython", "cloudpickle", "dill", "ipykernel", "jupyter_client", "mock", "nbgrader", "pytest", "tornado"}
MACHINERY |= {"__main__", "traitlets", "zmq", "helpers.criterion", "helpers.recording", "logging.config", "pandas.eval"}
MACHINERY |= {"torch.library", "torch.nn.modules.module", "torch.optim.optimizer", "torch.overrides"}
MACHINERY |= {"torch.utils._python_dispatch", "typing.get_type_hints", "unittest.mock"}
HARMLESS = {"__future__.annotations", "ast.literal_eval", "gc.collect", "importlib.metadata", "inspect.signature"}
HARMLESS |= {"multiprocessing.cpu_count", "sys.stdout.flush", "sys.stdout.write", "sys.version_info"}
HARMLESS |= {"timeit.default_timer", "traceback.format_exc", "traceback.print_exc", "types.SimpleNamespace"}
HARMLESS |= {"torch.nn.modules.module.Module", "torch.optim.optimizer.Optimizer"}
HARMLESS |= {f"os.{name}" for name in ("cpu_count", "getcwd", "listdir", "makedirs", "mkdir", "path", "remove", "walk")}
HARMLESS |= {"os.sep"}
HARMLESS |= {f"sys.{name}" for name in ("executable", "float_info", "getsizeof", "maxsize", "platform", "version")}
HARMLESS |= {f"IPython.display.{name}" for name in ("Audio", "HTML", "Image", "Markdown", "clear_output", "display")}
# Harmless in themselves, unlike what they hold.
AS_SUCH = {"sys.stderr", "sys.stdout"}
# Layers and optimizers may be looked up by a name that is computed.
LOOKED_UP = {"torch.nn", "torch.optim", "torch.optim.lr_scheduler"}
# What answers for itself when a test asks: nobody needs another kind of them.
ARRAYS = {"numpy.ndarray", "torch.Tensor"}
# Settings, made to be assigned to.
SETTINGS = ("torch.backends.", "pandas.options.")
# Modules that other modules hold: `logging.sys.settrace`.
HELD = {"builtins", "ctypes", "gc", "importlib", "inspect", "np", "os", "subprocess", "sys", "threading"}
# Options that let a call run what a file or a message holds.
TRUSTING = {"allow_pickle", "raw"}
NAMES = {"get_ipython", "__import__", "eval", "exec", "compile", "globals", "locals", "vars", "setattr", "delattr"}
NAMES |= {"__criterion__", "__run__", "In", "_ih", "_i", "_ii", "_iii", "_oh"}
NUMBERED = re.compile(r"_i?\d+")  # what IPython keeps of each cell
# As attributes, as methods that a class defines, or as text for `getattr`.
ATTRIBUTES = {"__array_function__", "__array_ufunc__", "__base__", "__bases__", "__builtins__", "__class__"}
ATTRIBUTES |= {"__closure__", "__code__", "__defaults__", "__del__", "__delattr__", "__dict__", "__eq__"}
ATTRIBUTES |= {"__getattribute__", "__globals__", "__instancecheck__", "__loader__", "__mro__", "__ne__", "__self__"}
ATTRIBUTES |= {"__setattr__", "__spec__", "__subclasses__", "__torch_dispatch__", "__torch_function__", "_getframe"}
ATTRIBUTES |= {"_ipython_display_", "_repr_mimebundle_", "ag_frame", "cr_frame", "display_pub", "expandvars", "f_back"}
ATTRIBUTES |= {"f_builtins", "f_code", "f_globals", "f_locals", "f_trace", "get_ipython", "gi_frame", "iopub_socket"}
ATTRIBUTES |= {"ast_transformers", "input_transformers_cleanup", "input_transformers_post"}
ATTRIBUTES |= {"monkeypatch", "mro", "pub_thread", "publish_display_data", "settrace", "tb_frame", "user_ns"}
WORDS = ("/proc/self", "/run/kernel", "COURSE_SEED", "NBGRADER", "vnd.course", "helpers.criterion")
WORDS += ("__criterion__", "__run__")
# Of all these, what tells of an attempt. The rest is a habit of many, whatever else it could do: it is only mentioned.
TELLING = {*WORDS, "In", "__array_function__", "__array_ufunc__", "__builtins__", "__closure__", "__code__", "_ih"}
TELLING |= {"__globals__", "__instancecheck__", "__main__", "__subclasses__", "__torch_dispatch__", "_getframe"}
TELLING |= {"__torch_function__", "_ii", "_iii", "_repr_mimebundle_", "ag_frame", "ast_transformers", "cr_frame"}
TELLING |= {"ctypes", "display_pub", "input_transformers_cleanup", "input_transformers_post"}
TELLING |= {"f_back", "f_builtins", "f_code", "f_globals", "f_locals", "f_trace", "gc.get_objects", "gc.get_referrers"}
TELLING |= {"gi_frame", "helpers.recording", "inspect.currentframe", "inspect.stack", "iopub_socket", "ipykernel"}
TELLING |= {"jupyter_client", "nbgrader", "pub_thread", "publish_display_data", "settrace", "setprofile", "sys.modules"}
TELLING |= {
    "tb_frame",
    "torch.library",
    "torch.nn.modules.module",
    "torch.overrides",
    "unittest.mock",
    "user_ns",
    "zmq",
}
TELLING |= {"torch.utils._python_dispatch"}
# Parts of what tests are made of that people replace for their comfort: names that NumPy dropped, what is printed.
COMFORT = {f"numpy.{name}" for name in ("bool", "complex", "float", "int", "long", "object", "str")}
COMFORT |= {"torch.Tensor.__repr__", "torch.Tensor.__str__", "torch.load", "torch.save"}
# What notebooks ask of IPython's shell to know where they run, or to run a magic.
ASKED_OF_SHELL = {"__class__", "config", "getoutput", "magic", "run_cell_magic", "run_line_magic", "system"}
