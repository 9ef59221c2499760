"""Where documents leave a point open, both behaviours sit behind an option."""

import subprocess

import pytest
from databricks.sdk.service.jobs import RunResultState
from jobs_client import Jobs, bad, ok
from local_workspace import BIN


@pytest.fixture
def opened(start_workspace):
    def start(choice, *more):
        return Jobs(start_workspace("--ephemeral", "--open", choice, *more))
    return start


@pytest.mark.parametrize("choice, life_cycle", [("skipped", "SKIPPED"), ("terminated", "TERMINATED"),
                                                ("internal-error", "INTERNAL_ERROR")])
def test_a_task_that_never_began_is_shown_in_three_ways(opened, choice, life_cycle):
    jobs = opened(f"skipped-tasks={choice}")
    run = jobs.done(bad("a"), ok("b", "a"))
    state = {task["task_key"]: task for task in run["tasks"]}["b"]
    assert (state["state"]["life_cycle_state"], state["state"]["result_state"]) == (life_cycle, "UPSTREAM_FAILED")
    assert (state["status"]["state"], state["status"]["termination_details"]["code"]) == ("TERMINATED", "SKIPPED")
    skipped = jobs.done(ok("a"), max_concurrent_runs=0)
    assert skipped["state"]["life_cycle_state"] == "SKIPPED"
    assert jobs.plain.ask("POST", "/api/2.2/jobs/runs/repair", {"run_id": run["run_id"], "rerun_tasks": ["b"]})[0] == 200


@pytest.mark.parametrize("choice, result", [("timedout", "TIMEDOUT"), ("canceled", "CANCELED")])
def test_a_run_over_its_timeout_ends_in_two_ways(opened, choice, result, tmp_path):
    script = tmp_path / "sleep.py"
    script.write_text("import time\ntime.sleep(600)\n")
    work = {"task_key": "a", "spark_python_task": {"python_file": f"file:{script}"}, "environment_key": "e"}
    run = opened(f"run-timeout={choice}").done(work, timeout_seconds=1,
                                                 environments=[{"environment_key": "e", "spec": {"client": "1"}}])
    assert run["state"]["result_state"] == result and run["state"]["user_cancelled_or_timedout"]
    assert RunResultState(run["tasks"][0]["state"]["result_state"]) in (RunResultState.TIMEDOUT, RunResultState.CANCELED)


@pytest.mark.parametrize("choice, status", [("accept", 200), ("refuse", 400)])
def test_cancelling_what_has_ended(opened, choice, status):
    jobs = opened(f"cancel-ended={choice}")
    run = jobs.done(ok("a"))
    assert jobs.plain.ask("POST", "/api/2.2/jobs/runs/cancel", {"run_id": run["run_id"]})[0] == status
    assert jobs.get("runs/get", run_id=run["run_id"])["state"]["result_state"] == "SUCCESS"


@pytest.mark.parametrize("choice, status", [("refuse", 400), ("ignore", 200)])
def test_job_parameters_that_nobody_declared(opened, choice, status):
    jobs = opened(f"unknown-parameters={choice}")
    job_id = jobs.create(ok("a"), parameters=[{"name": "known", "default": "1"}])
    answered, _, answer = jobs.plain.ask("POST", "/api/2.2/jobs/run-now", {
        "job_id": job_id, "job_parameters": {"known": "2", "nowhere": "3"}})
    assert answered == status, answer
    if status == 200:
        shown = jobs.finished(answer["run_id"])["job_parameters"]
        assert [(each["name"], each["value"]) for each in shown] == [("known", "2")]


@pytest.mark.parametrize("choice, attempts", [("honour", 2), ("ignore", 1)])
def test_retries_of_what_was_submitted(opened, choice, attempts):
    jobs = opened(f"submit-retries={choice}")
    work = {"task_key": "a", "spark_python_task": {"python_file": "file:/nonexistent.py"}, "environment_key": "e",
            "max_retries": 1, "min_retry_interval_millis": 1}
    run_id = jobs.plain.ask("POST", "/api/2.2/jobs/runs/submit", {
        "tasks": [work], "environments": [{"environment_key": "e", "spec": {"client": "1"}}]})[2]["run_id"]
    assert len(jobs.finished(run_id)["tasks"]) == attempts


def test_a_behaviour_that_is_none_is_refused_and_those_that_are_shown():
    ended = subprocess.run([BIN / "brickwork-local", "--ephemeral", "--open", "cancel-ended=maybe"], capture_output=True,
                           text=True, timeout=30)
    assert ended.returncode == 2 and "cancel-ended=refuse" in ended.stderr
