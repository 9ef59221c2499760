"""The command line from outside: documents, exit statuses, --json, terminals and Ctrl-C, against brickwork-local."""

import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from conftest import BRICKWORK, DEADLINE, run_cli

ANSI = re.compile(rb"\x1b\[")


def until(predicate, what):
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        value = predicate()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"not in time: {what}")


# ---- documents ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "said"), [
    ("", "not JSON"),
    ("{", "not JSON"),
    ("{} {}", "not JSON"),
    ('{"a": "\\xff"}', "not JSON"),
    ("[" * 10_000, "deep"),
])
def test_text_that_is_no_json_is_refused_with_its_place(tmp_path, text, said):
    path = tmp_path / "group.json"
    path.write_text(text)
    for command in ("lint", "compile", "run"):
        done = run_cli(command, path)
        assert done.returncode == 2
        assert said in done.stderr
        assert "line" in done.stderr or "deep" in done.stderr


def test_lint_names_every_finding_with_its_pointer(tmp_path):
    path = tmp_path / "group.json"
    path.write_text(json.dumps({"name": "g", "tasks": [
        {"task_key": "a", "depends_on": ["nowhere"], "notebook_task": {"notebook_path": "/a"}},
        {"task_key": "b"}]}))
    done = run_cli("lint", path)
    assert done.returncode == 2
    assert "/tasks/0/depends_on/0" in done.stdout
    assert "/tasks/1" in done.stdout
    document = json.loads(run_cli("lint", path, "--json").stdout)
    assert document["ok"] is False
    assert {finding["pointer"] for finding in document["findings"]} >= {"/tasks/0/depends_on/0", "/tasks/1"}


