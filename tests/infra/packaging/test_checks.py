"""What wouldn't run on Lambda, or isn't in the lock, is not packaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.packaging import archive, checks
from infra.packaging.contents import APPLICATION, LOCK, Contents
from infra.packaging.problems import NotForLambda

_STATIC = "chalicelib/runtime/static/dkfds"
_X86 = b"\x7fELF\x02\x01" + bytes(12) + (62).to_bytes(2, "little") + b"GLIBC_2.17\0"
_ARM = b"\x7fELF\x02\x01" + bytes(12) + (183).to_bytes(2, "little")
_TAGGED = "markupsafe/_speedups.cpython-311-x86_64-linux-gnu.so"


def _contents(of_markupsafe: dict[str, bytes]) -> Contents:
    names = ("dkfds.min.css", "IBMPlexSans-Regular.woff2", "LICENSE.md", "OFL-1.1.txt", "Apache-2.0.txt")
    application = {f"{_STATIC}/{name}": b"" for name in names}
    names_of_others = {*checks.locked(LOCK.read_text("utf-8")), "chalice"}
    others: Contents = {name: {f"{name}-1.dist-info/licenses/LICENSE": b""} for name in names_of_others}
    return {**others, APPLICATION: application, "markupsafe": others["markupsafe"] | of_markupsafe}


@pytest.mark.parametrize("path", [_TAGGED, "markupsafe/_speedups.abi3.so", "markupsafe.libs/libz.so.1"])
def test_a_library_for_the_target_is_packaged(path: str) -> None:
    checks.check(_contents({path: _X86}))


@pytest.mark.parametrize(
    ("path", "content", "told"),
    [
        (_TAGGED, _ARM, "not made for x86_64"),
        (_TAGGED, b"MZ", "not made for x86_64"),
        ("markupsafe/_speedups.cpython-312-x86_64-linux-gnu.so", _X86, "not made for Python 3.11"),
        ("markupsafe/_speedups.cpython-311-aarch64-linux-gnu.so", _ARM, "not made for x86_64"),
        ("markupsafe/_speedups.cpython-311-darwin.so", b"\xcf\xfa\xed\xfe", "not made for x86_64"),
        (_TAGGED, _X86 + b"GLIBC_2.28\0", "asks for glibc 2.28; Lambda has 2.26"),
        ("markupsafe-3.dist-info/WHEEL", b"Tag: cp311-cp311-linux_x86_64\n", "not a wheel for"),
        ("markupsafe-3.dist-info/WHEEL", b"Tag: cp312-cp312-manylinux_2_17_x86_64\n", "not a wheel for"),
        ("markupsafe-3.dist-info/WHEEL", b"Tag: cp311-cp311-manylinux_2_17_aarch64\n", "not a wheel for"),
        ("markupsafe-3.dist-info/WHEEL", b"Tag: cp311-cp311-musllinux_1_2_x86_64\n", "not a wheel for"),
    ],
)
def test_a_file_for_something_else_stops_the_packaging(path: str, content: bytes, told: str) -> None:
    with pytest.raises(NotForLambda, match=told):
        checks.check(_contents({path: content}))


def test_a_package_that_the_lock_does_not_name_stops_the_packaging() -> None:
    with pytest.raises(NotForLambda, match="moto is shipped"):
        checks.check({**_contents({}), "moto": {}})


def test_a_locked_package_that_is_missing_stops_the_packaging() -> None:
    contents = _contents({})
    del contents["jinja2"]

    with pytest.raises(NotForLambda, match="jinja2 is missing"):
        checks.check(contents)


def test_without_the_design_system_nothing_is_packaged() -> None:
    contents = _contents({})
    del contents[APPLICATION][f"{_STATIC}/OFL-1.1.txt"]

    with pytest.raises(NotForLambda, match=r"OFL-1\.1\.txt is missing: run make setup"):
        checks.check(contents)


def test_a_package_without_its_licence_s_text_stops_the_packaging() -> None:
    with pytest.raises(NotForLambda, match="six comes without its licence's text"):
        checks.check({**_contents({}), "six": {"six.py": b""}})


def test_a_path_of_two_packages_stops_the_packaging() -> None:
    with pytest.raises(NotForLambda, match="from two packages"):
        checks.check({**_contents({"six.py": b""}), "six": {"six.py": b""}})


def test_a_zip_s_bytes_tell_its_content_alone(tmp_path: Path) -> None:
    files = {"b.py": b"b", "a/c.py": b"c" * 100}

    sizes = archive.write(tmp_path / "1.zip", files)
    archive.write(tmp_path / "2.zip", dict(reversed(files.items())))

    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    assert sizes.keys() == files.keys()
    assert sizes["a/c.py"] < 100
