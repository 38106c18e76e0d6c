"""How sure a model is that a text hurts: the model that ships, Detoxify, and the two together."""
