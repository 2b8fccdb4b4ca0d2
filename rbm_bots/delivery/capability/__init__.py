"""Who can be reached by RCS: nightly checks, operators of numbers, and what a campaign is told before it begins."""
