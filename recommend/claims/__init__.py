"""Content check: every sentence of the shop's own copy against the EU list of health claims.

Regulations (EC) No 1924/2006 and (EU) No 432/2012. Pure functions over `recommend/data/claims/`: `check.check_text`
returns one finding per sentence; `product.check_product` checks the texts of one product against the amounts in its
daily portion; `product.missing_statements` lists statements that a page with a claim still lacks;
`register.load_register` has what may be said of each substance.
"""
