"""Every verb by the sync client, against a workspace."""

import json
import logging

import pytest

import brickwork
from brickwork import BrickworkError, Status
from brickwork.documents import RunCancelResponse
from conftest import CONDITION, group


def nested(name):
    return {"name": name, "tasks": [
        {"task_key": "first", "condition_task": CONDITION},
        {"group": "inner", "depends_on": ["first"], "tasks": [
            {"task_key": "good", "condition_task": CONDITION},
            {"task_key": "bad", "condition_task": {"op": "EQUAL_TO", "left": "{{tasks.nobody.values.x}}", "right": "1"}}]},
        {"task_key": "last", "depends_on": ["inner"], "condition_task": CONDITION}]}


@pytest.fixture
def failed(client, request):
    """A run that ended, with a task that did not succeed."""
    launched = client.group.launch(nested(request.node.name), launch_key=request.node.name)
    assert client.run.watch(launched).result().verdict == "failed"
    return launched


def test_a_group_is_launched_and_watched_to_its_end(client):
    launched = client.group.launch(group("launched", a="good", b="good"), launch_key="one")
    states = list(client.run.watch(launched))
    assert states[-1].verdict == "succeeded"
    assert states[-1].finished
    assert [task.path for task in states[-1].tasks] == ["a", "b"]
    assert states[-1].task("b").verdict == "succeeded"
    assert launched.run_id == states[-1].run.run_id == int(launched.run_id_str)


def test_the_same_key_is_the_same_run(client):
    first, second = (client.group.launch(group("once"), launch_key="k") for _ in range(2))
    assert first.run_id == second.run_id
    assert (first.attached, second.attached) == (False, True)


@pytest.mark.parametrize("run", [
    lambda launched: launched, lambda launched: launched.handle, lambda launched: launched.handle.document(),
    lambda launched: launched.run_id, lambda launched: launched.run_id_str,
    lambda launched: json.loads(launched.handle.json())], ids=["answer", "handle", "document", "id", "digits", "stored"])
def test_a_run_is_named_in_many_ways(client, run):
    launched = client.group.launch(group("named"), launch_key="named")
    assert client.run.get(run(launched)).run.run_id == launched.run_id


def test_a_run_page_names_its_run(client):
    launched = client.group.launch(group("paged"))
    state = client.run.watch(launched).result()
    assert client.run.attach(state.run.run_page_url).handle.run_id == launched.run_id


def test_what_is_no_run_is_refused_before_anything_is_sent(client):
    with pytest.raises(BrickworkError, match="a list is no run") as error:
        client.run.get([1])
    assert error.value.status is Status.INVALID_ARGUMENT


def test_a_repair_is_planned_and_done_in_the_same_run(client, failed):
    plan = client.run.repair_plan(failed)
    assert plan.possible
    assert [task.path for task in plan.rerun] == ["inner/bad", "last"]
    assert set(plan.keep) == {"first", "inner/good"}
    repaired = client.run.repair(failed)
    state = client.run.watch(repaired).result()
    assert state.run.run_id == failed.run_id
    assert [repair.repair_id for repair in state.repairs] == [repaired.repair_id]


def test_outputs_of_tasks(client, failed):
    outputs = client.run.output(failed, tasks=["inner"]).outputs
    assert {each.path: each.state for each in outputs} == {"inner/good": "succeeded", "inner/bad": "failed"}


def test_a_finished_run_is_cancelled_without_effect(client, failed):
    assert isinstance(client.run.cancel(failed), RunCancelResponse)
    assert client.run.cancel(failed, wait=True).state.verdict == "failed"


def test_a_group_run_tells_its_progress(client):
    told = []
    done = client.group.run(group("told"), on_progress=told.append)
    assert done.state.verdict == "succeeded"
    assert told
    assert {each.handle.run_id for each in told} == {done.handle.run_id}


def test_what_a_callback_raises_ends_the_call(client):
    def stop(_):
        raise LookupError("enough")
    with pytest.raises(LookupError, match="enough"):
        client.group.run(group("stopped"), on_progress=stop)


