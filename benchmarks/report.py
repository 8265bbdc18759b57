"""Keep figures for people and for programs."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).with_name("results") / "latest.json"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value and what it is compared with."""

    name: str
    value: float
    unit: str
    reference: str | None
    reference_value: float | None
    command: str

    @property
    def ratio(self) -> float | None:
        """The value as a share of its reference."""
        return self.value / self.reference_value if self.reference_value else None


def write(figures: list[Figure]) -> None:
    """Print figures, and replace those of the same names in results/latest.json."""
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    names = {figure.name for figure in figures}
    rows = [row for row in kept if row["name"] not in names]
    for figure in figures:
        row = {**asdict(figure), "ratio": figure.ratio}
        rows.append(row)
        ratio = f" = {figure.ratio:.2f} of {figure.reference}" if figure.ratio else ""
        print(f"{figure.name}: {figure.value:.3f} {figure.unit}{ratio}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(
        json.dumps(sorted(rows, key=lambda r: r["name"]), indent=1) + "\n"
    )
