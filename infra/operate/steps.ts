// The steps of the smoke test: each asks one thing of a deployment, from the API to the terminal and back.
import { setTimeout as sleep } from 'node:timers/promises';
import { ulid } from 'ulid';
import type { Api, Told } from './api.ts';

/** What a step has found: `fail` says what is wrong, and what to do. */
export type Outcome =
  | { readonly ok: string }
  | { readonly skip: string }
  | { readonly fail: string; readonly todo: string };

export interface Wanted {
  /** The branch to be walked to; the first one that is online where left out. */
  readonly site?: string | undefined;
  /** A terminal that may be written to. */
  readonly write?: string | undefined;
}

export interface Step {
  readonly name: string;
  readonly run: (walk: Walk) => Promise<Outcome>;
}

/** What earlier steps have found out, for the later ones. */
export interface Walk {
  readonly api: Api;
  readonly wanted: Wanted;
  site?: string;
  device?: string;
  cursor?: string;
  /** The badge that was written, to be taken off whatever comes. */
  badge?: string;
}

interface Site {
  readonly site: string;
  readonly online: boolean;
  readonly agent_version: string | null;
  readonly certificate_ends_at: string | null;
}
interface Device {
  readonly id: string;
  readonly site: string;
  readonly state: string;
}

const AGENT =
  'Is the mini-PC on? On it: sereno-agent doctor. It needs TCP 8883, or 443, outwards to the IoT endpoint of this account.';
const TERMINAL = 'Is the terminal on, and at that address? On the mini-PC: sereno-agent doctor.';

/** What the codes of the contract mean for who has just deployed. */
const NEXT_STEPS: Readonly<Record<string, string>> = {
  unauthorized:
    'Is the token of the issuer and audience that were deployed, and not expired? Look at the alarm issuer-keys, and at the log of the function authorizer.',
  forbidden: 'Use a token with this scope; docs/api.md lists them.',
  agent_offline: AGENT,
  device_unreachable: TERMINAL,
  device_offline: TERMINAL,
  device_no_route: TERMINAL,
  device_port_closed: TERMINAL,
  device_busy: 'Somebody enrols, or many wait there: again in a minute.',
  too_many_calls: 'Many calls of this company wait for its terminals: again in a minute.',
};
const LOGS = 'Look at the log group of the function, /aws/lambda/sereno-{stage}-…, at this minute.';

const NOTHING =
  'Is the URL the output Url of the stack, or its domain with the CNAME set, and may this machine reach it?';

function failed(what: string, { status, body, operation }: Told): Outcome {
  const { code, error } = body as { code?: string; error?: string };
  const answered = status === 0 ? 'nothing' : status;
  const said = `${answered}${code === undefined ? '' : ` ${code}`}${error === undefined ? '' : `: ${error}`}`;
  const at = operation === null ? '' : ` (operation ${operation})`;
  return {
    fail: `${what} answered ${said}${at}`,
    todo: status === 0 ? NOTHING : (NEXT_STEPS[code ?? ''] ?? LOGS),
  };
}

const seconds = ({ ms }: Told) => `${(ms / 1000).toFixed(2)} s`;

async function answers({ api }: Walk): Promise<Outcome> {
  const told = await api('GET', '/', { token: false });
  if (told.status !== 200) return failed('GET /', told);
  const { version, timestamp } = told.body as { version: string; timestamp: string };
  const off = Math.abs(Date.parse(timestamp) - Date.now());
  if (off > 60_000) {
    return {
      fail: `the clock of this machine is ${Math.round(off / 1000)} s from that of the API`,
      todo: 'Set the clock: tokens and certificates depend on it.',
    };
  }
  return { ok: `version ${version}, ${seconds(told)}` };
}

async function refusesStrangers({ api }: Walk): Promise<Outcome> {
  const told = await api('GET', '/devices', { token: false });
  // In AWS the gateway says so by itself.
  if (told.status === 401) return { ok: '401 without a token' };
  return {
    fail: `GET /devices without a token answered ${told.status}`,
    todo: 'Do not use this deployment: its routes are open, or in front of it stands something else.',
  };
}

async function takesToken({ api }: Walk): Promise<Outcome> {
  const told = await api('GET', '/devices?limit=1');
  return told.status === 200
    ? { ok: `${told.body.total} terminals, ${seconds(told)}` }
    : failed('GET /devices', told);
}

function ends(certificate: string | null): string {
  if (certificate === null) return 'certificate of an age that is not known';
  return `certificate until ${certificate.slice(0, 10)}`;
}

async function branchIsThere(walk: Walk): Promise<Outcome> {
  const { api, wanted } = walk;
  const told = await api('GET', '/sites?limit=500');
  if (told.status !== 200) return failed('GET /sites', told);
  const sites = told.body.data as Site[];
  const found =
    wanted.site === undefined
      ? (sites.find(({ online }) => online) ?? sites[0])
      : sites.find(({ site }) => site === wanted.site);
  if (found === undefined) {
    const which = wanted.site === undefined ? 'no branch' : `no branch '${wanted.site}'`;
    return {
      fail: `there is ${which}`,
      todo: 'POST /sites, then POST /sites/{site}/enrollments: docs/deploy.md, section 3.',
    };
  }
  if (!found.online) {
    return { fail: `the agent of '${found.site}' is not connected`, todo: AGENT };
  }
  walk.site = found.site;
  return {
    ok: `'${found.site}' is connected, agent ${found.agent_version}, ${ends(found.certificate_ends_at)}`,
  };
}

