"""The public start page until the social map lands."""
