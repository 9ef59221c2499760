"""catalog.schema.table in Spark and through the SDK: one set of names, whoever makes them."""

import io

import pytest
from databricks.sdk.errors import NotFound
from databricks.sdk.service.catalog import TableType, VolumeType


@pytest.fixture
def schema(client, request):
    """A schema of main for one test."""
    name = request.node.name.removeprefix("test_")[:60]
    client.schemas.create(name, "main")
    yield f"main.{name}"
    client.schemas.delete(f"main.{name}", force=True)


def tables_on_disk(workspace):
    return sum(1 for _ in workspace.state.glob("warehouse/__unitystorage/*"))


def test_a_table_of_spark_is_one_of_the_sdk(client, spark, schema, workspace):
    before = tables_on_disk(workspace)
    spark.sql(f"create table {schema}.t (a int, b decimal(5,2) comment 'bees') comment 'of Spark'",
              f"insert into {schema}.t values (1, 2.5), (2, 3.5)")
    table = client.tables.get(f"{schema}.t")
    assert (table.table_type, table.comment, table.owner) == (TableType.MANAGED, "of Spark", "brickwork@localhost")
    assert [(column.name, column.type_text, column.comment) for column in table.columns] == [
        ("a", "int", None), ("b", "decimal(5,2)", "bees")]
    assert [found.full_name for found in client.tables.list("main", schema.split(".")[1])] == [f"{schema}.t"]
    assert spark.sql(f"update {schema}.t set b = 9 where a = 1", f"select * from {schema}.t order by a") == [
        [1, "9.00"], [2, "3.50"]]
    spark.sql(f"alter table {schema}.t add column c double", f"alter table {schema}.t rename to {schema}.renamed")
    assert [column.name for column in client.tables.get(f"{schema}.renamed").columns] == ["a", "b", "c"]
    assert tables_on_disk(workspace) == before + 1
    client.tables.delete(f"{schema}.renamed")
    assert tables_on_disk(workspace) == before
    assert "TABLE_OR_VIEW_NOT_FOUND" in spark.refused(f"select * from {schema}.renamed")


def test_what_the_sdk_makes_is_there_at_once(client, spark):
    client.catalogs.create("made")
    client.schemas.create("raw", "made")
    assert ["made"] in spark.sql("show catalogs") and ["hive_metastore"] in spark.sql("show catalogs")
    assert sorted(spark.sql("show schemas in made")) == [["default"], ["raw"]]
    assert spark.sql("use catalog made", "create table raw.t as select 7 as n", "select n from made.raw.t") == [[7]]
    assert spark.sql("create table here as select 1 as n", "select current_catalog(), current_schema()") == [["made", "default"]]
    assert client.tables.exists("made.default.here").table_exists
    spark.sql("use catalog hive_metastore")
    client.catalogs.delete("made", force=True)
    assert ["made"] not in spark.sql("show catalogs")
    assert "NOT_FOUND" in spark.refused("select * from made.raw.t")


def test_catalogs_schemas_and_volumes_by_sql(client, spark):
    spark.sql("create catalog if not exists by_sql comment 'one'", "create catalog if not exists by_sql",
              "create schema by_sql.s comment 'two'", "create volume by_sql.s.files comment 'three'")
    assert [client.catalogs.get("by_sql").comment, client.schemas.get("by_sql.s").comment,
            client.volumes.read("by_sql.s.files").comment] == ["one", "two", "three"]
    client.files.upload("/Volumes/by_sql/s/files/rows.csv", io.BytesIO(b"1,2\n3,4\n"))
    assert spark.sql("select * from csv.`/Volumes/by_sql/s/files/rows.csv`") == [["1", "2"], ["3", "4"]]
    assert spark.sql("show volumes in by_sql.s") == [["s", "files"]]
    assert spark.sql("describe volume by_sql.s.files")[0][3] == "dbfs:/Volumes/by_sql/s/files"
    assert "CATALOG_ALREADY_EXISTS" in spark.refused("create catalog by_sql")
    assert "not empty" in spark.refused("drop catalog by_sql")
    spark.sql("drop volume by_sql.s.files", "drop volume if exists by_sql.s.files", "drop catalog by_sql cascade",
              "drop catalog if exists by_sql")
    with pytest.raises(NotFound):
        client.catalogs.get("by_sql")


