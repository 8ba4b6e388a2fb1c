"""Weights of the identity model by Splink's EM: `training.py PROFILES LEVELS OUT`.

PROFILES is a folder of Parquet files, one per data set, with the columns of int_identities__profiles. LEVELS
is JSON: per comparison the SQL of its level over a.column and b.column, and its best level. OUT gets CSV:
comparison, level, m, u. Nothing here sees the truth.
"""

import csv
import json
import re
import sys
from pathlib import Path

import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

BLOCKS = (("surname", "given_name"), ("house_number", "street"), ("phone",))
RANDOM_PAIRS = 5e6
# A level that the training data never shows; it is rare among strangers too.
UNSEEN_M = 0.01


def side(match: re.Match) -> str:
    return f"{match[2]}_{'l' if match[1] == 'a' else 'r'}"


def comparison_levels(name: str, declared: dict) -> list:
    """Nothing to compare, then from the best level down to 0."""
    expression = re.sub(r"\b([ab])\.(\w+)", side, declared["level"])
    levels = [
        cll.CustomLevel(f"({expression}) = {level}", f"{level}") for level in range(declared["levels"], 0, -1)
    ]
    null = cll.CustomLevel(f"({expression}) = -1", "null").configure(is_null_level=True)
    return [null, *levels, cll.ElseLevel()]


def comparison(name: str, declared: dict) -> cl.CustomComparison:
    return cl.CustomComparison(output_column_name=name, comparison_levels=comparison_levels(name, declared))


def train(profiles: Path, declared: dict[str, dict]) -> list[dict]:
    api = DuckDBAPI()
    api._con.execute(f"create table profiles as select * from read_parquet('{profiles}/*.parquet')")
    blocks = [block_on(*columns) for columns in BLOCKS]
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_key",
        comparisons=[comparison(name, one) for name, one in declared.items()],
        blocking_rules_to_generate_predictions=blocks,
    )
    linker = Linker(api.register(api._con.table("profiles"), dataset_display_name="records"), settings)
    linker.training.estimate_probability_two_random_records_match(blocks, recall=0.9)
    linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=1)
    for block in blocks:
        linker.training.estimate_parameters_using_expectation_maximisation(block, fix_u_probabilities=True)
    rows = []
    for one in linker.misc.save_model_to_json()["comparisons"]:
        for level in one["comparison_levels"]:
            if level.get("is_null_level"):
                continue
            label = level["label_for_charts"]
            m, u = level.get("m_probability", UNSEEN_M), level["u_probability"]
            number = int(label) if label.isdigit() else 0
            rows.append(
                {"comparison": one["output_column_name"], "level": number, "m": f"{m:.6g}", "u": f"{u:.6g}"}
            )
    return rows


def main(profiles: Path, levels: Path, target: Path) -> None:
    rows = train(profiles, json.loads(levels.read_text(encoding="utf-8")))
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["comparison", "level", "m", "u"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(rows, key=lambda row: (row["comparison"], row["level"])))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
