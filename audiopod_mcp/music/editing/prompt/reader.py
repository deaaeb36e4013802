"""Reading prose: typed edits of every clause that is sure, and the words of those that are not.

A clause is read only where every word of it is known: who plays, when, how much, and one entry of the table of
verbs. What is left of it otherwise is not guessed.
"""

# ruff: noqa: E501 (patterns: one of meaning a line)

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from audiopod_mcp.edits.model import RULES, TrackEdit
from audiopod_mcp.edits.players import LEAD, PIECE_OF, TRACK_OF, player_name
from audiopod_mcp.music.captions.style_names import names_style
from audiopod_mcp.music.model import Refused

from .amounts import Amounts, take_amounts
from .clauses import Players, RawClause
from .plan import EXAMPLES, NOT_UNDERSTOOD, EditPlan, LeftOut, Wish
from .unsupported import find_unsupported
from .verbs import (
    ADDED,
    ALONE,
    DISLIKED,
    INSTEAD,
    KEPT,
    PARTLY,
    PRAISED,
    REMOVED,
    SOLOED,
    SWAPPED,
    VERBS,
    Clause,
    Fields,
)


@dataclass
class _Read:
    """A clause as it was read: its words but for players and amounts, these, and the wishes it gave."""

    core: str
    amounts: Amounts
    players: Players | None
    when: dict[str, Any]
    made: list[Wish]
    asked: str
    remark: bool = False
    """Whether it says how somebody is, so that "it" after it is that player."""
    praise: bool = False
    names_new: bool = False
    """Whether it brings in somebody, so that nobody knows who "it" is after it."""


_LIGHT = r"make|makes|making|have|let|turn|get|give|add|put|bring|set|push|pull|can|could|i|take|apply"
_FILLERS = re.compile(
    r"\b(?:i'd (?:like|love)(?: to| it if)?|please|pls|kindly|thanks|thank you|can you|could you|would you|will you|can we|could we|can i|you|i'd|i'll|i|we|(?:would )?love (?:it )?(?:if|to)|would love|(?:would|i'd) like(?: to)?|(?<!don't )(?<!dont )(?<!not )(?:want|need)|have|has|had|let'?s|make|makes|made|making|get|gets|give|gives"
    r"|it|its|it's|itself|this|that|the|a|an|some|my|our|track|song|mix|music|piece|recording|thing|thing's|whole|entire|sounds?|sounding|feels?|little|to be|be|should|could|is|are|was|were|now|maybe|perhaps|kinda|kind of"
    r"|by|about|around|roughly|approximately|exactly|something|overall|everything|all|them|they|these|those|him|her|for me|me|as well|or so|hey|hi|ok|okay|instead|seem|seems|again|stereo image|parts?|line|tracks|instruments?|whole|of(?= W)|in(?= T)|on(?= W)|to(?= W)|from(?= W)|for(?= T)|W|T|[A-CE-IK-PSUD])(?![\w'])"
)
_FORBIDDEN = re.compile(
    r"\b(?:don'?t|do not|never) (?:remove|change|touch|make|turn|add|mute|cut|lose|drop|alter|edit|modify|boost|lower|raise|reduce|move|take|pan|replace|swap|delete|silence|kill)\b"
)
_ASKED = re.compile(
    r"(?:should|shall|must|would) (?:i|we)\b|what if\b|how about\b|(?:please )?delay (?:W|it|everything)\b"
)
"""What asks for advice, or may mean two things."""
_FOR_SOME = re.compile(r"\b(?:only|just|nothing but)\b|^(?:(?:for|on|to|with) )?W$")
_WHEN = re.compile(
    r"^(?:at|in|on|from|before|after|during|until|till|when|while|once|towards?|near|for) "
    r"(?!addition|general|order|case|fact|top|that|this|you|done|finished)|\d:\d\d"
)
"""What may say when something is to be done."""
_HEADED = re.compile(r"W ?:")
"""What begins with who it is for, as an entry of a list does."""
_SPARED = re.compile(r"not|except(?: for)?|but not|apart from|other than|besides|excluding")
_PRONOUN = re.compile(r"\b(?:it|that|this)\b")
_PLURAL = re.compile(r"\b(?:them|they|those|these)\b")


