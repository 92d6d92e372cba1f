"""Small charts of tables, by matplotlib: bars, a grid of counts, the growth over data releases. Needs the extra `plot`.

    from idc_ext import charts

    charts.bars(v3.attribute_values(idc, "Modality"))

A notebook shows the chart; `save` writes it to a file; `figure` is matplotlib's, for all else. What is drawn is also a
text, for readers who see no pictures.

Law: the same rows give the same chart with the same matplotlib; no window opens, and no setting of the user's counts.
"""

from __future__ import annotations

import datetime
import io
import os
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen
from idc_client.models import V3AttributeValues

from ._atomic import atomic_replacement
from ._tables.html import size_text
from ._tables.listed import column_of
from ._tables.optional import OptionalPackage, import_optional
from .errors import ContractError

if TYPE_CHECKING:
    from matplotlib import figure as figures
else:
    figures = OptionalPackage("matplotlib.figure")

__all__ = ["Chart", "bars", "grid", "growth"]

#: The forms of files. Without these, a file would say when it was made.
METADATA: dict[str, dict[str, Any]] = {
    ".svg": {"Date": None},
    ".png": {"Software": None},
    ".pdf": {"CreationDate": None},
}
#: Without a salt, the names in an SVG would be another each time.
_SETTINGS = {"svg.hashsalt": "idc-ext", "svg.fonttype": "path"}
_WIDE, _HIGH = 9.0, 6.0
#: What a notebook stores, in dots per inch, and shows, in pixels.
_STORED_DPI, _SHOWN_WIDE = 110, 760
#: In points: labels of releases that are closer together would overlap.
_CLOSE = 14.0
#: The height of a bar in inches.
_BAR = 0.28
#: Blue and green that differ in brightness, too.
_SIZE, _SERIES, _FAINT = "#0060a8", "#2a8a5a", "#b8c4cc"


