"""阅读: what each page shows, read from lake, ledger and packs into frozen contexts; nothing here writes.

A context is the page's whole content: the template renders it and the JSON twin serialises the same object.
"""
