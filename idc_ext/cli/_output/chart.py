"""Charts, by matplotlib, which is imported when one is asked for: the archive's growth, and series per value.

Law: the same rows give the same bytes, with the same matplotlib; no window opens, and no setting of the user's counts.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from ...errors import ContractError, MissingExtra
from .._options import InputError
from . import destination
from .escaping import escape_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_FORMS = (".svg", ".png", ".pdf")
#: Without these, a file would say when it was made, and the names in an SVG would be another each time.
_METADATA = {".svg": {"Date": None}, ".png": {"Software": None}, ".pdf": {"CreationDate": None}}
_SETTINGS = {"svg.hashsalt": "idc-ext", "svg.fonttype": "path"}
_WIDE, _HIGH, _DPI = 9.0, 6.0, 150
#: In points: labels of releases that are closer together would overlap.
_CLOSE = 14.0
#: The most bars of a chart, and the height of one in inches.
_MOST_BARS, _BAR = 30, 0.28
#: Blue and green that differ in brightness, too.
_SIZE, _SERIES, _FAINT = "#0060a8", "#2a8a5a", "#b8c4cc"


def check(path: Path) -> None:
    """Refuse, before anything is sent, what cannot be drawn or written.

    Raises:
        InputError: the ending of the file names no form. MissingExtra: matplotlib is not installed.
    """
    name = escape_text(str(path))
    if path.suffix.lower() not in _FORMS:
        raise InputError(f"the name of a chart ends with {' or '.join(_FORMS)}, which {name} does not")
    if path.exists() and not path.is_file():
        raise InputError(f"{name} exists and is not a file: name another")
    if not path.absolute().parent.is_dir():
        raise InputError(f"{name} cannot be written: there is no folder {escape_text(str(path.parent))}")
    _matplotlib()


def growth(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Draw terabytes and series of the archive over time, a step for each release."""
    matplotlib = _matplotlib()
    days, names = [_day(row) for row in rows], [str(row["idc_version"]) for row in rows]
    with matplotlib.rc_context({**matplotlib.rcParamsDefault, **_SETTINGS}):
        from matplotlib.figure import Figure
        from matplotlib.layout_engine import ConstrainedLayoutEngine
        from matplotlib.ticker import FuncFormatter

        figure = Figure(figsize=(_WIDE, _HIGH), layout=ConstrainedLayoutEngine(w_pad=0.15, h_pad=0.1))
        upper, lower = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [3, 2]})
        # The last release goes on for a while, so that its step is seen.
        until = max(days) + (max(days) - min(days)) / 40
        sizes, series = [row["size_TB"] for row in rows], [row["series"] for row in rows]
        for axes, values, color, label in (
            (upper, sizes, _SIZE, "Size (TB, 10¹² bytes)"),
            (lower, series, _SERIES, "Series"),
        ):
            axes.step([*days, until], [*values, values[-1]], where="post", color=color, linewidth=1.8)
            axes.fill_between([*days, until], [*values, values[-1]], step="post", color=color, alpha=0.15, linewidth=0)
            axes.set_ylabel(label)
            axes.set_ylim(bottom=0)
            axes.margins(x=0)
            axes.grid(axis="y", color=_FAINT, linewidth=0.6)
            axes.spines[["top", "right"]].set_visible(False)
        lower.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        lower.set_xlabel("Date of the data release")
        figure.suptitle(
            f"Growth of the Imaging Data Commons, {names[0]} to {names[-1]}\n"
            f"{names[-1]} of {days[-1]}: {sizes[-1]:,.1f} TB in {series[-1]:,} series",
            fontsize=12,
        )
        figure.align_ylabels()
        _releases(upper, days, names)
        _save(figure, path)


def series_per_value(counts: Sequence[tuple[str, int]], attribute: str, path: Path) -> None:
    """Draw the numbers of series of the values of an attribute as bars, the most frequent first."""
    matplotlib = _matplotlib()
    shown = list(counts[:_MOST_BARS])
    with matplotlib.rc_context({**matplotlib.rcParamsDefault, **_SETTINGS}):
        from matplotlib.figure import Figure
        from matplotlib.ticker import FuncFormatter

        figure = Figure(figsize=(_WIDE, 1.2 + _BAR * max(len(shown), 1)), layout="constrained")
        axes = figure.subplots()
        # Text of the service is drawn as it is: a dollar sign begins no formula.
        names = [escape_text(name).replace("$", r"\$") for name, _ in shown]
        bars = axes.barh(range(len(shown)), [count for _, count in shown], color=_SIZE, tick_label=names)
        axes.bar_label(bars, [f"{count:,}" for _, count in shown], padding=4, fontsize=8)
        axes.invert_yaxis()
        axes.margins(x=0.12, y=0.02)
        axes.set_xlim(left=0)
        axes.set_xlabel("Series")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.spines[["top", "right"]].set_visible(False)
        more = f", the {len(shown)} most frequent" if len(counts) > len(shown) else ""
        axes.set_title(f"Imaging Data Commons: series by {attribute}{more}", fontsize=12)
        _save(figure, path)


def _save(figure: Any, path: Path) -> None:
    with destination.open_new_file(path) as file:
        form = path.suffix.lower()
        figure.savefig(file, format=form.removeprefix("."), dpi=_DPI, metadata=_METADATA[form])


def _releases(axes: Any, days: Sequence[datetime.date], names: Sequence[str]) -> None:
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


def _day(row: Mapping[str, Any]) -> datetime.date:
    try:
        return datetime.date.fromisoformat(str(row["release_date"]))
    except ValueError:
        raise ContractError(f"{row['idc_version']} has no date to draw it at") from None


def _matplotlib() -> Any:
    try:
        import matplotlib
    except ModuleNotFoundError as error:
        if error.name != "matplotlib":
            raise
        raise MissingExtra(
            "a chart needs matplotlib, which is not installed: pip install 'idc-client[plot]'", name=error.name
        ) from None
    return matplotlib
