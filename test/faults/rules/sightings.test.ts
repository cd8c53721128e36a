import { expect, test } from 'vitest';
import { Conversation } from '../../../agent/zk/conversation.ts';
import { workbench } from '../../terminal/workbench.ts';
import { Sightings } from './sightings.ts';

const { start } = workbench();

test.each(['tcp', 'udp'] as const)(
  'an agent that died is back once it connects anew, whatever it left behind: %s',
  async (transport) => {
    const terminal = await start({ transport, users: 1 });
    const { port } = terminal;
    const open = () => Conversation.open({ host: '127.0.0.1', port, transport, commKey: 0, timeoutMs: 5000 });
    const before = await open();
    const sightings = new Sightings(terminal);
    const excusedUntil = () => sightings.excuses[0]?.to ?? 0;
    const later = async (than: number) => expect.poll(() => Date.now()).toBeGreaterThan(than);
    await later(Date.now());
    sightings.agentDies(0);
    await later(Date.now());
    terminal.punch(terminal.users()[0]?.userId ?? '');
    await later(excusedUntil());
    const meanwhile = excusedUntil();
    await later(meanwhile);
    expect(excusedUntil()).toBeGreaterThan(meanwhile);
    const after = await open();
    const ended = excusedUntil();
    await later(ended);
    expect(excusedUntil()).toBe(ended);
    sightings.stop();
    await Promise.all([before.close(), after.close()]);
  },
);
