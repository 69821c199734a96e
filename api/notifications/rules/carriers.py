"""Which provider carries a text: who may, who is well, who has its words registered, and then by weight."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.notifications.rules.weights import pick_route
from api.notifications.types import Channel, Letter, Outcome, OutcomeKind, Provider, RegisteredText, Route

# The providers of a channel; where there are several, the first one takes what has no route.
PROVIDERS_OF: dict[Channel, tuple[Provider, ...]] = {
    Channel.PUSH: (Provider.FCM,),
    Channel.WEBPUSH: (Provider.WEBPUSH,),
    Channel.SMS: (Provider.TWILIO, Provider.ALIYUN),
    Channel.VOICE: (Provider.TWILIO,),
}
PUSHES = frozenset({Channel.PUSH, Channel.WEBPUSH})
# They take no free text: only wordings they have approved, by code.
REGISTERED_ONLY = frozenset({Provider.ALIYUN})
EVERYWHERE = ""
SHORTEST_WAIT_S = 0.5

TextKey = tuple[Provider, str, int, str, bool]
"""Provider, template, version of its words, language, with a link or without."""


@dataclass(frozen=True)
class Choice:
    """Who carries a text, in which registered words; `other`: another provider could, too. Or why nobody does."""

    provider: Provider | None = None
    registered: RegisteredText | None = None
    other: bool = False
    stop: Outcome | None = None


@dataclass(frozen=True)
class Market:
    """What there is to choose from at this moment. `resting`: until when a provider is left in peace."""

    routes: Sequence[Route]
    resting: Mapping[Provider, datetime]
    registered: Mapping[TextKey, RegisteredText]
    carriers: Collection[Provider]


def routes_to(prefix: str, market: Market) -> list[Route]:
    """The usable routes to a country: its own ones, else those to everywhere."""
    usable = [route for route in market.routes if route.provider in market.carriers]
    own = [route for route in usable if route.prefix == prefix]
    return own or [route for route in usable if route.prefix == EVERYWHERE]


def choose_carrier(
    prefix: str, key: tuple[str, int, str, bool], market: Market, *, before: str | None, draw: float, now: datetime,
    own_words: bool = False,
) -> Choice:  # fmt: skip
    """The provider of one text. `before`: who tried last; somebody else tries next, if there is somebody well.

    Nobody being well, it waits for the first who will be; nobody being able to at all, it is dead, and says why.
    `own_words`: it says more than its template, which only a provider of free text can carry whole; where there is
    none, the template's words go out, and ask the reader to open the app.
    """
    routes = routes_to(prefix, market)
    if not routes:
        return Choice(stop=_never("no_route"))
    able = [route for route in routes if is_able(route.provider, key, market)]
    if not able:
        return Choice(stop=_never("template_not_approved"))
    if own_words:
        able = [route for route in able if route.provider not in REGISTERED_ONLY] or able
    well = [route for route in able if route.provider not in market.resting]
    if not well:
        until = min(market.resting[route.provider] for route in able)
        wait = max(SHORTEST_WAIT_S, (until - now).total_seconds())
        return Choice(stop=Outcome(OutcomeKind.HELD, "provider_resting", retry_after_s=wait, called=False))
    chosen = pick_route([route for route in well if route.provider != before] or well, draw)
    other = any(route.provider not in (chosen.provider, before) for route in well)
    return Choice(chosen.provider, market.registered.get((chosen.provider, *key)), other)


def is_able(provider: Provider, key: tuple[str, int, str, bool], market: Market) -> bool:
    """Whether a provider may say these words."""
    return provider not in REGISTERED_ONLY or (provider, *key) in market.registered


def carries(provider: Provider, prefix: str, key: tuple[str, int, str, bool], market: Market) -> bool:
    """Whether a provider could carry this text if it were well."""
    reaches = any(route.provider is provider for route in routes_to(prefix, market))
    return reaches and is_able(provider, key, market)


def is_push(letter: Letter) -> bool:
    """Whether a letter goes to an app and not to a number."""
    return letter.channel in PUSHES


def _never(code: str) -> Outcome:
    return Outcome(OutcomeKind.PERMANENT, code, provider_wide=False, called=False)
