"""企业名称 enterprise names: a Chinese name folded to one spelling and taken apart.

`fold` gives one spelling, `parse` the parts (region, brand, trade, legal form, branch, bracket), `NameTables` the word
lists they go by. Which characters are traditional is handed in; this package knows no library.
"""

from jiqun.core.names.folding import fold
from jiqun.core.names.parsing import Name, Piece, parse
from jiqun.core.names.tables import NameTables, Prefixes, compatible

__all__ = ["Name", "NameTables", "Piece", "Prefixes", "compatible", "fold", "parse"]
