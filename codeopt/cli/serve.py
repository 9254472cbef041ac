"""`codeopt serve`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

__all__ = ["command"]


@click.command("serve")
@click.argument("model")
@click.argument("more", nargs=-1, type=click.UNPROCESSED, metavar="[-- VLLM-FLAGS]...")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all of this machine's.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--context", default=16384, show_default=True, type=click.IntRange(1024), help="Most tokens of prompt and answer together.")
@click.option("--device", default="auto", show_default=True, type=click.Choice(["auto", "gpu", "cpu"]))
@click.option("--speculate/--no-speculate", default=True, show_default=True, help="Guess tokens from the prompt, which an edit repeats.")
@click.option("--name", metavar="NAME", help="The name that the model is asked for by; its own when not given.")
@click.option("--lora", "loras", multiple=True, metavar="NAME=PATH", help="An adapter to serve as a model of its own; may be repeated.")
@click.option("--timeout", "timeout_s", default=900.0, show_default=True, type=click.FloatRange(1.0), help="Seconds until it must answer.")
@click.option("--log", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Where vLLM's own output goes.")
@click.option("--vllm", "executable", metavar="PROGRAM", help="The vllm program, when it is not beside this Python or on the path.")
def command(
    model: str,
    more: tuple[str, ...],
    *,
    host: str,
    port: int,
    context: int,
    device: str,
    speculate: bool,
    name: str | None,
    loras: tuple[str, ...],
    timeout_s: float,
    log: Path | None,
    executable: str | None,
) -> int:
    """Serve MODEL (a name at the model hub, or a folder) by vLLM, with what suits code editing, until you interrupt it.

    Flags after -- go to vLLM as they are. Status 0 after an interrupt, 3 when the server ended by itself.
    """
    from codeopt.adapters.vllm.server import Wanted, launch_of, lora_of
    from codeopt.app.serve import has_gpu, served

    wanted = Wanted(
        model=model,
        host=host,
        port=port,
        context=context,
        gpu=device == "gpu" or (device == "auto" and has_gpu()),
        speculate=speculate,
        name=name,
        loras=tuple(lora_of(text) for text in loras),
        more=more,
    )
    launch = launch_of(wanted, executable=executable)
    log = log or Path(tempfile.mkdtemp(prefix="codeopt-serve-")) / "vllm.log"
    try:
        with served(wanted, launch, log=log, timeout_s=timeout_s, say=lambda text: click.echo(text, err=True)) as server:
            click.echo(f"next: codeopt optimize PATH --model {wanted.url}", err=True)
            server.wait()
    except KeyboardInterrupt:
        click.echo("the server was stopped", err=True)
    return 0
