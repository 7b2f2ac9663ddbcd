// What the scripts here share: a promise is a name and a check; one line each, exit code 1 if one is broken.
import assert from 'node:assert/strict';

export const user = (content) => ({ type: 'message', role: 'user', content });

export const collect = async (pages) => {
  const all = [];
  for await (const one of pages) all.push(one);
  return all;
};

export const rejects = async (promise, status, fields = {}) => {
  const error = await promise.then(() => assert.fail('no error'), (error) => error);
  assert.equal(error.status, status, String(error));
  for (const [name, value] of Object.entries(fields)) assert.equal(error[name], value, name);
};

export const keep = async (promises) => {
  for (const [promise, check] of Object.entries(promises)) {
    try {
      await check();
      console.log(`ok ${promise}`);
    } catch (error) {
      process.exitCode = 1;
      console.log(`not ok ${promise}\n${error.stack}`);
    }
  }
};
