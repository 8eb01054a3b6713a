"""A file or folder of the cases that is a link: the check says what the build says."""

from __future__ import annotations

import pytest

from kb.content.corpus import read_corpus
from tests.kb.cli.command import kb


@pytest.mark.parametrize(
    ("name", "leads_to", "message"),
    [
        ("leak.md", "elsewhere.md", "must open with front-matter on line 1; "),
        ("linked", "folder", "is a link to a folder; put the folder itself here."),
        ("folder.md", "folder", "is a link to a folder; put the folder itself here."),
        ("broken.md", "nowhere.md", "the file cannot be read: No such file or directory."),
    ],
    ids=["file-elsewhere", "folder", "folder-named-as-a-file", "broken"],
)
def test_one_answer(toy_settings, tmp_path, name, leads_to, message):
    """Asked of everything, of its folder or of itself, the check tells the problem of the build."""
    (tmp_path / "elsewhere.md").write_text("no case")
    (tmp_path / "folder").mkdir()
    cases = toy_settings.cases
    link = cases / "norway" / name
    link.symlink_to(tmp_path / leads_to)

    (told,) = read_corpus(cases).problems

    assert (told.path, told.line) == (str(link), 1)
    assert told.message.startswith(message)
    for path in (cases, link.parent, link):
        done = kb("check", "--cases", cases, path)
        assert done.exit_code == 1
        assert [told.message in line for line in done.stdout.splitlines()] == [True]
