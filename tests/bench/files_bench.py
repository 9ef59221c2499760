#!/usr/bin/env python3
"""What the files API costs: one file of 1 GiB up to a volume and down again on loopback, beside the floor.

The floor is the same bytes through a loopback socket into a file and back out of it (`recv` and `write`, `sendfile`),
with the same client on the other side. Both sides lie in the same folder, /dev/shm where there is one. Printed are the
medians of three in MB/s, the ratio to the floor, the server's own processor time for it, which says what a quiet machine
could do, and the most memory that the server had. BRICKWORK_BENCH_MIB says how
much is sent (1024).
"""

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlparse

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("BRICKWORK_BIN", ROOT / "build/release/bin"))
SIZE = int(os.environ.get("BRICKWORK_BENCH_MIB", "1024")) << 20
PIECE = 1 << 20
ROUNDS = 3
VOLUMES = Path("/dev/shm")


class Pieces:
    """A body that costs nothing to make."""

    def __init__(self):
        self.left, self.piece = SIZE, os.urandom(PIECE)

    def read(self, size=PIECE):
        taken = self.piece[:min(size, PIECE, self.left)]
        self.left -= len(taken)
        return taken


def receive_all(receive):
    buffer, total = bytearray(PIECE), 0
    while count := receive(buffer):
        total += count
    assert total == SIZE, total


def floor(folder):
    """(up, down) in seconds: a server that knows of no HTTP."""
    file = folder / "floor"
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        up, _ = listener.accept()
        with up, open(file, "wb", buffering=0) as out:
            buffer = bytearray(PIECE)
            while count := up.recv_into(buffer):
                out.write(memoryview(buffer)[:count])
            up.sendall(b"x")
        down, _ = listener.accept()
        with down, open(file, "rb") as source:
            down.sendfile(source)

    server = threading.Thread(target=serve)
    server.start()
    began = time.perf_counter()
    with socket.create_connection(listener.getsockname()) as client:
        body = Pieces()
        while piece := body.read():
            client.sendall(piece)
        client.shutdown(socket.SHUT_WR)
        client.recv(1)
    up = time.perf_counter() - began
    began = time.perf_counter()
    with socket.create_connection(listener.getsockname()) as client:
        receive_all(client.recv_into)
    down = time.perf_counter() - began
    server.join()
    listener.close()
    file.unlink()
    return up, down


class Workspace:
    def __init__(self, folder):
        self.process = subprocess.Popen([BUILD / "brickwork-local", "--port", "0", "--state", folder / "state"],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.address = urlparse(ready["url"])
        self.headers = {"Authorization": f"Bearer {Path(ready['token_file']).read_text().strip()}"}

    def ask(self, method, path, body=None, **headers):
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=600)
        connection.blocksize = PIECE
        connection.request(method, path, body, {**self.headers, **headers})
        return connection.getresponse()

    def transfer(self):
        path = "/api/2.0/fs/files/Volumes/main/default/bench/file?overwrite=true"
        before = self.processor_seconds()
        began = time.perf_counter()
        answer = self.ask("PUT", path, Pieces(), **{"Content-Length": str(SIZE)})
        assert answer.status == 204, answer.read()
        up = time.perf_counter() - began
        between = self.processor_seconds()
        began = time.perf_counter()
        receive_all(self.ask("GET", path).readinto)
        return up, time.perf_counter() - began, between - before, self.processor_seconds() - between

    def processor_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def most_memory(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


def main():
    with tempfile.TemporaryDirectory(dir=VOLUMES if VOLUMES.is_dir() else None) as place:
        folder = Path(place)
        workspace = Workspace(folder)
        volume = {"catalog_name": "main", "schema_name": "default", "name": "bench", "volume_type": "MANAGED"}
        assert workspace.ask("POST", "/api/2.1/unity-catalog/volumes", json.dumps(volume)).status == 200
        floors, ours = [], []
        for number in range(ROUNDS):
            for measured in ([floors, ours] if number % 2 == 0 else [ours, floors]):
                measured.append(floor(folder) if measured is floors else workspace.transfer())
        for index, way in enumerate(("up", "down")):
            speeds = [statistics.median(SIZE / 1e6 / each[index] for each in measured) for measured in (ours, floors)]
            seconds = statistics.median(each[2 + index] for each in ours)
            print(f"files {way}: {speeds[0]:.0f} MB/s, floor {speeds[1]:.0f} MB/s, ratio {speeds[0] / speeds[1]:.2f}; the server's "
                  f"processor time alone would be {SIZE / 1e6 / max(seconds, 0.01):.0f} MB/s")
        print(f"files: the server had at most {workspace.most_memory():.0f} MiB; {os.getloadavg()[0]:.1f} programs waited "
              f"for {os.cpu_count()} processors")
        workspace.stop()


if __name__ == "__main__":
    sys.exit(main())
