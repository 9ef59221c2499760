"""Whatever dies while a DAG run is under way, Databricks sees one run, and the DAG run follows it to its end.

BRICKWORK_AIRFLOW_KILLS says at how many moments each kind is killed; one, where nobody has time.
"""

import os
import signal
import time

import pytest
from edge_proxy import MOMENTS, EdgeProxy
from live import Airflow, connection_of
from live_dags import source

KILLS = int(os.environ.get("BRICKWORK_AIRFLOW_KILLS", "1"))
RETRIED = '{"retries": 4, "retry_delay": timedelta(seconds=1)}'
BODY = '''
step("first", seconds=3) >> step("second", seconds=3)
step("beside", seconds=4)
'''


@pytest.fixture(scope="module")
def proxy(workspace_of_airflow):
    made = EdgeProxy(workspace_of_airflow.url)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def live(installed, workspace_of_airflow, proxy, tmp_path_factory):
    """An Airflow of its own that notices deaths within seconds."""
    folder = tmp_path_factory.mktemp("kills")
    connection = connection_of(proxy.url, workspace_of_airflow.token)
    settings = {"SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": 6, "SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": 5,
                "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": 12,
                "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": 2,
                "TRIGGERER__JOB_HEARTBEAT_SEC": 2, "TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": 8}
    with Airflow(folder / "home", connection, **settings) as running:
        running.start()
        for kind in ("worker", "triggerer", "api_server", "scheduler"):
            running.add_dag(f"kill_{kind}", source(f"kill_{kind}", folder, BODY, arguments=RETRIED))
        yield running


def tasks_at_work(running):
    """Pids of the executor's workers that have a task, and of what they started."""
    processes = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                with open(f"{entry.path}/stat") as stat, open(f"{entry.path}/cmdline") as command:
                    fields = stat.read().rpartition(")")[2].split()
                    processes[int(entry.name)] = int(fields[1]), int(fields[3]), command.read()
            except OSError:
                continue
    session = running.processes["scheduler"].pid
    workers = {pid for pid, (_, of, title) in processes.items()
               if of == session and title.startswith("airflow worker -- LocalExecutor") and "<idle>" not in title}
    return workers | {pid for pid, (parent, _, _) in processes.items() if parent in workers}


def kill_tasks(running):
    for pid in tasks_at_work(running):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def one_run_that_succeeded(running, view, dag_id, run_id, runs_before):
    state = running.finished(dag_id, run_id, 240)
    assert state == "success", running.states(dag_id, run_id)
    runs = view.runs(f"{dag_id}.wf")
    assert len(runs) == runs_before + 1, f"{len(runs) - runs_before} runs of Databricks"
    run = view.ask("GET", f"/api/2.2/jobs/runs/get?run_id={runs[-1]}&include_history=true")
    assert run["state"]["result_state"] == "SUCCESS" and view.repairs(run) == []


@pytest.mark.parametrize("number", range(KILLS))
def test_a_killed_worker(live, view, proxy, number):
    """At the edges of the launch task's requests: what it sent took effect, and nobody heard of it."""
    index, moment = divmod(number, len(MOMENTS)) if KILLS > 3 else (0, MOMENTS.index("after") + number % 2)
    before = len(view.runs("kill_worker.wf"))
    fired = proxy.fired
    proxy.counted = "/jobs/run-now" if index == 0 else ""
    proxy.arm(lambda: kill_tasks(live), max(0, index - 1), MOMENTS[moment])
    live.trigger("kill_worker", f"k{number}")
    one_run_that_succeeded(live, view, "kill_worker", f"k{number}", before)
    proxy.disarm()
    assert proxy.fired == fired + 1


@pytest.mark.parametrize("number", range(KILLS))
@pytest.mark.parametrize("component", ["triggerer", "api-server", "scheduler"])
def test_a_killed_component(live, view, component, number):
    dag_id = f"kill_{component.replace('-', '_')}"
    before = len(view.runs(f"{dag_id}.wf"))
    live.trigger(dag_id, f"k{number}")
    time.sleep(1 + 9 * number / KILLS)  # spread over the life of a run; nothing below depends on where it strikes
    live.stop(component, signal_number=signal.SIGKILL)
    live.start(component)
    one_run_that_succeeded(live, view, dag_id, f"k{number}", before)
