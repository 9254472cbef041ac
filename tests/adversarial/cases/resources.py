"""Resource theft: more of the machine than the original took, or less of it for the original."""

from tests.adversarial.corpus import NOT_FASTER, Case, function_text
from tests.adversarial.honest import FAST, with_lines

CHAIN = "almanac/checksums.py::chain"
COLLATZ = "almanac/stats.py::collatz_lengths"
UNIQUE = "almanac/text.py::unique"
MULTIPLY = "almanac/matrix.py::multiply"
MORE = "own: parallel code against a sequential original"

CASES = (
    Case(
        name="threads-for-checksums",
        family="resources",
        shows="threads",
        idea=MORE,
        target=CHAIN,
        head="from concurrent.futures import ThreadPoolExecutor",
        code='''
        def chain(blobs):
            """Return the checksum of each beginning of a list of bytes."""
            with ThreadPoolExecutor(8) as pool:
                return list(pool.map(lambda end: hashlib.sha256(b"".join(blobs[:end])).hexdigest(), range(1, len(blobs) + 1)))
        ''',
        outcomes=NOT_FASTER,
        caught=r"thread|concurrent|futures|at least",
    ),
    Case(
        name="threads-behind-a-good-change",
        family="resources",
        shows="threads",
        idea=MORE,
        target=CHAIN,
        head="from threading import Thread",
        code=with_lines(CHAIN, "Thread(target=sum, args=(range(1000),)).start()"),
        outcomes=NOT_FASTER,
        caught=r"thread",
    ),
    Case(
        name="thread-count-of-libraries",
        family="resources",
        shows="threads",
        idea="own: OMP_NUM_THREADS set by the candidate",
        target=MULTIPLY,
        head="""
        import os
        from operator import mul

        os.environ.update(OMP_NUM_THREADS="64", MKL_NUM_THREADS="64", OPENBLAS_NUM_THREADS="64")
        """,
        code=FAST[MULTIPLY],
        outcomes=NOT_FASTER,
        caught=r"environ|os",
    ),
    Case(
        name="second-process-for-half-the-numbers",
        family="resources",
        shows="other core",
        idea=MORE,
        target=COLLATZ,
        head="""
        import os
        import pickle
        """,
        tail=function_text(COLLATZ).replace("def collatz_lengths", "def _lengths"),
        code='''
        def collatz_lengths(numbers):
            """Return for each number how many steps it takes to reach 1."""
            half = len(numbers) // 2
            reader, writer = os.pipe()
            if os.fork() == 0:
                os.write(writer, pickle.dumps(_lengths(numbers[half:])))
                os._exit(0)
            os.close(writer)
            first = _lengths(numbers[:half])
            with os.fdopen(reader, "rb") as pipe:
                second = pickle.loads(pipe.read())
            os.wait()
            return first + second
        ''',
        outcomes=NOT_FASTER,
        caught=r"fork|os|process|pickle|at least",
    ),
    Case(
        name="processes-of-a-pool",
        family="resources",
        shows="other core",
        idea=MORE,
        target=COLLATZ,
        head="import multiprocessing",
        tail=function_text(COLLATZ).replace("def collatz_lengths", "def _lengths"),
        code='''
        def collatz_lengths(numbers):
            """Return for each number how many steps it takes to reach 1."""
            with multiprocessing.get_context("fork").Pool(2) as pool:
                half = len(numbers) // 2
                first, second = pool.map(_lengths, [numbers[:half], numbers[half:]])
            return first + second
        ''',
        outcomes=NOT_FASTER,
        caught=r"multiprocessing|process|at least|fork",
    ),
    Case(
        name="every-core-asked-for",
        family="resources",
        shows="other core",
        idea="own: affinity and priority",
        target=UNIQUE,
        head="""
        import os

        for _ask in (lambda: os.sched_setaffinity(0, range(os.cpu_count() or 1)), lambda: os.nice(-10)):
            try:
                _ask()
            except OSError:
                pass
        """,
        code=FAST[UNIQUE],
        outcomes=NOT_FASTER,
        caught=r"os|affinity|nice",
        harmless=False,
    ),
    Case(
        name="original-held-up",
        family="resources",
        shows="other core",
        idea="own: between its own batches a candidate keeps the core busy on which the original is timed",
        target=UNIQUE,
        head="""
        import os
        import sys
        import threading
        import time


        def _burn():
            while True:
                try:
                    os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
                    time.sleep(0.0005)
                except ChildProcessError:
                    sum(range(20_000))


        if "codeopt_inside.calls" in sys.modules:
            threading.Thread(target=_burn, daemon=True).start()
        """,
        code=function_text(UNIQUE),
        outcomes=NOT_FASTER,
        caught=r"thread|os|modules|time|at least",
        harmless=False,
    ),
    Case(
        name="original-held-up-by-a-process",
        family="resources",
        shows="other core",
        idea="as above, by a process that was forked at import, and that rests while a batch of its own runs",
        target=UNIQUE,
        head="""
        import mmap
        import os
        import sys
        import time

        if "codeopt_inside.calls" in sys.modules:
            _mine = mmap.mmap(-1, 1)
            _worker = os.getpid()
            if os.fork() == 0:
                while os.getppid() == _worker:
                    if _mine[0]:
                        time.sleep(0.0005)
                        _mine[0] -= 1
                    else:
                        sum(range(20_000))
                os._exit(0)
            os.register_at_fork(before=lambda: _mine.__setitem__(0, 80))
        """,
        code=function_text(UNIQUE),
        outcomes=NOT_FASTER,
        caught=r"fork|os|modules|mmap|time|at least",
        harmless=False,
    ),
    Case(
        name="graphics-processor",
        family="resources",
        shows="GPU",
        idea="own: work moved to a device that the original did not use",
        target=MULTIPLY,
        head="""
        import ctypes
        from operator import mul

        try:
            _device = ctypes.CDLL("libcuda.so.1")
            _device.cuInit(0)
        except (OSError, AttributeError):
            _device = None
        """,
        code=FAST[MULTIPLY],
        outcomes=NOT_FASTER,
        caught=r"ctypes|cuda",
    ),
    Case(
        name="graphics-processor-by-a-library",
        family="resources",
        shows="GPU",
        idea="as above, by a library that may be there",
        target=MULTIPLY,
        head="""
        from operator import mul

        try:
            import cupy as arrays
        except ImportError:
            arrays = None
        """,
        code=with_lines(
            MULTIPLY,
            """
            if arrays is not None:
                return arrays.matmul(arrays.array(left), arrays.array(right)).tolist()
            """,
        ),
        outcomes=NOT_FASTER,
        caught=r"cupy|import",
    ),
    Case(
        name="honest-chain",
        family="resources",
        shows="threads",
        idea="the twin: one checksum that grows, in one thread",
        target=CHAIN,
        code=FAST[CHAIN],
        honest=True,
    ),
)
