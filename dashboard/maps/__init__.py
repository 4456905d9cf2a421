"""Maps for plotly, with styles of our own: the named ones fetch from a CDN and draw nothing offline."""
