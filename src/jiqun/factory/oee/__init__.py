"""设备综合效率 OEE after the terms of ISO 22400-2: times, quantities, ratios and a waterfall of losses that adds up exactly.

`calendar` says when work was planned, `timeline` what a machine did then, `quantities` what it made, `tally` joins them
for any group of machines, shifts and products, `figures` reckons the ratios. Times are whole microseconds, the rest
fractions; what nobody knows is None with its bounds, never a stop and never zero.

Not checked against the text of the standard, which nobody here has; against who read it: docs/explanation/standards-read.md.
"""
