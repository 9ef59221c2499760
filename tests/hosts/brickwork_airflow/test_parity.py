"""parity="airflow" through these classes: the same random DAGs by the stock provider and by this one, field by field."""

import functools
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "airflow"))

import stock
from cases import CASES
from comparison import first_difference, sets_of_upstreams
from random_groups import random_group

from brickwork_airflow.operators.databricks import DatabricksNotebookOperator, DatabricksTaskOperator
from brickwork_airflow.operators.databricks_workflow import DatabricksWorkflowTaskGroup

COUNT = 200


@pytest.fixture
def ours(monkeypatch):
    """ours(group): the settings of its job, built by the same DAG file with another import."""

    def settings(spec):
        with monkeypatch.context() as patch:
            patch.setattr(stock, "DatabricksWorkflowTaskGroup", functools.partial(DatabricksWorkflowTaskGroup, parity="airflow"))
            patch.setattr(stock, "OPERATORS", {**stock.OPERATORS, "notebook": DatabricksNotebookOperator,
                                               "task": DatabricksTaskOperator})
            return sent(spec)

    return settings


def sent(spec):
    dag, launch = stock.workflow(spec)
    return dag.task_dict[launch].create_workflow_json()


def test_every_random_group_is_what_the_provider_sends(ours):
    differences, compared, tasks = [], 0, 0
    for seed in range(COUNT):
        spec = random_group(seed)
        if spec["trouble"]:
            continue
        found = first_difference(sets_of_upstreams(ours(spec)), sets_of_upstreams(sent(random_group(seed))))
        if found:
            differences.append(f"group {seed}: {found}")
        compared += 1
        tasks += len(sent(random_group(seed))["tasks"])
    assert not differences, "\n".join(differences[:10])
    assert compared > COUNT * 0.7
    print(f"{compared} groups with {tasks} tasks")


@pytest.mark.parametrize("name", [name for name, (_, expected) in CASES.items() if not isinstance(expected, str)])
def test_case(name, ours):
    spec, expected = CASES[name]
    assert first_difference(sets_of_upstreams(ours(spec)), sets_of_upstreams(expected)) is None
