"""Points 21 to 29: repair, tokens, submitted runs, outputs, times and changed settings."""

import threading

import pytest
from jobs_client import Jobs, bad, by_key, ok, results, wait_until

MENDED = {"op": "EQUAL_TO", "left": "{{tasks.first.result_state}}", "right": "success"}


def test_point_21_repair(jobs, gate):
    job_id = jobs.create(ok("first"), bad("second", "first"), ok("third", "second"), gate.task("apart"))
    run_id = jobs.run_now(job_id)
    assert jobs.refused("POST", "runs/repair", {"run_id": run_id, "rerun_all_failed_tasks": True})[0] == 400
    gate.good("apart")
    before = jobs.finished(run_id)
    jobs.post("update", job_id=job_id, new_settings={"tasks": [
        {"task_key": "second", "condition_task": MENDED, "depends_on": [{"task_key": "first"}]},
        gate.task("third", "second")]})
    first_repair = jobs.post("runs/repair", run_id=run_id, rerun_all_failed_tasks=True)["repair_id"]
    jobs.task_in(run_id, "third", "RUNNING")
    during = jobs.run(run_id)
    assert during["state"]["life_cycle_state"] == "RUNNING" and during["end_time"] == 0
    gate.good("third")
    after = jobs.finished(run_id, include_history=True)
    assert after["state"]["result_state"] == "SUCCESS" and after["run_id"] == run_id
    old, new = by_key(before), by_key(after)
    assert {key for key in old if old[key]["run_id"] == new[key]["run_id"]} == {"first", "apart"}
    history = after["repair_history"]
    assert [item["type"] for item in history] == ["ORIGINAL", "REPAIR"]
    assert "id" not in history[0] and history[1]["id"] == first_repair
    assert history[0]["state"]["result_state"] == "FAILED" and history[1]["state"]["result_state"] == "SUCCESS"
    assert set(history[1]["task_run_ids"]) == {new["second"]["run_id"], new["third"]["run_id"]}
    assert "repair_history" not in jobs.run(run_id)

    again = {"run_id": run_id, "rerun_tasks": ["first"]}
    assert jobs.refused("POST", "runs/repair", again)[2] == (
        "The latest repair ID needs to be provided in order to create a new repair")
    assert jobs.refused("POST", "runs/repair", {**again, "latest_repair_id": 5})[0] == 400
    jobs.post("runs/repair", **again, latest_repair_id=first_repair, rerun_dependent_tasks=True)
    last = by_key(jobs.finished(run_id))
    assert last["apart"]["run_id"] == old["apart"]["run_id"]
    assert all(last[key]["run_id"] != new[key]["run_id"] for key in ("first", "second", "third"))


@pytest.mark.parametrize("wrong, words", [
    ({"rerun_tasks": ["nowhere"]}, "does not exist"), ({}, "no task"),
    ({"rerun_tasks": ["a", "a"]}, "rerun_tasks cannot contain duplicate task keys."),
    ({"rerun_tasks": ["a"], "rerun_all_failed_tasks": True}, "Only one"),
])
def test_point_21_a_repair_that_cannot_be_is_refused(jobs, wrong, words):
    run = jobs.done(bad("a"))
    status, code, message = jobs.refused("POST", "runs/repair", {"run_id": run["run_id"], **wrong})
    assert (status, code) == (400, "INVALID_PARAMETER_VALUE") and words in message


