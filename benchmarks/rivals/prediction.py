"""Splink's own match weights: `prediction.py PROFILES PAIRS LEVELS WEIGHTS POPULATION OUT`.

PROFILES and PAIRS are Parquet (the columns of int_identities__profiles; left_key, right_key), LEVELS is JSON
as for training.py, WEIGHTS the CSV that training.py wrote. POPULATION is how many records there are of which
one is the match. OUT gets CSV: left_key, right_key, match_weight in bits. Nothing is trained.
"""

import csv
import json
import sys
from pathlib import Path

import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator
from training import comparison_levels

Weights = dict[tuple[str, int], tuple[float, float]]


def read_weights(path: Path) -> Weights:
    with path.open(encoding="utf-8") as file:
        return {
            (row["comparison"], int(row["level"])): (float(row["m"]), float(row["u"]))
            for row in csv.DictReader(file)
        }


def weighted_comparison(name: str, declared: dict, weights: Weights) -> cl.CustomComparison:
    """The comparison as it is trained, with the reviewed m and u, and term frequencies on its best level."""
    null, *levels = comparison_levels(name, declared)
    for number, level in zip(range(declared["levels"], -1, -1), levels, strict=True):
        m, u = weights[name, number]
        level.configure(m_probability=m, u_probability=u)
        if number == declared["levels"] and declared["by_frequency"]:
            level.configure(tf_adjustment_column=name, disable_tf_exact_match_detection=True)
    return cl.CustomComparison(output_column_name=name, comparison_levels=[null, *levels])


def predict(profiles: Path, pairs: Path, declared: dict[str, dict], weights: Weights, population: int):
    api = DuckDBAPI()
    api._con.execute(f"create table profiles as from '{profiles}'")
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_key",
        probability_two_random_records_match=1 / (1 + population),
        comparisons=[weighted_comparison(name, one, weights) for name, one in declared.items()],
        blocking_rules_to_generate_predictions=["1 = 1"],
    )
    linker = Linker(api.register(api._con.table("profiles"), dataset_display_name="records"), settings)
    predicted = linker.inference.predict(threshold_match_weight=-10_000).as_duckdbpyrelation()  # noqa: F841
    return api._con.execute(f"""
        select pairs.left_key, pairs.right_key, round(predicted.match_weight, 9) as match_weight
        from '{pairs}' as pairs
        inner join predicted
            on least(record_key_l, record_key_r) = pairs.left_key
            and greatest(record_key_l, record_key_r) = pairs.right_key
        order by all
    """).fetchall()


def main(profiles: Path, pairs: Path, levels: Path, weights: Path, population: int, target: Path) -> None:
    declared = json.loads(levels.read_text(encoding="utf-8"))
    rows = predict(profiles, pairs, declared, read_weights(weights), population)
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([("left_key", "right_key", "match_weight"), *rows])


if __name__ == "__main__":
    given = sys.argv[1:]
    main(*map(Path, given[:4]), int(given[4]), Path(given[5]))
