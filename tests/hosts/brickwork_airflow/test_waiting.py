"""What waits in the triggerer: one client for all, no event too early, and a kill that ends its own attempt alone."""

import asyncio
import os
import time
from types import SimpleNamespace

import pytest

from brickwork_airflow import watcher
from brickwork_airflow.triggers import databricks as triggers
from brickwork_airflow.triggers.databricks import DatabricksRunTrigger
from brickwork_airflow.watched_run import WatchedRun

SLEEPS = "import time; time.sleep(600)"


@pytest.fixture
def launched(workspace):
    """launched(name, key=source): a run of notebooks; its handle."""
    import brickwork

    def launch(name, **sources):
        tasks = []
        for key, source in sources.items():
            workspace.notebook(f"/w/{name}/{key}", source)
            tasks.append({"task_key": key, "notebook_task": {"notebook_path": f"/w/{name}/{key}"}})
        connection = {"host": workspace.url, "environment": False}
        with brickwork.Client(connection, token=workspace.token) as client:
            return client.group.launch({"name": name, "tasks": tasks}, launch_key=name).handle.document()

    return launch


@pytest.fixture
def prompt(monkeypatch):
    monkeypatch.setattr(triggers, "early_resume_hold_s", lambda: 0.0)


@pytest.fixture
def opened(monkeypatch):
    """Clients that were opened, in their order."""
    found = []
    really = watcher._open

    async def counted(conn_id):
        found.append(await really(conn_id))
        return found[-1]

    monkeypatch.setattr(watcher, "_open", counted)
    return found


def trigger(handle, key, **more):
    return DatabricksRunTrigger(WatchedRun.of(handle, "databricks_default", key).document(), **more)


async def event_of(one):
    async for event in one.run():
        return event.payload


def task(workspace, handle, key):
    run = workspace.ask("GET", f"/api/2.2/jobs/runs/get?run_id={handle['run_id']}")
    return next(each for each in run["tasks"] if each["task_key"] == key)


def test_all_tasks_of_all_runs_share_one_client(launched, prompt, opened):
    one, other = (launched(name, **{f"t{i}": "pass" for i in range(4)}) for name in ("one", "other"))

    async def wait():
        waiting = [trigger(handle, f"t{i}") for handle in (one, other) for i in range(4)]
        return await asyncio.gather(*map(event_of, waiting))

    assert [event["verdict"] for event in asyncio.run(wait())] == ["succeeded"] * 8
    assert len(opened) == 1


def test_the_client_lingers_and_is_closed(launched, prompt, opened, monkeypatch):
    monkeypatch.setattr(watcher, "LINGER_S", 0.05)
    handle = launched("lingers", a="pass")

    async def wait():
        await event_of(trigger(handle, "a"))
        assert not opened[0].closed
        await event_of(trigger(handle, "a"))
        async with asyncio.timeout(10):
            while not opened[0].closed:
                await asyncio.sleep(0.01)
        return await event_of(trigger(handle, "a"))

    assert asyncio.run(wait())["verdict"] == "succeeded"
    assert len(opened) == 2


def test_no_event_before_the_worker_has_reported_its_exit(launched, monkeypatch):
    """Airflow fails a task that was resumed before the exit of its worker was reported."""
    monkeypatch.setattr(triggers, "early_resume_hold_s", lambda: 1.5)
    handle = launched("held", a="pass")

    async def wait():
        began = asyncio.get_running_loop().time()
        await event_of(trigger(handle, "a"))
        first = asyncio.get_running_loop().time() - began
        began = asyncio.get_running_loop().time()
        await event_of(trigger(handle, "a"))
        return first, asyncio.get_running_loop().time() - began

    first, second = asyncio.run(wait())
    assert first >= 1.5
    assert 1.5 <= second < 3


@pytest.mark.parametrize(("interval", "hold"), [("5", 6.0), ("1", 2.0)])
def test_how_long_it_is_held_back(monkeypatch, interval, hold):
    from brickwork_airflow.defaults import early_resume_hold_s

    monkeypatch.setenv("AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL", interval)
    assert early_resume_hold_s() == hold


def test_a_trigger_is_made_again_from_what_it_serializes(launched, prompt):
    handle = launched("again", a="pass")
    path, kwargs = trigger(handle, "a", ignored=[7], kept={"since_ms": 3}).serialize()
    assert path == f"{DatabricksRunTrigger.__module__}.{DatabricksRunTrigger.__name__}"
    event = asyncio.run(event_of(DatabricksRunTrigger(**kwargs)))
    assert event["kept"] == {"since_ms": 3}
    assert event["verdict"] == "succeeded"


