// Stands for an agent of any version: says of itself at the status socket what the file `nature` of its version lets it say.
import { readFileSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { serveStatus } from '../../../agent/status-socket.ts';
import { WIRE_VERSION } from '../../../shared/wire/envelope.ts';
import type { Nature } from './schedule.ts';

const [program = '', data = ''] = process.argv.slice(2);
const current = join(program, 'current');
const nature = readFileSync(join(current, 'nature'), 'utf8') as Nature;
if (nature === 'dies') process.exit(1);
const status = {
  pid: process.pid,
  connected: nature !== 'no_line',
  refused: [],
  hello: {
    v: WIRE_VERSION,
    session: 'campaign',
    agentVersion: basename(readlinkSync(current)),
    at: 0,
    clockOffsetMs: null,
    journalDepth: 0,
    devices: [
      {
        id: 'door',
        name: 'door',
        host: '10.0.0.1',
        port: 4370,
        reachable: nature !== 'loses_terminal',
        lastSeen: null,
      },
    ],
  },
};
const answers = { status: () => status as never, examine: () => Promise.reject(new Error('not asked')) };
serveStatus(data, answers, () => process.exit(1));
if (nature === 'crashes') setTimeout(() => process.exit(1), 120);
process.on('SIGTERM', () => process.exit(0));