async function terminalIsThere(walk: Walk): Promise<Outcome> {
  const { api, site, wanted } = walk;
  if (site === undefined) return { skip: 'no branch is connected' };
  const told = await api('GET', `/devices?site=${site}&limit=500`);
  if (told.status !== 200) return failed('GET /devices', told);
  const devices = told.body.data as Device[];
  const found =
    wanted.write === undefined
      ? (devices.find(({ state }) => state === 'online') ?? devices[0])
      : devices.find(({ id }) => id === wanted.write);
  if (found === undefined) {
    const which = wanted.write === undefined ? 'no terminal' : `no terminal '${wanted.write}'`;
    return {
      fail: `${which} at '${site}'`,
      todo: 'POST /devices, or a device in the agent.yaml of the branch.',
    };
  }
  walk.device = found.id;
  if (found.state === 'online') return { ok: `'${found.id}' is online, of ${told.body.total}` };
  return { fail: `'${found.id}' is ${found.state}`, todo: TERMINAL };
}

/** API, ledger, direct message, agent, terminal, reply over the rule into the table, answer. */
async function reachesTerminal({ api, device }: Walk): Promise<Outcome> {
  if (device === undefined) return { skip: 'no terminal is known' };
  const told = await api('GET', `/devices/${device}/ping`);
  if (told.status === 202) {
    return {
      fail: 'the agent has the command, or may have it, and no answer came back in time',
      todo: 'Replies take the IoT rule sereno_reply into the table: look at the alarms put-aside and iot-rules, and at the log of the agent (sereno-agent log).',
    };
  }
  return told.status === 200 ? { ok: `'${device}' and back in ${seconds(told)}` } : failed('a ping', told);
}

async function readsUsers({ api, device }: Walk): Promise<Outcome> {
  if (device === undefined) return { skip: 'no terminal is known' };
  const told = await api('GET', `/devices/${device}/users?limit=1`);
  return told.status === 200
    ? { ok: `${told.body.total} users, ${seconds(told)}` }
    : failed('GET users', told);
}

async function readsFeed(walk: Walk): Promise<Outcome> {
  const told = await walk.api('GET', '/events?after=now');
  if (told.status !== 200) return failed('GET /events', told);
  walk.cursor = String(told.body.next_cursor);
  return { ok: `the feed of events, ${seconds(told)}` };
}

/** Badges that the terminal of the smallest numbers takes, too. */
async function freeBadge({ api, device }: Walk): Promise<string | Outcome> {
  for (let badge = 65_000; badge > 64_990; badge--) {
    const told = await api('GET', `/devices/${device}/users/${badge}`);
    if (told.status === 404 && told.body.code === 'user_not_found') return String(badge);
    if (told.status !== 200) return failed('GET user', told);
  }
  return { skip: 'the badges 64991 to 65000 are all taken there' };
}

async function writes(walk: Walk): Promise<Outcome> {
  const { api, device, wanted } = walk;
  if (wanted.write === undefined) return { skip: 'no terminal was given with --write' };
  if (device === undefined) return { skip: 'that terminal is not reached' };
  const badge = await freeBadge(walk);
  if (typeof badge !== 'string') return badge;
  walk.badge = badge;
  const call = { body: { user_id: badge, name: 'Prueba' }, key: ulid() };
  const told = await api('POST', `/devices/${device}/users`, call);
  if (told.status !== 200) return failed('a new user', told);
  const again = await api('POST', `/devices/${device}/users`, call);
  if (again.status !== 200 || !again.isReplay) {
    return { fail: `the same call with its key answered ${again.status}, not as before`, todo: LOGS };
  }
  const seen = await api('GET', `/devices/${device}/users/${badge}`);
  if (seen.status !== 200) return failed('the new user', seen);
  return { ok: `user ${badge} is there, once, ${seconds(told)}` };
}

async function isTold({ api, device, badge, cursor }: Walk): Promise<Outcome> {
  if (badge === undefined || cursor === undefined) return { skip: 'nothing was written' };
  const until = Date.now() + 15_000;
  for (let after = cursor; Date.now() < until; ) {
    const told = await api('GET', `/events?types=user.created&wait=5&after=${encodeURIComponent(after)}`);
    if (told.status !== 200) return failed('GET /events', told);
    const events = told.body.data as { data: { device_id?: string; user_id?: string } }[];
    if (events.some(({ data }) => data.device_id === device && data.user_id === badge))
      return { ok: 'the event came' };
    after = String(told.body.next_cursor);
    await sleep(100);
  }
  return {
    fail: 'no event told of the new user within 15 s',
    todo: 'The IoT rule sereno_{stage}_settled calls the function intake: look at its log and at the alarm put-aside.',
  };
}

/** Whatever the steps before have come to. */
async function putsBack({ api, device, badge }: Walk): Promise<Outcome> {
  if (badge === undefined) return { skip: 'nothing was written' };
  const path = `/devices/${device}/users/${badge}`;
  const told = await api('DELETE', `${path}?purge=true`);
  const seen = await api('GET', path);
  if (seen.status === 404) return { ok: `user ${badge} is gone` };
  const outcome = failed('taking the user off', told.status === 200 ? seen : told);
  return 'fail' in outcome ? { ...outcome, todo: `Take user ${badge} off '${device}' by hand.` } : outcome;
}

export const steps: readonly Step[] = [
  { name: 'API', run: answers },
  { name: 'Strangers', run: refusesStrangers },
  { name: 'Token', run: takesToken },
  { name: 'Events', run: readsFeed },
  { name: 'Broker', run: branchIsThere },
  { name: 'Terminals', run: terminalIsThere },
  { name: 'Way and back', run: reachesTerminal },
  { name: 'Users', run: readsUsers },
  { name: 'Write', run: writes },
  { name: 'Told', run: isTold },
  { name: 'Put back', run: putsBack },
];
