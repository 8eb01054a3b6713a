"""``python -m web``: the same as ``kb``."""

from web.cli import main

if __name__ == "__main__":
    main(prog_name="kb")
