"""``python -m nmm_opensim.estimators``: :mod:`nmm_opensim.cli.comparison`."""

from ..cli.comparison import start

if __name__ == "__main__":
    start("nmm_opensim.estimators")
