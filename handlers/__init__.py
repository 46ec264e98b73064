"""The doors: Slack, webhooks, the intake and the clock. A door parses, asks the desk, answers."""
