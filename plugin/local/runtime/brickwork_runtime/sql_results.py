"""The result of a statement as files, one for each chunk: Arrow streams, JSON arrays or CSV.

Spark hands rows over as Arrow batches, in the order in which its partitions are done. They wait in a file, so that a
large result passes through this process batch by batch.
"""

import csv
import json
import os

import pyarrow
from pyspark.sql import types
from pyspark.sql.pandas.serializers import ArrowCollectSerializer

CHUNK_BYTES = 4 << 20  # of Arrow's own representation; a chunk ends with the batch that reaches it
INLINE_BYTES = 25 << 20
SPOOL = "rows"

NAMES = {"boolean": "BOOLEAN", "byte": "BYTE", "short": "SHORT", "integer": "INT", "long": "LONG", "float": "FLOAT",
         "double": "DOUBLE", "date": "DATE", "timestamp": "TIMESTAMP", "timestamp_ntz": "TIMESTAMP", "string": "STRING",
         "binary": "BINARY", "decimal": "DECIMAL", "array": "ARRAY", "struct": "STRUCT", "map": "MAP", "char": "CHAR",
         "varchar": "STRING", "void": "NULL", "variant": "STRING"}


class TooLarge(Exception):
    pass


def write(frame, message):
    """Writes the chunks and describes them: {"schema", "chunks": [{"row_count", "byte_count"}], "truncated"}."""
    directory, format, inline = message["directory"], message["format"], message["inline"]
    row_limit, byte_limit = message.get("row_limit"), message.get("byte_limit")
    schema = described(frame)
    if not frame.columns:
        return {"schema": schema, "chunks": [], "truncated": False}
    names = frame.columns
    if row_limit is not None:
        frame = frame.limit(row_limit + 1)  # one more tells whether there is more
    if format != "ARROW_STREAM":
        frame = _as_text(frame)
    most = INLINE_BYTES if inline and (byte_limit is None or byte_limit > INLINE_BYTES) else None
    os.makedirs(directory, exist_ok=True)
    spool = os.path.join(directory, SPOOL)
    try:
        order = _collect(frame, spool, most)
        chunks = _Chunks(directory, format, names)
        truncated = False
        if order:
            with pyarrow.memory_map(spool) as source, pyarrow.ipc.open_file(source) as rows:
                truncated = _hand_out((rows.get_batch(index) for index in order), chunks, row_limit, byte_limit)
        return {"schema": schema, "chunks": chunks.end(), "truncated": truncated}
    finally:
        if os.path.exists(spool):
            os.remove(spool)


def described(frame):
    fields = frame._jdf.schema().fields()
    columns = []
    for position, field in enumerate(fields):
        kind = field.dataType()
        text, name = kind.sql(), kind.typeName()
        column = {"name": field.name(), "type_text": text, "position": position}
        if name.startswith("interval"):
            column.update(type_name="INTERVAL", type_interval_type=text.removeprefix("INTERVAL").strip())
        elif name.startswith("decimal"):
            column.update(type_name="DECIMAL", type_precision=kind.precision(), type_scale=kind.scale())
        else:
            column.update(type_name=NAMES.get(name.partition("(")[0], "USER_DEFINED_TYPE"))
        columns.append(column)
    return {"column_count": len(columns), "columns": columns}


def _as_text(frame):
    """Every column as the text that JSON_ARRAY and CSV have: Spark writes the values itself."""
    numbered = frame.toDF(*[f"c{index}" for index in range(len(frame.columns))])
    return numbered.selectExpr(*[f"{_text(f'c{index}', field.dataType)} AS c{index}"
                                 for index, field in enumerate(numbered.schema.fields)])


def _text(column, kind):
    if isinstance(kind, types.TimestampType):
        return f"date_format({column}, \"yyyy-MM-dd'T'HH:mm:ss.SSSXXX\")"
    if isinstance(kind, types.TimestampNTZType):
        return f"date_format({column}, \"yyyy-MM-dd'T'HH:mm:ss.SSS\")"
    if isinstance(kind, types.BinaryType):
        return f"base64({column})"
    if isinstance(kind, types.VariantType):
        return f"to_json({column})"
    if isinstance(kind, (types.ArrayType, types.MapType, types.StructType)):
        return f"to_json(CAST({column} AS {_of_strings(kind)}), map('ignoreNullFields', 'false'))"
    return f"CAST({column} AS STRING)"


