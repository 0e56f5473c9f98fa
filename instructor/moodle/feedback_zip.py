"""The zip of feedback pages that Moodle's "Upload multiple feedback files in a zip" takes."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from instructor.course import Course, CourseError
from instructor.feedback import write_feedback
from instructor.grade import Result
from instructor.moodle.files import write_whole
from instructor.moodle.records import read_record


def write_feedback_zip(course: Course, lab: str, results: list[Result], path: Path) -> list[str]:
    """Write each student's page anew, and all of them as Moodle names them; return the students in the zip.

    Moodle splits a folder's name at its underscores and looks for the number in second place: a name must hold none.
    """
    record = {hand_in.student: hand_in for hand_in in read_record(course, lab).values()}
    results = [result for result in results if result.student in record]
    if not results:
        raise CourseError(f"no graded hand-in of '{lab}' came from Moodle; run 'course collect {lab} moodle.zip' first")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for result in results:
            hand_in = record[result.student]
            name = hand_in.name.replace("_", " ") or "Participant"
            folder = f"{name}_{hand_in.number}_assignfeedback_file_"
            archive.writestr(f"{folder}/feedback.html", write_feedback(course, result).read_bytes())
    write_whole(path, content.getvalue())
    return [result.student for result in results]