def test_compile_refuses_with_the_findings_and_prints_no_settings(tmp_path):
    path = tmp_path / "group.json"
    path.write_text('{"name": "g", "tasks": [{"task_key": "b"}]}')
    done = run_cli("compile", path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "/tasks/0" in done.stderr


def test_a_member_that_is_there_twice_reaches_the_library(tmp_path):
    path = tmp_path / "group.json"
    path.write_text('{"name": "g", "name": "h", "tasks": []}')
    done = run_cli("lint", path)
    assert done.returncode == 2
    assert "name" in done.stdout + done.stderr


def test_compile_prints_settings_that_are_json_alone(group):
    done = run_cli("compile", group({"one": "good"}, checks={"two": "good"}))
    assert done.returncode == 0, done.stderr
    assert [task["task_key"] for task in json.loads(done.stdout)["tasks"]] == ["one", "checks__two"]


def test_a_group_can_come_from_the_standard_input(group):
    done = run_cli("compile", "-", stdin=group({"one": "good"}).read_text())
    assert done.returncode == 0, done.stderr


SETTINGS = {"name": "job", "tasks": [
    {"task_key": f"{group}__{key}", "max_retries": 2, "notebook_task": {"notebook_path": f"/Shared/{key}"},
     "depends_on": [] if group == "first" else [{"task_key": "first__a"}, {"task_key": "first__b"}]}
    for group in ("first", "second") for key in ("a", "b")]}


@pytest.mark.parametrize("document", [SETTINGS, {"job_id": 5, "settings": SETTINGS}])
def test_import_prints_a_group_that_compiles_back(tmp_path, document):
    done = run_cli("import", "-", stdin=json.dumps(document))
    assert done.returncode == 0, done.stderr
    group = json.loads(done.stdout)
    assert [one["group"] for one in group["tasks"]] == ["first", "second"]
    assert group["defaults"] == {"max_retries": 2}
    assert group["tasks"][1]["depends_on"] == ["first"]
    path = tmp_path / "group.json"
    path.write_text(done.stdout)
    assert json.loads(run_cli("compile", path).stdout) == SETTINGS
    assert json.loads(run_cli("--json", "import", "-", stdin=json.dumps(document)).stdout)["group"] == group


@pytest.mark.parametrize(("document", "pointer"), [
    ({"tasks": [{"task_key": "a"}]}, "/tasks/0"), ({"settings": {"tasks": [{"task_key": "a"}]}}, "/settings/tasks/0"),
    ({"schema": "group/1", "tasks": []}, "/schema"), ({"settings": {"tasks": []}, "has_more": True}, "/has_more")])
def test_import_refuses_what_is_no_job_with_its_place_in_the_file(tmp_path, document, pointer):
    path = tmp_path / "job.json"
    path.write_text(json.dumps(document))
    done = run_cli("import", path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert f" {pointer} " in done.stderr.replace("\n", " ")


@pytest.mark.parametrize("arguments", [
    [], ["nosuch"], ["import"], ["import", "/nowhere.json"], ["run"], ["run", "/nowhere.json"], ["watch", "no-run"], ["rest", "FETCH", "/api"],
    ["lint", "a", "b"], ["local", "nosuch"], ["run", "--timeout", "-1", "x"]])
def test_wrong_commands_end_with_2_and_say_why(arguments):
    done = run_cli(*arguments)
    assert done.returncode == 2
    assert done.stderr.strip()


def test_a_parameter_without_a_value_is_refused(group):
    done = run_cli("run", group({"one": "good"}), "-p", "word")
    assert done.returncode == 2
    assert "NAME=VALUE" in done.stderr


def test_help_and_version_need_no_library():
    environment = {"BRICKWORK_LIBRARY": "/nowhere/libbrickwork.so.1", "PATH": os.environ["PATH"]}
    assert run_cli("--help", environment=environment).returncode == 0
    assert run_cli("--version", environment=environment).stdout.startswith("brickwork ")
    done = run_cli("info", environment=environment)
    assert done.returncode == 4
    assert "/nowhere/libbrickwork.so.1" in done.stderr
    assert "BRICKWORK_LIBRARY" in done.stderr


# ---- connection --------------------------------------------------------------------------------------------------


def test_a_wrong_token_ends_with_3(workspace):
    done = workspace("auth", "check", environment={"DATABRICKS_TOKEN": "wrong-token-marker"})
    assert done.returncode == 3
    assert "wrong-token-marker" not in done.stdout + done.stderr


def test_no_credential_ends_with_3_and_names_the_fix(workspace):
    environment = {name: value for name, value in workspace.environment.items() if name != "DATABRICKS_TOKEN"}
    done = run_cli("auth", "check", environment=environment)
    assert done.returncode == 3
    assert "DATABRICKS_TOKEN" in done.stderr


def test_a_host_that_refuses_ends_with_4_within_the_time_given(workspace):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
    done = workspace("--timeout", "1", "auth", "check", environment={"DATABRICKS_HOST": address})
    assert done.returncode == 4, done.stderr


def test_a_run_that_does_not_exist_ends_with_2(workspace):
    done = workspace("status", "987654321")
    assert done.returncode == 2
    assert "987654321" in done.stderr


def test_auth_check_says_who_and_where_from(workspace):
    done = workspace("auth", "check")
    assert done.returncode == 0, done.stderr
    assert workspace.url in done.stdout
    assert workspace.token not in done.stdout + done.stderr
    assert workspace.document("auth", "check")["user_name"]


def test_rest_splits_the_query_and_prints_the_body(workspace):
    assert "object_id" in workspace("rest", "get", "/api/2.0/workspace/get-status?path=%2FShared%2Fgood").stdout
    answer = workspace.document("rest", "GET", "/api/2.0/workspace/get-status?path=/Shared/good")
    assert answer["http_status"] == 200
    assert answer["body"]["path"] == "/Shared/good"


def test_an_error_of_the_workspace_is_a_document_with_json(workspace):
    error = workspace.document("rest", "GET", "/api/2.0/workspace/get-status?path=/Shared/none", status=2)["error"]
    assert error["error_code"] == "RESOURCE_DOES_NOT_EXIST"
    assert error["http_status"] == 404
    assert error["exit_status"] == 2


def test_import_reads_a_job_of_the_workspace_page_by_page(workspace, tmp_path):
    tasks = [{"task_key": f"part{number // 50}__task{number:03}", "notebook_task": {"notebook_path": "/Shared/good"},
              "max_retries": 1} for number in range(250)]
    body = tmp_path / "job.json"
    body.write_text(json.dumps({"name": "large", "tasks": tasks}))
    job_id = json.loads(workspace("rest", "POST", "/api/2.2/jobs/create", "--body", body).stdout)["job_id"]
    first = workspace.document("rest", "GET", f"/api/2.2/jobs/get?job_id={job_id}")["body"]
    assert len(first["settings"]["tasks"]) == 100, "the job fits one page"
    done = workspace("import", job_id)
    assert done.returncode == 0, done.stderr
    group = json.loads(done.stdout)
    assert [len(one["tasks"]) for one in group["tasks"]] == [50] * 5
    assert group["defaults"]["max_retries"] == 1
    assert len(done.stdout) < 2.5 * len(json.dumps(first["settings"]["tasks"], indent=2)), "no shorter than the job"


def test_import_of_a_job_that_does_not_exist_ends_with_2(workspace):
    done = workspace("import", "987654321")
    assert done.returncode == 2
    assert "987654321" in done.stderr


# ---- runs --------------------------------------------------------------------------------------------------------


def test_a_run_that_succeeds_ends_with_0_and_tells_each_change_on_a_line(workspace, group):
    done = workspace("run", group({"one": "good"}, checks={"two": "good"}))
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^\d\d:\d\d:\d\d  one  succeeded", done.stdout, re.MULTILINE)
    assert re.search(r"^\d\d:\d\d:\d\d  checks/two  succeeded", done.stdout, re.MULTILINE)
    assert "succeeded: 2 of 2 tasks succeeded" in done.stdout
    assert "\x1b" not in done.stdout


def test_a_run_that_fails_ends_with_1_and_shows_the_head_of_the_error(workspace, group):
    done = workspace("run", group({"one": "good", "two": "bad"}))
    assert done.returncode == 1
    assert "ValueError: this went wrong" in done.stdout
    assert "brickwork repair" in done.stdout


def test_json_gives_one_document_and_nothing_beside_it(workspace, group):
    document = workspace.document("run", group({"two": "bad"}), status=1)
    assert document["state"]["verdict"] == "failed"
    assert document["handle"]["run_id"] == document["state"]["run"]["run_id"]


def test_quiet_tells_the_end_and_no_progress(workspace, group):
    done = workspace("run", "-q", group({"one": "good"}))
    assert done.returncode == 0
    assert "  one  " not in done.stdout


def test_parameters_reach_the_notebook(workspace, group):
    path = group({"one": "echo"}, parameters=[{"name": "word", "default": "none"}])
    handle = workspace.document("run", path, "-p", "word=a=b")["handle"]
    output = workspace.document("output", handle["run_id_str"], "one")["outputs"][0]
    assert output["result"] == "a=b"


def test_a_run_is_found_by_handle_file_standard_input_id_and_address(workspace, group, tmp_path):
    file = tmp_path / "handle.json"
    state = workspace.document("run", group({"one": "good"}), "--handle", file)["state"]
    handle = file.read_text()
    for run, stdin in ((file, None), ("-", handle), (state["run"]["run_id_str"], None),
                       (state["run"]["run_page_url"], None)):
        assert workspace.document("watch", run, stdin=stdin)["run"]["run_id"] == state["run"]["run_id"]
        assert workspace.document("status", run, stdin=stdin)["verdict"] == "succeeded"
        assert workspace("output", run, stdin=stdin).returncode == 0


def test_detach_prints_a_handle_that_the_other_commands_take(workspace, group):
    done = workspace("run", "--detach", group({"one": "good"}))
    assert done.returncode == 0
    assert json.loads(done.stdout)["run_id"]
    assert workspace("watch", "-", stdin=done.stdout).returncode == 0


def test_a_launch_key_never_starts_a_second_run(workspace, group):
    path = group({"one": "good"})
    first = workspace.document("run", path, "--key", "k1")["handle"]["run_id"]
    assert workspace.document("run", path, "--key", "k1")["handle"]["run_id"] == first
    assert workspace.document("run", path, "--key", "k2")["handle"]["run_id"] != first


def test_only_runs_the_named_tasks(workspace, group):
    state = workspace.document("run", group({"one": "good", "two": "bad", "three": "good"}), "--only", "one,three")["state"]
    assert {task["path"] for task in state["tasks"] if task["verdict"] == "succeeded"} == {"one", "three"}


def test_a_repair_runs_what_failed_and_keeps_the_rest(workspace, group, tmp_path):
    gate = tmp_path / "gate"
    path = group({"one": "good"}, checks={"two": "flaky"}, parameters=[{"name": "gate", "default": str(gate)}])
    handle = tmp_path / "handle.json"
    before = workspace.document("run", path, "--handle", handle, status=1)["state"]
    plan = workspace.document("repair", handle, "--plan")
    assert [task["path"] for task in plan["rerun"]] == ["checks/two"]
    assert plan["keep"] == ["one"]
    shown = workspace("repair", handle, "--plan")
    assert "run again  checks/two" in shown.stdout

    gate.touch()
    done = workspace("repair", handle, "--task", "checks/two")
    assert done.returncode == 0, done.stdout + done.stderr
    after = workspace.document("status", handle)
    runs = [{task["path"]: task["run_id"] for task in state["tasks"]} for state in (before, after)]
    assert runs[0]["one"] == runs[1]["one"]
    assert runs[0]["checks/two"] != runs[1]["checks/two"]


def test_there_is_nothing_to_repair_in_a_run_that_succeeded(workspace, group):
    run = workspace.document("run", group({"one": "good"}))["handle"]["run_id_str"]
    assert workspace("repair", run).returncode == 2
    assert workspace("repair", run, "--plan").returncode == 2


def test_run_can_repair_by_itself(workspace, group):
    state = workspace.document("run", group({"one": "bad"}), "--repair", "1", status=1)["state"]
    assert len(state["repairs"]) == 1


def test_cancel_waits_until_the_run_has_stopped(workspace, group):
    handle = workspace.document("run", "--detach", group({"one": "slow"}))["handle"]
    until(lambda: workspace.document("status", handle["run_id_str"])["tasks"][0]["verdict"] == "running", "it runs")
    done = workspace("cancel", handle["run_id_str"], "--wait")
    assert done.returncode == 0, done.stderr
    state = json.loads(workspace("status", handle["run_id_str"], "--json").stdout)
    assert state["verdict"] == "canceled"
    assert workspace("status", handle["run_id_str"]).returncode == 1


def test_a_run_whose_launcher_was_killed_is_swept(workspace, group, tmp_path):
    leases = tmp_path / "leases"
    path = group({"one": "slow"}, policy={"on_abandon": "cancel"})
    handle = tmp_path / "handle.json"
    process, _ = started(workspace, "run", path, "--handle", handle, "--lease", leases, "--lease-seconds", "0.3")
    until(lambda: handle.exists() and any(leases.iterdir()), "the lease is there")
    assert [item["run_id"] for item in workspace.document("sweep", leases)["held"]] == [json.loads(handle.read_text())["run_id"]]
    process.kill()
    process.communicate(timeout=DEADLINE)
    done = workspace("sweep", leases)
    assert done.returncode == 0, done.stderr
    assert "launcher dead, cancelled" in done.stdout
    until(lambda: '"verdict": "canceled"' in workspace("status", handle, "--json").stdout, "it was cancelled")


def test_a_run_takes_the_place_of_another(workspace, group):
    old = workspace.document("run", "--detach", group({"one": "slow"}))["run_id_str"]
    done = workspace("run", group({"one": "good"}), "--instead-of", old)
    assert done.returncode == 0, done.stderr
    assert workspace.document("status", old, status=1)["verdict"] == "canceled"


def test_who_asked_for_a_repair_is_in_the_state(workspace, group, tmp_path):
    handle = tmp_path / "handle.json"
    workspace("run", group({"one": "bad"}), "--handle", handle)
    repaired = workspace.document("repair", handle, "--detach", "--asked-by", "ada")
    state = workspace.document("status", "-", stdin=json.dumps(repaired["handle"]))
    assert [(item["asked_by"], item["settings"], item["tasks"]) for item in state["repairs"]] == [("ada", "launched", ["one"])]


def test_out_of_time_ends_with_4_and_the_run_goes_on(workspace, group, tmp_path):
    handle = tmp_path / "handle.json"
    done = workspace("--timeout", "3", "run", group({"one": "slow"}), "--handle", handle)
    assert done.returncode == 4, done.stdout + done.stderr
    assert workspace.document("status", handle)["verdict"] == "running"
    assert workspace("cancel", handle).returncode == 0


def test_a_notebook_runs_without_a_job_and_prints_its_output(workspace):
    done = workspace("notebook", "/Shared/echo", "-p", "word=hello")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "hello" in done.stdout
    assert workspace("notebook", "/Shared/bad").returncode == 1


# ---- terminals, pipes and signals ----------------------------------------------------------------------------------


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


def started(workspace, *arguments):
    process = subprocess.Popen([BRICKWORK, *map(str, arguments)], env=workspace.environment, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    for line in process.stdout:
        found = re.search(r"run (\d+)", line)
        if found:
            return process, found.group(1)
    raise AssertionError(process.stderr.read())


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


# ---- brickwork local ---------------------------------------------------------------------------------------------


def is_alive(pid):
    """Not when it only waits for a parent that does not reap, as in many containers."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_local_keeps_one_workspace_in_the_background(tmp_path):
    environment = {"PATH": os.environ["PATH"], "XDG_STATE_HOME": str(tmp_path), "HOME": str(tmp_path)}
    assert run_cli("local", "status", environment=environment).returncode == 4
    first = run_cli("--json", "local", "start", environment=environment)
    assert first.returncode == 0, first.stderr
    try:
        ready = json.loads(first.stdout)
        assert ready["state"] == str(tmp_path / "brickwork/local")
        assert json.loads(run_cli("--json", "local", "start", environment=environment).stdout) == ready
        said = run_cli("local", "env", environment=environment).stdout
        shell = subprocess.run(["bash", "-c", f"{said}\n{BRICKWORK} auth check"], env=environment, capture_output=True,
                               text=True, check=False)
        assert shell.returncode == 0, shell.stderr
        assert ready["url"] in shell.stdout
    finally:
        stopped = run_cli("local", "stop", environment=environment)
    assert stopped.stdout == "stopped\n"
    assert not is_alive(ready["pid"])
    assert run_cli("local", "stop", environment=environment).stdout == "none was running\n"


def test_local_start_says_why_it_did_not_start(tmp_path):
    done = run_cli("local", "start", "--state", tmp_path, "--", "--no-such-option")
    assert done.returncode == 4
    assert "--no-such-option" in done.stderr
