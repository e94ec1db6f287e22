"""接入: HTTP, MQTT and NATS consumers that hand batches to the gate and acknowledge once the segment is durable.

Arrives with the readings of machines; may import `actions` and `lake`, never pages or engine internals.
"""
