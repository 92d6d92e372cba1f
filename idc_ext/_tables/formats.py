"""The file formats: pages as bytes that can be appended to a file, and the final file made from them.

JSON lines and CSV can be appended to. Parquet cannot, so its pages are stored as an Arrow stream, which can, and
converted to Parquet when all rows have come: in row groups of one size, with memory for one row group.

CSV has a header, ends lines with a line feed, writes null as an empty field and lists as JSON. Text is UTF-8.
"""

from __future__ import annotations

import csv
import json
from typing import IO, TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from attrs import frozen

from ..errors import ContractError
from . import arrow, partitions
from .optional import import_optional

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow

    from .columns import Columns
    from .records import PageRows

Format: TypeAlias = Literal["csv", "jsonl", "parquet"]
FORMATS: tuple[Format, ...] = get_args(Format)
#: Rows in a row group of Parquet: some 40 MB of a manifest.
ROW_GROUP = 122_880


@frozen
class FormatWriter:
    """One format: makes the bytes before the first row, the bytes of a page, and the final file."""

    begin: Callable[[Columns], bytes]
    page: Callable[[Columns, PageRows[Any]], bytes]
    #: Makes the final file of those bytes; None where they are that file.
    convert: Callable[[IO[bytes], IO[bytes]], None] | None


def encode_page(columns: Columns, content: PageRows[Any], write: Format) -> bytes:
    """Encode the rows of a page.

    Raises:
        ContractError: a value does not fit its column, or text cannot be written as UTF-8.
    """
    try:
        return WRITERS[write].page(columns, content)
    except (LookupError, TypeError, ValueError) as error:
        raise ContractError(f"a row does not fit its columns: {error}"[:300]) from error


def choose_format(path: Path, named: str | None) -> Format:
    """Choose a format by its name, or by the ending of the path.

    Raises:
        ValueError: there is no such format.
    """
    wanted = named if named is not None else path.suffix.removeprefix(".").lower()
    for known in FORMATS:
        if wanted == known:
            return known
    raise ValueError(
        f"{wanted or str(path)!r} is not a format: name the file *.csv, *.jsonl or *.parquet, or pass format="
    )


def _no_header(_columns: Columns) -> bytes:
    return b""


def _json_lines(columns: Columns, content: PageRows[Any]) -> bytes:
    names = columns.names
    columns.check_same_columns(content)
    texts = [
        json.dumps({name: record[name] for name in names}, ensure_ascii=False, separators=(",", ":"))
        for record in content.records
    ]
    return "".join(f"{text}\n" for text in texts).encode()


def _csv_header(columns: Columns) -> bytes:
    return _csv_bytes([columns.names])


def _csv_page(columns: Columns, content: PageRows[Any]) -> bytes:
    return _csv_bytes(columns.value_tuples(content, flat=True))


def _csv_bytes(rows: Iterable[Sequence[Any]]) -> bytes:
    lines = _CsvLines()
    csv.writer(lines, lineterminator="\r\n").writerows(rows)
    return "".join(lines).encode()


class _CsvLines(list[str]):
    """The lines of a CSV file, ended with LF. `csv` writes CR LF, since only then it quotes both within text."""

    def write(self, line: str) -> None:
        self.append(f"{line[:-2]}\n")


def _arrow_schema_bytes(columns: Columns) -> bytes:
    return bytes(arrow.schema(columns).serialize().to_pybytes())


def _arrow_batch_bytes(columns: Columns, content: PageRows[Any]) -> bytes:
    return bytes(arrow.batch(columns, content).serialize().to_pybytes())


def _convert_to_parquet(part: IO[bytes], file: IO[bytes]) -> None:
    pq = import_optional("pyarrow.parquet")
    with (
        import_optional("pyarrow").ipc.open_stream(part) as reader,
        pq.ParquetWriter(file, reader.schema, compression="zstd") as writer,
    ):
        for group in _row_groups(reader):
            writer.write_table(group, row_group_size=ROW_GROUP)


def convert_to_folders(part: IO[bytes], folder: Path, partition_by: Sequence[str]) -> None:
    """Write the rows of a Parquet walk into an empty folder, partitioned by these columns."""
    with import_optional("pyarrow").ipc.open_stream(part) as reader:
        partitions.write_partitions(reader, folder, partition_by, ROW_GROUP)


def count_parquet_rows(path: Path) -> int:
    """Return the number of rows of a Parquet file."""
    return int(import_optional("pyarrow.parquet").read_metadata(path).num_rows)


def _row_groups(reader: pyarrow.RecordBatchReader) -> Iterator[pyarrow.Table]:
    """Yield tables of one row group each, cut by the number of rows alone."""
    pa = import_optional("pyarrow")
    waiting: list[pyarrow.RecordBatch] = []
    for batch in reader:
        waiting.append(batch)
        while sum(one.num_rows for one in waiting) >= ROW_GROUP:
            whole = pa.Table.from_batches(waiting)
            yield whole.slice(0, ROW_GROUP)
            waiting = whole.slice(ROW_GROUP).to_batches()
    if waiting:
        yield pa.Table.from_batches(waiting)


WRITERS: Mapping[Format, FormatWriter] = {
    "csv": FormatWriter(_csv_header, _csv_page, None),
    "jsonl": FormatWriter(_no_header, _json_lines, None),
    "parquet": FormatWriter(_arrow_schema_bytes, _arrow_batch_bytes, _convert_to_parquet),
}
