"""候选企业 candidates: blocking, so that a name is compared with a few enterprises and not with all of them.

Keys of every enterprise are kept as one sorted array of 64-bit numbers (a 32-bit checksum of the key and the number of
the enterprise): small, quick to ask, and shared by worker processes. A clash of checksums costs one comparison more.
A directory says where the numbers with each leading half of a checksum begin, so that a look-up touches little memory.
"""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from zlib import crc32

from rapidfuzz.distance import OSA

from jiqun.brain.matching import AskedName, Known
from jiqun.core.names import compatible

SHIFT, MASK = 32, 0xFFFFFFFF
PAGE_SHIFT = 48
PAGES = 1 << (64 - PAGE_SHIFT)
MOST_OF_ONE_KEY = 400
MOST_OF_BRAND = 64
MOST_OF_PAIRS = 12
RAREST = 4
CODE_FROM, CODE_TO, CODE_END = 8, 13, 5
ADDRESS_LEAST = 5
LEAST, LONGEST = 3, 60
PROGRESS_EVERY = 4000


class CandidateIndex:
    """Enterprises under all their names, found by name, by name with one slip, brand, code fragment and address."""

    def __init__(self, known: Iterable[Known], *, progress: Callable[[int], None] | None = None) -> None:
        held: list[Known] = []
        numbers: list[int] = []
        for n, one in enumerate(known):
            held.append(one)
            numbers += [_number(key) << SHIFT | n for key in _keys_of(one)]
            if progress is not None and n % PROGRESS_EVERY == 0:
                progress(n)
        numbers.sort()
        self._hold(held, array("Q", numbers))

    @classmethod
    def kept(cls, known: list[Known], keys: "array[int]") -> "CandidateIndex":
        """An index from the enterprises and keys of one that was built before."""
        index = cls.__new__(cls)
        index._hold(known, keys)
        return index

    def _hold(self, known: list[Known], keys: "array[int]") -> None:
        self.known, self.keys = known, keys
        self._brands = Counter(one.brand for one in known)
        self._pages = array("L", [0])
        for page in range(1, PAGES + 1):
            self._pages.append(bisect_left(keys, page << PAGE_SHIFT, self._pages[-1]))

    def __len__(self) -> int:
        return len(self.known)

    def bears(self, brand: str, besides: Known) -> bool:
        """Does an enterprise bear the brand, one besides `besides` if it does itself?"""
        return self._brands[brand] > (besides.brand == brand)

    def of(self, asked: AskedName) -> list[Known]:
        """The enterprises worth comparing with, in a fixed order."""
        name = asked.name
        found = {*self._behind("f" + name.folded), *self._behind("s" + name.stem)}
        if asked.behind:
            found.update(self._behind("s" + asked.behind))
        sure = any(self._is_sure(self.known[n], asked) for n in found)
        if asked.code:
            found.update(self._of_code(asked.code))
        if not sure:
            for less in _with_one_less(name.folded):
                found.update(self._behind("f" + less))
            for less in (name.stem, *_with_one_less(name.stem)):
                found.update(self._behind("s" + less))
            found.update(self._of_brand(asked))
            found.update(self._of_address(asked))
            if not any(self.known[n].stem == name.stem for n in found):
                found.update(self._of_pairs(name.stem))
        return [self.known[n] for n in sorted(found)]

    def _is_sure(self, one: Known, asked: AskedName) -> bool:
        """Is it spelled alike, in a place that agrees? Then slips need not be looked for."""
        name = asked.name
        if one.folded == name.folded:
            return True
        return bool(name.region) and one.stem == name.stem and name.region == one.region

    def _of_code(self, code: str) -> Iterator[int]:
        for key in _code_keys(code):
            for n in self._behind(key):
                if OSA.distance(code, self.known[n].code, score_cutoff=1) <= 1:
                    yield n

    def _of_address(self, asked: AskedName) -> Iterator[int]:
        if len(asked.address) >= ADDRESS_LEAST:
            written = set(asked.name.stem)
            for n in self._behind("a" + asked.address):
                if len(written.intersection(self.known[n].stem)) > 1:
                    yield n

    def _behind(self, key: str) -> Sequence[int]:
        """Numbers of the enterprises under a key, the first so many."""
        keys, start = self.keys, crc32(key.encode()) << SHIFT
        page = start >> PAGE_SHIFT
        end, last = start + (1 << SHIFT), self._pages[page + 1]
        at = bisect_left(keys, start, self._pages[page], last)
        if at == last or keys[at] >= end:
            return ()
        found: list[int] = []
        while at < last and (number := keys[at]) < end and len(found) < MOST_OF_ONE_KEY:
            found.append(number - start)
            at += 1
        return found

    def _range(self, key: str) -> tuple[int, int]:
        start = _number(key) << SHIFT
        page = start >> PAGE_SHIFT
        last = self._pages[page + 1]
        low = bisect_left(self.keys, start, self._pages[page], last)
        return low, bisect_left(self.keys, start + (1 << SHIFT), low, last)

    def _of_brand(self, asked: AskedName) -> Iterator[int]:
        """Those with the brand (or the whole stem as a brand) whose trade holds what was written of it."""
        name, kept = asked.name, 0
        for brand in dict.fromkeys((name.stem, name.brand)):
            rest = name.stem[len(brand) :] if name.stem.startswith(brand) else ""
            low, high = self._range("b" + brand) if len(brand) > 1 else (0, 0)
            for number in self.keys[low:high]:
                one = self.known[number & MASK]
                if (rest in one.stem or (one.trade and one.trade in rest)) and _may_be_near(asked, one):
                    yield number & MASK
                    kept += 1
                    if kept >= MOST_OF_BRAND:
                        return

    def _of_pairs(self, stem: str) -> list[int]:
        """Those that share most pairs of characters with the stem, by its rarest pairs."""
        ranges = sorted(
            (high - low, low, high) for low, high in (self._range("g" + pair) for pair in _pairs(stem))
        )
        counted: Counter[int] = Counter()
        for size, low, high in ranges[:RAREST]:
            if size <= MOST_OF_ONE_KEY:
                counted.update(number & MASK for number in self.keys[low:high])
        best = sorted(((-times, n) for n, times in counted.items() if times > 1))
        return [n for _, n in best[:MOST_OF_PAIRS]]


