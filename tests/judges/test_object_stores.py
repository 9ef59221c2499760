"""s3a:// from Spark against moto, with credentials that are secrets."""

import subprocess
import time

import boto3
import pytest
from databricks.sdk.service.compute import Library, LibraryInstallStatus, MavenLibrary
from environments import clean_environment, python_environment
from spark_session import Session

# Without the bundle of all of Amazon's services, which is 690 MB.
HADOOP_AWS = [Library(maven=MavenLibrary(coordinates, exclusions=["software.amazon.awssdk:bundle"])) for coordinates in (
    "org.apache.hadoop:hadoop-aws:3.5.0", "software.amazon.awssdk:s3-transfer-manager:2.35.4", "software.amazon.awssdk:sts:2.35.4")]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """(address, client) of an S3 server with an empty bucket."""
    python = python_environment("moto", "moto[s3,server]==5.2.5")
    log = tmp_path_factory.mktemp("moto") / "log"
    with open(log, "w", encoding="utf-8") as out:
        server = subprocess.Popen([python, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"], stdout=out, stderr=out,
                                  env=clean_environment(no_proxy="*"))
    try:
        deadline = time.monotonic() + 60
        while "Running on http://127.0.0.1:" not in (said := log.read_text()):
            assert server.poll() is None and time.monotonic() < deadline, said
            time.sleep(0.05)
        address = "http://127.0.0.1:" + said.split("Running on http://127.0.0.1:")[1].split()[0]
        client = boto3.client("s3", endpoint_url=address, aws_access_key_id="key-of-s3", aws_secret_access_key="secret-of-s3",
                              region_name="us-east-1")
        client.create_bucket(Bucket="bucket")
        yield address, client
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(scope="module")
def spark(workspace, store):
    client = workspace.client()
    client.secrets.create_scope("stores")
    client.secrets.put_secret("stores", "key", string_value="key-of-s3")
    client.secrets.put_secret("stores", "secret", string_value="secret-of-s3")
    session = Session(client, HADOOP_AWS, spark_conf={
        "spark.hadoop.fs.s3a.endpoint": store[0], "spark.hadoop.fs.s3a.endpoint.region": "us-east-1",
        "spark.hadoop.fs.s3a.path.style.access": "true",
        "spark.hadoop.fs.s3a.access.key": "{{secrets/stores/key}}",
        "spark.hadoop.fs.s3a.secret.key": "{{secrets/stores/secret}}"})
    deadline = time.monotonic() + 600
    while True:
        statuses = list(client.libraries.cluster_status(session.cluster))
        if all(status.status == LibraryInstallStatus.INSTALLED for status in statuses):
            return session
        assert not any(status.status == LibraryInstallStatus.FAILED for status in statuses), statuses
        assert time.monotonic() < deadline, statuses
        time.sleep(0.2)


def test_tables_and_files_of_s3(spark, store, workspace):
    store[1].put_object(Bucket="bucket", Key="in/a.csv", Body=b"n\n1\n2\n")
    load = "copy into main.default.from_s3 from 's3a://bucket/in' fileformat = csv format_options ('header' = 'true')"
    assert spark.sql("create table main.default.from_s3 (n int)", load) == [[2, 2, 0]]
    store[1].put_object(Bucket="bucket", Key="in/b.csv", Body=b"n\n3\n")
    assert spark.sql(load) == [[1, 1, 0]] and spark.sql(load) == [[0, 0, 0]]
    spark.sql("create table main.default.on_s3 using delta location 's3a://bucket/table' as select * from main.default.from_s3",
              "delete from main.default.on_s3 where n = 2",
              "insert overwrite directory 's3a://bucket/out' using json select n from main.default.on_s3")
    assert spark.sql("select sum(n) from main.default.on_s3") == [[4]]
    assert spark.sql("select n from json.`s3a://bucket/out` order by n") == [[1], [3]]
    assert workspace.client().tables.get("main.default.on_s3").storage_location == "s3a://bucket/table"
    spark.sql("drop table main.default.on_s3")
    keys = [entry["Key"] for entry in store[1].list_objects_v2(Bucket="bucket", Prefix="table/_delta_log/")["Contents"]]
    assert "table/_delta_log/00000000000000000000.json" in keys
