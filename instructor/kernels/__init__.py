"""Warm, sandboxed Jupyter kernels: a fork server that has imported the heavy libraries, and a box for hand-ins.

Two kernels, used like any other by name: `course` runs a hand-in in the sandbox, `course-warm` runs the course's own
notebooks with the rights of whoever started it. `install()` writes their specifications into the environment.
"""

from instructor.kernels.kernelspec import SANDBOXED, WARM, install

__all__ = ["SANDBOXED", "WARM", "install"]
