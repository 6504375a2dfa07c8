"""Numbers, addresses and accounts that lead to a person: found by their form, and by the word before them.

Every pattern starts at the edge of a word and is bounded in length: a text is read in time linear in its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from artimap.sharing.masking.known_names import plain

Kind = Literal["email", "handle", "ip", "position", "account", "id", "birth", "address", "plate", "phone"]

# Dashes and spaces of typesetters are read as plain ones, letter for letter, so that positions stay right.
_TYPESET = str.maketrans(dict.fromkeys("‐‑‒–—−", "-") | dict.fromkeys("\u00a0\u2007\u2009\u202f", " "))

_DAY = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_YEARS = re.compile(r"(?:19|20)\d{2}[\s.\-](?:19|20)\d{2}")
_ROUND = re.compile(r"\d{2}00[\s.\-]\d{2}00")
_MONEY = re.compile(
    r"\s{0,3}(?:gourdes?|goud|htg|usd|\$|dollars?|dola|us\b|euros?|personnes|people|moun|habitants|(?:dé|de|di)pla)",
    re.IGNORECASE,
)
# what may stand between a word that announces a number and the number
_GAP = r"[^\d\n!?;]{0,40}?"

_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}(?:@|\s?[\[(]\s?(?:at|arobase|awobaz|a)\s?[\])]\s?)[\w-]{1,63}"
    r"(?:(?:\.|\s?[\[(]\s?(?:dot|point|pwen)\s?[\])]\s?)[\w-]{1,63}){1,4}",
    re.IGNORECASE,
)
_PROFILE = re.compile(
    r"(?<![\w@])(?:https?://)?(?:[\w-]{1,20}\.)?"
    r"(?:wa\.me|t\.me|telegram\.me|signal\.me|(?:facebook|fb|instagram|tiktok|twitter|x|snapchat|threads|linkedin|whatsapp|youtube)"
    r"\.com|m\.me)/(?:#?p/|in/|add/|profile\.php\?id=|people/|send/?\?phone=)?(?P<who>[@+]?[\w.\-%]{2,60})[^\s<>\"»]{0,200}",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<![\w@/.])@(?P<who>[A-Za-z_][\w.]{1,40}\w)")
_NICK = re.compile(
    r"\b(?:(?:non|nom|name|profil\w*|pseudo\w*|compte|kont|account|group\w*)\s(?:d[eu]\s)?(?:whats?app|telegram|signal|facebook|tiktok|instagram|messenger)"
    r"|(?:whats?app|telegram|signal|facebook|tiktok|instagram|messenger)\s(?:name|account|profile|user(?:name)?)"
    r"|pseudo(?:nyme)?|user\s?name|nom d['’]utilisateur|non itilizatè)(?![\w])"
    r"[^\n\"“«'@]{0,16}[\"“«']\s?(?P<who>[^\"”»\n]{2,40}?)\s?[\"”»']",
    re.IGNORECASE,
)
_CUED_HANDLE = re.compile(
    r"(?<![\w@./])(?i:ig|insta(?:gram)?|snap(?:chat)?|tiktok|twitter|telegram|skype|discord|facebook|fb|whats?app)\s?[:=]?\s?"
    r"(?P<who>@?[A-Za-z]\w{0,30}[\d_.](?:[\w.]{0,30}\w)|(?<=[:=]\s)[A-ZÀ-Þ]\w{1,20}(?:\s[A-ZÀ-Þ]\w{1,20}){0,2}(?!\w))"
)

_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_IP = re.compile(
    rf"(?<![\w.])(?:{_OCTET}\.){{3}}{_OCTET}(?![\w]|\.\d)"
    r"|(?<![\w:])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])"
    r"|(?<![\w:])(?:[0-9a-f]{1,4}:){1,6}:(?:[0-9a-f]{1,4}:){0,5}[0-9a-f]{1,4}(?![\w:])",
    re.IGNORECASE,
)
_DOTTED_PHONE = re.compile(r"[2-5]\d(?:\.\d{2}){3}")

_SIDE = r"[NSEWO]"
_TURN = r"\d{1,3}\s?°\s?\d{1,2}(?:[.,]\d{1,6})?\s?['’′]?(?:\s?\d{1,2}(?:[.,]\d{1,6})?\s?(?:[\"″”]|''|’’|′′))?"
_POSITION = re.compile(
    rf"(?<![\w.,])(?:{_SIDE}\s?)?{_TURN}(?:\s?{_SIDE}\b)?(?:[\s,;/]{{1,4}}(?:{_SIDE}\s?)?{_TURN}(?:\s?{_SIDE}\b)?)?"
    # north and west with minutes, as devices show them
    rf"|(?<!\w)[NS]\s?\d{{1,2}}[\s°]{{1,2}}\d{{1,2}}[.,]\d{{1,4}}['’′]?[\s,;/]{{1,4}}[EWO]\s?\d{{1,3}}[\s°]{{1,2}}\d{{1,2}}[.,]\d{{1,4}}['’′]?"
    rf"|(?<![\w.,])\d{{1,2}}(?:\s\d{{1,2}}){{1,2}}(?:[.,]\d{{1,3}})?\s?[NS][\s,;/]{{1,4}}\d{{1,3}}(?:\s\d{{1,2}}){{1,2}}(?:[.,]\d{{1,3}})?\s?[EWO]\b"
    # decimal degrees
    rf"|(?<![\w.,])(?:{_SIDE}\s?)?(?:lat(?:itid|itude)?\.?\s?[:=]?\s?)?[+-]?\d{{1,2}}[.,]\d{{2,9}}\s?°?\s?{_SIDE}?"
    rf"[\s,;/|]{{1,4}}(?:lo?ng?(?:itid|itude)?\.?\s?[:=]?\s?)?[+-]?\d{{1,3}}[.,]\d{{2,9}}\s?°?(?:\s?{_SIDE}\b)?(?![\w%])"
    r"|(?<!\w)(?:lat|lon|lng|latitude|longitude|latitid|lonjitid)\.?\s?[:=]?\s?[+-]?\d{1,3}[.,]\d{2,9}(?!\w)"
    # UTM, MGRS, plus codes
    r"|(?<!\w)1[89]\s?Q\s{0,2}\d{6}(?:[.,]\d{1,3})?\s?m?\s?[EN]?[\s,;/]{1,4}2\d{6}(?:[.,]\d{1,3})?"
    r"|(?<!\w)1[89]\s?Q\s?[A-Z]{2}\s?\d{2,5}\s?\d{2,5}(?!\w)"
    r"|(?<!\w)(?:[23456789CFGHJMPQRVWX]{4}){1,2}\+[23456789CFGHJMPQRVWX]{2,3}(?!\w)"
    # links of map services
    r"|(?:https?://)?(?:www\.)?(?:maps\.google\.|google\.[a-z.]{2,6}/maps|goo\.gl/maps|maps\.app\.goo\.gl|(?:osm|openstreetmap)\.org/"
    r"|maps\.apple\.com|waze\.com|what3words\.com|w3w\.co)[^\s<>\"»]{0,300}"
    r"|(?<!\w)geo:[+-]?\d[\d.,;=+-]{3,60}|(?<![\w/:])///[a-z]{2,20}\.[a-z]{2,20}\.[a-z]{2,20}",
    re.IGNORECASE,
)
_PAIR = re.compile(r"[+-]?(\d{1,3})[.,](\d+)")
_LABEL = re.compile(r"l(?:at|on|ng)|[°NSEWO]", re.IGNORECASE)

_CODE = r"[A-Z]{0,3}[\s.-]?\d[\dA-Z]*(?:[\s./-]{1,2}[\dA-Z]*\d[\dA-Z]*|[./-][A-Z]{1,2}\b)*"
_ID = re.compile(
    r"(?<!\w)(?:(?:[Nn][Ii][Ff]|CIN|cin|NINU?|ninu?|CNI|cni|SSN|ssn|ID|ONA)\b"
    r"|(?i:pass[e]?port\w{0,2}|paspò|paspo)\b"
    r"|(?i:(?:carte|kat)\s(?:nationale\s)?(?:d['’]|nasyonal\s)?(?:identi\w+|idanti\w+|électorale|elektoral))"
    r"|(?i:(?:national\s)?(?:identity|identification)(?:\s(?:card|number|no))?)"
    r"|(?i:(?:numéro|numero|nimewo|matricule|matrikil)\s(?:d['’])?(?:identi\w+|idanti\w+|matrikil|dossye|fiscal\w*|électeur))"
    r"|(?i:permis(?:\sde\scond\w+)?|pèmi(?:\skond\w+)?|driv\w+['’]?s?\slicen[cs]e|driving\slicen[cs]e|matricule|matrikil)\b"
    rf"){_GAP}(?P<code>(?<![\w.]){_CODE})(?!\w)"
)
_BARE_ID = re.compile(
    r"(?<![\w.,+/-])(?P<code>\d{3}-\d{3}-\d{3}-\d|\d{2}-\d{2}-\d{2}-\d{4}-\d{2}-\d{5})(?![\w/]|[.,-]\d)"
)
_LONG_NUMBER = re.compile(r"(?<![\w.,+/-])\d{10,20}(?![\w/]|[.,-]\d)")
_ACCOUNT = re.compile(
    r"(?<!\w)(?:(?i:comptes?|konte?|account|acct|a/c|iban|rib|swift|mon\s?cash|nat\s?cash|laj[ae]n\s?cash|unibank|sogebank|sogebel|capital\sbank"
    rf"|fonkoze|lakou\slajan|zelle|paypal|cash\s?app|western\sunion|wi?re)|BNC|BUH|BPH|MTCN)\b{_GAP}"
    r"(?P<code>(?<![\w.])(?:[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{2,4}){2,8}|[A-Z]{0,3}\d(?:[\s.-]{0,2}\d){4,23}))(?!\w)"
)
_BARE_ACCOUNT = re.compile(
    r"(?<![\w.-])(?P<code>[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){3,7}(?:\s?[A-Z0-9]{1,4})?|\d{4}(?:[\s-]\d{4}){3})(?![\w-])"
)

_MONTH = (
    r"(?:jan(?:vier|uary|vye|v)?|f[ée]v(?:rier|riye|r)?|feb(?:ruary)?|fevriye|mar(?:s|ch)|mas|avr(?:il)?|apr(?:il)?|avril|mai|may|me|juin|june?|jen"
    r"|juil(?:let)?|july?|jiyè|jiye|ao[uû]t|aug(?:ust)?|out|sept?(?:embre|ember|anm)?|oct(?:obre|ober)?|okt[òo]b|nov(?:embre|ember|anm)?"
    r"|d[ée]c(?:embre|ember)?|desanm)\b\.?"
)
_NTH = r"\d{1,2}(?:er|ye|yè|e|st|nd|rd|th)?"
_DATE = (
    rf"(?i:\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}[/.\-\s]\d{{1,2}}[/.\-\s]\d{{2,4}}"
    rf"|(?:{_NTH}|[a-zàéè-]{{2,12}})\s(?:de\s|of\s)?{_MONTH}(?:\s|,\s)\d{{4}}|{_MONTH}\s{_NTH},?\s\d{{4}}|{_MONTH}\s\d{{4}}"
    rf"|{_NTH}\s{_MONTH}|(?:19|20)\d{{2}})"
)
_PLACE_WORD = (
    r"(?:[A-ZÀ-Þ][\w’'-]{1,30}|le|la|en|in|on|à|a|au|aux|nan|an|mwa|jou|vil|dans|de|du|d['’]|at|near|bò|the|of|il y a)"
)
_BIRTH = re.compile(
    r"(?<!\w)(?:(?:[Nn][ée](?:e|\(e\)|[·.]e)?s?\s(?:le|un|à|a|au|en|dans|aux|vers)\b|[Bb]orn\b"
    r"|(?:[Tt]e|[Ll]i|ki|nan|[Mm]wen|m|l|yo|[A-ZÀ-Þ][\w-]{1,30})\sf[èe]t\b)"
    rf"(?:[\s,]{{1,2}}{_PLACE_WORD}){{0,6}}?"
    r"|(?i:date\sde\snaissance|naissance|birth\s?da(?:te|y)|date\sof\sbirth|anniversaire|anivèsè|ddn|d\.?o\.?b\.?"
    r"|dat\s(?:li\s)?(?:nesans|fèt)|nesans)"
    rf"[\s:(=-]{{0,4}}(?:le\s|li\s|se\s|is\s|est\s|du\s|on\s){{0,3}})[\s,]{{0,2}}(?P<code>{_DATE})(?![\w])"
)

_ROAD = (
    r"(?:rue(?:lle)?|av(?:enue|\.)|boulevard|bd\.?|blvd\.?|impasse|allée|chemin"
    r"|ri(?:yèl)?|ruèl|avni|bulva|enpas|chimen)"
)
_ROAD_EN = r"(?:street|st\.|avenue|ave\.|road|rd\.|lane|drive|boulevard|alley)"
_STREET_NAME = (
    r"(?:\s(?:(?:de|du|des|d['’]|l['’]|la|le|les|of|the)\s?){0,2}[A-ZÀ-Þ0-9][\w’'.-]{0,30}){1,5}(?:\s(?:yo|la|an|a)\b)?"
)
_NUMBER = (
    r"(?:n°|nº|no\.?|num[ée]ro|nimewo|number|#|maison|kay|house|app?t?\.?|bât\.?)\s?"
    r"(?:n°|no\.?|nimewo|num[ée]ro|number)?\s?\d{1,4}(?:\s?(?:bis|ter|[A-Da-d]\b))?"
)
_ADDRESS = re.compile(
    rf"(?<![\w.,/-])(?:(?i:{_NUMBER})|\d{{1,4}}(?:\s?(?:bis|ter|[A-D]\b))?)"
    rf"(?:\s?,\s?|\s)(?:(?:de\s|du\s|nan\s|sou\s|on\s|dans\s)?(?:la\s|l['’])?)(?i:{_ROAD}){_STREET_NAME}(?:[\s,]{{1,3}}(?i:{_NUMBER})(?!\w))?"
    rf"|(?<!\w)(?:nan\s)?(?i:{_ROAD}){_STREET_NAME}(?:\s?,\s?|\s)(?:(?:au|nan|at)\s)?(?i:{_NUMBER})(?!\w)"
    rf"|(?<!\w)(?i:{_ROAD}){_STREET_NAME}(?:,\s?\d{{1,4}}(?:\s?(?:bis|ter))?(?![\w.,:/h%-]|\s?[a-zà-ÿ])|\s\d{{1,4}}(?=\s?[,.;)]\s|\.?$))"
    rf"|(?<![\w.,/-])\d{{1,4}}(?:\s?[A-D])?,?\s(?!National|Nasyonal)[A-ZÀ-Þ][\w’'-]{{1,30}}(?:\s[A-ZÀ-Þ][\w’'-]{{1,30}}){{0,2}}\s(?i:{_ROAD_EN})(?!\w)"
    r"|(?<![\w.,/-])\d{1,4},?\sDelmas\s\d{1,3}(?!\w)|(?<!\w)Delmas\s\d{1,3},?\s(?:#|n°|no\.?|nimewo)\s?\d{1,4}(?!\w)"
)

_PLATE = re.compile(r"(?<![\w-])(?!(?:HT|RN|RD|BP|PK|US|EU)[\s-]?\d)[A-Z]{2}[\s\-]?\d{5}(?![\w]|-\d)")
_CUED_PLATE = re.compile(
    r"(?:plaqu\w{0,6}|plak|plates?|immatricul\w{0,8}|imatrikil\w{0,6}|licen[cs]e|registration|registered)\b(?:[^\w\n]{1,4}[a-zà-ÿ°'’]{1,20}){0,4}?[^\w\n]{1,4}"
    r"(?P<code>[A-Za-z]{1,3}[\s\-]?\d{3,6}|\d{5,6})(?!\w)",
    re.IGNORECASE,
)
_VEHICLE_PLATE = re.compile(
    r"(?i:moto\w{0,6}|v[ée]hicule|vehicle|car|machin|kamyon\w{0,3}|camion\w{0,6}|truck|voiture|pick-?up|pikòp|bus|bis)\s(?P<code>[A-Z]{2}[\s-]\d{3,5})(?![\w]|-\d)"
)

# a Haitian number has eight digits and starts with 2 to 5
_PHONE = re.compile(
    r"""(?<![\w.,])(?<!\D/)(?:
      \(?(?:\+|00)\s?\d{1,3}\)?(?:[\s.\-/]{0,2}\(?\d{1,4}\)?){2,12}  # with a country code
    | \(?509\)?[\s.\-]{0,2}[2-5]\d(?:[\s.\-]?\d{2}){3}
    | [2-5]\d{3}[\s.\-]?\d{4}
    | [2-5]\d(?:[\s.\-]\d{2}){3}
    | [2-5](?:[\s.\-]\d){7}
    | \(?[2-9]\d{2}\)?[\s.\-]\d{3}[\s.\-]\d{4}                       # North America
    )(?!\w|[.,]\d|-\d|/\D)""",
    re.VERBOSE,
)
_PHONE_CUE = re.compile(
    r"(?:t[eé]l(?:\.|[eé]phone|ef[oò]n)?|whats?app|num[eé]ro|nimewo|number|phone|call|appel\w{0,4}|rele|ring|joindre|cell?|mobile|sms|portable|pòtab)"
    r"[^\d+(]{0,24}$",
    re.IGNORECASE,
)
_CUED_PHONE = re.compile(
    r"\b(?:t[eé]l(?:[eé]phone|ef[oò]n)?|whats?app|phone|rele|appele[zr]|joindre|mobile|sms|portable|pòtab)\b[^\d+(\n]{0,24}"
    r"(?P<code>\(?\+?\d(?:[\s.\-/()]{0,2}\d){7,14})(?![\w]|[.,]\d)",
    re.IGNORECASE,
)


# What no match is without: looked for first, as most texts hold none of it and every pattern costs time.
_ROAD_WORDS = frozenset({
    "rue", "ruelle", "av", "avenue", "boulevard", "bd", "blvd", "impasse", "allée", "chemin", "ri", "riyèl",
    "ruèl", "avni", "bulva", "enpas", "chimen", "street", "st", "ave", "road", "rd", "lane", "drive", "alley", "delmas",
})  # fmt: skip
_MAP_LINKS = ("geo:", "maps.google.", "maps.app.goo", "maps.apple.", "waze.com", "what3words.com", "w3w.co")
_PLATE_WORDS = ("plaq", "plak", "plate", "matricul", "matrikil", "licen", "registr", "registered")
_ACCOUNT_WORDS = frozenset({
    "compte", "comptes", "kont", "konte", "account", "acct", "iban", "rib", "swift", "unibank", "sogebank", "sogebel",
    "capital", "fonkoze", "lakou", "zelle", "paypal", "western", "wire", "wre", "bnc", "buh", "bph", "mtcn",
})  # fmt: skip
_ACCOUNT_PARTS = ("cash", "a/c")
_ID_WORDS = frozenset({
    "nif", "cin", "nin", "ninu", "cni", "ssn", "id", "ona", "carte", "kat", "numéro", "numero", "nimewo", "matricule",
    "matrikil", "permis", "pèmi",
})  # fmt: skip
_ID_PARTS = ("pass", "pasp", "identi", "driv")
_BIRTH_WORDS = frozenset({"né", "née", "nés", "nées", "ne", "nee", "nes", "nees", "born", "fet"})
_BIRTH_PARTS = ("fèt", "naissance", "birth", "anniversaire", "anivèsè", "nesans", "ddn", "dob", "d.o", "do.b")
_HANDLE_PARTS = ("ig", "insta", "snap", "tiktok", "twitter", "telegram", "skype", "discord", "facebook", "fb", "what")
_PHONE_PARTS = ("tel", "tél", "what", "phone", "rele", "appele", "joindre", "mobile", "sms", "portable", "pòtab")
_FIGURES = re.compile(r"\d(?:[.,]\d|\s?(?:[NS][\s,;/]|Q))", re.IGNORECASE)
_LETTERED = re.compile(r"[A-Z]{2}[\s-]\d{3}")
_DIGIT = re.compile(r"\d")
_TEXT_WORD = re.compile(r"\w+")


def _small(text: str) -> str:
    """Give a text in small letters, an ``i`` for each letter that passes for one where case is ignored."""
    small = text.casefold()
    return small if small.isascii() else small.replace("i\u0307", "i").replace("ı", "i")


def identifiers(text: str, groups: frozenset[str]) -> Iterator[tuple[int, int, Kind, bool]]:
    """Give start, end and kind of every identifier, and whether it is surely one; who comes first is believed first.

    Parameters
    ----------
    text
        Any text.
    groups
        Names of groups and publishers without spaces and accents: their accounts are public.
    """
    if not text.isascii():
        text = text.translate(_TYPESET)
    small, digits = _small(text), len(_DIGIT.findall(text))
    if "@" in text or "(" in text or "[" in text:
        yield from ((*match.span(), "email", True) for match in _EMAIL.finditer(text))
    yield from _handles(text, small, groups)
    for match in _IP.finditer(text) if text.count(".") > 2 or text.count(":") > 1 else ():
        # Four single digits are a section of a document, pairs that begin like a telephone number are one.
        cued = "ip" in text[max(0, match.start() - 12) : match.start()].casefold()
        if cued or (len(match.group()) > 7 and not _DOTTED_PHONE.fullmatch(match.group())):
            yield *match.span(), "ip", True
    if any(one in text for one in "°/+") or any(one in small for one in _MAP_LINKS) or _FIGURES.search(text):
        yield from ((*span, "position", False) for span in _positions(text))
    if not digits:
        return
    words = frozenset(_TEXT_WORD.findall(small))
    yield from _accounts(text, small, words)
    if not _ROAD_WORDS.isdisjoint(words):
        yield from ((*match.span(), "address", True) for match in _ADDRESS.finditer(text))
    if digits >= 3:
        yield from ((*span, "plate", True) for span in _plates(text, small))
    if digits >= 8:
        yield from ((*span, "phone", True) for span in _phones(text, small))
    # A long run of digits that starts with a day is a time, as machines write it.
    yield from ((*one.span(), "id", False) for one in _LONG_NUMBER.finditer(text) if not _DAY.match(one.group()))


def _accounts(text: str, small: str, words: frozenset[str]) -> Iterator[tuple[int, int, Kind, bool]]:
    """Give accounts, numbers of papers and days of birth."""
    for match in _ACCOUNT.finditer(text) if _met(small, words, _ACCOUNT_WORDS, _ACCOUNT_PARTS) else ():
        if (
            sum(one.isdigit() for one in match["code"]) >= 6
            and not _MONEY.match(text, match.end())
            and not _dated(match["code"])
        ):
            yield *match.span("code"), "account", True
    yield from ((*match.span("code"), "account", False) for match in _BARE_ACCOUNT.finditer(text))
    for match in _ID.finditer(text) if _met(small, words, _ID_WORDS, _ID_PARTS) else ():
        if sum(one.isdigit() for one in match["code"]) >= 5 and not _dated(match["code"]):
            yield *_stripped(match, "code"), "id", True
    yield from ((*match.span("code"), "id", True) for match in _BARE_ID.finditer(text))
    if _met(small, words, _BIRTH_WORDS, _BIRTH_PARTS):
        yield from ((*match.span("code"), "birth", True) for match in _BIRTH.finditer(text))


def _met(small: str, words: frozenset[str], whole: frozenset[str], parts: tuple[str, ...]) -> bool:
    """Tell whether a text in small letters has one of some words, or one of some parts of words."""
    return not whole.isdisjoint(words) or any(one in small for one in parts)


def _dated(code: str) -> bool:
    return _DAY.fullmatch(re.sub(r"\D", "", code)) is not None or _YEARS.fullmatch(code) is not None


def _stripped(match: re.Match[str], group: str) -> tuple[int, int]:
    """Give a group's span without the space before it."""
    _start, end = match.span(group)
    return end - len(match[group].lstrip()), end


