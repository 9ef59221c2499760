"""JARs: spark_jar_task, spark_submit_task, and JARs as libraries of a cluster."""

import io
import time

import pytest
from databricks.sdk.service import compute, jobs

from conftest import task
from java_program import COUNT, make_jar
from test_notebooks import passed

NEW = compute.ClusterSpec(spark_version="16.4.x-scala2.12", num_workers=0)


@pytest.fixture(scope="module")
def count_jar(local, tmp_path_factory):
    jar = make_jar(tmp_path_factory.mktemp("java"), "Count", COUNT)
    local.client.dbfs.upload("dbfs:/jars/Count.jar", jar.open("rb"), overwrite=True)
    return "dbfs:/jars/Count.jar"


def jar_task(key, jar, *parameters, main="Count"):
    return jobs.SubmitTask(key, new_cluster=NEW, libraries=[compute.Library(jar=jar)],
                           spark_jar_task=jobs.SparkJarTask(main_class_name=main, parameters=list(parameters)))


def submit_task(key, *parameters):
    return jobs.SubmitTask(key, new_cluster=NEW, spark_submit_task=jobs.SparkSubmitTask(list(parameters)))


def test_a_jar_runs_its_main_class_and_its_tables_stay(local, cluster, count_jar):
    output = local.submit(jar_task("main", count_jar, "7", "b c"))["main"]
    assert output.metadata.state.result_state.value == "SUCCESS", (output.error, output.logs)
    assert "counted 7 of 7,b c\n" in output.logs and "to stderr\n" in output.logs
    assert passed(local.run_notebook("dbutils.notebook.exit(spark.table('counted_by_jar').count())", cluster)) == "3"


def test_an_exception_of_a_jar_is_the_error_of_the_task(local, count_jar):
    output = local.submit(jar_task("main", count_jar, "2", "fail"))["main"]
    assert output.error == "java.lang.IllegalStateException: as asked"
    assert "at Count.main(Count.java:9)" in output.error_trace and "reflect" not in output.error_trace
    missing = local.submit(jar_task("main", count_jar, main="no.such.Main"))["main"]
    assert missing.error == "java.lang.ClassNotFoundException: no.such.Main"


def test_a_jar_that_ends_its_jvm_ends_with_its_status(local, count_jar):
    output = local.submit(jar_task("main", count_jar, "2", "exit"))["main"]
    assert output.error == "The JVM of the task ended with exit code 3"
    assert "counted 2 of 2,exit" in output.logs


def test_a_jar_that_is_none_is_a_library_failure(local):
    local.client.dbfs.upload("dbfs:/jars/text.jar", io.BytesIO(b"text"), overwrite=True)
    output = local.submit(jar_task("main", "dbfs:/jars/text.jar"))["main"]
    run = local.client.jobs.get_run(output.metadata.run_id)
    assert run.status.termination_details.code.value == "LIBRARY_INSTALLATION_ERROR"
    assert "dbfs:/jars/text.jar is not a JAR" in output.error


def test_a_notebook_calls_a_jar_of_its_cluster_even_when_it_came_after_spark(local, cluster, count_jar):
    local.notebook("/Shared/jars/before", "spark.range(1).count()")
    local.notebook("/Shared/jars/after", """
    loader = spark._jvm.Thread.currentThread().getContextClassLoader()
    dbutils.notebook.exit(spark._jvm.Class.forName("Count", True, loader).getName())
    """)
    outputs = local.submit(
        task("before", "/Shared/jars/before", cluster),
        task("after", "/Shared/jars/after", cluster, after=["before"], libraries=[compute.Library(jar=count_jar)]))
    assert passed(outputs["after"]) == "Count"


def test_spark_submit_runs_a_jar_and_a_python_file(local, count_jar):
    local.client.dbfs.upload("dbfs:/files/submitted.py", io.BytesIO(
        b"import sys\nfrom pyspark.sql import SparkSession\n"
        b"spark = SparkSession.builder.getOrCreate()\n"
        b"print(sys.argv[1:], spark.range(4).count(), spark.conf.get('spark.my.conf'))\n"), overwrite=True)
    outputs = local.submit(submit_task("jar", "--class", "Count", count_jar, "5"),
                           submit_task("python", "--conf", "spark.my.conf=mine", "dbfs:/files/submitted.py", "--x", "dbfs:/y"))
    assert outputs["jar"].metadata.state.result_state.value == "SUCCESS", outputs["jar"].logs
    assert "counted 5 of 5\n" in outputs["jar"].logs
    assert outputs["python"].metadata.state.result_state.value == "SUCCESS", outputs["python"].logs
    assert "['--x', 'dbfs:/y'] 4 mine\n" in outputs["python"].logs


def test_spark_submit_tells_its_status_and_what_it_does_not_take(local, cluster, count_jar):
    outputs = local.submit(submit_task("fails", "--class", "Count", count_jar, "5", "exit"),
                           submit_task("master", "--master", "local[1]", "--class", "Count", count_jar),
                           submit_task("none", "dbfs:/jars/none.jar"))
    assert outputs["fails"].error == "spark-submit of dbfs:/jars/Count.jar ended with exit code 3"
    assert "cannot hold --master" in outputs["master"].error
    assert "dbfs:/jars/none.jar does not exist" in outputs["none"].error


def test_cancel_ends_the_jvm_of_a_jar(local, tmp_path):
    jar = make_jar(tmp_path, "Sleeper", """
public class Sleeper {
  public static void main(String[] args) throws Exception {
    java.nio.file.Files.writeString(java.nio.file.Path.of(args[0]), "" + ProcessHandle.current().pid());
    Thread.sleep(600_000);
  }
}
""")
    local.client.dbfs.upload("dbfs:/jars/Sleeper.jar", jar.open("rb"), overwrite=True)
    pid_file = tmp_path / "pid"
    run = local.client.jobs.submit(run_name="sleeper", tasks=[
        jar_task("main", "dbfs:/jars/Sleeper.jar", str(pid_file), main="Sleeper")])
    deadline = time.monotonic() + 120
    while not (pid_file.exists() and pid_file.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    local.client.jobs.cancel_run(run.run_id)
    assert local.outputs(run.run_id)["main"].metadata.state.result_state.value == "CANCELED"
    with pytest.raises(ProcessLookupError):
        __import__("os").kill(int(pid_file.read_text()), 0)
