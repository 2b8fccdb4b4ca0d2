"""The accounts: what the ledger's charges make owed. Postings, periods, fees, invoices, reconciliation."""
