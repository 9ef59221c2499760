"""Spark: one application a cluster, one session a task."""

import json
import os
import time

from databricks.sdk.service.workspace import Language

from conftest import Local, task
from test_notebooks import passed


def test_point_55_tasks_of_a_cluster_share_one_application_and_run_at_the_same_time(local, cluster):
    local.notebook("/Shared/spark/one", """
    import time
    spark.range(5).createOrReplaceTempView("mine")
    spark.range(7).createOrReplaceGlobalTempView("ours")
    until = time.monotonic() + 60
    while time.monotonic() < until and not spark.catalog.tableExists("global_temp.theirs"):
        time.sleep(0.1)
    assert spark.table("global_temp.theirs").count() == 3
    dbutils.notebook.exit(sc.applicationId)
    """)
    local.notebook("/Shared/spark/two", """
    from pyspark.sql import SparkSession
    import time
    other = SparkSession.builder.appName("other").getOrCreate()
    other.range(3).createOrReplaceGlobalTempView("theirs")
    until = time.monotonic() + 60
    while time.monotonic() < until and not other.catalog.tableExists("global_temp.ours"):
        time.sleep(0.1)
    assert other.table("global_temp.ours").count() == 7
    assert not other.catalog.tableExists("mine")
    other.stop()
    dbutils.notebook.exit(spark.sparkContext.applicationId)
    """)
    outputs = local.submit(task("one", "/Shared/spark/one", cluster), task("two", "/Shared/spark/two", cluster))
    assert passed(outputs["one"]) == passed(outputs["two"])


def test_point_48_spark_is_a_session_before_and_after_its_first_use(local, cluster):
    passed(local.run_notebook("""
    from pyspark.sql import SparkSession
    assert isinstance(spark, SparkSession)
    assert spark.range(3).rdd.map(lambda row: row.id * 2).sum() == 6
    assert type(spark) is SparkSession
    from pyspark.sql.functions import udf
    double = udf(lambda x: x * 2, "long")
    assert [row[0] for row in spark.range(3).select(double("id")).collect()] == [0, 2, 4]
    """, cluster))


def test_point_44_sql_cells_read_widgets_and_leave_their_rows_behind(local, cluster):
    output = local.run_notebook("""\
        # Databricks notebook source
        dbutils.widgets.text("n", "4")

        # COMMAND ----------

        # MAGIC %sql
        # MAGIC create or replace temp view numbers as select id from range(10); -- one; statement
        # MAGIC select count(*) as c from numbers where id < :n and id < ${n}

        # COMMAND ----------

        display(_sqldf)
        dbutils.notebook.exit(_sqldf.first().c)
        """, cluster)
    assert passed(output) == "4"


def test_a_sql_notebook_runs_as_it_is(local, cluster):
    local.notebook("/Shared/spark/report", """\
        -- Databricks notebook source
        create table if not exists report as select 1 as x, 'a;b' as y

        -- COMMAND ----------

        -- MAGIC %python
        -- MAGIC dbutils.notebook.exit(spark.table("report").first().y)
        """, Language.SQL)
    assert passed(local.submit(task("main", "/Shared/spark/report", cluster))["main"]) == "a;b"


def test_an_sql_error_is_the_error_of_the_task(local, cluster):
    output = local.run_notebook("# Databricks notebook source\n# MAGIC %sql\n# MAGIC select * from no_such_table\n", cluster)
    assert "TABLE_OR_VIEW_NOT_FOUND" in output.error


def test_point_53_the_clusters_settings_reach_session_and_environment(local, cluster):
    output = local.run_notebook("""
    import json, os
    dbutils.notebook.exit(json.dumps([
        spark.conf.get("spark.sql.session.timeZone"), os.environ["FROM_CLUSTER"],
        spark.conf.get("spark.databricks.clusterUsageTags.clusterId"), os.environ["DATABRICKS_RUNTIME_VERSION"],
        spark.conf.get("spark.databricks.job.id")]))
    """, cluster)
    assert json.loads(passed(output)) == ["Europe/Berlin", "yes", cluster, "16.4", str(output.metadata.job_id)]


def test_point_47_files_have_the_same_names_in_spark(local, cluster):
    passed(local.run_notebook("""
    spark.range(4).write.mode("overwrite").parquet("dbfs:/spark/numbers")
    assert any(file.name.startswith("part-") for file in dbutils.fs.ls("dbfs:/spark/numbers"))
    assert spark.read.parquet("dbfs:/spark/numbers").count() == 4
    dbutils.fs.put("/Volumes/main/default/v/rows.csv", "a,b\\n1,2\\n", True)
    assert spark.read.option("header", True).csv("/Volumes/main/default/v/rows.csv").first().b == "2"
    """, cluster))


def test_a_killed_task_leaves_the_application_to_the_others(local, cluster):
    local.notebook("/Shared/spark/dies", "spark.range(3).count()\nimport os\nos._exit(1)")
    local.notebook("/Shared/spark/lives", "import time\ntime.sleep(3)\ndbutils.notebook.exit(spark.range(3).count())")
    outputs = local.submit(task("dies", "/Shared/spark/dies", cluster), task("lives", "/Shared/spark/lives", cluster))
    assert "exit code 1" in outputs["dies"].error
    assert passed(outputs["lives"]) == "3"


