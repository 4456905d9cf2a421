"""Streets and timetable of a city, built once from OpenStreetMap and GTFS and kept as plain files for the router."""
