"""动作: every write and every cross-room composition, one file per verb family.

An action reads, judges, writes and records its audit row in one ledger transaction; it is told who acts (`by`) and
when (`at`, `on`). It knows neither HTTP nor templates nor command lines.
"""
