"""Records of orders, states, times, money and paths."""

import datetime
import enum
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import PurePosixPath


@dataclass
class Order:
    """So many of one thing, with remarks."""

    key: str
    quantity: int
    remarks: list = field(default_factory=list)


class State(enum.Enum):
    """Where a job is."""

    NEW = "new"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


def merge_orders(orders):
    """Return one new order for each key, in the order in which keys come first, with the sum and all remarks."""
    merged = []
    for order in orders:
        for other in merged:
            if other.key == order.key:
                other.quantity = other.quantity + order.quantity
                other.remarks = other.remarks + order.remarks
                break
        else:
            merged.append(Order(order.key, order.quantity, list(order.remarks)))
    return merged


def tally_states(events):
    """Return how many events there are of each state, every state in order of its definition."""
    tally = {}
    for state in State:
        tally[state] = len([event for event in events if event is state])
    return tally


def bucket_by_hour(stamps):
    """Return the stamps of each hour, by the hour's beginning, earliest hour first."""
    hours = []
    for stamp in stamps:
        hour = stamp.replace(minute=0, second=0, microsecond=0)
        if hour not in hours:
            hours.append(hour)
    return {hour: [stamp for stamp in stamps if hour <= stamp < hour + datetime.timedelta(hours=1)] for hour in sorted(hours)}


def split_bill(total, weights):
    """Split an amount by weights, to the cent; what rounding leaves goes to the first one."""
    cent = Decimal("0.01")
    parts = [(total * weight / sum(weights)).quantize(cent, rounding=ROUND_HALF_UP) for weight in weights]
    for at in range(len(parts)):
        if at == 0:
            parts[at] += total - sum(parts)
    return parts


def common_root(paths):
    """Return the deepest folder that holds all paths; the path itself where there is one."""
    root = paths[0]
    while not all(path == root or root in list(path.parents) for path in paths):
        root = PurePosixPath(*root.parts[:-1])
    return root
