# Written by codegen.sh from spec/. DO NOT EDIT: change spec/ and run codegen.sh.
"""One class per group, one method per operation: override what is served, the rest answers 501."""

from collections.abc import AsyncIterator
from typing import Any, Generic, Literal, TypeVar

from . import schemas

CallT = TypeVar("CallT")


class NotImplementedOperation(Exception):
    """The contract has the operation, its group's class does not override it."""

    def __init__(self, operation_id: str) -> None:
        super().__init__(f"{operation_id} is not implemented")
        self.operation_id = operation_id


class Chat(Generic[CallT]):
    """Operations below `/chat`."""

    async def list_chat_completions(
        self,
        call: CallT,
        *,
        model: str | None = None,
        metadata: schemas.MetadataPairs | None = None,
        after: str | None = None,
        limit: int = 20,
        order: Literal['asc', 'desc'] = 'asc',
    ) -> schemas.ChatCompletionList | bytes:
        """List stored chat completions: `GET /chat/completions`."""
        raise NotImplementedOperation("listChatCompletions")

    async def create_chat_completion(
        self,
        call: CallT,
        *,
        body: schemas.CreateChatCompletionRequest,
    ) -> schemas.CreateChatCompletionResponse | bytes | AsyncIterator[Any]:
        """Create a chat completion: `POST /chat/completions`."""
        raise NotImplementedOperation("createChatCompletion")

    async def get_chat_completion(
        self,
        call: CallT,
        *,
        completion_id: str,
    ) -> schemas.CreateChatCompletionResponse | bytes:
        """Retrieve a stored chat completion: `GET /chat/completions/{completion_id}`."""
        raise NotImplementedOperation("getChatCompletion")

    async def update_chat_completion(
        self,
        call: CallT,
        *,
        completion_id: str,
        body: schemas.UpdateChatCompletionBody,
    ) -> schemas.CreateChatCompletionResponse | bytes:
        """Replace a stored completion's metadata: `POST /chat/completions/{completion_id}`."""
        raise NotImplementedOperation("updateChatCompletion")

    async def delete_chat_completion(
        self,
        call: CallT,
        *,
        completion_id: str,
    ) -> schemas.ChatCompletionDeleted | bytes:
        """Delete a stored chat completion: `DELETE /chat/completions/{completion_id}`."""
        raise NotImplementedOperation("deleteChatCompletion")

    async def get_chat_completion_messages(
        self,
        call: CallT,
        *,
        completion_id: str,
        after: str | None = None,
        limit: int = 20,
        order: Literal['asc', 'desc'] = 'asc',
    ) -> schemas.ChatCompletionMessageList | bytes:
        """List messages of a stored completion: `GET /chat/completions/{completion_id}/messages`."""
        raise NotImplementedOperation("getChatCompletionMessages")


class Conversations(Generic[CallT]):
    """Operations below `/conversations`."""

    async def list_conversations(
        self,
        call: CallT,
        *,
        after: str | None = None,
        limit: int = 20,
        order: Literal['asc', 'desc'] = 'desc',
        metadata: schemas.MetadataPairs | None = None,
    ) -> schemas.ConversationList | bytes:
        """List conversations: `GET /conversations`."""
        raise NotImplementedOperation("listConversations")

    async def create_conversation(
        self,
        call: CallT,
        *,
        body: schemas.CreateConversationBody | None = None,
    ) -> schemas.ConversationResource | bytes:
        """Create a conversation: `POST /conversations`."""
        raise NotImplementedOperation("createConversation")

    async def get_conversation(
        self,
        call: CallT,
        *,
        conversation_id: str,
    ) -> schemas.ConversationResource | bytes:
        """Retrieve a conversation: `GET /conversations/{conversation_id}`."""
        raise NotImplementedOperation("getConversation")

    async def update_conversation(
        self,
        call: CallT,
        *,
        conversation_id: str,
        body: schemas.UpdateConversationBody,
    ) -> schemas.ConversationResource | bytes:
        """Replace a conversation's metadata: `POST /conversations/{conversation_id}`."""
        raise NotImplementedOperation("updateConversation")

    async def delete_conversation(
        self,
        call: CallT,
        *,
        conversation_id: str,
    ) -> schemas.DeletedConversationResource | bytes:
        """Delete a conversation: `DELETE /conversations/{conversation_id}`."""
        raise NotImplementedOperation("deleteConversation")

    async def list_conversation_items(
        self,
        call: CallT,
        *,
        conversation_id: str,
        after: str | None = None,
        limit: int = 20,
        order: Literal['asc', 'desc'] = 'desc',
        include: list[schemas.IncludeEnum] | None = None,
    ) -> schemas.ConversationItemList | bytes:
        """List items of a conversation: `GET /conversations/{conversation_id}/items`."""
        raise NotImplementedOperation("listConversationItems")

    async def create_conversation_items(
        self,
        call: CallT,
        *,
        conversation_id: str,
        body: schemas.CreateConversationItemsBody,
        include: list[schemas.IncludeEnum] | None = None,
    ) -> schemas.ConversationItemList | bytes:
        """Add items to a conversation: `POST /conversations/{conversation_id}/items`."""
        raise NotImplementedOperation("createConversationItems")

    async def get_conversation_item(
        self,
        call: CallT,
        *,
        conversation_id: str,
        item_id: str,
        include: list[schemas.IncludeEnum] | None = None,
    ) -> schemas.ConversationItem | bytes:
        """Retrieve an item: `GET /conversations/{conversation_id}/items/{item_id}`."""
        raise NotImplementedOperation("getConversationItem")

    async def delete_conversation_item(
        self,
        call: CallT,
        *,
        conversation_id: str,
        item_id: str,
    ) -> schemas.ConversationResource | bytes:
        """Delete an item: `DELETE /conversations/{conversation_id}/items/{item_id}`."""
        raise NotImplementedOperation("deleteConversationItem")


