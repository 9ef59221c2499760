#!/usr/bin/env python3
"""Compares plugin.h with what was released: abi/lock/check.py [--release] (which appends what is new).

slots.lock holds one line for each slot of the table, `index name signature since`, and below them one for each number
that crosses the ABI, `NAME value since`. Released lines never change, new ones only follow.
"""

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
HEADER = HERE.parent / "include/brickwork/plugin.h"
LOCK = HERE / "slots.lock"

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
TABLE = re.compile(r"typedef struct bw_api \{(.*?)\} bw_api;", re.DOTALL)
SLOT = re.compile(r"^(?P<result>.+?)\(\*(?P<name>\w+)\)\s*\((?P<arguments>.*)\)$")
NUMBER = re.compile(r"^#define (BW_[A-Z0-9_]+) (\d+u?)\s*/\* since (\d+\.\d+)", re.MULTILINE)
SINCE = re.compile(r"since (\d+\.\d+)")


def one_space(text):
    return re.sub(r"\s*([*(),])\s*", r"\1", " ".join(text.split()))


def slots(header):
    """(name, signature, since) of each slot, in order; `since` stands in the comment before it."""
    body = TABLE.search(header).group(1)
    found, since = [], None
    for part in re.split(r"(/\*.*?\*/|;)", body, flags=re.DOTALL):
        if part.startswith("/*"):
            said = SINCE.search(part)
            since = said.group(1) if said else since
        elif match := SLOT.match(" ".join(part.split())):
            found.append((match["name"], one_space(match["result"] + "(" + match["arguments"] + ")"), since))
            since = None
    return found


def lines(header):
    yield from (f"{i} {name} {signature} {since}" for i, (name, signature, since) in enumerate(slots(header)))
    yield from (f"{name} {value} {since}" for name, value, since in NUMBER.findall(header))


def differences(header, lock):
    """What a released line says that the header no longer does, and what the header has that is not locked."""
    now, released = list(lines(header)), lock.splitlines()
    by_kind = [[line for line in part if line[0].isdigit()] for part in (now, released)]
    wrong = [f"released, and now different or gone: {line}" for line in released if line not in now]
    if not wrong and by_kind[0][:len(by_kind[1])] != by_kind[1]:
        wrong.append("slots were reordered")
    return wrong, [line for line in now if line not in released]


def main():
    header = HEADER.read_text()
    wrong, new = differences(header, LOCK.read_text() if LOCK.exists() else "")
    if sys.argv[1:2] == ["--release"] and not wrong:
        released = LOCK.read_text().splitlines() if LOCK.exists() else []
        everything = sorted(released + new, key=lambda line: not line[0].isdigit())
        LOCK.write_text("\n".join(everything) + "\n")
        new = []
    for line in wrong:
        print(line)
    for line in new:
        print(f"not locked yet, run abi/lock/check.py --release: {line}")
    return 1 if wrong or new else 0


if __name__ == "__main__":
    sys.exit(main())
