"""The Databricks SDK for Python, as PyPI has it, against the local workspace: jobs, runs and repairs."""

import threading

import pytest
from databricks.sdk.errors import BadRequest, InvalidParameterValue, OperationFailed, ResourceDoesNotExist
from databricks.sdk.service import jobs
from databricks.sdk.service.jobs import RunLifeCycleState, RunResultState, TerminationCodeCode


# Where documents leave a point open the client is tried with each behaviour.
OTHERWISE = ["--ids", "large", "--jobs-not-found", "404", "--open", "skipped-tasks=terminated", "--open",
             "run-timeout=canceled", "--open", "cancel-ended=refuse", "--open", "unknown-parameters=ignore", "--open",
             "submit-retries=ignore"]


@pytest.fixture(scope="module", params=[[], OTHERWISE], ids=["usual", "otherwise"])
def workspace(request, start_for_module):
    local = start_for_module("--ephemeral", "--faults", "-", *request.param)
    local.is_usual = not request.param
    return local


def notebook(key, path, *upstream, **more):
    return jobs.Task(task_key=key, notebook_task=jobs.NotebookTask(notebook_path=path),
                     depends_on=[jobs.TaskDependency(task_key=name) for name in upstream], **more)


def condition(key, left, right, *depends_on, op=jobs.ConditionTaskOp.EQUAL_TO, **more):
    return jobs.Task(task_key=key, condition_task=jobs.ConditionTask(op=op, left=left, right=right),
                     depends_on=list(depends_on), **more)


def after(key, outcome=None):
    return jobs.TaskDependency(task_key=key, outcome=outcome)


def tasks_by_key(run):
    """The latest attempt of each task."""
    return {task.task_key: task for task in sorted(run.tasks, key=lambda task: task.attempt_number)}


def results(run):
    return {key: task.state.result_state for key, task in tasks_by_key(run).items()}


def finished(client, waiter):
    """The run at its end; the SDK's waiter raises on a failed run, which is what it should do."""
    try:
        waiter.result()
    except OperationFailed as error:
        assert "INTERNAL_ERROR" in str(error)
    return client.jobs.get_run(waiter.run_id, include_history=True)


def test_a_job_comes_back_as_it_was_sent_with_the_defaults_nobody_sent(client):
    created = client.jobs.create(name="echo", tags={"brickwork": "1"}, tasks=[condition("a", "1", "1")],
                                 parameters=[jobs.JobParameterDefinition(name="state", default="Iowa")])
    job = client.jobs.get(created.job_id)
    assert job.settings.name == "echo"
    assert job.settings.tags == {"brickwork": "1"}
    assert job.settings.parameters[0].default == "Iowa"
    assert job.settings.max_concurrent_runs == 1
    assert job.settings.timeout_seconds == 0
    assert job.settings.queue.enabled is True
    assert job.settings.format == jobs.Format.MULTI_TASK
    assert job.settings.tasks[0].run_if == jobs.RunIf.ALL_SUCCESS
    assert job.creator_user_name == client.current_user.me().user_name


def test_a_job_is_updated_by_entry_and_reset_as_a_whole(client):
    job_id = client.jobs.create(name="change", tasks=[condition("a", "1", "1"), condition("b", "1", "1")]).job_id
    client.jobs.update(job_id, new_settings=jobs.JobSettings(tasks=[condition("b", "2", "2")]))
    tasks = {task.task_key: task for task in client.jobs.get(job_id).settings.tasks}
    assert set(tasks) == {"a", "b"}
    assert tasks["b"].condition_task.left == "2"
    client.jobs.update(job_id, fields_to_remove=["tasks/a"])
    assert [task.task_key for task in client.jobs.get(job_id).settings.tasks] == ["b"]
    client.jobs.reset(job_id, jobs.JobSettings(name="changed", tasks=[condition("c", "1", "1")]))
    assert client.jobs.get(job_id).settings.name == "changed"
    client.jobs.delete(job_id)
    with pytest.raises(ResourceDoesNotExist):
        client.jobs.get(job_id)


def test_jobs_are_listed_by_name_whatever_the_case_and_paged(client):
    ids = {client.jobs.create(name=f"Listed{number % 2}", tasks=[condition("a", "1", "1")]).job_id
           for number in range(6)}
    listed = list(client.jobs.list(name="LISTED1", limit=2))
    assert len(listed) == 3
    assert {job.job_id for job in listed} < ids
    assert not listed[0].settings.tasks
    assert list(client.jobs.list(name="listed0", expand_tasks=True))[0].settings.tasks[0].task_key == "a"


