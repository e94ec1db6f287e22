"""Core 底座: figures, periods, units, facts, codes and errors; the standard library and nothing else.

Every other room may import this one. Nothing here opens a network connection, reads a clock or
knows where the packs lie: folders, files and days are always passed in.
"""
