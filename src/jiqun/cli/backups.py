"""备份命令: `jiqun backup FILE`, `jiqun restore FILE`."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path
from time import perf_counter

from jiqun.cli.output import print_json, say


def add(commands: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add `backup` and `restore`."""
    backup = commands.add_parser(
        "backup", parents=[shared], help="write everything of the home into one file"
    )
    backup.add_argument("file", type=Path, metavar="FILE")
    backup.add_argument(
        "--with-key", action="store_true", help="put the secret key in; guard the file like the key"
    )
    backup.add_argument(
        "--portable",
        action="store_true",
        help="write the ledger so that PostgreSQL and SQLite can both read it",
    )
    backup.add_argument("--force", action="store_true", help="write over a file that is there already")
    backup.add_argument("--json", action="store_true", help="print one JSON object")
    backup.set_defaults(run=run_backup)
    restore = commands.add_parser("restore", parents=[shared], help="bring a backup back into an empty home")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("--json", action="store_true", help="print one JSON object")
    restore.set_defaults(run=run_restore)


def run_backup(arguments: Namespace) -> int:
    """Write a backup."""
    from jiqun.cli import django
    from jiqun.cli.progress import bar

    django.setup()
    from jiqun.actions import backup
    from jiqun.actions.desk import desk

    opened = desk()
    order = backup.BackupOrder(
        arguments.file, with_key=arguments.with_key, portable=arguments.portable, force=arguments.force
    )
    with bar() as progress:
        done = backup.backup(opened, order, by=django.cli_actor(), at=opened.now(), progress=progress)
    if arguments.json:
        print_json(done.as_json())
    else:
        say(f"已备份：{done.path}（{done.files} 个文件，{done.bytes:,} 字节，{done.seconds} 秒）",
            f"Backed up: {done.path} ({done.files} files, {done.bytes:,} bytes, {done.seconds} s)")  # fmt: skip
    return 0


def run_restore(arguments: Namespace) -> int:
    """Bring a backup back: prove it whole, put it in place, bring it to this version."""
    from jiqun import settings
    from jiqun.actions import backup_archive
    from jiqun.cli import django

    started = perf_counter()
    manifest = backup_archive.unpack(arguments.file, settings.HOME)
    home = django.setup(make_home=True)
    from jiqun.actions import backup
    from jiqun.actions.desk import desk

    try:
        backup.fill_ledger(home, manifest, migrate_to=django.migrate_to)
    except BaseException:
        backup_archive.clear(home)
        raise
    django.migrate()
    opened = desk()
    backup.note_restored(opened, arguments.file, manifest, by=django.cli_actor(), at=opened.now())
    seconds = round(perf_counter() - started, 3)
    if arguments.json:
        print_json({"ok": True, "home": str(home), "files": len(manifest.files), "jiqun": manifest.about.get("jiqun"),
                    "made_at": manifest.about.get("made_at"), "seconds": seconds})  # fmt: skip
    else:
        say(f"已恢复到 {home}（{len(manifest.files)} 个文件，备份于 {manifest.about.get('made_at')}，{seconds} 秒）",
            f"Restored into {home} ({len(manifest.files)} files, backed up {manifest.about.get('made_at')},"
            f" {seconds} s)")  # fmt: skip
    return 0
