"""接入: the gate over HTTP, consumers behind a broker, the merger and the watcher; acknowledged once a segment is durable.

May import `actions` and `lake`, never pages or engine internals. How it runs: docs/how-to/run-the-intake.md.
"""
