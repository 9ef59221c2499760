"""A workspace on this machine for documents of real runs. It is forgotten at the end."""

import json
import signal
import subprocess

from pathlib import Path

from built import BUILD, ROOT


class LocalWorkspace:
    def __init__(self):
        python = ROOT / "build/venv/bin/python"
        command = [BUILD / "bin/brickwork-local", "--port", "0", "--ephemeral"]
        self.process = subprocess.Popen([*command, *(["--python", python] if python.exists() else [])],
                                        stdout=subprocess.PIPE, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.url = ready["url"]
        self.token = Path(ready["token_file"]).read_text().strip()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self.process.stdout.close()
