"""The ledger's core: what each message costs, provably.

Pure. Facts of the journal go in, charges come out, and the same facts always give the same charges: in any order,
however often they are repeated, however late they come. Read ``facts`` (what goes in), ``evidence`` (facts become
messages with one time each), ``fold`` (messages become causes), ``rating`` (causes become charges at a price) in this
order; ``switches`` and ``prices`` are what contracts decide. ``fees`` are the lines that no message causes.
"""
