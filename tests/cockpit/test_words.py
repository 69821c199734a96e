"""Both languages have every word a page uses, no word is left over, and no file outgrows its room."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cockpit.routes.assets import LANGUAGES, STATIC, WORDS, load_assets, read_words
from api.cockpit.rules.pages import PAGES, Group

pytestmark = pytest.mark.unit
PAGES_FOLDER = STATIC.parent / "pages"
MODULES = sorted(path for path in (STATIC / "js").rglob("*.js"))
TEMPLATES = sorted(PAGES_FOLDER.glob("*.html"))
LONGEST = 400
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LITERAL = re.compile(r"""\b(?:t|hasText)\(\s*(["'])([a-z_]+\.[\w.]*\w)\1""")
_BUILT = re.compile(r"\b(?:t|hasText)\(\s*`([a-z_]+\.[\w.]*)\$\{")
# A key passed on as a text: any quoted text that has the shape of a key of a catalogue.
_QUOTED = re.compile(r"""(["'`])([a-z_]+\.[\w.]+)\1""")
# What rows of tables and machines make keys of, which no literal shows.
BUILT = {f"{page.name}.title" for page in PAGES} | {f"shell.group.{group}" for group in Group}


def texts() -> Iterator[tuple[Path, str]]:
    for path in (*MODULES, *TEMPLATES):
        yield path, path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def words() -> dict[str, dict[str, str]]:
    return {language: read_words(WORDS / language) for language in LANGUAGES}


def test_both_languages_have_the_same_words(words) -> None:
    chinese, english = (set(words[language]) for language in LANGUAGES)
    assert chinese ^ english == set()


def test_every_word_is_in_its_language(words) -> None:
    same = {"shell.other_language"}  # names the other language in itself
    assert [key for key, text in words["en"].items() if _CHINESE.search(text) and key not in same] == []
    assert [key for key, text in words["zh-CN"].items() if not text.strip()] == []


def test_both_languages_fill_in_the_same_facts(words) -> None:
    def facts(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", text))

    differ = [key for key, text in words["en"].items() if facts(text) != facts(words["zh-CN"].get(key, ""))]
    assert differ == []


def test_no_page_says_what_nobody_wrote(words) -> None:
    known = set(words["zh-CN"])
    missing = {f"{path.name}: {key}" for path, text in texts() for _, key in _LITERAL.findall(text) if key not in known}
    missing |= {
        f"{path.name}: {start}…"
        for path, text in texts()
        for start in _BUILT.findall(text)
        if not any(key.startswith(start) for key in known)
    }
    assert missing | {key for key in BUILT if key not in known} == set()


def test_no_word_is_left_over(words) -> None:
    used, starts = set(BUILT), set()
    for _, text in texts():
        used |= {key for _, key in _QUOTED.findall(text)}
        starts |= set(re.findall(r"`([a-z_]+\.[\w.]*)\$\{", text)) | set(re.findall(r"'([a-z_]+\.[\w.]*)' ~", text))
    idle = [key for key in words["zh-CN"] if key not in used and not any(key.startswith(start) for start in starts)]
    # Words of `common` are there for every page to come.
    assert [key for key in idle if not key.startswith("common.")] == []


def test_every_page_of_the_table_is_complete() -> None:
    served = set(load_assets().files)
    for page in PAGES:
        assert (PAGES_FOLDER / f"{page.name}.html").exists(), page
        assert f"js/pages/{page.name}.js" in served, page
    shortcuts = [page.shortcut for page in PAGES if page.shortcut]
    assert len(shortcuts) == len(set(shortcuts))


def test_no_file_is_too_long() -> None:
    ours = (*MODULES, *TEMPLATES, *(STATIC / "css").rglob("*.css"))
    assert [path.name for path in ours if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST] == []


def test_nothing_is_written_inline_that_the_policy_refuses() -> None:
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style", text), path
        assert all("src=" in tag or 'type="application/json"' in tag for tag in re.findall(r"<script[^>]*>", text)), (
            path
        )
    for path in MODULES:
        assert not re.search(r"\binnerHTML\b|outerHTML|insertAdjacentHTML|\beval\(|new Function", path.read_text()), (
            path
        )


def test_catalogues_are_sorted_out_per_page() -> None:
    for folder in (WORDS / language for language in LANGUAGES):
        for path in folder.glob("*.json"):
            assert all(isinstance(text, str) for text in json.loads(path.read_text(encoding="utf-8")).values()), path
