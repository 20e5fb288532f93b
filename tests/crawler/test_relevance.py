import json
from pathlib import Path

import pytest
import yaml

from analysis.codebook import Codebook, TermList, load_codebook
from analysis.records import Article
from crawler.relevance import judge

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "analysis" / "data"
GOLD = ROOT.parent / "shared" / "gold"
LISTS = [
    pytest.param(TermList.model_validate(terms), id=f"{lang}-{name}")
    for lang, lists in yaml.safe_load((DATA / "relevance.yml").read_text("utf-8")).items()
    for name, terms in lists.items()
]
# Invented: language, headline, paragraphs, reason.
OFF_TOPIC = [
    (
        "fr",
        "Echo Studio : le son qui remplit la pièce",
        "L’Echo Studio d’Amazon embarque cinq haut-parleurs et un caisson. | Les basses sont "
        "profondes et les voix bien détachées. | À 199 euros, l’enceinte connectée fait jeu "
        "égal avec la concurrence.",
        "off_topic:no_privacy",
    ),
    (
        "fr",
        "Prime Day : les meilleures offres sur les Echo",
        "L’Echo Dot passe à 21,99 euros au lieu de 59,99 euros. | L’abonnement Prime est "
        "nécessaire pour profiter de l’offre. | La livraison est gratuite dès 35 euros.",
        "off_topic:no_assistant",
    ),
    (
        "fr",
        "Amazon Prime augmente ses tarifs",
        "L’abonnement annuel passe de 49 à 69,90 euros. | Amazon invoque l’inflation et le "
        "coût de la livraison. | Les clients recevront un courriel cet été.",
        "off_topic:no_assistant",
    ),
    (
        "fr",
        "Cookies : la Cnil inflige 150 millions d’euros d’amende à Google",
        "La Cnil reproche à Google de ne pas permettre de refuser les cookies aussi "
        "facilement que de les accepter. | Facebook écope de 60 millions d’euros pour le même"
        " motif. | Les deux groupes ont trois mois pour respecter la loi Informatique et "
        "libertés et la vie privée des internautes.",
        "off_topic:no_assistant",
    ),
    (
        "fr",
        "Les ventes d’enceintes connectées bondissent de 40 %",
        "Amazon reste premier avec un tiers du marché, devant Google et Baidu. | Le cabinet "
        "attend 150 millions d’unités l’an prochain. | Apple n’occupe que la cinquième place "
        "avec son HomePod.",
        "off_topic:no_privacy",
    ),
    (
        "fr",
        "Alexa parle désormais breton, ou presque",
        "L’assistant vocal d’Amazon comprend vingt expressions bretonnes. | Il sait donner "
        "l’heure des marées et raconter une blague. | La mise à jour est gratuite.",
        "off_topic:no_privacy",
    ),
    (
        "fr",
        "iPhone 15 : nos premières impressions",
        "L’iPhone 15 adopte l’USB-C et un appareil photo de 48 mégapixels. | Siri ne change "
        "guère. | La confidentialité reste un argument de vente, mais c’est l’autonomie qui "
        "nous a séduits.",
        "off_topic:no_assistant",
    ),
    (
        "fr",
        "Fuite de données chez un opérateur : 2 millions de clients touchés",
        "Noms, adresses et IBAN ont été dérobés. | L’opérateur a prévenu la Cnil et déposé "
        "plainte. | Les clients sont invités à se méfier de l’hameçonnage.",
        "off_topic:no_assistant",
    ),
    (
        "fr",
        "Le robot conversationnel ChatGPT passe le bac philo",
        "ChatGPT a rendu une copie en dix secondes. | Le correcteur lui a donné 11 sur 20. | "
        "L’exercice ne prouve pas grand-chose, dit-il.",
        "off_topic:no_privacy",
    ),
    (
        "fr",
        "Instagram va chiffrer les messages privés",
        "Meta généralise le chiffrement de bout en bout. | Les associations de défense de la "
        "vie privée saluent la décision. | La police s’inquiète.",
        "off_topic:no_assistant",
    ),
    (
        "fr",
        "La recette du kouign-amann, pas à pas",
        "Pétrissez la farine, l’eau et la levure. | Laissez reposer une heure. | Un minuteur,"
        " une enceinte ou votre téléphone vous dira quand sortir le gâteau.",
        "off_topic:no_assistant",
    ),
    (
        "fr",
        "Google écope de 4,1 milliards d’euros d’amende pour Android",
        "La Commission européenne reproche à Google d’avoir imposé ses applications. | Le "
        "groupe fait appel. | La Cour confirme l’essentiel de la sanction.",
        "off_topic:no_assistant",
    ),
    (
        "fr",
        "Apple dévoile une puce maison pour ses Mac",
        "La puce M1 double l’autonomie du portable. | Les développeurs devront adapter leurs "
        "logiciels. | Siri répond aussi plus vite.",
        "off_topic:no_assistant",
    ),
    (
        "fr",
        "Reconnaissance faciale : une start-up sanctionnée",
        "La société a aspiré des milliards de photos sans le consentement des personnes. | La"
        " Cnil lui ordonne de supprimer les données biométriques. | L’entreprise n’a pas "
        "répondu.",
        "off_topic:no_assistant",
    ),
    (
        "fr",
        "Trois applications pour apprendre l’anglais",
        "La première mise sur le jeu, la deuxième sur la grammaire. | La troisième utilise la"
        " reconnaissance vocale pour corriger l’accent. | Comptez dix euros par mois.",
        "off_topic:no_assistant",
    ),
    (
        "fr",
        "Amazon condamné pour ses conditions de travail",
        "Le tribunal de Nanterre ordonne au groupe d’évaluer les risques. | Les syndicats "
        "parlent de victoire. | Les salariés des entrepôts étaient surveillés par leurs "
        "scanners.",
        "off_topic:no_assistant",
    ),
    (
        "fr",
        "Sonos lance une barre de son abordable",
        "La Beam tient sous un petit téléviseur. | Elle accepte Alexa et l’Assistant Google. "
        "| Le son surprend par son ampleur.",
        "off_topic:no_assistant",
    ),
    (
        "fr",
        "Windows 11 : ce que change la mise à jour",
        "Le menu Démarrer revient au centre. | Cortana disparaît de la barre des tâches. | "
        "L’installation demande 64 Go.",
        "off_topic:no_assistant",
    ),
    (
        "en",
        "Echo Studio review: big sound, small price",
        "Amazon’s Echo Studio packs five drivers into a squat cylinder. | Bass is deep and "
        "vocals are clear. | At $199 the smart speaker beats rivals twice the price.",
        "off_topic:no_privacy",
    ),
    (
        "en",
        "The best Prime Day deals on Echo speakers",
        "The Echo Dot drops to $22. | You need a Prime membership to get the discount. | "
        "Shipping is free.",
        "off_topic:no_assistant",
    ),
    (
        "en",
        "Amazon raises the price of Prime",
        "The annual plan goes from $119 to $139. | Amazon blames wages and transport. | "
        "Members were told by email.",
        "off_topic:no_assistant",
    ),
    (
        "en",
        "Google fined over cookies",
        "The French regulator fined Google €150m for making cookies hard to refuse. | "
        "Facebook was fined too. | Privacy groups welcomed the decision.",
        "off_topic:no_assistant",
    ),
    (
        "en",
        "Smart speaker sales jump 40%",
        "Amazon leads with a third of the market, ahead of Google and Baidu. | Analysts "
        "expect 150m units next year. | Apple is fifth with the HomePod.",
        "off_topic:no_privacy",
    ),
    (
        "en",
        "Alexa can now tell dad jokes in a Yorkshire accent",
        "Amazon’s voice assistant has learnt twenty local phrases. | It can also read the "
        "tide tables. | The update is free.",
        "off_topic:no_privacy",
    ),
    (
        "en",
        "Hospital group admits data breach",
        "Names and health records of 2m patients were stolen by hackers. | The group has told"
        " the FTC and the police. | Patients have filed a class action over their private "
        "data.",
        "off_topic:no_assistant",
    ),
    (
        "en",
        "WhatsApp adds disappearing messages",
        "Messages can vanish after 24 hours. | The app says privacy is in its DNA. | The "
        "feature is rolling out this week.",
        "off_topic:no_assistant",
    ),
    (
        "en",
        "How to get a better picture from your TV",
        "Switch off motion smoothing. | Pick the film mode. | Set the backlight to suit the room.",
        "off_topic:no_assistant",
    ),
    (
        "en",
        "Apple unveils its own Mac chip",
        "The M1 doubles battery life. | Developers must rebuild their software. | Siri gets "
        "faster too.",
        "off_topic:no_assistant",
    ),
    (
        "en",
        "Facial recognition firm fined £7.5m",
        "The company scraped billions of photos without consent. | The Information "
        "Commissioner ordered it to delete the data. | Campaigners for privacy cheered.",
        "off_topic:no_assistant",
    ),
    (
        "en",
        "Amazon warehouse staff vote on a union",
        "Workers in Alabama are counting ballots. | The company says it pays well. | "
        "Organisers complain of surveillance on the floor.",
        "off_topic:no_assistant",
    ),
    (
        "en",
        "Sonos brings out a cheaper soundbar",
        "The Beam fits under a small television. | It works with Alexa and Google Assistant. "
        "| The sound is wide and warm.",
        "off_topic:no_assistant",
    ),
    (
        "en",
        "Speaker of the House resigns",
        "The Speaker said he would step down on Friday. | His assistant confirmed the "
        "decision. | Members listened in silence; recordings of the session are public.",
        "off_topic:no_assistant",
    ),
    (
        "en",
        "Google pays record fine over Android",
        "The European Commission said Google had forced its apps on makers of phones. | The "
        "company will appeal. | The court upheld most of the penalty.",
        "off_topic:no_assistant",
    ),
    (
        "en",
        "An espresso machine you can talk to",
        "Say the word and it grinds, brews and froths. | It works with Alexa over your home "
        "Wi-Fi. | The milk could be hotter.",
        "off_topic:no_privacy",
    ),
    (
        "en",
        "Microsoft retires Paint 3D",
        "The app leaves the store in November. | Copilot takes over some of its tricks. | "
        "Users can keep the old version.",
        "off_topic:no_assistant",
    ),
    (
        "en",
        "TikTok sued over children’s data",
        "The lawsuit alleges that the app collected data of children without parents’ "
        "consent. | TikTok says it disagrees. | The FTC referred the case to the Justice "
        "Department.",
        "off_topic:no_assistant",
    ),
]
ON_TOPIC = [
    (
        "fr",
        "Des employés d’Amazon écoutent Alexa",
        "Des salariés transcrivent des conversations captées par l’enceinte Echo. | Amazon "
        "parle d’un échantillon infime.",
    ),
    (
        "fr",
        "Google suspend les écoutes de son Assistant en Europe",
        "L’autorité de Hambourg a ouvert une procédure. | Des sous-traitants entendaient les "
        "utilisateurs.",
    ),
    (
        "fr",
        "Enceintes connectées : la Cnil publie ses conseils",
        "Couper le micro, effacer l’historique, surveiller les enfants. | La vie privée des "
        "invités compte aussi.",
    ),
    (
        "fr",
        "Microsoft : des prestataires ont écouté des appels Skype",
        "Les extraits venaient de la traduction instantanée. | Les contractuels travaillaient"
        " parfois à domicile. | L’éditeur assure que les utilisateurs avaient donné leur "
        "consentement, et que les enregistrements vocaux sont anonymisés.",
    ),
    (
        "fr",
        "La poupée Cayla interdite en Allemagne",
        "Le jouet connecté permettait d’espionner les enfants. | Les parents sont invités à "
        "la détruire.",
    ),
    (
        "fr",
        "Une enceinte Echo au tribunal",
        "La justice réclame à Amazon les enregistrements de l’appareil. | L’entreprise refuse"
        " de les remettre sans mandat.",
    ),
    (
        "fr",
        "Siri : Apple paiera 95 millions de dollars",
        "L’accord met fin à un recours collectif. | Des plaignants accusaient l’assistant "
        "vocal de s’être déclenché par erreur.",
    ),
    (
        "en",
        "Alexa sent a couple’s private conversation to a contact",
        "The Echo recorded the talk and sent it on. | Amazon called it a rare mishap.",
    ),
    (
        "en",
        "Apple contractors hear Siri recordings",
        "They listened to doctors, deals and couples. | Apple said that under 1% of requests "
        "were reviewed.",
    ),
    (
        "en",
        "Smart speakers: which one keeps your data longest?",
        "Google deletes audio by default. | Amazon stores transcripts on its servers until "
        "you erase them.",
    ),
    (
        "en",
        "FTC says Amazon kept children’s Alexa recordings",
        "The company agreed to pay $25m. | Parents had asked it to delete the voice data.",
    ),
    (
        "en",
        "Hackers turn an Echo into a bug",
        "Researchers found a flaw that let them listen in. | Amazon has patched the speakers.",
    ),
    (
        "en",
        "Facebook paid people to transcribe Messenger calls",
        "Contractors heard users’ conversations without knowing where the audio came from. | "
        "Facebook said users had opted in to voice transcription, and has paused the review "
        "of recordings.",
    ),
    (
        "en",
        "Judge wants Echo audio in murder case",
        "Prosecutors say the smart speaker may have recorded the attack. | Amazon wants a warrant.",
    ),
]


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return load_codebook(DATA)


