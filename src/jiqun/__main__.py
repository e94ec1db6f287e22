"""python -m jiqun: the same as the command `jiqun`."""

from jiqun.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
