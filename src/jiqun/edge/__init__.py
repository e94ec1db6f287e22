"""边缘: connectors on the factory box, points, buffer, gateway, and plants that speak the real protocols.

Runs alone without Django, ledger, lake or actions; may import `core`, `rules` (for reading TOML with line numbers),
`factory` and protocol libraries. What is posted to the gate is told in `contract.py` and nowhere else.
"""
