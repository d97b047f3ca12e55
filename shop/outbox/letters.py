"""Letters to shoppers: each one a subject and blocks, which two templates write as text and as HTML.

The text is complete by itself. Every letter passes the content check before it is sent: a part that does not, because
a product's name says what may not be said, is left out, and all that the law asks for stays in.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from flask import render_template, url_for
from msgspec import Struct

from catalog.models import Product
from catalog.orders.models import PaymentMethod, Purchase, Recall, Refund, RestockWish, Shipment, Terms, Withdrawal
from catalog.orders.payments import owed_cents
from catalog.orders.returns import DecidedLine
from catalog.orders.withdrawal import withdrawn_lines
from recommend.claims.check import check_text
from shop.ordering.order_words import delivery_of, delivery_words, method_words, unpaid_trial_words
from shop.ordering.parcel_words import how_to_take, notes_for_everybody, packs_of_parcel
from shop.ordering.supply import again_address, supplies
from shop.web.absolute_urls import base_url
from shop.web.database import get_ruleset
from shop.web.i18n import current_language, ngettext
from shop.web.i18n import gettext as _
from shop.web.number_format import euro
from shop.web.order_links import order_token, restock_token
from shop.web.owner_settings import owner_settings, seller
from shop.web.services import services
from shop.web.words import shown_text

_AMSTERDAM = ZoneInfo("Europe/Amsterdam")


class Block(Struct, frozen=True):
    """A part of a letter: a heading, paragraphs, rows of two columns, and a link with its words; each may be empty."""

    heading: str = ""
    paragraphs: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    link: tuple[str, str] | None = None


class Letter(Struct, frozen=True):
    """A letter to one address, in the language of its order."""

    to: str
    subject: str
    blocks: tuple[Block, ...]

    def text(self) -> str:
        """The letter as plain text."""
        return render_template("mail/letter.txt", letter=self)

    def html(self) -> str:
        """The letter as HTML, which loads nothing."""
        return render_template("mail/letter.html", letter=self)


def checked(letter: Letter, purchase: Purchase, *, by_shopper: Sequence[str] = ()) -> Letter:
    """The letter without the parts in which the content check blocks a text of the shop.

    The shopper's own words are not judged, such as a reason or a name: a statement is acknowledged as it was made.
    """
    own = [purchase.name, purchase.company, purchase.street, purchase.town, purchase.point, *by_shopper]
    passed = tuple(_passed(block, own) for block in letter.blocks)
    if passed == letter.blocks:
        return letter
    link = _order_link(purchase)
    return Letter(letter.to, letter.subject, passed if link in passed else (*passed, link))


def checked_parts(letter: Letter) -> Letter:
    """The letter without what the content check blocks, for one that is about no order; links stay."""
    return Letter(letter.to, letter.subject, tuple(_passed(block, ()) for block in letter.blocks))


def _passed(block: Block, by_shopper: Sequence[str]) -> Block:
    """A block without its paragraphs and rows that are blocked."""
    rows = [f"{label}: {value}" for label, value in block.rows]
    if not _is_blocked("\n\n".join((block.heading, *block.paragraphs, *rows)), by_shopper):
        return block
    return Block(
        heading="" if _is_blocked(block.heading, by_shopper) else block.heading,
        paragraphs=tuple(text for text in block.paragraphs if not _is_blocked(text, by_shopper)),
        rows=tuple(row for row, text in zip(block.rows, rows, strict=True) if not _is_blocked(text, by_shopper)),
        link=block.link,
    )


def _is_blocked(text: str, by_shopper: Sequence[str]) -> bool:
    for words in sorted(filter(None, by_shopper), key=len, reverse=True):
        text = text.replace(words, "…")
    findings = check_text(text, current_language(), get_ruleset().directory, is_private=True)
    return any(finding.severity == "block" for finding in findings)


def _opening(purchase: Purchase, paragraphs: Sequence[str]) -> Block:
    trial = _("Trial: nothing is charged, nothing is sold and nothing is sent.")
    greeting = _("Dear %(name)s,", name=purchase.name)
    return Block(paragraphs=(greeting, *([trial] if purchase.trial else []), *paragraphs))


def _subject(purchase: Purchase, subject: str) -> str:
    return _with_trial(subject, trial=purchase.trial)


def _with_trial(subject: str, *, trial: bool) -> str:
    mark = _("Trial")
    return f"[{mark}] {subject}" if trial else subject


def order_address(purchase: Purchase) -> str:
    """The secret link to an order."""
    return base_url() + url_for("orders.order", token=order_token(services(), purchase.number))


def _order_link(purchase: Purchase) -> Block:
    return Block(link=(_("See your order"), order_address(purchase)))


def _lines(purchase: Purchase) -> Block:
    rows = [(f"{line.quantity} × {line.name} ({line.brand})", euro(line.line_cents)) for line in purchase.lines]
    rows.append((delivery_of(purchase), euro(purchase.delivery_cents)))
    rows.append((_("Total, VAT included"), euro(purchase.total_cents)))
    rows += [(_("of which %(percent)d%% VAT", percent=one.percent), euro(one.vat_cents)) for one in purchase.vat]
    return Block(heading=_("Order %(number)s", number=purchase.number), rows=tuple(rows))


def receipt(purchase: Purchase) -> Letter:
    """The receipt of an order that is to be paid online."""
    opening = _opening(purchase, (_("We received your order. It is confirmed as soon as it is paid."),))
    subject = _subject(purchase, _("We received your order %(number)s", number=purchase.number))
    return Letter(purchase.email, subject, (opening, _lines(purchase), _order_link(purchase)))


def confirmation(purchase: Purchase, terms: Terms) -> Letter:
    """The confirmation of the contract with all that Civil Code 6:230m asks, on a durable medium (6:230v(7))."""
    opening = _opening(purchase, (_("Thank you for your order. We confirm the contract with this message."),))
    blocks = (
        opening,
        _lines(purchase),
        _payment(purchase),
        _delivery(purchase),
        *_supply(purchase),
        *_right_of_withdrawal(purchase),
        _guarantee_and_complaints(),
        _seller(purchase),
        Block(heading=_("General terms"), paragraphs=tuple(terms.text.splitlines())),
        _order_link(purchase),
    )
    return Letter(purchase.email, _subject(purchase, _("Your order %(number)s", number=purchase.number)), blocks)


def _payment(purchase: Purchase) -> Block:
    if purchase.method is PaymentMethod.ONLINE:
        return Block(heading=_("Payment"), paragraphs=(_("Paid online."),))
    iban = owner_settings().seller_iban
    how = (
        unpaid_trial_words(owed_cents(purchase))
        if not iban
        else _(
            "You pay within 14 days after delivery: %(amount)s to %(iban)s, with the number %(number)s.",
            amount=euro(owed_cents(purchase)),
            iban=iban,
            number=purchase.number,
        )
    )
    return Block(heading=_("Payment"), paragraphs=(method_words(purchase.method), how))


def _delivery(purchase: Purchase) -> Block:
    country = _("Netherlands") if purchase.country == "NL" else _("Belgium")
    house = f"{purchase.street} {purchase.house_number} {purchase.addition}".strip()
    to = ", ".join(
        part
        for part in (purchase.company, purchase.name, house, f"{purchase.postcode} {purchase.town}", country)
        if part
    )
    within = _("Within %(days)d working days.", days=owner_settings().delivery_days)
    if purchase.point:
        to_point = _("%(way)s, in the name of %(to)s.", way=delivery_of(purchase), to=to)
        return Block(heading=_("Delivery"), paragraphs=(to_point, within))
    return Block(heading=_("Delivery"), paragraphs=(f"{delivery_words(purchase.delivery)}: {to}.", within))


def _supply(purchase: Purchase) -> tuple[Block, ...]:
    """How long the packs last, and the way to order them again."""
    locale = "nl" if current_language() == "nl" else "en_GB"
    rows = [
        (one.name, _("until about %(day)s", day=format_date(one.last_day, "long", locale=locale)))
        for one in supplies(purchase)
    ]
    if not rows:
        return ()
    said = _("Taken as the label says. The attached file (.ics) is for your calendar.")
    link = (_("Order again"), again_address(purchase))
    return (Block(heading=_("How long it lasts"), paragraphs=(said,), rows=tuple(rows), link=link),)


def _right_of_withdrawal(purchase: Purchase) -> tuple[Block, Block]:
    address = base_url() + url_for("withdrawal.state", token=order_token(services(), purchase.number))
    paragraphs = (
        _(
            "You may withdraw from this contract without a reason until 14 days after you, or somebody on your behalf, "
            "received the last parcel. Tell us in any clear way, for example with the link below, which is also at the "
            "foot of every page of the shop, or with the model form."
        ),
        _(
            "We pay back all that you paid, standard delivery included, within 14 days after your statement, to the "
            "account that you paid from. We may wait until we have the goods or the proof that you sent them. You send "
            "them back within 14 days and pay for that."
        ),
        _("A pack whose seal you broke after delivery cannot be sent back, for reasons of hygiene."),
    )
    right = Block(
        heading=_("Right of withdrawal"),
        paragraphs=paragraphs,
        link=(_("Withdraw from the contract here"), address),
    )
    known = seller()
    to = ", ".join(part for part in (known.name, owner_settings().return_address, known.email) if part)
    form = Block(
        heading=_("Model form for withdrawal"),
        paragraphs=(
            _("To %(seller)s:", seller=to or _("the shop")),
            _("I inform you that I withdraw from my contract for the sale of the following goods:"),
            _("Ordered on / received on:"),
            _("Name, address:"),
            _("Signature (only on paper), date:"),
        ),
    )
    return right, form


def _guarantee_and_complaints() -> Block:
    return Block(
        heading=_("Guarantee and complaints"),
        paragraphs=(
            _("The law gives you a guarantee that goods are sound; it costs nothing and needs no agreement."),
            _("Send a complaint to the addresses below. We answer within 14 days."),
        ),
    )


def _seller(purchase: Purchase) -> Block:
    known = seller()
    facts = (
        (_("Name"), known.name),
        (_("Address"), known.address),
        (_("E-mail"), known.email),
        (_("Telephone"), known.phone),
        (_("Trade register (KvK)"), known.kvk),
        (_("VAT number"), known.vat),
        (_("Return address"), owner_settings().return_address),
    )
    rows = tuple((label, value) for label, value in facts if value)
    nobody = (_("A trial has no seller."),) if purchase.trial and not rows else ()
    return Block(heading=_("Who sells"), paragraphs=nobody, rows=rows)


def restock_address(wish: RestockWish) -> str:
    """The secret link of a wish to be mailed."""
    return base_url() + url_for("restock.answer", token=restock_token(services(), wish.link_key))


def restock_question(wish: RestockWish, product: Product) -> Letter:
    """The question whether an address wants one mail when a product is back; nothing else is mailed before the answer.

    The product is named by its link alone where its name may not be said.
    """
    paragraphs = (
        _("Somebody, probably you, asked us to mail this address once when this product is back in stock:"),
        _name_of(product),
        _("Confirm it with the link below. Was it not you? Then do nothing, and we erase the address."),
    )
    link = (_("Confirm, or erase my address"), restock_address(wish))
    subject = _with_trial(_("Shall we mail you when it is back?"), trial=product.brand.invented)
    return Letter(wish.email, subject, (_trial_block(product), Block(paragraphs=paragraphs, link=link)))


def restocked(wish: RestockWish, product: Product) -> Letter:
    """The one mail that a wish asked for."""
    paragraphs = (
        _("This product is back in stock. You asked us to mail you then:"),
        _name_of(product),
        _("This is the only mail: we erase your address now. How long the stock lasts, we do not know."),
    )
    to_product = (_("To the product"), base_url() + url_for("product.page", slug=product.slug))
    erase = (_("See that your address is erased"), restock_address(wish))
    blocks = (_trial_block(product), Block(paragraphs=paragraphs, link=to_product), Block(link=erase))
    return Letter(wish.email, _with_trial(_("It is back in stock"), trial=product.brand.invented), blocks)


def _trial_block(product: Product) -> Block:
    trial = _("Trial: no money moves, nothing is sold and nothing is sent.")
    return Block(paragraphs=(trial,) if product.brand.invented else ())


def _name_of(product: Product) -> str:
    return f"{shown_text(product, 'name')} ({product.brand.name})"


def low_stock(to: str, rows: Sequence[tuple[str, int]]) -> Letter:
    """The products that got low, for an owner."""
    in_words = [(name, ngettext("%(num)d pack to order", "%(num)d packs to order", packs)) for name, packs in rows]
    paragraphs = (_("The stock of these products fell to the number at which you want to know it:"),)
    link = (_("To the stock"), f"{base_url()}/admin/stock")
    blocks = (Block(paragraphs=paragraphs, rows=tuple(in_words), link=link),)
    subject = ngettext("Low stock: %(num)d product", "Low stock: %(num)d products", len(rows))
    return Letter(to, subject, blocks)


def order_link(purchase: Purchase) -> Letter:
    """The secret link to an order, mailed again because somebody asked for it."""
    paragraphs = (
        _("Somebody asked for the link to your order with its number and this e-mail address. Here it is."),
        _("If this was not you, there is nothing to do: only you get this link."),
    )
    subject = _subject(purchase, _("The link to your order %(number)s", number=purchase.number))
    return Letter(purchase.email, subject, (_opening(purchase, paragraphs), _order_link(purchase)))


def expired(purchase: Purchase) -> Letter:
    """An order that ended unpaid."""
    said = _("Your order was not paid in time, so it ended and costs you nothing. You may order again at any time.")
    subject = _subject(purchase, _("Your order %(number)s has expired", number=purchase.number))
    again = Block(link=(_("To the shop"), base_url() + url_for("listing.products")))
    return Letter(purchase.email, subject, (_opening(purchase, (said,)), again))


def paid_too_late(purchase: Purchase) -> Letter:
    """A payment that came after the packs were gone; all of it goes back."""
    said = _(
        "Your payment came after your order had expired, and not all of it is left. We do not deliver, and send all "
        "that you paid back to the account that it came from."
    )
    subject = _subject(purchase, _("Your payment for %(number)s comes back", number=purchase.number))
    return Letter(purchase.email, subject, (_opening(purchase, (said,)), _order_link(purchase)))


def on_its_way(purchase: Purchase, shipment: Shipment) -> Letter:
    """A parcel that was sent: its packs with their lots, how to take them, and the notes for everybody."""
    rows = [
        (f"{packs}: {line.name} ({line.brand})", "; ".join(part for part in (lot, how_to_take(line)) if part))
        for line, packs, lot in packs_of_parcel(purchase, shipment)
    ]
    paragraphs = [_("A parcel of your order is on its way.")]
    if shipment.tracking:
        code = f"{shipment.carrier} {shipment.tracking}".strip()
        paragraphs.append(_("Follow it with the code %(code)s.", code=code))
    if not purchase.is_all_shipped:
        paragraphs.append(_("The rest follows in another parcel."))
    blocks = (
        _opening(purchase, paragraphs),
        Block(heading=_("In this parcel"), rows=tuple(rows)),
        Block(heading=_("Good to know"), paragraphs=tuple(notes_for_everybody())),
        _order_link(purchase),
    )
    subject = _subject(purchase, _("Your order %(number)s is on its way", number=purchase.number))
    return Letter(purchase.email, subject, blocks)


def not_on_its_way(purchase: Purchase, shipment: Shipment) -> Letter:
    """A parcel that is not on its way after all: it never left, or came back undelivered."""
    said = [_("We told you that a parcel was on its way. That was a mistake: it has not left yet.")]
    if shipment.came_back:
        said = [
            _("Your parcel could not be delivered and came back to us."),
            _("Is the address right that you find with your order? If not, write to us before we send it again."),
        ]
    known = seller()
    reach = ((_("E-mail"), known.email),) if known.email else ()
    subject = _subject(purchase, _("About the parcel of your order %(number)s", number=purchase.number))
    blocks = (_opening(purchase, said), Block(rows=reach), _order_link(purchase))
    return Letter(purchase.email, subject, blocks)


def followed(purchase: Purchase, shipment: Shipment) -> Letter:
    """The code of a parcel that was sent before."""
    code = f"{shipment.carrier} {shipment.tracking}".strip()
    paragraphs = (_("Your parcel can be followed now."), _("Follow it with the code %(code)s.", code=code))
    subject = _subject(purchase, _("Follow your order %(number)s", number=purchase.number))
    return Letter(purchase.email, subject, (_opening(purchase, paragraphs), _order_link(purchase)))


def recall(purchase: Purchase, found: Recall) -> Letter:
    """The recall of a lot. The shop's own warning is not judged as advertising: it must reach whoever has the pack."""
    own = {"nl": found.text_nl, "en": found.text_en}[current_language()]
    paragraphs = (
        _("We recall %(product)s, lot %(lot)s. We sent you this lot.", product=found.name, lot=found.lot),
        _("Please do not take it any more, and tell everybody who may have it."),
        own,
    )
    known = seller()
    reach = ", ".join(part for part in (known.email, known.phone) if part)
    ask = Block(paragraphs=(_("Questions? You reach us at %(where)s.", where=reach),)) if reach else Block()
    subject = _subject(purchase, _("Recall: do not take %(product)s any more", product=found.name))
    return Letter(purchase.email, subject, (_opening(purchase, paragraphs), ask, _order_link(purchase)))


