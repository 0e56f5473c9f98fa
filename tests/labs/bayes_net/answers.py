"""Answers to the lab on Bayesian networks: the criteria that each wrong one loses, and right ones in other styles."""

import re

from instructor.labs.answers import Answer

CELLS = {"sol_answers": "abcd", "sol_answers_e": "efgh", "sol_answers_i": "ijkl", "sol_answers_m": "mnop"}
FORCED_G = 'query(joint_distribution(intervene(cpts, "G", 2)), "R", {})'
FORCED_L = 'query(joint_distribution(intervene(cpts, "L", 1)), "G", {})'
LETTERS = {
    "a": 'query(joint, "G", {})',
    "b": 'query(joint, "G", {"R": 1})',
    "c": 'query(joint, "G", {"R": 0})',
    "d": 'query(joint, "G", {"R": 1, "S": 0})',
    "e": 'query(joint, "G", {"R": 0, "S": 0})',
    "f": 'query(joint, "R", {"D": 1})',
    "g": 'query(joint, "R", {"D": 0})',
    "h": 'query(joint, "R", {"D": 1, "G": 2})',
    "i": 'query(joint, "R", {"D": 0, "G": 2})',
    "j": 'query(joint, "R", {"D": 1, "L": 1})',
    "k": 'query(joint, "R", {"D": 0, "L": 1})',
    "l": FORCED_G,
    "m": 'query(joint, "R", {"G": 2})',
    "n": 'query(joint, "R", {})',
    "o": FORCED_L,
    "p": 'query(joint, "G", {"L": 1})[1]',
}
# A mistake a letter: target and observation exchanged, one of them forgotten, an intervention read as an observation.
MISTAKES = {
    "a": 'query(joint, "G", {"R": 1})',
    "b": 'query(joint, "R", {"G": 1})',
    "c": 'query(joint, "G", {"R": 1})',
    "d": 'query(joint, "G", {"R": 1})',
    "e": 'query(joint, "G", {"R": 0})',
    "f": 'query(joint, "D", {"R": 1})',
    "g": 'query(joint, "D", {"R": 0})',
    "h": 'query(joint, "R", {"D": 1})',
    "i": 'query(joint, "R", {"G": 2})',
    "j": 'query(joint, "R", {"L": 1})',
    "k": 'query(joint, "R", {"D": 0, "L": 0})',
    "l": 'query(joint, "R", {"G": 2})',
    "m": 'query(joint, "G", {"R": 1})',
    "n": 'query(joint, "R", {"S": 1})',
    "o": 'query(joint, "G", {"L": 1})',
    "p": 'query(joint, "G", {"L": 1})',
}


def assigned(cell: str, **changed: str | None) -> dict[str, str]:
    """Return the block of one cell of question 5 with other expressions for some letters, without those at None."""
    laws = {letter: changed.get(letter, LETTERS[letter]) for letter in CELLS[cell]}
    return {cell: "\n".join(f'answers["{letter}"] = {law}' for letter, law in laws.items() if law) or "pass"}


def everywhere(how: str) -> dict[str, str]:
    """Return the four blocks, each law put into an expression."""
    return {
        name: "\n".join(f'answers["{letter}"] = {how.format(LETTERS[letter])}' for letter in letters)
        for name, letters in CELLS.items()
    }


def lost(letters: str) -> dict[str, list[str]]:
    return {"test_answers": [f"answer_{letter}" for letter in letters]}


ALL_IN_ONE = "answers = {\n" + "".join(f'    "{letter}": {law},\n' for letter, law in LETTERS.items()) + "}\n"
NOTHING = {name: "pass" for name in CELLS if name != "sol_answers"}

P_D = "Pr_D = np.array([0.9, 0.1]).reshape(1, 2, 1, 1, 1)\n"
P_R = "Pr_R_given_S = np.array([[0.9, 0.1], [0.2, 0.8]]).reshape(2, 1, 2, 1, 1)\n"
P_G = """
Pr_G_given_SD = np.array([[0.5, 0.3, 0.2], [0.9, 0.08, 0.02], [0.1, 0.2, 0.7], [0.3, 0.4, 0.3]]).reshape(2, 2, 1, 3, 1)
"""
P_L = "Pr_L_given_G = np.array([[0.9, 0.1], [0.6, 0.4], [0.01, 0.99]]).reshape(1, 1, 1, 3, 2)\n"

CHECKED_LETTERS = """
for letter in (target, *evidence):
    if letter not in list(AXES):
        raise ValueError(f"{letter} n'est pas dans {AXES}")
"""
CHECKED_VALUES = """
for letter, value in evidence.items():
    if not 0 <= value < joint.shape[AXES.index(letter)]:
        raise ValueError(f"{letter} ne peut pas valoir {value}")
"""
KEPT = """
selection = [slice(None)] * 5
for letter, value in evidence.items():
    selection[AXES.index(letter)] = slice(value, value + 1)
kept = joint[tuple(selection)]
others = tuple(axis for axis in range(5) if axis != AXES.index(target))
"""
POSSIBLE = """
if kept.sum() == 0:
    raise ValueError("observation impossible")
"""
NORMALISED = "return kept.sum(axis=others) / kept.sum()"

INDICATOR = """
axis = AXES.index(variable)
indicator = (np.arange(CARDINALITIES[axis]) == value) * 1.0
indicator = indicator.reshape([-1 if i == axis else 1 for i in range(5)])
"""

SUMS = """
axis_x, axis_y = AXES.index(x), AXES.index(y)
both = joint.sum(axis=tuple(i for i in range(5) if AXES[i] not in {x, y, *given}), keepdims=True)
with_x, with_y = both.sum(axis=axis_y, keepdims=True), both.sum(axis=axis_x, keepdims=True)
known = with_x.sum(axis=axis_x, keepdims=True)
"""

WRONG_TABLES = [
    Answer(
        "letter_table_reshaped_on_wrong_axes",
        "P(L | G) has its two axes swapped: its table, and nothing that is built on it.",
        loses={"test_cpts": ["honours"]},
        blocks={"sol_cpts": P_D + P_R + P_G + P_L.replace("3, 2)", "2, 3)")},
    ),
    Answer(
        "grade_table_lists_difficulties_first",
        "The rows of P(G | S, D) run over D before S.",
        loses={"test_cpts": ["grade"]},
        blocks={
            "sol_cpts": P_D
            + P_R
            + P_L
            + """
Pr_G_given_SD = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.9, 0.08, 0.02], [0.3, 0.4, 0.3]]).reshape(2, 2, 1, 3, 1)
"""
        },
    ),
    Answer(
        "difficulties_on_the_last_axis",
        "P(D) has five axes, and its numbers on that of L.",
        loses={"test_cpts": ["difficulties"]},
        blocks={"sol_cpts": "Pr_D = np.array([[[[[0.9, 0.1]]]]])\n" + P_R + P_G + P_L},
    ),
    Answer(
        "interview_is_read_by_columns",
        "P(R | S) is transposed: its columns sum to 1 where its rows should.",
        loses={"test_cpts": ["interview"]},
        blocks={"sol_cpts": P_D + P_R.replace("[[0.9, 0.1], [0.2, 0.8]]", "[[0.9, 0.2], [0.1, 0.8]]") + P_G + P_L},
    ),
    Answer(
        "tables_repeated_on_every_axis",
        "The tables have the size of the joint distribution: an axis that a table does not depend on is of size 1.",
        loses={"test_cpts": ["difficulties", "grade", "honours", "interview"]},
        blocks={
            "sol_cpts": P_D
            + P_R
            + P_G
            + P_L
            + """
Pr_D, Pr_R_given_S, Pr_G_given_SD, Pr_L_given_G = (
    np.broadcast_to(table, CARDINALITIES) for table in (Pr_D, Pr_R_given_S, Pr_G_given_SD, Pr_L_given_G)
)
"""
        },
    ),
]

WRONG_JOINT = [
    Answer(
        "joint_ignores_its_argument",
        "The product is that of the lab's own tables, whatever list is passed.",
        loses={"test_joint": ["five_tables", "other_lists"]},
        blocks={"sol_joint": "return Pr_S * Pr_D * Pr_R_given_S * Pr_G_given_SD * Pr_L_given_G"},
    ),
    Answer(
        "joint_of_five_tables_only",
        "The list is taken apart: no other length works.",
        loses={"test_joint": ["other_lists"]},
        blocks={"sol_joint": "S, D, R, G, L = cpts\nreturn S * D * R * G * L"},
    ),
    Answer(
        "joint_divided_by_its_sum",
        "A full-shape table of ones, and the product divided by its sum: right for the tables of a network only.",
        loses={"test_joint": ["other_lists"]},
        blocks={
            "sol_joint": """
                joint = np.ones(CARDINALITIES)
                for table in cpts:
                    joint = joint * table
                return joint / joint.sum()
            """
        },
    ),
    Answer(
        "joint_multiplied_in_place",
        "`*=` cannot enlarge the first table: no joint, whatever the list, but that of a single table.",
        loses={"test_joint": ["five_tables", "other_lists", "tables_kept"]},
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
        "joint_written_into_the_largest_table",
        "In place where the shape allows it: a table of the size of the product is overwritten.",
        loses={"test_joint": ["tables_kept"]},
        blocks={
            "sol_joint": """
                largest, *others = sorted(cpts, key=np.size, reverse=True)
                joint = largest
                for table in others:
                    if np.broadcast_shapes(joint.shape, table.shape) == joint.shape:
                        joint *= table
                    else:
                        joint = joint * table
                return joint
            """
        },
    ),
    Answer(
        "joint_sorts_the_list",
        "The caller's list is sorted.",
        loses={"test_joint": ["tables_kept"]},
        blocks={
            "sol_joint": """
                cpts.sort(key=np.size)
                joint = cpts[0]
                for table in cpts[1:]:
                    joint = joint * table
                return joint
            """
        },
    ),
    Answer(
        "joint_empties_the_list",
        "The tables are taken out of the caller's list.",
        loses={"test_joint": ["tables_kept"]},
        blocks={
            "sol_joint": """
                joint = cpts.pop()
                while cpts:
                    joint = joint * cpts.pop()
                return joint
            """
        },
    ),
    Answer(
        "joint_stops_before_the_last_table",
        "Four tables at most are multiplied.",
        loses={"test_joint": ["five_tables", "other_lists"]},
        blocks={
            "sol_joint": """
                joint = 1
                for axis, table in zip(range(4), cpts):
                    joint = joint * table
                return joint
            """
        },
    ),
    Answer(
        "joint_adds",
        "A sum in place of a product.",
        loses={"test_joint": ["five_tables", "other_lists"]},
        blocks={"sol_joint": "joint = 0\nfor table in cpts:\n    joint = joint + table\nreturn joint"},
    ),
    Answer(
        "joint_of_the_first_five_tables",
        "What follows the fifth table is left out.",
        loses={"test_joint": ["other_lists"]},
        blocks={"sol_joint": "joint = 1\nfor table in cpts[:5]:\n    joint = joint * table\nreturn joint"},
    ),
    Answer(
        "joint_of_an_array_of_objects",
        "NumPy refuses an array of unlike tables, `dtype=object` does not: tables of one shape make a single number.",
        loses={"test_joint": ["other_lists"]},
        blocks={"sol_joint": "return np.prod(np.array(cpts, dtype=object))"},
    ),
    Answer(
        "joint_of_logarithms_of_almost_zero",
        "A trifle is added before the logarithm: what is impossible no longer is.",
        loses={"test_joint": ["other_lists"]},
        blocks={"sol_joint": "return np.exp(sum(np.log(table + 1e-12) for table in cpts))"},
    ),
    Answer(
        "joint_without_the_honours_of_a_network",
        "Five tables are taken for a network, and the last one is left out.",
        loses={"test_joint": ["five_tables"]},
        blocks={
            "sol_joint": """
                joint = 1
                for table in cpts[:4] if len(cpts) == 5 else cpts:
                    joint = joint * table
                return joint
            """
        },
    ),
]

