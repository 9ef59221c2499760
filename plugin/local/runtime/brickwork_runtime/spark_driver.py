"""The Spark application of one cluster: a JVM that the cluster's tasks attach to, until the cluster is released."""

import os
import shutil
import sys

from brickwork_runtime import class_archive, databricks_runtime, delta_jars
from brickwork_runtime.catalog_store import CatalogStore
from brickwork_runtime.control import Control
from brickwork_runtime.paths import Paths

# Settings that are lists, and what stands between their entries.
LISTS = {"spark.jars": ",", "spark.sql.extensions": ",", "spark.driver.extraClassPath": ":"}
# Jobs here are small and the JVM's start is most of their time: without the optimising compiler and the parallel
# collector it takes half the processor time.
JVM_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


def run_driver():
    control = Control()
    spec = control.receive()
    if spec is None:
        return
    try:
        context, session = start(spec)
        catalog = CatalogStore(session, os.path.join(spec["state_dir"], "catalog"))
        catalog.load()
        gateway = context._gateway
        control.tell("ready", port=gateway.gateway_parameters.port, secret=gateway.gateway_parameters.auth_token,
                     application_id=context.applicationId, ui=context.uiWebUrl or "")
    except BaseException as error:  # noqa: BLE001: the cluster's tasks are told why there is no Spark
        control.tell("failed", error=f"{type(error).__name__}: {error}".split("\n\tat ")[0])
        return
    _serve(control, session, catalog)
    os._exit(0)  # the JVM ends with its standard input


def start(spec):
    os.environ.update(databricks_runtime.environment(spec.get("environment", {})))
    if not shutil.which("java") and "JAVA_HOME" not in os.environ:
        raise RuntimeError("Spark needs Java 17 and there is no java on PATH and no JAVA_HOME")
    from pyspark import SparkConf
    from pyspark.sql import SparkSession

    conf = SparkConf(loadDefaults=True)
    for name, value in settings(spec).items():
        conf.set(name, value)
    session = SparkSession.builder.config(conf=conf).getOrCreate()
    for name, value in spec.get("session_conf", {}).items():
        session.conf.set(name, value)
    session.sparkContext.setLogLevel("WARN")
    return session.sparkContext, session


def settings(spec):
    """Small enough for a laptop; whatever the cluster's spark_conf says wins."""
    paths = Paths(spec["state_dir"])
    work = spec["cluster_dir"]
    conf = {
        "spark.master": spec.get("spark_master") or "local[*]",
        "spark.app.name": spec.get("cluster_name") or spec["cluster_id"],
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "4",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.local.dir": os.path.join(work, "scratch"),
        "spark.sql.warehouse.dir": "file:" + os.path.join(spec["state_dir"], "warehouse"),
        "spark.sql.catalogImplementation": "in-memory",
        # dbfs:/ is a directory here, and where a path without a scheme lies; "overload scheme" is Hadoop's own way to give a scheme another home.
        "spark.hadoop.fs.defaultFS": "dbfs:///",
        "spark.hadoop.fs.dbfs.impl": "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme",
        "spark.hadoop.fs.viewfs.overload.scheme.target.dbfs.impl": "org.apache.hadoop.fs.LocalFileSystem",
        "spark.hadoop.fs.viewfs.mounttable.default.linkFallback": "file://" + paths.dbfs_dir,
        "spark.hadoop.fs.viewfs.mounttable.default.link./Volumes": "file://" + paths.volumes_dir,
        "spark.databricks.clusterUsageTags.clusterId": spec["cluster_id"],
        "spark.databricks.clusterUsageTags.clusterName": spec.get("cluster_name") or spec["cluster_id"],
        "spark.databricks.clusterUsageTags.sparkVersion": spec.get("spark_version", ""),
        "spark.databricks.clusterUsageTags.clusterOwnerOrgId": str(spec.get("workspace_id", "")),
    }
    if conf["spark.master"].startswith("spark://") and not _on_this_machine(conf["spark.master"]):
        # Executors on other machines must find the driver.
        del conf["spark.driver.host"], conf["spark.driver.bindAddress"]
    conf.update(databricks_runtime.spark_defaults(spec.get("spark_version", "")))
    conf.update(delta_jars.settings())
    if not conf["spark.master"].startswith("local"):
        conf["spark.jars"] = conf.get("spark.driver.extraClassPath", "").replace(":", ",")
    given = {name: str(value) for name, value in spec.get("spark_conf", {}).items()}
    # A cluster written for Databricks names a master for its single node there; the one that runs is ours.
    given.pop("spark.master", None)
    # Ours come first, so that the cluster's own options win.
    options = [JVM_OPTIONS, class_archive.option(), given.pop("spark.driver.extraJavaOptions", "")]
    lists = {name: _joined(mark, conf.get(name), given.get(name)) for name, mark in LISTS.items()}
    lists["spark.jars"] = _joined(",", lists["spark.jars"], *spec.get("jars", []))
    conf.update(given)
    conf.update({name: value for name, value in lists.items() if value})
    conf["spark.driver.extraJavaOptions"] = " ".join(filter(None, options))
    return conf


def _on_this_machine(master):
    return master.startswith(("spark://127.", "spark://localhost:"))


def _add_jar(context, jar):
    """ADD JAR would show its classes to one session; here every task of the cluster finds them, whoever connects."""
    context._jsc.addJar(jar)
    loader = context._jvm.java.lang.Thread.currentThread().getContextClassLoader()
    while loader is not None and not loader.getClass().getName().endswith(".MutableURLClassLoader"):
        loader = loader.getParent()
    if loader is not None:
        loader.addURL(context._jvm.java.io.File(jar).toURI().toURL())


def _joined(mark, *lists):
    """Ours and the cluster's, side by side: the cluster's own JARs must not take Delta Lake away."""
    return mark.join(filter(None, lists))


def _serve(control, session, catalog):
    while True:
        message = control.receive()
        if message is None or message["op"] == "stop":
            catalog.save()
            return
        if message["op"] == "task_starts":
            catalog.load()
            control.tell("synchronised", id=message["id"])
        elif message["op"] == "task_ended":
            session.sparkContext.cancelJobGroup(message["group"])
            catalog.save()
            control.tell("synchronised", id=message["id"])
        elif message["op"] == "jars":
            for jar in message["jars"]:
                _add_jar(session.sparkContext, jar)
