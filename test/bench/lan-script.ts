// Creates over the protocol alone: as a script on the terminal's LAN does it, and the bare exchanges of the agent's way.
import { readSet } from '../../agent/zk/bulk.ts';
import { disable, enable, refreshData } from '../../agent/zk/control.ts';
import { Conversation } from '../../agent/zk/conversation.ts';
import { readCounters } from '../../agent/zk/counters.ts';
import { decodeUsers, newUser, writeUser } from '../../agent/zk/users.ts';

function open(port: number): Promise<Conversation> {
  return Conversation.open({ host: '127.0.0.1', port, transport: 'tcp', commKey: 0, timeoutMs: 5000 });
}

/**
 * Connect, read the table for a free uid, lock, write, refresh, unlock, leave: the plain way. Nothing is
 * verified. Uses this project's transport, so that only the procedure differs.
 */
export async function createByScript(port: number, userId: string): Promise<void> {
  const conversation = await open(port);
  const users = decodeUsers(await readSet(conversation, 'users'), 72, 'utf-8');
  const uid = users.reduce((highest, user) => Math.max(highest, user.uid), 0) + 1;
  await disable(conversation, null);
  await writeUser(conversation, newUser({ uid, userId, name: 'Script' }, 72, 'utf-8'));
  await refreshData(conversation);
  await enable(conversation);
  await conversation.close();
}

/** A terminal that answers the exchanges of one create on an open conversation: its share of the whole path. */
export async function openForShare(
  port: number,
): Promise<{ create(uid: number): Promise<void>; close(): Promise<void> }> {
  const conversation = await open(port);
  return {
    async create(uid) {
      await readCounters(conversation);
      await disable(conversation, 25);
      await readCounters(conversation);
      await writeUser(conversation, newUser({ uid, userId: `${uid}`, name: 'Share' }, 72, 'utf-8'));
      await refreshData(conversation);
      await readCounters(conversation);
      await enable(conversation);
    },
    close: () => conversation.close(),
  };
}