class Health(Generic[CallT]):
    """Operations below `/health`."""

    async def get_health(
        self,
        call: CallT,
    ) -> schemas.HealthStatus | bytes:
        """Check the server's health: `GET /health`."""
        raise NotImplementedOperation("getHealth")


class Inspect(Generic[CallT]):
    """Operations below `/inspect`."""

    async def list_routes(
        self,
        call: CallT,
    ) -> schemas.RouteList | bytes:
        """List the routes served: `GET /inspect/routes`."""
        raise NotImplementedOperation("listRoutes")


class Models(Generic[CallT]):
    """Operations below `/models`."""

    async def list_models(
        self,
        call: CallT,
    ) -> schemas.ListModelsResponse | bytes:
        """List models: `GET /models`."""
        raise NotImplementedOperation("listModels")

    async def retrieve_model(
        self,
        call: CallT,
        *,
        model: str,
    ) -> schemas.Model | bytes:
        """Retrieve a model: `GET /models/{model}`."""
        raise NotImplementedOperation("retrieveModel")

    async def delete_model(
        self,
        call: CallT,
        *,
        model: str,
    ) -> schemas.DeleteModelResponse | bytes:
        """Delete a fine-tuned model: `DELETE /models/{model}`."""
        raise NotImplementedOperation("deleteModel")


class Responses(Generic[CallT]):
    """Operations below `/responses`."""

    async def create_response(
        self,
        call: CallT,
        *,
        body: schemas.CreateResponse,
    ) -> schemas.Response | bytes | AsyncIterator[Any]:
        """Create a response: `POST /responses`."""
        raise NotImplementedOperation("createResponse")

    async def get_response(
        self,
        call: CallT,
        *,
        response_id: str,
        include: list[schemas.IncludeEnum] | None = None,
        stream: bool | None = None,
        starting_after: int | None = None,
        include_obfuscation: bool | None = None,
    ) -> schemas.Response | bytes | AsyncIterator[Any]:
        """Retrieve a response: `GET /responses/{response_id}`."""
        raise NotImplementedOperation("getResponse")

    async def delete_response(
        self,
        call: CallT,
        *,
        response_id: str,
    ) -> schemas.DeletedResponse | bytes:
        """Delete a response: `DELETE /responses/{response_id}`."""
        raise NotImplementedOperation("deleteResponse")

    async def cancel_response(
        self,
        call: CallT,
        *,
        response_id: str,
    ) -> schemas.Response | bytes:
        """Cancel a response: `POST /responses/{response_id}/cancel`."""
        raise NotImplementedOperation("cancelResponse")

    async def list_input_items(
        self,
        call: CallT,
        *,
        response_id: str,
        after: str | None = None,
        limit: int = 20,
        order: Literal['asc', 'desc'] = 'desc',
        include: list[schemas.IncludeEnum] | None = None,
    ) -> schemas.ResponseItemList | bytes:
        """List input items of a response: `GET /responses/{response_id}/input_items`."""
        raise NotImplementedOperation("listInputItems")

    async def getinputtokencounts(
        self,
        call: CallT,
        *,
        body: schemas.TokenCountsBody | None = None,
    ) -> schemas.TokenCountsResource | bytes:
        """Count input tokens: `POST /responses/input_tokens`."""
        raise NotImplementedOperation("Getinputtokencounts")

    async def compactconversation(
        self,
        call: CallT,
        *,
        body: schemas.CompactResponseMethodPublicBody,
    ) -> schemas.CompactResource | bytes:
        """Compact a conversation: `POST /responses/compact`."""
        raise NotImplementedOperation("Compactconversation")


class Version(Generic[CallT]):
    """Operations below `/version`."""

    async def get_version(
        self,
        call: CallT,
    ) -> schemas.VersionInfo | bytes:
        """Retrieve the server's version: `GET /version`."""
        raise NotImplementedOperation("getVersion")
