"""COPY INTO: what was loaded once is not loaded again."""

import io

import pytest
from databricks.sdk.service.catalog import VolumeType

FOLDER = "/Volumes/main/default/landing"


@pytest.fixture(scope="module", autouse=True)
def landing(client):
    client.volumes.create("main", "default", "landing", VolumeType.MANAGED)
    for name, content in {"a.csv": b"n,text\n1,one\n2,two\n", "b.csv": b"n,text\n3,three\n", "_hidden.csv": b"no\n",
                          "j/x.json": b'{"n": 8, "text": "eight"}\n', "j/y.json": b'{"n": 9, "more": true}\n'}.items():
        client.files.upload(f"{FOLDER}/{name}", io.BytesIO(content))
    yield
    client.volumes.delete("main.default.landing")


def copy(target, *clauses, source=f"'{FOLDER}'", fileformat="csv"):
    options = "" if fileformat != "csv" else "format_options ('header' = 'true')"
    return f"copy into {target} from {source} fileformat = {fileformat} {' '.join(clauses)} {options}"


def test_files_are_loaded_once_and_again_by_force(client, spark):
    spark.sql("create table main.default.copied (n int, text string)")
    again = copy("main.default.copied")
    assert spark.sql(copy("main.default.copied", "pattern = 'a.*'")) == [[2, 2, 0]]
    assert spark.sql(again) == [[1, 1, 0]]
    client.files.upload(f"{FOLDER}/b.csv", io.BytesIO(b"n,text\n30,thirty\n"), overwrite=True)  # the name counts
    assert spark.sql(again) == [[0, 0, 0]]
    assert spark.sql(copy("main.default.copied", "files = ('b.csv')", "copy_options ('force' = 'true')")) == [[1, 1, 0]]
    assert spark.sql("select n from main.default.copied order by n") == [[1], [2], [3], [30]]


def test_a_load_that_failed_is_none(spark):
    spark.sql("create table default.chosen (n int, text string)")
    wrong = f"(select text::int as n, text from '{FOLDER}')"
    assert "CAST_INVALID_INPUT" in spark.refused(copy("default.chosen", source=wrong))
    chosen = f"(select n::int * 10 as n, upper(text) as text from '{FOLDER}')"
    assert spark.sql(copy("default.chosen", "files = ('a.csv')", source=chosen)) == [[2, 2, 0]]
    assert spark.sql("select * from default.chosen order by n") == [[10, "ONE"], [20, "TWO"]]


def test_json_brings_columns_along_when_it_may(client, spark):
    spark.sql("create table main.default.grown (n int, text string)")
    statement = copy("main.default.grown", source=f"'{FOLDER}/j'", fileformat="json")
    assert "mismatch" in spark.refused(statement)
    assert spark.sql(statement + "copy_options ('mergeSchema' = 'true')") == [[2, 2, 0]]
    assert spark.sql("select n, more from main.default.grown order by n") == [[8, None], [9, True]]
    assert [column.name for column in client.tables.get("main.default.grown").columns] == ["n", "text", "more"]


@pytest.mark.parametrize("statement, said", [
    (copy("main.default.nobodys"), "TABLE_OR_VIEW_NOT_FOUND"),
    (copy("delta.`dbfs:/copied`", "files = ('absent.csv')"), "is not a Delta table"),
    ("copy into main.default.x from '/absent'", "FILEFORMAT is missing"),
    (copy("main.default.x", "validate all"), "VALIDATE is not here"),
    (copy("main.default.x", source="'s3://b/x' with (credential (aws_access_key = 'k'))"), "spark_conf"),
])
def test_what_it_does_not_take_is_refused(spark, statement, said):
    assert said in spark.refused(statement)
