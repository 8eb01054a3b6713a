"""Content from outside is taken as data, and what would act is refused by its name."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kb.errors import SourceRefused
from kb.operating.content_source import Limits, Source, digest_of_files, newest_commit, take

BYTES = b"caf\xc3\xa9\r\nas it is\n"


def git(folder: Path, *arguments: str) -> str:
    """Run git as nobody in particular."""
    return subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@example.org",
         "-c", "protocol.file.allow=always", *arguments],
        cwd=folder, check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip


def commit(folder: Path) -> str:
    """Commit all that there is; the commit."""
    git(folder, "add", "--all", "--force", ".")
    git(folder, "commit", "--quiet", "--allow-empty", "--message=So")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture(name="clone")
def _clone(tmp_path: Path) -> Path:
    """A working tree with cases in a folder ``cases`` and things beside it."""
    folder = tmp_path / "clone"
    (folder / "cases" / "norway").mkdir(parents=True)
    (folder / "cases" / "taxonomy.yaml").write_text("kinds: []\n")
    (folder / "cases" / "norway" / "one.md").write_bytes(BYTES)
    (folder / "README.md").write_text("beside\n")
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder)
    return folder


@pytest.fixture(name="repository")
def _repository(clone: Path) -> Path:
    """A bare repository that the working tree is pushed to."""
    bare = clone.parent / "content.git"
    git(clone.parent, "clone", "--quiet", "--bare", str(clone), str(bare))
    return bare


def names(folder: Path) -> list[str]:
    """Every file below a folder."""
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def refused(source: Source, to: Path, limits: Limits | None = None) -> str:
    """The sentence with which it is refused; nothing is left behind."""
    beside = sorted(to.parent.iterdir())
    with pytest.raises(SourceRefused) as raised:
        take(source, to, limits=limits)
    assert sorted(to.parent.iterdir()) == beside
    return str(raised.value)


def ways(clone: Path) -> list[Source]:
    """A folder and a repository of the same content, the repository as it was committed now."""
    commit(clone)
    bare = clone.parent / "pushed.git"
    if not bare.exists():
        git(clone.parent, "clone", "--quiet", "--bare", str(clone), str(bare))
    git(clone, "push", "--quiet", "--force", str(bare), "main")
    return [Source(address=str(clone)), Source(address=f"file://{bare}")]


def test_a_folder_and_a_repository_give_the_same_files(clone, tmp_path):
    """Bytes as they were committed, of the folder of the cases alone."""
    for number, source in enumerate(ways(clone)):
        to = tmp_path / f"taken-{number}"
        taken = take(source, to)
        assert names(to) == ["norway/one.md", "taxonomy.yaml"]
        assert (to / "norway" / "one.md").read_bytes() == BYTES
        assert (taken.files, taken.size) == (2, len(BYTES) + 10)
    assert taken.revision == git(clone, "rev-parse", "HEAD") == newest_commit(source)
    assert digest_of_files(tmp_path / "taken-0") == digest_of_files(tmp_path / "taken-1")


def test_the_folder_may_be_named_or_be_the_top(clone, tmp_path):
    """Cases at the top of a source, or in a folder of any name."""
    (clone / "cases").rename(clone / "content")
    for number, source in enumerate(ways(clone)):
        named = Source(address=source.address, folder="content")
        assert take(named, tmp_path / f"named-{number}").files == 2
        where = "'.' and 'cases'"
        assert refused(source, tmp_path / "no") == (
            f"There are no cases in {where} of {source.address}: no taxonomy.yaml. Name the "
            "folder that has it with --folder or KB_SOURCE_FOLDER."
        )
    assert take(Source(address=str(clone / "content")), tmp_path / "top").files == 2


def test_a_branch_a_tag_and_a_forced_push(clone, repository, tmp_path):
    """What the branch says now is taken, whatever it said before."""
    source = Source(address=str(repository), branch="main")
    first = take(source, tmp_path / "1").revision
    git(clone, "tag", "v1")
    (clone / "cases" / "norway" / "one.md").write_text("rewritten\n")
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "--amend", "--message=Other")
    git(clone, "push", "--quiet", "--force", str(repository), "main", "v1")
    second = take(source, tmp_path / "2").revision
    tagged = Source(address=str(repository), branch="v1")
    assert first != second == newest_commit(source)
    assert (tmp_path / "2" / "norway" / "one.md").read_text() == "rewritten\n"
    assert take(tagged, tmp_path / "3").revision == first == newest_commit(tagged)
    gone = Source(address=str(repository), branch="gone")
    assert newest_commit(gone) == ""
    assert refused(gone, tmp_path / "4") == (
        f"The content of {repository} cannot be fetched (branch 'gone'); git says: "
        "fatal: couldn't find remote ref gone"
    )


def _link(clone: Path) -> None:
    (clone / "cases" / "norway" / "two.md").symlink_to("/etc/passwd")


def _link_of_a_folder(clone: Path) -> None:
    (clone / "cases" / "sweden").symlink_to("norway")


def _pipe(clone: Path) -> None:
    os.mkfifo(clone / "cases" / "pipe")


def _pointer(clone: Path) -> None:
    text = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
    (clone / "cases" / "norway" / "large.md").write_text(text)


def _filter(clone: Path) -> None:
    text = "# filter=no\n*.txt text\n*.md filter=evil\n"
    (clone / "cases" / ".gitattributes").write_text(text)


def _name(clone: Path) -> None:
    (clone / "cases" / "norway" / "a\nb.md").write_text("a")


TEMPTING = {
    "link": (_link, "'norway/two.md' is a symbolic link; only files and folders are taken."),
    "link of a folder": (_link_of_a_folder, "'sweden' is a symbolic link; only files"),
    "pointer": (_pointer, "'norway/large.md' is a pointer of Git LFS, and the file itself is"),
    "filter": (_filter, "'.gitattributes' names a filter in line 3. Filters of git are not run"),
    "name": (_name, r"'norway/a\nb.md' is no name that is taken"),
}


@pytest.mark.parametrize(("tempt", "said"), TEMPTING.values(), ids=TEMPTING)
def test_what_would_act_is_refused_by_name(clone, tmp_path, tempt, said):
    """The same from a folder as from a repository, and nothing is left of it."""
    tempt(clone)
    for source in ways(clone):
        assert refused(source, tmp_path / "taken").startswith(said)


def test_a_pipe_is_no_file(clone, tmp_path):
    """What is no file is not even opened."""
    _pipe(clone)
    said = refused(Source(address=str(clone)), tmp_path / "taken")
    assert said.startswith("'pipe' is no file (a device, a pipe or a socket)")


def test_a_submodule_is_refused_by_name(clone, tmp_path):
    """Its files are in another repository, which nobody said is to be trusted."""
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "--quiet")
    commit(other)
    git(clone, "submodule", "--quiet", "add", str(other), "cases/norway/sub")
    _, source = ways(clone)
    said = refused(source, tmp_path / "taken")
    assert said.startswith("'norway/sub' is a submodule; its files are in another repository")


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(files=1), "The content has more than 1 files; 'norway/one.md' is one too many."),
        (Limits(file_bytes=12), f"'norway/one.md' has {len(BYTES)} bytes; a file of the content"),
        (Limits(all_bytes=20), "The content has more than 20 bytes; it ends at"),
    ],
    ids=["files", "one file", "all"],
)
def test_too_much_is_refused(clone, tmp_path, limits, said):
    """Each limit names what was one too many, and how to allow more."""
    folder, _ = ways(clone)
    told = refused(folder, tmp_path / "taken", limits)
    assert told.startswith(said)
    assert "--" in told


def test_what_a_repository_may_send_is_limited(clone, repository, tmp_path):
    """Git is not let write more than is allowed, whatever its answer holds."""
    (clone / "cases" / "noise.md").write_bytes(os.urandom(300_000))
    commit(clone)
    git(clone, "push", "--quiet", str(repository), "main")
    said = refused(Source(address=str(repository)), tmp_path / "taken", Limits(all_bytes=100_000))
    assert said.startswith(f"The content of {repository} cannot be fetched; git says: ")


@pytest.mark.parametrize(
    "address",
    ["ext::sh -c touch% owned", "--upload-pack=touch owned", "ftp://example.org/a", "nowhere", ""],
)
def test_what_git_would_run_is_no_source(tmp_path, address, monkeypatch):
    """An address that is an option or a program is refused before git sees it."""
    monkeypatch.chdir(tmp_path)
    said = refused(Source(address=address), tmp_path / "taken")
    assert said.startswith(f"{address!r} is no source of content: a folder that is there, or a")
    with pytest.raises(SourceRefused):
        newest_commit(Source(address=address))
    assert not (tmp_path / "owned").exists()


def test_settings_of_the_machine_and_hooks_have_no_part(clone, tmp_path, monkeypatch):
    """Neither the user's settings, nor templates, nor what the environment says of git."""
    home = tmp_path / "home"
    hooks = home / "template" / "hooks"
    hooks.mkdir(parents=True)
    for name in ("post-checkout", "reference-transaction"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/owned\n")
        (hooks / name).chmod(0o755)
    (home / ".gitconfig").write_text(
        f"[init]\n templateDir = {home}/template\n[core]\n hooksPath = {hooks}\n"
        f'[url "file:///nowhere/"]\n insteadOf = file://\n'
    )
    sources = ways(clone)  # by git as it is
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", f"touch {tmp_path}/owned")
    assert take(sources[1], tmp_path / "taken").files == 2
    assert not (tmp_path / "owned").exists()


@pytest.fixture(name="served")
def _served(repository: Path) -> Iterator[tuple[str, Callable[[str], None]]]:
    """The repository over HTTP as files; the other value changes how the server behaves."""
    behaviour = ["well"]
    ended = threading.Event()

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            if behaviour[0] == "silent":
                ended.wait(30)
                return
            if behaviour[0] == "cut" and "objects" in self.path:
                self.send_response(200)
                self.send_header("Content-Length", "5000")
                self.end_headers()
                self.wfile.write(b"x")
                return
            if behaviour[0] == "login":
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="a"')
                self.end_headers()
                return
            super().do_GET()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    git(repository, "update-server-info")
    handler = partial(Handler, directory=str(repository))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}/", lambda how: behaviour.__setitem__(0, how)
    ended.set()
    server.shutdown()
    server.server_close()


