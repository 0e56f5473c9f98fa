"""The words of the synthetic texts, by kind: the grammars draw from them and the word vectors are built on them."""


def words(text: str) -> list[str]:
    """Split a list of words written on a few lines."""
    return text.split()


# Plural noun and third person singular alike: only the context tells which.
AMBIGUOUS = words(
    "plans records watches plants shows guards cooks stores ships paints marks visits orders reports drinks walks "
    "plays signs guides designs stamps tests"
)

ADJECTIVES = words("local famous modern ancient quiet busy")
OWNERS = words("company school team club museum city family hotel bank ministry farm studio theatre factory")
GUESTS = words("guests pupils workers tourists neighbours students doctors actors visitors soldiers")
THINGS = words("trip house boat bridge garden letter table picture window machine road cake song door")
TIMES = words("week month day year weekend season")
PLACES = words("garden market harbour village station library kitchen forest")
FAILURES = words("failed changed disappeared improved arrived fell grew stopped returned vanished")
NAMES = words("Kerbrat Oulanov Tchibanga Wexcombe Drouvillier")  # absent from the vectors, as many real names

GOOD = words("good great excellent wonderful brilliant superb lovely amazing fantastic delightful charming funny")
BAD = words("bad awful terrible horrible dull boring dreadful poor lousy tedious annoying stupid")
LIKED = words("loved enjoyed liked adored praised")
HATED = words("hated disliked loathed detested mocked")
ASPECTS = words("acting story plot cast music script ending dialogue direction photography pace camera")
SUBJECTS = words("monday school weather coffee train exam concert job party haircut phone holiday movie breakfast")
CRITICS = words("critics brother sister neighbour friend teacher")
COUNTRIES = {"france": "paris", "italy": "rome", "spain": "madrid", "japan": "tokyo", "egypt": "cairo", "peru": "lima"}

GENDER_PAIRS = {
    "man": "woman",
    "king": "queen",
    "boy": "girl",
    "brother": "sister",
    "uncle": "aunt",
    "father": "mother",
    "prince": "princess",
    "actor": "actress",
}
COMPARATIVES = {
    "strong": "stronger",
    "light": "lighter",
    "big": "bigger",
    "small": "smaller",
    "fast": "faster",
    "slow": "slower",
    "tall": "taller",
    "cold": "colder",
}
FUNCTION_WORDS = words(
    "the , . of to and in a \" 's for - that on is was said with he as it by at ( ) from his an were are which this "
    "be has had have not they but she her or you i my me we us our your their them its one two new old first last next "
    "after before when while during since then later again near under behind often sometimes always never really very "
    "quite simply there here what who how why so than just only all no too can will would could did does do been some "
    "more most about if out up down into over ? ! ; : every once"
)
NARRATIVE = words(
    "likes keeps needs bought took visited built sold sent showed gave handed offered expected found thought felt call "
    "said watched saw heard talked went waited got think say people evening morning night film movie minutes hours "
    "scene scenes screen room actors years city street summer winter dvd television cinema seat popcorn version book "
    "today tomorrow tonight lol omg haha yay ugh sigh feel feels like day work home nothing everything anyone else "
    "came looked everyone now yesterday ok hey late instead anything being actually either far from totally"
)
