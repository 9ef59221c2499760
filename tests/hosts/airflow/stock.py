"""Runs inside Airflow's environment: what the stock provider makes of each task group that is handed in.

Reads a list of task groups from the standard input, as groups.py describes them, and writes a list of {"settings": ...} or
{"error": ...}. No database, no connection and no scheduler: a DAG is built and its launch task asked for its JSON.
"""

import datetime
import json
import sys
import time

from airflow.providers.databricks.operators.databricks import DatabricksNotebookOperator, DatabricksTaskOperator
from airflow.providers.databricks.operators.databricks_workflow import DatabricksWorkflowTaskGroup
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, TaskGroup

OPERATORS = {"notebook": DatabricksNotebookOperator, "task": DatabricksTaskOperator, "empty": EmptyOperator}


def operator(node):
    arguments = dict(node["arguments"])
    if arguments.get("execution_timeout") is not None:
        arguments["execution_timeout"] = datetime.timedelta(seconds=arguments["execution_timeout"])
    return OPERATORS[node["operator"]](task_id=node["id"], **arguments)


def add(nodes, path, made):
    for node in nodes:
        here = (*path, node.get("id") or node["group"])
        if "group" in node:
            with TaskGroup(group_id=node["group"], prefix_group_id=node.get("prefix", True)) as group:
                made[here] = group
                add(node["nodes"], here, made)
        else:
            made[here] = operator(node)


def depth_of_edge(edge):
    """Of the innermost group that both ends are in: Airflow replaces a group by its ends when the edge is drawn."""
    upstream, downstream = edge
    depth = 0
    for one, other in zip(upstream[:-1], downstream[:-1]):
        if one != other:
            break
        depth += 1
    return depth


def workflow(spec):
    """The DAG of a group, and the full id of its launch task."""
    with DAG(spec["dag_id"], schedule=None) as dag:
        around = []
        for outer in spec.get("outer", []):
            around.append(TaskGroup(group_id=outer).__enter__())
        outside = {name: EmptyOperator(task_id=name) for name in spec.get("outside", [])}
        group = DatabricksWorkflowTaskGroup(group_id=spec["id"], databricks_conn_id="c",
                                            prefix_group_id=spec.get("prefix", True), **spec["arguments"])
        made = {}
        with group:
            add(spec["nodes"], (), made)
            for upstream, downstream in sorted(spec["edges"], key=depth_of_edge, reverse=True):
                made[tuple(upstream)] >> made[tuple(downstream)]
        for name, path in spec.get("edges_from_outside", []):
            outside[name] >> made[tuple(path)]
        for path, name in spec.get("edges_to_outside", []):
            made[tuple(path)] >> outside[name]
        for one in reversed(around):
            one.__exit__(None, None, None)
    return dag, group.child_id("launch")


def answer(spec):
    try:
        dag, launch = workflow(spec)
        return {"settings": dag.task_dict[launch].create_workflow_json(),
                "task_ids": [task.task_id for task in dag.task_dict[launch].tasks_to_convert.values()]}
    except Exception as error:  # whatever the provider raises is its answer
        return {"error": f"{type(error).__name__}: {error}"}


def seconds_of(launch, rounds):
    """The fastest of several rounds: keys are cached by the operators, so each round is like the first but for that."""
    times = []
    for _ in range(rounds):
        for task in launch.tasks_to_convert.values():
            task.__dict__.pop("databricks_task_key", None)
            task._databricks_task_key = ""
        begin = time.thread_time()
        text = json.dumps(launch.create_workflow_json())
        times.append(time.thread_time() - begin)
    return min(times), len(text)


if __name__ == "__main__":
    if sys.argv[1:] == ["--time"]:
        dag, launch = workflow(json.load(sys.stdin))
        seconds, size = seconds_of(dag.task_dict[launch], 15)
        print(json.dumps({"seconds": seconds, "bytes": size}))
    else:
        print(json.dumps([answer(spec) for spec in json.load(sys.stdin)]))
