"""OPC UA: subscriptions in chunks, source timestamps, status codes as quality."""
