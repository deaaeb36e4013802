"""Reading prose: typed edits of every clause that is sure, and the words of those that are not.

A clause is read only where every word of it is known. What it leaves open, those before it may tell: who "it"
is, that it goes on about the same players, or says only when or how much.
"""

# ruff: noqa: E501 (patterns and sentences: one of meaning a line)

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from audiopod_mcp.edits.model import RULES
from audiopod_mcp.edits.players import LEAD, PIECE_OF, TRACK_OF, player_name
from audiopod_mcp.music.captions.text_search import names_style
from audiopod_mcp.music.model import Refused

from .amounts import Amounts, take_amounts
from .clauses import Players, RawClause
from .lexicon import ALONE, ASKED, DISLIKED, FORBIDDEN, KEPT, PRAISED, SPARED
from .meaning import DOWN, Clause
from .plan import EXAMPLES, NOT_UNDERSTOOD, EditPlan, LeftOut, Wish
from .table import Word, look_up
from .times import When
from .unsupported import find_unsupported
from .wishes import wishes_of, wishes_of_two

_ONLY = re.compile(r"\b(?:only|just)\b ?")
_FOR_SOME = re.compile(r"\b(?:only|just|nothing but)\b|^(?:(?:for|on|to|with) )?W$|^W ?:")
"""What says for whom alone something is to be done."""
_WHEN = re.compile(
    r"^(?:at|in|on|from|before|after|during|until|till|when|while|once|towards?|near|for) |\d:\d\d"
)
"""What may say when something is to be done."""
_FASTER = re.compile(
    r"\d ?bpm (?:faster|slower|quicker|more|less|up|down)|(?:faster|slower|up|down) by \d+ ?bpm"
)
"""What says by how many beats a minute, of a tempo that is not known here."""
_REMARK = re.compile(r"\btoo\b|hear|buried|lost|thin|muffled|dull")
_PRONOUN, _PLURAL = re.compile(r"\b(?:it|that|this)\b"), re.compile(r"\b(?:them|they|those|these)\b")
_ANEW = re.compile(
    r"(?:make|makes|making|have|let|turn|get|give|add|put|bring|set|push|pull|can|could|i|take|apply)\b"
)
"""What begins anew after "and"."""
_ISOLATED = re.compile(r"\b(?:of|in|on|to|from|at|over|for|with)(?= [WT]\b)|\b[WT]\b|[^\w\s#'?%&-]")
_STATED = re.compile(r"\b(?:is|are|was|were|sounds?|feels?)\b(?!.*(?:er\b|should|like|as if))")
_TIMED = re.compile(r"(?:(?:make|turn|have|in|only) )?T\b")
"""What begins with when it is, which goes on after "and"."""
_ELIDED = re.compile(r"\b(?:on|in|for|to|from|of) W$")
"""What says for whom, of something that was named before: "more reverb on the vocals, less on the drums"."""
_NAMELESS = "it was to be for some players only; name them in the same clause"


