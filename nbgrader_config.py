"""nbgrader, configured. `nbgrader` and `course` both read this file; every line says why."""

from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LimitOutput,
    LockCells,
    OverwriteCells,
    OverwriteKernelspec,
    SaveCells,
)

from instructor.plugins import (
    ExecuteHandIn,
    ExportGrades,
    FeedbackPage,
    HandInExporter,
    KeepLatePenalties,
    PrepareRelease,
    RepairHandIn,
    SanitizeHandIn,
    SaveMarks,
    ShowRubric,
)

c = get_config()  # noqa: F821  (given by traitlets)

# The name under which the gradebook files this course.
c.CourseDirectory.course_id = "deep-learning-labs"

# Files left beside a notebook (helper.py, torch.py, sitecustomize.py) must never be copied or imported.
c.CourseDirectory.ignore = ["*"]

# "TODO" is what students see; nbgrader looks for these words inside a line and spells its options this way.
c.ClearSolutions.begin_solution_delimeter = "### BEGIN TODO"
c.ClearSolutions.end_solution_delimeter = "### END TODO"

# What stands in the place of a solution says, in the student's language, which line to delete.
c.ClearSolutions.code_stub = {
    "python": "# À VOUS : effacez la ligne ci-dessous et écrivez votre code à sa place.\nraise NotImplementedError",
}
c.ClearSolutions.text_stub = "*Effacez cette ligne et rédigez votre réponse ici.*"

# nbgrader's list without header files and generated tests, which no lab uses, and with our Colab preparation.
# Hidden tests go after SaveCells has kept them for grading; checksums are computed again on what is left.
c.GenerateAssignment.preprocessors = [
    LockCells,
    ClearSolutions,
    ClearOutput,
    CheckCellMetadata,
    ComputeChecksums,
    SaveCells,
    ClearHiddenTests,
    ClearMarkScheme,
    PrepareRelease,
    ComputeChecksums,
    CheckCellMetadata,
]

# Repair comes first: a duplicated cell or lost metadata stops nbgrader, for the whole class.
c.Autograde.sanitize_preprocessors = [
    RepairHandIn,
    ClearMetadataPreprocessor,
    ClearOutput,
    OverwriteKernelspec,
    OverwriteCells,
    CheckCellMetadata,
]

# nbconvert would read no file that begins with a byte order mark, and anything else without bounds.
c.Autograde.exporter_class = HandInExporter

# Tags such as skip-execution and Colab's widget metadata must not reach the grader: only what we need stays.
c.ClearMetadataPreprocessor.enabled = True
c.ClearMetadataPreprocessor.preserve_cell_metadata_mask = {"nbgrader"}
c.ClearMetadataPreprocessor.preserve_nb_metadata_mask = {"kernelspec", "language_info", "course"}

# A test cell that was deleted would otherwise stay "needs grading" for ever.
c.OverwriteCells.add_missing_cells = True

# ExecuteHandIn decides the marks from the criteria; SaveMarks only writes them down, what is doubtful waits for a
# teacher, and what a teacher decided stands while the answer is the same. What the formgrader will show is sanitised
# once SaveMarks has compared written answers with the statement; the rubric stands below each.
c.Autograde.autograde_preprocessors = [
    ExecuteHandIn,
    LimitOutput,
    SaveMarks,
    KeepLatePenalties,
    CheckCellMetadata,
    SanitizeHandIn,
    ShowRubric,
]

# nbgrader's own page shows hidden tests to students: its command and the formgrader's button write the course's.
c.GenerateFeedback.preprocessors = []
c.GenerateFeedback.exporter_class = FeedbackPage

# nbgrader's own exporter quotes nothing, and writes names that a spreadsheet would run.
c.ExportApp.plugin_class = ExportGrades

# Points off for each day begun after the deadline that `course collect` or `course deadline` was given, once the grace
# is over; 0 is none.
c.AssignLatePenalties.plugin_class = "instructor.plugins.PointsPerDay"
c.PointsPerDay.points_per_day = 0
c.PointsPerDay.grace_minutes = 0
