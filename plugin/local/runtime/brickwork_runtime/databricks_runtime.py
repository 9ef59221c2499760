"""What `spark_version` promises beside Spark itself: settings, paths and packages of a Databricks Runtime."""

import importlib.util
import os
import re
import sys

# The first runtime with Spark 4, which turned ANSI mode on.
FIRST_WITH_SPARK_4 = 17

# Packages that every runtime brings along and that code counts on without asking for them: module -> package.
PACKAGES = {name: name for name in ("pandas", "pyarrow", "numpy", "matplotlib", "requests", "boto3")}


def major(spark_version):
    """17 of "17.3.x-scala2.13"; None of a custom image, which says nothing about what is in it."""
    found = re.match(r"(\d+)\.", spark_version)
    return int(found.group(1)) if found else None


def spark_defaults(spark_version):
    defaults = {
        "spark.sql.session.timeZone": "Etc/UTC",
        "spark.sql.legacy.createHiveTableByDefault": "false",
        # Falls back to the slow way by itself where a type or a missing pyarrow asks for it.
        "spark.sql.execution.arrow.pyspark.enabled": "true",
    }
    version = major(spark_version)
    if version is not None and version < FIRST_WITH_SPARK_4:
        defaults["spark.sql.ansi.enabled"] = "false"
    return defaults


def environment(given):
    """spark_env_vars as they are here: /databricks/python3/bin/python3 is the interpreter that runs the tasks."""
    values = {name: _local_program(value) for name, value in given.items()}
    spark = importlib.util.find_spec("pyspark")
    if spark is not None and spark.origin:
        values.setdefault("SPARK_HOME", os.path.dirname(os.path.realpath(spark.origin)))
    values.setdefault("PYSPARK_PYTHON", sys.executable)
    return values


def _local_program(value):
    return sys.executable if re.fullmatch(r"/databricks/python\d*/bin/python[\d.]*", value) else value


def missing_package(error):
    """What to add to the message of a failed import of a package that a runtime has and this interpreter lacks."""
    name = (getattr(error, "name", None) or "").split(".")[0]
    if not isinstance(error, ModuleNotFoundError) or name not in PACKAGES:
        return ""
    return (f" (Databricks Runtime carries {PACKAGES[name]} and {sys.executable} does not: install it there, or name it "
            "in the task's libraries)")
