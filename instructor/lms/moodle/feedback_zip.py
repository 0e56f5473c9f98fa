"""The zip of feedback pages that Moodle's "Upload multiple feedback files in a zip" takes."""

from __future__ import annotations

import io
import zipfile

from instructor.lms.moodle.worksheet import Row


def feedback_zip(pages: dict[str, str], lines: dict[str, Row]) -> bytes:
    """Return the zip of the pages, each named by its student's line of Moodle's worksheet.

    Moodle splits a folder's name at its underscores and looks for the number in second place: a name must hold none,
    nor anything that makes a path of it.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for student, page in pages.items():
            name = lines[student].name.translate(str.maketrans("_/\\", "   ")) or "Participant"
            archive.writestr(f"{name}_{lines[student].number}_assignfeedback_file_/feedback.html", page)
    return content.getvalue()
