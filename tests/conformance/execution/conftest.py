"""One brickwork-local for all tests of execution, driven by the Databricks SDK as published."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.service import compute, jobs
from databricks.sdk.service.workspace import ImportFormat, Language

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/support"))


def executable():
    for preset in (os.environ.get("BRICKWORK_PRESET", "release"), "dev"):
        found = ROOT / "build" / preset / "bin/brickwork-local"
        if found.exists():
            return found
    raise FileNotFoundError("build brickwork-local first: cmake --build --preset release")


class Local:
    """A brickwork-local that this test started, and a client for it."""

    def __init__(self, state, *options):
        self.state = Path(state)
        self.options = options
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [executable(), "--state", self.state, "--python", sys.executable, *self.options], stdout=subprocess.PIPE, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.url = ready["url"]
        self.client = WorkspaceClient(host=self.url, token=Path(ready["token_file"]).read_text().strip())

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=60)
        self.process.stdout.close()

    def notebook(self, path, source, language=Language.PYTHON, format=ImportFormat.SOURCE):
        import base64
        import posixpath

        self.client.workspace.mkdirs(posixpath.dirname(path))
        self.client.workspace.import_(path, content=base64.b64encode(textwrap.dedent(source).encode()).decode(),
                                      format=format, language=language if format == ImportFormat.SOURCE else None,
                                      overwrite=True)
        return path

    def submit(self, *tasks, **more):
        """Runs tasks and returns {task_key: RunOutput} when all have ended."""
        wait = self.client.jobs.submit(run_name="test", tasks=list(tasks), **more)
        return self.outputs(wait.run_id)

    def outputs(self, run_id):
        import time

        deadline = time.monotonic() + 300
        while True:
            run = self.client.jobs.get_run(run_id)
            if run.state.life_cycle_state.value in ("TERMINATED", "INTERNAL_ERROR", "SKIPPED"):
                break
            assert time.monotonic() < deadline, run.state
            time.sleep(0.1)
        return {task.task_key: self.client.jobs.get_run_output(task.run_id) for task in run.tasks}

    def run_notebook(self, source, cluster=None, parameters=None, libraries=None, path="/Shared/test/notebook"):
        self.notebook(path, source)
        return self.submit(task("main", path, cluster, parameters, libraries=libraries))["main"]


def task(key, path, cluster=None, parameters=None, after=(), **more):
    where = {"existing_cluster_id": cluster} if cluster else {
        "new_cluster": compute.ClusterSpec(spark_version="16.4.x-scala2.12", num_workers=0)}
    return jobs.SubmitTask(task_key=key, notebook_task=jobs.NotebookTask(path, base_parameters=parameters),
                           depends_on=[jobs.TaskDependency(name) for name in after], **where, **more)


@pytest.fixture(scope="session")
def local(tmp_path_factory):
    workspace = Local(tmp_path_factory.mktemp("state"))
    yield workspace
    workspace.stop()


@pytest.fixture(scope="session")
def cluster(local):
    """The cluster of all tests that use Spark: one JVM."""
    return local.client.clusters.create(spark_version="16.4.x-scala2.12", num_workers=0, cluster_name="shared",
                                        spark_conf={"spark.sql.session.timeZone": "Europe/Berlin"},
                                        spark_env_vars={"FROM_CLUSTER": "yes"}).result().cluster_id
