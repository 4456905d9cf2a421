"""The write side: from the files a city has to tables that pages can answer from."""
