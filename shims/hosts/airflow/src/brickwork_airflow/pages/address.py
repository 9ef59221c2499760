"""Where the page is."""

from __future__ import annotations

from urllib.parse import quote, urlencode

PREFIX = "/brickwork"


def link_to(dag_id: str, run_id: str, task_id: str, map_index: int | None = None) -> str:
    """The page's address, without a leading slash: so the UI keeps the path of `[api] base_url`."""
    query = {"task_id": task_id, **({} if map_index is None else {"map_index": map_index})}
    return f"{PREFIX[1:]}/repair/{quote(dag_id, safe='')}/{quote(run_id, safe='')}?{urlencode(query)}"
