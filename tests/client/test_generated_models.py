"""The generated models, each imported when it is first used (generator-templates)."""

from __future__ import annotations

import pickle
import subprocess
import sys
from typing import TYPE_CHECKING

import idc_client.models
import pytest
from idc_client.models import V1ManifestRow

from idc_ext import connect, v1, v3
from tests.support.v1_service import NOTEBOOK
from tests.support.v3_service import RIDER

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_a_program_loads_the_models_that_it_uses_and_no_others() -> None:
    code = (
        "import sys\nfrom idc_client.models import V3Stats\n"
        "print(*(name for name in sys.modules if name.startswith('idc_client.models.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["idc_client.models.v3_stats"]


def test_every_model_is_there_listed_and_can_be_pickled_by_name() -> None:
    models = idc_client.models
    found = [getattr(models, name) for name in models.__all__]
    assert [one.__name__ for one in found] == list(models.__all__)
    assert set(models.__all__) <= set(dir(models))
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own


def test_a_module_of_a_model_is_there_without_an_import_of_its_own() -> None:
    code = "import idc_client.models\nprint(idc_client.models.v1_about.V1About.__name__)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["V1About"]


def test_another_name_is_an_attribute_error_that_names_the_module() -> None:
    with pytest.raises(AttributeError, match=r"module 'idc_client\.models' has no attribute 'V9Nothing'"):
        _ = idc_client.models.V9Nothing  # type: ignore[attr-defined] # so says the type checker, too


def printed_values(standin: str) -> Iterator[object]:
    with connect(standin) as idc:
        yield from (v3.stats(idc), v3.counts(idc, RIDER), v3.tables(idc), v3.attribute_values(idc, "Modality", limit=2))
        yield from (v3.collection(idc, "rider_pilot"), v3.licenses(idc, RIDER), v3.release_changes(idc, 12))
        yield from (v3.version(idc), v3.table(idc, "index"), v3.manifest(idc, RIDER, page_size=9).walk(max_items=1))
        cohort = v1.cohort("n", "", NOTEBOOK)
        yield next(iter(v1.preview_manifest(idc, cohort, fields=["GCS_URL"], page_size=3)))
    yield V1ManifestRow.from_dict({"GCS_URL": "gs://b/1"})


def test_what_is_printed_of_an_answer_has_the_members_that_are_there_and_no_others(standin: str) -> None:
    values = [str(one) for one in printed_values(standin)]
    assert not [one for one in values if "Unset" in one or "UNSET" in one]
    assert values[-1] == "V1ManifestRow(gcs_url='gs://b/1')"
    assert "ranges=V3RangesApplied()" in values[1]
    assert values[-2].startswith("V1ManifestRow(gcs_url='gs://")
