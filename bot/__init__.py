"""The desk: rules, use cases, gateways and the journal. It has never heard of Slack."""
