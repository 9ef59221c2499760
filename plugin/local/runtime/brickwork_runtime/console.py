"""What a task prints: to the log of its process and to the output of the cell that runs, without secret values."""

import io
import sys

CELL_LIMIT = 1 << 20  # characters kept of one cell's text, as much as a person would scroll through


class Redactor:
    """Replaces every secret that the task has read, as Databricks does in printed output."""

    def __init__(self):
        self._values = []

    def add(self, value):
        for text in {value, value.strip()}:
            if text and text not in self._values:
                self._values.append(text)
        # A secret that contains another one must go first.
        self._values.sort(key=len, reverse=True)

    def __call__(self, text):
        for value in self._values:
            if value in text:
                text = text.replace(value, "[REDACTED]")
        return text


class Console:
    """The outputs of the cell under way; `None` when the task is not a notebook."""

    def __init__(self, redact, driver_logs=None):
        self.redact = redact
        self.driver_logs = driver_logs
        self._outputs = None
        self._text_size = 0
        sys.stdout = _Stream(self, sys.__stdout__, "stdout")
        sys.stderr = _Stream(self, sys.__stderr__, "stderr")

    def begin_cell(self, outputs):
        self._outputs = outputs
        self._text_size = 0

    def end_cell(self):
        sys.stdout.flush()
        sys.stderr.flush()
        self._outputs = None

    def add_text(self, text):
        if self._outputs is None or self._text_size > CELL_LIMIT:
            return
        self._text_size += len(text)
        if self._text_size > CELL_LIMIT:
            text += "\n*** the rest of this cell's output is not shown ***\n"
        if self._outputs and self._outputs[-1]["type"] == "text":
            self._outputs[-1]["parts"].append(text)
        else:
            self._outputs.append({"type": "text", "parts": [text]})

    def add(self, kind, data):
        if self._outputs is not None:
            self._outputs.append({"type": kind, "data": self.redact(data) if kind == "html" else data})


class _Stream(io.TextIOBase):
    def __init__(self, console, real, name):
        self._console = console
        self._real = real
        self._name = name

    @property
    def encoding(self):
        return "utf-8"

    @property
    def buffer(self):
        return self._real.buffer

    def writable(self):
        return True

    def fileno(self):
        return self._real.fileno()

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        shown = self._console.redact(text)
        self._console.add_text(shown)
        if self._console.driver_logs is not None:
            self._console.driver_logs.write(self._name, self._real, shown)
            return len(text)
        self._real.write(shown)
        if "\n" in shown:
            self._real.flush()  # a killed task must not lose what it said
        return len(text)

    def flush(self):
        self._real.flush()
