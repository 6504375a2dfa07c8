"""The words around place names, in English, French and Kreyòl, in folded form."""

from __future__ import annotations

import re


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# A word may stand in several sets: "pou" is to and towards, "soti" is from and exit. What it means is
# settled by the words around it, in the parser.
BETWEEN = _set("between entre ant")
AND = _set("and et ak e ek")
TO = _set("to a jiska jusqu jusque rive pou")
FROM = _set("from depi soti sot partant")
TOWARDS = _set("vers towards toward direction direksyon ve heading headed destination allant menant pou ale bound")
# Which side of a second place something lies on, along a road: "L'Estère, avant Gonaïves".
AFTER = _set("after apres apre past passe pase depase depasse beyond dela")
BEFORE = _set("before avant anvan avan deca")
COMING = _set("venant provenance coming sortant leaving from depi soti sot sort partant via")
JUST = _set("just juste jis peu shortly immediately immediatement imedyatman kras right soon slightly")
# What may stand between such a word and the name: "avant d'arriver à", "lè w fin pase", "after leaving".
MOVING = _set(
    "entrer arriver atteindre rive antre reaching reach arriving entering getting crossing leaving avoir quitte "
    "quitter traverse traverser passer passing kite fin fini fenk ou w nou yo moun li ap k lew you we they way "
    "junction men mais but the then puis ti tou yon little bit tras"
)
NEAR = _set(
    "near close toupre pre pres proche outside environs alentours abords zone zon area around perimetres perimetre "
    "peripherie loin lwen far autour cote bo ozalantou non"
)
ENTRY = _set("entree entrees entrance entrances antre entry sortie sorties exit exits soti sot")
ROAD = _set(
    "route routes road roads wout axe axes axis troncon highway trajet way reliant relie linking links reliye chemin "
    "nationale nationales national nasyonal rn"
)
LINKING = _set("reliant relie linking links reliye")
SECTION = _set("section sections seksyon")
MANY = _set("sections localites localities communes lokalite zones")
COMMUNE = _set("commune communes komin")
RIVER = _set("river riviere fleuve rivye larivye")
TOWN = _set(
    "ville lavil town city village vilaj bourg bouk centre center downtown quartier quartiers katye rue rues avenue "
    "boulevard street ruelle impasse lari"
)
FACILITY = _set(
    "commissariat commissariats komisarya sous sub station stations police polis hopital hospital lopital clinique "
    "dispensaire marche mache market eglise church legliz ecole school lekol lycee lise college prison prizon civile "
    "bureau mairie maire office place plas square cimetiere cemetery simitye pont bridge pon gare bus autobus "
    "warehouse entrepot depot statue port wharf base tribunal douane parc stade femmes"
)
PERSON = _set("m president prezidan monsieur mesye mr mme madame madan empereur general jeneral pasteur pere saint")
# Words that stand around names without saying anything of the place. A word with a capital that is in
# none of these sets counts as a name that is not known, and makes a reading unsure.
PLAIN = _set(
    "a au aux to at in on by about pam wfp pnh onu nan na an sou sur dans par la le les l de du des d the of un une en "
    "is some all any toutes toute tous plusieurs several partie part niveau hauteur face front devant derriere milieu "
    "plein coeur cœur point junction crossroads intersection localite localites locality localities lokalite lokalite "
    "communal communale communales kominal departement department depatman valley vallee haiti ayiti autrefois before "
    "avant apres after over unnamed not stated rural rurale nord sud est ouest north south east west no sid les lwes "
    "capital capitale km kilometre kilometres kilometer kilometers kilomet pk highway number numero nimewo menm "
    "environ approximately approx coming venant "
)
# Common words that known names begin with (Pont-Sondé, Gros-Morne): a misspelt name may begin with one,
# though they are noise elsewhere.
NAME_HEADS = _set("pont port carrefour bas bois poste saint croix gros petite grande terre anse cap mont ti passe")
NOISE = (
    BETWEEN
    | AND
    | TO
    | FROM
    | TOWARDS
    | NEAR
    | ENTRY
    | AFTER
    | BEFORE
    | COMING
    | JUST
    | ROAD
    | SECTION
    | MANY
    | COMMUNE
    | RIVER
    | TOWN
    | FACILITY
    | PLAIN
)
# "Morne X" is a height at X: the name X after it still says the place.
HEIGHTS = _set("morne mon monn bwa")
STREET = _set("rue avenue boulevard street ruelle impasse lari place square")
COMMON = _set("chapelle moulin pendu arbre lagon bassin marchand cap oge platon bastien pap lermite ermite")
"""Known names that are common nouns too: in running text they count only with a capital letter."""

COMPASS = {
    "nord": (0, 1), "north": (0, 1), "no": (0, 1), "northern": (0, 1), "sud": (0, -1), "south": (0, -1),
    "southern": (0, -1), "sid": (0, -1), "est": (1, 0), "east": (1, 0), "eastern": (1, 0),
    "ouest": (-1, 0), "west": (-1, 0), "western": (-1, 0), "lwes": (-1, 0),
}  # fmt: skip

ORDINALS = {
    word: number
    for number, words in enumerate(
        (
            "premiere premier first premye", "deuxieme second seconde dezyem", "troisieme third twazyem",
            "quatrieme fourth katriyem", "cinquieme fifth senkyem", "sixieme sixth sizyem",
            "septieme seventh setyem", "huitieme eighth wityem", "neuvieme ninth nevyem",
        ),
        start=1,
    )
    for word in words.split()
}  # fmt: skip
ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th|re|er|ere|e|eme|yem)$")

# "RN1", "R.N. no 1", "route nationale numéro 1", "wout nasyonal 1", "National Road One", "RN 1 et 2".
# Not before a percent sign, which makes it a share.
ROAD_NUMBER = re.compile(
    r"\b(?:rn|r\.\s?n\.|(?:routes?\s+)?(?:nationales?|nasyonal)(?:\s+wout)?|national\s+(?:roads?|highways?|routes?)"
    r"|wout\s+nasyonal)\s*[-#]?\s*(?:no\.?|nº|n°|n[.º°]|num[eé]ro|nimewo|number)?\s*#?\s*"
    r"(\d{1,3}|one|une?|en|youn)(?![\w%])(?:\s*(?:and|et|ak|&)\s*(\d)\b)?",
    re.IGNORECASE,
)
NUMBER_WORDS = {"one": "1", "un": "1", "une": "1", "en": "1", "youn": "1"}
CHAINAGE = re.compile(
    r"\b(?:km|pk|kilometre|kilomètre|kilomèt|kilometer)\s*\.?\s*(\d{1,3}(?:[.,]\d+)?)(?!\d)", re.IGNORECASE
)
DISTANCE = re.compile(
    r"(\d{1,3}(?:[.,]\d+)?)\s*(km|kms|kilom[eè]tres?|kilometers?|kilom[eè]t|m[eè]tres?|meters?|m)\b", re.IGNORECASE
)
# "90 % of the department" looks like a place and is an amount.
SHARE = re.compile(r"\d\s*%|\bpour\s?cent\b|\bper\s?cent\b", re.IGNORECASE)
ROADS_UNNAMED = re.compile(r"\b(?:axes? routiers?|routes|roads)\b", re.IGNORECASE)
UNSPECIFIED = re.compile(r"\b(?:unspecified|not stated|non précisée?|unknown|inconnue?)\b", re.IGNORECASE)
