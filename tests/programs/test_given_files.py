"""Files that calls are given by name: kept before the call, laid out for each replay, compared afterwards."""

from __future__ import annotations

import functools
import gzip
import io
import os
import pickle
import random
import tempfile
import time
import zipfile
from pathlib import Path

import pytest
from codeopt_inside import byvalue, calls, canon, given_files, left_files, passing, sketch, values, vary, watch, world, worn
from codeopt_inside.children import in_child
from codeopt_inside.smaller import smaller
from codeopt_inside.target import Target
from codeopt_inside.varied_files import CHANGES, changed, mixed, traits


@pytest.fixture(autouse=True)
def _temporary(tmp_path, monkeypatch):
    """Have a folder for temporary files of the test's own."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    canon.hide([(str(folder), "{tmp}")])
    yield
    given_files.cleared(os.getpid())
    given_files._laid.update(pid=0, count=0, one=False)
    canon.hide([])


def kept(*arguments, **keywords):
    """Return the pickle of a call as the recorder makes it."""
    data, _ = Target("mod.py", "f", 0).pickled(arguments, keywords)
    return data


def done(function, data):
    """Make a recorded call; returns what is told of it."""
    call = calls.loaded(data)
    result = calls.make(function, *call)
    return calls.told(0, data, (call, *result), "", 10_000)


UNCLOSED = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


def in_folder(name, data=None):
    path = Path(tempfile.gettempdir()) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if data is not None:
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def read(path):
    return Path(path).read_text(encoding="utf-8")


def write(path, text):
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(text)


@pytest.mark.parametrize("kind", [str, Path])
def test_a_file_is_there_again_as_it_was_before_the_call(kind):
    path = in_folder("a/in.txt", "one\n")
    data = kept(kind(path))
    write(path, "two\n")
    path.unlink()
    for _ in range(2):
        told = done(read, data)
        assert (told["status"], told["shown"]) == ("returned", r"'one\n'")
    (again,), _ = calls.loaded(data)
    assert type(again) is type(kind(path))
    assert Path(again) != path
    assert str(again).endswith("/a/in.txt")


def test_each_replay_has_a_folder_of_its_own():
    data = kept(str(in_folder("log.txt", "x")), "y")
    first, second = done(write, data), done(write, data)
    assert first["digest"] == second["digest"]
    assert "log.txt: 'xy'" in first["files"]


def test_what_is_written_counts():
    data = kept(str(in_folder("out.csv")), [1, 2])

    def saved(text):
        return lambda path, rows: Path(path).write_text(text * len(rows), encoding="utf-8")

    assert done(saved("a"), data)["digest"] != done(saved("b"), data)["digest"]
    assert done(saved("a"), data)["digest"] == done(saved("a"), data)["digest"]
    assert done(lambda path, rows: len(rows), data)["digest"] != done(saved("a"), data)["digest"]

    def beside(path, rows):
        Path(path).with_suffix(".bak").write_text("x", encoding="utf-8")
        return saved("a")(path, rows)

    assert done(beside, data)["digest"] != done(saved("a"), data)["digest"]


def test_a_file_that_is_written_as_it_was_is_not_one_that_is_left_alone():
    data = kept(in_folder("in.txt", "one"))

    def rewritten(path):
        path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")

    assert done(rewritten, data)["digest"] == done(rewritten, data)["digest"]
    assert done(rewritten, data)["digest"] != done(lambda path: None, data)["digest"]
    assert (done(rewritten, data)["files"], done(lambda path: None, data)["files"]) == ("in.txt: 'one'", "1 as it was")


def test_files_were_last_written_in_the_order_in_which_they_were_and_not_long_ago():
    paths = [in_folder(f"logs/{name}.txt", name) for name in "cab"]
    for at, path in enumerate(paths):
        os.utime(path, (at, at))

    def newest_first(folder):
        times = {path.name: path.stat().st_mtime for path in Path(folder).iterdir()}
        assert all(0 <= time.time() - each < 3_600 for each in times.values())
        return sorted(times, key=times.get, reverse=True)

    assert done(newest_first, kept(str(paths[0].parent)))["shown"] == "['b.txt', 'a.txt', 'c.txt']"
    [made, *_] = vary.varied([kept(str(paths[0].parent), 5, "a b c")], 1)
    assert newest_first(calls.loaded(made)[0][0]) == ["b.txt", "a.txt", "c.txt"]


def test_the_second_time_the_files_of_all_calls_have_one_path():
    recorded = [kept(str(in_folder("in.txt", text))) for text in ("one", "two")]
    remembers = functools.cache(read)
    assert [done(remembers, data)["shown"] for data in recorded] == ["'one'", "'two'"]

    def second(function):
        return [digest for digest, _ in worn.named(function, recorded, [], {0, 1}, 1_000, False)]

    assert second(remembers)[0] == second(read)[0]
    assert second(remembers)[1] != second(read)[1]
    assert calls.loaded(recorded[0])[0] != calls.loaded(recorded[0])[0]


def test_what_remembers_files_by_their_times_is_right_the_second_time():
    recorded = [kept(str(in_folder("in.txt", text))) for text in ("one", "two")]
    known = {}

    def remembers(path):
        status = Path(path).stat()
        key = (path, status.st_mtime_ns, status.st_size)
        if key not in known:
            known[key] = read(path)
        return known[key]

    first, second = worn.named(remembers, recorded, [], {0, 1}, 1_000, False)
    assert first != second


def test_of_many_files_those_that_were_written_are_shown():
    for name in "abcdefgh":
        in_folder(f"logs/{name}.log", name)
    data = kept(str(in_folder("logs")))
    told = done(lambda folder: write(folder + "/z.log", "new"), data)
    assert told["files"] == "z.log: 'new'; 8 as it was"
    assert "a.log: 'a'; b.log: 'b'; c.log: 'c'; 5 more files" in told["given"]


def test_what_a_failing_call_leaves_counts_without_its_words():
    data = kept(str(in_folder("out.txt")))

    def failing(text):
        def function(path):
            Path(path).write_text(text, encoding="utf-8")
            raise KeyError(text)

        return function

    assert done(failing("a"), data)["loose"] != done(failing("b"), data)["loose"]


def test_folders_come_with_what_they_hold_and_names_deep_in_arguments_count():
    folder = in_folder("data/sub/x.txt", "x").parent.parent
    in_folder("data/y.txt", "y")

    class Store:
        def __init__(self, root):
            self.root = root

    def listed(options):
        root = Path(options["stores"][0].root)
        return sorted((str(path.relative_to(root)), path.read_text(encoding="utf-8")) for path in root.rglob("*.txt"))

    data = kept({"stores": [Store(str(folder))]})
    for path in folder.rglob("*.txt"):
        path.unlink()
    assert done(listed, data)["shown"] == "[('sub/x.txt', 'x'), ('y.txt', 'y')]"


def test_a_name_behind_a_large_argument_is_found():
    path = in_folder("in.txt", "one")
    data = kept([(f"row {number}", number) for number in range(1_000)], str(path))
    path.unlink()
    assert done(lambda rows, path: (len(rows), read(path)), data)["shown"] == "(1000, 'one')"


def test_the_folder_is_no_behaviour():
    data = kept(str(in_folder("in.txt", "one")))
    first, second = done(lambda path: (path, len(path)), data), done(lambda path: (path, len(path)), data)
    assert first["digest"] == second["digest"]
    assert "codeopt-files" not in first["shown"] + first["given"]

    def told(path):
        Path(path).with_name("log").write_text(f"reading {path}", encoding="utf-8")

    assert done(told, data)["digest"] == done(told, data)["digest"]


@UNCLOSED
def test_a_folder_s_name_is_shown_nowhere_and_in_no_part():
    path = in_folder("a/" * 30 + "in.txt", "one")
    with path.open() as file:
        told = done(lambda *arguments: arguments, kept(file, str(path), path, f"see http://x/ and {path}"))
    assert "codeopt" not in told["given"] + told["shown"]
    assert "http://x/ and" in told["given"]
    assert "in.txt' mode='r'" in told["given"]


def test_other_texts_and_files_elsewhere_stay():
    data = kept("/etc/hosts", "/", str(Path(__file__)), 3)
    assert calls.loaded(data) == (("/etc/hosts", "/", str(Path(__file__)), 3), {})
    assert given_files.found(("/etc/hosts", tempfile.gettempdir(), tempfile.gettempdir() + "/../x"), {}) is None
    assert b"restored" not in data


def test_too_much_is_said_not_kept():
    target = Target("mod.py", "f", 0)
    assert target.pickled((str(in_folder("big", b"x" * (given_files.MOST_BYTES + 1))),), {}) == (None, None)
    assert any("more than" in reason for reason in target.skipped)


def test_calls_made_of_recorded_ones_take_the_files_along():
    path = in_folder("in.txt", "a 1\nb 2\nc 3\nd 4\n")
    data = kept(str(path), ["x", "y", "z"])
    path.unlink()
    made = vary.varied([data], 1) + vary.edges([data], 1) + smaller(data)
    assert made
    for each in made:
        assert sorted(done(lambda path, names: read(path).splitlines()[:1], each)["shown"]) == sorted("['a 1']")
    assert any(read(calls.loaded(each)[0][0]) != "a 1\nb 2\nc 3\nd 4\n" for each in vary.varied([data] * 4, 3))


@pytest.mark.parametrize("name", CHANGES)
def test_text_files_are_changed_line_by_line(name, tmp_path):
    (tmp_path / "a.txt").write_text("one two\nthree\nfour\n")
    (tmp_path / "b.bin").write_bytes(b"\xff\x00")
    assert changed(str(tmp_path), name)
    assert (tmp_path / "b.bin").read_bytes() == b"\xff\x00"
    with (tmp_path / "a.txt").open(newline="", encoding="utf-8") as file:
        text = file.read()
    assert {
        "none": "",
        "one": "one two\n",
        "two": "one two\nthree\n",
        "reversed": "four\nthree\none two\n",
        "doubled": "one two\nthree\none two\nfour\n",
        "unended": "one two\nthree\nfour",
        "spaced": "one two\nthree\nfour\n\n",
        "gap": "one two\nthree\n\nfour\n",
        "blank": "one two\nthree\n  \nfour\n",
        "spaces": "one two\nthree\n\u00a0\nfour\n",
        "returns": "one two\r\nthree\r\nfour\r\n",
        "mark": "\ufeffone two\nthree\nfour\n",
        "foreign": "\u00e4\u00dfe two\n\u00e4\u00dfree\n\u00e4\u00dfur\n",
        "seams": "\u2028ne two\n\u2028hree\n\u2028our\n",
        "broken": "one two\nthree\nfo",
    }[name] == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("reversed", "two\x0cb\none\x0ca"),
        ("doubled", "one\x0ca\none\x0ca\ntwo\x0cb"),
        ("returns", "one\x0ca\r\ntwo\x0cb"),
        ("one", "one\x0ca"),
    ],
)
def test_lines_end_at_newlines_alone_and_the_last_one_stays_without_an_end(name, text, tmp_path):
    (tmp_path / "a.txt").write_text("one\x0ca\ntwo\x0cb")
    changed(str(tmp_path), name)
    assert (tmp_path / "a.txt").read_bytes() == text.encode()


def test_lines_that_are_mixed_do_not_run_together(tmp_path):
    made = set()
    for seed in range(20):
        (tmp_path / "a.txt").write_text("one\ntwo\nthree")
        mixed(str(tmp_path), random.Random(seed))
        made.add((tmp_path / "a.txt").read_text())
    assert len(made) > 3
    assert {line for text in made for line in text.split("\n")} == {"one", "two", "three"}


def test_a_folder_without_text_files_is_not_changed(tmp_path):
    (tmp_path / "b.bin").write_bytes(b"\xff\x00")
    (tmp_path / "a.txt").write_text("")
    assert not changed(str(tmp_path), "one")
    assert traits(str(tmp_path)) is None


@pytest.mark.parametrize("name", ["spaced", "gap", "blank", "spaces", "returns", "mark", "foreign", "seams"])
def test_what_a_change_makes_of_a_text_is_seen_in_it(name, tmp_path):
    (tmp_path / "a.txt").write_text("one two\nthree\nfour\n")
    assert traits(str(tmp_path)) == []
    changed(str(tmp_path), name)
    assert traits(str(tmp_path)) == [name]


def test_a_sketch_says_what_the_text_files_of_a_call_look_like():
    calls = [kept(str(in_folder("in.txt", "one\n\ntwo\r\n"))), kept(str(in_folder("in.txt", "one"))), kept(str(in_folder("none")), "x")]
    assert [told["files"] for told in sketch.sketches(calls, 9)] == [["gap", "returns"], [], None]


@pytest.mark.parametrize(("mode", "text"), [("r", "two\nthree\n"), ("rb", b"two\nthree\n")])
def test_an_open_file_is_open_again_at_the_same_place(mode, text):
    path = in_folder("in.txt", "one\ntwo\nthree\n")
    with path.open(mode) as file:
        file.read(4)
        data = kept(file)
    path.unlink()
    (again,), _ = calls.loaded(data)
    assert again.mode == mode
    assert again.read() == text
    again.close()


@UNCLOSED
def test_what_is_left_to_be_read_of_an_open_file_counts():
    path = in_folder("in.txt", "one\ntwo\nthree\n")
    with path.open() as file:
        data = kept(file)
    digests = [
        done(function, data)["digest"] for function in (next, next, lambda file: next(file) and None, list, lambda file: file.close())
    ]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 4
    call = calls.loaded(data)
    result = calls.make(lambda file: [line for line, _ in zip(file, "ab", strict=False)], *call)
    assert calls.digest(call, *result, 1_000) == calls.digest(call, *result, 1_000) != ""


@UNCLOSED
def test_what_is_written_to_an_open_file_counts():
    with in_folder("out.txt").open("w") as file:
        file.write("head\n")
        data = kept(file, "x")

    def written(text):
        return lambda file, _: file.write(text)

    assert done(written("a"), data)["digest"] != done(written("b"), data)["digest"]
    assert "out.txt: 'head\\na'" in done(written("a"), data)["files"]


def test_files_that_cannot_be_opened_again_are_refused():
    path = in_folder("in.txt", b"one\r\ntwo\r\n")
    with path.open() as file, pytest.raises(pickle.PicklingError, match="carriage"):
        byvalue.dumps(file)
    with pytest.raises(pickle.PicklingError, match="closed"):
        byvalue.dumps(file)
    with in_folder("two.txt", "one\ntwo\n").open() as file:
        next(file)
        with pytest.raises(pickle.PicklingError, match="line"):
            byvalue.dumps(file)
    reading, writing = os.pipe()
    with open(reading) as file, pytest.raises(pickle.PicklingError, match="without a name"):  # noqa: PTH123
        byvalue.dumps(file)
    with open(writing, "w") as file, pytest.raises(canon.OpaqueError):  # noqa: PTH123
        canon.encode([file])


def archived(text, seconds):
    """Return the bytes of a gzip and of a zip file made at a time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.txt", time.gmtime(seconds)[:6]), text)
    return gzip.compress(text.encode(), mtime=seconds), packed.getvalue()


