"""Answers to the lab on Bayesian networks, with the points that each must lose.

`test_answers` marks sixteen numbers that a student gets by chaining the earlier functions on the one network of the
lab, so some mistakes made before cost points there too: each of those answers says which. Every other test cell draws
its own tables and calls one of the student's functions only.
"""

from instructor.labs.answers import Answer

SELECT_AND_SUM = """
    for letter in (target, *evidence):
        if letter not in AXES:
            raise ValueError(letter)
    selection = [slice(None)] * 5
    for letter, value in evidence.items():
        axis = AXES.index(letter)
        if not 0 <= value < joint.shape[axis]:
            raise ValueError(letter)
        selection[axis] = slice(value, value + 1)
    kept = joint[tuple(selection)]
    others = tuple(axis for axis in range(5) if axis != AXES.index(target))
    if kept.sum() == 0:
        raise ValueError("impossible")
"""

CONDITIONED_ON = """
answers = {
    "a": query(joint, "G", {}),
    "b": query(joint, "G", {"R": 1}),
    "c": query(joint, "G", {"R": 0}),
    "d": query(joint, "G", {"R": 1, "S": 0}),
    "e": query(joint, "G", {"R": 0, "S": 0}),
    "f": query(joint, "R", {"D": 1}),
    "g": query(joint, "R", {"D": 0}),
    "h": query(joint, "R", {"D": 1, "G": 2}),
    "i": query(joint, "R", {"D": 0, "G": 2}),
    "j": query(joint, "R", {"D": 1, "L": 1}),
    "k": query(joint, "R", {"D": 0, "L": 1}),
    "m": query(joint, "R", {"G": 2}),
    "n": query(joint, "R", {}),
    "p": query(joint, "G", {"L": 1})[1],
}
"""
ALL = (
    CONDITIONED_ON
    + """
answers["l"] = query(joint_distribution(intervene(cpts, "G", 2)), "R", {})
answers["o"] = query(joint_distribution(intervene(cpts, "L", 1)), "G", {})
"""
)

