"""The measurement runs, and both sides of a comparison wrote the same rows. No time is judged."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config.engines import ROOT

LINE = re.compile(r"[a-z0-9_]+ [0-9]+(\.[0-9]+)? (ratio|s|ms|rows|rows/s|MB|rps)")
PROFILES = 4_000
RATIOS = {
    "import_to_bare",
    "import_processor_to_bare",
    "import_two_workers_to_bare",
    "passes_full_to_bare",
    "passes_full_processor_to_bare",
    "passes_full_two_workers_to_bare",
    "passes_full_two_workers_processor_to_bare",
    "passes_idle_to_bare",
    "passes_idle_processor_to_bare",
    "passes_incremental_to_full",
    "passes_incremental_to_aim",
    "passes_incremental_to_much",
    "contracts_apply_to_bare",
    "label_managed_rate_to_row_view",
    "label_rate_to_row_view",
    "label_rate_to_empty_view",
    "label_304_rate_to_empty_view",
    "label_bulk_to_bare",
}


@pytest.mark.night  # `make bench` itself ends with an error where the two sides differ
def test_bench_prints_its_figures_and_leaves_nothing(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "bench"),
            *("--profiles", str(PROFILES), "--repetitions", "1", "--seconds", "0.05"),
        ],
        cwd=ROOT,
        env=os.environ | {"MINGPAI_STATE": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=540,
        check=False,
    )
    # It ends with an error of its own where the two sides differ.
    assert done.returncode == 0, done.stderr[-3000:]
    lines = done.stdout.splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    figures = {line.split()[0]: line.split()[2] for line in lines}
    assert len(figures) == len(lines)
    assert {name for name, unit in figures.items() if unit == "ratio"} == RATIOS
    assert lines[0] == f"profiles {PROFILES} rows"
    assert [path.name for path in tmp_path.iterdir()] == ["bench.lock"]
