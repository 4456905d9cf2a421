"""Routes door to door: streets by our own graph, timetable by cafein, steps in words, unknowns listed."""
