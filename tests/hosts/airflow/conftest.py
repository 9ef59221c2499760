"""Both sides of a comparison: the stock provider in a process of its own environment, and the library through its ABI."""

import sys
from pathlib import Path

import pytest
from provider import run_stock

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "abi"))


@pytest.fixture(scope="session")
def stock(tmp_path_factory):
    """stock(list of groups): what the provider makes of each."""
    home = tmp_path_factory.mktemp("airflow")
    return lambda specs: run_stock(home, request=specs)


@pytest.fixture(scope="session")
def library():
    from built import Host

    return Host()
