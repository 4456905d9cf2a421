"""Spatial and directory knowledge: city profiles, territories, search, hours, accessibility, routing."""
