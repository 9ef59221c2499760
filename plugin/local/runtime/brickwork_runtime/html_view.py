"""A notebook that ran, as one HTML page without scripts: what runs/export gives."""

import html

STYLE = """
body{font:14px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1f23}
pre{background:#f6f8fa;padding:.6rem .8rem;overflow:auto;border-radius:4px;margin:.3rem 0}
pre.out{background:none;border-left:3px solid #d0d7de;border-radius:0}
pre.error{background:#fff0ee;border-left:3px solid #cf222e}
table{border-collapse:collapse;margin:.4rem 0}td,th{border:1px solid #d0d7de;padding:.2rem .6rem;text-align:left}
h4{margin:1.2rem 0 .2rem}.n{color:#6e7781;font-size:12px}
"""


def notebook_html(path, shown):
    parts = [f"<!doctype html><html><head><meta charset='utf-8'><title>{html.escape(path)}</title>"
             f"<style>{STYLE}</style></head><body><h2>{html.escape(path)}</h2>"]
    for entry in shown:
        parts.append(_cell(entry["cell"], entry["outputs"], entry["failed"]))
    parts.append("</body></html>")
    return "".join(parts)


def _cell(cell, outputs, failed):
    parts = [f"<section><h4>{html.escape(cell.title)}</h4>" if cell.title else "<section>"]
    parts.append(f"<span class='n'>{cell.number} {html.escape(cell.language)}</span>")
    if cell.language != "md":
        parts.append(f"<pre>{html.escape(cell.source)}</pre>")
    for output in outputs:
        parts.append(_output(output))
    if failed:
        parts.append(f"<pre class='error'>{html.escape(failed)}</pre>")
    return "".join(parts) + "</section>"


def _output(output):
    if output["type"] == "text":
        return f"<pre class='out'>{html.escape(''.join(output['parts']))}</pre>"
    if output["type"] == "image/png":
        return f"<img alt='figure' src='data:image/png;base64,{output['data']}'>"
    if output["type"] == "markdown":
        return f"<div style='white-space:pre-wrap'>{html.escape(output['data'])}</div>"
    return output["data"]  # displayHTML: the user's own HTML, as it is