def test_data_frames_and_delta_know_the_names_too(client, spark, schema):
    spark.run(f"""
from delta.tables import DeltaTable
spark.range(3).write.saveAsTable("{schema}.n")
spark.range(3, 5).write.mode("append").saveAsTable("{schema}.n")
spark.range(5, 6).writeTo("{schema}.n").append()
DeltaTable.forName(spark, "{schema}.n").delete("id = 0")
assert spark.table("{schema}.n").count() == 5 and spark.catalog.tableExists("{schema}.n")
assert spark.read.option("versionAsOf", 0).table("{schema}.n").count() == 3
spark.catalog.setCurrentCatalog("main")
assert spark.catalog.currentCatalog() == "main"
spark.catalog.setCurrentCatalog("spark_catalog")
""")
    rows = spark.sql(f"create or replace table {schema}.n as select id * 2 as d from {schema}.n", f"select sum(d) from {schema}.n")
    assert rows == [[30]]
    assert client.tables.get(f"{schema}.n").properties.get("delta.minReaderVersion") == "1"


def test_views_are_names_in_three_parts(client, spark, schema):
    spark.sql(f"create table {schema}.t as select 1 as a, 'x' as b", f"use {schema}",
              "create view v (first comment 'the first', second) as select * from t", "use spark_catalog.default")
    assert spark.sql(f"select * from {schema}.v") == [[1, "x"]]
    view = client.tables.get(f"{schema}.v")
    assert (view.table_type, view.view_definition, view.columns[0].comment) == (TableType.VIEW, "select * from t", "the first")
    assert spark.sql(f"create or replace view {schema}.v as select a + 1 as next from {schema}.t", f"select * from {schema}.v") == [[2]]
    assert "TABLE_OR_VIEW_ALREADY_EXISTS" in spark.refused(f"create view {schema}.v as select 1 as one")
    spark.sql(f"drop view {schema}.v")
    assert not client.tables.exists(f"{schema}.v").table_exists


def test_external_tables_keep_their_files(client, spark, schema):
    spark.sql(f"create table {schema}.x (a int, b string) using csv options (header true) location 'dbfs:/external/x'",
              f"insert into {schema}.x values (1, 'one')", f"drop table {schema}.x")
    assert spark.sql("select * from csv.`dbfs:/external/x`") == [["a", "b"], ["1", "one"]]
    assert "DELTA, not PARQUET" in spark.refused(f"create table {schema}.p (a int) using parquet")


def test_hive_metastore_is_sparks_own_catalog(spark):
    assert spark.sql("create table hive_metastore.default.h as select 'hive_metastore.x' as text",
                     "select h.text from default.h join hive_metastore.default.h as other using (text)") == [["hive_metastore.x"]]
    assert ["default"] in spark.sql("show schemas in hive_metastore")
    spark.sql("drop table hive_metastore.default.h")


def test_what_is_not_there_is_refused_by_its_name(spark):
    assert "NO_SUCH_CATALOG_EXCEPTION" in spark.refused("select * from samples.nyctaxi.trips")
    assert "NO_SUCH_CATALOG_EXCEPTION" in spark.refused("create table nobodys.s.t (a int)")
    assert "SCHEMA_NOT_FOUND" in spark.refused("create table main.nobodys.t (a int)")
    assert "TABLE_OR_VIEW_NOT_FOUND" in spark.refused("insert into main.default.nobodys values (1)")
    assert "external location" in spark.refused("create external volume main.default.v location 's3://b/v'")


def test_a_directory_is_overwritten_by_a_query(client, spark):
    client.volumes.create("main", "default", "out", VolumeType.MANAGED)
    for numbers in ("range(3)", "range(2)"):
        spark.sql(f"insert overwrite directory '/Volumes/main/default/out/rows' using json select id from {numbers}")
    assert spark.sql("select count(*), max(id) from json.`/Volumes/main/default/out/rows`") == [[2, 1]]
    files = [file.name for file in client.files.list_directory_contents("/Volumes/main/default/out/rows")]
    assert any(name.startswith("part-") and name.endswith(".json") for name in files)
    client.volumes.delete("main.default.out")
