// A job is put into the table: its parts first, its head last. Before the head nothing is sent, so a job is there whole or not at all.
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { decodeTime, ulid } from 'ulid';
import type { RouteName } from '../../shared/api/routes.ts';
import { SerenoError } from '../../shared/errors.ts';
import { sideBySide } from '../bounded.ts';
import type { Claimed, Idempotency, Memory } from '../commands/idempotency.ts';
import type { Asking } from '../commands/request.ts';
import type { Directory } from '../directory/directory.ts';
import { log, note } from '../log.ts';
import { type BatchItem, keptOf } from './asked.ts';
import { placeOf } from './attending.ts';
import type { Head, Part } from './model.ts';
import { type Planned, planned } from './planning.ts';
import type { JobPorts } from './ports.ts';

const LANES = 10;

export interface JobRequest extends Asking {
  readonly route: RouteName;
  readonly items: readonly BatchItem[];
  readonly keepSeconds: number;
}

export interface PlacingPorts extends JobPorts {
  /** What the caller sees of it. */
  readonly directory: Directory;
  readonly idempotency: Idempotency;
  /** Enters the change into the audit log. @throws what keeps it from being made */
  readonly begin: (change: {
    readonly id: string;
    readonly request: JobRequest;
    readonly site: string | undefined;
    readonly device: string | undefined;
  }) => Promise<{ readonly chain: number; readonly number: number }>;
}

export interface Placed {
  readonly head: Head;
  /** It was there already, by an earlier request under the same key. */
  readonly replayed: boolean;
}

/** The one value that all have, or nothing. */
function common(values: readonly string[]): string | undefined {
  const [one, ...others] = new Set(values);
  return others.length === 0 ? one : undefined;
}

/** A ULID of the same time as the job's, and always the same for a part. */
function commandOfPart(job: string, part: number): string {
  const bytes = createHash('sha256').update(`${job} ${part}`).digest().values();
  return ulid(decodeTime(job), () => (bytes.next().value ?? 0) / 256);
}

async function putParts(
  ports: PlacingPorts,
  {
    id,
    createdAt,
    keepUntil,
    tenant,
    trace,
  }: Pick<Head, 'id' | 'createdAt' | 'keepUntil' | 'tenant' | 'trace'>,
  parts: readonly Planned[],
): Promise<void> {
  await sideBySide([...parts.entries()], LANES, async ([number, { target, items, args }]) => {
    const part: Part = {
      tenant,
      job: id,
      part: number,
      ...target,
      size: items.length,
      // Whoever places the job anew means the same command: should the one before still send it, its agent does it once.
      command: commandOfPart(id, number),
      createdAt,
      issuedAt: createdAt,
      keepUntil,
      trace,
      sent: false,
      tries: 0,
      nextAt: createdAt,
      cancelled: false,
      ended: false,
    };
    // Packed it fits into a row whatever its texts are, since it fits into a message.
    const packed = gzipSync(JSON.stringify(args));
    const sealed = await ports.box.seal(tenant, placeOf(part), packed);
    await ports.jobs.putPart({ part, items, sealed });
  });
}

async function place(ports: PlacingPorts, id: string, request: JobRequest): Promise<Placed> {
  const { principal, route, items, keepSeconds, trace } = request;
  const { tenant, subject } = principal;
  const parts = await planned(ports.directory, principal, items);
  const device = common(parts.map(({ target }) => target.device));
  const site = common(parts.map(({ target }) => target.site));
  const audit = await ports.begin({ id, request, site, device });
  const createdAt = ports.clock.now();
  const head: Head = {
    tenant,
    id,
    route,
    subject,
    trace,
    createdAt,
    keepUntil: createdAt + keepSeconds * 1000,
    items: items.map(keptOf),
    parts: parts.length,
    ...(device === undefined ? {} : { device }),
    ...(site === undefined ? {} : { site }),
    audit,
  };
  await putParts(ports, head, parts);
  if (await ports.jobs.putHead(head)) return { head, replayed: false };
  const known = await ports.jobs.head(tenant, id);
  if (known === null) throw new Error(`job ${id} has vanished`);
  return { head: known, replayed: true };
}

/** A job settles by itself: under its key it is only found again. */
const MEMORY: Memory = { outcome: async () => null, isRemembered: () => false };

async function claim(ports: PlacingPorts, { principal, key }: JobRequest): Promise<Claimed | null> {
  if (key === null) return null;
  const { text, fingerprint, leaseUntil: endsAt } = key;
  try {
    const { tenant, subject } = principal;
    return await ports.idempotency.claim({ tenant, subject, key: text, fingerprint, endsAt }, MEMORY);
  } catch (cause) {
    log.error('key not claimed', cause as Error);
    throw new SerenoError('service_unavailable', { cause, applied: 'unknown' });
  }
}

/**
 * Places a job, once under its key where it has one.
 *
 * @throws FieldErrors, SerenoError for what was refused: then there is no job, and nothing of it is done
 */
export async function placeJob(ports: PlacingPorts, request: JobRequest): Promise<Placed> {
  const claimed = await claim(ports, request);
  switch (claimed?.kind) {
    case 'mismatch':
      throw new SerenoError('idempotency_mismatch');
    case 'in_progress':
      throw new SerenoError('idempotency_in_progress');
    case 'settled':
      throw new Error('jobs are not remembered as commands are');
    default:
  }
  const mine = claimed ?? null;
  const id = mine?.commandId ?? ulid(ports.clock.now());
  note({ command: id, op: 'user.batch' });
  if (mine?.repeat === true) {
    const known = await ports.jobs.head(request.principal.tenant, id);
    if (known !== null) {
      await ports.idempotency.finish(mine, 'pending');
      return { head: known, replayed: true };
    }
  }
  try {
    const placed = await place(ports, id, request);
    if (mine !== null) await ports.idempotency.finish(mine, 'pending');
    return placed;
  } catch (error) {
    // A head that was put and not heard of is found by the next try under the key.
    const isRefused = error instanceof SerenoError && mine?.repeat === false;
    if (mine !== null) await ports.idempotency.finish(mine, isRefused ? 'forgotten' : 'pending');
    throw error;
  }
}
