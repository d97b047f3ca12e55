"""`shop loadtest`: a realistic day of visitors at a stated rate, and what the machine that serves them holds."""
