"""In CI nothing that can run may skip: a skip there is a failure, except for the reasons named here."""

from __future__ import annotations

import os
import re

# A reason belongs here only if no machine of CI could ever run the test. Keep it empty if you can.
ALLOWED_SKIP_REASONS: tuple[str, ...] = ()


def is_ci() -> bool:
    """Say whether this run is CI's."""
    return os.environ.get("CI", "").lower() not in {"", "0", "false", "no"}


def is_allowed_skip(reason: str) -> bool:
    """Say whether a skip for this reason may stand in CI."""
    return any(re.search(pattern, reason) for pattern in ALLOWED_SKIP_REASONS)


def refusal(reason: str) -> str:
    """Word the failure that a skip turns into."""
    return f"skipped in CI, where nothing that can run may skip: {reason}\nCure: give CI what the test needs."
