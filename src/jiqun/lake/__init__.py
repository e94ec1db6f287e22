"""Lake 事实库: facts that are only ever added, in open tables any engine can read.

Belongs here: the frozen table catalogue, the spool and the merge that make an acknowledged row durable and counted
once, the expressions over facts, and the engines (DuckDB, Spark) that run them.
"""
