"""审计用词 what the words of the trail mean to a person: actions, and the names of their details."""

from collections.abc import Mapping
from typing import Any

from jiqun.ledger.roles import ROLES

ACTIONS = {
    "account.close": ("停用账号", "close an account"),
    "account.create": ("新建账号", "make an account"),
    "account.grant": ("授予角色", "give a role"),
    "account.open": ("启用账号", "open an account again"),
    "account.password": ("重置密码", "give a new password"),
    "account.revoke": ("收回角色", "take a role back"),
    "alarm.acknowledge": ("确认报警", "acknowledge an alarm"),
    "alarm.export": ("导出报警日志", "export the journal of alarms"),
    "alarm.limit": ("设报警限值", "set an alarm limit"),
    "alarm.release": ("解除抑制报警", "release an alarm"),
    "alarm.remove": ("停用报警", "take an alarm out of service"),
    "alarm.reset": ("复位报警", "reset an alarm"),
    "alarm.restore": ("恢复使用报警", "return an alarm to service"),
    "alarm.shelve": ("搁置报警", "shelve an alarm"),
    "alarm.suppress": ("按设计抑制报警", "suppress an alarm by design"),
    "alarm.unshelve": ("取消搁置报警", "unshelve an alarm"),
    "audit.export": ("导出审计", "export the trail"),
    "batch.undo": ("撤销批次", "undo a batch"),
    "brief.make": ("生成简报", "make a brief"),
    "collection.accept": ("接收填报", "accept an answer"),
    "collection.close": ("结束报送", "close a collection"),
    "collection.export": ("导出报送", "export a collection"),
    "collection.form": ("编制报送表", "make a form"),
    "collection.open": ("组织报送", "open a collection"),
    "collection.remind": ("催报", "remind"),
    "collection.return": ("退回填报", "return an answer"),
    "collection.send": ("报送", "send an answer"),
    "conflicts.export": ("导出冲突", "export conflicts"),
    "connect.remove": ("移除连接", "take a connection out"),
    "connect.rename": ("连接改名", "rename a connection"),
    "connect.save": ("接入设备", "connect a machine"),
    "connect.try": ("试连设备", "let a box look at a machine"),
    "dedupe.find": ("查重", "search for duplicates"),
    "dedupe.start": ("开始查重", "start a search for duplicates"),
    "drift.judge": ("评判预警", "judge a warning"),
    "drift.retrain": ("重新学习检测", "let a detector learn anew"),
    "drift.watch": ("设漂移检测", "set a detector"),
    "export.enterprises": ("导出企业", "export enterprises"),
    "export.facts": ("导出事实", "export facts"),
    "factory.consent": ("同意月度上报", "consent to figures of months"),
    "factory.consent_end": ("撤回月度上报同意", "withdraw a consent to figures of months"),
    "factory.describe": ("登记设备与测点", "describe machines and points"),
    "factory.make": ("登记工厂", "enter a factory"),
    "factory.month_send": ("上报月度数", "send figures of a month"),
    "factory.month_whole": ("各厂月度数合计入账", "enter a month's figures of all factories together"),
    "factory.point_seen": ("初见测点", "points seen for the first time"),
    "factory.register": ("声明设备台账是否齐全", "say whether the register of machines is complete"),
    "factory.shift_end": ("结束班次", "end a shift"),
    "factory.shift_file": ("生成班次报表", "make a shift report"),
    "factory.shifts": ("设班次", "set the calendar of shifts"),
    "factory.stop_reason": ("说明停机原因", "say why a machine stood"),
    "factory.token_issue": ("签发边缘盒令牌", "issue the token of a box"),
    "factory.token_revoke": ("作废边缘盒令牌", "revoke the token of a box"),
    "home.backup": ("备份", "back up"),
    "home.prepare": ("初始化", "prepare the home"),
    "home.restore": ("恢复", "restore"),
    "import.enterprises": ("导入企业", "import enterprises"),
    "import.facts": ("导入事实", "import facts"),
    "import.relations": ("导入关系", "import relations"),
    "import.subjects": ("导入主体", "import subjects"),
    "match.answer": ("认定名称", "say which enterprise a name means"),
    "match.file": ("匹配名单文件", "match a list of names"),
    "match.names": ("匹配名称", "match names"),
    "match.receive": ("收到名单", "receive a list of names"),
    "match.take_back": ("撤回名称认定", "take back what a name means"),
    "match.throw_away": ("丢弃名单", "throw a list of names away"),
    "merge.different": ("判定为两家", "keep two enterprises apart"),
    "merge.same": ("归并企业", "merge two enterprises"),
    "merge.take_back": ("撤回归并判定", "take back a decision of who is who"),
    "objection.accept": ("采纳异议并更正", "accept an objection and correct"),
    "objection.ask": ("要求补充材料", "ask for more evidence"),
    "objection.file": ("提出异议", "object to a number"),
    "objection.refuse": ("不予采纳异议", "refuse an objection"),
    "objection.supply": ("补充材料", "give more evidence"),
    "objection.withdraw": ("撤回异议", "withdraw an objection"),
    "policy.answer": ("补答评价未知项", "answer what is unknown of a firm"),
    "policy.run": ("按政策评价", "judge a sheet of firms"),
    "policy.throw_away": ("丢弃评价批次", "throw a run away"),
    "quarantine.dismiss": ("搁置隔离行", "dismiss a held row"),
    "quarantine.resubmit": ("修复隔离行", "repair a held row"),
    "quarantine.retry": ("重新核验隔离行", "judge held rows again"),
    "readings.export": ("导出读数", "export readings"),
    "recognition.decide": ("作出认定", "decide a recognition"),
    "recognition.publish": ("公示候选", "make candidates public"),
    "recognition.refuse": ("不予认定候选", "refuse a candidate"),
    "recognition.start": ("发起自动认定", "start a recognition"),
    "recognition.withdraw": ("撤回认定", "withdraw a recognition"),
    "session.close": ("退出", "sign out"),
    "session.locked": ("暂停登录", "pause signing in"),
    "session.open": ("登录", "sign in"),
    "source.bring_back": ("恢复来源", "bring a source back"),
    "source.create": ("登记来源", "enter a source"),
    "source.load": ("载入来源", "load sources"),
    "source.withdraw": ("撤回来源", "withdraw a source"),
    "title.enter": ("登记称号", "enter a title"),
    "title.grant": ("授予称号", "grant a title"),
    "title.register": ("登记称号名单", "enter a list of titles"),
    "title.remind": ("提醒称号到期", "remind of the end of titles"),
    "title.take_back": ("取消称号", "take a title back"),
    "token.issue": ("签发令牌", "issue a token"),
    "token.revoke": ("撤销令牌", "revoke a token"),
    "upload.check": ("核对来件", "check a file"),
    "upload.import": ("导入来件", "import a file"),
    "upload.map": ("对照各列", "map the columns"),
    "upload.receive": ("收到来件", "receive a file"),
    "upload.throw_away": ("丢弃来件", "throw a file away"),
}
DETAILS = {
    "accepted": ("收下", "accepted"),
    "address": ("来自", "from"),
    "answered": ("已报", "answered"),
    "asked": ("应报", "asked"),
    "batch": ("批次", "batch"),
    "before": ("原认定", "before"),
    "bytes": ("字节", "bytes"),
    "changed": ("改动", "changed"),
    "cells": ("各格", "cells"),
    "columns": ("各列", "columns"),
    "complete": ("齐全", "complete"),
    "constants": ("常量", "constants"),
    "correction": ("更正事实", "corrected fact"),
    "created": ("新增", "new"),
    "days": ("天数", "days"),
    "decision": ("判定编号", "decision"),
    "deadline": ("截止", "deadline"),
    "display_name": ("显示名", "name shown"),
    "enterprises": ("企业", "enterprises"),
    "fact": ("事实编号", "fact"),
    "facts": ("事实", "facts"),
    "figures": ("变动的数", "figures changed"),
    "files": ("附件", "files"),
    "file": ("文件", "file"),
    "flagged": ("带提示", "with a remark"),
    "form": ("格式", "format"),
    "from": ("起", "from"),
    "format": ("格式", "format"),
    "grant": ("授权编号", "grant"),
    "indicator": ("指标", "figure"),
    "into": ("并入", "into"),
    "kind": ("类别", "kind"),
    "lang": ("语言", "language"),
    "line": ("产线", "line"),
    "machine": ("设备", "machine"),
    "machines": ("设备", "machines"),
    "month": ("月份", "month"),
    "owner": ("所属账号", "owner"),
    "pack": ("规则包", "pack"),
    "pairs": ("对", "pairs"),
    "period": ("时期", "period"),
    "permissions": ("权限", "permissions"),
    "prefix": ("前缀", "prefix"),
    "proposals": ("建议", "proposals"),
    "quarantined": ("隔离", "quarantined"),
    "reason": ("理由", "reason"),
    "reasons": ("各格理由", "reasons"),
    "relations": ("关系", "relations"),
    "reminded": ("催报家数", "reminded"),
    "removed": ("移除", "removed"),
    "respondent": ("填报单位", "respondent"),
    "restored": ("恢复", "restored"),
    "revision": ("第几次", "revision"),
    "role": ("角色", "role"),
    "row": ("行", "row"),
    "rows": ("行数", "rows"),
    "said": ("原数", "number disputed"),
    "scope": ("范围", "where"),
    "sha256": ("指纹", "SHA-256"),
    "shift": ("班次", "shift"),
    "source": ("来源", "source"),
    "sources": ("来源数", "sources"),
    "subject": ("主体", "subject"),
    "subjects": ("主体", "subjects"),
    "supersedes": ("取代", "supersedes"),
    "text": ("说明", "said"),
    "to": ("止", "to"),
    "unit": ("单位", "unit"),
    "wanted": ("应为", "should be"),
    "unchanged": ("不变", "unchanged"),
    "updated": ("更新", "changed"),
    "verdict": ("判定", "verdict"),
    "what": ("内容", "what"),
}
VALUES = {
    "kind": {
        "enterprises": ("企业", "enterprises"),
        "facts": ("事实", "facts"),
        "subjects": ("主体", "subjects"),
        "relations": ("关系", "relations"),
        "document": ("文件", "document"),
        "register": ("登记名册", "register"),
        "office_sheet": ("部门报表", "office sheet"),
        "readings": ("本企业读数", "own readings"),
        "user": ("个人", "person"),
        "synthetic": ("合成", "synthetic"),
    },
    "verdict": {"same": ("同一家", "one and the same"), "different": ("两家", "two")},
    "role": {key: (role.zh, role.en) for key, role in ROLES.items()},
    "scope": {"all:": ("全省", "the whole province")},
    "lang": {"zh-hans": ("中文", "Chinese"), "zh": ("中文", "Chinese"), "en": ("英文", "English")},
}


def action_label(action: str, lang: str) -> str:
    """An action in words; the word itself when nobody has named it."""
    return ACTIONS.get(action, (action, action))[_place(lang)]


def told_of(detail: Mapping[str, Any], lang: str) -> tuple[tuple[str, str], ...]:
    """A detail in words: names and values as text; what is empty is left out."""
    return tuple(
        (detail_label(name, lang), _value_label(name, value, lang))
        for name, value in detail.items()
        if value not in ("", None)
    )


def written(value: Any) -> str:
    """A value of a detail in one line; a change reads before → after."""
    if isinstance(value, dict):
        return " · ".join(
            f"{name} {written(held)}" for name, held in value.items() if held not in ("", None, [])
        )
    if isinstance(value, list):
        return " → ".join(map(written, value))
    return str(value)


def detail_label(name: str, lang: str) -> str:
    """The name of a detail in words."""
    return DETAILS.get(name, (name, name))[_place(lang)]


def _value_label(name: str, value: Any, lang: str) -> str:
    """A value of a closed list in words, any other as it is written."""
    known = VALUES.get(name, {}).get(value) if isinstance(value, str) else None
    return known[_place(lang)] if known else written(value)


def _place(lang: str) -> int:
    return 0 if lang.startswith("zh") else 1
