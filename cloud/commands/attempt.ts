// One try of a request's command: located, checked, executed, and followed where it has settled.
import { locate, type Target } from '../directory/locate.ts';
import { log, note } from '../log.ts';
import { badgeIn, execute } from './execute.ts';
import type { Outcome } from './outcome.ts';
import type { CommandPorts } from './ports.ts';
import { followPurge } from './purge.ts';
import { type CommandRequest, checkedArgs } from './request.ts';
import { checkSite } from './site-rights.ts';

/** The terminal of a request, as its asker finds it or as the directory has it. */
export function located({ directory }: CommandPorts, request: CommandRequest): Promise<Target> {
  return request.locate?.() ?? locate(directory, request.principal, request.device);
}

/** Where a further try goes: wherever the first one went. */
async function targetOf(ports: CommandPorts, request: CommandRequest, id: string | null): Promise<Target> {
  const command = id === null ? null : await ports.ledger.command(request.principal.tenant, id);
  return command ?? located(ports, request);
}

/**
 * @param id of the command: a new one, or that of an earlier try
 * @throws SerenoError for what was refused before anything was sent
 */
export async function attempt(
  ports: CommandPorts,
  request: CommandRequest,
  id: string,
  repeat: boolean,
): Promise<Outcome> {
  note({ command: id });
  const { site, device, deviceName } = await targetOf(ports, request, repeat ? id : null);
  const target = { site, device, deviceName };
  note({ site, device });
  await checkSite(ports, request, target);
  const args = checkedArgs(request.action, request.args, device);
  note({ user: badgeIn(args) ?? undefined });
  const outcome = await execute(ports, { id, target, args, request });
  if (outcome.kind === 'settled') {
    if (outcome.settlement.status === 'ok') {
      await withoutFailing('after ok', async () => request.afterOk?.(target));
    }
    await followSettled(ports, outcome);
  }
  return outcome;
}

/** What has settled may still have something to be done, also where nobody saw it settle. */
export async function followSettled({ eraser }: CommandPorts, outcome: Outcome): Promise<void> {
  if (outcome.kind !== 'settled') return;
  await withoutFailing('purge not followed', () => followPurge(eraser, outcome.command, outcome.settlement));
}

/** Once the agent has spoken, trouble of ours must not be answered as a failure of the change. */
export async function withoutFailing<T>(what: string, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    log.error(what, error as Error);
    return null;
  }
}
