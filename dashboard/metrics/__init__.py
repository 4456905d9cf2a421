"""Figures: values with n, interval, definition; each made by a pure function of the KPI dictionary (`registry`)."""

from __future__ import annotations

from dashboard.metrics.answer import figures, trend
from dashboard.metrics.figure import Figure, Value
from dashboard.metrics.registry import REGISTRY, Kpi

__all__ = ["REGISTRY", "Figure", "Kpi", "Value", "figures", "trend"]