def test_a_thousand_tasks_are_paged_and_put_together_again(client):
    tasks = [condition(f"t{number:03}", "1", "1") for number in range(250)]
    job_id = client.jobs.create(name="many", tasks=tasks).job_id
    assert len(client.jobs.get(job_id).settings.tasks) == 250
    run = client.jobs.run_now(job_id).result()
    assert run.state.result_state == RunResultState.SUCCESS
    assert len({task.task_key for task in client.jobs.get_run(run.run_id).tasks}) == 250


@pytest.mark.parametrize("tasks, words", [
    ([condition("a", "1", "1", after("b"))], "undefined task 'b'"),
    ([condition("a", "1", "1", after("b")), condition("b", "1", "1", after("a"))], "cycle"),
    ([condition("a", "1", "1"), condition("a", "1", "1")], "Duplicate task_key 'a'"),
    ([condition("not a key", "1", "1")], "task key"),
    ([jobs.Task(task_key="a")], "no task type"),
    ([notebook("a", "/x", job_cluster_key="nowhere")], "not defined in field 'job_clusters'"),
])
def test_settings_that_could_never_run_are_refused(client, tasks, words):
    with pytest.raises(BadRequest, match=words):
        client.jobs.create(name="bad", tasks=tasks)


def test_every_run_if_sees_what_became_of_the_tasks_above(client):
    bad = condition("bad", "text", "1", op=jobs.ConditionTaskOp.GREATER_THAN)
    good = condition("good", "1", "1")
    both = [after("bad"), after("good")]
    rules = {rule.value.lower(): condition(rule.value.lower(), "1", "1", *both, run_if=rule) for rule in jobs.RunIf}
    job_id = client.jobs.create(name="rules", tasks=[bad, good, *rules.values()]).job_id
    run = finished(client, client.jobs.run_now(job_id))
    assert results(run) == {
        "bad": RunResultState.FAILED, "good": RunResultState.SUCCESS,
        "all_success": RunResultState.UPSTREAM_FAILED, "at_least_one_success": RunResultState.SUCCESS,
        "none_failed": RunResultState.UPSTREAM_FAILED, "all_done": RunResultState.SUCCESS,
        "at_least_one_failed": RunResultState.SUCCESS, "all_failed": RunResultState.EXCLUDED}
    assert run.state.life_cycle_state == RunLifeCycleState.INTERNAL_ERROR
    assert run.state.result_state == RunResultState.FAILED
    assert run.state.state_message.startswith("Task bad failed with message: ")
    assert run.state.state_message.endswith("This caused all downstream tasks to get skipped.")


def test_a_failure_that_a_later_task_took_care_of_is_success_with_failures(client):
    tasks = [condition("bad", "text", "1", op=jobs.ConditionTaskOp.LESS_THAN),
             condition("mend", "1", "1", after("bad"), run_if=jobs.RunIf.ALL_FAILED)]
    run = client.jobs.run_now(client.jobs.create(name="mended", tasks=tasks).job_id).result()
    assert run.state.result_state == RunResultState.SUCCESS_WITH_FAILURES
    assert run.status.termination_details.code == TerminationCodeCode.SUCCESS_WITH_FAILURES


def test_a_condition_sends_the_run_down_one_branch_with_its_parameters_resolved(workspace, client):
    tasks = [condition("big", "{{job.parameters.n}}", "10", op=jobs.ConditionTaskOp.GREATER_THAN),
             condition("yes", "{{tasks.big.result_state}}", "success", after("big", "true")),
             condition("no", "1", "1", after("big", "false"))]
    job_id = client.jobs.create(name="branch", tasks=tasks,
                                parameters=[jobs.JobParameterDefinition(name="n", default="5")]).job_id
    run = client.jobs.run_now(job_id, job_parameters={"n": "11"}).result()
    assert results(run) == {"big": RunResultState.SUCCESS, "yes": RunResultState.SUCCESS, "no": RunResultState.EXCLUDED}
    assert run.job_parameters[0].value == "11"
    resolved = tasks_by_key(client.jobs.get_run(run.run_id, include_resolved_values=True))["big"].resolved_values
    assert resolved.condition_task.left == "11"
    if workspace.is_usual:
        with pytest.raises(InvalidParameterValue):
            client.jobs.run_now(job_id, job_parameters={"unknown": "1"})
    else:
        run = client.jobs.run_now(job_id, job_parameters={"unknown": "1"}).result()
        assert [parameter.name for parameter in run.job_parameters] == ["n"]


