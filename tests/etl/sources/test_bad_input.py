from __future__ import annotations

import gzip
import io
import zipfile
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from etl import schema
from etl.errors import ColumnError, SourceError
from etl.sources import open_source
from geodata.cities import load_profile

if TYPE_CHECKING:
    from pathlib import Path

    from tests.etl.sources.conftest import Loading

MAP = """
title = "Calls of a town"
table = "request"
time_zone = "Europe/Bratislava"
add = ["executor"]
[fields]
key = ["číslo", "id"]
topic = ["téma", "тема"]
status = "stav"
created = ["prijaté", "створено"]
closed = "vybavené"
lat = "lat"
lon = "lon"
caller = ["telefón", "телефон"]
executor = ["odbor", "виконавець"]
[formats]
instant = ["%d.%m.%Y %H:%M"]
[words.status]
open = ["nové"]
closed = ["hotové"]
"""
HEADER = "číslo;téma;stav;prijaté;vybavené;lat;lon;telefón;odbor\n"


def row(number: object, **cells: str) -> str:
    usual = {
        "topic": "voda", "status": "hotové", "created": "01.03.2024 08:00", "closed": "02.03.2024 08:00",
        "lat": "60.17", "lon": "24.94", "phone": "+421 900 111 222", "office": "Údržba",
    }  # fmt: skip
    return ";".join([str(number), *{**usual, **cells}.values()]) + "\n"


def mapped(loading: Loading) -> Path:
    return loading.write("town.toml", MAP)


