"""A private cache for each test, the real data where there is some, and a server that plays the sources."""

import os
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

REAL_DATA = os.environ.get("COURSE_DATA")


@pytest.fixture(autouse=True)
def private_cache(tmp_path, monkeypatch):
    """Start every test without prepared folder, in normal mode, with an empty cache."""
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.delenv("COURSE_MODE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("helpers.datasets.receive.PAUSE", 0)
    return tmp_path / "cache" / "deep-learning-labs"


@pytest.fixture
def fast_mode(monkeypatch):
    monkeypatch.setenv("COURSE_MODE", "fast")


@pytest.fixture
def real_data(monkeypatch):
    if not REAL_DATA:
        pytest.skip("COURSE_DATA names no folder of real data")
    monkeypatch.setenv("COURSE_DATA", REAL_DATA)
    return Path(REAL_DATA)


class Source:
    """An HTTP server on this machine: what it answers to each path, and how often it was asked."""

    def __init__(self):
        self.content: dict[str, bytes] = {}
        self.cut: set[str] = set()
        self.types: dict[str, str] = {}
        self.status: dict[str, int] = {}
        self.ranges: list[str] = []
        self.delay: dict[str, float] = {}
        self.requests: Counter[str] = Counter()
        source = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                source.answer(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/{path}"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        path = handler.path.strip("/")
        self.requests[path] += 1
        if path not in self.content:
            handler.send_error(404)
            return
        body, start = self.content[path], 0
        if "Range" in handler.headers:
            self.ranges.append(handler.headers["Range"])
            start = int(handler.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        status = self.status.get(path, 206) if start else self.status.get(path, 200)
        handler.send_response(200 if status == 416 and not start else status)
        body = body[start:] if status == 206 else body
        handler.send_header("Content-Type", self.types.get(path, "application/octet-stream"))
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        middle = len(body) // 2
        handler.wfile.write(body[:middle])
        handler.wfile.flush()
        time.sleep(self.delay.get(path, 0))
        if path not in self.cut:
            handler.wfile.write(body[middle:])


@pytest.fixture
def source():
    source = Source()
    yield source
    source.server.shutdown()
    source.server.server_close()
