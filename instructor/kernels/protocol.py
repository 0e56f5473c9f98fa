"""How the kernels' client, their fork server and their wardens speak: JSON, one message a packet.

A client connects to the server and says what to start; from then on a warden, a fork of the server, holds the other
end. The client then sends signals; the warden says when the kernel has started and how it ended.
"""

from __future__ import annotations

import json
import os
import socket
import struct
from contextlib import suppress

MAX_MESSAGE = 1 << 20  # bytes; what is longer would be cut


def send(connection: socket.socket, message: dict) -> None:
    """Send a message; nothing happens if the other end is gone, which `receive` tells."""
    with suppress(ConnectionError):
        connection.send(json.dumps(message).encode())


def receive(connection: socket.socket) -> dict | None:
    """Wait for a message as long as the connection's timeout allows, and return it; None once the other end is gone."""
    with suppress(ConnectionError):
        if packet := connection.recv(MAX_MESSAGE):
            return json.loads(packet)
    return None


def is_of_this_user(connection: socket.socket) -> bool:
    """Tell whether this user is at the other end: anyone may reach an abstract socket, or take its name first."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return struct.unpack("3i", credentials)[1] == os.getuid()
