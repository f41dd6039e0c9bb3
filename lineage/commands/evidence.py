"""`lineage evidence`: packs that the other side can verify without trusting who sealed them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lineage.commands import options, work

if TYPE_CHECKING:
    from lineage.evidence.documents import Tree
    from lineage.evidence.keys import PublicKey

_key = click.option(
    "--key",
    "keys",
    multiple=True,
    required=True,
    metavar="PUB",
    help="The sealer's public key, which must not come with the pack; may be given several times, any of them may have signed.",
)


@click.group(context_settings=options.CONTEXT)
def evidence() -> None:
    """Seal what a check found into a pack that others can verify offline, whole or claim by claim.

    \b
    Examples:
      lineage evidence keygen acme
      lineage evidence seal traces/ -i lineage.yaml -o november --key acme.key
      lineage evidence verify november.zip --key acme.pub
      lineage evidence prove order16/no-shared-store --pack november.zip --key acme.pub -o claim.json
      lineage evidence verify-claim claim.json --key acme.pub
    """


@evidence.command(context_settings=options.CONTEXT)
@click.argument("name", metavar="NAME")
def keygen(name: str) -> int:
    """Make NAME.key (to sign with), NAME.pub (to hand out) and NAME.salt (to open names in claims with).

    With LINEAGE_EVIDENCE_PASSPHRASE set the private key is encrypted with it.

    \b
    Example:
      lineage evidence keygen acme
    """
    from lineage.evidence import generate, load_public

    for path in (made := generate(name)):
        click.echo(f"wrote {path}", err=True)
    click.echo(load_public(made[1]).id)
    return 0


@evidence.command(context_settings=options.CONTEXT)
@options.stacked(options.spans, options.inventory, options.policies, options.mode, options.language)
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="DIR",
    help="The pack's new folder; the archive is DIR.zip beside it.",
)
@click.option("--key", required=True, metavar="KEY", help="The private key, NAME.key.")
@click.option("--salt", metavar="FILE", help="The secret for salts. Default: NAME.salt beside the key.")
@click.option(
    "--previous", metavar="PACK", help="The pack sealed before this one. Without it a chain begins."
)
@click.option(
    "--trust",
    multiple=True,
    metavar="PUB",
    help="With --previous: the public key that sealed it, if it was another.",
)
@click.option(
    "--add",
    "added",
    multiple=True,
    metavar="DIR",
    help="Take in the files of this folder too: documents, an HTML report.",
)
@click.option(
    "--today", metavar="YYYY-MM-DD", help="As of `check`. Default: SOURCE_DATE_EPOCH, else today, UTC."
)
def seal(
    spans: tuple[str, ...],
    inventories: tuple[str, ...],
    policies: tuple[str, ...],
    mode: str,
    lang: str,
    output: str,
    key: str,
    salt: str | None,
    previous: str | None,
    trust: tuple[str, ...],
    added: tuple[str, ...],
    today: str | None,
) -> int:
    """Check spans and seal all of it: report, graph, snapshot, inventory, rule packs, waivers, diagrams.

    Exit code 0 says that the pack is sealed, whatever its verdict. With SOURCE_DATE_EPOCH set, the same input
    gives the same bytes.

    \b
    Examples:
      lineage evidence seal traces/ -i lineage.yaml -o november --key acme.key
      lineage evidence seal traces/ -i lineage.yaml -o december --key acme.key --previous november.zip --add documents/
    """
    from lineage.evidence import contents, gather, load_private, load_public, load_salt, verify
    from lineage.evidence import seal as sealed_of
    from lineage.evidence.sealing import now
    from lineage.evidence.text import chain_lines, run_lines
    from lineage.files import write_whole

    folder = Path(output)
    archive = folder.with_name(f"{folder.name}.zip")
    if archive.exists():
        raise work.usage(f"{archive} exists and is not overwritten", "name a new folder")
    private = load_private(key)
    secret = load_salt(salt or Path(key).with_suffix(".salt"))
    trusted = [private.public, *map(load_public, trust)]
    before = verify(previous, trusted) if previous else None
    sealed_at = now()
    if not inventories and Path("lineage.yaml").is_file():
        click.echo("using ./lineage.yaml", err=True)
        inventories = ("lineage.yaml",)
    gathered = gather(
        spans,
        inventories,
        policies or options.PACKS,
        mode=mode,
        today=work.day(today or sealed_at[:10]),
        added=added,
    )
    for notice in gathered.notices:
        click.echo(f"note: {notice}", err=True)
    sealed = sealed_of(gathered.files, private, secret, before, sealed_at)
    contents.write_folder(sealed.files, folder)
    write_whole(archive, sealed.archive)
    for path in (folder, archive):
        click.echo(f"wrote {path}", err=True)
    _say([*run_lines(sealed.manifest, lang), *chain_lines(sealed.statement.predicate, lang)])
    return 0


@evidence.command(context_settings=options.CONTEXT)
@click.argument("packs", nargs=-1, required=True, metavar="PACK...")
@_key
@click.option(
    "--previous",
    metavar="PACK|HEAD",
    help="An earlier pack, or the head kept of it: shows that nothing was cut from the chain.",
)
@click.option(
    "--keep-head", metavar="FILE", help="Write the head of the last pack here, for --previous next time."
)
@click.option(
    "--allow-gaps", is_flag=True, help="Packs of the chain between those given need not be at hand."
)
@options.language
def verify(
    packs: tuple[str, ...],
    keys: tuple[str, ...],
    previous: str | None,
    keep_head: str | None,
    allow_gaps: bool,
    lang: str,
) -> int:
    """Verify packs, folders or archives, in the order in which they were sealed. Exit code 5: it does not verify, and where.

    \b
    Examples:
      lineage evidence verify november.zip --key acme.pub --keep-head acme.head.json
      lineage evidence verify december.zip --key acme.pub --previous acme.head.json
    """
    from lineage.evidence import load_public
    from lineage.evidence import verify as verified_of
    from lineage.evidence.documents import encode
    from lineage.evidence.text import verified_lines
    from lineage.files import write_whole

    trusted = [load_public(key) for key in keys]
    head = _head(previous, trusted) if previous else None
    for path in packs:
        verified = verified_of(path, trusted, head, gaps=allow_gaps)
        _say(verified_lines(verified, path, lang))
        head = verified.head
    if keep_head and head:
        write_whole(keep_head, encode(head))
    return 0


@evidence.command(context_settings=options.CONTEXT)
@click.argument("claim", required=False)
@click.option(
    "--pack", required=True, metavar="PACK", help="The pack that the claim is of; it is verified first."
)
@_key
@click.option(
    "--open",
    "names",
    multiple=True,
    metavar="ID",
    help="Show this name in the claim: a place's id of report.json.",
)
@click.option("--salt", metavar="FILE", help="With --open: the secret for salts, NAME.salt.")
@click.option("--list", "listing", is_flag=True, help="List the claims of the pack instead.")
@options.output
def prove(
    claim: str | None,
    pack: str,
    keys: tuple[str, ...],
    names: tuple[str, ...],
    salt: str | None,
    listing: bool,
    output: str | None,
) -> int:
    """Show one CLAIM of a pack, with the proof that it is one of those that were signed, and none of the others.

    CLAIM is run, rule:ID (or a rule's id alone) or file:NAME. Customers and places in it are salted digests, but for
    those that --open shows.

    \b
    Examples:
      lineage evidence prove order16/no-shared-store --pack november.zip --key acme.pub -o claim.json
      lineage evidence prove order16/no-shared-store --pack november.zip --key acme.pub --open party:globex --salt acme.salt
      lineage evidence prove --list --pack november.zip --key acme.pub
    """
    from lineage.evidence import claim_names, load_public, load_salt, verify
    from lineage.evidence import prove as proof_of

    if listing == bool(claim):
        raise work.usage("give a CLAIM, or --list", "name one of the pack's claims; --list has them")
    verified = verify(pack, [load_public(key) for key in keys])
    if claim is None:
        work.put("".join(f"{name}\n" for name in claim_names(verified)), output)
    else:
        work.put(proof_of(verified, claim, names, load_salt(salt) if salt else None).decode(), output)
    return 0


@evidence.command("verify-claim", context_settings=options.CONTEXT)
@click.argument("file", metavar="FILE")
@_key
@options.language
def verify_claim(file: str, keys: tuple[str, ...], lang: str) -> int:
    """Verify a claim that somebody showed, and print what it says. Exit code 5: it does not verify, and why.

    \b
    Example:
      lineage evidence verify-claim claim.json --key acme.pub
    """
    import json

    from lineage.evidence import load_public
    from lineage.evidence import verify_claim as verified_of
    from lineage.evidence.text import claim_lines

    told = verified_of(_given(file), [load_public(key) for key in keys], file)
    _say(claim_lines(told, lang))
    click.echo(json.dumps(told.claim, ensure_ascii=True, indent=2))
    return 0


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _head(path: str, keys: Sequence[PublicKey]) -> Tree:
    """The head that a verifier kept, or that of an earlier pack."""
    import msgspec

    from lineage.evidence import verify
    from lineage.evidence.documents import Tree

    if Path(path).is_dir() or (data := _given(path)).startswith(b"PK"):
        return verify(path, keys).head
    try:
        return msgspec.json.decode(data, type=Tree)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise work.usage(
            f"{path} is neither a pack nor a head", "give what --keep-head wrote, or an earlier pack"
        ) from None


def _given(path: str) -> bytes:
    from lineage.evidence import contents

    return contents.whole(Path(path))
