"""Stand-ins for every identity provider, and the clients that log in with them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "tests/support")]

from stand_ins import StandIns  # noqa: E402

KEPT = ("LANG", "LC_ALL", "TMPDIR", "ASAN_OPTIONS", "TSAN_OPTIONS", "LD_PRELOAD")


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("logins")


@pytest.fixture(scope="session")
def all_stand_ins(place):
    started = StandIns(place)
    yield started
    started.close()


@pytest.fixture
def stand_ins(all_stand_ins):
    """Nothing goes wrong in them yet, and nobody asked them anything."""
    all_stand_ins.faults.clear()
    all_stand_ins.asked.clear()
    all_stand_ins.tunnels.clear()
    all_stand_ins.released.clear()
    yield all_stand_ins
    all_stand_ins.faults.clear()
    all_stand_ins.released.set()


@pytest.fixture(scope="session")
def az(place):
    """A folder with the stand-in for the Azure CLI, to put on a PATH."""
    folder = place / "az-bin"
    folder.mkdir()
    shutil.copy(HERE / "fake_az", folder / "az")
    return folder


@pytest.fixture(scope="session")
def environment(all_stand_ins, az, place):
    """What every client gets: nothing of the person who runs the tests, the stand-ins as proxy, and their authority."""
    world = all_stand_ins
    return {**{name: os.environ[name] for name in KEPT if name in os.environ},
            "HOME": str(place), "PATH": f"{az}:{os.environ['PATH']}", "HTTPS_PROXY": world.proxy, "HTTP_PROXY": world.proxy,
            "SSL_CERT_FILE": str(world.authority.file), "REQUESTS_CA_BUNDLE": str(world.authority.file),
            "GCE_METADATA_HOST": f"127.0.0.1:{world.plain}", "GCE_METADATA_IP": f"127.0.0.1:{world.plain}",
            "AZURE_POD_IDENTITY_AUTHORITY_HOST": world.proxy, "NO_GCE_CHECK": "false"}


def answers_of(command, cases, environment, timeout=300):
    """Runs a client through the cases; what it said, by name of the case."""
    done = subprocess.run([str(word) for word in command], input=json.dumps(cases), capture_output=True, text=True,
                          timeout=timeout, env=environment)
    said = {line["case"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert len(said) == len(cases), done.stderr[-3000:]
    return said


@pytest.fixture(scope="session")
def ours(environment):
    library = Path(os.environ.get("BRICKWORK_LIBRARY", ROOT / "build/release/lib/libbrickwork.so.1"))
    variables = {**environment, "BRICKWORK_LIBRARY": str(library), "PYTHONPATH": str(ROOT / "shims/python/src")}
    return lambda cases: answers_of([sys.executable, HERE / "clients/ours.py"], cases, variables)
