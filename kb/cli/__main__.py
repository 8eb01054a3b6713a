"""``python -m kb.cli``: the commands of ``kb`` but the one that serves."""

from kb.cli.main import main

if __name__ == "__main__":
    main(prog_name="kb")
