"""MQTT JSON: messages of any shape, read by a mapping in the addresses of the points."""