def return_decided(purchase: Purchase, decided: Sequence[DecidedLine]) -> Letter:
    """The packs that came back: which are paid back, and which are not."""
    names = {line.position: f"{line.name} ({line.brand})" for line in purchase.lines}
    rows = [(f"{one.credited} × {names[one.position]}", _("paid back")) for one in decided if one.credited]
    rows += [(f"{one.refused} × {names[one.position]}", _("not paid back")) for one in decided if one.refused]
    paragraphs = [_("We looked at the packs that you sent back.")]
    if any(one.refused for one in decided):
        paragraphs += [
            _("A pack whose seal you broke after delivery cannot be sent back, for reasons of hygiene."),
            _("Do you disagree? Write to us: we answer within 14 days."),
        ]
    known = seller()
    reach = ((_("E-mail"), known.email),) if known.email else ()
    blocks = (_opening(purchase, paragraphs), Block(rows=(*rows, *reach)), _order_link(purchase))
    return Letter(purchase.email, _subject(purchase, _("Your return of %(number)s", number=purchase.number)), blocks)


def refunded(purchase: Purchase, refund: Refund) -> Letter:
    """Money that was sent back."""
    said = _(
        "We sent %(amount)s back to the account that you paid from. It may take a few days to arrive.",
        amount=euro(refund.cents),
    )
    subject = _subject(purchase, _("Your money for %(number)s comes back", number=purchase.number))
    return Letter(purchase.email, subject, (_opening(purchase, (said,)), _order_link(purchase)))


