"""Both sides of a comparison: the stock provider in a process of its own environment, and the library through its ABI."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/abi"))
AIRFLOW_PYTHON = ROOT / "build/venv-airflow/bin/python"
STOCK = Path(__file__).parent / "stock.py"


def run_stock(home, *arguments, request):
    """Airflow writes its configuration into a home of its own, and at INFO logs three lines for each task."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    environment |= {"AIRFLOW_HOME": str(home), "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR", "PYTHONHASHSEED": "0"}
    done = subprocess.run([AIRFLOW_PYTHON, STOCK, *arguments], input=json.dumps(request), env=environment,
                          capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout[done.stdout.rindex("\n") + 1 if "\n" in done.stdout.strip() else 0:])


@pytest.fixture(scope="session")
def stock(tmp_path_factory):
    """stock(list of groups): what the provider makes of each."""
    home = tmp_path_factory.mktemp("airflow")
    return lambda specs: run_stock(home, request=specs)


@pytest.fixture(scope="session")
def library():
    from built import Host

    return Host()
