"""Rows of CSV files as people and spreadsheets make them, the broken ones too."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from dialer.ports import NewRecord, RefusedRow
from dialer.records.answer_score import answer_score
from dialer.records.import_options import ImportOptions, check, columns_from
from dialer.records.importing import read
from dialer.records.unusable import UnusableFile
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.reasons.files import UnknownEncoding
from dialer.words import spoken, words_of

OPTIONS = ImportOptions("Europe/London", "GB")

ONE, TWO, THREE = "+442079460001", "+442079460002", "+442079460003"


def rows(content: str | bytes, options: ImportOptions = OPTIONS, part: int = 65_536) -> list[NewRecord | RefusedRow]:
    data = content.encode() if isinstance(content, str) else content
    return list(read((data[at : at + part] for at in range(0, len(data), part)), options))


def accepted(content: str | bytes, options: ImportOptions = OPTIONS) -> list[NewRecord]:
    found = rows(content, options)
    assert all(isinstance(row, NewRecord) for row in found), found
    return [row for row in found if isinstance(row, NewRecord)]


def refusal(content: str | bytes, options: ImportOptions = OPTIONS) -> RefusedRow:
    """The one row that is refused; the one behind it is not."""
    first, second = rows(content, options)
    assert isinstance(first, RefusedRow)
    assert isinstance(second, NewRecord)
    return first


def test_a_plain_file() -> None:
    (row,) = accepted("number,name,city,id\n020 7946 0001,Ada Example,London,7\n")
    assert (row.line, row.number, row.raw_number) == (2, ONE, "020 7946 0001")
    assert (row.contact, row.external_id, row.zone) == ("Ada Example", "7", "Europe/London")
    assert row.data == {"city": "London"}


def test_facts_of_the_list_are_kept_and_stay_custom_fields() -> None:
    one, two = accepted("number,Origin,language\n020 7946 0001,autumn fair,it\n020 7946 0002,,\n")
    assert (one.origin, one.language) == ("autumn fair", "it")
    assert one.data == {"Origin": "autumn fair", "language": "it"}
    assert (two.origin, two.language, two.data) == (UNSET, UNSET, {"Origin": "", "language": ""})


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfnumber,name\r\n020 7946 0001,Zo\xc3\xab\r\n",
        "number,name\n020 7946 0001,Zoë".encode("utf-16"),
        "\ufeffnumber,name\n020 7946 0001,Zoë\n".encode("utf-16-be"),
        "number,name\n020 7946 0001,Zoë\n".encode("utf-16-le"),
        "number,name\r020 7946 0001,Zoë\r".encode(),
        "number;name\n020 7946 0001;Zoë\n".encode(),
        "number\tname\n020 7946 0001\tZoë\n".encode(),
        "number|name\n020 7946 0001|Zoë\n".encode(),
        "sep=;\nnumber;name\n020 7946 0001;Zoë\n".encode(),
        "\n\n number , name \n\n020 7946 0001 , Zoë \n\n\n".encode(),
        '"number","name"\n"020 7946 0001","Zoë"\n'.encode(),
        "number,name,,\n020 7946 0001,Zoë,,\n".encode(),
        'number,name\n"=""020 7946 0001""",Zoë\n'.encode(),
        "number,name\n'020 7946 0001,Zoë\n".encode(),
    ],
    ids=[
        *("UTF-8 mark", "UTF-16", "UTF-16 big", "UTF-16 without mark", "Mac", "semicolon", "tab", "bar", "sep"),
        *("blank lines", "quoted", "empty columns", "Excel formula", "apostrophe"),
    ],
)
@pytest.mark.parametrize("part", [1, 65_536])
def test_what_programs_write(content: bytes, part: int) -> None:
    (row,) = rows(content, part=part)
    assert isinstance(row, NewRecord)
    assert (row.number, row.contact) == (ONE, "Zoë")


def test_a_named_encoding() -> None:
    content = "number,name\n020 7946 0001,Zoë\n".encode("cp1252")
    (row,) = accepted(content, ImportOptions("Europe/London", "GB", encoding="cp1252"))
    assert row.contact == "Zoë"


def test_quoted_fields_hold_delimiters_quotes_and_line_ends() -> None:
    (row, after) = accepted(f'number,name,note\n{ONE},"Example, ""Ada""","one\ntwo"\n{TWO},x,y\n')
    assert (row.contact, row.data) == ('Example, "Ada"', {"note": "one\ntwo"})
    assert (row.line, after.line) == (2, 4)


