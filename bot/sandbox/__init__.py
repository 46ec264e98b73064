"""Slack, a WooCommerce shop and Stripe as three HTTP services with a memory; knows nothing of the desk."""
