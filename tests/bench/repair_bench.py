#!/usr/bin/env python3
"""B6: from a failure that is seen to a repair that is accepted, and B5: runs for each launch that is killed at an edge.

Ours through ctypes against the Databricks SDK for Python doing the same, on one brickwork-local that runs tasks at once.
The workspace counts the requests. The SDK repairs as its documents show: runs/get with history for latest_repair_id, then
runs/repair. Its launches repeat run-now after a crash, as a scheduler does that only knows that no answer came.
"""

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 15
BROKEN = {"op": "GREATER_THAN", "left": "one", "right": "two"}
sys.path.insert(0, str(ROOT / "tests/faults"))


def module(path):
    spec = importlib.util.spec_from_file_location(f"repair_bench_{Path(path).stem}", ROOT / path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def requests(client):
    counted = client.api_client.do("GET", "/api/brickwork/requests")["requests"]
    client.api_client.do("DELETE", "/api/brickwork/requests")
    return sum(each["count"] for each in counted if each["path"].startswith("/api/2."))


def measured(client, rounds):
    """Median milliseconds and requests of what each of `rounds` returns a function for."""
    times, counts = [], []
    for act in rounds:
        requests(client)
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
        counts.append(requests(client))
    return statistics.median(times), statistics.median(counts)


def repairs(built, workspace, client, tasks):
    def host():
        return built.Host(connection={"host": workspace.url, "environment": False, "poll_ms": 20}, token=workspace.token)

    def failed(warm, identity):
        group = {"name": f"repair {tasks} {identity}", "policy": {"job_identity": identity}, "max_concurrent_runs": 100,
                 "tasks": [{"task_key": f"t{i}", "condition_task": BROKEN} for i in range(tasks)]}
        watcher = host()
        launched = watcher.call("group.launch", {"group": group})
        watcher.call("run.watch", {"handle": launched["handle"]})
        return watcher if warm else host(), launched["handle"]

    def ours(warm, identity):
        for _ in range(ROUNDS):
            one, handle = failed(warm, identity)
            yield lambda: one.call("run.repair", {"handle": handle})

    def sdk():
        for _ in range(ROUNDS):
            _, handle = failed(True, "name")

            def act():
                run = client.jobs.get_run(handle["run_id"], include_history=True)
                latest = [item.id for item in run.repair_history or [] if item.id]
                client.jobs.repair_run(handle["run_id"], rerun_all_failed_tasks=True,
                                       latest_repair_id=latest[-1] if latest else None)
            yield act

    theirs, their_count = measured(client, sdk())
    print(f"B6 repair of {tasks} tasks: SDK for Python      {theirs:7.1f} ms  {their_count:3.0f} requests")
    for name, warm, identity in (("ours, watched here", True, "definition"), ("ours, watched, job shared", True, "name"),
                                 ("ours, from cold", False, "definition"), ("ours, cold, job shared", False, "name")):
        time_ms, count = measured(client, ours(warm, identity))
        print(f"B6 repair of {tasks} tasks: {name:25} {time_ms:7.1f} ms  {count:3.0f} requests  {theirs / time_ms:5.1f} x")


LAUNCH = """
import sys
from databricks.sdk import WorkspaceClient
print(WorkspaceClient(host=sys.argv[1], token=sys.argv[2], auth_type="pat").jobs.run_now(int(sys.argv[3])).run_id)
"""


def launches(workspace, client):
    """One run-now, killed at each of its edges and repeated until it answers: runs that are there against runs wanted."""
    from databricks.sdk.service import jobs
    from edge_proxy import MOMENTS, EdgeProxy, killer

    proxy = EdgeProxy(workspace.url)
    proxy.counted = "/run-now"  # what comes before differs, and starts nothing
    task = jobs.Task(task_key="a", condition_task=jobs.ConditionTask(op=jobs.ConditionTaskOp.EQUAL_TO, left="1", right="1"))
    counts = {}
    for name in ("SDK for Python", "ours"):
        job_id = client.jobs.create(name=f"peer {name}", tasks=[task], max_concurrent_runs=1000).job_id
        group = Path(workspace.directory) / "group.json"
        group.write_text(json.dumps({"name": f"killed {name}", "max_concurrent_runs": 1000, "tasks": [
            {"task_key": "a", "condition_task": {"op": "EQUAL_TO", "left": "1", "right": "1"}}]}))
        environment = {"DATABRICKS_HOST": proxy.url, "DATABRICKS_TOKEN": workspace.token, "PATH": os.environ["PATH"],
                       "HOME": workspace.directory}
        wanted, before = 0, len(list(client.jobs.list_runs()))
        for round_number in range(2 if name == "SDK for Python" else 10):
            for moment in MOMENTS:
                wanted += 1
                if name == "ours":
                    command = [ROOT / "build/release/bin/brickwork", "run", group, "--key", f"key {wanted}", "--detach"]
                else:
                    command = [sys.executable, "-c", LAUNCH, proxy.url, workspace.token, str(job_id)]
                for attempt in range(2):
                    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                    proxy.arm(killer(process) if attempt == 0 else None, 0, moment)
                    if process.wait() == 0:
                        break
        there = len(list(client.jobs.list_runs())) - before
        counts[name] = f"{proxy.fired} kills, {wanted} launches, {there} runs, {max(0, there - wanted)} duplicate, " \
                       f"{max(0, wanted - there)} lost"
        proxy.fired = 0
        print(f"B5 {name:15} {counts[name]}")
    proxy.stop()


def main():
    import tempfile
    built = module("tests/abi/built.py")
    workspace = module("tests/conformance/local_workspace.py").LocalWorkspace("--ephemeral", "--execute=instant", "--faults", "-")
    with tempfile.TemporaryDirectory(prefix="brickwork-bench-") as directory:
        workspace.directory = directory
        try:
            client = workspace.client()
            for tasks in (10, 300):
                repairs(built, workspace, client, tasks)
            launches(workspace, client)
        finally:
            workspace.stop()


if __name__ == "__main__":
    main()
