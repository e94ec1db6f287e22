"""读数湖 readings in the lake: taken durably in segments, merged exactly once, read by point and day."""
