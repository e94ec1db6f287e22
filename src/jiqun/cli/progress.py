"""进度 progress: one bar on the terminal for long work; silent where nobody watches."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str, int, int], None]


@contextmanager
def bar() -> Iterator[Progress]:
    """Give a function (what, done, total) that draws on stderr; nothing is drawn when it is not a terminal."""
    from tqdm import tqdm

    drawn = tqdm(total=0, leave=False, disable=not sys.stderr.isatty(), file=sys.stderr, unit_scale=True)
    current = ""

    def advance(what: str, done: int, total: int) -> None:
        nonlocal current
        if what != current:
            current = what
            drawn.reset(total=total)
            drawn.set_description(what)
        drawn.n = done
        drawn.refresh()

    try:
        yield advance
    finally:
        drawn.close()
