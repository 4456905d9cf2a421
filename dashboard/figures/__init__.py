"""Figures as plain functions: data first, the rest by keyword, a plotly figure as a dictionary out.

Dictionaries, because building `plotly.graph_objects` checks every property again on every request (10 to 50 ms a
figure); the tests put each through `plotly.graph_objects.Figure` instead, once.
"""
