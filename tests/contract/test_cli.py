"""The command line from outside: documents, exit statuses, the connection, `brickwork local`, against brickwork-local."""

import json
import os
import socket
import subprocess
from pathlib import Path

import pytest

from conftest import BRICKWORK, run_cli


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