def test_over_http_whole_cut_silent_and_with_a_login(served, clone, tmp_path):
    """A server of plain files will do; one that cuts, keeps silent or asks who is there is told."""
    place, behave = served
    source = Source(address=f"http://reader:secret@{place}")
    assert take(source, tmp_path / "taken").revision == git(clone, "rev-parse", "HEAD")
    behave("cut")
    cut = refused(source, tmp_path / "cut")
    behave("login")
    login = refused(source, tmp_path / "login")
    behave("silent")
    silent = refused(source, tmp_path / "silent", Limits(seconds=1))
    assert cut.startswith(f"The content of http://{place} cannot be fetched; git says: ")
    assert login.startswith(f"The content of http://{place} cannot be fetched; git says: ")
    assert silent == (
        f"http://{place} did not send its content within 1 seconds; try again, or allow more with "
        "--timeout."
    )
    assert "secret" not in cut + login + silent


def test_a_password_is_shown_to_nobody():
    """An address is shown without who asks; of ssh the user stays, whom everybody knows."""
    source = Source(address="https://token:x1y2@example.org/a.git")
    assert source.shown == "https://example.org/a.git"
    assert source.without_secret("fatal: https://token:x1y2@example.org/a.git x1y2") == (
        "fatal: https://example.org/a.git "
    )
    assert Source(address="ssh://git@example.org/a").shown == "ssh://git@example.org/a"
    assert Source(address="git@example.org:a").shown == "git@example.org:a"