def reasons(loading: Loading) -> list[tuple[int, str, str]]:
    held = loading.rows(schema.load_reject)
    return [
        (int(n), reason, field if isinstance(field, str) else "")
        for n, reason, field in held[["row_no", "reason", "field"]].itertuples(index=False)
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "is empty"),
        (b"\n\n  \n", "nothing but blanks"),
        (b"PK\x03\x04\x00\x00", "no text but a zip archive"),
        (b"\x1f\x8b\x08\x00", "give it its own ending"),
        (b"id;at\n1;a\x00b\n", "line 2: holds a NUL byte"),
        (HEADER.encode() + b'1;"' + b"x" * (9 << 20), "a quote that is opened and never closed"),
        (b"a;b\n1;2\n", "columns are missing for created"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_cure(text: bytes, says: str, quick: Loading) -> None:
    with pytest.raises(SourceError, match=says):
        quick.load(str(mapped(quick)), quick.write("bad.csv", text))
    assert quick.rows(schema.request).empty


def test_wrong_columns_are_named_beside_those_that_are_there(quick: Loading) -> None:
    with pytest.raises(ColumnError, match=r"key \(číslo or id\).*The file has a, b"):
        quick.load(str(mapped(quick)), quick.write("bad.csv", "a;b\n1;2\n"))


def test_a_wrong_separator_in_the_map_is_told_by_the_columns_it_makes(quick: Loading) -> None:
    with pytest.raises(ColumnError, match="separator"):
        quick.load(str(mapped(quick)), quick.write("a.csv", HEADER + row(1)), separator=",")


def test_a_file_with_a_header_and_no_rows_loads_nothing(loading: Loading) -> None:
    report = loading.one(str(mapped(loading)), loading.write("a.csv", HEADER))
    assert (report.read, report.inserted, report.rejected) == (0, 0, 0)


def test_a_header_without_the_end_of_its_line_loads_nothing(quick: Loading) -> None:
    assert quick.one(str(mapped(quick)), quick.write("a.csv", HEADER.strip())).read == 0


def test_blank_lines_above_the_header_are_no_rows(quick: Loading) -> None:
    report = quick.one(str(mapped(quick)), quick.write("a.csv", "\n\n" + HEADER + row(1) + "2;too;few\n"))
    assert (report.read, report.inserted, reasons(quick)) == (2, 1, [(2, "ragged_row", "")])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1250", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_slovak_text_is_read_in_any_of_its_encodings(encoding: str, quick: Loading) -> None:
    file = quick.write("a.csv", HEADER + row(1, topic="Žltý kôň, ľad a čučoriedky"), encoding=encoding)
    assert quick.one(str(mapped(quick)), file).inserted == 1
    assert quick.rows(schema.request)["source_topic"][0] == "Žltý kôň, ľad a čučoriedky"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
def test_ukrainian_text_is_read_in_any_of_its_encodings(encoding: str, quick: Loading) -> None:
    text = "id;тема;створено;телефон;виконавець\n7;Немає світла в під'їзді;01.03.2024 08:00;;Міськсвітло\n"
    assert quick.one(str(mapped(quick)), quick.write("a.csv", text, encoding=encoding)).inserted == 1
    assert quick.rows(schema.request)["source_topic"][0] == "Немає світла в під'їзді"
    assert "Міськсвітло" in set(quick.rows(schema.executor)["name"])


def test_each_row_that_cannot_be_is_refused_with_its_number_reason_and_cure(loading: Loading) -> None:
    text = HEADER + "".join(
        [
            row(1), row(2, created="30.02.2024 08:00"), row("", topic="x"), row(4, created=""), row(1, topic="again"),
            "6;too;few\n", row(7, closed="01.02.2024 08:00"), row(8, closed="soon"), row(9, created="01.01.0024 10:00"),
            row(10),
        ]
    )  # fmt: skip
    report = loading.one(str(mapped(loading)), loading.write("a.csv", text))
    assert (report.read, report.inserted, report.rejected) == (10, 2, 8)
    assert sorted(reasons(loading), key=lambda found: found[0] or 0) == [
        (2, "bad_instant", "prijaté"), (3, "missing_key", "číslo"), (4, "missing_created", "prijaté"),
        (5, "duplicate_key", "číslo"), (6, "ragged_row", ""), (7, "closed_before_created", "vybavené"),
        (8, "bad_instant", "vybavené"), (9, "bad_instant", "prijaté"),
    ]  # fmt: skip
    assert loading.rows(schema.load_reject)["cure"].str.len().min() > 10


def test_a_key_repeated_in_a_later_chunk_is_noticed(quick: Loading) -> None:
    quick.chunk_rows = 3
    text = HEADER + "".join(row(number % 7) for number in range(10))
    report = quick.one(str(mapped(quick)), quick.write("a.csv", text))
    assert (report.read, report.inserted, report.rejected) == (10, 7, 3)
    assert [number for number, _, _ in reasons(quick)] == [8, 9, 10]


def test_points_that_say_nothing_are_dropped_and_counted(quick: Loading) -> None:
    text = HEADER + "".join(
        [
            row(1),
            row(2, lat="0", lon="0"),
            row(3, lat="48.1", lon="17.1"),
            row(4, lat="", lon="24.9"),
            row(5, lat="abc"),
        ]
    )
    report = quick.one(str(mapped(quick)), quick.write("a.csv", text))
    assert report.inserted == 5
    repaired = {name: rows for name, rows in report.repairs.items() if name.startswith(("point", "bad"))}
    assert repaired == {"point_zero": 1, "point_far": 1, "point_half": 2, "bad_lat_dropped": 1}
    held = quick.rows(schema.request).set_index("source_key")
    assert held["lon"].notna().tolist() == [key == "1" for key in held.index]
    assert held.loc["1", "territory_id"] > 0


def test_a_point_with_its_numbers_in_each_others_place_is_put_right(quick: Loading) -> None:
    report = quick.one(str(mapped(quick)), quick.write("a.csv", HEADER + row(1, lat="24.94", lon="60.17")))
    assert report.repairs == {"point_swapped": 1}
    held = quick.rows(schema.request)
    assert (held["lat"][0], held["lon"][0]) == (60.17, 24.94)


def test_a_spreadsheets_number_of_days_is_a_moment_where_the_map_says_so(quick: Loading) -> None:
    town = quick.write("town.toml", MAP.replace('"%d.%m.%Y %H:%M"', '"%d.%m.%Y %H:%M", "excel"'))
    quick.one(str(town), quick.write("a.csv", HEADER + row(1, created="45352.354166666664", closed="")))
    assert quick.rows(schema.request)["created_at"][0] == pd.Timestamp("2024-03-01 07:30", tz="UTC")


def test_of_a_workbook_the_sheet_that_fits_is_read(quick: Loading) -> None:
    with pd.ExcelWriter(quick.folder / "a.xlsx") as book:
        pd.DataFrame({"note": ["read me"]}).to_excel(book, sheet_name="About", index=False)
        pd.DataFrame({"id": ["1"], "prijaté": ["01.03.2024 08:00"]}).to_excel(book, sheet_name="Data", index=False)
    assert quick.one(str(mapped(quick)), quick.folder / "a.xlsx").inserted == 1
    with pytest.raises(ColumnError, match="The file has note"):
        quick.load(str(mapped(quick)), quick.folder / "a.xlsx", sheet="About")


def test_every_sheet_that_fits_is_read_and_told_apart(quick: Loading) -> None:
    with pd.ExcelWriter(quick.folder / "a.xlsx") as book:
        for year in ("2023", "2024"):
            sheet = pd.DataFrame({"id": [year], "prijaté": [f"01.03.{year} 08:00"]})
            sheet.to_excel(book, sheet_name=year, index=False)
    reports = quick.load(str(mapped(quick)), quick.folder / "a.xlsx")
    assert [(report.file, report.inserted) for report in reports] == [("a.xlsx [2023]", 1), ("a.xlsx [2024]", 1)]


def test_a_packed_table_is_read_as_it_is_unpacked(quick: Loading) -> None:
    table = (HEADER + row(1)).encode()
    first = quick.one(str(mapped(quick)), quick.write("a.csv.gz", gzip.compress(table)))
    assert (first.file, first.inserted) == ("a.csv.gz", 1)
    assert quick.one(str(mapped(quick)), packed(quick, **{"a.csv": table, "read.me": b"x"})).unchanged == 1


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.csv.gz", b"id;at", "not a whole gzip archive"),
        ("a.csv.gz", gzip.compress(HEADER.encode() * 9)[:-9], "not a whole gzip archive"),
        ("a.csv.gz", gzip.compress(b"0" * (40 << 20)), "too much to be true"),
        ("a.csv.zip", b"id;at", "not a whole zip archive"),
    ],
    ids=["no gzip", "cut gzip", "swollen gzip", "no zip"],  # gzip holds the time: two workers would collect two tests
)
def test_a_broken_or_swollen_archive_is_refused(name: str, data: bytes, says: str, quick: Loading) -> None:
    with pytest.raises(SourceError, match=says):
        quick.load(str(mapped(quick)), quick.write(name, data))


