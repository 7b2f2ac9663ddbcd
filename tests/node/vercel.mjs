// The Vercel AI SDK, unmodified, on the Responses API. Run by tests/system/test_openai_node.py.
import assert from 'node:assert/strict';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, Output, isStepCount, streamText, tool } from 'ai';
import { z } from 'zod';
import { keep } from './promises.mjs';

const openai = createOpenAI({ baseURL: process.env.OPENAI_BASE_URL, apiKey: process.env.OPENAI_API_KEY });
const model = openai.responses('echo');
const PREFACE = 'Echo (no model behind this): ';
const limits = { maxRetries: 0 };
const tools = () => {
  const called = [];
  const inputSchema = z.object({ city: z.string() });
  const one = (name) => tool({
    description: name, inputSchema, execute: async (input) => { called.push([name, input]); return `${name}: fine`; },
  });
  return { called, tools: { get_weather: one('get_weather'), get_time: one('get_time') } };
};
const sight = Output.object({ schema: z.object({ place: z.string(), height: z.number() }) });

await keep({
  async 'generateText'() {
    const made = await generateText({ ...limits, model, prompt: 'hello' });
    assert.equal(made.text, `${PREFACE}hello`);
    assert.equal(made.finishReason, 'stop');
    assert.ok(made.usage.totalTokens > 0);
    assert.match(made.providerMetadata.openai.responseId, /^resp_/);
  },
  async 'streamText'() {
    const stream = streamText({ ...limits, model, prompt: 'tell me a story' });
    let said = '';
    for await (const piece of stream.textStream) said += piece;
    assert.equal(said, `${PREFACE}tell me a story`);
    assert.equal(await stream.finishReason, 'stop');
  },
  async 'parallel tool calls, and the answer after them'() {
    const { called, tools: offered } = tools();
    const made = await generateText({
      ...limits, model, tools: offered, stopWhen: isStepCount(3), prompt: 'get_weather and get_time please',
    });
    assert.deepEqual(called.map(([name]) => name), ['get_weather', 'get_time']);
    assert.equal(made.steps.length, 2);
    assert.equal(made.text, `${PREFACE}the tool answered: get_time: fine`);
  },
  async 'the same, streamed'() {
    const { called, tools: offered } = tools();
    const stream = streamText({
      ...limits, model, tools: offered, stopWhen: isStepCount(3), prompt: 'get_weather and get_time please',
    });
    assert.equal(await stream.text, `${PREFACE}the tool answered: get_time: fine`);
    assert.equal(called.length, 2);
  },
  async 'nothing stored: the whole history goes along'() {
    const { called, tools: offered } = tools();
    const made = await generateText({
      ...limits, model, tools: offered, stopWhen: isStepCount(3), prompt: 'get_weather please',
      providerOptions: { openai: { store: false } },
    });
    assert.equal(called.length, 1);
    assert.equal(made.text, `${PREFACE}the tool answered: get_weather: fine`);
  },
  async 'structured output, and the same streamed'() {
    const { output } = await generateText({ ...limits, model, output: sight, prompt: 'a tower?' });
    assert.deepEqual(Object.keys(output).sort(), ['height', 'place']);
    assert.deepEqual(await streamText({ ...limits, model, output: sight, prompt: 'a tower?' }).output, output);
  },
  async 'ten turns of one chat, by history and by chain'() {
    const messages = [];
    let previousResponseId;
    for (let turn = 0; turn < 10; turn += 1) {
      messages.push({ role: 'user', content: `turn ${turn}` });
      const whole = await generateText({ ...limits, model, messages });
      messages.push(...(whole.responseMessages ?? whole.response.messages));
      const chained = await generateText({
        ...limits, model, prompt: `turn ${turn}`, providerOptions: { openai: { previousResponseId } },
      });
      previousResponseId = chained.providerMetadata.openai.responseId;
      assert.equal(whole.text, `${PREFACE}turn ${turn}`);
      assert.equal(chained.text, whole.text);
      assert.equal(chained.usage.inputTokens, whole.usage.inputTokens);
    }
  },
});
