"""Rule files → rules."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.wiring import vocabulary
from moderation.model import Capability
from moderation.verdict import Mode
from rules.loader import SHIPPED, Names, load_folder
from rules.model import All, AnyOf, Not, Place, RuleSet, Use
from rules.problems import Problem, problem_at
from tests.language.reading import ONE_RULE, codes, load_in, load_text, policy_of

EXAMPLES = Path(__file__).parents[2] / "examples" / "rules"

WHOLE = """\
schema: rules/1
about: Everything at once.
languages: [en, es]
lists:
  spam: |
    # what we call spam
    free money
    #freemoney

    dinero gratis
  ours: [ourclub.org, 2024]
conditions:
  newcomer:
    author: {here_less_than: 3d}
ladders:
  spam:
    forget: 30d
    steps:
      2: [timeout: {for: 1h, else: hold}]
      4: [ask: moderators]
brakes:
  mass: {max: 30, within: 10m}
rules:
  - id: no-spam
    why:
      en: Spam is removed.
      es: Se retira el spam.
    on: [message, edit]
    mode: enforce
    until: 2026-12-31
    sample: 10%
    platforms: [discord]
    only_in: ["#help-*"]
    except_in: ["help-staff*"]
    spare: [moderator]
    if:
      any:
        - says: spam
        - links: {outside: ours}
    unless:
      use: newcomer
    then:
      - delete
      - strike: 2
    stop: true
    brake: mass
    hits: |
      get free money
        now: free money
    misses: |
      # free money as a heading
    scenes:
      - name: a scene
        chat: |
          ana: free money
          +5s bo #help: hello
        expect: {ana: [delete, strike], bo: []}
