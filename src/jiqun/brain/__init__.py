"""产业大脑: tiers 梯度培育, per-mu 亩均, maturity, clusters, targets, warning and name matching.

Pure functions on frozen dataclasses; may import `rules` and `core` only.
"""
