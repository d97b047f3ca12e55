"""Orders in the admin: found, shown, changed by rule, packed and sent."""
