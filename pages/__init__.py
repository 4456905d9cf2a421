"""One file per page, wiring only; the lists say which process shows which, and import them when asked.

Late, because a page imports its component libraries, and each of those loads on every page of its process.
"""

from __future__ import annotations

from types import ModuleType


def staff() -> tuple[ModuleType, ...]:
    """The pages of the staff process."""
    from pages import (
        brief,
        compare,
        contact_centre,
        data,
        executor,
        executors,
        followups,
        late_map,
        operator,
        request,
        rows,
        sla,
        topics,
        volumes,
    )

    return (
        brief,
        volumes,
        topics,
        sla,
        executors,
        followups,
        contact_centre,
        late_map,
        compare,
        data,
        rows,
        executor,
        request,
        operator,
    )


def public() -> tuple[ModuleType, ...]:
    """The pages of the public process."""
    from pages import address, eligibility, embed, institution, open_data, public_home, social_map

    return (public_home, social_map, institution, address, eligibility, open_data, embed)
