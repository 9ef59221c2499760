"""One workspace and one Spark session for all tests of catalogs: all of it asked for from outside."""

import pytest
from local_workspace import LocalWorkspace
from spark_session import Session

@pytest.fixture(scope="session")
def workspace():
    local = LocalWorkspace("--ephemeral")
    yield local
    local.stop()


@pytest.fixture(scope="session")
def client(workspace):
    return workspace.client()


@pytest.fixture(scope="session")
def spark(client):
    return Session(client)