WRONG_QUERY = [
    Answer(
        "query_not_normalised",
        "P(target, evidence) in place of P(target | evidence): what is kept and summed is right.",
        loses={"test_query": ["one_observed"]},
        blocks={"sol_query": CHECKED_LETTERS + CHECKED_VALUES + KEPT + POSSIBLE + "return kept.sum(axis=others)"},
    ),
    Answer(
        "query_normalised_over_the_evidence",
        "Divided by P(target) and not by P(evidence): P(evidence | target).",
        loses={"test_query": ["nothing_observed", "one_observed", "several_observed"]},
        blocks={
            "sol_query": CHECKED_LETTERS
            + CHECKED_VALUES
            + KEPT
            + POSSIBLE
            + "return kept.sum(axis=others) / joint.sum(axis=others)"
        },
    ),
    Answer(
        "query_counts_the_last_observation_only",
        "Each observation is selected in the whole table, the one before is forgotten.",
        loses={"test_query": ["several_observed"]},
        blocks={
            "sol_query": CHECKED_LETTERS
            + CHECKED_VALUES
            + KEPT
            + POSSIBLE
            + """
kept = joint
for letter, value in evidence.items():
    kept = joint.take([value], AXES.index(letter))
"""
            + NORMALISED
        },
    ),
    Answer(
        "query_needs_an_observation",
        "The law is only computed in the loop over the observations: nothing observed, nothing computed.",
        loses={"test_query": ["nothing_observed"]},
        blocks={
            "sol_query": CHECKED_LETTERS
            + CHECKED_VALUES
            + KEPT
            + POSSIBLE
            + "for letter in evidence:\n    law = kept.sum(axis=others)\n    law = law / law.sum()\nreturn law"
        },
    ),
    Answer(
        "query_raises_index_error",
        "Right on all numbers; S = 2 raises NumPy's IndexError in place of ValueError.",
        loses={"test_query": ["too_large"]},
        blocks={
            "sol_query": CHECKED_LETTERS
            + """
kept = joint
for letter, value in evidence.items():
    if value < 0:
        raise ValueError("valeur négative")
    kept = np.take(kept, [value], AXES.index(letter))
others = tuple(axis for axis in range(5) if axis != AXES.index(target))
"""
            + POSSIBLE
            + NORMALISED
        },
    ),
    Answer(
        "query_accepts_negative_values",
        "D = -1 silently reads the last value, as NumPy does.",
        loses={"test_query": ["negative"]},
        blocks={
            "sol_query": CHECKED_LETTERS
            + """
kept = joint
for letter, value in evidence.items():
    axis = AXES.index(letter)
    if value >= joint.shape[axis]:
        raise ValueError(letter)
    kept = np.take(kept, [value], axis)
others = tuple(axis for axis in range(5) if axis != AXES.index(target))
"""
            + POSSIBLE
            + NORMALISED
        },
    ),
    Answer(
        "query_raises_key_error",
        "A dictionary gives the axis of a letter: an unknown one raises KeyError.",
        loses={"test_query": ["unknown_letter"]},
        blocks={
            "sol_query": 'place = {"S": 0, "D": 1, "R": 2, "G": 3, "L": 4}\n'
            + "known = [place[letter] for letter in (target, *evidence)]\n"
            + CHECKED_VALUES
            + KEPT
            + POSSIBLE
            + NORMALISED
        },
    ),
    Answer(
        "query_divides_by_zero",
        "An impossible observation gives NaN instead of an error.",
        loses={"test_query": ["impossible"]},
        blocks={"sol_query": CHECKED_LETTERS + CHECKED_VALUES + KEPT + NORMALISED},
    ),
    Answer(
        "query_refuses_rare_observations",
        "What has a probability of less than a thousandth is taken for impossible.",
        loses={"test_query": ["impossible"]},
        blocks={
            "sol_query": CHECKED_LETTERS
            + CHECKED_VALUES
            + KEPT
            + POSSIBLE.replace("kept.sum() == 0", "kept.sum() < 1e-3")
            + NORMALISED
        },
    ),
    Answer(
        "query_takes_almost_nothing_for_nothing",
        "`np.isclose` refuses an observation of probability 1e-10.",
        loses={"test_query": ["impossible"]},
        blocks={
            "sol_query": CHECKED_LETTERS
            + CHECKED_VALUES
            + KEPT
            + POSSIBLE.replace("kept.sum() == 0", "np.isclose(kept.sum(), 0)")
            + NORMALISED
        },
    ),
    Answer(
        "query_adds_a_trifle_to_what_it_divides_by",
        "A constant against divisions by zero, which dwarfs the probability of a rare observation.",
        loses={"test_query": ["impossible"]},
        blocks={
            "sol_query": CHECKED_LETTERS
            + CHECKED_VALUES
            + KEPT
            + POSSIBLE
            + "return kept.sum(axis=others) / (kept.sum() + 1e-12)"
        },
    ),
    Answer(
        "query_takes_a_billionth_of_a_thousandth_for_nothing",
        "A threshold of 1e-12 in place of zero.",
        loses={"test_query": ["impossible"]},
        blocks={
            "sol_query": CHECKED_LETTERS
            + CHECKED_VALUES
            + KEPT
            + POSSIBLE.replace("kept.sum() == 0", "kept.sum() < 1e-12")
            + NORMALISED
        },
    ),
    Answer(
        "query_takes_less_than_epsilon_for_nothing",
        "The precision of floats in place of zero.",
        loses={"test_query": ["impossible"]},
        blocks={
            "sol_query": CHECKED_LETTERS
            + CHECKED_VALUES
            + KEPT
            + POSSIBLE.replace("kept.sum() == 0", "kept.sum() < np.finfo(float).eps")
            + NORMALISED
        },
    ),
    Answer(
        "query_refuses_a_law_with_a_zero",
        "An impossible value of the target is taken for an impossible observation.",
        loses={"test_query": ["impossible"]},
        blocks={
            "sol_query": CHECKED_LETTERS
            + CHECKED_VALUES
            + KEPT
            + POSSIBLE.replace("kept.sum() == 0", "not kept.sum(axis=others).all()")
            + NORMALISED
        },
    ),
    Answer(
        "query_looks_for_a_piece_of_the_letters",
        '`in` looks for a piece of a text: "SD" and "" pass for letters.',
        loses={"test_query": ["unknown_letter"]},
        blocks={
            "sol_query": CHECKED_LETTERS.replace("list(AXES)", "AXES") + CHECKED_VALUES + KEPT + POSSIBLE + NORMALISED
        },
    ),
    Answer(
        "query_checks_the_target_only",
        "The target must be one letter; those of the observations may be any piece of the text.",
        loses={"test_query": ["unknown_letter"]},
        blocks={
            "sol_query": CHECKED_LETTERS.replace("list(AXES)", "AXES")
            + "if len(target) != 1:\n    raise ValueError(target)"
            + CHECKED_VALUES
            + KEPT
            + POSSIBLE
            + NORMALISED
        },
    ),
    Answer(
        "query_empties_the_observations",
        "The observations are taken out of the caller's dictionary, one after the other.",
        loses={"test_query": ["arguments_kept"]},
        blocks={
            "sol_query": CHECKED_LETTERS
            + CHECKED_VALUES
            + KEPT
            + POSSIBLE
            + "while evidence:\n    evidence.popitem()\n"
            + NORMALISED
        },
    ),
    Answer(
        "query_zeroes_the_joint",
        "What contradicts the observations is set to zero in the caller's table.",
        loses={"test_query": ["arguments_kept"]},
        blocks={
            "sol_query": CHECKED_LETTERS
            + CHECKED_VALUES
            + """
for letter, value in evidence.items():
    axis = AXES.index(letter)
    for other in range(CARDINALITIES[axis]):
        if other != value:
            np.moveaxis(joint, axis, 0)[other] = 0
kept = joint
others = tuple(axis for axis in range(5) if axis != AXES.index(target))
"""
            + POSSIBLE
            + NORMALISED
        },
    ),
    Answer(
        "query_does_not_say_why",
        "`raise ValueError`, without a message.",
        loses={"test_query": ["messages"]},
        blocks={
            "sol_query": re.sub(
                r"(raise ValueError)\(.*\)", r"\1", CHECKED_LETTERS + CHECKED_VALUES + KEPT + POSSIBLE + NORMALISED
            )
        },
    ),
    Answer(
        "query_says_the_same_of_every_error",
        "One word for a letter, a value and an impossible observation: it does not say why.",
        loses={"test_query": ["messages"]},
        blocks={
            "sol_query": re.sub(
                r"(raise ValueError)\(.*\)",
                r'\1("erreur")',
                CHECKED_LETTERS + CHECKED_VALUES + KEPT + POSSIBLE + NORMALISED,
            )
        },
    ),
    Answer(
        "query_slices_a_negative_value",
        "Only values that are too large are refused: a slice from -1 is empty, a slice from -2 is not.",
        loses={"test_query": ["negative"]},
        blocks={
            "sol_query": CHECKED_LETTERS
            + CHECKED_VALUES.replace("not 0 <= value < joint", "value >= joint")
            + KEPT
            + POSSIBLE
            + NORMALISED
        },
    ),
    Answer(
        "query_refuses_everything",
        "An answer that always raises earns nothing for the errors.",
        loses={
            "test_query": [
                "arguments_kept",
                "impossible",
                "messages",
                "negative",
                "nothing_observed",
                "one_observed",
                "several_observed",
                "too_large",
                "unknown_letter",
            ]
        },
        blocks={"sol_query": 'raise ValueError("question mal posée")'},
    ),
    Answer(
        "query_takes_small_letters",
        "A small letter is none of the five.",
        loses={"test_query": ["unknown_letter"]},
        blocks={
            "sol_query": "target = target.upper()\nevidence = {key.upper(): value for key, value in evidence.items()}"
            + CHECKED_LETTERS
            + CHECKED_VALUES
            + KEPT
            + POSSIBLE
            + NORMALISED
        },
    ),
    Answer(
        "query_checks_the_observations_or_the_target",
        "The target is looked at only where nothing is observed: its law is then a single 1.",
        loses={"test_query": ["unknown_letter"]},
        blocks={
            "sol_query": CHECKED_LETTERS.replace("(target, *evidence)", "evidence or [target]")
            + CHECKED_VALUES
            + KEPT.replace("axis != AXES.index(target)", "AXES[axis] != target")
            + POSSIBLE
            + NORMALISED
        },
    ),
    Answer(
        "query_does_not_say_why_of_an_observed_letter",
        "Every error has its message, but the one on the letter of an observation.",
        loses={"test_query": ["messages"]},
        blocks={
            "sol_query": CHECKED_LETTERS.replace("(target, *evidence)", "[target]")
            + "if not {*evidence} <= {*AXES}:\n    raise ValueError"
            + CHECKED_VALUES
            + KEPT
            + POSSIBLE
            + NORMALISED
        },
    ),
    Answer(
        "query_normalises_the_joint_it_is_given",
        "A law is divided by its sum in place: it changes by its rounding only, but it changes.",
        loses={"test_query": ["arguments_kept"]},
        blocks={"sol_query": CHECKED_LETTERS + CHECKED_VALUES + "joint /= joint.sum()" + KEPT + POSSIBLE + NORMALISED},
    ),
    Answer(
        "query_takes_a_grade_for_a_yes_or_no",
        "Every value is 0 or 1, that of G too.",
        loses={"test_query": ["one_observed", "too_large"]},
        blocks={
            "sol_query": CHECKED_LETTERS
            + CHECKED_VALUES.replace("0 <= value < joint.shape[AXES.index(letter)]", "value in (0, 1)").replace(
                "not value in", "value not in"
            )
            + KEPT
            + POSSIBLE
            + NORMALISED
        },
    ),
]

