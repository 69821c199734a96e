"""A paper becomes a PDF whose text is all there, in embedded fonts."""

import ctypes
import re
from dataclasses import replace

import pypdfium2 as pdfium
import pypdfium2.raw as raw
import pytest

from api.papers.errors import FontMissing
from api.papers.rules.layout import BOTTOM, LEFT, RIGHT, lay_out, stretch
from api.papers.rules.lines import clean
from api.papers.service import fonts, render_paper
from api.papers.service.rendering import Ink
from api.papers.types import Block, Fields, Heading, Line, Paragraph, SignatureLine, Table, TextMark
from tests.papers.samples import AGREEMENT

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def agreement() -> bytes:
    return render_paper(AGREEMENT)


@pytest.fixture(scope="module")
def pages(agreement: bytes) -> list[str]:
    return read(agreement)


def written(block: Block) -> list[str]:
    match block:
        case Heading() | Paragraph():
            return [block.text]
        case Fields():
            return [text for row in block.rows for text in row]
        case Table():
            return [*block.header, *(text for row in block.rows for text in row)]
        case SignatureLine():
            return [block.label]
    return []


def plain(text: str) -> str:
    return re.sub(r"\s", "", clean(text))


def read(data: bytes) -> list[str]:
    """The text of every page, as the reader inside Chrome finds it."""
    document = pdfium.PdfDocument(data)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def test_every_word_can_be_read_back(pages: list[str]) -> None:
    # By their characters: a cell's lines stand between those of its neighbours.
    text = plain("".join(pages))
    wanted = plain("".join(part for block in AGREEMENT.blocks for part in written(block)))
    for letter in set(wanted):
        assert text.count(letter) >= wanted.count(letter), letter


def test_no_glyph_is_missing(caplog: pytest.LogCaptureFixture) -> None:
    ink = Ink(fonts.installed_faces())
    letters = {letter for block in AGREEMENT.blocks for part in written(block) for letter in clean(part)} - {"\n"}
    assert {letter for letter in letters if ink.drawn(letter)[1] != letter} == set()
    with caplog.at_level("WARNING"):
        render_paper(AGREEMENT)
    # The library's own word on glyphs its subset lacks.
    assert [record.message for record in caplog.records if "glyph" in record.message] == []


def test_fonts_are_embedded_as_subsets(agreement: bytes) -> None:
    document = pdfium.PdfDocument(agreement)
    fonts_used = {}
    for page in document:
        for part in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
            font = raw.FPDFTextObj_GetFont(part)
            name = ctypes.create_string_buffer(200)
            raw.FPDFFont_GetBaseFontName(font, name, 200)
            fonts_used[name.value] = raw.FPDFFont_GetIsEmbedded(font)
    document.close()
    assert fonts_used
    assert set(fonts_used.values()) == {1}
    assert all(re.match(rb"[A-Z]{6}\+", name) for name in fonts_used)
    assert len(agreement) < 300_000


def test_its_ink_is_on_the_page(agreement: bytes) -> None:
    document = pdfium.PdfDocument(agreement)
    shades = document[0].render(scale=1).to_pil().convert("L").histogram()
    document.close()
    assert 0.02 < sum(shades[:128]) / sum(shades) < 0.2


def test_the_same_paper_is_the_same_bytes(agreement: bytes) -> None:
    assert render_paper(AGREEMENT) == agreement
    assert render_paper(replace(AGREEMENT, footer="其他")) != agreement


def test_every_page_has_its_number_and_reference(pages: list[str]) -> None:
    assert len(pages) == 4
    for number, text in enumerate(pages, 1):
        assert f"第{number}页共4页" in plain(text)
        assert "D-7KQ2-M9XA" in plain(text)


def test_the_tables_header_stands_on_every_page_it_reaches(pages: list[str]) -> None:
    assert ["期数" in plain(text) for text in pages] == [True, True, True, False]


def test_it_is_a4_and_says_its_title(agreement: bytes) -> None:
    document = pdfium.PdfDocument(agreement)
    assert [round(side) for side in document[0].get_size()] == [595, 842]
    assert document.get_metadata_dict()["Title"] == "人民调解协议书"
    document.close()
    assert b"/Lang (zh-CN)" in agreement


def test_an_english_paper_counts_in_english() -> None:
    assert "Page 1 of 4" in read(render_paper(replace(AGREEMENT, language="en")))[0]


def test_nothing_stands_outside_the_margins() -> None:
    ink = Ink(fonts.installed_faces())
    for page in lay_out(AGREEMENT, ink.measure):
        for mark in page.marks:
            if isinstance(mark, TextMark):
                width = ink.measure(mark.text, mark.size) + mark.spacing * (len(mark.text) - 1)
                assert mark.x >= LEFT - 0.01
                assert mark.x + width <= RIGHT + 0.01
                assert mark.y <= BOTTOM or mark.y == 284


def test_a_character_no_font_has_is_spelt_out() -> None:
    ink = Ink(fonts.installed_faces())
    assert [text for _, text in ink.runs("王\U000f1234")] == ["王[U+F1234]"]


def test_a_row_higher_than_a_page_goes_on_on_the_next() -> None:
    table = Table(("事项", "经过"), (("一", "很长的经过。" * 900),), (1, 4))
    pages = read(render_paper(replace(AGREEMENT, blocks=(table,))))
    assert len(pages) >= 2
    assert plain("".join(pages)).count("很") == 900


def test_a_heading_is_never_the_last_thing_on_a_page() -> None:
    ink = Ink(fonts.installed_faces())
    for lines in range(20, 40):
        blocks = (Paragraph("\n".join(["行"] * lines)), Heading("标题"), Paragraph("下文"))
        pages = lay_out(replace(AGREEMENT, blocks=blocks), ink.measure)
        for page in pages:
            texts = [mark.text for mark in page.marks if isinstance(mark, TextMark)]
            assert ("标题" in texts) == ("下文" in texts)


def test_a_line_is_stretched_to_the_margin_but_not_torn() -> None:
    assert stretch(Line("一" * 10, 95.0, ends=False), 100.0) == pytest.approx(5 / 9)
    assert stretch(Line("一" * 10, 20.0, ends=False), 100.0) == 0
    assert stretch(Line("一" * 10, 95.0, ends=True), 100.0) == 0


def test_without_a_font_it_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", (tmp_path,))
    with pytest.raises(FontMissing):
        fonts.installed_faces.__wrapped__()
