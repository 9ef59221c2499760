"""Catalogs, schemas, tables and volumes, as the SDK for Python makes, lists and deletes them."""

import io
import uuid

import pytest
from databricks.sdk.errors import NotFound
from databricks.sdk.service.catalog import ColumnInfo, DataSourceFormat, TableType, VolumeType
from http_client import Plain
from refusals import refused


@pytest.fixture
def catalog(admin):
    """A catalog for one test, with a schema."""
    name = f"c_{uuid.uuid4().hex}"
    admin.catalogs.create(name, comment="of a test")
    admin.schemas.create("s", name)
    yield name
    try:
        admin.catalogs.delete(name, force=True)
    except NotFound:
        pass


def test_there_is_a_metastore_with_a_place_to_begin(admin):
    assert "main" in [catalog.name for catalog in admin.catalogs.list()]
    assert [schema.full_name for schema in admin.schemas.list("main")] == ["main.default"]
    current = admin.metastores.current()
    assert current.metastore_id == admin.metastores.summary().metastore_id == admin.catalogs.get("main").metastore_id
    assert current.workspace_id == admin.get_workspace_id()


def test_names_in_three_parts_are_made_described_and_found_in_any_case(admin, catalog):
    made = admin.volumes.create(catalog.upper(), "S", "Raw", VolumeType.MANAGED, comment="first")
    assert made.full_name == f"{catalog}.s.raw" and made.volume_id and made.owner == "brickwork@localhost"
    assert (made.catalog_name, made.schema_name, made.name, made.comment) == (catalog, "s", "raw", "first")
    assert made.volume_type == VolumeType.MANAGED and made.storage_location.endswith(f"/Volumes/{catalog}/s/raw")
    assert admin.volumes.read(f"{catalog}.S.RAW").volume_id == made.volume_id
    described = admin.schemas.get(f"{catalog}.s")
    assert described.catalog_name == catalog and described.schema_id and described.created_by == "brickwork@localhost"
    assert admin.catalogs.get(catalog).comment == "of a test" and admin.catalogs.get(catalog).created_at


def test_a_volume_is_where_files_go_until_it_is_deleted(admin, catalog, workspace):
    admin.volumes.create(catalog, "s", "raw", VolumeType.MANAGED)
    admin.files.upload(f"/Volumes/{catalog}/s/raw/a", io.BytesIO(b"a"))
    admin.volumes.delete(f"{catalog}.s.raw")
    assert not (workspace.state / "volumes" / catalog / "s" / "raw").exists()
    with pytest.raises(NotFound):
        admin.files.upload(f"/Volumes/{catalog}/s/raw/a", io.BytesIO(b"a"))


def test_lists_come_in_pages(admin, catalog):
    for number in range(7):
        admin.volumes.create(catalog, "s", f"v{number}", VolumeType.MANAGED)
    assert [volume.name for volume in admin.volumes.list(catalog, "s", max_results=3)] == [f"v{number}" for number in range(7)]
    assert list(admin.tables.list(catalog, "s")) == []


def test_a_table_is_registered_found_and_deleted(admin, catalog):
    columns = [ColumnInfo(name="a", type_text="int", position=0)]
    admin.tables.create("t", catalog, "s", TableType.EXTERNAL, DataSourceFormat.DELTA, "s3://bucket/t", columns=columns)
    got = admin.tables.get(f"{catalog}.s.t")
    assert (got.table_type, got.data_source_format, got.columns[0].name) == (TableType.EXTERNAL, DataSourceFormat.DELTA, "a")
    assert admin.tables.exists(f"{catalog}.s.t").table_exists and not admin.tables.exists(f"{catalog}.s.u").table_exists
    assert [table.full_name for table in admin.tables.list(catalog, "s")] == [f"{catalog}.s.t"]
    admin.tables.update(f"{catalog}.s.t", owner="ann@example.com")
    assert admin.tables.get(f"{catalog}.s.t").owner == "ann@example.com"
    admin.tables.delete(f"{catalog}.s.t")
    refused("TABLE_DOES_NOT_EXIST", admin.tables.get, f"{catalog}.s.t")


