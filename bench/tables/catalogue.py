# SPDX-License-Identifier: BSD-3-Clause
"""The tables: where each comes from, what is predicted, and which columns are left out because they
are the target in another form."""

import dataclasses

VEGA = "vega-datasets@3.2.1"


@dataclasses.dataclass(frozen=True)
class Table:
    name: str
    origin: str  # a key of sources.WRITERS
    item: str  # what it is called there
    target: str
    has_classes: bool = False
    ignored: tuple = ()
    texts: tuple = ()  # numbers with a few texts among them, which nnblas wants to be named


def list_scikit_learn():
    def bundled(name, has_classes=True):
        return Table(name, "scikit-learn", f"load_{name}", "target", has_classes)

    def generated(name, item, has_classes):
        return Table(name, "scikit-learn", item, "target", has_classes)

    return [
        bundled("breast_cancer"),
        bundled("diabetes", False),
        bundled("digits"),
        bundled("iris"),
        bundled("wine"),
        generated("circles", "make_circles", True),
        generated("friedman1", "make_friedman1", False),
    ]


def list_r():
    """item is PACKAGE::TABLE."""
    return [
        Table("airquality", "R", "datasets::airquality", "Ozone"),
        Table("birthwt", "R", "MASS::birthwt", "low", True, ("bwt",)),
        Table("boston", "R", "MASS::Boston", "medv"),
        Table("cars93", "R", "MASS::Cars93", "Price", ignored=("Min.Price", "Max.Price"), texts=("Cylinders",)),
        Table("cpus", "R", "MASS::cpus", "perf", ignored=("estperf",)),
        Table("crabs", "R", "MASS::crabs", "sp", True, ("index",)),
        Table("diamonds", "R", "ggplot2::diamonds", "price"),
        Table("fgl", "R", "MASS::fgl", "type", True),
        Table("house_votes", "R", "mlbench::HouseVotes84", "Class", True),
        Table("kyphosis", "R", "rpart::kyphosis", "Kyphosis", True),
        Table("letters", "R", "mlbench::LetterRecognition", "lettr", True),
        Table("mpg", "R", "ggplot2::mpg", "hwy", ignored=("cty",)),
        Table("mtcars", "R", "datasets::mtcars", "mpg"),
        Table("nlschools", "R", "MASS::nlschools", "lang"),
        Table("pima", "R", "MASS::Pima.tr2", "type", True),
        Table("soybean", "R", "mlbench::Soybean", "Class", True),
        Table("vowel", "R", "mlbench::Vowel", "Class", True),
    ]


def list_vega():
    """item is the file in the package."""
    return [
        Table("barley", "vega", "barley.json", "yield"),
        Table("cars", "vega", "cars.json", "Miles_per_Gallon"),
        Table("gapminder", "vega", "gapminder.json", "life_expect"),
        Table("movies", "vega", "movies.json", "IMDB Rating"),
        Table("penguins", "vega", "penguins.json", "Species", True),
        Table("seattle_weather", "vega", "seattle-weather.csv", "weather", True),
    ]


TABLES = sorted(list_scikit_learn() + list_r() + list_vega(), key=lambda table: table.name)
NAMES = [table.name for table in TABLES]


def is_kept_apart(name):
    """Every third by name: no default was chosen by these."""
    return NAMES.index(name) % 3 == 2


def find(name):
    return TABLES[NAMES.index(name)]
