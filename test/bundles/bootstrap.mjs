// What Lambda's own runtime does around a function, in few lines: loads the bundle, asks for events, hands back answers.
// Plain JavaScript, so that what is measured is the bundle and not this file.
import { createRequire } from 'node:module';

const startedAt = performance.now();
const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT, _HANDLER = '' } = process.env;
const base = `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const [file, exported] = _HANDLER.split('.');

function describe(error) {
  return JSON.stringify({
    errorType: error?.name ?? 'Error',
    errorMessage: String(error?.message ?? error),
    stackTrace: String(error?.stack ?? '').split('\n'),
  });
}

function post(path, body, headers = {}) {
  return fetch(`${base}/${path}`, { method: 'POST', body, headers });
}

function contextOf(headers) {
  const deadline = Number(headers.get('lambda-runtime-deadline-ms'));
  return {
    callbackWaitsForEmptyEventLoop: true,
    awsRequestId: headers.get('lambda-runtime-aws-request-id'),
    invokedFunctionArn: headers.get('lambda-runtime-invoked-function-arn'),
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: '$LATEST',
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

let handler;
try {
  handler = createRequire(import.meta.url)(`${LAMBDA_TASK_ROOT}/${file}.js`)[exported];
} catch (error) {
  await post('init/error', describe(error));
  process.exit(1);
}
const times = { 'sereno-started-ms': String(startedAt), 'sereno-loaded-ms': String(performance.now()) };

for (;;) {
  const next = await fetch(`${base}/invocation/next`, { headers: times });
  const event = await next.json();
  const id = next.headers.get('lambda-runtime-aws-request-id');
  try {
    const answer = await handler(event, contextOf(next.headers));
    await post(`invocation/${id}/response`, JSON.stringify(answer ?? null));
  } catch (error) {
    await post(`invocation/${id}/error`, describe(error));
  }
}
