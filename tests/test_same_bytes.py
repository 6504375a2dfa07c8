"""The same bytes on every processor, in every run, in every country.

Other processors are played by telling numpy, OpenBLAS, Arrow and the C library to leave out what this one has. One run
leaves out everything at once; the exhaustive half changes one setting at a time, so that a failure names it.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
from numpy._core import _multiarray_umath as numpy_core

from tests import freeze

ROOT = Path(__file__).resolve().parent.parent
DISPATCHED = tuple(numpy_core.__cpu_dispatch__)
"""What numpy chooses by processor: names differ by version, so numpy is asked."""

NO_VECTORS = {"NPY_DISABLE_CPU_FEATURES": " ".join(DISPATCHED)}
OLD_LIBC = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX,-AVX512F"}
SETTINGS: dict[str, dict[str, str]] = {
    "BLAS of Haswell": {"OPENBLAS_CORETYPE": "Haswell"},
    "BLAS of SkylakeX": {"OPENBLAS_CORETYPE": "SkylakeX"},
    "BLAS of Prescott": {"OPENBLAS_CORETYPE": "Prescott"},
    "numpy without vectors": NO_VECTORS,
    "C library without FMA": OLD_LIBC,
    "Arrow without vectors": {"ARROW_USER_SIMD_LEVEL": "NONE"},
    "1 thread": {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    "2 threads": {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"},
    "hash seed 0": {"PYTHONHASHSEED": "0"},
    "hash seed 1": {"PYTHONHASHSEED": "1"},
    "clock of Tokyo": {"TZ": "Asia/Tokyo"},
    "French": {"LANG": "fr_FR.UTF-8", "LC_ALL": "fr_FR.UTF-8"},
    "no language": {"LANG": "C", "LC_ALL": "C"},
}
ALL_AT_ONCE = {
    **NO_VECTORS, **OLD_LIBC, "OPENBLAS_CORETYPE": "Prescott", "ARROW_USER_SIMD_LEVEL": "NONE", "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LANG": "C", "LC_ALL": "C",
}  # fmt: skip
GOLDEN = ("tests/test_contestation_docs.py", "tests/test_status_page.py")
"""What holds documents against the code: they must pass under every setting."""


def playable(settings: dict[str, str]) -> None:
    """Skip, with the reason, what cannot be set here; fail where numpy did not do as it was told."""
    x86 = platform.machine().lower() in {"x86_64", "amd64"}
    if "OPENBLAS_CORETYPE" in settings and not x86:
        pytest.skip(f"OpenBLAS knows no {settings['OPENBLAS_CORETYPE']} on {platform.machine()}")
    if "GLIBC_TUNABLES" in settings and not (x86 and platform.libc_ver()[0] == "glibc"):
        pytest.skip("the C library here is not that of GNU on x86: it chooses no functions that can be left out")
    if "NPY_DISABLE_CPU_FEATURES" in settings:
        if not DISPATCHED:
            pytest.skip("this numpy was built for one processor: it chooses nothing")
        code = (
            "from numpy._core import _multiarray_umath as m\n"
            "print([name for name in m.__cpu_dispatch__ if m.__cpu_features__[name]])"
        )
        out = subprocess.run(
            [sys.executable, "-c", code], env=os.environ | settings, capture_output=True, text=True, check=True
        )
        assert out.stdout.strip() == "[]"


def briefing_under(settings: dict[str, str], folder: Path) -> dict[str, str]:
    command = [sys.executable, "-m", "artimap", "brief", "--as-of", freeze.DAY, "-o", str(folder)]
    subprocess.run(command, env=os.environ | settings, check=True, stdout=subprocess.DEVNULL)
    return freeze.hashes(folder)


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    return briefing_under({}, tmp_path_factory.mktemp("usual") / "briefing")


@pytest.mark.exhaustive  # two briefings in new processes
def test_everything_left_out_at_once(usual, tmp_path):
    playable(ALL_AT_ONCE)
    assert briefing_under(ALL_AT_ONCE, tmp_path / "briefing") == usual, "pytest -m exhaustive tells which setting it is"


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", SETTINGS)
def test_briefing_under_one_setting(name, usual, tmp_path):
    playable(SETTINGS[name])
    assert briefing_under(SETTINGS[name], tmp_path / "briefing") == usual, f"{name}: {SETTINGS[name]}"


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "name", ["BLAS of Haswell", "BLAS of Prescott", "numpy without vectors", "C library without FMA", "2 threads"]
)
def test_documents_under_one_setting(name):
    playable(SETTINGS[name])
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *GOLDEN]
    done = subprocess.run(
        command, env=os.environ | SETTINGS[name], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{name}: {SETTINGS[name]}\n{done.stdout[-4000:]}"
