"""The records 一本账: Django models, and readers and writers that hand out plain frozen dataclasses.

Nobody outside this room imports ``jiqun.ledger.models``.  Readers and writers never read a clock: the caller
passes ``at``.  Writers do not write audit rows themselves; an action does both in one transaction.
"""
