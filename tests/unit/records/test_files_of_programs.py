"""Files as spreadsheets, exports and people leave them: each is read, or refused with place, reason and remedy."""

from __future__ import annotations

import io
import zipfile

import pytest

from dialer.ports import NewRecord, RefusedRow
from dialer.records.import_options import ImportOptions, check
from dialer.records.importing import Reading, read
from dialer.records.unusable import Setting, UnusableFile
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.number_type import NumberType
from dialer.vocabulary.reasons.files import UnknownEncoding
from dialer.words import say, spoken, words_of

GB = ImportOptions("Europe/London", "GB")
ONE, TWO, THREE = "+442079460001", "+442079460002", "+442079460003"


def reading(content: str | bytes, options: ImportOptions = GB) -> tuple[list[NewRecord | RefusedRow], Reading]:
    found = read([content.encode() if isinstance(content, str) else content], options)
    return list(found), found


def taken(content: str | bytes, options: ImportOptions = GB) -> list[NewRecord]:
    rows, _ = reading(content, options)
    assert all(isinstance(row, NewRecord) for row in rows), rows
    return [row for row in rows if isinstance(row, NewRecord)]


def refused(content: str | bytes, options: ImportOptions = GB) -> list[RefusedRow]:
    return [row for row in reading(content, options)[0] if isinstance(row, RefusedRow)]


def notes(content: str | bytes, options: ImportOptions = GB) -> str:
    return "\n".join(map(say, reading(content, options)[1].notes()))


@pytest.mark.parametrize(
    "content",
    [
        "number,name,note\n020 7946 0001,Zoë\n",
        "number,name,note,city\n020 7946 0001,Zoë\n",
        'number,name,note\r\n"020 7946 0001","Zoë"\r\n',
        "number,name\r\r\n020 7946 0001,Zoë\r\r\n",
        "number,name\r\r\r\n020 7946 0001,Zoë\r\r\r\n",
        '"number", "name"\n"020 7946 0001", "Zoë"\n',
        '"number";  "name"\n"020 7946 0001";  "Zoë"\n',
        "number,name\n,\n020 7946 0001,Zoë\n,,,\n",
        "number,name\r\n020 7946 0001,Zoë\r\n\x1a",
        "\ufeff\ufeffnumber,name\n020 7946 0001,Zoë\n",
        "numero;cognome, nome;name\n020 7946 0001;x;Zoë\n",
        "Numero di telefono,Nome e cognome\n020 7946 0001,Zoë\n",
        "Rufnummer des Kontakts;name\n020 7946 0001;Zoë\n",
        "Customer Phone,Phone type,name\n020 7946 0001,home,Zoë\n",
        "number,name\n020 7946 0001,Z\u200bo\u00ad\u202eë\ufeff\n",
    ],
    ids=[
        *("last cell left out", "two cells left out", "quoted cells left out", "CR CR LF", "CR CR CR LF"),
        *("space before quotation marks", "spaces before quotation marks", "rows of empty cells", "end of DOS"),
        *("two marks", "commas in a header", "Italian headers", "German header", "type of phone", "letters not seen"),
    ],
)
def test_what_programs_leave(content: str) -> None:
    (row,) = taken(content)
    assert (row.number, row.contact) == (ONE, "Zoë")


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        *(("utf-16-le", "utf-16"), ("utf-16-be", "utf-16"), ("utf-16-be", "utf-16-be"), ("utf-16", "cp1252")),
        *(("utf-32-le", "utf-32"), ("utf-32", ""), ("cp037", "cp037"), ("cp1252", "windows-1252")),
        *(("utf-8-sig", "utf-8"), ("shift_jis", "shift_jis"), ("utf-16-be", "")),
    ],
)
def test_encodings_with_and_without_a_mark(encoding: str, named: str) -> None:
    name = "Zoë" if encoding != "shift_jis" else "山田"
    content = f"number,name\n020 7946 0001,{name}\n020 7946 0002,{name}\n".encode(encoding)
    rows = taken(content, ImportOptions("Europe/London", "GB", encoding=named))
    assert [(row.number, row.contact) for row in rows] == [(ONE, name), (TWO, name)]


