"""The hosts of examples/ do what the README shows of them."""

import subprocess
import sys

from conftest import BIN, DEADLINE, ROOT

LIBRARY = BIN.parent / "lib/libbrickwork.so.1"


def run_host(workspace, *command):
    return subprocess.run(list(map(str, command)), env=workspace.environment, capture_output=True, text=True,
                          timeout=DEADLINE, check=False)


def test_the_host_in_c_launches_watches_and_ends_with_the_run(workspace, group):
    done = run_host(workspace, BIN.parent / "tests/host_c", LIBRARY, group({"one": "good"}))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "SUCCESS"


def test_the_host_in_c_repairs_what_failed(workspace, group, tmp_path):
    # Fails when it runs first and makes that it succeeds when it runs again.
    path = group({"one": "second_time"}, parameters=[{"name": "gate", "default": str(tmp_path / "gate")}])
    done = run_host(workspace, BIN.parent / "tests/host_c", LIBRARY, path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "it failed; repairing what failed" in done.stdout
    assert done.stdout.splitlines()[-1] == "SUCCESS"


def test_the_host_in_c_tells_a_failure_that_no_repair_mends(workspace, group):
    done = run_host(workspace, BIN.parent / "tests/host_c", LIBRARY, group({"one": "bad"}))
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "FAILED"


def test_the_host_in_c_prints_the_library_s_error(workspace, tmp_path):
    path = tmp_path / "group.json"
    path.write_text('{"name": "g", "tasks": [{"task_key": "a"}]}')
    done = run_host(workspace, BIN.parent / "tests/host_c", LIBRARY, path)
    assert done.returncode == 3
    assert "INVALID_ARGUMENT" in done.stderr


def test_the_host_in_python_runs_a_group(workspace, group):
    host = ROOT / "examples/host.py"
    assert run_host(workspace, sys.executable, host, LIBRARY, group({"one": "good"})).stdout == "succeeded\n"
    assert run_host(workspace, sys.executable, host, LIBRARY, group({"one": "bad"})).stdout == "failed\n"