def _handles(text: str, small: str, groups: frozenset[str]) -> Iterator[tuple[int, int, Kind, bool]]:
    for pattern, signs in ((_PROFILE, "/"), (_HANDLE, "@"), (_NICK, "\"“«'"), (_CUED_HANDLE, _HANDLE_PARTS)):
        if not any(one in small for one in signs):
            continue
        for match in pattern.finditer(text):
            # A group's own page is no secret, and neither is a post of it.
            if re.sub(r"[\W_]", "", plain(match["who"])) not in groups:
                yield (
                    *match.span("who" if pattern in (_NICK, _CUED_HANDLE) else 0),
                    "handle",
                    pattern is not _CUED_HANDLE,
                )


def _positions(text: str) -> Iterator[tuple[int, int]]:
    for match in _POSITION.finditer(text):
        found = match.group()
        numbers = _PAIR.findall(found)
        # Two figures with decimals are a position where a label or the digits say so, or where they lie in Haiti.
        if len(numbers) == 2 and not _LABEL.search(found) and "http" not in found and "°" not in found:
            (north, fine), (west, fine_too) = numbers
            here = 17 <= int(north) <= 20 and 68 <= int(west) <= 75
            least = min(len(fine), len(fine_too))
            # Two decimals are a price as well; a position west of Greenwich then has its sign.
            if not (least >= 4 or (here and least >= (2 if "-" in found else 3))) or _MONEY.match(text, match.end()):
                continue
        yield match.start(), match.end() - len(found) + len(found.rstrip())


