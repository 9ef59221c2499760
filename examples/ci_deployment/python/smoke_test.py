"""Fails in seconds when the deployment cannot work, before anything is read or written."""

import argparse
import os

arguments = argparse.ArgumentParser()
arguments.add_argument("--release", required=True)
release = arguments.parse_args().release

missing = [name for name in ("DATALAKE_PATH", "DATALAKE_USERNAME", "DATALAKE_SECRET") if not os.environ.get(name)]
assert not missing, f"the cluster does not set {', '.join(missing)}"
print(f"release {release} finds what it needs")
