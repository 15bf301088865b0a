"""A wrong value in the environment is refused at start, by name; deployment files and settings know each other."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "SECRET_KEY": "for-tests-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJK",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "DEBUG": "0",
    "HTTPS": "1",
    "ALLOWED_HOSTS": "adept.example.org",
    "PATH": os.environ["PATH"],
}


def start(**changed: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "import lms.settings"],
        cwd=ROOT,
        env={**GOOD, **changed},
        capture_output=True,
        text=True,
        check=False,
    )


def test_good_values_start() -> None:
    assert start().returncode == 0, start().stderr


@pytest.mark.parametrize("folder", ["data", "my data #1, 100%"])
def test_without_an_address_the_database_lies_in_the_data_root(tmp_path: Path, folder: str) -> None:
    tell = "import lms.settings; print(lms.settings.DATABASES['default']['NAME'])"
    environment = {name: value for name, value in GOOD.items() if name != "DATABASE_URL"}

    started = subprocess.run(
        [sys.executable, "-c", tell],
        cwd=ROOT,
        env={**environment, "ADEPT_DATA_ROOT": str(tmp_path / folder)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert started.stdout.strip() == str(tmp_path / folder / "adept.sqlite3")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("DATABASE_URL", "mysql://localhost/adept"),
        ("DATABASE_URL", "nonsense"),
        ("DEBUG", "perhaps"),
        ("HTTPS", "2"),
        ("DATABASE_POOL_SIZE", "many"),
        ("LOG_LEVEL", "LOUD"),
        ("TIME_ZONE", "Mars/Olympus"),
        ("ACCOUNT_EMAIL_VERIFICATION", "maybe"),
        ("REDIS_URL", "http://localhost"),
    ],
)
def test_a_wrong_value_is_refused_by_name(name: str, value: str) -> None:
    refused = start(**{name: value})

    assert refused.returncode != 0
    assert name in refused.stderr.splitlines()[-1]


def test_who_lacks_a_secret_key_is_told_how_the_demo_does_without() -> None:
    assert "ADEPT_DEMO=1" in start(SECRET_KEY="").stderr.splitlines()[-1]


def test_a_refusal_never_prints_the_secret() -> None:
    secret = "s3cret-" + "x" * 50

    assert secret not in start(SECRET_KEY=secret, DATABASE_URL=f"mysql://u:{secret}@h/db").stderr


def compose() -> dict[str, dict[str, dict[str, object]]]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_compose_has_every_part() -> None:
    assert set(compose()["services"]) == {"web", "worker-cpu", "worker-gpu", "beat", "postgres", "redis", "migrate"}


def test_every_variable_of_the_deployment_is_known() -> None:
    settings = (ROOT / "lms" / "settings.py").read_text()
    example = (ROOT / ".env.example").read_text()
    known = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings)) | {"OMP_NUM_THREADS"}
    text = (ROOT / "docker-compose.yml").read_text()
    of_compose_itself = set(re.findall(r"\$\{([A-Z_]+)", text))

    given = {name for service in compose()["services"].values() for name in service.get("environment", {})}
    exampled = set(re.findall(r"^#? ?([A-Z_]+)=", example, re.MULTILINE))

    assert given - {"POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB"} <= known
    assert of_compose_itself <= exampled
    assert exampled - of_compose_itself <= known
    assert known - {"OMP_NUM_THREADS", "ADEPT_DEMO"} <= exampled


def test_the_image_stages_that_compose_builds_exist() -> None:
    stages = set(re.findall(r"^FROM \S+ AS (\w+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE))

    assert {service["build"]["target"] for service in compose()["services"].values() if "build" in service} <= stages
