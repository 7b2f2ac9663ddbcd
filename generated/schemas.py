# Written by codegen.sh from spec/. DO NOT EDIT: change spec/ and run codegen.sh.

from __future__ import annotations

from typing import Annotated, Any, Literal, Union

from .base import JsonObject, Listed, Mapped, Number, ParameterSet, chosen_by, complete, nearest
from pydantic import MISSING, ConfigDict, Field, StringConstraints, Tag
from typing_extensions import TypeAliasType

ApplyPatchCallOutputStatus = TypeAliasType("ApplyPatchCallOutputStatus", Literal['completed', 'failed'])


ApplyPatchCallOutputStatusParam = TypeAliasType("ApplyPatchCallOutputStatusParam", Literal['completed', 'failed'])


ApplyPatchCallStatus = TypeAliasType("ApplyPatchCallStatus", Literal['in_progress', 'completed'])


ApplyPatchCallStatusParam = TypeAliasType("ApplyPatchCallStatusParam", Literal['in_progress', 'completed'])


class ApplyPatchCreateFileOperation(JsonObject):
    """Create a file with the content given by the diff, as stored."""

    type: Literal['create_file']
    path: str
    diff: str


class ApplyPatchCreateFileOperationParam(JsonObject):
    """Create a file with the content given by the diff."""

    type: Literal['create_file']
    path: Annotated[str, Field(min_length=1)]
    diff: Annotated[str, Field(max_length=10485760)]


class ApplyPatchDeleteFileOperation(JsonObject):
    """Delete a file, as stored."""

    type: Literal['delete_file']
    path: str


class ApplyPatchDeleteFileOperationParam(JsonObject):
    """Delete a file from the workspace."""

    type: Literal['delete_file']
    path: Annotated[str, Field(min_length=1)]


ApplyPatchToolCallOutputItemParamOutput = TypeAliasType(
    "ApplyPatchToolCallOutputItemParamOutput", Annotated[str, Field(max_length=10485760)]
)


class ApplyPatchUpdateFileOperation(JsonObject):
    """Change a file by a diff, as stored."""

    type: Literal['update_file']
    path: str
    diff: str


class ApplyPatchUpdateFileOperationParam(JsonObject):
    """Change a file by a diff."""

    type: Literal['update_file']
    path: Annotated[str, Field(min_length=1)]
    diff: Annotated[str, Field(max_length=10485760)]


class ApproximateLocation(JsonObject):
    """Where the user roughly is, in the form of the preview models."""

    type: Literal['approximate']
    country: str | None | MISSING = MISSING
    region: str | None | MISSING = MISSING
    city: str | None | MISSING = MISSING
    timezone: str | None | MISSING = MISSING


CallableToolAllowedCaller = TypeAliasType("CallableToolAllowedCaller", Literal['direct', 'programmatic'])


class ChatCompletionAllowedTools(JsonObject):
    """The tools that may be called now, and whether one must be."""

    mode: Literal['auto', 'required']
    tools: Listed[Mapped[str, Any]]


class ChatCompletionAllowedToolsChoice(JsonObject):
    """Narrows the tools of the request to a list."""

    type: Literal['allowed_tools']
    allowed_tools: ChatCompletionAllowedTools


class ChatCompletionAnnotationUrlCitation(JsonObject):
    end_index: int
    start_index: int
    url: str
    title: str


class ChatCompletionAnnotation(JsonObject):
    """Marks a span of the answer that draws on a web page."""

    type: Literal['url_citation']
    url_citation: ChatCompletionAnnotationUrlCitation


class ChatCompletionDeleted(JsonObject):
    """Confirms that a stored completion is gone."""

    object: Literal['chat.completion.deleted']
    id: str
    deleted: bool


class ChatCompletionFunctionCallOption(JsonObject):
    """Makes the model call one function, in the older form."""

    name: str


class ChatCompletionMessageCustomToolCallCustom(JsonObject):
    name: str
    input: str


class ChatCompletionMessageCustomToolCall(JsonObject):
    """A wish to have a custom tool called, with free text for input."""

    id: str
    type: Literal['custom']
    custom: ChatCompletionMessageCustomToolCallCustom


class ChatCompletionMessageToolCallFunction(JsonObject):
    name: str
    arguments: str


class ChatCompletionMessageToolCall(JsonObject):
    """A wish to have a function called."""

    id: str
    type: Literal['function']
    function: ChatCompletionMessageToolCallFunction


class ChatCompletionMessageToolCallChunkFunction(JsonObject):
    name: str | MISSING = MISSING
    arguments: str | MISSING = MISSING


class ChatCompletionMessageToolCallChunkCustom(JsonObject):
    name: str | MISSING = MISSING
    input: str | MISSING = MISSING


class ChatCompletionMessageToolCallChunk(JsonObject):
    """What a piece adds to a call of a tool. Append `arguments` or `input`; id and name come once."""

    index: int
    id: str | MISSING = MISSING
    type: Literal['function', 'custom'] | MISSING = MISSING
    function: ChatCompletionMessageToolCallChunkFunction | MISSING = MISSING
    custom: ChatCompletionMessageToolCallChunkCustom | MISSING = MISSING


ChatCompletionMessageToolCallsItem = TypeAliasType(
    "ChatCompletionMessageToolCallsItem",
    Annotated[
        Annotated[ChatCompletionMessageToolCall, Tag('<function>')]
        | Annotated[ChatCompletionMessageCustomToolCall, Tag('<custom>')],
        chosen_by(
            'type',
            models={
                'ChatCompletionMessageToolCall': 'function',
                'ChatCompletionMessageCustomToolCall': 'custom',
            },
        ),
    ],
)


ChatCompletionMessageToolCalls = TypeAliasType("ChatCompletionMessageToolCalls", Listed[ChatCompletionMessageToolCallsItem])


class ChatCompletionModerationError(JsonObject):
    """Why no judgement could be had."""

    type: Literal['error']
    code: str
    message: str


class ChatCompletionNamedToolChoiceFunction(JsonObject):
    name: str


class ChatCompletionNamedToolChoice(JsonObject):
    """Makes the model call one function."""

    type: Literal['function']
    function: ChatCompletionNamedToolChoiceFunction


class ChatCompletionNamedToolChoiceCustomCustom(JsonObject):
    name: str


class ChatCompletionNamedToolChoiceCustom(JsonObject):
    """Makes the model call one custom tool."""

    type: Literal['custom']
    custom: ChatCompletionNamedToolChoiceCustomCustom


class ChatCompletionRequestAssistantMessageAudio(JsonObject):
    id: str


class ChatCompletionRequestAssistantMessageFunctionCall(JsonObject):
    arguments: str
    name: str


class ChatCompletionRequestFunctionMessage(JsonObject):
    """What a function returned, in its older form; use the role `tool` instead."""

    role: Literal['function']
    content: str | None
    name: str


class ChatCompletionRequestMessageContentPartAudioInputAudio(JsonObject):
    data: str
    format: Literal['wav', 'mp3']


class ChatCompletionRequestMessageContentPartFileFile(JsonObject):
    filename: str | MISSING = MISSING
    file_data: str | MISSING = MISSING
    file_id: str | MISSING = MISSING


class ChatCompletionRequestMessageContentPartImageImageUrl(JsonObject):
    url: str
    detail: Literal['auto', 'low', 'high'] = 'auto'


class ChatCompletionRequestMessageContentPartRefusal(JsonObject):
    """A refusal as part of an earlier answer."""

    type: Literal['refusal']
    refusal: str


class ChatCompletionResponseMessageFunctionCall(JsonObject):
    arguments: str
    name: str


class ChatCompletionResponseMessageAudio(JsonObject):
    id: str
    expires_at: int
    data: str
    transcript: str


class ChatCompletionResponseMessage(JsonObject):
    """The answer itself: text, calls of tools, speech, or a refusal."""

    content: str | None
    refusal: str | None
    tool_calls: ChatCompletionMessageToolCalls | MISSING = MISSING
    annotations: Listed[ChatCompletionAnnotation] | MISSING = MISSING
    role: Literal['assistant']
    function_call: ChatCompletionResponseMessageFunctionCall | MISSING = MISSING
    audio: ChatCompletionResponseMessageAudio | None | MISSING = MISSING


class ChatCompletionStoredMessageFunctionCall(JsonObject):
    arguments: str
    name: str


class ChatCompletionStoredMessageAudio(JsonObject):
    id: str
    expires_at: int | MISSING = MISSING
    data: str | MISSING = MISSING
    transcript: str | MISSING = MISSING


class ChatCompletionStreamOptionsObject(JsonObject):
    include_usage: bool | MISSING = MISSING
    include_obfuscation: bool | MISSING = MISSING


ChatCompletionStreamOptions = TypeAliasType("ChatCompletionStreamOptions", ChatCompletionStreamOptionsObject | None)


class ChatCompletionStreamResponseDeltaFunctionCall(JsonObject):
    arguments: str | MISSING = MISSING
    name: str | MISSING = MISSING


class ChatCompletionStreamResponseDelta(JsonObject):
    """What a piece adds to a message. Strings are to be appended to what came before."""

    content: str | None | MISSING = MISSING
    function_call: ChatCompletionStreamResponseDeltaFunctionCall | MISSING = MISSING
    tool_calls: Listed[ChatCompletionMessageToolCallChunk] | MISSING = MISSING
    role: Literal['developer', 'system', 'user', 'assistant', 'tool'] | MISSING = MISSING
    refusal: str | None | MISSING = MISSING


class ChatCompletionTokenLogprobTopLogprobsItem(JsonObject):
    token: str
    logprob: Number
    bytes: Listed[int] | None


class ChatCompletionTokenLogprob(JsonObject):
    """A token of the answer with its probability and the likeliest alternatives."""

    token: str
    logprob: Number
    bytes: Listed[int] | None
    top_logprobs: Listed[ChatCompletionTokenLogprobTopLogprobsItem]


ChatCompletionToolChoiceOption = TypeAliasType(
    "ChatCompletionToolChoiceOption",
    Annotated[
        Annotated[Literal['none', 'auto', 'required'], Tag('<string>')]
        | Annotated[ChatCompletionAllowedToolsChoice, Tag('<allowed_tools>')]
        | Annotated[ChatCompletionNamedToolChoice, Tag('<function>')]
        | Annotated[ChatCompletionNamedToolChoiceCustom, Tag('<custom>')],
        chosen_by(
            'type',
            models={
                'ChatCompletionAllowedToolsChoice': 'allowed_tools',
                'ChatCompletionNamedToolChoice': 'function',
                'ChatCompletionNamedToolChoiceCustom': 'custom',
            },
            kinds=('string',),
        ),
    ],
)


ClickButtonType = TypeAliasType("ClickButtonType", Literal['left', 'right', 'wheel', 'back', 'forward'])


class ClickParam(JsonObject):
    """Press and release a mouse button."""

    type: Literal['click']
    button: ClickButtonType
    x: int
    y: int
    keys: Listed[str] | None | MISSING = MISSING


class CodeInterpreterOutputImage(JsonObject):
    """A picture that a run of code produced."""

    type: Literal['image']
    url: str


class CodeInterpreterOutputLogs(JsonObject):
    """What a run of code printed."""

    type: Literal['logs']
    logs: str


CodeInterpreterToolAllowedCallers = TypeAliasType(
    "CodeInterpreterToolAllowedCallers", Annotated[Listed[CallableToolAllowedCaller], Field(min_length=1)]
)


CodeInterpreterToolCallOutputsItem = TypeAliasType(
    "CodeInterpreterToolCallOutputsItem",
    Annotated[
        Annotated[CodeInterpreterOutputLogs, Tag('<logs>')]
        | Annotated[CodeInterpreterOutputImage, Tag('<image>')],
        chosen_by(
            'type',
            models={
                'CodeInterpreterOutputLogs': 'logs',
                'CodeInterpreterOutputImage': 'image',
            },
        ),
    ],
)


class CodeInterpreterToolCall(JsonObject):
    """A run of code that the model wrote, inside a container."""

    type: Literal['code_interpreter_call']
    id: str
    status: Literal['in_progress', 'completed', 'incomplete', 'interpreting', 'failed']
    container_id: str
    code: str | None
    outputs: Listed[CodeInterpreterToolCallOutputsItem] | None


CompactResponseMethodPublicBodyPromptCacheKey = TypeAliasType(
    "CompactResponseMethodPublicBodyPromptCacheKey", Annotated[str, Field(max_length=64)]
)


class CompactionBody(JsonObject):
    """Stands for earlier items that were folded together to save context, as stored."""

    type: Literal['compaction']
    id: str
    encrypted_content: str
    created_by: str | MISSING = MISSING


class CompactionSummaryItemParam(JsonObject):
    """Stands for earlier items that were folded together to save context, as sent back by a client."""

    id: str | None | MISSING = MISSING
    type: Literal['compaction']
    encrypted_content: Annotated[str, Field(max_length=20971520)]


class CompactionTriggerItemParam(JsonObject):
    """Asks the model's host to fold earlier items together now. It has no meaning inside a conversation and is refused there."""

    type: Literal['compaction_trigger']


ComparisonFilterValueItem = TypeAliasType(
    "ComparisonFilterValueItem",
    Annotated[
        Annotated[str, Tag('<string>')]
        | Annotated[Number, Tag('<number>')],
        chosen_by(
            None,
            kinds=('string', 'number'),
        ),
    ],
)


ComparisonFilterValue = TypeAliasType(
    "ComparisonFilterValue",
    Annotated[
        Annotated[str, Tag('<string>')]
        | Annotated[Number, Tag('<number>')]
        | Annotated[bool, Tag('<boolean>')]
        | Annotated[Listed[ComparisonFilterValueItem], Tag('<array>')],
        chosen_by(
            None,
            kinds=('string', 'boolean', 'number', 'array'),
        ),
    ],
)


