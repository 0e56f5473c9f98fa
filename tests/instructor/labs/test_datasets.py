"""The commands `course data`, on a data set of two files that a server on this machine gives."""

import hashlib
import http.server
import os
import threading
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from helpers.datasets import load_tweets
from helpers.datasets.registry import DATASETS, Dataset, Resource
from helpers.datasets.unpack import Copy
from instructor.cli.data import data_app

ROW = b"4,1,day,NO_QUERY,user00000,so happy,4,1\n"
REAL_DATA = os.environ.get("COURSE_DATA")


@pytest.fixture
def tweets(tmp_path, monkeypatch):
    """Make the source serve a file of 50 tweets; return its bytes."""
    content = ROW * 50
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "tweets").write_bytes(content)
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path / "source")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    path = DATASETS["tweets"].resources[0].makes[0]
    url = f"http://127.0.0.1:{server.server_port}/tweets"
    resource = Resource((url,), f"md5:{hashlib.md5(content).hexdigest()}", 0.1, (path,), Copy(path))
    monkeypatch.setitem(DATASETS, "tweets", Dataset("tweets", "Tweets", "free", "nobody", (resource,)))
    monkeypatch.delenv("COURSE_MODE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield tmp_path / "source" / "tweets"
    server.shutdown()
    server.server_close()


def run(*arguments):
    return CliRunner().invoke(data_app, [str(argument) for argument in arguments])


@pytest.fixture
def classroom(tweets, tmp_path):
    result = run("fetch", "tweets", "--folder", tmp_path / "classroom")
    assert result.exit_code == 0, result.output
    return tmp_path / "classroom"


def test_fetched_folder_is_what_students_name_in_course_data(classroom, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(classroom))
    assert len(load_tweets()) == 50


def test_fetched_folder_is_found_whole(classroom):
    result = run("verify", "tweets", "--folder", classroom)
    assert result.exit_code == 0
    assert "tweets: whole (1 checksums compared)" in result.output


def test_file_damaged_since_is_found(classroom):
    file = next(classroom.rglob("*.csv"))
    file.write_bytes(file.read_bytes().replace(b"happy", b"hapqy", 1))
    result = run("verify", "--folder", classroom)
    assert result.exit_code == 1
    assert f"{file.relative_to(classroom).as_posix()} is damaged" in result.output


def test_file_that_went_missing_is_found(classroom):
    next(classroom.rglob("*.csv")).unlink()
    assert run("verify", "tweets", "--folder", classroom).exit_code == 1


def test_file_without_known_checksum_is_read(classroom):
    (classroom / "checksums" / "tweets.sha256").unlink()
    assert run("verify", "tweets", "--folder", classroom).exit_code == 0
    file = next(classroom.rglob("*.csv"))
    file.write_bytes(file.read_bytes() + b"half a li")
    result = run("verify", "tweets", "--folder", classroom)
    assert result.exit_code == 1
    assert "ligne 51" in result.output


def test_absent_data_set_fails_only_when_named(classroom):
    assert run("verify", "--folder", classroom).exit_code == 0
    result = run("verify", "imdb", "--folder", classroom)
    assert result.exit_code == 1
    assert "imdb: absent" in result.output


def test_failed_download_says_why_and_leaves_no_file(tweets, tmp_path):
    tweets.write_bytes(b"an error page")
    result = run("fetch", "tweets", "--folder", tmp_path / "classroom")
    assert result.exit_code == 1
    assert "somme de contrôle" in result.output
    assert not list((tmp_path / "classroom").rglob("*.csv"))


def test_list_tells_what_the_folder_has(classroom):
    lines = run("list", "--folder", classroom).output.splitlines()
    assert next(line for line in lines if line.startswith("tweets")).split()[3] == "yes"
    assert next(line for line in lines if line.startswith("imdb")).split()[3] == "no"


def test_unknown_name_is_refused():
    result = run("fetch", "mnist")
    assert result.exit_code == 2
    assert not Path("data").exists()


@pytest.mark.skipif(not REAL_DATA, reason="COURSE_DATA names no folder of real data")
def test_real_folder_is_whole():
    result = run("verify", "--folder", REAL_DATA)
    assert result.exit_code == 0, result.output
    assert "fashion_mnist: whole (4 checksums compared)" in result.output
