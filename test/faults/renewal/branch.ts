// A process that is an agent's certificates alone: real files, and the line to the cloud is the channel to its parent. It dies,
// by SIGKILL, at the step on its disk that it is told.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import pino from 'pino';
import type { FromBranch, ToBranch } from './line.ts';

const [file = '', dieAt = '0', where = 'before'] = process.argv.slice(2);

/** What changes something on the disk. */
const STEPS = ['openSync', 'writeSync', 'fsyncSync', 'renameSync', 'rmSync'] as const;

let steps = 0;
const die = () => process.kill(process.pid, 'SIGKILL');
for (const name of STEPS) {
  const real = fs[name] as (...given: unknown[]) => unknown;
  Object.assign(fs, {
    [name]: (...given: unknown[]) => {
      steps += 1;
      const isHere = steps === Number(dieAt);
      if (isHere && where === 'before') die();
      const result = real(...given);
      if (isHere) die();
      return result;
    },
  });
}
// What the agent imports by name is changed, too.
syncBuiltinESMExports();

const { OwnCertificates } = await import('../../../agent/enrolment/certificates.ts');
const { loadConfig } = await import('../../../agent/config/load.ts');

const tell = (message: FromBranch) => process.send?.(message);
const config = loadConfig(file, {});
const { cloud, tenant, site } = config;
if (cloud === null) throw new Error('agent.yaml names no certificate');

/** Each certificate is due as soon as it is there. */
const AHEAD_MS = 360 * 24 * 3600 * 1000;

let published = 0;
const waiting = new Map<number, () => void>();
const known = new Map([[cloud.certificate, cloud]]);
const certificates = new OwnCertificates({
  ...{ file, cloud, at: { tenant, site }, patienceMs: 250, againMs: 60 },
  log: pino({ level: 'silent' }),
  connect: (at) => {
    known.set(at.certificate, at);
    tell({ kind: 'connect', certificate: at.certificate, key: at.key });
  },
});
known.set(certificates.current.certificate, certificates.current);

process.on('message', (message: ToBranch) => {
  if (message.kind === 'word') return certificates.take({ certificate: message.certificate, days: 365 });
  if (message.kind === 'published') return waiting.get(message.id)?.();
  if (message.kind === 'enrolled') {
    const now = loadConfig(file, {}).cloud;
    if (now === null) return;
    known.set(now.certificate, now);
    return certificates.enrolled(now);
  }
  const at = known.get(message.certificate);
  if (at === undefined) return;
  if (message.kind === 'up') certificates.up(at);
  else certificates.down(at);
});
process.on('disconnect', () => process.exit());

tell({ kind: 'connect', certificate: certificates.current.certificate, key: certificates.current.key });
certificates.start({
  publish: (_topic, payload) => {
    const id = ++published;
    tell({ kind: 'publish', id, body: Buffer.from(payload).toString('base64') });
    return new Promise((resolve) => waiting.set(id, resolve));
  },
  now: () => Date.now() + AHEAD_MS,
  onNews: () => undefined,
});