def test_an_archive_of_several_tables_is_refused_with_their_names(quick: Loading) -> None:
    with pytest.raises(SourceError, match=r"holds 2 tables \(a.csv, b.csv\), one is wanted"):
        quick.load(str(mapped(quick)), packed(quick, **{"a.csv": b"x", "b.csv": b"x"}))


def test_a_closing_time_a_moment_early_is_mended_and_a_status_is_believed(quick: Loading) -> None:
    text = HEADER + row(1, closed="01.03.2024 07:58") + row(2, status="nové") + row(3, closed="", status="hotové")
    report = quick.one(str(mapped(quick)), quick.write("a.csv", text))
    assert report.repairs == {"closed_before_created": 1, "open_with_closing_time": 1, "closed_without_time": 1}
    held = quick.rows(schema.request).set_index("source_key")
    assert held.loc["1", "closed_at"] == held.loc["1", "created_at"]
    assert pd.isna(held.loc["2", "closed_at"])


def test_the_two_odd_hours_of_the_year_are_settled_and_counted(quick: Loading) -> None:
    text = HEADER + row(1, created="31.03.2024 02:30", closed="") + row(2, created="27.10.2024 02:30", closed="")
    report = quick.one(str(mapped(quick)), quick.write("a.csv", text))
    assert (report.repairs["local_time_missing"], report.repairs["local_time_ambiguous"]) == (1, 1)
    held = quick.rows(schema.request).set_index("source_key")["created_at"]
    assert held["1"] == pd.Timestamp("2024-03-31 01:00", tz="UTC")
    assert held["2"] == pd.Timestamp("2024-10-27 00:30", tz="UTC")


