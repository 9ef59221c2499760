"""Every numbered point has a test of its number, or a row of the table in plugin/local/README.md says why not."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
POINTS = set(range(1, 63))


def numbers_in(text):
    """The points of a cell such as "56, 59-62"."""
    found = set()
    for first, last in re.findall(r"(\d+)(?:-(\d+))?", text):
        found |= set(range(int(first), int(last or first) + 1))
    return found


def test_no_point_is_forgotten():
    table = (ROOT / "plugin/local/README.md").read_text().split("## The points of fidelity")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:4]] for line in table.splitlines()
            if re.match(r"\| \d", line)]
    assert set().union(*(numbers_in(row[0]) for row in rows)) == POINTS
    promised = set().union(*(numbers_in(row[0]) for row in rows if not row[1].startswith("gap:")))
    sources = "\n".join(path.read_text() for path in (ROOT / "tests/conformance").rglob("test_*.py"))
    tested = {int(number) for number in re.findall(r"def test_point_(\d+)_", sources)}
    assert promised - tested == set()
