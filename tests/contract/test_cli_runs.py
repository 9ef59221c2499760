"""Runs by the command line: launch, watch, repair, cancel, replace, sweep, against brickwork-local."""

import json
import re

from conftest import DEADLINE, started, until


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
