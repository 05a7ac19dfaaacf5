"""The configuration of the lab in containers is valid and matches compose.yaml."""

from __future__ import annotations

from pathlib import Path

import yaml

from config.loader import check

REPOSITORY = Path(__file__).parents[3]
LAB = REPOSITORY / "config" / "lab"
COMPOSE = REPOSITORY / "docker" / "compose.yaml"


def test_the_lab_is_taken_with_the_passwords_of_the_compose_file_alone() -> None:
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    report = check(LAB, services["node"]["environment"])

    assert report.problems == ()
    settings = report.settings
    assert settings is not None
    assert {campaign.name for campaign in settings.campaigns} == {"demo", "demo-asterisk"}
    trunk = next(each for each in settings.trunks if each.name == "pbx")
    assert trunk.authentication is not None
    assert (
        f"password = {trunk.authentication.password.get_secret_value()}\n"
        in (REPOSITORY / "docker" / "asterisk" / "etc" / "pjsip.conf").read_text()
    )


def test_the_services_of_the_lab_stand_where_its_configuration_looks_for_them() -> None:
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    carrier = services["carrier"]["command"]
    settings = check(LAB, services["node"]["environment"]).settings

    assert settings is not None
    assert carrier[carrier.index("--carrier-port") + 1] == str(settings.trunks[0].port)
    assert f":{carrier[carrier.index('--phones-port') + 1]}" in str(settings.phones[0])
    assert "lab" not in [profile for name in ("engine", "node") for profile in services[name].get("profiles", [])]
