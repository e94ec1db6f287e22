"""班次与月度 shifts and months of a factory: stops with their reasons, what changed since a report, figures of a month.

Pure functions on frozen dataclasses; instants are whole microseconds, what nobody knows stays unknown.
"""
