// The Responses API through the official Node SDK. Run by tests/system/test_openai_node.py.
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { collect, keep, rejects, user } from './promises.mjs';

const client = new OpenAI({ maxRetries: 0 });
const { responses } = client;
const PREFACE = 'Echo (no model behind this): ';
const model = 'echo';
const Sight = z.object({ place: z.string(), height: z.number().int(), kind: z.enum(['tower', 'bridge']) });
const tool = (name, field) => ({
  type: 'function', name, strict: true, description: name,
  parameters: {
    type: 'object', properties: { [field]: { type: 'string' } }, required: [field], additionalProperties: false,
  },
});
const tools = [tool('get_weather', 'city'), tool('get_time', 'zone')];
const texts = (items) => items.map((item) => item.content[0].text);
const until = async (id) => {
  for (let tries = 0; tries < 500; tries += 1) {
    const found = await responses.retrieve(id);
    if (!['queued', 'in_progress'].includes(found.status)) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return assert.fail('it never ends');
};

await keep({
  async 'create, retrieve, delete'() {
    const made = await responses.create({ model, input: 'hello', metadata: { topic: 'node' } });
    assert.equal(made.output_text, `${PREFACE}hello`);
    assert.deepEqual((await responses.retrieve(made.id)).output, made.output);
    await responses.delete(made.id);
    await rejects(responses.retrieve(made.id), 404);
  },
  async 'a stream adds up to the stored response'() {
    const stream = responses.stream({ model, input: 'tell me a story' });
    let said = '';
    stream.on('response.output_text.delta', (event) => { said += event.delta; });
    const final = await stream.finalResponse();
    assert.equal(said, `${PREFACE}tell me a story`);
    assert.deepEqual((await responses.retrieve(final.id)).output[0].content[0].text, said);
  },
  async 'structured output is parsed, from a stream too'() {
    const body = { model, input: 'a tower?', text: { format: zodTextFormat(Sight, 'sight') } };
    assert.ok(Sight.parse((await responses.parse(body)).output_parsed));
    assert.ok(Sight.parse((await responses.stream(body).finalResponse()).output_parsed));
  },
  async 'tool loop with parallel calls'() {
    const made = await responses.create({ model, tools, input: 'get_weather and get_time please' });
    assert.deepEqual(made.output.map((call) => call.name), ['get_weather', 'get_time']);
    const outputs = made.output.map(({ call_id, name }) => (
      { type: 'function_call_output', call_id, output: `${name}: fine` }));
    const chained = await responses.create({ model, tools, input: outputs, previous_response_id: made.id });
    assert.equal(chained.output_text, `${PREFACE}the tool answered: get_time: fine`);
    const input = [user('get_weather and get_time please'), ...made.output, ...outputs];
    assert.equal((await responses.create({ model, tools, input, store: false })).output_text, chained.output_text);
  },
  async 'background: poll, cancel'() {
    const made = await responses.create({ model, input: 'hello', background: true });
    assert.equal(made.status, 'queued');
    assert.equal((await until(made.id)).output_text, `${PREFACE}hello`);
    const slow = await responses.create({ model: 'echo/slow', input: 'hello', background: true });
    for (let times = 0; times < 2; times += 1) assert.equal((await responses.cancel(slow.id)).status, 'cancelled');
  },
  async 'a stream is taken up again without loss or repeat'() {
    const input = 'word '.repeat(20);
    const stream = await responses.create({ model: 'echo/slow', input, background: true, stream: true });
    const seen = [];
    for await (const event of stream) {
      seen.push(event);
      if (seen.length === 6) break;
    }
    const { id } = seen[0].response;
    const rest = await collect(await responses.retrieve(id, { stream: true, starting_after: 5 }));
    const whole = await collect(await responses.retrieve(id, { stream: true }));
    assert.deepEqual([...seen, ...rest].map((event) => event.sequence_number), whole.map((_, index) => index));
    const retaken = await responses.stream({ response_id: id, starting_after: undefined }).finalResponse();
    assert.equal(retaken.output_text, PREFACE + input);
    await rejects(responses.retrieve((await responses.create({ model, input })).id, { stream: true }), 400);
  },
  async 'a conversation is kept in step'() {
    const conversation = (await client.conversations.create({ items: [user('before')] })).id;
    for (const input of ['one', 'two']) await responses.create({ model, input, conversation });
    const items = await collect(client.conversations.items.list(conversation, { order: 'asc' }));
    assert.deepEqual(texts(items), ['before', 'one', `${PREFACE}one`, 'two', `${PREFACE}two`]);
    await responses.create({ model: 'echo/slow', input: 'three', conversation, background: true });
    await rejects(responses.create({ model, input: 'four', conversation }), 400, { code: 'conversation_locked' });
  },
  async 'a chain, its input items, its end'() {
    const first = await responses.create({ model, input: 'one' });
    const input = [user('two'), user('three')];
    const next = await responses.create({ model, input, previous_response_id: first.id });
    assert.ok(next.usage.input_tokens > first.usage.input_tokens);
    const listed = texts(await collect(responses.inputItems.list(next.id, { order: 'asc', limit: 1 })));
    assert.deepEqual(listed.slice(-2), ['two', 'three']);
    const previous_response_id = `resp_${'0'.repeat(48)}`;
    await rejects(responses.create({ model, input, previous_response_id }), 400, { code: 'previous_response_not_found' });
  },
  async 'tokens are counted, conversations folded'() {
    const input = Array.from({ length: 60 }, (_, index) => user(`Fact ${index}. ${'word '.repeat(40)}`));
    const before = (await responses.inputTokens.count({ model, input })).input_tokens;
    const { output } = await responses.compact({ model, input });
    assert.ok((await responses.inputTokens.count({ model, input: output })).input_tokens < before / 2);
    const made = await responses.create({ model, input: [...output, user('where?')] });
    assert.equal(made.output_text, `${PREFACE}where?`);
  },
});