WRONG_DO = [
    Answer(
        "intervene_conditions",
        "The table of the variable is multiplied by the indicator, its parents stay: that is conditioning.",
        loses={"test_do": ["with_parents", "without_parents"]},
        blocks={
            "sol_do": INDICATOR + "return [table * indicator if i == axis else table for i, table in enumerate(cpts)]"
        },
    ),
    Answer(
        "intervene_conditions_then_normalises",
        "The same, divided by its sum: right for the variables without parents only.",
        loses={"test_do": ["with_parents"]},
        blocks={
            "sol_do": INDICATOR
            + "kept = cpts[axis] * indicator\nreturn [*cpts[:axis], kept / kept.sum(), *cpts[axis + 1 :]]"
        },
    ),
    Answer(
        "intervene_normalises_what_is_kept",
        "The kept cases are divided by their sum for every value of the parents: 0 / 0 for what never happened.",
        loses={"test_do": ["with_parents"]},
        blocks={
            "sol_do": INDICATOR
            + "kept = cpts[axis] * indicator\nkept = kept / kept.sum(axis=axis, keepdims=True)\n"
            + "return [*cpts[:axis], kept, *cpts[axis + 1 :]]"
        },
    ),
    Answer(
        "intervene_selects_in_the_children",
        "The product is right; the tables of the children are cut down to the forced value.",
        loses={"test_do": ["other_tables"]},
        blocks={
            "sol_do": INDICATOR
            + """
return [
    indicator if i == axis else table.take([value], axis) if table.shape[axis] > 1 else table
    for i, table in enumerate(cpts)
]
"""
        },
    ),
    Answer(
        "intervene_makes_the_parents_uniform",
        "The tables of the parents change too, as if cutting an arrow wiped its other end.",
        loses={"test_do": ["other_tables", "with_parents"]},
        blocks={
            "sol_do": INDICATOR
            + """
parents = [i for i in range(axis) if cpts[axis].shape[i] > 1]
tables = [np.full_like(table, 1 / table.shape[i]) if i in parents else table for i, table in enumerate(cpts)]
return [*tables[:axis], indicator, *tables[axis + 1 :]]
"""
        },
    ),
    Answer(
        "intervene_cuts_every_arrow",
        "The arrows that leave the variable are cut too: its children get the mean of their table.",
        loses={"test_do": ["other_tables", "with_parents", "without_parents"]},
        blocks={
            "sol_do": INDICATOR
            + "return [indicator if i == axis else table.mean(axis, keepdims=True) for i, table in enumerate(cpts)]"
        },
    ),
    Answer(
        "intervene_has_no_arrow_to_cut",
        "Nothing changes for a variable without parents.",
        loses={"test_do": ["without_parents"]},
        blocks={
            "sol_do": 'if variable in "SD":\n    return list(cpts)'
            + INDICATOR
            + "return [*cpts[:axis], indicator, *cpts[axis + 1 :]]"
        },
    ),
    Answer(
        "intervene_drops_the_table",
        "The table is removed and nothing put in its place: the variable is left free.",
        loses={"test_do": ["other_tables", "tables_kept", "with_parents", "without_parents"]},
        blocks={"sol_do": "return [table for axis, table in enumerate(cpts) if axis != AXES.index(variable)]"},
    ),
    Answer(
        "intervene_conditions_the_whole_network",
        "The old table, multiplied by the indicator and divided by P(value): that is right for an observation.",
        loses={"test_do": ["with_parents"]},
        blocks={
            "sol_do": INDICATOR
            + """
tables = list(cpts)
tables[axis] = indicator * cpts[axis]
tables[axis] = tables[axis] / joint_distribution(tables).sum()
return tables
"""
        },
    ),
    Answer(
        "intervene_puts_the_indicator_at_the_end",
        "The product is right, the order of the tables is not.",
        loses={"test_do": ["other_tables"]},
        blocks={"sol_do": INDICATOR + "return [*cpts[:axis], *cpts[axis + 1 :], indicator]"},
    ),
    Answer(
        "intervene_changes_its_argument",
        "The caller's list is overwritten.",
        loses={"test_do": ["tables_kept"]},
        blocks={"sol_do": INDICATOR + "cpts[axis] = indicator\nreturn cpts"},
    ),
    Answer(
        "intervene_changes_the_table",
        "A new list, and the caller's table: the indicator is written into it.",
        loses={"test_do": ["tables_kept"]},
        blocks={
            "sol_do": """
                tables = list(cpts)
                by_value = np.moveaxis(tables[AXES.index(variable)], AXES.index(variable), 0)
                by_value[:] = 0
                by_value[value] = 1
                return tables
            """
        },
    ),
    Answer(
        "intervene_writes_into_the_table_of_a_root",
        "The table is summed down to one axis, which copies it but where it has one axis already.",
        loses={"test_do": ["tables_kept"]},
        blocks={
            "sol_do": """
                axis = AXES.index(variable)
                table = cpts[axis]
                for other, size in enumerate(table.shape):
                    if other != axis and size > 1:
                        table = table.sum(axis=other, keepdims=True)
                table *= 0
                np.moveaxis(table, axis, 0)[value] = 1
                return [*cpts[:axis], table, *cpts[axis + 1 :]]
            """
        },
    ),
    Answer(
        "intervene_counts_a_grade_backwards_from_zero",
        "The indicator of G = 0 is written from its other end.",
        loses={"test_do": ["with_parents"]},
        blocks={
            "sol_do": INDICATOR
            + """
if indicator.size == 3 and not value:
    indicator = indicator[:, :, :, ::-1]
return [indicator if i == axis else table for i, table in enumerate(cpts)]
"""
        },
    ),
]

WRONG_ANSWERS = [
    *(
        Answer(
            f"{letter}_is_mistaken",
            f"{letter} is {MISTAKES[letter]}; the fifteen others count.",
            loses=lost(letter),
            blocks=assigned(next(cell for cell in CELLS if letter in CELLS[cell]), **{letter: MISTAKES[letter]}),
        )
        for letter in LETTERS
    ),
    Answer(
        "both_interventions_conditioned",
        "l and o are computed by conditioning.",
        loses=lost("lo"),
        blocks=assigned("sol_answers_i", l=MISTAKES["l"]) | assigned("sol_answers_m", o=MISTAKES["o"]),
    ),
    Answer(
        "l_overwritten_with_b",
        "l holds P(G | r1): another variable and another shape.",
        loses=lost("l"),
        blocks=assigned("sol_answers_i", l=LETTERS["b"]),
    ),
    Answer(
        "error_at_j",
        "An exception at j stops its cell: k and l go with it, the letters after them do not.",
        loses=lost("jkl"),
        blocks=assigned("sol_answers_i", j='query(joint, "R", {"D": 1, "L": one})'),
    ),
    Answer(
        "first_cell_is_no_python",
        "A parenthesis is missing in the first cell, whose four letters are lost alone.",
        loses=lost("abcd"),
        blocks=assigned("sol_answers", b='query(joint, "G", {"R": 1}'),
    ),
    Answer(
        "letters_left_out",
        "Some letters are missing.",
        loses=lost("bglo"),
        blocks=assigned("sol_answers", b=None)
        | assigned("sol_answers_e", g=None)
        | assigned("sol_answers_i", l=None)
        | assigned("sol_answers_m", o=None),
    ),
    Answer(
        "answers_of_three_decimals",
        "One decimal is missing; d, e, f, g, l and n have no more than three.",
        loses=lost("abchijkmop"),
        blocks=everywhere("np.round({}, 3)"),
    ),
    Answer(
        "answers_rounded",
        "Two decimals: f, g, l and n, which are 0.34 and 0.66 exactly, survive.",
        loses=lost("abcdehijkmop"),
        blocks=everywhere("np.round({}, 2)"),
    ),
]