"""


_SLIPS = ["", " ", ":", "- ", "[", "]", "{", "}", "|", "#", "'", '"', "~", "\n", "\t", "0", "x: ", "ñ", "*", "&a ", "!"]


def test_a_rule_is_what_was_written() -> None:
    """Every key of the grammar arrives where the engine looks for it."""
    policy = policy_of(WHOLE.replace("    # free money as a heading\n", "    the bank\n"))
    rule = policy.rules[0]
    assert (rule.id, rule.mode, rule.sample, rule.stop, rule.brake) == ("no-spam", Mode.ENFORCE, 0.1, True, "mass")
    assert rule.why == {"en": "Spam is removed.", "es": "Se retira el spam."}
    assert (rule.only_in, rule.except_in, rule.spare) == (("help-*",), ("help-staff*",), frozenset({"moderator"}))
    assert str(rule.until) == "2026-12-31"
    assert rule.platforms == {"discord"}
    assert [action.name for action in rule.then] == ["delete", "strike"]
    assert isinstance(rule.condition, All)
    wanted, spared = rule.condition.parts
    assert isinstance(wanted, AnyOf)
    assert isinstance(spared, Not)
    assert isinstance(spared.part, Use)
    assert policy.ladders["spam"].forget == timedelta(days=30)
    assert [points for points, _ in policy.ladders["spam"].steps] == [2, 4]
    assert policy.brakes["mass"].within == timedelta(minutes=10)


def test_the_lines_of_examples_keep_their_places() -> None:
    """A red example can be shown with a caret."""
    rule = policy_of(WHOLE).rules[0]
    lines = WHOLE.split("\n")
    for line in (*rule.hits, *rule.misses, *rule.scenes[0].chat):
        assert lines[line.place.line - 1][line.place.column - 1 :] == line.text.strip()
    assert rule.scenes[0].expect == {"ana": ("delete", "strike"), "bo": ()}


def test_lists_have_comments_and_hashtags() -> None:
    """`# ` starts a comment and `#word` is an entry; a number is the text that was written."""
    policy = policy_of(WHOLE)
    assert policy.lists["spam"].entries == ("free money", "#freemoney", "dinero gratis")
    assert policy.lists["ours"].entries == ("ourclub.org", "2024")


def test_a_misses_line_is_never_a_comment() -> None:
    """Examples are messages: a Markdown heading is one."""
    assert policy_of(WHOLE).rules[0].misses[0].text == "# free money as a heading"


def test_a_path_inside_a_rule_finds_its_place() -> None:
    """Messages about one key point at it; a path into a short form ends at what was written."""
    places = policy_of(WHOLE).rules[0].key_places
    lines = WHOLE.split("\n")

    def shown(*path: str | int) -> str:
        place = places[path]
        return lines[place.line - 1][place.column - 1 :]

    assert shown("mode") == "mode: enforce"
    assert shown("if", "any", 1, "links", "outside").startswith("outside: ours")
    assert shown("if", "any", 0, "says", "lists", 0).startswith("says: spam")
    assert shown("hits", 1).startswith("now: free money")


def test_the_default_is_shadow_on_messages_and_edits() -> None:
    """A rule that says no more than it must changes nothing in the chat."""
    rule = policy_of(ONE_RULE).rules[0]
    assert rule.mode is Mode.SHADOW
    assert rule.on == {"message", "edit"}
    assert rule.sample == 1.0


def test_a_list_file_is_read_from_the_folder_of_the_rules(tmp_path: Path) -> None:
    """Long lists live beside the rules, with comments and blank lines."""
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "spam.txt").write_text("# from the sheet\nfree money\n\n#free\n", encoding="utf-8")
    (tmp_path / "a.yaml").write_text(ONE_RULE.replace("spam: |\n    free money", "spam: {file: lists/spam.txt}"))
    loaded = load_in(tmp_path)
    assert loaded.rule_set is not None
    assert loaded.rule_set.policies[0].lists["spam"].entries == ("free money", "#free")


def test_a_list_file_cannot_leave_the_folder(tmp_path: Path) -> None:
    """Neither by its path nor by a link; a link inside the folder is fine."""
    rules = tmp_path / "rules"
    rules.mkdir()
    (tmp_path / "secret.txt").write_text("free money\n")
    (rules / "inside.txt").write_text("free money\n")
    (rules / "out.txt").symlink_to(tmp_path / "secret.txt")
    (rules / "in.txt").symlink_to(rules / "inside.txt")
    found = {}
    for path in ("../secret.txt", str(tmp_path / "secret.txt"), "out.txt", "in.txt", "missing.txt"):
        (rules / "a.yaml").write_text(ONE_RULE.replace("spam: |\n    free money", f"spam: {{file: '{path}'}}"))
        found[path] = codes(load_in(rules))
    assert list(found.values()) == [["E220"], ["E220"], ["E221"], [], ["E222"]]


def test_all_mistakes_of_all_files_come_in_one_run() -> None:
    """An admin mends a set in one go, file by file and line by line."""
    loaded = load_text(
        ONE_RULE.replace("says: spam", "says: spem").replace("then: [delete]", "then: [delet]\n    mode: enforced"),
        ONE_RULE.replace("no-spam", "No Spam"),
    )
    assert loaded.rule_set is None
    assert [(problem.file, problem.code) for problem in loaded.problems] == [
        ("a.yaml", "E200"),
        ("a.yaml", "E141"),
        ("a.yaml", "E102"),
        ("b.yaml", "E110"),
    ]


def test_a_syntax_error_in_one_file_does_not_hide_the_others() -> None:
    """What can still be read is still checked."""
    loaded = load_text("a: [1\n", ONE_RULE.replace("says: spam", "says: spem"))
    assert codes(loaded) == ["E015", "E200"]


def test_a_mistake_in_a_list_is_told_once() -> None:
    """Rules that use a broken list or ladder are not mistakes of their own."""
    text = ONE_RULE.replace("    free money\n", "    ...\n    free money\n")
    assert codes(load_text(text)) == ["E223"]


def test_a_rule_id_exists_once_in_all_files() -> None:
    """History hangs on the id; the second file is told where the first one is."""
    loaded = load_text(ONE_RULE, ONE_RULE)
    assert codes(loaded) == ["E111"]
    assert loaded.problems[0].file == "b.yaml"
    assert "line 7 of a.yaml" in loaded.problems[0].message


def test_a_ladder_exists_once_in_all_files() -> None:
    """Strikes of two files on ladders of one name would be mixed."""
    ladder = "ladders:\n  spam: {forget: 9d, steps: {2: [ask: moderators]}}\nrules:"
    first = ONE_RULE.replace("rules:", ladder).replace("[delete]", "[strike: 1]")
    second = first.replace("no-spam", "no-more-spam")
    loaded = load_text(first, second)
    assert [(problem.code, problem.file) for problem in loaded.problems] == [("E235", "b.yaml")]


def test_reasons_are_needed_in_every_language_of_the_community() -> None:
    """The file's languages, the community's, or all the file uses, in this order."""
    assert codes(load_text(ONE_RULE)) == []
    assert codes(load_text(ONE_RULE, names=Names(languages=("es", "en")))) == ["E112"]
    assert codes(load_text(ONE_RULE.replace("about:", "languages: [en]\nabout:"), names=Names(languages=("es",)))) == []
    both = ONE_RULE + ONE_RULE.split("rules:\n")[1].replace("no-spam", "other").replace("en: Spam is", "es: Se")
    assert codes(load_text(both)) == ["E112", "E112"]


def test_without_sereno_yaml_unknown_names_are_doubts() -> None:
    """A rule file can be tried alone; roles that Sereno itself knows need no declaration."""
    text = ONE_RULE.replace("then: [delete]", "spare: [moderator, helpers]\n    only_in: [art]\n    then: [ask: crew]")
    assert codes(load_text(text)) == ["W204", "W205", "W206"]
    known = Names(roles=frozenset({"helpers"}), channels=frozenset({"art"}), queues=frozenset({"crew"}))
    assert codes(load_text(text, names=known)) == []
    assert codes(load_text(text, names=Names(channels=frozenset({"music"})))) == ["E204", "E205", "E206"]


def test_an_action_must_work_on_every_platform_of_the_community() -> None:
    """Without `else` it is an error where the platform is configured, and a doubt where none is."""
    text = ONE_RULE.replace("[delete]", "[timeout: 1h]")
    slack = Names(languages=("en",), platforms={"slack": frozenset({Capability.DELETE, Capability.HOLD})})
    discord = Names(languages=("en",), platforms={"discord": frozenset(Capability)})
    assert codes(load_text(text)) == ["W403"]
    assert codes(load_text(text, names=slack)) == ["E403"]
    assert codes(load_text(text, names=discord)) == []
    assert codes(load_text(text.replace("1h", "{for: 1h, else: hold}"), names=slack)) == []
    assert codes(load_text(text.replace("1h", "{for: 1h, else: nothing}"), names=slack)) == []
    assert codes(load_text(text.replace("1h", "{for: 1h, else: {ban: 1d}}"), names=slack)) == ["E403"]


def test_a_rule_limited_to_a_platform_needs_only_that_one() -> None:
    """`platforms: [discord]` asks nothing of the others."""
    text = ONE_RULE.replace("then: [delete]", "platforms: [discord]\n    then: [timeout: 1h]")
    assert codes(load_text(text)) == []


def test_what_is_declared_and_never_used_is_a_doubt() -> None:
    """A list nobody uses is often a slip of the pen somewhere else."""
    text = ONE_RULE.replace("rules:", "  more: |\n    x\nbrakes:\n  mass: {max: 3, within: 1m}\nrules:")
    assert codes(load_text(text)) == ["W106", "W106"]


def test_strikes_that_are_forgotten_too_soon_are_a_doubt() -> None:
    """Who comes back from a ban of a week must not find an empty slate."""
    ladder = (
        "ladders:\n  spam:\n    forget: 1d\n    steps: {2: [timeout: {for: 7d, else: hold}], 4: [ask: moderators]}\n"
    )
    text = ONE_RULE.replace("rules:", ladder + "rules:").replace("[delete]", "[strike: 1]")
    assert codes(load_text(text)) == ["W236"]
    assert codes(load_text(text.replace("forget: 1d", "forget: 30d"))) == []


def test_a_model_that_is_not_installed_is_a_doubt() -> None:
    """The rule is there and sleeps, so that the same file works where the model is."""
    text = ONE_RULE.replace("says: spam", "says: spam\n      score: {toxicity: 97%, model: large}")
    assert codes(load_text(text)) == ["W209"]


def test_a_rule_that_has_ended_is_a_doubt() -> None:
    """An incident rule that is over does nothing any more."""
    assert codes(load_text(ONE_RULE.replace("then:", "until: 2026-11-20\n    then:"))) == ["W102"]
    assert codes(load_text(ONE_RULE.replace("then:", "until: 2026-11-21\n    then:"))) == []


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ("[ban]", ["E400"]),
        ("[ban: 7d]", ["W403"]),
        ("[ask: moderators, ban]", ["W403"]),
        ("[ban, ask: moderators]", ["E400"]),
        ("[timeout: {for: 1h, else: ban}]", ["E400"]),
    ],
)
def test_nobody_is_banned_for_good_without_a_person(then: str, expected: list[str]) -> None:
    """`ban` without a time stands behind `ask`, also as the fallback of something milder."""
    assert codes(load_text(ONE_RULE.replace("[delete]", then))) == expected


@pytest.mark.parametrize(
    ("condition", "refused"),
    [
        ("score: {toxicity: 97%}", True),
        ("score: {toxicity: 97%}\n      author: {here_less_than: 3d}", True),
        ("any: [says: spam, score: {toxicity: 97%}]", True),
        ("all: [says: spam, score: {toxicity: 97%}]", False),
        ("says: spam", False),
        ("not: {says: spam}\n      score: {toxicity: 97%}", True),
    ],
)
def test_a_score_alone_never_removes_anybody(condition: str, refused: bool) -> None:
    """Whenever nothing but a model may speak against the person, a kick is refused, also through a ladder."""
    ladder = "ladders:\n  spam:\n    forget: 9d\n    steps:\n      2: [kick]\n      4: [ask: moderators]\nrules:"
    text = ONE_RULE.replace("says: spam", condition)
    direct = codes(load_text(text.replace("[delete]", "[kick]")))
    through = codes(load_text(text.replace("rules:", ladder).replace("[delete]", "[strike: 1]")))
    assert ("E401" in direct) is refused
    assert ("E401" in through) is refused


def test_an_examiner_can_veto_a_set() -> None:
    """A red example keeps the previous rules in force; its line is shown like any other problem."""

    def red(rule_set: RuleSet) -> list[Problem]:
        place = Place("a.yaml", 5, 5)
        return [problem_at(place, "E300", f"example fails: {rule_set.rules[0].id}", "mend it")]

    loaded = load_text(ONE_RULE, examine=red)
    assert loaded.rule_set is None
    assert loaded.problems[0].source_line == "    free money"


def test_a_set_with_other_errors_is_not_examined() -> None:
    """Examples of rules that could not be read would only repeat the mistake."""

    def never(rule_set: RuleSet) -> list[Problem]:
        raise AssertionError(rule_set)

    assert codes(load_text(ONE_RULE.replace("says: spam", "says: spem"), examine=never)) == ["E200"]


def test_a_pack_is_extended_by_name_and_rule_id() -> None:
    """What the file says replaces the pack's part of the same name; everything else is inherited."""
    pack = load_folder(SHIPPED, vocabulary()).rule_set
    assert pack is not None
    first = next(policy for policy in pack.policies if policy.name == "10-conduct.yaml").rules[0]
    text = f"schema: rules/1\nextends: conduct\nrules:\n  - id: {first.id}\n    mode: off\n"
    policy = policy_of(text)
    changed = next(rule for rule in policy.rules if rule.id == first.id)
    assert changed.mode is Mode.OFF
    assert changed.why == first.why
    assert [rule.id for rule in policy.rules] == [rule.id for rule in pack.policies[0].rules]