def test_a_folder_that_is_written_to_meanwhile_is_refused(clone, tmp_path):
    """Half of it may be old: it is taken another time."""
    source = Source(address=str(clone))
    script = (
        "import sys, pathlib\n"
        "from kb.operating import content_source as cs\n"
        "real = cs._read\n"
        "def read(path, limits):\n"
        "    data = real(path, limits)\n"
        "    path.write_bytes(data + b'more')\n"
        "    return data\n"
        "cs._read = read\n"
        "try:\n"
        "    cs.take(cs.Source(address=sys.argv[1]), pathlib.Path(sys.argv[2]))\n"
        "except cs.SourceRefused as err:\n"
        "    print(err)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, source.address, str(tmp_path / "taken")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == (
        "'norway/one.md' changed while the folder was copied; try again in a moment.\n"
    )


def test_an_index_inside_the_content_is_refused(clone):
    """A copy would hold copies of itself."""
    index = clone / "cases" / "index" / "content"
    index.mkdir(parents=True)
    said = refused(Source(address=str(clone)), index / "incoming")
    assert said.startswith(f"The index {index.parent} lies in the folder {clone}/cases that")


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_a_file_is_no_source(tmp_path, scheme):
    """It is told in words of ours, and not in those of git."""
    file = tmp_path / "cases.md"
    file.write_text("text")
    source = Source(address=f"{scheme}{file}")

    for ask in (newest_commit, lambda one: take(one, tmp_path / "to")):
        with pytest.raises(SourceRefused) as refused:
            ask(source)
        assert str(refused.value).startswith(
            f"{scheme}{file} is a file, not a folder or repository."
        )


def test_a_repository_in_one_file_is_a_source(clone, tmp_path):
    """What 'git bundle' writes is a file that git fetches from."""
    bundle = tmp_path / "content.bundle"
    git(clone, "bundle", "create", "--quiet", str(bundle), "HEAD", "main")

    taken = take(Source(address=str(bundle)), tmp_path / "to")

    assert (taken.revision, names(tmp_path / "to")) == (
        git(clone, "rev-parse", "HEAD"), ["norway/one.md", "taxonomy.yaml"],
    )  # fmt: skip


def test_a_branch_of_a_folder_is_refused(clone, tmp_path):
    """A clone is copied as it lies; the message names the address whose branch can be taken."""
    with pytest.raises(SourceRefused) as of_clone:
        take(Source(address=str(clone), branch="main"), tmp_path / "to")
    with pytest.raises(SourceRefused) as of_folder:
        take(Source(address=str(clone / "cases"), branch="main"), tmp_path / "to")

    said = "is a folder, which is copied as it lies, so it has no branch. "
    leave = "Leave out --branch and KB_SOURCE_BRANCH"
    assert str(of_clone.value) == (
        f"{clone} {said}{leave}, or take 'main' of its commits from file://{clone}."
    )
    assert str(of_folder.value) == f"{clone / 'cases'} {said}{leave}."
    assert take(Source(address=f"file://{clone}", branch="main"), tmp_path / "to").files == 2
