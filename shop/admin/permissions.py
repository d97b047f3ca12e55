"""Permissions of the admin: one table from action to roles, and nothing else.

Every view under /admin declares its action with `@requires(...)`, or that it is open with `@open_to_all`; the guard
(`shop/admin/guard.py`) reads the declaration, and a view without one is closed to everybody.
"""

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from catalog.models import Role

View = TypeVar("View", bound=Callable[..., Any])
Action = Literal[
    "admin.enter",
    "product.view",
    "product.edit",
    "product.publish",
    "proposal.make",
    "proposal.decide",
    "brand.view",
    "brand.change",
    "claim.override",
    "claim.confirm",
    "claim.withdraw",
    "catalogue.import",
    "history.restore",
    "account.secure",
    "accounts.manage",
    "people.view",
    "settings.manage",
    "text.change",
    "rules.view",
    "rules.review",
    "order.view",
    "order.money",
    "order.pack",
    "order.change",
    "order.export",
    "order.transfer",
    "order.recall",
    "stock.view",
    "stock.change",
]

EVERYBODY = frozenset(Role)
EDITORS = frozenset({Role.EDITOR, Role.PUBLISHER, Role.OWNER})
PUBLISHERS = frozenset({Role.PUBLISHER, Role.OWNER})
OWNERS = frozenset({Role.OWNER})

PERMISSIONS: dict[Action, frozenset[Role]] = {
    "admin.enter": EVERYBODY,
    "product.view": EDITORS,
    "product.edit": EDITORS,  # drafts; what shoppers see takes product.publish
    "product.publish": PUBLISHERS,
    "proposal.make": EDITORS,  # a change of what shoppers see
    "proposal.decide": PUBLISHERS,
    "brand.view": EDITORS,
    "brand.change": PUBLISHERS,  # a brand's name and address are on every page of its products
    "claim.override": OWNERS,  # proposing that a blocked sentence may stand; a second person confirms
    "claim.confirm": PUBLISHERS,
    "claim.withdraw": PUBLISHERS,
    "catalogue.import": PUBLISHERS,
    "history.restore": PUBLISHERS,
    "account.secure": EVERYBODY,  # one's own password and second factor
    "accounts.manage": OWNERS,
    "people.view": OWNERS,
    "settings.manage": OWNERS,
    "text.change": PUBLISHERS,  # of public pages: guide, home page, contact, privacy
    "rules.view": frozenset({Role.PHARMACIST, Role.OWNER}),
    "rules.review": frozenset({Role.PHARMACIST}),  # signs in their own name; no owner does that for them
    "order.view": frozenset({Role.PACKER, Role.BOOKKEEPER, Role.OWNER}),  # names and addresses; each view is logged
    "order.money": frozenset({Role.BOOKKEEPER, Role.OWNER}),  # prices, payments, refunds
    "order.pack": frozenset({Role.PACKER, Role.OWNER}),
    "order.export": frozenset({Role.BOOKKEEPER, Role.OWNER}),  # sums without persons
    "order.transfer": frozenset({Role.BOOKKEEPER, Role.OWNER}),  # transfers on and from the shop's bank account
    "order.recall": OWNERS,  # mails to everybody who was sent a lot
    "stock.view": frozenset({Role.PACKER, Role.BOOKKEEPER, Role.OWNER}),
    "stock.change": frozenset({Role.PACKER, Role.OWNER}),  # count, receive, write off
    "order.change": OWNERS,  # cancel, refund, correct the address, mail again, note
}

CONFIRMED: frozenset[Action] = frozenset(
    {"accounts.manage", "settings.manage", "claim.override", "claim.confirm", "rules.review"}
)
"""Actions that ask for the password again when it was given more than ten minutes ago.

Not "account.secure": its forms ask for password and code themselves, however fresh the session is.
"""

OPEN: Literal["open"] = "open"
_DECLARED = "admin_action"


def requires(action: Action) -> Callable[[View], View]:
    """Declare what somebody must be allowed to do to reach a view. Stands below the route."""

    def declare(view: View) -> View:
        vars(view)[_DECLARED] = action
        return view

    return declare


def open_to_all(view: View) -> View:
    """Declare that a view needs nobody signed in. Stands below the route."""
    vars(view)[_DECLARED] = OPEN
    return view


def declared_action(view: Callable[..., Any]) -> Action | Literal["open"] | None:
    """The action that a view declares; None when it declares nothing."""
    action: Action | Literal["open"] | None = vars(view).get(_DECLARED)
    return action


def may(role: Role, action: Action) -> bool:
    return role in PERMISSIONS[action]
