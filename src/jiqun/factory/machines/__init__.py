"""设备状态 the state of machines told from readings: spans that cover the window exactly, pieces, events for OEE.

`manner` holds the parameters, `spans` the arithmetic of spans, `states` what a machine did when, `pieces` what it made,
`day` joins them, `now` says how it stands at this moment. What no reading says is unknown, never a stop and never zero.
"""
