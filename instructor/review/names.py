"""The names that student code has no need of, and those that look like them."""

import re

# What tests are made of: nobody needs to replace a part of it, or to hand it over as a value.
TESTED = {"helpers", "numpy", "numpy.testing", "torch", "torch.testing"}
MACHINERY = {"IPython", "_thread", "asyncio", "atexit", "bdb", "builtins", "code", "codeop", "concurrent", "ctypes"}
MACHINERY |= {"cloudpickle", "dill", "marshal", "pickle"}
MACHINERY |= {"gc", "importlib", "inspect", "ipykernel", "jupyter_client", "linecache", "mock", "multiprocessing"}
MACHINERY |= {"nbgrader", "os", "pkgutil", "pytest", "resource", "runpy", "signal", "socket", "subprocess", "sys"}
MACHINERY |= {"threading", "tornado", "traitlets", "types", "unittest.mock", "zmq", "__future__.barry_as_FLUFL"}
MACHINERY |= {"__main__", "helpers.probe", "helpers.probe_rng", "torch.library", "torch.overrides"}
HARMLESS = {"gc.collect", "importlib.metadata", "inspect.signature", "multiprocessing.cpu_count", "sys.stdout.flush"}
HARMLESS |= {"sys.stdout.write", "sys.version_info", "types.SimpleNamespace"}
HARMLESS |= {f"os.{name}" for name in ("cpu_count", "getcwd", "listdir", "makedirs", "mkdir", "path", "sep", "walk")}
HARMLESS |= {f"sys.{name}" for name in ("executable", "float_info", "getsizeof", "maxsize", "platform", "version")}
HARMLESS |= {f"IPython.display.{name}" for name in ("Audio", "HTML", "Image", "Markdown", "clear_output", "display")}
# Settings, made to be assigned to.
SETTINGS = ("torch.backends.", "pandas.options.")
# Modules that other modules hold: `logging.sys.settrace`.
HELD = {"builtins", "ctypes", "gc", "importlib", "inspect", "os", "subprocess", "sys", "threading"}
NAMES = {"get_ipython", "__import__", "eval", "exec", "compile", "globals", "locals", "vars", "setattr", "delattr"}
NAMES |= {"probe", "probe_rng", "In", "_ih", "_i", "_ii", "_iii", "_oh"}
NUMBERED = re.compile(r"_i?\d+")  # what IPython keeps of each cell
# As attributes, as methods that a class defines, or as text for `getattr`.
ATTRIBUTES = {"__array_function__", "__array_ufunc__", "__bases__", "__builtins__", "__class__", "__closure__"}
ATTRIBUTES |= {"__code__", "__defaults__", "__del__", "__delattr__", "__dict__", "__eq__", "__getattribute__"}
ATTRIBUTES |= {"__globals__", "__instancecheck__", "__loader__", "__mro__", "__ne__", "__self__", "__setattr__"}
ATTRIBUTES |= {"__spec__", "__subclasses__", "__torch_function__", "_getframe", "_ipython_display_", "ag_frame"}
ATTRIBUTES |= {
    "_repr_mimebundle_",
    "cr_frame",
    "display_pub",
    "expandvars",
    "f_back",
    "f_builtins",
    "f_code",
    "f_globals",
}
ATTRIBUTES |= {"f_locals", "f_trace", "get_ipython", "gi_frame", "iopub_socket", "monkeypatch", "pub_thread"}
ATTRIBUTES |= {"publish_display_data", "settrace", "tb_frame", "user_ns"}
WORDS = ("COURSE_SEED", "NBGRADER", "vnd.course", "helpers.probe")
