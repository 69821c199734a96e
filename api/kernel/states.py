"""State machines as one transition table each; diagrams and totality tests are read from the table."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from api.kernel.errors import IllegalTransition

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True)
class Machine(Generic[S, E]):
    """A noun's life: `table[(state, event)]` is the next state, nothing else is legal."""

    name: str
    initial: S
    table: Mapping[tuple[S, E], S]
    final: frozenset[S]

    def next(self, state: S, event: E) -> S:
        """The state after `event`; raises IllegalTransition where the table has no row."""
        try:
            return self.table[(state, event)]
        except KeyError:
            raise IllegalTransition(noun=self.name, state=state.value, event=event.value) from None

    def allows(self, state: S, event: E) -> bool:
        """Whether the table has a row for this pair."""
        return (state, event) in self.table

    def sources(self, event: E) -> frozenset[S]:
        """Every state `event` may start from: what a conditional UPDATE puts in its WHERE."""
        return frozenset(state for state, known in self.table if known is event)

    def mermaid(self) -> str:
        """The diagram, in Mermaid's stateDiagram-v2 notation, sorted so that it is stable."""
        arrows = sorted(f"    {state} --> {after}: {event}" for (state, event), after in self.table.items())
        ends = sorted(f"    {state} --> [*]" for state in self.final)
        return "\n".join(["stateDiagram-v2", f"    [*] --> {self.initial}", *arrows, *ends]) + "\n"
