"""What a pack says of itself to whoever is handed one."""

from __future__ import annotations

README = """\
# Evidence pack / 证据包

What was observed of an AI inference path, what was declared of it, the rules, and what they say of it. Findings on
what was observed; no legal conclusion. It holds no prompts, answers or other content.

对人工智能推理链路的观测结果、声明、规则及判断结论。本包仅为对所观测情形的判断，不是法律结论；不含提示词、输出或其他内容。

| file | what |
| --- | --- |
| report.json | verdict of each rule, with the witness paths / 各规则的结论及路径 |
| graph.json, snapshot.json | the data flows, as graph and as facts / 数据流图与数据流事实 |
| inventory/, policies/, waivers.json | what it was judged by, as it stood / 判断所依据的清单、规则包与豁免处理 |
| diagrams/ | the picture / 图示 |
| claims.jsonl | single claims; names are salted digests / 单项声明，名称为加盐摘要 |
| manifest.json | each file's SHA-256 and size; period, coverage, losses / 文件摘要、观测期、覆盖与缺失 |
| statement.dsse.json | the signed statement (DSSE, in-toto) / 已签名的陈述 |
| chain.txt | the packs so far, this one last / 历次证据包的链 |

Get the sealer's public key from the sealer, never from where you got the pack. Then, offline:

请向封存方另行获取公钥，切勿使用随包提供的公钥。随后可离线验证：

    lineage evidence verify THIS --key sealer.pub --previous head.json

Without lineage, in this folder, with openssl, sha256sum and Python's standard library:

无 lineage 时，在本目录内使用 openssl、sha256sum 及 Python 标准库：

    python3 -c "import json,base64;e=json.load(open('statement.dsse.json'));t=e['payloadType'].encode();p=base64.b64decode(e['payload']);open('../pae','wb').write(b'DSSEv1 %d %b %d %b'%(len(t),t,len(p),p));open('../sig','wb').write(base64.b64decode(e['signatures'][0]['sig']));print(json.loads(p)['subject'][0]['digest']['sha256']+'  manifest.json')" > ../manifest.sum
    openssl pkeyutl -verify -pubin -inkey sealer.pub -rawin -in ../pae -sigfile ../sig
    sha256sum -c ../manifest.sum
    python3 -c "import json;[print(f['sha256']+'  '+f['name']) for f in json.load(open('manifest.json'))['files']]" | sha256sum -c

All lines must say that they succeeded, and no file may be here that none of them names, but statement.dsse.json and
chain.txt. / 每一行均须显示成功，且除 statement.dsse.json 与 chain.txt 外，不得有未列名的文件。
"""
