"""MQTT JSON 连接器: subscribes to the topics of its points."""

import paho.mqtt.client as paho

from jiqun.edge.collector import Collector
from jiqun.edge.config import ConnectorConfig, Limits
from jiqun.edge.mqtt import Gathered, MqttConnector
from jiqun.edge.mqtt_json.mapping import Mapping


class MqttJson(MqttConnector):
    """Listens to one broker (MQTT JSON 连接器)."""

    def __init__(self, config: ConnectorConfig, collector: Collector, limits: Limits) -> None:
        super().__init__(config, collector, limits)
        self.mapping = Mapping(config.points, time=config.text("time"), form=config.text("time_form"))

    def topics(self) -> list[str]:
        """The topics of its points."""
        return self.mapping.topics

    def read(self, message: paho.MQTTMessage, gathered: Gathered) -> None:
        """Read one message."""
        samples, refused = self.mapping.read(message.topic, message.payload)
        gathered.samples += samples
        gathered.refused += refused