def test_the_times_that_archives_keep_are_no_content(tmp_path):
    def names(text, seconds):
        found = []
        for data in archived(text, seconds):
            (tmp_path / "file").write_bytes(data)
            found.append(left_files.digest(str(tmp_path / "file")))
        return found

    assert names("one", 1_000_000_000) == names("one", 1_500_000_000)
    assert not set(names("one", 1_000_000_000)) & set(names("two", 1_000_000_000))


def test_clock_times_close_to_now_are_no_content_and_others_are(tmp_path):
    def name(text):
        (tmp_path / "file").write_text(text)
        return left_files.digest(str(tmp_path / "file"))

    now, later = (time.strftime("%H:%M:%S", time.localtime(time.time() + shift)) for shift in (0, 90))
    assert name(f"{now} begun") == name(f"{later},123 begun")
    assert name(f"{int(time.time())} begun") == name(f"{time.time() + 5:.3f} begun")
    far, farther = (time.strftime("%H:%M:%S", time.localtime(time.time() + hours * 3600)) for hours in (5, 6))
    assert name(f"{far} begun") != name(f"{farther} begun")
    assert name("99:99:99") != name("99:99:98")
    assert name("1600000000") != name("1600000001")


def test_a_fork_leaves_no_files():
    data = kept(str(in_folder("in.txt", "one")))
    folders = []

    class Pipe:
        def send(self, message):
            raise AssertionError(message)

    reader, writer = os.pipe()
    in_child(Pipe(), lambda: os.write(writer, calls.loaded(data)[0][0].encode()))
    folders.append(os.read(reader, 1_000).decode())
    os.close(reader)
    os.close(writer)
    assert "codeopt-files-" in folders[0]
    assert not Path(folders[0]).exists()
    assert not list(Path(tempfile.gettempdir()).glob("codeopt-files-*"))


