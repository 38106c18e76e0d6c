"""The benchmark Sereno owns: `python -m benchmarks --suite rules`. Figures are ratios against peers in the same run."""
