"""display(), displayHTML() and what a cell shows by itself: its last value and its matplotlib figures."""

import base64
import html
import io
import sys

ROWS_SHOWN = 1000  # Databricks shows up to 10 000; a page of HTML with more than this helps nobody


class Display:
    def __init__(self, console):
        self._console = console

    def html(self, text):
        self._console.add("html", str(text))

    def display(self, value=None, *_, **__):
        if hasattr(value, "limit") and hasattr(value, "columns") and hasattr(value, "take"):
            rows = value.take(ROWS_SHOWN + 1)
            self._grid(value.columns, [tuple(row) for row in rows])
        elif hasattr(value, "_repr_html_") and hasattr(value, "columns"):
            self._grid([str(name) for name in value.columns],
                       [tuple(row) for row in value.head(ROWS_SHOWN + 1).itertuples(index=False)])
        elif hasattr(value, "savefig"):
            self._figure(value)
        elif isinstance(value, (list, tuple)) and value and hasattr(value[0], "_fields"):
            self.table(value)
        elif hasattr(value, "_repr_html_"):
            self._console.add("html", value._repr_html_())
        elif value is not None:
            print(value)

    def table(self, rows):
        """A list of named tuples, as dbutils.fs.ls gives them."""
        self._grid(list(rows[0]._fields) if rows else [], rows)

    def last_value(self, value):
        if hasattr(value, "savefig") or type(value).__module__.startswith("matplotlib"):
            return  # the figure itself is shown at the end of the cell
        if hasattr(value, "_repr_html_") and type(value).__module__.startswith("pandas"):
            self._console.add("html", value._repr_html_())
        print(repr(value))

    def figures(self):
        """matplotlib draws what the cell left open, as in Databricks."""
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is None:
            return
        for number in pyplot.get_fignums():
            self._figure(pyplot.figure(number))
        pyplot.close("all")

    def _figure(self, figure):
        data = io.BytesIO()
        figure.savefig(data, format="png", bbox_inches="tight")
        self._console.add("image/png", base64.b64encode(data.getvalue()).decode("ascii"))

    def _grid(self, columns, rows):
        more = len(rows) > ROWS_SHOWN
        cells = ["<tr>" + "".join(f"<th>{html.escape(str(name))}</th>" for name in columns) + "</tr>"]
        for row in rows[:ROWS_SHOWN]:
            cells.append("<tr>" + "".join(f"<td>{html.escape(str(value))}</td>" for value in row) + "</tr>")
        note = f"<p>The first {ROWS_SHOWN} rows.</p>" if more else ""
        self._console.add("html", f"<table>{''.join(cells)}</table>{note}")
