"""报警状态机 one step of an alarm: from its state and what happens, at an instant, to its state and what follows."""

from dataclasses import dataclass, replace

from jiqun.core.errors import InputError
from jiqun.factory.alarms.condition import due, read, readable
from jiqun.factory.alarms.diagram import Diagram, Move
from jiqun.factory.alarms.model import AlarmState, Command, Effect, Happening, Limit, Reading
from jiqun.factory.instants import moment


@dataclass(frozen=True, slots=True)
class Alarm:
    """A limit within the diagram of states."""

    limit: Limit
    diagram: Diagram

    def step(self, state: AlarmState, event: Happening, at: int) -> tuple[AlarmState, tuple[Effect, ...]]:
        """What has fallen due until `at` first, in its order and at its own instant; then the event itself.

        A reading or tick from before the last instant changes nothing and is told as `out_of_order`.
        InputError alarm.unknown_command, alarm.say_why, alarm.shelved_too_long; WrongState alarm.state
        """
        if state.seen_at is not None and at < state.seen_at:
            if isinstance(event, Command):
                raise InputError("alarm.too_early", seen=_shown(at), allowed=f"≥ {_shown(state.seen_at)}")
            return state, (Effect("out_of_order", at, state.state, state.state),)
        effects: list[Effect] = []
        state = replace(self._until(state, at, effects), seen_at=at)
        if isinstance(event, Command):
            state = self._command(state, event, at, effects)
        elif isinstance(event, Reading):
            state = self._reading(state, event.value, at, effects)
        return state, tuple(effects)

    def _until(self, state: AlarmState, at: int, effects: list[Effect], value: str = "") -> AlarmState:
        """Delays and shelvings that end by `at`, the earliest first."""
        while True:
            turns, shelved = due(self.limit, state.condition), state.shelved_until
            ends = [one for one in (turns, shelved) if one is not None and one <= at]
            if not ends:
                return state
            if turns is not None and turns == min(ends):
                condition = replace(state.condition, active=state.condition.raw)
                state = replace(state, condition=condition)
                name = "active" if condition.active else "clear"
                state = self._moved(state, name, turns, effects, value=value)
            else:
                state = self._moved(state, "expire", min(ends), effects, until=_shown(min(ends)))

    def _reading(self, state: AlarmState, value: float | None, at: int, effects: list[Effect]) -> AlarmState:
        if value is None or not readable(value):
            effects.append(Effect("bad_value", at, state.state, state.state, (("value", str(value)),)))
            return state
        condition = read(self.limit, state.condition, value, at)
        return self._until(replace(state, condition=condition), at, effects, f"{value:g}")

    def _command(self, state: AlarmState, command: Command, at: int, effects: list[Effect]) -> AlarmState:
        move = self.diagram.check_command(command.name, state.state, latching=self.limit.latching)
        said = {"by": command.by, "why": command.why, "until": _shown(command.until)}
        for name in move.audits:
            if not said[name].strip():
                raise InputError("alarm.say_why", wanted=command.name, column=name)
        state = self._moved(state, command.name, at, effects, **said)
        if "until" not in move.audits or command.until is None:
            return state
        if not at < command.until <= at + self.diagram.longest_shelving:
            latest = _shown(at + self.diagram.longest_shelving)
            raise InputError("alarm.shelved_too_long", seen=said["until"], allowed=f"≤ {latest}")
        return replace(state, shelved_until=command.until)

    def _moved(
        self, state: AlarmState, event: str, at: int, effects: list[Effect], **said: str
    ) -> AlarmState:
        """Along the arrow of an event, if there is one; a state that only follows has none for the condition."""
        move = self.diagram.move(event, state.state, latching=self.limit.latching)
        if move is None:
            return state
        after = move.after_if_active if state.condition.active else move.after
        effects.append(self._effect(move, state.state, after, at, said))
        return replace(state, state=after, shelved_until=None)

    def _effect(self, move: Move, before: str, after: str, at: int, said: dict[str, str]) -> Effect:
        states = self.diagram.states
        loud, was = states[after].annunciates, states[before].annunciates
        audit = tuple((name, said.get(name, "")) for name in move.audits)
        return Effect(move.event, at, before, after, audit, move.raises and loud, was and not loud)


def _shown(at: int | None) -> str:
    return "" if at is None else moment(at).isoformat(timespec="seconds")
