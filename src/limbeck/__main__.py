"""`python -m limbeck`: the same as the console script."""

from limbeck.cli.main import main

if __name__ == "__main__":
    main()
