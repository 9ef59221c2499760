"""OpenLineage: what its provider makes of a spark_conf reaches every new cluster, and nothing about it fails a task."""

import logging
import sys
from types import SimpleNamespace

import pytest

from brickwork_airflow.lineage import with_lineage
from brickwork_airflow.operators.databricks import DatabricksSubmitRunOperator

BODY = {"job_clusters": [{"job_cluster_key": "k", "new_cluster": {"num_workers": 1, "spark_conf": {"a": "1"}}}],
        "tasks": [{"task_key": "t", "new_cluster": {}}, {"task_key": "e", "existing_cluster_id": "c"},
                  {"task_key": "each", "for_each_task": {"task": {"task_key": "f", "new_cluster": {}}}}]}


@pytest.fixture
def openlineage(monkeypatch):
    """The part of its provider that other providers use."""
    spark = SimpleNamespace(
        inject_parent_job_information_into_spark_properties=lambda conf, context: conf | {"parent": context["run_id"]},
        inject_transport_information_into_spark_properties=lambda conf, context: conf | {"transport": "http"})
    for name in ("airflow.providers.openlineage", "airflow.providers.openlineage.utils"):
        monkeypatch.setitem(sys.modules, name, SimpleNamespace(spark=spark))
    monkeypatch.setitem(sys.modules, "airflow.providers.openlineage.utils.spark", spark)
    return spark


def written(**wanted):
    return with_lineage(BODY, {"run_id": "r"}, logging.getLogger("lineage"), **wanted)


def test_every_new_cluster_has_it(openlineage):
    body = written(parent_job=True, transport=True)
    both = {"parent": "r", "transport": "http"}
    assert body["job_clusters"][0]["new_cluster"] == {"num_workers": 1, "spark_conf": {"a": "1"} | both}
    assert body["tasks"][0]["new_cluster"]["spark_conf"] == both
    assert body["tasks"][1] == BODY["tasks"][1]
    assert body["tasks"][2]["for_each_task"]["task"]["new_cluster"]["spark_conf"] == both
    assert BODY["tasks"][0]["new_cluster"] == {}


def test_nobody_asked_for_it(openlineage):
    assert written(parent_job=None, transport=False) is BODY


def test_the_configuration_asks_for_it(openlineage, monkeypatch):
    monkeypatch.setenv("AIRFLOW__OPENLINEAGE__SPARK_INJECT_TRANSPORT_INFO", "true")
    assert written(parent_job=None, transport=None)["tasks"][0]["new_cluster"]["spark_conf"] == {"transport": "http"}


def test_without_its_provider_the_run_starts_all_the_same(monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "airflow.providers.openlineage.utils", None)
    assert written(parent_job=True) is BODY
    assert "apache-airflow-providers-openlineage is not installed" in caplog.text


def test_what_goes_wrong_in_it_is_a_warning(openlineage, caplog):
    openlineage.inject_parent_job_information_into_spark_properties = lambda conf, context: 1 / 0
    assert written(parent_job=True) is BODY
    assert "ZeroDivisionError" in caplog.text


def test_the_operator_sends_it(openlineage):
    task = DatabricksSubmitRunOperator(task_id="t", new_cluster={"num_workers": 1}, notebook_task={"notebook_path": "/n"},
                                       openlineage_inject_parent_job_info=True)
    sent = []
    task.start_run(SimpleNamespace(submit_run=sent.append), "token", {"run_id": "r"}, True)
    assert sent[0]["tasks"][0]["new_cluster"] == {"num_workers": 1, "spark_conf": {"parent": "r"}}
