"""Modbus TCP: register maps, word order and polling groups."""
