"""The handler that says what each job would do, and does nothing."""

from __future__ import annotations

from codeopt.model.bot import Delivery, Job

__all__ = ["DryRun"]


class DryRun:
    """`work.Handler` that changes nothing anywhere."""

    async def handle(self, job: Job, delivery: Delivery) -> str:  # noqa: ARG002 - the protocol's signature
        """Return what the job would do."""
        place = f"{job.repository}#{job.number}" if job.number else job.lane
        return " ".join(("dry run: would", job.kind.value, *job.arguments, "for", place))
