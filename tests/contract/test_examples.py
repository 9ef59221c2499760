"""The groups that a user would start from, each run for real as its README line says."""

import base64
import json
import os
import subprocess

import pytest
from conftest import BRICKWORK, ROOT

EXAMPLES = ROOT / "examples"


@pytest.fixture(scope="module")
def spark(workspace):
    """The workspace with the notebooks of all examples."""
    for name in ("quality_gate", "regions"):
        notebooks = EXAMPLES / name / "notebooks"
        for path in sorted(notebooks.rglob("*.py")):
            target = f"/Shared/{name}/{path.relative_to(notebooks).with_suffix('')}"
            send(workspace, "/api/2.0/workspace/mkdirs", path=target.rpartition("/")[0])
            send(workspace, "/api/2.0/workspace/import", path=target, format="SOURCE", language="PYTHON", overwrite=True,
                 content=base64.b64encode(path.read_bytes()).decode())
    return workspace


def send(workspace, path, /, **body):
    done = workspace("rest", "POST", path, "--body", "-", stdin=json.dumps(body))
    assert done.returncode == 0, done.stderr


def run(workspace, name, **parameters):
    """Verdicts by path, and the results of notebooks by path."""
    options = [word for one, value in parameters.items() for word in ("-p", f"{one}={value}")]
    answer = workspace.document("run", EXAMPLES / name / "group.json", *options, timeout=300)
    handle = json.dumps(answer["handle"])
    outputs = workspace.document("output", "-", stdin=handle)["outputs"]
    return ({task["path"]: task["verdict"] for task in answer["state"]["tasks"]},
            {output["path"]: output.get("result") for output in outputs})


@pytest.mark.parametrize("name", ["quality_gate", "regions", "ci_deployment"])
def test_an_example_has_no_finding(workspace, name):
    assert workspace.document("lint", EXAMPLES / name / "group.json") == {"ok": True, "findings": []}


def test_a_delivery_that_is_good_enough_is_published(spark, tmp_path):
    verdicts, results = run(spark, "quality_gate", folder=f"dbfs:/tmp/{tmp_path.name}")
    assert verdicts["publish"] == "succeeded" and verdicts["quarantine"] == "excluded"
    assert results["gate/customers"] == "3 %"
    assert results["report"] == "1000 orders, 3 % without a customer"


def test_a_delivery_that_is_not_is_set_aside(spark, tmp_path):
    verdicts, results = run(spark, "quality_gate", folder=f"dbfs:/tmp/{tmp_path.name}", broken_percent=20)
    assert verdicts["publish"] == "excluded" and verdicts["quarantine"] == "succeeded"
    assert results["report"] == "1000 orders, 20 % without a customer"


def test_each_region_is_loaded(spark, tmp_path):
    verdicts, results = run(spark, "regions", folder=f"dbfs:/tmp/{tmp_path.name}")
    assert set(verdicts.values()) == {"succeeded"}
    assert results["compare"] == "east 31200, north 39000, south 39000, west 31200"


def test_a_release_is_deployed_and_runs_once(workspace):
    def deploy():
        return subprocess.run([EXAMPLES / "ci_deployment/deploy", "4f2c1e"], capture_output=True, text=True, timeout=300,
                              check=False, env=workspace.environment | {
                                  "BRICKWORK": str(BRICKWORK), "DATALAKE_USERNAME": "loader",
                                  "DATALAKE_PASSWORD": "not to be seen", "PATH": os.environ["PATH"]})

    csv = base64.b64encode(b"order_id,euros\n1,20\n2,22\n").decode()
    send(workspace, "/api/2.0/dbfs/put", path="/tmp/ci_deployment/landing/orders.csv", overwrite=True, contents=csv)
    first, second = deploy(), deploy()
    assert first.returncode == 0, first.stdout + first.stderr
    assert second.returncode == 0, second.stdout + second.stderr
    assert "not to be seen" not in first.stdout + first.stderr
    runs = json.loads(workspace("rest", "GET", "/api/2.2/jobs/runs/list").stdout)["runs"]
    mine = [one["run_id"] for one in runs if one["run_name"] == "ci_deployment"]
    assert len(mine) == 1
    outputs = workspace.document("output", str(mine[0]))["outputs"]
    assert "release 4f2c1e: 2 orders of 42 euros" in next(one["logs"] for one in outputs if one["path"] == "main")
