import pytest

from analysis.codebook import load_codebook
from analysis.config import load_settings
from crawler.queries import assistant_names, search_terms, spellings


@pytest.mark.parametrize(
    ("fragment", "names"),
    [
        ("Siri", ("Siri",)),
        ("Alexa(?! (?:Chung|Jones))", ("Alexa",)),
        ("Echo(?:s| Dot| Show)?", ("Echo",)),
        (
            "Google (?:Home|Nest|Assistant)(?: (?:Mini|Hub))*",
            ("Google Home", "Google Nest", "Google Assistant"),
        ),
        ("HomePods?(?: mini)?", ("HomePod",)),
        (r"Ring(?= (?:cameras?|app)\b)|(?<=caméras )Ring", ("Ring",)),
        ("Xiao ?[Aa][Ii]", ()),
        (r"\w+Pod", ()),
    ],
)
def test_a_fragment_is_spelled_out(fragment, names):
    assert spellings(fragment) == names


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_codebook_names_its_assistants_the_best_known_first(lang):
    names = assistant_names(load_codebook(load_settings({}).codebook), lang)
    assert names[:3] == ("Alexa", "Siri", "Google Home")
    assert {"Amazon Echo", "Cortana", "Bixby", "Djingo"} <= set(names)
    assert not {"Echo", "Ring", "iPhone", "WhatsApp"} & set(names)
    assert len(names) == len({name.casefold() for name in names})


def test_a_search_begins_with_the_words_of_the_language():
    codebook = load_codebook(load_settings({}).codebook)
    assert search_terms(codebook, "fr")[:3] == ("assistant vocal", "enceinte connectée", "Alexa")
    assert search_terms(codebook, "en")[:3] == ("voice assistant", "smart speaker", "Alexa")
