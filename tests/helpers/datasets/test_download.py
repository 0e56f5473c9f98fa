import errno
import hashlib
import multiprocessing
import socket
import time

import pytest

from helpers.datasets import download, receive
from helpers.datasets.download import fetch, locate
from helpers.datasets.folders import DataError
from helpers.datasets.registry import DATASETS, Dataset, Resource
from helpers.datasets.unpack import Copy

CONTENT = bytes(range(256)) * 400
PATH = "toy/numbers.bin"


def make_dataset(*urls, content=CONTENT):
    checksum = f"sha256:{hashlib.sha256(content).hexdigest()}"
    return Dataset("toy", "Jouet", "CC0", "personne", (Resource(urls, checksum, 0.1, (PATH,), Copy(PATH)),))


def files_in(folder):
    return {path.name for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"}


def test_file_is_downloaded_once_and_then_found(source, tmp_path):
    source.content["numbers"] = CONTENT
    dataset = make_dataset(source.url("numbers"))
    fetch(dataset, tmp_path / "data")
    fetch(dataset, tmp_path / "data")
    assert (tmp_path / "data" / PATH).read_bytes() == CONTENT
    assert source.requests["numbers"] == 1


def test_wrong_content_is_refused_and_leaves_nothing(source, tmp_path):
    source.content["numbers"] = CONTENT[:-1] + b"!"
    with pytest.raises(DataError, match="somme de contrôle"):
        fetch(make_dataset(source.url("numbers")), tmp_path / "data")
    assert files_in(tmp_path / "data") == set()


def test_wrong_content_sends_to_the_mirror(source, tmp_path):
    source.content |= {"numbers": b"an error page", "mirror": CONTENT}
    fetch(make_dataset(source.url("numbers"), source.url("mirror")), tmp_path / "data")
    assert (tmp_path / "data" / PATH).read_bytes() == CONTENT


def test_absent_file_sends_to_the_mirror(source, tmp_path):
    source.content["mirror"] = CONTENT
    fetch(make_dataset(source.url("numbers"), source.url("mirror")), tmp_path / "data")
    assert (tmp_path / "data" / PATH).read_bytes() == CONTENT
    assert source.requests == {"numbers": 1, "mirror": 1}


def test_cut_connection_is_asked_for_the_rest_and_the_next_call_goes_on(source, tmp_path, monkeypatch):
    monkeypatch.setattr(receive, "CHUNK", 512)
    source.content["numbers"] = CONTENT
    source.cut.add("numbers")
    dataset = make_dataset(source.url("numbers"))
    with pytest.raises(DataError, match=r"connexion interrompue\n.*déjà reçu est gardé"):
        fetch(dataset, tmp_path / "data")
    half = len(CONTENT) // 2
    assert source.ranges == [f"bytes={half}-", f"bytes={half + half // 2}-"]
    source.cut.clear()
    fetch(dataset, tmp_path / "data")
    assert (tmp_path / "data" / PATH).read_bytes() == CONTENT
    assert source.ranges[-1] == f"bytes={half + half // 2 + half // 4}-"
    assert files_in(tmp_path / "data") == {"numbers.bin"}


def put_beginning(folder, content):
    folder.mkdir()
    digest = hashlib.sha256(CONTENT).hexdigest()
    (folder / f".toy-{digest[-8:]}.download").write_bytes(content)


BEGINNINGS = {"part": CONTENT[:100], "other": b"of another file", "all": CONTENT, "more": CONTENT + b"too long"}


@pytest.mark.parametrize("beginning", BEGINNINGS.values(), ids=BEGINNINGS)
@pytest.mark.parametrize("status", [{}, {"numbers": 200}, {"numbers": 416}], ids=["206", "200", "416"])
def test_a_beginning_is_used_where_it_is_one(source, tmp_path, beginning, status):
    source.content["numbers"] = CONTENT
    source.status |= status
    put_beginning(tmp_path / "data", beginning)
    fetch(make_dataset(source.url("numbers")), tmp_path / "data")
    assert (tmp_path / "data" / PATH).read_bytes() == CONTENT
    assert source.requests.total() == 0 or beginning != CONTENT


def test_source_that_stops_answering_sends_to_the_mirror(source, tmp_path, monkeypatch):
    monkeypatch.setattr(receive, "TIMEOUT", (1, 0.3))
    source.content |= {"numbers": b"x" * len(CONTENT), "mirror": CONTENT}
    source.delay["numbers"] = 1.5
    fetch(make_dataset(source.url("numbers"), source.url("mirror")), tmp_path / "data")
    assert (tmp_path / "data" / PATH).read_bytes() == CONTENT


def test_a_server_that_is_overloaded_is_asked_again(source, tmp_path):
    source.content["numbers"] = CONTENT
    source.status["numbers"] = 503
    with pytest.raises(DataError, match="réponse 503 du serveur"):
        fetch(make_dataset(source.url("numbers")), tmp_path / "data")
    assert source.requests["numbers"] == receive.TRIES


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/octet-stream"])
def test_a_captive_portal_is_named_and_costs_nothing_of_what_came(source, tmp_path, kind):
    source.content["numbers"] = b"\n<!DOCTYPE html><title>Wi-Fi</title>"
    source.types["numbers"] = kind
    source.status["numbers"] = 200
    with pytest.raises(DataError, match="portail"):
        fetch(make_dataset(source.url("numbers")), tmp_path / "data")


def test_what_came_before_the_portal_closed_is_kept(source, tmp_path):
    source.content["numbers"] = b"<html>"
    source.types["numbers"] = "text/html"
    source.status["numbers"] = 200
    put_beginning(tmp_path / "data", CONTENT[:1000])
    dataset = make_dataset(source.url("numbers"))
    with pytest.raises(DataError, match="portail"):
        fetch(dataset, tmp_path / "data")
    source.content["numbers"], source.types, source.status = CONTENT, {}, {}
    fetch(dataset, tmp_path / "data")
    assert source.ranges[-1] == "bytes=1000-"


def unused_port():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return unused.getsockname()[1]


def test_a_proxy_that_does_not_answer_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{unused_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(DataError, match="proxy.*HTTP_PROXY"):
        fetch(make_dataset("http://data.invalid/numbers"), tmp_path / "data")


def test_certificates_that_do_not_exist_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "nowhere.pem"))
    with pytest.raises(DataError, match="certificat.*REQUESTS_CA_BUNDLE"):
        fetch(make_dataset(f"https://127.0.0.1:{unused_port()}/numbers"), tmp_path / "data")


