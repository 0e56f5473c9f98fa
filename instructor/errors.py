"""The error that a user of `course` reads."""


class CourseError(Exception):
    """Something a user did cannot work: the message names the thing, the reason and the way out."""
