"""How a rule file becomes rules: bytes → nodes with positions → policies → one checked set."""
