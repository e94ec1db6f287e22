"""办公表格 office forms: workbooks and lists as offices send them, read as tables: titles, joined headers, rows, totals.

Reading finds and says; it judges nothing (see the gates) and never drops a row without a word (`FormTable.left_out`).
"""