def test_a_quotation_mark_in_plain_text_is_text() -> None:
    (row,) = accepted(f'number,note\n{ONE},5" pipe\n')
    assert row.data == {"note": '5" pipe'}


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (b"020 7946 0001,Zo\xeb,a", "", "not UTF-8"),
        (b"020 7946 0001,Ada,a,b", "", "4 fields, the header has 3"),
        (b'020 7946 0001,"Ada,a', "", "never closed"),
        (b'020 7946 0001,"Ada"x,a', "", "text stands behind a closing quotation mark"),
        (b"020 7946 0001,A\0da,a", "name", "control character"),
        (b"020 7946 0001," + b"x" * 4001 + b",a", "name", "longer than 4000"),
        (b"9" * 1_000_000 + b",Ada,a", "", "longer than 65536 bytes"),
        (b"9" * 50 + b",Ada,a", "phone", "too long for a phone number"),
        (b",Ada,a", "phone", "missing"),
        (b"none,Ada,a", "phone", "letters"),
        (b"n/a,Ada,a", "phone", "letters"),
        (b"1-800-EXAMPLE,Ada,a", "phone", "letters"),
        (b"---,Ada,a", "phone", "no phone number"),
        (b"4.42079E+11,Ada,a", "phone", "rounded"),
        (b"442079460001.0,Ada,a", "phone", "decimal"),
        (b"=1+1,Ada,a", "phone", "no phone number"),
        (b"020 79,Ada,a", "phone", "area code"),
        (b"+44 20 7946 0001 0001 00,Ada,a", "phone", "too long"),
        (b"+999 123 456 789,Ada,a", "phone", "no such country code"),
        (b"+44 99 9999 9999,Ada,a", "phone", "numbering plan"),
        (b"999,Ada,a", "phone", "an emergency number"),
    ],
    ids=lambda value: value[:24].decode("latin-1") if isinstance(value, bytes) else None,
)
def test_a_broken_row_costs_that_row(row: bytes, column: str, reason: str) -> None:
    found = refusal(b"phone,name,city\n" + row + b"\n020 7946 0002,Bob,b\n")
    assert (found.line, found.column) == (2, column)
    assert reason in spoken(found.reason)
    assert len(found.value) <= 80


@pytest.mark.parametrize(
    ("header", "row", "column", "reason"),
    [
        ("zone", "Mars/Olympus", "zone", "no time zone"),
        ("zone", "../../etc/passwd", "zone", "no time zone"),
        ("chain_n", "first", "chain_n", "no whole number"),
        ("chain_n", "-1", "chain_n", "no whole number"),
        ("daily_from,daily_till", "9,17:00", "daily_from", "time of day"),
        ("daily_from,daily_till", "09:00,25:00", "daily_till", "time of day"),
        ("answer_score", "35", "answer_score", "0.35 or 35%"),
        ("answer_score", "-0.1", "answer_score", "0.35 or 35%"),
        ("answer_score", "nan", "answer_score", "0.35 or 35%"),
        ("answer_score", "high", "answer_score", "0.35 or 35%"),
        ("daily_from,daily_till", "09:00,", "daily_till", "other end"),
        ("daily_from,daily_till", "09:00,13:00 PM", "daily_till", "time of day"),
        ("daily_from,daily_till", "00:00 AM,09:00", "daily_from", "time of day"),
        ("daily_from,daily_till", "09:00,24:01", "daily_till", "time of day"),
    ],
)
def test_fields_of_a_record_are_checked(header: str, row: str, column: str, reason: str) -> None:
    empty = "," * header.count(",")
    found = refusal(f"number,{header}\n{ONE},{row}\n{TWO},{empty}\n")
    assert (found.column, found.value in row) == (column, True)
    assert reason in spoken(found.reason)


@pytest.mark.parametrize(
    ("hours", "seconds"),
    [
        ("9:00 AM,5:00 PM", (9 * 3600, 17 * 3600)),
        ("12:00 am,12:00 p.m.", (0, 12 * 3600)),
        ("09:30:15,24:00", (9 * 3600 + 30 * 60 + 15, 86_400)),
        ("17:00,09:00", (17 * 3600, 9 * 3600)),
    ],
)
def test_hours_of_a_contact(hours: str, seconds: tuple[int, int]) -> None:
    (row,) = accepted(f"number,daily_from,daily_till\n{ONE},{hours}\n")
    assert (row.daily_from, row.daily_till) == seconds


def test_fields_of_a_record() -> None:
    (row,) = accepted(f"number,zone,chain,chain_n,daily_from,daily_till\n{ONE},Europe/Rome,smith,2,09:30,18:00\n")
    assert (row.zone, row.chain, row.chain_n) == ("Europe/Rome", "smith", 2)
    assert (row.daily_from, row.daily_till) == (34_200, 64_800)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "empty"),
        ("\n\n\n", "empty"),
        ("name,city\nAda,London\n", "No column has the phone number; the file has name, city"),
        ("number,name,name\n1,2,3\n", "Columns 2 and 3 are both named"),
        ("number,Full name,full_name\n1,2,3\n", "Columns 2 and 3 are both named"),
        ("number,,name\n1,2,3\n", "Column 2 has no name"),
        (f"{ONE},Ada\n{TWO},Bob\n", "holds a phone number"),
        (",".join(f"c{n}" for n in range(300)), "300 columns"),
        ('number,"name\n' + "x\n" * 60, "never closed"),
        (b"\x00PNG\r\n\x1a\n\xff\0", "control character"),
        ("x" * 70_000, "longer than"),
    ],
)
def test_a_file_that_is_no_calling_list(content: str | bytes, reason: str) -> None:
    with pytest.raises(UnusableFile) as refused:
        rows(content)
    assert reason in words_of(refused.value)
    assert refused.value.code == "file_unusable"