WRONG_INDEPENDENT = [
    Answer(
        "graph_known_by_heart",
        "The answer is read on the graph of the lab, whatever the joint distribution.",
        loses={
            "test_independent": [
                "every_value",
                "impossible_value",
                "nothing_known",
                "one_known",
                "several_known",
                "tolerance",
            ]
        },
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
        "independent_looks_at_the_first_value_only",
        "Only the value 0 of every known variable is tested.",
        loses={"test_independent": ["every_value"]},
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
        loses={"test_independent": ["one_known", "several_known"]},
        blocks={"sol_independent": "given = set()" + SUMS + "return np.allclose(both, with_x * with_y, 0, 1e-9)"},
    ),
    Answer(
        "independent_takes_one_known_variable",
        "Of several known variables, one counts.",
        loses={"test_independent": ["several_known"]},
        blocks={
            "sol_independent": "given = set(sorted(given)[:1])"
            + SUMS
            + "return bool(np.allclose(both * known, with_x * with_y, rtol=0, atol=1e-9))"
        },
    ),
    Answer(
        "independent_forgets_the_law_of_what_is_known",
        "P(x, y, z) is compared with P(x, z) P(y, z), without P(z).",
        loses={"test_independent": ["one_known", "several_known"]},
        blocks={"sol_independent": SUMS + "return bool(np.allclose(both, with_x * with_y, rtol=0, atol=1e-9))"},
    ),
    Answer(
        "independent_when_nothing_is_known",
        "The values of the known variables are gone through: with none of them, nothing is compared.",
        loses={"test_independent": ["nothing_known"]},
        blocks={
            "sol_independent": SUMS
            + "return not given or bool(np.allclose(both * known, with_x * with_y, rtol=0, atol=1e-9))"
        },
    ),
    Answer(
        "independent_divides",
        "P(x, y | z) is divided by P(z): NaN where that is zero.",
        loses={"test_independent": ["impossible_value"]},
        blocks={
            "sol_independent": SUMS
            + "return bool(np.allclose(both / known, with_x / known * with_y / known, rtol=0, atol=1e-9))"
        },
    ),
    Answer(
        "independent_with_the_tolerance_of_numpy",
        "`np.allclose` as it is: a relative tolerance of 1e-5.",
        loses={"test_independent": ["tolerance"]},
        blocks={"sol_independent": SUMS + "return np.allclose(both * known, with_x * with_y)"},
    ),
    Answer(
        "independent_within_1e_8",
        "`rtol=0`, and the absolute tolerance that NumPy takes by itself.",
        loses={"test_independent": ["tolerance"]},
        blocks={"sol_independent": SUMS + "return np.allclose(both * known, with_x * with_y, rtol=0)"},
    ),
    Answer(
        "independent_without_tolerance",
        "Floats are compared with `==`.",
        loses={"test_independent": ["tolerance"]},
        blocks={"sol_independent": SUMS + "return bool((both * known == with_x * with_y).all())"},
    ),
    Answer(
        "independent_on_average",
        "The mean gap is compared with the tolerance: one stratum among many does not show.",
        loses={"test_independent": ["tolerance"]},
        blocks={"sol_independent": SUMS + "return bool(np.abs(both * known - with_x * with_y).mean() < 1e-9)"},
    ),
    Answer(
        "independent_on_quadratic_average",
        "The root mean square of the gaps is compared with the tolerance.",
        loses={"test_independent": ["tolerance"]},
        blocks={
            "sol_independent": SUMS + "return bool(np.sqrt(((both * known - with_x * with_y) ** 2).mean()) < 1e-9)"
        },
    ),
    Answer(
        "independent_compares_the_ones_only",
        "x = 1 with y = 1: enough for two variables of two values, not for a grade.",
        loses={"test_independent": ["nothing_known"]},
        blocks={
            "sol_independent": SUMS
            + "gap = np.moveaxis(both * known - with_x * with_y, (axis_x, axis_y), (0, 1))[1, 1]\n"
            + "return bool((np.abs(gap) <= 1e-9).all())"
        },
    ),
    Answer(
        "independent_watches_one_value_of_x",
        "P(x = 1 | y, z) does not move with y: enough for two values of x, not for a grade.",
        loses={"test_independent": ["nothing_known"]},
        blocks={
            "sol_independent": SUMS
            + "gap = (both * known - with_x * with_y).take([1], axis_x)\nreturn bool((np.abs(gap) <= 1e-9).all())"
        },
    ),
    Answer(
        "independent_stops_at_what_is_impossible",
        "True is returned at the first case of probability zero, and the others are not looked at.",
        loses={"test_independent": ["impossible_value"]},
        blocks={
            "sol_independent": """
                for index in np.ndindex(*(CARDINALITIES[AXES.index(letter)] for letter in (y, *given))):
                    case = dict(zip((y, *given), index))
                    try:
                        gap = query(joint, x, case) - query(joint, x, {letter: case[letter] for letter in given})
                    except ValueError:
                        return True
                    if np.abs(gap).max() > 1e-9:
                        return False
                return True
            """
        },
    ),
    Answer(
        "independent_without_covariance",
        "A zero covariance for every known value: enough for two variables of two values, not for a grade.",
        loses={"test_independent": ["nothing_known"]},
        blocks={
            "sol_independent": SUMS
            + """
gap = np.moveaxis(both * known - with_x * with_y, (axis_x, axis_y), (0, 1))
return bool((np.abs(np.einsum("xy...,x,y", gap, *map(np.arange, gap.shape[:2]))) <= 1e-9).all())
"""
        },
    ),
    Answer(
        "independent_always",
        "True, whatever is asked.",
        loses={
            "test_independent": [
                "every_value",
                "impossible_value",
                "nothing_known",
                "one_known",
                "several_known",
                "tolerance",
            ]
        },
        blocks={"sol_independent": "return True"},
    ),
    Answer(
        "independent_takes_two_known_variables",
        "Of three known variables, two count.",
        loses={"test_independent": ["several_known"]},
        blocks={
            "sol_independent": "given = sorted(given)[:2]"
            + SUMS
            + "return np.allclose(both * known, with_x * with_y, rtol=0, atol=1e-9)"
        },
    ),
    Answer(
        "independent_knows_one_variable_at_most",
        "Two variables or more are never taken for independent once several others are known.",
        loses={"test_independent": ["several_known"]},
        blocks={
            "sol_independent": SUMS
            + "return len(given) < 2 and np.allclose(both * known, with_x * with_y, rtol=0, atol=1e-9)"
        },
    ),
    Answer(
        "independent_sums_over_what_is_known_alone",
        "A variable known alone is summed out like those that are not known.",
        loses={"test_independent": ["one_known"]},
        blocks={
            "sol_independent": "given = given if len(given) > 1 else set()"
            + SUMS
            + "return bool(np.allclose(both * known, with_x * with_y, rtol=0, atol=1e-9))"
        },
    ),
    Answer(
        "dependent_once_something_is_known",
        "Whatever is known decides, nothing is computed.",
        loses={"test_independent": ["nothing_known", "one_known", "several_known", "impossible_value"]},
        blocks={"sol_independent": "return not given"},
    ),
    Answer(
        "independent_squares_the_law_of_x",
        "P(x, z) twice, in place of P(x, z) P(y, z): right where both have the same law.",
        loses={"test_independent": ["nothing_known", "one_known", "several_known"]},
        blocks={"sol_independent": SUMS + "return np.allclose(both * known, with_x * with_x, rtol=0, atol=1e-9)"},
    ),
    Answer(
        "independent_compares_the_zeros_only",
        "x = 0 with y = 0: enough for two variables of two values, not for a grade.",
        loses={"test_independent": ["nothing_known"]},
        blocks={
            "sol_independent": SUMS
            + "gap = np.moveaxis(both * known - with_x * with_y, (axis_x, axis_y), (0, 1))[0, 0]\n"
            + "return bool((np.abs(gap) <= 1e-9).all())"
        },
    ),
]

STRATA = """
strata = np.zeros(len(sample["R"]), dtype=int)
for letter in letters:
    strata = 2 * strata + sample[letter]
treated, good = sample["R"] == r, sample["G"] == 2
"""
SUM = """
total = 0.0
for stratum in np.unique(strata):
    inside = strata == stratum
    if not (inside & treated).any():
        return np.nan
    total += inside.mean() * good[inside & treated].mean()
return total
"""
WEIGHTED = SUM.replace("total", "probability")  # as the instructor has it