@pytest.mark.parametrize(
    "encoding", ["klingon", "hex", "idna", "punycode", "undefined", "unicode_escape", "a\0b", "rot13"]
)
def test_what_is_no_encoding(encoding: str) -> None:
    with pytest.raises(UnusableFile) as refused:
        reading("number\n", ImportOptions("Europe/London", "GB", encoding=encoding))
    assert refused.value.reason == UnknownEncoding(encoding)


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "an Excel workbook (.xlsx)"),
        (zipped("letter.txt"), "a compressed file (ZIP)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an Excel workbook (.xls)"),
        (b"<html><table><tr><td>number</td></tr></table></html>", "a page or table in HTML"),
        (b"\xef\xbb\xbf  <TABLE border=1><tr><td>number", "a page or table in HTML"),
        ("<html><table>".encode("utf-16"), "a page or table in HTML"),
        (b'<?xml version="1.0"?><Workbook>', "an XML file"),
        (b'[{"number": "+442079460001"}]', "a JSON file"),
        (b"%PDF-1.7\n", "a PDF document"),
        (rb"{\rtf1\ansi number}", "a text document (RTF)"),
        (b"\x1f\x8b\x08\x00" + bytes(20), "a compressed file (gzip)"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_files_that_are_named_csv_and_are_none(content: bytes, kind: str) -> None:
    with pytest.raises(UnusableFile) as told:
        reading(content)
    assert words_of(told.value).startswith(f"The file is {kind}, not CSV: save it as CSV UTF-8")


def test_a_tie_of_delimiters_goes_to_the_one_that_gives_numbers() -> None:
    content = "telefono;cognome, nome\n020 7946 0001;Example, Ada\n"
    (row,) = taken(content)
    assert (row.number, row.contact) == (ONE, "Example, Ada")
    assert "The columns were split at the semicolon: split at comma instead, none has phone numbers." in notes(content)


@pytest.mark.parametrize("header", ["telefono;mobile, phone", "a;b, c"])
def test_a_tie_that_cannot_be_told_is_asked(header: str) -> None:
    with pytest.raises(UnusableFile) as told:
        reading(f"{header}\n020 7946 0001;x\n")
    assert "can be split at more than one character (comma, semicolon)" in words_of(told.value)
    assert told.value.setting is Setting.DELIMITER


@pytest.mark.parametrize(
    ("delimiter", "letter"), [(";", ";"), ("semicolon", ";"), ("tab", "\t"), ("\\t", "\t"), ("|", "|"), ("~", "~")]
)
def test_a_delimiter_is_said(delimiter: str, letter: str) -> None:
    options = ImportOptions("Europe/London", "GB", delimiter=delimiter)
    check(options)
    (row,) = taken(f"a, b{letter}number\nx, y{letter}020 7946 0001\n", options)
    assert row.number == ONE


@pytest.mark.parametrize("delimiter", ["xx", "a", '"', "1", "\0", "ö"])
def test_what_is_no_delimiter_is_refused(delimiter: str) -> None:
    with pytest.raises(Refused) as refused:
        check(ImportOptions("Europe/London", "GB", delimiter=delimiter))
    assert words_of(refused.value).startswith(f"'{delimiter}' separates no fields: write one character")


def test_a_title_above_the_names_of_columns_is_named() -> None:
    for title in ("Spring campaign 2026,,", "Spring campaign 2026", '"Spring, 2026"', "Spring\n\nOur customers"):
        with pytest.raises(UnusableFile) as told:
            reading(f"{title}\nnumber,name,city\n020 7946 0001,Ada,London\n")
        said = words_of(told.value)
        assert said.startswith("Line 1 is a title ('Spring")
        assert f"the columns are named in line {title.count(chr(10)) + 2}: remove what stands above" in said


def test_no_column_of_numbers_is_named_with_what_there_is() -> None:
    with pytest.raises(UnusableFile) as told:
        reading("Recapito,Fax number type,name\n020 7946 0001,x,y\n")
    assert words_of(told.value) == "No column has the phone number; the file has Recapito, Fax number type, name."
    assert told.value.setting is Setting.NUMBER_COLUMN


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"020 7946 0001,Ada,line one\rline two", "a line break (CR) stands within the row: put the text in quotation"),
        (b'020 7946 0001,"Ada" x,y', "text stands behind a closing quotation mark: double the quotation marks"),
        (b'020 7946 0001,"Ada,y', "a quotation mark is opened and never closed: close it, or double it"),
        (b"020 7946 0001,Ada,a,b", "the row has 4 fields, the header has 3: put text that holds the delimiter in"),
        (b"020 7946 0001,Zo\xeb,y", "byte 17 of the line is not UTF-8: save the file as UTF-8, or name its encoding"),
        (b"020 7946 0001,A\x1bda,y", "there is a control character (U+001B) in the text: remove it"),
        (b"020 7946 0001,A\xc2\x9bda,y", "there is a control character (U+009B) in the text: remove it"),
        (b"020 7946 0001,Ada,a\x7f", "there is a control character (U+007F) in the text: remove it"),
    ],
)
def test_a_row_that_cannot_be_read_says_why_and_what_to_do(row: bytes, reason: str) -> None:
    rows, _ = reading(b"number,name,note\n" + row + b"\n020 7946 0002,Bea,x\n")
    assert isinstance(rows[0], RefusedRow)
    assert isinstance(rows[1], NewRecord)
    assert rows[0].line == 2
    assert spoken(rows[0].reason).startswith(reason)


def test_joiners_stay_where_they_belong_to_the_script() -> None:
    (row,) = taken("number,name\n020 7946 0001,\u0645\u06cc\u200c\u062e\u0648\n")
    assert row.contact == "\u0645\u06cc\u200c\u062e\u0648"
    (row,) = taken("number,name\n020 7946 0001,A\u200cda\u200d\n")
    assert row.contact == "Ada"


