import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "item"
    __table_args__ = (
        sa.UniqueConstraint("code", name="uq_item_code"),
        sa.Index("ix_item_name", "name"),
    )

    id = sa.Column(sa.Integer, primary_key=True)
    code = sa.Column(sa.String(20))
    name = sa.Column(sa.String(50))
    kind_id = sa.Column(sa.Integer)


class Kind(Base):
    __tablename__ = "kind"

    id = sa.Column(sa.Integer, primary_key=True)
