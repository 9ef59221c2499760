"""Runs to look at: one that fails until a file is there, one that tries to break out of its page."""

import pytest
from http_client import Plain
from shown_runs import HOSTILE, Runs

@pytest.fixture
def runs(workspace):
    return Runs(Plain(workspace))


@pytest.fixture
def gated(runs, tmp_path):
    """(job id, run id, gate): `check` has failed, and will succeed once the gate file is there; `after` waits for it."""
    script, gate = tmp_path / "check.py", tmp_path / "gate"
    script.write_text(f"import os\nprint('looking for the gate')\nassert os.path.exists({str(gate)!r}), {HOSTILE!r}\n")
    condition = {"op": "EQUAL_TO", "left": "1", "right": "1"}
    job_id, run_id = runs.start([
        {"task_key": "first", "condition_task": condition},
        {"task_key": "check", "depends_on": [{"task_key": "first"}],
         "spark_python_task": {"python_file": f"file:{script}"}},
        {"task_key": "after", "depends_on": [{"task_key": "check"}], "condition_task": condition}], name=HOSTILE)
    runs.finished(run_id)
    return job_id, run_id, gate