def test_one_token_is_one_run_however_many_ask_at_once(client):
    job_id = client.jobs.create(name="once", max_concurrent_runs=10, tasks=[condition("a", "1", "1")]).job_id
    run_ids = []

    def start():
        run_ids.append(client.jobs.run_now(job_id, idempotency_token="k").run_id)

    threads = [threading.Thread(target=start) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(run_ids) == 16 and len(set(run_ids)) == 1
    assert len(list(client.jobs.list_runs(job_id=job_id))) == 1
    client.jobs.wait_get_run_job_terminated_or_skipped(run_ids[0])
    client.jobs.delete_run(run_ids[0])
    with pytest.raises(BadRequest, match="deleted"):
        client.jobs.run_now(job_id, idempotency_token="k")


def test_a_for_each_runs_its_task_once_for_each_input(client):
    nested = condition("one", "{{input.n}}", "2", op=jobs.ConditionTaskOp.LESS_THAN_OR_EQUAL)
    each = jobs.ForEachTask(inputs='[{"n": 1}, {"n": 2}]', task=nested, concurrency=2)
    tasks = [jobs.Task(task_key="all", for_each_task=each)]
    run = client.jobs.run_now(client.jobs.create(name="each", tasks=tasks).job_id).result()
    assert run.state.result_state == RunResultState.SUCCESS
    each = client.jobs.get_run(run.tasks[0].run_id)
    assert [iteration.condition_task.outcome for iteration in each.iterations] == ["true", "true"]
    assert run.tasks[0].for_each_task.stats.task_run_stats.succeeded_iterations == 2


def test_a_run_job_task_runs_the_other_job_and_names_its_run(client):
    child = client.jobs.create(name="child", tasks=[condition("a", "{{job.parameters.p}}", "deep")],
                               parameters=[jobs.JobParameterDefinition(name="p", default="shallow")]).job_id
    call = jobs.Task(task_key="call", run_job_task=jobs.RunJobTask(job_id=child, job_parameters={"p": "deep"}))
    run = client.jobs.run_now(client.jobs.create(name="parent", tasks=[call]).job_id).result()
    output = client.jobs.get_run_output(run.tasks[0].run_id)
    inner = client.jobs.get_run(output.run_job_output.run_id)
    assert inner.job_id == child
    assert inner.trigger == jobs.TriggerType.RUN_JOB_TASK
    assert inner.tasks[0].condition_task.outcome == "true"


def test_what_nobody_here_can_run_fails_by_name(client):
    task = jobs.Task(task_key="bi", power_bi_task=jobs.PowerBiTask())
    run = finished(client, client.jobs.run_now(client.jobs.create(name="bi", tasks=[task]).job_id))
    assert run.tasks[0].status.termination_details.code == TerminationCodeCode.FEATURE_DISABLED
    assert "power_bi_task" in run.tasks[0].state.state_message


def test_a_three_task_notebook_job_runs_fails_is_repaired_and_read(client, put_notebook):
    put_notebook("/Shared/sdk/first", "dbutils.jobs.taskValues.set('rows', 3)\ndbutils.notebook.exit('first done')")
    put_notebook("/Shared/sdk/second", "raise ValueError('no rows for ' + dbutils.widgets.get('state'))")
    put_notebook("/Shared/sdk/third", "dbutils.notebook.exit(dbutils.widgets.get('rows'))")
    third = notebook("third", "/Shared/sdk/third", "second", job_cluster_key="main")
    third.notebook_task.base_parameters = {"rows": "{{tasks.first.values.rows}}"}
    cluster = jobs.JobCluster(job_cluster_key="main", new_cluster=jobs.compute.ClusterSpec(
        spark_version="16.4.x-scala2.12", node_type_id="local", num_workers=0))
    job_id = client.jobs.create(
        name="three", job_clusters=[cluster], parameters=[jobs.JobParameterDefinition(name="state", default="Iowa")],
        tasks=[notebook("first", "/Shared/sdk/first", job_cluster_key="main"),
               notebook("second", "/Shared/sdk/second", "first", job_cluster_key="main"), third]).job_id

    run = finished(client, client.jobs.run_now(job_id))
    assert results(run) == {"first": RunResultState.SUCCESS, "second": RunResultState.FAILED,
                            "third": RunResultState.UPSTREAM_FAILED}
    assert run.state.state_message == (
        "Task second failed with message: Workload failed, see run output for details. "
        "This caused all downstream tasks to get skipped.")
    before = tasks_by_key(run)
    output = client.jobs.get_run_output(before["second"].run_id)
    assert output.error == "ValueError: no rows for Iowa"
    assert "Traceback" in output.error_trace
    assert client.jobs.get_run_output(before["first"].run_id).notebook_output.result == "first done"
    with pytest.raises(BadRequest, match="multiple tasks is not supported"):
        client.jobs.get_run_output(run.run_id)

    put_notebook("/Shared/sdk/second", "dbutils.notebook.exit('mended')")
    repaired = client.jobs.repair_run(run.run_id, rerun_all_failed_tasks=True).result()
    assert repaired.state.result_state == RunResultState.SUCCESS
    run = client.jobs.get_run(run.run_id, include_history=True)
    after_repair = tasks_by_key(run)
    assert after_repair["first"].run_id == before["first"].run_id
    assert after_repair["second"].run_id != before["second"].run_id
    assert client.jobs.get_run_output(after_repair["third"].run_id).notebook_output.result == "3"
    assert [item.type for item in run.repair_history] == [jobs.RepairHistoryItemType.ORIGINAL,
                                                          jobs.RepairHistoryItemType.REPAIR]
    with pytest.raises(BadRequest, match="latest repair ID"):
        client.jobs.repair_run(run.run_id, rerun_tasks=["first"])
    again = client.jobs.repair_run(run.run_id, rerun_tasks=["first"], latest_repair_id=run.repair_history[-1].id)
    assert again.result().state.result_state == RunResultState.SUCCESS


def test_a_cancelled_run_ends_canceled_and_so_do_its_tasks(workspace, client, put_notebook):
    put_notebook("/Shared/sdk/sleep", "import time\ntime.sleep(300)")
    job_id = client.jobs.create(name="cancel", tasks=[notebook("a", "/Shared/sdk/sleep"),
                                                      notebook("b", "/Shared/sdk/sleep", "a")]).job_id
    run_id = client.jobs.run_now(job_id).run_id
    shown = client.jobs.get_run(run_id)
    assert tasks_by_key(shown)["b"].state.life_cycle_state == RunLifeCycleState.BLOCKED
    with pytest.raises(BadRequest, match="active"):
        client.jobs.repair_run(run_id, rerun_all_failed_tasks=True)
    with pytest.raises(BadRequest, match="active"):
        client.jobs.delete_run(run_id)
    client.jobs.cancel_run(run_id).result()
    run = client.jobs.get_run(run_id)
    assert run.state.result_state == RunResultState.CANCELED
    assert run.status.termination_details.code == TerminationCodeCode.USER_CANCELED
    assert set(results(run).values()) == {RunResultState.CANCELED}
    if workspace.is_usual:
        client.jobs.cancel_run(run_id).result()
    else:
        with pytest.raises(InvalidParameterValue, match="has ended"):
            client.jobs.cancel_run(run_id)


def test_a_submitted_run_is_listed_but_its_job_is_not(client):
    same = jobs.ConditionTask(op=jobs.ConditionTaskOp.EQUAL_TO, left="1", right="1")
    run = client.jobs.submit(run_name="by hand", tasks=[jobs.SubmitTask(task_key="a", condition_task=same)]).result()
    assert run.run_type == jobs.RunType.SUBMIT_RUN
    assert run.run_name == "by hand"
    assert run.job_id not in {job.job_id for job in client.jobs.list()}
    assert run.run_id in {each.run_id for each in client.jobs.list_runs(run_type=jobs.RunType.SUBMIT_RUN)}


def test_runs_over_the_limit_wait_their_turn_or_are_skipped(client, put_notebook):
    put_notebook("/Shared/sdk/wait", "import time\ntime.sleep(300)")
    task = notebook("a", "/Shared/sdk/wait")
    queued_job = client.jobs.create(name="queued", tasks=[task]).job_id
    first = client.jobs.run_now(queued_job).run_id
    second = client.jobs.run_now(queued_job).run_id
    assert client.jobs.get_run(second).state.life_cycle_state == RunLifeCycleState.QUEUED
    client.jobs.cancel_run(first).result()
    assert client.jobs.get_run(second).state.life_cycle_state in (RunLifeCycleState.PENDING, RunLifeCycleState.RUNNING)
    third = client.jobs.run_now(queued_job, queue=jobs.QueueSettings(enabled=False))
    skipped = third.result()
    assert skipped.state.life_cycle_state == RunLifeCycleState.SKIPPED
    assert skipped.state.result_state == RunResultState.MAXIMUM_CONCURRENT_RUNS_REACHED
    client.jobs.cancel_all_runs(job_id=queued_job)
    client.jobs.wait_get_run_job_terminated_or_skipped(second)
