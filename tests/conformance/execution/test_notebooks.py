"""Notebooks that do not touch Spark."""

import json

import pytest
from databricks.sdk.service.workspace import ImportFormat, Language

from conftest import task


def passed(output):
    assert output.metadata.state.result_state.value == "SUCCESS", (output.error, output.error_trace)
    return output.notebook_output.result


def test_point_46_a_notebook_exits_with_a_value_even_inside_try(local):
    source = """
    try:
        dbutils.notebook.exit({"a": 1})
    except Exception:
        raise RuntimeError("not ended")
    """
    assert passed(local.run_notebook(source)) == "{'a': 1}"


def test_point_51_without_exit_there_is_a_notebook_output_without_a_result(local):
    output = local.run_notebook("print('hello')")
    assert passed(output) is None
    assert output.notebook_output is not None
    assert not output.logs


def test_a_long_result_is_cut_at_five_megabytes(local):
    output = local.run_notebook("dbutils.notebook.exit('x' * 6_000_000)")
    assert len(passed(output)) == 5_000_000
    assert output.notebook_output.truncated


def test_a_failure_names_exception_notebook_cell_and_line(local):
    output = local.run_notebook("""\
        # Databricks notebook source
        def check(rows):
            assert rows, "no rows"

        # COMMAND ----------

        # DBTITLE 1,The check
        first = 1

        check([])
        """)
    assert output.error == "AssertionError: no rows"
    assert "/Shared/test/notebook, cell 2" in output.error_trace
    assert "---->" in output.error_trace and "check([])" in output.error_trace
    assert "brickwork_runtime" not in output.error_trace


def test_point_40_the_first_magic_of_a_cell_decides_its_language(local):
    output = local.run_notebook("""\
        # Databricks notebook source
        # MAGIC %md
        # MAGIC # A title

        # COMMAND ----------

        # MAGIC %sh
        # MAGIC echo from-shell > said.txt

        # COMMAND ----------

        # MAGIC %python
        # MAGIC text = open("said.txt").read().strip()

        # COMMAND ----------

        dbutils.notebook.exit(text)
        """)
    assert passed(output) == "from-shell"


@pytest.mark.parametrize("language", ["scala", "r"])
def test_point_40_scala_and_r_cells_are_refused_by_name(local, language):
    output = local.run_notebook(f"# Databricks notebook source\n# MAGIC %{language}\n# MAGIC println(1)\n")
    assert output.metadata.state.result_state.value == "FAILED"
    assert f"%{language}" in output.error


def test_point_42_run_takes_another_notebook_into_the_same_namespace(local):
    local.notebook("/Shared/test/inner/settings", """\
        # Databricks notebook source
        dbutils.widgets.text("who", "nobody")
        greeting = "hello " + dbutils.widgets.get("who")
        """)
    output = local.run_notebook("""\
        # Databricks notebook source
        # MAGIC %run ./inner/settings $who="world"

        # COMMAND ----------

        dbutils.notebook.exit(greeting)
        """)
    assert passed(output) == "hello world"
    missing = local.run_notebook("# Databricks notebook source\n# MAGIC %run ./none\n")
    assert missing.metadata.state.result_state.value == "FAILED"
    assert "/Shared/test/none" in missing.error


def test_point_41_jupyter_notebooks_run_with_their_cells_and_magics(local):
    cells = [{"cell_type": "markdown", "source": ["# Title"]},
             {"cell_type": "code", "source": ["%matplotlib inline\n", "x = 20\n", "!echo line > line.txt\n"]},
             {"cell_type": "code", "source": "dbutils.notebook.exit(x + 1)"}]
    document = json.dumps({"cells": cells, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4})
    local.notebook("/Shared/test/jupyter.ipynb", document, format=ImportFormat.JUPYTER)
    assert passed(local.submit(task("main", "/Shared/test/jupyter"))["main"]) == "21"


def test_point_45_parameters_are_widgets_and_win_over_defaults(local):
    source = """
    dbutils.widgets.dropdown("state", "Iowa", ["Iowa", "Ohio"])
    dbutils.widgets.multiselect("years", "2016", ["2016", "2017"])
    dbutils.widgets.combobox("unit", "MWh", ["MWh"])
    dbutils.widgets.text("gone", "x")
    dbutils.widgets.remove("gone")
    import json
    dbutils.notebook.exit(json.dumps([dbutils.widgets.getAll(), getArgument("state")]))
    """
    output = local.run_notebook(source, parameters={"state": "Ohio", "extra": "1"})
    assert json.loads(passed(output)) == [{"state": "Ohio", "years": "2016", "unit": "MWh", "extra": "1"}, "Ohio"]
    unknown = local.run_notebook("dbutils.widgets.get('year')")
    assert unknown.error == "InputWidgetNotDefined: No input widget named year is defined"


