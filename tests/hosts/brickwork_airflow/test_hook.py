"""What authors of DAGs do with the hook: the calls of the stock one, any other endpoint, and the button Test."""

import json

import pytest

from brickwork_airflow.hooks.databricks import DatabricksHook

CONDITION = {"task_key": "only", "condition_task": {"op": "EQUAL_TO", "left": "1", "right": "1"}}


@pytest.fixture
def hook(workspace):
    with DatabricksHook() as hook:
        yield hook


def wait(hook, run_id):
    return hook.client.run.watch(run_id, poll_ms=50).result()


def test_a_job_from_its_making_to_its_run(hook):
    job_id = hook.create_job({"name": "of the hook", "tasks": [CONDITION]})
    assert hook.find_job_id_by_name("of the hook") == job_id
    assert hook.find_job_id_by_name("of nobody") is None
    hook.update_job(job_id, {"tags": {"team": "energy"}})
    assert hook.list_jobs("of the hook")[0]["settings"]["tags"] == {"team": "energy"}
    run_id = hook.run_now({"job_id": job_id})
    assert wait(hook, run_id).verdict == "succeeded"
    assert hook.get_run(run_id)["job_id"] == job_id
    assert str(run_id) in hook.get_run_page_url(run_id)
    hook.reset_job(job_id, {"name": "of the hook, renamed", "tasks": [CONDITION]})
    assert hook.list_jobs("of the hook") == []


def test_one_of_two_jobs_of_a_name_is_not_guessed(hook):
    for _ in range(2):
        hook.create_job({"name": "twice", "tasks": [CONDITION]})
    with pytest.raises(ValueError, match="2 jobs are named 'twice'"):
        hook.find_job_id_by_name("twice")


def test_a_run_is_submitted_read_and_canceled(hook, workspace):
    workspace.notebook("/t/says", "dbutils.notebook.exit('said')")
    run_id = hook.submit_run({"tasks": [{"task_key": "says", "notebook_task": {"notebook_path": "/t/says"}}]})
    assert wait(hook, run_id).verdict == "succeeded"
    task, = hook.get_run(run_id)["tasks"]
    assert hook.get_run_output(task["run_id"])["notebook_output"]["result"] == "said"
    workspace.notebook("/t/waits", "import time\ntime.sleep(600)")
    run_id = hook.submit_run({"tasks": [{"task_key": "waits", "notebook_task": {"notebook_path": "/t/waits"}}]})
    hook.cancel_run(run_id)
    assert wait(hook, run_id).verdict == "canceled"


def test_an_operator_of_ones_own_calls_any_endpoint(workspace, run):
    ended, _ = run("""
        from brickwork_airflow.hooks.databricks import DatabricksHook

        @task
        def folder():
            with DatabricksHook("databricks_default", caller="Folders") as hook:
                hook.call("POST", "/api/2.0/workspace/mkdirs", body={"path": "/Shared/of_an_operator"})

        folder()
    """)
    assert ended.state == "success"
    assert workspace.ask("GET", "/api/2.0/workspace/get-status?path=/Shared/of_an_operator")["object_type"] == "DIRECTORY"


def test_the_button_test_says_who_one_is_or_why_not(workspace, monkeypatch):
    good, text = DatabricksHook().test_connection()
    assert good
    assert "successfully" in text
    monkeypatch.setenv("AIRFLOW_CONN_NO_GOOD", json.dumps(
        {"conn_type": "databricks", "host": workspace.url, "password": "dapi-canary-77"}))
    good, text = DatabricksHook("no_good").test_connection()
    assert not good
    assert "UNAUTHENTICATED" in text or "401" in text
    assert "canary" not in text