def test_files_that_code_writes_elsewhere_are_told_of_at_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr(watch, "written", set())
    module = tmp_path / "tree" / "mod.py"
    module.parent.mkdir()
    module.write_text("def save(path, text):\n    with open(path, 'w') as file:\n        file.write(text)\n")
    space = {}
    exec(compile(module.read_text(), str(module), "exec"), space)
    hook = watch.Watch(str(module.parent), lambda *_: None)
    hook.written = watch.written
    frame = space["save"].__code__

    class Frame:
        f_code, f_lineno, f_back = frame, 2, None

    hook.note(str(tmp_path / "report.txt"), Frame)
    assert world._written() == {
        "which files it writes": str(tmp_path / "report.txt"),
        f"the file {tmp_path / 'report.txt'}": "no file to compare",
    }
    space["save"](tmp_path / "report.txt", "a")
    first = world._written()
    space["save"](tmp_path / "report.txt", "b")
    assert first != world._written()
    hook.note("x" * 10, None)
    assert len(watch.written) == 1


@pytest.mark.parametrize(
    ("mode", "flags", "writes"), [("r", 0, False), ("rb+", 0, True), ("w", 0, True), (None, os.O_RDONLY, False), (None, os.O_WRONLY, True)]
)
def test_who_opens_a_file_for_writing(mode, flags, writes):
    assert watch._is_writing("x", mode, flags) is writes