def article(title: str, text: str, lang: str | None) -> Article:
    return Article(id="x", title=title, paragraphs=tuple(text.split(" | ")), lang=lang)


@pytest.mark.parametrize(("lang", "title", "text", "reason"), OFF_TOPIC)
def test_an_article_on_something_else_is_rejected_with_the_reason(
    codebook: Codebook, lang: str, title: str, text: str, reason: str
) -> None:
    verdict = judge(article(title, text, lang), codebook)
    assert (verdict.kept, verdict.reason) == (False, reason)


@pytest.mark.parametrize(("lang", "title", "text"), ON_TOPIC)
def test_a_brief_about_an_assistant_and_privacy_is_kept(
    codebook: Codebook, lang: str, title: str, text: str
) -> None:
    assert judge(article(title, text, lang), codebook).reason == "kept"


def test_a_verdict_names_the_words_behind_it(codebook: Codebook) -> None:
    verdict = judge(article("Alexa et la CNIL", "Echo, Alexa : vie privée.", "fr"), codebook)
    assert verdict.assistant == ("alexa", "echo")
    assert verdict.privacy == ("cnil", "vie privée")


@pytest.mark.parametrize("lang", ["de", None])
def test_a_language_without_vocabulary_is_named(codebook: Codebook, lang: str | None) -> None:
    verdict = judge(article("Alexa hört mit", "Amazon speichert alles.", lang), codebook)
    assert (verdict.kept, verdict.reason) == (False, "unknown_language")


