from __future__ import annotations
from dataclasses import dataclass
@dataclass(frozen=True, slots=True)
class Link:
    url: str
def links_in(raw: str) -> tuple[Link, ...]:
    return ()
