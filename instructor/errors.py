"""The error that a user of `course` reads."""


class CourseError(Exception):
    """Something a user did cannot work: the message names the thing, the reason and the way out."""


class PutOff(Exception):
    """A notebook outlasts the patience of its policy, and is to be run again once nobody waits behind it."""
