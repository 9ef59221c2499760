"""The provider's sources, against Airflow's own types."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
AIRFLOW = ROOT / "build/venv-airflow-brickwork/bin/python"


@pytest.fixture(scope="module")
def tools(installed):
    """An interpreter with mypy and ruff, which are none of Airflow's."""
    subprocess.run([ROOT / "tests/python/setup"], check=True)
    return ROOT / "build/venv-python/bin/python"


@pytest.mark.parametrize("command", [
    ["mypy", "--python-executable", str(AIRFLOW)], ["ruff", "check", "."], ["ruff", "format", "--check", "-q", "src"]])
def test_types_and_style(tools, command):
    done = subprocess.run([tools, "-m", *command], cwd=ROOT / "shims/hosts/airflow", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