def test_a_notebook_rest_and_login(client):
    done = client.notebook.run("/Shared/anything", existing_cluster_id="c", parameters={"a": 1})
    assert done.handle.run_id == done.state.run.run_id
    assert client.rest("/api/2.2/jobs/list", query={"limit": 1}).http_status == 200
    assert client.auth.check().auth_type == "pat"


def test_an_error_says_everything(client):
    with pytest.raises(BrickworkError) as raised:
        client.rest("/api/2.2/jobs/get", query={"job_id": 999_999})
    error = raised.value
    assert error.status in (Status.INVALID_ARGUMENT, Status.NOT_FOUND)
    assert error.http_status in (400, 404)
    assert error.error_code
    assert error.operation == "GET /api/2.2/jobs/get"
    assert error.attempts == 1
    assert not error.retryable
    assert str(error).startswith(f"{error.status.name}: ")


def test_an_error_lists_every_finding(client):
    wrong = {"name": "wrong", "tasks": [{"task_key": "a", "depends_on": ["x"], "condition_task": CONDITION},
                                        {"task_key": "a", "condition_task": CONDITION}]}
    with pytest.raises(BrickworkError) as raised:
        client.group.launch(wrong)
    assert raised.value.status is Status.INVALID_ARGUMENT
    assert len(raised.value.findings) >= 2
    for finding in raised.value.findings:
        assert finding.pointer.startswith("/group/tasks/")
        assert finding.pointer in str(raised.value)
        assert finding.message in str(raised.value)


def test_pure_verbs_need_no_client():
    assert brickwork.group.lint(group("pure")).ok
    compiled = brickwork.group.compile(group("pure"))
    again = brickwork.group.import_(compiled.settings)
    assert brickwork.group.compile(again.group).settings == compiled.settings


def test_a_request_that_is_no_json_is_refused(client):
    for value in ({"x": object()}, {"x": float("nan")}):
        with pytest.raises(BrickworkError) as raised:
            client.rest("/api/2.2/jobs/list", query=value)
        assert raised.value.status is Status.INVALID_ARGUMENT


def test_a_deadline_ends_the_watching(workspace, silent):
    with brickwork.Client(silent, token="t") as client, pytest.raises(BrickworkError) as raised:
        client.run.get(1, timeout_ms=50)
    assert raised.value.status is Status.DEADLINE_EXCEEDED


def test_log_lines_go_to_logging_at_their_time(client, caplog):
    with caplog.at_level(logging.DEBUG, "brickwork"):
        for _ in range(3):
            client.rest("/api/2.2/jobs/list")
    requests = [record for record in caplog.records if "GET /api/2.2/jobs/list" in record.getMessage()]
    assert requests
    assert all(record.name == "brickwork" for record in requests)
    assert all(abs(record.created - caplog.records[-1].created) < 60 for record in requests)


def test_a_handler_of_the_log_may_use_the_client(client):
    """A handler that sends its lines to the workspace waits inside of another call's wait."""
    answers = []

    class Remote(logging.Handler):
        def emit(self, record):
            if len(answers) < 2:
                answers.append(None)
                answers.append(client.rest("/api/2.2/jobs/list").http_status)
    logger, handler = logging.getLogger("brickwork"), Remote()
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        for _ in range(3):
            client.rest("/api/2.2/jobs/list")
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
    assert 200 in answers


def test_a_closed_client_says_so(workspace):
    client = workspace.client()
    client.close()
    client.close()
    with pytest.raises(BrickworkError, match="closed") as raised:
        client.auth.check()
    assert raised.value.status is Status.FAILED_PRECONDITION
    assert "closed" in repr(client)


def test_a_watch_that_was_left_can_be_asked_no_more(client):
    launched = client.group.launch(group("left"))
    with client.run.watch(launched) as watch:
        next(watch)
    assert list(watch) in ([], [watch._answer])
    watch = client.run.watch(launched)
    assert watch.result() == watch.result()
