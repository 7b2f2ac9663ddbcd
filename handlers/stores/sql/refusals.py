"""How a store refuses. What is missing sounds the same whether it never was, was deleted, or is another's."""

from handlers.errors import BadRequestError, ConflictError, NotFoundError
from handlers.stores.sql.statements import shown


def missing(kind: str, object_id: str, *, param: str | None = None) -> NotFoundError:
    """There is no such thing in this project."""
    return NotFoundError(f"{kind} with id {shown(object_id)} not found.", param=param)


def exists(kind: str, object_id: str) -> ConflictError:
    """The id is taken."""
    return ConflictError(f"{kind} with id {shown(object_id)} exists already.", param="id")


def twice(index: int, item_id: str) -> BadRequestError:
    """The conversation, or the batch, has an item of that id already."""
    param = f"items[{index}].id"
    return BadRequestError(
        f"Invalid '{param}': the conversation already has an item with id {shown(item_id)}.",
        param=param,
        code="invalid_value",
    )


def unknown_cursor(after: str) -> BadRequestError:
    """The cursor was never in the list."""
    return BadRequestError(
        f"Invalid 'after': {shown(after)} is not in this list. Expected the id of one of its objects.",
        param="after",
        code="invalid_value",
    )


def taken(conversation_id: str) -> BadRequestError:
    """A response has the conversation to itself."""
    return BadRequestError(
        f"Conversation {shown(conversation_id)} is locked: a response is taking its turn in it."
        " Try again when that has ended.",
        param="conversation",
        code="conversation_locked",
    )
