"""One input item of each type, as full as the contract lets it be; what several files of probes need."""

from typing import Final

from conformance.wire.examination import Json


def message(text: str, role: str = "user") -> Json:
    """A message in its shortest form."""
    return {"type": "message", "role": role, "content": text}


ITEMS: Final[dict[str, Json]] = {
    "message with parts": {
        "type": "message",
        "role": "user",
        "content": [
            {"type": "input_text", "text": "What is this?"},
            {"type": "input_image", "detail": "low", "image_url": "https://example.com/cat.png"},
            {"type": "input_file", "filename": "a.txt", "file_data": "data:text/plain;base64,YQ=="},
        ],
    },
    "assistant message": {
        "type": "message",
        "id": "msg_probe",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": "A cat.", "annotations": [], "logprobs": []}],
    },
    "refusal": {
        "type": "message",
        "id": "msg_probe",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "refusal", "refusal": "I would rather not."}],
    },
    "function_call": {
        "type": "function_call",
        "id": "fc_probe",
        "call_id": "call_1",
        "name": "get_weather",
        "arguments": '{"city": "Köln"}',
        "status": "completed",
    },
    "function_call_output": {
        "type": "function_call_output",
        "id": "fco_probe",
        "call_id": "call_1",
        "output": "Sunny.",
        "status": "completed",
    },
    "file_search_call": {
        "type": "file_search_call",
        "id": "fs_probe",
        "queries": ["tea"],
        "status": "completed",
        "results": [
            {"file_id": "file_1", "filename": "tea.md", "score": 0.5, "text": "Tea.", "attributes": {}}
        ],
    },
    "web_search_call": {
        "type": "web_search_call",
        "id": "ws_probe",
        "status": "completed",
        "action": {"type": "search", "query": "tea", "queries": ["tea"]},
    },
    "image_generation_call": {
        "type": "image_generation_call",
        "id": "ig_probe",
        "status": "completed",
        "result": "aGVsbG8=",
    },
    "computer_call": {
        "type": "computer_call",
        "id": "cu_probe",
        "call_id": "call_2",
        "action": {"type": "click", "button": "left", "x": 1, "y": 2},
        "pending_safety_checks": [],
        "status": "completed",
    },
    "computer_call_output": {
        "type": "computer_call_output",
        "id": "cuo_probe",
        "call_id": "call_2",
        "output": {"type": "computer_screenshot", "image_url": "https://example.com/s.png"},
        "status": "completed",
    },
    "tool_search_call": {
        "type": "tool_search_call",
        "id": "tsc_probe",
        "call_id": "call_3",
        "execution": "client",
        "arguments": {"goal": "weather"},
        "status": "completed",
    },
    "tool_search_output": {
        "type": "tool_search_output",
        "id": "tso_probe",
        "call_id": "call_3",
        "execution": "client",
        "tools": [],
        "status": "completed",
    },
    "additional_tools": {"type": "additional_tools", "id": "at_probe", "role": "developer", "tools": []},
    "reasoning": {
        "type": "reasoning",
        "id": "rs_probe",
        "summary": [{"type": "summary_text", "text": "Thought of tea."}],
        "content": [{"type": "reasoning_text", "text": "Tea, then."}],
        "encrypted_content": "c2VjcmV0",
        "status": "completed",
    },
    "compaction": {"type": "compaction", "id": "cmp_probe", "encrypted_content": "c2VjcmV0"},
    "code_interpreter_call": {
        "type": "code_interpreter_call",
        "id": "ci_probe",
        "container_id": "cntr_1",
        "code": "print(1)",
        "outputs": [{"type": "logs", "logs": "1"}],
        "status": "completed",
    },
    "local_shell_call": {
        "type": "local_shell_call",
        "id": "lsh_probe",
        "call_id": "call_4",
        "action": {"type": "exec", "command": ["ls"], "env": {}},
        "status": "completed",
    },
    "local_shell_call_output": {
        "type": "local_shell_call_output",
        "id": "lsho_probe",
        "call_id": "call_4",
        "output": "a.txt",
        "status": "completed",
    },
    "shell_call": {
        "type": "shell_call",
        "id": "sh_probe",
        "call_id": "call_5",
        "action": {"commands": ["ls"], "timeout_ms": 1000, "max_output_length": 100},
        "status": "completed",
    },
    "shell_call_output": {
        "type": "shell_call_output",
        "id": "sho_probe",
        "call_id": "call_5",
        "output": [{"stdout": "a", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}],
        "max_output_length": 100,
        "status": "completed",
    },
    "apply_patch_call": {
        "type": "apply_patch_call",
        "id": "apc_probe",
        "call_id": "call_6",
        "operation": {"type": "delete_file", "path": "a.txt"},
        "status": "completed",
    },
    "apply_patch_call_output": {
        "type": "apply_patch_call_output",
        "id": "apco_probe",
        "call_id": "call_6",
        "status": "completed",
        "output": "done",
    },
    "mcp_list_tools": {
        "type": "mcp_list_tools",
        "id": "mcpl_probe",
        "server_label": "weather",
        "tools": [{"name": "now", "input_schema": {"type": "object"}}],
    },
    "mcp_approval_request": {
        "type": "mcp_approval_request",
        "id": "mcpr_probe",
        "server_label": "weather",
        "name": "now",
        "arguments": "{}",
    },
    "mcp_call": {
        "type": "mcp_call",
        "id": "mcp_probe",
        "server_label": "weather",
        "name": "now",
        "arguments": "{}",
        "output": "Sunny.",
    },
    "custom_tool_call": {
        "type": "custom_tool_call",
        "id": "ctc_probe",
        "call_id": "call_7",
        "name": "write",
        "input": "free text",
    },
    "custom_tool_call_output": {
        "type": "custom_tool_call_output",
        "id": "ctco_probe",
        "call_id": "call_7",
        "output": "ok",
    },
}
"""By name of the case: what was sent has to come back, member by member."""
