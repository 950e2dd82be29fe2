"""The import contracts and house rules: each one is broken on purpose, and says so."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from config import house
from config.engines import ROOT

PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "root_packages"
]


ROOMS_THERE = ("values", "models", "queries", "actions", "doors", "tasks", "views", "api")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house with all its apps and empty rooms, under the project's own contracts."""
    house_folder = tmp_path_factory.mktemp("project")
    for package in PACKAGES:
        (house_folder / package).mkdir()
        (house_folder / package / "__init__.py").touch()
        for room in ROOMS_THERE if package != "config" else ("settings",):
            (house_folder / package / f"{room}.py").touch()
    shutil.copy(ROOT / "pyproject.toml", house_folder)
    return house_folder


def broken_contracts(project: Path) -> list[str]:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    return [
        line.removesuffix(" BROKEN") for line in done.stdout.splitlines() if line.endswith("BROKEN")
    ]


STOREYS = "An app imports only apps below it"
ROOMS = "A room imports only rooms below it, and there are no others"
READS = "Models and queries import no rule and no entrance of any app"
RULES = "Actions import no entrance of any app"
WEB = "Models, queries and actions import no web package"


@pytest.mark.parametrize(
    ("file", "line", "expected"),
    [
        ("journal/values.py", "import accounts.models", [STOREYS]),
        ("accounts/queries.py", "import influencers.models", [STOREYS]),
        ("journal/queries.py", "import journal.tasks", [ROOMS, READS]),
        ("journal/values.py", "import journal.models", [ROOMS]),
        ("influencers/views.py", "import influencers.tasks", []),
        ("journal/views.py", "import journal.api", [ROOMS]),
        ("journal/utils.py", "", [ROOMS]),
        ("disclosure/models.py", "import journal.actions", [READS]),
        ("disclosure/actions.py", "import accounts.doors", [RULES]),
        ("disclosure/actions.py", "import rest_framework.views", [WEB]),
        ("config/extra.py", "import journal.values", ["Configuration imports no app"]),
        ("journal/values.py", "import config.settings", ["No app imports configuration"]),
    ],
)
def test_contract_is_broken_by(project: Path, file: str, line: str, expected: list[str]) -> None:
    path = project / file
    there = path.exists()
    path.write_text(f"{line}\n")
    found = broken_contracts(project)
    path.write_text("")
    if not there:
        path.unlink()
    assert found == expected


def test_contracts_hold_in_an_empty_house(project: Path) -> None:
    assert broken_contracts(project) == []


@pytest.fixture
def repository(tmp_path: Path) -> Callable[[str, str], Path]:
    """An empty repository, and a way to put a file into it."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)

    def put(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return tmp_path

    return put


def test_long_file_is_found(repository: Callable[[str, str], Path]) -> None:
    root = repository("journal/models.py", "x = 1\n" * 401)
    repository("journal/migrations/0001_x.py", "x = 1\n" * 401)
    assert list(house.long_files(root)) == [
        "journal/models.py: 401 lines; a room of more than 400 is split"
    ]


@pytest.mark.parametrize(
    "text", ["see https://py" + "pi.org/x", "ls /ro" + "ot/x", "cd /wo" + "rk/y"]
)
def test_word_of_one_machine_is_found(repository: Callable[[str, str], Path], text: str) -> None:
    root = repository("README.md", f"one\n{text}\n")
    assert [line.split(":")[:2] for line in house.forbidden_words(root)] == [["README.md", "2"]]


@pytest.mark.parametrize(
    "text",
    [
        "<script>go()</script>",
        "<style>p {}</style>",
        '<p style="color: red">',
        '<a href="#" onclick="go()">',
        '<img src="https://elsewhere.example/x.png">',
        "{% blocktranslate %}x{% endblocktranslate %}",
    ],
)
def test_template_that_breaks_the_policy_is_found(
    repository: Callable[[str, str], Path], text: str
) -> None:
    root = repository("templates/x.html", f"<p>\n{text}\n")
    assert [line.split(":")[:2] for line in house.templates(root)] == [["templates/x.html", "2"]]


def test_template_that_keeps_the_policy_passes(repository: Callable[[str, str], Path]) -> None:
    root = repository(
        "templates/x.html",
        "{% comment %}<script> is not allowed{% endcomment %}{# <style> #}\n"
        '<script src="{% static "x.js" %}" defer></script>\n'
        '<script id="facts" type="application/json">{}</script>\n'
        '<a href="https://elsewhere.example/">x</a>\n'
        "{% blocktranslate trimmed with a=b %}x{% endblocktranslate %}\n",
    )
    assert list(house.templates(root)) == []


def test_web_import_of_a_rule_is_found(repository: Callable[[str, str], Path]) -> None:
    root = repository("journal/actions/events.py", "from django import http, db\n")
    repository("journal/views.py", "from django import http\n")
    assert list(house.web_imports(root)) == ["journal/actions/events.py:1: imports django.http"]


def test_sql_that_asks_for_today_is_found(repository: Callable[[str, str], Path]) -> None:
    root = repository("journal/queries.py", "SQL = 'SELECT current" + "_date'\n")
    assert [line.split(":")[0] for line in house.clocks(root)] == ["journal/queries.py"]


def test_app_without_contracts_is_found(repository: Callable[[str, str], Path]) -> None:
    root = repository("extra/apps.py", "")
    assert list(house.apps_under_contract(root, ["journal"])) == [
        "extra: is missing in pyproject.toml, [tool.importlinter]"
    ]
