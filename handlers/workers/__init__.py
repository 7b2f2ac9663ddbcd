"""Several server processes behind one socket: who starts them, what they tell each other, how they end."""
