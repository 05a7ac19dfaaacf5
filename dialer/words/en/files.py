"""What people read of a file that cannot be imported at all."""

from __future__ import annotations

_KINDS = (
    "xlsx {an Excel workbook (.xlsx)} xls {an Excel workbook (.xls)} ods {a LibreOffice document (.ods)} "
    "pdf {a PDF document} rtf {a text document (RTF)} gzip {a compressed file (gzip)} "
    "seven_zip {a compressed file (7z)} rar {a compressed file (RAR)} zip {a compressed file (ZIP)} "
    "sqlite {a database (SQLite)} picture {a picture} parquet {a Parquet file} html {a page or table in HTML} "
    "xml {an XML file} json {a JSON file} other {of another kind}"
)
_HAS = "the file has {columns}{more, plural, =0 {} other { and # more}}"

SENTENCES = {
    "file_unusable.unreadable": (
        "{standard_input, select, true {Standard input} other {The file {path}}} cannot be read: {problem}."
    ),
    "file_unusable.kind": (
        f"The file is {{kind, select, {_KINDS}}}, not CSV: save it as CSV UTF-8 in a spreadsheet, or choose another."
    ),
    "file_unusable.empty": "The file is empty.",
    "file_unusable.unknown_encoding": "There is no encoding ''{encoding}'': try utf-8, cp1252 or latin-1.",
    "file_unusable.line": "Line {line} cannot be read: {problem}.",
    "file_unusable.header": "The header in line {line} cannot be read: {problem}.",
    "file_unusable.header_empty": "Line {line} has no names of columns: write them in the first line.",
    "file_unusable.no_header": "The file has no header: its first line must name the columns.",
    "file_unusable.number_in_header": "The first line holds a phone number: it must name the columns.",
    "file_unusable.title": (
        "Line {line} is a title (''{title}''), the columns are named in line {header}: "
        "remove what stands above line {header}."
    ),
    "file_unusable.delimiter": (
        "Line {line} can be split at more than one character ({delimiters}), "
        "and it cannot be told which separates the columns."
    ),
    "delimiter": "{name, select, comma {comma} semicolon {semicolon} tab {tab} other {bar}}",
    "file_unusable.no_number_column": f"No column has the phone number; {_HAS}.",
    "file_unusable.no_column": f"There is no column ''{{column}}''; {_HAS}.",
    "file_unusable.columns": "The file has {columns} columns; a calling list has at most {most}.",
    "file_unusable.unnamed_column": ("Column {column} has no name in the header: give it one, or take the column out."),
    "file_unusable.column_name": (
        "The name of column {column} cannot be used: it has more than {most} characters, or holds a control character."
    ),
    "file_unusable.same_names": "Columns {first} and {second} are both named ''{name}'': rename one.",
}
