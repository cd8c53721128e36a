// One client's conversation: requests served one after the other, faults and slowness included.
import { setImmediate } from 'node:timers/promises';
import { type Answer, answer, type Behaviour, refuse } from './behaviour.ts';
import { behaviours } from './behaviours/table.ts';
import type { Client, Upload } from './client.ts';
import type { Device } from './device.ts';
import { planOf } from './fault-plan.ts';
import type { ArmedFault } from './faults.ts';
import { decodePayload, encodePayload, type Payload } from './framing.ts';
import { garbage } from './garbage.ts';
import { onslaught, type Stroke } from './hostile.ts';
import { type Line, Outbox } from './line.ts';
import { Manners } from './manners.ts';
import { pause } from './pause.ts';
import { Command, Event, Reply } from './protocol.ts';

const NOTHING = Buffer.alloc(0);
/** How many bytes an attack writes at once. */
const ATTACK_BYTES = 65_536;
const ATTACK_FRAMES = 1000;
/** What may come between an upload and its word at a terminal that loses uploads. */
const UPLOAD_COMMANDS: ReadonlySet<number> = new Set([
  Command.prepareData,
  Command.data,
  Command.checksumBuffer,
  Command.writeUsers,
  Command.uploadTemplate,
]);
/** A record of a user within an upload. */
const RECORD_BYTES = 73;

export class Session implements Client {
  readonly label: string;
  readonly transport: 'tcp' | 'udp';
  session = 0;
  connected = false;
  disturbed = false;
  hasWritten = false;
  authenticated = false;
  prepared: Buffer | null = null;
  upload: Upload | null = null;
  liveMask = 0;
  lastSeen = Date.now();
  readonly #device: Device;
  readonly #line: Line;
  readonly #outbox: Outbox;
  readonly #manners: Manners;
  readonly #gone = new AbortController();
  readonly #heldEvents: Buffer[] = [];
  /** Events that the client has not acknowledged yet. */
  #owed = 0;
  #served: Promise<void> = Promise.resolve();
  #forgotten = false;

  constructor(device: Device, line: Line, label: string) {
    this.#device = device;
    this.#line = line;
    this.label = label;
    this.transport = line.transport;
    this.#outbox = new Outbox(line, device.options, device.random, this.#gone.signal);
    const { datagrams, datagramsIn } = device.options;
    const loses = datagrams.burstBegins > 0 || datagramsIn.burstBegins > 0;
    // A client whose datagrams get lost cannot end properly: what it wrote is refreshed in the next conversation.
    this.disturbed = this.transport === 'udp' && loses;
    const isDisorderly = this.transport === 'udp' && (datagramsIn.doubled > 0 || datagramsIn.overtaken > 0);
    this.#manners = new Manners(this, isDisorderly, (text) => device.violation(`${label}: ${text}`));
    device.clients.add(this);
  }

