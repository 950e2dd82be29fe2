"""When somebody comes of age."""

from datetime import date

OF_AGE = 18  # Civil Code of the PRC, article 17


def of_age_on(birthday: date) -> date:
    """The eighteenth birthday. Who was born on 29 February has it on 1 March in other years."""
    try:
        return birthday.replace(year=birthday.year + OF_AGE)
    except ValueError:
        return date(birthday.year + OF_AGE, 3, 1)
