"""The named parameters of a statement, as literals of the types that the request names: Spark binds them, no text is put
together."""

import re

from pyspark.errors import PySparkException

# Nothing that could end the type's name and go on with SQL.
TYPE = re.compile(r"[A-Za-z_]+( ?\(\s*\d+\s*(,\s*-?\d+\s*)?\))?( [A-Za-z]+( [Tt][Oo] [A-Za-z]+)?)?")
COMPLEX = ("ARRAY", "MAP", "STRUCT", "VARIANT", "OBJECT")


class InvalidParameter(PySparkException):
    """In the words of Databricks' error class INVALID_PARAMETER_MARKER_VALUE."""

    def __init__(self, condition, problem):
        self._text = (f"[INVALID_PARAMETER_MARKER_VALUE.{condition}] An invalid parameter mapping was provided: {problem} "
                      "SQLSTATE: 22023")

    def __str__(self):
        return self._text


def bound(session, parameters):
    return {parameter["name"]: _literal(session, parameter) for parameter in parameters}


def _literal(session, parameter):
    from pyspark.sql.classic.column import Column

    name, value, wanted = parameter["name"], parameter.get("value"), parameter.get("type") or "STRING"
    if not TYPE.fullmatch(wanted) or wanted.upper().startswith(COMPLEX):
        raise InvalidParameter("INVALID_DATA_TYPE", f"the data type '{wanted}' for parameter '{name}' is not supported.")
    jvm = session.sparkContext._jvm
    try:
        analyzed = session.sql(f"SELECT CAST(:value AS {wanted})", {"value": value})._jdf.queryExecution().analyzed()
    except PySparkException:
        raise InvalidParameter("INVALID_DATA_TYPE",
                               f"the data type '{wanted}' for parameter '{name}' is not supported.") from None
    try:
        # As a parameter Spark takes literals and no casts of them.
        folded = jvm.org.apache.spark.sql.catalyst.optimizer.ConstantFolding.apply(analyzed)
    except PySparkException:
        raise InvalidParameter("INVALID_VALUE_FOR_DATA_TYPE", f"the value '{value}' for parameter '{name}' cannot be cast "
                               f"to {wanted.upper()} because it is malformed.") from None
    literal = folded.projectList().head().child()
    return Column(jvm.org.apache.spark.sql.classic.ExpressionUtils.column(literal))
