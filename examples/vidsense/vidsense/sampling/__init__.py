"""Which frames a model gets to see: at a fixed rate, where something happens, or where a reasoner asks to look again."""
