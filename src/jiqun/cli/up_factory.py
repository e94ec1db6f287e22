"""启动工厂 what `up` starts beside the server: the gate for readings, the example's plants and their boxes."""

import socket

PORTS = {"opcua": 4840, "modbus": 5020, "mqtt": 1883}


def gate_port(server: int) -> int:
    """Port of the gate: the one after the server's, or a free one."""
    return free_port(server + 1)


def free_port(wanted: int) -> int:
    """The port wanted where it is free, else any."""
    for port in (wanted, 0):
        try:
            with socket.socket() as found:
                found.bind(("127.0.0.1", port))
                return int(found.getsockname()[1])
        except OSError:
            continue
    return 0


def prepare(*, gate: int) -> list[tuple[str, ...]]:
    """Enter the example's factories, write their boxes' files; gives the commands that start plants and boxes."""
    from jiqun.cli import django

    django.setup()
    from jiqun.actions import example_factories, homes
    from jiqun.actions.desk import desk
    from jiqun.actions.example_factories import Addresses

    if not homes.has_example():
        return []
    opened, by = desk(), django.cli_actor()
    example_factories.load(opened, by=by)
    opcua, modbus, mqtt = (free_port(port) for port in PORTS.values())
    addresses = Addresses(
        f"http://127.0.0.1:{gate}/api/readings", f"opc.tcp://127.0.0.1:{opcua}/jiqun/spring/",
        f"127.0.0.1:{modbus}", f"127.0.0.1:{mqtt}",
    )  # fmt: skip
    boxes = example_factories.boxes(opened, addresses, by=by)
    opened.lake.close()
    plants = {
        "spring": ("plant", "start", "spring", "--port", str(opcua), "--modbus-port", str(modbus)),
        "dye": ("plant", "start", "dye", "--port", str(mqtt)),
    }
    found: list[tuple[str, ...]] = []
    for site, box in boxes.items():
        found += [plants[site], ("edge", "run", str(box))]
    return found
