"""An OPC UA server with many variables that all change once a second; the value is the number of the second."""

import asyncio
import sys
import time
from datetime import UTC, datetime

from asyncua import Server, ua


async def serve(port: int, variables: int, ticks: int) -> None:
    """Wait for the word `go` on standard input, change every variable `ticks` times, then wait for the end of input."""
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/bench/")
    index = await server.register_namespace("urn:jiqun:bench")
    folder = await server.nodes.objects.add_folder(ua.NodeId("bench", index), "bench")
    nodes = [
        await folder.add_variable(ua.NodeId(f"v{n}", index), f"v{n}", ua.Variant(0.0, ua.VariantType.Double))
        for n in range(variables)
    ]
    await server.start()
    print("open", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    began, behind = time.monotonic(), 0.0
    for tick in range(1, ticks + 1):
        now = datetime.now(UTC)
        for node in nodes:
            told = ua.DataValue(ua.Variant(float(tick), ua.VariantType.Double), SourceTimestamp=now)
            await server.write_attribute_value(node.nodeid, told)
        behind = max(behind, time.monotonic() - began - tick)
        await asyncio.sleep(max(0.0, began + tick - time.monotonic()))
    print(f"behind {behind:.2f}", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await server.stop()


if __name__ == "__main__":
    asyncio.run(serve(*map(int, sys.argv[1:4])))
