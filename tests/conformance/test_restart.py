"""A workspace that is killed at any moment knows, when it is back, everything that it ever answered."""

import random
import subprocess
import threading
import time

import pytest
from databricks.sdk.service import jobs
from http_client import Plain
from test_protocol import TASK, create, finished


def test_jobs_runs_outputs_and_tokens_are_there_after_a_kill(start_workspace, tmp_path):
    first = start_workspace("--state", tmp_path)
    plain = Plain(first)
    job_id = create(plain)
    run_id = plain.ask("POST", "/api/2.2/jobs/run-now", {"job_id": job_id, "idempotency_token": "k"})[2]["run_id"]
    before = finished(plain, run_id)
    first.kill()

    second = start_workspace("--state", tmp_path)
    assert second.token == first.token
    plain = Plain(second)
    after = plain.ask("GET", f"/api/2.2/jobs/runs/get?run_id={run_id}")[2]
    assert after["state"] == before["state"]
    assert after["tasks"][0]["run_id"] == before["tasks"][0]["run_id"]
    again = plain.ask("POST", "/api/2.2/jobs/run-now", {"job_id": job_id, "idempotency_token": "k"})[2]
    assert again["run_id"] == run_id


def test_a_run_that_was_executing_ends_as_internal_error_and_can_be_repaired(start_workspace, tmp_path):
    script = tmp_path / "step.py"
    script.write_text("import time\ntime.sleep(300)\n")
    task = {"task_key": "a", "spark_python_task": {"python_file": f"file:{script}"}}
    below = {**TASK, "task_key": "b", "depends_on": [{"task_key": "a"}]}
    first = start_workspace("--state", tmp_path / "state")
    plain = Plain(first)
    job_id = create(plain, tasks=[task, below])
    run_id = plain.ask("POST", "/api/2.2/jobs/run-now", {"job_id": job_id})[2]["run_id"]
    queued_id = plain.ask("POST", "/api/2.2/jobs/run-now", {"job_id": job_id})[2]["run_id"]
    deadline = time.monotonic() + 60
    while plain.ask("GET", f"/api/2.2/jobs/runs/get?run_id={run_id}")[2]["state"]["life_cycle_state"] != "RUNNING":
        assert time.monotonic() < deadline
    first.kill()

    script.write_text("print('mended')\n")
    second = start_workspace("--state", tmp_path / "state")
    plain = Plain(second)
    run = plain.ask("GET", f"/api/2.2/jobs/runs/get?run_id={run_id}")[2]
    assert run["state"]["life_cycle_state"] == "INTERNAL_ERROR"
    assert run["state"]["result_state"] == "FAILED"
    assert "was stopped while the run was executing" in run["state"]["state_message"]
    assert finished(plain, queued_id)["state"]["result_state"] == "SUCCESS"
    plain.ask("POST", "/api/2.2/jobs/runs/repair", {"run_id": run_id, "rerun_all_failed_tasks": True})
    assert finished(plain, run_id)["state"]["result_state"] == "SUCCESS"


@pytest.mark.parametrize("seed", range(3))
def test_every_answered_start_survives_a_kill_at_any_moment(start_workspace, tmp_path, seed):
    first = start_workspace("--state", tmp_path)
    plain = Plain(first)
    job_id = create(plain, max_concurrent_runs=1000)
    answered = {}

    def keep_starting(number):
        mine = Plain(first)
        for count in range(10_000):
            token = f"{number}-{count}"
            try:
                answered[token] = mine.ask("POST", "/api/2.2/jobs/run-now",
                                           {"job_id": job_id, "idempotency_token": token})[2]["run_id"]
            except OSError:
                return

    threads = [threading.Thread(target=keep_starting, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(random.Random(seed).uniform(0.1, 0.5))
    first.kill()
    for thread in threads:
        thread.join()

    plain = Plain(start_workspace("--state", tmp_path))
    assert answered
    for token, run_id in answered.items():
        again = plain.ask("POST", "/api/2.2/jobs/run-now", {"job_id": job_id, "idempotency_token": token})[2]
        assert again["run_id"] == run_id
        assert "result_state" in plain.ask("GET", f"/api/2.2/jobs/runs/get?run_id={run_id}")[2]["state"]


def test_two_servers_do_not_share_a_directory(start_workspace, tmp_path):
    local = start_workspace("--state", tmp_path)
    second = subprocess.run([local.process.args[0], "--state", tmp_path], capture_output=True, text=True, timeout=30)
    assert second.returncode == 4
    assert "another brickwork-local serves" in second.stderr


def test_ids_above_two_to_the_53_come_through_the_sdk_unharmed(start_workspace):
    client = start_workspace("--ephemeral", "--ids", "large").client()
    same = jobs.ConditionTask(op=jobs.ConditionTaskOp.EQUAL_TO, left="1", right="1")
    task = jobs.Task(task_key="a", condition_task=same)
    job_id = client.jobs.create(name="large", tasks=[task]).job_id
    assert job_id > 2**53
    run = client.jobs.run_now(job_id).result()
    assert run.run_id > 2**53 and run.job_id == job_id
