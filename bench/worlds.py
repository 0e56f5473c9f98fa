"""Time a class of which a third made mistakes, judged in one world and in two, side by side.

Run it with `python -m bench.worlds --lab bayes_net --size 40`.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path

from nbformat import NotebookNode

from instructor.course import Course
from instructor.grading import hand_in
from instructor.grading.reference import Lab, load_lab
from instructor.grading.worlds import questions
from instructor.labs.answers import load_answers
from instructor.notebooks import to_text

ROOT = Path(__file__).resolve().parents[1]


def make_class(course: Course, name: str, size: int) -> list[NotebookNode]:
    """Return the hand-ins: of three, two are right, and one has a mistake in two questions."""
    source, draw = course.read_source(name), random.Random(0)
    of = {cell: question.test for question in questions(source) for cell in question.answers}
    wrong = [answer for answer in load_answers(course.answers(name)) if answer.loses]
    notebooks = []
    for number in range(size):
        notebook = source
        if number % 3 == 0:
            first = draw.choice(wrong)
            taken = {of[cell] for cell in first.answered}
            second = draw.choice([one for one in wrong if not taken & {of[cell] for cell in one.answered}])
            notebook = second.apply(first.apply(source))
        notebooks.append(notebook)
    return notebooks


def seconds(notebook: NotebookNode, lab: Lab) -> float:
    started = time.perf_counter()
    hand_in.grade_hand_in(to_text(notebook).encode(), lab)
    return time.perf_counter() - started


def main() -> None:
    """Print what both ways took, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lab", default="bayes_net")
    parser.add_argument("--size", type=int, default=40)
    options = parser.parse_args()
    course = Course(ROOT)
    lab = load_lab(course, options.lab, hand_in.default_policy(course))
    worth = hand_in.worth_another_run
    one, two = 0.0, 0.0
    for notebook in make_class(course, options.lab, options.size):
        # One after the other, so that whatever else the machine does weighs on both alike.
        hand_in.worth_another_run = lambda *given: {}
        one += seconds(notebook, lab)
        hand_in.worth_another_run = worth
        two += seconds(notebook, lab)
    print(f"{options.lab}, {options.size} hand-ins: one world {one:.1f} s, two {two:.1f} s, ratio {two / one:.2f}")


if __name__ == "__main__":
    main()
