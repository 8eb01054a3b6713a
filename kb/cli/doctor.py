"""The command that says whether a machine can build and serve, and what is wrong."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from kb.cli.console import folder_options, json_option, one_catch, show

if TYPE_CHECKING:
    from kb.operating.doctor import Diagnosis

_SIGNS = {"fine": "fine ", "look": "look ", "wrong": "WRONG"}


@click.command()
@folder_options
@click.option("--host", metavar="ADDRESS", help="Address that would be listened on [KB_HOST]")
@click.option("--port", type=int, help="Port that would be listened on [KB_PORT]")
@click.option(
    "--for",
    "wanted",
    type=click.Choice(["build", "serve", "both"]),
    help="What this machine is for; what is wrong for something else alone is no failure then",
)
@json_option
@one_catch
def doctor(
    *,
    cases: str | None,
    index: str | None,
    host: str | None,
    port: int | None,
    wanted: str | None,
    as_json: bool,
) -> int:
    """Say whether this machine can build and serve, what is wrong, and what to do.

    Exit status 1 where a line says WRONG, with --for where that keeps it from what is named.
    Nothing is changed.
    """
    from kb.operating.doctor import diagnose  # imports faiss and onnxruntime

    found = diagnose(os.environ, cases=cases, index=index, host=host, port=port)
    can = {what: found.can(what) for what in ("build", "serve")}
    asked = [what for what in can if wanted in (what, "both", None)]
    if as_json:
        data = {"release": found.release, "can_build": can["build"], "can_serve": can["serve"]}
        findings = [asdict(one) for one in found.findings]
        click.echo(json.dumps({**data, "findings": findings}, indent=1))
    else:
        _print(found, can, asked)
    return 1 if found.is_wrong_for(*asked) else 0


def _print(found: Diagnosis, can: dict[str, bool], asked: list[str]) -> None:
    """A line on each thing, with what to do below it, after what it all comes to.

    What is wrong for something that was not asked about is counted at the end.
    """
    show(f"kb {found.release}")
    show(f"This machine can build: {_yes(can['build'])}. It can serve: {_yes(can['serve'])}.\n")
    shown = [one for one in found.findings if not one.keeps_from or {*one.keeps_from} & {*asked}]
    width = max(len(one.about) for one in shown)
    for one in shown:
        show(f"{_SIGNS[one.state]}  {one.about:<{width}}  {one.said}")
        if one.do:
            show(f"{'':<{width + 7}}  To do: {one.do}")
    if len(shown) < len(found.findings):
        left_out = ", ".join(one.about for one in found.findings if one not in shown)
        show(f"\nLeft out, as this machine is not for that: {left_out}.")


def _yes(can: bool) -> str:
    return "yes" if can else "no"
