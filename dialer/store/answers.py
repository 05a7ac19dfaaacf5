"""Answers to questions of `dialer.ports.reports`: a function for each, in a transaction of a reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from sqlalchemy import Connection

from dialer.ports.reports import Question

Answers: TypeAlias = Mapping[type[Question[Any]], Callable[[Connection, Any], Any]]
