"""What a hand-in may use: more than that ends in an error of its own, or ends it."""

import re
import uuid

import pytest

from instructor.kernels.limits import MIB


@pytest.fixture
def room(boxed) -> int:
    """What a kernel holds as it starts, and 500 MiB: a GiB in all, one and a half with PyTorch's build for GPU."""
    status = boxed("print(open('/proc/self/status').read())").texts[0]
    return 1024 * int(re.search(r"VmData:\s+(\d+) kB", status)[1]) + 500 * MIB


def test_one_large_array_is_a_memory_error(boxed, room):
    shown = boxed("data = bytearray(2 * 2**30)", "print('alive')", limits={"memory": room})
    assert shown.errors == ["MemoryError"]
    assert shown.texts[1] == "alive\n"


MEMORY_BOMBS = {
    "shared": "import mmap; shared = mmap.mmap(-1, 3 * 2**30)\nwhile True: shared.write(bytes(2**24))",
    "processes": """
import os, time
for _ in range(8):
    if not os.fork():
        data = b"x" * (300 * 2**20)
        time.sleep(60)
time.sleep(60)
""",
    "files": """
import time
for folder in ("/tmp", "/dev/shm", "."):
    for number in range(4):
        open(f"{folder}/{number}", "wb").write(bytes(125 * 2**20))
time.sleep(60)
""",
    "sockets": """
import os, socket, time
for _ in range(10):
    if not os.fork():
        pairs = [socket.socketpair() for _ in range(450)]
        time.sleep(60)
time.sleep(60)
""",
    "page_tables": """
import mmap, time
pages = mmap.mmap(-1, 800 * 2**30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ)
for page in range(0, len(pages), 2**21):
    pages[page]
time.sleep(60)
""",
}


@pytest.mark.parametrize("bomb", MEMORY_BOMBS.values(), ids=MEMORY_BOMBS)
def test_memory_that_no_single_process_holds_is_counted(boxed, room, bomb):
    shown = boxed(bomb, limits={"memory": room})
    assert shown.died
    assert f"{room / MIB:.0f} MiB of memory" in shown.death_reason


def test_a_fork_bomb_stays_within_its_limit(boxed, processes_with):
    marker = f"{uuid.uuid4().int % 10**9}.5"
    cell = f"""
import subprocess
started = []
try:
    while len(started) < 500:
        started.append(subprocess.Popen(["sleep", "{marker}"], start_new_session=True))
except BlockingIOError:
    print(len(started) < 100)
"""
    shown = boxed(cell, "print('alive')", limits={"processes": 100})
    assert shown.texts == ["True\n", "alive\n"]
    assert not processes_with(marker)


@pytest.mark.parametrize("folder", ["/content", "/tmp", "/dev/shm"])
def test_a_full_disk_is_an_error_in_the_notebook(boxed, folder):
    cell = f"""
try:
    for number in range(3):
        open(f"{folder}/{{number}}", "wb").write(bytes(20 * 2**20))
except OSError as error:
    print(error.strerror)
"""
    assert boxed(cell, limits={"scratch": 32 * MIB}).texts == ["No space left on device\n"]


def test_a_file_has_a_limit(boxed):
    shown = boxed("open('large', 'wb').write(bytes(2 * 2**20))", "print('alive')", limits={"file_size": MIB})
    assert shown.errors == ["OSError"]
    assert shown.texts[1] == "alive\n"


def test_the_time_of_the_notebook_is_limited_even_if_it_ignores_interrupts(boxed):
    loop = "import time\nwhile True:\n  try:\n    while True: time.sleep(0.1)\n  except BaseException: pass"
    shown = boxed("print('before')", loop, timeout=2, interrupt_on_timeout=True, limits={"seconds": 5})
    assert shown.died
    assert shown.texts[0] == "before\n"
    assert shown.death_reason == "the notebook ran for more than 5 seconds"
