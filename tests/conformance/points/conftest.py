"""Fixtures of the numbered points."""

import http.server
import json
import threading

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


@pytest.fixture
def receiver():
    """(url, messages) of a server that keeps what it is told."""
    messages = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            messages.append((json.loads(self.rfile.read(int(self.headers["Content-Length"]))),
                             self.headers.get("Authorization")))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *words):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook", messages
    server.shutdown()
    server.server_close()
