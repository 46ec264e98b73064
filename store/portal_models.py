"""The tables of the customer's side: links, visits, look-ups that were counted, photos. See ``store.models``.

What opens a page is kept only as a digest: a copy of the database opens nothing.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field, SQLModel


class PortalLink(SQLModel, table=True):
    """A link that was sent to a customer. It opens one order, and one return of it once there is one.

    ``digest`` is the SHA-256 of the link's secret, in hex. Revoked or expired, it opens nothing.
    """

    __tablename__ = "portal_links"

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(max_length=64, unique=True)
    order_id: int = Field(foreign_key="orders.order_id", index=True, sa_type=BigInteger)
    return_id: int | None = Field(default=None, foreign_key="returns.id", index=True)
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


class PortalVisit(SQLModel, table=True):
    """A browser that followed a link. ``digest`` is that of the secret in its cookie."""

    __tablename__ = "portal_visits"

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(max_length=64, unique=True)
    link_id: int = Field(foreign_key="portal_links.id", index=True)
    created_at: datetime
    expires_at: datetime = Field(index=True)


class PortalTry(SQLModel, table=True):
    """One attempt that is counted against a limit, such as a look-up. ``bucket`` is a digest, no address."""

    __tablename__ = "portal_tries"

    id: int | None = Field(default=None, primary_key=True)
    bucket: str = Field(max_length=80, index=True)
    at: datetime = Field(index=True)


class Photo(SQLModel, table=True):
    """A picture of a customer, as it was drawn anew by us; ``name`` is where it lies and cannot be guessed.

    It belongs to an order from the moment it is accepted, to a return or a message once that is sent.
    Sizes are in bytes and pixels. ``digest`` is the SHA-256 of what is kept.
    """

    __tablename__ = "photos"
    __table_args__ = (CheckConstraint("size > 0", name="some_bytes"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=64, unique=True)
    order_id: int = Field(foreign_key="orders.order_id", index=True, sa_type=BigInteger)
    return_id: int | None = Field(default=None, foreign_key="returns.id", index=True)
    message_id: int | None = Field(default=None, foreign_key="messages.id", index=True)
    line_id: int | None = Field(default=None, sa_type=BigInteger)
    size: int
    width: int
    height: int
    digest: str = Field(max_length=64)
    taken_at: datetime
