"""Products in the admin: the list, one product's form, publishing, bulk changes, pictures and history."""
