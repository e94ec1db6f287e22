"""代理 an MQTT broker within the process of a plant, for where there is none: loopback, everyone may connect."""

import logging

from amqtt.broker import Broker

PLUGINS = {
    "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True},
}


def plant_broker(host: str, port: int) -> Broker:
    """A broker to be started and shut down by whoever asks (内置代理)."""
    for name in ("amqtt", "transitions"):
        logging.getLogger(name).setLevel(logging.ERROR)
    return Broker({"listeners": {"default": {"type": "tcp", "bind": f"{host}:{port}"}}, "plugins": PLUGINS})
