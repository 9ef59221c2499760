"""Runs that files start by arriving in a volume, with a clock to turn."""

import io

import pytest
from databricks.sdk.service.catalog import VolumeType
from jobs_client import Jobs, wait_until

IN = "/Volumes/main/default/incoming"


@pytest.fixture(scope="module")
def arrivals(start_for_module):
    local = start_for_module("--ephemeral", "--turn-clock")
    client = local.client()
    client.volumes.create("main", "default", "incoming", VolumeType.MANAGED)
    jobs = Jobs(local)
    jobs.turn = lambda seconds: jobs.plain.ask("POST", "/api/brickwork/clock", {"advance_seconds": seconds})
    jobs.put = lambda path, text=b"x": client.files.upload(f"{IN}/{path}", io.BytesIO(text), overwrite=True)
    return jobs


def where(key="a"):
    """Succeeds when it knows where files arrived."""
    condition = {"op": "EQUAL_TO", "left": "{{job.trigger.file_arrival.location}}", "right": "{{job.parameters.expected}}"}
    return {"task_key": key, "condition_task": condition}


def create(jobs, folder, expected=None, **trigger):
    url = f"{IN}/{folder}"
    settings = {"trigger": {"file_arrival": {"url": url, **trigger}}, "max_concurrent_runs": 100}
    return jobs.create(where(), parameters=[{"name": "expected", "default": url if expected is None else expected}], **settings)


def runs_of(jobs, job_id):
    return jobs.get("runs/list", job_id=job_id, expand_tasks="true").get("runs", [])


def turn_until(jobs, seconds, condition):
    """The server looks on a thread of its own: turns the clock again until it has done what it was to do."""
    def turned():
        jobs.turn(seconds)
        return condition()
    return wait_until(turned)


def looked(jobs, other):
    """Returns when everything that was due has been looked at: a job that waits for the same has had its run."""
    before = len(runs_of(jobs, other))
    jobs.put(f"{other}-sentinel/{before}")
    turn_until(jobs, 10, lambda: len(runs_of(jobs, other)) > before)


@pytest.fixture
def sentinel(arrivals):
    """The id of a job whose run says that all jobs that were made before it have been looked at."""
    made = []

    def make():
        made.append(arrivals.create({"task_key": "a", "condition_task": {"op": "EQUAL_TO", "left": "1", "right": "1"}}))
        settings = {"trigger": {"file_arrival": {"url": f"{IN}/{made[-1]}-sentinel"}}, "max_concurrent_runs": 100}
        arrivals.post("update", job_id=made[-1], new_settings=settings)
        return made[-1]

    yield make
    for job_id in made:
        arrivals.post("delete", job_id=job_id)


def test_a_new_file_starts_a_run_that_knows_where_and_an_old_one_none(arrivals, sentinel):
    arrivals.put("plain/old")
    job_id = create(arrivals, "plain")
    watch = sentinel()
    looked(arrivals, watch)
    assert runs_of(arrivals, job_id) == []
    arrivals.put("plain/deep/er/new")
    turn_until(arrivals, 10, lambda: runs_of(arrivals, job_id))
    run = arrivals.finished(runs_of(arrivals, job_id)[0]["run_id"])
    assert run["trigger"] == "FILE_ARRIVAL" and run["tasks"][0]["condition_task"]["outcome"] == "true"
    arrivals.put("plain/old", b"written again")
    for _ in range(2):
        looked(arrivals, watch)
    assert len(runs_of(arrivals, job_id)) == 1
    arrivals.post("delete", job_id=job_id)


def test_a_trigger_waits_after_the_last_change_and_between_two_runs(arrivals, sentinel):
    # Much longer than all turns of the clock by which a test waits, and shorter than runs are remembered.
    patient = create(arrivals, "patient", wait_after_last_change_seconds=1_000_000)
    seldom = create(arrivals, "seldom", min_time_between_triggers_seconds=3_000_000)
    watch = sentinel()
    arrivals.put("patient/1")
    arrivals.put("seldom/1")
    turn_until(arrivals, 10, lambda: runs_of(arrivals, seldom))
    arrivals.put("seldom/2")
    arrivals.put("patient/2")
    looked(arrivals, watch)
    arrivals.turn(500_000)
    looked(arrivals, watch)
    assert runs_of(arrivals, patient) == [] and len(runs_of(arrivals, seldom)) == 1
    arrivals.turn(600_000)
    turn_until(arrivals, 10, lambda: runs_of(arrivals, patient))
    assert len(runs_of(arrivals, seldom)) == 1
    arrivals.turn(3_000_000)
    turn_until(arrivals, 10, lambda: len(runs_of(arrivals, seldom)) == 2)
    looked(arrivals, watch)
    assert len(runs_of(arrivals, patient)) == 1
    for job_id in (patient, seldom):
        arrivals.post("delete", job_id=job_id)


def test_what_somebody_else_started_has_no_location_and_a_paused_trigger_starts_nothing(arrivals, sentinel):
    job_id = create(arrivals, "paused", expected="")
    arrivals.post("update", job_id=job_id, new_settings={
        "trigger": {"pause_status": "PAUSED", "file_arrival": {"url": f"{IN}/paused"}}})
    run = arrivals.finished(arrivals.run_now(job_id))
    assert run["tasks"][0]["condition_task"]["outcome"] == "true"
    arrivals.put("paused/new")
    looked(arrivals, sentinel())
    assert len(runs_of(arrivals, job_id)) == 1


@pytest.mark.parametrize("arrival, code", [
    ({"url": "s3://bucket/in"}, "FEATURE_DISABLED"), ({"url": "/Volumes/a/b"}, "FEATURE_DISABLED"),
    ({"url": "/Volumes/a/b/c/../../d"}, "FEATURE_DISABLED"), ({}, "INVALID_PARAMETER_VALUE"),
    ({"url": IN, "min_time_between_triggers_seconds": 59}, "INVALID_PARAMETER_VALUE"),
    ({"url": IN, "wait_after_last_change_seconds": 1}, "INVALID_PARAMETER_VALUE")])
def test_what_cannot_be_watched_is_refused(arrivals, arrival, code):
    assert arrivals.refused("POST", "create", {"name": "j", "tasks": [where()], "trigger": {"file_arrival": arrival}})[:2] == (400, code)