def acknowledgement(purchase: Purchase, withdrawal: Withdrawal) -> Letter:
    """The acknowledgement of a withdrawal: its content, date and time (Civil Code 6:230oa(5))."""
    names = {line.position: line.name for line in purchase.lines}
    rows = [(f"{line.quantity} × {names[line.position]}", "") for line in withdrawn_lines(withdrawal)]
    stated = Block(
        heading=_("What you stated"),
        rows=(
            *rows,
            (_("Name"), withdrawal.name),
            (_("Order"), purchase.number),
            *([(_("Reason"), withdrawal.reason)] if withdrawal.reason else []),
            (_("Date and time"), _in_words(withdrawal.at)),
        ),
    )
    opening = _opening(purchase, (_("We received your withdrawal from the contract."),))
    subject = _subject(purchase, _("Your withdrawal from order %(number)s", number=purchase.number))
    return Letter(withdrawal.email, subject, (opening, stated, _after_withdrawal(purchase), _order_link(purchase)))


def _after_withdrawal(purchase: Purchase) -> Block:
    paid = any(payment.paid_cents for payment in purchase.payments)
    if not any(line.expected_back for line in purchase.lines):
        said = (
            _("Nothing has been sent yet, so there is nothing to send back. We return what you paid.")
            if paid
            else _("Nothing has been sent and nothing has been paid, so there is nothing to send or pay back.")
        )
        return Block(paragraphs=(said,))
    where = owner_settings().return_address
    address = _("Return address")
    back = _("Send the goods back within 14 days.") + (f" {address}: {where}." if where else "")
    if not paid:
        return Block(paragraphs=(back, _("You have paid nothing; you need not pay for what you withdrew from.")))
    return Block(paragraphs=(back, _("We pay back within 14 days after your statement.")))


def _in_words(at: datetime) -> str:
    """A moment in words, in the time of the shop's country."""
    locale = "nl_NL" if current_language() == "nl" else "en_GB"
    return str(format_datetime(at, "d MMMM y, HH:mm:ss zzz", tzinfo=_AMSTERDAM, locale=locale))
