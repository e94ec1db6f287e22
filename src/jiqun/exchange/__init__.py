"""对接: challenges 四题一评, talent 共享人才, results 成果池, pilot plants 中试, cases 闭环 and matching.

Pure functions on frozen dataclasses; may import `rules` and `core` only.
"""
