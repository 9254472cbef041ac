"""The exceptions of the package.

VidsenseError
    VideoError      the file cannot be opened, has no video, or breaks while it is decoded
    ViewersError    the file with what viewers did cannot be read
    ReasonerError   a reasoner could not be asked, or its answer could not be read
"""


class VidsenseError(Exception):
    """Base of every error that is the input's fault; the message is one line, fit to be shown to a user."""


class VideoError(VidsenseError):
    """The video cannot be read."""


class ViewersError(VidsenseError):
    """What viewers did cannot be read."""


class ReasonerError(VidsenseError):
    """The reasoner cannot be asked, or answers nonsense."""
