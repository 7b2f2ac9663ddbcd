// Idempotency keys through the official Node SDK: tests/system/test_idempotency.py breaks its first connection.
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { collect, keep, rejects, user } from './promises.mjs';

const client = new OpenAI({ maxRetries: 2 });

await keep({
  async 'a lost answer is asked for again, and one conversation made'() {
    const run = `node-${Date.now()}`;
    const options = { idempotencyKey: run, headers: { 'Idempotency-Key': run } };
    const made = await client.conversations.create({ metadata: { run } }, options);
    const again = await client.conversations.create({ metadata: { run } }, options);
    assert.equal(again.id, made.id);
    await client.conversations.items.create(made.id, { items: [user('once')] });
    assert.equal((await collect(client.conversations.items.list(made.id))).length, 1);
  },
  async 'another request under the key is refused at once'() {
    const headers = { 'Idempotency-Key': `other-${Date.now()}` };
    await client.conversations.create({ metadata: { a: '1' } }, { headers });
    await rejects(client.conversations.create({ metadata: { a: '2' } }, { headers }), 409);
  },
});
