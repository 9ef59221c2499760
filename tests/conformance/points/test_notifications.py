"""What webhooks are told of single tasks and of what takes long, and the refusals of what could never be told."""

import pytest
from jobs_client import bad, by_key, ok, wait_until


def destination(jobs, url):
    _, _, made = jobs.plain.ask("POST", "/api/2.0/notification-destinations",
                                {"display_name": "h", "config": {"generic_webhook": {"url": url}}})
    return {"id": made["id"]}


def test_webhooks_of_a_task_are_told_what_happens_to_it_alone(jobs, receiver):
    url, messages = receiver
    events = {event: [destination(jobs, url)] for event in ("on_start", "on_success", "on_failure")}
    run = jobs.done(bad("a", webhook_notifications=events), ok("b", "a", webhook_notifications=events),
                    ok("c", "a", webhook_notifications=events, notification_settings={"no_alert_for_skipped_runs": True}),
                    ok("d", webhook_notifications=events), ok("e", "d"), name="told")
    wait_until(lambda: len(messages) == 5)
    told = sorted((message["task"]["task_key"], message["event_type"]) for message, _ in messages)
    assert told == [("a", "jobs.on_failure"), ("a", "jobs.on_start"), ("b", "jobs.on_failure"),
                    ("d", "jobs.on_start"), ("d", "jobs.on_success")]
    of_d = [message for message, _ in messages if message["task"]["task_key"] == "d"]
    assert [message["event_type"] for message in of_d] == ["jobs.on_start", "jobs.on_success"]
    assert of_d[0]["run"] == {"run_id": by_key(run)["d"]["run_id"], "parent_run_id": run["run_id"]}
    assert of_d[0]["job"] == {"job_id": run["job_id"], "name": "told"}


@pytest.mark.parametrize("last_only", [False, True])
def test_a_task_that_is_tried_again_tells_of_every_attempt_or_of_the_last(jobs, gate, receiver, last_only):
    url, messages = receiver
    hook = destination(jobs, url)
    gate.bad("a")
    jobs.done(gate.task("a", max_retries=1, notification_settings={"alert_on_last_attempt": last_only},
                        webhook_notifications={event: [hook] for event in ("on_start", "on_failure")}))
    expected = ["on_start", "on_failure"] if last_only else ["on_start", "on_failure", "on_start", "on_failure"]
    wait_until(lambda: len(messages) == len(expected))
    assert [message["event_type"] for message, _ in messages] == [f"jobs.{event}" for event in expected]


def test_a_cancelled_run_and_task_are_failures_unless_that_is_not_wanted(jobs, gate, receiver):
    url, messages = receiver
    events = {"on_failure": [destination(jobs, url)]}
    quiet = {"no_alert_for_canceled_runs": True}
    for settings in (quiet, {}):
        run_id = jobs.start(gate.task("a", webhook_notifications=events, notification_settings=settings),
                            webhook_notifications=events, notification_settings=settings)
        gate.began("a")
        jobs.post("runs/cancel", run_id=run_id)
        jobs.finished(run_id)
    wait_until(lambda: len(messages) == 2)
    assert [message["run"].get("parent_run_id", message["run"]["run_id"]) for message, _ in messages] == [run_id] * 2


def test_a_health_rule_tells_once_of_a_run_and_a_task_that_take_long(turned, gate, receiver):
    jobs, turn = turned
    url, messages = receiver
    hooks = {"on_duration_warning_threshold_exceeded": [destination(jobs, url)]}

    def slower_than(seconds):
        return {"rules": [{"metric": "RUN_DURATION_SECONDS", "op": "GREATER_THAN", "value": seconds}]}

    run_id = jobs.start(gate.task("a", health=slower_than(100), webhook_notifications=hooks), health=slower_than(200),
                        webhook_notifications=hooks)
    gate.began("a")
    turn(advance_seconds=90)
    assert not messages
    turn(advance_seconds=20)
    wait_until(lambda: len(messages) == 1)
    assert messages[0][0]["event_type"] == "jobs.on_duration_warning_threshold_exceeded"
    assert messages[0][0]["task"] == {"task_key": "a"} and messages[0][0]["run"]["parent_run_id"] == run_id
    turn(advance_seconds=100)
    wait_until(lambda: len(messages) == 2)
    assert messages[1][0]["run"] == {"run_id": run_id} and "task" not in messages[1][0]
    turn(advance_seconds=3600)
    gate.good("a")
    assert jobs.finished(run_id)["state"]["result_state"] == "SUCCESS"
    assert len(messages) == 2


@pytest.mark.parametrize("settings, words", [
    ({"health": {"rules": [{"metric": "SPEED", "op": "GREATER_THAN", "value": 1}]}}, "Unknown metric 'SPEED'"),
    ({"health": {"rules": [{"metric": "RUN_DURATION_SECONDS", "op": "LESS_THAN", "value": 1}]}}, "GREATER_THAN"),
    ({"webhook_notifications": {"on_start": [{"id": str(n)} for n in range(4)]}}, "maximum of 3 destinations"),
])
def test_notifications_that_cannot_be_are_refused_for_a_job_and_for_a_task(jobs, settings, words):
    for body in ({"tasks": [ok("a")], **settings}, {"tasks": [ok("a", **settings)]}):
        status, code, message = jobs.refused("POST", "create", {"name": "j", **body})
        assert (status, code) == (400, "INVALID_PARAMETER_VALUE") and words in message
