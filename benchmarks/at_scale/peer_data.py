"""What other search libraries are given: the passages of a compendium with their vectors.

    PYTHONPATH=TREE:benchmarks python -m at_scale.peer_data TABLE CASES FOLDER FILTERS

writes ``texts.jsonl`` (a passage on a line: id, owner, text, countries and projects),
``vectors.npy`` (float32, row i of line i) and ``asked.json`` (queries with their vectors, and
the filters of ``Compendium.filters``), which is all that ``at_scale/peers`` reads.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from at_scale import vectors
from at_scale.queries import QUERIES


def main(table: str, cases: str, folder: str, filters: str) -> None:
    """Write the three files."""
    from kb.content.corpus import read_corpus
    from kb.text.chunking import passages_of

    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    read = read_corpus(Path(cases)).compendium
    passages = [p for case in read.cases for p in passages_of(case, read.taxonomy)]
    made = vectors.MadeVectors(vectors.load(Path(table)))
    np.save(out / "vectors.npy", made.of([p.encoded_text for p in passages], "encoder"))
    facets = {case.id: case.facets for case in read.cases}
    with (out / "texts.jsonl").open("w", encoding="utf-8") as lines:
        for passage in passages:
            of_case = facets[passage.case_id]
            row = {
                "id": passage.id,
                "owner": passage.case_id,
                "text": passage.encoded_text,
                "countries": f",{','.join(of_case['country'])},",
                "projects": f",{','.join(of_case['project'])},",
            }
            lines.write(f"{json.dumps(row, ensure_ascii=False)}\n")
    texts = [f"{text} {number}" for number in range(10) for text in QUERIES]
    encode = vectors.real_encoders()["encoder"]
    asked = {
        "texts": texts,
        "vectors": [[round(float(x), 7) for x in row] for row in _unit(encode(texts))],
        **json.loads(Path(filters).read_text(encoding="utf-8")),
    }
    (out / "asked.json").write_text(json.dumps(asked), encoding="utf-8")


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