def test_columns_are_named_by_the_one_who_imports() -> None:
    options = ImportOptions("Europe/London", "GB", {"number": "Mobile", "contact": "Who", "town": "city"})
    (row,) = accepted(f"phone,mobile,WHO,City,id\n{TWO},{ONE},Ada,London,7\n", options)
    assert (row.number, row.contact, row.external_id) == (ONE, "Ada", "7")
    assert row.data == {"town": "London", "phone": TWO}
    with pytest.raises(UnusableFile) as refused:
        rows("number,name\n", ImportOptions("Europe/London", "GB", {"number": "Handy"}))
    assert words_of(refused.value) == "There is no column 'Handy'; the file has number, name."


def test_scores_are_shares_percent_or_nothing() -> None:
    found = accepted(f"number,answer_score\n{ONE},0.35\n{TWO}, 35% \n+442079460103,\n+442079460104,0\n")
    assert [answer_score((row.data or {})["answer_score"]) for row in found] == [0.35, 0.35, None, 0.0]


def test_columns_of_a_command_line() -> None:
    assert columns_from(["number=Mobile", " town = City, old "]) == {"number": "Mobile", "town": "City, old"}
    for wrong in (["number"], ["=x"], ["number="], ["number=a", "number=b"]):
        with pytest.raises(Refused) as refused:
            columns_from(wrong)
        assert refused.value.code == "mapping_unusable"


def test_options_that_do_not_exist() -> None:
    for options, code in (
        (ImportOptions("Europe/Atlantis", "GB"), "zone_unknown"),
        (ImportOptions("Europe/London", "XX"), "region_unknown"),
    ):
        with pytest.raises(Refused) as refused:
            check(options)
        assert refused.value.code == code
    with pytest.raises(UnusableFile) as unknown:
        rows("number\n", ImportOptions("Europe/London", "GB", encoding="klingon"))
    assert unknown.value.reason == UnknownEncoding("klingon")


def test_without_a_region_numbers_need_their_country() -> None:
    found = refusal(f"number\n020 7946 0001\n{TWO}\n", ImportOptions("Europe/London", ""))
    assert "no country code" in spoken(found.reason)


def test_the_national_form_of_each_country() -> None:
    (row,) = accepted("number\n(202) 555-0123\n", ImportOptions("America/New_York", "US"))
    assert row.number == "+12025550123"


def test_formulas_are_kept_as_they_are() -> None:
    (row,) = accepted(f'number,name\n{ONE},"=HYPERLINK(""http://127.0.0.1"")"\n')
    assert row.contact == '=HYPERLINK("http://127.0.0.1")'


def test_an_open_quotation_mark_does_not_eat_the_file() -> None:
    lines = ["number,note"] + [f'{ONE},"never closed'] + [f"{TWO},fine"] * 200
    found = rows("\n".join(lines))
    assert sum(isinstance(row, NewRecord) for row in found) == 200
    assert [row.line for row in found if isinstance(row, RefusedRow)] == [2]


def test_a_long_file_takes_little_memory() -> None:
    def parts() -> Iterator[bytes]:
        yield b"number,name\n"
        for _ in range(400):
            yield b"020 7946 0001,Ada\n" * 20 + b"9" * 100_000 + b"\n"

    tracemalloc.start()
    try:
        refused = sum(isinstance(row, RefusedRow) for row in read(parts(), OPTIONS))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert refused == 400
    assert peak < 10_000_000


@given(st.binary(max_size=400), st.sampled_from(["", "utf-16", "utf-32", "cp1252", "utf-7", "cp037", "gbk", "hz"]))
def test_no_bytes_at_all_break_it(content: bytes, encoding: str) -> None:
    options = ImportOptions("Europe/London", "GB", encoding=encoding)
    for head in (b"", b"number,name\n", b"Title\nnumber;ext;zone;Mobile\n"):
        try:
            found = rows(head + content, options)
        except UnusableFile:
            continue
        assert all(isinstance(row, NewRecord | RefusedRow) for row in found)


@given(st.lists(st.text(alphabet="a\",;\n\r\t='é0+", max_size=12), min_size=1, max_size=12))
def test_no_text_at_all_breaks_it(fields: list[str]) -> None:
    found = rows("number,name\n" + "\n".join(fields) + f"\n{ONE},last\n")
    assert found
