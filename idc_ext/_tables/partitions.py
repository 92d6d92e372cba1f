"""Parquet partitioned into folders by column (`Modality=CT/part-0.parquet`): the same folders for the same rows.

Rows keep their order within a folder. The rows in memory and the open files are limited; if rows come for a folder
whose file was closed, it gets another file. (Arrow's own writer of datasets holds up to eight million rows.)
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from . import arrow
from .optional import import_optional

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pyarrow

#: The name that Hive gives the folder of rows without a value.
NULL = "__HIVE_DEFAULT_PARTITION__"
#: The most files that are open at a time.
MOST_OPEN = 64


def check_partition_columns(by: Sequence[str], names: Sequence[str]) -> None:
    """Check that rows can be partitioned by some of their columns: known ones, each once, and not all of them.

    Raises:
        ValueError: they cannot.
    """
    missing = [name for name in by if name not in names]
    if missing:
        raise ValueError(f"there is no column {', '.join(missing)} to partition by")
    check_no_column_twice(by)
    if len(by) == len(names):  # a file without columns has no rows
        raise ValueError("partitioning by all columns leaves none for the files: leave out at least one")


def check_no_column_twice(by: Sequence[str]) -> None:
    """Check that no partition column is named twice; raises ValueError."""
    twice = sorted({name for name in by if by.count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} is named twice as a column to partition by")


def write_partitions(reader: pyarrow.RecordBatchReader, folder: Path, by: Sequence[str], row_group: int) -> None:
    """Write rows to partition folders.

    Args:
        reader: The rows.
        folder: The output folder, which exists and is empty.
        by: The partition columns, which are in the names of the folders and not in the files.
        row_group: The most rows of a row group, and half of the rows that may wait in memory.
    """
    rest = arrow.subschema(reader.schema, [name for name in reader.schema.names if name not in by])
    with ExitStack() as opened:
        files = _OpenFiles(folder, rest, opened)
        waiting: dict[tuple[Any, ...], list[pyarrow.RecordBatch]] = {}
        rows = 0
        for batch in reader:
            for key, part in _split_batch(batch, by, rest.names):
                held = waiting.pop(key, [])
                held.append(part)
                waiting[key] = held  # moved to the end: the first one has waited longest
                rows += part.num_rows
                if sum(one.num_rows for one in held) >= row_group:
                    rows -= files.write(_folder_name(by, key), waiting.pop(key))
            while rows > 2 * row_group:
                key = next(iter(waiting))
                rows -= files.write(_folder_name(by, key), waiting.pop(key))
        for key, held in waiting.items():
            files.write(_folder_name(by, key), held)


def _split_batch(
    batch: pyarrow.RecordBatch, by: Sequence[str], rest: Sequence[str]
) -> Iterator[tuple[tuple[Any, ...], pyarrow.RecordBatch]]:
    """Split a batch by the values of the partition columns, in the order in which they first occur."""
    places: dict[tuple[Any, ...], list[int]] = {}
    for place, key in enumerate(zip(*(batch.column(name).to_pylist() for name in by), strict=True)):
        places.setdefault(key, []).append(place)
    content = batch.select(list(rest))
    for key, chosen in places.items():
        yield key, content.take(import_optional("pyarrow").array(chosen))


def _folder_name(by: Sequence[str], key: tuple[Any, ...]) -> str:
    values = [NULL if value is None else quote(str(value), safe="") for value in key]
    return "/".join(f"{quote(name, safe='')}={value}" for name, value in zip(by, values, strict=True))


class _OpenFiles:
    """The open files, the most recently used one at the end."""

    def __init__(self, folder: Path, schema: pyarrow.Schema, opened: ExitStack) -> None:
        self._folder, self._schema = folder, schema
        self._open: dict[str, Any] = {}
        self._count: dict[str, int] = {}
        opened.callback(self._close)

    def write(self, where: str, batches: list[pyarrow.RecordBatch]) -> int:
        """Write one row group to a folder; return the number of its rows."""
        content = import_optional("pyarrow").Table.from_batches(batches, self._schema)
        writer = self._open.pop(where, None) or self._writer_for(where)
        self._open[where] = writer
        writer.write_table(content, row_group_size=max(content.num_rows, 1))
        return int(content.num_rows)

    def _writer_for(self, where: str) -> Any:
        if len(self._open) >= MOST_OPEN:
            self._open.pop(next(iter(self._open))).close()
        number = self._count.get(where, 0)
        self._count[where] = number + 1
        path = self._folder / where / f"part-{number}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        return import_optional("pyarrow.parquet").ParquetWriter(path, self._schema, compression="zstd")

    def _close(self) -> None:
        for writer in self._open.values():
            writer.close()
