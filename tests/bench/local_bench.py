#!/usr/bin/env python3
"""The loop of who writes a notebook: run-now until TERMINATED, here and at minilake, by the same requests on this machine.

minilake is a workspace from PyPI that runs notebooks too. It is installed into an environment of its own, which sees this
one's pyspark. Times are medians of wall clock, so other programs on the machine disturb both sides; the processor time
beside them (user and system, of the server and all that it started, for one run) they disturb less.
"""

import base64
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from processor_time import ProcessorTime

ROOT = Path(__file__).resolve().parents[2]
MINILAKE = "minilake==1.9.0"
ENVIRONMENT = ROOT / "build/venv-minilake"
CLUSTER = {"spark_version": "16.4.x-scala2.12", "num_workers": 0, "node_type_id": "m5.large"}
FINAL = ("TERMINATED", "INTERNAL_ERROR", "SKIPPED")
# minilake gives a notebook no `spark`; asked for like this there is one on both sides.
SPARK = "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\nspark.range(3).count()"


class Workspace:
    """A server that this program started, and requests to it, one connection for each thread."""

    def __init__(self, command, address=None, token="token", environment=None, answers=None):
        self.directory = tempfile.TemporaryDirectory(prefix="brickwork-bench-")
        began = time.perf_counter()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE if address is None else subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, text=True, cwd=self.directory.name, env=environment)
        if address is None:
            ready = json.loads(self.process.stdout.readline())
            address, token = ready["url"].split("//")[1], Path(ready["token_file"]).read_text().strip()
        self.address, self.headers = address, {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
        self.connections = threading.local()
        while answers and not self._answers(answers):
            time.sleep(0.02)
            if self.process.poll() is not None or time.perf_counter() - began > 120:
                raise OSError(f"{command[0]} does not answer")
        self.start_ms = (time.perf_counter() - began) * 1000

    def _answers(self, path):
        try:
            self.call("GET", path)
            return True
        except RuntimeError:
            return True  # an error is an answer too
        except (OSError, http.client.HTTPException):
            self.connections.__dict__.clear()
            return False

    def call(self, method, path, body=None):
        connection = self.connections.__dict__.setdefault("one", http.client.HTTPConnection(self.address, timeout=120))
        connection.request(method, path, json.dumps(body) if body is not None else None, self.headers)
        answer = connection.getresponse()
        data = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {data[:200]}")
        return json.loads(data or "{}")

    def memory_mib(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def notebook(self, name, source):
        content = base64.b64encode(("# Databricks notebook source\n" + source).encode()).decode()
        self.call("POST", "/api/2.0/workspace/mkdirs", {"path": "/Shared/bench"})
        self.call("POST", "/api/2.0/workspace/import", {"path": f"/Shared/bench/{name}", "format": "SOURCE",
                                                         "language": "PYTHON", "overwrite": True, "content": content})
        return f"/Shared/bench/{name}"

    def job(self, *tasks, **more):
        return self.call("POST", "/api/2.2/jobs/create", {"name": "bench", "tasks": list(tasks), **more})["job_id"]

    def seconds(self, job_id):
        """From run-now until the run has ended well."""
        began = time.perf_counter()
        run_id = self.call("POST", "/api/2.2/jobs/run-now", {"job_id": job_id})["run_id"]
        while True:
            state = self.call("GET", f"/api/2.2/jobs/runs/get?run_id={run_id}")["state"]
            if state["life_cycle_state"] in FINAL:
                break
            time.sleep(0.01)
        if state.get("result_state") != "SUCCESS":
            raise RuntimeError(f"the run did not succeed: {state}")
        return time.perf_counter() - began

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.directory.cleanup()


def ours(*options):
    return Workspace([ROOT / "build/release/bin/brickwork-local", "--ephemeral", "--python", sys.executable, *options])


def minilake():
    program = ENVIRONMENT / "bin/minilake"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
        python = ENVIRONMENT / "bin/python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", MINILAKE], check=True)
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        packages = next(entry for entry in sys.path if entry.endswith("site-packages"))
        (ENVIRONMENT / f"lib/{version}/site-packages/bench.pth").write_text(packages + "\n")
    # It runs notebooks with the first python3 of PATH.
    environment = {**os.environ, "MINILAKE_JOB_EXECUTOR": "subprocess", "PATH": f"{ENVIRONMENT}/bin:{os.environ['PATH']}"}
    return Workspace([program, "--port", "18971"], "127.0.0.1:18971", environment=environment,
                     answers="/api/2.2/jobs/list")


