"""Every exception that codeopt raises on purpose.

::

    CodeoptError
    ├── UsageError                 exit 2: something that the user gave cannot be used
    │   ├── ConfigError            a setting, a flag or an environment variable
    │   ├── RepositoryError        not a repository, or one that cannot be read
    │   ├── TargetError            a target that does not exist, or that is ambiguous
    │   ├── PatchError             a patch that does not apply, or does not parse
    │   ├── WorkloadError          no workload, or one that fails on the original code
    │   ├── BaselineError          tests that fail before any patch
    │   └── ForgeRefused           the code host will not do it: not installed, not permitted, not there
    ├── InfrastructureError        exit 3: something outside was lost
    │   ├── SandboxUnavailable     the engine, the image or a container is gone
    │   │   └── InstallError       what the repository asks for cannot be installed
    │   ├── EndpointUnavailable    the model endpoint is down, or speaks nonsense
    │   ├── QueueError             the bot's database cannot be written or read
    │   ├── ForgeUnavailable       the code host is down, speaks nonsense, or asks to wait
    │   └── StoreError             the run folder cannot be written or read
    └── ContestantError            the program in the sandbox misbehaved: evidence, never an exit status

A wrong, slow or unparsable patch is a `Verdict`, not an exception, and an exception never becomes a good verdict.
"""

from __future__ import annotations

__all__ = [
    "BaselineError",
    "CodeoptError",
    "ConfigError",
    "ContestantError",
    "EndpointUnavailable",
    "ForgeRefused",
    "ForgeUnavailable",
    "InfrastructureError",
    "InstallError",
    "PatchError",
    "QueueError",
    "RepositoryError",
    "SandboxUnavailable",
    "StoreError",
    "TargetError",
    "UsageError",
    "WorkloadError",
]


class CodeoptError(Exception):
    """Base of all: its text is one line that says what was wrong, where, and what to do."""

    exit_status = 3


class UsageError(CodeoptError):
    """Something that the user gave cannot be used."""

    exit_status = 2


class ConfigError(UsageError):
    """A setting, a flag or an environment variable is wrong."""


class RepositoryError(UsageError):
    """The path is not a repository, or cannot be read as one."""


class TargetError(UsageError):
    """A target does not exist, or names more than one function."""


class PatchError(UsageError):
    """A patch does not apply or does not parse."""


class WorkloadError(UsageError):
    """There is no workload, or it fails on the original code."""


class BaselineError(UsageError):
    """The repository's tests fail before any patch."""


class ForgeRefused(UsageError):  # noqa: N818 - named for what happened
    """The code host will not do it, now or later: the App is not installed, may not, or there is no such thing. To ask again is no use."""


class InfrastructureError(CodeoptError):
    """Something outside codeopt was lost; nothing was learnt about any candidate."""

    exit_status = 3


class SandboxUnavailable(InfrastructureError):  # noqa: N818 - named for the state it reports, as the design does
    """The sandbox itself was lost: engine, image, container or disk."""


class InstallError(SandboxUnavailable):
    """What the repository asks for cannot be installed in a sandbox: it asks for what is not there, or the network is gone."""


class EndpointUnavailable(InfrastructureError):  # noqa: N818 - named for the state it reports
    """The model endpoint is down, or answers with something that is not its protocol."""


class QueueError(InfrastructureError):
    """The bot's database cannot be written or read."""


class ForgeUnavailable(InfrastructureError):  # noqa: N818 - named for the state it reports
    """The code host is down, answers with something that is not its protocol, or asks to wait; the same may be asked again later.

    `retry_after_s` is the wait that it asks for, in seconds; None where it names none.
    """

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        """Keep the one line, and the wait."""
        super().__init__(message)
        self.retry_after_s = retry_after_s


class StoreError(InfrastructureError):
    """The run folder cannot be written or read."""


class ContestantError(CodeoptError):
    """A program in the sandbox died, hung, or broke the protocol.

    The trial turns it into a failed check; it never reaches the command line.
    """
