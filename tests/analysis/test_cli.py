"""The command line as its users run it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from analysis.cli import app
from analysis.codebook import BUNDLED, load_codebook
from analysis.compare import comparison
from analysis.config import ROOT
from analysis.dashboard import matrix
from analysis.export import export_files
from analysis.printing import printable
from analysis.records import Article, Claim, article_id
from analysis.store import ClaimFilter, Store
from analysis.tallies import of_claims

URL = "https://ledger.example/tech/staff"
LISTENING = "Amazon employs people who listen to what customers say to Alexa."
DENIAL = "“Apple does not keep recordings,” a spokesman said."
VENDORS = ("amazon", "apple", "google", "microsoft", "samsung", "meta", "sonos", "xiaomi", "baidu")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The store that the commands find in their environment."""
    url = f"sqlite:///{tmp_path}/earshot.db"
    monkeypatch.setenv("EARSHOT_DATABASE_URL", url)
    monkeypatch.setenv("COLUMNS", "100")
    with Store.open(url) as opened:
        yield opened


def an_article(url: str = URL, *paragraphs: str, title: str = "Staff") -> Article:
    return Article(
        id=article_id(url),
        title=title,
        paragraphs=paragraphs or (LISTENING, DENIAL),
        lang="en",
        outlet="ledger",
        url=url,
        published=datetime(2019, 4, 12, tzinfo=UTC),
    )


def a_claim(article: Article, quote: str, vendor: str, practice: str, **fields: str) -> Claim:
    number = next(n for n, text in article.blocks() if text == quote)
    given = {
        "polarity": "affirmed",
        "certainty": "certain",
        "source_type": "article",
        "source": None,
    }
    return Claim(
        article_id=article.id,
        paragraph=number,
        start=0,
        end=len(quote),
        quote=quote,
        vendor=vendor,
        product=None,
        practice=practice,
        rule="r",
        **(given | fields),
    )


@pytest.fixture
def press(store: Store) -> Store:
    """One article on two vendors, and one on every vendor."""
    article = an_article()
    claims = [
        a_claim(article, LISTENING, "amazon", "human_review"),
        a_claim(
            article,
            DENIAL,
            "apple",
            "retention",
            polarity="denied",
            source_type="vendor",
            source="a spokesman",
        ),
    ]
    other = an_article("https://ledger.example/all", "They all record.")
    others = [
        a_claim(other, "They all record.", vendor, "collection")
        for vendor in (*VENDORS, "other:genesis toys")
    ]
    for each, own in ((article, claims), (other, others)):
        store.save_article(each, "The Ledger")
        store.save_claims(each.id, {1: own}, "e1")
    return store


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "analysis", *arguments]


def test_compare_shows_every_vendor_and_practice_within_100_columns(press: Store) -> None:
    result = invoke("compare")
    assert result.exit_code == 0
    codebook = load_codebook(BUNDLED)
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 100
    for vendor in (*VENDORS, "other:genesis toys"):
        assert codebook.vendor_label(vendor) in result.stdout
    for practice in codebook.practices:
        assert codebook.practice_label(practice) in result.stdout
    (review,) = [line for line in lines if line.strip().startswith("Human review") and "+1" in line]
    assert review.split()[2:4] == ["+1", "·"]
    (kept,) = [line for line in lines if line.strip().startswith("Retention") and "−1" in line]
    assert kept.split()[1:3] == ["·", "−1"]