def _phones(text: str, small: str) -> Iterator[tuple[int, int]]:
    """Give the phone numbers; dates, years, sums and coordinates are none."""
    for match in _PHONE.finditer(text):
        found = match.group()
        digits = re.sub(r"\D", "", found)
        # Eight digits are a Haitian number, fifteen the most that E.164 allows.
        if not 8 <= len(digits) <= 15:
            continue
        # What looks like a day, a span of years, a round sum or money is a number only after "call" or with a
        # country code: otherwise every death toll with a year beside it would be masked.
        cued = _PHONE_CUE.search(text[max(0, match.start() - 48) : match.start()]) is not None
        coded = found.lstrip("(").startswith(("+", "00"))
        doubtful = (
            _DAY.fullmatch(digits)
            or _YEARS.fullmatch(found)
            or _ROUND.fullmatch(found)
            or _MONEY.match(text, match.end())
        )
        if doubtful and not (cued or coded):
            continue
        yield match.span()
    for match in _CUED_PHONE.finditer(text) if any(one in small for one in _PHONE_PARTS) else ():
        if not _dated(match["code"]) and not _MONEY.match(text, match.end()):
            yield match.span("code")


def _plates(text: str, small: str) -> Iterator[tuple[int, int]]:
    """Give the number plates: ``AA-12345``, ``TP 12345``, or any form after "plate"."""
    # The two letters of roads, p-codes and the like (RN 1, HT05...) are shut out in the pattern.
    yield from (match.span() for match in _PLATE.finditer(text))
    if any(one in small for one in _PLATE_WORDS):
        yield from (match.span("code") for match in _CUED_PLATE.finditer(text))
    if _LETTERED.search(text):
        yield from (match.span("code") for match in _VEHICLE_PLATE.finditer(text))
