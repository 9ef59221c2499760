"""The page as HTML: no script, one form, everything that anybody wrote escaped."""

from __future__ import annotations

from html import escape

from brickwork_airflow.pages.plan import Instance, Plan

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:46rem;padding:0 1rem;color:#1b2733;background:#fff}
h1{font-size:1.35rem}h2{font-size:1.05rem}code{font-size:.95em}table{border-collapse:collapse;table-layout:fixed;width:100%;
margin:.5rem 0 1.5rem}
td,th{text-align:left;padding:.25rem .6rem;border-bottom:1px solid #d8dee4}th{font-weight:600}
.failed{color:#b42318}.upstream_failed{color:#b54708}.success{color:#067647}
button{font:inherit;font-weight:600;padding:.5rem 1.2rem;border:0;
border-radius:.35rem;background:#017cee;color:#fff;cursor:pointer}
a{color:#017cee}.note{color:#57606a}
@media(prefers-color-scheme:dark){body{background:#101418;color:#dce3ea}td,th{border-color:#343d46}
.failed{color:#ff8f85}.upstream_failed{color:#ffb367}.success{color:#5fd39a}a{color:#6cb6ff}.note{color:#9aa7b4}}
"""


def page(title: str, body: str) -> str:
    """A whole document; `body` is HTML."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
        f"<body><main>{body}</main></body></html>"
    )


def plan_page(plan: Plan, sealed: str | None, back: str, what: str) -> str:
    """The plan with its button; without a seal it is only shown, to a person who may look and not edit."""
    count = len(plan.cleared)
    if sealed is None:
        act = '<p class="note" id="readonly">You may see this run, but not edit its task instances.</p>'
    else:
        act = (
            f'<form method="post"><input type="hidden" name="seal" value="{escape(sealed)}">'
            f'<button id="repair">Repair {count} task{"" if count == 1 else "s"}</button></form>'
        )
    return page(
        f"Repair {plan.group_id}",
        (
            f"<h1>{escape(what)} of <code>{escape(plan.group_id)}</code></h1>"
            f"<p>Run <code>{escape(plan.run_id)}</code> of DAG <code>{escape(plan.dag_id)}</code>. "
            "The Databricks run stays the same: these tasks run again in it, in one repair.</p>"
            f"{_table('cleared', plan.cleared)}{act}"
            f'{_kept(plan.kept)}<p><a href="{escape(back)}">Back to the run</a></p>'
        ),
    )


def problem_page(text: str, back: str | None) -> str:
    """Why not, and the way back."""
    link = f'<p><a href="{escape(back)}">Back to the run</a></p>' if back else ""
    return page("No repair", f'<h1>No repair</h1><p id="problem">{escape(text)}</p>{link}')


def _table(name: str, instances: tuple[Instance, ...]) -> str:
    rows = "".join(
        f'<tr><td><code>{escape(each.label)}</code></td><td class="{escape(each.state or "none")}">'
        f"{escape(each.state or 'no state')}</td></tr>"
        for each in instances
    )
    return f'<table id="{name}"><tr><th>Task</th><th>State</th></tr>{rows}</table>'


def _kept(instances: tuple[Instance, ...]) -> str:
    return f'<h2 class="note">Kept as they are</h2>{_table("kept", instances)}' if instances else ""
