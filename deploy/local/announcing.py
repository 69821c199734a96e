"""What `make run` prints when the system is healthy."""

from collections.abc import Iterable, Mapping

from deploy.local.places import LOGS, ROOT, SIGN_INS
from deploy.local.processes import REAL_WHEN, Ports, StandIn

# What to do, and what it shows.
FIRST_STEPS = (
    ("curl {address}/healthz/deep", "every process and the age of its last sign of life"),
    ('README.md, "By hand"', "report an incident, dispatch, watch the phones answer"),
)


def announcement(ports: Ports, settings: Mapping[str, str], stand_ins: frozenset[StandIn]) -> str:
    """One line with the address, then the sign-ins, what to try first, and which providers are real."""
    address = settings["GRIDLOOP_PUBLIC_URL"]
    listens = f"http://127.0.0.1:{ports.port}"
    lines = [f"\nGridloop runs at {listens}" + (f" (public address: {address})" if address != listens else "")]
    if settings["GRIDLOOP_DEMO"] != "0" and SIGN_INS.exists():
        lines += ["", "  Demo sign-ins", *indent(SIGN_INS.read_text().splitlines())]
    lines += ["", "  Try first", *indent(f"{step.format(address=listens):<44}{shows}" for step, shows in FIRST_STEPS)]
    lines += ["", "  Providers", *indent(provider_line(provider, settings, stand_ins) for provider in StandIn)]
    lines += ["", f"  Ctrl-C stops everything. Logs: {LOGS.relative_to(ROOT)}/", ""]
    return "\n".join(lines)


def provider_line(provider: StandIn, settings: Mapping[str, str], stand_ins: frozenset[StandIn]) -> str:
    """Whether a provider is a stand-in, and what would make it real."""
    names = ", ".join(REAL_WHEN[provider])
    if provider not in stand_ins and not all(settings.get(name) for name in REAL_WHEN[provider]):
        return f"{provider:<8}none: another one is real, and a stand-in beside it would swallow messages"
    if provider not in stand_ins:
        return f"{provider:<8}the real one: {names} is set, so no stand-in and no simulated phones run"
    address = settings[f"GRIDLOOP_{provider.upper()}_BASE_URL"]
    return f"{provider:<8}a stand-in at {address}; set {names} for the real one"


def indent(lines: Iterable[str]) -> list[str]:
    """Lines of a block."""
    return [f"    {line}".rstrip() for line in lines]
