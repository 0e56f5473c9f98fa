"""A warm kernel behaves like a cold one, apart from the time it takes."""

import json
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_kernel

from instructor.kernels import WARM, install
from instructor.kernels.kernelspec import SANDBOXED
from instructor.kernels.sandbox import sandbox_available

SHOW_RANDOM_STATE = """
import json, random, uuid
import numpy, torch
print(json.dumps([random.random(), numpy.random.rand(), torch.rand(1).item(), str(uuid.uuid4())]))
"""


def test_the_heavy_libraries_are_already_imported(run):
    pytest.importorskip("torch")
    assert run("import sys; print('torch' in sys.modules)").texts == ["True\n"]


def test_the_course_packages_are_read_from_disk(run):
    names = "[name for name in sys.modules if name.partition('.')[0] in ('helpers', 'instructor')]"
    shown = run(f"import sys; print(set({names}) - {{'helpers.torchvision_ops'}})\nimport helpers, instructor")
    assert shown.texts == ["set()\n"]
    assert not shown.errors


def test_two_kernels_share_no_random_numbers(run):
    pytest.importorskip("torch")
    first, second = (json.loads(run(SHOW_RANDOM_STATE).texts[0]) for _ in range(2))
    assert not set(first) & set(second)


def test_the_kernel_has_the_environment_and_the_folder_of_its_client(run, tmp_path):
    env = {**os.environ, "COURSE_SEED": "7", "OMP_NUM_THREADS": "2"}
    shown = run("import os; print(os.environ['COURSE_SEED'], os.getcwd())", cwd=tmp_path, env=env)
    assert shown.texts == [f"7 {tmp_path}\n"]


def test_the_kernel_has_the_cores_and_the_priority_of_its_client(run):
    before = os.sched_getaffinity(0)
    core = max(before)
    os.sched_setaffinity(0, {core})
    try:
        shown = run("import os; print(os.sched_getaffinity(0), os.nice(0))")
    finally:
        os.sched_setaffinity(0, before)
    assert shown.texts == [f"{ {core} } {os.nice(0)}\n"]


def test_torch_computes_on_the_threads_that_are_asked_for(run):
    pytest.importorskip("torch")
    cell = "import torch; x = torch.rand(300, 300, requires_grad=True); (x @ x).sum().backward()"
    shown = run(cell, "print(torch.get_num_threads())", env={**os.environ, "OMP_NUM_THREADS": "2"})
    assert shown.texts[1] == "2\n"


def test_figures_are_shown_inline(run):
    shown = run("import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    assert "image/png" in shown.outputs[0][-1]["data"]


def test_data_loader_workers_work(run):
    pytest.importorskip("torch")
    cell = """
from torch.utils.data import DataLoader
print(sum(len(batch) for batch in DataLoader(range(10), batch_size=5, num_workers=2)))
"""
    assert run(cell).texts == ["10\n"]


def test_a_dead_kernel_is_noticed(run):
    shown = run("print('before')", "import os; os._exit(3)", "print('after')")
    assert shown.died
    assert shown.texts == ["before\n", "", ""]


def test_an_endless_loop_is_interrupted_and_the_next_cell_runs(run):
    shown = run("import time\nwhile True: time.sleep(0.1)", "print('next')", timeout=5, interrupt_on_timeout=True)
    assert shown.errors == ["KeyboardInterrupt"]
    assert shown.texts[1] == "next\n"


def test_a_restarted_kernel_is_another_fork():
    manager, client = start_new_kernel(kernel_name=WARM)
    try:
        first = manager.provisioner.pid
        manager.restart_kernel(now=True)
        client.wait_for_ready(timeout=300)
        assert manager.provisioner.pid != first
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_orphans_end_with_the_kernel(run, processes_with):
    marker = f"{uuid.uuid4().int % 10**9}.5"
    run(f"import subprocess; subprocess.Popen(['sleep', '{marker}'], start_new_session=True)")
    assert not processes_with(marker)


@pytest.mark.parametrize("kernel", [WARM, SANDBOXED])
def test_a_killed_client_takes_its_kernel_along(processes_with, kernel):
    available, reason = sandbox_available()
    if kernel == SANDBOXED and not available:
        pytest.skip(f"no sandbox: {reason}")
    marker = f"{uuid.uuid4().int % 10**9}.5"
    script = f"""
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="{kernel}")
cell = "import subprocess; child = subprocess.Popen(['sleep', '{marker}']); print('started'); child.wait()"
show = lambda message: print(message["content"].get("text", ""), end="", flush=True)
client.execute_interactive(cell, output_hook=show)
"""
    client = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    with client:
        assert client.stdout.readline() == "started\n"
        client.kill()
    assert not processes_with(marker)


def test_a_killed_warden_takes_its_kernel_along():
    manager, client = start_new_kernel(kernel_name=WARM)
    kernel = manager.provisioner.pid
    warden = int(Path(f"/proc/{kernel}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(warden, signal.SIGKILL)
    manager.provisioner.process.wait(timeout=10)
    assert manager.provisioner.process.reason == "its warden was killed"
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    while Path(f"/proc/{kernel}").exists():
        pass


def test_nothing_is_left_behind():
    manager, client = start_new_kernel(kernel_name=WARM)
    assert manager.kernel_id in Path("/proc/net/unix").read_text()
    client.stop_channels()
    manager.shutdown_kernel()
    assert list(Path(os.environ["JUPYTER_RUNTIME_DIR"]).iterdir()) == []
    assert manager.kernel_id not in Path("/proc/net/unix").read_text()


def test_nbval_and_nbconvert_use_the_kernel_by_its_name(tmp_path):
    import nbformat

    cell = nbformat.v4.new_code_cell("import sys; print('torch' in sys.modules)")
    cell.execution_count = 1
    cell.outputs = [nbformat.v4.new_output("stream", text="True\n")]
    file = tmp_path / "lab.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), file)
    nbval = [sys.executable, "-m", "pytest", "-q", "--nbval", "--nbval-kernel-name", WARM, "-p", "no:cacheprovider"]
    convert = [
        sys.executable,
        "-m",
        "nbconvert",
        "--to",
        "notebook",
        "--execute",
        f"--ExecutePreprocessor.kernel_name={WARM}",
    ]
    for command in (nbval, convert):
        done = subprocess.run(
            [*command, str(file)], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_installing_twice_changes_nothing(tmp_path):
    folders = install(tmp_path)
    before = [(folder / "kernel.json").stat().st_mtime_ns for folder in folders]
    assert [folder.name for folder in install(tmp_path)] == [SANDBOXED, WARM]
    assert [(folder / "kernel.json").stat().st_mtime_ns for folder in folders] == before


def test_a_signal_to_a_dead_kernel_is_harmless():
    manager, client = start_new_kernel(kernel_name=WARM)
    client.execute("import os; os._exit(0)")
    manager.provisioner.process.wait(timeout=10)
    manager.signal_kernel(signal.SIGTERM)
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    assert not manager.is_alive()


def test_a_kernel_starts_with_the_course_settings_and_all_of_python(run, boxed):
    code = """
import sys
import ipykernel.ipkernel
shell = get_ipython()
print(shell.history_manager.enabled, shell.InteractiveTB.mode, shell.parent.parent.ignore_cwd)
print(ipykernel.ipkernel.sys is sys, len(sys.modules) > 1000)
"""
    for execute, ignores in ((run, False), (boxed, True)):
        result = execute(code)
        assert (result.texts, result.errors) == ([f"False Plain {ignores}\nTrue True\n"], [])