def test_compare_breaks_the_table_where_the_terminal_is_narrow(
    press: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    result = invoke("compare")
    assert max(map(len, result.stdout.splitlines())) <= 60
    assert result.stdout.count("Always listening") > 1
    assert len(re.findall(r"\+1", result.stdout)) == 1 + len(VENDORS) + 1


@pytest.mark.parametrize("name", [URL, article_id(URL)])
def test_compare_prints_the_claims_of_an_example_first(press: Store, name: str) -> None:
    result = invoke("compare", "--example", name)
    before, _, after = result.stdout.partition("Practice")
    words = " ".join(before.split())
    assert words.startswith(f"Staff The Ledger, 2019-04-12, {URL} {LISTENING} Amazon: ")
    assert "Amazon: Human review, affirmed, certain. Who says it:" in words
    assert "Apple: Retention, denied, certain. Who says it:" in words
    assert "(a spokesman)" in words
    assert "They all record" not in result.stdout
    assert after


def test_compare_names_an_example_that_is_not_stored(press: Store) -> None:
    result = invoke("compare", "--example", "https://nowhere.example/")
    assert result.exit_code == 1
    assert result.stderr.startswith("earshot: --example https://nowhere.example/: no such article")
    assert result.stderr.count("\n") == 1


def test_compare_of_an_empty_store_says_what_to_do(store: Store) -> None:
    result = invoke("compare")
    assert result.exit_code == 0
    assert "python -m analysis run" in result.stdout


def test_text_from_the_web_cannot_steer_the_terminal(store: Store) -> None:
    text = "Safe \x1b[2Jtext [bold]not markup[/bold] \x9b31m\N{RIGHT-TO-LEFT OVERRIDE}."
    article = an_article(URL, text, title="\x1b]0;owned\x07")
    store.save_article(article, "The Ledger")
    store.save_claims(article.id, {1: [a_claim(article, text, "amazon", "retention")]}, "e1")
    result = invoke("compare", "--example", URL)
    assert not set(result.stdout) & {"\x1b", "\x9b", "\x07", "\N{RIGHT-TO-LEFT OVERRIDE}"}
    assert "[bold]not markup[/bold]" in " ".join(result.stdout.split())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Été\N{NO-BREAK SPACE}: l’IA\n«\N{NARROW NO-BREAK SPACE}oui", "Été : l’IA « oui"),
        ("a\x00b\x7f", "a\ufffdb\ufffd"),
        ("co\N{SOFT HYPHEN}op\N{ZERO WIDTH SPACE}", "coop"),
        ("\ud800", "\ufffd"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_export_writes_the_three_files(press: Store, tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder"
    result = invoke("export", "--out", str(out))
    assert result.exit_code == 0
    codebook = load_codebook(BUNDLED)
    files = export_files(press, ClaimFilter(), codebook)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == files
    assert "12 claims" in result.stdout


@pytest.mark.parametrize(
    ("options", "claims"),
    [
        (["--vendor", "amazon", "--vendor", "apple"], 4),
        (["--vendor", "other:genesis toys"], 1),
        (["--practice", "retention", "--polarity", "denied"], 1),
        (["--source-type", "vendor", "--certainty", "certain"], 1),
        (["--language", "fr"], 0),
        (["--outlet", "ledger", "--text", "LISTEN"], 1),
        (["--from", "2019-04-12", "--to", "2019-04-12"], 12),
        (["--from", "2019-04-13"], 0),
    ],
)
def test_export_takes_filters(
    press: Store, tmp_path: Path, options: list[str], claims: int
) -> None:
    result = invoke("export", "--out", str(tmp_path), *options)
    assert result.exit_code == 0, result.stderr
    lines = (tmp_path / "claims.csv").read_bytes().count(b"\r\n")
    assert lines == claims + 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--vendor", "amazone"], "--vendor amazone: unknown; accepted: amazon, apple,"),
        (["--practice", "spying"], "--practice spying: unknown; accepted: collection,"),
        (["--polarity", "no"], "--polarity no: unknown; accepted: affirmed, denied"),
    ],
)
def test_export_refuses_values_that_the_codebook_does_not_know(
    store: Store, tmp_path: Path, arguments: list[str], words: str
) -> None:
    result = invoke("export", "--out", str(tmp_path / "out"), *arguments)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert words in result.stderr
    assert not (tmp_path / "out").exists()


def test_export_names_a_folder_that_it_cannot_write(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = invoke("export", "--out", str(tmp_path / "file"))
    assert result.exit_code == 1
    assert f"--out {tmp_path}/file: cannot write there: File exists" in result.stderr


@pytest.mark.parametrize("name", ["compare", "run"])
def test_a_store_that_cannot_be_opened_is_named_in_one_line(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARSHOT_DATABASE_URL", "earshot.db")
    result = invoke(name)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert result.stderr.startswith("earshot: EARSHOT_DATABASE_URL is not an address")


@pytest.mark.parametrize("name", ["extract", "run", "compare", "export", "why", "check-codebook"])
def test_the_help_of_a_command_has_an_example(name: str) -> None:
    help_text = " ".join(invoke(name, "--help").stdout.split())
    assert f"Example: python -m analysis {name}" in help_text


def test_extract_prints_claims_and_names_bad_lines() -> None:
    lines = [
        json.dumps({"id": "a", "title": "Staff", "lang": "en", "text": f"{LISTENING}\n\n{DENIAL}"}),
        "not JSON",
        json.dumps({"id": "b", "title": "No body"}),
        json.dumps({"id": "c", "title": LISTENING, "lang": "en", "paragraphs": []}),
    ]
    done = subprocess.run(
        command("extract", "-"),
        input="\n".join(lines),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    claims = [json.loads(line) for line in done.stdout.splitlines()]
    found = {(c["article_id"], c["paragraph"], c["vendor"], c["practice"]) for c in claims}
    assert found >= {
        ("a", 0, "amazon", "human_review"),
        ("a", 1, "apple", "retention"),
        ("c", -1, "amazon", "human_review"),
    }
    assert [c["article_id"] for c in claims] == sorted(c["article_id"] for c in claims)
    assert {c["quote"] for c in claims} == {LISTENING, DENIAL}
    errors = done.stderr.splitlines()
    assert len(errors) == 2
    assert errors[0].startswith("earshot: standard input, line 2: not JSON at character 1")
    assert errors[1].startswith("earshot: standard input, line 3: ")
    assert done.returncode == 1


def test_extract_names_a_file_that_is_not_there() -> None:
    result = invoke("extract", "nowhere.jsonl")
    assert result.exit_code == 2
    assert "nowhere.jsonl" in result.stderr


def test_run_reads_stored_articles_once(store: Store) -> None:
    store.save_article(an_article(), "The Ledger")
    first = subprocess.run(command("run"), capture_output=True, text=True, cwd=ROOT, check=True)
    claims = store.count_claims()
    assert first.stdout.startswith(f"Read 1 articles: {claims} new claims, 0 changed")
    assert {c.claim.vendor for c in store.claims()} == {"amazon", "apple"}
    second = invoke("run")
    assert second.stdout == "Nothing to read: every stored article has been read already.\n"


def test_run_on_an_empty_store_says_what_to_do_first(store: Store) -> None:
    assert store.overview().articles == 0
    assert "crawl some first" in invoke("run").stdout


@pytest.mark.timeout(300)
def test_ctrl_c_ends_a_run_with_130_and_a_good_store(store: Store) -> None:
    for number in range(300):
        url = f"https://ledger.example/{number}"
        store.save_article(an_article(url, *[f"{LISTENING} {DENIAL}"] * 10), "The Ledger")
    process = subprocess.Popen(
        command("run", "--jobs", "2"),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while store.count_claims() == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in errors
    rows = store.article_rows()
    read = [row.claims for row in rows if row.extractor is not None]
    assert 0 < len(read) < 300
    assert len(set(read)) == 1, "every article read has all of its claims"
    assert store.count_claims() == sum(read)


CLOVA = {
    "vendors.yml": """\
        extends: default
        vendors:
          naver:
            label: Naver
            names: [Naver]
            products: [Clova]
            makers: {en: ["Korean search company"]}
            examples: [Clova answers., The Korean search company said so.]
            counter_examples: [A navy ship.]
        """,
    "practices.yml": """\
        extends: default
        practices:
          data_abroad:
            label: {fr: Données à l'étranger, en: Data abroad}
            definition:
              fr: Les enregistrements quittent le pays.
              en: Recordings leave the country.
        """,
    "expressions.yml": """\
        extends: default
        en:
          concepts:
            elsewhere: [abroad, overseas]
          practices:
            data_abroad:
              - id: travels
                match: ['(?:ships?|moves?) .. <elsewhere>']
                hits: [It ships the recordings overseas.]
                misses: [The ship sank.]
        """,
    "cues.yml": """\
        extends: default
        en:
          hedge: {terms: [rumou?r has it that], examples: [rumour has it that]}
        """,
}
ABROAD = "Clova ships every recording abroad."
RUMOUR = "Rumour has it that the Korean search company moves them overseas."


@pytest.fixture
def extension(tmp_path: Path) -> Path:
    """A newsroom's folder: a vendor, a practice with an expression, and a hedge."""
    folder = tmp_path / "codebook"
    folder.mkdir()
    for name, text in CLOVA.items():
        (folder / name).write_text(textwrap.dedent(text), encoding="utf-8")
    return folder


def test_a_new_vendor_and_practice_go_from_article_to_table(
    store: Store, extension: Path, tmp_path: Path
) -> None:
    article = an_article(URL, f"{ABROAD} {RUMOUR}", LISTENING)
    store.save_article(article, "The Ledger")
    own = ("--codebook", str(extension))
    invoke("run", "--rules-only")
    assert {c.claim.vendor for c in store.claims()} == {"amazon"}
    assert invoke("run", "--rules-only", *own).stdout.startswith("Read 1 articles: 2 new claims")
    claims = {c.claim.quote: c for c in store.claims() if c.claim.vendor == "naver"}
    assert {c.claim.practice for c in claims.values()} == {"data_abroad"}
    assert claims[ABROAD].claim.rule == "data_abroad/travels"
    assert claims[ABROAD].claim.product == "Clova"
    assert claims[ABROAD].claim.certainty == "certain"
    assert claims[RUMOUR].claim.certainty == "uncertain"
    table = invoke("compare", *own).stdout
    assert "Naver" in table.splitlines()[1]
    [row] = [line for line in table.splitlines() if "Data abroad" in line]
    assert "+2" in row
    export = ("export", "--out", str(tmp_path), "--practice", "data_abroad")
    assert "--practice data_abroad: unknown" in invoke(*export).stderr
    assert invoke(*export, *own).exit_code == 0
    lines = (tmp_path / "claims.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 3
    assert ",Naver,Clova,data_abroad,Données à l'étranger,Data abroad," in lines[1]
    words = load_codebook(extension)
    cells = store.cells()
    table = comparison(cells, tuple(words.vendors), tuple(words.practices))
    page = matrix.content(matrix.View(table, of_claims(cells)), words)
    columns = [column["label"] for column in page["columns"]]
    assert "Naver" in columns
    [drawn] = [row for row in page["rows"] if row["label"] == "Data abroad"]
    assert drawn["definition"] == "Recordings leave the country."
    assert "Naver, Data abroad: 2 claims" in drawn["cells"][columns.index("Naver")]["name"]
    reasons = invoke("why", claims[RUMOUR].id, *own).stdout
    assert "[certainty: Rumour has it that] the [vendor: Korean search company]" in " ".join(
        reasons.replace("> ", "").split()
    )
    assert "Data abroad" in reasons


def test_extract_and_evaluate_take_a_codebook(extension: Path, tmp_path: Path) -> None:
    given = {"id": "a", "title": "Clova", "lang": "en", "paragraphs": [ABROAD]}
    own = ("--codebook", str(extension))
    path = tmp_path / "articles.jsonl"
    path.write_text(json.dumps(given), encoding="utf-8")
    [claim] = invoke("extract", "--rules-only", str(path), *own).stdout.splitlines()
    assert json.loads(claim)["practice"] == "data_abroad"
    coded = {
        "paragraph": 0, "quote": ABROAD, "vendor": "naver", "practice": "data_abroad",
        "polarity": "affirmed", "certainty": "certain", "source_type": "article", "source": None,
    }  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps({**given, "claims": [coded]}), encoding="utf-8")
    path.unlink()
    result = invoke("evaluate", "--rules-only", "--gold", str(tmp_path), *own)
    assert re.search(r"strict F1 +1\.000", result.stdout)


def test_the_option_goes_before_the_setting(
    press: Store, extension: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EARSHOT_CODEBOOK", str(tmp_path / "none"))
    refused = invoke("compare")
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert refused.stderr.startswith(f"earshot: codebook {tmp_path}/none: No such file")
    assert invoke("compare", "--codebook", str(extension)).exit_code == 0
    monkeypatch.setenv("EARSHOT_CODEBOOK", str(extension))
    assert "Data abroad" in invoke("compare").stdout


def test_check_codebook_says_what_a_folder_changes(extension: Path) -> None:
    result = invoke("check-codebook", str(extension))
    assert result.exit_code == 0
    words = " ".join(result.stdout.split())
    bundled = load_codebook(BUNDLED)
    for part in (
        f"vendors.yml extended {len(bundled.vendors) + 1} vendors: 1 new (naver)",
        f"{len(bundled.practices) + 1} practices: 1 new (data_abroad)",
        "1 new (en data_abroad/travels)",
        "2 new (en <elsewhere>: abroad, en <elsewhere>: overseas)",
        "1 new (en hedge: rumou?r has it that)",
        "relevance.yml bundled",
        f"The version of this codebook is {load_codebook(extension).version}.",
    ):
        assert part in words
    [good, tried] = re.findall(r"(\d+) of (\d+) examples", words)[0]
    assert good == tried


def test_check_codebook_names_examples_that_fail(extension: Path) -> None:
    path = extension / "vendors.yml"
    text = path.read_text(encoding="utf-8").replace("A navy ship.", "A Naver office.")
    path.write_text(text, encoding="utf-8")
    result = invoke("check-codebook", str(extension))
    assert result.exit_code == 1
    assert (
        f"{path}, line 9: vendors.naver.counter_examples: 'A Naver office.' must not be found"
        in result.stdout
    )


def test_check_codebook_names_a_practice_that_nothing_states(extension: Path) -> None:
    (extension / "expressions.yml").unlink()
    result = invoke("check-codebook", str(extension))
    assert result.exit_code == 0
    assert "No expression states data_abroad yet" in result.stdout


def test_check_codebook_names_a_mistake_in_one_line(extension: Path) -> None:
    (extension / "cues.yml").write_text("extends: default\nit: {}\n", encoding="utf-8")
    result = invoke("check-codebook", str(extension))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"earshot: {extension}/cues.yml, line 2: it: is unknown here; accepted: fr, en; "
        "docs/codebook.md has the format\n"
    )


def test_why_takes_an_id_or_an_address_of_the_dashboard(press: Store) -> None:
    [claim] = press.claims(ClaimFilter(practices=("human_review",)))
    shown = invoke("why", claim.id)
    assert shown.exit_code == 0
    assert shown.stdout.startswith("Amazon: Human review, affirmed, certain.")
    assert f"> {LISTENING}" in shown.stdout
    address = f"http://127.0.0.1:8501/claim?id={claim.id}"
    assert invoke("why", address).stdout == shown.stdout


def test_why_prints_one_json_object(press: Store) -> None:
    [claim] = press.claims(ClaimFilter(practices=("human_review",)))
    result = invoke("why", claim.id, "--json")
    given = json.loads(result.stdout)
    assert result.stdout.count("\n") == 1
    assert (given["id"], given["quote"], given["url"]) == (claim.id, LISTENING, URL)
    assert (given["extractor"], given["published"]) == ("e1", "2019-04-12T00:00:00+00:00")
    assert given["codebook"] == load_codebook(BUNDLED).version


def test_why_names_a_claim_that_is_not_stored(press: Store) -> None:
    result = invoke("why", "0123\x1b")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert result.stderr.startswith("earshot: 0123\ufffd: no such claim in sqlite:///")
    assert "python -m analysis export" in result.stderr


def test_verdicts_go_out_and_into_another_store(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = an_article()
    claims = [a_claim(article, LISTENING, "amazon", "human_review")]

    def fill(store: Store) -> None:
        store.save_article(article, "The Ledger")
        store.save_claims(article.id, {1: claims}, "e1")

    fill(store)
    given = store.judge(store.claims()[0].id, "rejected", "Ann", "Déjà « vu »\n\ud83d")
    file = tmp_path / "verdicts.jsonl"
    file.write_bytes(invoke("verdicts", "export").stdout_bytes)

    other = f"sqlite:///{tmp_path}/other.db"
    monkeypatch.setenv("EARSHOT_DATABASE_URL", other)
    unknown = invoke("verdicts", "import", str(file))
    assert unknown.exit_code == 1
    assert "claims that this store does not have" in unknown.stderr
    with Store.open(other) as opened:
        fill(opened)
        assert invoke("verdicts", "import", str(file)).stdout == "1 verdicts read, 1 of them new.\n"
        assert invoke("verdicts", "import", str(file)).stdout == "1 verdicts read, 0 of them new.\n"
        assert opened.all_verdicts() == [given]
        assert opened.count_claims() == 0


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2"),
        ('{"claim_id": "a", "by": "Ann"}', "at: Field required"),
        ('{"claim_id": "a", "by": "A", "at": "2020-01-01", "verdict": "accepted"}', "timezone"),
    ],
)
def test_a_line_that_is_no_verdict_is_named(
    store: Store, tmp_path: Path, line: str, message: str
) -> None:
    file = tmp_path / "verdicts.jsonl"
    file.write_text(f"\n{line}\n", encoding="utf-8")
    result = invoke("verdicts", "import", str(file))
    assert result.exit_code == 1
    assert f"{file}, line 2" in result.stderr.replace("\n", "")
    assert message in result.stderr
