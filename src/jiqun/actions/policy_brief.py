"""评价简报 the brief of a run: what was judged by which rule, how many firms came out how, grades, who is one step away."""

from collections import Counter
from collections.abc import Iterator

from jiqun.actions import policy_packs, policy_runs
from jiqun.actions.brief_text import BriefText, Part
from jiqun.actions.desk import Desk
from jiqun.actions.per_mu_ground import GroundAsk, ground
from jiqun.actions.policy_files import Run
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.per_mu import PerMuContext, per_mu_page
from jiqun.actions.reading.policy_runs import RunWords
from jiqun.actions.reading.statements import Label
from jiqun.core.errors import InputError
from jiqun.ledger.permissions import Actor
from jiqun.rules.tree import RankQuota
from jiqun.rules.truth import State

GROUPS_MOST = 8
NEAR_MOST = 20
VERDICTS = {
    State.MET: Label("符合", "met"), State.MANUAL: Label("待人工判断", "for a person to decide"),
    State.UNKNOWN: Label("材料不足", "unknown: a paper is missing"), State.UNMET: Label("不符合", "not met"),
    State.NOT_APPLICABLE: Label("不适用", "does not apply"),
}  # fmt: skip


def run_brief(desk: Desk, actor: Actor, id: str, lang: str) -> BriefText:
    """The words of the brief of a run of your office. WrongState `policy.not_done`"""
    run = policy_runs.done(desk, id, by=actor)
    return _Brief(desk, actor, run, "zh" if lang.startswith("zh") else "en").text()


class _Brief:
    def __init__(self, desk: Desk, actor: Actor, run: Run, lang: str) -> None:
        self.desk, self.actor, self.run, self.lang = desk, actor, run, lang
        self.pack = policy_packs.pack(desk, run.pack)
        self.words = RunWords(Archive(desk, actor), self.pack, run)
        self.lines = policy_runs.lines(desk, run)

    def say(self, zh: "str | Label | None", en: str = "") -> str:
        """One of the two languages."""
        if zh is None:
            return ""
        if isinstance(zh, Label):
            return zh.zh if self.lang == "zh" else zh.en
        return zh if self.lang == "zh" else en

    def text(self) -> BriefText:
        """The whole brief."""
        say, run = self.say, self.run
        label = self.pack.label
        return BriefText(
            title=say(f"{label.zh}简报：{run.name}", f"Brief of {label.en}: {run.name}"),
            subtitle=say(
                f"评价日期 {run.on}，{len(self.lines)} 家企业。按本单位提交的表计算，不是发文机关的认定决定。",
                f"Judged as of {run.on}, {len(self.lines)} firms. Worked out from the office's own sheet; "
                "no decision of the authority.",
            ),
            warning="",
            parts=tuple(part for part in self._parts() if part.lines or part.rows),
        )  # fmt: skip

    def _parts(self) -> Iterator[Part]:
        say = self.say
        yield Part(say("依据", "Rule"), tuple(self._basis()))
        counts = Counter(one.verdict for one in self.lines)
        rows = tuple(
            (say(label), str(counts[state.value])) for state, label in VERDICTS.items() if counts[state.value]
        )
        yield Part(say("判定", "Verdicts"), (), (say("判定", "Verdict"), say("企业数", "Firms")), rows)
        yield self._unknown()
        if isinstance(self.words.version.grading, RankQuota):
            for region, tier in self._groups():
                try:
                    page = per_mu_page(
                        self.desk, self.actor, GroundAsk(self.run.id, region, tier), {}, again=True
                    )
                except InputError:  # a group too large to reckon here stays out of the brief
                    continue
                yield from self._graded(page)

    def _basis(self) -> Iterator[str]:
        version = self.words.version
        yield f"{self.say(Label(version.label.zh, version.label.en))} ({self.pack.key} {version.key})"
        for one in self.pack.source.documents:
            mark = self.say(f"可信度 {one.confidence}", f"mark {one.confidence}")
            read = "" if one.checked_on else self.say("，未核对官方原文", ", official text not read")
            yield f"{self.say(Label(one.title.zh, one.title.en))} {one.number} ({mark}{read})"
        for left in self.pack.source.not_encoded:
            what, why = Label(left.what.zh, left.what.en), Label(left.why.zh, left.why.en)
            yield f"{self.say('未收录', 'left out')}: {self.say(what)} — {self.say(why)}"

    def _unknown(self) -> Part:
        """Which clauses keep how many firms unknown or unmet."""
        say = self.say
        waiting, failing = (
            Counter(key for one in self.lines for key in getattr(one, name)) for name in ("unknown", "unmet")
        )
        rows = tuple(
            (say(self.words.clauses[key]), str(failing[key]), str(waiting[key]))
            for key in self.words.clauses
            if failing[key] or waiting[key]
        )
        head = (say("条款", "Clause"), say("不符合", "Not met"), say("材料不足", "Unknown"))
        return Part(say("卡在哪一条", "What holds firms back"), (), head, rows)

    def _groups(self) -> list[tuple[str, str]]:
        """The county and tier of each group that is ranked, the largest first."""
        first = ground(self.desk, GroundAsk(self.run.id), by=self.actor)
        counted = {
            (region, tier): n
            for region, _ in first.regions
            for tier, n in ground(self.desk, GroundAsk(self.run.id, region), by=self.actor).tiers
            if n
        }
        return sorted(counted, key=lambda key: -counted[key])[:GROUPS_MOST]

    def _graded(self, page: PerMuContext) -> Iterator[Part]:
        say = self.say
        title = " ".join(filter(None, (say(page.place), page.tier)))
        head = (say("档次", "Grade"), say("企业数", "Firms"), "%", say("最低得分", "Lowest score"))
        rows = tuple(
            (say(one.label), str(one.firms), str(one.percent), one.lowest or "—") for one in page.grades
        )
        note = (
            ()
            if page.official_shares
            else (
                say("分档比例未公布，未正式分档。", "No shares are published: nobody is graded officially."),
            )
        )
        yield Part(f"{title} {say('分档', 'grades')}", note, head, rows)
        near = tuple(
            (one.member.firm.name, one.score, f"{one.grade} → {one.next}", one.points)
            for one in page.near[:NEAR_MOST]
        )
        head = (say("企业", "Firm"), say("得分", "Score"), say("档次", "Grade"), say("差分", "Points short"))
        yield Part(f"{title} {say('离上一档最近的企业', 'nearest to a better grade')}", (), head, near)
