"""Pydantic's and the plug-ins' names for what they refuse → our codes, and words an admin understands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rules.loading.vocabulary import CODED_QUEUES, CODED_ROLES

CUSTOM: Final[Mapping[str, str]] = {
    "bad_pattern": "E120",
    "empty_condition": "E131",
    "unknown_list": "E200",
    "unknown_ladder": "E202",
    "unknown_role": "E204",
    "unknown_channel": "E205",
    "unknown_queue": "E206",
    "unknown_playbook": "E207",
    "unknown_label": "E208",
    "unknown_model": "E209",
    "unknown_platform": "E210",
    "ambiguous_ladder": "E233",
    "contradiction": "E236",
    "empty_entry": "E223",
    "bad_zone": "E501",
    "foreign_platform": "E503",
    "bad_rota": "E504",
    "bad_address": "E506",
    "bad_language": "E212",
    "bad_id": "E110",
}
"""Codes of the errors that plug-ins name themselves; any other name is E132."""

WARNINGS: Final[Mapping[str, str]] = {
    "unchecked_role": "W204",
    "unchecked_channel": "W205",
    "unchecked_queue": "W206",
    "unchecked_playbook": "W207",
    "unknown_model": "W209",
}
"""Codes of the warnings that plug-ins leave in the context; any other name is W132."""

HINTS: Final = {
    "unknown_model": "the rule sleeps until the model is there; see `sereno models list`",
    **dict.fromkeys(
        ("unchecked_role", "unchecked_channel", "unchecked_queue", "unchecked_playbook"),
        "declare it in sereno.yaml, so that a slip of the pen can be noticed",
    ),
}

KNOWN_ANYWAY: Final = {"unchecked_role": CODED_ROLES, "unchecked_queue": CODED_QUEUES}
"""Names that mean something in every community, whatever sereno.yaml says."""

_NUMBER: Final = ("E108", "a number", "write it in digits, without quotes")
_WHOLE: Final = ("E108", "a whole number", "write it in digits, without quotes")
_TRUTH: Final = ("E105", "true or false", "write `true` or `false`")
_LIST: Final = ("E104", "a list", "write `[one, two]`")
_KEYS: Final = ("E104", "a group of keys with values", "write `key: value`, indented")
_TEXT: Final = ("E104", "a text", "put it in quotes if it looks like a number")

EXPECTED: Final[Mapping[str, tuple[str, str, str]]] = {
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), _WHOLE),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), _NUMBER),
    **dict.fromkeys(("bool_type", "bool_parsing"), _TRUTH),
    **dict.fromkeys(("list_type", "tuple_type", "set_type", "frozen_set_type"), _LIST),
    **dict.fromkeys(("dict_type", "mapping_type", "model_type", "model_attributes_type"), _KEYS),
    **dict.fromkeys(("string_type", "is_instance_of", "path_type", "dataclass_type"), _TEXT),
}
"""Pydantic's words for a wrong type → code, what was expected, hint."""

BOUNDS: Final[Mapping[str, tuple[str, str]]] = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
    "too_long": ("max_length", "at most"),
    "string_too_long": ("max_length", "at most"),
}
"""Pydantic's words for a number out of range → where the limit stands, and how to say it."""
