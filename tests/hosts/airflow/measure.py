#!/usr/bin/env python3
"""What waiting costs in a running Airflow: our operators and the stock provider's, the same DAG, one after the other in one
Airflow with PostgreSQL and Airflow's default limits.

    build/venv/bin/python tests/hosts/airflow/measure.py [--sizes 10,100] [--seconds 20] [ours ours-again stock-sync stock-deferrable]...

N tasks in layers, each asleep for so many seconds; `ours-again` is the second run of `ours`, as of a DAG that runs every
night. Requests are counted by the workspace, connections by a line between the
two. Processor time is that of Airflow's four processes and all that they start, less what they use when idle; memory is
what is added to them. Lag is the time from the end of a task on Databricks to that of the task in Airflow.
"""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TESTS / "conformance"), str(Path(__file__).parent)]

from costs import CountingLine, Postgres, of_sessions  # noqa: E402
from http_client import Plain  # noqa: E402
from live import Airflow, connection_of  # noqa: E402
from live_dags import OURS, STOCK, source  # noqa: E402
from local_workspace import LocalWorkspace  # noqa: E402
from workspace_view import View  # noqa: E402

AGAIN = "-again"
SYSTEMS = {"ours": (OURS, {}), "ours-sync": (OURS, {"deferrable": False}),
           "ours-every-2-s": (OURS, {"polling_period_seconds": 2}), "ours-every-8-s": (OURS, {"polling_period_seconds": 8}),
           "ours-by-workers": (OURS, {"start_in_triggerer": False}),
           "stock-sync": (STOCK, {"deferrable": False}),
           "stock-deferrable": (STOCK, {"deferrable": True})}
IDLE_S = 20


def layers(size, seconds, options):
    """The text of the group: each layer waits for the one before, task by task."""
    width = 10 if size > 10 else 2
    lines = [f"tasks = [step(f't{{n}}', seconds={seconds}, databricks_task_key=f't{{n}}', **{options!r}) for n in range({size})]",
             f"for n in range({width}, {size}): tasks[n - {width}] >> tasks[n]"]
    return "\n".join(lines)


def first_runs(systems):
    return [system for system in systems if not system.endswith(AGAIN)]


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def lags(airflow, view, dag_id, run_id):
    """Seconds, one for each member of the newest run."""
    run = view.ask("GET", f"/api/2.2/jobs/runs/get?run_id={view.runs(f'{dag_id}.wf')[-1]}")
    ended = {task["task_key"]: task["end_time"] / 1000 for task in run["tasks"]}
    tasks = airflow.tasks(dag_id, run_id)
    assert all(task["state"] == "success" for task in tasks.values()), airflow.states(dag_id, run_id)
    return [datetime.fromisoformat(tasks[f"wf.{key}"]["end_date"]).timestamp() - at for key, at in ended.items()], run


class Meter:
    """Of one Airflow; what it uses when nothing runs is looked at once."""

    def __init__(self, airflow):
        self.airflow = airflow
        time.sleep(IDLE_S / 2)  # what start left to do
        begin = self.cpu()
        time.sleep(IDLE_S)
        self.idle = (self.cpu() - begin) / IDLE_S
        self.rest_mib = of_sessions(self.sessions())[1]

    def sessions(self):
        return {process.pid for process in self.airflow.processes.values()}

    def cpu(self):
        return of_sessions(self.sessions())[0]

    def parts(self):
        """Processor seconds of each of the four; the workers belong to the scheduler."""
        return {name: of_sessions({process.pid})[0] for name, process in self.airflow.processes.items()}

    def run(self, dag_id, run_id, view, line):
        view.forget()
        line.take()
        begin, cpu, parts = time.monotonic(), self.cpu(), self.parts()
        self.airflow.trigger(dag_id, run_id)
        peak, state = 0.0, None
        while state not in ("success", "failed"):
            time.sleep(2)
            peak = max(peak, of_sessions(self.sessions())[1])
            state = self.airflow.run_state(dag_id, run_id)
        took = time.monotonic() - begin
        parts = ", ".join(f"{name} {now - parts[name]:.1f}" for name, now in self.parts().items())
        requests, (connections, received) = view.requests(), line.take()
        found, run = lags(self.airflow, view, dag_id, run_id)
        return {"state": state, "took s": took, "run s": (run["end_time"] - run["start_time"]) / 1000,
                "requests": requests["total"], "connections": connections, "MB": received / 1e6,
                "cpu s": self.cpu() - cpu - self.idle * took,
                "peak MiB": peak - self.rest_mib, "lag p50 s": percentile(found, 0.5), "lag p99 s": percentile(found, 0.99),
                "lag max s": max(found), "cpu s of": f"({parts})"}, requests["requests"]


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ends everything on the way out
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="10,100")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("systems", nargs="*", default=["ours", "ours-again", "stock-sync", "stock-deferrable"])
    wanted = parser.parse_args()
    workspace, database = LocalWorkspace("--ephemeral", "--faults", "-"), Postgres()
    line = CountingLine(workspace.url)
    folder = Path(tempfile.mkdtemp(prefix="brickwork-measure-"))
    view = View(lambda: Plain(workspace))
    limits = {"CORE__PARALLELISM": 32, "WORKERS__MIN_HEARTBEAT_INTERVAL": 5}  # as Airflow has them
    try:
        with Airflow(folder, connection_of(line.url, workspace.token), database=database.url, **limits) as airflow:
            airflow.start()
            sizes = [int(each) for each in wanted.sizes.split(",")]
            for size in [2, *sizes]:
                for system in first_runs(wanted.systems):
                    package, options = SYSTEMS[system]
                    dag_id = f"{system.replace('-', '_')}_{size}"
                    seconds = wanted.seconds if size > 2 else 1
                    airflow.add_dag(dag_id, source(dag_id, folder, layers(size, seconds, options), package))
            for system in first_runs(wanted.systems):  # once, so that nobody pays for what the four processes do only once
                airflow.trigger(f"{system.replace('-', '_')}_2", "one")
                airflow.finished(f"{system.replace('-', '_')}_2", "one")
            meter = Meter(airflow)
            print(f"idle: {meter.idle:.2f} cpu s a second, {meter.rest_mib:.0f} MiB", flush=True)
            for size in sizes:
                for system in wanted.systems:
                    dag_id = f"{system.removesuffix(AGAIN).replace('-', '_')}_{size}"
                    found, requests = meter.run(dag_id, "again" if system.endswith(AGAIN) else "one", view, line)
                    print(f"N={size} {system}: " + ", ".join(f"{name} {value:.1f}" if isinstance(value, float) else f"{name} {value}"
                                                         for name, value in found.items()), flush=True)
                    print("   ", ", ".join(f"{each['method']} {each['path']} {each['count']}" for each in requests), flush=True)
                    time.sleep(5)
        shutil.rmtree(folder)  # after a failure its logs are wanted
    finally:
        line.stop()
        workspace.stop()
        database.stop()


if __name__ == "__main__":
    main()
