"""Databricks' references pass through Jinja; everything else is Airflow's."""

import jinja2
import pytest

from brickwork_airflow.templates import protect, restore

CONTEXT = {"ds": "2026-11-21", "run_id": "r1", "task": type("Task", (), {"task_id": "t", "name": "airflow's"})(), "params": {"a": 1}}


def rendered(text, **more):
    context = CONTEXT | more
    kept, taken = protect(text, context)
    return restore(jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False).from_string(kept).render(context), taken)


@pytest.mark.parametrize("reference", [
    "{{job.id}}", "{{ job.parameters.state }}", "{{tasks.join_data.values.rows}}", "{{tasks.join-data.result_state}}",
    "{{task.name}}", "{{task.run_id}}", "{{task.execution_count}}", "{{input}}", "{{ input.key }}", "{{job.start_time.iso_date}}",
    "{{workspace.id}}", "{{backfill.iso_datetime}}", "{{tasks.[a].output.rows}}", "{{job_id}}", "{{parent_run_id}}"])
def test_what_is_databricks_own_stays(reference):
    assert rendered(f"a {reference} b {{{{ ds }}}}") == f"a {reference} b 2026-11-21"


@pytest.mark.parametrize(("text", "value"), [
    ("{{ ds }}", "2026-11-21"), ("{{ run_id }}", "r1"), ("{{ task.task_id }}", "t"), ("{{ params.a }}", "1"),
    ("{{ job.id | upper if job else 'no' }}", "no"), ("{% raw %}{{job.id}}{% endraw %}", "{{job.id}}"),
    ("{{ '{{job.id}}' }}", "{{job.id}}"), ("no braces", "no braces")])
def test_everything_else_is_airflows(text, value):
    assert rendered(text, **({"job": None} if "if job" in text else {})) == value


def test_a_macro_of_the_dag_goes_first():
    assert rendered("{{ job.id }}", job=type("Job", (), {"id": 7})()) == "7"


def test_what_native_rendering_made_is_restored():
    kept, taken = protect("{{job.id}}", {})
    assert restore({"a": [kept, 1]}, taken) == {"a": ["{{job.id}}", 1]}
