"""The script fails on a machine that cannot build pjsua2, and installs the smaller wheel only on request."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[3] / "sip" / "pjsua2" / "build.sh"


def built(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The result of the script without swig, with a Python that notes the arguments of pip."""
    tools = folder / "tools"
    tools.mkdir()
    for place in ("/usr/bin", "/bin"):
        for tool in Path(place).iterdir():
            if "swig" not in tool.name and not (tools / tool.name).exists():
                (tools / tool.name).symlink_to(tool)
    python = folder / "python"
    python.write_text(
        f'#!/bin/bash\nif [ "$2" = pip ]; then echo "$@" >>{folder}/pip; elif [ "$1" = -c ] && [[ $2 == *Tap ]]; '
        f'then exit 1; else exec {sys.executable} "$@"; fi\n'
    )
    python.chmod(0o755)
    source = folder / "pjproject.tar.gz"
    source.write_bytes(b"not looked into")
    return subprocess.run(
        ["/bin/bash", SCRIPT, python],
        env={
            "HOME": str(folder),
            "PATH": str(tools),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "CORNETTA_PJPROJECT_TARBALL": str(source),
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def test_without_swig_the_build_fails_and_its_last_line_says_what_to_do(tmp_path: Path) -> None:
    ran = built(tmp_path)

    assert ran.returncode == 1
    assert "swig is missing" in ran.stderr
    assert "make install" in ran.stderr.splitlines()[-1]
    assert not (tmp_path / "pip").exists()


def test_the_smaller_wheel_is_taken_where_it_is_allowed_and_said_at_the_end(tmp_path: Path) -> None:
    ran = built(tmp_path, CORNETTA_ALLOW_FALLBACK="1")

    assert ran.returncode == 0, ran.stderr
    assert "install --quiet --no-deps pjsua2-python" in (tmp_path / "pip").read_text()
    assert "FALLBACK: 4 CALLS" in ran.stdout
