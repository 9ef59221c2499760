"""Databricks' SDK for Python, as published: one request for each case, each in the environment of its case.

Reads a list of cases from standard input and writes one line of JSON for each.
"""

import json
import os
import sys

from databricks.sdk.core import ApiClient, Config


def main():
    base = dict(os.environ)
    for case in json.load(sys.stdin):
        os.environ.clear()
        os.environ.update({**base, **case["environment"]})
        said = {"case": case["name"]}
        try:
            config = Config(retry_timeout_seconds=5, http_timeout_seconds=20, **case["settings"])
            ApiClient(config).do("GET", f"/api/2.0/echo/python/{case['name']}")
            said["kind"] = config.auth_type
        except Exception as error:  # the case may be one of refusal, in whatever class
            said["error"] = f"{type(error).__name__}: {error}"
        print(json.dumps(said), flush=True)


main()
