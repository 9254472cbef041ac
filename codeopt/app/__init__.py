"""Composition root: builds the services and runs one command. Heavy parts are imported where they are used."""
