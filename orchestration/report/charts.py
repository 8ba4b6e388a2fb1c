"""The report's charts: Vega-Lite drawn to SVG here, so that the page needs no script and no network."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import vl_convert
from markupsafe import Markup

from orchestration.report.figures import ChannelFigures, Figures, MonthFigures

# Readable on a light and on a dark page alike.
INK, FAINT = "#8a8f98", "#8a8f9840"
REVENUE, COLLECTED, SPEND, LEADS = "#3b82b8", "#4aa37c", "#d98a3d", "#8b7fc7"

_CONFIG: dict[str, Any] = {
    "background": "transparent",
    "font": "Arial, Helvetica, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": INK,
        "domainColor": FAINT,
        "tickColor": FAINT,
        "gridColor": FAINT,
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "labelLimit": 0,
    },
    # Room for names: the reader's font may be wider than the one that the drawing was measured with.
    "axisYDiscrete": {"minExtent": 140},
    "legend": {
        "labelColor": INK,
        "title": None,
        "orient": "top",
        "labelFontSize": 11,
        "symbolType": "square",
        "columnPadding": 28,
    },
    "text": {"color": INK, "fontSize": 11},
}


def months_chart(months: Sequence[MonthFigures]) -> Markup:
    """Completed and collected revenue as bars, spend as a line, by month."""
    values = [
        {"month": each.month_on.isoformat(), "what": what, "amount": float(amount)}
        for each in months
        for what, amount in (
            ("Completed revenue", each.completed_amount),
            ("Collected", each.collected_amount),
        )
    ]
    spend = [
        {"month": each.month_on.isoformat(), "what": "Spend", "amount": float(each.spend_amount)}
        for each in months
    ]
    time_axis = {
        "field": "month",
        "type": "ordinal",
        "timeUnit": "yearmonth",
        "axis": {"title": None, "format": "%b %y", "labelAngle": -45, "grid": False},
    }
    colours = {"domain": ["Completed revenue", "Collected", "Spend"], "range": [REVENUE, COLLECTED, SPEND]}
    amount = {
        "field": "amount",
        "type": "quantitative",
        "axis": {"title": None, "format": "$~s", "tickCount": 5},
    }
    colour = {"field": "what", "type": "nominal", "scale": colours}
    bars = {
        "data": {"values": values},
        "mark": {"type": "bar", "cornerRadiusEnd": 2},
        "encoding": {"x": time_axis, "xOffset": {"field": "what"}, "y": amount, "color": colour},
    }
    line = {
        "data": {"values": spend},
        "mark": {"type": "line", "point": True, "strokeWidth": 2},
        "encoding": {"x": time_axis, "y": amount, "color": colour},
    }
    return _draw({"layer": [bars, line], "width": 860, "height": 220}, "months")


def channels_chart(channels: Sequence[ChannelFigures]) -> Markup:
    """What each channel brought against what it cost."""
    shown = [each for each in channels if each.completed_amount or each.spend_amount]
    values = [
        {"channel": each.title, "what": what, "amount": float(amount)}
        for each in shown
        for what, amount in (("Completed revenue", each.completed_amount), ("Spend", each.spend_amount))
    ]
    spec = {
        "data": {"values": values},
        "mark": {"type": "bar", "cornerRadiusEnd": 2},
        "encoding": {
            "y": {
                "field": "channel",
                "type": "nominal",
                "sort": None,
                "axis": {"title": None, "ticks": False},
            },
            "yOffset": {"field": "what", "sort": ["Completed revenue", "Spend"]},
            "x": {"field": "amount", "type": "quantitative", "axis": {"title": None, "format": "$~s"}},
            "color": {
                "field": "what",
                "type": "nominal",
                "scale": {"domain": ["Completed revenue", "Spend"], "range": [REVENUE, SPEND]},
            },
        },
        "width": 700,
        "height": {"step": 16},
    }
    return _draw(spec, "channels")


def return_chart(channels: Sequence[ChannelFigures]) -> Markup:
    """Return on ad spend of each channel that costs money; the rule marks break-even on revenue."""
    values = [
        {"channel": each.title, "roas": round(each.roas, 2), "label": f"{each.roas:.1f}×"}
        for each in channels
        if each.roas is not None
    ]
    y = {"field": "channel", "type": "nominal", "sort": "-x", "axis": {"title": None, "ticks": False}}
    x = {"field": "roas", "type": "quantitative", "axis": {"title": None, "format": "~s", "tickCount": 5}}
    spec = {
        "layer": [
            {
                "data": {"values": values},
                "mark": {"type": "bar", "color": REVENUE, "cornerRadiusEnd": 2},
                "encoding": {"x": x, "y": y},
            },
            {
                "data": {"values": values},
                "mark": {"type": "text", "align": "left", "dx": 4},
                "encoding": {"x": x, "y": y, "text": {"field": "label"}},
            },
            {
                "data": {"values": [{"one": 1}]},
                "mark": {"type": "rule", "color": SPEND, "strokeDash": [4, 3]},
                "encoding": {"x": {"field": "one", "type": "quantitative"}},
            },
        ],
        "width": 320,
        "height": {"step": 24},
    }
    return _draw(spec, "return")


def funnel_chart(total: Figures) -> Markup:
    """From lead to completed job, in numbers of them."""
    stages = [
        ("Leads", float(total.leads)),
        ("Booked leads", float(total.booked_leads)),
        ("Booked jobs", float(total.booked_jobs)),
        ("Completed jobs", float(total.completed_jobs)),
        ("New customers", float(total.new_customers)),
    ]
    values = [{"stage": stage, "count": count, "label": f"{count:,.0f}"} for stage, count in stages]
    y = {
        "field": "stage",
        "type": "nominal",
        "sort": None,
        "axis": {"title": None, "ticks": False, "domain": False},
    }
    x = {"field": "count", "type": "quantitative", "axis": None}
    spec = {
        "data": {"values": values},
        "layer": [
            {"mark": {"type": "bar", "color": LEADS, "cornerRadiusEnd": 2}, "encoding": {"x": x, "y": y}},
            {
                "mark": {"type": "text", "align": "left", "dx": 4},
                "encoding": {"x": x, "y": y, "text": {"field": "label"}},
            },
        ],
        "width": 300,
        "height": {"step": 28},
    }
    return _draw(spec, "funnel")


def _draw(spec: dict[str, Any], name: str) -> Markup:
    svg = vl_convert.vegalite_to_svg({**spec, "config": _CONFIG, "padding": 2})
    # Every drawing numbers its clip paths and gradients from zero; on one page they need names of their own.
    svg = re.sub(r'id="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", svg)
    # Scaled by the page: the drawing keeps its proportions through the view box.
    svg = re.sub(r'class="marks" width="(\d+)" height="\d+"', r'class="chart" width="\1"', svg, count=1)
    return Markup(svg)  # drawn from numbers and from texts that Vega escapes
