// Where an operator is told of problems, and what was told: as the page asks for it.
import { queryOptions } from '@tanstack/react-query';
import type { components } from '../../api/contract.d.ts';
import { rpc } from '../../api/rpc.ts';

export type Media = components['schemas']['RpcMedia'];
export type Notice = components['schemas']['RpcAlert'];

export const MAIL = '1';
export const WEBHOOK = '3';
export type Kind = typeof MAIL | typeof WEBHOOK;
export const ALERTS_KEY = ['alerts'] as const;
/** A bit each, the least first. */
export const SEVERITIES = ['1', '2', '4', '8', '16', '32'] as const;
const MOST = 200;
const LOOK_MS = 10_000;

export function mediasQuery(userid: string) {
  return queryOptions({
    queryKey: [...ALERTS_KEY, 'medias'],
    queryFn: async () => {
      const [own] = await rpc<{ medias: Media[] }[]>('user.get', {
        userids: userid,
        output: ['userid'],
        selectMedias: 'extend',
      });
      return own?.medias ?? [];
    },
  });
}

export const noticesQuery = queryOptions({
  queryKey: [...ALERTS_KEY, 'notices'],
  queryFn: () => rpc<Notice[]>('alert.get', { sortfield: 'clock', sortorder: 'DESC', limit: MOST }),
  refetchInterval: LOOK_MS,
});

/** The severities of a media. */
export function bitsOf(severity: string): (typeof SEVERITIES)[number][] {
  return SEVERITIES.filter((bit) => (Number(severity) & Number(bit)) !== 0);
}

/** Their sum. */
export function severityOf(bits: readonly string[]): number {
  return bits.reduce((sum, bit) => sum + Number(bit), 0);
}

/** Addresses of mails as they are written in one field. */
export function addressesOf(text: string): string[] {
  return text
    .split(/[,;\n]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