@dataclass
class Reader:
    wishes: list[Wish] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    style: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    before: _Read | None = None
    talked_of: dict[str, None] = field(default_factory=dict)
    scope: dict[str, Any] = field(default_factory=dict)
    remark: str = ""
    unused: RawClause | None = None
    """A clause that says when and has nothing yet that it is for."""
    restricted: bool = False
    """Whether a clause that was not understood says who alone is meant."""
    timeless: bool = False
    """Whether the clause before was not understood and may have said when."""
    kept_pieces: dict[str, None] = field(default_factory=dict)
    """Pieces of a player that are to stay as they are."""

    def plan(self) -> EditPlan:
        self._close_remark()
        self._close_time()
        self._leave_whole()
        told = (left.why for left in self.left_out if left.why.code != NOT_UNDERSTOOD)
        refusal = next(told, Refused("edit_not_understood", examples=EXAMPLES))
        if not self.left_out and (self.kept or self.left):
            refusal = Refused("edit_asks_for_nothing")
        wishes = [self._sparing_the_kept(wish) for wish in self.wishes]
        done = tuple(
            {(wish.edit, wish.exact and number): wish for number, wish in enumerate(wishes)}.values()
        )
        return EditPlan(
            done,
            tuple(self.kept.items()),
            tuple(self.left),
            ", ".join(self.style),
            tuple(self.left_out),
            refusal,
        )

    def read(self, raw: RawClause) -> None:
        """Take in one clause."""
        text, amounts = take_amounts(raw.text)
        core = " ".join(_FILLERS.sub(" ", re.sub(r"[^\w\s#'?%&-]", " ", text)).split())
        if not core and not raw.players and not amounts.values and not raw.times and not amounts.key:
            return None  # "please", "thanks"
        if len(raw.times) > 1 or "?" in core or len(raw.players) > 2 or _ASKED.match(raw.text):
            return self._not_understood(raw)
        when = raw.times[0] if raw.times else {}
        if when and not core and not raw.players and not amounts.values:
            return self._time_alone(raw, when)
        players = self._players(raw, core)
        if isinstance(players, str):
            return self.fail(raw.asked, players)
        if self._stays(raw, core, players, when, amounts):
            return None
        if self._refined(raw, core, amounts, when):
            return None
        self._close_remark(used=bool(players and not raw.players))
        if players is None and self.before and self.before.players and core.startswith("too "):
            return self.fail(raw.asked, "nobody knows whom it is about; name the player")
        goes_on = players is None and raw.by_and and self._goes_on(text)
        if goes_on and self.before:
            if REMOVED.fullmatch(core):
                return self._not_understood(raw)
            players = self.before.players
        if re.match(r"(?:\w+ )?T\b", raw.text):  # "from 0:30 to 0:45 darker and 3 dB quieter"
            self.scope = when
        elif not raw.by_and and self.before:
            self.scope = {}
        scope = when or self.scope
        if not when:
            self.unused = None
        self._act(raw, core, text, amounts, players, scope)
        return None

    def _act(
        self,
        raw: RawClause,
        core: str,
        text: str,
        amounts: Amounts,
        players: Players | None,
        when: dict[str, Any],
    ) -> None:
        self.restricted |= bool(_HEADED.match(raw.text))
        if players is None and self.restricted:
            return self.fail(raw.asked, "it was to be for some players only; name them in the same clause")
        timeless, self.timeless = self.timeless, False
        if timeless and not raw.times:
            return self.fail(raw.asked, "when it was to be is not understood; say it in the same clause")
        made = self._ordered(raw, text, when)
        if made is None and len(raw.players) > 1:
            return self._not_understood(raw)
        if made is None:
            for words in dict.fromkeys((core, re.sub(r"\b(?:only|just)\b ?", "", core).strip())):
                made = self._matched(words, amounts, players, when, raw.asked)
                if made is not None:
                    break
        if (
            made is None
            and players
            and core == ""
            and not amounts.values
            and self.before
            and self.before.made
            and self.before.players
        ):
            made = self._matched(
                self.before.core, self.before.amounts, players, when or self.before.when, raw.asked
            )
            core = self.before.core
        if made is None:
            return self._not_understood(raw)
        if players and not players.all_but and not players.rest:
            self.talked_of |= dict.fromkeys(players.names)
        remark = bool(re.search(r"\btoo\b|hear|buried|lost|thin|muffled|dull", core))
        adds = any(wish.edit.action in ("add", "replace") for wish in made)
        before = self.before
        if before and before.remark and players == before.players and not raw.players:
            # "The drums are too loud, turn them down by 3 dB" is one wish.
            same = {wish.edit.action for wish in before.made} == {wish.edit.action for wish in made}
            self.wishes = (
                self.wishes[: len(self.wishes) - len(before.made)] if same and before.made else self.wishes
            )
        self.before = _Read(core, amounts, players, when, made, raw.asked, remark, names_new=adds)
        self.wishes += made
        return None

    def _matched(
        self, core: str, amounts: Amounts, players: Players | None, when: dict[str, Any], asked: str
    ) -> list[Wish] | None:
        """The wishes of the first entry that all words and amounts of a clause belong to."""
        names = () if players is None else players.names
        alone = players and not players.all_but and not amounts.values and not SOLOED.search(asked)
        if names and alone and ALONE.fullmatch(core):
            return self._made([{"action": "remove", "but": list(names)}], None, when, asked)
        if core == "cut" and names == ("bass",) and not amounts.values and not when:
            self.fail(asked, "it could mean a player or the low end; say remove the bass, or less low end")
            return []
        letters = {*amounts.values, *("K" if amounts.key else "")}
        clause = Clause(amounts, names, when)
        for pattern, accepted, needed, build in VERBS:
            if needed <= letters <= accepted and pattern.fullmatch(_with_key(core, amounts)):
                fields = build(clause)
                if fields is not None:
                    return self._made(fields, players, when, asked)
        return None

    def _made(
        self, fields: list[Fields], players: Players | None, when: dict[str, Any], asked: str
    ) -> list[Wish] | None:
        wishes = []
        for given in fields:
            values = dict(given)
            if values["action"] == "remove" and PARTLY.search(asked):
                return None
            at = values.pop("at", when)
            who: dict[str, Any] = {}
            if "who" in values:
                named = values.pop("who")
                who = {"on": named} if named else {}
            elif players and "but" not in values and "on" not in values:
                who = {"but" if players.all_but else "on": list(players.names)}
            if who and not RULES[values["action"]].players:
                return None
            try:
                wishes.append(Wish(TrackEdit.model_validate({**values, **who, **at}), asked))
            except ValidationError as error:
                self.fail(asked, error.errors()[0]["msg"].removeprefix("Value error, "))
                return []
        return wishes

    def _ordered(self, raw: RawClause, text: str, when: dict[str, Any]) -> list[Wish] | None:
        """The wishes of a clause that depends on who is named first: replaced, added."""
        words = " ".join(
            re.sub(
                r"\b(?:please|can you|could you|the|a|an|some|it|me|part|sound|track|also|just)\b", " ", text
            ).split()
        )
        names = [player.names for player in raw.players]
        if any(player.pieces or player.all_but or player.rest for player in raw.players):
            return None
        for pattern, old, new in ((SWAPPED, 0, 1), (INSTEAD, 1, 0)):
            if pattern.fullmatch(words) and len(names) == 2 and len(names[new]) == 1:
                return self._made(
                    [{"action": "replace", "on": list(names[old]), "instrument": names[new][0]}],
                    None,
                    when,
                    raw.asked,
                )
        words = re.sub(r" T\b", "", words)
        if ADDED.fullmatch(words) and len(names) == 1 and not find_unsupported(raw.asked):
            if names[0] == ("bass",):
                self.fail(
                    raw.asked, "it could mean a player or the low end; say add a bass guitar, or more low end"
                )
                return []
            return self._made(
                [{"action": "add", "instrument": name} for name in names[0]], None, when, raw.asked
            )
        return None

    def _players(self, raw: RawClause, core: str) -> Players | str | None:
        """Who a clause is about; ``None``: everything; a sentence where that can't be told."""
        for player in raw.players:
            if player.pieces and not (KEPT.fullmatch(core) or PRAISED.fullmatch(core)):
                try:
                    player_name(player.pieces[0])
                except ValueError as piece:
                    return str(piece)
        if raw.players:
            player = raw.players[0]
            if player.rest and not (KEPT.fullmatch(core) or PRAISED.fullmatch(core)):
                known = tuple(dict.fromkeys((*self.kept, *self.talked_of)))
                if not known:
                    return "nobody was named before; say whom, or everything but whom"
                return Players(known, all_but=True)
            return player
        before = self.before
        if _PLURAL.search(raw.text):
            return before.players if before and before.players else "nobody was named before; name the player"
        if before and before.players and _PRONOUN.search(raw.text):
            if before.remark or (before.praise and KEPT.fullmatch(core)):
                return before.players
            if before.praise or before.names_new:
                return f"it may be the {before.players.names[0]} or all of the track; name the player, or say everything"
        return None

    def _stays(
        self, raw: RawClause, core: str, players: Players | None, when: dict[str, Any], amounts: Amounts
    ) -> bool:
        """Take note of who is to stay as it is, if that is what a clause says."""
        if players and DISLIKED.fullmatch(core):
            self._close_remark()
            self.remark, self.before = (
                raw.asked,
                _Read(core, amounts, players, when, [], raw.asked, remark=True),
            )
            return True
        if amounts.values or amounts.key or (when and not PRAISED.fullmatch(core)):
            return False
        if ALONE.fullmatch(core):
            return False
        if core in ("just keep", "just leave") and players:
            who = players.names[0] if players.names else "rest"
            self.fail(raw.asked, f"say remove everything but the {who}, or leave the {who} as it is")
            return True
        praised = bool(PRAISED.fullmatch(core))
        forbidden = len(raw.players) < 2 and _FORBIDDEN.search(raw.text)
        spared = players and _SPARED.fullmatch(core)
        if not (
            praised or forbidden or spared or KEPT.fullmatch(re.sub(r"\b(?:just|only)\b ?", "", core).strip())
        ):
            return False
        self._close_remark(used=True)
        if not praised and players and (pieces := players.pieces):
            self.kept_pieces |= dict.fromkeys(pieces)
            self.fail(raw.asked, _of_a_piece(pieces[0]))
            return True
        if praised and players and not raw.players and self.before and self.before.made:
            return True  # "raise the vocals, they are great" gives a reason
        if players and not players.all_but and not players.rest:
            names = [TRACK_OF.get(n, n) if n in LEAD else n for n in players.names if n in TRACK_OF]
            self.kept |= dict.fromkeys(names, raw.asked)
        elif forbidden or not praised:
            self.left.append(raw.asked)
        self.before = _Read(core, amounts, players, when, [], raw.asked, praise=True)
        return True

    def _refined(self, raw: RawClause, core: str, amounts: Amounts, when: dict[str, Any]) -> bool:
        """Whether a clause only says how much the one before it meant: "faster, about 10 %"."""
        before = self.before
        if (
            core not in ("", "with", "max", "like", "only", "just", "say")
            or raw.players
            or not amounts.values
            or before is None
            or not before.made
        ):
            return False
        if set(amounts.values) & set(before.amounts.values):
            return False
        merged = replace(
            amounts,
            values={**before.amounts.values, **amounts.values},
            degree=before.amounts.degree,
            key=before.amounts.key,
        )
        asked = f"{before.asked}, {raw.asked}"
        made = self._matched(before.core, merged, before.players, when or before.when, asked)
        if made is None:
            return False
        self.wishes = self.wishes[: len(self.wishes) - len(before.made)] + made
        self.before = replace(before, amounts=merged, made=made, asked=asked)
        return True

    def _goes_on(self, text: str) -> bool:
        """Whether a clause after "and" goes on about those of the clause before it: "drums louder and wider"."""
        before = self.before
        if before is None or not before.made or before.players is None or re.match(rf"(?:{_LIGHT})\b", text):
            return False
        return not _PRONOUN.search(text) and all(
            RULES[w.edit.action].players and w.edit.action not in ("remove", "replace") for w in before.made
        )

    def _time_alone(self, raw: RawClause, when: dict[str, Any]) -> None:
        """Read a clause that only says when, of what follows or of what came before."""
        if self.before and self.before.made and not self.before.when:
            timed = []
            for wish in self.before.made:
                try:
                    timed.append(
                        Wish(
                            TrackEdit.model_validate({**wish.edit.model_dump(exclude_none=True), **when}),
                            f"{wish.asked}, {raw.asked}",
                        )
                    )
                except ValidationError:
                    return self._not_understood(raw)
            self.wishes = self.wishes[: len(self.wishes) - len(timed)] + timed
            self.before = replace(self.before, made=timed, when=when)
            return None
        self._close_time()
        if raw.by_and and self.before and self.before.made:  # "Remove the intro and the outro"
            before = self.before
            made = self._matched(before.core, before.amounts, before.players, when, raw.asked)
            if made is not None:
                self.before = replace(before, made=made, when=when, asked=raw.asked)
                self.wishes += made
                return None
        self.scope, self.before, self.unused = when, None, raw
        return None

    def _close_time(self) -> None:
        if self.unused:
            self.left_out.append(LeftOut(self.unused.asked, Refused("clause_not_understood")))
        self.unused = None

    def _leave_whole(self) -> None:
        """Leave out what would remove or replace a player of whom a piece is to stay."""
        for piece in self.kept_pieces:
            for wish in list(self.wishes):
                tracks = {TRACK_OF.get(name) for name in wish.edit.on or ()}
                if wish.edit.action in ("remove", "replace") and PIECE_OF[piece] in tracks:
                    self.wishes.remove(wish)
                    self.fail(wish.asked, _of_a_piece(piece))

    def _not_understood(self, raw: RawClause) -> None:
        self._close_remark()
        self.restricted |= bool(raw.players and _FOR_SOME.search(raw.text))
        self.timeless = bool(_WHEN.search(raw.text))
        self.scope = {}
        found = find_unsupported(raw.asked)
        if found and not names_style(raw.asked):
            self._leave_out(raw.asked, Refused("edit_unsupported", clause=raw.asked, kind=found))
        elif _asks_for_style(raw.asked) or (self.style and raw.text.startswith("with ")):
            self.style.append(raw.asked)
        else:
            self._leave_out(raw.asked, Refused("clause_not_understood"))

    def fail(self, asked: str, why: str) -> None:
        self._leave_out(asked, Refused("edit_clause_refused", clause=asked, why=why))

    def _leave_out(self, asked: str, why: Refused) -> None:
        self.left_out.append(LeftOut(asked, why))
        self.before = None

    def _close_remark(self, *, used: bool = False) -> None:
        if self.remark and not used:
            self.left_out.append(LeftOut(self.remark, Refused("clause_not_understood")))
        self.remark = ""

    def _sparing_the_kept(self, wish: Wish) -> Wish:
        """``wish``, where it is about everything, made for everything but those who are to stay."""
        names = [name for name in self.kept if name in TRACK_OF]
        edit, spared = wish.edit, {TRACK_OF[name] for name in names}
        if (
            edit.action == "remove"
            and edit.on
            and "backing_vocals" in spared
            and any(TRACK_OF[n] == "vocals" for n in edit.on)
        ):
            on = tuple("lead vocals" if TRACK_OF[n] == "vocals" else n for n in edit.on)
            return Wish(edit.model_copy(update={"on": on}), wish.asked)
        if (
            wish.exact
            or not names
            or edit.on
            or edit.action in ("remove", "add")
            or not RULES[edit.action].players
        ):
            return wish
        but = tuple(dict.fromkeys((*(edit.but or ()), *names)))
        return Wish(edit.model_copy(update={"but": but}), wish.asked)


def _of_a_piece(piece: str) -> str:
    """Why a piece of a player can't be treated by itself."""
    try:
        player_name(piece)
    except ValueError as error:
        return str(error)
    return f"{piece} can't be told apart"


def _with_key(core: str, amounts: Amounts) -> str:
    """``core`` with a K where it names a key: fillers took the letter."""
    return f"{core} K".strip() if amounts.key else core


def _asks_for_style(clause: str) -> bool:
    """Whether ``clause`` asks for a style, and does not name it in an aside."""
    asking = r"\b(?:make|turn|as|like|style|version|into|arrange|play|feel|vibe)\b|^\W*(?:[\w-]+\W+){0,2}[\w-]+\W*$"
    return names_style(clause) and bool(re.search(asking, clause, re.IGNORECASE))
