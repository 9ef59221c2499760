"""Spark's classes as the JVM has them in memory, in one file: a JVM that starts with it needs half the processor time.

`python class_archive.py` makes it, once for a machine and a version of Spark and Java. Without it all is as it was: the
JVM itself checks that the archive belongs to its version and to its jars, and ignores it otherwise.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile

if __name__ == "__main__":
    sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from brickwork_runtime import databricks_runtime, delta_jars  # noqa: E402

# What most first cells do, so that the classes of planning, code generation and files are in the archive.
WARM_UP = """
import json, sys, tempfile
from pyspark.sql import SparkSession, functions as F
builder = SparkSession.builder.master("local[2]")
for name, value in json.loads(sys.argv[1]).items():
    builder = builder.config(name, value)
spark = builder.getOrCreate()
with tempfile.TemporaryDirectory() as directory:
    frame = spark.range(100).withColumn("k", F.col("id") % 3)
    frame.write.parquet(directory + "/p")
    frame.write.csv(directory + "/c")
    read = spark.read.parquet(directory + "/p")
    read.groupBy("k").agg(F.sum("id").alias("s")).join(read, "k").orderBy("id").collect()
    read.createOrReplaceTempView("t")
    spark.sql("select k, count(*) as n from t where id > 3 group by k order by n").show()
    spark.createDataFrame([(1, "a")], ["n", "s"]).count()
    spark.sparkContext.parallelize(range(4)).map(lambda x: x).count()
    frame.write.saveAsTable("w")
    frame.write.mode("append").saveAsTable("w")
    spark.table("w").orderBy("id").collect()
    spark.catalog.listTables()
    if spark.conf.get("spark.sql.sources.default") == "delta":
        spark.sql("update w set id = 1 where id = 2")
        spark.sql("describe detail w").collect()
gateway = spark.sparkContext._gateway
spark.stop()
gateway.shutdown()
gateway.proc.stdin.close()
gateway.proc.wait()
"""


def path():
    """Where the archive for this Python's Spark and this machine's Java belongs, or None when one is missing."""
    java = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if "JAVA_HOME" in os.environ else shutil.which("java")
    try:
        import pyspark

        real = os.path.realpath(java)
        what = f"{pyspark.__version__} {os.path.realpath(pyspark.__file__)} {real} {os.stat(real).st_mtime_ns} {delta_jars.jars()}"
    except (ImportError, OSError, TypeError):
        return None
    name = f"spark-{hashlib.sha256(what.encode()).hexdigest()[:16]}.jsa"
    places = [os.path.join(os.path.dirname(directory), name) for directory in delta_jars.directories()]
    found = [place for place in places if os.path.exists(place)]
    return found[0] if found else os.path.join(os.path.dirname(delta_jars.writable_dir()), name)


def option():
    archive = path()
    return f"-XX:SharedArchiveFile={archive} -Xshare:auto -Xlog:cds=off" if archive and os.path.exists(archive) else ""


def make():
    from brickwork_runtime.spark_driver import JVM_OPTIONS

    archive = path()
    if archive is None or os.path.exists(archive):
        return archive
    os.makedirs(os.path.dirname(archive), exist_ok=True)
    part = f"{archive}.{os.getpid()}"
    environment = databricks_runtime.environment(dict(os.environ))
    with tempfile.TemporaryDirectory() as work:
        conf = {"spark.ui.enabled": "false", "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1",
                "spark.sql.shuffle.partitions": "2", "spark.sql.warehouse.dir": work, **delta_jars.settings(),
                "spark.driver.extraJavaOptions": f"{JVM_OPTIONS} -XX:ArchiveClassesAtExit={part} -Xlog:cds=off"}
        done = subprocess.run([sys.executable, "-c", WARM_UP, json.dumps(conf)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=work, env=environment)
    if done.returncode or not os.path.exists(part):
        raise SystemExit(f"no class archive for Spark:\n{done.stdout[-3000:]}")
    os.replace(part, archive)
    return archive


if __name__ == "__main__":
    print(make())