def test_the_shipped_packs_load_without_any_doubt() -> None:
    """What everybody starts with is beyond reproach."""
    loaded = load_folder(SHIPPED, vocabulary())
    assert [str(problem) for problem in loaded.problems] == []
    assert loaded.rule_set is not None
    assert len(loaded.rule_set.rules) > 10


def test_an_empty_folder_is_a_doubt_and_a_missing_one_an_error(tmp_path: Path) -> None:
    """A folder that vanished must never read as 'no rules'."""
    empty = load_folder(tmp_path, vocabulary())
    missing = load_folder(tmp_path / "nowhere", vocabulary())
    assert (codes(empty), empty.rule_set) == (["W105"], RuleSet(()))
    assert (codes(missing), missing.rule_set) == (["E007"], None)


def test_copies_of_editors_are_no_rule_files(tmp_path: Path) -> None:
    """Hidden files, locks and backups are left alone."""
    for name in ("a.yaml", ".b.yaml", "#c.yaml", "d.yaml~", "e.yaml.swp"):
        (tmp_path / name).write_text(ONE_RULE)
    assert load_folder(tmp_path, vocabulary()).rule_set is not None


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.sampled_from(_SLIPS))
@settings(max_examples=150)
def test_any_slip_of_the_pen_is_told_or_harmless(at: int, length: int, slip: str) -> None:
    """Whatever an admin overwrites, loading ends with rules or with problems that have a place, a hint and a text."""
    start = at % len(WHOLE)
    loaded = load_text(WHOLE[:start] + slip + WHOLE[start + length % 12 :])
    assert (loaded.rule_set is None) == bool(loaded.errors)
    for problem in loaded.problems:
        assert problem.hint
        assert str(problem).count("\n") == 2
