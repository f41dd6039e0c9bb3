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

MESSAGES: dict[str, tuple[str, str]] = {
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
    # why the guard could not decide
    "guard.unset": (
        "The guard was not set up in this process; what is not known is not allowed.",
        "本进程未设置防护；未知即不予放行。",
    ),
    "guard.arguments": (
        "The guard was asked with a word that it does not know; what is not known is not allowed.",
        "向防护提交了其不认识的用词；未知即不予放行。",
    ),
    "guard.record": (
        "The decision cannot be recorded.",
        "决定无法留存记录。",
    ),
    "guard.full": (
        "The guard knows as many flows as it may; what comes beyond cannot be judged.",
        "防护所记流动已达上限；超出部分无法判断。",
    ),
    "guard.error": (
        "The guard could not decide; its log says why.",
        "防护无法作出决定；原因见其日志。",
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
    "retention.forever": ("{place} keeps data of {data} for ever.", "{place} 永久留存 {data} 的数据。"),
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
    "document.whose": (
        "Data of {data} gets to {place}; of whom a document ({kinds}) is to be asked is not known.",
        "{data} 的数据到达 {place}；应由何方提供文件（{kinds}）尚不清楚。",
    ),
    "document.missing": (
        "{subject}: a document ({kinds}) is demanded for data of {data}, and none is declared.",
        "{subject}：就 {data} 的数据须有文件（{kinds}），未声明此类文件。",
    ),
    "document.expired": (
        "{subject}: the document {document}, demanded for data of {data}, expired on {day}.",
        "{subject}：就 {data} 的数据所需的文件 {document} 已于 {day} 到期。",
    ),
    "document.early": (
        "{subject}: the document {document}, demanded for data of {data}, is dated {day}, which is yet to come.",
        "{subject}：就 {data} 的数据所需的文件 {document} 日期为 {day}，尚未生效。",
    ),
    "document.old": (
        "{subject}: the document {document}, demanded for data of {data}, is of {day}: older than {limit} days.",
        "{subject}：就 {data} 的数据所需的文件 {document} 日期为 {day}，已超过 {limit} 天。",
    ),
    "document.negative": (
        "{subject}: the document {document} of {day} says that what is demanded for data of {data} is not so.",
        "{subject}：{day} 的文件 {document} 表明就 {data} 的数据所要求的事项未得到满足。",
    ),
    "expression": (
        "{place} has data of {data}, and this is not so of it: {holds}",
        "{place} 有 {data} 的数据，且不满足：{holds}",
    ),
    "expression.unknown": (
        "{place} has data of {data}, and whether this is so of it cannot be told: {holds}",
        "{place} 有 {data} 的数据，是否满足以下条件无法判断：{holds}",
    ),
    "expression.flow": (
        "Data of {data} goes from {source} to {place}, and this is not so of it: {holds}",
        "{data} 的数据由 {source} 传至 {place}，且不满足：{holds}",
    ),
    "expression.flow.unknown": (
        "Data of {data} goes from {source} to {place}, and whether this is so of it cannot be told: {holds}",
        "{data} 的数据由 {source} 传至 {place}，是否满足以下条件无法判断：{holds}",
    ),
    "organisation": ("our organisation", "本单位"),
    "observed.count": (
        "The evidence has gaps: {gap}, {count} (allowed: {limit}).",
        "证据存在缺口：{gap}，{count} 处（允许 {limit} 处）。",
    ),
    "observed.places": (
        "The evidence has gaps: {gap}: {where} (allowed: {limit}).",
        "证据存在缺口：{gap}：{where}（允许 {limit} 处）。",
    ),
    "observed.age": (
        "The newest observation is {count} days old (allowed: {limit}).",
        "最近一次观测距今 {count} 天（允许 {limit} 天）。",
    ),
    "observed.undated": (
        "How old the evidence is cannot be told: the newest observation has no time, or one after today.",
        "无法判断证据距今多久：最近一次观测没有时间，或时间晚于今日。",
    ),
    # authorisations and ledgers
    "trace.none": (
        "{calls} calls of {model} ({place}) for {data} ({months}) join to no declared authorisation.",
        "为 {data} 对 {model}（{place}） 的 {calls} 次调用（{months}）没有对应的已声明授权。",
    ),
    "trace.model.unknown": (
        "{calls} calls for {data} name no model: to which authorisation they join cannot be told.",
        "为 {data} 的 {calls} 次调用未标明模型：无法判断对应的授权。",
    ),
    "trace.undated": (
        "When {calls} calls of {model} ({place}) were made is not told: whether {authorisation} was in force cannot be told.",
        "对 {model}（{place}） 的 {calls} 次调用时间不明：无法判断授权 {authorisation} 当时是否有效。",
    ),
    "trace.expired": (
        "{calls} calls of {model} ({place}) for {data} were made in {months}, when {authorisation} was not in force.",
        "{months} 为 {data} 对 {model}（{place}） 的 {calls} 次调用，授权 {authorisation} 当时不在有效期内。",
    ),
    "trace.validity.unknown": (
        "{calls} calls of {model} ({place}) for {data} ({months}) join to {authorisation}; from when to when it is in force is not declared.",
        "为 {data} 对 {model}（{place}） 的 {calls} 次调用（{months}）对应授权 {authorisation}；其有效期未声明。",
    ),
    "trace.endpoint": (
        "{model} ({place}) was called at {found}, which is not among the endpoints of {authorisation} ({calls} calls, {months}).",
        "{model}（{place}） 的调用地址为 {found}，不在授权 {authorisation} 的接口之列（{calls} 次，{months}）。",
    ),
    "trace.endpoint.unknown": (
        "At which address {model} ({place}) was called is not told: whether it is an endpoint of {authorisation} cannot be told.",
        "{model}（{place}） 的调用地址不明：无法判断是否为授权 {authorisation} 的接口。",
    ),
    "trace.right": (
        "{authorisation}, to which {calls} calls of {model} ({place}) for {data} join ({months}), does not grant: {property}.",
        "为 {data} 对 {model}（{place}） 的 {calls} 次调用（{months}）对应授权 {authorisation}，其未授予：{property}。",
    ),
    "trace.untold": (
        "{authorisation}, to which {calls} calls of {model} ({place}) for {data} join ({months}), does not say: {property}.",
        "为 {data} 对 {model}（{place}） 的 {calls} 次调用（{months}）对应授权 {authorisation}，其未声明：{property}。",
    ),
    "trace.customer.unknown": (
        "{calls} calls of {model} ({place}) for {data} join to {authorisation} ({months}); the customer's {property} is not known.",
        "为 {data} 对 {model}（{place}） 的 {calls} 次调用对应授权 {authorisation}（{months}）；该客户的{property}不明。",
    ),
    "trace.region": (
        "{model} ({place}) is sold to {data}, in {found}, which is not among the regions of {authorisation} ({calls} calls, {months}).",
        "{model}（{place}） 售予 {data}（{found}），不在授权 {authorisation} 的区域之内（{calls} 次，{months}）。",
    ),
    "trace.industry": (
        "{model} ({place}) is sold to {data}, whose industry, {found}, {authorisation} excludes ({calls} calls, {months}).",
        "{model}（{place}） 售予 {data}，其行业 {found} 为授权 {authorisation} 所排除（{calls} 次，{months}）。",
    ),
    "trace.training": (
        "{authorisation}, to which {calls} calls of {model} ({place}) for {data} join ({months}), lets the grantor train on the data.",
        "为 {data} 对 {model}（{place}） 的 {calls} 次调用（{months}）对应授权 {authorisation}，其允许授权方将数据用于训练。",
    ),
    "trace.source": (
        "{model} ({place}) is run by {found}, and {authorisation}, to which its {calls} calls join ({months}), was granted by somebody else.",
        "{model}（{place}） 由 {found} 运营，而其 {calls} 次调用（{months}）所对应的授权 {authorisation} 由他方授予。",
    ),
    "trace.source.hosted": (
        "{model} ({place}) is run by {found}, and {authorisation}, to which its {calls} calls join ({months}), is for our own machines.",
        "{model}（{place}） 由 {found} 运营，而其 {calls} 次调用（{months}）所对应的授权 {authorisation} 仅限自有设备。",
    ),
    "trace.source.unknown": (
        "{calls} calls of {model} ({place}) join to {authorisation} ({months}); who runs that model is not known.",
        "对 {model}（{place}） 的 {calls} 次调用对应授权 {authorisation}（{months}）；该模型的运营方不明。",
    ),
    "trace.chain.open": (
        "The chain of {authorisation}, to which {calls} calls of {model} ({place}) join ({months}), is open at {above}.",
        "对 {model}（{place}） 的 {calls} 次调用（{months}）对应授权 {authorisation}，其授权链在 {above} 处未闭合。",
    ),
    "trace.chain.model": (
        "{above}, which stands above {authorisation}, is not for {model} ({place}) ({calls} calls, {months}).",
        "授权 {authorisation} 的上级授权 {above} 不包括 {model}（{place}）（{calls} 次，{months}）。",
    ),
    "trace.chain.expired": (
        "{above}, which stands above {authorisation}, was not in force when {model} ({place}) was called ({calls} calls, {months}).",
        "调用 {model}（{place}） 时，授权 {authorisation} 的上级授权 {above} 不在有效期内（{calls} 次，{months}）。",
    ),
    "trace.distribution": (
        "{above}, which stands above {authorisation}, does not grant the right to resell {model} ({place}) ({calls} calls, {months}).",
        "授权 {authorisation} 的上级授权 {above} 未授予 {model}（{place}） 的转售权（{calls} 次，{months}）。",
    ),
    "trace.ledger": ("The {ledger} was not given.", "未提供{ledger}。"),
    "trace.undated.call": (
        "When {observed} calls of {model} ({place}) for {data} were made is not told: they cannot be found in the ledgers.",
        "为 {data} 对 {model}（{place}） 的 {observed} 次调用时间不明：无法在台账中查找。",
    ),
    "trace.unowned": (
        "{observed} calls of {model} ({place}) for {data} in {months} name no customer: they cannot be found in the ledgers.",
        "{months} 为 {data} 对 {model}（{place}） 的 {observed} 次调用未标明客户：无法在台账中查找。",
    ),
    "trace.fewer": (
        "{observed} calls of {model} ({place}) for {data} were observed in {months}; the {ledger} lacks {short} of them.",
        "{months} 观测到为 {data} 对 {model}（{place}） 的 {observed} 次调用；{ledger}缺少其中 {short} 次。",
    ),
    "trace.sold.none": (
        "{sold} calls of {model} were sold in {month}, and no authorisation for it is declared.",
        "{month} 售出 {sold} 次 {model} 调用，未声明该模型的授权。",
    ),
    "trace.sold.expired": (
        "{sold} calls of {model} were sold in {month} on days on which no authorisation for it was in force.",
        "{month} 售出的 {sold} 次 {model} 调用，当日没有有效的授权。",
    ),
    "trace.sold.validity": (
        "{sold} calls of {model} were sold in {month}; whether an authorisation was in force is not known.",
        "{month} 售出 {sold} 次 {model} 调用；当时授权是否有效不明。",
    ),
    "trace.unmatched": (
        "Of {sold} calls of {model} sold in {month}, {found} join to no call that an upstream recorded.",
        "{month} 售出的 {sold} 次 {model} 调用中，有 {found} 次没有对应的上游记录。",
    ),
    "trace.uninvoiced": (
        "No line of an upstream invoice is for {model} in {month}.",
        "{month} 没有 {model} 的上游发票明细。",
    ),
    "trace.volume": (
        "{model}, {month}: {sold} {unit} sold; purchased {purchased}, opening {opening}, self-hosted {hosted}, closing {closing} (tolerance {tolerance} %).",
        "{model}，{month}：售出 {sold} {unit}；采购 {purchased}、期初 {opening}、自有 {hosted}、期末 {closing}（容差 {tolerance}%）。",
    ),
    "trace.volume.unknown": (
        "{model}, {month}: {sold} {unit} sold; what was available is not fully told (purchased {purchased}, opening {opening}, self-hosted {hosted}, closing {closing}).",
        "{model}，{month}：售出 {sold} {unit}；可用量记录不全（采购 {purchased}、期初 {opening}、自有 {hosted}、期末 {closing}）。",
    ),
    "trace.invoice.unlinked": (
        "These lines of the {ledger} name no declared authorisation: {invoices}.",
        "{ledger}的下列明细未对应已声明的授权：{invoices}。",
    ),
    "trace.invoice.model": (
        "These lines of the {ledger} name {place}, which is not for their model: {invoices}.",
        "{ledger}的下列明细所列授权 {place} 不包括其模型：{invoices}。",
    ),
    "trace.invoice.expired": (
        "These lines of the {ledger} name {place}, which was not in force in their month: {invoices}.",
        "{ledger}的下列明细所列授权 {place} 在当月不在有效期内：{invoices}。",
    ),
    "trace.validity.unknown.invoice": (
        "These lines of the {ledger} name {place}; from when to when it is in force is not declared: {invoices}.",
        "{ledger}的下列明细所列授权 {place} 的有效期未声明：{invoices}。",
    ),
    "trace.invoice.unpaid": (
        "No payment is recorded for these lines of the {ledger}: {invoices}.",
        "{ledger}的下列明细没有付款记录：{invoices}。",
    ),
    "trace.payer": (
        "These lines of the {ledger} were paid from an account that is not in the organisation's name: {invoices}.",
        "{ledger}的下列明细由非本组织名下账户支付：{invoices}。",
    ),
    "trace.payer.unknown": (
        "Whether these lines of the {ledger} were paid from an account in the organisation's name is not known: {invoices}.",
        "{ledger}的下列明细是否由本组织名下账户支付不明：{invoices}。",
    ),
    "trace.price": (
        "These lines of the {ledger} cost far less than the list price, and no document explains it: {invoices}.",
        "{ledger}的下列明细远低于公开价格且没有说明文件：{invoices}。",
    ),
    "trace.price.unknown": (
        "What these lines of the {ledger} cost, beside the list price, is not told: {invoices}.",
        "{ledger}的下列明细的价格或公开价格未记录：{invoices}。",
    ),
    "trace.unordered": (
        "{tenant} used {model} in {month}, and no order is for it.",
        "{tenant} 在 {month} 使用了 {model}，没有相应订单。",
    ),
    "trace.order.over": (
        "{tenant} used {found} {unit} more in {month} than orders tell.",
        "{tenant} 在 {month} 的用量超出订单 {found} {unit}。",
    ),
    "trace.order.unknown": (
        "Whether {tenant} used more in {month} than orders tell is not known: some usage tells no {unit}.",
        "{tenant} 在 {month} 的用量是否超出订单不明：部分用量未记录 {unit}。",
    ),
    "trace.collected.unordered": (
        "{found} {currency} were received from {tenant} for {month}, and no order is for it.",
        "收到 {tenant} 支付的 {month} 款项 {found} {currency}，没有相应订单。",
    ),
    "trace.collected.over": (
        "{found} {currency} were received from {tenant} for {month}; orders tell {due}.",
        "收到 {tenant} 支付的 {month} 款项 {found} {currency}，订单金额为 {due}。",
    ),
    "trace.collected.under": (
        "{found} {currency} are recorded as received from {tenant} for {month}; orders tell {due}.",
        "{tenant} 的 {month} 收款记录为 {found} {currency}，订单金额为 {due}。",
    ),
    "trace.collected.unknown": (
        "What {tenant} owes for {month} is not told; {found} {currency} were received.",
        "{tenant} 的 {month} 应付金额未记录；已收 {found} {currency}。",
    ),
    "note.calls": (
        "flows here are observed model calls, places are models",
        "此处数据流指观测到的模型调用，位置指模型",
    ),
    "note.ledgers": (
        "flows here are calls and rows of ledgers, places are models",
        "此处数据流指调用和台账记录，位置指模型",
    ),
    "note.document": (
        "it rests on what declared documents say; that was not observed",
        "依据所申报文件的内容，未经观测",
    ),
    "note.unless": ("a document says that this is not done", "有文件说明不存在此情形"),
    "unit.tokens": ("tokens", "个词元"),
    "unit.calls": ("calls", "次调用"),
    "value.undated": ("at a time not told", "时间不明"),
    "right.call": ("the right to call", "调用权"),
    "right.resell": ("the right to resell", "转售权"),
    "right.white-label": ("the right to sell under one's own name (white label)", "贴牌、二次封装权"),
    "right.aggregate": ("the right to aggregate", "聚合权"),
    "right.name-use": ("the right to use the model's name", "模型名称与宣传授权"),
    "property.rights": ("rights", "权利范围"),
    "property.regions": ("regions", "授权区域"),
    "property.industries_excluded": ("industries that are excluded", "排除的行业"),
    "property.endpoints": ("endpoints", "接口"),
    "property.training": ("whether the grantor may train on the data", "授权方可否将数据用于训练"),
    "property.document": ("the document that grants it", "授权文件"),
    "property.vendor": ("who granted it", "授权方"),
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
    "gap.without-origin": ("sources of data of which no origin is known", "来源地不明的数据来源"),
    "gap.without-class": ("sources of data of which no class is known", "类别不明的数据来源"),
    "gap.age-days": ("days since the newest observation", "距最近一次观测的天数"),
    "gap.disputed": ("origins that spans dispute", "跨度所称与声明不一致的来源地"),
    "gap.disagreements": ("places where inventory and telemetry disagree", "清单与遥测不一致的位置"),
    "gap.housekeeping": (
        "operations that move no data (connect, ping, begin)",
        "不移动数据的操作（连接、探测、事务开始）",
    ),
    "gap.unnamed-peer": ("calls to a peer without a name", "对无名称对端的调用"),
    "gap.probe": ("health checks, left out", "健康检查（未计入）"),
    "gap.no-region": ("spans whose resource tells no region or country", "资源属性未标明区域或国家的跨度"),
    "gap.server-without-client": (
        "requests whose caller is not in the telemetry",
        "调用方不在遥测之内的请求",
    ),
    "gap.store-without-address": ("calls to a store without an address", "对无地址存储的调用"),
    "gap.model-without-address": ("calls to a model without an address", "对无地址模型的调用"),
    "gap.no-origin": ("interactions that carry nobody's known data", "未承载已知数据的交互"),
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
    "property.industry": ("industry", "行业"),
    "property.dpa": ("data processing agreement", "数据处理协议"),
    "property.notice": ("notice to end users", "对最终用户的告知"),
    "property.vendor_listed": ("vendor's entry in the list of vendors", "供应商名录记载"),
    "property.vendor_dpa": ("vendor's data processing agreement", "供应商数据处理协议"),
    "property.vendor_country": ("vendor's country of establishment", "供应商设立地"),
    "property.vendor_entity": ("vendor's legal entity", "供应商法律实体"),
    "property.vendor_training": ("vendor's permission to train on the data", "供应商将数据用于训练的许可"),
    "property.vendor_retention": ("vendor's retention", "供应商留存期限"),
    "property.owners_outside": ("vendor's establishment and ownership", "供应商设立地及股权"),
    "value.yes": ("yes", "是"),
    "value.void": ("a document that is not in date, or says no", "文件不在有效期内或结论为否"),
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
    "missing.industry": ("The industry of this party is not declared", "未声明该客户的行业"),
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
    "missing.ledger": ("No ledger of this kind was given", "未提供此类台账"),
    "missing.quantity": ("Cells of this column are empty", "该列有空值"),
    "missing.stock": (
        "The ledger of stock has no line for this model and month",
        "库存台账没有该模型当月的记录",
    ),
    "missing.invoice": ("The month is not over, and no invoice is recorded yet", "当月未结束，尚无发票记录"),
    "missing.collection": ("What was ordered is not recorded as paid", "订单款项没有收款记录"),
    "missing.time": ("When it was called is not told", "调用时间不明"),
    "missing.model": ("Which model was called is not told", "所调用的模型不明"),
    "missing.organisation": ("The organisation's name is not declared", "未声明本组织名称"),
    "missing.authorisation.id": ("No authorisation of this id is declared", "未声明该编号的授权"),
    "missing.authorisation.validity": ("From when to when this is in force is not declared", "未声明有效期"),
    "missing.authorisation.rights": ("The rights that this grants are not declared", "未声明权利范围"),
    "missing.authorisation.regions": ("The regions of this are not declared", "未声明授权区域"),
    "missing.authorisation.industries_excluded": (
        "The industries that this excludes are not declared",
        "未声明排除的行业",
    ),
    "missing.authorisation.endpoints": ("The endpoints of this are not declared", "未声明接口"),
    "missing.authorisation.training": (
        "Whether the grantor may train on the data is not declared",
        "未声明授权方可否将数据用于训练",
    ),
    "missing.authorisation.document": ("No document is named for this", "未声明授权文件"),
    "missing.authorisation.vendor": ("Who granted this is not declared", "未声明授权方"),
    "missing.authorisation.parent": ("The authorisation above this is not declared", "未声明上级授权"),
    "missing.answer": ("No answer to this party was observed", "未观测到返回给该客户的结果"),
    "missing.recent": ("The observation is not of the last days", "观测并非近期"),
    "missing.document": ("No document of this kind is declared", "未声明此类文件"),
    "missing.document.covers": (
        "Documents of this kind are declared, and none says that it covers this",
        "已声明此类文件，但均未注明涵盖此项",
    ),
    "missing.authorisation": ("No authorisation for this model is declared", "未声明该模型的授权"),
    "missing.authorisation.which": (
        "Several authorisations are declared for this model; which one was used cannot be told",
        "该模型声明有多项授权，无法判断所用为何项",
    ),
    "missing.dpa": ("No data processing agreement is declared", "未声明数据处理协议"),
    "missing.notice": ("No notice to end users is declared", "未声明对最终用户的告知"),
    "missing.vendor_listed": (
        "The list of vendors has no entry for this vendor",
        "供应商名录中无该供应商",
    ),
    "missing.vendor_dpa": (
        "No data processing agreement with this vendor is declared",
        "未声明与该供应商的数据处理协议",
    ),
    "missing.vendor_country": ("Where this vendor is established is not declared", "未声明该供应商的设立地"),
    "missing.vendor_entity": ("The legal entity of this vendor is not declared", "未声明该供应商的法律实体"),
    "missing.vendor_training": (
        "Whether this vendor may train on the data is not declared",
        "未声明该供应商可否将数据用于训练",
    ),
    "missing.vendor_retention": (
        "How long this vendor keeps data is not declared",
        "未声明该供应商的留存期限",
    ),
    "missing.owners": ("Who owns this vendor is not fully declared", "未完整声明该供应商的股权结构"),
    "missing.protection": ("How this data is protected is not stated", "未标明该数据的保护措施"),
    "missing.expression": (
        "The expression cannot be evaluated here: an index, a division or a conversion fails",
        "表达式在此无法求值：索引、除法或转换失败",
    ),
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
    "report.assumed": (
        "taken to hold what was seen flowing in and no more, as nothing is declared of what they hold ({count}; places[].contents says it): {places}",
        "未声明内容，按仅含所观测流入的数据处理（{count} 处；以 places[].contents 声明）：{places}",
    ),
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
    "report.ledger": (
        "ledger {kind}: {file}, {rows} rows, sha256 {digest}",
        "台账 {kind}：{file}，{rows} 行，sha256 {digest}",
    ),
    "report.no-inventory": (
        "no inventory: nothing is declared of any place or party",
        "没有清单：未声明任何位置或客户",
    ),
    "report.set": ("{word} = {countries}", "{word} = {countries}"),
    "claims.proven": ("PROVEN", "已证明"),
    "claims.refuted": ("REFUTED", "与观测不符"),
    "claims.not-evidenced": ("NOT EVIDENCED", "未能证明"),
    "claims.waived": (
        "it holds only by a declared step that has no evidence",
        "仅依据未附证据的处理步骤成立",
    ),
    "claims.made-in": ("made in: {where}", "载于：{where}"),
    "claims.part": ("{name}: {answer}, {flows} flows looked at", "{name}：{answer}，检查 {flows} 条数据流"),
    "claims.steps": ("by these declared steps: {names}", "依据所声明的处理步骤：{names}"),
    "claims.spans": ("spans (trace/span): {spans}", "跨度（链路/跨度）：{spans}"),
    "claims.period": ("observed {first} to {last}", "观测期 {first} 至 {last}"),
    "claims.policy": ("claims sha256 {digest}", "声明文件 sha256 {digest}"),
    "claims.pack": ("{id} {version} sha256 {digest}", "{id} {version} sha256 {digest}"),
    "claims.inventory": ("inventory sha256 {digest}", "清单 sha256 {digest}"),
    "report.finding-only": (
        "This is a finding on what was observed, not a legal conclusion.",
        "本结果是对所观测情形的判断，不是法律结论。",
    ),
    "alert.nothing-read": (
        "No span was read: nothing could be judged, and nothing is proven.",
        "未读取到任何跨度：无法判断，未证明任何事项。",
    ),
    "alert.nothing-met": (
        "No rule met anything that was observed: nothing could be judged, and nothing is proven.",
        "没有规则适用于所观测情形：无法判断，未证明任何事项。",
    ),
    "alert.more": (
        "{count} more findings stand in the summary of this job",
        "另有 {count} 项结果，见本作业摘要",
    ),
    "alert.waived": (
        "{count} waived findings are left out here; every other format has them",
        "此处略去 {count} 项已豁免处理的结果；其他格式均有列出",
    ),
    "alert.left-out": (
        "{count} findings are left out for size; `lineage check --format json` has them all",
        "因篇幅略去 {count} 项结果；完整结果见 `lineage check --format json`",
    ),
    "alert.known": ("KNOWN: the baseline lists it", "已知：列于基线"),
    "alert.rule": ("the rule", "所涉规则"),
    "summary.rule": ("Rule", "规则"),
    "summary.verdict": ("Verdict", "结论"),
    "summary.on": ("On what", "判断基础"),
    "summary.missing": ("What is missing", "缺少的事实"),
    "summary.concerns": ("Concerns", "涉及"),
    "summary.needed": ("Needed by", "所需规则"),
    "summary.open": ("findings: {open}", "结果：{open} 项"),
    "summary.settled": (
        "findings: {open}; waived or known: {settled}",
        "结果：{open} 项；已豁免处理或已知：{settled} 项",
    ),
    "summary.undecided": ("Undecided, one by one", "无法判定各项"),
    "summary.cut": (
        "{count} entries are left out for size; `lineage check --format json` has them all.",
        "因篇幅略去 {count} 项；完整结果见 `lineage check --format json`。",
    ),
    "step.enters": ("the data enters here", "数据由此进入"),
    "explain.remedy": ("To mend:", "整改："),
    "explain.contract": ("Contract:", "判断方式："),
    "explain.decided": ("Decided by:", "判断所据："),
    "decided.telemetry": ("what was observed", "观测情形"),
    "decided.inventory": ("what the inventory declares", "清单声明"),
    "decided.document": ("a document", "文件"),
    "explain.rests": ("Rests on:", "依据："),
    "explain.pack": ("Pack:", "规则包："),
    # waivers that end, and the baseline
    "report.known": (
        "{count} findings known from the baseline and not counted in the exit code",
        "基线已列出 {count} 项结果，不计入退出码",
    ),
    "report.known.of": (
        "KNOWN from the baseline: {count} of {all}; shown, and not counted in the exit code",
        "基线已列出：{all} 项中的 {count} 项；予以显示，不计入退出码",
    ),
    "report.gone": (
        "no longer found, take it out of the baseline: {rule} {id} ({where}) {title}",
        "已不再出现，请从基线中删除：{rule} {id}（{where}）{title}",
    ),
    "report.ending": (
        "the waiver of {rule} ends on {date}; {owner} answers for it{ticket} ({where})",
        "{rule} 的豁免处理将于 {date} 到期；责任方 {owner}{ticket}（{where}）",
    ),
    # what keeps verdicts from being reached
    # what is received from a running service
    "receive.listening": (
        "listening on {url} (OTLP/HTTP); in the service set OTEL_EXPORTER_OTLP_ENDPOINT={url} and OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
        "正在监听 {url}（OTLP/HTTP）；请在服务中设置 OTEL_EXPORTER_OTLP_ENDPOINT={url} 与 OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
    ),
    "receive.received": (
        "received {spans} spans in {requests} requests",
        "已接收 {spans} 个跨度，共 {requests} 个请求",
    ),
    "receive.refused": (
        "{count} requests refused with status {status}",
        "{count} 个请求被拒绝，状态码 {status}",
    ),
    "receive.late": (
        "{count} spans came after their trace had settled, and stand alone: give --settle more seconds",
        "{count} 个跨度在其链路结束后到达，只能单独处理：请增大 --settle",
    ),
    "receive.cut": (
        "{count} traces were taken before they were quiet: too many spans waited",
        "{count} 条链路未及静止即被处理：等待的跨度过多",
    ),
    "watch.flow": (
        "{source} → {target}  ({what}; data of {data}; collected in {origins})",
        "{source} → {target}（{what}；{data} 的数据；收集地 {origins}）",
    ),
    "watch.flow.maybe": (
        "{source} → {target}  ({what}; perhaps data of {data}; collected in {origins})",
        "{source} → {target}（{what}；可能为 {data} 的数据；收集地 {origins}）",
    ),
    "watch.turned": ("{rule}: {before} → {now}", "{rule}：{before} → {now}"),
    "doctor.machine": ("This machine", "本机"),
    "doctor.extra": ("[{extra}] {use}", "[{extra}] {use}"),
    "doctor.no-extra": (
        "[{extra}] is not installed: {use} (`pip install 'dataflow-lineage[{extra}]'`)",
        "[{extra}] 未安装：{use}（`pip install 'dataflow-lineage[{extra}]'`）",
    ),
    "doctor.use.fast": ("reads spans many times faster", "大幅加快读取"),
    "doctor.use.zstd": ("reads zstd files", "读取 zstd 文件"),
    "doctor.use.render": ("draws pictures without a system Graphviz", "无需系统 Graphviz 即可绘图"),
    "doctor.use.sdk": ("takes spans in process, for tests", "在进程内获取跨度，用于测试"),
    "doctor.use.cel": ("rules with expressions", "表达式规则"),
    "doctor.use.evidence": ("signs evidence packs", "签署证据包"),
    "doctor.use.documents": ("writes documents as Excel workbooks", "生成 Excel 文件"),
    "doctor.dot": ("pictures can be drawn", "可以绘图"),
    "doctor.no-dot": (
        "no pictures: install Graphviz or the extra `render`",
        "无法绘图：请安装 Graphviz 或扩展 `render`",
    ),
    "doctor.font": ("no lack of a Chinese font is known", "未发现缺少中文字体"),
    "doctor.no-font": (
        "no Chinese font: Chinese in PNG and PDF may be empty boxes (Debian, Ubuntu: `fonts-noto-cjk`)",
        "没有中文字体：PNG 和 PDF 中的中文可能显示为空框（Debian、Ubuntu：`fonts-noto-cjk`）",
    ),
    "doctor.regions": ("Every service sends its region or country.", "所有服务均发送区域或国家。"),
    "doctor.no-region": (
        "{count} services send no region: set OTEL_RESOURCE_ATTRIBUTES=cloud.region=?? in their processes, or declare `country`",
        "{count} 个服务未发送区域：请在其进程中设置 OTEL_RESOURCE_ATTRIBUTES=cloud.region=??，或声明 `country`",
    ),
    "doctor.absent": ("Attributes that would settle something:", "可补足事实的属性："),
    "doctor.attribute": (
        "{name}: {rules} rules wait for it, {places} places",
        "{name}：{rules} 条规则有待，涉及 {places} 处",
    ),
    "doctor.share": (
        "{percent} % of the traffic is provable: of {provable} of {calls} calls the way, both ends and the origin are known",
        "可证明的流量为 {percent}%：{calls} 次调用中有 {provable} 次的路径、两端和来源地均已知",
    ),
    "doctor.reason": ("{calls} calls: {why}", "{calls} 次调用：{why}"),
    "doctor.facts": (
        "{count} facts are missing; first those that decide most:",
        "缺少 {count} 项事实；按可判定的规则数排列：",
    ),
    "doctor.nothing": ("No rule waits for a fact.", "没有规则缺少事实。"),
    "doctor.unblocks": (
        "({rules} rules wait for it, {decides} for nothing else; {places} places)",
        "（{rules} 条规则有待，其中 {decides} 条别无所缺；{places} 处）",
    ),
    "doctor.send": ("send: {line}", "发送：{line}"),
    "doctor.line": ("add: {line}", "添加：{line}"),
    "doctor.line.at": ("add to the entry at {where}: {line}", "在 {where} 的条目中添加：{line}"),
    # what changed between two graphs
    "diff.summary": (
        "{crossings} new crossings of a border, {unplaced} new ways that may cross one; {new} changes are new, {gone} gone",
        "新增跨境路径 {crossings} 项、可能跨境的新增路径 {unplaced} 项；新增 {new} 项、消失 {gone} 项",
    ),
    "diff.empty": (
        "nothing was observed in the newer state: that is no evidence that nothing changed",
        "较新状态中未观测到任何数据流：不能证明没有变化",
    ),
    "diff.same": ("nothing changed", "无变化"),
    "diff.untold": ("not told", "不明"),
    "diff.border": ("[between domestic and overseas]", "[境内与境外之间]"),
    "diff.crossing": (
        "crosses a border: {where} ({now}), data of {what}",
        "跨境：{where}（{now}），{what} 的数据",
    ),
    "diff.crossing-source": (
        "data of {what} too crosses a border: {where} ({now})",
        "{what} 的数据亦跨境：{where}（{now}）",
    ),
    "diff.unplaced": (
        "may cross a border, the country of an end is not known: {where} ({now}), data of {what}",
        "可能跨境，一端所在国家不明：{where}（{now}），{what} 的数据",
    ),
    "diff.place": ("place: {where} <{id}> ({now})", "位置：{where} <{id}>（{now}）"),
    "diff.vendor": ("vendor: {what}, at {places}", "供应商：{what}，涉及 {places}"),
    "diff.country": (
        "country of {where}: {was} before, {now} now",
        "{where} 所在国家：原为 {was}，现为 {now}",
    ),
    "diff.flow": ("flow: {where}, data of {what}", "数据流：{where}，{what} 的数据"),
    "diff.source": ("data of {what} on a flow: {where}", "数据流 {where} 上有 {what} 的数据"),
    "diff.category": ("category of a flow: {what}, {where}", "数据流的类别：{what}，{where}"),
    "diff.retention": (
        "days that {where} keeps data: {was} before, {now} now",
        "{where} 的留存天数：原为 {was}，现为 {now}",
    ),
    # evidence packs
    "evidence.verified": (
        "{pack} verifies: {files} files, signed with {key} (key id {id})",
        "{pack} 验证通过：{files} 个文件，由 {key} 签名（密钥标识 {id}）",
    ),
    "evidence.claim": (
        "{claim} verifies: it is one of the claims of a pack sealed at {at}, signed with {key} (key id {id})",
        "{claim} 验证通过：属于 {at} 封存的证据包，由 {key} 签名（密钥标识 {id}）",
    ),
    "evidence.outcome": (
        "outcome of the check: {outcome} ({mode}, as of {today})",
        "检查结论：{outcome}（{mode}，截至 {today}）",
    ),
    "evidence.policy": (
        "rules: {id} {version} ({mode}), sha256 {digest}",
        "规则：{id} {version}（{mode}），sha256 {digest}",
    ),
    "evidence.rejected": ("spans not read", "未读入的跨度"),
    "evidence.refused": ("attributes refused", "拒收的属性"),
    "evidence.lost": ("lost before lineage read it", "读入之前已丢失"),
    "evidence.gaps": ("gaps", "缺口"),
    "evidence.sealed": (
        "sealed at {at} by lineage {version}, with {claims} single claims; the time is the sealer's own word",
        "由 lineage {version} 于 {at} 封存，含 {claims} 项单项声明；时间仅为封存方自述",
    ),
    "evidence.head": (
        "pack {size} of its chain, head {root}",
        "链上第 {size} 个证据包，链头 {root}",
    ),
    "evidence.continues": (
        "the chain continues pack {since}, whose head you hold",
        "该链延续你所持链头的第 {since} 个证据包",
    ),
    "evidence.alone": (
        "not checked: whether packs before or after this one were left out; give --previous, and keep this head for next time",
        "未核对此前或此后的证据包是否有遗漏：请给出 --previous，并留存此链头以备下次核对",
    ),
    "evidence.opened": ("{digest} is {name}", "{digest} 即 {name}"),
    # the HTML report
    "html.title": ("Data lineage report", "数据流向报告"),
    "html.title.of": ("Data lineage report: {name}", "数据流向报告：{name}"),
    "html.other-language": ("中文", "English"),
    "html.print": ("Print", "打印"),
    "html.close": ("Close", "关闭"),
    "html.skip": ("Skip to the verdict", "跳至结论"),
    "html.contents": ("Contents", "目录"),
    "html.verdict": ("Verdict", "结论"),
    "html.basis": ("What the verdict rests on", "结论的依据"),
    "html.facts": ("How the facts are known", "事实如何得知"),
    "html.questions": ("Six questions", "六个问题"),
    "html.map": ("Map of the data flows", "数据流图"),
    "html.findings": ("Findings", "检查结果"),
    "html.rules": ("Rules", "规则"),
    "html.missing": ("What is missing, and how to supply it", "缺少的事实及补充方法"),
    "html.places": ("Places", "位置"),
    "html.flows": ("Flows", "数据流"),
    "html.as-of": (
        "judged as of {today} by {packs}, {mode} mode",
        "判断日期 {today}，规则包 {packs}，模式 {mode}",
    ),
    "html.not-assessed": ("not assessed", "未评估"),
    "html.waived": ("HOLDS ONLY BY WAIVER", "仅因豁免处理成立"),
    "html.marks": (
        "[C]: the instrument's own text was read. [C*]: secondary sources only.",
        "[C]：已核对法规原文。[C*]：仅据二手来源。",
    ),
    # what the verdict rests on
    "html.period": ("Period", "观测期"),
    "html.telemetry": ("Telemetry", "遥测"),
    "html.observed": ("Observed", "观测所得"),
    "html.completeness": ("Completeness", "完整性"),
    "html.sampling": ("Sampling", "采样"),
    "html.weakest": ("Weakest level", "最弱环节"),
    "html.assumed": ("Assumed", "假定"),
    "html.packs": ("Rule packs", "规则包"),
    "html.inventory": ("Inventory", "清单"),
    "html.ledgers": ("Ledgers", "台账"),
    "html.exceptions": ("Exceptions", "例外"),
    "html.written": ("Written by", "生成"),
    "html.period.none": ("No flow has a time.", "数据流均无时间。"),
    "html.telemetry.counts": (
        "{spans} spans, {traces} traces, {files} files",
        "{spans} 个跨度、{traces} 条链路、{files} 个文件",
    ),
    "html.observed.counts": (
        "{flows} flows between {places} places: {sure} observed, {possible} only possible; {met} of {rules} rules met something",
        "{places} 处位置之间的 {flows} 条数据流：{sure} 条已观测，{possible} 条仅为可能；{rules} 条规则中 {met} 条有所适用",
    ),
    "html.gaps.none": (
        "No gap is recorded: no span was refused, lost or left without its parent.",
        "未记录缺口：没有跨度被拒收、丢失或缺失父跨度。",
    ),
    "html.gap": ("{what}: {count}", "{what}：{count}"),
    "html.gap.rejected": ("spans that were refused ({why})", "被拒收的跨度（{why}）"),
    "html.gap.refused": ("attributes that were refused ({why})", "被拒收的属性（{why}）"),
    "html.gap.lost": ("lost before lineage read it ({why})", "读入之前已丢失（{why}）"),
    "html.gap.unlocated": ("places of which no country is known", "所在国家不明的位置"),
    "html.gap.without-origin": ("flows that carry data of unknown origin", "含有来源地不明数据的数据流"),
    "html.sampled": (
        "{count} of {spans} spans come from sampling: what was sampled away was not seen.",
        "{spans} 个跨度中有 {count} 个经采样：未采到的未观测。",
    ),
    "html.sampled.none": ("No span says that it was sampled.", "没有跨度标明经采样。"),
    "html.weakest.level": ("{fact}: {level} ({count} of {all})", "{fact}：{level}（{all} 项中 {count} 项）"),
    "html.weakest.none": ("Nothing was observed.", "未观测到任何情形。"),
    "html.written.by": (
        "lineage {version}; report.json beside this file, sha256 {digest}",
        "lineage {version}；同目录 report.json，sha256 {digest}",
    ),
    "html.known.count": (
        "findings in the baseline, not counted in the exit code: {count}",
        "基线已列出、不计入退出码的结果：{count} 项",
    ),
    "html.declassified": ("steps that lowered labels: {steps}", "降低标签的环节：{steps}"),
    # how facts are known
    "html.fact": ("Fact", "事实"),
    "html.fact.location": ("where a place stands", "位置所在地"),
    "html.fact.runner": ("who runs a place", "位置由谁运营"),
    "html.fact.role": ("what a store or queue is for", "存储或队列的用途"),
    "html.fact.origin": ("where data was collected and generated", "数据的收集和产生地"),
    "html.fact.category": ("what kind of content a flow carries", "数据流的内容类别"),
    "known.declared": ("declared in the inventory", "清单声明"),
    "known.stated": ("stated by telemetry", "遥测标明"),
    "known.inferred": ("inferred", "推断"),
    "known.propagated": ("what was seen flowing in", "所观测的流入数据"),
    "known.claimed": ("claimed, nobody vouches for it", "仅为自称"),
    "known.unknown": ("not known", "不明"),
    # the six questions
    "html.q1": ("Where did prompts, files, voice and images go?", "提示词、文件、语音、图像去了哪里？"),
    "html.q2": ("Did they pass domestic servers, models or staff?", "是否经过境内服务器、模型或人员？"),
    "html.q3": ("What is kept, for how long, and who can see it?", "留存什么、留存多久、谁能看到？"),
    "html.q4": ("Are logs redacted, and can they be deleted?", "日志是否脱敏、可否删除？"),
    "html.q5": ("Is it used for training, fine-tuning or evaluation?", "是否用于训练、微调或评测？"),
    "html.q6": ("Which models, clouds and log services can access it?", "哪些模型、云和日志服务可以访问？"),
    "html.q.evidence": ("Evidence", "证据"),
    "html.q.flows": ("Show the {n} flows", "查看 {n} 条数据流"),
    "html.q.no-rules": (
        "No rule of the packs that were applied asks this: what follows was observed or declared, and is not assessed.",
        "所用规则包中没有相应规则：以下为观测或声明的情况，未作评估。",
    ),
    "html.q.part": (
        "Not assessed, as their pack was not applied: {rules}.",
        "所属规则包未适用，未评估：{rules}。",
    ),
    "html.q.none": (
        "No data of customers or callers was observed: nothing can be said.",
        "未观测到客户或调用方的数据：无从判断。",
    ),
    "html.q1.reach": (
        "Data of {parties} was observed at {n} places ({kinds}), in {countries}.",
        "观测到 {parties} 的数据到达 {n} 处位置（{kinds}），位于{countries}。",
    ),
    "html.q1.maybe": ("It may have got to {n} more: {places}.", "可能另到达 {n} 处：{places}。"),
    "html.q1.unstated": (
        "On {n} of the {all} flows that carry it the kind of content is not stated by the span: such a flow may carry any.",
        "承载该数据的 {all} 条数据流中，有 {n} 条的跨度未标明内容类别：此类数据流可能承载任何内容。",
    ),
    "html.q1.unnamed": (
        "{n} of these places have no name: which system it is cannot be told.",
        "其中 {n} 处没有名称：无法判断是何系统。",
    ),
    "html.q2.domestic": (
        "Of {all} places on the path, {n} stand in domestic territory ({countries}): {places}.",
        "路径上的 {all} 处位置中，{n} 处在境内（{countries}）：{places}。",
    ),
    "html.q2.none": (
        "Of {all} places on the path, none is known to stand in domestic territory ({countries}).",
        "路径上的 {all} 处位置中，未发现位于境内（{countries}）的。",
    ),
    "html.q2.nowhere": (
        "Where {n} of them stand is not known: {places}.",
        "其中 {n} 处所在地不明：{places}。",
    ),
    "html.q2.no-word": (
        "No pack that was applied says what is domestic; the table shows countries.",
        "所用规则包未界定境内范围；下表按国家或地区列出。",
    ),
    "html.q2.staff": ("Access by people was observed: {places}.", "观测到人员访问：{places}。"),
    "html.q2.no-staff": (
        "No access by people was observed; only access that spans record can be.",
        "未观测到人员访问；仅跨度所记录的访问可被观测。",
    ),
    "html.q3.keeps": (
        "Stores and queues that keep it, or may: {n}.",
        "留存或可能留存该数据的存储和队列：{n} 处。",
    ),
    "html.q3.retention": (
        "Retention is declared for {n} of {all}; the longest is {days}.",
        "{all} 处中有 {n} 处已声明留存期限，最长为 {days}。",
    ),
    "html.q3.no-retention": ("Retention is declared for none of them.", "均未声明留存期限。"),
    "html.q3.viewers": (
        "Who can see it is declared for {n} of {all}.",
        "{all} 处中有 {n} 处已声明可见人员。",
    ),
    "html.q3.none": ("No store or queue was observed to keep it.", "未观测到留存该数据的存储或队列。"),
    "html.q4.logs": ("Places on the path that are log systems: {places}.", "路径上的日志系统：{places}。"),
    "html.q4.state": (
        "Redaction is declared for {redacted} of {n}, that it can be deleted for {deletable} of {n}.",
        "{n} 处中有 {redacted} 处已声明脱敏，{deletable} 处已声明可删除。",
    ),
    "html.q4.none": (
        "No place on the path is declared to be a log system.",
        "路径上没有声明为日志系统的位置。",
    ),
    "html.undeclared": (
        "Of {n} stores and queues on the path no role is known; each may be one: {places}.",
        "路径上有 {n} 处存储和队列用途不明，均有可能：{places}。",
    ),
    "html.q5.pools": (
        "It gets to training or evaluation pools: {places}.",
        "到达训练或评测语料池：{places}。",
    ),
    "html.q5.maybe": (
        "It may get to training or evaluation pools: {places}.",
        "可能到达训练或评测语料池：{places}。",
    ),
    "html.q5.none": (
        "No place on the path is declared to be a training or evaluation pool.",
        "路径上没有声明为训练或评测语料池的位置。",
    ),
    "html.q5.purposes": (
        "Purposes that spans state or the inventory declares on the path: {purposes}.",
        "跨度标明或清单声明的用途：{purposes}。",
    ),
    "html.q5.no-purposes": (
        "Neither spans nor the inventory say for which purposes it is used.",
        "跨度和清单均未说明用途。",
    ),
    "html.q5.vendors": (
        "Of {all} vendors on the path, the inventory says of {no} that they may not train on it, of {yes} that they may, and nothing of {open}.",
        "路径上的 {all} 家供应商中，清单声明 {no} 家不得将其用于训练、{yes} 家可用于训练，{open} 家未声明。",
    ),
    "html.q6.vendors": (
        "Vendors that run places on the path: {vendors}.",
        "运营路径上位置的供应商：{vendors}。",
    ),
    "html.q6.none": ("No place on the path is known to be run by a vendor.", "未发现由供应商运营的位置。"),
    "html.q6.own": (
        "Run by our own organisation: {n} of {all} places.",
        "由本单位运营：{all} 处中的 {n} 处。",
    ),
    "html.q6.unknown": (
        "Who runs {n} of {all} places is not known: {places}.",
        "{all} 处中有 {n} 处运营者不明：{places}。",
    ),
    "html.q6.models": ("Models that it was sent to: {places}.", "接收该数据的模型：{places}。"),
    "html.q6.no-models": ("No span names a model that it was sent to.", "没有跨度标明接收该数据的模型。"),
    # tables and filters
    "html.all": ("all", "全部"),
    "html.origin": ("Origin", "来源地"),
    "html.category": ("Category", "类别"),
    "html.vendor": ("Vendor", "供应商"),
    "html.market": ("Market", "市场"),
    "html.find": ("Find", "查找"),
    "html.filters": ("Filter map, findings and flows", "筛选图、结果和数据流"),
    "html.reset": ("Show all", "显示全部"),
    "html.shown": (
        "{n} of {all} flows, {findings} of {every} findings",
        "{all} 条数据流中的 {n} 条，{every} 项结果中的 {findings} 项",
    ),
    "html.filtered": ("FILTERED, not the whole report", "已筛选，并非全部内容"),
    "html.more": ("Show {n} more", "再显示 {n} 项"),
    "html.left": (
        "{n} more rows are not printed; they are in this file and in report.json.",
        "另有 {n} 行未打印，见本文件及 report.json。",
    ),
    "html.nothing": ("Nothing fits the filter.", "没有符合筛选条件的内容。"),
    "html.none": ("None.", "无。"),
    "html.id": ("No.", "编号"),
    "html.from": ("From", "自"),
    "html.to": ("To", "至"),
    "html.leg": ("Way", "方式"),
    "html.certainty": ("Certainty", "确定性"),
    "html.calls": ("Calls", "次数"),
    "html.first": ("First seen", "首次"),
    "html.last": ("Last seen", "末次"),
    "html.trace": ("Example trace", "示例链路"),
    "html.on-map": ("On the map", "图中"),
    "html.name": ("Name", "名称"),
    "html.kind": ("Kind", "种类"),
    "html.country": ("Country", "国家或地区"),
    "html.run-by": ("Run by", "运营者"),
    "html.role": ("Role", "用途"),
    "html.retention": ("Retention", "留存期限"),
    "html.viewers": ("Who can see it", "可见人员"),
    "html.redaction": ("Redaction", "脱敏"),
    "html.deletable": ("Can be deleted", "可否删除"),
    "html.reached": ("Customers' data", "客户数据"),
    "html.reached.yes": ("observed here", "已观测到达"),
    "html.reached.maybe": ("may be here", "可能到达"),
    "html.reached.no": ("not observed here", "未观测到达"),
    "html.rule": ("Rule", "规则"),
    "html.on": ("On what", "判断基础"),
    "html.severity": ("Severity", "级别"),
    "html.count.stated": ("Flows: stated", "数据流：已标明"),
    "html.count.inferred": ("Flows: inferred or not known", "数据流：推断或不明"),
    "html.entity": ("Legal entity", "法律实体"),
    "html.training": ("May train", "可否用于训练"),
    "html.dpa": ("DPA", "数据处理协议"),
    "html.how": ("How known", "如何得知"),
    "html.our-own": ("our own organisation", "本单位"),
    "html.untold": ("not known", "不明"),
    "html.undeclared.value": ("not declared", "未声明"),
    "html.unstated": ("not stated", "未标明"),
    "html.nobody": ("nobody", "无"),
    "html.days": ("{n} days", "{n} 天"),
    "html.unlisted": ("no entry under vendors", "供应商名录中无记载"),
    # one flow, one finding
    "html.flow": ("Flow {n}", "数据流 {n}"),
    "html.line": (
        "{line} on the map: {n} flows between {a} and {b}",
        "图中 {line}：{a} 与 {b} 之间的 {n} 条数据流",
    ),
    "html.line.none": (
        "{line} on the map: declared, not seen in traces",
        "图中 {line}：已声明，链路中未观测到",
    ),
    "html.purpose": ("Purpose", "用途"),
    "html.protection": ("Protection", "保护措施"),
    "html.class": ("Class of data", "数据类别"),
    "html.doubts": ("What is not known of it", "未知之处"),
    "html.doubts.none": ("ends, direction, order and category are known", "两端、方向、先后和类别均已知"),
    "html.sources": ("Whose data it carried", "承载何方数据"),
    "html.exemplars": ("Example traces and spans", "示例链路和跨度"),
    "html.exemplars.none": ("none was kept", "未留存"),
    "html.in-findings": ("In findings", "涉及结果"),
    "html.surely": ("surely", "确证"),
    "html.maybe": ("perhaps", "可能"),
    "html.also": ("Also seen as", "亦见于"),
    "html.at": ("Declared at", "声明于"),
    "html.identity": ("Identity in telemetry", "遥测中的标识"),
    "html.way": ("Way of {of}", "{of}的路径"),
    "html.remedy": ("To mend", "整改"),
    "html.rests": ("Rests on", "依据"),
    "html.why": ("Why", "缘由"),
    "html.where": ("Where", "位置"),
    "html.fingerprint": ("Fingerprint", "指纹"),
    "html.zoom-in": ("Larger", "放大"),
    "html.zoom-out": ("Smaller", "缩小"),
    "html.zoom-fit": ("Fit", "适合宽度"),
    "html.map.help": (
        "Click a flow, or reach it by Tab and press Enter, to see its evidence. The same flows stand in the table below.",
        "点击数据流，或用 Tab 键选中后按回车键，可查看其证据。下表列有相同的数据流。",
    ),
    "html.map.none": (
        "The picture could not be drawn on the machine that wrote this report. It follows as DOT text, which any Graphviz draws.",
        "生成本报告的机器无法绘图。以下为 DOT 文本，可由任意 Graphviz 绘制。",
    ),
    "html.q.map": ("Show the map", "查看数据流图"),
    "html.map.left": (
        "Not drawn here, for the size of this file: {views}. `lineage diagram` draws them, and `lineage report --view`.",
        "因文件大小未绘入：{views}。可用 `lineage diagram` 或 `lineage report --view` 绘制。",
    ),
    "html.map.large": (
        "This picture has {n} flows and could not be read on a page. `lineage diagram` draws it, or narrower views of it; the flows stand in the table below.",
        "该图有 {n} 条数据流，无法在页面上阅读。可用 `lineage diagram` 绘制该图或范围更小的视图；数据流见下表。",
    ),
    "kind.party": ("customer", "客户"),
    "kind.caller": ("caller not in the telemetry", "遥测之外的调用方"),
    "kind.service": ("service", "服务"),
    "kind.model": ("model", "模型"),
    "kind.store": ("store", "存储"),
    "kind.topic": ("queue", "队列"),
    "kind.remote": ("peer without telemetry", "无遥测的对端"),
    "kind.operator": ("people", "人员"),
    "purpose.inference": ("inference", "推理"),
    "purpose.training": ("training", "训练"),
    "purpose.fine-tuning": ("fine-tuning", "微调"),
    "purpose.evaluation": ("evaluation", "评测"),
    "purpose.abuse-monitoring": ("abuse monitoring", "滥用监测"),
    "purpose.billing": ("billing", "计费"),
    "purpose.support": ("support", "客户支持"),
    "purpose.debugging": ("debugging", "调试"),
    "purpose.legal-request": ("legal request", "依法要求"),
    "class.personal": ("personal information", "个人信息"),
    "class.sensitive-personal": ("sensitive personal information", "敏感个人信息"),
    "class.important": ("important data", "重要数据"),
    "class.core": ("core data", "核心数据"),
    "class.business": ("business data", "业务数据"),
    "class.none": ("none of these", "均不属于"),
    "protection.none": ("none", "无"),
    "protection.masked": ("masked", "掩码"),
    "protection.pseudonymised": ("pseudonymised", "去标识化"),
    "protection.anonymised": ("anonymised", "匿名化"),
    "protection.encrypted-no-key": ("encrypted, the key is elsewhere", "加密且不持有密钥"),
    # documents
    "document.observed": ("observed: {calls}, {period}", "已观测：{calls}，{period}"),
    "document.possible": ("possible, not established: {calls}, {period}", "可能，未证实：{calls}，{period}"),
    "document.declared": ("declared: {where}", "已声明：{where}"),
    "document.stated": ("stated by spans of a trusted service", "由受信任服务的跨度标明"),
    "document.catalogue": ("inferred: built-in catalogue of regions and hosts", "推断：内置区域与主机目录"),
    "document.solved": (
        "inferred: solved over the flows observed and what is declared of their sources",
        "推断：由观测到的数据流及对其来源的声明求得",
    ),
    "document.from-trace": (
        "inferred: inherited in the trace, not stated on the span",
        "推断：承自链路，跨度未标明",
    ),
    "document.from-spans": ("observed: spans", "已观测：跨度"),
    "document.on-all": ("observed: looked for in all {n} flows", "已观测：在全部 {n} 条数据流中查找"),
    "document.on-places": ("observed: places looked at: {n}", "已观测：查看 {n} 处位置"),
    "document.files": ("lineage: from the files that it read", "lineage：依所读文件"),
    "document.assumed": (
        "assumed: nothing is declared of their contents (places[].contents)",
        "假定：未声明其内容（places[].contents）",
    ),
    "document.claim": ("claimed by spans; nobody vouches for it", "跨度自述，无人担保"),
    "document.gap": ("gap", "缺口"),
    "document.rule": ("judged: pack {pack} {version}, {mode}", "判定：规则包 {pack} {version}，{mode}"),
    "document.fingerprint": ("fingerprint {id}", "指纹 {id}"),
    "document.ledger": ("ledger {kind}: {files}", "台账 {kind}：{files}"),
    "document.ledgers": ("ledgers", "台账"),
    "document.balance": (
        "computed: opening + purchased + own machines - sold - closing",
        "计算：期初 + 采购 + 自行部署 - 销售 - 期末",
    ),
    "document.joined": ("computed: sold usage joined to upstream usage", "计算：销售用量与上游用量匹配"),
    "document.days": ("{first} to {last}", "{first} 至 {last}"),
    "document.day": ("on {day}", "{day}"),
    "document.time-not-told": ("time not told", "时间未标明"),
    "document.calls": ("{n}×", "{n} 次"),
    "document.calls.least": ("at least {n}×", "至少 {n} 次"),
    "document.untold": ("not declared", "未声明"),
    "document.unstated": ("not stated", "未标明"),
    "document.write": ("write {key}", "在清单中填写 {key}"),
    "document.send": ("send {key}", "发送 {key}"),
    "document.or": (" or ", " 或 "),
    "document.by-hand": (
        "to be supplied by hand: neither telemetry nor lineage.yaml holds this",
        "须人工填写：遥测和 lineage.yaml 均不含此项",
    ),
    "document.follows": (
        "cannot be told until it is declared who runs these places",
        "声明运营者之前无法得知",
    ),
    "document.gap.calls": ("gap: seen {calls}", "缺口：{calls}"),
    "document.gap.customers": ("gap: customers: {n}", "缺口：{n} 个客户"),
    "document.of-places": ("{what}: {places}", "{what}：{places}"),
    "document.at": ("{place}: {what}", "{place}：{what}"),
    "document.none-observed": ("none observed", "未观测到"),
    "document.no-models": ("no model call was observed", "未观测到模型调用"),
    "document.nobodys": ("nobody's data", "不属于任何人的数据"),
    "document.unrun": ("Nobody declares who runs these places", "运营者未声明的位置"),
    "document.unlisted": ("not listed under vendors", "未列入 vendors"),
    "document.undated": (
        "no declared document has this id: its date is not known",
        "没有此编号的已声明文件：日期不明",
    ),
    "document.market.unknown": ("market not declared", "市场未声明"),
    "document.country.unknown": ("country not known", "国家或地区不明"),
    "document.purpose.unknown": ("Purpose not told", "处理目的不明"),
    "document.model.unknown": ("model not told", "模型不明"),
    "document.customer": ("customer", "客户"),
    "document.customers-of": ("customers of {market}: {n}", "{market} 的客户：{n} 个"),
    "document.volume": ("customers: {n}; seen {calls}", "客户 {n} 个；{calls}"),
    "document.volume-of": (
        "customers of {market}: {n}; collected and generated in: {origins}",
        "{market} 的客户：{n} 个；收集和产生地：{origins}",
    ),
    "document.share-of-flows": (
        "{n} of {all} flows ({percent} %)",
        "{all} 条数据流中的 {n} 条（{percent}%）",
    ),
    "document.claimed": ("spans claim: {origins}", "跨度自述：{origins}"),
    "document.from": ("from {where}", "来自 {where}"),
    "document.nature.keeps": ("{place}: {kind}, keeps what it gets", "{place}：{kind}，留存所得数据"),
    "document.nature": ("{place}: {kind}, processes and passes on", "{place}：{kind}，处理并传递"),
    "document.way": ("{a} → {b}", "{a} → {b}"),
    "document.ingress": ("ingress: customers call it", "入口：客户调用"),
    "document.egress": ("egress: answers leave here for customers", "出口：结果由此返回客户"),
    "document.inside": ("neither: inside", "均不是：内部"),
    "document.no-viewers": ("nobody", "无人"),
    "document.no-people": ("no people were observed there", "未观测到当地人员"),
    "document.nothing-kept": ("nothing is kept", "不留存"),
    "document.hours": ("{n} hours", "{n} 小时"),
    "document.owner": ("{name} ({country}, {share})", "{name}（{country}，{share}）"),
    "document.share": ("{n} %", "{n}%"),
    "document.share.untold": ("share not declared", "持股比例未声明"),
    "document.under": ("under {name}", "隶属 {name}"),
    "document.reached": ("observed: data of this market gets there", "已观测：该市场的数据到达"),
    "document.maybe-reached": ("possible: data of this market may get there", "可能：该市场的数据或许到达"),
    "document.declared-only": (
        "declared; no data of this market was observed to get there",
        "已声明；未观测到该市场的数据到达",
    ),
    "document.evidence": ("evidence: {name}", "证明：{name}"),
    "document.no-evidence": ("no evidence", "无证明"),
    "document.step": ("step", "环节"),
    "document.step.redaction": ("redaction", "脱敏"),
    "document.step.anonymisation": ("anonymisation", "匿名化"),
    "document.step.aggregation": ("aggregation", "聚合"),
    "document.step.line": ("{name} ({kind}; {proof})", "{name}（{kind}；{proof}）"),
    "document.attestation": (
        "{name} [{type}], {date}, {until}, {state}; {owner} answers for it",
        "{name} [{type}]，{date}，{until}，{state}；责任方 {owner}",
    ),
    "document.until": ("until {date}", "有效至 {date}"),
    "document.no-end": ("no end declared", "未声明截止日期"),
    "document.holds": ("in date", "在有效期内"),
    "document.late": ("NOT IN DATE", "不在有效期内"),
    "document.denies": ("in date, SAYS NO", "在有效期内，结论为否"),
    "document.waiver": (
        "{rule}: {reason}; {approver} answers for it until {date}",
        "{rule}：{reason}；{approver} 负责至 {date}",
    ),
    "document.validity": ("{first} to {last}", "{first} 至 {last}"),
    "document.open-ended": ("open-ended", "无固定期限"),
    "document.not-in-force": ("NOT IN FORCE on {date}", "{date} 不在有效期内"),
    "document.above": ("{name} ({type}): {document}", "{name}（{type}）：{document}"),
    "document.none-above": ("none above: granted by the model's owner", "无上级：由模型所有者授予"),
    "document.unmatched": ("{n} of {sold}", "{sold} 中的 {n}"),
    "document.none-sold": ("none sold", "无销售"),
    "document.fill": ("fill {key}", "填写 {key}"),
    "document.of-all-markets": (
        "left out: this is of the customers of all markets, and the document was made for one",
        "略去：此部分涉及所有市场的客户，而本文件仅为一个市场制作",
    ),
    "document.empty": ("empty in the ledger", "台账中为空"),
    "document.as-of": ("As of", "截至"),
    "document.known": ("How what it says is known", "所述事实如何得知"),
    "document.known.line": (
        "{known}; gaps: {declare} not declared, {hand} to be supplied by hand",
        "{known}；缺口：未声明 {declare} 项，须人工填写 {hand} 项",
    ),
    "document.field": ("Field", "字段"),
    "document.what": ("What", "内容"),
    "document.how": ("How it is known", "如何得知"),
    "document.section": ("Section", "部分"),
    "document.subject": ("Subject", "对象"),
    "document.key": ("Key", "键"),
    "document.about": ("About", "说明"),
    "document.law": ("For", "适用于"),
    "document.marks": (
        "[C]: the instrument's own text was read. [C*]: secondary sources only.",
        "[C]：已核对法规原文。[C*]：仅据二手来源。",
    ),
    "document.no-conclusion": (
        "This says what was observed and declared. It is no legal conclusion.",
        "本文件陈述观测和声明的事实，不是法律结论。",
    ),
    "document.no-rows": (
        "Nothing of this sort was observed or declared. That proves nothing: what sends no telemetry and is not declared is not seen.",
        "未观测到、也未声明此类情形。这不构成证明：不产生遥测且未声明的，无从观测。",
    ),
    "document.no-rule": ("These rules were not checked.", "未检查这些规则。"),
    "document.how.observed": ("observed", "已观测"),
    "document.how.possible": ("possible", "可能"),
    "document.how.declared": ("declared", "已声明"),
    "document.how.stated": ("stated", "标明"),
    "document.how.inferred": ("inferred", "推断"),
    "document.how.judged": ("judged", "判定"),
    "document.how.not-declared": ("not declared", "未声明"),
    "document.how.by-hand": ("by hand", "须人工填写"),
    "document.count": ("{what} {n}", "{what} {n}"),
    # lists kept for each market, from version to version
    "document.market": ("Market", "市场"),
    "document.version": ("List version", "清单版本"),
    "document.digest": ("List digest", "清单摘要"),
    "document.versions": ("Versions of the lists", "清单版本"),
    "document.changes": ("What changed since the last list", "较上一清单的变化"),
    "document.since": ("Last list", "上一清单"),
    "document.since.none": ("no last list was given: --since FILE", "未给出上一清单：--since FILE"),
    "document.since.dateless": ("version {n}", "第 {n} 版"),
    "document.since.file": ("compared with the last list", "与上一清单比较"),
    "document.since.first": ("this market had no list", "该市场此前无清单"),
    "document.change": ("Change", "变化"),
    "document.was": ("Before", "原为"),
    "document.now": ("Now", "现为"),
    "document.change.added": ("added", "新增"),
    "document.change.removed": ("removed", "移除"),
    "document.change.changed": ("changed: {field}", "变更：{field}"),
    "document.change.market-removed": ("this market has no list now", "该市场现无清单"),
    "document.on-list": ("on the list", "列于清单"),
    "document.off-list": ("not on the list", "未列于清单"),
    "document.added.first": (
        "on the first list, or before the last list that was given",
        "列于首份清单，或早于所给上一清单",
    ),
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


def teach(messages: Mapping[str, tuple[str, str]]) -> None:
    """Add the sentences of a contract type that is not built in.

    Raises:
        ValueError: a message id that says something else already, or is not (English, Chinese).
    """
    for message, said in messages.items():
        if len(said) != len(LANGUAGES) or not all(said):
            raise ValueError(f"message {message!r} is not said in {' and '.join(LANGUAGES)}")
        if MESSAGES.get(message, said) != said:
            raise ValueError(f"message {message!r} already says something else")
    MESSAGES.update(messages)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant; "" when none is close.

    >>> nearest("ordr16", ["order16", "baseline"])
    'order16'
    """
    return next(iter(difflib.get_close_matches(word, list(known), 1)), "")