  /** A payload as it came. One with a bad checksum is dropped in silence, as terminals do. */
  receive(bytes: Buffer): void {
    this.lastSeen = Date.now();
    const payload = decodePayload(bytes);
    if (typeof payload === 'string') {
      this.#device.violation(
        `${this.label}: ${payload === 'short' ? 'payload under 8 bytes' : 'wrong checksum'}`,
      );
      return;
    }
    const { command, data } = payload;
    const enabled = this.#device.lock.enabled;
    this.#device.record({ at: this.lastSeen, client: this.label, command, data, enabled });
    if (command === Reply.ok) {
      this.#acknowledged(payload);
      return;
    }
    this.#manners.request(payload);
    this.#served = this.#served.then(() => this.#serve(payload));
  }

  sendEvent(code: number, data: Buffer, inOrder: boolean): void {
    const frame = this.#frame({ command: Reply.event, session: code, replyId: 0, data });
    if (inOrder && (this.#owed > 0 || this.#heldEvents.length > 0)) {
      this.#heldEvents.push(frame);
      return;
    }
    this.#owed += 1;
    this.#outbox.push([frame]);
  }

  drop(): void {
    this.#forgotten = true;
    this.#line.cut();
    this.closed();
  }

  /** The line is gone; everything that depended on it ends. */
  closed(): void {
    if (this.#gone.signal.aborted) return;
    this.#gone.abort();
    this.#device.clients.delete(this);
    if (this.#device.enrolment?.plan.client === this) this.#device.enrolment.end();
    this.#device.changed();
  }

  #acknowledged(payload: Payload): void {
    this.#manners.acknowledgement(payload, this.#owed);
    this.#owed = Math.max(0, this.#owed - 1);
    const next = this.#owed === 0 ? this.#heldEvents.shift() : undefined;
    if (next === undefined) return;
    this.#owed += 1;
    this.#outbox.push([next]);
  }

  async #serve(payload: Payload): Promise<void> {
    if (this.#gone.signal.aborted) return;
    const { hostile } = this.#device.options;
    const strokes = hostile === null ? null : onslaught(hostile, payload.command, payload.data);
    if (strokes !== null) return await this.#attack(strokes, payload.replyId);
    const behaviour = behaviours.get(payload.command);
    const { bulkWrite } = this.#device.options;
    const isOfUpload = UPLOAD_COMMANDS.has(payload.command);
    if ((bulkWrite === 'loses' || bulkWrite === 'mislays') && !isOfUpload) this.upload = null;
    const struck = this.#device.faults.take(payload.command);
    this.disturbed ||= struck !== null;
    const plan = planOf(struck?.fault ?? null);
    const { perCommandMs, perWriteMs, perBulkRecordMs } = this.#device.options.latency;
    const records = payload.command === Command.writeUsers ? recordsIn(this.upload) : 0;
    const writeMs = behaviour?.writes ? perWriteMs + records * perBulkRecordMs : 0;
    await pause(perCommandMs + writeMs, this.#device.lifetime);
    // What a client asked for is done even if the client is gone; only a restart forgets it.
    if (this.#device.lifetime.aborted || this.#forgotten) return;
    if (plan.wait === 'before' && !(await this.#outlasts(struck))) return;
    const truth = plan.effect ? this.#carryOut(payload, behaviour) : answer();
    if (plan.wait === 'after' && !(await this.#outlasts(struck))) return;
    switch (plan.answer) {
      case 'true':
        return this.#reply(payload, truth);
      case 'twice':
        return this.#reply(payload, { ...truth, frames: [...truth.frames, ...truth.frames] });
      case 'again':
        this.#reply(payload, truth);
        return this.#reply(payload, this.#carryOut(payload, behaviour));
      case 'acknowledged':
        return this.#reply(payload, answer());
      case 'refused':
        return this.#reply(payload, refuse(struck?.fault.reply));
      case 'garbage':
        return this.#outbox.push([garbage(this.#device.random, this.transport)]);
      case 'cut':
        return this.#outbox.push([], () => this.drop());
      case 'close':
        return this.#outbox.push([], () => this.#line.close());
      case 'none':
    }
  }

  /** As fast as the client takes it, until it is gone. Small frames go out many at a time. */
  async #attack(strokes: Iterable<Stroke>, replyId: number): Promise<void> {
    const isTcp = this.transport === 'tcp';
    let ready: Buffer[] = [];
    let bytes = 0;
    for (const stroke of strokes) {
      if (this.#gone.signal.aborted) return;
      if (!('ms' in stroke)) {
        ready.push(this.#frame({ session: this.session, replyId, data: NOTHING, ...stroke }));
        bytes += ready.at(-1)?.length ?? 0;
        if (isTcp && bytes < ATTACK_BYTES && ready.length < ATTACK_FRAMES) continue;
      }
      await this.#line.write(Buffer.concat(ready));
      // Writing to a closed line returns at once: the close event must get a chance to run.
      await setImmediate();
      ready = [];
      bytes = 0;
      if ('ms' in stroke) await pause(stroke.ms, this.#gone.signal);
    }
    if (ready.length > 0) await this.#line.write(Buffer.concat(ready));
  }

  /** Waits as long as the fault says; false if the client is gone by then. */
  async #outlasts(struck: ArmedFault | null): Promise<boolean> {
    if (struck !== null) {
      const { kind, ms = kind === 'stall' ? Number.POSITIVE_INFINITY : 0 } = struck.fault;
      const signals = kind === 'stall' ? [struck.gone, this.#gone.signal] : [this.#gone.signal];
      await pause(ms, ...signals);
    }
    return !this.#gone.signal.aborted;
  }

  #carryOut({ command, data }: Payload, behaviour: Behaviour | undefined): Answer {
    const isOpening = command === Command.connect;
    if (!this.connected && !isOpening) return refuse(Reply.notConnected);
    const { lock, options } = this.#device;
    const isToldToAll = options.optionsWithoutKey && command === Command.readOption;
    const needsKey = !isOpening && !isToldToAll && command !== Command.auth && command !== Command.exit;
    if (!this.authenticated && needsKey) return refuse(Reply.unauthorized);
    if (behaviour === undefined) return refuse(Reply.unknown);
    if (behaviour.writes === 'users' && lock.enabled) {
      this.#device.violation(`${this.label}: ${behaviour.name} (${command}) while enabled`);
      if (options.writesNeedDisable) return refuse();
    }
    if (isOpening) this.hasWritten = false;
    this.hasWritten ||= behaviour.writes !== undefined;
    const given = behaviour.run({ device: this.#device, client: this, command, data });
    this.#device.changed();
    return given;
  }

  #reply({ command, replyId }: Payload, { frames, after }: Answer): void {
    const isOpening = command === Command.connect || command === Command.auth;
    const wire = this.#device.faults.disturb(command, frames).flatMap((frame) => {
      const { session = this.session, data = NOTHING } = frame;
      const bytes = this.#frame({ command: frame.command, session, replyId, data });
      return this.#device.options.eventsBetween && !isOpening ? [this.#strayEvent(), bytes] : [bytes];
    });
    const bytes = wire.reduce((sum, frame) => sum + frame.length, 0);
    const budget = this.#device.faults.budget(command, bytes);
    if (budget !== null) {
      const sent = Buffer.concat(wire).subarray(0, budget);
      // Closed, not reset: a reset could take bytes back that are still on their way.
      this.#outbox.push(sent.length > 0 ? [sent] : [], () => {
        this.#line.close();
        this.closed();
      });
      return;
    }
    if (after === undefined) this.#outbox.push(wire);
    else
      this.#outbox.push(wire, after === 'restart' ? () => this.#device.restart() : () => this.#line.close());
  }

  /** An event that nobody asked for, as terminals send them while somebody uses them. */
  #strayEvent(): Buffer {
    this.#owed += 1;
    return this.#frame({ command: Reply.event, session: Event.button, replyId: 0, data: Buffer.from([1]) });
  }

  #frame(payload: Payload): Buffer {
    return this.#line.frame(encodePayload(payload));
  }
}

/** About how many users an upload holds. */
function recordsIn(upload: Upload | null): number {
  return upload === null ? 0 : Math.floor(upload.received / RECORD_BYTES);
}
