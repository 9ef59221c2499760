"""dbutils.notebook.run: a run of its own, of type WORKFLOW_RUN, on the cluster of the notebook that asks."""

import time

import pytest
from databricks.sdk.service import jobs

from conftest import Local, task


def workflows(local, path):
    """The runs of a notebook that others ran, oldest first."""
    runs = local.client.jobs.list_runs(run_type=jobs.RunType.WORKFLOW_RUN, expand_tasks=True)
    return sorted((run for run in runs if run.run_name == path), key=lambda run: run.start_time)


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError("it never became true")


def test_point_46_a_notebook_that_another_one_runs_is_a_workflow_run(local):
    child = local.notebook("/Shared/flow/child", "dbutils.notebook.exit(dbutils.widgets.get('x') + '!')")
    local.notebook("/Shared/flow/parent", "dbutils.notebook.exit(dbutils.notebook.run('./child', 60, {'x': 'y'}))")
    submitted = local.client.jobs.submit(tasks=[task("main", "/Shared/flow/parent")])
    parent = local.outputs(submitted.run_id)["main"]
    assert parent.notebook_output.result == "y!"
    run, = workflows(local, child)
    assert run.run_type.value == "WORKFLOW_RUN" and run.state.result_state.value == "SUCCESS"
    assert run.run_id not in (submitted.run_id, parent.metadata.run_id) and run.creator_user_name
    assert run.tasks[0].notebook_task.notebook_path == child
    assert run.tasks[0].notebook_task.base_parameters == {"x": "y"}
    assert run.tasks[0].cluster_instance.cluster_id == parent.metadata.cluster_instance.cluster_id
    assert local.client.jobs.get_run_output(run.tasks[0].run_id).notebook_output.result == "y!"
    assert local.client.jobs.export_run(run.tasks[0].run_id).views[0].name == "child"
    assert run.run_id not in [each.run_id for each in local.client.jobs.list_runs()]
    assert run.job_id not in [each.job_id for each in local.client.jobs.list()]


def test_a_failure_raises_and_is_the_failure_of_the_run(local):
    child = local.notebook("/Shared/flow/bad", "raise KeyError('inside')")
    output = local.run_notebook("""
    try:
        dbutils.notebook.run('/Shared/flow/bad', 60)
    except Exception as error:
        dbutils.notebook.exit(str(error))
    """)
    assert "KeyError: 'inside'" in output.notebook_output.result
    run, = workflows(local, child)
    assert run.state.result_state.value == "FAILED"
    assert local.client.jobs.get_run_output(run.tasks[0].run_id).error == "KeyError: 'inside'"
    assert "Unable to access the notebook" in local.run_notebook("dbutils.notebook.run('/Shared/flow/none', 60)").error


def test_the_timeout_ends_the_notebook_and_raises(local):
    child = local.notebook("/Shared/flow/slow", "import time\ntime.sleep(300)")
    output = local.run_notebook("dbutils.notebook.run('/Shared/flow/slow', 1)")
    assert "TimeoutException: the notebook did not end within 1 seconds" in output.error
    run, = workflows(local, child)
    assert run.state.result_state.value == "TIMEDOUT"


def test_a_cancel_reaches_the_notebooks_below_and_the_run_below_can_be_cancelled_alone(local):
    child = local.notebook("/Shared/flow/long", "import time\ntime.sleep(300)")
    local.notebook("/Shared/flow/above", "dbutils.notebook.run('/Shared/flow/long', 0)")

    def running(count):
        return wait_for(lambda: len(workflows(local, child)) == count and
                        workflows(local, child)[-1].tasks[0].state.life_cycle_state.value == "RUNNING" and
                        workflows(local, child)[-1])

    above = local.client.jobs.submit(tasks=[task("main", "/Shared/flow/above")])
    first = running(1)
    local.client.jobs.cancel_run(above.run_id)
    assert local.outputs(above.run_id)["main"].metadata.state.result_state.value == "CANCELED"
    wait_for(lambda: workflows(local, child)[0].state.result_state)
    assert local.client.jobs.get_run(first.run_id).state.result_state.value == "CANCELED"

    above = local.client.jobs.submit(tasks=[task("main", "/Shared/flow/above")])
    second = running(2)
    local.client.jobs.cancel_run(second.run_id)
    assert "Run cancelled" in local.outputs(above.run_id)["main"].error


def test_notebooks_run_notebooks_on_one_cluster_and_from_contexts_too(local, cluster):
    local.notebook("/Shared/flow/leaf", "dbutils.notebook.exit(spark.conf.get('spark.app.name') != '')")
    local.notebook("/Shared/flow/middle", "dbutils.notebook.exit(dbutils.notebook.run('leaf', 60) + ' below')")
    output = local.run_notebook("dbutils.notebook.exit(dbutils.notebook.run('/Shared/flow/middle', 60))", cluster)
    assert output.notebook_output.result == "True below"
    from databricks.sdk.service.compute import Language

    client = local.client.command_execution
    context = client.create(cluster_id=cluster, language=Language.PYTHON).result().id
    done = client.execute(cluster_id=cluster, context_id=context, language=Language.PYTHON,
                          command="print(dbutils.notebook.run('/Shared/flow/middle', 60))").result()
    assert done.results.data.strip() == "True below"
    client.destroy(cluster, context)


def test_a_notebook_runs_another_one_without_a_cluster_of_its_own(local):
    local.notebook("/Shared/flow/nested", "dbutils.notebook.exit('there')")
    local.notebook("/Shared/flow/serverless", "dbutils.notebook.exit(dbutils.notebook.run('nested', 60))")
    outputs = local.submit(jobs.SubmitTask(task_key="main", notebook_task=jobs.NotebookTask("/Shared/flow/serverless")))
    assert outputs["main"].notebook_output.result == "there"


def test_who_may_see_the_task_may_see_the_notebooks_that_it_ran(tmp_path):
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.errors import PermissionDenied

    users = tmp_path / "users.json"
    users.write_text('{"users": [{"user_name": "ann@x.com", "tokens": ["ann-token"]},'
                     '{"user_name": "bob@x.com", "tokens": ["bob-token"]}]}')
    users.chmod(0o600)
    local = Local(tmp_path / "state", "--users", str(users))
    try:
        local.notebook("/Shared/flow/child", "dbutils.notebook.exit('x')")
        local.notebook("/Shared/flow/parent", "dbutils.notebook.run('child', 60)")
        ann, bob = (WorkspaceClient(host=local.url, token=f"{name}-token", auth_type="pat") for name in ("ann", "bob"))
        parent = ann.jobs.submit(tasks=[jobs.SubmitTask(
            task_key="main", notebook_task=jobs.NotebookTask("/Shared/flow/parent"))])
        local.outputs(parent.run_id)
        run, = workflows(local, "/Shared/flow/child")
        assert ann.jobs.get_run(run.run_id).creator_user_name == "ann@x.com"
        with pytest.raises(PermissionDenied):
            bob.jobs.get_run(run.run_id)
    finally:
        local.stop()