def _keys_of(one: Known) -> set[str]:
    """Every key an enterprise is found by; the first letter says what kind."""
    keys = {"f" + one.folded, "s" + one.stem, "b" + one.brand}
    keys.update("f" + less for less in _with_one_less(one.folded))
    keys.update("s" + less for less in _with_one_less(one.stem))
    keys.update("g" + pair for pair in _pairs(one.stem))
    if not one.former:
        keys.update(_code_keys(one.code))
        if len(one.address) >= ADDRESS_LEAST:
            keys.add("a" + one.address)
    return keys


def _with_one_less(text: str) -> set[str]:
    """The text without each of its characters: two texts one slip apart share one of these, or one is the other's."""
    if not LEAST <= len(text) <= LONGEST:
        return set()
    return {text[:n] + text[n + 1 :] for n in range(len(text))}


def _pairs(text: str) -> set[str]:
    return {text[n : n + 2] for n in range(len(text) - 1)}


def _code_keys(code: str) -> Iterator[str]:
    """Two fragments counted from either end: one wrong or missing character leaves one of them whole."""
    if len(code) >= CODE_TO:
        yield "c" + code[CODE_FROM:CODE_TO]
        yield "e" + code[-CODE_END:]


def _may_be_near(asked: AskedName, one: Known) -> bool:
    """Is the enterprise's place one the name or its row may mean? Without a place everything may be near."""
    places = asked.name.region or asked.places
    if not places or not (one.region or one.place):
        return True
    return compatible(places, one.place) or compatible(places, one.region)


def _number(key: str) -> int:
    return crc32(key.encode())
