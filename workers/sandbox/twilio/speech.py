"""Reading the document that says what to do in a call. Pure, and strict: a verb we do not use is an error.

The real service skips attributes it does not know; a misspelt one would go unnoticed.
"""

from dataclasses import dataclass
from xml.etree import ElementTree

_GATHER = frozenset({"input", "numDigits", "timeout", "action", "method"})
_SAY = frozenset({"language", "voice", "loop"})


class Unspeakable(ValueError):
    """Not a document Twilio would carry out; a real call ends with an application error."""


@dataclass(frozen=True)
class Say:
    """Words in a language."""

    text: str
    language: str


@dataclass(frozen=True)
class Gather:
    """Words, and keys waited for."""

    said: tuple[Say, ...]
    keys: int
    action: str


@dataclass(frozen=True)
class Redirect:
    """Go on with another document."""

    url: str


@dataclass(frozen=True)
class Hangup:
    """The end."""


Verb = Say | Gather | Redirect | Hangup


def read_speech(document: str) -> list[Verb]:
    """The verbs of a document, in order; raises Unspeakable."""
    try:
        root = ElementTree.fromstring(document)  # noqa: S314 - written by the application under test
    except ElementTree.ParseError as error:
        raise Unspeakable(str(error)) from None
    if root.tag != "Response":
        raise Unspeakable(f"<{root.tag}> and not <Response>")
    return [_verb(element) for element in root]


def _verb(element: ElementTree.Element) -> Verb:
    if element.tag == "Say":
        return _say(element)
    if element.tag == "Gather":
        _check(element, _GATHER)
        said = tuple(_say(inner) for inner in element)
        return Gather(said, int(element.get("numDigits", "1")), _need(element.get("action")))
    if element.tag == "Redirect":
        _check(element, frozenset({"method"}))
        return Redirect(_need(element.text))
    if element.tag == "Hangup":
        return Hangup()
    raise Unspeakable(f"<{element.tag}>")


def _say(element: ElementTree.Element) -> Say:
    if element.tag != "Say":
        raise Unspeakable(f"<{element.tag}> in <Gather>")
    _check(element, _SAY)
    return Say(_need(element.text), element.get("language", "en-US"))


def _check(element: ElementTree.Element, known: frozenset[str]) -> None:
    unknown = set(element.attrib) - known
    if unknown:
        raise Unspeakable(f"<{element.tag}> has {sorted(unknown)}")


def _need(text: str | None) -> str:
    if not text or not text.strip():
        raise Unspeakable("an element is empty")
    return text.strip()
