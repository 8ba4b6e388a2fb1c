"""The way into Data Docs: one plain page with every verdict.

The index that Great Expectations writes is drawn by scripts from the internet, and empty where there is none;
its other pages read well without.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment

from orchestration.expectations.validation import Verdict

OVERVIEW = "overview.html"
_PAGE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
    """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Fourwire: expectations</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid #ddd }
.critical { color: #b00020 } .warning { color: #9a6700 } .held { color: #1a7f37 }
</style>
<h1>Expectations</h1>
<p>{{ verdicts | sum(attribute="expectations") }} expectations of {{ verdicts | length }} batches;
{{ broken }} broken. Judged {{ at }} UTC.</p>
<table>
<tr><th>suite</th><th>judged</th><th>expectations</th><th>verdict</th></tr>
{% for verdict, page in pages %}
<tr>
<td><a href="{{ page }}">{{ verdict.suite.name }}, {{ verdict.batch }}</a></td>
<td>{{ "{:,}".format(verdict.judged | length) }} {{ verdict.batch }}</td>
<td>{{ verdict.expectations }}</td>
<td>
{% for each in verdict.broken %}
<div class="{{ each.expectation.severity }}">{{ each.expectation.severity }}:
<b>{{ each.expectation.column }}</b>, {{ each.found }}. {{ each.expectation.because }}</div>
{% else %}
<span class="held">holds</span>
{% endfor %}
</td>
</tr>
{% endfor %}
</table>
"""
)


def write_overview(data_docs: Path, verdicts: Sequence[Verdict], judged_at: str) -> Path:
    """Write the page into the Data Docs folder, with a link to the page of each verdict."""
    pages = [
        (verdict, next(data_docs.glob(f"validations/{verdict.title}/**/*.html")).relative_to(data_docs))
        for verdict in verdicts
    ]
    path = data_docs / OVERVIEW
    broken = sum(len(verdict.broken) for verdict in verdicts)
    path.write_text(
        _PAGE.render(verdicts=verdicts, pages=pages, broken=broken, at=judged_at), encoding="utf-8"
    )
    return path
