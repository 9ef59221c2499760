"""Delta Lake, when its jars are on this machine. They come from Maven and not from PyPI, so a task never waits for them.

`python delta_jars.py` fetches them, once for an interpreter; tests/setup does that.
"""

import glob
import os
import sys
from importlib import metadata

if __name__ == "__main__":
    sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from brickwork_runtime import spark_classes  # noqa: E402

NAMES = ("delta-spark", "delta-storage")


def interpreter_dir():
    """With the interpreter, because they fit its version of Spark and go when it goes."""
    # The real path: the JVM takes a class archive only for the very class path that it was made with.
    return os.path.join(os.path.realpath(sys.prefix), "share", "brickwork", "jars")


def user_dir():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "brickwork", "jars")


def directories():
    return [os.environ["BRICKWORK_JARS"]] if os.environ.get("BRICKWORK_JARS") else [interpreter_dir(), user_dir()]


def writable_dir():
    first = directories()[0]
    return user_dir() if first == interpreter_dir() and not os.access(sys.prefix, os.W_OK) else first


def jars():
    """What goes on the class path of every JVM: Delta Lake and, when they are compiled, our own classes."""
    found = delta()
    own = spark_classes.path(found) if found else ""
    return found + [own] if os.path.exists(own) else found


def delta():
    """The jars for the pyspark of this interpreter, or [] when one is missing."""
    import pyspark

    spark = ".".join(pyspark.__version__.split(".")[:2])
    for directory in directories():
        engine = sorted(glob.glob(os.path.join(directory, f"*delta-spark_{spark}_*.jar")))
        storage = sorted(glob.glob(os.path.join(directory, "*delta-storage-*.jar")))
        if engine and storage:
            others = [jar for jar in glob.glob(os.path.join(directory, "*.jar")) if not any(name in jar for name in NAMES)]
            return [engine[-1], storage[-1]] + sorted(others)
    return []


def settings():
    found = jars()
    if not found:
        print("Delta Lake is not at hand: tables are Parquet. Fetch its jars with: "
              f"{sys.executable} {os.path.abspath(__file__)}", file=sys.stderr)
        return {}
    extensions = ["io.delta.sql.DeltaSparkSessionExtension"]
    if found[-1] == spark_classes.path(found[:-1]):
        extensions.append(spark_classes.EXTENSION)
    else:
        print("Catalogs of Unity Catalog are not at hand in Spark. Compile them with: "
              f"{sys.executable} {spark_classes.__file__}", file=sys.stderr)
    return {
        # On the class path, and not in spark.jars, so that their classes are in the class archive too.
        "spark.driver.extraClassPath": ":".join(found),
        "spark.sql.extensions": ",".join(extensions),
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.sources.default": "delta",
        "spark.sql.legacy.createHiveTableByDefault": "false",
        # Delta 4.4 hides Spark's parser and loses the parameters of spark.sql(text, args) where Spark 4.2 puts them into
        # the text; in the way of Spark 4.0 they are bound after parsing.
        "spark.sql.legacy.parameterSubstitution.constantsOnly": "true",
        # dbfs:/ is a directory of this machine; Delta asks for how its log is written by scheme.
        "spark.delta.logStore.dbfs.impl": "io.delta.storage.LocalLogStore",
        # Delta reads its log as a table of 50 partitions, which for a small table is 50 tasks for nothing.
        "spark.databricks.delta.snapshotPartitions": "2",
    }


def fetch():
    """Resolves Delta Lake with Spark's own resolver and keeps its jars with the interpreter, or where one may write."""
    import pyspark

    from brickwork_runtime import maven_jars

    spark = ".".join(pyspark.__version__.split(".")[:2])
    wanted = f"io.delta:delta-spark_{spark}_2.13:{_version()}"
    if not delta():
        maven_jars.resolve(wanted, None, [], writable_dir())
    if not delta():
        raise SystemExit(f"{wanted} is not Delta Lake with its storage")
    print("\n".join(delta()))


def _version():
    """The newest patch of what the Python package is, since not every patch of it has jars for every Spark."""
    try:
        return ".".join(metadata.version("delta-spark").split(".")[:2]) + ".+"
    except metadata.PackageNotFoundError:
        return "latest.release"


if __name__ == "__main__":
    fetch()
