"""Fixtures of the numbered points."""

import pytest
from jobs_client import Gate, Jobs


@pytest.fixture
def jobs(workspace):
    return Jobs(workspace)


@pytest.fixture
def gate(tmp_path):
    return Gate(tmp_path)


@pytest.fixture
def turned(start_workspace):
    """A workspace whose clock a test turns: (jobs, turn(seconds))."""
    local = start_workspace("--ephemeral", "--turn-clock")
    jobs = Jobs(local)

    def turn(**by):
        status, _, answer = jobs.plain.ask("POST", "/api/brickwork/clock", by)
        assert status == 200, answer
        return answer["now_ms"]

    return jobs, turn
