"""What is no Databricks job is found when the DAG file is parsed, all of it at once, and leaves Airflow clean."""

import subprocess
import sys

import pytest
from airflow.sdk import DAG, TaskGroup
from airflow.sdk.definitions._internal.contextmanager import TaskGroupContext
from airflow.sdk.exceptions import AirflowException

MISTAKES = {
    "no members": ('with DatabricksWorkflowTaskGroup("wf"):\n    pass', "it has no members"),
    "a sensor inside": (
        'with DatabricksWorkflowTaskGroup("wf"):\n    notebook("a")\n    DatabricksRunSensor(task_id="s", run_id=1)\n'
        '    EmptyOperator(task_id="e")', "wf.s is a DatabricksRunSensor(.|\n)*wf.e is a EmptyOperator"),
    "one key twice": (
        'with DatabricksWorkflowTaskGroup("wf"):\n    notebook("a", databricks_task_key="k")\n'
        '    notebook("b", databricks_task_key="k")', "same databricks_task_key 'k'"),
    "two clusters": (
        'with DatabricksWorkflowTaskGroup("wf"):\n    notebook("a", job_cluster_key="k", existing_cluster_id="e")',
        "a task runs on one cluster"),
    "a group in a group": (
        'with DatabricksWorkflowTaskGroup("wf"):\n    with DatabricksWorkflowTaskGroup("inner"):\n        notebook("a")',
        "make it a plain TaskGroup"),
    "a choice that is none": (
        'with DatabricksWorkflowTaskGroup("wf", task_keys="sha"):\n    notebook("a")', "one of 'path', 'md5'"),
    "in a mapped group": (
        "from airflow.sdk import task_group\n@task_group\ndef each(x):\n"
        '    with DatabricksWorkflowTaskGroup("wf"):\n        notebook("a")\neach.expand(x=[1, 2])', "mapped group each"),
    "no time": ('notebook("a", execution_timeout=timedelta(seconds=0.5))', "below one second"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(name, parse):
    source, message = MISTAKES[name]
    with pytest.raises((AirflowException, ValueError), match=message):
        parse(source)
    assert not TaskGroupContext._context
    with DAG("another", schedule=None), TaskGroup("clean"):  # a group that stayed on the stack would be of another DAG
        pass


def test_two_groups_of_one_name(parse):
    with pytest.raises(Exception, match="has already been added"):
        parse('for _ in range(2):\n    with DatabricksWorkflowTaskGroup("wf"):\n        notebook("a")')


def test_an_error_of_the_dag_file_is_not_hidden(parse):
    with pytest.raises(ZeroDivisionError):
        parse('with DatabricksWorkflowTaskGroup("wf"):\n    1 / 0')


def test_parsing_loads_no_library_and_opens_nothing():
    code = (
        "import sys, socket; socket.socket.connect = None\n"
        "from airflow.sdk import DAG\n"
        "from brickwork_airflow.operators.databricks import DatabricksNotebookOperator, DatabricksRunNowOperator\n"
        "from brickwork_airflow.operators.databricks_workflow import DatabricksWorkflowTaskGroup\n"
        "import brickwork_airflow.sensors.databricks, brickwork_airflow.hooks.databricks, brickwork_airflow.plugin\n"
        "import brickwork_airflow.provider_info\n"
        "with DAG('d', schedule=None):\n"
        "    with DatabricksWorkflowTaskGroup('wf'):\n"
        "        DatabricksNotebookOperator(task_id='a', notebook_path='/a')\n"
        "assert 'brickwork' not in sys.modules, 'brickwork is imported'\n"
        "assert 'libbrickwork' not in open('/proc/self/maps').read()\n")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_serialization_needs_no_allow_list(parse):
    from airflow.serialization import serialized_objects

    DagSerialization = getattr(serialized_objects, "DagSerialization", None) or serialized_objects.SerializedDAG  # 3.1

    dag = parse("""
        with DatabricksWorkflowTaskGroup("wf", notebook_params={"a": "{{ ds }}"}):
            notebook("a", notebook_params={"x": 1}) >> DatabricksTaskOperator(
                task_id="b", task_config={"sql_task": {"warehouse_id": "w"}})
        DatabricksRunNowOperator(task_id="r", job_id=1)
        DatabricksRunSensor(task_id="s", run_id=1)
    """)
    back = DagSerialization.from_dict(DagSerialization.to_dict(dag))
    assert set(back.task_dict) == {"wf.a", "wf.b", "wf.launch", "r", "s"}
    assert "See Databricks Job Run" in [link.name for link in back.task_dict["wf.a"].operator_extra_links]


def test_default_args_reach_every_argument(parse):
    dag = parse("""
        with DatabricksWorkflowTaskGroup("wf", default_args={"job_cluster_key": "k", "deferrable": False, "max_retries": 2}):
            notebook("a")
    """)
    member = dag.task_dict["wf.a"]
    assert (member.job_cluster_key, member.deferrable, member.max_retries) == ("k", False, 2)


def test_who_needs_a_worker_at_its_end(parse):
    dag = parse("""
        from airflow.sdk import Asset

        class Own(DatabricksNotebookOperator):
            def post_execute(self, context, result=None):
                pass

        with DatabricksWorkflowTaskGroup("wf"):
            notebook("plain")
            notebook("asset", outlets=[Asset("s3://x")])
            notebook("callback", on_success_callback=print)
            notebook("hook", post_execute=print)
            notebook("output", xcom_output=True)
            notebook("here", deferrable=False)
            notebook("asked", end_in_triggerer=False)
            Own(task_id="own", notebook_path="/own")
    """)
    ends = {task_id for task_id, task in dag.task_dict.items() if task_id != "wf.launch" and task.ends_in_triggerer()}
    assert ends == {"wf.plain"}
