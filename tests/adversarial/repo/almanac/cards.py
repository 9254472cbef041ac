"""Chance."""

import random


def deal(cards, hands):
    """Shuffle the cards and deal them in turn; returns the hands, each sorted."""
    deck = list(cards)
    random.shuffle(deck)
    dealt = [[] for _ in range(hands)]
    turn = 0
    while deck:
        hand = dealt[turn % hands]
        hand.append(deck.pop(0))
        for last in range(len(hand) - 1, 0, -1):
            if hand[last] < hand[last - 1]:
                hand[last], hand[last - 1] = hand[last - 1], hand[last]
        turn += 1
    return dealt
