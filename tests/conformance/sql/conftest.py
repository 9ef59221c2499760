"""One workspace, one warehouse and so one Spark application for all tests of SQL; its clock can be turned."""

import sys
import time
from pathlib import Path

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.service import sql
from http_client import Plain
from local_workspace import LocalWorkspace

sys.path.append(str(Path(__file__).resolve().parents[1] / "resources"))
ENDED = (sql.StatementState.SUCCEEDED, sql.StatementState.FAILED, sql.StatementState.CANCELED, sql.StatementState.CLOSED)


@pytest.fixture(scope="session")
def local(tmp_path_factory):
    folder = tmp_path_factory.mktemp("users")
    (folder / "users.json").write_text('{"users": [{"user_name": "ann@example.com", "token_file": "ann.token"}]}')
    workspace = LocalWorkspace("--ephemeral", "--turn-clock", "--users", folder / "users.json")
    workspace.ann = WorkspaceClient(host=workspace.url, token=(folder / "ann.token").read_text().strip(), auth_type="pat")
    yield workspace
    workspace.stop()


@pytest.fixture(scope="session")
def client(local):
    return local.client()


@pytest.fixture
def plain(local):
    return Plain(local)


@pytest.fixture
def turn(plain):
    return lambda seconds: plain.ask("POST", "/api/brickwork/clock", {"advance_seconds": seconds})


@pytest.fixture(scope="session")
def warehouse(client):
    return client.warehouses.create_and_wait(name="judges", cluster_size="Small", auto_stop_mins=0).id


@pytest.fixture(scope="session")
def ended(client):
    """Waits for the end of a statement: the SDK's own way is to ask until it is there."""

    def wait(statement_id, states=ENDED):
        deadline = time.monotonic() + 240
        while (found := client.statement_execution.get_statement(statement_id)).status.state not in states:
            assert time.monotonic() < deadline, found.status
            time.sleep(0.05)
        return found
    return wait


@pytest.fixture(scope="session")
def execute(client, warehouse, ended):
    """Runs a statement to its end."""

    def run(text, **options):
        started = client.statement_execution.execute_statement(text, warehouse, wait_timeout="0s", **options)
        return ended(started.statement_id)
    return run


@pytest.fixture(scope="session")
def rows(execute):
    def run(text, **options):
        answer = execute(text, **options)
        assert answer.status.state == sql.StatementState.SUCCEEDED, answer.status
        return answer.result.data_array or []
    return run
