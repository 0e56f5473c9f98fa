import csv
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pyconll
import pytest

from helpers.datasets import DataError, load_imdb, load_noun_verb, load_tweets, open_tweets, read_conll
from helpers.datasets.imdb import read_part
from helpers.datasets.noun_verb import read_sentences
from helpers.datasets.tweets import read_tweets

CONLL = "1\tWe" + "\t_" * 8 + "\n2\tplan\t_\tVERB\tVERB\tPOS=VERB" + "\t_" * 4 + "\n\n1\tHi" + "\t_" * 8 + "\n"


def annotated(sentence):
    return [token for token in sentence if token.feats]


def share_of_verbs(sentences):
    return np.mean([annotated(sentence)[0].feats["POS"] == {"VERB"} for sentence in sentences])


def test_real_reviews_are_half_positive(real_data):
    data = load_imdb()
    for part in (data.train, data.test):
        assert len(part) == len(part.labels) == 25_000
        assert part.labels.dtype == np.int64
        assert part.labels.sum() == 12_500
    assert data.train.texts[0].startswith("Story of a man")


def test_real_tweets_are_ten_thousand(real_data):
    tweets = load_tweets()
    assert len(tweets) == 10_000
    assert tweets.labels.sum() == 4981
    assert tweets.texts[2] == "Off to Amsterdam gonna have dinner at Teuns place! "


def test_real_tweets_are_rows_of_eight_columns(real_data):
    with open_tweets() as file:
        rows = list(csv.reader(file))
    assert [row[5] for row in rows] == load_tweets().texts
    assert [int(row[7]) for row in rows] == load_tweets().labels.tolist()


def test_stand_in_for_the_file_of_tweets_holds_them_some_damaged(fast_mode):
    with open_tweets() as file:
        rows = list(csv.reader(file))
    tweets = load_tweets()
    assert {len(row) for row in rows} == {8}
    assert [int(row[7]) for row in rows] == tweets.labels.tolist()
    assert rows[0][5] == tweets.texts[0] + " \u00e2\x99\u00a5"
    assert rows[2][5] == tweets.texts[2]


def test_real_sentences_have_one_annotated_word(real_data, capsys):
    data = load_noun_verb()
    sentences = data.train + data.val + data.test
    assert all(len(annotated(sentence)) == 1 for sentence in sentences)
    assert 0.6 < share_of_verbs(sentences) < 0.7
    if not (real_data / "noun-verb" / "train.conll").exists():
        assert (len(data.train), len(data.val), len(data.test)) == (5907, 1184, 1183)
        assert "on entraîne sur test.conll et on évalue sur dev.conll" in capsys.readouterr().out


def play_pyconll_4(monkeypatch):
    """Give the installed pyconll the interface of its version 4, where a sentence is an object with tokens."""
    loaded = pyconll.load_from_string
    monkeypatch.delattr(pyconll, "load_from_string")
    module = ModuleType("pyconll.conllu")
    module.conllu = SimpleNamespace(
        load_from_string=lambda text: [SimpleNamespace(tokens=list(sentence)) for sentence in loaded(text)]
    )
    monkeypatch.setitem(sys.modules, "pyconll.conllu", module)


@pytest.mark.parametrize("version", [3, 4])
def test_sentences_are_lists_of_tokens_whatever_the_version_of_pyconll(version, monkeypatch):
    if version == 4:
        play_pyconll_4(monkeypatch)
    (first, second) = read_conll(CONLL)
    assert type(first) is list
    assert [token.form for token in first] == ["We", "plan"]
    assert first[1].feats == {"POS": {"VERB"}}
    assert [token.form for token in second] == ["Hi"]
    with pytest.raises(DataError, match="« ici » est illisible"):
        read_conll("1\tfew columns\n", "ici")


def test_the_three_files_are_the_three_parts(tmp_path, monkeypatch):
    folder = tmp_path / "noun-verb"
    folder.mkdir()
    row = "1\tFlies\t_\t_\t_\tPOS=VERB|fPOS=VERB\t-1\t_\t_\t_\n\n"
    for name, count in (("train", 3), ("dev", 2), ("test", 1)):
        (folder / f"{name}.conll").write_text(row * count)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    data = load_noun_verb()
    assert [len(part) for part in (data.train, data.val, data.test)] == [3, 2, 1]


@pytest.mark.parametrize("load", [load_imdb, load_noun_verb, load_tweets])
def test_stand_ins_say_what_they_are(load, fast_mode, capsys):
    load()
    assert "données synthétiques, COURSE_MODE=fast" in capsys.readouterr().out


def test_stand_ins_have_the_formats_of_the_real_texts(fast_mode):
    imdb, tweets, noun_verb = load_imdb(), load_tweets(), load_noun_verb()
    assert (len(imdb.train), len(imdb.test), len(tweets)) == (1600, 400, 2000)
    for part in (imdb.train, imdb.test, tweets):
        assert part.labels.dtype == np.int64
        assert part.labels.mean() == 0.5
    assert [len(part) for part in (noun_verb.train, noun_verb.val, noun_verb.test)] == [1200, 300, 300]
    assert all(len(annotated(sentence)) == 1 for sentence in noun_verb.train)
    assert imdb.train.texts == load_imdb().train.texts


def test_damaged_texts_are_named(tmp_path):
    for name, read in (("a.parquet", read_part), ("b.csv", read_tweets), ("c.conll", read_sentences)):
        (tmp_path / name).write_text("1\tdamaged\n")
        with pytest.raises(DataError, match=name):
            read(tmp_path / name)
