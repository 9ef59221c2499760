"""What abi/ says: the schemas by name, and the verbs of the header by name."""

import json
import re
from pathlib import Path

ABI = Path(__file__).resolve().parents[3] / "abi"
HEADER = ABI / "include/brickwork/plugin.h"
FAMILIES = ("GROUP", "RUN", "NOTEBOOK", "CLUSTER", "LIBRARY", "FILES", "SECRET", "SQL", "JOB", "PERMISSION", "DEPLOY",
            "AUTH", "REST")


def schemas():
    """Such as {"state": {...}}; each name has one major so far, and a second one would need names of its own."""
    paths = sorted((ABI / "schema").glob("*-1.json"))
    return {path.name.rpartition("-")[0]: json.loads(path.read_text()) for path in paths}


def verbs():
    """Such as {"run.repair_plan": 206}, in the order of their numbers."""
    found = {}
    pattern = rf"^#define BW_({'|'.join(FAMILIES)})(?:_(\w+))? (\d+)u.*since"
    for family, verb, number in re.findall(pattern, HEADER.read_text(), re.MULTILINE):
        found[".".join(filter(None, (family, verb))).lower()] = int(number)
    return dict(sorted(found.items(), key=lambda item: item[1]))


def pure_verbs():
    return {line.split()[1].removeprefix("BW_").replace("_", ".", 1).lower()
            for line in HEADER.read_text().splitlines() if line.startswith("#define BW_") and "; pure" in line}


def minor():
    return int(re.search(r"#define BW_ABI_MINOR (\d+)u", HEADER.read_text()).group(1))
