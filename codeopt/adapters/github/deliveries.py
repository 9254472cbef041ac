"""Lists the deliveries of the App's webhook that had no good answer, and has them made again: as the App, with no installation's token."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from codeopt.adapters.github.api import Api, Credentials
from codeopt.adapters.github.call import MOST_PAGES, PAGE, Call
from codeopt.adapters.github.wire import DeliveryJson
from codeopt.model.forge import FailedDelivery

__all__ = ["failed_deliveries", "redeliver"]

_LOG = logging.getLogger(__name__)
_GOOD = range(200, 300)
_ACCEPTED = 202


async def failed_deliveries(api: Api, key: Credentials, *, since_s: float) -> Sequence[FailedDelivery]:
    """Return what was first delivered since a time and never had a good answer, oldest first.

    What was first delivered before, or lies behind the last page that is read, is left out: how often it was repeated cannot be counted.

    Raises:
        ForgeUnavailable: they cannot be listed now.
        ForgeRefused: the key is not taken.
    """
    attempts: defaultdict[str, list[DeliveryJson]] = defaultdict(list)
    async with aclosing(_attempts(api, key, since_s)) as newest_first:
        async for one in newest_first:
            attempts[one.guid].append(one)
    failed = [_failed(tries) for tries in attempts.values() if not _answered(tries) and _whole(tries)]
    return sorted(failed, key=lambda each: (each.attempted_s, each.id))


async def redeliver(api: Api, key: Credentials, delivery_id: int) -> None:
    """Have a delivery made again.

    Raises:
        ForgeUnavailable: GitHub cannot be asked now.
        ForgeRefused: there is none of that number, or it is too old.
    """
    call = Call(
        method="POST",
        route="/app/hook/deliveries/{delivery_id}/attempts",
        values={"delivery_id": delivery_id},
        repeatable=True,  # what is delivered twice is one job
        status=_ACCEPTED,
    )
    await api.read(object, call, key)


async def _attempts(api: Api, key: Credentials, since_s: float) -> AsyncGenerator[DeliveryJson]:
    """Return the attempts since a time, the newest first, as GitHub lists them.

    GitHub's own filter by outcome is not used: it knows no attempt that nobody answered, and servers that are older do not have it.
    """
    pages = 0
    async with aclosing(api.pages(list[DeliveryJson], Call(method="GET", route="/app/hook/deliveries"), key)) as listed:
        async for page in listed:
            pages += 1
            for one in page:
                if one.delivered_at.timestamp() < since_s:
                    return
                yield one
            if pages == MOST_PAGES:
                _LOG.warning("more than %d deliveries: older ones that failed are not made again", MOST_PAGES * PAGE)
                return


def _answered(tries: Sequence[DeliveryJson]) -> bool:
    return any(one.status_code in _GOOD for one in tries)


def _whole(tries: Sequence[DeliveryJson]) -> bool:
    return not all(one.redelivery for one in tries)


def _failed(tries: Sequence[DeliveryJson]) -> FailedDelivery:
    newest = max(tries, key=lambda one: (one.delivered_at, one.id))
    return FailedDelivery(
        id=newest.id,
        guid=newest.guid,
        event=newest.event,
        attempted_s=newest.delivered_at.timestamp(),
        redeliveries=len(tries) - 1,
    )
