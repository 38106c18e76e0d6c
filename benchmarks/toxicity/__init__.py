"""How well and how fast toxicity is seen, on texts no model has learnt from, beside other filters in the same run."""
