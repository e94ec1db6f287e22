"""读数 readings in the lake: read by day, followed as they arrive, kept small, rolled up."""
