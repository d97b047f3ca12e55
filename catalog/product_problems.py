"""Problems of a product, field by field, worded in Dutch and English for form, import and command line."""

from collections.abc import Iterable, Mapping

import msgspec
from msgspec import Struct

from recommend.text import Language, Text

PROBLEM_TEXTS: dict[str, Text] = {
    "missing": Text("is nog niet ingevuld", "is not filled in yet"),
    "too-long": Text("is langer dan {most} tekens", "is longer than {most} characters"),
    "control-character": Text("bevat een onzichtbaar stuurteken", "holds an invisible control character"),
    "sku-case": Text(
        "verschilt alleen in hoofdletters van {sku}: is het hetzelfde artikel?",
        "differs from {sku} by capitals alone: is it the same article?",
    ),
    "markup": Text("bevat HTML: een tekst is gewone tekst", "holds HTML: a text is plain text"),
    "not-a-sku": Text(
        "mag alleen letters, cijfers, punt, streepje en laag streepje bevatten; hier staat {characters} in",
        "may hold only letters, digits, dot, dash and underscore; this one holds {characters}",
    ),
    "no-sku": Text(
        "is leeg: vul een SKU in, of een naam om er een van te maken",
        "is empty: fill in a SKU, or a name to make one from",
    ),
    "sku-start": Text(
        "moet met een letter of cijfer beginnen, niet met “{character}”",
        "must begin with a letter or digit, not with “{character}”",
    ),
    "was-public": Text(
        "is of was openbaar: archiveer het product in plaats van het te verwijderen",
        "is or was public: archive the product instead of deleting it",
    ),
    "not-a-slug": Text(
        "mag alleen kleine letters, cijfers en losse streepjes bevatten, hoogstens 120",
        "may hold only lower-case letters, digits and single dashes, at most 120",
    ),
    "taken": Text("is al in gebruik bij {sku}", "is already used by {sku}"),
    "not-an-ean": Text("is geen EAN: het controlecijfer klopt niet", "is no EAN: the check digit is wrong"),
    "out-of-range": Text("moet van {least} tot en met {most} zijn", "must be from {least} to {most}"),
    "no-composition": Text("heeft geen enkele magnesiumvorm", "has no magnesium form at all"),
    "too-many-lines": Text("heeft meer dan {most} regels", "has more than {most} lines"),
    "unknown-form": Text("{form} is geen vorm die wij kennen", "{form} is no form that we know"),
    "unknown-salt": Text("{salt} is geen zout van {form}", "{salt} is no salt of {form}"),
    "unknown-allergen": Text("{value} is geen van de veertien allergenen", "{value} is none of the fourteen allergens"),
    "unknown-substance": Text(
        "“{words}” is geen stof die wij kennen: kies een naam uit de lijst",
        "“{words}” is no substance that we know: choose a name from the list",
    ),
    "magnesium-is-composition": Text(
        "magnesium hoort bij de samenstelling, niet bij de andere stoffen",
        "magnesium belongs to the composition, not to the other substances",
    ),
    "active-without-amount": Text("“{words}” heeft geen hoeveelheid", "“{words}” has no amount"),
    "active-without-unit": Text(
        "“{words}” heeft geen eenheid: schrijf µg, mg, g of IE", "“{words}” has no unit: write µg, mg, g or IU"
    ),
    "not-an-active-amount": Text(
        "“{words}” is geen hoeveelheid, zoals 1,4 of 10", "“{words}” is no amount, such as 1.4 or 10"
    ),
    "active-ambiguous": Text(
        "“{words}” kan duizend of drie decimalen betekenen: schrijf het zonder punt of komma, of met een nul erbij",
        "“{words}” may be thousands or have three decimals: write it without a point or comma, or with a zero added",
    ),
    "unknown-active-unit": Text(
        "“{words}” is geen eenheid: schrijf µg, mg, g of IE", "“{words}” is no unit: write µg, mg, g or IU"
    ),
    "no-international-unit": Text(
        "IE zegt bij {substance} niet hoeveel het weegt: schrijf µg of mg",
        "IU does not say how much {substance} weighs: write µg or mg",
    ),
    "active-out-of-range": Text(
        "{substance}: de hoeveelheid per stuk moet boven 0 en hoogstens {most} zijn",
        "{substance}: the amount per unit must be above 0 and at most {most}",
    ),
    "active-twice": Text("{words} staat er twee keer", "{words} stands there twice"),
    "far-too-much-magnesium": Text(
        "geeft meer dan {most} mg magnesium per dag: dat mag hier niet worden verkocht",
        "gives more than {most} mg of magnesium a day: that may not be sold here",
    ),
    "high-dose": Text(
        "geeft {amount} mg magnesium per dag, meer dan {limit} mg: een uitgever moet een reden geven",
        "gives {amount} mg of magnesium a day, more than {limit} mg: a publisher has to give a reason",
    ),
    "more-than-the-pack": Text("is meer dan er in de verpakking zit", "is more than the pack holds"),
    "above-limit": Text(
        "{substance}: {amount} per dagportie is meer dan {limit} ({source})",
        "{substance}: {amount} per daily portion is more than {limit} ({source})",
    ),
    "not-above-zero": Text("een hoeveelheid van {form} moet boven 0 zijn", "an amount of {form} must be above 0"),
    "no-amount": Text(
        "{form}: vul de verbinding of het elementaire magnesium in",
        "{form}: state the compound or the elemental magnesium",
    ),
    "no-single-formula": Text(
        "{form} heeft geen vaste formule: vul het elementaire magnesium in",
        "{form} has no single formula: state the elemental magnesium",
    ),
    "all-magnesium": Text(
        "{form} kan niet evenveel magnesium bevatten als het weegt",
        "{form} cannot hold as much magnesium as it weighs",
    ),
    "richer-than-oxide": Text(
        "{form} bevat zo meer magnesium dan zuiver oxide", "{form} holds more magnesium than even pure oxide"
    ),
    "no-picture": Text("kies eerst een bestand", "choose a file first"),
    "not-a-picture": Text("is geen JPEG, PNG of WebP", "is no JPEG, PNG or WebP"),
    "picture-inks": Text(
        "is in drukinkt (CMYK) en zegt niet hoe de inkten zijn bewaard: sla hem op in RGB",
        "is in printing inks (CMYK) and does not say how they are stored: save it in RGB",
    ),
    "broken-picture": Text("is beschadigd of niet volledig", "is damaged or incomplete"),
    "picture-not-decoded": Text(
        "kost te veel geheugen of tijd, of is beschadigd: sla het bestand kleiner op, of als JPEG",
        "takes too much memory or time, or is damaged: save the file smaller, or as a JPEG",
    ),
    "picture-lies": Text(
        "heet {declared} maar is een {found}: geef het bestand zijn eigen naam",
        "is called {declared} but is a {found}: give the file its own name",
    ),
    "picture-too-heavy": Text("is groter dan {most} MB", "is larger than {most} MB"),
    "picture-too-large": Text("heeft meer dan {most} miljoen beeldpunten", "has more than {most} million pixels"),
    "no-first-picture": Text("zonder eerste afbeelding kan niet", "needs a first picture before it"),
    "too-many-pictures": Text("zijn er te veel: hoogstens {most} per product", "are too many: {most} at most"),
    "picture-gone": Text("is er niet meer: iemand haalde deze afbeelding weg", "is gone: somebody removed it"),
    "double-picture": Text("deze afbeelding staat er al bij", "this picture is there already"),
    "unknown-picture": Text(
        "“{name}” is geen afbeelding van deze winkel: voeg hem toe op de pagina Afbeeldingen van het product",
        "“{name}” is no picture of this shop: add it on the product's page Pictures",
    ),
    "fetch-address": Text("is geen adres dat we kunnen opvragen", "is no address that we can ask for"),
    "fetch-scheme": Text("begint niet met https://", "does not begin with https://"),
    "fetch-host": Text(
        "van {host} mogen geen afbeeldingen komen: de beheerder van de server zet die site in SHOP_PICTURE_HOSTS",
        "pictures may not come from {host}: who looks after the server adds that site to SHOP_PICTURE_HOSTS",
    ),
    "fetch-unknown-host": Text("{host} bestaat niet of antwoordt niet", "{host} does not exist or does not answer"),
    "fetch-network": Text(
        "{host} staat in een besloten netwerk, en daar halen we niets op",
        "{host} is in a private network, from which we fetch nothing",
    ),
    "fetch-certificate": Text("het certificaat van {host} klopt niet", "the certificate of {host} is not right"),
    "fetch-status": Text("de site antwoordde met foutcode {status}", "the site answered with error code {status}"),
    "fetch-redirects": Text("de site verwijst te vaak door", "the site redirects too often"),
    "fetch-conflict": Text(
        "het product werd intussen gewijzigd: probeer het nog eens", "the product was changed meanwhile: try again"
    ),
    "fetch-gone": Text("het product is intussen verwijderd", "the product was deleted meanwhile"),
    "fetch-slow": Text("de site antwoordde te traag", "the site answered too slowly"),
    "fetch-broken": Text("de verbinding met de site brak af", "the connection with the site broke off"),
    "picture-shape": Text(
        "moet minstens {least} beeldpunten hoog en breed zijn, en hoogstens {most} keer zo lang als smal",
        "has to be at least {least} pixels high and wide, and at most {most} times as long as narrow",
    ),
    "form-not-permitted": Text(
        "{form} mag niet in voedingssupplementen (Richtlijn 2002/46/EG, bijlage II)",
        "{form} is not allowed in food supplements (Directive 2002/46/EC, Annex II)",
    ),
    "brand-address": Text(
        "van {brand} ontbreekt het adres, dat op de pagina moet staan",
        "the address of {brand}, which the page must give, is missing",
    ),
    "other-address": Text(
        "we kennen een ander adres van dit merk: {known}. Verbeter het bij Merken (/admin/brands)",
        "we know another address of this brand: {known}. Correct it under Brands (/admin/brands)",
    ),
    "blocked-brand": Text(
        "mag zo niet worden gezegd: “{text}”. {why} Is dit een merknaam, dan kan een uitgever hem bij Merken"
        " (/admin/brands) één keer aanvaarden, met een reden",
        "may not be said: “{text}”. {why} If this is a brand name, a publisher can accept it once under Brands"
        " (/admin/brands), with a reason",
    ),
    "brand-taken": Text(
        "“{name}” is al een schrijfwijze van {brand}: voeg de twee merken samen",
        "“{name}” is already a spelling of {brand}: merge the two brands",
    ),
    "brand-on-sale": Text(
        "mag niet leeg zijn: er zijn producten van dit merk openbaar",
        "must not be empty: products of this brand are public",
    ),
    "no-such-brand": Text("“{name}” is geen merk dat wij kennen", "“{name}” is no brand that we know"),
    "same-brand": Text("is hetzelfde merk", "is the same brand"),
    "needs-no-acceptance": Text(
        "hoeft niet te worden aanvaard: de controle houdt “{name}” niet tegen",
        "needs no acceptance: the check does not stop “{name}”",
    ),
    "accepted-already": Text("“{name}” is al aanvaard", "“{name}” is accepted already"),
    "override-until": Text(
        "moet na vandaag liggen en uiterlijk op {latest}", "must be after today, and on {latest} at the latest"
    ),
    "override-nothing": Text(
        "deze zin staat niet meer zo in het product, of mag gewoon",
        "this sentence is no longer in the product like that, or may be said",
    ),
    "override-never": Text(
        "“{text}”: hierop kan geen uitzondering worden gemaakt, want een supplement mag nooit aan een ziekte worden"
        " gekoppeld",
        "“{text}”: no exception can be made for this, since a supplement may never be tied to a disease",
    ),
    "override-waits": Text(
        "voor “{text}” wacht al een voorstel op een tweede persoon",
        "a proposal for “{text}” waits for a second person already",
    ),
    "override-settled": Text(
        "over dit voorstel is al beslist, of het is verlopen", "this proposal is settled already, or has expired"
    ),
    "override-second-person": Text(
        "wie een uitzondering voorstelt, kan haar niet zelf bevestigen",
        "whoever proposes an exception cannot confirm it",
    ),
    "too-many-aliases": Text("heeft meer dan {most} namen", "has more than {most} names"),
    "blocked-text": Text("mag zo niet worden gezegd: “{text}”. {why}", "may not be said: “{text}”. {why}"),
    "open-warning": Text(
        "vraagt om een reden voordat dit openbaar wordt: “{text}”. {why}",
        "asks for a reason before this goes public: “{text}”. {why}",
    ),
    "allergen-not-ticked": Text(
        "“{allergen}” is niet aangevinkt, maar de ingrediënten noemen {words}",
        "“{allergen}” is not ticked, but the ingredients name {words}",
    ),
    "marked-not-an-allergen": Text(
        "heeft sterretjes om {words}, maar dat is geen van de veertien: haal ze weg of zet het allergeen erbij",
        "has asterisks around {words}, which is none of the fourteen allergens: remove them or add the allergen",
    ),
    "not-vegan": Text(
        "is “ja”, maar de ingrediënten noemen {words}",
        "is “yes”, but the ingredients name {words}",
    ),
    "text-not-vegan": Text(
        "is “ja”, maar de ingrediëntentekst zegt zelf van niet",
        "is “yes”, but the ingredient text itself says that it is not",
    ),
    "active-not-declared": Text(
        "{substance} is niet opgegeven, maar de ingrediënten noemen {words}",
        "{substance} is not declared, but the ingredients name {words}",
    ),
    "allergen-not-named": Text(
        "noemt “{allergen}” niet, dat wel is aangevinkt",
        "does not name “{allergen}”, which is ticked",
    ),
    "active-not-named": Text(
        "noemt {substance} niet, dat wel is opgegeven",
        "does not name {substance}, which is declared",
    ),
    "too-young-for-reduction": Text(
        "is nog geen 30 dagen te koop, dus er is geen van-prijs om mee te vergelijken",
        "has been on sale for less than 30 days, so there is no earlier price to compare with",
    ),
    "not-public-for-reduction": Text(
        "is nu niet openbaar, dus er is geen prijs om te verlagen",
        "is not public now, so there is no price to reduce",
    ),
    "not-lower": Text("wordt zo niet lager", "would not be lower so"),
    "price-planned": Text(
        "verandert al op een gepland moment: annuleer dat eerst",
        "already changes at a planned moment: cancel that first",
    ),
    "no-reduction": Text(
        "is niet lager dan de laagste prijs van de 30 dagen ervoor (€ {lowest})",
        "is not below the lowest price of the 30 days before (€ {lowest})",
    ),
}
"""The reasons by code; `{name}` is filled from the values of a problem."""


