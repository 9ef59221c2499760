"""DAGs for a running Airflow. Each task looks for its gate, a file, and fails while that is missing."""

from pathlib import Path

STEP = '''
import os, sys, time
gate, seconds = sys.argv[1], float(sys.argv[2])
time.sleep(seconds)
assert not gate or os.path.exists(gate), "the gate is not there"
print("through")
'''

HEAD = '''
from airflow.sdk import DAG, TaskGroup
from datetime import timedelta
from {package}.operators.databricks import DatabricksTaskOperator
from {package}.operators.databricks_workflow import DatabricksWorkflowTaskGroup

def step(name, gate="", seconds=0, **options):
    script = {{"python_file": "file:{script}", "parameters": [gate, str(seconds)]}}
    return DatabricksTaskOperator(task_id=name, databricks_conn_id="databricks_default",
                                  task_config={{"spark_python_task": script}}, **options)

with DAG({dag_id!r}, schedule=None, default_args={arguments}) as dag:
    with DatabricksWorkflowTaskGroup(group_id="wf", databricks_conn_id="databricks_default"):
'''
OURS, STOCK = "brickwork_airflow", "airflow.providers.databricks"


def source(dag_id, folder, body, package=OURS, arguments="{}"):
    """The text of a DAG file; `body` is what stands in the group, `arguments` are those that all tasks take."""
    script = Path(folder) / "step.py"
    script.write_text(STEP)
    lines = "".join(f"        {line}\n" for line in body.strip().splitlines())
    return HEAD.format(dag_id=dag_id, script=script, package=package, arguments=arguments) + lines


def chain(gate):
    """good → broken → after, and beside them one that never fails."""
    return f'''
step("good") >> step("broken", {str(gate)!r}) >> step("after")
step("beside")
'''


def nested(gate):
    return f'''
good = step("good")
with TaskGroup("inner"):
    broken = step("broken", {str(gate)!r})
    with TaskGroup("innermost"):
        broken >> step("after")
good >> broken
'''


def several(gate, count=4, **options):
    return "\n".join(f"step('broken_{each}', {str(gate)!r}, **{options!r})" for each in range(count)) + "\nstep('good')\n"
