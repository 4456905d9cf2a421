"""The errors of `dashboard`, one tree:

DashboardError
├── DashboardSettingsError (ValueError)  an environment variable is wrong
├── NotAllowedError (PermissionError)    the process refuses to start or to answer as it is set up
├── TranslationError (LookupError)       a text is missing in a language
└── DemoError (RuntimeError)             the demo could not be made ready or did not come up
"""

from __future__ import annotations


class DashboardError(Exception):
    """Base of every error that `dashboard` raises on purpose; its message is fit for a reader."""


class DashboardSettingsError(DashboardError, ValueError):
    """An environment variable is wrong; the message names it and the cure, never its secret value."""


class NotAllowedError(DashboardError, PermissionError):
    """The process refuses to listen or to answer as it is set up; the message says what to set."""


class TranslationError(DashboardError, LookupError):
    """A text is missing in a language, or a catalogue cannot be read."""


class DemoError(DashboardError, RuntimeError):
    """The demo could not be made ready or did not come up; the message names the step and the cure."""
