"""What pages are put together from: plain functions that take data and give Dash components, and know no query."""
