"""Figures for Prometheus, in a registry of their own: nothing is counted in a global."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

CONTENT_TYPE = CONTENT_TYPE_LATEST

Reading = Callable[[], Mapping[tuple[str, ...], float]]
"""Values by label values, read when somebody scrapes; `{(): 3.0}` for a gauge without labels."""


class Metrics:
    """Counts requests itself; everything else is read from its owner when scraped."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self._requests = Counter(
            "sereno_http_requests", "HTTP requests answered", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "sereno_http_request_seconds",
            "Time to the end of an answer",
            ("route",),
            registry=self.registry,
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request is done; `route` is the pattern, never the address itself, so that no id becomes a label."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def watch(self, name: str, words: str, labels: tuple[str, ...], reading: Reading) -> None:
        """Show what `reading` says as a gauge called `name`."""
        self.registry.register(_Gauge(name, words, labels, reading))

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self.registry)


class _Gauge(Collector):
    """A gauge that asks its owner at the moment of the scrape."""

    def __init__(self, name: str, words: str, labels: tuple[str, ...], reading: Reading) -> None:
        self._name, self._words, self._labels, self._reading = name, words, labels, reading

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One family with a sample per set of label values."""
        family = GaugeMetricFamily(self._name, self._words, labels=self._labels)
        for values, value in self._reading().items():
            family.add_metric(values, value)
        yield family
