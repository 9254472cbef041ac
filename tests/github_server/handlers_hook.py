"""Answers about the deliveries of the App's webhook."""

from __future__ import annotations

from typing import Any

from codeopt.adapters.fake_host import SeenDelivery
from tests.github_server.asked import Asked, Refused, Reply
from tests.github_server.state import stamp

__all__ = ["HANDLERS"]

_REDELIVERED_S = 3 * 86400.0


def list_deliveries(asked: Asked) -> Reply:
    """A page of attempts, the newest first, from the one on that the cursor names; the link to the next page is another cursor."""
    newest_first = sorted(asked.hub.deliveries, key=lambda one: (one.delivered_s, one.id), reverse=True)
    size, cursor = int(asked.query.get("per_page", 30)), asked.query.get("cursor", "")
    places = [at for at, one in enumerate(newest_first) if cursor in {"", f"v1_{one.id}"}]
    if newest_first and not places:
        raise Refused(400, "Invalid cursor")
    start = places[0] if places else 0
    shown, rest = newest_first[start : start + size], newest_first[start + size :]
    headers = {"link": f'<{asked.url}?per_page={size}&cursor=v1_{rest[0].id}>; rel="next"'} if rest else {}
    return Reply(status=200, body=[_shape(one) for one in shown], headers=headers)


def redeliver(asked: Asked) -> Reply:
    """Another attempt, with the GUID of the first one."""
    known = next((one for one in asked.hub.deliveries if str(one.id) == asked.values["delivery_id"]), None)
    if known is None:
        raise Refused(404, "Not Found")
    if known.delivered_s < asked.hub.now_s() - _REDELIVERED_S:
        raise Refused(422, "The delivery is too old to be redelivered.")
    asked.hub.deliver(known.guid, status=asked.hub.webhook(known.guid), redelivery=True, event=known.event)
    return Reply(status=202, body={})


def _shape(one: SeenDelivery) -> dict[str, Any]:
    return {
        "id": one.id,
        "guid": one.guid,
        "delivered_at": stamp(one.delivered_s),
        "redelivery": one.redelivery,
        "duration": 0.03,
        "status": "OK" if one.status in range(200, 300) else "failed to connect to host" if not one.status else "Failed",
        "status_code": one.status,
        "event": one.event,
        "action": None,
        "installation_id": None,
        "repository_id": None,
        "throttled_at": None,
    }


HANDLERS = {
    "apps/list-webhook-deliveries": ("", "", list_deliveries),
    "apps/redeliver-webhook-delivery": ("", "", redeliver),
}
