"""--spark-master: the tasks use a Spark cluster that is there already. Here: a standalone master and worker of pyspark."""

import json
import os
import re
import subprocess
import sys
import time

import pyspark
import pytest

from conftest import Local
from test_notebooks import passed


def start_spark(directory, name, *arguments):
    environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable,
                   "SPARK_WORKER_DIR": str(directory / "worker"), "SPARK_DAEMON_MEMORY": "512m"}
    log = (directory / f"{name}.log").open("w")
    home = os.path.dirname(pyspark.__file__)
    return subprocess.Popen([f"{home}/bin/spark-class", f"org.apache.spark.deploy.{name}", *arguments],
                            stdout=log, stderr=subprocess.STDOUT, env=environment)


def wait_for(log, pattern, seconds=180):
    deadline = time.monotonic() + seconds
    while True:
        found = re.search(pattern, log.read_text()) if log.exists() else None
        if found:
            return found
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.2)


@pytest.fixture
def master(tmp_path):
    processes = [start_spark(tmp_path, "master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0")]
    try:
        url = wait_for(tmp_path / "master.Master.log", r"Starting Spark master at (spark://\S+)").group(1)
        processes.append(start_spark(tmp_path, "worker.Worker", "--host", "127.0.0.1", "--cores", "2", "--memory", "1g",
                                     "--webui-port", "0", url))
        wait_for(tmp_path / "worker.Worker.log", "Successfully registered with master")
        yield url
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=60)


def test_a_notebook_runs_on_a_standalone_master(master, tmp_path):
    local = Local(tmp_path / "state", "--spark-master", master)
    try:
        output = local.run_notebook("""
        import json
        from pyspark.sql.functions import udf
        double = udf(lambda x: x * 2, "long")
        rows = spark.range(4).repartition(2).select(double("id").alias("d"))
        rows.write.mode("overwrite").saveAsTable("on_master")
        total = sum(row.d for row in spark.table("on_master").collect())
        executors = sc._jsc.sc().getExecutorMemoryStatus().size() - 1
        dbutils.notebook.exit(json.dumps([sc.master, total, executors]))
        """)
        assert json.loads(passed(output)) == [master, 12, 1]
    finally:
        local.stop()
