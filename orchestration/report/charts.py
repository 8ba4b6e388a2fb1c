"""The report's charts: Vega-Lite drawn to SVG here, so that the page needs no script and no network."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import vl_convert
from markupsafe import Markup

from orchestration.report.figures import ChannelFigures, MonthFigures
from orchestration.report.insights import CurvePoint, FunnelStep, Interval

# Readable on a light and on a dark page alike.
INK, FAINT = "#8a8f98", "#8a8f9840"
REVENUE, COLLECTED, SPEND, LEADS = "#3b82b8", "#4aa37c", "#d98a3d", "#8b7fc7"
LINES = [REVENUE, COLLECTED, SPEND, LEADS, "#c06c8a", INK]

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
    """Return on ad spend from first-time customers, by channel; the rule marks break-even on revenue."""
    values = [
        {
            "channel": each.title,
            "roas": round(each.roas_first_time, 2),
            "label": f"{each.roas_first_time:.1f}×",
        }
        for each in channels
        if each.roas_first_time is not None
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


def funnel_chart(steps: Sequence[FunnelStep]) -> Markup:
    """From lead to paid job, in numbers of leads."""
    values = [{"stage": each.title, "count": each.leads, "label": f"{each.leads:,}"} for each in steps]
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


def interval_chart(intervals: Sequence[Interval]) -> Markup:
    """Completed revenue by channel from the least to the most that any reading gives it; flips stand out."""
    values = [
        {
            "channel": f"{each.channel} · {each.brand}",
            "least": float(each.least),
            "most": float(each.most),
            "spend": float(each.spend_amount),
            "what": "The choice decides" if each.decision_flips else "All readings agree",
        }
        for each in intervals
    ]
    axis = {"title": None, "ticks": False, "minExtent": 310}
    y = {"field": "channel", "type": "nominal", "sort": None, "axis": axis}
    x = {"field": "least", "type": "quantitative", "axis": {"title": None, "format": "$~s", "tickCount": 6}}
    colours = {"domain": ["All readings agree", "The choice decides"], "range": [REVENUE, SPEND]}
    spec = {
        "data": {"values": values},
        "layer": [
            {
                "mark": {"type": "bar", "height": 9, "cornerRadius": 4},
                "encoding": {
                    "x": x,
                    "x2": {"field": "most"},
                    "y": y,
                    "color": {"field": "what", "type": "nominal", "scale": colours},
                },
            },
            {
                "mark": {"type": "tick", "thickness": 2, "color": INK},
                "encoding": {"x": {"field": "spend", "type": "quantitative"}, "y": y},
            },
        ],
        "width": 520,
        "height": {"step": 22},
    }
    return _draw(spec, "interval")


def value_chart(points: Sequence[CurvePoint]) -> Markup:
    """Invoiced per customer by months since the first job, one line per channel."""
    values = [
        {"months": each.months_since, "amount": each.invoiced_per_customer, "channel": each.title}
        for each in points
    ]
    spec = {
        "data": {"values": values},
        "mark": {"type": "line", "strokeWidth": 2, "point": {"size": 16}},
        "encoding": {
            "x": {
                "field": "months",
                "type": "quantitative",
                "axis": {"title": "months since the first job", "grid": False, "tickMinStep": 1},
            },
            "y": {
                "field": "amount",
                "type": "quantitative",
                "axis": {"title": None, "format": "$~s", "tickCount": 5},
            },
            "color": {"field": "channel", "type": "nominal", "scale": {"range": LINES}},
        },
        "width": 820,
        "height": 220,
    }
    return _draw(spec, "value")


def _draw(spec: dict[str, Any], name: str) -> Markup:
    svg = vl_convert.vegalite_to_svg({**spec, "config": _CONFIG, "padding": 2})
    # Every drawing numbers its clip paths and gradients from zero; on one page they need names of their own.
    svg = re.sub(r'id="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", svg)
    # Scaled by the page: the drawing keeps its proportions through the view box.
    svg = re.sub(r'class="marks" width="(\d+)" height="\d+"', r'class="chart" width="\1"', svg, count=1)
    return Markup(svg)  # drawn from numbers and from texts that Vega escapes
