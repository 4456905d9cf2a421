"""How a process is served: gunicorn with threads, never with an event loop that a callback would block."""

from __future__ import annotations

import socket
import sys

from dashboard.deps import Process
from dashboard.settings import Settings

GRACE_S = 5


def command(settings: Settings, process: Process, *, port: int) -> list[str]:
    """The command line that serves `process` on `settings.host` and `port`."""
    return [
        sys.executable, "-m", "gunicorn", f"dashboard.wsgi:{process}()",
        "--worker-class", "gthread", "--workers", str(settings.workers), "--threads", str(settings.threads),
        "--bind", f"{bracketed(settings.host)}:{port}", "--no-control-socket", "--graceful-timeout", str(GRACE_S),
        "--timeout", "120", "--log-level", "warning",
    ]  # fmt: skip


def bracketed(host: str) -> str:
    """A host as it stands in an address: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def free_port(host: str, wanted: int, *, tries: int = 200) -> int:
    """`wanted` where nobody listens there, else the next free port; raises `OSError` where none is free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in range(wanted, min(wanted + tries, 65_536)):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise OSError(f"no free port from {wanted} on at {host}: set LINKA_PORT to another one")
