"""What a visitor may ask, by who is asking."""

from __future__ import annotations

EXAMPLES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "If you own a small firm",
        (
            "five wineries that want to sell abroad",
            "sharing equipment none of us can afford alone",
            "bidding together for a contract too large for one firm",
        ),
    ),
    (
        "If you teach or study",
        (
            "supply-push and demand-pull programmes",
            "evidence that networks create jobs",
            "why do networks fail",
        ),
    ),
    (
        "If you run a programme or advise firms",
        (
            "what does a network broker do",
            "how can a network pay for itself",
            "measuring the results of a network",
        ),
    ),
)