def test_point_21_of_many_repairs_at_once_one_is_taken(jobs):
    run = jobs.done(bad("a"), ok("c"))
    answers = []

    def repair():
        answers.append(Jobs(jobs.workspace).plain.ask(
            "POST", jobs.prefix + "runs/repair", {"run_id": run["run_id"], "rerun_tasks": ["a"]})[0])

    threads = [threading.Thread(target=repair) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(200) == 1 and set(answers) == {200, 400}


@pytest.mark.parametrize("path", ["run-now", "runs/submit"])
def test_point_22_one_token_is_one_run(jobs, path):
    body = {"job_id": jobs.create(ok("a"), max_concurrent_runs=100)} if path == "run-now" else {"tasks": [ok("a")]}
    body["idempotency_token"] = f"point 22 {path}"
    found = []

    def start():
        found.append(Jobs(jobs.workspace).post(path, **body)["run_id"])

    threads = [threading.Thread(target=start) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12 and len(set(found)) == 1
    jobs.finished(found[0])
    assert jobs.post(path, **body)["run_id"] == found[0]
    assert jobs.refused("POST", path, {**body, "idempotency_token": "x" * 65})[:2] == (400, "INVALID_PARAMETER_VALUE")
    assert jobs.post(path, **{**body, "idempotency_token": "y" * 64})["run_id"] != found[0]
    jobs.post("runs/delete", run_id=found[0])
    assert jobs.refused("POST", path, body)[0] == 400


def test_point_23_a_submitted_run_has_a_job_that_no_list_shows(jobs):
    run = jobs.finished(jobs.post("runs/submit", tasks=[ok("a"), ok("b", "a")])["run_id"])
    assert run["run_type"] == "SUBMIT_RUN" and run["job_id"] and run["run_name"] == "Untitled"
    assert run["job_id"] not in [job["job_id"] for job in jobs.get("list", limit=100).get("jobs", [])]
    listed = jobs.get("runs/list", run_type="SUBMIT_RUN")["runs"]
    assert run["run_id"] in [each["run_id"] for each in listed]
    named = jobs.post("runs/submit", run_name="by name", tasks=[ok("a")])["run_id"]
    assert jobs.finished(named)["run_name"] == "by name"


def test_point_24_the_run_page_url_names_workspace_job_and_run(jobs):
    run = jobs.done(ok("a"))
    org = jobs.plain.ask("GET", "/api/2.0/preview/scim/v2/Me")[1]["X-Databricks-Org-Id"]
    base = f"{jobs.workspace.url}/jobs/{run['job_id']}/runs/"
    assert run["run_page_url"] == f"{base}{run['run_id']}?o={org}"
    assert run["tasks"][0]["run_page_url"] == f"{base}{run['tasks'][0]['run_id']}?o={org}"


def test_point_25_what_is_deleted_is_gone_and_the_runs_of_a_deleted_job_stay(jobs, gate):
    job_id = jobs.create(gate.task("a"))
    run_id = jobs.run_now(job_id)
    assert jobs.refused("POST", "runs/delete", {"run_id": run_id})[0] == 400
    gate.good("a")
    jobs.finished(run_id)
    jobs.post("delete", job_id=job_id)
    assert jobs.refused("GET", f"get?job_id={job_id}")[2] == f"Job {job_id} does not exist."
    assert jobs.run(run_id)["state"]["result_state"] == "SUCCESS"
    jobs.post("runs/delete", run_id=run_id)
    assert jobs.refused("GET", f"runs/get?run_id={run_id}")[2] == f"Run {run_id} does not exist."


def test_point_25_runs_are_kept_for_sixty_days(turned):
    jobs, turn = turned
    run = jobs.done(ok("a"))
    turn(advance_seconds=59 * 86400)
    assert jobs.run(run["run_id"])["run_id"] == run["run_id"]
    turn(advance_seconds=2 * 86400)
    wait_until(lambda: jobs.plain.ask("GET", f"{jobs.prefix}runs/get?run_id={run['run_id']}")[0] == 400)


def test_point_26_get_output_is_of_a_task(jobs, gate):
    run_id = jobs.start(gate.task("a"))
    task_run_id = jobs.run(run_id)["tasks"][0]["run_id"]
    assert jobs.refused("GET", f"runs/get-output?run_id={run_id}") == (
        400, "INVALID_PARAMETER_VALUE",
        "Retrieving the output of runs with multiple tasks is not supported. Please retrieve the output of each "
        "individual task run instead.")
    jobs.task_in(run_id, "a", "RUNNING")
    running = jobs.get("runs/get-output", run_id=task_run_id)
    assert running["metadata"]["state"]["life_cycle_state"] == "RUNNING" and "error" not in running
    gate.bad("a")
    jobs.finished(run_id)
    output = jobs.get("runs/get-output", run_id=task_run_id)
    assert output["error"] == "ValueError: a was told to fail"
    assert "Traceback" in output["error_trace"] and "gate.py" in output["error_trace"]
    assert output["metadata"]["run_id"] == task_run_id and output["metadata"]["job_run_id"] == run_id


def test_point_26_logs_are_the_last_five_megabytes(jobs, tmp_path):
    script = tmp_path / "talk.py"
    script.write_text("for number in range(700_000):\n    print(f'line {number:07}')\n")
    run = jobs.done({"task_key": "a", "spark_python_task": {"python_file": f"file:{script}"}})
    output = jobs.get("runs/get-output", run_id=run["tasks"][0]["run_id"])
    assert output["logs_truncated"] and output["logs"].rstrip().endswith("line 0699999")
    assert 4_900_000 < len(output["logs"]) <= 5 * 1024 * 1024


def test_point_26_what_a_running_file_has_printed_is_there_already(jobs, gate, tmp_path):
    talker = tmp_path / "talker.py"
    talker.write_text("print('at once', flush=True)\n" + gate.SCRIPT)
    task = gate.task("a")
    task["spark_python_task"]["python_file"] = f"file:{talker}"
    run_id = jobs.start(task)
    gate.began("a")
    task_run = jobs.run(run_id)["tasks"][0]["run_id"]
    wait_until(lambda: jobs.get("runs/get-output", run_id=task_run).get("logs") == "at once\n")
    gate.good("a")
    jobs.finished(run_id)
    assert jobs.get("runs/get-output", run_id=task_run)["logs"] == "at once\n"


def test_point_27_times_are_milliseconds_and_durations_stand_where_they_belong(jobs, gate):
    gate.good("a")
    run = jobs.done(gate.task("a"))
    task = run["tasks"][0]
    assert run["start_time"] > 1_600_000_000_000 and run["end_time"] >= run["start_time"]
    assert run["run_duration"] == run["end_time"] - run["start_time"]
    assert run["setup_duration"] == run["execution_duration"] == run["cleanup_duration"] == 0
    assert task["execution_duration"] > 0 and "run_duration" not in task
    assert task["setup_duration"] + task["execution_duration"] <= run["run_duration"] + 1


def test_point_28_update_merges_by_key_and_reset_replaces(jobs):
    job_id = jobs.create(ok("a"), ok("b"), parameters=[{"name": "x", "default": "1"}], tags={"t": "1"},
                         job_clusters=[{"job_cluster_key": "c", "new_cluster": {"spark_version": "15"}}],
                         run_as={"user_name": "somebody@localhost"})
    jobs.post("update", job_id=job_id, new_settings={
        "name": "renamed", "tags": {"u": "2"}, "tasks": [bad("b"), ok("c")],
        "parameters": [{"name": "y", "default": "2"}]})
    settings = jobs.get("get", job_id=job_id)["settings"]
    assert settings["name"] == "renamed" and settings["tags"] == {"u": "2"}
    assert [task["task_key"] for task in settings["tasks"]] == ["a", "b", "c"]
    assert settings["tasks"][1]["condition_task"]["left"] == "not a number"
    assert [parameter["name"] for parameter in settings["parameters"]] == ["x", "y"]
    jobs.post("update", job_id=job_id, fields_to_remove=["tags", "tasks/b", "job_clusters/c", "parameters/x"])
    settings = jobs.get("get", job_id=job_id)["settings"]
    assert "tags" not in settings and not settings.get("job_clusters")
    assert [task["task_key"] for task in settings["tasks"]] == ["a", "c"]
    assert [parameter["name"] for parameter in settings["parameters"]] == ["y"]
    assert jobs.refused("POST", "update", {"job_id": job_id, "fields_to_remove": ["tags/x"]})[0] == 400
    jobs.post("reset", job_id=job_id, new_settings={"name": "new", "tasks": [ok("z")]})
    settings = jobs.get("get", job_id=job_id)["settings"]
    assert [task["task_key"] for task in settings["tasks"]] == ["z"] and "parameters" not in settings
    assert settings["run_as"] == {"user_name": "somebody@localhost"}


def test_point_28_changed_settings_are_for_later_runs_and_for_repairs_of_earlier_ones(jobs, gate):
    job_id = jobs.create(bad("a"), gate.task("hold"))
    run_id = jobs.run_now(job_id)
    gate.began("hold")
    jobs.post("update", job_id=job_id, new_settings={"tasks": [ok("a")]})
    gate.good("hold")
    run = jobs.finished(run_id)
    assert results(run)["a"] == "FAILED"
    jobs.post("runs/repair", run_id=run_id, rerun_tasks=["a"])
    assert results(jobs.finished(run_id))["a"] == "SUCCESS"


def test_point_29_a_job_cluster_is_shared_by_the_tasks_of_a_run_and_ends_with_it(jobs, gate):
    cluster = {"job_cluster_key": "main", "new_cluster": {"spark_version": "16.4.x-scala2.12", "num_workers": 0,
                                                          "node_type_id": "local"}}
    run_id = jobs.start(gate.task("a", job_cluster_key="main"), gate.task("b", "a", job_cluster_key="main"),
                        job_clusters=[cluster])
    gate.began("a")
    cluster_id = by_key(jobs.run(run_id))["a"]["cluster_instance"]["cluster_id"]
    status, _, shown = jobs.plain.ask("GET", f"/api/2.1/clusters/get?cluster_id={cluster_id}")
    job_id = jobs.run(run_id)["job_id"]
    assert status == 200 and shown["cluster_source"] == "JOB"
    assert shown["cluster_name"] == f"job-{job_id}-run-{run_id}-main" and shown["state"] == "RUNNING"
    gate.good("a", "b")
    run = jobs.finished(run_id)
    assert by_key(run)["b"]["cluster_instance"]["cluster_id"] == cluster_id
    wait_until(lambda: jobs.plain.ask("GET", f"/api/2.1/clusters/get?cluster_id={cluster_id}")[2]["state"]
               == "TERMINATED")
