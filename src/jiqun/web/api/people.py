"""人 accounts and tokens for programs that run an installation."""

from dataclasses import dataclass

from django.http import HttpRequest
from ninja import Query, Router

from jiqun.actions import accounts as account_acts
from jiqun.actions import tokens as token_acts
from jiqun.actions.desk import desk
from jiqun.actions.reading import accounts as account_reading
from jiqun.actions.reading import tokens as token_reading
from jiqun.web.api.arguments import Activity, NewAccount, NewGrant, NewToken, Number, Text, Turning
from jiqun.web.api.shape import language

router = Router()


@dataclass(frozen=True)
class NewPassword:
    """An account with its password, shown this once."""

    id: int
    username: str
    password: str


@dataclass(frozen=True)
class NewSecret:
    """A token with its secret, shown this once."""

    id: int
    label: str
    token: str


@dataclass(frozen=True)
class Done:
    """It is done."""

    ok: bool = True


@router.get("/accounts", tags=["accounts"])
def list_accounts(
    request: HttpRequest, turning: Query[Turning], q: Text = "", role: Text = ""
) -> account_reading.AccountsContext:
    """People, the roles they hold and where."""
    return account_reading.accounts_page(
        desk(), request.actor, lang=language(), q=q, role=role, page=turning.page, size=turning.size
    )


@router.post("/accounts", tags=["accounts"])
def create_account(request: HttpRequest, new: NewAccount) -> NewPassword:
    """Make an account; its first password is in the answer and nowhere else."""
    here = desk()
    made = account_acts.create(here, new.username, new.display_name, by=request.actor, at=here.now())
    return NewPassword(made.account.id, made.account.username, made.password)


@router.get("/accounts/{account_id}", tags=["accounts"])
def one_account(request: HttpRequest, account_id: Number) -> account_reading.AccountContext:
    """One person."""
    return account_reading.account_page(desk(), request.actor, account_id, lang=language())


@router.post("/accounts/{account_id}/active", tags=["accounts"])
def open_or_close(request: HttpRequest, account_id: Number, wanted: Activity) -> Done:
    """Close an account or open it again."""
    here = desk()
    account_acts.set_active(here, account_id, wanted.active, by=request.actor, at=here.now())
    return Done()


@router.post("/accounts/{account_id}/grants", tags=["accounts"])
def grant_role(request: HttpRequest, account_id: Number, new: NewGrant) -> account_reading.AccountContext:
    """Give a role for a scope."""
    here = desk()
    scope = account_acts.scope_of(new.scope)
    account_acts.grant(here, account_id, new.role, scope, by=request.actor, at=here.now())
    return account_reading.account_page(here, request.actor, account_id, lang=language())


@router.delete("/accounts/{account_id}/grants/{grant_id}", tags=["accounts"])
def revoke_role(request: HttpRequest, account_id: Number, grant_id: Number) -> Done:
    """Take a role back."""
    del account_id
    here = desk()
    account_acts.revoke(here, grant_id, by=request.actor, at=here.now())
    return Done()


@router.get("/tokens", tags=["tokens"])
def list_tokens(request: HttpRequest, everybody: bool = False) -> token_reading.TokensContext:
    """Your tokens."""
    return token_reading.tokens_page(desk(), request.actor, lang=language(), everybody=everybody)


@router.post("/tokens", tags=["tokens"])
def issue_token(request: HttpRequest, new: NewToken) -> NewSecret:
    """Make a token for yourself (from a session: a token makes no tokens)."""
    here = desk()
    issued = token_acts.issue(
        here, new.label, new.permissions, by=request.actor, at=here.now(), scope=account_acts.scope_of(new.scope),
        days=new.days,
    )  # fmt: skip
    return NewSecret(issued.token.id, issued.token.label, issued.plaintext)


@router.delete("/tokens/{token_id}", tags=["tokens"])
def revoke_token(request: HttpRequest, token_id: Number) -> Done:
    """Make a token useless."""
    here = desk()
    token_acts.revoke(here, token_id, by=request.actor, at=here.now())
    return Done()
