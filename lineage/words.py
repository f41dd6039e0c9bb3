"""Everything that lineage says to people, in English and in Chinese: one catalogue, two renderings of one context.

Chinese terms are the statutory ones (境内, 境外, 个人信息, 重要数据, 引入, 留存 ...). A template names the
keys of its context; `sentence` fills them in. Names that come from telemetry are shown with control and
bidirectional characters written out, so that nobody's service name can draw on the reader's terminal.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping
from math import inf

from lineage.findings import Ref, Value

LANGUAGES = ("en", "zh")

MESSAGES: Mapping[str, tuple[str, str]] = {
    # what a rule found
    "meet": (
        "Data of {a} and data of {b} meet at {place}.",
        "{a} 的数据与 {b} 的数据在 {place} 混用。",
    ),
    "meet.maybe": (
        "Data of {a} and data of {b} may meet at {place}.",
        "{a} 的数据与 {b} 的数据可能在 {place} 混用。",
    ),
    "meet.self": (
        "Data of {a}, which is at {place}, is itself of the kind that must stay out.",
        "{a} 在 {place} 的数据本身即属不得引入之列。",
    ),
    "meet.self.maybe": (
        "Data of {a}, which is at {place}, may itself be of the kind that must stay out.",
        "{a} 在 {place} 的数据本身可能属于不得引入之列。",
    ),
    "meet.suspect": (
        "Data of {a} and data of {b} are both at {place}. This breaks no condition by itself, but leaves separation there unproven.",
        "{a} 的数据与 {b} 的数据同在 {place}。这本身不违反豁免条件，但隔离无法得到证明。",
    ),
    "meet.lookalike": (
        "{place} and {other} may be one and the same: telemetry does not tell them apart, and one side's data is at the one, the other side's at the other.",
        "{place} 与 {other} 可能是同一处：遥测数据不足以区分，而双方的数据分处两者。",
    ),
    "output": (
        "The answer that goes to {place} carries data of {b}.",
        "返回给 {place} 的结果含有 {b} 的数据。",
    ),
    "output.maybe": (
        "The answer that goes to {place} may carry data of {b}.",
        "返回给 {place} 的结果可能含有 {b} 的数据。",
    ),
    "output.suspect": (
        "The answer that goes to {place} carries data of {b}. This breaks no condition by itself, but leaves separation unproven.",
        "返回给 {place} 的结果含有 {b} 的数据。这本身不违反豁免条件，但隔离无法得到证明。",
    ),
    "expected": (
        "Nothing in the scope of this rule was observed, and the rule expects something.",
        "未观测到本规则适用范围内的任何情形，而本规则要求有所观测。",
    ),
    "silent": (
        "{place} is declared, and nothing was observed of it: what it holds cannot be told.",
        "{place} 已声明但未观测到任何情形：无法判断其存储内容。",
    ),
    "reaches": ("Data of {data} gets to {place}.", "{data} 的数据到达 {place}。"),
    "outside": (
        "Data of {data} gets to {place}, which is outside what is allowed: {found}.",
        "{data} 的数据到达 {place}，超出允许范围：{found}。",
    ),
    "outside.unknown": (
        "Data of {data} gets to {place}; whether that is within what is allowed is not known.",
        "{data} 的数据到达 {place}；是否在允许范围内尚不清楚。",
    ),
    "bypass": (
        "Data of {data} gets to {place} without passing through the step that is demanded.",
        "{data} 的数据未经规定的环节即到达 {place}。",
    ),
    "retention.over": (
        "{place} keeps data of {data} for {days} days; allowed are {limit}.",
        "{place} 留存 {data} 的数据 {days} 天；允许 {limit} 天。",
    ),
    "retention.unknown": (
        "{place} keeps data of {data}; for how long is not known.",
        "{place} 留存 {data} 的数据；留存期限不明。",
    ),
    "purpose.other": (
        "Data of {data} is used at {place} for {purpose}.",
        "{data} 的数据在 {place} 用于 {purpose}。",
    ),
    "purpose.unknown": (
        "{place} keeps data of {data}; for what purpose is not known.",
        "{place} 留存 {data} 的数据；用途不明。",
    ),
    "require.wrong": (
        "{place} has data of {data}, and its {property} is {found}.",
        "{place} 有 {data} 的数据，其{property}为 {found}。",
    ),
    "require.unknown": (
        "{place} has data of {data}, and its {property} is not known.",
        "{place} 有 {data} 的数据，其{property}不明。",
    ),
    "party.wrong": ("{place}: its {property} is {found}.", "{place}：其{property}为 {found}。"),
    "party.unknown": ("{place}: its {property} is not known.", "{place}：其{property}不明。"),
    "return.none": (
        "Data of {place} comes in, and no answer to {place} was observed.",
        "{place} 的数据已传入，未观测到返回给 {place} 的结果。",
    ),
    "return.stays": (
        "{place} keeps data of {data} and does not delete it.",
        "{place} 留存 {data} 的数据且不予删除。",
    ),
    "return.stays.unknown": (
        "{place} keeps data of {data}; that it is deleted is not evidenced.",
        "{place} 留存 {data} 的数据；未证明已删除。",
    ),
    "return.where.unknown": (
        "{place} keeps data of {data}; where it stands is not known.",
        "{place} 留存 {data} 的数据；其所在地不明。",
    ),
    "observed.count": (
        "The evidence has gaps: {gap}, {count} (allowed: {limit}).",
        "证据存在缺口：{gap}，{count} 处（允许 {limit} 处）。",
    ),
    "observed.places": (
        "The evidence has gaps: {gap}: {where} (allowed: {limit}).",
        "证据存在缺口：{gap}：{where}（允许 {limit} 处）。",
    ),
    # gaps of the evidence
    "gap.missing-parent": ("spans whose parent is missing", "缺失父跨度的跨度"),
    "gap.several-roots": ("traces with several roots", "有多个根的链路"),
    "gap.duplicate-span": ("duplicate spans", "重复的跨度"),
    "gap.id-conflict": ("span ids used twice", "跨度标识重复使用"),
    "gap.cycle": ("parents in a circle", "父跨度成环"),
    "gap.link-to-nothing": ("links to spans that were not read", "指向未读取跨度的链接"),
    "gap.client-without-server": ("calls that nobody in the telemetry answers", "遥测中无人应答的调用"),
    "gap.no-service": ("spans without a service name", "没有服务名的跨度"),
    "gap.bad-times": ("spans with impossible times", "时间无效的跨度"),
    "gap.lost-attributes": ("spans that lost attributes", "丢失属性的跨度"),
    "gap.lost-events": ("events of spans that were dropped", "被丢弃的跨度事件"),
    "gap.lost-links": ("spans that lost links", "丢失链接的跨度"),
    "gap.ambiguous-trace-id": ("short trace ids that fit several traces", "对应多条链路的短标识"),
    "gap.rejected": ("spans that were refused", "被拒收的跨度"),
    "gap.sampled": ("spans that come from sampling", "经采样的跨度"),
    "gap.unknown-places": ("places that nobody named", "无名称的位置"),
    "gap.undeclared": ("places that the inventory does not declare", "清单未声明的位置"),
    "gap.unlocated": ("places of which no country is known", "所在国家不明的位置"),
    "gap.disputed": ("origins that spans dispute", "跨度所称与声明不一致的来源地"),
    "gap.disagreements": ("places where inventory and telemetry disagree", "清单与遥测不一致的位置"),
    "gap.unobserved": ("places that are declared and were never observed", "已声明但未观测到的位置"),
    # properties of places and parties
    "property.country": ("country", "所在国家"),
    "property.zone": ("zone", "区域"),
    "property.declared": ("entry in the inventory", "清单声明"),
    "property.named": ("name", "名称"),
    "property.redaction": ("redaction", "脱敏"),
    "property.deletable": ("possibility of deletion", "可删除性"),
    "property.viewers": ("list of who can see it", "可见人员"),
    "property.run_by": ("operator or vendor", "运营者或供应商"),
    "property.origin": ("origin", "来源地"),
    "property.market": ("market", "市场"),
    "value.none": ("none", "无"),
    "value.forever": ("for ever", "永久"),
    "value.no": ("no", "否"),
    # facts that are missing, and what supplies them
    "missing.origin": (
        "Where this data was collected and generated is not declared",
        "未声明该数据的收集和产生地",
    ),
    "missing.class": ("The class of this data is not declared", "未声明该数据的类别"),
    "missing.market": ("The market of this party is not declared", "未声明该客户的市场"),
    "missing.tenant": ("The caller names no tenant", "调用方未标明租户"),
    "missing.caller": ("Who called is not in the telemetry", "调用方不在遥测之内"),
    "missing.claim": (
        "Spans claim another origin than the inventory declares",
        "跨度所称来源地与清单声明不一致",
    ),
    "missing.order": (
        "The order of operations, or which call a span belongs to, cannot be told",
        "无法判断操作先后或跨度所属调用",
    ),
    "missing.direction": ("Whether it reads or writes is not known", "读写方向不明"),
    "missing.conflict": ("Span ids are used twice", "跨度标识重复使用"),
    "missing.same": (
        "Which of several places this is cannot be told",
        "无法区分是多处中的哪一处",
    ),
    "missing.country": ("Where this place stands is not known", "所在国家不明"),
    "missing.role": ("What this place is for is not declared", "未声明该位置的用途"),
    "missing.zone": ("The zone of this place is not declared", "未声明所属区域"),
    "missing.vendor": ("Who runs this place is not known", "运营者不明"),
    "missing.retention": ("How long this place keeps data is not declared", "未声明留存期限"),
    "missing.purpose": ("The purpose of this place is not known", "用途不明"),
    "missing.redaction": ("Whether data is redacted here is not declared", "未声明是否脱敏"),
    "missing.deletable": ("Whether data here can be deleted is not declared", "未声明是否可删除"),
    "missing.viewers": ("Who can see the data here is not declared", "未声明可见人员"),
    "missing.declared": ("The inventory does not declare this place", "清单未声明该位置"),
    "missing.named": ("Nobody named this place", "该位置没有名称"),
    "missing.category": ("What kind of data it is is not stated", "未标明数据类别"),
    "missing.disagreement": (
        "The inventory says one thing and telemetry another",
        "清单与遥测不一致",
    ),
    "missing.unobserved": (
        "The inventory declares it, and no span of it was read",
        "清单已声明，但未读取到其跨度",
    ),
    "missing.answer": ("No answer to this party was observed", "未观测到返回给该客户的结果"),
    "missing.evidence": ("The evidence has a gap here", "此处证据存在缺口"),
    # whose data a witness follows
    "data": ("the data", "数据"),
    "data.a": ("one side's data", "一方数据"),
    "data.b": ("the other side's data", "另一方数据"),
    # how a step is known
    "step.request": ("sent", "发送"),
    "step.kept": ("sent and kept", "发送并留存"),
    "step.response": ("came back", "返回"),
    "step.read": ("read out", "读出"),
    "step.how": ("({what}; {known})", "（{what}；{known}）"),
    "step.established": ("observed", "已观测"),
    "step.possible": ("possible", "可能"),
    "step.broken": ("(the way up to here is not in the telemetry)", "（此前路径不在遥测之内）"),
    "doubt.category": ("category not stated", "类别未标明"),
    "doubt.direction": ("reads or writes, not known which", "读写方向不明"),
    "doubt.endpoint": ("peer without a name", "对端无名称"),
    "doubt.order": ("order cannot be told", "先后无法判断"),
    "doubt.parent": ("caller not in the telemetry", "调用方不在遥测之内"),
    "doubt.conflict": ("span ids used twice", "跨度标识重复"),
    # verdicts, severities, and the report itself
    "verdict.violated": ("VIOLATED", "违反"),
    "verdict.undecided": ("UNDECIDED", "无法判定"),
    "verdict.proven": ("PROVEN", "已证明"),
    "verdict.not-applicable": ("not applicable", "不适用"),
    "severity.block": ("block", "阻断"),
    "severity.high": ("high", "高"),
    "severity.medium": ("medium", "中"),
    "severity.info": ("info", "提示"),
    "report.seen": ("seen {calls}×, {first} to {last}", "共 {calls} 次，{first} 至 {last}"),
    "report.seen.when": ("seen {calls}×", "共 {calls} 次"),
    "report.trace": ("for example trace {trace}", "示例链路 {trace}"),
    "report.parts": ("parts: {parts}", "分区：{parts}"),
    "report.remedy": ("to mend: {remedy}", "整改：{remedy}"),
    "report.where": ("where: {where}", "位置：{where}"),
    "report.rule": ("rule: {where}", "规则：{where}"),
    "report.law": ("rests on: {law}", "依据：{law}"),
    "report.id": ("fingerprint: {id}", "指纹：{id}"),
    "report.waived": ("WAIVED by {by}", "已豁免处理：{by}"),
    "report.missing": (
        "What is missing, and how to supply it ({count})",
        "缺少的事实及补充方法（{count}）",
    ),
    "report.declare": ("declare {key} in lineage.yaml", "在 lineage.yaml 中声明 {key}"),
    "report.attribute": ("or send the attribute {key}", "或发送属性 {key}"),
    "report.attribute.only": ("send {key}", "发送 {key}"),
    "report.concerns": ("concerns: {places}", "涉及：{places}"),
    "report.rules": ("needed by: {rules}", "所需规则：{rules}"),
    "report.more": ("and {count} more", "另有 {count} 处"),
    "report.proven": (
        "proven on {flows} flows, {places} places looked at",
        "经 {flows} 条数据流、{places} 处位置证明",
    ),
    "note.no-places": ("it got to no place of this sort", "未到达此类位置"),
    "note.no-others": ("nothing of what must stay out was observed", "未观测到不得引入之数据"),
    "report.declassified": ("after {steps}", "经 {steps} 处理后"),
    "report.nothing": ("nothing in its scope was observed", "未观测到适用范围内的情形"),
    "report.same": (
        "{count} findings; see what is missing, above",
        "{count} 项；见上文缺少的事实",
    ),
    "report.summary": (
        "{violated} violated, {undecided} undecided, {proven} proven, {waived} waived, {na} not applicable",
        "违反 {violated}、无法判定 {undecided}、已证明 {proven}、豁免处理 {waived}、不适用 {na}",
    ),
    "report.below": ("no rule of severity {severity} or above", "无 {severity} 级及以上规则"),
    "report.evidence": (
        "{spans} spans, {traces} traces, {flows} flows, {places} places; {met} of {rules} rules met them",
        "{spans} 个跨度、{traces} 条链路、{flows} 条数据流、{places} 处位置；{met}/{rules} 条规则有所适用",
    ),
    "report.period": ("observed {first} to {last}", "观测期 {first} 至 {last}"),
    "report.pack": (
        "{id} {version} ({mode}), reviewed {reviewed}, sha256 {digest}",
        "{id} {version}（{mode}），审阅于 {reviewed}，sha256 {digest}",
    ),
    "report.inventory": ("inventory {digest}", "清单 {digest}"),
    "report.no-inventory": (
        "no inventory: nothing is declared of any place or party",
        "没有清单：未声明任何位置或客户",
    ),
    "report.set": ("{word} = {countries}", "{word} = {countries}"),
    "report.finding-only": (
        "This is a finding on what was observed, not a legal conclusion.",
        "本结果是对所观测情形的判断，不是法律结论。",
    ),
    "explain.remedy": ("To mend:", "整改："),
    "explain.contract": ("Contract:", "判断方式："),
    "explain.rests": ("Rests on:", "依据："),
    "explain.pack": ("Pack:", "规则包："),
    "nobody": ("somebody", "某方"),
    "list.separator": (", ", "、"),
    "clause.separator": ("; ", "；"),
    "colon": (": ", "："),
}
"""Message id -> (English, Chinese). Both name the same keys (tested)."""


def shown(text: str) -> str:
    """Text from telemetry as it may stand before a person: control, format and bidi characters written out.

    >>> shown("a\\u202eb\\x1b[31m")
    'a\\\\u202eb\\\\x1b[31m'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        c.encode("unicode_escape").decode() if unicodedata.category(c) in _UNSEEN else c for c in text
    )


