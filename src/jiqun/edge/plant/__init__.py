"""模拟工厂: plants that speak the real protocols as real servers, to try the box without a machine; values are synthetic.

Physics is pure step functions on frozen dataclasses; chance comes in as a seeded generator, time as a step in seconds.
"""
