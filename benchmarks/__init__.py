"""测量 benchmarks: each prints one JSON line — median of several runs, ratio to its named baseline, peak memory.

`python -m benchmarks` runs all; `python -m benchmarks import_register matrix` runs some. Ratios are taken inside one
run, pair by pair, so that a machine whose speed drifts does not decide. Nothing here is a test.
"""
