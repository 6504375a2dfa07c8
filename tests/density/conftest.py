import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from artimap.roads.density import _numpy_simple

_spec = importlib.util.spec_from_file_location("density_independent", Path(__file__).parent / "independent.py")
_module = importlib.util.module_from_spec(_spec)
sys.modules["density_independent"] = _module
_spec.loader.exec_module(_module)


@pytest.fixture(params=["numpy", "compiled"])
def either(request, monkeypatch):
    """Both ways of working, whatever the size."""
    monkeypatch.setattr(_numpy_simple, "MOST_S", np.inf if request.param == "numpy" else -1.0)
    return request.param
