"""Addresses, streets, places and stops of an OpenStreetMap extract in one small SQLite file with prefix search."""
