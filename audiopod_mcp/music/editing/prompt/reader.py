"""Reading prose: typed edits of every clause that is sure, and the words of those that are not.

A clause is read only where every word of it is known. Whom it is about is who is named in it; else whom its
sentence begins with, "Drums: …"; else the one last named, where it says "it" or goes on about the same, as
"drums louder and wider" does. Where that is not sure, it is told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from pydantic import ValidationError

from audiopod_mcp.edits.model import RULES, TrackEdit
from audiopod_mcp.edits.players import PIECE_OF, TRACK_OF, part_of_a_stem
from audiopod_mcp.music.captions.text_search import names_style
from audiopod_mcp.music.model import Refused

from .clauses import Clause, Token
from .lexicon import EVERYTHING, Fields, Players
from .meaning import edits_of, is_for_all, way_of
from .plan import EXAMPLES, NOT_UNDERSTOOD, EditPlan, LeftOut, Wish
from .unsupported import find_unsupported

_STAYS = re.compile(r"(?:ko|ok|(k))E?T")
"""The forms of "keep only the intro"."""
_STAYS = re.compile(r"[PEBRijmsu]*k[kPEBRijmrsu]*|z[vPEBRimrqx]+|n[PB]|[PEijmsduT]*g[PEBRijmsduT]*")
"""The forms of "leave the drums as they are", "don't remove them", "not the drums", "the drums are great"."""
_IS_APART = re.compile("B|[nkz]v?[PB]")
"""How "except the bass which …" and "keep the bass where …" begin."""
_FORMS: tuple[tuple[re.Pattern[str], Fields | str], ...] = tuple(
    (re.compile(pattern), form)
    for pattern, form in (
        (
            r"(add|cut):vP:bass:",
            "it could mean a player or the low end; say bass guitar, or more or less low end",
        ),
        (r":(T?v?(k?o|ok|u)[Ei]?PT?|oPk|k?Po):.*", {"action": "remove", "but": ""}),  # "only the drums"
        (r"[^:]*:((ko|ok)E?T:.*|kE?T:.*:(?!section).*)", {"action": "keep"}),  # "keep only the intro"
        # "Keep the drums loud", "don't leave them out", "reduce it on the piano"
        (r"[^:]*:[^:]*([gknuz]|[ijm][^:]*[PBR]|[PBR][^:]*[ijm])[^:]*:.*", ""),
        (r"enter:.*:at", {"action": "remove"}),
        (r"(add|enter):vd?PE?T?:.*", {"action": "add"}),
        (r"enter:.*", "say at which second they come in"),
        (r"replace:vP:.*,.*", "it may be their parts, their levels or their places; say it of each by name"),
        (r"unwanted:vP:.*", {"action": "remove"}),
        (r"unwanted:.*", ""),
    )
)
"""What a clause asks for, or why that is not sure, by its way, its kinds, whom it names and when."""
_SWAPPED = re.compile(r"(?:replace|swap|swap out|exchange|turn|change) P (?:with|for|to|into|by) P(?: T)?")
_INSTEAD = re.compile(r"(?:use )?P (?:(?:instead|in place) of|rather than) P(?: T)?")
_GOES_ON = re.compile(r"[&bw][^vx]+|,[^vx]*q[^vx]*|.*[ijm].*")
"""The forms of "and wider", ", wider", "and more reverb", "make it wider": what goes on about the same."""
_WHEN = re.compile(r"(?:at|in|on|from|before|after|until|when|while|once)\b|.*\d:\d\d", re.IGNORECASE)
"""What may say when something is to be done."""
_STYLE = re.compile(
    r"\b(?:make|turn|as|like|style|version|into|play|vibe|feel)\b|^(?!it's)(?:\S+ ){0,2}\S+$", re.IGNORECASE
)
"""What asks for the style that is named beside it, and does not name it in an aside."""
_TONE = {"bass", "treble", "brightness", "equaliser", "low_cut", "high_cut", "de_ess"}
_EITHER = "it may be the {} or all of the track; name the player, or say everything"
_NOBODY = "who that is is not sure; name the player, or say everything"
_DOUBTS = {
    "P": "it was to be for some players only; name them in the same clause",
    "T": "when it was to be is not understood; say it in the same clause",
}


class NotSure(Exception):
    """A clause that may mean two things: which, and what to say; without words, that it is not understood."""


@dataclass
class Reader:
    wishes: list[Wish] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    style: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    before: Clause = field(default_factory=Clause)
    """The clause before, in the same sentence."""
    last: Clause = field(default_factory=Clause)
    """The last clause that is about players."""
    remark: Clause = field(default_factory=Clause)
    """The clause before that makes wishes, where it is a complaint."""
    here: bool = False
    """Whether that is in the same sentence."""
    apart: list[str] = field(default_factory=list)
    """Parts of a stem that are to stay, and those of whom something is said that is not understood, but that
    makes them others than the rest.
    """
    doubts: str = ""
    """What the rest of a sentence has to say to be done, for whom (P) or when (T) it is."""

    def plan(self) -> EditPlan:
        for wish in list(self.wishes):
            tracks = {TRACK_OF[name] for name in wish.edit.on or ()}
            if piece := next((name for name in self.apart if PIECE_OF.get(name) in tracks), ""):
                self.wishes.remove(wish)
                self._leave_out(wish.asked, part_of_a_stem(piece))
        told = (left.why for left in self.left_out if left.why.code != NOT_UNDERSTOOD)
        refusal = next(told, Refused("edit_not_understood", examples=EXAMPLES))
        if not self.left_out and (self.kept or self.left):
            refusal = Refused("edit_asks_for_nothing")
        once = dict[tuple[TrackEdit, int], Wish]()
        for number, each in enumerate(map(self._sparing_the_kept, self.wishes)):
            first = once.setdefault((each.edit, each.exact and number), each)
            if each.asked not in first.asked:
                once[each.edit, 0] = replace(first, asked=f"{first.asked}, {each.asked}")
        wishes, kept, style = tuple(once.values()), tuple(self.kept.items()), ", ".join(self.style)
        return EditPlan(wishes, kept, tuple(self.left), style, tuple(self.left_out), refusal)

    def read(self, head: Token | None, clauses: Sequence[Clause]) -> None:
        """Take in one sentence, which is about the players and the time of its ``head`` if it names none."""
        made = len(self.wishes)
        self.before, self.here, self.doubts = Clause(), False, ""
        _share(clauses)
        for clause, following in zip(clauses, [*clauses[1:], Clause()], strict=False):
            try:
                self._read(clause, head, following)
            except NotSure as unsure:
                self._leave_out(clause.asked, str(unsure), clause.kinds)
                self.doubts += "P" if str(unsure) or re.search("[PBR]", clause.kinds) else ""
                self.doubts += "T" if "T" in clause.kinds or _WHEN.match(clause.asked) else ""
                if names := tuple(name for players in clause.values("PB") for name in players.names):
                    excepted = clause.joint == "b" and "E" in self.before.kinds
                    self.apart += names if excepted or _IS_APART.match(clause.kinds) else ()
                    clause.players = Players(names) if "R" not in clause.kinds else EVERYTHING
                    self.last, self.here = clause, True
            self.before = clause
        if head and head.text and len(self.wishes) == made:
            self._leave_out(head.text)

    def _read(self, clause: Clause, head: Token | None, following: Clause) -> None:
        kinds, times = clause.kinds, clause.values("T")
        if times or (head and head.kind == "T"):
            clause.when = times[0] if times or not head else head.value
        elif clause.values("h"):
            clause.when = (self.before if self.before.when[0] else self.last).when
            if not clause.when[0]:
                raise NotSure("say in which sections or seconds it is to be")
        elif self._is_about_the_stretch(clause):
            clause.when = self.before.when  # "make the chorus louder, and give it more reverb"
        at, enters = clause.when[0].get("at"), way_of(clause) == "enter"
        begins = clause.when[0].get("start", at)
        if enters and isinstance(begins, float) and "end" not in clause.when[0]:
            clause.when = ({"at": begins},)
        elif at is not None and "fade_out" in (row.action for row in clause.rows):
            clause.when = ({"start": at},)
        elif at is not None:
            raise NotSure("say from which second to which it is to be")
        # "In the intro, mute it from 0:02 to 0:04"
        twice = head is not None and head.kind == "T" and head.text and times and not clause.joint
        if re.search(r"\?|T.*T", kinds) or twice or (clause.joint == "t" and clause.when[0] and not times):
            raise NotSure  # "In the intro only piano, then only drums"
        if kinds == "nT" and self.before.made:
            # "Mute the guitar, but not in the chorus": to do it all the time would be worse than not at all.
            self._forget(self.before)
            clause.asked = f"{self.before.asked}, {clause.asked}"
            raise NotSure("say in which sections or seconds it is to be")
        clause.players = players = self._who(clause, head, following)
        if players.names:
            self.last, self.here = clause, True
        stays = bool(_STAYS.fullmatch(kinds))
        if clause.joint == "b" and kinds == "P" and "E" in self.before.kinds:
            stays = True  # "make everything louder but the drums"
        if players.piece and "g" not in kinds and not re.search("P.*P", kinds):
            self.apart += [players.piece] * stays
            raise NotSure(part_of_a_stem(players.piece))
        if stays:
            return self._stay(clause)
        missing = {"P": not (players.names or "E" in kinds or is_for_all(clause)), "T": not clause.when[0]}
        for doubt in self.doubts:
            if missing[doubt]:
                raise NotSure(_DOUBTS[doubt])
        clause.made = self._made(clause, headed=head is not None and head.kind in "PRB")
        about_all = clause.players == EVERYTHING and "E" not in kinds
        if about_all and self.remark.players.names and _remedies(clause, self.remark):
            raise NotSure(
                _EITHER.format(self.remark.players.names[0])
            )  # "The piano is harsh. Cut 3 kHz by 4 dB."
        same = self.remark.made and self.remark.players == players and not clause.is_remark
        if same and _remedies(clause, self.remark):
            self._forget(self.remark)  # "The drums are too loud, turn them down by 3 dB" is one wish.
        self.remark = clause if clause.is_remark else Clause()
        self.wishes += clause.made
        return None

    def _is_about_the_stretch(self, clause: Clause) -> bool:
        """Whether "it" is the section that is changed in the clause before, which is still there."""
        before, fades = self.before, any(row.action.startswith("fade") for row in clause.rows)
        stays = (
            before.made
            and before.when[0]
            and not {"cut", "keep", "repeat", "fade_in", "fade_out"} & before.actions
        )
        is_it = "i" in clause.kinds and before.players == EVERYTHING
        return bool(stays and is_it and (fades or not is_for_all(clause)))

    def _who(self, clause: Clause, head: Token | None, following: Clause) -> Players:
        """Whom a clause is about."""
        kinds, last = clause.kinds, self.last
        named = [*clause.values("PRB"), *clause.values("E")]
        if head and head.kind in "PRB":
            named.append(head.value)
        if named and named[0].rest:
            talked_of = (*self.kept, *(name for wish in self.wishes for name in wish.edit.on or ()))
            if not talked_of:
                raise NotSure(_NOBODY)
            return Players(tuple(dict.fromkeys(talked_of)), all_but=True)
        if named or (is_for_all(clause) and "m" not in kinds):
            return named[0] if named else EVERYTHING
        then = following.joint + following.kinds
        if "r" in kinds and "A" not in kinds and re.fullmatch("&d?r[PB]?A[PB]?", then):
            raise NotSure  # "boost the lows and highs by 3 dB"
        bands = "H" in clause.amounts and "H" in following.amounts and "&v?A+[PB]T?"
        if re.fullmatch(bands or "&[dcrqx]+[PB]T?", then) and (
            bands or (clause.rows and kinds[-1:] not in "TA")
        ):
            return following.values("PB")[0]  # type: ignore[no-any-return] # "reverb and delay on the vocals"
        said_it, them = re.search("[ijm]", kinds), "m" in kinds
        low = any(wish.edit.action == "bass" and not wish.edit.on for wish in last.made)
        gone = low or "remove" in last.actions or "k" in last.kinds or last.players.all_but
        if gone or not last.players.names or not (self.here or said_it):
            if them or (gone and said_it and clause.when[0]):  # "mute the piano, and remove it in the intro"
                raise NotSure(_NOBODY)
            return EVERYTHING
        new = {"add", "replace"} & last.actions or "g" in last.kinds or not (self.here or last.is_remark)
        timed = "T" in last.kinds and not (clause.when[0] or said_it)  # "3 dB louder in the verse, and dry"
        goes_on = last.made and not (new or timed) and _GOES_ON.fullmatch(clause.joint + kinds)
        if not (them or goes_on or (said_it and re.search("[kz]", kinds))):
            raise NotSure(_EITHER.format(last.players.names[0]))
        return last.players

    def _stay(self, clause: Clause) -> None:
        """Note who is to stay as it is."""
        players, praised = clause.players, "g" in clause.kinds
        if "T" in clause.kinds and not praised:
            raise NotSure
        if not players.names or players.all_but:
            self.left.append(clause.asked)
        elif "P" in clause.kinds or not self.before.made:  # "raise the vocals, they are great" is a reason
            self.kept |= dict.fromkeys((name for name in players.names if name in TRACK_OF), clause.asked)

    def _made(self, clause: Clause, *, headed: bool) -> list[Wish]:
        """The wishes of a clause."""
        names, when = clause.players.names, clause.when[0]
        said = f"{way_of(clause)}:{clause.kinds}:{','.join(names)}:{','.join(when)}"
        form = next((form for pattern, form in _FORMS if pattern.fullmatch(said)), None)
        fields: Sequence[Fields] | None = None
        if re.search("[PBR].*[PBR]", clause.kinds):
            fields = _replaced(clause)
        elif isinstance(form, str):
            raise NotSure(form)
        elif form == {"action": "remove", "but": ""}:
            fields = [{"action": "remove", "but": names}]
        elif form == {"action": "add"}:
            fields = [{"action": "add", "instrument": name} for name in names]
        elif form:
            fields = [form]
            clause.when = ({"end": when["at"]},) if "at" in when else clause.when
        elif headed or not re.fullmatch("[&,]d?r[PB]?T?", clause.joint + clause.kinds):
            fields = edits_of(clause)
        elif "r" in self.before.kinds:  # "remove the reverb and the echo"
            clause.tokens[:0] = (token for token in self.before.tokens if token.kind in "vc")
            fields = edits_of(clause)
        if not fields or (fields[0]["action"] == "keep" and len(clause.when) > 1):
            raise NotSure
        return [_wish(clause, {**when, **given}) for when in clause.when for given in fields]

    def _leave_out(self, asked: str, why: str = "", kinds: str = "") -> None:
        styled, kind = names_style(asked) and not re.match("v?P", kinds), find_unsupported(asked)
        if why:
            self.left_out.append(LeftOut(asked, Refused("edit_clause_refused", clause=asked, why=why)))
        elif styled and (_STYLE.search(asked) or (self.style and asked.startswith("with"))):
            self.style.append(asked)
        elif kind and not styled:
            self.left_out.append(LeftOut(asked, Refused("edit_unsupported", clause=asked, kind=kind)))
        else:
            self.left_out.append(LeftOut(asked, Refused("clause_not_understood")))

    def _forget(self, clause: Clause) -> None:
        self.wishes = [wish for wish in self.wishes if all(wish is not made for made in clause.made)]

    def _sparing_the_kept(self, wish: Wish) -> Wish:
        """``wish``, where it is about everything, made for everything but those who are to stay."""
        names = [*self.kept, *(PIECE_OF.get(name, name) for name in self.apart)]
        edit, changed = wish.edit, {}
        everyone = not (wish.exact or edit.on) and RULES[edit.action].players
        if edit.on and "backing_vocals" in map(TRACK_OF.get, names):
            changed["on"] = tuple("lead vocals" if TRACK_OF[name] == "vocals" else name for name in edit.on)
        elif names and everyone and edit.action != "remove":
            changed["but"] = tuple(dict.fromkeys((*(edit.but or ()), *names)))
        return Wish(edit.model_copy(update=changed), wish.asked, wish.exact)


def _share(clauses: Sequence[Clause]) -> None:
    """Have what ends a list hold for all of it: "bass up and guitar down in the second half"."""
    joints = "&"
    for before, clause in reversed(list(pairwise(clauses))):
        when = next(iter(clause.values("T")), clause.when)
        own, kinds, ways = before.kinds, clause.kinds, [way_of(before), way_of(clause)]
        named = "P" in own and "P" in kinds
        one_verb = not re.search("[vij]", kinds) or named
        plain = not re.search("T.|[kgnuz]|^o", kinds) and not re.search("[Tkgnuz]|^o", own)
        whole = any(is_for_all(each) and (each.rows or not named) for each in (before, clause))
        if (
            named
            and own + "A" == kinds.removesuffix("T")
            and {*ways} <= {"up", "down"}
            and clause.joint == "&"
        ):
            before.tokens += (token for token in clause.tokens if token.kind == "A")  # "by 3 dB", both
        if when[0] and clause.joint in joints and one_verb and plain and not whole and ways[1] != "enter":
            before.when, joints = when, "&,"  # "bass up, drums up and guitar down in the second half"
        else:
            joints = "&"


def _remedies(clause: Clause, complaint: Clause) -> bool:
    """Whether a clause says what is to be done about a ``complaint``."""
    return clause.actions in (complaint.actions, {"remove"}) or (clause.actions | complaint.actions) <= _TONE


def _wish(clause: Clause, given: Fields) -> Wish:
    """A typed edit for whom the clause is about, checked as such."""
    players = clause.players
    if players.names and not {"but", "on", "instrument"} & given.keys():
        if not RULES[given["action"]].players:
            raise NotSure
        given["but" if players.all_but else "on"] = players.names
    try:
        return Wish(TrackEdit.model_validate(given), clause.asked)
    except ValidationError as error:
        raise NotSure(str(error.errors()[0]["msg"]).removeprefix("Value error, ")) from None


def _replaced(clause: Clause) -> list[Fields] | None:
    """Who is replaced with whom, which depends on who is named first."""
    words = " ".join(token.kind if token.kind in "PT" else token.text for token in clause.tokens)
    players = [token.value for token in clause.tokens if token.kind == "P"]
    swapped, instead = _SWAPPED.fullmatch(words), _INSTEAD.fullmatch(words)
    if not (swapped or instead) or any(each.piece for each in players):
        return None
    old, new = players if swapped else reversed(players)
    alone = len(new.names) == 1
    return [{"action": "replace", "on": old.names, "instrument": new.names[0]}] if alone else None
