"""A WooCommerce shop as far as HTTP can tell, with a bank's ledger behind it."""

from bot.sandbox.shop.gateways import CardGateway, Gateway, GatewayDeclined, GatewaySaidFalse, OfflineGateway
from bot.sandbox.shop.ledger import Entry, Ledger
from bot.sandbox.shop.mishaps import Mishap, OrderMishap
from bot.sandbox.shop.records import Coupon, Customer, Key, Mail, Order, Product, Refund, TaxRate
from bot.sandbox.shop.shop import Shop, create_app

__all__ = [
    "CardGateway",
    "Coupon",
    "Customer",
    "Entry",
    "Gateway",
    "GatewayDeclined",
    "GatewaySaidFalse",
    "Key",
    "Ledger",
    "Mail",
    "Mishap",
    "OfflineGateway",
    "Order",
    "OrderMishap",
    "Product",
    "Refund",
    "Shop",
    "TaxRate",
    "create_app",
]
