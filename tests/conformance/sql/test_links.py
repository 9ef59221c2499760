"""EXTERNAL_LINKS: results as files that the client reads itself, without its token, until the links have expired."""

import csv
import io
import json

import pyarrow
import pytest
import requests
from databricks.sdk.service.sql import Disposition, Format

THREE = "SELECT concat('id-', id) AS strCol, id AS intCol, null AS nullCol FROM range(3)"


@pytest.fixture
def linked(execute):
    return lambda text, format, **options: execute(text, format=format, disposition=Disposition.EXTERNAL_LINKS, **options)


def links(client, answer):
    """Every link of a result, as the answers lead from one to the next."""
    part = answer.result
    while True:
        [link] = part.external_links
        yield link
        if link.next_chunk_index is None:
            return
        part = client.statement_execution.get_statement_result_chunk_n(answer.statement_id, link.next_chunk_index)


def test_a_million_rows_come_whole_as_arrow(client, linked):
    answer = linked("SELECT id, id * 2.5 AS price, concat('id-', id) AS name FROM range(0, 1000000, 1, 3)",
                    Format.ARROW_STREAM)
    assert answer.manifest.total_row_count == 1_000_000 and answer.manifest.total_chunk_count > 3
    tables, sizes = [], 0
    for link in links(client, answer):
        data = requests.get(link.external_link, timeout=60).content
        assert len(data) == link.byte_count and link.row_offset == sum(table.num_rows for table in tables)
        sizes += len(data)
        tables.append(pyarrow.ipc.open_stream(data).read_all())
    assert sizes == answer.manifest.total_byte_count
    whole = pyarrow.concat_tables(tables)
    numbers = pyarrow.array(range(1_000_000), pyarrow.int64())
    assert whole.column("id").combine_chunks().equals(numbers)
    assert whole.column("name").to_pylist() == [f"id-{number}" for number in range(1_000_000)]
    assert pyarrow.compute.equal(whole.column("price").cast(pyarrow.float64()),
                                 pyarrow.compute.multiply(numbers, 2.5)).to_pylist() == [True] * 1_000_000


def test_json_and_csv_as_they_are_documented(client, linked):
    [link] = links(client, linked(THREE, Format.JSON_ARRAY))
    assert requests.get(link.external_link, timeout=60).text == '[["id-0","0",null],["id-1","1",null],["id-2","2",null]]'
    [link] = links(client, linked(THREE, Format.CSV))
    assert requests.get(link.external_link, timeout=60).text.splitlines() == [
        "strCol,intCol,nullCol", "id-0,0,null", "id-1,1,null", "id-2,2,null"]


def test_only_the_first_chunk_of_a_csv_has_the_names(client, linked):
    answer = linked("SELECT id, repeat('\"', 100) AS quotes FROM range(0, 60000, 1, 2) ORDER BY id", Format.CSV)
    texts = [requests.get(link.external_link, timeout=60).text for link in links(client, answer)]
    assert len(texts) > 1
    rows = list(csv.reader(io.StringIO("".join(texts))))
    assert rows[0] == ["id", "quotes"] and [int(row[0]) for row in rows[1:]] == list(range(60000))
    assert rows[-1][1] == '"' * 100


def test_a_link_is_its_own_credential_for_a_quarter_of_an_hour(local, client, linked, turn):
    answer = linked(THREE, Format.JSON_ARRAY)
    [link] = links(client, answer)
    assert link.expiration.endswith("Z") and local.token not in link.external_link
    with_token = requests.get(link.external_link, headers={"Authorization": f"Bearer {local.token}"}, timeout=60)
    assert with_token.status_code == 400 and "Only one auth mechanism" in with_token.text
    other = link.external_link.replace("/0?", "/1?")
    assert requests.get(other, timeout=60).status_code == 403
    turn(600)
    assert json.loads(requests.get(link.external_link, timeout=60).text)[0][0] == "id-0"
    turn(301)
    expired = requests.get(link.external_link, timeout=60)
    assert expired.status_code == 403 and "expired" in expired.text
    [fresh] = client.statement_execution.get_statement_result_chunk_n(answer.statement_id, 0).external_links
    assert requests.get(fresh.external_link, timeout=60).status_code == 200
