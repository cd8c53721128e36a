// What the system on one machine can be started with.
import type { RuleItem } from '../../cloud/store/keys.ts';
import type { PresenceEvent } from '../../shared/wire/envelope.ts';
import type { IntakeEvent } from '../../shared/wire/events.ts';
import type { TerminalSettings } from '../../test/terminal/terminal.ts';
import type { Disturbance } from './broker/disturbance.ts';
import type { Meter } from './meter.ts';
import type { SimulatedId } from './simulated/terminals.ts';

export interface SystemOptions {
  readonly dataDir: string;
  /** Of the gateway; 0 takes a free one. */
  readonly port?: number;
  /** Takes a free port if `port` is not available. */
  readonly anyPort?: boolean;
  /** Deletes what an earlier run left in the data folder. */
  readonly fresh?: boolean;
  /** Operators' agent.yaml files; without any, one site with two simulated terminals. */
  readonly agents?: readonly string[];
  /**
   * The simulated terminals remember, have punches of the last days, which are collected, and can be operated by commands;
   * called with one line about it.
   */
  readonly livedIn?: (line: string) => void;
  /** Replace defaults of the simulated terminals. */
  readonly terminals?: Partial<Record<SimulatedId, TerminalSettings>>;
  /** How long to wait for agents and devices. Default 120 s. */
  readonly readyMs?: number;
  readonly signal?: AbortSignal;
  /** Called with one line for each failure at a terminal, and where the log is. */
  readonly onTrouble?: (line: string) => void;
  /** Called with what is still missing, if it takes long. */
  readonly onWaiting?: (missing: string) => void;
  /** Loses, delays or doubles the rows that the rule puts, in tests of just that. */
  readonly interceptRow?: (item: RuleItem, put: () => void) => void;
  /** The same for what goes between broker and agents. */
  readonly disturbance?: Disturbance;
  /** The same for what the rule hands to the intake function, which is called as often as `hand` is. */
  readonly interceptIntake?: (event: IntakeEvent, hand: () => Promise<void>) => Promise<void>;
  /** A test's way to have functions die that a rule or the clock calls: what it hands out is their event. */
  readonly markInvocation?: (name: string, event: object) => object;
  /** A test's way to lose hellos, last wills and ends of connections on their way. */
  readonly losesPresence?: (event: PresenceEvent) => boolean;
  /** How often sites that count as connected are asked about. Default: a minute. */
  readonly sweepMs?: number;
  /** How often webhooks are looked after that could not be delivered to at once. Default: 5 s. */
  readonly deliverMs?: number;
  /** How often it is looked whether operators are to be told of something. Default: 2 s. */
  readonly alertMs?: number;
  /** How often people are looked after whom a terminal does not know of yet. Default: 5 s. */
  readonly keepMs?: number;
  /** How often jobs are looked after. Default: 2 s. */
  readonly jobsMs?: number;
  /** For how long it is gathered before. Default: 10 s. */
  readonly gatherMs?: number;
  /** How long certificates of agents hold. Default: a year. */
  readonly certificateMs?: number;
  /** The functions' time limit. Default 29 s, as deployed; tests that lose replies need not wait so long. */
  readonly lambdaMs?: number;
  /** Counts what AWS would charge for. */
  readonly meter?: Meter;
  /** A part died that is not restarted automatically. */
  readonly onFailure?: (cause: Error) => void;
}
