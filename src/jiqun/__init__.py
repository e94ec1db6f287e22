"""集群 jiqun: an open industry brain for manufacturing clusters (开放产业大脑)."""

__version__ = "0.1.0"
