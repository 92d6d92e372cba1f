"""A progress bar, in notebooks and terminals, by tqdm. Law: shows, and decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._tables.optional import import_optional

if TYPE_CHECKING:
    from .request import Progress


class ProgressBar:
    """The bar of one walk: called with each `Progress`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tqdm = import_optional("tqdm.auto").tqdm  # MissingExtra, before anything is sent
        self._bar: Any = None

    def __call__(self, progress: Progress) -> None:
        """Show the progress; the bar stays when all rows have come."""
        if self._bar is None:
            self._bar = self._tqdm(desc=self._name, unit=" rows", unit_scale=True, total=progress.total)
        self._bar.total = progress.total
        self._bar.set_postfix_str(f"{progress.bytes / 1e6:,.1f} MB", refresh=False)
        self._bar.update(progress.rows - self._bar.n)
        if progress.rows == progress.total:
            self.close()

    def close(self) -> None:
        """End the bar, which stays as it is: all rows have come, or the walk was left early."""
        if self._bar is not None:
            self._bar.close()


def progress_callback(progress: Any, name: str) -> Any:
    """Return what is called with each `Progress`: a bar for True, nothing for False."""
    if isinstance(progress, bool):
        return ProgressBar(name) if progress else None
    return progress
