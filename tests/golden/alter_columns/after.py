import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


class Account(Base):
    __tablename__ = "account"

    id = sa.Column(sa.Integer, primary_key=True)
    owner = sa.Column(sa.String(80), nullable=True)
    state = sa.Column(sa.String(20), nullable=False, server_default="it's open")
    balance = sa.Column(sa.Numeric(12, 2), server_default=sa.text("0"))