def test_point_52_the_folder_is_the_working_directory_and_its_files_can_be_imported(local):
    local.client.workspace.mkdirs("/Shared/test")
    local.client.workspace.upload("/Shared/test/helper_of_test.py", b"VALUE = 5\n", format=ImportFormat.RAW,
                                  overwrite=True)
    output = local.run_notebook("""
    import helper_of_test, os
    with open("written.txt", "w") as file:
        file.write("by the task")
    assert open("/Workspace/Shared/test/written.txt").read() == "by the task"
    dbutils.notebook.exit(str(helper_of_test.VALUE) + os.path.basename(os.getcwd()))
    """)
    assert passed(output) == "5test"
    assert local.client.workspace.get_status("/Shared/test/written.txt").object_type.value == "FILE"


def test_point_47_secrets_reach_the_notebook_and_no_output(local):
    local.client.secrets.create_scope("execution")
    local.client.secrets.put_secret("execution", "key", string_value="correct-horse")
    output = local.run_notebook("""
    value = dbutils.secrets.get("execution", "key")
    assert value == "correct" + "-horse"
    print("it is", value)
    assert [s.key for s in dbutils.secrets.list("execution")] == ["key"]
    raise ValueError(value)
    """)
    assert output.error == "ValueError: [REDACTED]"
    page = local.client.jobs.export_run(output.metadata.run_id).views[0].content
    assert "it is [REDACTED]" in page
    assert "correct-horse" not in page + output.error_trace


def test_point_53_the_context_tells_job_and_run(local):
    output = local.run_notebook("""
    import json
    context = json.loads(dbutils.notebook.entry_point.getDbutils().notebook().getContext().toJson())
    dbutils.notebook.exit(json.dumps([context["tags"]["jobId"], context["tags"]["runId"],
                                      context["extraContext"]["notebook_path"]]))
    """)
    run = output.metadata
    assert json.loads(passed(output)) == [str(run.job_id), str(run.run_id), "/Shared/test/notebook"]


def test_task_values_reach_the_tasks_below(local):
    local.notebook("/Shared/test/set", "dbutils.jobs.taskValues.set('rows', {'n': [1, 2]})")
    local.notebook("/Shared/test/get", """
    values = dbutils.jobs.taskValues
    assert values.get("set", "none", default=3) == 3
    dbutils.notebook.exit(values.get("set", "rows")["n"][1])
    """)
    outputs = local.submit(task("set", "/Shared/test/set"), task("get", "/Shared/test/get", after=["set"]))
    assert passed(outputs["get"]) == "2"
    big = local.run_notebook("dbutils.jobs.taskValues.set('big', 'x' * 50_000)")
    assert "48 KiB" in big.error


def test_point_46_a_notebook_runs_others_side_by_side(local):
    local.notebook("/Shared/test/child", """
    import time
    dbutils.notebook.exit(dbutils.widgets.get("n") + "!")
    """)
    output = local.run_notebook("""
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(3) as pool:
        ends = list(pool.map(lambda n: dbutils.notebook.run("child", 120, {"n": n}), range(3)))
    dbutils.notebook.exit("".join(ends))
    """)
    assert passed(output) == "0!1!2!"


def test_point_47_files_of_dbfs_are_the_same_from_everywhere(local):
    local.client.dbfs.put("/execution/in.txt", contents="aGVsbG8=", overwrite=True)
    output = local.run_notebook("""
    assert open("/dbfs/execution/in.txt").read() == "hello"
    assert dbutils.fs.head("dbfs:/execution/in.txt") == "hello"
    dbutils.fs.put("/Volumes/main/default/v/out.txt", "out", True)
    dbutils.fs.cp("dbfs:/execution/in.txt", "dbfs:/execution/copy/in.txt")
    listed = dbutils.fs.ls("dbfs:/execution")
    assert open("/Volumes/main/default/v/out.txt").read() == "out"
    dbutils.notebook.exit(str([(f.path, f.name, f.size) for f in listed]))
    """)
    assert passed(output) == "[('dbfs:/execution/copy/', 'copy/', 0), ('dbfs:/execution/in.txt', 'in.txt', 5)]"


def test_point_48_the_sdk_runtime_module_has_the_notebooks_names(local):
    output = local.run_notebook("""
    del dbutils
    from databricks.sdk.runtime import *
    dbutils.notebook.exit("found")
    """)
    assert passed(output) == "found"


def test_point_43_pip_installs_what_is_missing_and_leaves_the_rest_alone(local, tmp_path):
    wheel = make_wheel(tmp_path, "brickwork_test_package", "1.2")
    local.client.dbfs.upload(f"dbfs:/wheels/{wheel.name}", wheel.open("rb"), overwrite=True)
    output = local.run_notebook(f"""\
        # Databricks notebook source
        # MAGIC %pip install /dbfs/wheels/{wheel.name}

        # COMMAND ----------

        import brickwork_test_package
        dbutils.notebook.exit(brickwork_test_package.VERSION)
        """)
    assert passed(output) == "1.2"
    other = local.run_notebook("import brickwork_test_package")
    assert other.error.startswith("ModuleNotFoundError")


def make_wheel(directory, name, version):
    import zipfile

    path = directory / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{name}/__init__.py", f"import sys\nVERSION = '{version}'\n\n\ndef main():\n    print(sys.argv)\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/entry_points.txt", f"[console_scripts]\nrun = {name}:main\n")
        wheel.writestr(f"{info}/RECORD", "")
    return path