@dataclass
class Reader:
    wishes: list[Wish] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    style: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    before: Clause = field(default_factory=Clause)
    talked_of: dict[str, None] = field(default_factory=dict)
    scope: When = field(default_factory=dict)
    waiting: tuple[str, str] | None = None
    """A clause that says "when", or "whom" somebody dislikes, and has nothing yet that it is for."""
    doubted: dict[str, str] = field(default_factory=dict)
    """Why what follows is not done, if it does not say for whom ("who") or when ("when") it is."""
    kept_pieces: dict[str, None] = field(default_factory=dict)
    """Pieces of a player that are to stay as they are."""

    def plan(self) -> EditPlan:
        self._close()
        for wish in list(self.wishes):
            tracks = {TRACK_OF.get(name) for name in wish.edit.on or ()}
            piece = next((piece for piece in self.kept_pieces if PIECE_OF[piece] in tracks), "")
            if wish.edit.action in ("remove", "replace") and piece:
                self.wishes.remove(wish)
                self.fail(wish.asked, _of_a_piece(piece))
        told = (left.why for left in self.left_out if left.why.code != NOT_UNDERSTOOD)
        refusal = next(told, Refused("edit_not_understood", examples=EXAMPLES))
        if not self.left_out and (self.kept or self.left):
            refusal = Refused("edit_asks_for_nothing")
        wishes = [self._sparing_the_kept(wish) for wish in self.wishes]
        once = {(wish.edit, wish.exact and number): wish for number, wish in enumerate(wishes)}
        kept, style = tuple(self.kept.items()), ", ".join(self.style)
        return EditPlan(tuple(once.values()), kept, tuple(self.left), style, tuple(self.left_out), refusal)

    def read(self, raw: RawClause) -> None:
        """Take in one clause."""
        text, amounts = take_amounts(raw.text)
        text = re.sub(r"\bW( T)? too$", "W", re.sub(r"\bnot (\w+) enough\b", r"more \1", text))
        core, words, degree = look_up(_ISOLATED.sub(" ", text))
        if words is None and _ONLY.search(core) and not ALONE.fullmatch(core):
            words = look_up(_ONLY.sub("", _ISOLATED.sub(" ", text)))[1]
        when = raw.times[0] if raw.times else {}
        read = Clause(raw.asked, core, words, amounts, degree, when, stated=bool(_STATED.search(raw.text)))
        empty = not core and not raw.players and read.bare
        if empty and not when:
            return None  # "please", "thanks"
        odd = len(raw.times) > 1 or len(raw.players) > 2 or "?" in text
        if odd or ASKED.match(raw.text) or _FASTER.search(raw.text):
            return self._not_understood(raw)
        players = self._players(raw, read)
        if isinstance(players, str):
            return self.fail(raw.asked, players)
        read.players = players
        if when and not raw.players and core in ("not", "except", "excluding") and self.before.made:
            # "Mute the guitar, but not in the chorus": to do it all the time would be worse than not at all.
            self._forget(self.before)
            return self.fail(
                f"{self.before.asked}, {raw.asked}", "say in which sections or seconds it is to be"
            )
        if self._stays(raw, read) or self._completes(raw, read, text):
            return None
        if when and (empty or (not raw.players and core in ("only", "just", "but only"))):
            self._close()
            self.scope, self.before, self.waiting = when, Clause(), (raw.asked, "when")
            return None
        self._close(used="whom" if players and not raw.players else "" if when else "when")
        before = self.before
        if players is None and before.players and core.startswith("too "):
            return self.fail(raw.asked, "nobody knows whom it is about; name the player")
        listed = read.core.endswith("er") and before.core.endswith("er")  # "louder, brighter and wider"
        joined = raw.joint in ("and", "but", "with") or (raw.joint == "," and listed)
        if players is None and joined and self._goes_on(read, text):
            if words and [word.way for word in words] == ["remove"]:
                return self._not_understood(raw)
            read.players = before.players
        if _TIMED.match(raw.text):
            self.scope = when
        elif raw.joint != "and" and before.asked:
            self.scope = {}
        read.when = when or self.scope
        return self._act(raw, read, text)

    def _act(self, raw: RawClause, read: Clause, text: str) -> None:
        before = self.before
        if re.match(r"W ?:", raw.text):
            self.doubted["who"] = _NAMELESS
        elif read.players is None and "who" in self.doubted:
            return self.fail(raw.asked, _NAMELESS)
        doubt = self.doubted.pop("when", "")
        if doubt and not raw.times:
            return self.fail(raw.asked, doubt)
        if read.sense == "noun" and read.bare and not read.way and before.way and raw.joint in ("and", ","):
            if raw.joint == "," and before.way in DOWN:
                return self._not_understood(raw)  # "less bass, reverb on the vocals"
            read.words = [*(read.words or ()), Word(before.way)]  # "remove the reverb and echo"
        if read.way and not read.sense and before.sense and _ELIDED.search(raw.text):
            if before.sense != "noun":
                return self._not_understood(raw)  # "brighter vocals, less on the drums"
            read.words = [*(word for word in before.words or () if word.row), *(read.words or ())]
        if (
            read.players is None
            and not before.asked
            and self.left_out
            and raw.joint != "."
            and _ONLY.match(raw.text)
        ):
            return self.fail(raw.asked, _NAMELESS)  # "I don't want the drums to go, only quieter"
        made = wishes_of_two(raw, text, read)
        if made is None and len(raw.players) < 2:
            made = wishes_of(read)
        if isinstance(made, str):
            return self.fail(raw.asked, made)
        if made is None:
            return self._not_understood(raw)
        if raw.joint == "and" and raw.players and before.made and self._shares_players(raw, read):
            both = wishes_of(replace(before, players=read.players, when=before.when or read.when))
            if not isinstance(both, list):
                return self._not_understood(raw)
            self._forget(before)
            self.wishes += both
        same = {wish.edit.action for wish in before.made} == {wish.edit.action for wish in made}
        if same and before.refers == "remark" and read.players == before.players and not raw.players:
            self._forget(before)  # "The drums are too loud, turn them down by 3 dB" is one wish.
        adds = any(wish.edit.action in ("add", "replace") for wish in made)
        self._take(
            replace(read, made=made, refers="new" * adds or "remark" * bool(_REMARK.search(read.core)))
        )
        return None

    def _take(self, read: Clause) -> None:
        if read.players and not read.players.all_but and not read.players.rest:
            self.talked_of |= dict.fromkeys(read.names)
        self.before = read
        self.wishes += read.made

    def _completes(self, raw: RawClause, read: Clause, text: str) -> bool:
        """Whether a clause only says who, when or how much, of what the one before it asks for."""
        before, asked = self.before, f"{self.before.asked}, {raw.asked}"
        if not before.made or read.core not in ("", "at", "to", "like", "only", "just", "but only", "say"):
            return False
        new = bool(raw.players or before.when)
        if raw.players:  # "and the bass"
            if not before.players or not read.bare or " ".join(text.split()) not in ("W", "also W", "W T"):
                return False
            again = replace(before, asked=raw.asked, players=read.players, when=read.when or before.when)
        elif read.amounts.values and not set(read.amounts.values) & set(before.amounts.values):
            new, values = False, {**before.amounts.values, **read.amounts.values}  # "faster, about 10 %"
            amounts = Amounts(values, before.amounts.signed | read.amounts.signed, before.amounts.key)
            again = replace(before, amounts=amounts, asked=asked, when=read.when or before.when)
        elif read.bare and read.when and (not before.when or raw.joint == "and"):
            again = replace(before, when=read.when, asked=asked)  # "but only from 0:10 to 0:20"
        else:
            return False
        made = wishes_of(again)
        if not isinstance(made, list):
            return False
        if not new:
            self._forget(before)
        self._take(replace(again, made=made))
        return True

    def _shares_players(self, raw: RawClause, read: Clause) -> bool:
        """Whether those who are named last are meant before, too: "add reverb and delay to the vocals"."""
        before = self.before
        if before.players or raw.text.startswith("W") or read.amounts.values:
            return False
        if read.sense == before.sense == "noun":
            return read.way in ("", before.way)
        alike = {before.sense, read.sense} <= {"more", "less"} and not read.way
        return alike and read.core.endswith("er") and before.core.endswith("er")

    def _forget(self, before: Clause) -> None:
        self.wishes = [wish for wish in self.wishes if all(wish is not made for made in before.made)]

    def _players(self, raw: RawClause, read: Clause) -> Players | str | None:
        """Who a clause is about; ``None``: everything; a sentence where that can't be told."""
        stays = KEPT.fullmatch(read.core) or PRAISED.fullmatch(read.core)
        pieces = [piece for player in raw.players for piece in player.pieces]
        if pieces and not stays:
            return _of_a_piece(pieces[0])
        before = self.before
        if raw.players:
            if not raw.players[0].rest or stays:
                return raw.players[0]
            known = tuple(dict.fromkeys((*self.kept, *self.talked_of)))
            nobody = "nobody was named before; say whom, or everything but whom"
            return Players(known, all_but=True) if known else nobody
        if _PLURAL.search(raw.text):
            return before.players or "nobody was named before; name the player"
        if before.players and _PRONOUN.search(raw.text):
            if before.refers == "remark" or (before.refers == "praise" and KEPT.fullmatch(read.core)):
                return before.players
            gone = any(wish.edit.action == "remove" for wish in before.made)
            if before.refers or not (gone or read.is_for_all):
                return f"it may be the {before.players.names[0]} or all of the track; name the player, or say everything"
        return None

    def _stays(self, raw: RawClause, read: Clause) -> bool:
        """Take note of who is to stay as it is, if that is what a clause says."""
        players, core = read.players, read.core
        if players and DISLIKED.fullmatch(core):
            self._close()
            self.waiting, self.before = (raw.asked, "whom"), replace(read, refers="remark")
            return True
        if core in ("just keep", "just leave", "keep just", "leave just") and players:
            who = players.names[0] if players.names else "rest"
            self.fail(raw.asked, f"say remove everything but the {who}, or leave the {who} as it is")
            return True
        praised = bool(PRAISED.fullmatch(core))
        if not read.bare or (read.when and not praised) or ALONE.fullmatch(core):
            return False
        forbidden = len(raw.players) < 2 and bool(FORBIDDEN.search(raw.text))
        spared = players and SPARED.fullmatch(core)
        if not (praised or forbidden or spared or KEPT.fullmatch(_ONLY.sub("", core).strip())):
            return False
        self._close(used="whom")
        if not praised and players and players.pieces:
            self.kept_pieces |= dict.fromkeys(players.pieces)
            self.fail(raw.asked, _of_a_piece(players.pieces[0]))
            return True
        if praised and players and not raw.players and self.before.made:
            return True  # "raise the vocals, they are great" gives a reason
        if players and not players.all_but and not players.rest:
            names = [TRACK_OF[n] if n in LEAD else n for n in players.names if n in TRACK_OF]
            self.kept |= dict.fromkeys(names, raw.asked)
        elif forbidden or not praised:
            self.left.append(raw.asked)
        self.before = replace(read, refers="praise")
        return True

    def _goes_on(self, read: Clause, text: str) -> bool:
        """Whether a clause after "and" goes on about those of the clause before it: "drums louder and wider"."""
        before = self.before
        if not before.made or before.players is None or _ANEW.match(text) or _PRONOUN.search(text):
            return False
        if read.is_for_all:
            return False
        if read.sense == "noun" and read.way not in ("", "more", "less"):
            return False  # "boost the bass and cut the mids"
        if read.sense == "noun" and not read.way and not before.sense:
            return False  # "lower the drums and the reverb"
        return all(
            RULES[wish.edit.action].players and wish.edit.action not in ("remove", "replace")
            for wish in before.made
        )

    def _not_understood(self, raw: RawClause) -> None:
        self._close()
        if raw.players and _FOR_SOME.search(raw.text):
            self.doubted["who"] = _NAMELESS
        if _WHEN.search(raw.text):
            self.doubted["when"] = "when it was to be is not understood; say it in the same clause"
        self.scope = {}
        kind = find_unsupported(raw.asked)
        if kind and not names_style(raw.asked):
            self._leave_out(raw.asked, Refused("edit_unsupported", clause=raw.asked, kind=kind))
        elif _asks_for_style(raw.asked) or (self.style and raw.text.startswith("with ")):
            self.style.append(raw.asked)
        else:
            self._leave_out(raw.asked, Refused("clause_not_understood"))

    def fail(self, asked: str, why: str) -> None:
        self._leave_out(asked, Refused("edit_clause_refused", clause=asked, why=why))

    def _leave_out(self, asked: str, why: Refused) -> None:
        self.left_out.append(LeftOut(asked, why))
        self.before = Clause()

    def _close(self, used: str = "") -> None:
        if self.waiting and self.waiting[1] != used:
            self.left_out.append(LeftOut(self.waiting[0], Refused("clause_not_understood")))
        self.waiting = None

    def _sparing_the_kept(self, wish: Wish) -> Wish:
        """``wish``, where it is about everything, made for everything but those who are to stay."""
        names = [name for name in self.kept if name in TRACK_OF]
        edit, spared = wish.edit, {TRACK_OF[name] for name in names}
        if edit.action == "remove" and edit.on and "backing_vocals" in spared:
            on = tuple("lead vocals" if TRACK_OF[name] == "vocals" else name for name in edit.on)
            return Wish(edit.model_copy(update={"on": on}), wish.asked)
        everyone = not (wish.exact or edit.on) and edit.action not in ("remove", "add")
        if not names or not everyone or not RULES[edit.action].players:
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


def _asks_for_style(clause: str) -> bool:
    """Whether ``clause`` asks for a style, and does not name it in an aside."""
    asking = r"\b(?:make|turn|as|like|style|version|into|arrange|play|feel|vibe)\b|^\W*(?:[\w-]+\W+){0,2}[\w-]+\W*$"
    return names_style(clause) and bool(re.search(asking, clause, re.IGNORECASE))
