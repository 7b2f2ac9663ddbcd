"""Between HTTP and the handlers: routing, keys, validation, answers. `stack` alone knows connexion."""
