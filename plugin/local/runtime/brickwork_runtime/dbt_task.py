"""dbt_task: dbt's own commands, on the Spark application of the task's cluster."""

import os
import shlex
import shutil

from brickwork_runtime.control import RequestRefused
from brickwork_runtime.failure import ProgramFailure

WAY_OUT = ("dbt is not installed for this task: add dbt-core and dbt-spark to the libraries of the task, or start "
           "brickwork-local with --python and an interpreter that has them")


def run_dbt(task):
    commands = [_words(command) for command in task.spec["commands"]]
    project = _project(task)
    try:
        from dbt.cli.main import dbtRunner
        import dbt.adapters.spark  # noqa: F401
    except ModuleNotFoundError as missing:
        if (missing.name or "").split(".")[0] != "dbt":
            raise
        raise RequestRefused("not_supported", WAY_OUT) from None
    os.environ.update(DBT_PROJECT_DIR=project, DBT_PROFILES_DIR=_profiles(task, project), DO_NOT_TRACK="1",
                      DBT_SEND_ANONYMOUS_USAGE_STATS="false")
    os.chdir(project)
    _use_our_session()
    for words in commands:
        print("+ " + shlex.join(words), flush=True)
        ended = dbtRunner().invoke(words[1:])
        if not ended.success:
            raise ProgramFailure(f"{shlex.join(words)} failed: {_reason(ended)}")


def _words(command):
    words = shlex.split(command)
    if not words or words[0] != "dbt":
        raise RequestRefused("INVALID_PARAMETER_VALUE", f"A command of dbt_task begins with dbt, unlike: {command}")
    return words


def _project(task):
    """A copy, because dbt writes beside its models and others may read the same checkout."""
    found = task.paths.workspace_file(task.spec["path"])
    if not os.path.isfile(os.path.join(found, "dbt_project.yml")):
        raise RequestRefused("not_found", f"dbt_task: there is no dbt_project.yml in {task.spec['path']}")
    project = os.path.join(task.spec["task_dir"], "dbt")
    shutil.copytree(found, project, ignore=shutil.ignore_patterns(".git", "target", "logs"), symlinks=True)
    return project


def _profiles(task, project):
    """The folder with profiles.yml: the task's own, below the project, or one that means this cluster."""
    named = task.spec.get("profiles_directory")
    if named:
        return os.path.join(project, os.path.normpath("/" + named).lstrip("/"))
    import yaml

    with open(os.path.join(project, "dbt_project.yml"), encoding="utf-8") as file:
        described = yaml.safe_load(file) or {}
    folder = os.path.join(task.spec["task_dir"], "dbt-profiles")
    os.makedirs(folder, exist_ok=True)
    target = {"type": "spark", "method": "session", "host": "NA", "schema": task.spec.get("schema") or "default"}
    with open(os.path.join(folder, "profiles.yml"), "w", encoding="utf-8") as file:
        yaml.safe_dump({described.get("profile", "default"): {"target": "databricks_cluster",
                                                              "outputs": {"databricks_cluster": target}}}, file)
    return folder


def _use_our_session():
    """The adapter builds a session with settings of Hive; whoever builds one here gets the task's."""
    from pyspark.sql import SparkSession

    from brickwork_runtime import spark_attach

    spark = spark_attach.session()
    SparkSession.builder.getOrCreate = lambda *_: spark
    SparkSession.Builder.getOrCreate = lambda *_: spark


def _reason(ended):
    if ended.exception is not None:
        return str(ended.exception)
    results = getattr(ended.result, "results", None) or []
    wrong = [f"{each.node.name}: {each.message or each.status}" for each in results
             if str(each.status) not in ("success", "pass", "skipped", "warn")]
    return "; ".join(wrong) or "see the log"
