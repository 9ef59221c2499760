"""A bare repository of this machine that tests push to."""

import os
import subprocess


class Repository:
    """A bare repository, and a clone in which commits are made."""

    def __init__(self, folder):
        self.bare = folder / "code.git"
        self.clone = folder / "clone"
        self.git("init", "-q", "--bare", "-b", "main", self.bare, cwd=folder)
        self.git("init", "-q", "-b", "main", self.clone, cwd=folder)

    @property
    def url(self):
        return f"file://{self.bare}"

    def git(self, *words, cwd=None):
        names = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
                 for what, value in (("NAME", "a"), ("EMAIL", "a@example.com"))}
        done = subprocess.run(["git", *map(str, words)], cwd=cwd or self.clone, check=True, capture_output=True,
                              text=True, env={**os.environ, **names, "GIT_CONFIG_GLOBAL": "/dev/null"})
        return done.stdout.strip()

    def commit(self, files, *push, branch="main"):
        """Commits {path: text}, where None removes, and pushes; returns the commit."""
        for path, text in files.items():
            file = self.clone / path
            if text is None:
                file.unlink()
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "work")
        self.git("push", "-q", self.bare, f"HEAD:{branch}", *push)
        return self.git("rev-parse", "HEAD")
