"""A run goes from host to host: other processes, other users, limits of its job, and launchers that died.

Each host is the library through ctypes with a login of its own; the workspace runs tasks at once (--execute=instant).
"""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def module(path):
    spec = importlib.util.spec_from_file_location(f"other_hosts_{Path(path).stem}", ROOT / path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


built = module("tests/abi/built.py")
LocalWorkspace = module("tests/conformance/local_workspace.py").LocalWorkspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("users")
    (folder / "users.json").write_text(json.dumps({"users": [{"user_name": "bob@example.com", "token_file": "bob.token"}]}))
    local = LocalWorkspace("--ephemeral", "--users", folder / "users.json")
    local.bob = (folder / "bob.token").read_text().strip()
    yield local
    local.stop()


@pytest.fixture
def host(workspace):
    """Makes hosts, each a client with a token."""
    hosts = []

    def make(token=None):
        hosts.append(built.Host(connection={"host": workspace.url, "environment": False, "poll_ms": 50},
                                token=token or workspace.token))
        return hosts[-1]

    yield make
    for one in hosts:
        one.close()


def condition(key, left="1", op="EQUAL_TO", **more):
    return {"task_key": key, "condition_task": {"op": op, "left": left, "right": "1"}, **more}


def group_that_fails(name):
    return {"name": name, "tasks": [condition("good"), {"group": "checks", "depends_on": ["good"], "tasks": [
        condition("bad", "no number", "GREATER_THAN")]}]}


def slow_group(name, **members):
    """Runs for minutes unless somebody cancels it."""
    return {"name": name, "tasks": [{"task_key": "slow", "spark_python_task": {"python_file": str(SLOW)}}], **members}


SLOW = None


@pytest.fixture(scope="module", autouse=True)
def slow_script(tmp_path_factory):
    global SLOW
    SLOW = tmp_path_factory.mktemp("code") / "slow.py"
    SLOW.write_text("import time\ntime.sleep(600)\n")
    SLOW = f"file:{SLOW}"


def allow(admin, job_id, level):
    admin.call("rest", {"method": "PATCH", "path": f"/api/2.0/permissions/jobs/{job_id}", "body": {
        "access_control_list": [{"user_name": "bob@example.com", "permission_level": level}]}})


def test_another_user_watches_repairs_and_cancels_with_a_login_of_its_own(workspace, host):
    ann, bob = host(), host(workspace.bob)
    launched = ann.call("group.launch", {"group": group_that_fails("handed over")})
    handle = json.loads(json.dumps(launched["handle"]))  # all that travels
    with pytest.raises(built.Failure) as refused:
        bob.call("run.get", {"handle": handle})
    assert refused.value.document["status"] in ("PERMISSION_DENIED", "NOT_FOUND")

    allow(ann, launched["job_id"], "CAN_MANAGE_RUN")
    state = bob.call("run.watch", {"handle": handle})
    assert state["verdict"] == "failed"
    assert [group["path"] for group in state["groups"]] == ["checks"]
    repaired = bob.call("run.repair", {"handle": handle})
    assert repaired["plan"]["rerun"][0]["path"] == "checks/bad"
    assert len(ann.call("run.watch", {"handle": repaired["handle"]})["repairs"]) == 1
    bob.call("run.cancel", {"handle": handle, "wait": True})

    attached = bob.call("run.attach", {"url": launched["handle"]["run_page_url"]})["handle"]
    for member in ("tasks", "groups", "job_id", "run_id"):
        assert attached[member] == handle[member]


def test_without_a_queue_a_run_beyond_the_limit_is_skipped_and_says_why(host):
    ann = host()
    group = slow_group("no queue", queue={"enabled": False}, max_concurrent_runs=1)
    first = ann.call("group.launch", {"group": group})
    second = ann.call("group.run", {"group": group})
    run = second["state"]["run"]
    assert second["state"]["verdict"] == "skipped"
    assert run["termination_code"] == "MAX_CONCURRENT_RUNS_EXCEEDED"
    assert run["state_message"]
    ann.call("run.cancel", {"handle": first["handle"], "wait": True})


def test_with_a_queue_which_is_the_default_it_waits_for_its_turn(host):
    ann = host()
    group = slow_group("queued", max_concurrent_runs=1)
    first = ann.call("group.launch", {"group": group})
    second = ann.call("group.launch", {"group": group, "state": True})
    assert second["state"]["verdict"] == "running"
    assert second["state"]["run"]["life_cycle_state"] in ("QUEUED", "PENDING")
    for each in (first, second):
        ann.call("run.cancel", {"handle": each["handle"], "wait": True})


def test_cancel_then_run_is_one_operation(host):
    ann = host()
    slow = slow_group("replaced", max_concurrent_runs=1, queue={"enabled": False})
    first = ann.call("group.launch", {"group": slow})
    quick = {**slow, "tasks": [condition("only")]}
    second = ann.call("group.run", {"group": quick, "instead_of": first["handle"]})
    assert second["state"]["verdict"] == "succeeded"
    assert ann.call("run.get", {"handle": first["handle"]})["verdict"] == "canceled"
    third = ann.call("group.run", {"group": quick, "instead_of": first["run_id"], "launch_key": "k"})
    assert third["state"]["verdict"] == "succeeded"
    with pytest.raises(built.Failure) as refused:
        ann.call("group.run", {"group": quick, "instead_of": {"run_id": "x"}})
    assert refused.value.document["pointer"] == "/instead_of/run_id"


def launcher(workspace, request):
    """A host in a process of its own, that follows a run until it is killed."""
    code = textwrap.dedent(f"""
        import importlib.util, json, sys
        spec = importlib.util.spec_from_file_location("built", {str(ROOT / "tests/abi/built.py")!r})
        built = importlib.util.module_from_spec(spec); spec.loader.exec_module(built)
        host = built.Host(connection={{"host": {workspace.url!r}, "environment": False, "poll_ms": 50}}, token=sys.argv[1])
        host.call("group.run", json.loads(sys.argv[2]), timeout_ms=-1)
        """)
    environment = {**os.environ, "BRICKWORK_BIN": str(built.BUILD / "bin")}
    return subprocess.Popen([sys.executable, "-c", code, workspace.token, json.dumps(request)], env=environment)


def wait_for(what, seconds=60):
    import time
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.02)
    raise AssertionError("it never came")


