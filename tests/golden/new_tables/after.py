import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


class Book(Base):
    """Named so that it sorts before what it refers to."""

    __tablename__ = "book"
    __table_args__ = (sa.UniqueConstraint("author_id", "title", name="uq_book_title"),)

    id = sa.Column(sa.Integer, primary_key=True)
    author_id = sa.Column(
        sa.ForeignKey("writer.id", ondelete="CASCADE"), nullable=False, index=True
    )
    title = sa.Column(sa.Text().with_variant(sa.String(200), "mysql", "oracle", "mssql"))
    price = sa.Column(sa.Numeric(10, 2), server_default="0")
    follows_id = sa.Column(sa.ForeignKey("book.id", name="fk_book_follows"))


class Writer(Base):
    __tablename__ = "writer"
    __table_args__ = {"comment": "who wrote it"}

    id = sa.Column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    name = sa.Column(sa.String(80), nullable=False, comment="as on the cover")