def test_a_column_of_damaged_numbers_is_told_as_a_whole() -> None:
    content = (
        "number,name\n442079460001.0,a\n2079460002.0,b\n4.42079E+11,c\n" + '"442,079,460,005",d\n020 7946 0009,e\n'
    )
    assert len(refused(content)) == 4
    assert notes(content) == (
        "Column 'number': a spreadsheet has changed phone numbers as if they were amounts (2 made decimals, 1 rounded, "
        "1 written with thousands apart, of 5 rows); format the whole column as text in it and save the file again."
    )


def test_zeros_that_are_lost_are_told_as_a_whole() -> None:
    content = "number,name\n2079460001,a\n2079460002,b\n020 7946 0003,c\n"
    assert [row.number for row in taken(content)] == [ONE, TWO, THREE]
    assert "2 of 3 numbers lack the zero at their beginning" in notes(content)
    italian = ImportOptions("Europe/Rome", "IT")
    content = "number,name\n669800001,a\n0669800002,b\n"
    (row,) = refused(content, italian)
    assert spoken(row.reason).startswith("the zero at the beginning is lost: format its column as text")
    assert "1 without the zero at their beginning" in notes(content, italian)


HOME_AND_MOBILE = (
    "Home Phone,Mobile Phone,Name\n,020 7946 0001,Ada\n020 7946 0002,,Bea\n020 7946 0003,020 7946 0004,Cid\n"
)


def test_of_two_columns_of_numbers_the_first_is_dialed_and_the_other_told() -> None:
    assert [row.number for row in taken(HOME_AND_MOBILE)] == [ONE, TWO, THREE]
    assert notes(HOME_AND_MOBILE) == (
        "Column 'Mobile Phone' has phone numbers, too: 1 is not dialed, as its row has one in 'Home Phone'; "
        "1 is dialed, as its row has none in 'Home Phone'. Name the column of the numbers to choose."
    )
    options = ImportOptions("Europe/London", "GB", {"number": "Mobile phone"})
    assert [row.number for row in taken(HOME_AND_MOBILE, options)] == [ONE, TWO, "+442079460004"]


def test_extensions_are_a_field_by_whatever_way_they_are_written() -> None:
    content = "number,name,ext\n020 7946 0001#12,a,\n020 7946 0001 x13,b,\n020 7946 0001,c,14\n020 7946 0002,d,\n"
    found = taken(content)
    assert [row.number for row in found] == [ONE, ONE, ONE, TWO]
    assert [row.data for row in found] == [{"extension": digits} for digits in ("12", "13", "14", "")]
    assert len({(row.number, row.external_id) for row in found}) == 4, "no duplicates: each is a person of their own"
    (row,) = taken('number\n"020 7946 0001,12"\n')
    assert (row.number, row.data) == (ONE, {"extension": "12"})


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("020 7946 0001 x12,13", "the number has another extension (020 7946 0001 x12): write one"),
        ("020 7946 0001,Sales", "this is no extension, which is sent when the call is answered: write its digits"),
    ],
)
def test_extensions_that_cannot_be_sent_are_refused(row: str, reason: str) -> None:
    (found,) = refused(f"number,extension\n{row}\n")
    assert found.column == "extension"
    assert spoken(found.reason).startswith(reason)
    assert taken("number,extension\n020 7946 0001,Sales\n", ImportOptions("Europe/London", "GB", {"x": "extension"}))


def test_a_territory_that_is_called_zone_is_named() -> None:
    content = "number,name,zone\n020 7946 0001,Ada,North\n020 7946 0002,Bea,South 2\n"
    assert [spoken(row.reason) for row in refused(content)] == [
        "this is no time zone; write it as in Europe/London"
    ] * 2
    assert "Column 'zone' holds no time zones; rename it in the file" in notes(content)
    assert len(taken(content, ImportOptions("Europe/London", "GB", {"territory": "zone"}))) == 2


@pytest.mark.parametrize(
    ("number", "words", "type_"),
    [
        ("+44 909 8790001", "a premium-rate number", NumberType.PREMIUM_RATE),
        ("+49 180 512345", "a shared-cost number", NumberType.SHARED_COST),
        ("+881 6 1234 5678", "a number of a satellite", NumberType.SATELLITE),
        ("+44 70 1234 5678", "a personal number", NumberType.PERSONAL),
    ],
)
def test_numbers_are_refused_by_their_type_unless_it_is_allowed(number: str, words: str, type_: NumberType) -> None:
    (row,) = refused(f"number,name\n{number},Ada\n")
    assert row.column == "number"
    assert spoken(row.reason).startswith(f"this is {words}")
    assert spoken(row.reason).endswith(f"allows the type {type_}")
    allowed = ImportOptions("Europe/London", "GB", allowed=frozenset({type_}))
    assert len(taken(f"number,name\n{number},Ada\n", allowed)) == 1
