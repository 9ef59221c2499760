"""The command line and its surroundings: terminals, pipes, Ctrl-C, readers that leave."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import time

from conftest import BRICKWORK, DEADLINE, started, until

ANSI = re.compile(rb"\x1b\[")


def on_terminal(command, environment):
    """Runs it with a terminal as its output; what it wrote and its exit status."""
    controller, terminal = pty.openpty()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=terminal, stderr=terminal, env=environment) as process:
        os.close(terminal)
        written = b""
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            if not select.select([controller], [], [], 1)[0]:
                continue
            try:
                piece = os.read(controller, 65536)
            except OSError:  # the last writer has gone
                break
            if not piece:
                break
            written += piece
        os.close(controller)
        return written, process.wait(DEADLINE)


def test_a_terminal_shows_a_tree_that_is_drawn_again(workspace, group):
    environment = workspace.environment | {"TERM": "xterm", "LC_ALL": "C.UTF-8"}
    environment.pop("NO_COLOR", None)
    written, status = on_terminal([BRICKWORK, "run", group({"one": "good"}, checks={"two": "bad"})], environment)
    assert status == 1
    assert re.search(rb"\x1b\[\d+A", written), "the cursor never went up"
    assert b"\x1b[31m" in written, "nothing is red"
    assert "└ two".encode() in written


def test_no_color_is_kept(workspace, group):
    environment = workspace.environment | {"TERM": "xterm", "NO_COLOR": "1"}
    written, status = on_terminal([BRICKWORK, "run", group({"one": "good"})], environment)
    assert status == 0
    assert not re.search(rb"\x1b\[[0-9;]*m", written)


def test_a_dumb_terminal_gets_lines(workspace, group):
    written, status = on_terminal([BRICKWORK, "run", group({"one": "good"})], workspace.environment | {"TERM": "dumb"})
    assert status == 0
    assert not ANSI.search(written)
    assert b"one  succeeded" in written


def test_ctrl_c_ends_with_130_and_leaves_the_run_alone(workspace, group):
    process, run = started(workspace, "run", group({"one": "slow"}))
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=DEADLINE)
    assert process.returncode == 130
    assert f"run {run} goes on" in said
    assert f"brickwork watch {run}" in said
    assert workspace.document("status", run)["verdict"] == "running"
    assert workspace("cancel", run, "--wait").returncode == 0


def test_ctrl_c_gives_a_document_too(workspace, group, tmp_path):
    handle = tmp_path / "handle.json"
    process = subprocess.Popen([BRICKWORK, "--json", "run", group({"one": "slow"}), "--handle", handle],
                               env=workspace.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until(handle.exists, "the run was started")
    process.send_signal(signal.SIGINT)
    document, _ = process.communicate(timeout=DEADLINE)
    assert json.loads(document)["error"]["exit_status"] == 130
    assert workspace("cancel", handle, "--wait").returncode == 0


def test_ctrl_c_cancels_where_the_policy_wants_that(workspace, group):
    process, run = started(workspace, "run", group({"one": "slow"}, policy={"on_abandon": "cancel"}))
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=DEADLINE)
    assert process.returncode == 130
    assert f"canceling run {run}" in said
    until(lambda: json.loads(workspace("--json", "status", run).stdout)["verdict"] == "canceled", "it is canceled")


def test_ctrl_c_of_a_watch_leaves_the_run_alone(workspace, group):
    run = workspace.document("run", "--detach", group({"one": "slow"}))["run_id_str"]
    process, _ = started(workspace, "watch", run)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=DEADLINE)
    assert process.returncode == 130
    assert f"run {run} goes on" in said
    assert workspace("cancel", run, "--wait").returncode == 0


def test_a_reader_that_leaves_ends_it_quietly():
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([BRICKWORK, "info", "--json"], stdout=writer, stderr=subprocess.PIPE, check=False, timeout=DEADLINE)
    os.close(writer)
    assert done.returncode == -signal.SIGPIPE
    assert done.stderr == b""


def test_a_full_disk_is_no_success():
    with open("/dev/full", "w") as full:
        done = subprocess.run([BRICKWORK, "info"], stdout=full, stderr=subprocess.PIPE, check=False, timeout=DEADLINE)
    assert done.returncode == 4
    assert b"cannot be written" in done.stderr
