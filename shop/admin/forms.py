"""The forms about accounts. Forgery is checked before any view (`shop/admin/guard.py`)."""

from typing import Any, Protocol

from wtforms import EmailField, Field, HiddenField, PasswordField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, StopValidation

from catalog.accounts.passwords import SHORTEST_PASSWORD
from catalog.models import Role
from shop.admin.account_words import role_duty, role_name
from shop.web.forms import ShopForm, Ticks, printable_line
from shop.web.i18n import gettext
from shop.web.i18n import lazy_gettext as _

FILL_IN = _("Fill this in.")
LONGEST_PASSKEY_NAME = 60
CODE_HELP = _("Six digits from your authenticator app, or one of your recovery codes.")
_PASSWORD_HELP = _(
    "At least %(count)d characters. A few words in a row are easy to remember and hard to guess.",
    count=SHORTEST_PASSWORD,
)


def add_error(field: Field, message: str) -> None:
    """An error that only shows once the form's own checks have passed."""
    field.errors = [*field.errors, message]


class HasFactors(Protocol):
    """The account whose factors a form asks for."""

    @property
    def has_second_factor(self) -> bool: ...
    @property
    def has_passkey(self) -> bool: ...


class CodeOr:
    """Validator: a code, unless the answer of a passkey is in another field."""

    field_flags = {"required": True}  # noqa: RUF012 - WTForms' way

    def __init__(self, passkey: str) -> None:
        self.passkey = passkey

    def __call__(self, form: ShopForm, field: Field) -> None:
        other = form[self.passkey].data if self.passkey in form else None
        if not field.data and not other:
            raise StopValidation(str(FILL_IN))


class SignInForm(ShopForm):
    """Address and password; and a form that was interrupted, to be sent after all."""

    interrupted = HiddenField()
    email = EmailField(_("E-mail address"), [InputRequired(FILL_IN)], render_kw={"autocomplete": "username"})
    password = PasswordField(_("Password"), [InputRequired(FILL_IN)], render_kw={"autocomplete": "current-password"})


class CodeForm(ShopForm):
    """A code or a passkey; and a form that was interrupted, to be sent after all."""

    interrupted = HiddenField()
    code = StringField(
        _("Code"),
        [CodeOr("passkey")],
        description=CODE_HELP,
        render_kw={"autocomplete": "one-time-code"},
    )
    passkey = HiddenField()

    def __init__(self, *, of: HasFactors, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not of.has_passkey:
            del self.passkey


class ForgottenForm(ShopForm):
    """The address to which a link is mailed."""

    email = EmailField(_("E-mail address"), [InputRequired(FILL_IN)], render_kw={"autocomplete": "username"})


class ConfirmForm(ShopForm):
    """The password and a code or passkey once more, in fields of their own names: they are sent with other forms."""

    confirm_password = PasswordField(
        _("Password"), [InputRequired(FILL_IN)], render_kw={"autocomplete": "current-password"}
    )
    confirm_code = StringField(
        _("Code of your second factor"),
        [CodeOr("confirm_passkey")],
        description=CODE_HELP,
        render_kw={"autocomplete": "one-time-code"},
    )
    confirm_passkey = HiddenField()

    def __init__(self, *, of: HasFactors, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not of.has_second_factor:
            del self.confirm_code
        if not of.has_passkey:
            del self.confirm_passkey


class ProofForm(ShopForm):
    """The current password and, with a second factor, a code or passkey: proof that its owner changes an account."""

    current_password = PasswordField(
        _("Current password"), [InputRequired(FILL_IN)], render_kw={"autocomplete": "current-password"}
    )
    current_code = StringField(
        _("Code of your second factor"),
        [CodeOr("current_passkey")],
        description=CODE_HELP,
        render_kw={"autocomplete": "one-time-code"},
    )
    current_passkey = HiddenField()

    def __init__(self, *, of: HasFactors, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not of.has_second_factor:
            del self.current_code
        if not of.has_passkey:
            del self.current_passkey


class NewPasswordForm(ShopForm):
    """A password to be set."""

    password = PasswordField(
        _("New password"),
        [InputRequired(FILL_IN)],
        description=_PASSWORD_HELP,
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _("New password once more"), [InputRequired(FILL_IN)], render_kw={"autocomplete": "new-password"}
    )

    def validate_again(self, field: Field) -> None:
        if field.data and field.data != self.password.data:
            raise ValidationError(gettext("The two passwords differ."))


class ChangePasswordForm(NewPasswordForm, ProofForm):
    """Another password for one's own account."""


class RedeemForm(NewPasswordForm):
    """A password for a new account, and the address where the link does not say it."""

    email = EmailField(_("E-mail address"), [InputRequired(FILL_IN)], render_kw={"autocomplete": "username"})


class SetUpForm(ProofForm):
    """The proof that an authenticator app has the secret, which travels sealed, and the current password."""

    sealed = HiddenField()
    code = StringField(
        _("Code"),
        [InputRequired(FILL_IN)],
        description=_("The six digits that your app shows now."),
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class PasskeyForm(ProofForm):
    """A new passkey with its name."""

    name = StringField(
        _("Name of the passkey"),
        [DataRequired(FILL_IN), Length(max=LONGEST_PASSKEY_NAME)],
        filters=[printable_line],
        description=_("So that you know later which device or key it is."),
        render_kw={"autocomplete": "off", "maxlength": LONGEST_PASSKEY_NAME},
    )
    credential = HiddenField()


def _role_field() -> SelectField:
    return SelectField(_("Role"), validate_choice=True, choices=())


class RoleForm(ShopForm):
    """A role to be given."""

    role = _role_field()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.role.choices = [(role.value, f"{role_name(role)}: {role_duty(role)}") for role in Role]


class RequiredFactorForm(ShopForm):
    """The roles of which a second factor is required."""

    roles = Ticks(_("A second factor is required of"), choices=())

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.roles.choices = [(role.value, role_name(role)) for role in Role]


class InviteForm(RoleForm):
    """Somebody to be invited."""

    email = EmailField(_("E-mail address"), [InputRequired(FILL_IN)], render_kw={"autocomplete": "off"})
