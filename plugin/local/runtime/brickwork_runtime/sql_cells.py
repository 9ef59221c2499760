"""SQL cells and the global functions sql() and table()."""

import re

from brickwork_runtime.spark_attach import session

TOKEN = re.compile(r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|`[^`]*`|--[^\n]*|/\*.*?\*/|;""", re.DOTALL)


def split_statements(text):
    """The statements of a cell: cut at semicolons that stand outside of strings, names and comments."""
    statements, start = [], 0
    for match in TOKEN.finditer(text):
        if match.group() == ";":
            statements.append(text[start:match.start()])
            start = match.end()
    statements.append(text[start:])
    return [statement.strip() for statement in statements if _has_code(statement)]


def _has_code(statement):
    return bool(re.sub(r"--[^\n]*|/\*.*?\*/", "", statement, flags=re.DOTALL).strip())


def run_cell(notebook, path, cell):
    """Runs each statement; the last one's rows are shown and bound to `_sqldf`."""
    frame = None
    for statement in split_statements(cell.source):
        frame = _run(notebook, statement)
    if frame is None:
        return
    notebook.namespace["_sqldf"] = frame
    if frame.columns:
        notebook.display.display(frame)


def _run(notebook, statement):
    values = notebook.dbutils.widgets.values()
    text = re.sub(r"\$\{([\w.]+)\}|\$(\w+)\b", lambda match: _old_style(match, values), statement)
    markers = set(re.findall(r"(?<![:\w]):([A-Za-z_]\w*)", TOKEN.sub(" ", text)))
    arguments = {name: values[name] for name in markers if name in values}
    spark = session()
    return spark.sql(text, args=arguments) if arguments else spark.sql(text)


def _old_style(match, values):
    # ${name} is replaced as text; what is no widget stays as it is, for Spark's own variables.
    name = match.group(1) or match.group(2)
    return values.get(name, match.group(0))


def sql(*args, **kwargs):
    return session().sql(*args, **kwargs)


def table(name):
    return session().table(name)


