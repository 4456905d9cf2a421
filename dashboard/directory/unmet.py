"""`POST /unmet`: a reader's page says that nothing met a need; how it ended and the service, and nothing else.

A page sends it once by itself, or its button does where scripts are off. Never by GET: a link that is followed, a robot
or a reload writes nothing. What one process takes in a minute is bounded, whoever sends it, so that no address needs to
be remembered.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast, get_args

import flask

from dashboard.directory.guide import guide_of
from dashboard.directory.writing import Limit, is_own_form, told, too_many, writer_of
from dashboard.i18n import Texts
from dashboard.queries.public_writes import Outcome
from dashboard.view import language

if TYPE_CHECKING:
    from dashboard.deps import Deps

MOST_PER_MIN = 60
ONCE = re.compile(r"[0-9a-f]{16}")


def register(server: flask.Flask, deps: Deps) -> None:
    """Add `/unmet`."""
    limit = Limit(MOST_PER_MIN)

    @server.route("/unmet", methods=["POST"])
    def unmet() -> flask.typing.ResponseReturnValue:
        form = flask.request.form
        outcome, service, once = form.get("outcome", ""), form.get("service", ""), form.get("once", "")
        is_known = outcome in get_args(Outcome) and service in {"", *guide_of(deps).taxonomy.services}
        if not is_known or not ONCE.fullmatch(once):
            return "Not a need of ours", 400
        if not is_own_form():
            return "The form must come from this site", 403
        if not limit.takes():
            return too_many(deps, path="/find", back="/find")
        writer_of(deps).need(cast("Outcome", outcome), now=deps.now(), service_code=service, once=once)
        said = Texts(language(deps))("social.noted")
        return told(deps, said, path="/find", back="/find", has_number=True)
