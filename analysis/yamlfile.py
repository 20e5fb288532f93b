"""YAML files that people write: read strictly, added to a bundled one, errors with the line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from analysis.errors import ConfigurationError

try:  # libyaml reads ten times faster, where PyYAML was built with it
    from yaml import CSafeLoader as _SafeLoader
except ImportError:
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

Place = tuple[str | int, ...]
"""Keys and list positions that lead to a value."""
Origin = Literal["bundled", "extends", "replaces"]
EXTENDS = "extends"
DEFAULT = "default"


class _Loader(_SafeLoader):
    """Refuses a key that stands twice, where YAML's own loader keeps only the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        problem=f"the key {key.value!r} stands twice; join the two entries",
                        problem_mark=key.start_mark,
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)


@dataclass(frozen=True, slots=True)
class YamlFile:
    """What one file of a folder says, on its own or added to the bundled one.

    Attributes:
        path: the file that a message should name: the user's, if there is one.
        origin: whether the user's file is missing, adds to the bundled one, or stands for it.
        content: the whole, after any adding.
        own: what the user's file says by itself; None where it is missing.
        base: what the bundled file says.
        source: every byte that `content` was made of.
    """

    path: Path
    origin: Origin
    content: Any
    own: Any
    base: Any
    source: bytes
    text: str = field(repr=False)

    def error(self, place: Place, problem: str) -> ConfigurationError:
        """An error about the value at a place of `content`, naming file and line."""
        shown = ".".join(part for part in place if isinstance(part, str))
        return ConfigurationError(
            f"{self.path}, line {self._line(place)}: {shown + ': ' if shown else ''}{problem}"
        )

    def _line(self, place: Place) -> int:
        node = yaml.compose(self.text, Loader=_SafeLoader)
        line = 1
        for part in self._own_place(place):
            if isinstance(node, yaml.MappingNode):
                pair = next((pair for pair in node.value if pair[0].value == part), None)
                if pair is None:  # it came with a merge key (<<)
                    return line
                key, node = pair
                line = key.start_mark.line + 1
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
                node = node.value[part]
                line = node.start_mark.line + 1
        return line

    def _own_place(self, place: Place) -> Iterator[str | int]:
        """The same place in the user's file, as far as it leads there."""
        whole, own = self.content, self.content if self.own is None else self.own
        for part in place:
            if isinstance(part, int) and isinstance(own, list):
                # What a file adds to a list always stands last.
                position = part - (len(whole) - len(own))
                if not 0 <= position < len(own):
                    return
                yield position
                whole, own = whole[part], own[position]
            elif isinstance(own, dict) and isinstance(part, str) and part in own:
                yield part
                whole, own = whole[part], own[part]


def read_file(path: Path, bundled: Path) -> YamlFile:
    """Reads a file that may be missing, may say `extends: default`, or may stand alone.

    A missing file is the bundled one. An extending one is added to it: mappings key by key,
    lists at their end, and a single value takes the place of the bundled one, as does an entry
    of a list that has the `id` of one there.

    Raises:
        ConfigurationError: a file cannot be read, is not YAML, or extends something else.
    """
    base_source, base_text = _read(bundled)
    base = _parsed(bundled, base_text)
    if path == bundled or not path.exists():
        return YamlFile(bundled, "bundled", base, None, base, base_source, base_text)
    source, text = _read(path)
    own = _parsed(path, text)
    alone = YamlFile(path, "replaces", own, own, base, source, text)
    if not isinstance(own, dict) or EXTENDS not in own:
        return alone
    if own[EXTENDS] != DEFAULT:
        raise alone.error((EXTENDS,), f"must be {DEFAULT!r}, the bundled file; or leave it out")
    whole = _added(base, {key: value for key, value in own.items() if key != EXTENDS})
    return YamlFile(path, "extends", whole, own, base, base_source + source, text)


def _added(base: Any, more: Any) -> Any:
    if more is None:
        return base
    if isinstance(base, dict) and isinstance(more, dict):
        return {**base, **{k: _added(base[k], v) if k in base else v for k, v in more.items()}}
    if isinstance(base, list) and isinstance(more, list):
        replaced = [entry["id"] for entry in more if isinstance(entry, dict) and "id" in entry]
        kept = [e for e in base if not (isinstance(e, dict) and e.get("id") in replaced)]
        return kept + more
    return more


def _read(path: Path) -> tuple[bytes, str]:
    try:
        source = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        return source, source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        raise ConfigurationError(f"{path}, line {line}: not UTF-8; save it as UTF-8") from error


def _parsed(path: Path, text: str) -> Any:
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}, line {mark.line + 1}" if mark else str(path)
        if isinstance(error, yaml.constructor.ConstructorError):
            raise ConfigurationError(f"{where}: {error.problem}") from error
        raise ConfigurationError(
            f"{where}: cannot be read as YAML: {error.problem}; check indentation and brackets, "
            "and put text that holds : # [ ] { } or a quotation mark in quotes"
        ) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        line = " ".join(str(error).split())
        raise ConfigurationError(f"{path}: cannot be read as YAML: {line}") from error
