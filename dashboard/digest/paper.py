"""The brief as a PDF, printed by a Chromium that the machine has; without one the browser's own printing is the way."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from dashboard.errors import DashboardError

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
FLAGS: Final = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-pdf-header-footer", "--virtual-time-budget=2000",
)  # fmt: skip
TIMEOUT_S: Final = 60


class NoBrowserError(DashboardError, RuntimeError):
    """There is no Chromium here, or it printed nothing; the message says what to do instead."""


def pdf(page: str) -> bytes:
    """The HTML `page`, which needs nothing from outside, as a PDF; raises `NoBrowserError`."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise NoBrowserError("no Chromium here to print a PDF: install it, or write HTML and print it from a browser")
    with tempfile.TemporaryDirectory() as folder:
        source, sheet = Path(folder, "brief.html"), Path(folder, "brief.pdf")
        source.write_text(page, encoding="utf-8")
        command = [browser, *FLAGS, f"--user-data-dir={folder}/profile", f"--print-to-pdf={sheet}", source.as_uri()]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=TIMEOUT_S)
            return sheet.read_bytes()
        except (subprocess.SubprocessError, OSError) as error:
            raise NoBrowserError(f"{browser} printed no PDF: write HTML and print it from a browser") from error
