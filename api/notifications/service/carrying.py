"""Giving each claimed message to a provider, or saying why it goes to none."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from api.notifications.models import ProviderBreaker
from api.notifications.queries.carrying import approved_texts, routes, spent_on_codes
from api.notifications.queries.quotas import TextToCome, destination, quotas, usage_of
from api.notifications.rules.carriers import PROVIDERS_OF, REGISTERED_ONLY, Market, carries, choose_carrier
from api.notifications.rules.quotas import UNCOUNTED, quota_for, refused_by_quota
from api.notifications.rules.spending import CODES_CAPS, used_up
from api.notifications.rules.templates import LINK, TEMPLATES
from api.notifications.service.breakers import put_back, take_probe
from api.notifications.service.opt_outs import refused_texts
from api.notifications.types import Carriage, Channel, Letter, Outcome, OutcomeKind, Provider, Urgency
from api.plumbing.context import Ctx
from api.plumbing.db import among

NUMBERED = (Channel.SMS, Channel.VOICE)


def carry(
    ctx: Ctx, letters: Sequence[Letter], carriers: Collection[Provider], probed: Provider | None = None
) -> list[Letter]:
    """The letters with their providers, in their order. `probed`: all of them go there if they can, as its probe."""
    aimed = [_aim(letter) for letter in letters]
    texts = [letter for letter in aimed if letter.channel is Channel.SMS and letter.address]
    if not texts:
        return aimed
    market = _market(ctx, texts, carriers, probed)
    over = {**_over_quota(ctx, texts), **_over_codes_cap(ctx, texts), **refused_texts(ctx.session, texts)}
    probes: Mapping[UUID, Provider] = {} if probed else _probes(ctx, texts, market)
    ids = {letter.id for letter in texts}
    return [_choose(ctx, letter, market, over, probes) if letter.id in ids else letter for letter in aimed]


def _aim(letter: Letter) -> Letter:
    """The letter with its channel's first provider, and its destination if it has one."""
    first = PROVIDERS_OF[letter.channel][0]
    place = None
    if letter.address and letter.channel in NUMBERED:
        words = {"_words": letter.wording.sms} if letter.wording else {}
        place = destination(letter.address, letter.template, letter.language, {**letter.variables, **words})
    return replace(letter, carriage=Carriage(first, destination=place))


def _market(ctx: Ctx, texts: Sequence[Letter], carriers: Collection[Provider], probed: Provider | None) -> Market:
    row = ProviderBreaker
    statement = select(row.provider, row.open_until).where(
        among(row.provider, [p.value for p in carriers]), row.open_until.is_not(None)
    )
    resting = {Provider(found.provider): found.open_until for found in ctx.session.execute(statement)}
    if probed is not None:
        resting.pop(probed, None)
    wary = [provider for provider in carriers if provider in REGISTERED_ONLY]
    names = {letter.template for letter in texts}
    registered = approved_texts(ctx.session, wary, names) if wary else {}
    return Market(routes(ctx.session), resting, registered, frozenset(carriers))


def _over_quota(ctx: Ctx, texts: Sequence[Letter]) -> dict[UUID, str]:
    """Why a text would not arrive, by message: those whose number has had enough, those of this batch counted."""
    limits = quotas(ctx.session)
    limited = [
        (letter, letter.carriage.destination)
        for letter in texts
        if letter.carriage and letter.carriage.destination and letter.urgency not in UNCOUNTED
    ]
    limited = [(letter, place) for letter, place in limited if quota_for(place.prefix, limits)]
    if not limited:
        return {}
    asked = [TextToCome(p.to_index, p.text_digest, x.template, message_id=x.id) for x, p in limited]
    over: dict[UUID, str] = {}
    batch = _Batch()
    for (letter, place), usage in zip(limited, usage_of(ctx.session, asked, now=ctx.now), strict=True):
        seen = batch.same[place.to_index, place.text_digest]
        usage = replace(
            usage,
            identical=usage.identical + seen,
            different=usage.different + batch.different[place.to_index],
            of_template=usage.of_template + batch.alike[place.to_index, letter.template],
        )
        reason = refused_by_quota(usage, quota_for(place.prefix, limits))
        if reason:
            over[letter.id] = reason
            continue
        batch.same[place.to_index, place.text_digest] += 1
        batch.different[place.to_index] += not usage.identical
        batch.alike[place.to_index, letter.template] += 1
    return over


def _over_codes_cap(ctx: Ctx, texts: Sequence[Letter]) -> dict[UUID, str]:
    """The sign-in codes of stations whose day's money for these is spent. What is on its way now is not counted yet."""
    codes = [letter for letter in texts if letter.urgency is Urgency.OTP]
    if not codes:
        return {}
    spent = spent_on_codes(ctx.session, {letter.station_id for letter in codes}, ctx.now)
    return {x.id: "codes_cap" for x in codes if used_up(spent.get(x.station_id, {}), CODES_CAPS)}


class _Batch:
    """What the letters before this one in a batch will have sent to its number."""

    def __init__(self) -> None:
        self.same: Counter[tuple[bytes, bytes]] = Counter()
        self.different: Counter[bytes] = Counter()
        self.alike: Counter[tuple[bytes, str]] = Counter()


def _probes(ctx: Ctx, texts: Sequence[Letter], market: Market) -> dict[UUID, Provider]:
    """One letter each for the providers whose rest is over while others are well: the probe that ends it."""
    chosen: dict[UUID, Provider] = {}
    over = [provider for provider, until in market.resting.items() if until <= ctx.now]
    for provider in sorted(over):
        fits = (x for x in texts if x.id not in chosen and carries(provider, _prefix(x), text_key(x), market))
        letter = next(fits, None)
        if letter is None or not (breaker := take_probe(ctx, provider)):
            continue
        put_back(ctx, breaker, probing=True)
        chosen[letter.id] = provider
    return chosen


def _choose(
    ctx: Ctx, letter: Letter, market: Market, over: Mapping[UUID, str], probes: Mapping[UUID, Provider]
) -> Letter:
    carriage = letter.carriage
    if carriage is None:
        return letter
    reason = over.get(letter.id)
    if reason:
        refused = Outcome(OutcomeKind.PERMANENT, reason, provider_wide=False, called=False)
        return replace(letter, carriage=replace(carriage, stop=refused))
    key, probe = text_key(letter), probes.get(letter.id)
    if probe is not None:
        words = market.registered.get((probe, *key))
        return replace(letter, carriage=replace(carriage, provider=probe, registered=words, other=True))
    draw = int.from_bytes(ctx.entropy(4)) / 2**32
    own = letter.wording is not None
    choice = choose_carrier(_prefix(letter), key, market, before=letter.before, draw=draw, now=ctx.now, own_words=own)
    chosen = replace(
        carriage,
        provider=choice.provider or carriage.provider,
        registered=choice.registered,
        other=choice.other,
        stop=choice.stop,
    )
    return replace(letter, carriage=chosen)


def text_key(letter: Letter) -> tuple[str, int, str, bool]:
    """The wording a letter will say: template, version, language, with a link or without."""
    template = TEMPLATES.get(letter.template)
    language = "en" if letter.language.lower().startswith("en") else "zh-CN"
    linked = bool(template and template.linked and LINK in letter.variables)
    return letter.template, template.version if template else 0, language, linked


def _prefix(letter: Letter) -> str:
    place = letter.carriage.destination if letter.carriage else None
    return place.prefix if place else ""
