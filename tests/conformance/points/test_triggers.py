"""What starts runs besides run-now, and who is told: schedules, periods, continuous jobs, webhooks, with a clock to turn."""

import json
import sqlite3
import time

import pytest
from jobs_client import Jobs, bad, ok, wait_until


def runs_of(jobs, job_id):
    return jobs.get("runs/list", job_id=job_id).get("runs", [])


def test_a_schedule_starts_a_run_at_its_time_and_not_before(turned):
    jobs, turn = turned
    daily = {"quartz_cron_expression": "0 0 5 * * ?", "timezone_id": "Europe/Berlin"}
    job_id = jobs.create(ok("a"), schedule=daily)
    assert jobs.get("get", job_id=job_id)["settings"]["schedule"] == daily
    now = time.gmtime(turn(advance_seconds=0) / 1000)
    # In winter five in Berlin is four in UTC, in summer three.
    turn(advance_seconds=(3 * 3600 - 60 - (now.tm_hour * 3600 + now.tm_min * 60 + now.tm_sec)) % 86400)
    assert runs_of(jobs, job_id) == []
    turn(advance_seconds=3600 + 120)
    run = wait_until(lambda: runs_of(jobs, job_id))[0]
    assert run["trigger"] == "PERIODIC" and run["start_time"] % 3_600_000 < 600_000
    turn(advance_seconds=3600)
    assert len(runs_of(jobs, job_id)) == 1
    jobs.post("update", job_id=job_id, new_settings={"schedule": {**daily, "pause_status": "PAUSED"}})
    turn(advance_seconds=3 * 86400)
    assert len(runs_of(jobs, job_id)) == 1


def test_a_periodic_trigger_starts_a_run_each_interval(turned):
    jobs, turn = turned
    job_id = jobs.create(ok("a"), trigger={"periodic": {"interval": 2, "unit": "HOURS"}})
    turn(advance_seconds=7100)
    assert runs_of(jobs, job_id) == []
    for expected in (1, 2):
        turn(advance_seconds=7300)
        wait_until(lambda: len(runs_of(jobs, job_id)) == expected)
    jobs.post("delete", job_id=job_id)
    turn(advance_seconds=86400)
    assert len(runs_of(jobs, job_id)) == 2


def test_a_continuous_job_has_one_run_after_the_other_and_waits_longer_after_failures(turned, gate):
    jobs, turn = turned
    job_id = jobs.create(gate.task("a"), continuous={"pause_status": "UNPAUSED"})
    first = wait_until(lambda: runs_of(jobs, job_id))[0]
    assert first["trigger"] == "CONTINUOUS"
    status, code, message = jobs.refused("POST", "run-now", {"job_id": job_id})
    assert (status, code) == (409, "CONFLICT") and "continuous job" in message
    gate.bad("a")
    jobs.finished(first["run_id"])
    turn(advance_seconds=1)
    assert len(runs_of(jobs, job_id)) == 1
    (gate.folder / "a.bad").unlink()
    turn(advance_seconds=5)
    wait_until(lambda: len(runs_of(jobs, job_id)) == 2)
    second = runs_of(jobs, job_id)[0]
    assert second["trigger"] == "CONTINUOUS_RESTART"
    jobs.post("update", job_id=job_id, new_settings={"continuous": {"pause_status": "PAUSED"}})
    gate.good("a")
    jobs.finished(second["run_id"])
    turn(advance_seconds=3600)
    assert len(runs_of(jobs, job_id)) == 2


def test_schedules_are_taken_up_again_after_a_restart(start_workspace, tmp_path):
    options = ("--state", tmp_path / "state", "--turn-clock")
    first = start_workspace(*options)
    job_id = Jobs(first).create(ok("a"), schedule={"quartz_cron_expression": "0 0 * * * ?", "timezone_id": "UTC"})
    first.kill()
    jobs = Jobs(start_workspace(*options))
    jobs.plain.ask("POST", "/api/brickwork/clock", {"advance_seconds": 3600})
    wait_until(lambda: len(runs_of(jobs, job_id)) == 1)


@pytest.mark.parametrize("trigger, code", [
    ({"schedule": {"quartz_cron_expression": "every day", "timezone_id": "UTC"}}, "INVALID_PARAMETER_VALUE"),
    ({"schedule": {"quartz_cron_expression": "0 0 5 * * *", "timezone_id": "UTC"}}, "INVALID_PARAMETER_VALUE"),
    ({"schedule": {"quartz_cron_expression": "0 0 25 * * ?", "timezone_id": "UTC"}}, "INVALID_PARAMETER_VALUE"),
    ({"schedule": {"quartz_cron_expression": "0 0 5 * * ?", "timezone_id": "Mars/Base"}}, "INVALID_PARAMETER_VALUE"),
    ({"schedule": {"quartz_cron_expression": "0 0 5 * * ?"}}, "INVALID_PARAMETER_VALUE"),
    ({"trigger": {"periodic": {"interval": 0, "unit": "DAYS"}}}, "INVALID_PARAMETER_VALUE"),
    ({"trigger": {"periodic": {"interval": 1, "unit": "YEARS"}}}, "INVALID_PARAMETER_VALUE"),
    ({"trigger": {"file_arrival": {"url": "/Volumes/a"}}}, "FEATURE_DISABLED"),
    ({"trigger": {"periodic": {"interval": 1, "unit": "DAYS"}}, "continuous": {}}, "INVALID_PARAMETER_VALUE"),
    ({"continuous": {"pause_status": "maybe"}}, "INVALID_PARAMETER_VALUE"),
])
def test_a_trigger_that_cannot_be_is_refused(jobs, trigger, code):
    assert jobs.refused("POST", "create", {"name": "j", "tasks": [ok("a")], **trigger})[:2] == (400, code)


