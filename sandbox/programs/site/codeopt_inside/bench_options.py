"""What other plug-ins of pytest that are switched off here would have brought: options, settings, markers, fixtures and hooks.

A repository's configuration names them, and must still be read: they are accepted, and mean nothing. The module is a plug-in itself, for
the fixtures.
"""

import importlib

import pytest

from codeopt_inside import bench_hooks

# They time, distribute, trace, kill or repeat what is timed here.
SWITCHED_OFF = (
    *("benchmark", "pytest_benchmark.plugin", "codspeed", "pytest_codspeed.plugin", "xdist", "xdist.looponfail", "xdist.plugin"),
    *("pytest_cov", "pytest_cov.plugin", "timeout", "pytest_timeout", "rerunfailures", "randomly", "pytest_randomly"),
)

_FLAGS = (
    *("--benchmark-disable-gc", "--benchmark-skip", "--benchmark-disable", "--benchmark-enable", "--benchmark-only"),
    *("--benchmark-autosave", "--benchmark-save-data", "--benchmark-verbose", "--benchmark-quiet"),
    *("--codspeed", "--loadscope-reorder", "--no-loadscope-reorder"),
    *("--cov-reset", "--no-cov-on-fail", "--no-cov", "--cov-append", "--cov-branch"),
    *("--timeout-disable-debugger-detection", "--randomly-dont-reset-seed", "--randomly-dont-reorganize"),
)
_VALUES = (
    *("--benchmark-min-time", "--benchmark-max-time", "--benchmark-min-rounds", "--benchmark-precision", "--benchmark-confidence"),
    *("--benchmark-timer", "--benchmark-calibration-precision", "--benchmark-warmup-iterations", "--benchmark-save"),
    *("--benchmark-json", "--benchmark-cprofile", "--benchmark-cprofile-loops", "--benchmark-cprofile-top", "--benchmark-storage"),
    *("--benchmark-sort", "--benchmark-group-by", "--benchmark-columns", "--benchmark-name", "--benchmark-time-unit"),
    *("--codspeed-mode", "--codspeed-warmup-time", "--codspeed-max-time", "--codspeed-max-rounds"),
    *("--maxprocesses", "--max-worker-restart", "--dist", "--tx", "--px", "--rsyncdir", "--rsyncignore", "--testrunuid"),
    *("--maxschedchunk", "--cov-report", "--cov-config", "--cov-fail-under", "--cov-precision", "--cov-context"),
    *("--timeout", "--timeout-method", "--timeout_method", "--session-timeout"),
    *("--reruns", "--reruns-delay", "--only-rerun", "--rerun-except", "--randomly-seed"),
)
_OPTIONAL = (
    *("--benchmark-warmup", "--benchmark-compare", "--benchmark-cprofile-dump", "--benchmark-netrc"),
    *("--benchmark-histogram", "--benchmark-csv", "--cov"),
)
_SETTINGS = (
    *("timeout", "timeout_method", "timeout_func_only", "timeout_disable_debugger_detection", "session_timeout"),
    *("rsyncdirs", "rsyncignore", "looponfailroots", "reruns", "reruns_delay"),
)
_MARKERS = ("benchmark", "codspeed", "codspeed_benchmark", "timeout", "flaky", "xdist_group", "no_cover")


def switch_off(pluginmanager):
    """Keep these plug-ins out, also where the repository's options ask for them by name: that would let a blocked one in."""
    for name in SWITCHED_OFF:
        pluginmanager.set_blocked(name)
    consider = pluginmanager.consider_pluginarg

    def considered(arg):
        if arg not in SWITCHED_OFF:
            consider(arg)

    pluginmanager.consider_pluginarg = considered


def declare(parser):
    """Accept the options and settings; what another plug-in declares already is left to it."""
    group = parser.getgroup("codeopt")
    for name in _FLAGS:
        _add(group.addoption, name, action="store_true", default=False)
    for name in _VALUES:
        _add(group.addoption, name, default=None)
    for name in _OPTIONAL:
        _add(group.addoption, name, nargs="?", default=None)
    _add(group.addoption, "--benchmark-compare-fail", nargs="+", default=None)
    # Short options in lower case are pytest's own, unless asked for this way.
    _add(group._addoption, "-n", "--numprocesses", default=None)
    _add(group._addoption, "-d", dest="distload", action="store_true", default=False)
    for name in _SETTINGS:
        _add(parser.addini, name, "accepted, and without meaning here", default=None)


def _add(add, *names, **how):
    try:
        add(*names, **how)
    except ValueError:
        return


def add_markers(config):
    for name in _MARKERS:
        config.addinivalue_line("markers", "%s: known to a plug-in that is switched off" % name)


def add_hooks(pluginmanager):
    """Let hooks for these plug-ins stand in the repository's conftest: nothing calls them."""
    for name, otherwise in (("pytest_benchmark.hookspec", bench_hooks), ("xdist.newhooks", None)):
        try:
            hooks = importlib.import_module(name)
        except ImportError:
            hooks = otherwise
        if hooks is not None:
            pluginmanager.add_hookspecs(hooks)


@pytest.fixture(scope="session")
def worker_id():
    """Return what pytest-xdist says in a run without it."""
    return "master"


@pytest.fixture(scope="session")
def testrun_uid():
    return "codeopt"


@pytest.fixture
def no_cover():
    return None


@pytest.fixture
def cov():
    return None
