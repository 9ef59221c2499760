"""A run as a table for notebooks: its tasks as a tree, with states and times.

All text is of others (names of tasks, messages of errors, addresses): nothing reaches the page unescaped, and only
addresses of http and https become links.
"""

from __future__ import annotations

from datetime import datetime, timezone
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brickwork.documents.state import State, StateTask

# Words and shapes beside colours, so that the table reads without them.
MARKS = {
    "succeeded": ("✓", "#1a7f37"),
    "succeeded_with_failures": ("✓", "#9a6700"),
    "failed": ("✗", "#cf222e"),
    "timed_out": ("✗", "#cf222e"),
    "upstream_failed": ("○", "#9a6700"),
    "canceled": ("■", "#6e7781"),
    "running": ("▶", "#0969da"),
}
PLAIN_MARK = ("·", "#6e7781")
CELL = "text-align:left;padding:1px 10px 1px 0"


def duration(ms: int | None) -> str:
    """Such as 0.4 s, 13.9 s, 2 min 05 s, 1 h 02 min."""
    if ms is None:
        return ""
    if ms < 60_000:
        return f"{ms / 1000:.1f} s"
    minutes, seconds = divmod(ms // 1000, 60)
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02} min" if hours else f"{minutes} min {seconds:02} s"


def moment(ms: int | None) -> str:
    if not ms:
        return ""
    try:
        return datetime.fromtimestamp(ms / 1000, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return str(ms)


def link(url: str | None, text: str) -> str:
    shown = escape(text)
    if url is None or not url.startswith(("https://", "http://")):
        return shown
    return f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">{shown}</a>'


def verdict(word: str) -> str:
    mark, colour = MARKS.get(word, PLAIN_MARK)
    return f'<span style="color:{colour}">{mark} {escape(word.replace("_", " "))}</span>'


def row(depth: int, name: str, state: str, started: str, took: str, said: str) -> str:
    indent = f"padding-left:{depth * 18}px"
    cells = [f'<td style="{CELL};{indent}">{name}</td>']
    cells += [f'<td style="{CELL}">{each}</td>' for each in (state, started, took, said)]
    return f"<tr>{''.join(cells)}</tr>"


def task_row(task: StateTask, depth: int) -> str:
    took = duration(task.end_time_ms - task.start_time_ms) if task.end_time_ms and task.start_time_ms else ""
    state = verdict(task.verdict) + (" (repairing)" if task.repairing else "")
    attempt = f"attempt {task.attempt_number + 1}: " if task.attempt_number else ""
    said = (task.error or "").strip().splitlines()
    name = link(task.url, task.path.rpartition("/")[2])
    return row(
        depth, name, state, moment(task.start_time_ms), took, escape((attempt + (said[0] if said else ""))[:400])
    )


def rows(state: State) -> list[str]:
    """Tasks in the order of the run, each group before its first task."""
    groups = {group.path: group for group in state.groups}
    shown: set[str] = set()
    made = []
    for task in state.tasks:
        names = task.path.split("/")[:-1]
        for depth in range(len(names)):
            path = "/".join(names[: depth + 1])
            if path not in shown and path in groups:
                shown.add(path)
                group = groups[path]
                count = f"{group.tasks_done} of {group.tasks_total} tasks"
                made.append(row(depth, f"<b>{escape(names[depth])}</b>", verdict(group.verdict), "", "", escape(count)))
        made.append(task_row(task, len(names)))
    return made


def run_table(state: State) -> str:
    run = state.run
    title = link(run.run_page_url, f"{run.name or 'run'} {run.run_id_str}")
    stale = f" (as of {moment(state.stale_since_ms)}: looking fails since)" if state.stale_since_ms else ""
    head = "".join(f'<th style="{CELL}">{each}</th>' for each in ("task", "state", "started", "took", ""))
    took = duration(run.run_duration_ms)
    return (
        f"<div><p>{title}: {verdict(state.verdict)} {escape(took)}{escape(stale)}</p>"
        f'<table style="border-collapse:collapse"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows(state))}</tbody></table></div>"
    )
