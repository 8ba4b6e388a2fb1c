"""Other resolvers on the same records: `matchers.py splink|dedupe|goldenmatch RECORDS OUT [--fast]`.

RECORDS has one row per record, cleaned as the warehouse cleans them: record_key, given_name, surname, phone,
phone_2, email, email_2, house_number, street, unit, postal_code, city, birth_date. OUT gets record_key,
setting, cluster, one row per record and setting of the matcher.
"""

import resource
import sys
import time
from pathlib import Path

import pandas as pd
import pyarrow as pa

THRESHOLDS = (0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999)
DEFAULT = 0.5
# Pairs that a person would label for dedupe's learner; the labels are the truth.
LABELLED_PAIRS = 600


def run_splink(records: pd.DataFrame, thresholds: tuple[float, ...]) -> dict[str, pd.DataFrame]:
    """Splink trained by EM on the records themselves: names, phones, e-mails, address, term frequencies."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    def either(name: str) -> cl.CustomComparison:
        sides = [(left, right) for left in (name, f"{name}_2") for right in (name, f"{name}_2")]
        crossed = " or ".join(f"{left}_l = {right}_r" for left, right in sides)
        fuzzy = f"jaro_winkler_similarity({name}_l, {name}_r) > 0.9"
        return cl.CustomComparison(
            output_column_name=name,
            comparison_levels=[
                cll.NullLevel(name),
                cll.ExactMatchLevel(name, term_frequency_adjustments=True),
                cll.CustomLevel(crossed, f"one {name} of each agrees"),
                cll.CustomLevel(fuzzy, f"similar {name}"),
                cll.ElseLevel(),
            ],
        )

    filled = {column for column in records.columns if records[column].notna().mean() > 0.02}
    comparisons = [
        cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
        cl.NameComparison("surname").configure(term_frequency_adjustments=True),
    ]
    comparisons += [either(name) for name in ("phone", "email") if name in filled]
    comparisons += [cl.JaroWinklerAtThresholds("street", [0.92]).configure(term_frequency_adjustments=True)]
    comparisons += [
        cl.ExactMatch(name).configure(term_frequency_adjustments=True)
        for name in ("house_number", "unit", "postal_code", "city")
        if name in filled and records[name].nunique() > 1
    ]
    if "birth_date" in filled:
        comparisons.append(cl.LevenshteinAtThresholds("birth_date", [1, 2]))
    rules = [
        block_on("phone"),
        block_on("email"),
        block_on("surname", "given_name"),
        block_on("house_number", "street"),
        block_on("surname", "house_number"),
        block_on("given_name", "house_number"),
        block_on("substr(surname, 1, 3)", "postal_code") if records.postal_code.nunique() > 50 else None,
        block_on("birth_date") if "birth_date" in filled else None,
    ]
    rules = [rule for rule in rules if rule is not None]
    api = DuckDBAPI()
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_key",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=rules,
        retain_intermediate_calculation_columns=False,
    )
    # A column of nulls only would be taken for numbers.
    linker = Linker(api.register(records.astype("string"), dataset_display_name="records"), settings)
    linker.training.estimate_probability_two_random_records_match(rules[:3], recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for rule in (block_on("surname", "given_name"), block_on("house_number", "street"), block_on("phone")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    predicted = linker.inference.predict(threshold_match_probability=min(thresholds))
    found = {}
    for threshold in thresholds:
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, threshold)
        found[f"{threshold}"] = clusters.as_pandas_dataframe()[["record_key", "cluster_id"]]
    return {name: frame.rename(columns={"cluster_id": "cluster"}) for name, frame in found.items()}


def run_dedupe(records: pd.DataFrame, truth: pd.Series) -> dict[str, pd.DataFrame]:
    """dedupe's learner, taught by pairs that the truth labels, as a person would at its prompt."""
    import random

    import dedupe
    import dedupe.variables as fields

    names = [
        "given_name",
        "surname",
        "phone",
        "email",
        "house_number",
        "street",
        "postal_code",
        "city",
        "birth_date",
    ]
    names = [name for name in names if records[name].notna().mean() > 0.02 and records[name].nunique() > 1]
    rows = records.set_index("record_key")[names].astype(object)
    rows = rows.where(rows.notna(), None)
    data = rows.to_dict("index")
    deduper = dedupe.Dedupe([fields.String(name, has_missing=True) for name in names], num_cores=1)
    random.seed(1)
    deduper.prepare_training(data, sample_size=1500)
    keys = records.record_key.tolist()
    by_entity = truth.groupby(truth).groups
    matched = [tuple(random.sample(list(members), 2)) for members in by_entity.values() if len(members) > 1]
    random.shuffle(matched)
    matches = [(data[a], data[b]) for a, b in matched[: LABELLED_PAIRS // 2]]
    distinct = [
        (data[a], data[b])
        for a, b in ((random.choice(keys), random.choice(keys)) for _ in range(LABELLED_PAIRS))
        if truth[a] != truth[b]
    ][: LABELLED_PAIRS // 2]
    deduper.mark_pairs({"match": matches, "distinct": distinct})
    deduper.train()
    found = {}
    for threshold in (0.3, 0.5, 0.7):
        clusters = deduper.partition(data, threshold)
        pairs = [(key, number) for number, (members, _) in enumerate(clusters) for key in members]
        found[f"{threshold}"] = pd.DataFrame(pairs, columns=["record_key", "cluster"])
    return found


def run_goldenmatch(records: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """goldenmatch as it configures itself."""
    import goldenmatch

    frame = records.reset_index(drop=True)
    result = goldenmatch.dedupe_df(
        pa.Table.from_pandas(frame.drop(columns=["record_key"]), preserve_index=False),
        confidence_required=False,
        allow_red_config=True,
    )
    cluster = list(range(len(frame)))
    for number, group in result.clusters.items():
        for member in group["members"]:
            cluster[member] = len(frame) + number
    return {"auto": pd.DataFrame({"record_key": frame.record_key, "cluster": cluster})}


def main(matcher: str, source: Path, target: Path, options: list[str]) -> None:
    records = pd.read_parquet(source)
    truth = records.set_index("record_key").pop("entity")
    records = records.drop(columns=["entity"])
    started, cpu = time.monotonic(), time.process_time()
    if matcher == "splink":
        found = run_splink(records, (DEFAULT,) if "--fast" in options else THRESHOLDS)
    elif matcher == "dedupe":
        found = run_dedupe(records, truth)
    else:
        found = run_goldenmatch(records)
    seconds, cpu_seconds = time.monotonic() - started, time.process_time() - cpu
    frames = [
        frame.assign(setting=setting, cluster=frame.cluster.astype("string"))
        for setting, frame in found.items()
    ]
    pd.concat(frames).to_parquet(target)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{seconds:.1f} {cpu_seconds:.1f} {peak:.2f}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:])