def test_a_renamed_schema_takes_its_files_along(admin, catalog):
    admin.volumes.create(catalog, "s", "raw", VolumeType.MANAGED)
    admin.files.upload(f"/Volumes/{catalog}/s/raw/a", io.BytesIO(b"a"))
    assert admin.schemas.update(f"{catalog}.s", new_name="Renamed", comment="new").full_name == f"{catalog}.renamed"
    assert admin.files.download(f"/Volumes/{catalog}/renamed/raw/a").contents.read() == b"a"
    assert admin.volumes.read(f"{catalog}.renamed.raw").schema_name == "renamed"
    refused("SCHEMA_DOES_NOT_EXIST", admin.volumes.read, f"{catalog}.s.raw")


def test_what_holds_something_is_deleted_by_force_only(admin, catalog, workspace):
    admin.volumes.create(catalog, "s", "raw", VolumeType.MANAGED)
    refused("INVALID_STATE", admin.schemas.delete, f"{catalog}.s")
    refused("INVALID_STATE", admin.catalogs.delete, catalog)
    admin.catalogs.delete(catalog, force=True)
    refused("CATALOG_DOES_NOT_EXIST", admin.volumes.read, f"{catalog}.s.raw")
    assert not (workspace.state / "volumes" / catalog).exists()


def test_files_that_no_volume_knows_keep_their_schema(admin, catalog, workspace):
    (workspace.state / "volumes" / catalog / "s" / "of_a_task").mkdir(parents=True)
    refused("INVALID_STATE", admin.schemas.delete, f"{catalog}.s")


@pytest.mark.parametrize("name", ["", "..", "a.b", "a/b", "a b", "../../x", "a\u0000", "x" * 256])
def test_names_that_are_none(workspace, admin, name):
    body = {"name": name, "catalog_name": "main", "schema_name": "default", "volume_type": "MANAGED"}
    for kind in ("catalogs", "schemas", "volumes"):
        status, _, error = Plain(workspace).ask("POST", f"/api/2.1/unity-catalog/{kind}", body)
        assert (status, error["error_code"]) == (400, "INVALID_PARAMETER_VALUE"), kind


def test_names_that_are_taken_or_missing(admin, catalog):
    refused("CATALOG_ALREADY_EXISTS", admin.catalogs.create, catalog.upper())
    refused("SCHEMA_ALREADY_EXISTS", admin.schemas.create, "S", catalog)
    refused("CATALOG_DOES_NOT_EXIST", admin.schemas.create, "s", "absent")
    refused("SCHEMA_DOES_NOT_EXIST", admin.volumes.create, catalog, "absent", "v", VolumeType.MANAGED)
    refused("INVALID_PARAMETER_VALUE", admin.volumes.create, catalog, "s", "v", VolumeType.EXTERNAL, storage_location="s3://x")
    refused("INVALID_PARAMETER_VALUE", admin.volumes.read, catalog)


def test_others_make_but_do_not_delete_what_is_not_theirs(admin, ann, bob, catalog):
    refused("PERMISSION_DENIED", ann.catalogs.create, "anns")
    ann.schemas.create("anns", catalog)
    ann.volumes.create(catalog, "anns", "hers", VolumeType.MANAGED)
    refused("PERMISSION_DENIED", bob.volumes.delete, f"{catalog}.anns.hers")
    refused("PERMISSION_DENIED", bob.schemas.update, f"{catalog}.anns", owner="bob@example.com")
    refused("PERMISSION_DENIED", ann.schemas.delete, f"{catalog}.s")
    bob.volumes.create(catalog, "anns", "his", VolumeType.MANAGED)
    ann.volumes.delete(f"{catalog}.anns.his")  # in her schema
    ann.schemas.delete(f"{catalog}.anns", force=True)


def test_names_outlive_a_restart(start_workspace, tmp_path):
    local = start_workspace("--state", tmp_path)
    made = local.client().volumes.create("main", "default", "kept", VolumeType.MANAGED)
    local.kill()
    assert start_workspace("--state", tmp_path).client().volumes.read("main.default.kept").volume_id == made.volume_id
