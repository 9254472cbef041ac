"""A ledger with state."""


class Ledger:
    """Postings to accounts, in order."""

    def __init__(self, postings=()):
        """Begin with some postings, pairs of account and amount."""
        self.postings = list(postings)

    def balances(self):
        """Return the sum of each account, in order of first posting."""
        balances = {}
        for account, _ in self.postings:
            balances[account] = sum(amount for other, amount in self.postings if other == account)
        return balances

    def cancel(self, account):
        """Remove the postings of an account and return their sum."""
        total = 0
        while any(other == account for other, _ in self.postings):
            for index, (other, amount) in enumerate(self.postings):
                if other == account:
                    total += amount
                    del self.postings[index]
                    break
        return total
