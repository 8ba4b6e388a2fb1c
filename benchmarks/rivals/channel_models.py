"""Other people's Markov and Shapley: `channel_models.py POPULATIONS`, JSON in a file, JSON out.

A population is a list of [journey, bookings, dropouts], a journey a list of channels. For each comes back the
removal effects and shares of marketing_attribution_models, and the Shapley shares of mta.
"""

import contextlib
import io
import json
import sys
from pathlib import Path

import pandas as pd
from mam.core import MAM
from mta.mta import MTA

SEPARATOR = " > "


def markov(population: list) -> dict[str, dict[str, float]]:
    rows = [
        {"journey": SEPARATOR.join(journey), "count": count, "booked": booked}
        for journey, *outcomes in population
        for booked, count in zip((True, False), outcomes, strict=True)
        if count
    ]
    found = MAM(
        pd.DataFrame(rows),
        format_type="grouped_journey",
        channels_colname="journey",
        journey_with_conv_colname="booked",
        occurrences_colname="count",
        path_separator=SEPARATOR,
    ).run_markov()
    effects = found.metadata["removal_effect"]["removal_effect"].to_dict()
    whole = sum(effects.values())
    return {
        "removal_effect": effects,
        "markov_share": {name: effect / whole if whole else 0.0 for name, effect in effects.items()},
    }


def shapley(population: list) -> dict[str, float]:
    rows = [
        {"path": SEPARATOR.join(journey), "total_conversions": booked, "total_null": lost}
        for journey, booked, lost in population
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        model = MTA(pd.DataFrame(rows), allow_loops=True, add_timepoints=False).shapley(normalize=True)
    return {name: float(share) for name, share in model.attribution["shapley"].items()}


if __name__ == "__main__":
    populations = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    answers = [{**markov(each), "shapley_share": shapley(each)} for each in populations]
    print(json.dumps(answers))