def test_an_assistant_in_passing_needs_privacy_around_it(codebook: Codebook) -> None:
    review = "L’écran est net. | Siri répond vite. | L’autonomie est bonne. | La puce chauffe peu."
    breach = " | La Cnil enquête sur une fuite de données chez un opérateur : plainte, vie privée."
    assert judge(article("iPhone", review + breach, "fr"), codebook).reason == (
        "off_topic:no_assistant"
    )


def test_an_empty_article_is_off_topic(codebook: Codebook) -> None:
    empty = Article(id="x", title="", paragraphs=(), lang="fr")
    assert judge(empty, codebook).reason == "off_topic:no_assistant"


@pytest.mark.parametrize("terms", LISTS)
def test_terms_find_their_examples_and_not_the_counter_examples(terms: TermList) -> None:
    assert [text for text in terms.examples if not terms.pattern.search(text)] == []
    assert [text for text in terms.counter_examples if terms.pattern.search(text)] == []
    assert terms.examples
    assert terms.counter_examples


@pytest.mark.gold
@pytest.mark.skipif(not GOLD.exists(), reason="no coded articles in ../shared/gold")
def test_coded_articles_that_carry_claims_are_kept(codebook: Codebook) -> None:
    coded = [
        json.loads(path.read_text(encoding="utf-8"))
        for folder in ("dev", "dev-plain", "train")
        for path in sorted((GOLD / folder).glob("*.json"))
    ]
    lost = [
        one["id"]
        for one in coded
        if one["claims"]
        and not judge(
            Article(one["id"], one["title"], tuple(one["paragraphs"]), one["lang"]), codebook
        ).kept
    ]
    # Both are reviews of a loudspeaker's sound in which one sentence names the microphone switch.
    assert set(lost) <= {"fr-d-18", "en-d-18"}


FLOORS = {"kept with claims": 0.93, "passed over without claims": 0.52}
"""Shares of the coded training articles; those without claims are about the same companies."""


def test_few_coded_articles_with_claims_are_lost(codebook: Codebook) -> None:
    kept: dict[bool, list[bool]] = {True: [], False: []}
    for path in sorted((DATA / "training" / "articles").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            coded = Article(one["id"], one["title"], tuple(one["paragraphs"]), one["lang"])
            kept[bool(one["claims"])].append(judge(coded, codebook).kept)
    assert len(kept[True]) > 500
    assert len(kept[False]) > 150
    assert sum(kept[True]) / len(kept[True]) >= FLOORS["kept with claims"]
    assert 1 - sum(kept[False]) / len(kept[False]) >= FLOORS["passed over without claims"]
