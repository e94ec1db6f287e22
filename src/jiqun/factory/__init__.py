"""未来工厂: OEE, alarms, energy, wages 计件, dosing, safety 四色 and the twin, as pure functions on dataclasses.

Arrives with the connection of machines; may import `rules`, `core` and named pure libraries (an ADR each).
"""
