"""The tables of store credit: what was issued, and the orders that used it. See ``store.models``."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.columns import minor_units


class StoredCredit(SQLModel, table=True):
    """A coupon or gift card the desk issued as store credit, from the moment the shop made it.

    ``digest`` is by what its code is known again; the code itself is kept nowhere. ``decided_minor`` is the
    most it may ever be worth, ``balance_minor`` what the shop was last told that is left of it.
    """

    __tablename__ = "credits"
    __table_args__ = (
        CheckConstraint("decided_minor > 0", name="decided_above_zero"),
        CheckConstraint("balance_minor >= 0 AND balance_minor <= decided_minor", name="balance_in_bounds"),
    )

    id: int | None = Field(default=None, primary_key=True)
    resolution_id: int = Field(foreign_key="resolutions.id", unique=True)
    return_id: int = Field(foreign_key="returns.id", index=True)
    reference: str = Field(max_length=40, unique=True)
    digest: str = Field(max_length=64, index=True)
    coupon_id: int | None = Field(default=None, sa_type=BigInteger)
    gift_card_id: int | None = Field(default=None, sa_type=BigInteger)
    currency: str = Field(max_length=3)
    decided_minor: int = Field(sa_column=minor_units())
    balance_minor: int = Field(sa_column=minor_units())
    email: str = Field(max_length=320)
    expires_on: date | None = None
    resent: int = 0
    revoke_asked_by: str | None = Field(default=None, max_length=64)
    revoke_reason: str = ""
    revoked_at: datetime | None = None
    issued_at: datetime
    looked_at: datetime | None = None
    look_after: datetime = Field(index=True)
    ended_at: datetime | None = None


class CreditUse(SQLModel, table=True):
    """An order that used a credit, as last seen: what it took, and what of that went back.

    ``status`` is the order's, "gone" where the shop has it no more. ``returned_minor`` is the part of
    ``amount_minor`` whose goods were refunded. Both are 0 for an order that is only known to exist.
    """

    __tablename__ = "credit_uses"
    __table_args__ = (
        UniqueConstraint("credit_id", "order_id"),
        CheckConstraint("returned_minor >= 0 AND returned_minor <= amount_minor", name="returned_in_bounds"),
    )

    id: int | None = Field(default=None, primary_key=True)
    credit_id: int = Field(foreign_key="credits.id", index=True)
    order_id: int = Field(index=True, sa_type=BigInteger)
    order_number: str = Field(default="", max_length=64)
    status: str = Field(default="", max_length=64)
    counts: bool = False
    amount_minor: int = Field(sa_column=minor_units())
    returned_minor: int = Field(sa_column=minor_units())
    seen_at: datetime
