"""A workspace killed in the middle of uploads shows no half of a file, and every one that it acknowledged.

BRICKWORK_UPLOAD_KILLS says how often (6); the moments are numbers of bytes sent, from the seed BRICKWORK_SEED (1).
"""

import http.client
import importlib.util
import json
import os
import random
import threading
from pathlib import Path
from urllib.parse import urlparse

CONFORMANCE = Path(__file__).resolve().parents[1] / "conformance"
KILLS = int(os.environ.get("BRICKWORK_UPLOAD_KILLS", "6"))
SEED = int(os.environ.get("BRICKWORK_SEED", "1"))
SENDERS = 4
PIECE = 256 * 1024
SIZES = (1, PIECE - 1, 3 * PIECE + 1, 12 * PIECE)
FOLDER = "/api/2.0/fs/files/Volumes/main/default/kills"


def local_workspace():
    spec = importlib.util.spec_from_file_location("upload_kills_local_workspace", CONFORMANCE / "local_workspace.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.LocalWorkspace


def content(name, version, size):
    return (f"{name} {version} ".encode() * (size // 8 + 1))[:size]


class Connection:
    def __init__(self, workspace):
        address = urlparse(workspace.url)
        self.connection = http.client.HTTPConnection(address.hostname, address.port, timeout=120)
        self.headers = {"Authorization": f"Bearer {workspace.token}"}

    def ask(self, method, path, body=None, **headers):
        self.connection.request(method, path, body, {**self.headers, **headers})
        answer = self.connection.getresponse()
        return answer.status, answer.read()


class Senders:
    """Threads that write files, over each other's too, until the workspace dies: at the byte that was chosen."""

    def __init__(self, workspace, ledger, seed):
        self.workspace, self.ledger = workspace, ledger
        self.left = random.Random(seed).randrange(1, 60 * PIECE)
        self.lock = threading.Lock()
        self.wrong = []
        self.threads = [threading.Thread(target=self.send, args=(random.Random(seed * 100 + number), number, seed))
                        for number in range(SENDERS)]
        for thread in self.threads:
            thread.start()
        for thread in self.threads:
            thread.join(120)

    def count(self, sent):
        with self.lock:
            before, self.left = self.left, self.left - sent
        if before > 0 >= before - sent:
            self.workspace.kill()

    def pieces(self, data):
        for start in range(0, len(data), PIECE):
            piece = data[start:start + PIECE]
            yield piece
            self.count(len(piece))

    def send(self, chance, number, seed):
        connection = Connection(self.workspace)
        try:
            for turn in range(10_000):
                name = f"shared{chance.randrange(3)}" if chance.random() < 0.4 else f"own{seed}_{number}_{turn}"
                size = chance.choice(SIZES)
                data = content(name, f"{seed}.{number}.{turn}", size)
                with self.ledger.lock:
                    self.ledger.asked.setdefault(name, set()).add(data)
                status, told = connection.ask("PUT", f"{FOLDER}/{name}?overwrite=true", self.pieces(data),
                                              **{"Content-Length": str(size)})
                assert status == 204, told
                self.ledger.acknowledged.add(name)
        except (OSError, http.client.HTTPException):
            pass  # it was killed
        except AssertionError as error:
            self.wrong.append(error)


class Ledger:
    """What was asked for, and which names were acknowledged."""

    def __init__(self):
        self.asked, self.acknowledged = {}, set()
        self.lock = threading.Lock()


def check(workspace, ledger):
    connection = Connection(workspace)
    status, listed = connection.ask("GET", "/api/2.0/fs/directories/Volumes/main/default/kills?page_size=1000")
    assert status == 200, listed
    names = {entry["name"] for entry in json.loads(listed).get("contents", [])}
    assert ledger.acknowledged <= names <= set(ledger.asked)
    for name in sorted(names):
        status, data = connection.ask("GET", f"{FOLDER}/{name}")
        assert status == 200 and data in ledger.asked[name], f"{name} is half a file of {len(data)} bytes"
    uploads = workspace.state / "uploads"
    assert not uploads.exists() or list(uploads.iterdir()) == []


def test_a_kill_in_the_middle_of_uploads_leaves_whole_files_only(tmp_path):
    start = local_workspace()
    ledger = Ledger()
    workspace = start("--state", tmp_path / "state")
    try:
        status, told = Connection(workspace).ask("POST", "/api/2.1/unity-catalog/volumes", json.dumps(
            {"catalog_name": "main", "schema_name": "default", "name": "kills", "volume_type": "MANAGED"}))
        assert status == 200, told
        for number in range(KILLS):
            senders = Senders(workspace, ledger, SEED * 1000 + number)
            assert senders.wrong == [] and senders.left <= 0
            workspace = start("--state", tmp_path / "state")
            check(workspace, ledger)
        assert ledger.acknowledged
    finally:
        workspace.stop()
