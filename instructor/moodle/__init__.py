"""Moodle's side of a lab: hand-ins come out of its zip, marks and feedback go back in its own formats.

Moodle gives each pair (assignment, student) a number, found in every file it writes: it is the key everywhere here.
"""