def test_a_server_that_is_not_what_it_says_is_refused(source, tmp_path):
    source.content["numbers"] = CONTENT
    with pytest.raises(DataError, match="certificat refusé"):
        fetch(make_dataset(source.url("numbers").replace("http:", "https:")), tmp_path / "data")


REFUSALS = [(errno.ENOSPC, "le disque est plein"), (errno.EROFS, "lecture seule"), (errno.EACCES, "quelqu'un d'autre")]


@pytest.mark.parametrize(("code", "reason"), REFUSALS)
@pytest.mark.parametrize("place", ["download", "unpack", "lock", "move"])
def test_what_the_disk_refuses_is_said_wherever_it_does(source, tmp_path, monkeypatch, code, reason, place):
    def refuse(*_, **__):
        raise OSError(code, "refused")

    source.content["numbers"] = CONTENT
    name = {"download": "receive._write", "unpack": "unpack.Copy.__call__", "lock": "download._lock"}
    monkeypatch.setattr(f"helpers.datasets.{name.get(place, 'download._move')}", refuse)
    with pytest.raises(DataError, match=f"Impossible d'écrire dans .*data.* : .*{reason}"):
        fetch(make_dataset(source.url("numbers")), tmp_path / "data")
    monkeypatch.undo()
    fetch(make_dataset(source.url("numbers")), tmp_path / "data")
    assert source.requests["numbers"] <= 2
    assert files_in(tmp_path / "data") == {"numbers.bin"}


def test_without_network_the_error_names_the_two_ways_out(tmp_path):
    url = f"http://127.0.0.1:{unused_port()}/numbers"
    with pytest.raises(DataError, match=r"(?s)connexion.*COURSE_DATA.*COURSE_MODE=fast"):
        fetch(make_dataset(url), tmp_path / "data")


def test_what_a_killed_process_left_is_swept_away(source, tmp_path):
    source.content["numbers"] = CONTENT
    leftover = tmp_path / "data" / ".toy.part-abc"
    leftover.mkdir(parents=True)
    (leftover / "download").write_bytes(CONTENT[:100])
    fetch(make_dataset(source.url("numbers")), tmp_path / "data")
    assert not leftover.exists()
    assert files_in(tmp_path / "data") == {"numbers.bin"}


def test_second_process_waits_and_downloads_nothing(source, tmp_path, capsys):
    source.content["numbers"] = CONTENT
    source.delay["numbers"] = 1.0
    dataset = make_dataset(source.url("numbers"))
    first = multiprocessing.get_context("fork").Process(target=fetch, args=(dataset, tmp_path / "data"))
    first.start()
    while not source.requests:
        time.sleep(0.01)
    fetch(dataset, tmp_path / "data")
    first.join()
    assert first.exitcode == 0
    assert source.requests["numbers"] == 1
    assert "on attend" in capsys.readouterr().out


def test_folder_that_cannot_be_made_is_named(source, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match="Impossible d'écrire"):
        fetch(make_dataset(source.url("numbers")), tmp_path / "file" / "data")


def test_prepared_folder_is_used_as_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    (tmp_path / "sentiment140").mkdir()
    (tmp_path / "sentiment140" / "train-processed-sample.csv").touch()
    assert locate("tweets") == tmp_path


def test_prepared_folder_that_lacks_a_data_set_is_never_completed(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    with pytest.raises(DataError, match="imdb/plain_text/train.*manque"):
        locate("imdb")
    assert list(tmp_path.iterdir()) == []


def test_prepared_folder_that_does_not_exist_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match="n'existe pas"):
        locate("imdb")


def test_checksum_of_git_is_that_of_git(tmp_path):
    (tmp_path / "hello").write_text("hello\n")
    assert download.checksum(tmp_path / "hello", "git") == "ce013625030ba8dba906f756967f9e9ca394464a"


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=DATASETS)
def test_registry_gives_a_source_a_checksum_and_terms(dataset):
    assert dataset.licence
    assert dataset.citation
    for resource in dataset.resources:
        algorithm, _, digest = resource.checksum.partition(":")
        assert len(digest) == {"md5": 32, "sha256": 64, "git": 40}[algorithm]
        assert all(url.startswith("http") for url in resource.urls)
        assert set(resource.contents) <= set(resource.makes)


def test_real_files_have_the_checksums_of_the_registry(real_data):
    known = {
        path: checksum
        for dataset in DATASETS.values()
        for resource in dataset.resources
        for path, checksum in resource.contents.items()
        if (real_data / path).exists()
    }
    assert len(known) >= 6
    assert [path for path, checksum in known.items() if not download.matches(real_data / path, checksum)] == []
