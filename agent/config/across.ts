// What does not fit between the entries of an agent.yaml, or between it and the environment; reported along with errors inside the entries.
import * as z from 'zod';
import { commKeySchema, deviceDefaults } from '../../shared/domain/device.ts';
import { deviceConfigSchema } from './schema.ts';

/** Where, and what, in words. */
export type PathAndProblem = readonly [path: readonly PropertyKey[], problem: string];

const { id, host, port, comm_key_env, follow } = deviceConfigSchema.shape;
/** The valid parts of a device. */
const partSchema = z.object({
  id: id.optional().catch(undefined),
  host: host.optional().catch(undefined),
  port: port.default(deviceDefaults.port).catch(0),
  comm_key_env: comm_key_env.catch(undefined),
  follow: follow.catch(false),
});
const fileSchema = z.object({
  devices: z.array(partSchema.catch({ port: 0, follow: false })),
  subnets: z.array(z.unknown()).nullish().catch(null),
});

/** From the file as it was read, whatever else is wrong in it. */
export function problemsAcross(plain: unknown, environment: NodeJS.ProcessEnv): PathAndProblem[] {
  const read = fileSchema.safeParse(plain);
  if (!read.success) return [];
  const { devices, subnets } = read.data;
  const isAnywhere = (subnets ?? []).length > 0;
  return [
    ...twins(devices),
    ...unsetKeys(devices, environment),
    ...(isAnywhere ? [] : lostFollowers(devices)),
  ];
}

type Part = z.infer<typeof partSchema>;

function twins(devices: readonly Part[]): PathAndProblem[] {
  const problems: PathAndProblem[] = [];
  const ids = new Set<string>();
  const holders = new Map<string, string>();
  for (const [index, { id, host, port }] of devices.entries()) {
    if (id !== undefined && ids.has(id)) {
      problems.push([['devices', index, 'id'], `must be an id of its own ('${id}' is used twice)`]);
    }
    if (id !== undefined) ids.add(id);
    if (host === undefined || port === 0) continue;
    // Two queues for one terminal would not keep each other out.
    const address = `${host.toLowerCase()}:${port}`;
    const holder = holders.get(address);
    if (holder !== undefined) {
      problems.push([
        ['devices', index, 'host'],
        `must be an address of its own ('${holder}' has ${address})`,
      ]);
    }
    holders.set(address, id ?? `devices.${index}`);
  }
  return problems;
}

function lostFollowers(devices: readonly Part[]): PathAndProblem[] {
  return devices.flatMap(({ follow: isFollowed }, index): PathAndProblem[] =>
    isFollowed ? [[['devices', index, 'follow'], "needs 'subnets', where it is looked for"]] : [],
  );
}

/** Comm keys that the environment should hold and does not. */
function unsetKeys(devices: readonly Part[], environment: NodeJS.ProcessEnv): PathAndProblem[] {
  return devices.flatMap(({ comm_key_env: variable }, index): PathAndProblem[] => {
    if (variable === undefined || commKeyIn(environment[variable]) !== null) return [];
    const problem = `the environment variable ${variable} must hold a number from 0 to 4294967295`;
    return [[['devices', index, 'comm_key_env'], problem]];
  });
}

/** A comm key as the environment holds it; null where it is not valid. */
export function commKeyIn(text = ''): number | null {
  return /^\d{1,10}$/.test(text) && commKeySchema.safeParse(Number(text)).success ? Number(text) : null;
}
