"""The daily brief as content: what the page, the printed sheet and the e-mail are all made of."""
