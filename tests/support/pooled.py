"""What processes of a pool run; a module of its own, so that they import little."""

from idc_ext import connect, v3


def count(url: str, modality: str) -> int:
    """The number of series of a modality, by a client of this process."""
    with connect(url) as idc:
        return v3.counts(idc, {"Modality": modality}).series
