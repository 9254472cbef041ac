"""Sets check runs. Annotations go fifty at a time, and GitHub adds each lot to those that are there: their number says where to go on."""

from __future__ import annotations

from typing import Any

from codeopt.adapters.github.api import Api, Credentials
from codeopt.adapters.github.attempts import once
from codeopt.adapters.github.call import Call
from codeopt.adapters.github.faults import AnswerLost
from codeopt.adapters.github.text import SUMMARY_CHARACTERS, TITLE_CHARACTERS, cut
from codeopt.adapters.github.wire import CheckRunJson, CheckRuns
from codeopt.model.forge import Annotation, CheckRun, RepositoryName

__all__ = ["ANNOTATIONS_AT_ONCE", "CheckRunsOf"]

ANNOTATIONS_AT_ONCE = 50
_MESSAGE_CHARACTERS = 16_000  # GitHub takes 64 KB; a character is at most four bytes
_ONE = "/repos/{owner}/{repo}/check-runs/{check_run_id}"


class CheckRunsOf:
    """The check runs of one repository; `app_id` is the App's own."""

    def __init__(self, api: Api, credentials: Credentials, repository: RepositoryName, app_id: int) -> None:
        """Keep what is needed to ask; nothing is sent."""
        self._api = api
        self._credentials = credentials
        self._repository = repository
        self._app_id = app_id

    async def put(self, check: CheckRun) -> int:
        """Make the run of that key and commit say this.

        A run that a late request has made twice cannot be deleted: all of them say the same then, and the newest is shown.
        """
        made_now: set[int] = set()
        runs = await once(
            f"the check run {check.key} on {self._repository} {check.head_sha[:12]}",
            look=lambda: self._found(check),
            make=lambda: self._made(check, made_now),
            timing=self._api.timing,
            clock=self._api.clock,
        )
        for run in runs:
            if run.id not in made_now:
                await self._patched(check, run, ())
            await self._annotated(check, run)
        return runs[-1].id

    async def _found(self, check: CheckRun) -> list[CheckRunJson] | None:
        call = Call(
            method="GET",
            route="/repos/{owner}/{repo}/commits/{ref}/check-runs",
            values={**self._values, "ref": check.head_sha},
            query={"check_name": check.name, "filter": "all", "app_id": self._app_id},
        )
        pages = self._api.pages(CheckRuns, call, self._credentials)
        found = [run async for page in pages for run in page.check_runs if run.external_id == check.key]
        return sorted(found, key=lambda run: run.id) or None

    async def _made(self, check: CheckRun, made_now: set[int]) -> list[CheckRunJson]:
        # Without annotations, so that one way of adding them is enough.
        body = {"name": check.name, "head_sha": check.head_sha, "external_id": check.key, **_state(check), "output": _output(check, ())}
        call = Call(method="POST", route="/repos/{owner}/{repo}/check-runs", values=self._values, body=body)
        made = await self._api.read(CheckRunJson, call, self._credentials)
        made_now.add(made.id)
        return [made]

    async def _annotated(self, check: CheckRun, run: CheckRunJson) -> None:
        """Add the annotations that a run lacks. The host's count is asked only where it is not known here: it may lag behind."""
        there, attempt = run.output.annotations_count, 0
        while there < len(check.annotations):
            lot = check.annotations[there : there + ANNOTATIONS_AT_ONCE]
            try:
                await self._patched(check, run, lot)
                there += len(lot)
            except AnswerLost as lost:
                attempt += 1
                if attempt >= self._api.timing.attempts:
                    raise
                await self._api.clock.sleep(max(self._api.timing.pause_s(attempt), lost.retry_after_s or 0.0))
                there = (await self._read(run)).output.annotations_count

    async def _patched(self, check: CheckRun, run: CheckRunJson, annotations: tuple[Annotation, ...]) -> CheckRunJson:
        call = Call(
            method="PATCH",
            route=_ONE,
            values={**self._values, "check_run_id": run.id},
            body={**_state(check), "output": _output(check, annotations)},
            repeatable=not annotations,
        )
        return await self._api.read(CheckRunJson, call, self._credentials)

    async def _read(self, run: CheckRunJson) -> CheckRunJson:
        return await self._api.read(
            CheckRunJson, Call(method="GET", route=_ONE, values={**self._values, "check_run_id": run.id}), self._credentials
        )

    @property
    def _values(self) -> dict[str, str | int]:
        return {"owner": self._repository.owner, "repo": self._repository.name}


def _state(check: CheckRun) -> dict[str, Any]:
    # A conclusion alone completes a run; the status without one would be refused.
    return {"status": check.status.value} if check.conclusion is None else {"status": "completed", "conclusion": check.conclusion.value}


def _output(check: CheckRun, annotations: tuple[Annotation, ...]) -> dict[str, Any]:
    output: dict[str, Any] = {"title": cut(check.title, TITLE_CHARACTERS), "summary": cut(check.summary, SUMMARY_CHARACTERS)}
    if check.text:
        output["text"] = cut(check.text, SUMMARY_CHARACTERS)
    if annotations:
        output["annotations"] = [_annotation(each) for each in annotations]
    return output


def _annotation(annotation: Annotation) -> dict[str, Any]:
    return {
        "path": annotation.path,
        "start_line": annotation.start_line,
        "end_line": annotation.end_line,
        "annotation_level": annotation.level.value,
        "title": cut(annotation.title, TITLE_CHARACTERS - 1),
        "message": cut(annotation.message, _MESSAGE_CHARACTERS),
    }
