"""What Atelier Nord sells: clothes and things for the home, prices with tax, some of it not counted."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox.shop import Product, Shop
from bot.sandbox.shop.stock import put

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

PLENTY = 60  # while the past is told; afterwards the shelf is set to what the story says
REDUCED = "reduced-rate"
LONG_NAME = {
    "en": "Hand-woven, undyed and twice-washed extra-wide summer bedspread with embroidered border, made to "
    "measure in our own workshop from leftover linen yarn of the last three seasons",
    "fr": "Couvre-lit d’été extra-large tissé main, non teint et lavé deux fois, à bordure brodée, fait sur "
    "mesure dans notre atelier avec les fils de lin restants des trois dernières saisons",
}


@dataclass
class Shelf:
    """The products by short names, and how many of each are left today."""

    shop: Shop
    french: bool
    products: dict[str, Product] = field(default_factory=dict)
    today: dict[str, int] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Product:
        return self.products[name]

    def put(
        self, name: str, words: tuple[str, str], price: str, sku: str, left: int | None, **more: str
    ) -> None:
        """A product without variations; ``left`` None is not counted."""
        title = words[1] if self.french else words[0]
        stock = None if left is None else PLENTY
        product = self.shop.add_product(title, price, sku=sku, stock=stock, **more)
        self.products[name] = product
        if left is not None:
            self.today[name] = left

    def vary(
        self, name: str, size: str, sku: str, left: int, *, color: tuple[str, str] | None = None
    ) -> None:
        """A variation of the product named before the dash; ``left`` below 0 means the parent's counter."""
        parent = name.partition("-")[0]
        words = ("Taille", "Couleur") if self.french else ("Size", "Colour")
        chosen = {words[0]: size}
        if color:
            chosen[words[1]] = color[1] if self.french else color[0]
        stock: int | str = "parent" if left < 0 else PLENTY
        self.products[name] = self.shop.add_variation(self[parent], chosen, sku=sku, stock=stock)
        if left >= 0:
            self.today[name] = left

    def settle(self) -> None:
        """Set every counter to what is left today."""
        for name, left in self.today.items():
            put(self.shop.state, self.products[name], left)


def fill_shelf(sandbox: "Sandbox") -> Shelf:
    """Thirteen products; the order is that of the page."""
    shelf = Shelf(sandbox.shop, sandbox.language == "fr")
    sandbox.shop.add_tax_rate("5.5", "TVA 5,5%", tax_class=REDUCED)
    _clothes(shelf)
    _home(shelf)
    return shelf


def _clothes(shelf: Shelf) -> None:
    blue, white, grey, navy = ("blue", "bleu"), ("white", "blanc"), ("grey", "gris"), ("navy", "marine")
    shelf.put("tee", ("T-shirt", "T-shirt"), "25.00", "TEE", None)
    shelf.vary("tee-s", "S", "TEE-S-B", 4, color=blue)
    shelf.vary("tee-m", "M", "TEE-M-B", 3, color=blue)
    shelf.vary("tee-l", "L", "TEE-L-W", 11, color=white)
    shelf.put("hoodie", ("Hoodie", "Sweat à capuche"), "80.00", "HOOD", None)
    shelf.vary("hoodie-m", "M", "HOOD-M-G", 2, color=grey)
    shelf.vary("hoodie-l", "L", "HOOD-L-G", 7, color=grey)
    shelf.vary("hoodie-xl", "XL", "HOOD-XL-N", 0, color=navy)
    shelf.put("shirt", ("Linen shirt", "Chemise en lin"), "59.00", "SHIRT", 14)
    for size in ("S", "M", "L"):
        shelf.vary(f"shirt-{size.lower()}", size, f"SHIRT-{size}", -1)
    shelf.put("sneakers", ("Canvas sneakers", "Baskets en toile"), "95.00", "SNEAK", None)
    shelf.vary("sneakers-39", "39", "SNEAK-39", 5)
    shelf.vary("sneakers-42", "42", "SNEAK-42", 1)
    shelf.put("scarf", ("Wool scarf", "Écharpe en laine"), "36.80", "SCARF", 9)
    shelf.put("jacket", ("Waxed jacket 2024", "Veste cirée 2024"), "140.00", "JACKET-24", 2)


def _home(shelf: Shelf) -> None:
    shelf.put("mug", ("Mug, white", "Mug blanc"), "36.00", "MUG-W", 3)
    shelf.put("tray", ("Oak tray", "Plateau en chêne"), "72.00", "TRAY-O", 6)
    shelf.put("napkin", ("Linen napkin", "Serviette en lin"), "23.90", "NAP-L", 40)
    shelf.put("candle", ("Candle set", "Lot de bougies"), "60.00", "CANDLE", 8)
    shelf.put("tea", ("Herbal tea tin", "Boîte de tisane"), "21.10", "TEA", 25, tax_class=REDUCED)
    shelf.put("blanket", ("Throw blanket", "Plaid"), "89.00", "BLANKET", 4)
    shelf.put("lamp", ("Ceramic lamp", "Lampe en céramique"), "120.00", "LAMP", 0)
    shelf.put("poster", ("Art print", "Affiche d’art"), "35.00", "PRINT", None)
    shelf.put("spread", (LONG_NAME["en"], LONG_NAME["fr"]), "189.00", "SPREAD-LINEN-EXTRA-WIDE-UNDYED-01", 1)
    shelf.put("card", ("Gift card", "Carte cadeau"), "50.00", "GIFT-50", None)
