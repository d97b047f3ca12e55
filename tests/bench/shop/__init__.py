"""The shop under load: started as `shop serve` starts it, and driven from a process of its own."""
