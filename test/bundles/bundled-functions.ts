// Every function as its bundle, each in a process of its own as soon as it is called, with what it talks to around it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { bundleFunction, isWritten } from '../../infra/cdk/bundle.ts';
import { grants, type LambdaName } from '../../infra/cdk/grants.ts';
import { type Asked, httpEvent } from './events.ts';
import { LambdaHost } from './lambda-host.ts';
import { type Surroundings, startSurroundings } from './surroundings.ts';

export const functionNames = (Object.keys(grants) as LambdaName[]).filter(isWritten);

export class BundledFunctions {
  /** Outside of the repository, so that nothing is found that is not in the bundle. */
  readonly folder = mkdtempSync(join(tmpdir(), 'sereno-lambda-'));
  readonly around: Surroundings;
  readonly #hosts = new Map<string, LambdaHost>();

  private constructor(around: Surroundings) {
    this.around = around;
  }

  static async start(): Promise<BundledFunctions> {
    const functions = new BundledFunctions(await startSurroundings());
    try {
      for (const name of functionNames) bundleFunction(name, join(functions.folder, name));
    } catch (error) {
      await functions.stop();
      throw error;
    }
    return functions;
  }

  /** The process of a function, started at the first call. */
  async hostOf(name: LambdaName): Promise<LambdaHost> {
    const known = this.#hosts.get(name);
    if (known !== undefined) return known;
    const env = await this.around.envOf(name);
    const host = await LambdaHost.start({ name, folder: join(this.folder, name), env });
    this.#hosts.set(name, host);
    return host;
  }

  /** Calls a function as API Gateway does. */
  async call(name: LambdaName, asked: Asked): Promise<{ status: number; body: string; json: unknown }> {
    const host = await this.hostOf(name);
    const answer = (await host.invoke(httpEvent(asked))) as APIGatewayProxyStructuredResultV2;
    const body = textOf(answer);
    const isJson = String(answer.headers?.['content-type']).startsWith('application/json');
    return { status: answer.statusCode ?? 0, body, json: isJson ? JSON.parse(body) : null };
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#hosts.values()].map((host) => host.stop()));
    await this.around.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The body as a client sees it. */
function textOf({ body = '', headers, isBase64Encoded }: APIGatewayProxyStructuredResultV2): string {
  if (isBase64Encoded !== true) return body;
  const bytes = Buffer.from(body, 'base64');
  return (headers?.['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8');
}
