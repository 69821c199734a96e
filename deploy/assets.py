"""Puts what the cockpit needs of npm's packages where pages load it: `python -m deploy.assets` after `npm ci`.

Only copies: a package's own build is taken as it is, without its source map's address, so that nothing is asked for
that is not there. Run by the set-up and by the image's build; nothing is fetched when the system runs.
"""

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "api" / "cockpit" / "routes" / "static" / "vendor"

# Where a file lies in its package -> what it is called beside our own modules.
COPIES: dict[str, str] = {
    "chart.js/dist/chart.umd.min.js": "chart.js",
    "chart.js/LICENSE.md": "chart.LICENSE.md",
    "eventsource-parser/dist/index.js": "eventsource-parser.js",
    "eventsource-parser/LICENSE": "eventsource-parser.LICENSE",
    "leaflet/dist/leaflet.js": "leaflet.classic.js",
    "leaflet/dist/leaflet.css": "leaflet.css",
    "leaflet/LICENSE": "leaflet.LICENSE",
}
# Leaflet's own module is three times as large as its minified build, so that is loaded behind a module of its names.
WRAPPED = {"leaflet.js": ("leaflet/dist/leaflet-src.esm.js", "leaflet.classic.js", "L")}
_EXPORTS = re.compile(r"^export \{([^}]*)\};", re.MULTILINE)
_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


def copy_assets(modules: Path = MODULES, vendor: Path = VENDOR) -> list[Path]:
    """Copy every file of the table; what lay there before goes. Raises FileNotFoundError when a package changed."""
    draft = vendor.with_name(vendor.name + ".draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for source, name in COPIES.items():
        text = (modules / source).read_text(encoding="utf-8")
        (draft / name).write_text(_MAP.sub("", text), encoding="utf-8")
    for name, (source, build, known_as) in WRAPPED.items():
        (draft / name).write_text(
            wrap((modules / source).read_text(encoding="utf-8"), build, known_as), encoding="utf-8"
        )
    shutil.rmtree(vendor, ignore_errors=True)
    draft.rename(vendor)
    return [vendor / name for name in (*COPIES.values(), *WRAPPED)]


def wrap(module: str, build: str, known_as: str) -> str:
    """A module which loads a build that sets a global, and exports what the package's own module exports."""
    found = _EXPORTS.findall(module)
    names = sorted(part.split(" as ")[-1].strip() for part in found[-1].split(","))
    return f'import "./{build}";\nexport const {{ {", ".join(names)} }} = globalThis.{known_as};\n'


if __name__ == "__main__":
    for path in copy_assets():
        print(path.relative_to(ROOT))
