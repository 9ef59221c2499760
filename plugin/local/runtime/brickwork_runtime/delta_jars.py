"""Delta Lake, when its jars are on this machine. They come from Maven and not from PyPI, so a task never waits for them.

`python delta_jars.py` fetches them into the cache: tests/setup does that where there is a network.
"""

import glob
import os
import re
import shutil
import subprocess
import sys

NAMES = ("delta-spark", "delta-storage")


def cache_dir():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "brickwork", "jars")


def jars():
    """The jars for the pyspark of this interpreter, or [] when one is missing."""
    import pyspark

    spark = ".".join(pyspark.__version__.split(".")[:2])
    directory = os.environ.get("BRICKWORK_JARS") or cache_dir()
    engine = sorted(glob.glob(os.path.join(directory, f"*delta-spark_{spark}_*.jar")))
    storage = sorted(glob.glob(os.path.join(directory, "*delta-storage-*.jar")))
    if not engine or not storage:
        return []
    others = [jar for jar in glob.glob(os.path.join(directory, "*.jar")) if not any(name in jar for name in NAMES)]
    return [engine[-1], storage[-1]] + sorted(others)


def settings():
    found = jars()
    if not found:
        print("Delta Lake is not at hand: tables are Parquet. Fetch its jars with: "
              f"{sys.executable} {os.path.abspath(__file__)}", file=sys.stderr)
        return {}
    return {
        "spark.jars": ",".join(found),
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.sources.default": "delta",
        "spark.sql.legacy.createHiveTableByDefault": "false",
        # Delta reads its log as a table of 50 partitions, which for a small table is 50 tasks for nothing.
        "spark.databricks.delta.snapshotPartitions": "2",
    }


def fetch(coordinates=None):
    """Resolves Delta Lake with Spark's own resolver (Ivy) and keeps its jars in the cache."""
    import pyspark

    spark = ".".join(pyspark.__version__.split(".")[:2])
    wanted = coordinates or f"io.delta:delta-spark_{spark}_2.13:latest.release"
    work = cache_dir() + ".ivy"
    os.makedirs(cache_dir(), exist_ok=True)
    home = os.path.dirname(pyspark.__file__)
    command = [os.path.join(home, "bin", "spark-submit"), "--packages", wanted, "--conf", f"spark.jars.ivy={work}",
               "--class", "org.apache.spark.deploy.SparkSubmit", "spark-internal", "--version"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    shipped = {_artifact(name) for name in os.listdir(os.path.join(home, "jars"))}
    for jar in glob.glob(os.path.join(work, "jars", "*.jar")):
        # Ivy names a jar organisation_artifact-version. What Spark brings along itself must not be there twice.
        if _artifact(os.path.basename(jar).split("_", 1)[1]) not in shipped:
            os.replace(jar, os.path.join(cache_dir(), os.path.basename(jar)))
    shutil.rmtree(work, ignore_errors=True)
    if not jars():
        raise SystemExit(f"could not fetch {wanted}:\n{done.stdout[-3000:]}")
    print("\n".join(jars()))


def _artifact(file_name):
    return re.sub(r"-\d.*$", "", file_name)


if __name__ == "__main__":
    fetch(sys.argv[1] if len(sys.argv) > 1 else None)