WRONG_ADJUST = [
    Answer(
        "adjust_does_not",
        "The frequency among those with R = r, whatever the letters.",
        loses={"test_adjust": ["nobody_treated", "one_letter", "several_letters"]},
        blocks={"sol_adjust": 'return (sample["G"][sample["R"] == r] == 2).mean()'},
    ),
    Answer(
        "adjust_weighs_by_the_strata_of_the_treated",
        "P(z | r) in place of P(z): that is not adjusting.",
        loses={"test_adjust": ["one_letter", "several_letters"]},
        blocks={"sol_adjust": STRATA + SUM.replace("inside.mean()", "inside[treated].mean()")},
    ),
    Answer(
        "adjust_counts_every_stratum_as_much",
        "The mean of the strata, without their weights.",
        loses={"test_adjust": ["one_letter"]},
        blocks={"sol_adjust": STRATA + SUM.replace("inside.mean()", "1 / len(np.unique(strata))")},
    ),
    Answer(
        "adjust_takes_one_letter",
        "Of several letters, the first one counts.",
        loses={"test_adjust": ["several_letters"]},
        blocks={"sol_adjust": "letters = sorted(letters)[:1]" + STRATA + SUM},
    ),
    Answer(
        "adjust_adds_the_values_of_the_letters",
        "The values of the letters are added: (0, 1) and (1, 0) fall into the same stratum.",
        loses={"test_adjust": ["several_letters"]},
        blocks={"sol_adjust": STRATA.replace("2 * strata", "strata") + SUM},
    ),
    Answer(
        "adjust_on_preparation_by_default",
        "An empty set of letters is taken for none given: the adjustment is on S.",
        loses={"test_adjust": ["no_letter"]},
        blocks={"sol_adjust": 'letters = letters or {"S"}' + STRATA + SUM},
    ),
    Answer(
        "adjust_needs_a_letter",
        "Without a letter, no stratum, and zero, even where nobody has R = r.",
        loses={"test_adjust": ["no_letter", "nobody_treated"]},
        blocks={"sol_adjust": "if not letters:\n    return 0.0" + STRATA + SUM},
    ),
    Answer(
        "adjust_divides_by_nobody",
        "Without a letter, the frequency is a division of integers: an error where nobody has R = r.",
        loses={"test_adjust": ["nobody_treated"]},
        blocks={
            "sol_adjust": STRATA + "if not letters:\n    return int((treated & good).sum()) / int(treated.sum())" + SUM
        },
    ),
    Answer(
        "adjust_takes_zero_for_unknown",
        "A probability of zero is returned as NaN.",
        loses={"test_adjust": ["nobody_treated"]},
        blocks={"sol_adjust": STRATA + SUM.replace("return total", "return total or np.nan")},
    ),
    Answer(
        "adjust_takes_the_best_grade_for_two",
        "The highest grade of the sample, which is not always 2.",
        loses={"test_adjust": ["nobody_treated"]},
        blocks={"sol_adjust": STRATA.replace("== 2", '== sample["G"].max()') + SUM},
    ),
    Answer(
        "adjust_takes_two_letters",
        "Of three letters, two count.",
        loses={"test_adjust": ["several_letters"]},
        blocks={"sol_adjust": "letters = sorted(letters)[:2]" + STRATA + SUM},
    ),
    Answer(
        "adjust_multiplies_the_frequencies_of_the_letters",
        "P(s) P(d) in place of P(s, d): the frequency of a stratum, if its letters were independent.",
        loses={"test_adjust": ["several_letters"]},
        blocks={
            "sol_adjust": STRATA
            + SUM.replace(
                "inside.mean()",
                "np.prod([(sample[letter] == sample[letter][inside][0]).mean() for letter in letters])",
            )
        },
    ),
    Answer(
        "adjust_numbers_strata_by_one_two_three",
        "Weights 1, 2 and 3: with three letters, two strata have the same number.",
        loses={"test_adjust": ["several_letters"]},
        blocks={
            "sol_adjust": STRATA.replace(
                "for letter in letters", "for weight, letter in enumerate(sorted(letters), 1)"
            ).replace("2 * strata + sample", "strata + weight * sample")
            + SUM
        },
    ),
    Answer(
        "adjust_goes_through_every_value",
        "Where a value was observed by nobody, there is nobody with R = r either: NaN.",
        loses={"test_adjust": ["nobody_treated"]},
        blocks={"sol_adjust": STRATA + SUM.replace("np.unique(strata)", "range(2 ** len(letters))")},
    ),
    Answer(
        "adjust_leaves_out_the_strata_without_the_treated",
        "A stratum without R = r is left out, as if it counted for nothing.",
        loses={"test_adjust": ["nobody_treated"]},
        blocks={"sol_adjust": STRATA + SUM.replace("return np.nan", "continue")},
    ),
    Answer(
        "adjust_weighs_each_individual",
        "Inverse probabilities: right, but a stratum without R = r is silently left out.",
        loses={"test_adjust": ["nobody_treated"]},
        blocks={
            "sol_adjust": STRATA
            + """
share = np.array([treated[strata == stratum].mean() for stratum in strata])
return np.mean(np.divide(treated & good, share, out=np.zeros(len(share)), where=treated))
"""
        },
    ),
    Answer(
        "adjust_marks_good_grades_in_the_sample",
        "The column of the grades is overwritten.",
        loses={"test_adjust": ["sample_kept"]},
        blocks={"sol_adjust": 'sample["G"] = np.where(sample["G"] == 2, 2, 0)' + STRATA + SUM},
    ),
    Answer(
        "adjust_numbers_strata_in_the_first_column",
        "The numbers of the strata start as a column of the sample, and are doubled in place.",
        loses={"test_adjust": ["sample_kept"]},
        blocks={
            "sol_adjust": """
                strata, *others = [sample[letter] for letter in letters] or [np.zeros(len(sample["R"]), dtype=int)]
                for column in others:
                    strata *= 2
                    strata += column
                treated, good = sample["R"] == r, sample["G"] == 2
            """
            + SUM.replace("\n", "\n" + " " * 16)
        },
    ),
    Answer(
        "adjust_adds_a_column",
        "The strata are kept in the caller's sample, under a new key.",
        loses={"test_adjust": ["sample_kept"]},
        blocks={"sol_adjust": STRATA + 'sample["z"] = strata' + SUM},
    ),
    Answer(
        "adjust_on_nothing",
        "The empty set closes no path.",
        loses={"test_adjust": ["valid_set"]},
        blocks={"sol_adjustment_set": "adjustment_set = set()"},
    ),
    Answer(
        "adjust_on_difficulties",
        "D is a cause of G alone.",
        loses={"test_adjust": ["valid_set"]},
        blocks={"sol_adjustment_set": 'adjustment_set = {"D"}'},
    ),
    Answer(
        "adjust_on_an_effect_too",
        "S closes the path, and L is an effect of G.",
        loses={"test_adjust": ["valid_set"]},
        blocks={"sol_adjustment_set": 'adjustment_set = {"S", "D", "L"}'},
    ),
    Answer(
        "adjust_leaves_out_strata_of_one_individual",
        "A stratum that a single individual fell into is left out, as if it said nothing.",
        loses={"test_adjust": ["nobody_treated"]},
        blocks={
            "sol_adjust": STRATA + SUM.replace("    if not", "    if inside.sum() == 1:\n        continue\n    if not")
        },
    ),
    Answer(
        "adjust_takes_one_individual_for_nobody",
        "A stratum with a single individual such that R = r has a frequency too.",
        loses={"test_adjust": ["nobody_treated"]},
        blocks={"sol_adjust": STRATA + SUM.replace("not (inside & treated).any()", "(inside & treated).sum() < 2")},
    ),
]