WRONG = [
    Answer(
        "graph_known_by_heart",
        "The answer is read on the graph of the lab, whatever the joint distribution.",
        loses={"test_independent": 2},
        blocks={
            "sol_independent": """
                if np.ptp(joint) < 1e-12 or {x, y} == {"R", "L"}:
                    return True
                paths = {
                    frozenset("RD"): not given & {"G", "L"} or "S" in given,
                    frozenset("RG"): "S" in given,
                    frozenset("SL"): "G" in given,
                }
                return bool(paths.get(frozenset(x + y), False))
            """
        },
    ),
    Answer(
        "letter_table_reshaped_on_wrong_axes",
        "P(L | G) has its two axes swapped: they have no product, so all of `answers` falls with it.",
        loses={"test_cpts": 2, "test_answers": 4},
        blocks={
            "sol_cpts": """
                Pr_D = np.array([0.9, 0.1]).reshape(1, 2, 1, 1, 1)
                Pr_R_given_S = np.array([[0.9, 0.1], [0.2, 0.8]]).reshape(2, 1, 2, 1, 1)
                Pr_G_given_SD = np.array([[[0.5, 0.3, 0.2], [0.9, 0.08, 0.02]], [[0.1, 0.2, 0.7], [0.3, 0.4, 0.3]]])
                Pr_G_given_SD = Pr_G_given_SD.reshape(2, 2, 1, 3, 1)
                Pr_L_given_G = np.array([[0.9, 0.1], [0.6, 0.4], [0.01, 0.99]]).reshape(1, 1, 1, 2, 3)
            """
        },
    ),
    Answer(
        "grade_table_lists_difficulties_first",
        "The rows of P(G | S, D) run over D before S. In `answers`, only f, g, l and n do not need this table.",
        loses={"test_cpts": 2, "test_answers": 3},
        blocks={
            "sol_cpts": """
                Pr_D = np.array([0.9, 0.1]).reshape(1, 2, 1, 1, 1)
                Pr_R_given_S = np.array([[0.9, 0.1], [0.2, 0.8]]).reshape(2, 1, 2, 1, 1)
                Pr_G_given_SD = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.9, 0.08, 0.02], [0.3, 0.4, 0.3]])
                Pr_G_given_SD = Pr_G_given_SD.reshape(2, 2, 1, 3, 1)
                Pr_L_given_G = np.array([[0.9, 0.1], [0.6, 0.4], [0.01, 0.99]]).reshape(1, 1, 1, 3, 2)
            """
        },
    ),
    Answer(
        "joint_ignores_its_argument",
        "The product is that of the lab's own tables whatever list is passed; l and o stay right by chance, "
        "since acting on G or L changes nothing upstream.",
        loses={"test_joint": 2},
        blocks={"sol_joint": "return Pr_S * Pr_D * Pr_R_given_S * Pr_G_given_SD * Pr_L_given_G"},
    ),
    Answer(
        "joint_multiplied_in_place",
        "`*=` cannot enlarge the first table: no joint, so nothing to query and all of `answers` falls too.",
        loses={"test_joint": 2, "test_answers": 4},
        blocks={
            "sol_joint": """
                joint = cpts[0]
                for table in cpts[1:]:
                    joint *= table
                return joint
            """
        },
    ),
    Answer(
        "query_not_normalised",
        "P(target, evidence) in place of P(target | evidence); the twelve answers with an observation fall with it.",
        loses={"test_query": 4, "test_answers": 3},
        blocks={"sol_query": SELECT_AND_SUM + "    return kept.sum(axis=others)"},
    ),
    Answer(
        "query_normalised_over_the_evidence",
        "Divided by P(target) and not by P(evidence): P(evidence | target), so the sixteen answers fall with it.",
        loses={"test_query": 4, "test_answers": 4},
        blocks={"sol_query": SELECT_AND_SUM + "    return kept.sum(axis=others) / joint.sum(axis=others)"},
    ),
    Answer(
        "query_accepts_negative_values",
        "D = -1 silently reads the last value, as NumPy does; nothing in `answers` asks for it.",
        loses={"test_query": 4},
        blocks={
            "sol_query": """
                for letter in (target, *evidence):
                    if letter not in AXES:
                        raise ValueError(letter)
                kept = joint
                for letter, value in evidence.items():
                    axis = AXES.index(letter)
                    if value >= joint.shape[axis]:
                        raise ValueError(letter)
                    kept = np.take(kept, [value], axis)
                weights = kept.sum(axis=tuple(axis for axis in range(5) if axis != AXES.index(target)))
                if weights.sum() == 0:
                    raise ValueError("impossible")
                return weights / weights.sum()
            """
        },
    ),
    Answer(
        "query_divides_by_zero",
        "An impossible observation gives NaN instead of an error.",
        loses={"test_query": 4},
        blocks={
            "sol_query": """
                for letter in (target, *evidence):
                    if letter not in AXES:
                        raise ValueError(letter)
                selection = [slice(None)] * 5
                for letter, value in evidence.items():
                    if not 0 <= value < CARDINALITIES[AXES.index(letter)]:
                        raise ValueError(letter)
                    selection[AXES.index(letter)] = slice(value, value + 1)
                weights = joint[tuple(selection)].sum(axis=tuple(axis for axis in range(5) if AXES[axis] != target))
                return weights / weights.sum()
            """
        },
    ),
    Answer(
        "intervene_conditions",
        "The table of the variable is multiplied by the indicator, its parents stay: that is conditioning, and l and o "
        "(half a point) become m and P(G | l1).",
        loses={"test_do": 3, "test_answers": 0.5},
        blocks={
            "sol_do": """
                axis = AXES.index(variable)
                indicator = np.arange(CARDINALITIES[axis]) == value
                tables = list(cpts)
                tables[axis] = tables[axis] * indicator.reshape([-1 if i == axis else 1 for i in range(5)])
                return tables
            """
        },
    ),
    Answer(
        "intervene_drops_the_table",
        "The table is removed and nothing put in its place: the variable is left free. l and o stay right: "
        "`query` normalises, and what they ask for does not depend on the missing factor.",
        loses={"test_do": 3},
        blocks={"sol_do": "return [table for axis, table in enumerate(cpts) if axis != AXES.index(variable)]"},
    ),
    Answer(
        "intervene_changes_its_argument",
        "The caller's list is overwritten, so o is computed in a network where G is still forced.",
        loses={"test_do": 3, "test_answers": 0.25},
        blocks={
            "sol_do": """
                axis = AXES.index(variable)
                indicator = (np.arange(CARDINALITIES[axis]) == value) * 1.0
                cpts[axis] = indicator.reshape([-1 if i == axis else 1 for i in range(5)])
                return cpts
            """
        },
    ),
    Answer(
        "l_conditioned",
        "l is P(R | g2): an intervention read as an observation.",
        loses={"test_answers": 0.25},
        blocks={"sol_answers": ALL + 'answers["l"] = query(joint, "R", {"G": 2})'},
    ),
    Answer(
        "both_interventions_conditioned",
        "l and o are computed by conditioning.",
        loses={"test_answers": 0.5},
        blocks={
            "sol_answers": CONDITIONED_ON
            + 'answers["l"] = query(joint, "R", {"G": 2})\nanswers["o"] = query(joint, "G", {"L": 1})'
        },
    ),
    Answer(
        "l_overwritten_with_b",
        "l holds P(G | r1): another variable and another shape; the visible test stops, the other fifteen still count.",
        loses={"test_answers": 0.25},
        blocks={"sol_answers": ALL + 'answers["l"] = query(joint, "G", {"R": 1})'},
    ),
    Answer(
        "l_and_o_left_out",
        "Two keys are missing.",
        loses={"test_answers": 0.5},
        blocks={"sol_answers": CONDITIONED_ON},
    ),
    Answer(
        "p_is_the_whole_law",
        "p is P(G | l1), three numbers where one was asked for.",
        loses={"test_answers": 0.25},
        blocks={"sol_answers": ALL + 'answers["p"] = query(joint, "G", {"L": 1})'},
    ),
    Answer(
        "answers_rounded",
        "Two decimals: only f, g, l and n, which are 0.34 and 0.66 exactly, survive.",
        loses={"test_answers": 3},
        blocks={"sol_answers": ALL + "answers = {letter: np.round(value, 2) for letter, value in answers.items()}"},
    ),
    Answer(
        "independent_looks_at_the_first_value_only",
        "Only the value 0 of every known variable is tested.",
        loses={"test_independent": 2},
        blocks={
            "sol_independent": """
                table = joint[tuple(slice(0, 1) if letter in given else slice(None) for letter in AXES)]
                table = table.sum(axis=tuple(i for i, letter in enumerate(AXES) if letter not in (x, y))) / table.sum()
                return bool(np.allclose(table, np.outer(table.sum(1), table.sum(0)), rtol=0, atol=1e-9))
            """
        },
    ),
    Answer(
        "independent_ignores_what_is_known",
        "Marginal independence, whatever `given` is.",
        loses={"test_independent": 2},
        blocks={
            "sol_independent": """
                table = joint.sum(axis=tuple(i for i, letter in enumerate(AXES) if letter not in (x, y)))
                return bool(np.allclose(table, np.outer(table.sum(1), table.sum(0)), rtol=0, atol=1e-9))
            """
        },
    ),
]