def test_a_run_that_waits_in_the_queue_for_two_days_is_skipped(turned, gate):
    jobs, turn = turned
    job_id = jobs.create(gate.task("a"))
    running, queued = jobs.run_now(job_id), jobs.run_now(job_id)
    gate.began("a")
    turn(advance_seconds=47 * 3600)
    assert jobs.life(queued) == "QUEUED"
    turn(advance_seconds=2 * 3600)
    wait_until(lambda: jobs.life(queued) == "SKIPPED")
    assert jobs.life(running) == "RUNNING"
    gate.good("a")
    jobs.finished(running)


def test_webhooks_are_told_that_a_run_began_and_how_it_ended(jobs, workspace, receiver):
    from databricks.sdk.service.settings import Config, GenericWebhookConfig

    url, messages = receiver
    sdk = workspace.client()
    webhook = GenericWebhookConfig(url=url, username="me", password="secret-of-the-hook")
    made = sdk.notification_destinations.create(display_name="hook", config=Config(generic_webhook=webhook))
    shown = sdk.notification_destinations.get(made.id)
    assert shown.config.generic_webhook.password is None and shown.config.generic_webhook.password_set
    assert made.id in [each.id for each in sdk.notification_destinations.list()]
    events = {event: [{"id": made.id}] for event in ("on_start", "on_success", "on_failure")}
    good = jobs.done(ok("a"), name="told", webhook_notifications=events)
    wrong = jobs.done(bad("a"), name="told too", webhook_notifications=events)
    wait_until(lambda: len(messages) == 4)
    assert [(message["event_type"], message["run"]["run_id"]) for message, _ in messages] == [
        ("jobs.on_start", good["run_id"]), ("jobs.on_success", good["run_id"]),
        ("jobs.on_start", wrong["run_id"]), ("jobs.on_failure", wrong["run_id"])]
    assert messages[0][0]["job"] == {"job_id": good["job_id"], "name": "told"}
    assert all(authorization.startswith("Basic ") for _, authorization in messages)
    sdk.notification_destinations.delete(made.id)
    jobs.done(ok("a"), webhook_notifications=events)
    assert len(messages) == 4


def test_nobody_is_told_of_a_skipped_run_when_that_is_not_wanted(jobs, workspace, receiver):
    url, messages = receiver
    _, _, made = jobs.plain.ask("POST", "/api/2.0/notification-destinations",
                                {"display_name": "h", "config": {"generic_webhook": {"url": url}}})
    events = {"on_failure": [{"id": made["id"]}]}
    jobs.done(ok("a"), max_concurrent_runs=0, webhook_notifications=events,
              notification_settings={"no_alert_for_skipped_runs": True})
    jobs.done(ok("a"), max_concurrent_runs=0, webhook_notifications=events)
    wait_until(lambda: messages)
    assert len(messages) == 1


def test_destinations_lie_encrypted_in_the_database_also_those_of_an_earlier_version(start_workspace, tmp_path):
    local = start_workspace("--state", tmp_path)
    webhook = {"url": "http://127.0.0.1:1/very-secret-path", "username": "u", "password": "the very password"}
    made = local.client().api_client.do("POST", "/api/2.0/notification-destinations", body={
        "display_name": "h", "config": {"generic_webhook": webhook}})
    local.stop()
    database = sqlite3.connect(tmp_path / "state.sqlite")
    assert isinstance(database.execute("select config from notification_destinations").fetchone()[0], bytes)
    database.execute("insert into notification_destinations values ('old', 'before', ?)", (json.dumps({
        "generic_webhook": {**webhook, "password": "an old password"}}),))
    database.commit()
    database.close()
    shown = start_workspace("--state", tmp_path).client().notification_destinations
    for id in (made["id"], "old"):
        assert shown.get(id).config.generic_webhook.password_set and shown.get(id).config.generic_webhook.username == "u"
    for file in tmp_path.glob("state.sqlite*"):
        for secret in (b"the very password", b"an old password", b"very-secret-path"):
            assert secret not in file.read_bytes(), (file, secret)


def test_a_workspace_that_is_full_queues_or_refuses(start_workspace, gate):
    jobs = Jobs(start_workspace("--ephemeral", "--task-runs", "1"))
    running = jobs.start(gate.task("a"))
    gate.began("a")
    waiting = jobs.start(ok("b"))
    shown = jobs.run(waiting)
    assert shown["state"]["life_cycle_state"] == "QUEUED"
    assert shown["status"]["queue_details"]["code"] == "ACTIVE_RUNS_LIMIT_REACHED"
    job_id = jobs.create(ok("c"), queue={"enabled": False})
    assert jobs.refused("POST", "run-now", {"job_id": job_id})[:2] == (429, "REQUEST_LIMIT_EXCEEDED")
    gate.good("a")
    assert jobs.finished(waiting)["state"]["result_state"] == "SUCCESS"
    assert jobs.finished(running)["state"]["result_state"] == "SUCCESS"
    assert jobs.finished(jobs.run_now(job_id))["state"]["result_state"] == "SUCCESS"
