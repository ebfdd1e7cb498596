import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


class Team(Base):
    __tablename__ = "team"

    id = sa.Column(sa.Integer, primary_key=True)
    lead_id = sa.Column(sa.ForeignKey("person.id", name="fk_team_lead"))


class Person(Base):
    __tablename__ = "person"

    id = sa.Column(sa.Integer, primary_key=True)
    team_id = sa.Column(sa.ForeignKey("team.id", name="fk_person_team"), nullable=False)
