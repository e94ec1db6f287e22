"""HTTP 接口 the interface under /api/: what the pages show and do, as JSON, for programs of other offices."""
