"""What each function is there for."""

import pytest

from filing import logs, records, texts


def test_the_slowest_come_first(tmp_path):
    path = tmp_path / "times.jsonl"
    path.write_text('{"id": 1, "ms": 5}\n{"id": 2, "ms": 9}\n')
    assert [entry["id"] for entry in logs.slowest(path, 1)] == [2]


def test_statuses_are_counted(tmp_path):
    path = tmp_path / "access.txt"
    path.write_text("GET / 200\nGET /x 404\nGET / 200\n")
    with open(path) as file:
        assert logs.count_statuses(file) == {"200": 2, "404": 1}


def test_logs_are_merged(tmp_path):
    (tmp_path / "b.log").write_text("two\n")
    (tmp_path / "a.log").write_text("one\n")
    assert logs.merge_logs(tmp_path, tmp_path / "all.txt") == 2


def test_the_last_lines(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("one\ntwo\nthree\n")
    assert logs.last_lines(str(path), 2) == ["two", "three"]


def test_a_report_is_saved(tmp_path):
    path = tmp_path / "report.csv"
    records.save_report(str(path), [("oak", 2), ("elm", 3)])
    assert path.exists()


def test_entries_are_numbered(tmp_path):
    journal = records.Journal(tmp_path / "journal.txt")
    assert [journal.append("begun"), journal.append("done")] == [1, 2]


def test_settings_are_read(tmp_path):
    path = tmp_path / "settings.ini"
    path.write_text("[server]\nport = 80\n")
    assert records.read_settings(path)["server"] == {"port": "80"}
    path.write_text("port\n")
    with pytest.raises(ValueError):
        records.read_settings(path)


def test_lines_are_copied_once(tmp_path):
    (tmp_path / "in.txt").write_text("a\nb\na\n")
    with open(tmp_path / "in.txt") as source, open(tmp_path / "out.txt", "w") as target:
        assert texts.copy_unique(source, target) == 1


def test_words_are_found(tmp_path):
    (tmp_path / "a.txt").write_text("One two")
    assert "one" in texts.index_words([tmp_path / "a.txt"])


def test_spaces_go(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("one \ntwo\n")
    assert texts.tidy(path) == [1]
    assert path.read_text() == "one\ntwo\n"
