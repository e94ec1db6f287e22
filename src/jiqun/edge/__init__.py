"""边缘: connectors on the factory box (OPC UA, Modbus, MQTT, CSV drop), points, buffer, gateway and simulator.

Runs alone without Django, ledger, lake or actions; may import `core`, `factory` and protocol libraries.
"""
