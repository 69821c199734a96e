"""Which generator makes which client, and with which options. One row per language."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Option = str | bool


@dataclass(frozen=True)
class Language:
    """One client: the generator's name, its library, and its options."""

    name: str
    generator: str
    options: Mapping[str, Option] = field(default_factory=dict)
    library: str = ""


LANGUAGES = (
    Language("typescript", "typescript-fetch", {"supportsES6": True, "importFileExtension": ".js"}),
    Language("kotlin", "kotlin", {"packageName": "gridloop", "dateLibrary": "java8"}),
    Language("dart", "dart", {"pubName": "gridloop"}),
    Language("swift", "swift6", {"projectName": "Gridloop"}),
    # The JDK's own HTTP client. An absent and a null field are told apart by a library of its own that no distribution
    # has; without it a null is not sent.
    Language(
        "java",
        "java",
        {
            "invokerPackage": "gridloop",
            "apiPackage": "gridloop.api",
            "modelPackage": "gridloop.model",
            "openApiNullable": False,
        },
        "native",
    ),
    Language("python", "python", {"packageName": "gridloop"}),
)
