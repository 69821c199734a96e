"""Weights of providers, looked at once a minute; and numbers forgotten that nobody asks about any more."""

from api.notifications.service.charging import forget_numbers
from api.notifications.service.weighing import weigh_providers
from api.plumbing.context import Ctx
from api.plumbing.timers import Timer


def weigh(ctx: Ctx, timer: Timer) -> None:
    """Give a provider that does badly less to carry, and let what moved drift back."""
    weigh_providers(ctx)


def forget(ctx: Ctx, timer: Timer) -> None:
    """Forget whom texts went to once the quotas have forgotten them."""
    forget_numbers(ctx)