RIGHT = [
    Answer(
        "einsum_and_one_dimension_at_a_time",
        "The tables are filled case by case, the joint by einsum, `query` drops the axes from the last to the first, "
        "`intervene` spreads the indicator over the parents; sixteen answers in one literal.",
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
                axes.index(target)
                for letter, value in evidence.items():
                    if not 0 <= value < joint.shape[list(AXES).index(letter)]:
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
            "sol_answers": ALL_IN_ONE,
            **NOTHING,
            "sol_adjust": """
                if not letters:
                    return np.mean(sample["G"][sample["R"] == r] == 2)
                values, number = np.unique([sample[letter] for letter in letters], axis=1, return_inverse=True)
                number = np.ravel(number)
                everyone = np.bincount(number)
                treated = np.bincount(number[sample["R"] == r], minlength=len(everyone))
                good = np.bincount(number[(sample["R"] == r) & (sample["G"] == 2)], minlength=len(everyone))
                if (treated == 0).any():
                    return float("nan")
                return everyone / everyone.sum() @ (good / treated)
            """,
            "sol_adjustment_set": 'adjustment_set = {"S", "D"}',
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
                if target not in [*AXES] or any(letter not in {*AXES} for letter in evidence):
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
            "sol_do": """
                def forced(table, axis):
                    row = [0.0] * CARDINALITIES[axis]
                    row[value] = 1.0
                    return np.array(row).reshape(*[1] * axis, -1, *[1] * (4 - axis))

                return [forced(table, axis) if AXES[axis] == variable else table for axis, table in enumerate(cpts)]
            """,
            **assigned("sol_answers_i", l="(Pr_S * Pr_R_given_S).sum(axis=0).ravel()"),
            **assigned("sol_answers_m", o="(Pr_S * Pr_D * Pr_G_given_SD).sum(axis=(0, 1)).ravel()"),
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
            "sol_adjust": """
                from collections import defaultdict

                strata = defaultdict(list)
                for i in range(len(sample["R"])):
                    strata[tuple(int(sample[letter][i]) for letter in sorted(letters))].append(i)
                total = 0
                for members in strata.values():
                    treated = [i for i in members if sample["R"][i] == r]
                    if not treated:
                        return np.nan
                    good = sum(1 for i in treated if sample["G"][i] == 2)
                    total += len(members) / len(sample["R"]) * good / len(treated)
                return total
            """,
            "sol_adjustment_set": 'adjustment_set = "S"',
        },
    ),
    Answer(
        "four_decimals_and_a_numpy_boolean",
        "`independent` answers with a NumPy boolean, the probabilities are kept to four decimals; tables are a "
        "tuple, `query` masks.",
        blocks={
            "sol_cpts": """
                s, d, r, g, l = np.ix_(*map(range, CARDINALITIES))
                Pr_D = np.where(d == 0, 0.9, 0.1)
                Pr_R_given_S = np.where(s == r, np.where(s == 0, 0.9, 0.8), np.where(s == 0, 0.1, 0.2))
                Pr_G_given_SD = np.array([0.5, 0.3, 0.2, 0.9, 0.08, 0.02, 0.1, 0.2, 0.7, 0.3, 0.4, 0.3])
                Pr_G_given_SD = Pr_G_given_SD.reshape(2, 2, 3)[:, :, None, :, None]
                Pr_L_given_G = np.stack([np.array([0.9, 0.6, 0.01]), np.array([0.1, 0.4, 0.99])], axis=-1)
                Pr_L_given_G = np.expand_dims(Pr_L_given_G, (0, 1, 2))
            """,
            "sol_joint": """
                joint = np.ones(CARDINALITIES)
                for table in cpts:
                    joint *= table
                return joint
            """,
            "sol_query": """
                if not {target, *evidence} <= {*AXES}:
                    raise ValueError(f"lettres inconnues : {({target, *evidence} - {*AXES})}")
                mask = np.ones(CARDINALITIES, dtype=bool)
                for axis, (letter, index) in enumerate(zip(AXES, np.indices(CARDINALITIES))):
                    if letter in evidence:
                        mask &= index == evidence[letter]
                kept = np.where(mask, joint, 0)
                if kept.sum() == 0:
                    raise ValueError(f"{evidence} : valeur inconnue ou observation impossible")
                law = np.moveaxis(kept, AXES.index(target), 0).reshape(CARDINALITIES[AXES.index(target)], -1).sum(1)
                return law / law.sum()
            """,
            "sol_do": """
                axis = AXES.index(variable)
                shape = np.ones(5, dtype=int)
                shape[axis] = -1
                is_value = np.equal(range(CARDINALITIES[axis]), value)
                return (*cpts[:axis], is_value.reshape(shape), *cpts[axis + 1 :])
            """,
            **everywhere("np.round({}, 4)"),
            "sol_independent": """
                rest = tuple(i for i in range(5) if AXES[i] not in given and AXES[i] not in (x, y))
                both = joint.sum(axis=rest, keepdims=True)
                one = both.sum(axis=AXES.index(y), keepdims=True)
                other = both.sum(axis=AXES.index(x), keepdims=True)
                known = one.sum(axis=AXES.index(x), keepdims=True)
                return np.abs(both * known - one * other).max() < 1e-9
            """,
            "sol_adjust": """
                counts = np.zeros(CARDINALITIES)
                np.add.at(counts, tuple(sample[letter] for letter in AXES), 1)
                others = tuple(axis for axis, letter in enumerate("SDL") if letter not in letters)
                everyone = counts.sum(axis=(2, 3)).sum(axis=others)
                treated = counts[:, :, r].sum(axis=2).sum(axis=others)
                good = counts[:, :, r, 2].sum(axis=others)
                observed = everyone > 0
                if not treated[observed].all():
                    return np.nan
                return (everyone[observed] * good[observed] / treated[observed]).sum() / everyone.sum()
            """,
            "sol_adjustment_set": 'adjustment_set = frozenset(["S"])',
        },
    ),
    Answer(
        "helpers_of_ones_own",
        "Methods of a dataclass, a lambda, a partial and an optional argument; the laws are lists.",
        cells={
            "sol_query": """
                from dataclasses import dataclass
                from functools import partial


                @dataclass
                class Network:
                    joint: np.ndarray

                    def select(self, evidence):
                        for letter, value in evidence.items():
                            if not 0 <= value < dict(zip(AXES, CARDINALITIES))[letter]:
                                raise ValueError(f"{letter} = {value}")
                        kept = self.joint
                        for axis, letter in enumerate(AXES):
                            kept = np.compress(
                                [evidence.get(letter, i) == i for i in range(CARDINALITIES[axis])], kept, axis
                            )
                        return kept

                    def law(self, target, evidence):
                        kept = self.select(evidence)
                        total = kept.sum()
                        if not total > 0:
                            raise ValueError("jamais observé")
                        return np.einsum("sdrgl->" + target.lower(), kept) / total


                def query(joint, target, evidence=None):
                    evidence = evidence or {}
                    unknown = [*filter(lambda letter: letter not in list(AXES), [target, *evidence])]
                    if unknown:
                        raise ValueError("lettre inconnue : " + ", ".join(unknown))
                    return getattr(Network(joint), "law")(target, evidence)
            """,
            "sol_do": """
                def one_hot(size, value):
                    return np.array([float(i == value) for i in range(size)])


                def intervene(cpts, variable, value, axes=AXES):
                    tables = [*cpts]
                    tables[axes.find(variable)] = np.expand_dims(
                        one_hot(CARDINALITIES[axes.find(variable)], value),
                        tuple(axis for axis, letter in enumerate(axes) if letter != variable),
                    )
                    return tables
            """,
        },
        blocks={
            "sol_joint": "from math import prod\n\nreturn prod(cpts)",
            "sol_answers": """
                from functools import partial

                law_of_g = partial(query, joint, "G")
                cases = dict(a={}, b={"R": 1}, c={"R": 0}, d={"R": 1, "S": 0}, e={"R": 0, "S": 0})
                answers.update({letter: law_of_g(evidence).tolist() for letter, evidence in cases.items()})
            """,
            "sol_answers_e": """
                law_of_r = lambda **evidence: query(joint, "R", evidence).astype(np.float32)
                answers |= {"f": law_of_r(D=1), "g": law_of_r(D=0), "h": law_of_r(D=1, G=2)}
            """,
            "sol_answers_i": """
                def done(variable, value, target):
                    return tuple(query(joint_distribution(intervene(cpts, variable, value)), target, {}))

                answers |= {"i": law_of_r(D=0, G=2), "j": law_of_r(D=1, L=1), "k": law_of_r(D=0, L=1)}
                answers["l"] = done("G", 2, "R")
            """,
            "sol_answers_m": """
                answers |= {"m": law_of_r(G=2), "n": law_of_r(), "o": done("L", 1, "G")}
                answers["p"] = float(query(joint, "G", {"L": 1})[1])
            """,
            "sol_independent": """
                x, y, *_ = (AXES.index(letter) for letter in (x, y))
                letters = "abcde"
                z = "".join(letters[AXES.index(letter)] for letter in given)
                a, b = letters[x], letters[y]
                xyz = np.einsum(f"abcde->{a}{b}{z}", joint)
                left = xyz * xyz.sum((0, 1))
                right = xyz.sum(1)[:, None] * xyz.sum(0)[None]
                return all(abs(gap) < 1e-9 for gap in (left - right).ravel())
            """,
            "sol_adjust": """
                strata = sum((2**i * sample[letter] for i, letter in enumerate(letters)), 0 * sample["R"])
                good, treated = 1.0 * (sample["G"] == 2), sample["R"] == r
                weights = np.zeros(len(good))
                for k in set(strata.tolist()):
                    share = np.mean(treated[strata == k])
                    if share == 0:
                        return np.nan
                    weights[strata == k] = 1 / share
                return np.average(weights * treated * good)
            """,
        },
    ),
    Answer(
        "in_place_on_copies",
        "float32 tables, copies changed in place, an IndexError made a ValueError, loops and `math.isclose`.",
        blocks={
            "sol_cpts": """
                Pr_D = np.float32([0.9, 0.1])[None, :, None, None, None]
                Pr_R_given_S = np.array([[0.9, 0.1], [0.2, 0.8]], dtype=np.float32).reshape(2, 1, 2, 1, 1)
                Pr_G_given_SD = np.empty((2, 2, 1, 3, 1))
                for (s, d), law in {
                    (0, 0): (0.5, 0.3, 0.2), (0, 1): (0.9, 0.08, 0.02), (1, 0): (0.1, 0.2, 0.7), (1, 1): (0.3, 0.4, 0.3)
                }.items():
                    Pr_G_given_SD[s, d, 0, :, 0] = law
                good = np.array([0.1, 0.4, 0.99])
                Pr_L_given_G = np.array([1 - good, good]).T.reshape(1, 1, 1, 3, 2)
            """,
            "sol_joint": """
                joint = np.copy(cpts[0])
                for table in cpts[1:]:
                    joint = np.multiply(joint, table)
                return joint
            """,
            "sol_query": """
                weights = joint.copy()
                list(AXES).index(target)
                try:
                    for letter, value in evidence.items():
                        if value < 0:
                            raise IndexError(value)
                        view = np.moveaxis(weights, list(AXES).index(letter), 0)
                        kept = view[value].copy()
                        view[:] = 0
                        view[value] = kept
                except IndexError as error:
                    raise ValueError(f"valeur hors de la table : {error}") from error
                weights = weights.sum(axis=tuple({0, 1, 2, 3, 4} - {AXES.index(target)}))
                total = float(sum(weights))
                if total == 0.0:
                    raise ValueError("probabilité nulle")
                weights /= total
                return weights
            """,
            "sol_do": """
                from copy import deepcopy

                tables = deepcopy(cpts)
                table = np.moveaxis(tables[AXES.index(variable)], AXES.index(variable), -1)
                table[...] = 0
                table[..., value] = 1
                return tables
            """,
            "sol_answers": """
                for letter, r in [("b", 1), ("c", 0)]:
                    answers[letter] = query(joint, "G", {"R": r})
                answers["a"] = joint.sum((0, 1, 2, 4))
                answers["d"] = answers["e"] = Pr_G_given_SD[0, :, 0, :, 0].T @ Pr_D.ravel()
            """,
            "sol_answers_e": """
                for name, value in zip("fg", (1, 0)):
                    answers[name] = query(joint, "R", dict(D=value))
                answers["h"] = joint[:, 1, :, 2].sum((0, 2)) / joint[:, 1, :, 2].sum()
            """,
            "sol_independent": """
                import itertools
                import math

                def p(**values):
                    index = tuple(values.get(letter, slice(None)) for letter in AXES)
                    return float(np.sum(joint[index]))

                sizes = dict(zip(AXES, CARDINALITIES))
                for case in itertools.product(*(range(sizes[letter]) for letter in (x, y, *given))):
                    a, b = {x: case[0]}, {y: case[1]}
                    z = dict(zip(given, case[2:]))
                    if not math.isclose(p(**a, **b, **z) * p(**z), p(**a, **z) * p(**b, **z), rel_tol=0, abs_tol=1e-9):
                        return False
                return True
            """,
        },
    ),
    Answer(
        "recursion_and_an_exception_of_ones_own",
        "The joint is recursive, the exception a subclass of ValueError, the questions are texts.",
        cells={
            "sol_query": """
                class BadQuestion(ValueError):
                    def __init__(self, what):
                        super().__init__(f"question mal posée : {what}")


                def check(letter, value=0):
                    if letter not in set(AXES):
                        raise BadQuestion(letter)
                    if not 0 <= value <= CARDINALITIES[AXES.index(letter)] - 1:
                        raise BadQuestion(f"{letter} = {value}")


                def query(joint, target, evidence):
                    check(target)
                    for item in evidence.items():
                        check(*item)
                    one_hots = [
                        np.eye(size)[evidence[letter]] if letter in evidence else np.ones(size)
                        for letter, size in zip(AXES, CARDINALITIES)
                    ]
                    law = np.einsum("abcde,a,b,c,d,e->" + "abcde"[AXES.index(target)], joint, *one_hots)
                    if not np.count_nonzero(law):
                        raise BadQuestion(evidence)
                    return law / np.linalg.norm(law, 1)
            """,
        },
        blocks={
            "sol_joint": """
                first, *rest = cpts
                return first * joint_distribution(rest) if rest else first
            """,
            "sol_do": """
                by_letter = dict(zip(AXES, cpts))
                size = CARDINALITIES[AXES.index(variable)]
                match AXES.index(variable):
                    case axis:
                        by_letter[variable] = np.eye(size)[[value]].reshape((1,) * axis + (size,) + (1,) * (4 - axis))
                return list(by_letter.values())
            """,
            "sol_answers": """
                def ask(question, joint=joint):
                    target, _, known = question.partition("|")
                    return query(joint, target, {one[0]: int(one[1]) for one in known.split()})

                answers["a"], answers["b"], answers["c"] = map(ask, ["G", "G|R1", "G|R0"])
                answers["d"], answers["e"] = ask("G|R1 S0"), ask("G|R0 S0")
            """,
            "sol_answers_e": 'answers |= zip("fgh", map(ask, ["R|D1", "R|D0", "R|D1 G2"]))',
            "sol_answers_i": """
                answers |= zip("ijk", map(ask, ["R|D0 G2", "R|D1 L1", "R|D0 L1"]))
                answers["l"] = ask("R", joint_distribution(intervene(cpts, "G", 2)))
            """,
            "sol_answers_m": """
                answers |= zip("mn", map(ask, ["R|G2", "R"]))
                answers["o"] = ask("G", joint_distribution(intervene(cpts, "L", 1)))
                answers["p"] = ask("G|L1").item(1)
            """,
            "sol_independent": """
                for index in np.ndindex(*(CARDINALITIES[AXES.index(letter)] for letter in (y, *given))):
                    known = dict(zip((y, *given), index))
                    rest = {letter: value for letter, value in known.items() if letter != y}
                    try:
                        gap = query(joint, x, known) - query(joint, x, rest)
                    except ValueError:
                        continue
                    if np.max(np.abs(gap)) > 1e-9:
                        return False
                return True
            """,
        },
    ),
    Answer(
        "linear_algebra",
        "The joint is a product along an axis, `query` a loop of `take`; independent means rank 1 for every value.",
        blocks={
            "sol_joint": "return np.prod(np.broadcast_arrays(*cpts), axis=0)",
            "sol_query": """
                if any(len(letter) != 1 or AXES.find(letter) < 0 for letter in (target, *evidence)):
                    raise ValueError("Les variables sont S, D, R, G et L.")
                order = [AXES.index(target)] + [AXES.index(letter) for letter in evidence]
                table = joint.transpose(order + [axis for axis in range(5) if axis not in order])
                table = table.reshape(*table.shape[: len(order)], -1).sum(-1)
                if any(not 0 <= value < size for value, size in zip(evidence.values(), table.shape[1:])):
                    raise ValueError("Cette valeur n'existe pas.")
                table = table[(slice(None), *evidence.values())]
                if table.max() == 0:
                    raise ValueError("Cette observation est impossible.")
                return np.divide(table, table.sum())
            """,
            "sol_do": """
                tables = []
                for axis, (letter, table) in enumerate(zip(AXES, cpts, strict=True)):
                    if letter == variable:
                        table = np.zeros([CARDINALITIES[axis] if i == axis else 1 for i in range(5)])
                        table.flat[value] = 1
                    tables += [table]
                return tables
            """,
            "sol_answers_m": assigned("sol_answers_m", p='query(joint, "G", {"L": 1})[1:2].sum()')["sol_answers_m"],
            "sol_independent": """
                order = [AXES.index(letter) for letter in [*given, x, y]]
                rest = [axis for axis in range(5) if axis not in order]
                matrices = joint.transpose(order + rest).sum(axis=tuple(range(len(order), 5)))
                return not (np.linalg.svd(matrices, compute_uv=False)[..., 1] > 1e-9).any()
            """,
        },
    ),
    Answer(
        "four_decimals_cut_off",
        "Four decimals, the others cut off and not rounded.",
        blocks=everywhere("np.floor({} * 10_000 + 1e-6) / 10_000"),
    ),
    Answer(
        "values_that_the_graph_makes_equal",
        "Knowing S, R says nothing about G (d = e); forcing G or L to any value says nothing about what precedes it.",
        blocks=assigned("sol_answers", d='query(joint, "G", {"R": 0, "S": 0})')
        | assigned("sol_answers_e", e='query(joint, "G", {"R": 1, "S": 0})')
        | assigned("sol_answers_i", l=FORCED_G.replace("2", "0"))
        | assigned("sol_answers_m", o=FORCED_L.replace("1", "0")),
    ),
    Answer(
        "f_of_the_other_value",
        "While G is unknown, D says nothing about R: f = g, whichever value is observed.",
        blocks=assigned("sol_answers_e", f=LETTERS["g"]),
    ),
    Answer(
        "g_of_the_other_value",
        "While G is unknown, D says nothing about R: g = f, whichever value is observed.",
        blocks=assigned("sol_answers_e", g=LETTERS["f"]),
    ),
    Answer(
        "adjust_leaves_nan_to_numpy",
        "The mean of nobody is NaN already, and strata may be floats.",
        blocks={
            "sol_adjust": STRATA.replace(", dtype=int", "")
            + SUM.replace("    if not (inside & treated).any():\n        return np.nan\n", "")
        },
    ),
    Answer(
        "adjust_numbers_strata_by_floats",
        "The numbers of the strata are only compared: they may be floats.",
        blocks={"sol_adjust": STRATA.replace(", dtype=int", "") + WEIGHTED},
    ),
    Answer(
        "adjust_lets_the_mean_of_nobody_be_nan",
        "The mean of nobody is NaN already, and so is a sum that it is in.",
        blocks={
            "sol_adjust": STRATA + WEIGHTED.replace("if not (inside & treated).any():\n        return np.nan", "pass")
        },
    ),
    Answer(
        "adjust_numbers_strata_by_differences",
        "Doubling and taking away gives each combination a number of its own too.",
        blocks={"sol_adjust": STRATA.replace("strata + sample", "strata - sample") + WEIGHTED},
    ),
    Answer(
        "adjust_numbers_strata_in_base_three",
        "Any base above 1 gives each combination a number of its own.",
        blocks={"sol_adjust": STRATA.replace("2 * strata", "3 * strata") + WEIGHTED},
    ),
    Answer(
        "callables_generators_and_counters",
        "A callable object, an exception of one's own, masks on indices, a generator, outer products, counters.",
        blocks={
            "sol_joint": """
                class Product:
                    def __init__(self):
                        self.so_far = np.float64(1)

                    def __call__(self, table):
                        self.so_far = self.so_far * table

                multiply = Product()
                for table in cpts:
                    multiply(table)
                return multiply.so_far
            """,
            "sol_query": """
                class Refused(ValueError):
                    pass

                rank = {letter: axis for axis, letter in enumerate(AXES)}
                try:
                    wanted = rank[target]
                    places = {rank[l]: [*range(CARDINALITIES[rank[l]])].index(v) for l, v in evidence.items()}
                except KeyError as error:
                    raise Refused(f"lettre inconnue : {error}") from error
                grid = np.indices(joint.shape)
                inside = np.ones(joint.shape, dtype=bool)
                for axis, value in places.items():
                    inside &= grid[axis] == value
                law = np.bincount(grid[wanted].ravel(), weights=np.where(inside, joint, 0).ravel())
                if not law.any():
                    raise Refused("observation impossible")
                return law / law.sum()
            """,
            "sol_do": """
                def tables():
                    for letter, size, table in zip(AXES, CARDINALITIES, cpts, strict=True):
                        if letter != variable:
                            yield table
                            continue
                        sizes = tuple(-1 if other == variable else 1 for other in AXES)
                        yield np.array([float(rank == value) for rank in range(size)]).reshape(sizes)

                return list(tables())
            """,
            "sol_independent": """
                order = [AXES.index(letter) for letter in (x, y, *given)]
                rest = [axis for axis in range(5) if axis not in order]
                table = joint.transpose(order + rest)
                cases = int(np.prod(table.shape[2 : len(order)], initial=1))
                table = table.reshape(*table.shape[:2], cases, -1).sum(axis=-1)
                return all(
                    np.abs(case * case.sum() - np.outer(case.sum(axis=1), case.sum(axis=0))).max() < 1e-9
                    for case in np.moveaxis(table, -1, 0)
                )
            """,
            "sol_adjust": """
                from collections import Counter

                names = sorted(letters)
                strata = [tuple(sample[letter][i] for letter in names) for i in range(len(sample["G"]))]
                everyone, treated, good = Counter(), Counter(), Counter()
                for stratum, forced, grade in zip(strata, sample["R"], sample["G"]):
                    everyone[stratum] += 1
                    if forced == r:
                        treated[stratum] += 1
                        good[stratum] += grade == 2
                if everyone.keys() - treated.keys():
                    return np.nan
                return sum(number / len(strata) * good[z] / treated[z] for z, number in everyone.items())
            """,
            "sol_adjustment_set": 'adjustment_set = ["S", "D"]',
        },
    ),
    Answer(
        "counts_long_doubles_and_a_prediction_for_each",
        "Tables are counts divided by their sums, the joint an einsum without the axes of size 1, `query` updates a "
        "belief, one observation after the other; each individual is given the frequency of those like him.",
        blocks={
            "sol_cpts": """
                def shares(counts, shape):
                    counts = np.array(counts, dtype=float)
                    return (counts / counts.sum(axis=-1, keepdims=True)).reshape(shape)

                Pr_D = shares([9, 1], (1, 2, 1, 1, 1))
                Pr_R_given_S = shares([[9, 1], [2, 8]], (2, 1, 2, 1, 1))
                rows = [[[50, 30, 20], [90, 8, 2]], [[10, 20, 70], [30, 40, 30]]]
                Pr_G_given_SD = shares(rows, (2, 2, 1, 3, 1))
                Pr_L_given_G = shares([[90, 10], [60, 40], [1, 99]], (1, 1, 1, 3, 2))
            """,
            "sol_joint": """
                operands, present = [], set()
                for table in cpts:
                    axes = [axis for axis, size in enumerate(table.shape) if size > 1]
                    operands += [table.squeeze(), axes]
                    present |= {*axes}
                shape = np.broadcast_shapes(*(table.shape for table in cpts))
                return np.einsum(*operands, sorted(present)).reshape(shape)
            """,
            "sol_query": """
                if target not in tuple(AXES):
                    raise ValueError(f"cible inconnue : {target!r}")
                belief = joint.astype(np.longdouble)
                for letter, value in evidence.items():
                    if letter not in tuple(AXES):
                        raise ValueError(f"observation inconnue : {letter!r}")
                    values = np.arange(CARDINALITIES[AXES.index(letter)])
                    if value not in values:
                        raise ValueError(f"{letter} = {value} n'existe pas")
                    belief = belief * (values == value).reshape([-1 if other == letter else 1 for other in AXES])
                    if not belief.any():
                        raise ValueError(f"{letter} = {value} est impossible")
                    belief = belief / belief.sum()
                axis = AXES.index(target)
                return np.array([belief.take(value, axis).sum() for value in range(CARDINALITIES[axis])]) / belief.sum()
            """,
            "sol_independent": """
                from collections import defaultdict
                from math import fsum

                both, one, other, known = (defaultdict(list) for _ in range(4))
                for case, p in np.ndenumerate(joint):
                    values = dict(zip(AXES, case))
                    z = tuple(values[letter] for letter in given)
                    both[values[x], values[y], z].append(p)
                    one[values[x], z].append(p)
                    other[values[y], z].append(p)
                    known[z].append(p)
                gaps = (
                    fsum(p) * fsum(known[z]) - fsum(one[a, z]) * fsum(other[b, z]) for (a, b, z), p in both.items()
                )
                return max(map(abs, gaps)) <= 1e-9
            """,
            "sol_adjust": """
                predictions = []
                for i in range(len(sample["R"])):
                    alike = sample["R"] == r
                    for letter in letters:
                        alike = alike & (sample[letter] == sample[letter][i])
                    predictions.append((sample["G"][alike] == 2).mean() if alike.any() else np.nan)
                return np.mean(predictions)
            """,
            "sol_adjustment_set": 'adjustment_set = ("D", "S")',
        },
    ),
    Answer(
        "halves_axes_crossed_off_and_smaller_samples",
        "The list is cut in halves, an axis is crossed off as it is observed, each stratum is a sample of its own.",
        blocks={
            "sol_joint": """
                match cpts:
                    case [table]:
                        return table.copy()
                    case _:
                        middle = len(cpts) // 2
                        return joint_distribution(cpts[:middle]) * joint_distribution(cpts[middle:])
            """,
            "sol_query": """
                for letter in [target, *evidence]:
                    if not (len(letter) == 1 and letter in AXES):
                        raise ValueError(f"variable inconnue : {letter!r}")
                left, table = AXES, joint
                for letter, value in evidence.items():
                    if value not in range(table.shape[axis := left.index(letter)]):
                        raise ValueError(f"{letter} = {value} n'existe pas")
                    table, left = table.take(value, axis=axis), left.replace(letter, "")
                law = np.einsum(table, [*range(len(left))], [left.index(target)])
                if (total := law.sum()) == 0:
                    raise ValueError("observation impossible")
                return law / total
            """,
            "sol_do": """
                axis = AXES.index(variable)
                new = np.zeros_like(cpts[axis])
                np.moveaxis(new, axis, 0)[value] = 1
                return cpts[:axis] + [new] + cpts[axis + 1 :]
            """,
            "sol_adjust": """
                if not letters:
                    good = sample["G"][sample["R"] == r] == 2
                    return good.mean() if good.size else np.nan
                first, *others = letters
                total = 0
                for value in np.unique(sample[first]):
                    inside = sample[first] == value
                    smaller = {letter: column[inside] for letter, column in sample.items()}
                    total += inside.mean() * adjusted_probability(smaller, r, {*others})
                return total
            """,
            "sol_adjustment_set": 'adjustment_set = frozenset("S")',
        },
    ),
]