def test_no_name_number_or_free_text_reaches_a_table(quick: Loading) -> None:
    text = (
        HEADER.replace("odbor", "odbor;meno")
        + row(1).replace("\n", ";Anna\n")
        + row(2, created="x").replace("\n", ";Eva\n")
    )
    quick.one(str(mapped(quick)), quick.write("a.csv", text))
    held, refused = quick.rows(schema.request), quick.rows(schema.load_reject)
    assert len(held["caller_hash"][0]) == 32
    everything = " ".join(map(str, [*held.to_numpy().ravel(), *refused.to_numpy().ravel()]))
    for secret in ("900 111", "900111", "Anna", "Eva"):
        assert secret not in everything
    assert refused["raw"][0]["meno"] == "***"


def test_a_caller_has_one_hash_however_the_number_is_written_and_another_elsewhere(quick: Loading) -> None:
    text = HEADER + row(1, phone="+421 900 111 222") + row(2, phone="+421900111222") + row(3, phone="+421 900 111 223")
    quick.one(str(mapped(quick)), quick.write("a.csv", text))
    one, two, three = quick.rows(schema.request).sort_values("source_key")["caller_hash"]
    assert one == two != three
    assert (quick.folder / "data" / "salt").stat().st_mode & 0o777 == 0o600


def test_years_of_files_with_drifting_headers_load_as_one_source(loading: Loading) -> None:
    loading.write("years/2023.csv", HEADER + row(1))
    loading.write("years/2024.csv", "id,тема,створено,телефон,поверх\n2,вода,01.03.2024 08:00,,4\n")
    loading.write("years/.hidden.csv", "x")
    first, second = loading.load(str(mapped(loading)), loading.folder / "years")
    assert (first.file, second.file) == ("2023.csv", "2024.csv")
    assert (first.inserted, second.inserted) == (1, 1)
    assert second.unmapped["column"] == {"поверх": 1}
    assert "stav" in second.unmapped["column_missing"]


def test_unmapped_topics_are_kept_and_listed_and_an_alias_of_the_city_maps_them(quick: Loading) -> None:
    file = quick.write(
        "a.csv",
        HEADER
        + row(1, topic="lampa")
        + row(2, topic="LAMPA ")
        + row(3, topic=load_profile("demo").topics[-1].names["en"].upper()),
    )
    report = quick.one(str(mapped(quick)), file)
    assert report.unmapped["topic"] == {"lampa": 1, "LAMPA": 1}
    topics = quick.rows(schema.topic).set_index("topic_id")["code"]
    held = quick.rows(schema.request).set_index("source_key")
    assert topics[held.loc["1", "topic_id"]] == "unmapped"
    assert held.loc["1", "source_topic"] == "lampa"
    city_id, topic_id = int(held["city_id"].iloc[0]), int(held.loc["3", "topic_id"])
    assert topics[topic_id] != "unmapped"
    with quick.engine.begin() as connection:
        connection.execute(
            schema.topic_alias.insert().values(city_id=city_id, source="town", value="Lampa", topic_id=topic_id)
        )
    again = quick.one(str(mapped(quick)), file)
    assert (again.updated, again.unchanged) == (2, 1)
    assert "topic" not in again.unmapped


