"""启动 up: the whole system on this machine — ledger, lake, example, server and worker — until Ctrl-C."""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TypeVar

from jiqun.cli import up_factory
from jiqun.cli.output import say
from jiqun.core.errors import NotAllowed, SourceDown

Done = TypeVar("Done")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
STOP_AFTER_S = 10
LEAN = {"MALLOC_ARENA_MAX": "2"}  # each of the libraries' many threads would keep a heap of its own (glibc)


def add(commands: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add `up`, `serve` and `worker`."""
    for name, help_text, run in (
        ("up", "make or open the home, load the example, start server and worker", run_up),
        ("serve", "start the server only", run_serve),
        ("worker", "start the worker only", run_worker),
    ):
        verb = commands.add_parser(name, parents=[shared], help=help_text)
        verb.set_defaults(run=run)
        if name != "worker":
            verb.add_argument("--host", default="127.0.0.1", help="address to listen on")
            verb.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
            verb.add_argument(
                "--public",
                action="store_true",
                help="allow an address others can reach (no demonstration accounts)",
            )
        if name == "up":
            verb.add_argument("--no-example", action="store_true", help="start with an empty ledger")
            verb.add_argument("--no-demo", action="store_true", help="make no demonstration accounts")
            verb.add_argument("--no-plants", action="store_true", help="start no simulated plants")


def run_up(arguments: Namespace) -> int:
    """Prepare, then run server and worker until one ends or the person stops them."""
    _check_host(arguments)
    signal.signal(signal.SIGTERM, _as_ctrl_c)
    demo = not (arguments.no_demo or arguments.public)
    accounts = apart(_prepare, example=not arguments.no_example, demo=demo, public=arguments.public)
    gate = up_factory.gate_port(arguments.port)
    machines = apart(up_factory.prepare, gate=gate) if not arguments.no_example else []
    plants = [] if arguments.no_plants else machines
    children = [
        _start(
            "serve",
            "--host",
            arguments.host,
            "--port",
            str(arguments.port),
            *(["--public"] * arguments.public),
        ),
        _start("worker"),
        _start("intake", "--port", str(gate), quiet=True),
        *(_start(*words, quiet=True) for words in plants),
    ]
    try:
        _wait_for(arguments.host, arguments.port, children)
        _greet(arguments.host, arguments.port, accounts, plants=bool(plants))
        return _watch(children)
    finally:
        _stop(children)


def run_serve(arguments: Namespace) -> int:
    """Serve pages and API."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from jiqun.cli import django

    _check_host(arguments)
    django.check_home()
    os.environ["JIQUN_PROCESS"] = "server"
    Granian(
        "jiqun.web.wsgi:application",
        address=arguments.host,
        port=arguments.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=4,
        backlog=256,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    ).serve()
    return 0


def run_worker(arguments: Namespace) -> int:
    """Do background work (imports) one after the other."""
    from jiqun.cli import django

    del arguments
    os.environ["JIQUN_PROCESS"] = "worker"
    signal.signal(signal.SIGTERM, _as_ctrl_c)
    django.setup()
    from django.core.management import call_command

    apart(_tidy)
    call_command("db_worker", interval=0.5, verbosity=0)
    return 0


def apart(work: Callable[..., Done], **words: object) -> Done:
    """Do something heavy in a process of its own, whose memory goes when it is done; what it raises is raised here."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe(duplex=False)
    child = spawn.Process(target=_report, args=(theirs, work, words))
    child.start()
    theirs.close()
    try:
        done, answer = ours.recv()
    except EOFError:
        raise SourceDown("server.did_not_start", seen=work.__name__.lstrip("_")) from None
    finally:
        if child.is_alive() and sys.exc_info()[0] is not None:
            child.terminate()
        child.join()
    if not done:
        raise answer
    return answer


def _report(pipe: Connection, work: Callable[..., object], words: dict[str, object]) -> None:
    signal.signal(signal.SIGTERM, _as_ctrl_c)
    try:
        pipe.send((True, work(**words)))
    except Exception as error:  # noqa: BLE001 - raised again where it is received
        pipe.send((False, error))
    except KeyboardInterrupt:
        pass  # the one who waits was told too


def _as_ctrl_c(*_: object) -> None:
    raise KeyboardInterrupt


def _tidy() -> None:
    """Finish what was left half-way, put small files together, queue anew what a killed worker had begun."""
    from jiqun.cli import django

    django.setup()
    from jiqun.actions import match_work, outbox, policy_replays, policy_work, upkeep, upload_work
    from jiqun.actions.desk import desk

    opened = desk()
    outbox.reconcile(opened, at=opened.now())
    upkeep.tidy(opened)
    for work in (upload_work, match_work, policy_work, policy_replays):
        work.take_up_leftover(opened)
    opened.lake.close()


def _check_host(arguments: Namespace) -> None:
    if arguments.host in LOOPBACK:
        return
    if not arguments.public:
        raise NotAllowed("server.needs_public_flag", seen=arguments.host, allowed="--public")
    os.environ["JIQUN_HOSTS"] = ",".join(filter(None, (os.environ.get("JIQUN_HOSTS", ""), arguments.host)))


def _prepare(*, example: bool, demo: bool, public: bool) -> list[tuple[str, str, str]]:
    """Bring home, ledger and lake to this version; gives the demonstration accounts that were just made."""
    from jiqun.cli import django
    from jiqun.cli.progress import bar

    started = time.monotonic()
    home = django.setup(make_home=True)
    django.migrate()
    from jiqun.actions import accounts, homes
    from jiqun.actions.desk import desk
    from jiqun.actions.example import load_example

    actor, opened = django.cli_actor(), desk()
    homes.prepare(opened, by=actor, at=opened.now())
    if example and not homes.has_example():
        say("正在载入示例……", "Loading the example …")
        with bar() as progress:
            load_example(opened, by=actor, progress=progress)
    if public and accounts.has_demonstration():
        raise NotAllowed("server.demo_on_public_host", seen=str(home), allowed="jiqun accounts remove-demo")
    made = accounts.make_demonstration(opened, by=actor, at=opened.now()) if demo else []
    opened.lake.close()
    say(
        f"就绪，用时 {time.monotonic() - started:.1f} 秒：{home}",
        f"Ready in {time.monotonic() - started:.1f} s: {home}",
    )
    return made


def _start(*words: str, quiet: bool = False) -> "subprocess.Popen[bytes]":
    """A child of this process; `quiet` leaves only its complaints to be seen."""
    return subprocess.Popen(
        [sys.executable, "-m", "jiqun", *words],
        env={**LEAN, **os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.DEVNULL if quiet else None,
    )


def _wait_for(
    host: str, port: int, children: "list[subprocess.Popen[bytes]]", *, seconds: float = 60
) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if any(child.poll() is not None for child in children):
            raise SourceDown("server.did_not_start", seen=f"{host}:{port}")
        try:
            with socket.create_connection((host, port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise SourceDown("server.did_not_start", seen=f"{host}:{port}")


def _greet(host: str, port: int, accounts: list[tuple[str, str, str]], *, plants: bool) -> None:
    shown = f"[{host}]" if ":" in host else host
    say(
        f"\n  集群 jiqun 已启动： http://{shown}:{port}/\n", f"\n  jiqun is running: http://{shown}:{port}/\n"
    )
    if accounts:
        say("  演示账户（密码只显示这一次）：", "  Demonstration accounts (passwords are shown only once):")
        for name, password, role in accounts:
            print(f"    {name:<12} {password:<18} {role}")
    if plants:
        say(
            "  弹簧厂和染厂（模拟，合成数据）正在运行，用 demo-factory 登录看“工厂”。",
            "  A spring plant and a dye house (simulated, synthetic) are running; sign in as demo-factory, see Factories.",
        )
    say("\n  按 Ctrl-C 停止。", "\n  Ctrl-C stops it.")
    sys.stdout.flush()


def _watch(children: "list[subprocess.Popen[bytes]]") -> int:
    try:
        while all(child.poll() is None for child in children):
            time.sleep(0.3)
    except KeyboardInterrupt:
        return 0
    return next(child.returncode or 1 for child in children if child.poll() is not None)


def _stop(children: "list[subprocess.Popen[bytes]]") -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # told twice, the children are stopped all the same
    for child in children:
        if child.poll() is None:
            child.terminate()
    until = time.monotonic() + STOP_AFTER_S
    for child in children:
        try:
            child.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
