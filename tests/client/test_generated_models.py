"""The generated models, each imported when it is first used (generator-templates)."""

from __future__ import annotations

import pickle
import subprocess
import sys

import idc_client.models
import pytest


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