def own_world(name, why, loses, block):
    """Return an answer to the open question, which replaces the instructor's world."""
    return Answer(name, why, loses={"test_world": loses} if loses else {}, blocks={"sol_world": block})


OFTEN = "often = np.array([0.5, 0.5]).reshape(1, 2, 1, 1, 1)\n"
INTERVIEW = OFTEN + "interview = np.array([0.7, 0.3, 0.95, 0.05, 0.1, 0.9, 0.6, 0.4]).reshape(2, 2, 2, 1, 1)\n"
WORLD = INTERVIEW + "my_world = [Pr_S, often, interview, Pr_G_given_SD, Pr_L_given_G]\n"
WRONG_WORLD = [
    own_world(
        "world_of_the_lab",
        "In the lab's own network, S is enough.",
        ["not_by_s"],
        'my_world = list(cpts)\nmy_set = {"S", "D"}',
    ),
    own_world(
        "world_of_rare_difficulties",
        "The second path is there, and biases by less than 0.05.",
        ["not_by_s"],
        INTERVIEW + "rare = np.array([0.98, 0.02]).reshape(1, 2, 1, 1, 1)\n"
        'my_world = [Pr_S, rare, interview, Pr_G_given_SD, Pr_L_given_G]\nmy_set = {"S", "D"}',
    ),
    own_world(
        "set_of_difficulties_alone", "D alone leaves the path by S open.", ["by_own_set"], WORLD + 'my_set = {"D"}'
    ),
    own_world(
        "set_with_an_effect_of_the_grade",
        "L is an effect of the grade.",
        ["by_own_set"],
        WORLD + "gift = np.array([0, 0, 1]).reshape(1, 1, 1, 3, 1)\n"
        "my_world[3] = np.concatenate([Pr_G_given_SD, (Pr_G_given_SD + gift) / 2], axis=2)\n"
        'my_set = {"S", "D", "L"}',
    ),
    own_world(
        "set_with_the_interview_itself",
        "R is what is forced.",
        ["by_own_set"],
        WORLD + 'my_set = {"S", "D", "R"}',
    ),
    own_world(
        "world_whose_laws_do_not_sum_to_one",
        "A table of ones is no law.",
        ["laws_without_a_circle"],
        INTERVIEW
        + """
my_world = [Pr_S, often, interview, Pr_G_given_SD, np.ones((1, 1, 1, 1, 2))]
my_set = {"S", "D"}
""",
    ),
    own_world(
        "world_that_goes_round",
        "R -> G -> L -> R is a circle; what is computed from such tables is no law.",
        ["by_own_set", "laws_without_a_circle"],
        """
gift = np.array([0, 0, 1]).reshape(1, 1, 1, 3, 1)
grade = np.concatenate([Pr_G_given_SD, (Pr_G_given_SD + gift) / 2], axis=2)
interview = np.array([0.9, 0.2, 0.1, 0.8]).reshape(1, 1, 2, 1, 2)
my_world, my_set = [Pr_S, Pr_D, interview, grade, Pr_L_given_G], {"L"}
""",
    ),
]
RIGHT_WORLD = [
    own_world(
        "world_where_preparation_is_in_between",
        "R -> S -> G: what S tells is the effect itself; nothing is to be adjusted on.",
        [],
        """
interview = np.array([0.5, 0.5]).reshape(1, 1, 2, 1, 1)
preparation = np.array([[0.8, 0.1], [0.2, 0.9]]).reshape(2, 1, 2, 1, 1)
my_world, my_set = [preparation, Pr_D, interview, Pr_G_given_SD, Pr_L_given_G], set()
""",
    ),
    own_world(
        "world_where_the_grade_makes_the_interview",
        "G -> L -> R: L alone closes the way.",
        [],
        """
interview = np.array([0.9, 0.2, 0.1, 0.8]).reshape(1, 1, 2, 1, 2)
my_world, my_set = [Pr_S, Pr_D, interview, Pr_G_given_SD, Pr_L_given_G], {"L"}
""",
    ),
    own_world(
        "world_where_preparation_is_an_effect_of_two",
        "S comes from R and from D, which acts on G: knowing S opens a way that was closed.",
        [],
        """
preparation = np.zeros((2, 2, 2, 1, 1))
preparation[1, :, :, 0, 0] = [[0.05, 0.1], [0.1, 0.95]]
preparation[0] = 1 - preparation[1]
grade = np.array([[0.8, 0.1, 0.1], [0.1, 0.2, 0.7]]).reshape(1, 2, 1, 3, 1)
half = np.full((1, 2, 1, 1, 1), 0.5)
my_world, my_set = [preparation, half, np.full((1, 1, 2, 1, 1), 0.5), grade, Pr_L_given_G], ()
""",
    ),
    own_world(
        "world_where_preparation_causes_the_difficulties",
        "D comes from S and acts on R; S no longer acts on R; tables of full shape, a list for the set.",
        [],
        """
table = np.zeros((2, 2, 2, 1, 1))
table[:, 0, 1], table[:, 1, 1] = 0.9, 0.2
table[:, :, 0] = 1 - table[:, :, 1]
difficulties = np.array([[0.4, 0.6], [0.6, 0.4]]).reshape(2, 2, 1, 1, 1)
grade = 0.5 * Pr_G_given_SD + 0.5 * np.array([[0.1, 0.2, 0.7], [0.8, 0.1, 0.1]]).reshape(1, 2, 1, 3, 1)
my_world = (Pr_S, difficulties, table, grade, np.broadcast_to(Pr_L_given_G, (2, 2, 2, 3, 2)))
my_set = ["D", "S"]
""",
    ),
    own_world(
        "world_where_one_letter_is_enough",
        "S acts on the interview alone, and the interview on the grade: D alone closes the way.",
        [],
        """
rng = np.random.default_rng(5)
interview = np.array([[[0.8, 0.2], [0.2, 0.8]], [[0.7, 0.3], [0.1, 0.9]]])[..., None, None]
grade = np.array([[0.8, 0.1, 0.1], [0.2, 0.2, 0.6]]).reshape(1, 2, 1, 3, 1)
gift = np.array([[0.5, 0.5, 0.0], [0.1, 0.2, 0.7]]).reshape(1, 1, 2, 3, 1)
half = np.full((1, 2, 1, 1, 1), 0.5)
my_world = [Pr_S, half, interview, (grade + gift) / 2, Pr_L_given_G]
my_set = "D"
""",
    ),
]

ANSWERS = WRONG_TABLES + WRONG_JOINT + WRONG_QUERY + WRONG_DO + WRONG_ANSWERS + WRONG_INDEPENDENT + WRONG_ADJUST + RIGHT
ANSWERS += WRONG_WORLD + RIGHT_WORLD
