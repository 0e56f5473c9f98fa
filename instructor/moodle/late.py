"""Lateness: a rule that `nbgrader_config.py` may choose, points off for each day begun, and how it is written down."""

from __future__ import annotations

import math

from nbgrader.api import SubmittedNotebook
from nbgrader.plugins import BasePlugin
from nbgrader.preprocessors import AssignLatePenalties
from traitlets import Float

DAY = 24 * 60 * 60


class PointsPerDay(BasePlugin):
    """Take points off for each day begun after the deadline, once the time of grace is over.

    nbgrader calls it for each late hand-in and keeps the penalty in its gradebook.
    """

    points_per_day = Float(0.0, min=0, help="Points taken off for each day begun.").tag(config=True)
    grace_minutes = Float(0.0, min=0, help="A hand-in this late is still on time.").tag(config=True)

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        if total_seconds_late <= 60 * self.grace_minutes:
            return None
        return self.points_per_day * math.ceil(total_seconds_late / DAY)


class KeepLatePenalties(AssignLatePenalties):
    """Write the whole penalty down, however few points there are yet.

    nbgrader cuts it to what is earned while written answers still wait for a teacher, and never looks again: a hand-in
    with nothing but a good written answer would pay nothing. Whoever reads it takes off no more than was earned.
    """

    def _check_late_penalty(self, notebook: SubmittedNotebook, penalty: float) -> float:
        return max(0.0, penalty)
