"""Sparkplug B: MQTT with births, deaths, sequence numbers and aliases; the codec of its payloads is our own."""
