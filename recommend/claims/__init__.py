"""What the shop's own words may say: every sentence checked against the EU list of health claims.

Pure functions over data: `checking.check_text` gives a finding per sentence, `portion` checks a claim against the numbers.
"""
