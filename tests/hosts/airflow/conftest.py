"""Both sides of a comparison (the stock provider in a process of its own environment, and the library through its ABI), and
a running Airflow with our provider in front of a workspace on this machine."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from provider import run_stock

TESTS = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TESTS / "abi"), str(TESTS / "conformance"), str(TESTS / "conformance/pages"), str(TESTS / "faults")]


@pytest.fixture(scope="session")
def stock(tmp_path_factory):
    """stock(list of groups): what the provider makes of each."""
    home = tmp_path_factory.mktemp("airflow")
    return lambda specs: run_stock(home, request=specs)


@pytest.fixture(scope="session")
def library():
    from built import Host

    return Host()


@pytest.fixture(scope="session")
def installed():
    """The environment with the wheels of this checkout."""
    subprocess.run([TESTS / "hosts/airflow/install"], check=True)


@pytest.fixture(scope="session")
def workspace_of_airflow():
    """By its path, because other folders of tests have modules and fixtures of that name."""
    import importlib.util

    spec = importlib.util.spec_from_file_location("workspace_process", TESTS / "conformance/local_workspace.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    local = module.LocalWorkspace("--ephemeral", "--faults", "-")
    yield local
    local.stop()


@pytest.fixture(scope="session")
def view(workspace_of_airflow):
    from http_client import Plain
    from workspace_view import View

    return View(lambda: Plain(workspace_of_airflow))


@pytest.fixture(scope="session")
def airflow(installed, workspace_of_airflow, tmp_path_factory):
    """A running Airflow, one for all tests: it takes a quarter of a minute to start.

    Its address has a path, as behind a proxy; the one of the example has none.
    """
    from live import Airflow, connection_of

    connection = connection_of(workspace_of_airflow.url, workspace_of_airflow.token)
    with Airflow(tmp_path_factory.mktemp("live"), connection, base_path="/some/path") as running:
        yield running.start()


@pytest.fixture
def gate(tmp_path):
    """Missing at first: tasks that look for it fail."""
    return tmp_path / "gate"


@pytest.fixture
def failed_run(airflow, gate, tmp_path, request):
    """failed_run(body): a DAG of the test's name, run once, and failed; its id."""
    from live_dags import source

    def run(body, **options):
        dag_id = re.sub(r"\W+", "_", request.node.name).removeprefix("test_").strip("_")
        airflow.add_dag(dag_id, source(dag_id, tmp_path, body, **options))
        airflow.trigger(dag_id, "one")
        assert airflow.finished(dag_id, "one") == "failed", airflow.states(dag_id, "one")
        return dag_id

    return run
