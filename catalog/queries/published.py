"""What shoppers may see."""

from catalog.models import Product, Status

PUBLISHED = Product.status == Status.PUBLISHED
