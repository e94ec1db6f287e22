"""漂移与故障 drift and faults of sensors: learnt on the first share of a series, told row by row behind it.

`points` watches each point (EWMA, CUSUM, stuck), `group` what points do together (PCA: Hotelling's T² and SPE), `combine`
makes intervals of rows, `detector` joins them, `verdicts` counts what people said of warnings. numpy and scikit-learn
(extra `factory`) are imported where they are used.
"""
