"""Simulated contacts: plainly invented names, numbers that nobody has."""

from __future__ import annotations

from random import Random

from dialer.ports import NewRecord

_FIRST = ("Ada", "Bea", "Carlo", "Dora", "Ezio", "Fara", "Gino", "Hana", "Ivo", "Lea", "Milo", "Nora", "Otto", "Pia")
_LAST = ("Example", "Sample", "Specimen", "Placeholder", "Fictional", "Pretend", "Dummy", "Mock")
_TOWNS = ("Exampleton", "Samplebury", "Testford", "Mockham", "Demoville")
_PRODUCTS = ("Green energy", "Fibre line", "Mobile plan", "Service contract")

#: North American numbers 555-0100 to 555-0199 are kept for fiction; with the area codes below they suffice for
#: large lists. None of them is in the block by which a number chooses its behaviour.
_AREA_CODES = tuple(
    code for code in range(201, 990) if code % 100 != 11 and code not in (555, 700, 800, 833, 844, 855, 866, 877, 888)
)

#: Each area code has a hundred numbers of fiction.
NUMBERS_PER_AREA = 100
CONTACTS_MOST = len(_AREA_CODES) * NUMBERS_PER_AREA


def contacts(count: int, seed: int, zone: str = "UTC") -> list[NewRecord]:
    """`count` records with distinct numbers, of contacts who live in `zone`. Raises ValueError above
    CONTACTS_MOST."""
    numbers = [f"+1{area}55501{last:02d}" for last in range(NUMBERS_PER_AREA) for area in _AREA_CODES]
    if count > len(numbers):
        raise ValueError(f"at most {len(numbers)} simulated contacts, not {count}")
    random = Random(seed)
    return [
        NewRecord(
            line=line,
            number=number,
            raw_number=number,
            contact=f"{random.choice(_FIRST)} {random.choice(_LAST)}",
            zone=zone,
            external_id=f"C{line:05d}",
            data={"town": random.choice(_TOWNS), "product": random.choice(_PRODUCTS), "remark": ""},
        )
        for line, number in enumerate(numbers[:count], 1)
    ]
