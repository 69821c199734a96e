"""The pages: a frame in the reader's language, without any data. What is in it comes over the API."""

from typing import Any

from flask import Response, current_app, redirect, render_template, request, url_for

from api.cockpit.routes.assets import LANGUAGES, Assets, load_assets
from api.cockpit.routes.blueprint import blp, root
from api.cockpit.rules.pages import BY_NAME, PAGES, Group, Page
from api.cockpit.rules.policy import content_policy, origin_of, page_headers
from api.cockpit.rules.words import say
from api.grids.types import STATION_ZONE
from api.http.errors import problem
from api.http.limits import get_remote_address, limiter
from api.kernel.errors import DomainError, NotFound
from config import Settings

# A command room with thirty screens behind one address changes pages often.
PACE = limiter.limit("3000 per minute", key_func=get_remote_address)
LANGUAGE, THEME, THEMES = "cockpit_language", "cockpit_theme", ("dark", "light")
REASON = "public: the frame of a page; holds no data, which the API gives to whoever signs in"
HOME = "board"


@root.route("/", methods=["GET"])
@PACE
def start() -> Any:
    """To the cockpit."""
    return redirect(url_for("cockpit.home"), 302)


@blp.route("/", methods=["GET"])
@PACE
def home() -> Any:
    """To the first page; its module sends on whoever may not see it, since only the API knows."""
    return redirect(url_for("cockpit.show", name=HOME, first=1), 302)


@blp.route("/sign-in", methods=["GET"])
@PACE
def sign_in() -> Response:
    """The form."""
    return render("sign-in.html", None)


@blp.route("/<name>", methods=["GET"])
@PACE
def show(name: str) -> Response:
    """One page of the table."""
    page = BY_NAME.get(name)
    if page is None or (page.only_demo and not settings().demo):
        raise NotFound
    return render(f"{page.name}.html", page)


for view in (start, home, sign_in, show):
    view.guard = REASON  # type: ignore[attr-defined]


@blp.errorhandler(DomainError)
def refuse(error: DomainError) -> Response:
    """A page where somebody looks for one, a problem document for programs."""
    if request.endpoint != "cockpit.show":
        return problem(error)
    response = render("refused.html", None, error=error)
    response.status_code = problem(error).status_code
    return response


def render(template: str, page: Page | None, **values: Any) -> Response:
    """A page in the reader's language, with the headers of every page."""
    text = render_template(template, page=page, **frame_of_reader(), **values)
    response = Response(text, mimetype="text/html")
    response.headers.update(page_headers(policy_of(settings())))
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


def frame_of_reader() -> dict[str, Any]:
    """What every template is filled with."""
    assets, language = load_assets(), language_of_reader()
    words, theme = assets.words[language], request.cookies.get(THEME)
    return {
        "t": lambda key, **facts: say(words, key, facts),
        "menu": [(group, [page for page in PAGES if page.group is group and is_listed(page)]) for group in Group],
        "language": language,
        "theme": theme if theme in THEMES else THEMES[0],
        "facts": page_facts(assets, language),
        "base": f"/cockpit/static/{assets.version}",
        "modules": assets.under("js/lib/"),
        "has": assets.files.__contains__,
    }


def page_facts(assets: Assets, language: str) -> dict[str, Any]:
    """What the modules must know before they ask for anything; nothing about anybody."""
    known = settings()
    tiles = {
        "url": known.tile_url,
        "datum": known.tile_datum,
        "attribution": known.tile_attribution,
        "max_zoom": known.tile_max_zoom,
    }
    return {
        "language": language,
        "zone": STATION_ZONE.tzname(None),
        "version": assets.version,
        "demo": known.demo,
        "tiles": tiles if known.tile_url else None,
        "stream": known.stream_address,
    }


def policy_of(known: Settings) -> str:
    """The content policy with this installation's tile and stream servers."""
    return content_policy(images=[origin_of(known.tile_url)], connections=[origin_of(known.stream_address)])


def language_of_reader() -> str:
    """The language chosen in this browser, else the one the browser asks for, else Chinese."""
    chosen = request.cookies.get(LANGUAGE, "")
    if chosen in LANGUAGES:
        return chosen
    return "zh-CN" if request.accept_languages.best_match(["zh-CN", "zh", "en"], "zh-CN").startswith("zh") else "en"


def is_listed(page: Page) -> bool:
    """Whether the menu has this page here."""
    return page.in_menu and (settings().demo or not page.only_demo)


def settings() -> Settings:
    """This installation's settings."""
    known: Settings = current_app.extensions["gridloop.settings"]
    return known
