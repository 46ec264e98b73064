"""What customers read about their store credit after it was issued, in their own language."""

from datetime import date

from bot.customer import CODE
from bot.i18n import Words
from store.money import Money


def reminder_text(left: Money, expires_on: date | None, words: Words) -> str:
    """The note that carries the code once more. The code is filled in when the note leaves."""
    said = words("Your store credit of {amount}: your code is {code}.", amount=left, code=CODE)
    use = words("It works with this e-mail address until nothing is left of it.")
    until = words("You can use it until {date}.", date=expires_on) if expires_on else ""
    return " ".join(filter(None, [said, use, until]))
