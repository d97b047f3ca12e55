"""What the shop's own words may say: every sentence checked against the EU list of health claims.

Pure functions over data: `checking.check_text` gives a finding for each sentence, `portion` checks claims against the
numbers of a product and against what its page must say.
"""
