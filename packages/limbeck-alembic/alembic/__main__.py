"""`alembic` and `python -m alembic`: limbeck's command line under that name."""

from limbeck.cli.main import main


def run() -> None:
    """Run the console script."""
    main(prog="alembic")


if __name__ == "__main__":
    run()
