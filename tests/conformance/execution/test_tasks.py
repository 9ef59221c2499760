"""Python files, wheels, libraries, and tasks that end badly."""

import os
import time

from databricks.sdk.service import compute, jobs

from conftest import task
from test_notebooks import make_wheel, passed

NEW = compute.ClusterSpec(spark_version="16.4.x-scala2.12", num_workers=0)


def test_point_49_a_python_file_has_arguments_logs_and_an_exit_status(local):
    local.client.dbfs.upload("dbfs:/files/ok.py", _bytes("""
import os, sys
print(__name__, sys.argv[1:], os.environ["DB_CLUSTER_ID"] != "")
print("to stderr", file=sys.stderr)
sys.exit(0)
"""), overwrite=True)
    local.client.workspace.mkdirs("/Shared/test")
    local.client.workspace.upload("/Shared/test/bad.py", b"raise KeyError('x')\n", overwrite=True,
                                  format=__import__("databricks.sdk.service.workspace", fromlist=["x"]).ImportFormat.RAW)
    outputs = local.submit(
        jobs.SubmitTask("ok", new_cluster=NEW, spark_python_task=jobs.SparkPythonTask("dbfs:/files/ok.py", ["a", "b c"])),
        jobs.SubmitTask("bad", new_cluster=NEW, spark_python_task=jobs.SparkPythonTask("/Workspace/Shared/test/bad.py")),
        jobs.SubmitTask("none", new_cluster=NEW, spark_python_task=jobs.SparkPythonTask("dbfs:/files/none.py")))
    assert outputs["ok"].logs == "__main__ ['a', 'b c'] True\nto stderr\n"
    assert outputs["ok"].notebook_output is None
    assert outputs["bad"].error == "KeyError: 'x'"
    assert "bad.py" in outputs["bad"].error_trace
    assert "dbfs:/files/none.py" in outputs["none"].error


def test_point_50_a_wheel_runs_its_entry_point(local, tmp_path):
    wheel = make_wheel(tmp_path, "brickwork_wheel_task", "0.1")
    local.client.dbfs.upload(f"dbfs:/wheels/{wheel.name}", wheel.open("rb"), overwrite=True)
    library = [compute.Library(whl=f"dbfs:/wheels/{wheel.name}")]
    outputs = local.submit(
        jobs.SubmitTask("named", new_cluster=NEW, libraries=library, python_wheel_task=jobs.PythonWheelTask(
            "brickwork_wheel_task", "run", named_parameters={"k": "v"})),
        jobs.SubmitTask("none", new_cluster=NEW, libraries=library,
                        python_wheel_task=jobs.PythonWheelTask("brickwork_wheel_task", "missing")))
    assert outputs["named"].logs == "['brickwork_wheel_task', '--k=v']\n", outputs["named"].error
    assert "brickwork_wheel_task" in outputs["none"].error and "missing" in outputs["none"].error


def test_a_library_that_cannot_be_installed_fails_the_task_before_it_runs(local):
    output = local.run_notebook("print(1)", libraries=[compute.Library(whl="dbfs:/wheels/none-1-py3-none-any.whl")])
    run = local.client.jobs.get_run(output.metadata.run_id)
    assert run.status.termination_details.code.value == "LIBRARY_INSTALLATION_ERROR"
    assert "none-1-py3-none-any.whl" in output.error


def test_what_is_there_already_is_not_installed_again(local):
    output = local.run_notebook("import pandas", libraries=[
        compute.Library(pypi=compute.PythonPyPiLibrary("pandas>=1")), compute.Library(pypi=compute.PythonPyPiLibrary("requests"))])
    passed(output)
    assert output.metadata.setup_duration < 20_000