@frozen
class Chart:
    """A chart, which a notebook shows.

    Attributes:
        figure: The figure of matplotlib, for changes of your own.
        text: All that is drawn, as a sentence: the alternative text of the picture.
    """

    figure: figures.Figure = field(repr=False)
    text: str

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the chart to a file: `.svg`, `.png` or `.pdf`. The file appears, or is replaced, when it is complete.

        Raises:
            ValueError: the ending is another. OSError: the file cannot be written.
        """
        form = Path(path).suffix.lower()
        if form not in METADATA:
            raise ValueError(f"the name of a chart ends with {' or '.join(METADATA)}, which {str(path)[-80:]} does not")
        content = self.encoded(form)
        with atomic_replacement(Path(path)) as file:
            file.write(content)

    def encoded(self, form: str, dpi: int = 150) -> bytes:
        """Give the bytes of a file of a form, such as `.svg`."""
        file = io.BytesIO()
        with _plain_settings():
            self.figure.savefig(file, format=form.removeprefix("."), dpi=dpi, metadata=METADATA[form])
        return file.getvalue()

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        shown = {"alt": self.text, "width": _SHOWN_WIDE}
        return {"image/png": self.encoded(".png", _STORED_DPI), "text/plain": self.text}, {"image/png": shown}


def bars(
    found: Any, label: str | None = None, value: str | None = None, *, title: str | None = None, most: int = 30
) -> Chart:
    """Draw a bar for each row, from top to bottom in the order of the rows.

    Args:
        found: Values of an attribute (`v3.attribute_values`), a `Table`, rows or any list of dictionaries or answers.
            Of a selection (`v3.manifest`), all pages are requested.
        label: The column with the names of the bars; of values of an attribute it may be left out.
        value: The column with their lengths. Without it, rows of one name are counted, and the largest count is first.
        title: What stands above it; by default what is counted by what.
        most: The most bars. The title says if there are more.

    Raises:
        KeyError: there is no such column. ValueError: a length is not a number, or there is nothing to draw.
        MissingExtra: matplotlib is not installed.
    """
    rows = _rows(found)
    if isinstance(found, V3AttributeValues):
        label, value = label or found.attribute, value or "series"
    if label is None:
        raise ValueError("a bar chart needs `label`, the column with the names of the bars")
    sums = {name: amount for (name,), amount in _sums(rows, [label], value).items()}
    names = sorted(sums, key=lambda name: -sums[name]) if value is None else list(sums)
    counted = value or "rows"
    heading = title or f"{_printable(counted).capitalize()} by {_printable(label)}"
    heading += f", the first {most:,} of {len(names):,}" if len(names) > most else ""
    names = names[:most]
    with _plain_settings():
        figure = figures.Figure(figsize=(_WIDE, 1.2 + _BAR * len(names)), layout="constrained")
        axes = figure.subplots()
        drawn = axes.barh(
            range(len(names)),
            [sums[name] for name in names],
            color=_SIZE,
            tick_label=[_drawable(name) for name in names],
        )
        axes.bar_label(drawn, [_number(sums[name]) for name in names], padding=4, fontsize=8)
        axes.invert_yaxis()
        axes.margins(x=0.12, y=0.02)
        axes.set_xlim(left=0)
        axes.set_xlabel(_drawable(counted[:1].upper() + counted[1:]))
        axes.xaxis.set_major_formatter(_thousands())
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_title(_drawable(heading), fontsize=12)
    return Chart(figure, f"Bar chart. {heading}: {'; '.join(f'{name} {_number(sums[name])}' for name in names)}")


def grid(
    found: Any,
    down: str,
    across: str,
    value: str | None = None,
    *,
    title: str | None = None,
) -> Chart:
    """Draw a grid of numbers, darker where there are more: how two columns go together.

    Args:
        found: As for `bars`.
        down: The column with the names of the lines, which are sorted.
        across: The column with the names of the columns, which are sorted.
        value: The column that is added up. Without it, rows are counted.
        title: What stands above it; by default what is counted by what.

    Raises:
        KeyError: there is no such column. ValueError: a value is not a number, or there is nothing to draw.
        MissingExtra: matplotlib is not installed.
    """
    sums = _sums(_rows(found), (down, across), value)
    lines, columns = (sorted({key[at] for key in sums}) for at in (0, 1))
    cells = [[sums.get((line, column), 0) for column in columns] for line in lines]
    counted = value or "rows"
    heading = title or f"{_printable(counted).capitalize()} by {_printable(down)} and {_printable(across)}"
    with _plain_settings():
        figure = figures.Figure(figsize=(_WIDE, 1.8 + 0.5 * len(lines)), layout="constrained")
        axes = figure.subplots()
        image: Any = axes.imshow(cells, cmap="Blues", aspect="auto")
        for line, numbers in enumerate(cells):
            for column, number in enumerate(numbers):
                dark = image.norm(number) > 0.55
                axes.text(column, line, _number(number), ha="center", va="center", color="white" if dark else "black")
        axes.set_yticks(range(len(lines)), [_drawable(one) for one in lines])
        axes.set_xticks(range(len(columns)), [_wrapped(one, 90 // len(columns)) for one in columns], fontsize=8)
        axes.set_ylabel(_drawable(down))
        axes.set_xlabel(_drawable(across))
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        axes.set_title(_drawable(heading), fontsize=12)
    said = [
        f"{line}: {', '.join(f'{column} {_number(number)}' for column, number in zip(columns, numbers, strict=True))}"
        for line, numbers in zip(lines, cells, strict=True)
    ]
    return Chart(figure, f"Grid. {heading}. {'; '.join(said)}")


def growth(found: Any, *, title: str = "Growth of the Imaging Data Commons") -> Chart:
    """Draw series, and terabytes if they are known, over time: a step for each data release.

    Args:
        found: The result of `v3.releases`, or that of `manifests.history` for a selection.
        title: What stands above it, before the numbers of the releases.

    Raises:
        KeyError: a column is missing. ContractError: a release has no date.
        MissingExtra: matplotlib is not installed.
    """
    rows = _rows(found)
    names = [str(name) for name in _column(rows, "idc_version")]
    days = [_day(name, day) for name, day in zip(names, _column(rows, "release_date"), strict=True)]
    series = [int(number) for number in _column(rows, "series")]
    sizes = [float(number) for number in _column(rows, "size_TB")] if "size_TB" in rows[0] else []
    panels: list[tuple[Sequence[float], str, str]] = [
        *([(sizes, _SIZE, "Size (TB, 10¹² bytes)")] if sizes else []),
        (series, _SERIES, "Series"),
    ]
    size = f"{size_text(sizes[-1])} in " if sizes else ""
    heading = f"{title}, {names[0]} to {names[-1]}\n{names[-1]} of {days[-1]}: {size}{series[-1]:,} series"
    with _plain_settings():
        from matplotlib.layout_engine import ConstrainedLayoutEngine

        high = _HIGH if sizes else _HIGH * 2 / 3
        figure = figures.Figure(figsize=(_WIDE, high), layout=ConstrainedLayoutEngine(w_pad=0.15, h_pad=0.1))
        ratios = {"height_ratios": [3, 2]} if sizes else {}
        drawn: Any = figure.subplots(len(panels), 1, sharex=True, gridspec_kw=ratios, squeeze=False)[:, 0]
        # The last release goes on for a while, so that its step is seen.
        until = max(days) + (max(days) - min(days)) / 40
        for axes, (values, color, label) in zip(drawn, panels, strict=True):
            axes.step([*days, until], [*values, values[-1]], where="post", color=color, linewidth=1.8)
            axes.fill_between([*days, until], [*values, values[-1]], step="post", color=color, alpha=0.15, linewidth=0)
            axes.set_ylabel(label)
            axes.set_ylim(bottom=0)
            axes.margins(x=0)
            axes.grid(axis="y", color=_FAINT, linewidth=0.6)
            axes.spines[["top", "right"]].set_visible(False)
        drawn[-1].yaxis.set_major_formatter(_thousands())
        drawn[-1].set_xlabel("Date of the data release")
        figure.suptitle(_drawable(heading), fontsize=12)
        figure.align_ylabels()
        _name_releases(drawn[0], days, names)
    said = [
        f"{name} of {day}: {number:,} series{f', {size_text(sizes[at])}' if sizes else ''}"
        for at, (name, day, number) in enumerate(zip(names, days, series, strict=True))
    ]
    return Chart(figure, f"Steps over time. {_printable(title)}. {'; '.join(said)}")


def _name_releases(axes: Any, days: Sequence[datetime.date], names: Sequence[str]) -> None:
    """Name the releases above the chart; of those on one day, and of those too close together, the latest."""
    points = _WIDE * 72 * 0.85 / max((max(days) - min(days)).days, 1)
    kept: list[tuple[datetime.date, str]] = []
    for day, name in sorted(zip(days, range(len(names)), strict=True), reverse=True):
        if not kept or (kept[-1][0] - day).days * points >= _CLOSE:
            kept.append((day, names[name]))
    above = axes.secondary_xaxis("top")
    above.set_xticks([day for day, _ in kept], [name for _, name in kept], fontsize=8, rotation=60)
    above.tick_params(length=3, color=_FAINT)
    above.spines["top"].set_color(_FAINT)


# ----------------------------------------------------------------------------------------------------------- reading


def _rows(found: Any) -> Sequence[Mapping[str, Any]]:
    """Read a table, rows or a list as dictionaries."""
    if isinstance(found, V3AttributeValues):
        return [{found.attribute: one.value, "series": one.count} for one in found.values]
    if hasattr(found, "to_pylist"):  # Arrow's tables
        found = found.to_pylist()
    listed: list[Any] = list(found) if isinstance(found, Iterable) else [None]
    if not all(isinstance(one, Mapping) or hasattr(one, "to_dict") for one in listed):
        if type(found).__name__ == "DataFrame":
            raise TypeError(
                "a DataFrame is not drawn here: give the table or the rows it was made of, or its rows as dictionaries "
                "(pandas: frame.to_dict('records'), polars: frame.to_dicts())"
            )
        raise TypeError(
            f"a chart is drawn of a table, of rows or of a list of dictionaries, not of {type(found).__name__}; in "
            "asynchronous code, await `to_arrow()` first"
        )
    rows = [one if isinstance(one, Mapping) else one.to_dict() for one in listed]
    if not rows:
        raise ValueError("there are no rows to draw")
    return rows


def _column(rows: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    return column_of(list(rows), list(dict.fromkeys(key for row in rows for key in row)), name)


def _sums(rows: Sequence[Mapping[str, Any]], keys: Sequence[str], value: str | None) -> dict[tuple[str, ...], Any]:
    """Add up a column, or count rows, by the values of others, in the order of the rows."""
    amounts = [1] * len(rows) if value is None else [amount or 0 for amount in _column(rows, value)]
    if not all(isinstance(amount, int | float) for amount in amounts):
        raise ValueError(f"column {value} has values that are not numbers")
    sums = dict[tuple[str, ...], Any]()
    for *key, amount in zip(*(_column(rows, name) for name in keys), amounts, strict=True):
        place = tuple("no value" if part is None else _printable(str(part)) for part in key)
        sums[place] = sums.get(place, 0) + amount
    return sums


def _day(name: str, day: object) -> datetime.date:
    try:
        return datetime.date.fromisoformat(str(day))
    except ValueError:
        raise ContractError(f"{name} has no date to draw it at") from None


# ------------------------------------------------------------------------------------------------------------- words


def _printable(text: str) -> str:
    """Escape what is invisible."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def _drawable(text: str) -> str:
    """Have text drawn as it is: a dollar sign begins no formula."""
    return "\n".join(_printable(line) for line in text.split("\n")).replace("$", r"\$")


def _wrapped(text: str, wide: int) -> str:
    """Break a long name into lines."""
    return textwrap.fill(_drawable(text), max(wide, 8))


def _number(amount: float) -> str:
    return f"{amount:,}" if isinstance(amount, int) else f"{amount:,.1f}"


# -------------------------------------------------------------------------------------------------------- matplotlib


def _plain_settings() -> Any:
    matplotlib = import_optional("matplotlib")
    return matplotlib.rc_context({**matplotlib.rcParamsDefault, **_SETTINGS})


def _thousands() -> Any:
    from matplotlib.ticker import FuncFormatter

    return FuncFormatter(lambda value, _: f"{value:,.0f}")