def test_workbooks_parquet_and_a_query_say_the_same_as_the_text(quick: Loading) -> None:
    frame = pd.DataFrame(
        {"id": [1, 2], "тема": ["вода", None], "prijaté": pd.to_datetime(["2024-03-01 08:00", "2024-03-02 09:30"])}
    )
    text = quick.write("a.csv", "id;тема;prijaté\n1;вода;01.03.2024 08:00\n2;;02.03.2024 09:30\n")
    frame.to_excel(quick.folder / "a.xlsx", index=False)
    frame.to_parquet(quick.folder / "a.parquet")
    from sqlalchemy import create_engine

    url = f"sqlite:///{quick.folder / 'crm.db'}"
    crm = create_engine(url)
    frame.to_sql("calls", crm, index=False)
    crm.dispose()
    assert quick.one(str(mapped(quick)), text).inserted == 2
    for path, options in (
        (quick.folder / "a.xlsx", {}), (quick.folder / "a.parquet", {}), (url, {"query": "select * from calls"}),
    ):  # fmt: skip
        report = quick.one(str(mapped(quick)), path, **options)
        assert (report.read, report.unchanged) == (2, 2), path
    assert report.file == "sqlite:///crm.db"


def test_a_query_that_fails_says_why_without_the_password(quick: Loading) -> None:
    url = "postgresql://somebody:hunter2@127.0.0.1:1/crm"
    with pytest.raises(SourceError, match="the query fails") as caught:
        quick.load(str(mapped(quick)), url, query="select 1")
    assert "hunter2" not in str(caught.value)


def packed(loading: Loading, **members: bytes) -> Path:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return loading.write("d.zip", buffer.getvalue())


def test_a_zip_of_hsds_tables_loads(loading: Loading) -> None:
    file = packed(loading, **{"organizations.csv": b"id,name\n1,Help\n2,\n", "notes.csv": b"id\n1\n"})
    report = loading.one("hsds", file)
    assert (report.read, report.inserted, report.rejected) == (2, 1, 1)
    assert report.unmapped["table"] == {"notes": 1}


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"..__..__organizations.csv": b"id,name\n1,x\n"}, "points outside"),
        ({"organizations.csv": b"\0" * (64 << 20)}, "too much"),
    ],
)
def test_an_unsafe_archive_is_refused_before_it_is_unpacked(
    members: dict[str, bytes], says: str, quick: Loading
) -> None:
    with pytest.raises(SourceError, match=says):
        quick.load("hsds", packed(quick, **members))


@pytest.mark.parametrize(
    ("name", "data"), [("d.zip", b"PK nothing"), ("d.json", b"{"), ("d.json", b"[1]"), ("d.osm.pbf", b"x")]
)
def test_a_broken_directory_file_is_refused_with_its_name(name: str, data: bytes, quick: Loading) -> None:
    with pytest.raises(SourceError, match=name):
        quick.load("osm" if "osm" in name else "hsds", quick.write(name, data))


def test_a_directory_cut_by_semicolons_is_read(quick: Loading) -> None:
    assert quick.one("hsds", quick.write("organizations.csv", "id;name\n1;Help\n2;Aid\n")).inserted == 2


def test_an_option_that_a_source_does_not_have_is_named_beside_those_it_has(quick: Loading) -> None:
    with pytest.raises(SourceError, match=r"--option publishers: hsds has no such option; it has publisher, whole"):
        quick.load("hsds", "a.csv", publishers="x")


def test_an_unknown_source_or_path_is_named_with_what_there_is(quick: Loading) -> None:
    with pytest.raises(SourceError, match=r"known: .*baltimore-311.*open311"):
        quick.load("boston", "a.csv")
    with pytest.raises(SourceError, match="no such file"):
        quick.load("baltimore-311", "nowhere.csv")
    with pytest.raises(SourceError, match="nothing to load"):
        list(open_source("osm", [], profile=load_profile("demo"), settings=quick.settings))
