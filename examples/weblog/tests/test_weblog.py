"""The behaviour of weblog."""

from weblog.parse import Hit, parse, parse_line
from weblog.traffic import busiest_window, report, top_paths
from weblog.visitors import returning, sessions, unique_visitors


def hit(visitor="a", second=0, path="/"):
    return Hit(visitor, second, path, 200, 10)


def test_a_line_becomes_a_hit():
    line = '10.0.0.1 - - [17] "GET /index HTTP/1.1" 200 512'
    assert parse_line(line) == Hit("10.0.0.1", 17, "/index", 200, 512)


def test_a_missing_size_is_zero():
    assert parse_line('x - - [1] "HEAD / HTTP/1.0" 304 -').size == 0


def test_lines_that_are_no_hits_are_left_out():
    assert parse(["nonsense", ""]) == []


def test_visitors_come_in_order_of_first_hit():
    assert unique_visitors([hit("b"), hit("a"), hit("b"), hit("c")]) == ["b", "a", "c"]


def test_no_hits_no_visitors():
    assert unique_visitors([]) == []


def test_returning_visitors_keep_todays_order():
    assert returning([hit("a"), hit("b")], [hit("b"), hit("x"), hit("a")]) == ["b", "a"]


def test_a_long_pause_starts_a_session():
    assert sessions([hit(second=0), hit(second=1800), hit(second=3601), hit("b", 3602)]) == 3


def test_the_earliest_of_equal_windows_wins():
    assert busiest_window([hit(second=s) for s in (0, 1, 100, 101)], width=10) == (0, 2)


def test_no_hits_no_window():
    assert busiest_window([]) == (0, 0)


def test_of_equal_paths_the_first_comes_first():
    assert top_paths([hit(path="/b"), hit(path="/a"), hit(path="/a"), hit(path="/b"), hit(path="/c")]) == [("/b", 2), ("/a", 2), ("/c", 1)]


def test_a_report_names_the_busiest_minute():
    assert report([hit(second=5), hit(second=6)]) == "       2  /\nbusiest minute starts at 5: 2 hits\n"
