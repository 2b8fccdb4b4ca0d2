"""Audiences: every source, encoding and separator; numbers read, repeats dropped, nothing shown."""

from __future__ import annotations

import random
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from rbm_bots.delivery.campaigns.audience import AudienceUnreadable, open_audience
from rbm_bots.delivery.campaigns.intake import Intake, Person, read_number
from rbm_bots.delivery.campaigns.seen import SeenNumbers
from rbm_bots.delivery.campaigns.spec import (
    Audience,
    Campaign,
    Column,
    Consent,
    CsvSource,
    ParquetSource,
    Schedule,
    Source,
    SqlSource,
    Variant,
)

ROWS = "id;mobile;prénom\n1;+33639980001;Zoé\n2;06 39 98 00 02;\n\n3;+33639980001;Ana\n4;no;Ana\n"


def campaign(source: Source, **more: object) -> Campaign:
    audience = Audience(source=source, number="mobile", reference="id", **more)  # type: ignore[arg-type]  # a consent
    return Campaign(
        name="one",
        bot="shop",
        message_class="marketing",
        audience=audience,
        columns={"name": Column(source="prénom")},
        variants=(Variant(name="", share=10_000, scene="s", needs=("name",)),),
        schedule=Schedule(zone="Europe/Paris"),
    )


async def read(wanted: Campaign) -> tuple[Intake, list[Person]]:
    intake = Intake(wanted, country="FR")
    async with open_audience(wanted) as batches:
        people = [person async for rows in batches for person in intake.take(rows)]
    return intake, people


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
async def test_a_csv_file_is_read_as_it_was_written(tmp_path: Path, encoding: str, separator: str) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(ROWS.replace(";", separator).encode(encoding))
    named = "utf-8" if encoding == "utf-8-sig" else encoding
    intake, people = await read(campaign(CsvSource(path=str(path), encoding=named)))
    assert people == [Person(line=2, msisdn="+33639980001", cells=("Zoé",), reference="1")]
    assert (intake.rows, intake.people) == (4, 1)
    assert (intake.incomplete.lines, intake.duplicates.lines, intake.invalid.lines) == ([3], [5], [6])


async def test_a_quoted_cell_may_hold_lines_and_separators(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text('id;mobile;prénom\n"a;b";+33639980001;"Zoé\nAna"\n1;+33639980002;Ana\n')
    _, people = await read(campaign(CsvSource(path=str(path))))
    assert [(one.line, one.reference, one.cells) for one in people] == [(2, "a;b", ("Zoé\nAna",)), (4, "1", ("Ana",))]


async def test_parquet_and_sql_give_the_same_people(tmp_path: Path) -> None:
    path, database = tmp_path / "people.parquet", tmp_path / "people.db"
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t (id BIGINT, mobile VARCHAR, prénom VARCHAR)")
        connection.execute("INSERT INTO t VALUES (1, '+33639980001', 'Zoé'), (2, '0639980002', NULL)")
        connection.table("t").write_parquet(str(path))
    engine = create_engine(f"sqlite:///{database}")
    with engine.begin() as there:
        there.execute(text("CREATE TABLE t (id INTEGER, mobile TEXT, prénom TEXT)"))
        there.execute(text("INSERT INTO t VALUES (1, '+33639980001', 'Zoé'), (2, '0639980002', NULL)"))
    engine.dispose()
    query = SqlSource(url=f"sqlite:///{database}", query="SELECT * FROM t ORDER BY id")
    for source in (ParquetSource(path=str(path)), query):
        intake, people = await read(campaign(source))
        assert people == [Person(line=1, msisdn="+33639980001", cells=("Zoé",), reference="1")]
        assert intake.incomplete.lines == [2]


async def test_people_come_from_postgres_through_a_cursor(postgres_database: str) -> None:
    query = """SELECT n AS id, '+3363998' || lpad(n::text, 4, '0') AS mobile, 'P' AS "prénom"
               FROM generate_series(1, 2500) AS n"""
    _, people = await read(campaign(SqlSource(url=postgres_database, query=query)))
    assert len(people) == 2500


async def test_the_proof_of_consent_is_read(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    lines = ["2026-01-15", "2026-01-15T10:00+01:00", "2026-01-15 10:00", "yesterday", ""]
    rows = [f"{n};+3363998{n:04d};A;{at};form {n}" for n, at in enumerate(lines)]
    path.write_text("\n".join(["id;mobile;prénom;since;form", *rows, "9;+33639980009;A;2026-01-15;"]))
    wanted = campaign(CsvSource(path=str(path)), consent=Consent(at="since", proof="form"))
    intake, people = await read(wanted)
    assert [one.consent_at for one in people] == [1_768_431_600_000, *([1_768_467_600_000] * 2), None, None, None]
    assert [one.proof for one in people] == ["form 0", "form 1", "form 2", "", "", ""]
    assert intake.consents == 3


UNREADABLE = [
    (b"", "no names of columns"),
    (b"a;b\n", "no column «mobile» and «id» and «prénom»"),
    ("id;mobile;prénom\n1;+33639980001;Zoé\n".encode("cp1252"), "not utf-8"),
    (("id;mobile;prénom\n" + '1;+33639980001;"' + "x" * 70_000).encode(), "no CSV"),
]


@pytest.mark.parametrize(("body", "says"), UNREADABLE)
async def test_what_cannot_be_read_is_said_without_its_content(tmp_path: Path, body: bytes, says: str) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(body)
    with pytest.raises(AudienceUnreadable, match=says) as refused:
        await read(campaign(CsvSource(path=str(path))))
    assert "39980001" not in str(refused.value)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (SqlSource(url="nothing", query="SELECT 1"), "no database URL"),
        (SqlSource(url="$RBM_TEST_NOWHERE", query="SELECT 1"), "no variable RBM_TEST_NOWHERE"),
        (SqlSource(url="sqlite://", query="SELECT nonsense"), "refuses"),
        (ParquetSource(path=__file__), "no Parquet file"),
        (CsvSource(path="/nowhere/people.csv"), "cannot be read"),
    ],
)
async def test_a_source_that_refuses_is_said_in_one_line(source: Source, says: str) -> None:
    with pytest.raises(AudienceUnreadable, match=says):
        await read(campaign(source))


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("+33639980001", "+33639980001"),
        (" 33639980001 ", "+33639980001"),
        ("06 39 98 00 01", "+33639980001"),
        ("0033639980001", "+33639980001"),
        ("+33 (0)6 39 98 00 01", "+33639980001"),
        ("+33.6.39.98.00.01", "+33639980001"),
        ("639980001", None),  # what a spreadsheet leaves of it; it would be a number of another country
        ("", None),
        ("+0639980001", None),
        ("nobody", None),
    ],
)
def test_a_number_is_read_as_people_of_the_country_write_it(cell: str, number: str | None) -> None:
    assert read_number(cell, country="FR") == number


@given(st.lists(st.integers(33_639_980_000, 33_639_989_999), max_size=200))
def test_a_number_is_new_once(numbers: list[int]) -> None:
    seen, known = SeenNumbers(), set()
    for number in numbers:
        assert seen.add(f"+{number}") is (number not in known)
        known.add(number)


def test_many_numbers_of_one_block_become_a_bit_map_and_stay_exact() -> None:
    seen = SeenNumbers()
    numbers = random.Random(1).sample(range(33_639_900_000, 33_639_960_000), 20_000)
    assert all(seen.add(f"+{number}") for number in numbers)
    assert not any(seen.add(f"+{number}") for number in numbers)
    assert seen.add("+33639980001")
