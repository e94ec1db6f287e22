"""未来工厂: OEE, alarms, drift and faults of machines, pure functions on dataclasses; later energy, wages 计件.

`oee` reckons times and losses, `alarms` moves an alarm through its states, `detect` watches points and groups of points.
May import `rules`, `core` and named pure libraries (an ADR each), heavy ones where they are used.
"""
