"""站点令牌 tokens of sites at the gate: the ledger's answer, remembered for a moment: a revocation is soon seen."""

import hashlib
import threading
import time
from collections.abc import Callable

REMEMBER_S = 5.0
MOST = 10_000


class TokenBook:
    """Which site a token opens (令牌簿); safe to call from several threads.

    find  the ledger's answer: the site of a working token, or None; asked at most every `REMEMBER_S` for one token
    """

    def __init__(
        self, find: Callable[[str], str | None], *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._find, self._monotonic = find, monotonic
        self._seen: dict[bytes, tuple[float, str | None]] = {}
        self._turn = threading.Lock()

    def site(self, plaintext: str) -> str | None:
        """The site this token opens; None when it opens nothing. Only a hash of it is remembered."""
        mark = hashlib.sha256(plaintext.encode("utf-8", "replace")).digest()
        now = self._monotonic()
        with self._turn:
            at, site = self._seen.get(mark, (-REMEMBER_S, None))
            if now - at < REMEMBER_S:
                return site
        site = self._find(plaintext)
        with self._turn:
            if len(self._seen) >= MOST:  # somebody tries tokens: forget them all, the ledger knows
                self._seen.clear()
            self._seen[mark] = (now, site)
        return site
