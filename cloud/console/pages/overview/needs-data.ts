// What needs a hand: asked of the API kind by kind, the worst first.
import { useQueries, useQuery } from '@tanstack/react-query';
import { api, read } from '../../api/client.ts';
import type { components } from '../../api/contract.d.ts';
import {
  type Device,
  type Fleet,
  fleetQuery,
  type Operation,
  type Site,
  type Trouble,
} from '../../api/fleet.ts';
import { useMay } from '../../app/session.tsx';

/** Shown of each kind; the others are counted. */
const MOST = 5;
/** Terminals without an answer: those go away whose whole branch does not answer. */
const MOST_OFFLINE = 200;
const EVERY_MS = 10_000;
/** Every operation of a week is looked at for it. */
const OPERATIONS_MS = 60_000;

export type Problem = components['schemas']['Problem'];
const RULE_PROBLEMS = ['rule.overdue', 'rule.failed'] as const;
export type RuleProblem = (typeof RULE_PROBLEMS)[number];

export type Need =
  | { readonly kind: 'site'; readonly state: 'offline' | 'unknown'; readonly site: Site }
  | { readonly kind: 'trouble'; readonly trouble: Trouble; readonly site: Site }
  | {
      readonly kind: 'device';
      readonly state: 'swapped' | 'refused' | 'offline' | 'unknown';
      readonly device: Device;
    }
  | { readonly kind: 'operation'; readonly operation: Operation }
  | { readonly kind: 'rule'; readonly state: RuleProblem; readonly problem: Problem };

type Found = { readonly needs: readonly Need[]; readonly total: number };

/** One kind of need, and how it is asked for. */
interface Ask {
  readonly name: string;
  /** How many there are, of who may see the whole fleet: nothing is asked for where there is none. */
  readonly count: (fleet: Fleet) => number;
  readonly everyMs?: number;
  readonly ask: (signal: AbortSignal) => Promise<Found>;
}

function ofSites(state: 'offline' | 'unknown'): Ask {
  return {
    name: `site-${state}`,
    count: ({ sites }) => sites[state],
    ask: async (signal) => {
      const query = { state, limit: state === 'offline' ? MOST_OFFLINE : MOST };
      const { data, total } = await read(api.GET('/sites', { params: { query }, signal }));
      return { needs: data.map((site) => ({ kind: 'site', state, site })), total };
    },
  };
}

function ofTrouble(trouble: Trouble): Ask {
  return {
    name: trouble,
    count: ({ troubles }) => troubles[trouble],
    ask: async (signal) => {
      const query = { trouble, limit: MOST };
      const { data, total } = await read(api.GET('/sites', { params: { query }, signal }));
      return { needs: data.map((site) => ({ kind: 'trouble', trouble, site })), total };
    },
  };
}

function ofDevices(state: 'swapped' | 'refused' | 'offline' | 'unknown'): Ask {
  return {
    name: `device-${state}`,
    count: ({ devices }) => devices[state],
    ask: async (signal) => {
      const query = { state, limit: state === 'offline' ? MOST_OFFLINE : MOST };
      const { data, total } = await read(api.GET('/devices', { params: { query }, signal }));
      return { needs: data.map((device) => ({ kind: 'device', state, device })), total };
    },
  };
}

const ofOperations: Ask = {
  name: 'operation',
  count: () => Number.POSITIVE_INFINITY,
  everyMs: OPERATIONS_MS,
  ask: async (signal) => {
    const query = { state: 'unknown', limit: MOST } as const;
    const { data } = await read(api.GET('/operations', { params: { query }, signal }));
    return { needs: data.map((operation) => ({ kind: 'operation', operation })), total: data.length };
  },
};

function ofRules(state: RuleProblem): Ask {
  return {
    name: state,
    count: () => Number.POSITIVE_INFINITY,
    ask: async (signal) => {
      const query = { types: state, limit: MOST };
      const { data, total } = await read(api.GET('/problems', { params: { query }, signal }));
      return { needs: data.map((problem) => ({ kind: 'rule', state, problem })), total };
    },
  };
}

const ofFleet = [
  ofSites('offline'),
  ofTrouble('certificate'),
  ofTrouble('disk'),
  ofTrouble('clock'),
  ofSites('unknown'),
];
const ofTerminals = [ofDevices('swapped'), ofDevices('refused'), ofDevices('offline'), ofDevices('unknown')];

const ORDER = [
  'rule.overdue',
  'site-offline',
  'device-swapped',
  'device-refused',
  'certificate',
  'disk',
  'device-offline',
  'rule.failed',
  'operation',
  'clock',
  'device-unknown',
  'site-unknown',
];

export interface NeedGroup extends Found {
  readonly name: string;
}

export interface Needs {
  readonly groups: readonly NeedGroup[];
  /** Why something could not be asked. */
  readonly error: Error | null;
  readonly isPending: boolean;
  readonly again: () => void;
}

/** Without the terminals of branches that are away: their branch stands for them. */
function withoutAway(groups: readonly NeedGroup[]): NeedGroup[] {
  const needs = groups.flatMap((group) => group.needs);
  const away = new Set(
    needs.flatMap((need) => (need.kind === 'site' && need.state === 'offline' ? need.site.site : [])),
  );
  return groups.map((group) => {
    const own = group.needs.filter(
      (need) => need.kind !== 'device' || need.state !== 'offline' || !away.has(need.device.site),
    );
    return { ...group, needs: own, total: group.total - (group.needs.length - own.length) };
  });
}

/** What may not be asked is left out. */
export function useNeeds(): Needs {
  const may = useMay();
  const isAdmin = may('sites:admin');
  const fleet = useQuery({ ...fleetQuery, enabled: isAdmin });
  const asks = [
    ...(isAdmin ? ofFleet : []),
    ...(may('devices:read') ? ofTerminals : []),
    ...(may('events:read') ? RULE_PROBLEMS.map(ofRules) : []),
    ofOperations,
  ];
  const isThere = ({ count }: Ask) => !isAdmin || (fleet.data !== undefined && count(fleet.data) > 0);
  const results = useQueries({
    queries: asks.map((ask) => ({
      queryKey: ['needs', ask.name],
      queryFn: ({ signal }: { readonly signal: AbortSignal }) => ask.ask(signal),
      refetchInterval: ask.everyMs ?? EVERY_MS,
      enabled: isThere(ask),
    })),
  });
  const groups = asks.flatMap((ask, place) => {
    const found = results[place]?.data;
    return found === undefined || !isThere(ask) ? [] : [{ name: ask.name, ...found }];
  });
  const all = isAdmin ? [fleet, ...results] : results;
  return {
    groups: withoutAway(groups)
      .filter(({ needs }) => needs.length > 0)
      .sort((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name))
      .map((group) => ({ ...group, needs: group.needs.slice(0, MOST) })),
    error: all.find(({ error }) => error !== null)?.error ?? null,
    isPending: all.some(({ isLoading }) => isLoading),
    again: () => {
      for (const { refetch } of all) void refetch();
    },
  };
}