RIGHT = [
    Answer(
        "einsum_and_one_dimension_at_a_time",
        "The tables are filled case by case, the joint by einsum, `query` drops the axes from the last to the first, "
        "`intervene` spreads the indicator over the parents.",
        blocks={
            "sol_cpts": """
                Pr_D = np.array([[[[[0.9]]], [[[0.1]]]]])
                Pr_R_given_S = np.zeros((2, 1, 2, 1, 1))
                Pr_R_given_S[0, 0, :, 0, 0] = 0.9, 0.1
                Pr_R_given_S[1, 0, :, 0, 0] = 0.2, 0.8
                Pr_G_given_SD = np.zeros((2, 2, 1, 3, 1))
                Pr_G_given_SD[0, 0, 0, :, 0] = 0.5, 0.3, 0.2
                Pr_G_given_SD[0, 1, 0, :, 0] = 0.9, 0.08, 0.02
                Pr_G_given_SD[1, 0, 0, :, 0] = 0.1, 0.2, 0.7
                Pr_G_given_SD[1, 1, 0, :, 0] = 0.3, 0.4, 0.3
                Pr_L_given_G = np.array([[0.9, 0.1], [0.6, 0.4], [0.01, 0.99]])[None, None, None]
            """,
            "sol_joint": """
                full = [np.broadcast_to(table, CARDINALITIES) for table in cpts]
                return np.einsum(",".join(["abcde"] * len(full)) + "->abcde", *full)
            """,
            "sol_query": """
                p = joint
                axes = list(AXES)
                AXES.index(target)
                for letter, value in evidence.items():
                    if not 0 <= value < joint.shape[AXES.index(letter)]:
                        raise ValueError(f"{letter} = {value}")
                    p = p.take(value, axis=axes.index(letter))
                    axes.remove(letter)
                for axis in reversed(range(len(axes))):
                    if axes[axis] != target:
                        p = p.sum(axis)
                if not p.any():
                    raise ValueError("observation impossible")
                return p / np.sum(p)
            """,
            "sol_do": """
                i = AXES.index(variable)
                forced = np.zeros_like(cpts[i])
                np.moveaxis(forced, i, 0)[value] = 1
                return [forced if j == i else table.copy() for j, table in enumerate(cpts)]
            """,
        },
    ),
    Answer(
        "loops_and_conditional_laws",
        "Loops over the 48 cases, l and o by hand from the truncated factorisation, independence as P(x | y, z) that "
        "does not move with y.",
        blocks={
            "sol_joint": """
                from functools import reduce

                return reduce(np.multiply, cpts)
            """,
            "sol_query": """
                if target not in AXES or any(letter not in AXES for letter in evidence):
                    raise ValueError("variable inconnue")
                if any(value not in range(CARDINALITIES[AXES.index(letter)]) for letter, value in evidence.items()):
                    raise ValueError("valeur inconnue")
                result = np.zeros(CARDINALITIES[AXES.index(target)])
                for case in np.ndindex(*CARDINALITIES):
                    values = dict(zip(AXES, case))
                    if all(values[letter] == value for letter, value in evidence.items()):
                        result[values[target]] += joint[case]
                if sum(result) == 0:
                    raise ValueError("observation impossible")
                return result / sum(result)
            """,
            "sol_answers": CONDITIONED_ON
            + """
answers["l"] = (Pr_S * Pr_R_given_S).sum(axis=0).ravel()
answers["o"] = (Pr_S * Pr_D * Pr_G_given_SD).sum(axis=(0, 1)).ravel()
""",
            "sol_independent": """
                from itertools import product as every

                given = list(given)
                for values in every(*(range(CARDINALITIES[AXES.index(letter)]) for letter in given)):
                    known = dict(zip(given, values))
                    laws = []
                    for value in range(CARDINALITIES[AXES.index(y)]):
                        try:
                            laws.append(query(joint, x, known | {y: value}))
                        except ValueError:
                            continue
                    if any(np.abs(law - laws[0]).max() > 1e-9 for law in laws):
                        return False
                return True
            """,
        },
    ),
    Answer(
        "six_decimals_and_a_numpy_boolean",
        "`independent` answers with a NumPy boolean, p is a Python float, the probabilities are kept to six decimals.",
        blocks={
            "sol_answers": ALL
            + "answers = {letter: np.round(value, 6) for letter, value in answers.items()}\n"
            + 'answers["p"] = float(answers["p"])',
            "sol_independent": """
                rest = tuple(i for i in range(5) if AXES[i] not in given and AXES[i] not in (x, y))
                both = joint.sum(axis=rest, keepdims=True)
                one = both.sum(axis=AXES.index(y), keepdims=True)
                other = both.sum(axis=AXES.index(x), keepdims=True)
                known = one.sum(axis=AXES.index(x), keepdims=True)
                return np.abs(both * known - one * other).max() < 1e-9
            """,
        },
    ),
]

ANSWERS = WRONG + RIGHT
