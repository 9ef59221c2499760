"""The example as a newcomer starts it: real Spark, a real Airflow, one broken notebook, one repair."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_the_example_repairs_what_failed_and_keeps_the_rest():
    done = subprocess.run([ROOT / "examples/airflow/run", "--repair"], capture_output=True, text=True, timeout=1800, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "SUCCESS" in done.stdout.splitlines() and "repairs: 1;" in done.stdout
