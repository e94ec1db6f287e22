"""规则: policy as dated data. Reads packs, judges them four-valued (met, unmet, unknown, manual) and explains.

Pure Python on `core`; no clock, no database, no evaluation of text. Here belong the pack reader, the closed set of
operators, the ruling with its trace and gap, and the lowering of a pack to a closed expression tree.
"""
