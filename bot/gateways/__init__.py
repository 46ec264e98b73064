"""The outside, translated into the desk's own nouns: the shop, the payment service. No rule, no Slack."""
