"""One file a suite; `benchmarks/__main__.py` lists them."""