LISTED = 6
"""How many members of a list a sentence names before it counts the rest."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def name(place: Ref, lang: str) -> str:
    """A place's name in a language."""
    return shown(place.zh if lang == "zh" else place.en)


def value(item: Value, lang: str) -> str:
    """A value of a context as text."""
    if isinstance(item, Ref):
        return name(item, lang)
    if isinstance(item, tuple):
        listed = words("list.separator", lang).join(value(each, lang) for each in item[:LISTED])
        rest = len(item) - LISTED
        return (
            f"{listed} {sentence('report.more', {'count': rest}, lang)}"
            if rest > 0
            else listed or words("nobody", lang)
        )
    if isinstance(item, str):
        return words(item, lang) if item in MESSAGES else shown(item)
    if isinstance(item, float):
        return words("value.forever", lang) if item == inf else f"{item:g}"
    return "" if item is None else str(item)


def words(message: str, lang: str) -> str:
    """A message without a context.

    >>> words("verdict.proven", "zh")
    '已证明'
    """
    return MESSAGES[message][LANGUAGES.index(lang)]


def sentence(message: str, context: Mapping[str, Value], lang: str) -> str:
    """A message with its context filled in.

    >>> sentence("report.nothing", {}, "en")
    'nothing in its scope was observed'
    """
    return words(message, lang).format_map({key: value(item, lang) for key, item in context.items()})


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant; "" when none is close.

    >>> nearest("ordr16", ["order16", "baseline"])
    'order16'
    """
    return next(iter(difflib.get_close_matches(word, list(known), 1)), "")
