"""python_wheel_task: the wheel is built by the test, its entry points are those of its metadata."""

import subprocess
import sys

import pytest
from databricks.sdk.service import compute, jobs

NEW = compute.ClusterSpec(spark_version="16.4.x-scala2.12", num_workers=0)
PROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "point-fifty"
version = "2.1"

[project.scripts]
console = "point_fifty.work:say"

[project.entry-points.packages]
grouped = "point_fifty.work:Work.run"

[tool.setuptools]
packages = ["point_fifty"]
"""
WORK = """
import sys
from importlib.metadata import version


def say():
    print(version("point-fifty"), sys.argv)


class Work:
    @staticmethod
    def run():
        print("grouped", sys.argv[1:])


def fail():
    raise LookupError("nothing found")
"""


@pytest.fixture(scope="module")
def wheel(local, tmp_path_factory):
    project = tmp_path_factory.mktemp("project")
    (project / "pyproject.toml").write_text(PROJECT)
    (project / "point_fifty").mkdir()
    (project / "point_fifty/work.py").write_text(WORK)
    (project / "point_fifty/__init__.py").write_text("from point_fifty.work import fail\n")
    subprocess.run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
                    "--disable-pip-version-check", "--wheel-dir", project, project], check=True)
    built = project / "point_fifty-2.1-py3-none-any.whl"
    path = f"/Volumes/main/default/wheels/{built.name}"
    target = local.state / "volumes/main/default/wheels" / built.name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(built.read_bytes())
    return path


def wheel_task(key, wheel, entry_point, parameters=None, **named):
    return jobs.SubmitTask(key, new_cluster=NEW, libraries=[compute.Library(whl=wheel)],
                           python_wheel_task=jobs.PythonWheelTask("point-fifty", entry_point, parameters=parameters,
                                                                  named_parameters=named or None))


def test_point_50_wheel(local, wheel):
    outputs = local.submit(
        wheel_task("console", wheel, "console", ["a", "b c"]), wheel_task("grouped", wheel, "grouped", x="1", long="2"),
        wheel_task("function", wheel, "fail"), wheel_task("none", wheel, "absent"),
        jobs.SubmitTask("forgotten", new_cluster=NEW, python_wheel_task=jobs.PythonWheelTask("point-fifty", "console")))
    assert outputs["console"].logs == "2.1 ['point-fifty', 'a', 'b c']\n", outputs["console"].error
    assert sorted(outputs["grouped"].logs.split("'")[1::2]) == ["--long=2", "--x=1"]
    assert outputs["function"].error == "LookupError: nothing found"  # a function of the package is an entry point too
    assert "work.py" in outputs["function"].error_trace
    assert "point-fifty" in outputs["none"].error and "absent" in outputs["none"].error
    assert outputs["forgotten"].error.startswith("ModuleNotFoundError: The package point-fifty is not installed")


def test_point_50_parameters_of_the_run_replace_those_of_the_task(local, wheel):
    task = wheel_task("main", wheel, "grouped", ["from", "the", "task"])
    job = local.client.jobs.create(name="wheel", tasks=[jobs.Task(
        "main", new_cluster=NEW, libraries=task.libraries, python_wheel_task=task.python_wheel_task)])
    run = local.client.jobs.run_now(job.job_id, python_params=["from", "the", "run"])
    assert local.outputs(run.run_id)["main"].logs == "grouped ['from', 'the', 'run']\n"
