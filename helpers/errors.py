"""What a student can mend is said in one sentence, without the lines of code that met it."""

from __future__ import annotations


class StudentError(RuntimeError):
    """The message names the thing, the reason and the way out; a notebook shows it, and nothing else."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows in the place of a traceback."""
        return [str(self)]
