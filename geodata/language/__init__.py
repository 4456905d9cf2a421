"""Word lists per language as data (stop words, endings, abbreviations): adding a language adds a file, not code."""
