"""The prepared interpreter of a cluster: each task is forked from it, and knows nothing of the others."""

import os
import signal
import time

from databricks.sdk.service import compute

from conftest import task
from test_notebooks import make_wheel, passed


def new_cluster(local):
    return local.client.clusters.create(spark_version="16.4.x-scala2.12", num_workers=0).result().cluster_id


def interpreters(local, cluster):
    """Pids of the prepared interpreters of a cluster."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            command = open(f"/proc/{pid}/cmdline").read().split("\0")
            directory = os.readlink(f"/proc/{pid}/cwd")
        except OSError:
            continue
        if "prepared" in command and f"/{cluster}." in directory + "/":
            found.append(int(pid))
    return found


def test_a_task_leaves_nothing_to_the_next_one(local):
    cluster = new_cluster(local)
    passed(local.run_notebook("""
    import builtins, os, sys
    builtins.left_behind = os.environ["LEFT_BEHIND"] = "x"
    sys.path.insert(0, "/left/behind")
    """, cluster))
    passed(local.run_notebook("""
    import builtins, os, sys
    assert not hasattr(builtins, "left_behind") and "LEFT_BEHIND" not in os.environ and "/left/behind" not in sys.path
    """, cluster))


def test_tasks_draw_different_random_numbers(local, cluster):
    source = """
    import random
    spark.range(1).count()
    import numpy
    dbutils.notebook.exit(f"{random.random()} {numpy.random.rand()}")
    """
    drawn = [passed(local.run_notebook(source, cluster)).split() for _ in range(3)]
    assert len({a for a, _ in drawn}) == 3 and len({b for _, b in drawn}) == 3


def test_a_task_is_a_process_with_usual_signals_and_no_foreign_descriptors(local):
    output = local.run_notebook("""
    import os, signal, subprocess
    assert signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL
    child = subprocess.run(["sh", "-c", "exit 5"])
    assert child.returncode == 5
    names = [os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd") if os.path.lexists(f"/proc/self/fd/{fd}")]
    assert sum(name.startswith("socket:") for name in names) == 2, names  # its channel, to read and to write
    assert not any("brickwork-local" in name for name in names), names
    dbutils.notebook.exit(os.getpgid(0) == os.getpid())
    """, new_cluster(local))
    assert passed(output) == "True"


def test_without_its_interpreter_a_cluster_goes_on(local):
    cluster = new_cluster(local)
    assert passed(local.run_notebook("dbutils.notebook.exit(1)", cluster)) == "1"
    (interpreter,) = interpreters(local, cluster)
    os.kill(interpreter, signal.SIGKILL)
    assert passed(local.run_notebook("dbutils.notebook.exit(2)", cluster)) == "2"
    assert passed(local.run_notebook("dbutils.notebook.exit(3)", cluster)) == "3"
    assert interpreters(local, cluster) != [interpreter]


def test_a_library_is_seen_by_the_next_task_and_the_running_one_goes_on(local, tmp_path):
    cluster = new_cluster(local)
    wheel = make_wheel(tmp_path, "brickwork_prepared", "3.4")
    local.client.dbfs.upload(f"dbfs:/wheels/{wheel.name}", wheel.open("rb"), overwrite=True)
    local.notebook("/Shared/test/waits", """
    import os, time
    until = time.monotonic() + 60
    while not os.path.exists("/dbfs/prepared/go") and time.monotonic() < until:
        time.sleep(0.05)
    dbutils.notebook.exit("went on")
    """)
    local.notebook("/Shared/test/imports", """
    import brickwork_prepared
    dbutils.fs.put("dbfs:/prepared/go", "", True)
    dbutils.notebook.exit(brickwork_prepared.VERSION)
    """)
    outputs = local.submit(
        task("waits", "/Shared/test/waits", cluster),
        task("imports", "/Shared/test/imports", cluster, libraries=[compute.Library(whl=f"dbfs:/wheels/{wheel.name}")]))
    assert passed(outputs["waits"]) == "went on"
    assert passed(outputs["imports"]) == "3.4"


def test_an_ended_cluster_leaves_no_interpreter(local):
    cluster = new_cluster(local)
    passed(local.run_notebook("dbutils.notebook.exit(1)", cluster))
    assert interpreters(local, cluster)
    local.client.clusters.delete(cluster).result()
    deadline = time.monotonic() + 30
    while interpreters(local, cluster):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_who_watches_a_task_waits_for_signals_and_does_not_ask_for_them_without_end(local):
    """The supervisor of a forked task: its signals once got the number of a descriptor that it closed, and it spun."""
    output = local.run_notebook("""
    import os, time
    def open_files():
        where = f"/proc/{os.getppid()}/fd"
        return [os.readlink(f"{where}/{fd}") for fd in os.listdir(where)]
    deadline = time.monotonic() + 10  # it has just been made
    while "anon_inode:[signalfd]" not in open_files() and time.monotonic() < deadline:
        time.sleep(0.05)
    dbutils.notebook.exit(" ".join(open_files()))
    """, new_cluster(local))
    files = passed(output).split()
    assert "anon_inode:[signalfd]" in files and sum(name.startswith("socket:") for name in files) == 1, files
