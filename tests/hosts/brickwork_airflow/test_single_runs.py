"""Operators and sensors outside of groups."""


def test_a_run_without_a_saved_job(workspace, run):
    workspace.notebook("/t/alone", "dbutils.notebook.exit(dbutils.widgets.get('day'))")
    ended, states = run("""
        notebook("alone", notebook_params={"day": "{{ ds }}"})
        submit = DatabricksSubmitRunOperator(task_id="submit", notebook_task={
            "notebook_path": "/t/alone", "base_parameters": {"day": "{{ dag.dag_id }}"}})
        submit >> DatabricksRunSensor(task_id="sensor", run_id=submit.output["run_id"])
        submit >> DatabricksTaskSensor(task_id="of_task", run_id=submit.output["run_id"], task_key="submit", deferrable=False,
                                       poke_interval=0.1)
    """)
    assert (ended.state, set(states.values())) == ("success", {"success"}), states
    once, = workspace.runs("submit")
    task, = once["tasks"]
    assert workspace.output(task["run_id"])["notebook_output"]["result"] == "test_a_run_without_a_saved_job"


def test_a_run_of_a_job(workspace, run):
    workspace.notebook("/t/job", "dbutils.notebook.exit(dbutils.widgets.get('country'))")
    workspace.ask("POST", "/api/2.2/jobs/create", {
        "name": "nightly", "parameters": [{"name": "country", "default": "Norway"}],
        "tasks": [{"task_key": "only", "notebook_task": {"notebook_path": "/t/job"}}]})
    ended, states = run("""
        dag.params["country"] = "Iceland"
        DatabricksRunNowOperator(task_id="now", job_name="nightly")
        DatabricksRunNowOperator(task_id="as_it_is", job_name="nightly", forward_dag_params=False, deferrable=False)
    """)
    assert ended.state == "success", states
    results = {workspace.output(each["tasks"][0]["run_id"])["notebook_output"]["result"] for each in workspace.runs("nightly")}
    assert results == {"Iceland", "Norway"}


def test_a_run_that_failed_is_repaired_once_if_asked(workspace, run, tmp_path):
    mark = tmp_path / "mark"
    workspace.notebook("/t/second", f"""
        from pathlib import Path
        mark = Path({str(mark)!r})
        if not mark.exists():
            mark.touch()
            raise RuntimeError("the first time")
    """)
    workspace.ask("POST", "/api/2.2/jobs/create", {
        "name": "second", "tasks": [{"task_key": "only", "notebook_task": {"notebook_path": "/t/second"}}]})
    ended, states = run('DatabricksRunNowOperator(task_id="now", job_name="second", repair_run=True)')
    assert ended.state == "success", states
    once, = workspace.runs("second")
    assert [each["type"] for each in once["repair_history"]] == ["ORIGINAL", "REPAIR"]


def test_a_retry_of_a_failure_starts_another_run(workspace, run, tmp_path):
    mark = tmp_path / "mark"
    workspace.notebook("/t/again", f"""
        from pathlib import Path
        mark = Path({str(mark)!r})
        if not mark.exists():
            mark.touch()
            raise RuntimeError("the first time")
    """)
    ended, states = run('notebook("again", retries=1, retry_delay=timedelta(seconds=0))')
    assert ended.state == "success", states
    assert len(workspace.runs("test_a_retry_of_a_failure_starts_another_run__again")) == 2
