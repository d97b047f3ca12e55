"""The files of pictures, in the database so that any number of shop processes has them."""

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from catalog.models.base import Base


class PictureFile(Base):
    """A picture at one width, as WebP. Its name holds a hash of the picture, so what it stands for never changes."""

    __tablename__ = "picture_file"

    name: Mapped[str] = mapped_column(primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