def _of_strings(kind):
    """Values inside of arrays, maps and structs are strings too."""
    if isinstance(kind, types.ArrayType):
        return f"ARRAY<{_of_strings(kind.elementType)}>"
    if isinstance(kind, types.MapType):
        return f"MAP<STRING, {_of_strings(kind.valueType)}>"
    if isinstance(kind, types.StructType):
        fields = (f"`{field.name.replace('`', '``')}`: {_of_strings(field.dataType)}" for field in kind.fields)
        return f"STRUCT<{', '.join(fields)}>"
    return "STRING"


def _collect(frame, spool, most):
    """Writes the batches as they come; returns their numbers in the order of the rows."""
    from pyspark.errors.exceptions.captured import unwrap_spark_exception
    from pyspark.util import _load_from_socket

    port, secret, serving = frame._jdf.collectAsArrowToPython()
    writer, size, order = None, 0, []
    try:
        with _load_from_socket((port, secret), ArrowCollectSerializer()) as batches:
            for batch in batches:
                if isinstance(batch, list):
                    order = batch
                    break
                writer = writer or pyarrow.ipc.new_file(spool, batch.schema)
                writer.write_batch(batch)
                size += batch.nbytes
                if most is not None and size > most:
                    raise TooLarge("Inline byte limit exceeded. Statements executed with disposition=INLINE can have a "
                                   f"result size of at most {most} bytes. Please execute the statement with "
                                   "disposition=EXTERNAL_LINKS if you want to download the full result.")
    except TooLarge:
        context = frame.sparkSession.sparkContext
        context.cancelJobGroup(context.getLocalProperty("spark.jobGroup.id"))
        raise
    except Exception:
        # A stream that breaks off says nothing; what ended it is known to the thread that wrote it.
        with unwrap_spark_exception():
            serving.getResult()
        raise
    finally:
        if writer is not None:
            writer.close()
    with unwrap_spark_exception():
        serving.getResult()
    return order


def _hand_out(batches, chunks, row_limit, byte_limit):
    """Gives the chunks what the limits leave; true when they left something out."""
    rows, size = row_limit, byte_limit
    for batch in batches:
        fitting = batch.num_rows if rows is None else min(rows, batch.num_rows)
        if size is not None and batch.nbytes > size:
            fitting = min(fitting, size * batch.num_rows // batch.nbytes)
        if fitting:
            chunks.add(batch.slice(0, fitting))
        if fitting < batch.num_rows:
            return True
        rows = None if rows is None else rows - fitting
        size = None if size is None else size - batch.nbytes
    return False


class _Chunks:
    def __init__(self, directory, format, names):
        self._directory = directory
        self._write = {"ARROW_STREAM": self._write_arrow, "JSON_ARRAY": self._write_json, "CSV": self._write_csv}[format]
        self._names = names
        self._batches, self._size, self._written = [], 0, []

    def add(self, batch):
        self._batches.append(batch)
        self._size += batch.nbytes
        if self._size >= CHUNK_BYTES:
            self._finish()

    def end(self):
        if self._batches:
            self._finish()
        return self._written

    def _finish(self):
        path = os.path.join(self._directory, f"{len(self._written)}.chunk")
        self._write(path)
        self._written.append({"row_count": sum(batch.num_rows for batch in self._batches),
                              "byte_count": os.path.getsize(path)})
        self._batches, self._size = [], 0

    def _rows(self):
        for batch in self._batches:
            yield from zip(*(column.to_pylist() for column in batch.columns))

    def _write_arrow(self, path):
        with pyarrow.ipc.new_stream(path, self._batches[0].schema) as out:
            for batch in self._batches:
                out.write_batch(batch)

    def _write_json(self, path):
        with open(path, "w", encoding="utf-8") as out:
            out.write("[")
            for number, row in enumerate(self._rows()):
                out.write(("," if number else "") + json.dumps(row, ensure_ascii=False, separators=(",", ":")))
            out.write("]")

    def _write_csv(self, path):
        with open(path, "w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            if not self._written:
                writer.writerow(self._names)
            for row in self._rows():
                writer.writerow(["null" if value is None else value for value in row])
