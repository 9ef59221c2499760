"""Judges that take their time: foreign programs of some size, each in an environment of its own."""

import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "support"), str(TESTS / "conformance")]

from local_workspace import LocalWorkspace  # noqa: E402


@pytest.fixture(scope="module")
def workspace():
    local = LocalWorkspace("--ephemeral")
    yield local
    local.stop()
