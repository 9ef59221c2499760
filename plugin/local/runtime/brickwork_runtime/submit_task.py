"""spark_submit_task: Spark's own spark-submit, with Databricks' names for files."""

import os
import subprocess
import sys

from brickwork_runtime.control import RequestRefused
from brickwork_runtime.failure import ProgramFailure

# Options that stand alone; each other option takes the word behind it.
FLAGS = ("--verbose", "-v", "--supervise")
FILES = ("--jars", "--py-files", "--files", "--archives", "--properties-file", "--driver-class-path")
OURS = ("--master", "--deploy-mode")  # "automatically configured by Databricks; you cannot specify them"


def run_submit(task):
    import pyspark

    from brickwork_runtime import spark_driver

    options, resource, arguments = split(task.spec.get("argv", []))
    for name in OURS:
        if any(word == name or word.startswith(name + "=") for word in options):
            raise RequestRefused("INVALID_PARAMETER_VALUE",
                                 f"spark_submit_task.parameters cannot hold {name}: the workspace sets it")
    file = _local(task.paths, resource)
    if not os.path.isfile(file):
        raise RequestRefused("not_found", f"spark_submit_task: {resource} does not exist")
    conf = spark_driver.settings(task.spec["driver"])
    command = [os.path.join(os.path.dirname(pyspark.__file__), "bin", "spark-submit"),
               "--master", conf.pop("spark.master"), "--deploy-mode", "client"]
    for name, value in conf.items():
        command += ["--conf", f"{name}={value}"]
    sys.stdout.flush()
    done = subprocess.run(command + _translated(task.paths, options) + [file] + arguments, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise ProgramFailure(f"spark-submit of {resource} ended with exit code {done.returncode}")


def split(words):
    """Options of spark-submit, the application, its own arguments."""
    at = 0
    while at < len(words) and words[at].startswith("-"):
        at += 1 if words[at] in FLAGS or "=" in words[at].split(" ")[0] and words[at].startswith("--") else 2
    if at >= len(words):
        raise RequestRefused("INVALID_PARAMETER_VALUE", "spark_submit_task.parameters name no JAR and no Python file")
    return words[:at], words[at], words[at + 1:]


def _translated(paths, options):
    found = []
    for index, word in enumerate(options):
        name, equals, value = word.partition("=")
        if name in FILES and equals:
            word = f"{name}={_local_list(paths, value)}"
        elif index and options[index - 1] in FILES:
            word = _local_list(paths, word)
        found.append(word)
    return found


def _local_list(paths, value):
    return ",".join(_local(paths, entry) for entry in value.split(","))


def _local(paths, path):
    if path.startswith(("dbfs:", "file:")):
        return paths.of_dbutils(path)
    return paths.mounted(path) or path
