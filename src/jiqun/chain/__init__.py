"""产业链: the chain map 图谱, gaps 补链强链, resilience, sharing 协同, settlement and trace 一码追溯.

Pure functions on frozen dataclasses; may import `rules` and `core` only.
"""
