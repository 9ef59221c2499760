"""One notebook that really runs, on this machine's Python."""

import base64

import pytest

import brickwork
from conftest import TASKS_PYTHON, Workspace

SOURCE = """# Databricks notebook source
dbutils.widgets.text("word", "none")
print("working")
dbutils.notebook.exit("said " + dbutils.widgets.get("word"))
"""


@pytest.fixture(scope="module")
def real():
    one = Workspace("--python", str(TASKS_PYTHON))
    yield one
    one.stop()


def test_a_notebook_gives_what_it_exits_with(real):
    with brickwork.Client(real.connection, token=real.token) as client:
        content = base64.b64encode(SOURCE.encode()).decode()
        client.rest("/api/2.0/workspace/import", method="POST", body={
            "path": "/Shared/says", "format": "SOURCE", "language": "PYTHON", "content": content, "overwrite": True})
        done = client.notebook.run("/Shared/says", parameters={"word": "grüß Gott"},
                                   new_cluster={"spark_version": "16.4.x-scala2.12", "num_workers": 1}, timeout_ms=120_000)
        assert done.state.verdict == "succeeded"
        assert done.output["result"] == "said grüß Gott"
        assert "succeeded" in done._repr_html_()