class ComparisonFilter(JsonObject):
    """Compares one attribute of a file with a value."""

    model_config = ConfigDict(
        extra='forbid',
    )
    type: Literal['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'nin']
    key: str
    value: ComparisonFilterValue


class CompletionUsageCompletionTokensDetails(JsonObject):
    accepted_prediction_tokens: int = 0
    audio_tokens: int = 0
    reasoning_tokens: int = 0
    text_tokens: int | MISSING = MISSING
    rejected_prediction_tokens: int = 0


class CompletionUsagePromptTokensDetails(JsonObject):
    audio_tokens: int = 0
    cached_tokens: int = 0
    text_tokens: int | MISSING = MISSING
    image_tokens: int | MISSING = MISSING
    cache_write_tokens: int = 0


class CompletionUsage(JsonObject):
    """Tokens that a completion took."""

    completion_tokens: int
    prompt_tokens: int
    total_tokens: int
    completion_tokens_details: CompletionUsageCompletionTokensDetails | MISSING = MISSING
    prompt_tokens_details: CompletionUsagePromptTokensDetails | MISSING = MISSING


class ComputerCallSafetyCheckParam(JsonObject):
    """A warning about an action, to be acknowledged by the caller."""

    id: str
    code: str | None | MISSING = MISSING
    message: str | None | MISSING = MISSING


ComputerEnvironment = TypeAliasType("ComputerEnvironment", Literal['windows', 'mac', 'linux', 'ubuntu', 'browser'])


class ComputerScreenshotImage(JsonObject):
    """A picture of a computer's screen, by address or by uploaded file."""

    type: Literal['computer_screenshot']
    image_url: str | MISSING = MISSING
    file_id: str | MISSING = MISSING


class ComputerTool(JsonObject):
    """Lets the model act on a computer through the caller."""

    type: Literal['computer']


class ComputerToolCallOutputResource(JsonObject):
    """The screenshot taken after an action, as stored."""

    type: Literal['computer_call_output']
    id: str
    call_id: str
    acknowledged_safety_checks: Listed[ComputerCallSafetyCheckParam] | MISSING = MISSING
    output: ComputerScreenshotImage
    status: Literal['completed', 'incomplete']
    created_by: str | MISSING = MISSING


class ComputerUsePreviewTool(JsonObject):
    """Lets the model act on a computer through the caller, in the form of the preview models."""

    type: Literal['computer_use_preview']
    environment: ComputerEnvironment
    display_width: int
    display_height: int


class ContainerFileCitationBody(JsonObject):
    """Marks text that draws on a file inside a code container."""

    type: Literal['container_file_citation']
    container_id: str
    file_id: str
    start_index: int
    end_index: int
    filename: str


ContainerMemoryLimit = TypeAliasType("ContainerMemoryLimit", Literal['1g', '4g', '16g', '64g'])


class ContainerNetworkPolicyDisabledParam(JsonObject):
    """Keeps a container off the network."""

    type: Literal['disabled']


class ContainerNetworkPolicyDomainSecretParam(JsonObject):
    """A secret that is put into requests to one domain."""

    domain: Annotated[str, Field(min_length=1)]
    name: Annotated[str, Field(min_length=1)]
    value: Annotated[str, Field(max_length=10485760, min_length=1)]


class ContainerReferenceParam(JsonObject):
    """Runs shell commands in a container that exists already."""

    type: Literal['container_reference']
    container_id: str


class ContainerReferenceResource(JsonObject):
    """The container that shell commands ran in."""

    type: Literal['container_reference']
    container_id: str


ContextManagementParamCompactThreshold = TypeAliasType(
    "ContextManagementParamCompactThreshold", Annotated[int, Field(ge=1000)]
)


class ContextManagementParam(JsonObject):
    """A way to keep the context within bounds."""

    type: str
    compact_threshold: ContextManagementParamCompactThreshold | None | MISSING = MISSING


class ConversationReference(JsonObject):
    """A conversation named by an object instead of a bare string."""

    id: str


class CoordParam(JsonObject):
    """A point on the screen, in pixels from the upper left corner."""

    x: int
    y: int


CreateChatCompletionRequestFunctionCall = TypeAliasType(
    "CreateChatCompletionRequestFunctionCall",
    Annotated[
        Annotated[Literal['none', 'auto'], Tag('<string>')]
        | Annotated[ChatCompletionFunctionCallOption, Tag('<object>')],
        chosen_by(
            None,
            models={
                'ChatCompletionFunctionCallOption': 'object',
            },
            kinds=('string',),
            unknown='object',
        ),
    ],
)


CreateChatCompletionRequestTopLogprobs = TypeAliasType(
    "CreateChatCompletionRequestTopLogprobs", Annotated[int, Field(ge=0, le=20)]
)


CreateChatCompletionRequestTemperature = TypeAliasType(
    "CreateChatCompletionRequestTemperature", Annotated[Number, Field(ge=0.0, le=2.0)]
)


CreateChatCompletionRequestTopP = TypeAliasType(
    "CreateChatCompletionRequestTopP", Annotated[Number, Field(ge=0.0, le=1.0)]
)


CreateChatCompletionRequestSafetyIdentifier = TypeAliasType(
    "CreateChatCompletionRequestSafetyIdentifier", Annotated[str, Field(max_length=64)]
)


CreateChatCompletionRequestFrequencyPenalty = TypeAliasType(
    "CreateChatCompletionRequestFrequencyPenalty", Annotated[Number, Field(ge=-2.0, le=2.0)]
)


CreateChatCompletionRequestPresencePenalty = TypeAliasType(
    "CreateChatCompletionRequestPresencePenalty", Annotated[Number, Field(ge=-2.0, le=2.0)]
)


CreateChatCompletionRequestN = TypeAliasType(
    "CreateChatCompletionRequestN", Annotated[int, Field(ge=1, le=128)]
)


CreateChatCompletionRequestSeed = TypeAliasType(
    "CreateChatCompletionRequestSeed", Annotated[int, Field(ge=-9223372036854776000, le=9223372036854776000)]
)


class CreateChatCompletionResponseChoicesItemLogprobs(JsonObject):
    content: Listed[ChatCompletionTokenLogprob] | None
    refusal: Listed[ChatCompletionTokenLogprob] | None


class CreateChatCompletionResponseChoicesItem(JsonObject):
    finish_reason: Literal['stop', 'length', 'tool_calls', 'content_filter', 'function_call']
    index: int
    message: ChatCompletionResponseMessage
    logprobs: CreateChatCompletionResponseChoicesItemLogprobs | None


class CreateChatCompletionStreamResponseChoicesItemLogprobs(JsonObject):
    content: Listed[ChatCompletionTokenLogprob] | None
    refusal: Listed[ChatCompletionTokenLogprob] | None


class CreateChatCompletionStreamResponseChoicesItem(JsonObject):
    delta: ChatCompletionStreamResponseDelta
    logprobs: CreateChatCompletionStreamResponseChoicesItemLogprobs | None | MISSING = MISSING
    finish_reason: Literal['stop', 'length', 'tool_calls', 'content_filter', 'function_call'] | None
    index: int


CreateModelResponsePropertiesTopLogprobs = TypeAliasType(
    "CreateModelResponsePropertiesTopLogprobs", Annotated[int, Field(ge=0, le=20)]
)


CreateModelResponsePropertiesTemperature = TypeAliasType(
    "CreateModelResponsePropertiesTemperature", Annotated[Number, Field(ge=0.0, le=2.0)]
)


CreateModelResponsePropertiesTopP = TypeAliasType(
    "CreateModelResponsePropertiesTopP", Annotated[Number, Field(ge=0.0, le=1.0)]
)


CreateModelResponsePropertiesSafetyIdentifier = TypeAliasType(
    "CreateModelResponsePropertiesSafetyIdentifier", Annotated[str, Field(max_length=64)]
)


CreateResponseTopLogprobs = TypeAliasType("CreateResponseTopLogprobs", Annotated[int, Field(ge=0, le=20)])


CreateResponseTemperature = TypeAliasType(
    "CreateResponseTemperature", Annotated[Number, Field(ge=0.0, le=2.0)]
)


CreateResponseTopP = TypeAliasType("CreateResponseTopP", Annotated[Number, Field(ge=0.0, le=1.0)])


CreateResponseSafetyIdentifier = TypeAliasType(
    "CreateResponseSafetyIdentifier", Annotated[str, Field(max_length=64)]
)


CreateResponseContextManagement = TypeAliasType(
    "CreateResponseContextManagement", Annotated[Listed[ContextManagementParam], Field(min_length=1)]
)


CreateResponseMaxOutputTokens = TypeAliasType("CreateResponseMaxOutputTokens", Annotated[int, Field(ge=16)])


class CustomTextFormatParam(JsonObject):
    """Lets the input of a custom tool be any text."""

    type: Literal['text']


class CustomToolChatCompletionsGrammarFormatGrammar(JsonObject):
    definition: str
    syntax: Literal['lark', 'regex']


class CustomToolChatCompletionsGrammarFormat(JsonObject):
    """Holds the input of a custom tool to a grammar."""

    model_config = ConfigDict(
        extra='forbid',
    )
    type: Literal['grammar']
    grammar: CustomToolChatCompletionsGrammarFormatGrammar


class CustomToolChatCompletionsTextFormat(JsonObject):
    """Lets the input of a custom tool be any text."""

    model_config = ConfigDict(
        extra='forbid',
    )
    type: Literal['text']


CustomToolParamAllowedCallers = TypeAliasType(
    "CustomToolParamAllowedCallers", Annotated[Listed[CallableToolAllowedCaller], Field(min_length=1)]
)


class DeleteModelResponse(JsonObject):
    """Confirms that the provider deleted a fine-tuned model."""

    id: str
    deleted: bool
    object: str


class DeletedConversationResource(JsonObject):
    """Confirms that a conversation and all its items are gone."""

    object: Literal['conversation.deleted']
    deleted: bool
    id: str


class DeletedResponse(JsonObject):
    """Confirms that a stored response is gone."""

    id: str
    object: Literal['response']
    deleted: bool


DetailEnum = TypeAliasType("DetailEnum", Literal['low', 'high', 'auto', 'original'])


class DirectToolCallCaller(JsonObject):
    """Says that the model made the call itself."""

    type: Literal['direct']


class DirectToolCallCallerParam(JsonObject):
    """Says, on input, that the model made the call itself."""

    type: Literal['direct']


class DoubleClickAction(JsonObject):
    """Click twice in quick succession."""

    type: Literal['double_click']
    x: int
    y: int
    keys: Listed[str] | None


class DragParam(JsonObject):
    """Move the mouse along a path with the button held down."""

    type: Literal['drag']
    path: Listed[CoordParam]
    keys: Listed[str] | None | MISSING = MISSING


class EmptyModelParam(JsonObject):
    pass


class Error(JsonObject):
    """What went wrong, where, and under which code programs find it."""

    code: str | None
    message: str
    param: str | None
    type: str


class ErrorResponse(JsonObject):
    """The one shape of every failure, whatever its status."""

    error: Error


class FileCitationBody(JsonObject):
    """Marks text that draws on an uploaded file found by file search."""

    type: Literal['file_citation']
    file_id: str
    index: int
    filename: str


FileDetailEnum = TypeAliasType("FileDetailEnum", Literal['auto', 'low', 'high'])


FileInputDetail = TypeAliasType("FileInputDetail", Literal['auto', 'low', 'high'])


class FilePath(JsonObject):
    """Marks text that names a file the model has produced."""

    type: Literal['file_path']
    file_id: str
    index: int


FunctionCallItemStatus = TypeAliasType("FunctionCallItemStatus", Literal['in_progress', 'completed', 'incomplete'])


FunctionCallOutputItemParamCallId = TypeAliasType(
    "FunctionCallOutputItemParamCallId", Annotated[str, Field(max_length=64, min_length=1)]
)


FunctionCallOutputItemParamName = TypeAliasType(
    "FunctionCallOutputItemParamName", Annotated[str, Field(max_length=128, min_length=1)]
)


FunctionCallOutputItemParamNamespace = TypeAliasType(
    "FunctionCallOutputItemParamNamespace",
    Annotated[str, Field(max_length=64, min_length=1, pattern='^[a-zA-Z0-9_-]+$')],
)


FunctionCallOutputStatusEnum = TypeAliasType("FunctionCallOutputStatusEnum", Literal['in_progress', 'completed', 'incomplete'])


FunctionCallStatus = TypeAliasType("FunctionCallStatus", Literal['in_progress', 'completed', 'incomplete'])


class FunctionParameters(JsonObject):
    model_config = ConfigDict(
        extra='allow',
    )


class FunctionShellAction(JsonObject):
    """The commands to run, with their limits, as stored."""

    commands: Listed[str]
    timeout_ms: int | None
    max_output_length: int | None


class FunctionShellActionParam(JsonObject):
    """The commands to run, with their limits, as sent back with history."""

    commands: Listed[str]
    timeout_ms: int | None | MISSING = MISSING
    max_output_length: int | None | MISSING = MISSING


FunctionShellCallItemStatus = TypeAliasType("FunctionShellCallItemStatus", Literal['in_progress', 'completed', 'incomplete'])


class FunctionShellCallOutputExitOutcome(JsonObject):
    """The command ended by itself, with an exit code."""

    type: Literal['exit']
    exit_code: int


class FunctionShellCallOutputExitOutcomeParam(JsonObject):
    """The command ended by itself, as reported by the caller."""

    type: Literal['exit']
    exit_code: int


FunctionShellCallOutputStatusEnum = TypeAliasType("FunctionShellCallOutputStatusEnum", Literal['in_progress', 'completed', 'incomplete'])


class FunctionShellCallOutputTimeoutOutcome(JsonObject):
    """The command was stopped because its time was up."""

    type: Literal['timeout']


class FunctionShellCallOutputTimeoutOutcomeParam(JsonObject):
    """The command was stopped because its time was up, as reported by the caller."""

    type: Literal['timeout']


FunctionShellCallStatus = TypeAliasType("FunctionShellCallStatus", Literal['in_progress', 'completed', 'incomplete'])


FunctionShellToolParamAllowedCallers = TypeAliasType(
    "FunctionShellToolParamAllowedCallers", Annotated[Listed[CallableToolAllowedCaller], Field(min_length=1)]
)


class FunctionTool(JsonObject):
    """A function of the caller's own that the model may ask to have called."""

    type: Literal['function']
    name: str
    description: str | None | MISSING = MISSING
    parameters: Mapped[str, Any] | None
    output_schema: Mapped[str, Any] | None | MISSING = MISSING
    strict: bool | None | MISSING = MISSING
    defer_loading: bool | MISSING = MISSING
    allowed_callers: Listed[CallableToolAllowedCaller] | None | MISSING = MISSING


FunctionToolParamAllowedCallers = TypeAliasType(
    "FunctionToolParamAllowedCallers", Annotated[Listed[CallableToolAllowedCaller], Field(min_length=1)]
)


class FunctionToolParam(JsonObject):
    """A function of the caller's own, inside a namespace."""

    name: Annotated[str, Field(max_length=128, min_length=1, pattern='^[a-zA-Z0-9_-]+$')]
    description: str | None | MISSING = MISSING
    parameters: EmptyModelParam | None | MISSING = MISSING
    strict: bool | None | MISSING = MISSING
    type: Literal['function']
    output_schema: Mapped[str, Any] | None | MISSING = MISSING
    defer_loading: bool | MISSING = MISSING
    allowed_callers: FunctionToolParamAllowedCallers | None | MISSING = MISSING


GrammarSyntax = TypeAliasType("GrammarSyntax", Literal['lark', 'regex'])


class HTTPError(JsonObject):
    """The server answered with a failure of HTTP, or not at all."""

    type: Literal['http_error']
    code: int
    message: str


class HealthStatus(JsonObject):
    """Says that the server can do its work. It never says the contrary: then the answer is an error."""

    status: Literal['ok']
    store: str


class HybridSearchOptions(JsonObject):
    """How search by meaning and search by words are weighed against each other."""

    embedding_weight: Number
    text_weight: Number


ImageDetail = TypeAliasType("ImageDetail", Literal['low', 'high', 'auto', 'original'])


ImageGenActionEnum = TypeAliasType("ImageGenActionEnum", Literal['generate', 'edit', 'auto'])


class ImageGenToolInputImageMask(JsonObject):
    model_config = ConfigDict(
        extra='forbid',
    )
    image_url: str | MISSING = MISSING
    file_id: str | MISSING = MISSING


class ImageGenToolCall(JsonObject):
    """An image generated by a model."""

    type: Literal['image_generation_call']
    id: str
    status: Literal['in_progress', 'completed', 'generating', 'failed']
    result: str | None


IncludeEnum = TypeAliasType("IncludeEnum", Literal['file_search_call.results', 'web_search_call.results', 'web_search_call.action.sources', 'message.input_image.image_url', 'computer_call_output.output.image_url', 'code_interpreter_call.outputs', 'reasoning.encrypted_content', 'message.output_text.logprobs'])


class InlineSkillSourceParam(JsonObject):
    """The files of a skill, zipped, in base64."""

    type: Literal['base64']
    media_type: Literal['application/zip']
    data: Annotated[str, Field(max_length=70254592, min_length=1)]


InputFidelity = TypeAliasType("InputFidelity", Literal['high', 'low'])


InputFileContentParamFileData = TypeAliasType(
    "InputFileContentParamFileData", Annotated[str, Field(max_length=73400320)]
)


InputImageContentParamAutoParamImageUrl = TypeAliasType(
    "InputImageContentParamAutoParamImageUrl", Annotated[str, Field(max_length=20971520)]
)


class ItemReferenceParam(JsonObject):
    """Names an item by id instead of repeating it. It is looked up in this conversation, then in the project."""

    type: Literal['item_reference'] | None | MISSING = MISSING
    id: str


class KeyPressAction(JsonObject):
    """Press keys together, as for a shortcut."""

    type: Literal['keypress']
    keys: Listed[str]


class LocalEnvironmentResource(JsonObject):
    """Says that shell commands ran on the caller's own machine."""

    type: Literal['local']


class LocalShellExecAction(JsonObject):
    """The command to run on the caller's machine, and how."""

    type: Literal['exec']
    command: Listed[str]
    timeout_ms: int | None | MISSING = MISSING
    working_directory: str | None | MISSING = MISSING
    env: Mapped[str, str]
    user: str | None | MISSING = MISSING


class LocalShellToolCall(JsonObject):
    """A model's wish to run a command on the caller's machine."""

    type: Literal['local_shell_call']
    id: str
    call_id: str
    action: LocalShellExecAction
    status: Literal['in_progress', 'completed', 'incomplete']


class LocalShellToolCallOutput(JsonObject):
    """What a command on the caller's machine printed."""

    type: Literal['local_shell_call_output']
    id: str
    output: str
    status: Literal['in_progress', 'completed', 'incomplete'] | None | MISSING = MISSING
    call_id: Any | MISSING = MISSING


class LocalShellToolParam(JsonObject):
    """Lets the model ask for commands on the caller's machine."""

    type: Literal['local_shell']


class LocalSkillParam(JsonObject):
    """A skill that lies on the caller's machine."""

    name: str
    description: str
    path: str


class MCPApprovalRequest(JsonObject):
    """A question to the user whether a call of a Model Context Protocol tool may go ahead."""

    type: Literal['mcp_approval_request']
    id: str
    server_label: str
    name: str
    arguments: str


class MCPApprovalResponse(JsonObject):
    """The user's answer to a question for approval, as sent."""

    type: Literal['mcp_approval_response']
    id: str | None | MISSING = MISSING
    approval_request_id: str
    approve: bool
    reason: str | None | MISSING = MISSING
    request_id: Any | MISSING = MISSING


class MCPApprovalResponseResource(JsonObject):
    """The user's answer to a question for approval, as stored."""

    type: Literal['mcp_approval_response']
    id: str
    approval_request_id: str
    approve: bool
    reason: str | None | MISSING = MISSING
    request_id: Any | MISSING = MISSING


class MCPListToolsTool(JsonObject):
    """One tool that a Model Context Protocol server offers."""

    name: str
    description: str | None | MISSING = MISSING
    input_schema: Mapped[str, Any]
    annotations: Mapped[str, Any] | None | MISSING = MISSING


class MCPProtocolError(JsonObject):
    """The server's answer broke the Model Context Protocol."""

    type: Literal['mcp_protocol_error']
    code: int
    message: str


MCPToolAllowedCallers = TypeAliasType(
    "MCPToolAllowedCallers", Annotated[Listed[CallableToolAllowedCaller], Field(min_length=1)]
)


MCPToolCallStatus = TypeAliasType("MCPToolCallStatus", Literal['in_progress', 'completed', 'incomplete', 'calling', 'failed'])


class MCPToolExecutionError(JsonObject):
    """The tool itself reported a failure."""

    type: Literal['mcp_tool_execution_error']
    content: Any


class MCPToolFilter(JsonObject):
    """Picks tools of a Model Context Protocol server by name or by harmlessness."""

    model_config = ConfigDict(
        extra='forbid',
    )
    tool_names: Listed[str] | MISSING = MISSING
    read_only: bool | MISSING = MISSING


MessagePhase = TypeAliasType("MessagePhase", Literal['commentary', 'final_answer'])


MessageRole = TypeAliasType("MessageRole", Literal['unknown', 'user', 'assistant', 'system', 'critic', 'discriminator', 'developer', 'tool'])


MessageStatus = TypeAliasType("MessageStatus", Literal['in_progress', 'completed', 'incomplete'])


MetadataPairsMetadataPairsAdditionalProperty = TypeAliasType(
    "MetadataPairsMetadataPairsAdditionalProperty", Annotated[str, Field(max_length=512)]
)


MetadataPairs = TypeAliasType(
    "MetadataPairs",
    Annotated[
        Mapped[Annotated[str, StringConstraints(max_length=64)], MetadataPairsMetadataPairsAdditionalProperty],
        Field(max_length=16),
    ],
)


class Model(JsonObject):
    """A model that requests may name."""

    id: str
    created: int
    object: Literal['model']
    owned_by: str
    shutdown_date: str | None | MISSING = MISSING


ModelIdsCompaction = TypeAliasType("ModelIdsCompaction", str | None)


ModelIdsResponses = TypeAliasType("ModelIdsResponses", str)


ModelIdsShared = TypeAliasType("ModelIdsShared", str)


ModelResponsePropertiesTopLogprobs = TypeAliasType(
    "ModelResponsePropertiesTopLogprobs", Annotated[int, Field(ge=0, le=20)]
)


ModelResponsePropertiesTemperature = TypeAliasType(
    "ModelResponsePropertiesTemperature", Annotated[Number, Field(ge=0.0, le=2.0)]
)


ModelResponsePropertiesTopP = TypeAliasType(
    "ModelResponsePropertiesTopP", Annotated[Number, Field(ge=0.0, le=1.0)]
)


ModelResponsePropertiesSafetyIdentifier = TypeAliasType(
    "ModelResponsePropertiesSafetyIdentifier", Annotated[str, Field(max_length=64)]
)


class ModerationErrorBody(JsonObject):
    """Why no judgement could be had."""

    type: Literal['error']
    code: str
    message: str


ModerationInputType = TypeAliasType("ModerationInputType", Literal['text', 'image'])


ModerationMode = TypeAliasType("ModerationMode", Literal['score', 'block'])


class ModerationResultBody(JsonObject):
    """What a moderation model thinks of one piece of content."""

    type: Literal['moderation_result']
    model: str
    flagged: bool
    categories: Mapped[str, bool]
    category_scores: Mapped[str, Number]
    category_applied_input_types: Mapped[str, Listed[ModerationInputType]]


class MoveParam(JsonObject):
    """Move the mouse without pressing a button."""

    type: Literal['move']
    x: int
    y: int
    keys: Listed[str] | None | MISSING = MISSING


ParallelToolCalls = TypeAliasType("ParallelToolCalls", bool)


PersonalityEnum = TypeAliasType("PersonalityEnum", str)


class Program(JsonObject):
    """Code a model wrote in order to call several tools by itself, as stored."""

    type: Literal['program']
    id: str
    call_id: str
    code: str
    fingerprint: str


class ProgramItemParam(JsonObject):
    """Code a model wrote in order to call several tools by itself, as sent back with history."""

    id: str
    type: Literal['program']
    call_id: Annotated[str, Field(max_length=64, min_length=1)]
    code: Annotated[str, Field(max_length=10485760)]
    fingerprint: Annotated[str, Field(max_length=10485760)]


ProgramOutputItemStatus = TypeAliasType("ProgramOutputItemStatus", Literal['completed', 'incomplete'])


ProgramOutputStatus = TypeAliasType("ProgramOutputStatus", Literal['completed', 'incomplete'])


class ProgramToolCallCaller(JsonObject):
    """Says that a program written by the model made the call."""

    type: Literal['program']
    caller_id: str


class ProgramToolCallCallerParam(JsonObject):
    """Says, on input, that a program written by the model made the call."""

    type: Literal['program']
    caller_id: Annotated[str, Field(max_length=64, min_length=1)]


class ProgrammaticToolCallingParam(JsonObject):
    """Lets the model write programs that call other tools."""

    type: Literal['programmatic_tool_calling']


class PromptCacheBreakpointConfig(JsonObject):
    """Marks the end of a prefix that the provider should cache for the requests to come."""

    mode: Literal['explicit']


class PromptCacheBreakpointParam(JsonObject):
    """Marks, on input, the end of a prefix that the provider should cache for the requests to come."""

    mode: Literal['explicit']


PromptCacheModeEnum = TypeAliasType("PromptCacheModeEnum", Literal['implicit', 'explicit'])


PromptCacheRetentionEnum = TypeAliasType("PromptCacheRetentionEnum", Literal['in_memory', '24h'])


PromptCacheTTLEnum = TypeAliasType("PromptCacheTTLEnum", Literal['30m'])


RankerVersionType = TypeAliasType("RankerVersionType", Literal['auto', 'default-2024-11-15'])


class RankingOptions(JsonObject):
    """How found passages are ranked and cut off."""

    ranker: RankerVersionType | MISSING = MISSING
    score_threshold: Number | MISSING = MISSING
    hybrid_search: HybridSearchOptions | MISSING = MISSING


ReasoningEffort = TypeAliasType("ReasoningEffort", Literal['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] | None)


ReasoningModeEnum = TypeAliasType("ReasoningModeEnum", str)


class ReasoningTextContent(JsonObject):
    """A passage of a model's own reasoning, in full."""

    type: Literal['reasoning_text']
    text: str


class RefusalContent(JsonObject):
    """A model's explanation of why it does not do what was asked."""

    type: Literal['refusal']
    refusal: str


class ResponseIncompleteDetails(JsonObject):
    reason: Literal['max_output_tokens', 'content_filter'] | MISSING = MISSING


ResponseTopLogprobs = TypeAliasType("ResponseTopLogprobs", Annotated[int, Field(ge=0, le=20)])


ResponseTemperature = TypeAliasType("ResponseTemperature", Annotated[Number, Field(ge=0.0, le=2.0)])


ResponseTopP = TypeAliasType("ResponseTopP", Annotated[Number, Field(ge=0.0, le=1.0)])


ResponseSafetyIdentifier = TypeAliasType("ResponseSafetyIdentifier", Annotated[str, Field(max_length=64)])


class ResponseAudioDeltaEvent(JsonObject):
    """More of the spoken answer, in base64."""

    type: Literal['response.audio.delta']
    sequence_number: int
    delta: str


class ResponseAudioDoneEvent(JsonObject):
    """The spoken answer is complete."""

    type: Literal['response.audio.done']
    sequence_number: int
    response_id: Any | MISSING = MISSING


class ResponseAudioTranscriptDeltaEvent(JsonObject):
    """More of the words of the spoken answer."""

    type: Literal['response.audio.transcript.delta']
    delta: str
    sequence_number: int
    response_id: Any | MISSING = MISSING


class ResponseAudioTranscriptDoneEvent(JsonObject):
    """The words of the spoken answer are complete."""

    type: Literal['response.audio.transcript.done']
    sequence_number: int
    response_id: Any | MISSING = MISSING


class ResponseCodeInterpreterCallCodeDeltaEvent(JsonObject):
    """More of the code the model is about to run."""

    type: Literal['response.code_interpreter_call_code.delta']
    output_index: int
    item_id: str
    delta: str
    sequence_number: int


class ResponseCodeInterpreterCallCodeDoneEvent(JsonObject):
    """The code the model is about to run is complete."""

    type: Literal['response.code_interpreter_call_code.done']
    output_index: int
    item_id: str
    code: str
    sequence_number: int


class ResponseCodeInterpreterCallCompletedEvent(JsonObject):
    """The run of code has ended."""

    type: Literal['response.code_interpreter_call.completed']
    output_index: int
    item_id: str
    sequence_number: int


class ResponseCodeInterpreterCallInProgressEvent(JsonObject):
    """A run of code has begun to be prepared."""

    type: Literal['response.code_interpreter_call.in_progress']
    output_index: int
    item_id: str
    sequence_number: int


class ResponseCodeInterpreterCallInterpretingEvent(JsonObject):
    """The code is running in its container."""

    type: Literal['response.code_interpreter_call.interpreting']
    output_index: int
    item_id: str
    sequence_number: int


class ResponseConversation(JsonObject):
    """The conversation a turn was taken in."""

    id: str


class ResponseCustomToolCallInputDeltaEvent(JsonObject):
    """More of the text for a custom tool."""

    type: Literal['response.custom_tool_call_input.delta']
    sequence_number: int
    output_index: int
    item_id: str
    delta: str


class ResponseCustomToolCallInputDoneEvent(JsonObject):
    """The text for a custom tool is complete."""

    type: Literal['response.custom_tool_call_input.done']
    sequence_number: int
    output_index: int
    item_id: str
    input: str


ResponseErrorCode = TypeAliasType("ResponseErrorCode", Literal['server_error', 'rate_limit_exceeded', 'invalid_prompt', 'data_residency_mismatch', 'bio_policy', 'vector_store_timeout', 'invalid_image', 'invalid_image_format', 'invalid_base64_image', 'invalid_image_url', 'image_too_large', 'image_too_small', 'image_parse_error', 'image_content_policy_violation', 'invalid_image_mode', 'image_file_too_large', 'unsupported_image_media_type', 'empty_image_file', 'failed_to_download_image', 'image_file_not_found'])


class ResponseErrorEvent(JsonObject):
    """Something went wrong outside the response itself; last of all events."""

    type: Literal['error']
    code: str | None
    message: str
    param: str | None
    sequence_number: int


class ResponseFileSearchCallCompletedEvent(JsonObject):
    """A search through files has ended."""

    type: Literal['response.file_search_call.completed']
    output_index: int
    item_id: str
    sequence_number: int


class ResponseFileSearchCallInProgressEvent(JsonObject):
    """A search through files has begun to be prepared."""

    type: Literal['response.file_search_call.in_progress']
    output_index: int
    item_id: str
    sequence_number: int


class ResponseFileSearchCallSearchingEvent(JsonObject):
    """A search through files is under way."""

    type: Literal['response.file_search_call.searching']
    output_index: int
    item_id: str
    sequence_number: int


class ResponseFormatJsonObject(JsonObject):
    """Makes the answer a JSON object of any form. The messages must ask for JSON too."""

    type: Literal['json_object']


class ResponseFormatJsonSchemaSchema(JsonObject):
    model_config = ConfigDict(
        extra='allow',
    )


class ResponseFormatText(JsonObject):
    """Lets the answer be plain text, as without a format."""

    type: Literal['text']


class ResponseFunctionCallArgumentsDeltaEvent(JsonObject):
    """More of the arguments of a function call."""

    type: Literal['response.function_call_arguments.delta']
    item_id: str
    output_index: int
    sequence_number: int
    delta: str


class ResponseFunctionCallArgumentsDoneEvent(JsonObject):
    """The arguments of a function call are complete."""

    type: Literal['response.function_call_arguments.done']
    item_id: str
    name: str
    output_index: int
    sequence_number: int
    arguments: str


class ResponseImageGenCallCompletedEvent(JsonObject):
    """An image is complete; the item that holds it follows."""

    type: Literal['response.image_generation_call.completed']
    output_index: int
    sequence_number: int
    item_id: str


class ResponseImageGenCallGeneratingEvent(JsonObject):
    """An image is being generated."""

    type: Literal['response.image_generation_call.generating']
    output_index: int
    item_id: str
    sequence_number: int


class ResponseImageGenCallInProgressEvent(JsonObject):
    """An image has begun to be prepared."""

    type: Literal['response.image_generation_call.in_progress']
    output_index: int
    item_id: str
    sequence_number: int


class ResponseImageGenCallPartialImageEvent(JsonObject):
    """An unfinished image, to be shown while the rest is generated."""

    type: Literal['response.image_generation_call.partial_image']
    output_index: int
    item_id: str
    sequence_number: int
    partial_image_index: int
    partial_image_b64: str
    size: str | MISSING = MISSING
    quality: str | MISSING = MISSING
    background: str | MISSING = MISSING
    output_format: str | MISSING = MISSING


class ResponseLogProbTopLogprobsItem(JsonObject):
    token: str | MISSING = MISSING
    logprob: Number | MISSING = MISSING


class ResponseLogProb(JsonObject):
    """A token of streamed text with its probability and the likeliest alternatives."""

    token: str
    logprob: Number
    top_logprobs: Listed[ResponseLogProbTopLogprobsItem] | MISSING = MISSING


class ResponseMCPCallArgumentsDeltaEvent(JsonObject):
    """More of the arguments for a tool of a Model Context Protocol server."""

    type: Literal['response.mcp_call_arguments.delta']
    output_index: int
    item_id: str
    delta: str
    sequence_number: int


class ResponseMCPCallArgumentsDoneEvent(JsonObject):
    """The arguments for a tool of a Model Context Protocol server are complete."""

    type: Literal['response.mcp_call_arguments.done']
    output_index: int
    item_id: str
    arguments: str
    sequence_number: int


class ResponseMCPCallCompletedEvent(JsonObject):
    """A tool of a Model Context Protocol server has returned."""

    type: Literal['response.mcp_call.completed']
    item_id: str
    output_index: int
    sequence_number: int


class ResponseMCPCallFailedEvent(JsonObject):
    """The call of a tool of a Model Context Protocol server has failed."""

    type: Literal['response.mcp_call.failed']
    item_id: str
    output_index: int
    sequence_number: int


class ResponseMCPCallInProgressEvent(JsonObject):
    """A tool of a Model Context Protocol server has been called."""

    type: Literal['response.mcp_call.in_progress']
    sequence_number: int
    output_index: int
    item_id: str


class ResponseMCPListToolsCompletedEvent(JsonObject):
    """A Model Context Protocol server has told its tools."""

    type: Literal['response.mcp_list_tools.completed']
    item_id: str
    output_index: int
    sequence_number: int


class ResponseMCPListToolsFailedEvent(JsonObject):
    """A Model Context Protocol server could not be asked for its tools."""

    type: Literal['response.mcp_list_tools.failed']
    item_id: str
    output_index: int
    sequence_number: int


class ResponseMCPListToolsInProgressEvent(JsonObject):
    """A Model Context Protocol server is being asked for its tools."""

    type: Literal['response.mcp_list_tools.in_progress']
    item_id: str
    output_index: int
    sequence_number: int


ResponseModalities = TypeAliasType("ResponseModalities", Listed[Literal['text', 'audio']] | None)


class ResponseReasoningSummaryPartAddedEventPart(JsonObject):
    type: Literal['summary_text']
    text: str


class ResponseReasoningSummaryPartAddedEvent(JsonObject):
    """A new paragraph of the reasoning's summary has begun."""

    type: Literal['response.reasoning_summary_part.added']
    item_id: str
    output_index: int
    summary_index: int
    sequence_number: int
    part: ResponseReasoningSummaryPartAddedEventPart


class ResponseReasoningSummaryPartDoneEventPart(JsonObject):
    type: Literal['summary_text']
    text: str


class ResponseReasoningSummaryPartDoneEvent(JsonObject):
    """A paragraph of the reasoning's summary has ended, and is given whole."""

    type: Literal['response.reasoning_summary_part.done']
    item_id: str
    output_index: int
    summary_index: int
    status: Literal['incomplete'] | MISSING = MISSING
    sequence_number: int
    part: ResponseReasoningSummaryPartDoneEventPart


class ResponseReasoningSummaryTextDeltaEvent(JsonObject):
    """More text of a paragraph of the reasoning's summary."""

    type: Literal['response.reasoning_summary_text.delta']
    item_id: str
    output_index: int
    summary_index: int
    delta: str
    sequence_number: int


class ResponseReasoningSummaryTextDoneEvent(JsonObject):
    """The text of a paragraph of the reasoning's summary is complete."""

    type: Literal['response.reasoning_summary_text.done']
    item_id: str
    output_index: int
    summary_index: int
    text: str
    sequence_number: int


class ResponseReasoningTextDeltaEvent(JsonObject):
    """More of the model's reasoning in full."""

    type: Literal['response.reasoning_text.delta']
    item_id: str
    output_index: int
    content_index: int
    delta: str
    sequence_number: int


class ResponseReasoningTextDoneEvent(JsonObject):
    """A passage of the model's reasoning is complete."""

    type: Literal['response.reasoning_text.done']
    item_id: str
    output_index: int
    content_index: int
    text: str
    sequence_number: int


class ResponseRefusalDeltaEvent(JsonObject):
    """More of the model's refusal."""

    type: Literal['response.refusal.delta']
    item_id: str
    output_index: int
    content_index: int
    delta: str
    sequence_number: int


class ResponseRefusalDoneEvent(JsonObject):
    """The model's refusal is complete."""

    type: Literal['response.refusal.done']
    item_id: str
    output_index: int
    content_index: int
    refusal: str
    sequence_number: int


class ResponseShellCallCommandAddedStreamingEvent(JsonObject):
    """A new shell command has begun."""

    type: Literal['response.shell_call_command.added']
    sequence_number: int
    output_index: int
    command_index: int
    command: str


class ResponseShellCallCommandDeltaStreamingEvent(JsonObject):
    """More of a shell command."""

    type: Literal['response.shell_call_command.delta']
    sequence_number: int
    output_index: int
    command_index: int
    delta: str
    obfuscation: str | MISSING = MISSING


class ResponseShellCallCommandDoneStreamingEvent(JsonObject):
    """A shell command is complete."""

    type: Literal['response.shell_call_command.done']
    sequence_number: int
    output_index: int
    command_index: int
    command: str


class ResponseStreamOptionsObject(JsonObject):
    include_obfuscation: bool | MISSING = MISSING


ResponseStreamOptions = TypeAliasType("ResponseStreamOptions", ResponseStreamOptionsObject | None)


class ResponseTextDeltaEvent(JsonObject):
    """More text of a part of the answer."""

    type: Literal['response.output_text.delta']
    item_id: str
    output_index: int
    content_index: int
    delta: str
    sequence_number: int
    logprobs: Listed[ResponseLogProb]


class ResponseTextDoneEvent(JsonObject):
    """The text of a part of the answer is complete."""

    type: Literal['response.output_text.done']
    item_id: str
    output_index: int
    content_index: int
    text: str
    sequence_number: int
    logprobs: Listed[ResponseLogProb]


class ResponseUsageInputTokensDetails(JsonObject):
    cached_tokens: int
    cache_write_tokens: int


class ResponseUsageOutputTokensDetails(JsonObject):
    reasoning_tokens: int


class ResponseUsage(JsonObject):
    """Tokens that a response took."""

    input_tokens: int
    input_tokens_details: ResponseUsageInputTokensDetails
    output_tokens: int
    output_tokens_details: ResponseUsageOutputTokensDetails
    total_tokens: int


class ResponseWebSearchCallCompletedEvent(JsonObject):
    """A search on the web has ended."""

    type: Literal['response.web_search_call.completed']
    output_index: int
    item_id: str
    sequence_number: int


class ResponseWebSearchCallInProgressEvent(JsonObject):
    """A search on the web has begun to be prepared."""

    type: Literal['response.web_search_call.in_progress']
    output_index: int
    item_id: str
    sequence_number: int


class ResponseWebSearchCallSearchingEvent(JsonObject):
    """A search on the web is under way."""

    type: Literal['response.web_search_call.searching']
    output_index: int
    item_id: str
    sequence_number: int


class RouteInfo(JsonObject):
    """One operation this server answers."""

    route: str
    method: Literal['DELETE', 'GET', 'PATCH', 'POST', 'PUT']
    provider_types: Listed[str]


class RouteList(JsonObject):
    """Every operation this server answers, and no other."""

    data: Listed[RouteInfo]


class ScreenshotParam(JsonObject):
    """Take a picture of the screen without doing anything else."""

    type: Literal['screenshot']


class ScrollParam(JsonObject):
    """Turn the mouse wheel at a point of the screen."""

    type: Literal['scroll']
    x: int
    y: int
    scroll_x: int
    scroll_y: int
    keys: Listed[str] | None | MISSING = MISSING


SearchContentType = TypeAliasType("SearchContentType", Literal['text', 'image'])


SearchContextSize = TypeAliasType("SearchContextSize", Literal['low', 'medium', 'high'])


ServiceTier = TypeAliasType("ServiceTier", Literal['auto', 'default', 'flex', 'scale', 'priority', 'fast'] | None)


ServiceTierEnum = TypeAliasType("ServiceTierEnum", Literal['auto', 'default', 'fast', 'flex', 'priority'])


ServiceTierResponses = TypeAliasType("ServiceTierResponses", Literal['auto', 'default', 'flex', 'scale', 'priority', 'fast', 'ultrafast'] | None)


class ShellCallOutputDelta(JsonObject):
    """What a shell command has printed since, on either stream."""

    stdout: str | MISSING = MISSING
    stderr: str | MISSING = MISSING


class SkillReferenceParam(JsonObject):
    """A skill that was uploaded before."""

    type: Literal['skill_reference']
    skill_id: Annotated[str, Field(max_length=64, min_length=1)]
    version: str | MISSING = MISSING


class SpecificApplyPatchParam(JsonObject):
    """Makes the model change files by diffs."""

    type: Literal['apply_patch']


class SpecificFunctionShellParam(JsonObject):
    """Makes the model run shell commands."""

    type: Literal['shell']


class SpecificProgrammaticToolCallingParam(JsonObject):
    """Makes the model write a program that calls tools."""

    type: Literal['programmatic_tool_calling']


StopConfiguration = TypeAliasType(
    "StopConfiguration",
    Annotated[
        Annotated[str, Tag('<string>')]
        | Annotated[Annotated[Listed[str], Field(min_length=1, max_length=4)], Tag('<array>')],
        chosen_by(
            None,
            kinds=('string', 'array'),
        ),
    ] | None,
)


class SummaryTextContent(JsonObject):
    """A paragraph that sums up part of a model's reasoning."""

    type: Literal['summary_text']
    text: str


class TextContent(JsonObject):
    """Plain text in a stored message that is neither a user's input nor a model's output."""

    type: Literal['text']
    text: str


class TextResponseFormatJsonSchema(JsonObject):
    """Makes the text JSON that fits a schema."""

    type: Literal['json_schema']
    description: str | MISSING = MISSING
    name: str
    schema_: Annotated[ResponseFormatJsonSchemaSchema, Field(alias='schema')]
    strict: bool | None | MISSING = MISSING


class TokenCountsResource(JsonObject):
    """How many tokens an input would take."""

    object: Literal['response.input_tokens']
    input_tokens: int


ToolCallCaller = TypeAliasType(
    "ToolCallCaller",
    Annotated[
        Annotated[DirectToolCallCaller, Tag('<direct>')]
        | Annotated[ProgramToolCallCaller, Tag('<program>')],
        chosen_by(
            'type',
            models={
                'DirectToolCallCaller': 'direct',
                'ProgramToolCallCaller': 'program',
            },
        ),
    ],
)


ToolCallCallerParam = TypeAliasType(
    "ToolCallCallerParam",
    Annotated[
        Annotated[DirectToolCallCallerParam, Tag('<direct>')]
        | Annotated[ProgramToolCallCallerParam, Tag('<program>')],
        chosen_by(
            'type',
            models={
                'DirectToolCallCallerParam': 'direct',
                'ProgramToolCallCallerParam': 'program',
            },
        ),
    ],
)


class ToolChoiceAllowed(JsonObject):
    """Narrows the tools of the request to a list."""

    type: Literal['allowed_tools']
    mode: Literal['auto', 'required']
    tools: Listed[Mapped[str, Any]]


class ToolChoiceCustom(JsonObject):
    """Makes the model call one custom tool."""

    type: Literal['custom']
    name: str


class ToolChoiceFunction(JsonObject):
    """Makes the model call one function."""

    type: Literal['function']
    name: str


class ToolChoiceMCP(JsonObject):
    """Makes the model call a tool of one Model Context Protocol server."""

    type: Literal['mcp']
    server_label: str
    name: str | None | MISSING = MISSING


ToolChoiceOptions = TypeAliasType("ToolChoiceOptions", Literal['none', 'auto', 'required'])


class ToolChoiceTypes(JsonObject):
    """Makes the model use one hosted tool."""

    type: Literal['file_search', 'web_search_preview', 'computer', 'computer_use_preview', 'computer_use', 'web_search_preview_2025_03_11', 'image_generation', 'code_interpreter']


ToolSearchCallItemParamCallId = TypeAliasType(
    "ToolSearchCallItemParamCallId", Annotated[str, Field(max_length=64, min_length=1)]
)


ToolSearchExecutionType = TypeAliasType("ToolSearchExecutionType", Literal['server', 'client'])


ToolSearchOutputItemParamCallId = TypeAliasType(
    "ToolSearchOutputItemParamCallId", Annotated[str, Field(max_length=64, min_length=1)]
)


class ToolSearchToolParam(JsonObject):
    """Lets the model search for tools whose loading was put off."""

    type: Literal['tool_search']
    execution: ToolSearchExecutionType | MISSING = MISSING
    description: str | None | MISSING = MISSING
    parameters: EmptyModelParam | None | MISSING = MISSING


class TopLogProb(JsonObject):
    """A token that could have stood at this place, with its probability."""

    token: str
    logprob: Number
    bytes: Listed[int]


TruncationEnum = TypeAliasType("TruncationEnum", Literal['auto', 'disabled'])


class TypeParam(JsonObject):
    """Type text at the keyboard."""

    type: Literal['type']
    text: str


class UpdateConversationBody(JsonObject):
    """The new metadata of a conversation. Null is refused: send an empty object to clear it."""

    metadata: MetadataPairs


class UrlCitationBody(JsonObject):
    """Marks text that draws on a web page."""

    type: Literal['url_citation']
    url: str
    start_index: int
    end_index: int
    title: str


VectorStoreFileAttributesObjectValue = TypeAliasType(
    "VectorStoreFileAttributesObjectValue",
    Annotated[
        Annotated[Annotated[str, Field(max_length=512)], Tag('<string>')]
        | Annotated[Number, Tag('<number>')]
        | Annotated[bool, Tag('<boolean>')],
        chosen_by(
            None,
            kinds=('string', 'boolean', 'number'),
        ),
    ],
)


VectorStoreFileAttributes = TypeAliasType(
    "VectorStoreFileAttributes",
    Mapped[Annotated[str, StringConstraints(max_length=64)], VectorStoreFileAttributesObjectValue] | None,
)


Verbosity = TypeAliasType("Verbosity", Literal['low', 'medium', 'high'] | None)


class VersionInfo(JsonObject):
    """Which software runs, and which contract it keeps."""

    version: str
    contract: str
    upstream: str


class VoiceIdsOrCustomVoiceId(JsonObject):
    model_config = ConfigDict(
        extra='forbid',
    )
    id: str


VoiceIdsShared = TypeAliasType("VoiceIdsShared", str)


class WaitParam(JsonObject):
    """Do nothing for a moment, so that the screen can settle."""

    type: Literal['wait']


class WebSearchActionFind(JsonObject):
    """A search for text inside an open page."""

    type: Literal['find_in_page']
    url: str
    pattern: str


class WebSearchActionOpenPage(JsonObject):
    """The opening of a page found on the web."""

    type: Literal['open_page']
    url: str | None | MISSING = MISSING


class WebSearchActionSearchSourcesItem(JsonObject):
    type: Literal['url']
    url: str


class WebSearchActionSearch(JsonObject):
    """A query put to a search engine."""

    type: Literal['search']
    query: str | MISSING = MISSING
    queries: Listed[str] | MISSING = MISSING
    sources: Listed[WebSearchActionSearchSourcesItem] | MISSING = MISSING


class WebSearchApproximateLocationObject(JsonObject):
    type: Literal['approximate'] = 'approximate'
    country: str | None | MISSING = MISSING
    region: str | None | MISSING = MISSING
    city: str | None | MISSING = MISSING
    timezone: str | None | MISSING = MISSING


WebSearchApproximateLocation = TypeAliasType("WebSearchApproximateLocation", WebSearchApproximateLocationObject | None)


WebSearchContextSize = TypeAliasType("WebSearchContextSize", Literal['low', 'medium', 'high'])


class WebSearchLocation(JsonObject):
    """Where the user roughly is, to find what is near."""

    country: str | MISSING = MISSING
    region: str | MISSING = MISSING
    city: str | MISSING = MISSING
    timezone: str | MISSING = MISSING


class WebSearchPreviewTool(JsonObject):
    """Lets the model search the web, in the form of the preview models."""

    type: Literal['web_search_preview', 'web_search_preview_2025_03_11']
    user_location: ApproximateLocation | None | MISSING = MISSING
    search_context_size: SearchContextSize | MISSING = MISSING
    search_content_types: Listed[SearchContentType] | MISSING = MISSING


class WebSearchToolFilters(JsonObject):
    allowed_domains: Listed[str] | None | MISSING = MISSING


class WebSearchTool(JsonObject):
    """Lets the model search the web."""

    type: Literal['web_search', 'web_search_2025_08_26']
    external_web_access: bool = True
    filters: WebSearchToolFilters | None | MISSING = MISSING
    user_location: WebSearchApproximateLocation | MISSING = MISSING
    search_context_size: Literal['low', 'medium', 'high'] = 'medium'


WebSearchToolCallAction = TypeAliasType(
    "WebSearchToolCallAction",
    Annotated[
        Annotated[WebSearchActionSearch, Tag('<search>')]
        | Annotated[WebSearchActionOpenPage, Tag('<open_page>')]
        | Annotated[WebSearchActionFind, Tag('<find_in_page>')],
        chosen_by(
            'type',
            models={
                'WebSearchActionSearch': 'search',
                'WebSearchActionOpenPage': 'open_page',
                'WebSearchActionFind': 'find_in_page',
            },
        ),
    ],
)


class WebSearchToolCall(JsonObject):
    """A step of a search on the web."""

    id: str
    type: Literal['web_search_call']
    status: Literal['in_progress', 'searching', 'completed', 'failed']
    action: WebSearchToolCallAction


class ListConversationsParameters(ParameterSet):
    after: str | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    order: Literal['asc', 'desc'] = 'desc'
    metadata: MetadataPairs | None = None


class GetConversationParameters(ParameterSet):
    conversation_id: str


class UpdateConversationParameters(ParameterSet):
    conversation_id: str


class DeleteConversationParameters(ParameterSet):
    conversation_id: str


class ListConversationItemsParameters(ParameterSet):
    conversation_id: str
    after: str | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    order: Literal['asc', 'desc'] = 'desc'
    include: Listed[IncludeEnum] | None = None


class CreateConversationItemsParameters(ParameterSet):
    conversation_id: str
    include: Listed[IncludeEnum] | None = None


class GetConversationItemParameters(ParameterSet):
    conversation_id: str
    item_id: str
    include: Listed[IncludeEnum] | None = None


class DeleteConversationItemParameters(ParameterSet):
    conversation_id: str
    item_id: str


class ListChatCompletionsParameters(ParameterSet):
    model: str | None = None
    metadata: MetadataPairs | None = None
    after: str | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    order: Literal['asc', 'desc'] = 'asc'


class GetChatCompletionParameters(ParameterSet):
    completion_id: str


class UpdateChatCompletionParameters(ParameterSet):
    completion_id: str


class DeleteChatCompletionParameters(ParameterSet):
    completion_id: str


class GetChatCompletionMessagesParameters(ParameterSet):
    completion_id: str
    after: str | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    order: Literal['asc', 'desc'] = 'asc'


class RetrieveModelParameters(ParameterSet):
    model: str


class DeleteModelParameters(ParameterSet):
    model: str


class GetResponseParameters(ParameterSet):
    response_id: str
    include: Listed[IncludeEnum] | None = None
    stream: bool | None = None
    starting_after: int | None = None
    include_obfuscation: bool | None = None


class DeleteResponseParameters(ParameterSet):
    response_id: str


class CancelResponseParameters(ParameterSet):
    response_id: str


class ListInputItemsParameters(ParameterSet):
    response_id: str
    after: str | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    order: Literal['asc', 'desc'] = 'desc'
    include: Listed[IncludeEnum] | None = None


Annotation = TypeAliasType(
    "Annotation",
    Annotated[
        Annotated[FileCitationBody, Tag('<file_citation>')]
        | Annotated[UrlCitationBody, Tag('<url_citation>')]
        | Annotated[ContainerFileCitationBody, Tag('<container_file_citation>')]
        | Annotated[FilePath, Tag('<file_path>')],
        chosen_by(
            'type',
            models={
                'FileCitationBody': 'file_citation',
                'UrlCitationBody': 'url_citation',
                'ContainerFileCitationBody': 'container_file_citation',
                'FilePath': 'file_path',
            },
        ),
    ],
)


ApplyPatchOperationParam = TypeAliasType(
    "ApplyPatchOperationParam",
    Annotated[
        Annotated[ApplyPatchCreateFileOperationParam, Tag('<create_file>')]
        | Annotated[ApplyPatchDeleteFileOperationParam, Tag('<delete_file>')]
        | Annotated[ApplyPatchUpdateFileOperationParam, Tag('<update_file>')],
        chosen_by(
            'type',
            models={
                'ApplyPatchCreateFileOperationParam': 'create_file',
                'ApplyPatchDeleteFileOperationParam': 'delete_file',
                'ApplyPatchUpdateFileOperationParam': 'update_file',
            },
        ),
    ],
)


ApplyPatchToolCallOperation = TypeAliasType(
    "ApplyPatchToolCallOperation",
    Annotated[
        Annotated[ApplyPatchCreateFileOperation, Tag('<create_file>')]
        | Annotated[ApplyPatchDeleteFileOperation, Tag('<delete_file>')]
        | Annotated[ApplyPatchUpdateFileOperation, Tag('<update_file>')],
        chosen_by(
            'type',
            models={
                'ApplyPatchCreateFileOperation': 'create_file',
                'ApplyPatchDeleteFileOperation': 'delete_file',
                'ApplyPatchUpdateFileOperation': 'update_file',
            },
        ),
    ],
)


class ApplyPatchToolCall(JsonObject):
    """A model's wish to change a file, as stored."""

    type: Literal['apply_patch_call']
    id: str
    call_id: str
    caller: ToolCallCaller | None | MISSING = MISSING
    status: ApplyPatchCallStatus
    operation: ApplyPatchToolCallOperation
    created_by: str | MISSING = MISSING


class ApplyPatchToolCallItemParam(JsonObject):
    """A model's wish to change a file, as sent back with history."""

    type: Literal['apply_patch_call']
    id: str | None | MISSING = MISSING
    call_id: Annotated[str, Field(max_length=64, min_length=1)]
    caller: ToolCallCallerParam | None | MISSING = MISSING
    status: ApplyPatchCallStatusParam
    operation: ApplyPatchOperationParam


class ApplyPatchToolCallOutput(JsonObject):
    """Whether a change to a file succeeded, as stored."""

    type: Literal['apply_patch_call_output']
    id: str
    call_id: str
    caller: ToolCallCaller | None | MISSING = MISSING
    status: ApplyPatchCallOutputStatus
    output: str | None | MISSING = MISSING
    created_by: str | MISSING = MISSING


class ApplyPatchToolCallOutputItemParam(JsonObject):
    """Whether a change to a file succeeded, as sent by the caller."""

    type: Literal['apply_patch_call_output']
    id: str | None | MISSING = MISSING
    call_id: Annotated[str, Field(max_length=64, min_length=1)]
    caller: ToolCallCallerParam | None | MISSING = MISSING
    status: ApplyPatchCallOutputStatusParam
    output: ApplyPatchToolCallOutputItemParamOutput | None | MISSING = MISSING


ApplyPatchToolParamAllowedCallers = TypeAliasType(
    "ApplyPatchToolParamAllowedCallers", Annotated[Listed[CallableToolAllowedCaller], Field(min_length=1)]
)


class ApplyPatchToolParam(JsonObject):
    """Lets the model change files by diffs that the caller applies."""

    type: Literal['apply_patch']
    allowed_callers: ApplyPatchToolParamAllowedCallers | None | MISSING = MISSING


class ChatCompletionFunctions(JsonObject):
    """A function that the model may ask for, in the older form; see `tools`."""

    description: str | MISSING = MISSING
    name: str
    parameters: FunctionParameters | MISSING = MISSING


class ChatCompletionModerationResults(JsonObject):
    """Judgement of a moderation model, piece by piece."""

    type: Literal['moderation_results']
    model: str
    results: Listed[ModerationResultBody]


class ChatCompletionRequestMessageContentPartAudio(JsonObject):
    """A recording as part of a message."""

    type: Literal['input_audio']
    input_audio: ChatCompletionRequestMessageContentPartAudioInputAudio
    prompt_cache_breakpoint: PromptCacheBreakpointParam | MISSING = MISSING


class ChatCompletionRequestMessageContentPartFile(JsonObject):
    """A file as part of a message, by id or with its content."""

    type: Literal['file']
    file: ChatCompletionRequestMessageContentPartFileFile
    prompt_cache_breakpoint: PromptCacheBreakpointParam | MISSING = MISSING


class ChatCompletionRequestMessageContentPartImage(JsonObject):
    """An image as part of a message."""

    type: Literal['image_url']
    image_url: ChatCompletionRequestMessageContentPartImageImageUrl
    prompt_cache_breakpoint: PromptCacheBreakpointParam | MISSING = MISSING


class ChatCompletionRequestMessageContentPartText(JsonObject):
    """Text as part of a message."""

    type: Literal['text']
    text: str
    prompt_cache_breakpoint: PromptCacheBreakpointParam | MISSING = MISSING


ChatCompletionRequestSystemMessageContentPart = TypeAliasType("ChatCompletionRequestSystemMessageContentPart", ChatCompletionRequestMessageContentPartText)


ChatCompletionRequestToolMessageContentPart = TypeAliasType("ChatCompletionRequestToolMessageContentPart", ChatCompletionRequestMessageContentPartText)


ChatCompletionRequestUserMessageContentPart = TypeAliasType(
    "ChatCompletionRequestUserMessageContentPart",
    Annotated[
        Annotated[ChatCompletionRequestMessageContentPartText, Tag('<text>')]
        | Annotated[ChatCompletionRequestMessageContentPartImage, Tag('<image_url>')]
        | Annotated[ChatCompletionRequestMessageContentPartAudio, Tag('<input_audio>')]
        | Annotated[ChatCompletionRequestMessageContentPartFile, Tag('<file>')],
        chosen_by(
            'type',
            models={
                'ChatCompletionRequestMessageContentPartText': 'text',
                'ChatCompletionRequestMessageContentPartImage': 'image_url',
                'ChatCompletionRequestMessageContentPartAudio': 'input_audio',
                'ChatCompletionRequestMessageContentPartFile': 'file',
            },
        ),
    ],
)


ComputerAction = TypeAliasType(
    "ComputerAction",
    Annotated[
        Annotated[ClickParam, Tag('<click>')]
        | Annotated[DoubleClickAction, Tag('<double_click>')]
        | Annotated[DragParam, Tag('<drag>')]
        | Annotated[KeyPressAction, Tag('<keypress>')]
        | Annotated[MoveParam, Tag('<move>')]
        | Annotated[ScreenshotParam, Tag('<screenshot>')]
        | Annotated[ScrollParam, Tag('<scroll>')]
        | Annotated[TypeParam, Tag('<type>')]
        | Annotated[WaitParam, Tag('<wait>')],
        chosen_by(
            'type',
            models={
                'ClickParam': 'click',
                'DoubleClickAction': 'double_click',
                'DragParam': 'drag',
                'KeyPressAction': 'keypress',
                'MoveParam': 'move',
                'ScreenshotParam': 'screenshot',
                'ScrollParam': 'scroll',
                'TypeParam': 'type',
                'WaitParam': 'wait',
            },
        ),
    ],
)


ComputerActionList = TypeAliasType("ComputerActionList", Listed[ComputerAction])


class ComputerCallOutputItemParam(JsonObject):
    """The screenshot taken after an action, as sent by the caller."""

    id: str | None | MISSING = MISSING
    call_id: Annotated[str, Field(max_length=64, min_length=1)]
    type: Literal['computer_call_output']
    output: ComputerScreenshotImage
    acknowledged_safety_checks: Listed[ComputerCallSafetyCheckParam] | None | MISSING = MISSING
    status: FunctionCallItemStatus | None | MISSING = MISSING


class ComputerScreenshotContent(JsonObject):
    """A picture of a computer's screen inside a stored message."""

    type: Literal['computer_screenshot']
    image_url: str | None
    file_id: str | None
    detail: ImageDetail
    prompt_cache_breakpoint: PromptCacheBreakpointConfig | MISSING = MISSING


class ComputerToolCall(JsonObject):
    """A model's wish to act on a computer: click, type, scroll and so on. The caller acts and returns a screenshot."""

    type: Literal['computer_call']
    id: str
    call_id: str
    action: ComputerAction | MISSING = MISSING
    actions: ComputerActionList | MISSING = MISSING
    pending_safety_checks: Listed[ComputerCallSafetyCheckParam]
    status: Literal['in_progress', 'completed', 'incomplete']


class ContainerNetworkPolicyAllowlistParam(JsonObject):
    """Lets a container reach the hosts listed and no others."""

    type: Literal['allowlist']
    allowed_domains: Annotated[Listed[str], Field(min_length=1)]
    domain_secrets: Annotated[
        Listed[ContainerNetworkPolicyDomainSecretParam] | MISSING, Field(min_length=1)
    ] = MISSING


ConversationParam = TypeAliasType(
    "ConversationParam",
    Annotated[
        Annotated[str, Tag('<string>')]
        | Annotated[ConversationReference, Tag('<object>')],
        chosen_by(
            None,
            models={
                'ConversationReference': 'object',
            },
            kinds=('string',),
            unknown='object',
        ),
    ],
)


class ConversationResource(JsonObject):
    """A lasting thread of items. Programs add to it, list it, and can let a model answer within it."""

    id: str
    object: Literal['conversation']
    metadata: MetadataPairs
    created_at: int


class CreateChatCompletionRequestWebSearchOptionsUserLocation(JsonObject):
    type: Literal['approximate']
    approximate: WebSearchLocation


class CreateChatCompletionRequestWebSearchOptions(JsonObject):
    user_location: CreateChatCompletionRequestWebSearchOptionsUserLocation | None | MISSING = MISSING
    search_context_size: WebSearchContextSize = 'medium'


class CustomGrammarFormatParam(JsonObject):
    """Holds the input of a custom tool to a grammar."""

    type: Literal['grammar']
    syntax: GrammarSyntax
    definition: str


class CustomToolCall(JsonObject):
    """A model's wish to have a custom tool called, with free text for input."""

    type: Literal['custom_tool_call']
    id: str | MISSING = MISSING
    call_id: str
    caller: ToolCallCaller | None | MISSING = MISSING
    namespace: str | MISSING = MISSING
    name: str
    input: str


class CustomToolCallResource(JsonObject):
    """A model's wish to have a custom tool called, as stored: id and status are always there."""

    type: Literal['custom_tool_call']
    id: str
    call_id: str
    caller: ToolCallCaller | None | MISSING = MISSING
    namespace: str | MISSING = MISSING
    name: str
    input: str
    status: FunctionCallStatus
    created_by: str | MISSING = MISSING


CustomToolChatCompletionsCustomFormat = TypeAliasType(
    "CustomToolChatCompletionsCustomFormat",
    Annotated[
        Annotated[CustomToolChatCompletionsTextFormat, Tag('<text>')]
        | Annotated[CustomToolChatCompletionsGrammarFormat, Tag('<grammar>')],
        chosen_by(
            'type',
            models={
                'CustomToolChatCompletionsTextFormat': 'text',
                'CustomToolChatCompletionsGrammarFormat': 'grammar',
            },
        ),
    ],
)


class CustomToolChatCompletionsCustom(JsonObject):
    name: str
    description: str | MISSING = MISSING
    format: CustomToolChatCompletionsCustomFormat | MISSING = MISSING


class CustomToolChatCompletions(JsonObject):
    """A tool of the caller's own that takes free text instead of JSON arguments."""

    type: Literal['custom']
    custom: CustomToolChatCompletionsCustom


CustomToolParamFormat = TypeAliasType(
    "CustomToolParamFormat",
    Annotated[
        Annotated[CustomTextFormatParam, Tag('<text>')]
        | Annotated[CustomGrammarFormatParam, Tag('<grammar>')],
        chosen_by(
            'type',
            models={
                'CustomTextFormatParam': 'text',
                'CustomGrammarFormatParam': 'grammar',
            },
        ),
    ],
)


class CustomToolParam(JsonObject):
    """A tool of the caller's own that takes free text instead of JSON arguments."""

    type: Literal['custom']
    name: str
    description: str | MISSING = MISSING
    format: CustomToolParamFormat | MISSING = MISSING
    defer_loading: bool | MISSING = MISSING
    allowed_callers: CustomToolParamAllowedCallers | None | MISSING = MISSING


class EasyInputImageContent(JsonObject):
    """An image as clients write it, by address or by uploaded file; `detail` may be left out."""

    type: Literal['input_image']
    image_url: str | None | MISSING = MISSING
    file_id: str | None | MISSING = MISSING
    detail: ImageDetail | None | MISSING = MISSING
    prompt_cache_breakpoint: PromptCacheBreakpointConfig | None | MISSING = MISSING


class FileSearchToolCallResultsItem(JsonObject):
    file_id: str | MISSING = MISSING
    text: str | MISSING = MISSING
    filename: str | MISSING = MISSING
    attributes: VectorStoreFileAttributes | MISSING = MISSING
    score: Number | MISSING = MISSING


class FileSearchToolCall(JsonObject):
    """A search through files that were uploaded for the model."""

    id: str
    type: Literal['file_search_call']
    status: Literal['in_progress', 'searching', 'completed', 'incomplete', 'failed']
    queries: Listed[str]
    results: Listed[FileSearchToolCallResultsItem] | None | MISSING = MISSING


class FunctionObject(JsonObject):
    """A function: its name, what it does, and its arguments."""

    description: str | MISSING = MISSING
    name: str
    parameters: FunctionParameters | MISSING = MISSING
    strict: bool | None | MISSING = MISSING


FunctionShellCallEnvironment = TypeAliasType(
    "FunctionShellCallEnvironment",
    Annotated[
        Annotated[LocalEnvironmentResource, Tag('<local>')]
        | Annotated[ContainerReferenceResource, Tag('<container_reference>')],
        chosen_by(
            'type',
            models={
                'LocalEnvironmentResource': 'local',
                'ContainerReferenceResource': 'container_reference',
            },
        ),
    ],
)


class FunctionShellCall(JsonObject):
    """A model's wish to run shell commands in an environment, as stored."""

    type: Literal['shell_call']
    id: str
    call_id: str
    caller: ToolCallCaller | None | MISSING = MISSING
    action: FunctionShellAction
    status: FunctionShellCallStatus
    environment: FunctionShellCallEnvironment | None
    created_by: str | MISSING = MISSING


FunctionShellCallOutputContentOutcome = TypeAliasType(
    "FunctionShellCallOutputContentOutcome",
    Annotated[
        Annotated[FunctionShellCallOutputTimeoutOutcome, Tag('<timeout>')]
        | Annotated[FunctionShellCallOutputExitOutcome, Tag('<exit>')],
        chosen_by(
            'type',
            models={
                'FunctionShellCallOutputTimeoutOutcome': 'timeout',
                'FunctionShellCallOutputExitOutcome': 'exit',
            },
        ),
    ],
)


class FunctionShellCallOutputContent(JsonObject):
    """What one shell command printed and how it ended, as stored."""

    stdout: str
    stderr: str
    outcome: FunctionShellCallOutputContentOutcome
    created_by: str | MISSING = MISSING


FunctionShellCallOutputOutcomeParam = TypeAliasType(
    "FunctionShellCallOutputOutcomeParam",
    Annotated[
        Annotated[FunctionShellCallOutputTimeoutOutcomeParam, Tag('<timeout>')]
        | Annotated[FunctionShellCallOutputExitOutcomeParam, Tag('<exit>')],
        chosen_by(
            'type',
            models={
                'FunctionShellCallOutputTimeoutOutcomeParam': 'timeout',
                'FunctionShellCallOutputExitOutcomeParam': 'exit',
            },
        ),
    ],
)


class FunctionToolCall(JsonObject):
    """A model's wish to have a function called by the client, as sent back with history."""

    id: str | MISSING = MISSING
    type: Literal['function_call']
    call_id: str
    caller: ToolCallCaller | None | MISSING = MISSING
    namespace: str | MISSING = MISSING
    name: str
    arguments: str
    status: Literal['in_progress', 'completed', 'incomplete'] | MISSING = MISSING


class FunctionToolCallResource(JsonObject):
    """A model's wish to have a function called by the client, as stored: id and status are always there."""

    id: str
    type: Literal['function_call']
    call_id: str
    caller: ToolCallCaller | None | MISSING = MISSING
    namespace: str | MISSING = MISSING
    name: str
    arguments: str
    status: FunctionCallStatus
    created_by: str | MISSING = MISSING


class ImageGenTool(JsonObject):
    """Lets the model generate images."""

    type: Literal['image_generation']
    model: str = 'gpt-image-1'
    quality: Literal['low', 'medium', 'high', 'auto'] = 'auto'
    size: str = 'auto'
    output_format: Literal['png', 'webp', 'jpeg'] = 'png'
    output_compression: Annotated[int, Field(ge=0, le=100)] = 100
    moderation: Literal['auto', 'low'] = 'auto'
    background: Literal['transparent', 'opaque', 'auto'] = 'auto'
    input_fidelity: InputFidelity | None | MISSING = MISSING
    input_image_mask: ImageGenToolInputImageMask | MISSING = MISSING
    partial_images: Annotated[int, Field(ge=0, le=3)] = 0
    action: ImageGenActionEnum | MISSING = MISSING


class InlineSkillParam(JsonObject):
    """A skill sent along with the request."""

    type: Literal['inline']
    name: str
    description: str
    source: InlineSkillSourceParam


class InputFileContent(JsonObject):
    """A file for the model to read, given by id, address or content."""

    type: Literal['input_file']
    file_id: str | None | MISSING = MISSING
    filename: str | MISSING = MISSING
    file_data: str | MISSING = MISSING
    prompt_cache_breakpoint: PromptCacheBreakpointConfig | MISSING = MISSING
    file_url: str | MISSING = MISSING
    detail: FileInputDetail | MISSING = MISSING


class InputFileContentParam(JsonObject):
    """A file returned by a function, given by id, address or content."""

    type: Literal['input_file']
    file_id: str | None | MISSING = MISSING
    filename: str | None | MISSING = MISSING
    file_data: InputFileContentParamFileData | None | MISSING = MISSING
    file_url: str | None | MISSING = MISSING
    detail: FileDetailEnum | MISSING = MISSING
    prompt_cache_breakpoint: PromptCacheBreakpointParam | None | MISSING = MISSING


class InputImageContent(JsonObject):
    """An image for the model to look at, as stored: `detail` is always there."""

    type: Literal['input_image']
    image_url: str | None | MISSING = MISSING
    file_id: str | None | MISSING = MISSING
    detail: ImageDetail
    prompt_cache_breakpoint: PromptCacheBreakpointConfig | MISSING = MISSING


class InputImageContentParamAutoParam(JsonObject):
    """An image returned by a function; `detail` may be left out."""

    type: Literal['input_image']
    image_url: InputImageContentParamAutoParamImageUrl | None | MISSING = MISSING
    file_id: str | None | MISSING = MISSING
    detail: DetailEnum | None | MISSING = MISSING
    prompt_cache_breakpoint: PromptCacheBreakpointParam | None | MISSING = MISSING


class InputTextContent(JsonObject):
    """Text from outside the model, typically from a user."""

    type: Literal['input_text']
    text: str
    prompt_cache_breakpoint: PromptCacheBreakpointConfig | MISSING = MISSING


class InputTextContentParam(JsonObject):
    """Text returned by a function, at most 10 MiB."""

    type: Literal['input_text']
    text: Annotated[str, Field(max_length=10485760)]
    prompt_cache_breakpoint: PromptCacheBreakpointParam | None | MISSING = MISSING


class ListModelsResponse(JsonObject):
    """All models this server can reach, in one page."""

    object: Literal['list']
    data: Listed[Model]


class LocalEnvironmentParam(JsonObject):
    """Runs shell commands on the caller's own machine."""

    type: Literal['local']
    skills: Annotated[Listed[LocalSkillParam] | MISSING, Field(max_length=200)] = MISSING


class LogProb(JsonObject):
    """A token of generated text with its probability and the likeliest alternatives."""

    token: str
    logprob: Number
    bytes: Listed[int]
    top_logprobs: Listed[TopLogProb]


class MCPListTools(JsonObject):
    """The tools that a server of the Model Context Protocol offered when asked."""

    type: Literal['mcp_list_tools']
    id: str
    server_label: str
    tools: Listed[MCPListToolsTool]
    error: str | None | MISSING = MISSING


MCPToolAllowedTools = TypeAliasType(
    "MCPToolAllowedTools",
    Annotated[
        Annotated[Listed[str], Tag('<array>')]
        | Annotated[MCPToolFilter, Tag('<object>')],
        chosen_by(
            None,
            models={
                'MCPToolFilter': 'object',
            },
            kinds=('array',),
            unknown='object',
        ),
    ],
)


class MCPToolRequireApprovalObject(JsonObject):
    model_config = ConfigDict(
        extra='forbid',
    )
    always: MCPToolFilter | MISSING = MISSING
    never: MCPToolFilter | MISSING = MISSING


MCPToolRequireApproval = TypeAliasType(
    "MCPToolRequireApproval",
    Annotated[
        Annotated[MCPToolRequireApprovalObject, Tag('<object>')]
        | Annotated[Literal['always', 'never'], Tag('<string>')],
        chosen_by(
            None,
            models={
                'MCPToolRequireApprovalObject': 'object',
            },
            kinds=('string',),
            unknown='object',
        ),
    ],
)


class MCPTool(JsonObject):
    """Lets the model call tools on a server of the Model Context Protocol. One of `server_url`, `connector_id` and `tunnel_id` says which."""

    type: Literal['mcp']
    server_label: str
    server_url: str | MISSING = MISSING
    connector_id: Literal['connector_dropbox', 'connector_gmail', 'connector_googlecalendar', 'connector_googledrive', 'connector_microsoftteams', 'connector_outlookcalendar', 'connector_outlookemail', 'connector_sharepoint'] | MISSING = (
        MISSING
    )
    tunnel_id: Annotated[str | MISSING, Field(pattern='^tunnel_[a-z0-9]{32}$')] = MISSING
    authorization: str | MISSING = MISSING
    server_description: str | MISSING = MISSING
    headers: Mapped[str, str] | None | MISSING = MISSING
    allowed_tools: MCPToolAllowedTools | None | MISSING = MISSING
    allowed_callers: MCPToolAllowedCallers | None | MISSING = MISSING
    require_approval: MCPToolRequireApproval | None | MISSING = MISSING
    defer_loading: bool | MISSING = MISSING


MCPToolCallError = TypeAliasType(
    "MCPToolCallError",
    Annotated[
        Annotated[MCPProtocolError, Tag('<mcp_protocol_error>')]
        | Annotated[MCPToolExecutionError, Tag('<mcp_tool_execution_error>')]
        | Annotated[HTTPError, Tag('<http_error>')],
        chosen_by(
            'type',
            models={
                'MCPProtocolError': 'mcp_protocol_error',
                'MCPToolExecutionError': 'mcp_tool_execution_error',
                'HTTPError': 'http_error',
            },
        ),
    ],
)


Metadata = TypeAliasType("Metadata", MetadataPairs | None)


class ModelResponseProperties(JsonObject):
    """What every request for a model's answer may carry."""

    metadata: Metadata | MISSING = MISSING
    top_logprobs: ModelResponsePropertiesTopLogprobs | None | MISSING = MISSING
    temperature: ModelResponsePropertiesTemperature | None | MISSING = MISSING
    top_p: ModelResponsePropertiesTopP | None | MISSING = MISSING
    user: str | MISSING = MISSING
    safety_identifier: ModelResponsePropertiesSafetyIdentifier | None | MISSING = MISSING
    prompt_cache_key: str | None | MISSING = MISSING
    prompt_cache_retention: Literal['in_memory', '24h'] | None | MISSING = MISSING


ModerationInput = TypeAliasType(
    "ModerationInput",
    Annotated[
        Annotated[ModerationResultBody, Tag('<moderation_result>')]
        | Annotated[ModerationErrorBody, Tag('<error>')],
        chosen_by(
            'type',
            models={
                'ModerationResultBody': 'moderation_result',
                'ModerationErrorBody': 'error',
            },
        ),
    ],
)


ModerationOutput = TypeAliasType(
    "ModerationOutput",
    Annotated[
        Annotated[ModerationResultBody, Tag('<moderation_result>')]
        | Annotated[ModerationErrorBody, Tag('<error>')],
        chosen_by(
            'type',
            models={
                'ModerationResultBody': 'moderation_result',
                'ModerationErrorBody': 'error',
            },
        ),
    ],
)


class Moderation(JsonObject):
    """Judgement of what was sent and of what was answered."""

    input: ModerationInput
    output: ModerationOutput


class ModerationConfigParam(JsonObject):
    """How content of one direction is treated."""

    mode: ModerationMode


class ModerationPolicyParam(JsonObject):
    """What to do with flagged input and with flagged output."""

    input: ModerationConfigParam | None | MISSING = MISSING
    output: ModerationConfigParam | None | MISSING = MISSING


NamespaceToolParamToolsItem = TypeAliasType(
    "NamespaceToolParamToolsItem",
    Annotated[
        Annotated[FunctionToolParam, Tag('<function>')]
        | Annotated[CustomToolParam, Tag('<custom>')],
        chosen_by(
            'type',
            models={
                'FunctionToolParam': 'function',
                'CustomToolParam': 'custom',
            },
        ),
    ],
)


class NamespaceToolParam(JsonObject):
    """A named group of functions and custom tools."""

    type: Literal['namespace']
    name: Annotated[str, Field(min_length=1)]
    description: str
    tools: Annotated[Listed[NamespaceToolParamToolsItem], Field(min_length=1)]


class OutputTextContent(JsonObject):
    """Text written by a model, with the marks that tell its sources."""

    type: Literal['output_text']
    text: str
    annotations: Listed[Annotation]
    logprobs: Listed[LogProb]


PredictionContentContent = TypeAliasType(
    "PredictionContentContent",
    Annotated[
        Annotated[str, Tag('<string>')]
        | Annotated[Annotated[Listed[ChatCompletionRequestMessageContentPartText], Field(min_length=1)], Tag('<array>')],
        chosen_by(
            None,
            kinds=('string', 'array'),
        ),
    ],
)


class PredictionContent(JsonObject):
    """Text that much of the answer is expected to repeat, such as a file to be changed a little."""

    type: Literal['content']
    content: PredictionContentContent


class ProgramOutput(JsonObject):
    """What a model's program produced, as stored."""

    type: Literal['program_output']
    id: str
    call_id: str
    result: str
    status: ProgramOutputStatus


class ProgramOutputItemParam(JsonObject):
    """What a model's program produced, as sent back with history."""

    id: str
    type: Literal['program_output']
    call_id: Annotated[str, Field(max_length=64, min_length=1)]
    result: Annotated[str, Field(max_length=10485760)]
    status: ProgramOutputItemStatus


class PromptCacheOptions(JsonObject):
    """How prefixes of the prompt were cached by the provider."""

    ttl: PromptCacheTTLEnum
    mode: PromptCacheModeEnum


class PromptCacheOptionsParam(JsonObject):
    """How prefixes of the prompt are cached by the provider."""

    ttl: PromptCacheTTLEnum | MISSING = MISSING
    mode: PromptCacheModeEnum | MISSING = MISSING


class Reasoning(JsonObject):
    """How a reasoning model thinks, and what it shows of that."""

    mode: ReasoningModeEnum | MISSING = MISSING
    effort: ReasoningEffort | MISSING = MISSING
    summary: Literal['auto', 'concise', 'detailed'] | None | MISSING = MISSING
    context: Literal['auto', 'current_turn', 'all_turns'] | None | MISSING = MISSING
    generate_summary: Literal['auto', 'concise', 'detailed'] | None | MISSING = MISSING


class ReasoningItem(JsonObject):
    """What a model thought before it answered. Send it back unchanged with later turns, so that the model can go on from it."""

    type: Literal['reasoning']
    id: str
    encrypted_content: str | None | MISSING = MISSING
    summary: Listed[SummaryTextContent]
    content: Listed[ReasoningTextContent] | MISSING = MISSING
    status: Literal['in_progress', 'completed', 'incomplete'] | MISSING = MISSING


class ResponseErrorObject(JsonObject):
    code: ResponseErrorCode
    message: str


ResponseError = TypeAliasType("ResponseError", ResponseErrorObject | None)


class ResponseFormatJsonSchemaJsonSchema(JsonObject):
    description: str | MISSING = MISSING
    name: str
    schema_: Annotated[ResponseFormatJsonSchemaSchema | MISSING, Field(alias='schema')] = MISSING
    strict: bool | None | MISSING = MISSING


class ResponseFormatJsonSchema(JsonObject):
    """Makes the answer JSON that fits a schema."""

    type: Literal['json_schema']
    json_schema: ResponseFormatJsonSchemaJsonSchema


class ResponseOutputTextAnnotationAddedEvent(JsonObject):
    """Text of the answer was given a mark that tells its source."""

    type: Literal['response.output_text.annotation.added']
    item_id: str
    output_index: int
    content_index: int
    annotation_index: int
    sequence_number: int
    annotation: Annotation | None


ResponsePromptVariablesObjectValue = TypeAliasType(
    "ResponsePromptVariablesObjectValue",
    Annotated[
        Annotated[str, Tag('<string>')]
        | Annotated[InputTextContent, Tag('<input_text>')]
        | Annotated[InputImageContent, Tag('<input_image>')]
        | Annotated[InputFileContent, Tag('<input_file>')],
        chosen_by(
            'type',
            models={
                'InputTextContent': 'input_text',
                'InputImageContent': 'input_image',
                'InputFileContent': 'input_file',
            },
            kinds=('string',),
        ),
    ],
)


ResponsePromptVariables = TypeAliasType("ResponsePromptVariables", Mapped[str, ResponsePromptVariablesObjectValue] | None)


class ResponseShellCallOutputContentDeltaStreamingEvent(JsonObject):
    """More of what a shell command printed."""

    type: Literal['response.shell_call_output_content.delta']
    sequence_number: int
    item_id: str
    output_index: int
    command_index: int
    delta: ShellCallOutputDelta


class ResponseShellCallOutputContentDoneStreamingEvent(JsonObject):
    """What a shell command printed is complete."""

    type: Literal['response.shell_call_output_content.done']
    sequence_number: int
    item_id: str
    output_index: int
    command_index: int
    output: Listed[FunctionShellCallOutputContent]


StoredMessageContentPart = TypeAliasType(
    "StoredMessageContentPart",
    Annotated[
        Annotated[ChatCompletionRequestMessageContentPartText, Tag('<text>')]
        | Annotated[ChatCompletionRequestMessageContentPartImage, Tag('<image_url>')]
        | Annotated[ChatCompletionRequestMessageContentPartAudio, Tag('<input_audio>')]
        | Annotated[ChatCompletionRequestMessageContentPartFile, Tag('<file>')]
        | Annotated[ChatCompletionRequestMessageContentPartRefusal, Tag('<refusal>')],
        chosen_by(
            'type',
            models={
                'ChatCompletionRequestMessageContentPartText': 'text',
                'ChatCompletionRequestMessageContentPartImage': 'image_url',
                'ChatCompletionRequestMessageContentPartAudio': 'input_audio',
                'ChatCompletionRequestMessageContentPartFile': 'file',
                'ChatCompletionRequestMessageContentPartRefusal': 'refusal',
            },
        ),
    ],
)


TextResponseFormatConfiguration = TypeAliasType(
    "TextResponseFormatConfiguration",
    Annotated[
        Annotated[ResponseFormatText, Tag('<text>')]
        | Annotated[TextResponseFormatJsonSchema, Tag('<json_schema>')]
        | Annotated[ResponseFormatJsonObject, Tag('<json_object>')],
        chosen_by(
            'type',
            models={
                'ResponseFormatText': 'text',
                'TextResponseFormatJsonSchema': 'json_schema',
                'ResponseFormatJsonObject': 'json_object',
            },
        ),
    ],
)


ToolChoiceParam = TypeAliasType(
    "ToolChoiceParam",
    Annotated[
        Annotated[ToolChoiceOptions, Tag('<string>')]
        | Annotated[ToolChoiceAllowed, Tag('<allowed_tools>')]
        | Annotated[ToolChoiceTypes, Tag('<file_search>')]
        | Annotated[ToolChoiceFunction, Tag('<function>')]
        | Annotated[ToolChoiceMCP, Tag('<mcp>')]
        | Annotated[ToolChoiceCustom, Tag('<custom>')]
        | Annotated[SpecificProgrammaticToolCallingParam, Tag('<programmatic_tool_calling>')]
        | Annotated[SpecificApplyPatchParam, Tag('<apply_patch>')]
        | Annotated[SpecificFunctionShellParam, Tag('<shell>')],
        chosen_by(
            'type',
            models={
                'ToolChoiceAllowed': 'allowed_tools',
                'ToolChoiceTypes': 'file_search',
                'ToolChoiceFunction': 'function',
                'ToolChoiceMCP': 'mcp',
                'ToolChoiceCustom': 'custom',
                'SpecificProgrammaticToolCallingParam': 'programmatic_tool_calling',
                'SpecificApplyPatchParam': 'apply_patch',
                'SpecificFunctionShellParam': 'shell',
            },
            tags={
                'web_search_preview': 'file_search',
                'computer': 'file_search',
                'computer_use_preview': 'file_search',
                'computer_use': 'file_search',
                'web_search_preview_2025_03_11': 'file_search',
                'image_generation': 'file_search',
                'code_interpreter': 'file_search',
            },
            kinds=('string',),
        ),
    ],
)


class ToolSearchCall(JsonObject):
    """A model's search for tools that were not loaded at first, as stored."""

    type: Literal['tool_search_call']
    id: str
    call_id: str | None
    execution: ToolSearchExecutionType
    arguments: Any
    status: FunctionCallStatus
    created_by: str | MISSING = MISSING


class ToolSearchCallItemParam(JsonObject):
    """A model's search for tools that were not loaded at first, as sent back with history."""

    id: str | None | MISSING = MISSING
    call_id: ToolSearchCallItemParamCallId | None | MISSING = MISSING
    type: Literal['tool_search_call']
    execution: ToolSearchExecutionType | MISSING = MISSING
    arguments: EmptyModelParam
    status: FunctionCallItemStatus | None | MISSING = MISSING


class UpdateChatCompletionBody(JsonObject):
    """The new metadata of a stored completion."""

    metadata: Metadata


VoiceIdsOrCustomVoice = TypeAliasType(
    "VoiceIdsOrCustomVoice",
    Annotated[
        Annotated[VoiceIdsShared, Tag('<string>')]
        | Annotated[VoiceIdsOrCustomVoiceId, Tag('<object>')],
        chosen_by(
            None,
            models={
                'VoiceIdsOrCustomVoiceId': 'object',
            },
            kinds=('string',),
            unknown='object',
        ),
    ],
)


AutoCodeInterpreterToolParamNetworkPolicy = TypeAliasType(
    "AutoCodeInterpreterToolParamNetworkPolicy",
    Annotated[
        Annotated[ContainerNetworkPolicyDisabledParam, Tag('<disabled>')]
        | Annotated[ContainerNetworkPolicyAllowlistParam, Tag('<allowlist>')],
        chosen_by(
            'type',
            models={
                'ContainerNetworkPolicyDisabledParam': 'disabled',
                'ContainerNetworkPolicyAllowlistParam': 'allowlist',
            },
        ),
    ],
)


class AutoCodeInterpreterToolParam(JsonObject):
    """Makes a container for running code, with these files in it."""

    type: Literal['auto']
    file_ids: Annotated[Listed[str] | MISSING, Field(max_length=50)] = MISSING
    memory_limit: ContainerMemoryLimit | None | MISSING = MISSING
    network_policy: AutoCodeInterpreterToolParamNetworkPolicy | MISSING = MISSING


ChatCompletionModerationInput = TypeAliasType(
    "ChatCompletionModerationInput",
    Annotated[
        Annotated[ChatCompletionModerationResults, Tag('<moderation_results>')]
        | Annotated[ChatCompletionModerationError, Tag('<error>')],
        chosen_by(
            'type',
            models={
                'ChatCompletionModerationResults': 'moderation_results',
                'ChatCompletionModerationError': 'error',
            },
        ),
    ],
)


ChatCompletionModerationOutput = TypeAliasType(
    "ChatCompletionModerationOutput",
    Annotated[
        Annotated[ChatCompletionModerationResults, Tag('<moderation_results>')]
        | Annotated[ChatCompletionModerationError, Tag('<error>')],
        chosen_by(
            'type',
            models={
                'ChatCompletionModerationResults': 'moderation_results',
                'ChatCompletionModerationError': 'error',
            },
        ),
    ],
)


class ChatCompletionModeration(JsonObject):
    """Judgement of what was sent and of what was answered."""

    input: ChatCompletionModerationInput
    output: ChatCompletionModerationOutput


ChatCompletionRequestAssistantMessageContentPart = TypeAliasType(
    "ChatCompletionRequestAssistantMessageContentPart",
    Annotated[
        Annotated[ChatCompletionRequestMessageContentPartText, Tag('<text>')]
        | Annotated[ChatCompletionRequestMessageContentPartRefusal, Tag('<refusal>')],
        chosen_by(
            'type',
            models={
                'ChatCompletionRequestMessageContentPartText': 'text',
                'ChatCompletionRequestMessageContentPartRefusal': 'refusal',
            },
        ),
    ],
)


ChatCompletionRequestDeveloperMessageContent = TypeAliasType(
    "ChatCompletionRequestDeveloperMessageContent",
    Annotated[
        Annotated[str, Tag('<string>')]
        | Annotated[Annotated[Listed[ChatCompletionRequestMessageContentPartText], Field(min_length=1)], Tag('<array>')],
        chosen_by(
            None,
            kinds=('string', 'array'),
        ),
    ],
)


class ChatCompletionRequestDeveloperMessage(JsonObject):
    """Instructions of the application's author that outrank the user's, for newer models."""

    content: ChatCompletionRequestDeveloperMessageContent
    role: Literal['developer']
    name: str | MISSING = MISSING


ChatCompletionRequestSystemMessageContent = TypeAliasType(
    "ChatCompletionRequestSystemMessageContent",
    Annotated[
        Annotated[str, Tag('<string>')]
        | Annotated[Annotated[Listed[ChatCompletionRequestSystemMessageContentPart], Field(min_length=1)], Tag('<array>')],
        chosen_by(
            None,
            kinds=('string', 'array'),
        ),
    ],
)


class ChatCompletionRequestSystemMessage(JsonObject):
    """Instructions of the application's author that outrank the user's."""

    content: ChatCompletionRequestSystemMessageContent
    role: Literal['system']
    name: str | MISSING = MISSING


ChatCompletionRequestToolMessageContent = TypeAliasType(
    "ChatCompletionRequestToolMessageContent",
    Annotated[
        Annotated[str, Tag('<string>')]
        | Annotated[Annotated[Listed[ChatCompletionRequestToolMessageContentPart], Field(min_length=1)], Tag('<array>')],
        chosen_by(
            None,
            kinds=('string', 'array'),
        ),
    ],
)


class ChatCompletionRequestToolMessage(JsonObject):
    """What a tool returned for one call of the model."""

    role: Literal['tool']
    content: ChatCompletionRequestToolMessageContent
    tool_call_id: str


ChatCompletionRequestUserMessageContent = TypeAliasType(
    "ChatCompletionRequestUserMessageContent",
    Annotated[
        Annotated[str, Tag('<string>')]
        | Annotated[Annotated[Listed[ChatCompletionRequestUserMessageContentPart], Field(min_length=1)], Tag('<array>')],
        chosen_by(
            None,
            kinds=('string', 'array'),
        ),
    ],
)


class ChatCompletionRequestUserMessage(JsonObject):
    """What the user says: text, images, audio or files."""

    content: ChatCompletionRequestUserMessageContent
    role: Literal['user']
    name: str | MISSING = MISSING


class ChatCompletionStoredMessage(JsonObject):
    """A message of a stored completion, of whichever role, with everything that was sent with it."""

    id: str
    role: Literal['developer', 'system', 'user', 'assistant', 'tool', 'function']
    content: str | None
    refusal: str | None
    content_parts: Listed[StoredMessageContentPart] | None | MISSING = MISSING
    name: str | MISSING = MISSING
    tool_call_id: str | MISSING = MISSING
    tool_calls: ChatCompletionMessageToolCalls | MISSING = MISSING
    annotations: Listed[ChatCompletionAnnotation] | MISSING = MISSING
    function_call: ChatCompletionStoredMessageFunctionCall | MISSING = MISSING
    audio: ChatCompletionStoredMessageAudio | None | MISSING = MISSING


class ChatCompletionTool(JsonObject):
    """A function of the caller's own that the model may ask to have called."""

    type: Literal['function']
    function: FunctionObject


CodeInterpreterToolContainer = TypeAliasType(
    "CodeInterpreterToolContainer",
    Annotated[
        Annotated[str, Tag('<string>')]
        | Annotated[AutoCodeInterpreterToolParam, Tag('<object>')],
        chosen_by(
            None,
            models={
                'AutoCodeInterpreterToolParam': 'object',
            },
            kinds=('string',),
            unknown='object',
        ),
    ],
)


class CodeInterpreterTool(JsonObject):
    """Lets the model run code in a container."""

    type: Literal['code_interpreter']
    container: CodeInterpreterToolContainer
    allowed_callers: CodeInterpreterToolAllowedCallers | None | MISSING = MISSING


ContainerAutoParamNetworkPolicy = TypeAliasType(
    "ContainerAutoParamNetworkPolicy",
    Annotated[
        Annotated[ContainerNetworkPolicyDisabledParam, Tag('<disabled>')]
        | Annotated[ContainerNetworkPolicyAllowlistParam, Tag('<allowlist>')],
        chosen_by(
            'type',
            models={
                'ContainerNetworkPolicyDisabledParam': 'disabled',
                'ContainerNetworkPolicyAllowlistParam': 'allowlist',
            },
        ),
    ],
)


ContainerAutoParamSkillsItem = TypeAliasType(
    "ContainerAutoParamSkillsItem",
    Annotated[
        Annotated[SkillReferenceParam, Tag('<skill_reference>')]
        | Annotated[InlineSkillParam, Tag('<inline>')],
        chosen_by(
            'type',
            models={
                'SkillReferenceParam': 'skill_reference',
                'InlineSkillParam': 'inline',
            },
        ),
    ],
)


class ContainerAutoParam(JsonObject):
    """Makes a container for shell commands, with these files and skills in it."""

    type: Literal['container_auto']
    file_ids: Annotated[Listed[str] | MISSING, Field(max_length=50)] = MISSING
    memory_limit: ContainerMemoryLimit | None | MISSING = MISSING
    network_policy: ContainerAutoParamNetworkPolicy | MISSING = MISSING
    skills: Annotated[Listed[ContainerAutoParamSkillsItem] | MISSING, Field(max_length=200)] = MISSING


class ConversationList(JsonObject):
    """One page of the project's conversations."""

    object: Literal['list']
    data: Listed[ConversationResource]
    first_id: str
    last_id: str
    has_more: bool


CreateChatCompletionRequestResponseFormat = TypeAliasType(
    "CreateChatCompletionRequestResponseFormat",
    Annotated[
        Annotated[ResponseFormatText, Tag('<text>')]
        | Annotated[ResponseFormatJsonSchema, Tag('<json_schema>')]
        | Annotated[ResponseFormatJsonObject, Tag('<json_object>')],
        chosen_by(
            'type',
            models={
                'ResponseFormatText': 'text',
                'ResponseFormatJsonSchema': 'json_schema',
                'ResponseFormatJsonObject': 'json_object',
            },
        ),
    ],
)


class CreateChatCompletionRequestAudio(JsonObject):
    voice: VoiceIdsOrCustomVoice
    format: Literal['wav', 'aac', 'mp3', 'flac', 'opus', 'pcm16']


CreateChatCompletionRequestToolsItem = TypeAliasType(
    "CreateChatCompletionRequestToolsItem",
    Annotated[
        Annotated[ChatCompletionTool, Tag('<function>')]
        | Annotated[CustomToolChatCompletions, Tag('<custom>')],
        chosen_by(
            'type',
            models={
                'ChatCompletionTool': 'function',
                'CustomToolChatCompletions': 'custom',
            },
        ),
    ],
)


class CreateChatCompletionResponse(JsonObject):
    """A model's answer, with the tokens it took."""

    id: str
    choices: Listed[CreateChatCompletionResponseChoicesItem]
    created: int
    model: str
    metadata: Metadata | MISSING = MISSING
    service_tier: ServiceTier | MISSING = MISSING
    system_fingerprint: str | MISSING = MISSING
    object: Literal['chat.completion']
    usage: CompletionUsage | MISSING = MISSING
    moderation: ChatCompletionModeration | None | MISSING = MISSING


class CreateChatCompletionStreamResponse(JsonObject):
    """A piece of an answer, sent while it is generated."""

    id: str
    choices: Listed[CreateChatCompletionStreamResponseChoicesItem]
    created: int
    model: str
    obfuscation: str | MISSING = MISSING
    service_tier: ServiceTier | MISSING = MISSING
    system_fingerprint: str | MISSING = MISSING
    object: Literal['chat.completion.chunk']
    usage: CompletionUsage | None | MISSING = MISSING
    moderation: ChatCompletionModeration | None | MISSING = MISSING


class CreateModelResponseProperties(JsonObject):
    """What every request for a new answer of a model may carry."""

    metadata: Metadata | MISSING = MISSING
    top_logprobs: CreateModelResponsePropertiesTopLogprobs | None | MISSING = MISSING
    temperature: CreateModelResponsePropertiesTemperature | None | MISSING = MISSING
    top_p: CreateModelResponsePropertiesTopP | None | MISSING = MISSING
    user: str | MISSING = MISSING
    safety_identifier: CreateModelResponsePropertiesSafetyIdentifier | None | MISSING = MISSING
    prompt_cache_key: str | None | MISSING = MISSING
    prompt_cache_retention: Literal['in_memory', '24h'] | None | MISSING = MISSING
    prompt_cache_options: PromptCacheOptionsParam | MISSING = MISSING


EasyInputContent = TypeAliasType(
    "EasyInputContent",
    Annotated[
        Annotated[InputTextContent, Tag('<input_text>')]
        | Annotated[EasyInputImageContent, Tag('<input_image>')]
        | Annotated[InputFileContent, Tag('<input_file>')],
        chosen_by(
            'type',
            models={
                'InputTextContent': 'input_text',
                'EasyInputImageContent': 'input_image',
                'InputFileContent': 'input_file',
            },
        ),
    ],
)


class EasyOutputTextContent(JsonObject):
    """Text an assistant wrote earlier, as clients send it back; annotations and log probabilities may be left out."""

    type: Literal['output_text']
    text: str
    annotations: Listed[Annotation] | None | MISSING = MISSING
    logprobs: Listed[LogProb] | None | MISSING = MISSING


FunctionAndCustomToolCallOutput = TypeAliasType(
    "FunctionAndCustomToolCallOutput",
    Annotated[
        Annotated[InputTextContent, Tag('<input_text>')]
        | Annotated[InputImageContent, Tag('<input_image>')]
        | Annotated[InputFileContent, Tag('<input_file>')],
        chosen_by(
            'type',
            models={
                'InputTextContent': 'input_text',
                'InputImageContent': 'input_image',
                'InputFileContent': 'input_file',
            },
        ),
    ],
)


FunctionCallOutputItemParamOutputItem = TypeAliasType(
    "FunctionCallOutputItemParamOutputItem",
    Annotated[
        Annotated[InputTextContentParam, Tag('<input_text>')]
        | Annotated[InputImageContentParamAutoParam, Tag('<input_image>')]
        | Annotated[InputFileContentParam, Tag('<input_file>')],
        chosen_by(
            'type',
            models={
                'InputTextContentParam': 'input_text',
                'InputImageContentParamAutoParam': 'input_image',
                'InputFileContentParam': 'input_file',
            },
        ),
    ],
)


FunctionCallOutputItemParamOutput = TypeAliasType(
    "FunctionCallOutputItemParamOutput",
    Annotated[
        Annotated[Annotated[str, Field(max_length=10485760)], Tag('<string>')]
        | Annotated[Listed[FunctionCallOutputItemParamOutputItem], Tag('<array>')],
        chosen_by(
            None,
            kinds=('string', 'array'),
        ),
    ],
)


class FunctionCallOutputItemParam(JsonObject):
    """What the client's function returned, as sent to the model."""

    id: str | None | MISSING = MISSING
    call_id: FunctionCallOutputItemParamCallId | None | MISSING = MISSING
    type: Literal['function_call_output']
    output: FunctionCallOutputItemParamOutput
    name: FunctionCallOutputItemParamName | None | MISSING = MISSING
    namespace: FunctionCallOutputItemParamNamespace | None | MISSING = MISSING
    caller: ToolCallCallerParam | None | MISSING = MISSING
    status: FunctionCallItemStatus | None | MISSING = MISSING


FunctionShellCallItemParamEnvironment = TypeAliasType(
    "FunctionShellCallItemParamEnvironment",
    Annotated[
        Annotated[LocalEnvironmentParam, Tag('<local>')]
        | Annotated[ContainerReferenceParam, Tag('<container_reference>')],
        chosen_by(
            'type',
            models={
                'LocalEnvironmentParam': 'local',
                'ContainerReferenceParam': 'container_reference',
            },
        ),
    ],
)


class FunctionShellCallItemParam(JsonObject):
    """A model's wish to run shell commands, as sent back with history."""

    id: str | None | MISSING = MISSING
    call_id: Annotated[str, Field(max_length=64, min_length=1)]
    caller: ToolCallCallerParam | None | MISSING = MISSING
    type: Literal['shell_call']
    action: FunctionShellActionParam
    status: FunctionShellCallItemStatus | None | MISSING = MISSING
    environment: FunctionShellCallItemParamEnvironment | None | MISSING = MISSING


class FunctionShellCallOutput(JsonObject):
    """What shell commands printed and how they ended, as stored."""

    type: Literal['shell_call_output']
    id: str
    call_id: str
    caller: ToolCallCaller | None | MISSING = MISSING
    status: FunctionShellCallOutputStatusEnum
    output: Listed[FunctionShellCallOutputContent]
    max_output_length: int | None
    created_by: str | MISSING = MISSING


class FunctionShellCallOutputContentParam(JsonObject):
    """What one shell command printed, at most 10 MiB a stream, and how it ended."""

    stdout: Annotated[str, Field(max_length=10485760)]
    stderr: Annotated[str, Field(max_length=10485760)]
    outcome: FunctionShellCallOutputOutcomeParam


class FunctionShellCallOutputItemParam(JsonObject):
    """What shell commands printed and how they ended, as sent by the caller."""

    id: str | None | MISSING = MISSING
    call_id: Annotated[str, Field(max_length=64, min_length=1)]
    caller: ToolCallCallerParam | None | MISSING = MISSING
    type: Literal['shell_call_output']
    output: Listed[FunctionShellCallOutputContentParam]
    status: FunctionShellCallItemStatus | None | MISSING = MISSING
    max_output_length: int | None | MISSING = MISSING


FunctionShellToolParamEnvironment = TypeAliasType(
    "FunctionShellToolParamEnvironment",
    Annotated[
        Annotated[ContainerAutoParam, Tag('<container_auto>')]
        | Annotated[LocalEnvironmentParam, Tag('<local>')]
        | Annotated[ContainerReferenceParam, Tag('<container_reference>')],
        chosen_by(
            'type',
            models={
                'ContainerAutoParam': 'container_auto',
                'LocalEnvironmentParam': 'local',
                'ContainerReferenceParam': 'container_reference',
            },
        ),
    ],
)


class FunctionShellToolParam(JsonObject):
    """Lets the model run shell commands, in a container or on the caller's machine."""

    type: Literal['shell']
    environment: FunctionShellToolParamEnvironment | None | MISSING = MISSING
    allowed_callers: FunctionShellToolParamAllowedCallers | None | MISSING = MISSING


FunctionToolCallOutputOutput = TypeAliasType(
    "FunctionToolCallOutputOutput",
    Annotated[
        Annotated[str, Tag('<string>')]
        | Annotated[Listed[FunctionAndCustomToolCallOutput], Tag('<array>')],
        chosen_by(
            None,
            kinds=('string', 'array'),
        ),
    ],
)


class FunctionToolCallOutput(JsonObject):
    """What the client's function returned, in a folded conversation."""

    id: str | MISSING = MISSING
    type: Literal['function_call_output']
    call_id: str | MISSING = MISSING
    name: str | MISSING = MISSING
    namespace: str | MISSING = MISSING
    caller: ToolCallCallerParam | None | MISSING = MISSING
    output: FunctionToolCallOutputOutput
    status: Literal['in_progress', 'completed', 'incomplete'] | MISSING = MISSING


FunctionToolCallOutputResourceOutput = TypeAliasType(
    "FunctionToolCallOutputResourceOutput",
    Annotated[
        Annotated[str, Tag('<string>')]
        | Annotated[Listed[FunctionAndCustomToolCallOutput], Tag('<array>')],
        chosen_by(
            None,
            kinds=('string', 'array'),
        ),
    ],
)


class FunctionToolCallOutputResource(JsonObject):
    """What the client's function returned, as stored: id and status are always there."""

    id: str
    type: Literal['function_call_output']
    call_id: str | MISSING = MISSING
    name: str | MISSING = MISSING
    namespace: str | MISSING = MISSING
    caller: ToolCallCallerParam | None | MISSING = MISSING
    output: FunctionToolCallOutputResourceOutput
    status: FunctionCallOutputStatusEnum
    created_by: str | MISSING = MISSING


InputContent = TypeAliasType(
    "InputContent",
    Annotated[
        Annotated[InputTextContent, Tag('<input_text>')]
        | Annotated[InputImageContent, Tag('<input_image>')]
        | Annotated[InputFileContent, Tag('<input_file>')],
        chosen_by(
            'type',
            models={
                'InputTextContent': 'input_text',
                'InputImageContent': 'input_image',
                'InputFileContent': 'input_file',
            },
        ),
    ],
)


InputMessageContentList = TypeAliasType("InputMessageContentList", Listed[InputContent])


class InputMessageResource(JsonObject):
    """A message that a model was given, as stored: always with an id and a list of parts."""

    type: Literal['message']
    role: Literal['user', 'system', 'developer']
    status: Literal['in_progress', 'completed', 'incomplete'] | MISSING = MISSING
    content: InputMessageContentList
    id: str


class MCPToolCall(JsonObject):
    """A call of a tool on a Model Context Protocol server, with its output or its error."""

    type: Literal['mcp_call']
    id: str
    server_label: str
    name: str
    arguments: str
    output: str | None | MISSING = MISSING
    error: MCPToolCallError | None | MISSING = MISSING
    status: MCPToolCallStatus | MISSING = MISSING
    approval_request_id: str | None | MISSING = MISSING


MessageContentItem = TypeAliasType(
    "MessageContentItem",
    Annotated[
        Annotated[InputTextContent, Tag('<input_text>')]
        | Annotated[OutputTextContent, Tag('<output_text>')]
        | Annotated[TextContent, Tag('<text>')]
        | Annotated[SummaryTextContent, Tag('<summary_text>')]
        | Annotated[ReasoningTextContent, Tag('<reasoning_text>')]
        | Annotated[RefusalContent, Tag('<refusal>')]
        | Annotated[InputImageContent, Tag('<input_image>')]
        | Annotated[ComputerScreenshotContent, Tag('<computer_screenshot>')]
        | Annotated[InputFileContent, Tag('<input_file>')],
        chosen_by(
            'type',
            models={
                'InputTextContent': 'input_text',
                'OutputTextContent': 'output_text',
                'TextContent': 'text',
                'SummaryTextContent': 'summary_text',
                'ReasoningTextContent': 'reasoning_text',
                'RefusalContent': 'refusal',
                'InputImageContent': 'input_image',
                'ComputerScreenshotContent': 'computer_screenshot',
                'InputFileContent': 'input_file',
            },
        ),
    ],
)


class Message(JsonObject):
    """A message as it is stored: always with an id, a status and a list of parts, even if it was sent as plain text."""

    type: Literal['message']
    id: str
    status: MessageStatus
    role: MessageRole
    content: Listed[MessageContentItem]
    phase: MessagePhase | None | MISSING = MISSING


class ModerationParam(JsonObject):
    """Asks the provider to judge input and output by a moderation model."""

    model: str
    policy: ModerationPolicyParam | None | MISSING = MISSING


OutputContent = TypeAliasType(
    "OutputContent",
    Annotated[
        Annotated[OutputTextContent, Tag('<output_text>')]
        | Annotated[RefusalContent, Tag('<refusal>')]
        | Annotated[ReasoningTextContent, Tag('<reasoning_text>')],
        chosen_by(
            'type',
            models={
                'OutputTextContent': 'output_text',
                'RefusalContent': 'refusal',
                'ReasoningTextContent': 'reasoning_text',
            },
        ),
    ],
)


OutputMessageContent = TypeAliasType(
    "OutputMessageContent",
    Annotated[
        Annotated[OutputTextContent, Tag('<output_text>')]
        | Annotated[RefusalContent, Tag('<refusal>')],
        chosen_by(
            'type',
            models={
                'OutputTextContent': 'output_text',
                'RefusalContent': 'refusal',
            },
        ),
    ],
)


class PromptObject(JsonObject):
    id: str
    version: str | None | MISSING = MISSING
    variables: ResponsePromptVariables | MISSING = MISSING


Prompt = TypeAliasType("Prompt", PromptObject | None)


class ResponseContentPartAddedEvent(JsonObject):
    """A new part of a message has begun; its text follows in further events."""

    type: Literal['response.content_part.added']
    item_id: str
    output_index: int
    content_index: int
    part: OutputContent
    sequence_number: int


class ResponseContentPartDoneEvent(JsonObject):
    """A part of a message is complete, and is given whole."""

    type: Literal['response.content_part.done']
    item_id: str
    output_index: int
    content_index: int
    sequence_number: int
    part: OutputContent


class ResponseTextParam(JsonObject):
    """Form and wordiness of the text in an answer."""

    format: TextResponseFormatConfiguration | MISSING = MISSING
    verbosity: Verbosity | MISSING = MISSING


class ChatCompletionList(JsonObject):
    """One page of stored completions."""

    object: Literal['list']
    data: Listed[CreateChatCompletionResponse]
    first_id: str
    last_id: str
    has_more: bool


class ChatCompletionMessageList(JsonObject):
    """One page of the messages of a stored completion: those that were sent, then the answers."""

    object: Literal['list']
    data: Listed[ChatCompletionStoredMessage]
    first_id: str
    last_id: str
    has_more: bool


ChatCompletionRequestAssistantMessageContent = TypeAliasType(
    "ChatCompletionRequestAssistantMessageContent",
    Annotated[
        Annotated[str, Tag('<string>')]
        | Annotated[Annotated[Listed[ChatCompletionRequestAssistantMessageContentPart], Field(min_length=1)], Tag('<array>')],
        chosen_by(
            None,
            kinds=('string', 'array'),
        ),
    ],
)


class ChatCompletionRequestAssistantMessage(JsonObject):
    """What the model answered earlier. Content may be missing when it called tools."""

    content: ChatCompletionRequestAssistantMessageContent | None | MISSING = MISSING
    refusal: str | None | MISSING = MISSING
    role: Literal['assistant']
    name: str | MISSING = MISSING
    audio: ChatCompletionRequestAssistantMessageAudio | None | MISSING = MISSING
    tool_calls: ChatCompletionMessageToolCalls | MISSING = MISSING
    function_call: ChatCompletionRequestAssistantMessageFunctionCall | None | MISSING = MISSING


ChatCompletionRequestMessage = TypeAliasType(
    "ChatCompletionRequestMessage",
    Annotated[
        Annotated[ChatCompletionRequestDeveloperMessage, Tag('<developer>')]
        | Annotated[ChatCompletionRequestSystemMessage, Tag('<system>')]
        | Annotated[ChatCompletionRequestUserMessage, Tag('<user>')]
        | Annotated[ChatCompletionRequestAssistantMessage, Tag('<assistant>')]
        | Annotated[ChatCompletionRequestToolMessage, Tag('<tool>')]
        | Annotated[ChatCompletionRequestFunctionMessage, Tag('<function>')],
        chosen_by(
            'role',
            models={
                'ChatCompletionRequestDeveloperMessage': 'developer',
                'ChatCompletionRequestSystemMessage': 'system',
                'ChatCompletionRequestUserMessage': 'user',
                'ChatCompletionRequestAssistantMessage': 'assistant',
                'ChatCompletionRequestToolMessage': 'tool',
                'ChatCompletionRequestFunctionMessage': 'function',
            },
        ),
    ],
)


class CreateChatCompletionRequest(JsonObject):
    """The messages so far, the model to ask, and how it should answer. Members not listed here go to the provider as they are."""

    metadata: Metadata | MISSING = MISSING
    top_logprobs: CreateChatCompletionRequestTopLogprobs | None | MISSING = MISSING
    temperature: CreateChatCompletionRequestTemperature | None | MISSING = MISSING
    top_p: CreateChatCompletionRequestTopP | None | MISSING = MISSING
    user: str | MISSING = MISSING
    safety_identifier: CreateChatCompletionRequestSafetyIdentifier | None | MISSING = MISSING
    prompt_cache_key: str | None | MISSING = MISSING
    prompt_cache_retention: Literal['in_memory', '24h'] | None | MISSING = MISSING
    prompt_cache_options: PromptCacheOptionsParam | MISSING = MISSING
    messages: Annotated[Listed[ChatCompletionRequestMessage], Field(min_length=1)]
    model: ModelIdsShared
    service_tier: ServiceTier | MISSING = MISSING
    modalities: ResponseModalities | MISSING = MISSING
    verbosity: Verbosity | MISSING = MISSING
    reasoning_effort: ReasoningEffort | MISSING = MISSING
    max_completion_tokens: int | None | MISSING = MISSING
    frequency_penalty: CreateChatCompletionRequestFrequencyPenalty | None = 0
    presence_penalty: CreateChatCompletionRequestPresencePenalty | None = 0
    web_search_options: CreateChatCompletionRequestWebSearchOptions | MISSING = MISSING
    response_format: CreateChatCompletionRequestResponseFormat | MISSING = MISSING
    audio: CreateChatCompletionRequestAudio | None | MISSING = MISSING
    store: bool | None = False
    moderation: ModerationParam | None | MISSING = MISSING
    stream: bool | None = False
    stop: StopConfiguration | MISSING = MISSING
    logit_bias: Mapped[str, int] | None = None
    logprobs: bool | None = False
    max_tokens: int | None | MISSING = MISSING
    n: CreateChatCompletionRequestN | None = 1
    prediction: PredictionContent | None | MISSING = MISSING
    seed: CreateChatCompletionRequestSeed | None | MISSING = MISSING
    stream_options: ChatCompletionStreamOptions | MISSING = MISSING
    tools: Listed[CreateChatCompletionRequestToolsItem] | MISSING = MISSING
    tool_choice: ChatCompletionToolChoiceOption | MISSING = MISSING
    parallel_tool_calls: ParallelToolCalls = True
    function_call: CreateChatCompletionRequestFunctionCall | MISSING = MISSING
    functions: Annotated[Listed[ChatCompletionFunctions] | MISSING, Field(max_length=128, min_length=1)] = (
        MISSING
    )


CustomToolCallOutputOutput = TypeAliasType(
    "CustomToolCallOutputOutput",
    Annotated[
        Annotated[str, Tag('<string>')]
        | Annotated[Listed[FunctionAndCustomToolCallOutput], Tag('<array>')],
        chosen_by(
            None,
            kinds=('string', 'array'),
        ),
    ],
)


class CustomToolCallOutput(JsonObject):
    """What a custom tool returned, as stored."""

    type: Literal['custom_tool_call_output']
    id: str | MISSING = MISSING
    call_id: str
    caller: ToolCallCallerParam | None | MISSING = MISSING
    output: CustomToolCallOutputOutput


CustomToolCallOutputItemParamOutput = TypeAliasType(
    "CustomToolCallOutputItemParamOutput",
    Annotated[
        Annotated[str, Tag('<string>')]
        | Annotated[Listed[EasyInputContent], Tag('<array>')],
        chosen_by(
            None,
            kinds=('string', 'array'),
        ),
    ],
)


class CustomToolCallOutputItemParam(JsonObject):
    """What a custom tool returned, as clients send it; an image needs no `detail`."""

    type: Literal['custom_tool_call_output']
    id: str | MISSING = MISSING
    call_id: str
    caller: ToolCallCallerParam | None | MISSING = MISSING
    output: CustomToolCallOutputItemParamOutput


CustomToolCallOutputResourceOutput = TypeAliasType(
    "CustomToolCallOutputResourceOutput",
    Annotated[
        Annotated[str, Tag('<string>')]
        | Annotated[Listed[FunctionAndCustomToolCallOutput], Tag('<array>')],
        chosen_by(
            None,
            kinds=('string', 'array'),
        ),
    ],
)


class CustomToolCallOutputResource(JsonObject):
    """What a custom tool returned, as stored: id and status are always there."""

    type: Literal['custom_tool_call_output']
    id: str
    call_id: str
    caller: ToolCallCallerParam | None | MISSING = MISSING
    output: CustomToolCallOutputResourceOutput
    status: FunctionCallOutputStatusEnum
    created_by: str | MISSING = MISSING


EasyMessageContent = TypeAliasType(
    "EasyMessageContent",
    Annotated[
        Annotated[InputTextContent, Tag('<input_text>')]
        | Annotated[EasyInputImageContent, Tag('<input_image>')]
        | Annotated[InputFileContent, Tag('<input_file>')]
        | Annotated[EasyOutputTextContent, Tag('<output_text>')]
        | Annotated[RefusalContent, Tag('<refusal>')],
        chosen_by(
            'type',
            models={
                'InputTextContent': 'input_text',
                'EasyInputImageContent': 'input_image',
                'InputFileContent': 'input_file',
                'EasyOutputTextContent': 'output_text',
                'RefusalContent': 'refusal',
            },
        ),
    ],
)


class OutputMessage(JsonObject):
    """A message a model wrote."""

    id: str
    type: Literal['message']
    role: Literal['assistant']
    content: Listed[OutputMessageContent]
    phase: MessagePhase | None | MISSING = MISSING
    status: Literal['in_progress', 'completed', 'incomplete']


EasyInputMessageContent = TypeAliasType(
    "EasyInputMessageContent",
    Annotated[
        Annotated[str, Tag('<string>')]
        | Annotated[Listed[EasyMessageContent], Tag('<array>')],
        chosen_by(
            None,
            kinds=('string', 'array'),
        ),
    ],
)


class EasyInputMessage(JsonObject):
    """A message as clients write it: a role and either plain text or a list of parts. History of an assistant needs no more than its text; an id and a status, when given, are kept."""

    type: Literal['message'] | MISSING = MISSING
    role: Literal['user', 'assistant', 'system', 'developer']
    content: EasyInputMessageContent
    phase: MessagePhase | None | MISSING = MISSING
    id: str | None | MISSING = MISSING
    status: MessageStatus | None | MISSING = MISSING


MessageResource = TypeAliasType(
    "MessageResource",
    Annotated[
        Annotated[InputMessageResource, Tag('<user>')]
        | Annotated[OutputMessage, Tag('<assistant>')],
        chosen_by(
            'role',
            models={
                'InputMessageResource': 'user',
                'OutputMessage': 'assistant',
            },
            tags={
                'system': 'user',
                'developer': 'user',
            },
        ),
    ],
)


class AdditionalTools(JsonObject):
    """Tools that became available partway through a conversation, as stored."""

    type: Literal['additional_tools']
    id: str
    role: MessageRole
    tools: Listed[Tool]


class AdditionalToolsItemParam(JsonObject):
    """Makes more tools available from this point of the conversation on."""

    id: str | None | MISSING = MISSING
    type: Literal['additional_tools']
    role: Literal['developer']
    tools: Listed[Tool]


class CompactResource(JsonObject):
    """A conversation folded together."""

    id: str
    object: Literal['response.compaction']
    output: Listed[ItemField]
    created_at: int
    usage: ResponseUsage


CompactResponseMethodPublicBodyInput = TypeAliasType(
    "CompactResponseMethodPublicBodyInput",
    Annotated[
        Annotated[Annotated[str, Field(max_length=10485760)], Tag('<string>')]
        | Annotated['list[InputItem]', Tag('<array>')],
        chosen_by(
            None,
            kinds=('string', 'array'),
        ),
    ],
)


class CompactResponseMethodPublicBody(JsonObject):
    """A conversation to be folded together, and the model that will read it."""

    model: ModelIdsCompaction
    input: CompactResponseMethodPublicBodyInput | None | MISSING = MISSING
    previous_response_id: str | None | MISSING = MISSING
    instructions: str | None | MISSING = MISSING
    prompt_cache_key: CompactResponseMethodPublicBodyPromptCacheKey | None | MISSING = MISSING
    prompt_cache_retention: PromptCacheRetentionEnum | None | MISSING = MISSING
    prompt_cache_options: PromptCacheOptionsParam | None | MISSING = MISSING
    service_tier: ServiceTierEnum | None | MISSING = MISSING


CompoundFilterFiltersItem = TypeAliasType(
    "CompoundFilterFiltersItem",
    Annotated[
        Annotated[ComparisonFilter, Tag('<eq>')]
        | Annotated['CompoundFilter', Tag('<and>')],
        chosen_by(
            'type',
            models={
                'ComparisonFilter': 'eq',
                'CompoundFilter': 'and',
            },
            tags={
                'ne': 'eq',
                'gt': 'eq',
                'gte': 'eq',
                'lt': 'eq',
                'lte': 'eq',
                'in': 'eq',
                'nin': 'eq',
                'or': 'and',
            },
        ),
    ],
)


class CompoundFilter(JsonObject):
    """Joins conditions by `and` or `or`. May be nested."""

    model_config = ConfigDict(
        extra='forbid',
    )
    type: Literal['and', 'or']
    filters: Listed[CompoundFilterFiltersItem]


ConversationItem = TypeAliasType(
    "ConversationItem",
    Annotated[
        Annotated[Message, Tag('<message>')]
        | Annotated[FunctionToolCallResource, Tag('<function_call>')]
        | Annotated[FunctionToolCallOutputResource, Tag('<function_call_output>')]
        | Annotated[FileSearchToolCall, Tag('<file_search_call>')]
        | Annotated[WebSearchToolCall, Tag('<web_search_call>')]
        | Annotated[ImageGenToolCall, Tag('<image_generation_call>')]
        | Annotated[ComputerToolCall, Tag('<computer_call>')]
        | Annotated[ComputerToolCallOutputResource, Tag('<computer_call_output>')]
        | Annotated[ToolSearchCall, Tag('<tool_search_call>')]
        | Annotated['ToolSearchOutput', Tag('<tool_search_output>')]
        | Annotated[AdditionalTools, Tag('<additional_tools>')]
        | Annotated[ReasoningItem, Tag('<reasoning>')]
        | Annotated[Program, Tag('<program>')]
        | Annotated[ProgramOutput, Tag('<program_output>')]
        | Annotated[CompactionBody, Tag('<compaction>')]
        | Annotated[CodeInterpreterToolCall, Tag('<code_interpreter_call>')]
        | Annotated[LocalShellToolCall, Tag('<local_shell_call>')]
        | Annotated[LocalShellToolCallOutput, Tag('<local_shell_call_output>')]
        | Annotated[FunctionShellCall, Tag('<shell_call>')]
        | Annotated[FunctionShellCallOutput, Tag('<shell_call_output>')]
        | Annotated[ApplyPatchToolCall, Tag('<apply_patch_call>')]
        | Annotated[ApplyPatchToolCallOutput, Tag('<apply_patch_call_output>')]
        | Annotated[MCPListTools, Tag('<mcp_list_tools>')]
        | Annotated[MCPApprovalRequest, Tag('<mcp_approval_request>')]
        | Annotated[MCPApprovalResponseResource, Tag('<mcp_approval_response>')]
        | Annotated[MCPToolCall, Tag('<mcp_call>')]
        | Annotated[CustomToolCall, Tag('<custom_tool_call>')]
        | Annotated[CustomToolCallOutput, Tag('<custom_tool_call_output>')],
        chosen_by(
            'type',
            models={
                'Message': 'message',
                'FunctionToolCallResource': 'function_call',
                'FunctionToolCallOutputResource': 'function_call_output',
                'FileSearchToolCall': 'file_search_call',
                'WebSearchToolCall': 'web_search_call',
                'ImageGenToolCall': 'image_generation_call',
                'ComputerToolCall': 'computer_call',
                'ComputerToolCallOutputResource': 'computer_call_output',
                'ToolSearchCall': 'tool_search_call',
                'ToolSearchOutput': 'tool_search_output',
                'AdditionalTools': 'additional_tools',
                'ReasoningItem': 'reasoning',
                'Program': 'program',
                'ProgramOutput': 'program_output',
                'CompactionBody': 'compaction',
                'CodeInterpreterToolCall': 'code_interpreter_call',
                'LocalShellToolCall': 'local_shell_call',
                'LocalShellToolCallOutput': 'local_shell_call_output',
                'FunctionShellCall': 'shell_call',
                'FunctionShellCallOutput': 'shell_call_output',
                'ApplyPatchToolCall': 'apply_patch_call',
                'ApplyPatchToolCallOutput': 'apply_patch_call_output',
                'MCPListTools': 'mcp_list_tools',
                'MCPApprovalRequest': 'mcp_approval_request',
                'MCPApprovalResponseResource': 'mcp_approval_response',
                'MCPToolCall': 'mcp_call',
                'CustomToolCall': 'custom_tool_call',
                'CustomToolCallOutput': 'custom_tool_call_output',
            },
        ),
    ],
)


class ConversationItemList(JsonObject):
    """One page of a conversation's items."""

    object: Literal['list']
    data: Listed[ConversationItem]
    has_more: bool
    first_id: str
    last_id: str


CreateConversationBodyItems = TypeAliasType(
    "CreateConversationBodyItems", Annotated[Listed["InputItem"], Field(max_length=20)]
)


class CreateConversationBody(JsonObject):
    """What a new conversation starts with. Every member may be left out or null."""

    metadata: Metadata | MISSING = MISSING
    items: CreateConversationBodyItems | None | MISSING = MISSING


class CreateConversationItemsBody(JsonObject):
    """Items to append to a conversation, at most 20 in one request."""

    items: Annotated[Listed[InputItem], Field(max_length=20)]


class CreateResponse(JsonObject):
    """Input for a model, the turns it builds on, and how it should answer. Members not listed here go to the provider as they are."""

    metadata: Metadata | MISSING = MISSING
    top_logprobs: CreateResponseTopLogprobs | None | MISSING = MISSING
    temperature: CreateResponseTemperature | None | MISSING = MISSING
    top_p: CreateResponseTopP | None | MISSING = MISSING
    user: str | MISSING = MISSING
    safety_identifier: CreateResponseSafetyIdentifier | None | MISSING = MISSING
    prompt_cache_key: str | None | MISSING = MISSING
    prompt_cache_retention: Literal['in_memory', '24h'] | None | MISSING = MISSING
    prompt_cache_options: PromptCacheOptionsParam | MISSING = MISSING
    previous_response_id: str | None | MISSING = MISSING
    model: ModelIdsResponses | MISSING = MISSING
    background: bool | None | MISSING = MISSING
    max_tool_calls: int | None | MISSING = MISSING
    text: ResponseTextParam | MISSING = MISSING
    tools: ToolsArray | MISSING = MISSING
    tool_choice: ToolChoiceParam | MISSING = MISSING
    prompt: Prompt | MISSING = MISSING
    service_tier: ServiceTierResponses | MISSING = MISSING
    truncation: Literal['auto', 'disabled'] | None | MISSING = MISSING
    reasoning: Reasoning | None | MISSING = MISSING
    input: InputParam | MISSING = MISSING
    include: Listed[IncludeEnum] | None | MISSING = MISSING
    parallel_tool_calls: bool | None | MISSING = MISSING
    store: bool | None | MISSING = MISSING
    instructions: str | None | MISSING = MISSING
    moderation: ModerationParam | None | MISSING = MISSING
    stream: bool | None | MISSING = MISSING
    stream_options: ResponseStreamOptions | MISSING = MISSING
    conversation: ConversationParam | None | MISSING = MISSING
    context_management: CreateResponseContextManagement | None | MISSING = MISSING
    max_output_tokens: CreateResponseMaxOutputTokens | None | MISSING = MISSING


class FileSearchTool(JsonObject):
    """Lets the model search files that were uploaded."""

    type: Literal['file_search']
    vector_store_ids: Listed[str]
    max_num_results: int | MISSING = MISSING
    ranking_options: RankingOptions | MISSING = MISSING
    filters: Filters | None | MISSING = MISSING


Filters = TypeAliasType(
    "Filters",
    Annotated[
        Annotated[ComparisonFilter, Tag('<eq>')]
        | Annotated[CompoundFilter, Tag('<and>')],
        chosen_by(
            'type',
            models={
                'ComparisonFilter': 'eq',
                'CompoundFilter': 'and',
            },
            tags={
                'ne': 'eq',
                'gt': 'eq',
                'gte': 'eq',
                'lt': 'eq',
                'lte': 'eq',
                'in': 'eq',
                'nin': 'eq',
                'or': 'and',
            },
        ),
    ],
)


InputItem = TypeAliasType(
    "InputItem",
    Annotated[
        Annotated[EasyInputMessage, Tag('<message>')]
        | Annotated[FileSearchToolCall, Tag('<file_search_call>')]
        | Annotated[ComputerToolCall, Tag('<computer_call>')]
        | Annotated[ComputerCallOutputItemParam, Tag('<computer_call_output>')]
        | Annotated[WebSearchToolCall, Tag('<web_search_call>')]
        | Annotated[FunctionToolCall, Tag('<function_call>')]
        | Annotated[FunctionCallOutputItemParam, Tag('<function_call_output>')]
        | Annotated[ToolSearchCallItemParam, Tag('<tool_search_call>')]
        | Annotated['ToolSearchOutputItemParam', Tag('<tool_search_output>')]
        | Annotated[AdditionalToolsItemParam, Tag('<additional_tools>')]
        | Annotated[ReasoningItem, Tag('<reasoning>')]
        | Annotated[CompactionSummaryItemParam, Tag('<compaction>')]
        | Annotated[ImageGenToolCall, Tag('<image_generation_call>')]
        | Annotated[CodeInterpreterToolCall, Tag('<code_interpreter_call>')]
        | Annotated[LocalShellToolCall, Tag('<local_shell_call>')]
        | Annotated[LocalShellToolCallOutput, Tag('<local_shell_call_output>')]
        | Annotated[FunctionShellCallItemParam, Tag('<shell_call>')]
        | Annotated[FunctionShellCallOutputItemParam, Tag('<shell_call_output>')]
        | Annotated[ApplyPatchToolCallItemParam, Tag('<apply_patch_call>')]
        | Annotated[ApplyPatchToolCallOutputItemParam, Tag('<apply_patch_call_output>')]
        | Annotated[MCPListTools, Tag('<mcp_list_tools>')]
        | Annotated[MCPApprovalRequest, Tag('<mcp_approval_request>')]
        | Annotated[MCPApprovalResponse, Tag('<mcp_approval_response>')]
        | Annotated[MCPToolCall, Tag('<mcp_call>')]
        | Annotated[CustomToolCallOutputItemParam, Tag('<custom_tool_call_output>')]
        | Annotated[CustomToolCall, Tag('<custom_tool_call>')]
        | Annotated[ProgramItemParam, Tag('<program>')]
        | Annotated[ProgramOutputItemParam, Tag('<program_output>')]
        | Annotated[CompactionTriggerItemParam, Tag('<compaction_trigger>')]
        | Annotated[ItemReferenceParam, Tag('<item_reference>')],
        chosen_by(
            'type',
            models={
                'EasyInputMessage': 'message',
                'FileSearchToolCall': 'file_search_call',
                'ComputerToolCall': 'computer_call',
                'ComputerCallOutputItemParam': 'computer_call_output',
                'WebSearchToolCall': 'web_search_call',
                'FunctionToolCall': 'function_call',
                'FunctionCallOutputItemParam': 'function_call_output',
                'ToolSearchCallItemParam': 'tool_search_call',
                'ToolSearchOutputItemParam': 'tool_search_output',
                'AdditionalToolsItemParam': 'additional_tools',
                'ReasoningItem': 'reasoning',
                'CompactionSummaryItemParam': 'compaction',
                'ImageGenToolCall': 'image_generation_call',
                'CodeInterpreterToolCall': 'code_interpreter_call',
                'LocalShellToolCall': 'local_shell_call',
                'LocalShellToolCallOutput': 'local_shell_call_output',
                'FunctionShellCallItemParam': 'shell_call',
                'FunctionShellCallOutputItemParam': 'shell_call_output',
                'ApplyPatchToolCallItemParam': 'apply_patch_call',
                'ApplyPatchToolCallOutputItemParam': 'apply_patch_call_output',
                'MCPListTools': 'mcp_list_tools',
                'MCPApprovalRequest': 'mcp_approval_request',
                'MCPApprovalResponse': 'mcp_approval_response',
                'MCPToolCall': 'mcp_call',
                'CustomToolCallOutputItemParam': 'custom_tool_call_output',
                'CustomToolCall': 'custom_tool_call',
                'ProgramItemParam': 'program',
                'ProgramOutputItemParam': 'program_output',
                'CompactionTriggerItemParam': 'compaction_trigger',
                'ItemReferenceParam': 'item_reference',
            },
            absent={
                'role': 'message',
                'id': 'item_reference',
            },
        ),
    ],
)


InputParam = TypeAliasType(
    "InputParam",
    Annotated[
        Annotated[str, Tag('<string>')]
        | Annotated[Listed[InputItem], Tag('<array>')],
        chosen_by(
            None,
            kinds=('string', 'array'),
        ),
    ],
)


ItemField = TypeAliasType(
    "ItemField",
    Annotated[
        Annotated[Message, Tag('<message>')]
        | Annotated[Program, Tag('<program>')]
        | Annotated[ProgramOutput, Tag('<program_output>')]
        | Annotated[FunctionToolCall, Tag('<function_call>')]
        | Annotated[ToolSearchCall, Tag('<tool_search_call>')]
        | Annotated['ToolSearchOutput', Tag('<tool_search_output>')]
        | Annotated[AdditionalTools, Tag('<additional_tools>')]
        | Annotated[FunctionToolCallOutput, Tag('<function_call_output>')]
        | Annotated[FileSearchToolCall, Tag('<file_search_call>')]
        | Annotated[WebSearchToolCall, Tag('<web_search_call>')]
        | Annotated[ImageGenToolCall, Tag('<image_generation_call>')]
        | Annotated[ComputerToolCall, Tag('<computer_call>')]
        | Annotated[ComputerToolCallOutputResource, Tag('<computer_call_output>')]
        | Annotated[ReasoningItem, Tag('<reasoning>')]
        | Annotated[CompactionBody, Tag('<compaction>')]
        | Annotated[CodeInterpreterToolCall, Tag('<code_interpreter_call>')]
        | Annotated[LocalShellToolCall, Tag('<local_shell_call>')]
        | Annotated[LocalShellToolCallOutput, Tag('<local_shell_call_output>')]
        | Annotated[FunctionShellCall, Tag('<shell_call>')]
        | Annotated[FunctionShellCallOutput, Tag('<shell_call_output>')]
        | Annotated[ApplyPatchToolCall, Tag('<apply_patch_call>')]
        | Annotated[ApplyPatchToolCallOutput, Tag('<apply_patch_call_output>')]
        | Annotated[MCPListTools, Tag('<mcp_list_tools>')]
        | Annotated[MCPApprovalRequest, Tag('<mcp_approval_request>')]
        | Annotated[MCPApprovalResponseResource, Tag('<mcp_approval_response>')]
        | Annotated[MCPToolCall, Tag('<mcp_call>')]
        | Annotated[CustomToolCall, Tag('<custom_tool_call>')]
        | Annotated[CustomToolCallOutput, Tag('<custom_tool_call_output>')],
        chosen_by(
            'type',
            models={
                'Message': 'message',
                'Program': 'program',
                'ProgramOutput': 'program_output',
                'FunctionToolCall': 'function_call',
                'ToolSearchCall': 'tool_search_call',
                'ToolSearchOutput': 'tool_search_output',
                'AdditionalTools': 'additional_tools',
                'FunctionToolCallOutput': 'function_call_output',
                'FileSearchToolCall': 'file_search_call',
                'WebSearchToolCall': 'web_search_call',
                'ImageGenToolCall': 'image_generation_call',
                'ComputerToolCall': 'computer_call',
                'ComputerToolCallOutputResource': 'computer_call_output',
                'ReasoningItem': 'reasoning',
                'CompactionBody': 'compaction',
                'CodeInterpreterToolCall': 'code_interpreter_call',
                'LocalShellToolCall': 'local_shell_call',
                'LocalShellToolCallOutput': 'local_shell_call_output',
                'FunctionShellCall': 'shell_call',
                'FunctionShellCallOutput': 'shell_call_output',
                'ApplyPatchToolCall': 'apply_patch_call',
                'ApplyPatchToolCallOutput': 'apply_patch_call_output',
                'MCPListTools': 'mcp_list_tools',
                'MCPApprovalRequest': 'mcp_approval_request',
                'MCPApprovalResponseResource': 'mcp_approval_response',
                'MCPToolCall': 'mcp_call',
                'CustomToolCall': 'custom_tool_call',
                'CustomToolCallOutput': 'custom_tool_call_output',
            },
        ),
    ],
)


ItemResource = TypeAliasType(
    "ItemResource",
    Annotated[
        Annotated[InputMessageResource | OutputMessage, Field(union_mode='left_to_right'), nearest(lambda: (InputMessageResource, OutputMessage)), Tag('<message>')]
        | Annotated[FileSearchToolCall, Tag('<file_search_call>')]
        | Annotated[ComputerToolCall, Tag('<computer_call>')]
        | Annotated[ComputerToolCallOutputResource, Tag('<computer_call_output>')]
        | Annotated[WebSearchToolCall, Tag('<web_search_call>')]
        | Annotated[FunctionToolCallResource, Tag('<function_call>')]
        | Annotated[FunctionToolCallOutputResource, Tag('<function_call_output>')]
        | Annotated[ToolSearchCall, Tag('<tool_search_call>')]
        | Annotated['ToolSearchOutput', Tag('<tool_search_output>')]
        | Annotated[AdditionalTools, Tag('<additional_tools>')]
        | Annotated[ReasoningItem, Tag('<reasoning>')]
        | Annotated[Program, Tag('<program>')]
        | Annotated[ProgramOutput, Tag('<program_output>')]
        | Annotated[CompactionBody, Tag('<compaction>')]
        | Annotated[ImageGenToolCall, Tag('<image_generation_call>')]
        | Annotated[CodeInterpreterToolCall, Tag('<code_interpreter_call>')]
        | Annotated[LocalShellToolCall, Tag('<local_shell_call>')]
        | Annotated[LocalShellToolCallOutput, Tag('<local_shell_call_output>')]
        | Annotated[FunctionShellCall, Tag('<shell_call>')]
        | Annotated[FunctionShellCallOutput, Tag('<shell_call_output>')]
        | Annotated[ApplyPatchToolCall, Tag('<apply_patch_call>')]
        | Annotated[ApplyPatchToolCallOutput, Tag('<apply_patch_call_output>')]
        | Annotated[MCPListTools, Tag('<mcp_list_tools>')]
        | Annotated[MCPApprovalRequest, Tag('<mcp_approval_request>')]
        | Annotated[MCPApprovalResponseResource, Tag('<mcp_approval_response>')]
        | Annotated[MCPToolCall, Tag('<mcp_call>')]
        | Annotated[CustomToolCallResource, Tag('<custom_tool_call>')]
        | Annotated[CustomToolCallOutputResource, Tag('<custom_tool_call_output>')],
        chosen_by(
            'type',
            models={
                'InputMessageResource': 'message',
                'OutputMessage': 'message',
                'FileSearchToolCall': 'file_search_call',
                'ComputerToolCall': 'computer_call',
                'ComputerToolCallOutputResource': 'computer_call_output',
                'WebSearchToolCall': 'web_search_call',
                'FunctionToolCallResource': 'function_call',
                'FunctionToolCallOutputResource': 'function_call_output',
                'ToolSearchCall': 'tool_search_call',
                'ToolSearchOutput': 'tool_search_output',
                'AdditionalTools': 'additional_tools',
                'ReasoningItem': 'reasoning',
                'Program': 'program',
                'ProgramOutput': 'program_output',
                'CompactionBody': 'compaction',
                'ImageGenToolCall': 'image_generation_call',
                'CodeInterpreterToolCall': 'code_interpreter_call',
                'LocalShellToolCall': 'local_shell_call',
                'LocalShellToolCallOutput': 'local_shell_call_output',
                'FunctionShellCall': 'shell_call',
                'FunctionShellCallOutput': 'shell_call_output',
                'ApplyPatchToolCall': 'apply_patch_call',
                'ApplyPatchToolCallOutput': 'apply_patch_call_output',
                'MCPListTools': 'mcp_list_tools',
                'MCPApprovalRequest': 'mcp_approval_request',
                'MCPApprovalResponseResource': 'mcp_approval_response',
                'MCPToolCall': 'mcp_call',
                'CustomToolCallResource': 'custom_tool_call',
                'CustomToolCallOutputResource': 'custom_tool_call_output',
            },
        ),
    ],
)


OutputItem = TypeAliasType(
    "OutputItem",
    Annotated[
        Annotated[OutputMessage, Tag('<message>')]
        | Annotated[FileSearchToolCall, Tag('<file_search_call>')]
        | Annotated[FunctionToolCall, Tag('<function_call>')]
        | Annotated[FunctionToolCallOutputResource, Tag('<function_call_output>')]
        | Annotated[WebSearchToolCall, Tag('<web_search_call>')]
        | Annotated[ComputerToolCall, Tag('<computer_call>')]
        | Annotated[ComputerToolCallOutputResource, Tag('<computer_call_output>')]
        | Annotated[ReasoningItem, Tag('<reasoning>')]
        | Annotated[Program, Tag('<program>')]
        | Annotated[ProgramOutput, Tag('<program_output>')]
        | Annotated[ToolSearchCall, Tag('<tool_search_call>')]
        | Annotated['ToolSearchOutput', Tag('<tool_search_output>')]
        | Annotated[AdditionalTools, Tag('<additional_tools>')]
        | Annotated[CompactionBody, Tag('<compaction>')]
        | Annotated[ImageGenToolCall, Tag('<image_generation_call>')]
        | Annotated[CodeInterpreterToolCall, Tag('<code_interpreter_call>')]
        | Annotated[LocalShellToolCall, Tag('<local_shell_call>')]
        | Annotated[LocalShellToolCallOutput, Tag('<local_shell_call_output>')]
        | Annotated[FunctionShellCall, Tag('<shell_call>')]
        | Annotated[FunctionShellCallOutput, Tag('<shell_call_output>')]
        | Annotated[ApplyPatchToolCall, Tag('<apply_patch_call>')]
        | Annotated[ApplyPatchToolCallOutput, Tag('<apply_patch_call_output>')]
        | Annotated[MCPToolCall, Tag('<mcp_call>')]
        | Annotated[MCPListTools, Tag('<mcp_list_tools>')]
        | Annotated[MCPApprovalRequest, Tag('<mcp_approval_request>')]
        | Annotated[MCPApprovalResponseResource, Tag('<mcp_approval_response>')]
        | Annotated[CustomToolCall, Tag('<custom_tool_call>')]
        | Annotated[CustomToolCallOutputResource, Tag('<custom_tool_call_output>')],
        chosen_by(
            'type',
            models={
                'OutputMessage': 'message',
                'FileSearchToolCall': 'file_search_call',
                'FunctionToolCall': 'function_call',
                'FunctionToolCallOutputResource': 'function_call_output',
                'WebSearchToolCall': 'web_search_call',
                'ComputerToolCall': 'computer_call',
                'ComputerToolCallOutputResource': 'computer_call_output',
                'ReasoningItem': 'reasoning',
                'Program': 'program',
                'ProgramOutput': 'program_output',
                'ToolSearchCall': 'tool_search_call',
                'ToolSearchOutput': 'tool_search_output',
                'AdditionalTools': 'additional_tools',
                'CompactionBody': 'compaction',
                'ImageGenToolCall': 'image_generation_call',
                'CodeInterpreterToolCall': 'code_interpreter_call',
                'LocalShellToolCall': 'local_shell_call',
                'LocalShellToolCallOutput': 'local_shell_call_output',
                'FunctionShellCall': 'shell_call',
                'FunctionShellCallOutput': 'shell_call_output',
                'ApplyPatchToolCall': 'apply_patch_call',
                'ApplyPatchToolCallOutput': 'apply_patch_call_output',
                'MCPToolCall': 'mcp_call',
                'MCPListTools': 'mcp_list_tools',
                'MCPApprovalRequest': 'mcp_approval_request',
                'MCPApprovalResponseResource': 'mcp_approval_response',
                'CustomToolCall': 'custom_tool_call',
                'CustomToolCallOutputResource': 'custom_tool_call_output',
            },
        ),
    ],
)


class Response(JsonObject):
    """What a model answered to an input, with the settings it answered under."""

    id: str
    object: Literal['response']
    status: Literal['completed', 'failed', 'in_progress', 'cancelled', 'queued', 'incomplete'] | MISSING = (
        MISSING
    )
    created_at: Number
    completed_at: Number | None | MISSING = MISSING
    model: ModelIdsResponses
    output: Listed[OutputItem]
    error: ResponseError
    incomplete_details: ResponseIncompleteDetails | None
    usage: ResponseUsage | MISSING = MISSING
    metadata: Metadata
    top_logprobs: ResponseTopLogprobs | None | MISSING = MISSING
    temperature: ResponseTemperature | None
    top_p: ResponseTopP | None
    user: str | MISSING = MISSING
    safety_identifier: ResponseSafetyIdentifier | None | MISSING = MISSING
    prompt_cache_key: str | None | MISSING = MISSING
    prompt_cache_retention: Literal['in_memory', '24h'] | None | MISSING = MISSING
    previous_response_id: str | None | MISSING = MISSING
    background: bool | None | MISSING = MISSING
    max_tool_calls: int | None | MISSING = MISSING
    text: ResponseTextParam | MISSING = MISSING
    tools: ToolsArray
    tool_choice: ToolChoiceParam
    prompt: Prompt | MISSING = MISSING
    service_tier: ServiceTierResponses | MISSING = MISSING
    truncation: Literal['auto', 'disabled'] | None | MISSING = MISSING
    reasoning: Reasoning | None | MISSING = MISSING
    instructions: str | None
    output_text: str | None | MISSING = MISSING
    prompt_cache_options: PromptCacheOptions | MISSING = MISSING
    moderation: Moderation | None | MISSING = MISSING
    parallel_tool_calls: bool
    conversation: ResponseConversation | None | MISSING = MISSING
    max_output_tokens: int | None | MISSING = MISSING


class ResponseCompletedEvent(JsonObject):
    """The response is complete; last of all events."""

    type: Literal['response.completed']
    response: Response
    sequence_number: int


class ResponseCreatedEvent(JsonObject):
    """The response exists; first of all events."""

    type: Literal['response.created']
    response: Response
    sequence_number: int


class ResponseFailedEvent(JsonObject):
    """The response failed; last of all events."""

    type: Literal['response.failed']
    sequence_number: int
    response: Response


class ResponseInProgressEvent(JsonObject):
    """The model has begun to work on the response."""

    type: Literal['response.in_progress']
    response: Response
    sequence_number: int


class ResponseIncompleteEvent(JsonObject):
    """The response ended early at a limit; last of all events."""

    type: Literal['response.incomplete']
    response: Response
    sequence_number: int


class ResponseItemList(JsonObject):
    """One page of what the model was given for a response."""

    object: Literal['list']
    data: Listed[ItemResource]
    has_more: bool
    first_id: str
    last_id: str


class ResponseOutputItemAddedEvent(JsonObject):
    """A new item has begun; its content follows in further events."""

    type: Literal['response.output_item.added']
    output_index: int
    sequence_number: int
    item: OutputItem


class ResponseOutputItemDoneEvent(JsonObject):
    """An item is complete, and is given whole."""

    type: Literal['response.output_item.done']
    output_index: int
    sequence_number: int
    item: OutputItem


class ResponseProperties(JsonObject):
    """What a request for a response and the response itself have in common."""

    previous_response_id: str | None | MISSING = MISSING
    model: ModelIdsResponses | MISSING = MISSING
    background: bool | None | MISSING = MISSING
    max_tool_calls: int | None | MISSING = MISSING
    text: ResponseTextParam | MISSING = MISSING
    tools: ToolsArray | MISSING = MISSING
    tool_choice: ToolChoiceParam | MISSING = MISSING
    prompt: Prompt | MISSING = MISSING


class ResponseQueuedEvent(JsonObject):
    """The response waits for its turn in the background."""

    type: Literal['response.queued']
    response: Response
    sequence_number: int


ResponseStreamEvent = TypeAliasType(
    "ResponseStreamEvent",
    Annotated[
        Annotated[ResponseAudioDeltaEvent, Tag('<response.audio.delta>')]
        | Annotated[ResponseAudioDoneEvent, Tag('<response.audio.done>')]
        | Annotated[ResponseAudioTranscriptDeltaEvent, Tag('<response.audio.transcript.delta>')]
        | Annotated[ResponseAudioTranscriptDoneEvent, Tag('<response.audio.transcript.done>')]
        | Annotated[ResponseCodeInterpreterCallCodeDeltaEvent, Tag('<response.code_interpreter_call_code.delta>')]
        | Annotated[ResponseCodeInterpreterCallCodeDoneEvent, Tag('<response.code_interpreter_call_code.done>')]
        | Annotated[ResponseCodeInterpreterCallCompletedEvent, Tag('<response.code_interpreter_call.completed>')]
        | Annotated[ResponseCodeInterpreterCallInProgressEvent, Tag('<response.code_interpreter_call.in_progress>')]
        | Annotated[ResponseCodeInterpreterCallInterpretingEvent, Tag('<response.code_interpreter_call.interpreting>')]
        | Annotated[ResponseCompletedEvent, Tag('<response.completed>')]
        | Annotated[ResponseContentPartAddedEvent, Tag('<response.content_part.added>')]
        | Annotated[ResponseContentPartDoneEvent, Tag('<response.content_part.done>')]
        | Annotated[ResponseCreatedEvent, Tag('<response.created>')]
        | Annotated[ResponseErrorEvent, Tag('<error>')]
        | Annotated[ResponseFileSearchCallCompletedEvent, Tag('<response.file_search_call.completed>')]
        | Annotated[ResponseFileSearchCallInProgressEvent, Tag('<response.file_search_call.in_progress>')]
        | Annotated[ResponseFileSearchCallSearchingEvent, Tag('<response.file_search_call.searching>')]
        | Annotated[ResponseFunctionCallArgumentsDeltaEvent, Tag('<response.function_call_arguments.delta>')]
        | Annotated[ResponseFunctionCallArgumentsDoneEvent, Tag('<response.function_call_arguments.done>')]
        | Annotated[ResponseShellCallCommandAddedStreamingEvent, Tag('<response.shell_call_command.added>')]
        | Annotated[ResponseShellCallCommandDeltaStreamingEvent, Tag('<response.shell_call_command.delta>')]
        | Annotated[ResponseShellCallCommandDoneStreamingEvent, Tag('<response.shell_call_command.done>')]
        | Annotated[ResponseShellCallOutputContentDeltaStreamingEvent, Tag('<response.shell_call_output_content.delta>')]
        | Annotated[ResponseShellCallOutputContentDoneStreamingEvent, Tag('<response.shell_call_output_content.done>')]
        | Annotated[ResponseInProgressEvent, Tag('<response.in_progress>')]
        | Annotated[ResponseFailedEvent, Tag('<response.failed>')]
        | Annotated[ResponseIncompleteEvent, Tag('<response.incomplete>')]
        | Annotated[ResponseOutputItemAddedEvent, Tag('<response.output_item.added>')]
        | Annotated[ResponseOutputItemDoneEvent, Tag('<response.output_item.done>')]
        | Annotated[ResponseReasoningSummaryPartAddedEvent, Tag('<response.reasoning_summary_part.added>')]
        | Annotated[ResponseReasoningSummaryPartDoneEvent, Tag('<response.reasoning_summary_part.done>')]
        | Annotated[ResponseReasoningSummaryTextDeltaEvent, Tag('<response.reasoning_summary_text.delta>')]
        | Annotated[ResponseReasoningSummaryTextDoneEvent, Tag('<response.reasoning_summary_text.done>')]
        | Annotated[ResponseReasoningTextDeltaEvent, Tag('<response.reasoning_text.delta>')]
        | Annotated[ResponseReasoningTextDoneEvent, Tag('<response.reasoning_text.done>')]
        | Annotated[ResponseRefusalDeltaEvent, Tag('<response.refusal.delta>')]
        | Annotated[ResponseRefusalDoneEvent, Tag('<response.refusal.done>')]
        | Annotated[ResponseTextDeltaEvent, Tag('<response.output_text.delta>')]
        | Annotated[ResponseTextDoneEvent, Tag('<response.output_text.done>')]
        | Annotated[ResponseWebSearchCallCompletedEvent, Tag('<response.web_search_call.completed>')]
        | Annotated[ResponseWebSearchCallInProgressEvent, Tag('<response.web_search_call.in_progress>')]
        | Annotated[ResponseWebSearchCallSearchingEvent, Tag('<response.web_search_call.searching>')]
        | Annotated[ResponseImageGenCallCompletedEvent, Tag('<response.image_generation_call.completed>')]
        | Annotated[ResponseImageGenCallGeneratingEvent, Tag('<response.image_generation_call.generating>')]
        | Annotated[ResponseImageGenCallInProgressEvent, Tag('<response.image_generation_call.in_progress>')]
        | Annotated[ResponseImageGenCallPartialImageEvent, Tag('<response.image_generation_call.partial_image>')]
        | Annotated[ResponseMCPCallArgumentsDeltaEvent, Tag('<response.mcp_call_arguments.delta>')]
        | Annotated[ResponseMCPCallArgumentsDoneEvent, Tag('<response.mcp_call_arguments.done>')]
        | Annotated[ResponseMCPCallCompletedEvent, Tag('<response.mcp_call.completed>')]
        | Annotated[ResponseMCPCallFailedEvent, Tag('<response.mcp_call.failed>')]
        | Annotated[ResponseMCPCallInProgressEvent, Tag('<response.mcp_call.in_progress>')]
        | Annotated[ResponseMCPListToolsCompletedEvent, Tag('<response.mcp_list_tools.completed>')]
        | Annotated[ResponseMCPListToolsFailedEvent, Tag('<response.mcp_list_tools.failed>')]
        | Annotated[ResponseMCPListToolsInProgressEvent, Tag('<response.mcp_list_tools.in_progress>')]
        | Annotated[ResponseOutputTextAnnotationAddedEvent, Tag('<response.output_text.annotation.added>')]
        | Annotated[ResponseQueuedEvent, Tag('<response.queued>')]
        | Annotated[ResponseCustomToolCallInputDeltaEvent, Tag('<response.custom_tool_call_input.delta>')]
        | Annotated[ResponseCustomToolCallInputDoneEvent, Tag('<response.custom_tool_call_input.done>')],
        chosen_by(
            'type',
            models={
                'ResponseAudioDeltaEvent': 'response.audio.delta',
                'ResponseAudioDoneEvent': 'response.audio.done',
                'ResponseAudioTranscriptDeltaEvent': 'response.audio.transcript.delta',
                'ResponseAudioTranscriptDoneEvent': 'response.audio.transcript.done',
                'ResponseCodeInterpreterCallCodeDeltaEvent': 'response.code_interpreter_call_code.delta',
                'ResponseCodeInterpreterCallCodeDoneEvent': 'response.code_interpreter_call_code.done',
                'ResponseCodeInterpreterCallCompletedEvent': 'response.code_interpreter_call.completed',
                'ResponseCodeInterpreterCallInProgressEvent': 'response.code_interpreter_call.in_progress',
                'ResponseCodeInterpreterCallInterpretingEvent': 'response.code_interpreter_call.interpreting',
                'ResponseCompletedEvent': 'response.completed',
                'ResponseContentPartAddedEvent': 'response.content_part.added',
                'ResponseContentPartDoneEvent': 'response.content_part.done',
                'ResponseCreatedEvent': 'response.created',
                'ResponseErrorEvent': 'error',
                'ResponseFileSearchCallCompletedEvent': 'response.file_search_call.completed',
                'ResponseFileSearchCallInProgressEvent': 'response.file_search_call.in_progress',
                'ResponseFileSearchCallSearchingEvent': 'response.file_search_call.searching',
                'ResponseFunctionCallArgumentsDeltaEvent': 'response.function_call_arguments.delta',
                'ResponseFunctionCallArgumentsDoneEvent': 'response.function_call_arguments.done',
                'ResponseShellCallCommandAddedStreamingEvent': 'response.shell_call_command.added',
                'ResponseShellCallCommandDeltaStreamingEvent': 'response.shell_call_command.delta',
                'ResponseShellCallCommandDoneStreamingEvent': 'response.shell_call_command.done',
                'ResponseShellCallOutputContentDeltaStreamingEvent': 'response.shell_call_output_content.delta',
                'ResponseShellCallOutputContentDoneStreamingEvent': 'response.shell_call_output_content.done',
                'ResponseInProgressEvent': 'response.in_progress',
                'ResponseFailedEvent': 'response.failed',
                'ResponseIncompleteEvent': 'response.incomplete',
                'ResponseOutputItemAddedEvent': 'response.output_item.added',
                'ResponseOutputItemDoneEvent': 'response.output_item.done',
                'ResponseReasoningSummaryPartAddedEvent': 'response.reasoning_summary_part.added',
                'ResponseReasoningSummaryPartDoneEvent': 'response.reasoning_summary_part.done',
                'ResponseReasoningSummaryTextDeltaEvent': 'response.reasoning_summary_text.delta',
                'ResponseReasoningSummaryTextDoneEvent': 'response.reasoning_summary_text.done',
                'ResponseReasoningTextDeltaEvent': 'response.reasoning_text.delta',
                'ResponseReasoningTextDoneEvent': 'response.reasoning_text.done',
                'ResponseRefusalDeltaEvent': 'response.refusal.delta',
                'ResponseRefusalDoneEvent': 'response.refusal.done',
                'ResponseTextDeltaEvent': 'response.output_text.delta',
                'ResponseTextDoneEvent': 'response.output_text.done',
                'ResponseWebSearchCallCompletedEvent': 'response.web_search_call.completed',
                'ResponseWebSearchCallInProgressEvent': 'response.web_search_call.in_progress',
                'ResponseWebSearchCallSearchingEvent': 'response.web_search_call.searching',
                'ResponseImageGenCallCompletedEvent': 'response.image_generation_call.completed',
                'ResponseImageGenCallGeneratingEvent': 'response.image_generation_call.generating',
                'ResponseImageGenCallInProgressEvent': 'response.image_generation_call.in_progress',
                'ResponseImageGenCallPartialImageEvent': 'response.image_generation_call.partial_image',
                'ResponseMCPCallArgumentsDeltaEvent': 'response.mcp_call_arguments.delta',
                'ResponseMCPCallArgumentsDoneEvent': 'response.mcp_call_arguments.done',
                'ResponseMCPCallCompletedEvent': 'response.mcp_call.completed',
                'ResponseMCPCallFailedEvent': 'response.mcp_call.failed',
                'ResponseMCPCallInProgressEvent': 'response.mcp_call.in_progress',
                'ResponseMCPListToolsCompletedEvent': 'response.mcp_list_tools.completed',
                'ResponseMCPListToolsFailedEvent': 'response.mcp_list_tools.failed',
                'ResponseMCPListToolsInProgressEvent': 'response.mcp_list_tools.in_progress',
                'ResponseOutputTextAnnotationAddedEvent': 'response.output_text.annotation.added',
                'ResponseQueuedEvent': 'response.queued',
                'ResponseCustomToolCallInputDeltaEvent': 'response.custom_tool_call_input.delta',
                'ResponseCustomToolCallInputDoneEvent': 'response.custom_tool_call_input.done',
            },
        ),
    ],
)


TokenCountsBodyInput = TypeAliasType(
    "TokenCountsBodyInput",
    Annotated[
        Annotated[Annotated[str, Field(max_length=10485760)], Tag('<string>')]
        | Annotated[Listed[InputItem], Tag('<array>')],
        chosen_by(
            None,
            kinds=('string', 'array'),
        ),
    ],
)


class TokenCountsBody(JsonObject):
    """An input to be counted, as it would be given to create a response."""

    model: str | None | MISSING = MISSING
    input: TokenCountsBodyInput | None | MISSING = MISSING
    previous_response_id: str | None | MISSING = MISSING
    tools: Listed[Tool] | None | MISSING = MISSING
    text: ResponseTextParam | None | MISSING = MISSING
    reasoning: Reasoning | None | MISSING = MISSING
    truncation: TruncationEnum | MISSING = MISSING
    instructions: str | None | MISSING = MISSING
    personality: PersonalityEnum | MISSING = MISSING
    conversation: ConversationParam | None | MISSING = MISSING
    tool_choice: ToolChoiceParam | None | MISSING = MISSING
    parallel_tool_calls: bool | None | MISSING = MISSING


Tool = TypeAliasType(
    "Tool",
    Annotated[
        Annotated[FunctionTool, Tag('<function>')]
        | Annotated[FileSearchTool, Tag('<file_search>')]
        | Annotated[ComputerTool, Tag('<computer>')]
        | Annotated[ComputerUsePreviewTool, Tag('<computer_use_preview>')]
        | Annotated[WebSearchTool, Tag('<web_search>')]
        | Annotated[MCPTool, Tag('<mcp>')]
        | Annotated[CodeInterpreterTool, Tag('<code_interpreter>')]
        | Annotated[ProgrammaticToolCallingParam, Tag('<programmatic_tool_calling>')]
        | Annotated[ImageGenTool, Tag('<image_generation>')]
        | Annotated[LocalShellToolParam, Tag('<local_shell>')]
        | Annotated[FunctionShellToolParam, Tag('<shell>')]
        | Annotated[CustomToolParam, Tag('<custom>')]
        | Annotated[NamespaceToolParam, Tag('<namespace>')]
        | Annotated[ToolSearchToolParam, Tag('<tool_search>')]
        | Annotated[WebSearchPreviewTool, Tag('<web_search_preview>')]
        | Annotated[ApplyPatchToolParam, Tag('<apply_patch>')],
        chosen_by(
            'type',
            models={
                'FunctionTool': 'function',
                'FileSearchTool': 'file_search',
                'ComputerTool': 'computer',
                'ComputerUsePreviewTool': 'computer_use_preview',
                'WebSearchTool': 'web_search',
                'MCPTool': 'mcp',
                'CodeInterpreterTool': 'code_interpreter',
                'ProgrammaticToolCallingParam': 'programmatic_tool_calling',
                'ImageGenTool': 'image_generation',
                'LocalShellToolParam': 'local_shell',
                'FunctionShellToolParam': 'shell',
                'CustomToolParam': 'custom',
                'NamespaceToolParam': 'namespace',
                'ToolSearchToolParam': 'tool_search',
                'WebSearchPreviewTool': 'web_search_preview',
                'ApplyPatchToolParam': 'apply_patch',
            },
            tags={
                'web_search_2025_08_26': 'web_search',
                'web_search_preview_2025_03_11': 'web_search_preview',
            },
        ),
    ],
)


class ToolSearchOutput(JsonObject):
    """The tools that a search turned up, as stored."""

    type: Literal['tool_search_output']
    id: str
    call_id: str | None
    execution: ToolSearchExecutionType
    tools: Listed[Tool]
    status: FunctionCallOutputStatusEnum
    created_by: str | MISSING = MISSING


class ToolSearchOutputItemParam(JsonObject):
    """The tools that a search turned up, as sent by a client that searches itself."""

    id: str | None | MISSING = MISSING
    call_id: ToolSearchOutputItemParamCallId | None | MISSING = MISSING
    type: Literal['tool_search_output']
    execution: ToolSearchExecutionType | MISSING = MISSING
    tools: Listed[Tool]
    status: FunctionCallItemStatus | None | MISSING = MISSING


ToolsArray = TypeAliasType("ToolsArray", Listed[Tool])


complete(dict(globals()))
