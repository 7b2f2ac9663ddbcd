"""What one caller, one address and one process may take; `docs/limits.md` has the rules.

`buckets` count, in this process alone or in `shares` of what all processes have; `quotas` are the buckets of
one caller; `charges` bring to them what an answer cost; `guesses` slow down who tries keys; `deadlines`
end what takes too long.
"""
