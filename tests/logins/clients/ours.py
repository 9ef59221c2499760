"""The library behind its C ABI, by the Python shim: one request for each case, each in the environment of its case.

Reads a list of cases from standard input and writes one line of JSON for each.
"""

import json
import logging
import os
import sys

import brickwork


class Lines(logging.Handler):
    """What the library logs, whatever its level."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def main():
    lines = Lines()
    logging.getLogger("brickwork").addHandler(lines)
    logging.getLogger("brickwork").setLevel(1)
    base = dict(os.environ)
    for case in json.load(sys.stdin):
        os.environ.clear()
        os.environ.update({**base, **case["environment"]})
        said = {"case": case["name"]}
        try:
            with brickwork.Client({**case["settings"], **case.get("connection", {})}) as client:
                client.rest(f"/api/2.0/echo/ours/{case['name']}", timeout_ms=case.get("timeout_ms", 20_000))
                said["kind"] = "?"
        except brickwork.BrickworkError as error:
            said["error"] = f"{error.status}: {error}"
            said["status"] = error.status.name
            said["pointer"] = error.pointer or ""
        said["log"], lines.lines = lines.lines, []
        print(json.dumps(said), flush=True)


main()
