"""Starts brickwork-local for tests."""

import json
import os
import signal
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("BRICKWORK_BIN", ROOT / "build/release/bin"))


class LocalWorkspace:
    """One brickwork-local process: its address and its token, and its end by pid."""

    def __init__(self, *arguments, environment=None):
        python = ROOT / "build/venv/bin/python"
        command = [str(BIN / "brickwork-local"), "--port", "0", *map(str, arguments)]
        if python.exists() and "--python" not in arguments:
            command += ["--python", str(python)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, **(environment or {})})
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"brickwork-local ended with {self.process.wait()}")
        ready = json.loads(line)
        self.url = ready["url"]
        self.pid = ready["pid"]
        self.state = Path(ready["state"])
        self.token = Path(ready["token_file"]).read_text().strip()

    def client(self, **options):
        from databricks.sdk import WorkspaceClient

        return WorkspaceClient(host=self.url, token=self.token, auth_type="pat", **options)

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        asked = self.process.poll() is None
        if asked:
            os.kill(self.pid, signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
        self.process.stdout.close()
        # A sanitizer that found something, leaks at the very end included, says so here.
        if asked and self.process.returncode != 0:
            raise RuntimeError(f"brickwork-local ended with {self.process.returncode}")
