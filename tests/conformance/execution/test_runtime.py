"""What the runtime that `spark_version` names promises to code: variables, settings, paths, packages."""

import json

import pytest
from databricks.sdk.errors import NotFound
from databricks.sdk.service import compute

from test_notebooks import passed


def make_cluster(local, version, **more):
    return local.client.clusters.create(spark_version=version, num_workers=0, **more).result().cluster_id


def test_point_54_variables_are_there_before_the_first_cell(local):
    local.client.secrets.create_scope("runtime")
    local.client.secrets.put_secret("runtime", "key", string_value="battery-staple")
    cluster = make_cluster(local, "15.4.x-photon-scala2.12", spark_env_vars={
        "PYSPARK_PYTHON": "/databricks/python3/bin/python3", "PASSWORD": "{{secrets/runtime/key}}",
        "JOINED": "a-{{secrets/runtime/key}}-b", "PYTHONHASHSEED": "0", "TZ": "Asia/Tokyo"})
    output = local.run_notebook("""
    import json, os, sys, time
    assert os.environ["PYSPARK_PYTHON"] == sys.executable
    assert os.environ["PASSWORD"] == "battery" + "-staple" and len(os.environ["JOINED"]) == 18
    assert os.path.exists(os.path.join(os.environ["SPARK_HOME"], "bin", "spark-submit"))
    print("it is", os.environ["JOINED"])
    dbutils.notebook.exit(json.dumps([os.environ["DATABRICKS_RUNTIME_VERSION"], os.environ["DB_CLUSTER_ID"],
                                      os.environ["DB_IS_DRIVER"], hash("x"), time.strftime("%H", time.gmtime(0))
                                      + time.strftime("%H", time.localtime(0))]))
    """, cluster)
    version, cluster_id, is_driver, hashed, hours = json.loads(passed(output))
    assert (version, cluster_id, is_driver, hours) == ("15.4", cluster, "TRUE", "0009")
    again = local.run_notebook("dbutils.notebook.exit(hash('x'))", cluster)
    assert passed(again) == str(hashed)  # PYTHONHASHSEED was there when Python started
    assert "it is a-[REDACTED]-b" in local.client.jobs.export_run(output.metadata.run_id).views[0].content


def test_a_variable_with_a_secret_that_is_none_says_which(local):
    variables = {"PASSWORD": "{{secrets/passing/nothing}}"}
    with pytest.raises(NotFound, match="passing"):
        make_cluster(local, "16.4.x-scala2.12", spark_env_vars=variables)

    local.client.secrets.create_scope("passing")
    local.client.secrets.put_secret("passing", "nothing", string_value="gone-tomorrow")
    cluster = make_cluster(local, "16.4.x-scala2.12", spark_env_vars=variables)
    local.client.secrets.delete_scope("passing")
    assert "passing" in local.run_notebook("print(1)", cluster).error


def test_the_runtimes_packages_are_importable(local):
    passed(local.run_notebook("import pandas, pyarrow, numpy, matplotlib, requests, boto3"))


def test_a_package_that_the_interpreter_lacks_is_named_with_the_way_out(local):
    output = local.run_notebook("import sys\nsys.modules['boto3'] = None\nimport boto3")
    assert "Databricks Runtime carries boto3 and" in output.error and "libraries" in output.error
    other = local.run_notebook("import no_such_package")
    assert other.error == "ModuleNotFoundError: No module named 'no_such_package'"


SETTINGS = """
import json
names = ["spark.sql.ansi.enabled", "spark.sql.session.timeZone", "spark.my.secret", "spark.sql.shuffle.partitions"]
print(spark.conf.get("spark.my.secret"))
dbutils.notebook.exit(json.dumps([spark.conf.get(name) for name in names[:2]] + [len(spark.conf.get(names[2])),
                                 spark.conf.get(names[3]), spark.sql("select current_timezone()").first()[0]]))
"""


def test_point_55_settings_follow_the_version_and_the_cluster(local):
    local.client.secrets.create_scope("settings")
    local.client.secrets.put_secret("settings", "key", string_value="open-sesame")
    conf = {"spark.my.secret": "{{secrets/settings/key}}", "spark.sql.shuffle.partitions": "3"}
    old = local.run_notebook(SETTINGS, make_cluster(local, "16.4.x-scala2.12", spark_conf=conf))
    new = local.run_notebook(SETTINGS, make_cluster(local, "17.3.x-scala2.13", spark_conf=conf))
    assert json.loads(passed(old)) == ["false", "Etc/UTC", 11, "3", "Etc/UTC"]
    assert json.loads(passed(new)) == ["true", "Etc/UTC", 11, "3", "Etc/UTC"]
    page = local.client.jobs.export_run(old.metadata.run_id).views[0].content
    assert "open-sesame" not in page and "[REDACTED]" in page
