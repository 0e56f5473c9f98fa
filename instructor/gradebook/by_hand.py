"""What a teacher decided by hand, when what it was decided of is graded again: marks, extra credit, comments.

nbgrader keeps them but asks the teacher to look again, whether the answer changed or not: after a change of the grader,
a whole class would wait once more. Here a decision stands while the student's own answer is the same. What each answer
was lies beside the gradebook, because what is graded may be taken back meanwhile.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress

from nbformat import NotebookNode
from nbgrader.api import Comment, Grade

from instructor.course import HandIn
from instructor.files import write_whole
from instructor.notebooks import NotebookError, grade_id, is_autograded, is_graded, is_solution, points, read_notebook

# A comment on an answer that is no more: nbgrader's formgrader suggests it, and no student reads it.
ASIDE = "Commentaire sur une réponse précédente : "

Answers = dict[str, list]  # by cell, the digest of an answer and what its question is worth


def read_answers(notebook: NotebookNode) -> Answers:
    """Return what a notebook answers, by the cells that marks and comments belong to.

    What a test cell judges stands in the cells above it; a second test of the same answer judges it too.
    """
    found: Answers = {}
    above: list[str] = []
    judged = False
    for cell in notebook.cells:
        if is_autograded(cell):
            found[grade_id(cell)], judged = [_digest(above), points(cell)], True
        elif is_solution(cell):
            found[grade_id(cell)] = [_digest([cell.source]), points(cell) if is_graded(cell) else 0.0]
            if not is_graded(cell):
                above, judged = ([] if judged else above) + [cell.source], False
    return found


def known_answers(hand_in: HandIn) -> Answers:
    """Return the answers that are in the gradebook, none where nobody knows them."""
    with suppress(OSError, ValueError):
        return json.loads(hand_in.answers.read_bytes())
    with suppress(NotebookError, KeyError):
        return read_answers(read_notebook(hand_in.autograded))
    return {}


def remember(hand_in: HandIn, answers: Answers) -> None:
    """Keep the answers that are in the gradebook."""
    write_whole(hand_in.answers, json.dumps(answers).encode())


def is_decided(grade: Grade) -> bool:
    """Tell whether a teacher gave a mark or extra credit."""
    return grade.manual_score is not None or bool(grade.extra_credit)


def is_written(comment: Comment) -> bool:
    """Tell whether a teacher wrote what a student is to read."""
    return bool((comment.manual_comment or "").strip())


def set_aside(comment: Comment) -> None:
    """Take a comment on an answer that is no more from the student's page, and leave it to the teacher."""
    if is_written(comment):
        comment.auto_comment, comment.manual_comment = f"{ASIDE}{comment.manual_comment}", None


def is_aside(comment: Comment) -> bool:
    """Tell whether a comment was set aside."""
    return (comment.auto_comment or "").startswith(ASIDE)


def _digest(sources: list[str]) -> str:
    lines = [line.rstrip() for source in sources for line in source.strip().splitlines()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
