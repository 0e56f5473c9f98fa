from instructor.labs.answers import Answer

ANSWERS = [
    Answer(
        "sum_not_divided",
        "The sum is returned instead of the mean.",
        loses={"test_mean": ["any_vector"]},
        blocks={"sol_mean": "return float(x.sum())"},
    ),
    Answer(
        "numpy_mean",
        "Right, with NumPy's own function.",
        blocks={"sol_mean": "return float(np.mean(x))"},
    ),
]