def test_a_task_that_dies_takes_nobody_with_it(local):
    local.notebook("/Shared/test/exit", "import os\nos._exit(9)")
    local.notebook("/Shared/test/signal", "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)")
    local.notebook("/Shared/test/fine", "import time\ntime.sleep(1)\ndbutils.notebook.exit('fine')")
    cluster = local.client.clusters.create(spark_version="16.4.x-scala2.12", num_workers=0).result().cluster_id
    outputs = local.submit(*(task(name, f"/Shared/test/{name}", cluster) for name in ("exit", "signal", "fine")))
    assert "exit code 9" in outputs["exit"].error
    assert "SIGSEGV" in outputs["signal"].error
    assert passed(outputs["fine"]) == "fine"


def test_cancel_ends_every_process_of_the_task(local):
    local.notebook("/Shared/test/sleeper", SLEEPER)
    wait = local.client.jobs.submit(run_name="cancel", tasks=[task("main", "/Shared/test/sleeper")])
    pids = _pids_of_sleeper(local)
    local.client.jobs.cancel_run(wait.run_id)
    output = local.outputs(wait.run_id)["main"]
    assert output.metadata.state.result_state.value == "CANCELED"
    assert not [pid for pid in pids if _alive(pid)]


def test_a_timeout_ends_the_task(local):
    local.notebook("/Shared/test/sleeper", SLEEPER)
    begun = time.monotonic()
    output = local.submit(task("main", "/Shared/test/sleeper", timeout_seconds=3))["main"]
    assert output.metadata.state.result_state.value == "TIMEDOUT"
    assert time.monotonic() - begun < 60


def test_a_terminated_cluster_fails_its_tasks(local):
    cluster = local.client.clusters.create(spark_version="16.4.x-scala2.12", num_workers=0).result().cluster_id
    local.notebook("/Shared/test/sleeper", SLEEPER)
    wait = local.client.jobs.submit(run_name="terminated", tasks=[task("main", "/Shared/test/sleeper", cluster)])
    _pids_of_sleeper(local)
    local.client.clusters.delete(cluster).result()
    output = local.outputs(wait.run_id)["main"]
    assert cluster in output.error and "terminated" in output.error


def test_an_unknown_cluster_is_a_cluster_error(local):
    output = local.run_notebook("print(1)", cluster="0000-000000-none")
    assert "0000-000000-none does not exist" in (output.error or output.metadata.state.state_message)


# Writes the pids of itself and of a child in a session of its own, then waits to be ended.
SLEEPER = """
import os, subprocess, time
child = subprocess.Popen(["sleep", "600"], start_new_session=True)
with open("pids.part", "w") as file:
    file.write(f"{os.getpid()} {child.pid}")
os.rename("pids.part", "pids.txt")
time.sleep(600)
"""


def _pids_of_sleeper(local):
    file = local.state / "workspace/Shared/test/pids.txt"
    deadline = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    pids = [int(pid) for pid in file.read_text().split()]
    file.unlink()
    return pids


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _bytes(text):
    import io

    return io.BytesIO(text.encode())


def test_point_61_init_scripts_run_before_the_first_task_and_can_stop_it(local):
    local.client.dbfs.upload("dbfs:/init/good.sh", _bytes("echo prepared $DB_IS_DRIVER > $HOME_OF_TEST/prepared.txt\n"),
                             overwrite=True)
    local.client.dbfs.upload("dbfs:/init/bad.sh", _bytes("echo no network\nexit 4\n"), overwrite=True)

    def cluster(script):
        return local.client.clusters.create(
            spark_version="16.4.x-scala2.12", num_workers=0, spark_env_vars={"HOME_OF_TEST": str(local.state)},
            init_scripts=[compute.InitScriptInfo(dbfs=compute.DbfsStorageInfo(script))]).cluster_id

    output = local.run_notebook("import os\ndbutils.notebook.exit(open(os.environ['HOME_OF_TEST'] + '/prepared.txt').read())",
                                cluster("dbfs:/init/good.sh"))
    assert passed(output) == "prepared TRUE\n"
    output = local.run_notebook("print(1)", cluster("dbfs:/init/bad.sh"))
    assert "bad.sh ended with exit code 4" in output.error and "no network" in output.error
    assert "INIT_SCRIPT_FAILURE" in output.error
