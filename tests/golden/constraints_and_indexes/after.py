import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "item"
    __table_args__ = (
        sa.UniqueConstraint("code", "kind_id", name="uq_item_code"),
        sa.Index("ix_item_kind_name", "kind_id", sa.text("name DESC")),
        sa.CheckConstraint("code <> ''", name="ck_item_code"),
    )

    id = sa.Column(sa.Integer, primary_key=True)
    code = sa.Column(sa.String(20))
    name = sa.Column(sa.String(50))
    kind_id = sa.Column(sa.ForeignKey("kind.id", name="fk_item_kind", onupdate="CASCADE"))


class Kind(Base):
    __tablename__ = "kind"

    id = sa.Column(sa.Integer, primary_key=True)
