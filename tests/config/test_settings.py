"""Production settings: what Django's own check finds, and what every page says to browsers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "PUBLIC_URL": "https://mingpai.example",
    "ALLOWED_HOSTS": "mingpai.example",
    "SECRET_KEY": Fernet.generate_key().decode() * 2,
    "FIELD_KEYS": Fernet.generate_key().decode(),
}
# Of the run that starts the process, not of a portal.
OURS = ("PYTEST_XDIST", "PYTEST_CURRENT", "MINGPAI_", "DATABASE_", "REDIS_", "DJANGO_", "DEMO")


def portal(*words: str, keep: tuple[str, ...] = (), **more: str) -> tuple[int, str]:
    """What Python answers in the environment of a portal for others."""
    kept = {n: v for n, v in os.environ.items() if n in keep or not n.startswith(OURS)}
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**kept, **PRODUCTION, **more},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


ENGINES = ("DATABASE_URL", "REDIS_URL", "MINGPAI_STATE")


def checked(**more: str) -> tuple[int, str]:
    words = ("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    return portal(*words, keep=ENGINES, **more)


def test_deployment_check_finds_nothing_with_production_settings() -> None:
    assert checked() == (0, "System check identified no issues (2 silenced).\n")


def test_deployment_check_refuses_a_demonstration() -> None:
    status, said = checked(DEMO="1")
    assert (status, "demo.E001" in said) == (1, True)


@pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_KEYS"])
def test_portal_for_others_does_not_start_without_its_secrets(name: str) -> None:
    secrets = {n: v for n, v in PRODUCTION.items() if n != name}
    kept = {n: v for n, v in os.environ.items() if not n.startswith(OURS) and n != name}
    words = [sys.executable, "manage.py", "check"]
    done = subprocess.run(
        words, cwd=ROOT, env={**kept, **secrets}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert f"{name} must be set where PUBLIC_URL is https" in done.stderr


def test_every_page_has_the_headers_of_a_portal_for_others() -> None:
    status, said = portal("-m", "pytest", "tests/config/production.py", "-q", "-n0")
    assert status == 0, said[-3000:]