def test_the_spark_jobs_of_a_cancelled_task_are_cancelled_too(local, cluster):
    local.notebook("/Shared/spark/busy", """
    import time
    def wait(x):
        open("busy", "w").close()
        time.sleep(600)
    sc.parallelize(range(64), 64).foreach(wait)
    """)
    run = local.client.jobs.submit(run_name="busy", tasks=[task("main", "/Shared/spark/busy", cluster)])
    _wait(lambda: list(local.state.glob("clusters/*/busy")) or list(local.state.glob("workspace/Shared/spark/busy?")))
    local.client.jobs.cancel_run(run.run_id)
    assert local.outputs(run.run_id)["main"].metadata.state.result_state.value == "CANCELED"
    assert passed(local.run_notebook("dbutils.notebook.exit(spark.range(3).count())", cluster)) == "3"


def test_a_driver_that_does_not_start_is_a_cluster_error_that_says_why(local):
    cluster = local.client.clusters.create(spark_version="16.4.x-scala2.12", num_workers=0, spark_conf={
        "spark.driver.memory": "64m"}).result().cluster_id
    output = local.run_notebook("spark.range(1).count()", cluster)
    run = local.client.jobs.get_run(output.metadata.run_id)
    assert run.status.termination_details.code.value == "CLUSTER_ERROR"
    assert "Spark did not start" in output.error
    assert "spark.driver.memory" in output.error + output.error_trace


def test_a_python_file_finds_the_clusters_application(local, cluster):
    import io

    from databricks.sdk.service import jobs

    code = b"from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\nprint(spark.range(6).count())\nspark.stop()\n"
    local.client.dbfs.upload("dbfs:/files/spark.py", io.BytesIO(code), overwrite=True)
    outputs = local.submit(jobs.SubmitTask("main", existing_cluster_id=cluster,
                                           spark_python_task=jobs.SparkPythonTask("dbfs:/files/spark.py")))
    assert outputs["main"].logs == "6\n", outputs["main"].error_trace


def test_tables_outlive_cluster_and_server_and_sigkill_leaves_no_process(tmp_path):
    local = Local(tmp_path)
    try:
        passed(local.run_notebook("""
        spark.sql("create database if not exists sales")
        spark.range(3).write.saveAsTable("sales.kept")
        spark.range(9).write.saveAsTable("dropped")
        spark.sql("create view sales.big as select * from sales.kept where id > 1")
        """))
        sleeping = "import time\nspark.range(1).count()\nopen('ready', 'w').close()\ntime.sleep(600)"
        local.notebook("/Shared/test/sleeping", sleeping)
        run = local.client.jobs.submit(run_name="killed", tasks=[task("main", "/Shared/test/sleeping")])
        _wait(lambda: (tmp_path / "workspace/Shared/test/ready").exists())
        assert _processes_of(tmp_path)
        local.kill()
        _wait(lambda: not _processes_of(tmp_path))
        local.start()
        ended = local.client.jobs.get_run(run.run_id)
        assert ended.state.life_cycle_state.value == "INTERNAL_ERROR"
        output = local.run_notebook("""
        spark.sql("drop table dropped")
        rows = [spark.table("sales.kept").count(), spark.table("sales.big").count()]
        spark.sql("insert into sales.kept values (100)")
        dbutils.notebook.exit(str(rows + [spark.table("sales.kept").count()]))
        """)
        assert passed(output) == "[3, 1, 4]"
    finally:
        local.stop()
    _wait(lambda: not _processes_of(tmp_path))


def _processes_of(state):
    """Pids whose command line or working directory lies in the state directory."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            command = open(f"/proc/{pid}/cmdline").read()
            directory = os.readlink(f"/proc/{pid}/cwd")
        except OSError:
            continue
        if int(pid) != os.getpid() and (str(state) in command or directory.startswith(str(state))):
            found.append((int(pid), command))
    return found


def _wait(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_point_55_delta_is_the_default_format(local, cluster):
    passed(local.run_notebook("""
    spark.range(3).write.mode("overwrite").saveAsTable("delta_by_default")
    spark.range(3, 5).write.mode("append").saveAsTable("delta_by_default")
    assert spark.sql("describe detail delta_by_default").first().format == "delta"
    spark.sql("update delta_by_default set id = 100 where id = 4")
    assert [row.id for row in spark.table("delta_by_default").orderBy("id").collect()] == [0, 1, 2, 3, 100]
    assert spark.sql("select * from delta_by_default version as of 0").count() == 3
    spark.range(2).write.mode("overwrite").save("dbfs:/spark/delta")
    assert any(file.name == "_delta_log/" for file in dbutils.fs.ls("dbfs:/spark/delta"))
    from delta.tables import DeltaTable
    assert DeltaTable.forPath(spark, "dbfs:/spark/delta").history(1).first().operation == "WRITE"
    """, cluster))
