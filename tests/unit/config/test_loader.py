"""From files to settings: merged sections, text that stays text, and bounds."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.documents import MAX_FILE_BYTES, MAX_VALUES
from config.loader import check, load
from config.model import Mode, Settings
from dialer.vocabulary.errors import ConfigurationError
from dialer.vocabulary.results import CallResult

Write = Callable[[dict[str, str] | str], Path]

PASSWORD = {"PASSWORD": "correct horse"}


def test_a_minimal_configuration_works(write: Write, minimal: str) -> None:
    assert len(minimal.splitlines()) <= 16
    settings = load(write(minimal), PASSWORD)
    campaign = settings.campaign("spring")
    assert campaign.mode is Mode.PROGRESSIVE
    assert campaign.accepts_automatically
    assert campaign.offer.look_s == 3
    assert settings.engine("engine-1").rtp_port_low == 20_000
    assert settings.user("alice").password == SecretStr("correct horse")
    assert settings.trunk("pbx").caller_ids == ("+442079460100",)


def test_one_file_can_be_given_instead_of_a_directory(write: Write, minimal: str) -> None:
    assert load(write(minimal) / "all.yaml", PASSWORD).campaigns


def test_files_are_merged_by_section(write: Write, minimal: str) -> None:
    directory = write(
        {
            "a.yaml": minimal,
            "b.yml": "server: {node: n7}\ntrunks:\n  - {name: second, host: localhost}\nteams:\n",
            "deep/down/c.yaml": "server: {listen_port: 9000}\n",
            ".hidden/d.yaml": "nonsense: 1\n",
            "empty.yaml": "# nothing yet\n",
            "notes.txt": "{",
        }
    )
    settings = load(directory, PASSWORD)
    assert [trunk.name for trunk in settings.trunks] == ["pbx", "second"]
    assert (settings.server.node, settings.server.listen_port) == ("n7", 9000)


def test_a_key_that_two_files_give_is_refused(write: Write) -> None:
    directory = write({"a.yaml": "server:\n  node: n1\n", "b.yaml": "server:\n  log_level: INFO\n  node: n2\n"})
    assert check(directory, {}).problems == (
        f"{directory}/b.yaml:3: server.node: is given twice, first in {directory}/a.yaml:2; remove one",
    )


def test_a_section_that_is_a_list_here_and_keys_there_is_refused(write: Write) -> None:
    directory = write({"a.yaml": "teams: []\n", "b.yaml": "\nteams: {a: b}\n"})
    assert check(directory, {}).problems == (
        f"{directory}/b.yaml:2: teams: does not go with {directory}/a.yaml:1; write both alike",
    )


def test_a_mistake_in_a_merged_list_has_the_line_of_its_own_file(write: Write, minimal: str) -> None:
    directory = write({"a.yaml": minimal, "b.yaml": "# second\ntrunks:\n  - name: second\n    host: a b\n"})
    (problem,) = check(directory, PASSWORD).problems
    assert problem.startswith(f"{directory}/b.yaml:4: trunks[second].host: 'a b' is no host name or address; ")


def test_plain_text_is_no_boolean_no_number_and_no_time(write: Write, minimal: str) -> None:
    text = minimal + (
        "    region: NO\n    description: on\n    calling_window: {monday: 9:00-10:30, sunday: closed}\n"
        "    retries: {busy: {max_attempts: 1}}\n"
    )
    campaign = load(write(text), PASSWORD).campaign("spring")
    assert campaign.region == "NO"
    assert campaign.description == "on"
    monday = campaign.calling_window.hours(0)
    assert monday is not None
    assert (monday.opens_minute, monday.closes_minute) == (540, 630)
    assert campaign.calling_window.hours(6) is None


def test_words_are_taken_in_any_case(write: Write, minimal: str) -> None:
    text = minimal.replace("PROGRESSIVE", "progressive_asm") + "    retries: {BUSY: {delay_s: 5}}\n"
    campaign = load(write(text), PASSWORD).campaign("spring")
    assert campaign.mode is Mode.PROGRESSIVE_ASM
    retry = campaign.retry(CallResult.BUSY)
    assert retry is not None
    assert retry.delay_s == 5


def test_anchors_may_be_used(write: Write, minimal: str) -> None:
    text = (
        minimal + "    offer: &offer {look_s: 1}\n  - {name: two, mode: PROGRESSIVE, offer: *offer, teams: [sales],\n"
    )
    text += "     lists: [x], trunks: [pbx]}\n"
    assert load(write(text), PASSWORD).campaign("two").offer.look_s == 1


def test_aliases_that_unfold_without_end_are_refused(write: Write) -> None:
    """Each of ten lists names the one before ten times."""
    lists = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lists += [f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 10)}]" for at in range(1, 10)]
    problems = check(write("\n".join(lists)), {}).problems
    assert any(f"unfolds to more than {MAX_VALUES} values; use fewer aliases" in line for line in problems)
    assert len(problems) < 20


def test_files_that_are_no_configuration_are_named(write: Write, tmp_path: Path) -> None:
    directory = write({"big.yaml": "#" * (MAX_FILE_BYTES + 1)})
    (directory / "latin.yaml").write_bytes(b"teams: [{name: caf\xe9}]")
    (directory / "zero.yaml").write_bytes(b"teams: [{name: a\x00}]")
    assert [line.removeprefix(f"{directory}/") for line in check(directory, {}).problems] == [
        f"big.yaml: is larger than {MAX_FILE_BYTES} bytes; split it",
        "latin.yaml: is not UTF-8 (byte 18); save it as UTF-8",
        "zero.yaml: is no YAML: unacceptable character #x0000: special characters are not allowed; "
        "remove characters that cannot be printed",
    ]


def test_a_directory_that_is_not_there_or_empty_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    assert check(missing, {}).problems == (
        f"{missing}: there is no such directory; name the one that holds the YAML files",
    )
    assert check(tmp_path, {}).problems == (f"{tmp_path}: holds no .yaml file; begin with a copy of the example",)


def test_files_with_nothing_but_comments_are_no_configuration(write: Write) -> None:
    directory = write("# later\n")
    assert check(directory, {}).problems == (f"{directory}: holds no sections; begin with a copy of the example",)


def test_load_raises_with_every_problem(write: Write) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(write("trunk: []\nteam: []\n"), {})
    assert len(caught.value.problems) == 2


def sound(file: Path, channels: int = 1, sample_bytes: int = 2, frames: int = 80) -> None:
    """A silent WAV file."""
    with wave.open(str(file), "wb") as written:
        written.setnchannels(channels)
        written.setsampwidth(sample_bytes)
        written.setframerate(8000)
        written.writeframes(bytes(channels * sample_bytes * frames))


@pytest.mark.parametrize(
    ("channels", "sample_bytes", "frames", "said"),
    [
        (2, 2, 80, "has 2 channels of 16 bit; save it as WAV, 16 bit, mono"),
        (1, 1, 80, "has 1 channels of 8 bit; save it as WAV, 16 bit, mono"),
        (1, 2, 0, "is silent: it has no samples; save it as WAV, 16 bit, mono"),
    ],
)
def test_a_message_that_cannot_be_played_is_a_mistake(
    write: Write, minimal: str, channels: int, sample_bytes: int, frames: int, said: str
) -> None:
    directory = write(minimal + "    waiting_message: sorry.wav\n")
    sound(directory / "sorry.wav", channels, sample_bytes, frames)
    (problem,) = check(directory, PASSWORD).problems
    assert problem == f"{directory}/all.yaml:17: campaigns[spring].waiting_message: {directory}/sorry.wav {said}"


def test_a_message_that_is_no_sound_is_a_mistake(write: Write, minimal: str) -> None:
    directory = write({"all.yaml": minimal + "    waiting_message: sorry.wav\n", "sorry.wav": "sorry"})
    (problem,) = check(directory, PASSWORD).problems
    assert "sorry.wav is no WAV file that can be played (" in problem


def test_a_predictive_campaign_without_a_message_is_noted(write: Write, minimal: str) -> None:
    directory = write(minimal.replace("mode: PROGRESSIVE", "mode: PREDICTIVE"))
    note = "campaign spring: note: contacts for whom no agent is left hear nothing; name a waiting_message, which"
    assert [line for line in check(directory, PASSWORD).summary if line.startswith(note)]
    sound(directory / "sorry.wav")
    write(minimal.replace("mode: PROGRESSIVE", "mode: PREDICTIVE") + "    waiting_message: sorry.wav\n")
    assert not [line for line in check(directory, PASSWORD).summary if "note" in line]


def test_files_named_in_the_configuration_start_at_its_directory(write: Write, minimal: str) -> None:
    directory = write(minimal + "    hold_music: music.wav\n")
    sound(directory / "music.wav")
    settings = load(directory, PASSWORD)
    assert settings.campaign("spring").hold_music == f"{directory}/music.wav"
    assert settings.server.data_directory == f"{directory}/data"
    assert settings.server.database == f"sqlite:///{directory}/data/cornetta.db"
    assert settings.engine_socket(settings.engines[0]) == f"{directory}/data/engine-1.sock"


def test_the_summary_says_what_is_configured(write: Write, minimal: str) -> None:
    summary = check(write(minimal), PASSWORD).summary
    assert "trunks: pbx" in summary
    assert "campaign spring: PROGRESSIVE, teams sales, trunks pbx, lists spring" in summary


def test_settings_built_by_code_need_no_files() -> None:
    assert Settings().server.data_directory == "data"
