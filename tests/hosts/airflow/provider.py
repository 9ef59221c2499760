"""The stock provider, in a process of the environment that has Airflow."""

import json
import os
import subprocess
from pathlib import Path

PYTHON = Path(__file__).resolve().parents[3] / "build/venv-airflow/bin/python"
STOCK = Path(__file__).parent / "stock.py"
DEADLINE = 600


def run_stock(home, *arguments, request):
    """Airflow writes its configuration into a home of its own, and at INFO logs three lines for each task."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    environment |= {"AIRFLOW_HOME": str(home), "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR"}
    done = subprocess.run([PYTHON, STOCK, *arguments], input=json.dumps(request), env=environment,
                          capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])  # whatever Airflow has to say stands before it
