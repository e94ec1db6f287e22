"""HTTP 批次: machines and small programs post readings to the box; the answer comes when they are sealed."""