def test_a_kill_ends_its_own_attempt_and_no_other(launched, prompt, workspace):
    handle = launched("killed", a=SLEEPS, b=SLEEPS)

    async def kill():
        one, later = trigger(handle, "a"), trigger(handle, "a")
        waiting = asyncio.create_task(event_of(one))
        async with asyncio.timeout(30):
            while one._attempt is None:
                await asyncio.sleep(0.05)
        await later.on_kill()  # it has seen no attempt: there is nothing of its own to cancel
        assert "result_state" not in task(workspace, handle, "a")["state"]
        await one.on_kill()
        return await waiting

    assert asyncio.run(kill())["verdict"] == "canceled"
    assert task(workspace, handle, "b")["state"]["life_cycle_state"] in {"PENDING", "RUNNING"}
    workspace.ask("POST", "/api/2.2/jobs/runs/cancel", {"run_id": handle["run_id"]})


def test_an_attempt_that_was_told_is_no_news(launched, prompt, workspace, monkeypatch):
    monkeypatch.setattr(triggers, "AGAIN_S", 0.05)
    handle = launched("told", a="raise ValueError(1)")
    first = asyncio.run(event_of(trigger(handle, "a")))
    assert first["verdict"] == "failed"

    async def wait():
        waiting = asyncio.create_task(event_of(trigger(handle, "a", ignored=[first["run_id"]])))
        await asyncio.sleep(0.5)
        assert not waiting.done()
        await asyncio.to_thread(workspace.ask, "POST", "/api/2.2/jobs/runs/repair",
                                {"run_id": handle["run_id"], "rerun_tasks": ["a"]})
        return await waiting

    assert asyncio.run(wait())["run_id"] != first["run_id"]


BAD = {
    "missing": (None, "isn't defined"),
    "no host": ('{"conn_type": "databricks", "password": "p"}', "it has no host"),
    "wrong token": ("wrong", "UNAUTHENTICATED"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_connection_that_is_no_good_fails_the_task_with_the_reason(launched, prompt, workspace, monkeypatch, name):
    value, message = BAD[name]
    handle = launched("bad", a="pass")
    conn_id = name.replace(" ", "_")
    if value:
        text = workspace.connection().replace(workspace.token, "dapi-wrong") if value == "wrong" else value
        monkeypatch.setitem(os.environ, f"AIRFLOW_CONN_{conn_id.upper()}", text)
    event = asyncio.run(event_of(DatabricksRunTrigger(WatchedRun.of(handle, conn_id, "a").document())))
    assert message in event["failure"]
    assert "dapi-wrong" not in event["failure"]


def test_twenty_that_wait_look_as_often_as_one(launched, prompt, workspace):
    """Requests while a run goes on: as many as there are looks, whoever waits for whichever of its tasks."""
    poll_ms = 200
    handle = launched("cost", **{f"t{i}": "import time; time.sleep(2)" for i in range(20)})
    looks_before, began = looks(workspace), time.monotonic()

    async def wait():
        waiting = [WatchedRun.of(handle, "databricks_default", f"t{i}", poll_ms).document() for i in range(20)]
        return await asyncio.gather(*(event_of(DatabricksRunTrigger(each)) for each in waiting))

    assert {event["verdict"] for event in asyncio.run(wait())} == {"succeeded"}
    seconds = time.monotonic() - began
    # The spread of the interval is 5 %, and the first looks are before any interval.
    assert looks(workspace) - looks_before <= seconds * 1000 / poll_ms * 1.06 + 2


def looks(workspace):
    counted = workspace.ask("GET", "/api/brickwork/requests")["requests"]
    return sum(each["count"] for each in counted if each["path"] == "/api/2.2/jobs/runs/get")


@pytest.mark.parametrize("whole", [False, True])
def test_a_success_ends_in_the_triggerer_but_not_by_the_end_of_the_run(launched, prompt, monkeypatch, whole):
    from airflow.triggers.base import TaskSuccessEvent

    kept = []

    async def keep(self, event):
        kept.append(event["run_id"])

    monkeypatch.setattr(DatabricksRunTrigger, "_tell_launch", keep)
    handle = launched("ends", a="pass")
    run = WatchedRun.of(handle, "databricks_default", "a")
    one = DatabricksRunTrigger((run.whole() if whole else run).document(), kept={"launch": "wf.launch"})
    one.trigger_id, one._task_instance = 1, SimpleNamespace(dag_id="d", run_id="r", task_id="wf.a")

    async def first():
        async for event in one.run():
            return event

    event = asyncio.run(first())
    assert isinstance(event, TaskSuccessEvent) is not whole
    assert len(kept) == (0 if whole else 1)
    if whole:
        assert event.payload["verdict"] == "succeeded"