@pytest.mark.parametrize("adopted", [False, True])
def test_the_run_of_a_launcher_that_was_killed_is_cancelled_or_adopted(workspace, host, tmp_path, adopted):
    ann = host()
    policy = {"launch_key": f"leased {adopted}", "on_abandon": "cancel"}
    request = {"group": slow_group(f"leased {adopted}", policy=policy), "lease": {"directory": str(tmp_path), "ms": 1500}}
    first = launcher(workspace, request)
    lease = wait_for(lambda: next(tmp_path.glob("*.lease.json"), None))
    run_id = int(lease.name.split(".")[0])
    sweep = {"lease": {"directory": str(tmp_path)}, "wait": True}
    assert [held["run_id"] for held in ann.call("run.sweep", sweep)["held"]] == [run_id]
    first.send_signal(signal.SIGKILL)
    first.wait()
    second = None
    if adopted:
        before = lease.stat().st_ino
        second = launcher(workspace, request)
        wait_for(lambda: lease.stat().st_ino != before)
    swept = ann.call("run.sweep", sweep)
    assert [entry["run_id"] for entry in swept["held" if adopted else "canceled"]] == [run_id], swept
    if adopted:
        assert ann.call("run.get", {"run_id": run_id})["verdict"] == "running"
        ann.call("run.cancel", {"run_id": run_id, "wait": True})
        assert second.wait(60) == 0
    assert ann.call("run.watch", {"run_id": run_id})["verdict"] == "canceled"
    assert not lease.exists()
