// Conversations, chat completions and models through the official Node SDK. Run, as its neighbours are, by
// tests/system/test_openai_node.py with OPENAI_BASE_URL and OPENAI_API_KEY set.
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { collect, keep, rejects, user } from './promises.mjs';

const client = new OpenAI({ maxRetries: 0 });

await keep({
  async 'conversations: create, retrieve, update, delete'() {
    const made = await client.conversations.create({ metadata: { topic: 'node' }, items: [user('hello')] });
    assert.match(made.id, /^conv_[0-9a-f]{48}$/);
    assert.deepEqual((await client.conversations.retrieve(made.id)).metadata, { topic: 'node' });
    const updated = await client.conversations.update(made.id, { metadata: { topic: 'changed' } });
    assert.deepEqual(updated.metadata, { topic: 'changed' });
    assert.equal((await client.conversations.delete(made.id)).deleted, true);
    await rejects(client.conversations.retrieve(made.id), 404);
  },
  async 'items: create, list by pages, retrieve, delete'() {
    const { id } = await client.conversations.create();
    const texts = Array.from({ length: 7 }, (_, index) => `message ${index}`);
    for (const text of texts) await client.conversations.items.create(id, { items: [user(text)] });
    const listed = await collect(client.conversations.items.list(id, { limit: 3, order: 'asc' }));
    assert.deepEqual(listed.map((item) => item.content[0].text), texts);
    const one = await client.conversations.items.retrieve(listed[2].id, { conversation_id: id });
    assert.deepEqual(one, listed[2]);
    assert.equal((await client.conversations.items.delete(one.id, { conversation_id: id })).id, id);
    await rejects(client.conversations.items.retrieve(one.id, { conversation_id: id }), 404);
  },
  async 'chat: create, stream, list, retrieve, update, messages, delete'() {
    const metadata = { run: `node-${Date.now()}` };
    const body = { model: 'echo', store: true, metadata, messages: [{ role: 'user', content: 'hello' }] };
    const made = await client.chat.completions.create(body);
    assert.equal(made.choices[0].finish_reason, 'stop');
    assert.equal((await client.chat.completions.retrieve(made.id)).id, made.id);
    const stream = client.chat.completions.stream({ ...body, stream_options: { include_usage: true } });
    const streamed = await stream.finalChatCompletion();
    assert.equal(streamed.choices[0].message.content, made.choices[0].message.content);
    const listed = await collect(client.chat.completions.list({ metadata, limit: 1 }));
    assert.deepEqual(listed.map((one) => one.id), [made.id, streamed.id]);
    const updated = await client.chat.completions.update(made.id, { metadata: { run: 'other' } });
    assert.deepEqual(updated.metadata, { run: 'other' });
    const messages = await collect(client.chat.completions.messages.list(made.id, { limit: 1 }));
    assert.deepEqual(messages.map((one) => one.role), ['user', 'assistant']);
    assert.equal((await client.chat.completions.delete(made.id)).deleted, true);
    await rejects(client.chat.completions.retrieve(made.id), 404);
  },
  async 'models: list, retrieve, delete'() {
    const models = await collect(client.models.list());
    assert.ok(models.some((model) => model.id === 'echo'));
    assert.equal((await client.models.retrieve('echo')).id, 'echo');
    await rejects(client.models.retrieve('no-such-model'), 404, { code: 'model_not_found' });
    await rejects(client.models.delete('echo'), 403);
  },
  async 'errors carry status, type, param, code and a request id'() {
    await rejects(client.conversations.create({ items: [{ type: 'message', role: 'user' }] }), 400, {
      type: 'invalid_request_error', param: 'items[0].content', code: 'missing_required_parameter',
    });
    const stranger = new OpenAI({ apiKey: 'wrong', maxRetries: 0 });
    await rejects(stranger.models.list(), 401, { code: 'invalid_api_key' });
    const { request_id } = await client.models.list().withResponse();
    assert.ok(request_id);
  },
});