Values = Mapping[str, str | Text]
"""Values for the placeholders of a reason; a Text where the languages differ, such as a form's name."""


def worded(reason: Text, values: Values, language: Language) -> str:
    """Fill the placeholders of a reason in one language."""
    shown = {name: value if isinstance(value, str) else value.in_language(language) for name, value in values.items()}
    return reason.in_language(language).format_map(shown)


def in_euro(cents: int) -> Text:
    """An amount in euro as each language writes it, without the euro sign."""
    return Text(f"{cents // 100},{cents % 100:02}", f"{cents // 100}.{cents % 100:02}")


class ProductProblem(Struct, frozen=True):
    """A problem of one field of a product; `values` fill the placeholders of its reason."""

    field: str
    code: str
    values: Values = msgspec.field(default_factory=dict)

    def text(self, language: Language) -> str:
        return worded(PROBLEM_TEXTS[self.code], self.values, language)


class RefusedError(ValueError):
    """A refused edit; nothing was written. `problems` has the reasons, field by field."""

    def __init__(self, problems: Iterable[ProductProblem], sku: str = "") -> None:
        self.problems, self.sku = tuple(problems), sku
        reasons = "; ".join(f"{problem.field}: {problem.text('en')}" for problem in self.problems)
        super().__init__(f"{sku}: {reasons}" if sku else reasons)