def loop(workspace):
    """What one round of work takes: name -> (seconds, seconds of processor), or why it could not be done."""
    found = {}
    processor = ProcessorTime(workspace.process.pid)

    def seconds(job):
        before = processor.seconds()
        taken = workspace.seconds(job)
        return taken, processor.seconds() - before

    def measure(name, action):
        try:
            found[name] = action()
        except Exception as error:  # noqa: BLE001: what a workspace cannot do is part of the comparison
            found[name] = f"{type(error).__name__}: {error}"[:100]

    plain = workspace.notebook("plain", "x = 1 + 1")
    spark = workspace.notebook("spark", SPARK)
    where = {"new_cluster": CLUSTER}
    try:
        where = {"existing_cluster_id": workspace.call("POST", "/api/2.1/clusters/create", CLUSTER)["cluster_id"]}
    except Exception:  # noqa: BLE001: then each run has a cluster of its own
        pass

    def warm(path, rounds):
        job = workspace.job({"task_key": "a", "notebook_task": {"notebook_path": path}, **where})
        workspace.seconds(job)
        return tuple(map(statistics.median, zip(*(seconds(job) for _ in range(rounds)))))

    def cold():
        return seconds(workspace.job({"task_key": "a", "notebook_task": {"notebook_path": spark}, "new_cluster": CLUSTER}))

    def three():
        tasks = [{"task_key": f"t{n}", "job_cluster_key": "main", "notebook_task": {"notebook_path": spark}} for n in range(3)]
        return seconds(workspace.job(*tasks, job_clusters=[{"job_cluster_key": "main", "new_cluster": CLUSTER}]))

    measure("three Spark notebooks on one job cluster, from nothing (limit 15 s)", three)
    measure("a notebook with Spark, cold (limit 12 s)", cold)
    measure("a notebook without Spark, warm (limit 0.3 s)", lambda: warm(plain, 7))
    measure("a notebook with Spark, warm (limit 0.7 s)", lambda: warm(spark, 5))
    processor.stop()
    return found


def load():
    """1,000 simultaneous runs that execute nothing, and reading them."""
    workspace = ours("--execute", "instant")
    try:
        job = workspace.job({"task_key": "a", "notebook_task": {"notebook_path": "/x"}, "new_cluster": CLUSTER},
                            max_concurrent_runs=1000)
        with ThreadPoolExecutor(32) as pool:
            began = time.perf_counter()
            runs = list(pool.map(lambda _: workspace.call("POST", "/api/2.2/jobs/run-now", {"job_id": job})["run_id"],
                                 range(1000)))
            while workspace.call("GET", "/api/2.2/jobs/runs/list?active_only=true&limit=1").get("runs"):
                time.sleep(0.01)
            ended = time.perf_counter() - began
            began = time.perf_counter()
            list(pool.map(lambda n: workspace.call("GET", f"/api/2.2/jobs/runs/get?run_id={runs[n % 1000]}"), range(4000)))
            print(f"1,000 simultaneous runs accepted and finished: {ended:.2f} s (limit 5 s)")
            print(f"runs/get: {4000 / (time.perf_counter() - began):.0f} a second (limit 2,000; this client takes most of it)")
    finally:
        workspace.stop()


def shown(taken):
    """(seconds, seconds of processor), or why there are none."""
    if taken is None:
        return "not measured"
    return f"{taken[0]:.2f} s (processor {taken[1]:.2f} s)" if isinstance(taken, tuple) else taken


def main():
    results = {}
    for name, make in (("brickwork-local", ours), ("minilake", minilake)):
        try:
            workspace = make()
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"{name} is not at hand: {error}")
            continue
        try:
            print(f"{name}: {workspace.start_ms:.0f} ms until it answers, {workspace.memory_mib():.1f} MiB idle"
                  + (" (limits 200 ms, 30 MiB)" if make is ours else ""))
            results[name] = loop(workspace)
        finally:
            workspace.stop()
    other = results.get("minilake", {})
    for what, taken in results.get("brickwork-local", {}).items():
        theirs = other.get(what)
        ratio = f", {theirs[0] / taken[0]:.1f} x" if isinstance(taken, tuple) and isinstance(theirs, tuple) else ""
        print(f"{what}: {shown(taken)}, minilake {shown(theirs)}{ratio}")
    load()


if __name__ == "__main__":
    main()
