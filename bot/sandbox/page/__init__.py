"""The page: what a person in front of the sandbox sees and does. It knows the services, not the desk."""
