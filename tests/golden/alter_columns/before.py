import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


class Account(Base):
    __tablename__ = "account"

    id = sa.Column(sa.Integer, primary_key=True)
    owner = sa.Column(sa.String(50), nullable=False)
    state = sa.Column(sa.String(20), server_default="new")
    balance = sa.Column(sa.Integer)
    note = sa.Column(sa.String(10))