def test_a_call_with_generators_and_files_has_both():
    path = in_folder("in.txt", "one")
    given, named, logs = passing.tapped(((number for number in range(3)), str(path)), {})
    files = given_files.found(given, named)
    data = passing.dumps((given, named), False, logs, files)
    assert list(given[0]) == [0, 1, 2]
    path.unlink()
    whole = passing.whole(data, list(logs.values()), files)
    assert done(lambda numbers, path: (list(numbers), read(path)), whole)["shown"] == "([0, 1, 2], 'one')"


def test_hidden_folders_of_calls_have_one_name():
    text = str(Path(tempfile.gettempdir()) / (given_files.ROOT % 7) / "0000000a" / "in.txt")
    assert values.atom(text) == "p{files}/in.txt"
    assert values.atom(text.encode()) == values.atom(text.replace("0000000a", "0000000b").encode())


def test_a_text_that_was_made_of_a_name_names_the_same_place_in_another_process():
    data = kept(str(in_folder("in.txt", "one")))
    (name,), keywords = calls.loaded(data)
    made = passing.again(((f" {name}\t{name}!",), keywords))
    (text,), _ = calls.loaded(made)
    folder = given_files.FOLDER.search(text).group()
    assert folder not in name
    assert text == f" {tempfile.gettempdir()}/{folder}/in.txt\t{tempfile.gettempdir()}/{folder}/in.txt!"
